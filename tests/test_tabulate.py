"""ReadReports → tables: offsets, ids, exact decimals, dates, sections."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction

import pyarrow as pa
import pytest
from fakes import CALENDAR, UNIT_CLASSES, read_of, rows, tables_of
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from pipeline.bounds import exact, hedged, total
from pipeline.model import Activity, Check, Cue, Document, PartialDate, Quantity
from pipeline.schema import DATING, DATING_SCHEMA, TABLES
from pipeline.tabulate import Tabulator, renumber, report_hash

HELPED = (
    "一、帮扶工作\n<date edtf=XXXX-03 anchor=this_year>今年3月</date>慰问"
    "<count value=75 unit=名 object=职工 indicator=aid.people>75名</count>"
    '职工,发放<money value=8000 bound=">" unit=元 indicator=aid.amount>8000余元</money>。\n'
)


def test_tables_have_their_schema() -> None:
    tables = tables_of(read_of(HELPED))
    for name, table in tables.items():
        assert table.schema.equals(DATING_SCHEMA if name == DATING else TABLES[name].schema), name


@pytest.mark.parametrize("start", [0, 500])
def test_text_is_the_source_between_the_offsets(start: int) -> None:
    read = read_of(HELPED, start=start)
    source = "x" * start + read.report.raw
    for row in rows(tables_of(read)["facts"]):
        assert source[row["start"] : row["end"]] == row["text"]
        assert row["fact_id"] == f"{row['report_id']}:{row['start'] - start}"


def test_a_cleaned_report_is_written_with_the_offsets_of_its_source() -> None:
    """Local text without the blanks that the source has inside a number."""
    read = read_of("慰问<count value=75 unit=名>75名</count>")
    report = replace(read.report, raw="慰 问 7 5 名", offsets=(0, 2, 4, 6, 8), end=9)
    fact = structs.replace(read.facts[0], cues=(Cue("cue.visit", 0, 2),))
    row = rows(tables_of(replace(read, report=report, facts=(fact,)))["facts"])[0]
    assert (row["start"], row["end"], row["text"]) == (4, 9, "7 5 名")
    assert row["cues"] == ["cue.visit@0-3"]
    assert row["sentence"] == "慰 问 7 5 名"


def test_sections_and_sentences() -> None:
    facts = rows(tables_of(read_of(HELPED))["facts"])
    assert {row["section"] for row in facts} == {"一、帮扶工作"}
    assert {row["sentence"] for row in facts} == {"今年3月慰问75名职工,发放8000余元。"}


def test_dates_resolve_with_the_reports_year_only() -> None:
    known = rows(tables_of(read_of(HELPED, year=2013))["facts"])[0]
    assert (known["date_start"], known["date_end"]) == (date(2013, 3, 1), date(2013, 3, 31))
    unknown = rows(tables_of(read_of(HELPED))["facts"])[0]
    assert (unknown["date_start"], unknown["date_end"], unknown["edtf"]) == (None, None, "XXXX-03")


@pytest.mark.parametrize(
    ("when", "first", "last"),
    [
        (PartialDate("XXXX", festival="春节"), "2013-02-10", "2013-02-10"),
        (PartialDate("XXXX", festival="清明"), "2013-04-04", "2013-04-04"),
        (PartialDate("XXXX-05-01", festival="五一"), "2013-05-01", "2013-05-01"),
        (PartialDate("XXXX", anchor="last_year"), "2012-01-01", "2012-12-31"),
        (PartialDate("XXXX", anchor="next_year", part="early"), "2014-01-01", "2014-12-31"),
        (PartialDate("XXXX-02", part="late"), "2013-02-21", "2013-02-28"),
        (PartialDate("XXXX-01/XXXX-06"), "2013-01-01", "2013-06-30"),
        (PartialDate("XXXX-04-25T10:00"), "2013-04-25", "2013-04-25"),
        (PartialDate("2005"), "2005-01-01", "2005-12-31"),
        (PartialDate("2011-11/2012-02"), "2011-11-01", "2012-02-29"),
    ],
)
def test_days_of_a_date(when: PartialDate, first: str, last: str) -> None:
    days = CALENDAR.days(when, 2013)
    assert days is not None
    assert tuple(day.isoformat() for day in days) == (first, last)


@pytest.mark.parametrize(
    "when",
    [
        PartialDate("XXXX"),  # 过去的一年, 前年: tied to nothing
        PartialDate("20XX-09-03"),  # a masked year may be any
        PartialDate("XXXX-XX-20"),
        PartialDate("T08:30"),
        PartialDate("XXXX-11/XXXX-02"),  # the words do not say which year the end lies in
        PartialDate("XXXX-02-30"),
        PartialDate("XXXX", festival="盂兰盆"),
        PartialDate(None),
    ],
)
def test_dates_that_have_no_days(when: PartialDate) -> None:
    assert CALENDAR.days(when, 2013) is None


def test_a_report_without_a_year_still_has_the_days_of_written_years() -> None:
    assert CALENDAR.days(PartialDate("2012-09-03"), None) == (date(2012, 9, 3), date(2012, 9, 3))
    assert CALENDAR.days(PartialDate("XXXX", anchor="this_year"), None) is None


# --- decimals


@given(st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**31), max_value=10**31, places=6))
def test_six_places_stay_exact(number: Decimal) -> None:
    kept, note = exact(number)
    assert kept == number
    assert note is None
    assert pa.array([kept], pa.decimal128(38, 6))[0].as_py() == number


@pytest.mark.parametrize(
    ("written", "kept"),
    [("0.0000005", "0"), ("0.0000015", "0.000002"), ("1.23456749", "1.234567"), ("66.6666666666666666666", "66.666667")],
)
def test_more_places_are_rounded_half_to_even_with_a_note(written: str, kept: str) -> None:
    number, note = exact(Decimal(written))
    assert number == Decimal(kept)
    assert note is not None
    assert note.startswith("rounded")


def test_a_number_of_over_32_digits_has_no_value_and_a_reason() -> None:
    assert exact(Decimal("9" * 32))[0] == Decimal("9" * 32)
    assert exact(Decimal("9" * 33)) == (None, "too_long: over 32 digits")
    assert exact(Decimal("9" * 32 + ".9999999")) == (None, "too_long: over 32 digits")
    read = read_of("投入<money value=1 unit=元>1元</money>。")
    fact = structs.replace(read.facts[0], quantity=Quantity(Decimal("1" * 40), unit="元"))
    row = rows(tables_of(replace(read, facts=(fact,)))["facts"])[0]
    assert (row["value"], row["note"]) == (None, "too_long: over 32 digits")


@given(st.lists(st.decimals(allow_nan=False, allow_infinity=False, min_value=0, max_value=10**30, places=6), min_size=1, max_size=6))
def test_sums_are_exact(numbers: list[Decimal]) -> None:
    terms = [term for number in numbers if (term := hedged(number, None, None, "=")) is not None]
    result = total(terms)
    assert Fraction(result.value) == sum(map(Fraction, numbers))
    assert result.bound == "="


# --- ids


def test_equal_reports_are_numbered_through() -> None:
    tables = tables_of(read_of(HELPED, source="in/a.txt"), read_of(HELPED, source="in/b.txt"))
    first, second = tables["reports"]["report_id"].to_pylist()
    assert first == report_hash(read_of(HELPED).report.raw)
    assert second == f"{first}-2"
    assert len(set(tables["facts"]["fact_id"].to_pylist())) == tables["facts"].num_rows


def test_renumbering_reaches_every_id() -> None:
    read = read_of(
        "共<count value=3 unit=名 id=t indicator=aid.people>3名</count>,其中"
        "<count value=1 unit=名 part_of=t>1名</count>,<count value=2 unit=名 part_of=t>2名</count>。",
        activities=[Activity(0, 4, "hardship_aid", "done", (0, 1), 0, "act.visit")],
        checks=[Check("parts_of_total", 0, (1, 2), Decimal(3), Decimal(3), "holds", 0)],
    )
    tables = tables_of(read)
    old = tables["reports"]["report_id"][0].as_py()
    for name, table in renumber(tables, {old: f"{old}-7"}).items():
        if name == "files":
            continue
        for row in rows(table):
            for column, value in row.items():
                for entry in value if isinstance(value, list) else [value]:
                    if isinstance(entry, str) and entry.startswith(old):
                        assert entry.startswith(f"{old}-7"), (name, column)


# --- activities and files


def test_an_activity_has_its_size_without_parts_and_rates_per_head() -> None:
    read = read_of(
        '<date edtf=XXXX festival=春节>春节</date>慰问<count value=50 unit=人 bound=">" id=t>50余人</count>,'
        "其中<count value=20 unit=名 part_of=t>20名</count>党员,"
        "每人<money value=200 unit=元 per=人>200元</money>,共<money value=10000 unit=元>1万元</money>。",
        year=2013,
        activities=[Activity(0, 4, "hardship_aid", "done", (0, 1, 2, 3, 4), 0, "act.visit")],
    )
    row = rows(tables_of(read)["activities"])[0]
    assert (row["people"], row["people_bound"]) == (50, ">")
    assert (row["amount"], row["amount_bound"]) == (10000, "=")
    assert (row["households"], row["households_bound"]) == (None, None)
    assert row["date_start"] == date(2013, 2, 10)
    assert len(row["fact_ids"]) == 5


def test_an_unreadable_input_is_a_row() -> None:
    tabulator = Tabulator(CALENDAR, UNIT_CLASSES)
    tabulator.add(Document("in/x.jpg", "", "refused", "picture: no text", bytes=3), [])
    tables = tabulator.tables()
    row = rows(tables["files"])[0]
    assert (row["source"], row["status"], row["reports"]) == ("in/x.jpg", "refused", 0)
    assert tables["facts"].num_rows == 0
