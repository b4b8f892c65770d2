"""Once the year of a report is known, its dates are days: EDTF, anchor, part and festival of ANNOTATION.md, never the clock."""

from __future__ import annotations

import tomllib
from datetime import date

import pytest
from place_cases import RULES

from pipeline.days import Calendar, lunar_day
from pipeline.model import PartialDate

CALENDAR = Calendar(tomllib.loads((RULES / "calendar.toml").read_text("utf-8")))


def days(edtf: str | None, year: int | None = 2012, anchor: str | None = None, part: str | None = None, festival: str | None = None) -> str:
    """First and last day as `2012-01-01/2012-12-31`, one day alone, `-` for none."""
    found = CALENDAR.days(PartialDate(edtf, anchor, part, festival), year)
    if found is None:
        return "-"
    return found[0].isoformat() if found[0] == found[1] else f"{found[0]}/{found[1]}"


@pytest.mark.parametrize(("edtf", "want"), [
    ("XXXX-09-27", "2012-09-27"),
    ("XXXX-02-29", "2012-02-29"),
    ("XXXX-02", "2012-02-01/2012-02-29"),
    ("XXXX-07/XXXX-09", "2012-07-01/2012-09-30"),
    ("XXXX-01/XXXX-06", "2012-01-01/2012-06-30"),
    ("XXXX-07/XXXX-07-15", "2012-07-01/2012-07-15"),
    ("XXXX-09-27/XXXX-10-03", "2012-09-27/2012-10-03"),
    ("XXXX-04-25T10:00", "2012-04-25"),
    ("2009", "2009-01-01/2009-12-31"),
    ("2009-05", "2009-05-01/2009-05-31"),
    ("2012-04-25T10:00", "2012-04-25"),
    ("2008/2010", "2008-01-01/2010-12-31"),
    ("20XX", "-"),
    ("20XX-09-03", "-"),
    ("XXXX-XX-20", "-"),
    ("T10:00", "-"),
    ("T08:30", "-"),
    ("XXXX-13-01", "-"),
    ("XXXX-02-30", "-"),
    (None, "-"),
])  # fmt: skip
def test_expressions(edtf: str | None, want: str) -> None:
    assert days(edtf) == want


@pytest.mark.parametrize(("edtf", "anchor", "want"), [
    ("XXXX", "this_year", "2012-01-01/2012-12-31"),
    ("XXXX", "last_year", "2011-01-01/2011-12-31"),
    ("XXXX", "next_year", "2013-01-01/2013-12-31"),
    ("XXXX-03", "this_year", "2012-03-01/2012-03-31"),
    ("XXXX-10", "last_year", "2011-10-01/2011-10-31"),
    ("XXXX-01-15", "next_year", "2013-01-15"),
    ("XXXX-11/XXXX-02", "last_year", "2011-11-01/2012-02-29"),
    ("XXXX-11/XXXX-03", "this_year", "2012-11-01/2013-03-31"),
    ("XXXX-11/XXXX-12", "last_year", "2011-11-01/2011-12-31"),
    ("XXXX-12-20/XXXX-01-10", "last_year", "2011-12-20/2012-01-10"),
])  # fmt: skip
def test_anchors(edtf: str, anchor: str, want: str) -> None:
    assert days(edtf, anchor=anchor) == want


@pytest.mark.parametrize(("edtf", "part", "want"), [
    ("XXXX-04", "early", "2012-04-01/2012-04-10"),
    ("XXXX-04", "mid", "2012-04-11/2012-04-20"),
    ("XXXX-02", "late", "2012-02-21/2012-02-29"),
])  # fmt: skip
def test_parts_of_a_month(edtf: str, part: str, want: str) -> None:
    assert days(edtf, part=part) == want


@pytest.mark.parametrize(("festival", "year", "want"), [
    ("春节", 2012, "2012-01-23"), ("春节", 2009, "2009-01-26"), ("元宵", 2012, "2012-02-06"), ("端午", 2011, "2011-06-06"),
    ("中秋", 2011, "2011-09-12"), ("重阳", 2017, "2017-10-28"), ("清明", 2012, "2012-04-04"), ("清明", 2003, "2003-04-05"),
])  # fmt: skip
def test_festivals_of_the_lunar_calendar(festival: str, year: int, want: str) -> None:
    assert days("XXXX", year, festival=festival) == want


def test_festivals_with_a_fixed_day() -> None:
    assert days("XXXX-05-01", festival="五一") == "2012-05-01"
    assert days("XXXX-01-01", anchor="next_year", festival="元旦") == "2013-01-01"


@pytest.mark.parametrize("edtf", ["XXXX-09-27", "XXXX", "XXXX-07/XXXX-09"])
def test_an_unknown_year_gives_no_days(edtf: str) -> None:
    assert days(edtf, None, "this_year") == "-"
    assert days("2012-09-27", None) == "2012-09-27"


@pytest.mark.parametrize(("festival", "year", "want"), [
    ("清明", 1900, "-"), ("清明", 1901, "1901-04-05"), ("清明", 2000, "2000-04-04"), ("清明", 2001, "2001-04-05"),
    ("清明", 2099, "2099-04-04"), ("清明", 2100, "-"), ("春节", 1899, "-"), ("春节", 1900, "1900-01-31"), ("春节", 2099, "2099-01-21"),
    ("春节", 2100, "-"), ("不知名", 2012, "-"), ("春节", None, "-"),
])  # fmt: skip
def test_festivals_are_known_for_two_centuries(festival: str, year: int | None, want: str) -> None:
    assert days("XXXX", year, festival=festival) == want


def test_festivals_of_a_written_or_masked_year() -> None:
    assert days("2013", 2012, festival="春节") == "2013-02-10"
    assert days("20XX", 2012, festival="春节") == "-"
    assert days("XXXX", 2012, anchor="last_year", festival="春节") == "2011-02-03"


@pytest.mark.parametrize(("edtf", "want"), [
    ("0000-01-01", "-"), ("0001-01-01", "0001-01-01"), ("9999-12-31", "9999-12-31"), ("XXXX-01-31", "2012-01-31"),
    ("XXXX-12-01", "2012-12-01"), ("XXXX-00", "-"), ("XXXX-04-00", "-"), ("XXXX-03-05/XXXX-03-04", "-"),
    ("XXXX-03-05/XXXX-03-05", "2012-03-05"),
    ("XXXX-03-05/XXXX-13", "-"), ("XXXX-13/XXXX-12-05", "-"),
])  # fmt: skip
def test_edges(edtf: str, want: str) -> None:
    assert days(edtf) == want


@pytest.mark.parametrize(("month", "day", "want"), [(1, 30, date(2012, 2, 21)), (2, 29, date(2012, 3, 21)), (2, 30, None)])
def test_short_lunar_months_have_no_thirtieth(month: int, day: int, want: date | None) -> None:
    assert lunar_day(2012, month, day) == want


def test_a_part_ties_a_year_to_the_report_s() -> None:
    assert days("XXXX", part="late") == "2012-01-01/2012-12-31"
    assert days("XXXX", None, part="late") == "-"
    assert days("XXXX") == "-"


def test_leap_days_of_other_years_are_none() -> None:
    assert days("XXXX-02-29", 2011) == "-"


def test_nothing_depends_on_today() -> None:
    assert CALENDAR.days(PartialDate("XXXX-09-27", "this_year"), 1999) == (date(1999, 9, 27), date(1999, 9, 27))
