"""The queue of doubts: what is in it, in which order, and what is no doubt."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pyarrow as pa
from fakes import read_of
from workbooks import renamed, tables_of

from pipeline.audit import DOUBTS, KINDS, OUTLIER_REPORTS, doubts
from pipeline.model import Check
from pipeline.tabulate import Tables

KNOWN: dict[str, Any] = {"town": "安海镇", "county": "晋江市", "town_code": "350582100"}
MENDED = "慰问<count value=12 unit=户 repaired=true indicator=aid.households>12尸</count>。"


def aid(value: int, number: int) -> Any:
    """A report of a year of its own that says how many were visited."""
    text = f"{2000 + number}号。慰问<count value={value} unit=人 indicator=aid.people>{value}人</count>。"
    return read_of(text, source=f"in/{number:02}.txt", year=1980 + number, **KNOWN)


def rows(tables: Tables, kind: str | None = None) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = doubts(tables).to_pylist()
    return [row for row in found if kind in (None, row["kind"])]


def test_a_sound_report_raises_none() -> None:
    assert rows(tables_of(aid(30, 1))) == []


def test_what_touches_most_cells_comes_first() -> None:
    text = "".join(
        f"慰问<{kind} value={value} unit={unit} indicator={code}>{value}{unit}</{kind}>。"
        for kind, value, unit, code in (
            ("count", 30, "人", "aid.people"),
            ("money", 500, "元", "aid.amount"),
            ("count", 7, "户", "aid.households"),
        )
    )
    nowhere = read_of(text, source="in/a.txt", year=2012)
    mended = read_of(MENDED, source="in/b.txt", year=2012, **KNOWN)
    found = [(row["kind"], row["effect"]) for row in rows(tables_of(nowhere, mended))]
    assert found == [("place_unknown", 3), ("repaired", 1)]


def test_conflicts_name_all_their_figures() -> None:
    text = (
        "成功率<rate value=90 unit=% indicator=rights.settled_rate>90%</rate>。"
        "成功率<rate value=85 unit=% indicator=rights.settled_rate>85%</rate>。"
    )
    (row,) = rows(tables_of(read_of(text, year=2012, **KNOWN)), "conflict")
    assert (row["text"], row["sentence"], row["indicator"]) == ("90%; 85%", "成功率90%。", "rights.settled_rate")


def test_a_check_that_fails_says_what_was_stated_and_computed() -> None:
    parts = "<count value=20 unit=家>20家</count>、<count value=24 unit=家>24家</count>"
    text = f"共<count value=45 unit=家 indicator=org.unions_new>45家</count>,其中{parts}。"
    check = Check("parts_of_total", 0, (1, 2), Decimal(45), Decimal(44), "fails", 0)
    (row,) = rows(tables_of(read_of(text, year=2012, checks=[check], **KNOWN)))
    assert (row["kind"], row["text"]) == ("check_fails", "45家 ≠ 44 (20家, 24家)")
    assert (row["value"], row["expected"]) == (45, 44)


def test_a_town_of_several_counties_is_in_doubt_though_it_has_a_name() -> None:
    read = read_of("甲。", town="安仁镇", year=2010, candidates=("四川省成都市大邑县安仁镇=0.5", "陕西省渭南市大荔县安仁镇=0.5"))
    tables = tables_of(read)
    assert len(tables["reports"]["place_candidates"][0]) == 2
    assert [row["kind"] for row in rows(tables)] == ["place_ambiguous"]


def test_years_that_contradict_and_years_unknown_are_told_apart() -> None:
    tables = tables_of(read_of("甲。", **KNOWN))
    assert [row["kind"] for row in rows(tables)] == ["year_unknown"]
    tables = {**tables, "reports": renamed(tables["reports"], "year_basis", ["conflict"])}
    assert [row["kind"] for row in rows(tables)] == ["year_conflict"]


def test_a_copy_raises_no_doubt_of_its_own() -> None:
    original = read_of(MENDED, source="in/a.txt", year=2012, **KNOWN)
    tables = tables_of(original, read_of(MENDED + "乙。", source="in/b.txt", year=2012, **KNOWN))
    first = tables["reports"]["report_id"][0].as_py()
    tables = {**tables, "reports": renamed(tables["reports"], "duplicate_of", [None, first])}
    assert [(row["source"], row["effect"]) for row in rows(tables, "repaired")] == [("in/a.txt", 1)]


def test_a_figure_far_from_all_others_is_an_outlier() -> None:
    usual = [aid(20 + number, number) for number in range(OUTLIER_REPORTS)]
    (row,) = rows(tables_of(*usual, aid(250_000, 30)))
    assert (row["kind"], row["text"], row["value"], row["expected"]) == ("outlier", "250000人", 250_000, 26)


def test_few_reports_or_wide_spread_make_no_outlier() -> None:
    few = [aid(20 + number, number) for number in range(OUTLIER_REPORTS - 2)]
    assert rows(tables_of(*few, aid(250_000, 30))) == []
    spread = [aid(10 ** (number % 5), number) for number in range(OUTLIER_REPORTS)]
    assert rows(tables_of(*spread)) == []
    two_groups = [aid(20 if number < 9 else 9000 + number, number) for number in range(OUTLIER_REPORTS)]
    assert rows(tables_of(*two_groups)) == []


def test_files_and_numerals_that_were_not_read() -> None:
    tables = tables_of(aid(30, 1))
    unread = renamed(renamed(tables["files"], "status", ["unreadable"]), "reason", ["damaged: the file ends early"])
    notes = ["no rule reads this number"] * tables["facts"].num_rows
    found = rows({**tables, "files": unread, "facts": renamed(tables["facts"], "note", notes)})
    assert {row["kind"] for row in found} == {"file_unread", "unread"}


def test_kinds_and_columns_are_those_that_are_announced() -> None:
    table = doubts(tables_of(aid(30, 1), read_of("甲。", source="in/z.txt")))
    assert table.schema.equals(DOUBTS)
    assert set(table["kind"].to_pylist()) <= set(KINDS)
    assert pa.types.is_int64(table.schema.field("effect").type)
