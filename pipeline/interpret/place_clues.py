"""Finds the words that tell where a report comes from: names of divisions and towns with what stands by them, masks, prefixes, villages.

What they mean together is `place.py`'s business. The vocabulary and the weights are those of `rules/places.toml`.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import ahocorasick

from pipeline.interpret.gazetteer import Gazetteer

HAN = "[\u3400-\u9fff]"
BEFORE = 14
"""Characters before a name that a context may look at."""
LONGEST = 15
"""Characters of the longest town name."""


class Zones(NamedTuple):
    """Parts of a text that say more than others, as local spans: the title, the end of the opening, the beginning of the signature."""

    title: tuple[int, int] | None
    opening: int
    signature: int
    path: bool = False


@dataclass(frozen=True, slots=True)
class Clue:
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
    under: tuple[int, ...] = ()
    """Divisions named right before, which the place lies in."""

    @property
    def is_town(self) -> bool:
        return bool(self.towns) or not self.divisions


@dataclass(frozen=True, slots=True)
class SelfWords:
    """What a text says of its own level: how often each kind of unit is 我-, which kinds are masked, and of which kind the superiors are."""

    kinds: Counter[str]
    masked: tuple[tuple[int, int], ...]
    superiors: Counter[str]


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
        self._no_town = re.compile(names["no_town"])
        self._ends = re.compile(names["town_ends"])
        self._new_town = re.compile(f"({HAN}{{1,5}}?)({names['town_ends']})")
        self._after_short = re.compile(table["paths"]["after_short"])
        self._models = re.compile(table["paths"]["models"])
        contexts = [Context.read(row) for row in table["context"]]
        self._zero = [c for c in contexts if c.weight == 0 and c.where is None]
        self._weighed = sorted((c for c in contexts if c.weight and c.where not in ("plain", "list")), key=lambda c: -c.weight)
        self._organ = [c for c in contexts if c.id in ("place.organ", "place.body")]
        self._self = {row["id"]: re.compile(row["pattern"]) for row in table["self"]}
        self._prefix = re.compile(table["prefix"][0]["pattern"])
        self._villages = [re.compile(row["pattern"]) for row in table["village"]]
        self._village_suffix = re.compile("(?:" + "|".join(table["gazetteer"]["village_suffixes"]) + ")$")
        self._names = self._automaton(names["short_suffixes"])

    def _automaton(self, suffixes: Mapping[str, str]) -> Any:
        """All names of divisions → (ids, whether it is a short name)."""
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
        automaton = ahocorasick.Automaton()
        for name, ids in short.items():
            automaton.add_word(name, (len(name), tuple(sorted(ids)), True))
        for name, ids in full.items():
            automaton.add_word(name, (len(name), tuple(sorted(ids)), False))
        automaton.make_automaton()
        return automaton

    # --- names --------------------------------------------------------------------------------------------------------------------

    def names(self, text: str, zones: Zones) -> list[Clue]:
        """All names of divisions and towns in a text, each with the context that counts, in the order of the text."""
        found = sorted([*self._divisions(text), *self._towns(text)], key=lambda clue: (clue.start, -clue.end))
        kept: list[Clue] = []
        for clue in found:
            if kept and clue.start < kept[-1].end:
                if clue.is_town and not kept[-1].is_town and clue.end > kept[-1].end:
                    kept[-1] = clue
                continue
            kept.append(clue)
        return [clue for chain in self._chains(kept, text, zones) for clue in self._weigh(chain, text, zones, kept)]

    def _divisions(self, text: str) -> Iterator[Clue]:
        for last, (length, ids, short) in self._names.iter_long(text):
            yield Clue(last + 1 - length, last + 1, text[last + 1 - length : last + 1], "", 0, divisions=ids, short=short)

    def _towns(self, text: str) -> Iterator[Clue]:
        known, endings = self._gazetteer.known, self._gazetteer.endings
        for found in self._ends.finditer(text):
            end = found.end()
            if text[end - 3 : end] not in endings and text[end - 2 : end] not in endings:
                continue
            if text[end : end + 1] in self._right.get(found.group(), ()) and end < len(text):
                continue
            for start in range(max(0, end - LONGEST), end - 1):
                name = text[start:end]
                if known(name) and self._clean(text, start):
                    yield Clue(start, end, name, "", 0, towns=self._gazetteer.towns(name))
                    break

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
        return any(above & self.ancestors(ident) for ident in (*inner.divisions, *map(self._gazetteer.parent, inner.towns)))

    def ancestors(self, ident: int) -> set[int]:
        """A division and all that it ever lay in."""
        found, open_ids = set(), [ident]
        while open_ids:
            current = open_ids.pop()
            if current and current not in found:
                found.add(current)
                open_ids += [state.parent for state in self._gazetteer.states(current)]
        return found

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
        if clue.text in self._generic or text[clue.end : clue.end + 1] in self._right.get(clue.text[-1], ()) != "":
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
        return clue.text not in self._common_short and any(c.fits("", text, clue.end) for c in self._organ if not c.full_only)

    def _narrowed(self, chain: list[Clue]) -> list[Clue]:
        kept, under = [], set[int]()
        for clue in chain:
            if under and clue.towns:
                towns = tuple(t for t in clue.towns if under & self.ancestors(self._gazetteer.parent(t)))
                kept.append(replace(clue, towns=towns or clue.towns, under=tuple(under)))
            elif under:
                kept.append(replace(clue, divisions=tuple(i for i in clue.divisions if under & self.ancestors(i)), under=tuple(under)))
            else:
                kept.append(clue)
            under = set(kept[-1].divisions)
        return kept

    # --- contexts -----------------------------------------------------------------------------------------------------------------

    def _weigh(self, chain: list[Clue], text: str, zones: Zones, clues: Sequence[Clue]) -> Iterator[Clue]:
        """The chain's members with the context that counts for all of them."""
        start, end = chain[0].start, chain[-1].end
        rule, weight = self._context(start, end, chain, text, zones)
        if weight and not zones.path and self._listed(start, end, text, clues):
            rule, weight = "place.listed", 0
        for clue in chain:
            bare = clue.is_town and self._ends.sub("", clue.text) in self._common and not clue.under
            yield replace(clue, rule=rule, weight=0 if bare and weight < 5 else weight, path=zones.path)

    def _context(self, start: int, end: int, chain: list[Clue], text: str, zones: Zones) -> tuple[str, float]:
        if zones.path:
            return "place.path", next(c.weight for c in self._weighed if c.where == "path")
        line = text.rfind("\n", 0, start) + 1
        before = text[max(line, start - BEFORE) : start]
        for context in self._zero:
            if context.fits(before, text, end) is not None:
                return context.id, 0
        for context in self._weighed:
            if context.where is not None and not _in_zone(context.where, start, end, zones):
                continue
            if context.full_only and chain[-1].short:
                continue
            behind = self._organ_end(text, end) if context.needs_organ else end
            if behind is not None and context.fits(before, text, behind) is not None:
                return context.id, context.weight
        return "place.plain", 1

    def _organ_end(self, text: str, end: int) -> int | None:
        return next((found for c in self._organ if (found := c.fits("", text, end)) is not None), None)

    def _listed(self, start: int, end: int, text: str, clues: Sequence[Clue]) -> bool:
        """Whether the name stands in a row with another of the same level."""
        ends = {clue.end for clue in clues}
        starts = {clue.start for clue in clues}
        return (text[start - 1 : start] == "、" and start - 1 in ends) or (text[end : end + 1] == "、" and end + 1 in starts)

    # --- names that no list has ----------------------------------------------------------------------------------------------------

    def unlisted(self, text: str, span: tuple[int, int], after: int, zones: Zones) -> Clue | None:
        """A town's name that the gazetteer does not have, at `after` in a title or a file name: 火德红乡2009年工会工作总结."""
        found = self._new_town.match(text, after, span[1])
        while found and self._gazetteer.known(found.group()) is False and self._no_town.search(found.group()):
            return None
        if not found or self._gazetteer.known(found.group()) or len(found[1]) > 4:
            return None
        rule = "place.path" if zones.path else "place.title"
        return Clue(found.start(), found.end(), found.group(), rule, 6, path=zones.path)

    # --- other clues --------------------------------------------------------------------------------------------------------------

    def self_words(self, text: str) -> SelfWords:
        """How the text speaks of its own unit and of its superiors."""
        kinds: Counter[str] = Counter()
        for found in self._self["place.self-words"].finditer(text):
            kinds[found["kind"]] += 1
        for found in self._self["place.self-organ"].finditer(text):
            kinds[found["kind"] or found["kind2"]] += 1
        masked = tuple(found.span() for found in self._self["place.masked"].finditer(text))
        superiors = Counter(f["superior"] or f["superior2"] for f in self._self["place.superior"].finditer(text))
        return SelfWords(kinds, masked, superiors)

    def prefixes(self, text: str) -> list[tuple[str, int, int]]:
        """(letters, start, end) of the place's letters in document numbers."""
        found = []
        for bracket in re.finditer(r"[〔\[【﹝]|[（(](?=19|20|[xX_＿])", text):
            match = self._prefix.search(text, max(0, bracket.start() - 10), bracket.start() + 12)
            if match:
                group = "letters" if match["letters"] else "letters2"
                found.append((match[group], *match.span(group)))
        return found

    def villages(self, text: str) -> list[tuple[str, int, int]]:
        """(name, start, end) of villages and communities, names cut as the gazetteer has them; each name once."""
        found: dict[str, tuple[int, int]] = {}
        for match in self._villages[0].finditer(text):
            for start in range(match.start("names"), match.end("names") - 1):
                name = text[start : match.end("names")]
                if self._gazetteer.villages(name):
                    found.setdefault(name, (start, match.end()))
                    break
        for match in self._villages[1].finditer(text):
            place = match.start("list")
            for piece in re.split("([、,，和及])", match["list"]):
                name = self._village_suffix.sub("", piece)
                for cut in range(max(1, len(name) - 1)):
                    if len(name[cut:]) > 1 and self._gazetteer.villages(name[cut:]):
                        found.setdefault(name[cut:], (place + cut, place + len(piece)))
                        break
                place += len(piece)
        return [(name, *span) for name, span in found.items()]

    def is_model(self, path: str) -> bool:
        """Whether a path says that the file holds model texts, whose place is not the file's."""
        return bool(self._models.search(path))


def _in_zone(where: str, start: int, end: int, zones: Zones) -> bool:
    if where == "title":
        return zones.title is not None and zones.title[0] <= start and end <= zones.title[1]
    if where == "opening":
        return end <= zones.opening
    return where == "signature" and start >= zones.signature
