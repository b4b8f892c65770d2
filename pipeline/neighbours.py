"""Years that the other reports of a town tell, at the end of a run: by numbered events and by last year's figures (去年45家).

What is kept of a report follows from that report alone, and all reports are asked at once: neither the order of the inputs nor the number
of workers matters. A year that was concluded here dates no further report.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from pipeline.interpret.year import settle
from pipeline.model import YearsLeft
from pipeline.rows import Row, each_row
from pipeline.rulebook import Rulebook

Figures = Mapping[str, Mapping[str, Decimal]]
"""report_id → indicator → an exact figure."""
Pairs = Mapping[str, tuple[Row, Sequence[Row]]]
"""report_id → the report, and others that may tell its year."""

_ASKED = (
    "report_id", "org", "town", "town_code", "county", "city", "province", "place_basis", "period", "year", "year_basis", "year_evidence",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Rules:
    """What `[limits]` and `[edition]` of years.toml say."""

    every: frozenset[int]
    editions: int
    figures: int
    digits: int

    @classmethod
    def of(cls, book: Rulebook) -> Rules:
        table = book.table("years")
        limits, edition = table["limits"], table["edition"]
        every = frozenset(range(limits["earliest"], limits["latest"] + 1))
        return cls(every, edition["known"], edition["figures"], edition["digits"])


@dataclass(frozen=True, slots=True)
class Told:
    """The years that other reports leave, and by which words. `firm`: where the report's own clues exclude them, that is a conflict."""

    years: frozenset[int]
    firm: bool
    evidence: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Dated:
    """What becomes of a report's year, as the columns of `reports` have it."""

    year: int | None
    year_basis: str
    year_min: int | None
    year_max: int | None
    year_evidence: tuple[str, ...]


def dated(reports: pa.Table, dating: pa.Table, quoted: pa.Table, cells: pa.Table, rules: Rules) -> dict[str, Dated]:
    """report_id → its year or closer bounds, for the reports that others of their town tell more of than they do themselves.

    `dating`: rows of DATING_SCHEMA; `quoted`: the table `last_year`; `cells`: those that hold something.
    """
    pairs = _pairs(reports, dating)
    known = concerned(reports, dating, pairs)
    if not known:
        return {}
    left = _left(dating, pairs, known)
    quotes = _exact(quoted, "stated", known)
    figures = _exact(cells.filter(pc.equal(cells["state"], "value")), "value", _set_beside(quotes, pairs))
    found = {}
    for name, (report, others) in pairs.items():
        told = [*_by_editions(left[name], others, left, rules), *_by_figures(report, others, quotes, figures, rules)]
        if told and (more := _concluded(report, left[name], told, rules)) is not None:
            found[name] = more
    return found


def _left(dating: pa.Table, pairs: Pairs, known: set[str]) -> dict[str, Row]:
    """The rows of DATING_SCHEMA of the reports that are asked, and of those that tell of numbered events."""
    of_use = pc.is_in(dating["report_id"], pa.array(sorted(known), pa.string()))
    rows = each_row(dating.filter(of_use))
    return {row["report_id"]: row for row in rows if row["report_id"] in pairs or row["names"]}


def _set_beside(quotes: Figures, pairs: Pairs) -> set[str]:
    """The ids of the reports whose own figures are set beside figures that another quotes."""
    wanted = set()
    for name, (_, others) in pairs.items():
        if any(other["report_id"] in quotes for other in others):
            wanted.add(name)
        if name in quotes:
            wanted |= {other["report_id"] for other in others}
    return wanted


def concerned(reports: pa.Table, dating: pa.Table, pairs: Pairs | None = None) -> set[str]:
    """The ids of the reports that are asked or that tell; `quoted` and `cells` of others are of no use to `dated`."""
    pairs = _pairs(reports, dating) if pairs is None else pairs
    return set(pairs) | {other["report_id"] for _, others in pairs.values() for other in others}


def _pairs(reports: pa.Table, dating: pa.Table) -> Pairs:
    """Each report whose year its own words leave open, with the dated ones of its town."""
    asked = dict(zip(dating["report_id"].to_pylist(), pc.list_value_length(dating["allowed"]).to_pylist(), strict=True))
    if not asked:
        return {}
    told = reports.select(list(_ASKED))
    unknown = each_row(told.filter(pc.equal(told["year_basis"], "unknown")))
    asking = sorted((row for row in unknown if asked.get(row["report_id"])), key=lambda row: str(row["report_id"]))
    towns = _towns(each_row(told.filter(pc.is_valid(told["year"]))), {key for row in asking for key in _keys(row)})
    found = ((row, _others(row, towns)) for row in asking)
    return {row["report_id"]: (row, others) for row, others in found if others}


def _keys(report: Row) -> Iterator[tuple[Any, ...]]:
    """What reports of one body of one town share; none where it is not settled which town that is. Namesakes are never taken for one."""
    if report["town"] is None or report["org"] is None or report["place_basis"] == "conflict":
        return
    if report["town_code"] is not None:
        yield ("code", report["town_code"], report["org"])
    if report["province"] is not None and report["county"] is not None:
        yield ("names", report["province"], report["county"], report["town"], report["org"])


def _towns(dated_ones: Iterable[Row], wanted: Container[tuple[Any, ...]]) -> dict[tuple[Any, ...], list[Row]]:
    """The dated reports of each town that is wanted."""
    towns: dict[tuple[Any, ...], list[Row]] = defaultdict(list)
    for report in dated_ones:
        for key in _keys(report):
            if key in wanted:
                towns[key].append(report)
    return towns


def _others(report: Row, towns: Mapping[tuple[Any, ...], Sequence[Row]]) -> list[Row]:
    """The dated reports of a report's town, each once, in the order of their ids."""
    found = {other["report_id"]: other for key in _keys(report) for other in towns.get(key, ())}
    return [found[name] for name in sorted(found)]


# --- numbered events ----------------------------------------------------------------------------------------------------------------


def _by_editions(own: Row, others: Sequence[Row], left: Mapping[str, Row], rules: Rules) -> Iterator[Told]:
    """第六届“金牌工人” beside the third of 2006 and the fourth of 2007 is of 2009; beside one of them alone it is of that year or later."""
    for name, number, words in zip(own["names"], own["numbers"], own["words"], strict=True):
        known = [(n, other["year"], w, other["report_id"]) for other in others for n, w in _editions(left, other["report_id"], name)]
        pairs = {(n, year) for n, year, *_ in known}
        offsets = {year - n for n, year in pairs}
        if len(pairs) >= rules.editions and len(offsets) == 1:
            years = frozenset({offsets.pop() + number})
            yield Told(years, True, (words, *_seen(known)))
        elif all(a[1] <= b[1] for a in pairs for b in pairs if a[0] < b[0]):
            low = max((year for n, year in pairs if n < number), default=None)
            high = min((year for n, year in pairs if n > number), default=None)
            years = frozenset(y for y in rules.every if (low is None or y >= low) and (high is None or y <= high))
            bounding = [row for row in known if row[1] == (low if row[0] < number else high) and row[0] != number]
            if bounding:
                yield Told(years, False, (words, *_seen(bounding)))


def _editions(left: Mapping[str, Row], report_id: str, name: str) -> Iterator[tuple[int, str]]:
    row = left.get(report_id)
    if row is not None:
        yield from ((n, w) for there, n, w in zip(row["names"], row["numbers"], row["words"], strict=True) if there == name)


def _seen(known: Iterable[tuple[int, int, str, str]]) -> tuple[str, ...]:
    """The words of other reports with their years: `第三届“金牌工人”=2006@REPORT_ID`."""
    return tuple(f"{words.rpartition('@')[0]}={year}@{name}" for _, year, words, name in sorted(known, key=lambda row: (row[1], row[3])))


# --- last year's figures ------------------------------------------------------------------------------------------------------------


def _exact(table: pa.Table, column: str, ids: set[str]) -> Figures:
    """The exact figures of some reports; an indicator that is given in two ways is given in none."""
    bound = "stated_bound" if column == "stated" else "bound"
    wanted = table.filter(pc.is_in(table["report_id"], pa.array(sorted(ids), pa.string())))
    found: dict[str, dict[str, set[Decimal]]] = defaultdict(lambda: defaultdict(set))
    for row in each_row(wanted.select(["report_id", "indicator", column, bound])):
        if row[column] is not None:
            found[row["report_id"]][row["indicator"]].add(row[column] if row[bound] == "=" else Decimal("NaN"))
    exact = {name: {code: next(iter(n)) for code, n in of.items() if len(n) == 1} for name, of in found.items()}
    return {name: {code: number for code, number in of.items() if not number.is_nan()} for name, of in exact.items()}


def _by_figures(report: Row, others: Sequence[Row], quotes: Figures, figures: Figures, rules: Rules) -> Iterator[Told]:
    """The year behind a report whose figures this one quotes as last year's, or before one that quotes this one's."""
    own = report["report_id"]
    told: dict[int, list[str]] = defaultdict(list)
    for other in others:
        if other["period"] != report["period"]:
            continue
        name, year = other["report_id"], other["year"]
        quotes_it = 1, _equal(quotes.get(own, {}), figures.get(name, {}))
        is_quoted = -1, _equal(quotes.get(name, {}), figures.get(own, {}))
        for step, equal in (quotes_it, is_quoted):
            if len(equal) >= rules.figures and sum(map(_digits, equal)) >= rules.digits:
                told[year + step] += [f"{number.normalize():f}={year}@{name}" for number in equal]
    if len(told) == 1:
        [(year, evidence)] = told.items()
        yield Told(frozenset({year}), True, tuple(evidence))


def _equal(quoted: Mapping[str, Decimal], given: Mapping[str, Decimal]) -> list[Decimal]:
    """The figures that both have; none where one of them differs."""
    both = sorted(quoted.keys() & given.keys())
    return [quoted[code] for code in both] if all(quoted[code] == given[code] for code in both) else []


def _digits(number: Decimal) -> int:
    """How many significant digits a figure has: 1,200 has two."""
    return len(f"{number:f}".replace(".", "").strip("0"))


# --- together -----------------------------------------------------------------------------------------------------------------------


def _concluded(report: Row, left: Row, told: Sequence[Told], rules: Rules) -> Dated | None:
    """The report's own clues with those of the others; None where they say no more."""
    allowed, narrowed = frozenset(left["allowed"]), frozenset(left["narrowed"])
    evidence = list(report["year_evidence"] or ())
    before = narrowed
    for clue in sorted(told, key=lambda one: not one.firm):
        if narrowed & clue.years:
            if not narrowed <= clue.years:
                evidence += clue.evidence
            allowed, narrowed = allowed & clue.years, narrowed & clue.years
        elif clue.firm:
            return Dated(None, "conflict", None, None, tuple(dict.fromkeys((*evidence, *clue.evidence))))
    if narrowed == before:
        return None
    year, low, high = settle(YearsLeft(allowed, narrowed), rules.every)
    return Dated(year, "unknown" if year is None else "inferred", low, high, tuple(dict.fromkeys(evidence)))
