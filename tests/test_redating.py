"""A year that is concluded late changes what hangs on it, and nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import pyarrow as pa
import pytest

from pipeline.neighbours import Dated
from pipeline.redating import Redating, redating
from pipeline.rulebook import Rulebook, load
from pipeline.schema import TABLES

Row = dict[str, Any]
DATED = {"u": Dated(2012, "inferred", 2012, 2012, ("x",))}


@pytest.fixture(scope="module")
def book() -> Rulebook:
    return load(None)


def of(table: str, rows: Sequence[Row]) -> pa.Table:
    schema = TABLES[table].schema
    return pa.Table.from_pylist([{name: row.get(name) for name in schema.names} for row in rows], schema=schema)


def reports(**place: Any) -> pa.Table:
    known = {"place_basis": "stated", "place_evidence": [], "place_candidates": ["y=1"], **place}
    return of("reports", [{"report_id": "u", **known}, {"report_id": "v", **known}])


def fact(number: int, **known: Any) -> Row:
    return {"fact_id": f"u:{number}", "report_id": "u", "kind": "date", **known}


def test_dates_of_facts_and_activities(book: Rulebook) -> None:
    facts = [
        fact(1, edtf="XXXX-03", anchor="this_year"),
        fact(2, kind="count", when="XXXX-05", when_anchor="last_year"),
        fact(3, edtf="2008"),
        {**fact(1, edtf="XXXX-03"), "fact_id": "v:1", "report_id": "v"},
    ]
    told = [("a1", ["u:2", "u:1"]), ("a2", ["u:2"]), ("a3", [])]
    activities = [{"activity_id": name, "report_id": "u", "fact_ids": ids} for name, ids in told]
    tables = {"facts": of("facts", facts), "activities": of("activities", activities)}
    changed = redating(DATED, reports(), [tables["facts"]], [tables["activities"]], book)
    done = {name: changed.applied(name, table) for name, table in tables.items()}
    assert [(row["date_start"], row["date_end"]) for row in done["facts"].to_pylist()] == [
        (date(2012, 3, 1), date(2012, 3, 31)), (None, None), (date(2008, 1, 1), date(2008, 12, 31)), (None, None),
    ]  # fmt: skip
    assert [row["date_start"] for row in done["activities"].to_pylist()] == [date(2012, 3, 1), date(2011, 5, 1), None]
    assert all(done[name].schema == tables[name].schema for name in tables)


def test_report_and_cells(book: Rulebook) -> None:
    place = {"town": "雷锋镇", "town_kind": "镇", "county": "望城区", "city": "长沙市", "province": "湖南省"}
    changed = redating({"u": Dated(2009, "inferred", 2009, 2009, ("x",))}, reports(**place), [], [], book)
    one, other = changed.applied("reports", reports(**place)).to_pylist()
    assert (one["year"], one["year_basis"], one["year_evidence"], one["county"]) == (2009, "inferred", ["x"], "望城县")
    assert one["place_candidates"] == ["湖南省长沙市望城县雷锋镇=1"]
    assert (other["year"], other["county"]) == (None, "望城区")
    [cell] = changed.applied("cells", of("cells", [{"report_id": "u", "indicator": "a", "county": "望城区"}])).to_pylist()
    assert (cell["year"], cell["county"]) == (2009, "望城县")


def test_bounds_alone_change_no_date_and_no_place(book: Rulebook) -> None:
    changed = redating({"u": Dated(None, "unknown", 2009, None, ("x",))}, reports(town="雷锋镇", county="望城区"), [], [], book)
    [row, _] = changed.applied("reports", reports(town="雷锋镇", county="望城区")).to_pylist()
    assert (row["year"], row["year_min"], row["county"]) == (None, 2009, "望城区")
    facts = of("facts", [fact(1, edtf="XXXX-03")])
    assert changed.applied("facts", facts) is facts


def test_a_place_of_the_manifest_stays(book: Rulebook) -> None:
    place = {"town": "雷锋镇", "county": "望城区", "place_basis": "manifest"}
    assert redating(DATED, reports(**place), [], [], book).applied("reports", reports(**place)).to_pylist()[0]["county"] == "望城区"


def test_nothing_to_change(book: Rulebook) -> None:
    assert redating({}, reports(), [], [], book) == Redating()
    table = reports()
    assert Redating().applied("reports", table) is table
    changed = Redating({"reports": {"w": {"year": 2012}}, "cells": {}})
    assert changed.applied("reports", table) is table
