"""Date expressions → calendar days, once the report's year is known. Nothing here looks at the clock."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Mapping
from datetime import MAXYEAR, MINYEAR, date
from functools import lru_cache
from typing import Any

from pipeline.model import PartialDate
from pipeline.rule_files import RuleError

Days = tuple[date, date]
"""First and last day, both included."""

_POINT = re.compile(r"(?P<year>\d{4}|XXXX)(?:-(?P<month>\d{2})(?:-(?P<day>\d{2}))?)?(?:T.*)?")
_LUNAR = re.compile(r"(\d{1,2})-(\d{1,2})")
_ANCHORS = {"this_year": 0, "last_year": -1, "next_year": 1}
_THIRDS = {"early": (1, 10), "mid": (11, 20), "late": (21, 31)}


class Calendar:
    """Resolves dates. `table` is the content of rules/calendar.toml: on which lunar day or solar term a festival falls."""

    def __init__(self, table: Mapping[str, Any] | None = None) -> None:
        table = table or {}
        self._lunar: dict[str, tuple[int, int]] = {}
        for festival, written in table.get("lunar", {}).items():
            day = _LUNAR.fullmatch(written)
            if day is None:
                raise RuleError(f"rules/calendar.toml: {festival}: {written!r} is no day of the lunar calendar; write month-day, as 8-15")
            self._lunar[festival] = int(day[1]), int(day[2])
        self._terms: Mapping[str, Mapping[str, float]] = table.get("solar_term", {})

    def days(self, when: PartialDate, year: int | None) -> Days | None:
        """The days that `when` spans in a report of `year`; None where it names no year of its own and that one is unknown, or no days.

        An unknown year resolves only where something ties it to the report's: an anchor, a month, a part or a festival. 前年 and
        过去的一年 are tied to nothing, masked years (`20XX`) may be any, a clock time is no day.
        """
        if when.edtf is None:
            return None
        tied = when.anchor is not None or when.part is not None
        base = None if year is None else year + _ANCHORS.get(when.anchor or "this_year", 0)
        if when.festival is not None and "-" not in when.edtf:
            return self._festival(when.festival, _year(when.edtf, base))
        first, _, last = when.edtf.partition("/")
        start = _point(first, base, when.part, tied)
        later = base + 1 if base is not None and when.crosses_years else base
        end = _point(last, later, when.part, tied) if last else start
        if start is None or end is None or end[1] < start[0]:
            return None
        return start[0], end[1]

    def _festival(self, festival: str, year: int | None) -> Days | None:
        if year is None:
            return None
        if festival in self._lunar:
            day = lunar_day(year, *self._lunar[festival])
        elif festival in self._terms:
            day = _solar_term(year, self._terms[festival])
        else:
            return None
        return None if day is None else (day, day)


def _year(written: str, base: int | None) -> int | None:
    return base if written == "XXXX" else int(written) if written.isdigit() else None


def _point(edtf: str, base: int | None, part: str | None, tied: bool) -> Days | None:
    """First and last day of one end of an interval, or of a whole expression."""
    found = _POINT.fullmatch(edtf)
    if found is None or (found["year"] == "XXXX" and found["month"] is None and not tied):
        return None
    year = _year(found["year"], base)
    if year is None or not MINYEAR <= year <= MAXYEAR:
        return None
    if found["month"] is None:
        return date(year, 1, 1), date(year, 12, 31)
    month = int(found["month"])
    if not 1 <= month <= 12:
        return None
    length = monthrange(year, month)[1]
    if found["day"] is None:
        first, last = _THIRDS.get(part or "", (1, 31))
        return date(year, month, first), date(year, month, min(last, length))
    day = int(found["day"])
    return (date(year, month, day), date(year, month, day)) if 1 <= day <= length else None


@lru_cache(maxsize=4096)
def lunar_day(year: int, month: int, day: int) -> date | None:
    """The solar date of a lunar one; None outside 1900 to 2099 and for the thirtieth of a short month."""
    from lunar_python import Lunar, LunarMonth  # here, for most runs meet no lunar festival

    if not 1900 <= year <= 2099 or day > LunarMonth.fromYm(year, month).getDayCount():
        return None
    solar = Lunar.fromYmd(year, month, day).getSolar()
    return date(solar.getYear(), solar.getMonth(), solar.getDay())


def _solar_term(year: int, term: Mapping[str, float]) -> date | None:
    if not 1901 <= year <= 2099:
        return None
    short = year % 100
    if short == 0:  # the formula counts 2000 as year 100 of the century before
        short = 100
    constant = term["c21"] if year > 2000 else term["c20"]
    return date(year, int(term["month"]), int(0.2422 * short + constant) - short // 4)
