"""Which town a report comes from, as far as its words settle it; with the codes of both systems and every clue's place.

The lowest level that the evidence settles is given, never a guess: a masked town stays null, a name that many towns share stays without
county until something tells them apart. What remains possible is listed with scores.

Municipalities (北京 天津 上海 重庆) and counties right under a province (仙桃市) have no `city`; towns of a prefecture without counties
(东莞市) have no `county`.
"""

from __future__ import annotations

import tomllib
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from math import comb, log
from pathlib import Path
from typing import Any

from pipeline.interpret.codes import complete, ministry_code, statistics_code
from pipeline.interpret.gazetteer import Division, Gazetteer, Town
from pipeline.interpret.place_clues import Clue, ClueFinder, SelfWords, Zones
from pipeline.model import Place, Report

PROVINCE, PREFECTURE, COUNTY, TOWN = 1, 2, 3, 4
LEVEL_WEIGHTS = {COUNTY: 4, PREFECTURE: 2, PROVINCE: 1}
"""How much a town's candidate gains from a division above it being named."""
TITLE_LENGTH = 50
FIRST_LISTED = 2015
"""The first year that the lists of towns tell of."""
RECENT = 1998
"""Names that ended before are not meant where the year is unknown and another division has the name."""


@dataclass(slots=True)
class Evidence:
    """All clues of one report, gathered before anything is decided."""

    report: Report
    clues: list[Clue]
    words: SelfWords
    masked: bool
    prefixes: list[tuple[str, int, int]]
    siblings: Mapping[str, str]
    year: int | None
    used: list[str] = field(default_factory=list)
    _villages: list[tuple[str, int, int]] | None = None

    def villages(self, finder: ClueFinder) -> list[tuple[str, int, int]]:
        """Villages named in the text, looked for when they are first asked for."""
        if self._villages is None:
            self._villages = finder.villages(self.report.text)
        return self._villages

    def note(self, text: str, start: int, end: int, path: bool = False) -> None:
        """Keeps one piece of evidence: `text@start-end` in the source, `text@path` for names in the path."""
        if path:
            written = f"{text}@path"
        else:
            first, last = self.report.raw_span(start, end)
            written = f"{self.report.raw_text(start, end)}@{first}-{last}"
        if written not in self.used:
            self.used.append(written)

    def note_clues(self, clues: Iterable[Clue], most: int = 3) -> None:
        for clue in sorted(clues, key=lambda c: (-c.weight, c.path, c.start))[:most]:
            self.note(clue.text, clue.start, clue.end, clue.path)


@dataclass(frozen=True, slots=True)
class Named:
    """One name of a division with the weight of all its clues."""

    text: str
    ids: frozenset[int]
    """Those of the level that it is listed under."""
    weight: float
    clues: tuple[Clue, ...]
    all_ids: frozenset[int]
    """Those of every level (巢湖市 was a prefecture, then a county)."""


class PlaceResolver:
    """Built once from the rules folder (or from `table`, the parsed places.toml with an analyst's changes). Immutable; safe to share."""

    def __init__(self, rules_dir: Path, table: Mapping[str, Any] | None = None) -> None:
        if table is None:
            table = tomllib.loads((rules_dir / "places.toml").read_text("utf-8"))
        self.gazetteer = Gazetteer(rules_dir / "places")
        self._finder = ClueFinder(table, self.gazetteer)
        self._settle: Mapping[str, float] = table["settle"]
        self._levels: Mapping[str, int] = table["names"]["levels"]
        self._town_kinds = tuple(kind for kind, level in self._levels.items() if level == TOWN)
        self._superior_kinds: Sequence[Sequence[str]] = table["names"]["superior_kinds"]
        self._sure_superiors: Sequence[str] = table["names"]["sure_superiors"]
        self._superior_prefecture: str = table["names"]["superior_prefecture"]
        self._letters: Mapping[str, str] = table["names"]["province_letters"]
        self._lettered_counties = lru_cache(maxsize=256)(self._find_lettered)
        self._path_clues = lru_cache(maxsize=1024)(self._read_path)

    def resolve(self, report: Report, siblings: Mapping[str, str] | None = None, year: int | None = None) -> Place:
        """The place of a report. `siblings` says what is known otherwise of where it was found (keys town, county, city, province):
        it chooses among candidates and gives nothing of itself. `year` is the report's, for names and codes that changed.
        """
        evidence = self._gather(report, siblings or {}, year)
        divisions = self._divisions(evidence)
        level = self._level(evidence)
        town = self._town(evidence, divisions) if level == TOWN else None
        if town is not None:
            return self._with_town(evidence, divisions, *town)
        return self._without_town(evidence, divisions, level)

    def complete(self, given: Place, year: int | None) -> Place:
        """A place that the analyst named, with the divisions above it and the codes of `year`, where its names leave one town."""
        return complete(self.gazetteer, given, year)

    # --- gathering ----------------------------------------------------------------------------------------------------------------

    def _gather(self, report: Report, siblings: Mapping[str, str], year: int | None) -> Evidence:
        text = report.text
        title = title_span(report)
        behind = text[title[1] if title else 0 :]
        first = len(text) - len(behind.lstrip())
        zones = Zones(title, int(self._settle["opening"]), max(0, len(text.rstrip()) - int(self._settle["signature"])), first=first)
        if title and zones.signature < title[1]:
            zones = zones._replace(signature=title[1])
        clues, words = self._finder.read(text, zones)
        clues += self._unlisted(text, title, clues, zones)
        if not any(clue.is_town for clue in clues) and (named := self._finder.unlisted_self(text)):
            clues.append(named)
        clues += self._path_clues(report.source, report.part is not None)
        masked = any(end <= zones.opening or (title and end <= title[1]) for _, end in words.masked) or len(words.masked) > 1
        return Evidence(report, clues, words, masked, self._finder.prefixes(text), siblings, year)

    def _unlisted(self, text: str, span: tuple[int, int] | None, clues: Sequence[Clue], zones: Zones) -> list[Clue]:
        """A town of the title or the file name that no list has."""
        if span is None or any(c.is_town and span[0] <= c.start < span[1] for c in clues):
            return []
        inside = [c for c in clues if span[0] <= c.start and c.end <= span[1] and not c.short]
        after = max((c.end for c in inside), default=span[0])
        found = self._finder.unlisted(text, span, after, zones)
        return [found] if found else []

    def _read_path(self, source: str, collection: bool) -> tuple[Clue, ...]:
        """Names in the path. A collection's file name and model texts say nothing of a town."""
        if self._finder.is_model(source):
            return ()
        folders, _, name = source.replace("!/", "/").rpartition("/")
        stem = name.rpartition(".")[0] or name
        text = folders if collection else f"{folders}/{stem}"
        zones = Zones(None, 0, 0, path=True)
        clues, _ = self._finder.read(text, zones)
        if not collection:
            clues += self._unlisted(text, (len(folders) + 1, len(text)), clues, zones)
        return tuple(clue for clue in clues if clue.weight)

    # --- levels -------------------------------------------------------------------------------------------------------------------

    def _level(self, evidence: Evidence) -> int:
        """On which level the writer stands: a town where it says 我镇 or is named as the writer, else as its own words say."""
        kinds = evidence.words.kinds
        if any(kinds[kind] for kind in self._town_kinds) or evidence.words.masked:
            return TOWN
        if any(c.is_town and c.weight >= self._settle["town"] and not c.bare for c in evidence.clues):
            return TOWN
        own = [level for kind, level in self._levels.items() if kinds[kind]]
        titled = any(c.rule == "place.title" for c in evidence.clues)
        return max(own, default=COUNTY if titled else TOWN)

    def _divisions(self, evidence: Evidence) -> dict[int, list[Named]]:
        """Level → names of divisions whose clues are strong enough, heaviest first."""
        by_text: dict[str, list[Clue]] = defaultdict(list)
        for clue in evidence.clues:
            if not clue.is_town and clue.weight and (clue.weight >= self._settle["division"] or clue.path):
                by_text[clue.text].append(clue)
        found: dict[int, list[Named]] = {COUNTY: [], PREFECTURE: [], PROVINCE: []}
        for text, clues in by_text.items():
            ids = frozenset.intersection(*(frozenset(c.divisions) for c in clues)) or frozenset(clues[0].divisions)
            ids = self._current(text, ids, evidence.year)
            weight = self._weight(clues)
            for level, names in found.items():
                here = frozenset(i for i in ids if self._level_of(i) == level)
                if here:
                    names.append(Named(text, here, weight, tuple(clues), ids))
        for names in found.values():
            names.sort(key=lambda named: -named.weight)
        return found

    def _current(self, name: str, ids: frozenset[int], year: int | None) -> frozenset[int]:
        """The divisions that had the name in the report's year, or in recent times; all where none had."""

        def had(ident: int) -> bool:
            states = [s for s in self.gazetteer.states(ident) if name.startswith(s.short or s.name)]
            return any(s.valid(year) if year else s.last is None or s.last >= RECENT for s in states)

        return frozenset(i for i in ids if had(i)) or ids

    def _level_of(self, ident: int) -> int:
        return self.gazetteer.states(ident)[-1].level

    def _weight(self, clues: Sequence[Clue]) -> float:
        """Sum of the clues' weights, each context counted so many times at most."""
        counts: Counter[tuple[str, float]] = Counter((c.rule, c.weight) for c in clues)
        return sum(weight * min(count, self._settle["repeats"]) for (_, weight), count in counts.items())

    # --- the town -----------------------------------------------------------------------------------------------------------------

    def _town(self, evidence: Evidence, divisions: dict[int, list[Named]]) -> tuple[str, list[Clue], list[int]] | None:
        """The writer's own town: its name, the clues to it, and the numbers of the towns that it may be (none for an unlisted name)."""
        by_name: dict[str, list[Clue]] = defaultdict(list)
        needed = self._settle["town_when_masked"] if evidence.masked else 0
        for clue in evidence.clues:
            if clue.is_town and clue.weight > 0 and clue.weight >= needed and not (clue.bare and not self._is_named_there(clue, divisions)):
                by_name[clue.text].append(clue)
        fitting = {name: clues for name, clues in by_name.items() if self._own_kind(name, clues, evidence)}
        ranked = sorted(((self._weight(clues), name) for name, clues in fitting.items()), reverse=True)
        if not ranked or ranked[0][0] < self._settle["town"]:
            return None if evidence.masked else self._by_villages(evidence, divisions)
        sure = {c.text: c for c in evidence.clues if c.is_town and c.weight >= self._settle["town_when_masked"]}
        if len(sure) > 1:
            return self._contested(list(sure), by_name)
        if len(ranked) > 1 and ranked[0][0] < self._settle["town_margin"] * ranked[1][0]:
            return self._contested([name for weight, name in ranked if weight * self._settle["town_margin"] > ranked[0][0]], by_name)
        name = ranked[0][1]
        clues = by_name[name]
        numbers = sorted(set.intersection(*(set(c.towns) for c in clues)) or {t for c in clues for t in c.towns})
        return name, clues, numbers

    def _is_named_there(self, clue: Clue, divisions: dict[int, list[Named]]) -> bool:
        """Whether a county or prefecture is named that has a town of this name."""
        ids = {i for level in (COUNTY, PREFECTURE) for n in divisions[level] for i in n.all_ids}
        return any(ids & self.gazetteer.ancestors(self.gazetteer.parent(number)) for number in clue.towns)

    def _own_kind(self, name: str, clues: Sequence[Clue], evidence: Evidence) -> bool:
        """Whether a town of this kind can be the writer's: 我镇 is no 乡, but for a title's or the path's word."""
        own = {kind for kind in self._town_kinds if evidence.words.kinds[kind]}
        return not own or name.endswith(tuple(own)) or any(c.weight >= self._settle["town_when_masked"] for c in clues)

    def _contested(self, names: Sequence[str], by_name: Mapping[str, list[Clue]]) -> tuple[str, list[Clue], list[int]] | None:
        """Two names of like weight: one town called in two ways (桃源乡, 桃源回族乡), else a conflict."""
        common = set.intersection(*({t for c in by_name[n] for t in c.towns} for n in names))
        clues = [c for n in names for c in by_name[n]]
        if common:
            return names[0], clues, sorted(common)
        return "", clues, []

    def _by_villages(self, evidence: Evidence, divisions: dict[int, list[Named]]) -> tuple[str, list[Clue], list[int]] | None:
        """The one town that has the villages of the text together; None where several could or too few are named."""
        found = self._village_town(evidence, divisions)
        if found is None:
            return None
        number, spans = found
        for name, start, end in spans:
            evidence.note(name, start, end)
        return self.gazetteer.town(number).name, [], [number]

    def _village_town(self, evidence: Evidence, divisions: dict[int, list[Named]]) -> tuple[int, list[tuple[str, int, int]]] | None:
        named = evidence.villages(self._finder)
        if len(named) < self._settle["villages_in_county"]:
            return None
        counties, needed = self._likely_counties(evidence, divisions)
        hits: dict[int, list[tuple[str, int, int]]] = defaultdict(list)
        surprise: dict[int, float] = defaultdict(float)
        for village in named:
            owners = self.gazetteer.villages(village[0])
            for number in owners:
                if counties is None or counties & self.gazetteer.ancestors(self.gazetteer.parent(number)):
                    hits[number].append(village)
                    surprise[number] += log(self.gazetteer.town_count / len(owners))
        ranked = sorted(hits, key=lambda number: (-len(hits[number]), -surprise[number]))
        if not ranked or not self._enough(len(hits[ranked[0]]), surprise[ranked[0]], len(named), needed):
            return None
        same = {ranked[0], *self._successors(ranked[0])}
        rival = next((number for number in ranked[1:] if number not in same and ranked[0] not in self._successors(number)), None)
        if rival is not None and len(hits[rival]) * 2 > len(hits[ranked[0]]):
            return None
        return ranked[0], hits[ranked[0]]

    def _enough(self, hits: int, surprise: float, named: int, needed: float | None) -> bool:
        """Whether so many villages in one town are no chance; `surprise` is the logarithm of how rarely they come together."""
        if needed is not None and hits >= needed:
            return True
        chance = log(self.gazetteer.town_count) + log(self._settle["village_odds"]) + log(comb(named, hits))
        return hits >= self._settle["villages_anywhere"] and surprise >= chance

    def _successors(self, number: int) -> list[int]:
        chain: list[int] = []
        following = self.gazetteer.town(number).successor
        while following is not None and following not in chain:
            chain.append(following)
            following = self.gazetteer.town(following).successor
        return chain

    def _likely_counties(self, evidence: Evidence, divisions: dict[int, list[Named]]) -> tuple[set[int] | None, float | None]:
        """Counties that are named, else those that a document number's letters leave, else those that are mentioned; and how many
        villages must lie in one town of them. None where nothing narrows them.
        """
        for level in (COUNTY, PREFECTURE):
            if divisions[level]:
                return set(divisions[level][0].ids), self._settle["villages_in_county"]
        kinds = evidence.words.superiors
        for letters in dict.fromkeys(letters for letters, _, _ in evidence.prefixes):
            fitting = {row.id for row in self._lettered_counties(letters) if not kinds or row.name[-1] in kinds}
            if fitting:
                return fitting, self._settle["villages_in_county"]
        mentioned = self._mentioned(evidence, COUNTY)
        return (mentioned, self._settle["villages_in_mentioned"]) if mentioned else (None, None)

    def _mentioned(self, evidence: Evidence, level: int) -> set[int]:
        """Divisions of a level that are named in full, not as another place."""
        ids = {i for c in evidence.clues if c.weight and not c.is_town and not c.short for i in c.divisions}
        return {i for i in ids if self._level_of(i) == level}

    def _find_lettered(self, letters: str) -> tuple[Division, ...]:
        """States of counties whose short name begins so."""
        return tuple(r for r in self.gazetteer.divisions if r.level == COUNTY and r.short is not None and r.short.startswith(letters))

    # --- a settled name -----------------------------------------------------------------------------------------------------------

    def _with_town(self, evidence: Evidence, divisions: dict[int, list[Named]], name: str, clues: list[Clue], numbers: list[int]) -> Place:
        if not name:
            return self._conflict(evidence, divisions, clues)
        evidence.note_clues(clues)
        towns = [self.gazetteer.town(number) for number in (*numbers, *self._doubled(name))]
        left, against = self._fitting(divisions, towns)
        if towns and not left and not self._is_under(clues, against) and not self._is_gone(evidence, against):
            return self._conflict(evidence, divisions, clues, name)
        if not left or self._is_of_another(evidence, divisions, left, clues):
            return self._unlisted_town(evidence, divisions, name, clues)
        left = self._narrow(evidence, divisions, left)
        if len(left) == 1:
            return self._settled(evidence, divisions, left[0], name, bool(clues))
        return self._open(evidence, left, name)

    def _doubled(self, name: str) -> tuple[int, ...]:
        """Towns that are called so but listed with their kind behind it: 乌镇 is 乌镇镇."""
        return next((self.gazetteer.towns(name + kind) for kind in self._town_kinds if name.endswith(kind)), ())

    def _is_of_another(self, evidence: Evidence, divisions: dict[int, list[Named]], towns: Sequence[Town], clues: Sequence[Clue]) -> bool:
        """Whether the superior speaks against all towns of the name that the lists have: unknown, or a 县 that none lies in."""
        if divisions[COUNTY]:
            return False
        title = title_span(evidence.report)
        if unknown := self._finder.unknown_superior(evidence.report.text, title, clues):
            evidence.note(evidence.report.text[slice(*unknown)], *unknown)
            return True
        kinds = evidence.words.parents
        asked = [kind for kind in self._sure_superiors if kinds[kind] and not any(kinds[k] for k in self._levels if k != kind)]
        return any(not any(self._was(town.parent, kind) for town in towns) for kind in asked)

    def _was(self, ident: int, kind: str) -> bool:
        """Whether a division ever was of a kind, as its name says."""
        return any(state.name.endswith(kind) for state in self.gazetteer.states(ident))

    def _fitting(self, divisions: dict[int, list[Named]], towns: Sequence[Town]) -> tuple[list[Town], list[Named]]:
        """Towns that no strong name of a division speaks against, and the names that spoke against the others."""
        left, against = list(towns), list[Named]()
        for level in (PROVINCE, PREFECTURE, COUNTY):
            named = divisions[level]
            ids = frozenset().union(*(n.all_ids for n in named))
            if not ids:
                continue
            fitting = [t for t in left if ids & self.gazetteer.ancestors(t.parent) or self._lacks(t, level)]
            if not fitting:
                against += named
            left = fitting
        return left, against

    def _lacks(self, town: Town, level: int) -> bool:
        """Whether a town has no division of a level above it."""
        return not any(self._level_of(i) == level for i in self.gazetteer.ancestors(town.parent))

    def _is_under(self, clues: Sequence[Clue], against: Sequence[Named]) -> bool:
        """Whether the text names the town right behind a division that the lists do not have it in: a town that was gone before 2015.

        Its title, its path, its superior (奎文区总工会领导下), or a county named with its city at the beginning tell that division as well.
        """
        named = {i for n in against for i in n.ids}
        return any(named & set(c.under) for c in clues) or any(
            c.rule in ("place.title", "place.path", "place.led-by") or (c.rule == "place.opening" and c.under)
            for n in against
            for c in n.clues
        )

    def _is_gone(self, evidence: Evidence, against: Sequence[Named]) -> bool:
        """Whether the report is older than the lists and names one county: thousands of towns were merged before 2015."""
        return evidence.year is not None and evidence.year < FIRST_LISTED and self._only(against) is not None

    def _narrow(self, evidence: Evidence, divisions: dict[int, list[Named]], towns: list[Town]) -> list[Town]:
        """Keeps those that each further clue speaks for, where it speaks for any."""
        steps = (
            self._without_forerunners, self._by_named, self._by_mentioned, self._by_siblings,
            self._by_year, self._by_superior, self._by_prefix, self._by_hits,
        )  # fmt: skip
        for step in steps:
            if len(towns) > 1:
                towns = step(evidence, divisions, towns) or towns
        return towns

    def _without_forerunners(self, evidence: Evidence, _: object, towns: list[Town]) -> list[Town]:
        """Without towns that went over into another of the same name under a parent of the same name, where the year does not ask."""
        if evidence.year is not None:
            return towns
        parents = {town.number: self.gazetteer.states(town.parent)[-1].name for town in towns}
        return [t for t in towns if t.successor is None or parents.get(t.successor) != parents[t.number]]

    def _by_named(self, evidence: Evidence, divisions: dict[int, list[Named]], towns: list[Town]) -> list[Town]:
        support = {}
        for town in towns:
            above = self.gazetteer.ancestors(town.parent)
            support[town.number] = sum(w for level, w in LEVEL_WEIGHTS.items() if any(n.ids & above for n in divisions[level]))
        best = max(support.values())
        for named in (n for level in divisions.values() for n in level):
            evidence.note_clues(named.clues, 1)
        return [town for town in towns if support[town.number] == best]

    def _by_mentioned(self, evidence: Evidence, _: object, towns: list[Town]) -> list[Town]:
        """A county that is mentioned by the way, and has a town of the name, is hardly there by chance; a prefecture may be."""
        levels = (COUNTY, PREFECTURE) if len(towns) <= self._settle["few_towns"] else (COUNTY,)
        for level in levels:
            ids = self._mentioned(evidence, level)
            fitting = [town for town in towns if ids & self.gazetteer.ancestors(town.parent)]
            if fitting:
                evidence.note_clues([c for c in evidence.clues if ids & set(c.divisions)], 1)
                return fitting
        return towns

    def _by_siblings(self, evidence: Evidence, _: object, towns: list[Town]) -> list[Town]:
        names = {value for key, value in evidence.siblings.items() if key != "town"}
        return [town for town in towns if names & self._names_above(town)]

    def _by_year(self, evidence: Evidence, _: object, towns: list[Town]) -> list[Town]:
        year = evidence.year
        return [town for town in towns if year is None or town.valid(year)]

    def _by_superior(self, evidence: Evidence, _: object, towns: list[Town]) -> list[Town]:
        """县 or 区 among the superiors tells the parent's kind; 州 that of the prefecture. 市 may be either and tells nothing."""
        kinds = evidence.words.superiors
        for kind, other in self._superior_kinds:
            if kinds[kind] and not kinds[other]:
                towns = [t for t in towns if any(s.name.endswith(kind) for s in self.gazetteer.states(t.parent))] or towns
        if kinds[self._superior_prefecture]:
            towns = [t for t in towns if any(name.endswith(self._superior_prefecture) for name in self._names_above(t))]
        return towns

    def _names_above(self, town: Town) -> set[str]:
        """All names that the divisions above a town ever had."""
        return {state.name for ident in self.gazetteer.ancestors(town.parent) for state in self.gazetteer.states(ident)}

    def _by_prefix(self, evidence: Evidence, _: object, towns: list[Town]) -> list[Town]:
        for letters, start, end in evidence.prefixes:
            if any(town.name.startswith(letters) for town in towns):
                continue
            first = [t for t in towns if self._lettered(t, letters, str.startswith)]
            if len(first) == 1 and not [t for t in towns if t not in first and self._lettered(t, letters, str.__contains__)]:
                evidence.note(letters, start, end)
                return first
        return towns

    def _lettered(self, town: Town, letters: str, how: Any) -> bool:
        above = [s for i in self.gazetteer.ancestors(town.parent) for s in self.gazetteer.states(i)]
        if any(how(s.short, letters) for s in above if s.short and s.level > PROVINCE):
            return True
        return self._letters.get(letters) in {s.name for s in above}

    def _by_hits(self, evidence: Evidence, _: object, towns: list[Town]) -> list[Town]:
        """The one that has at least two of the villages named, where the others have none."""
        numbers = {town.number: town for town in towns}
        hits: Counter[int] = Counter()
        villages = evidence.villages(self._finder)
        for name, _start, _end in villages:
            hits.update(number for number in self.gazetteer.villages(name) if number in numbers)
        ranked = hits.most_common(2)
        if not ranked or ranked[0][1] < self._settle["villages_in_county"] or (len(ranked) > 1 and ranked[1][1] * 3 > ranked[0][1]):
            return towns
        for name, start, end in villages:
            if ranked[0][0] in self.gazetteer.villages(name):
                evidence.note(name, start, end)
        return [numbers[ranked[0][0]]]

    # --- answers ------------------------------------------------------------------------------------------------------------------

    def _settled(self, evidence: Evidence, divisions: dict[int, list[Named]], town: Town, name: str, stated: bool) -> Place:
        """Everything of one town, in the names of the report's year."""
        chain = self._chain(evidence, divisions, town.parent)
        full = town.name if self.gazetteer.known(name) and town.number in self.gazetteer.towns(name) else name
        parent = self._state(evidence, divisions, town.parent)
        for named in (n for level in divisions.values() for n in level if n.ids & self.gazetteer.ancestors(town.parent)):
            evidence.note_clues(named.clues, 1)
        place = _under(chain, "stated" if stated else "inferred", tuple(evidence.used), (f"{_joined(chain)}{full}=1",))
        return replace(
            place,
            town=full,
            town_kind=town.kind,
            town_code=ministry_code(town, parent),
            town_code_nbs=statistics_code(self.gazetteer, town, parent, evidence.year),
        )

    def _chain(self, evidence: Evidence, divisions: dict[int, list[Named]], ident: int) -> dict[str, str | None]:
        """County, city and province above a division, itself included, named as in the report or in its year."""
        names: dict[str, str | None] = {"county": None, "city": None, "province": None}
        state = self._state(evidence, divisions, ident)
        while state is not None:
            names[{COUNTY: "county", PREFECTURE: "city", PROVINCE: "province"}[state.level]] = state.name
            state = self._state(evidence, divisions, state.parent)
        return names

    def _state(self, evidence: Evidence, divisions: dict[int, list[Named]], ident: int) -> Division | None:
        """The state of a division that the report means: the one it names in full, else its year's, else the one of the superiors' kind."""
        states = self.gazetteer.states(ident)
        if not states:
            return None
        named = {n.text for level in divisions.values() for n in level if ident in n.ids}
        written = [s for s in states if s.name in named]
        if len({s.name for s in written}) == 1:
            wanted = evidence.year
            return written[-1] if wanted is None else min(written, key=lambda s: (not s.valid(wanted), -s.first))
        if evidence.year is None and states[-1].level == COUNTY:
            kinds = evidence.words.superiors
            fitting = [s for s in states if kinds[s.name[-1]]]
            if fitting and not kinds[states[-1].name[-1]]:
                return fitting[-1]
        return self.gazetteer.state(ident, evidence.year)

    def _unlisted_town(self, evidence: Evidence, divisions: dict[int, list[Named]], name: str, clues: Sequence[Clue]) -> Place:
        """A town that the lists do not have: its name as written, under the division that is named."""
        under = self._only(divisions[COUNTY]) or self._only(divisions[PREFECTURE]) or self._only(divisions[PROVINCE])
        parents = {i for c in clues for i in c.under} or (set(under.ids) if under else set())
        chain: dict[str, str | None] = {"county": None, "city": None, "province": None}
        if len(parents) == 1:
            chain = self._chain(evidence, divisions, next(iter(parents)))
        if under:
            evidence.note_clues(under.clues, 1)
        kind = next((ending for ending in self._town_kinds if name.endswith(ending)), None)
        return replace(_under(chain, "stated", tuple(evidence.used), ()), town=name, town_kind=kind)

    def _only(self, named: Sequence[Named]) -> Named | None:
        """The heaviest name of a level, where it is heavier than the next by the margin and means one division."""
        if not named or len(named[0].ids) != 1:
            return None
        rivals = [n for n in named[1:] if not n.ids & named[0].ids]
        clear = not rivals or named[0].weight >= self._settle["division_margin"] * rivals[0].weight
        return named[0] if clear and named[0].weight >= self._settle["division"] else None

    def _open(self, evidence: Evidence, towns: Sequence[Town], name: str) -> Place:
        """A name that several towns share: what they have in common, and the candidates."""
        chains = [self._chain(evidence, {COUNTY: [], PREFECTURE: [], PROVINCE: []}, town.parent) for town in towns]
        shared = {key: chains[0][key] if len({c[key] for c in chains}) == 1 else None for key in ("county", "city", "province")}
        share = f"{1 / len(towns):.2f}"
        listed = [f"{_joined(c)}{t.name}={share}" for c, t in zip(chains, towns, strict=True)]
        kinds = {town.kind for town in towns}
        most = int(self._settle["candidates"])
        place = _under(shared, "stated", tuple(evidence.used), tuple(sorted(listed)[:most]))
        return replace(place, town=name, town_kind=kinds.pop() if len(kinds) == 1 else None)

    def _conflict(self, evidence: Evidence, divisions: dict[int, list[Named]], clues: Sequence[Clue], name: str | None = None) -> Place:
        """Clues that exclude each other: no town, what else is settled, and the names that contend."""
        evidence.note_clues(clues, 6)
        place = self._without_town(evidence, divisions if name is None else {**divisions, COUNTY: []}, TOWN)
        names = sorted({c.text for c in clues} | ({n.text for n in divisions[COUNTY]} if name else set()))
        share = f"{1 / len(names):.2f}"
        return replace(place, basis="conflict", evidence=tuple(evidence.used), candidates=tuple(f"{n}={share}" for n in names))

    def _without_town(self, evidence: Evidence, divisions: dict[int, list[Named]], level: int) -> Place:
        """The lowest division that is settled, down to the writer's own level; for a masked town what the villages say is a candidate."""
        candidates: tuple[str, ...] = ()
        if evidence.masked and (found := self._village_town(evidence, divisions)):
            town = self.gazetteer.town(found[0])
            chain = self._chain(evidence, divisions, town.parent)
            candidates = (f"{_joined(chain)}{town.name}=1",)
            for name, start, end in found[1]:
                evidence.note(name, start, end)
            if not divisions[COUNTY]:
                return _under(chain, basis="inferred", evidence=tuple(evidence.used), candidates=candidates)
        for here in (COUNTY, PREFECTURE, PROVINCE):
            named = self._only(self._consistent(divisions, here)) if here <= level or level == TOWN else None
            if named is not None:
                evidence.note_clues(named.clues)
                chain = self._chain(evidence, divisions, next(iter(named.ids)))
                basis = "inferred" if all(c.path for c in named.clues) else "stated"
                return _under(chain, basis=basis, evidence=tuple(evidence.used), candidates=candidates)
        return Place(basis="unknown", evidence=tuple(evidence.used), candidates=candidates)

    def _consistent(self, divisions: dict[int, list[Named]], level: int) -> list[Named]:
        """The names of a level, each narrowed to what lies in the divisions named above it; without those that none of them has."""
        kept = []
        for named in divisions[level]:
            ids = named.ids
            for above in range(PROVINCE, level):
                over = frozenset().union(*(n.ids for n in divisions[above]))
                inside = frozenset(i for i in ids if over & self.gazetteer.ancestors(i))
                ids = inside if inside or (over and len(ids) > 1) else ids
            if ids:
                kept.append(Named(named.text, ids, named.weight, named.clues, named.all_ids))
        return kept


def _under(chain: Mapping[str, str | None], basis: str, evidence: tuple[str, ...], candidates: tuple[str, ...]) -> Place:
    """A place without a town."""
    return Place(None, None, chain["county"], chain["city"], chain["province"], None, None, basis, evidence, candidates)


def _joined(chain: Mapping[str, str | None]) -> str:
    """Province, city and county in one word."""
    return "".join(chain[key] or "" for key in ("province", "city", "county"))


def title_span(report: Report) -> tuple[int, int] | None:
    """The title as `split` found it, else a first line that reads like one."""
    if report.title is not None:
        return report.title
    first = report.text.lstrip("\n \u3000")
    start = len(report.text) - len(first)
    line = first.partition("\n")[0].rstrip()
    if 0 < len(line) <= TITLE_LENGTH and line[-1] not in "。;；,，:：!！" and len(line) < len(first.rstrip()):
        return start, start + len(line)
    return None
