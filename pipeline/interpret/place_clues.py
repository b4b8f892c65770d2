"""Finds the words that tell where a report comes from: names of divisions and towns with what stands by them, masks, prefixes, villages.

What they mean together is `place.py`'s business. The vocabulary and the weights are those of `rules/places.toml`.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import msgspec
from msgspec import structs

from pipeline.interpret.gazetteer import Gazetteer

HAN = "[\u3400-\u9fff]"
BEFORE = 14
"""Characters before a name that a context may look at."""
VILLAGE_LENGTH = 5
SIGNATURE_LENGTH = 30
SURE = 5
"""Weight of the contexts that make a common word a name."""
BRACKET = re.compile(r"[〔\[【﹝（(]")
LONGEST = 15
"""Characters of the longest town name."""


class Zones(NamedTuple):
    """Parts of a text that say more than others, as local spans: the title, the end of the opening, the beginning of the signature
    and of the first sentence."""

    title: tuple[int, int] | None
    opening: int
    signature: int
    path: bool = False
    first: int = -1


class Clue(msgspec.Struct, frozen=True, gc=False):
    """A name in a text: local span, what it may be, and how much the words by it say that it is the writer's own place."""

    start: int
    end: int
    text: str
    rule: str
    weight: float
    divisions: tuple[int, ...] = ()
    towns: tuple[int, ...] = ()
    short: bool = False
    path: bool = False
    bare: bool = False
    """A name that is a common word too, and nothing beside it that makes it a name for sure: it counts under a named division only."""
    under: tuple[int, ...] = ()
    """Divisions named right before, which the place lies in."""

    @property
    def is_town(self) -> bool:
        return bool(self.towns) or not self.divisions


@dataclass(frozen=True, slots=True)
class SelfWords:
    """What a text says of its own level: how often each kind of unit is 我-, where masks stand, of which kind the superiors are."""

    kinds: Counter[str]
    masked: list[tuple[int, int]]
    superiors: Counter[str]
    parents: Counter[str]
    """Of which kind the superiors are whose organs are named so that they can be the writer's own county's alone: 在县委的领导下."""


@dataclass(frozen=True, slots=True)
class Context:
    """A rule on what stands by a name."""

    id: str
    weight: float
    where: str | None
    before: re.Pattern[str] | None
    after: re.Pattern[str] | None
    needs_organ: bool
    full_only: bool

    @classmethod
    def read(cls, row: Mapping[str, Any]) -> Context:
        compiled = {side: re.compile(row[side]) if side in row else None for side in ("before", "after")}
        return cls(row["id"], row["weight"], row.get("where"), **compiled, needs_organ="needs_organ" in row, full_only="full_only" in row)

    def fits(self, before: str, text: str, end: int) -> int | None:
        """End of what it matched behind the name (its end where it looks only before); None where it does not fit."""
        if self.before is not None and not self.before.search(before):
            return None
        if self.after is None:
            return end
        found = self.after.match(text, end)
        return found.end() if found else None


@dataclass(frozen=True, slots=True)
class Beside:
    """A rule on the characters at both sides of a kind's word (镇, 县, 村)."""

    left: frozenset[str]
    not_left: frozenset[str]
    not_right: frozenset[str]
    between: frozenset[str]
    separators: frozenset[str]
    after: re.Pattern[str] | None
    ends: re.Pattern[str]

    @classmethod
    def read(cls, row: Mapping[str, Any]) -> Beside:
        sets = {key: frozenset(row.get(key, "")) for key in ("left", "not_left", "not_right", "between", "separators")}
        return cls(**sets, after=re.compile(row["after"]) if "after" in row else None, ends=re.compile(row.get("ends", "")))

    def fits(self, text: str, start: int, end: int, or_sign: bool = False, or_any: bool = False) -> bool:
        """Whether the word at `[start, end)` stands as the rule wants; `or_sign`: also behind what is no Han character."""
        before = text[start - 1] if start else "\n"
        left = before in self.left or or_any or (or_sign and not "\u3400" <= before <= "\u9fff")
        if not left or before in self.not_left or (end < len(text) and text[end] in self.not_right):
            return False
        return self.after is None or self.after.match(text, end) is not None


class ClueFinder:
    """Finds clues by the rules of `places.toml`, given as its parsed `table`."""

    def __init__(self, table: Mapping[str, Any], gazetteer: Gazetteer) -> None:
        names = table["names"]
        self._gazetteer = gazetteer
        self._left = re.compile(f"(?:^|[^\u3400-\u9fff]|[{names['left_characters']}]|{'|'.join(names['left_words'])})$")
        self._right = {kind: frozenset(after) for kind, after in names["right_of_kind"].items()}
        self._initials = frozenset(names["function_initials"])
        self._two_right = frozenset(names["two_characters_right"])
        self._common = frozenset(names["common"])
        self._common_short = self._common | frozenset(names["common_short"])
        self._generic = frozenset(names["generic_divisions"])
        self._plural: str = names["plural"]
        self._sure_kinds = tuple(names["sure_kinds"])
        self._unlisted = re.compile(names["unlisted"])
        self._no_town = re.compile(names["no_town"])
        self._town_ends = frozenset(names["town_ends"].split("|"))
        self._ends = re.compile(f"{names['town_ends']}|{names['division_ends']}")
        self._new_town = re.compile(f"({HAN}{{1,5}}?)({names['town_ends']})")
        self._organs, self._lies_in = re.compile(names["organs"]), re.compile(names["lies_in"])
        self._after_short = re.compile(table["paths"]["after_short"])
        self._models = re.compile(table["paths"]["models"])
        contexts = [Context.read(row) for row in table["context"]]
        self._zero = [c for c in contexts if c.weight == 0 and c.where is None]
        self._weighed = sorted((c for c in contexts if c.weight and c.where not in ("plain", "list")), key=lambda c: -c.weight)
        self._organ = [c for c in contexts if c.id in ("place.organ", "place.body")]
        self._beside_short = [c for c in contexts if c.id in ("place.organ", "place.lies-in", "place.before-mask")]
        self._words = {row["id"]: Beside.read(row) for row in table["self"]}
        self._telling = frozenset({self._plural}).union(*(row.left for row in self._words.values()))
        self._prefix = re.compile(table["prefix"][0]["pattern"])
        self._villages = {row["id"]: Beside.read(row) for row in table["village"]}
        self._village_suffix = re.compile("(?:" + "|".join(table["gazetteer"]["village_suffixes"]) + ")$")
        unknown = table["unknown_superior"]
        self._led_by, self._before_town = re.compile(unknown["led_by"]), re.compile(unknown["before_town"])
        self._no_division = re.compile(unknown["not_name"])
        self._read_divisions(names["short_suffixes"], names["called"])

    def _read_divisions(self, suffixes: Mapping[str, str], called: Mapping[str, str]) -> None:
        """Names of divisions → ids: in full, as short as they are used with a suffix (湘西州) or called (科右中旗), and without one."""
        full: dict[str, set[int]] = {}
        short: dict[str, set[int]] = {}
        for row in self._gazetteer.divisions:
            full.setdefault(row.name, set()).add(row.id)
            if row.short is None:
                continue
            short.setdefault(row.short, set()).add(row.id)
            for suffix, brief in suffixes.items():
                if row.name.endswith(suffix) and brief:
                    full.setdefault(row.short + brief, set()).add(row.id)
        for name, meant in called.items():
            full.setdefault(name, set()).update(full.get(meant, ()))
        self._full = {name: tuple(sorted(ids)) for name, ids in full.items()}
        self._short = {name: tuple(sorted(ids)) for name, ids in short.items()}
        self._full_endings = frozenset(name[-3:] for name in self._full)
        self._short_endings = frozenset(name[-2:] for name in self._short)
        self._short_lengths = sorted({len(name) for name in self._short}, reverse=True)

    # --- names --------------------------------------------------------------------------------------------------------------------

    def read(self, text: str, zones: Zones) -> tuple[list[Clue], SelfWords]:
        """All names of divisions and towns in a text, each with the context that counts, in the order of the text; and the self words."""
        words = SelfWords(Counter(), [], Counter(), Counter())
        found = list(self._named(text, words))
        found += self._shorts(text, found, zones)
        kept: list[Clue] = []
        for clue in sorted(found, key=lambda clue: (clue.start, -clue.end)):
            if kept and clue.start < kept[-1].end:
                if clue.end > kept[-1].end and kept[-1].short:
                    kept[-1] = clue
                continue
            kept.append(clue)
        borders = {clue.start for clue in kept}, {clue.end for clue in kept}
        return [clue for chain in self._chains(kept, text, zones) for clue in self._weigh(chain, text, zones, borders)], words

    def _named(self, text: str, words: SelfWords) -> Iterator[Clue]:
        """Full names, and the self words by the way: every 镇, 县 and the like is either's end or nothing."""
        for found in self._ends.finditer(text):
            start, end, kind = found.start(), found.end(), found.group()
            if not start:
                continue
            clue = self._town_at(text, end, kind) if kind in self._town_ends else self._division_at(text, start, end, words)
            if clue is not None:
                yield clue
            elif text[start - 1] in self._telling or not "\u3400" <= text[start - 1] <= "\u9fff":
                self._count_self(text, start, end, kind, words)

    def _count_self(self, text: str, start: int, end: int, kind: str, words: SelfWords) -> None:
        """Counts 我镇, masks and the town's own organs."""
        if self._words["place.self-words"].fits(text, start - (text[start - 1] == self._plural), end):
            words.kinds[kind] += 1
        elif kind in self._town_ends and self._words["place.masked"].fits(text, start, end):
            words.masked.append((start, end))
        elif kind in self._town_ends and self._words["place.self-organ"].fits(text, start, end, or_sign=True):
            words.kinds[kind] += 1

    def _town_at(self, text: str, end: int, kind: str) -> Clue | None:
        """The town whose name ends here."""
        endings = self._gazetteer.endings
        if text[end - 3 : end] not in endings and text[end - 2 : end] not in endings:
            return None
        if end < len(text) and text[end] in self._right.get(kind, ()):
            return None
        for start in range(max(0, end - LONGEST), end - 1):
            name = text[start:end]
            if self._gazetteer.known(name) and (self._clean(text, start) or self._behind_short(text, start, self._gazetteer.towns(name))):
                return Clue(start, end, name, "", 0, towns=self._gazetteer.towns(name))
        return None

    def _division_at(self, text: str, place: int, end: int, words: SelfWords) -> Clue | None:
        """The division whose full name ends here; notes what kind of superior it is."""
        if self._words["place.superior"].fits(text, place, end, or_any=True):
            words.superiors[text[place:end]] += 1
            words.parents[text[place:end]] += self._words["place.superior-organ"].fits(text, place, end, or_sign=True)
        if text[end - 3 : end] not in self._full_endings and text[end - 2 : end] not in self._full_endings:
            return None
        for start in range(max(0, end - LONGEST), end - 1):
            name = text[start:end]
            if name in self._full and (self._clean(text, start) or self._behind_short(text, start, ())):
                return Clue(start, end, name, "", 0, divisions=self._full[name])
        return None

    def _behind_short(self, text: str, start: int, towns: Sequence[int]) -> bool:
        """Whether a short name that the place lies in stands right before: 慈溪庵东镇."""
        for length in self._short_lengths:
            ids = self._short.get(text[max(0, start - length) : start])
            if ids and (not towns or any(set(ids) & self._gazetteer.ancestors(self._gazetteer.parent(town)) for town in towns)):
                return True
        return False

    def _shorts(self, text: str, found: Sequence[Clue], zones: Zones) -> list[Clue]:
        """Short names of divisions before an organ's word or another name, behind 地处 and the like, and anywhere in a path."""
        shorts: dict[int, Clue] = {}
        ends = [match.start() for match in self._organs.finditer(text)] if not zones.path else list(range(2, len(text) + 1))
        open_ends = [*ends, *(clue.start for clue in found)]
        while open_ends:
            end = open_ends.pop()
            if text[end - 2 : end] not in self._short_endings:
                continue
            for length in self._short_lengths:
                ids = self._short.get(text[max(0, end - length) : end]) if end >= length else None
                if ids:
                    shorts.setdefault(end - length, Clue(end - length, end, text[end - length : end], "", 0, divisions=ids, short=True))
                    open_ends.append(end - length)
                    break
        for match in self._lies_in.finditer(text):
            for length in self._short_lengths:
                if ids := self._short.get(text[match.end() : match.end() + length]):
                    name = text[match.end() : match.end() + length]
                    shorts.setdefault(match.end(), Clue(match.end(), match.end() + length, name, "", 0, divisions=ids, short=True))
                    break
        return list(shorts.values())

    def _clean(self, text: str, start: int) -> bool:
        """Whether a name can begin here: not inside a longer word."""
        return bool(self._left.search(text[max(0, start - 6) : start]))

    def _chains(self, clues: Sequence[Clue], text: str, zones: Zones) -> Iterator[list[Clue]]:
        """Names that follow each other at once belong together: 江苏省昆山市周庄镇."""
        chain: list[Clue] = []
        for clue in clues:
            if chain and not (chain[-1].end == clue.start and not chain[-1].is_town and self._inside(chain[-1], clue)):
                yield from self._allowed(chain, text, zones)
                chain = []
            chain.append(clue)
        if chain:
            yield from self._allowed(chain, text, zones)

    def _inside(self, outer: Clue, inner: Clue) -> bool:
        above = set(outer.divisions)
        return any(above & self._gazetteer.ancestors(ident) for ident in (*inner.divisions, *map(self._gazetteer.parent, inner.towns)))

    def _allowed(self, chain: list[Clue], text: str, zones: Zones) -> Iterator[list[Clue]]:
        """The chain with its members narrowed to what lies in each other; nothing where its first name may be none."""
        first = chain[0]
        if len(chain) == 1 and not first.is_town and not self._may_stand(first, text, zones):
            return
        if not first.is_town and not self._clean(text, first.start):
            chain = chain[1:]
        if chain:
            yield self._narrowed(chain)

    def _may_stand(self, clue: Clue, text: str, zones: Zones) -> bool:
        """Whether a division's name may stand alone here."""
        if clue.text in self._generic and not zones.path:
            return False
        if clue.end < len(text) and text[clue.end] in self._right.get(clue.text[-1], ()):
            return False
        if clue.short:
            return self._short_may_stand(clue, text, zones)
        if len(clue.text) == 2:
            at_start = clue.start == 0 or text[clue.start - 1] in "\n/"
            return text[clue.end : clue.end + 1] not in self._two_right and (at_start or clue.text[0] not in self._initials)
        return True

    def _short_may_stand(self, clue: Clue, text: str, zones: Zones) -> bool:
        if zones.path:
            at_start = clue.start == 0 or text[clue.start - 1] in "/_- 、（("
            return at_start and bool(self._after_short.match(text, clue.end) or text[clue.end] == "/")
        if clue.text in self._common_short:
            return False
        before = text[max(0, clue.start - BEFORE) : clue.start]
        return any(c.fits(before, text, clue.end) is not None for c in self._beside_short)

    def _narrowed(self, chain: list[Clue]) -> list[Clue]:
        kept, under = [], set[int]()
        for clue in chain:
            if under and clue.towns:
                towns = tuple(t for t in clue.towns if under & self._gazetteer.ancestors(self._gazetteer.parent(t)))
                kept.append(structs.replace(clue, towns=towns or clue.towns, under=tuple(under)))
            elif under:
                inside = tuple(i for i in clue.divisions if under & self._gazetteer.ancestors(i))
                kept.append(structs.replace(clue, divisions=inside, under=tuple(under)))
            else:
                kept.append(clue)
            under = set(kept[-1].divisions)
        return kept

    # --- contexts -----------------------------------------------------------------------------------------------------------------

    def _weigh(self, chain: list[Clue], text: str, zones: Zones, borders: tuple[set[int], set[int]]) -> Iterator[Clue]:
        """The chain's members with the context that counts for all of them."""
        start, end = chain[0].start, chain[-1].end
        rule, weight = self._context(start, end, chain, text, zones)
        if weight and not zones.path and _listed(start, end, text, *borders):
            rule, weight = "place.listed", 0
        for clue in chain:
            bare = clue.is_town and not clue.under and self._base(clue.text) in self._common and not clue.text.endswith(self._sure_kinds)
            yield structs.replace(clue, rule=rule, weight=weight, path=zones.path, bare=bare and weight < SURE)

    def _base(self, name: str) -> str:
        return next((name.removesuffix(end) for end in self._town_ends if name.endswith(end)), name)

    def _context(self, start: int, end: int, chain: list[Clue], text: str, zones: Zones) -> tuple[str, float]:
        if zones.path:
            return "place.path", next(c.weight for c in self._weighed if c.where == "path")
        line = text.rfind("\n", 0, start) + 1
        before = text[max(line, start - BEFORE) : start]
        for context in self._zero:
            if context.fits(before, text, end) is not None:
                return context.id, 0
        for context in self._weighed:
            if context.where is not None and not _in_zone(context.where, start, end, zones, text):
                continue
            if context.full_only and chain[-1].short:
                continue
            behind = self._organ_end(text, end) if context.needs_organ else end
            if behind is not None and context.fits(before, text, behind) is not None:
                return context.id, context.weight
        return "place.plain", 1

    def _organ_end(self, text: str, end: int) -> int | None:
        return next((found for c in self._organ if (found := c.fits("", text, end)) is not None), None)

    # --- names that no list has ----------------------------------------------------------------------------------------------------

    def unlisted(self, text: str, span: tuple[int, int], after: int, zones: Zones) -> Clue | None:
        """A town's name that the gazetteer does not have, at `after` in a title or a file name: 火德红乡2009年工会工作总结."""
        found = self._new_town.match(text, after, span[1])
        if not found or len(found[1]) > 4 or self._gazetteer.known(found.group()) or self._no_town.search(found.group()):
            return None
        rule = "place.path" if zones.path else "place.title"
        return Clue(found.start(), found.end(), found.group(), rule, 6, path=zones.path)

    def unlisted_self(self, text: str) -> Clue | None:
        """A town's name that the gazetteer does not have, where only the writer's own can stand: 我代表定山镇政府."""
        found = self._unlisted.search(text)
        if not found or self._gazetteer.known(found["name"]) or self._no_town.search(found["name"]):
            return None
        return Clue(*found.span("name"), found["name"], "place.self", 5)

    def unknown_superior(self, text: str, title: tuple[int, int] | None, towns: Sequence[Clue]) -> tuple[int, int] | None:
        """Where a superior is named that no list has: 在清岚县总工会的领导下, or 清岚县 before the town in the title; else None."""
        titled = [c.start for c in towns if title is not None and title[0] <= c.start < title[1] and not c.path and not c.under]
        found = [match for start in titled if title is not None and (match := self._before_town.search(text, title[0], start))]
        for match in [*found, *self._led_by.finditer(text)]:
            if not self._is_known_or_none(match["name"]):
                return match.span("name")
        return None

    def _is_known_or_none(self, name: str) -> bool:
        """Whether a word ends with a division's name (宁波慈溪市), or names none at all (上级市)."""
        known = name in self._full or any(name[start:] in self._full for start in range(1, len(name) - 2))  # 岚县 is no end of 清岚县
        return known or bool(self._no_division.search(name[:-1]))

    # --- other clues --------------------------------------------------------------------------------------------------------------

    def prefixes(self, text: str) -> list[tuple[str, int, int]]:
        """(letters, start, end) of the place's letters in document numbers."""
        found = []
        for bracket in BRACKET.finditer(text):
            match = self._prefix.search(text, max(0, bracket.start() - 10), bracket.start() + 12)
            if match:
                group = "letters" if match["letters"] else "letters2"
                found.append((match[group], *match.span(group)))
        return found

    def villages(self, text: str) -> list[tuple[str, int, int]]:
        """(name, start, end) of villages and communities, names cut as the gazetteer has them; each name once."""
        found: dict[str, tuple[int, int]] = {}
        single, row = self._villages["place.village"], self._villages["place.village-list"]
        for match in single.ends.finditer(text):
            cut = self._village(text, match.start()) if single.fits(text, match.start(), match.end(), or_any=True) else None
            if cut is not None:
                found.setdefault(text[cut : match.start()], (cut, match.end()))
        for match in row.ends.finditer(text):
            end = match.start()
            while end and text[end - 1] in row.between:
                end -= 1
            while (cut := self._village(text, end)) is not None:
                found.setdefault(text[cut:end], (cut, end))
                if not cut or text[cut - 1] not in row.separators:
                    break
                end = cut - 1
        return [(name, *span) for name, span in found.items()]

    def _village(self, text: str, end: int) -> int | None:
        """Where a village's name that ends here begins."""
        end -= len(found.group()) if (found := self._village_suffix.search(text[max(0, end - 6) : end])) else 0
        first = end
        while first > max(0, end - VILLAGE_LENGTH) and "\u3400" <= text[first - 1] <= "\u9fff":
            first -= 1
        for start in range(first, end - 1):
            if self._gazetteer.villages(text[start:end]):
                return start
        return None

    def is_model(self, path: str) -> bool:
        """Whether a path says that the file holds model texts, whose place is not the file's."""
        return bool(self._models.search(path))


def _listed(start: int, end: int, text: str, starts: set[int], ends: set[int]) -> bool:
    """Whether the name stands in a row with another."""
    return (text[start - 1 : start] == "、" and start - 1 in ends) or (text[end : end + 1] == "、" and end + 1 in starts)


def _in_zone(where: str, start: int, end: int, zones: Zones, text: str) -> bool:
    if where == "title":
        return zones.title is not None and zones.title[0] <= start and end <= zones.title[1]
    if where == "opening":
        return end <= zones.opening
    if where == "first":
        return start == zones.first
    return where == "signature" and start >= zones.signature and _is_signature(text, start)


def _is_signature(text: str, start: int) -> bool:
    """Whether a name stands in a short line without a sentence."""
    stop = text.find("\n", start)
    line = text[text.rfind("\n", 0, start) + 1 : stop if stop >= 0 else len(text)].strip()
    return len(line) <= SIGNATURE_LENGTH and not any(sign in line for sign in "，。；、：,;:")
