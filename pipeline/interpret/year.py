"""Which year, and which part of it, a report is of.

The clues are intersected. A stated year that they exclude has them taken loosely first: plans and campaigns are spoken of before and after
their years. Where one year is left it is the report's; else its bounds are given. Clues that exclude each other are shown as
a conflict. A weekday or a lunar day narrows the years, but never settles one where the other clues leave them open at either end.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from msgspec import structs

from pipeline.interpret.numerals import Alphabet, NumeralError
from pipeline.interpret.period import PeriodRules
from pipeline.interpret.place import title_span
from pipeline.interpret.year_clues import YearClue, YearClueFinder
from pipeline.model import Fact, Period, Report, YearsLeft

EVIDENCE = 8
"""How many clues are listed."""


class YearResolver:
    """Built once from the rules folder (or from `table` and `numerals`, the parsed files with an analyst's changes). Immutable."""

    def __init__(self, rules_dir: Path, table: Mapping[str, Any] | None = None, numerals: Mapping[str, Any] | None = None) -> None:
        if table is None:
            table = tomllib.loads((rules_dir / "years.toml").read_text("utf-8"))
        if numerals is None:
            numerals = tomllib.loads((rules_dir / "numerals.toml").read_text("utf-8"))
        alphabet = Alphabet.from_table(numerals)
        self._finder = YearClueFinder(table, alphabet)
        self._periods = PeriodRules(table, lambda text: _number(alphabet, text))
        self._path_clues = lru_cache(maxsize=1024)(self._finder.of_path)

    def resolve(self, report: Report, facts: Sequence[Fact] = (), known: Sequence[tuple[Report, int]] = ()) -> Period:
        """The period of a report, with the words that tell it. `facts` adds the written years that only the date reader could mend;
        `known` are other reports of the same town with their years, for what is counted year by year (第五届).
        """
        title = title_span(report)
        period = self._period(report, title)
        clues = self._finder.find(report, title, period)
        clues += self._mended(report, facts, clues)
        clues += self._finder.by_editions(report, known)
        clues += self._path_clues(report.source, report.part is not None)
        return replace(self._settle(report, period, clues), editions=self._finder.editions(report.text))

    # --- period -------------------------------------------------------------------------------------------------------------------

    def _period(self, report: Report, title: tuple[int, int] | None) -> str:
        """By the title, else by the file's name where it says a part of a year, else by the words of the text."""
        named = self._periods.of_title(report.text[title[0] : title[1]]) if title else None
        if named is not None:
            return named
        name = report.source.rpartition("/")[2].rpartition(".")[0]
        filed = self._periods.of_title(name) if report.part is None else None
        if filed is not None and filed != "annual":
            return filed
        return self._periods.of_text(report.text)

    # --- year ---------------------------------------------------------------------------------------------------------------------

    def _mended(self, report: Report, facts: Iterable[Fact], clues: Sequence[YearClue]) -> list[YearClue]:
        """Past years in dates that only the date reader could read (2 0 1 2年)."""
        known = {year for clue in clues if clue.rule == "year.past" for year in clue.years}
        found = []
        for fact in facts:
            written = (fact.date.edtf or "")[:4] if fact.date else ""
            if fact.repaired and written.isdecimal() and int(written) in self._finder.all_years and int(written) not in known:
                years = frozenset(y for y in self._finder.all_years if y >= int(written))
                found.append(YearClue("year.past", years, "soft", (fact.start, fact.end), report.text[fact.start : fact.end]))
        return found

    def _settle(self, report: Report, period: str, clues: Sequence[YearClue]) -> Period:
        """The years that all clues leave."""
        firm = [clue for clue in clues if clue.strength in ("stated", "inferred", "bound") and clue.years]
        calendar = [clue for clue in clues if clue.strength == "calendar"]
        if not self._common([*firm, *calendar]) and any(clue.strength == "stated" for clue in firm):
            firm = [structs.replace(clue, years=clue.loose or clue.years) for clue in firm]
        allowed = self._common(firm)
        narrowed = allowed & self._common(calendar)
        if not narrowed:
            return Period(period, None, "conflict", None, None, self._evidence(report, [*firm, *calendar]))
        used = [*firm, *calendar]
        several = any(clue.rule == "year.title-range" for clue in firm)
        for clue in sorted((c for c in clues if c.strength == "soft"), key=lambda c: len(c.years)):
            if not several and narrowed & clue.years:
                narrowed, allowed = narrowed & clue.years, allowed & clue.years
                used.append(clue)
        left = YearsLeft(allowed, narrowed)
        settled, low, high = settle(left, self._finder.all_years)
        telling = self._telling(used)
        if settled is not None:
            stated = any(clue.strength == "stated" for clue in used)
            return Period(period, settled, "stated" if stated else "inferred", low, high, self._evidence(report, telling), left)
        return Period(period, None, "unknown", low, high, self._evidence(report, telling), left)

    def _common(self, clues: Sequence[YearClue]) -> frozenset[int]:
        years = self._finder.all_years
        for clue in clues:
            years &= clue.years
        return years

    def _telling(self, clues: Sequence[YearClue]) -> list[YearClue]:
        """The clues that say something, the narrowest first, each rule once."""
        kept: dict[str, YearClue] = {}
        settled = any(len(clue.years) == 1 and clue.strength != "soft" for clue in clues)
        for clue in sorted(clues, key=lambda c: (c.strength != "stated", len(c.years))):
            if clue.years != self._finder.all_years and not (settled and clue.rule == "year.past"):
                kept.setdefault(clue.rule, clue)
        return list(kept.values())

    def _evidence(self, report: Report, clues: Sequence[YearClue]) -> tuple[str, ...]:
        """`text@start-end` in the source, `text@path` for the path."""
        written = []
        for clue in clues[:EVIDENCE]:
            if clue.span is None:
                written.append(f"{clue.text}@path")
            else:
                first, last = report.raw_span(*clue.span)
                written.append(f"{report.raw_text(*clue.span)}@{first}-{last}")
        return tuple(dict.fromkeys(written))


def settle(left: YearsLeft, every: frozenset[int]) -> tuple[int | None, int | None, int | None]:
    """Year where one is left, first and last year; None on a side that only the range of the rules closes, and then there is no year."""
    low = min(left.narrowed) if min(left.allowed) > min(every) else None
    high = max(left.narrowed) if max(left.allowed) < max(every) else None
    return (low if low == high else None), low, high


def _number(alphabet: Alphabet, text: str) -> int | None:
    try:
        return int(alphabet.parse(text))
    except NumeralError:
        return None
