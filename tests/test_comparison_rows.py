"""Which reports share a row of the comparison, by the keys of their towns, and the order of the rows."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pytest

from pipeline.comparison_rows import ComparedReports, numbered, town_keys
from pipeline.schema import REPORTS

TOWN: dict[str, Any] = {"town": "安海镇", "county": "晋江市", "city": "泉州市", "province": "福建省"}
CODE = "350582100"


def reports(*rows: dict[str, Any]) -> pa.Table:
    """Table `reports`, each row named r0, r1 and so on, of one file each."""
    default = {"period": "annual", "org": "union", "year": 2013, "year_basis": "stated", "place_basis": "stated"}
    given = [{"report_id": f"r{number}", "source": f"in/{number}.txt", **default, **row} for number, row in enumerate(rows)]
    return pa.Table.from_pylist(given, schema=REPORTS.schema)


def grouped(*rows: dict[str, Any]) -> list[list[str]]:
    """The ids of the reports of each row of the comparison."""
    compared = ComparedReports.of(reports(*rows))
    ids = compared.reports["report_id"].to_pylist()
    return [[name for name, row in zip(ids, compared.row, strict=True) if row == number] for number in range(len(compared.first))]


def test_a_towns_key_is_its_code_whatever_its_names() -> None:
    keys = town_keys(reports({**TOWN, "town_code": CODE}, {"town": "安海", "town_code": CODE}, TOWN))
    assert keys[0].as_py() == keys[1].as_py() != keys[2].as_py()


@pytest.mark.parametrize(
    ("row", "known"),
    [
        (TOWN, True),
        ({**TOWN, "city": None}, True),
        ({**TOWN, "town": None, "town_code": CODE}, False),
        ({**TOWN, "county": None}, False),
        ({**TOWN, "province": None}, False),  # 朝阳区 is in three provinces
        ({"town": "太平镇"}, False),
        ({"town": "太平镇", "place_basis": "manifest"}, True),
        ({"town": "太平镇", "place_basis": None}, False),
    ],
)
def test_names_that_leave_several_towns_open_are_no_key(row: dict[str, Any], known: bool) -> None:
    assert town_keys(reports(row))[0].is_valid is known


def test_no_two_sets_of_names_have_one_key() -> None:
    places = [TOWN, {**TOWN, "city": None}, {**TOWN, "city": "泉州", "county": "市晋江市"}]
    assert len(set(town_keys(reports(*places)).to_pylist())) == 3


def test_numbers_of_equal_values_are_equal_and_null_has_none() -> None:
    assert numbered(pa.chunked_array([["b", None], ["a", "b"]])).tolist() == [0, -1, 1, 0]
    assert numbered(pa.chunked_array([], pa.string())).tolist() == []


@pytest.mark.parametrize(
    "other", [{"year": 2014}, {"period": "half_year"}, {"period": None}, {"org": None}, {"town": "磁灶镇"}, {"city": None}]
)
def test_one_town_year_period_and_organisation_share_a_row(other: dict[str, Any]) -> None:
    assert sorted(map(len, grouped(TOWN, TOWN, {**TOWN, **other}))) == [1, 2]


@pytest.mark.parametrize("unknown", [{"town": None}, {"county": None}, {"year": None}])
def test_a_report_without_a_settled_town_or_year_is_alone(unknown: dict[str, Any]) -> None:
    assert grouped(*[{**TOWN, **unknown}] * 3) == [["r0"], ["r1"], ["r2"]]


def test_copies_are_in_no_row() -> None:
    assert grouped(TOWN, {**TOWN, "duplicate_of": "r0"}) == [["r0"]]
    assert grouped() == []


def test_rows_stand_by_place_organisation_and_time_and_reports_of_a_row_as_they_came() -> None:
    other = {**TOWN, "province": "云南省"}
    assert grouped(
        {},  # no town: last
        {**TOWN, "year": 2014},
        {**TOWN, "year": 2012},
        {**TOWN, "year": None, "year_min": 2010, "year_max": 2015},
        {**TOWN, "year": None},
        other,
        {**TOWN, "org": "health", "year": 2020},
        {**TOWN, "year": 2012},
    ) == [["r5"], ["r6"], ["r4"], ["r3"], ["r2", "r7"], ["r1"], ["r0"]]


def test_reports_of_one_place_and_time_without_a_row_in_common_stand_by_source_and_part() -> None:
    nowhere = [{"source": "in/b.txt", "part": 2}, {"source": "in/b.txt", "part": 1}, {"source": "in/a.txt"}]
    assert grouped(*nowhere) == [["r2"], ["r1"], ["r0"]]


def test_rows_and_positions_of_reports() -> None:
    compared = ComparedReports.of(reports({}, TOWN, TOWN))
    asked = pa.chunked_array([["r0", "r2", "r1"]])
    assert compared.row_of(asked).tolist() == [1, 0, 0]
    assert compared.position_of(asked).tolist() == [2, 1, 0]
    assert compared.sharing().to_pylist() == ["r1", "r2"]
    assert compared.first.tolist() == [0, 2]
