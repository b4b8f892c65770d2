"""The gate, the sums with their bounds, the reasons for empty cells, the wide table and its coverage."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest
from fakes import INDICATORS, cell, read_of, rows, tables_of
from hypothesis import given
from hypothesis import strategies as st

from pipeline.bounds import Hedged, hedged, total
from pipeline.compare import comparison, coverage, settle, year_label
from pipeline.comparison_rows import ComparedReports
from pipeline.model import Gap
from pipeline.tabulate import Tables

TOWN: dict[str, Any] = {"town": "安海镇", "county": "晋江市", "city": "泉州市", "province": "福建省", "town_code": "350582100"}


def cell_of(marked: str, indicator: str = "aid.people") -> dict[str, Any]:
    return cell(tables_of(read_of(marked)), indicator)


def people(value: int, says: str = "", words: str | None = None) -> str:
    return f"<count value={value} unit=人 indicator=aid.people {says}>{words or f'{value}人'}</count>"


# --- the gate


@pytest.mark.parametrize(
    "says",
    ["status=plan", "status=criterion", "per=人", "change=up"],
)
def test_what_never_fills_a_cell(says: str) -> None:
    assert cell_of(f"慰问{people(5, says)}。")["value"] is None


@pytest.mark.parametrize(
    ("mark", "indicator"),
    [
        ("<money value=100 unit=美元 indicator=aid.amount>100美元</money>", "aid.amount"),
        ("<count value=5 unit=户 indicator=aid.people>5户</count>", "aid.people"),
        ("<rate value=5 unit=‰ indicator=org.joined_rate>5‰</rate>", "org.joined_rate"),
        ("<count value=5 indicator=aid.amount>5</count>", "aid.amount"),
    ],
)
def test_another_unit_fills_no_cell(mark: str, indicator: str) -> None:
    assert cell_of(f"共{mark}。", indicator)["state"] == "not_mentioned"


def test_last_years_figure_fills_no_cell() -> None:
    tables = tables_of(read_of(f"去年慰问{people(5)}。"))
    index = tables["facts"].schema.get_field_index("scope")
    scoped = tables["facts"].set_column(index, tables["facts"].schema.field(index), pa.array(["last_year"]))
    from fakes import UNIT_CLASSES

    from pipeline.compare import Comparer

    cells = Comparer(INDICATORS, UNIT_CLASSES).report_cells(tables["reports"], scoped)
    assert set(cells["state"].to_pylist()) == {"not_mentioned"}


def test_a_part_never_adds_to_its_total() -> None:
    found = cell_of(f"慰问{people(75, 'id=t')},其中党员{people(20, 'part_of=t id=p')},老党员{people(5, 'part_of=p')}。")
    assert (found["value"], len(found["fact_ids"])) == (75, 1)


def test_parts_of_a_total_that_fills_no_cell_do_add() -> None:
    found = cell_of(f"计划慰问{people(75, 'id=t status=plan')},已慰问{people(20, 'part_of=t')}、{people(5, 'part_of=t')}。")
    assert found["value"] == 25


def test_a_part_with_an_indicator_of_its_own_fills_its_own_cell() -> None:
    tables = tables_of(
        read_of(
            "会员<count value=90 unit=人 indicator=org.members_total id=t>90人</count>,"
            "其中女会员<count value=40 unit=人 indicator=org.members_women part_of=t>40人</count>。"
        )
    )
    assert (cell(tables, "org.members_total")["value"], cell(tables, "org.members_women")["value"]) == (90, 40)


def test_the_same_figure_told_twice_counts_once() -> None:
    assert cell_of(f"慰问职工{people(75, 'object=职工')}。\n全年慰问困难职工{people(75, 'object=困难职工')}。")["value"] == 75


@pytest.mark.parametrize(
    "marked",
    [
        f"甲村{people(5)},乙村{people(5)}。",  # one sentence: a list
        f"春节慰问{people(5, 'when=XXXX-02')}。\n中秋慰问{people(5, 'when=XXXX-09')}。",
        f"慰问职工{people(5, 'object=职工')}。\n慰问党员{people(5, 'object=党员')}。",
    ],
)
def test_equal_figures_of_other_things_both_count(marked: str) -> None:
    assert cell_of(marked)["value"] == 10


# --- combine


@pytest.mark.parametrize(
    ("bounds", "wanted"),
    [
        (("=", "="), "="),
        (("=", ">"), ">"),
        ((">", ">="), ">="),
        (("=", "<"), "<"),
        (("<", "<="), "<="),
        ((">", "<"), "~"),
        (("~", "="), "~"),
    ],
)
def test_the_bound_of_a_sum(bounds: tuple[str, str], wanted: str) -> None:
    marked = "、".join(people(n, f'bound="{bound}"') for n, bound in zip((10, 20), bounds, strict=True))
    found = cell_of(f"慰问{marked}。")
    assert (found["value"], found["bound"]) == (30, wanted)


def test_low_and_high_stand_where_they_can_be_said() -> None:
    exact = cell_of(f"慰问{people(10)}、{people(20)}。")
    assert (exact["low"], exact["high"]) == (30, 30)
    more = cell_of(f"""慰问{people(10, 'bound=">"')}、{people(20)}。""")
    assert (more["low"], more["high"]) == (30, None)
    spread = cell_of("慰问<count low=10 high=15 unit=人 indicator=aid.people>10-15人</count>,又慰问" + people(5) + "。")
    assert (spread["value"], spread["bound"], spread["low"], spread["high"]) == (15, ">=", 15, 20)


TERMS = st.lists(
    st.tuples(st.integers(0, 50), st.sampled_from(["=", ">", ">=", "<", "<=", "~"]), st.integers(0, 9)), min_size=1, max_size=5
)


@given(TERMS)
def test_a_sum_never_claims_what_its_terms_do_not_allow(terms: list[tuple[int, str, int]]) -> None:
    """Any true values that satisfy the terms satisfy the bound, low and high of the sum."""
    numbers: list[Hedged] = []
    truth = 0
    for value, bound, slack in terms:
        number = hedged(Decimal(value), None, None, bound)
        assert number is not None
        numbers.append(number)
        truth += {
            "=": value,
            ">": value + slack + 1,
            ">=": value + slack,
            "<": value - slack - 1,
            "<=": value - slack,
            "~": value + 4 - slack,
        }[bound]
    said = total(numbers)
    holds = {
        "=": truth == said.value,
        ">": truth > said.value,
        ">=": truth >= said.value,
        "<": truth < said.value,
        "<=": truth <= said.value,
        "~": True,
    }
    assert holds[said.bound]
    assert said.low is None or said.low <= truth
    assert said.high is None or truth <= said.high


def test_a_stock_is_the_last_total_stated() -> None:
    said = "年初会员<count value={} unit=人 indicator=org.members_total>{}人</count>。\n"
    found = cell_of(said.format(80, 80) + said.format(95, 95), "org.members_total")
    assert (found["value"], found["how"], len(found["fact_ids"])) == (95, "latest", 1)


def rate(value: int, says: str = "") -> str:
    return f"入会率<rate value={value} unit=% indicator=org.joined_rate {says}>{value}%</rate>。\n"


def test_a_rate_is_the_one_value_and_several_are_a_conflict() -> None:
    assert cell_of(rate(95) + rate(95), "org.joined_rate")["value"] == 95
    found = cell_of(rate(95) + rate(98), "org.joined_rate")
    assert (found["state"], found["value"], found["bound"], len(found["fact_ids"])) == ("conflict", None, None, 2)
    hedged_once = cell_of(rate(95) + rate(95, 'bound=">="'), "org.joined_rate")
    assert (hedged_once["value"], hedged_once["bound"]) == (95, ">=")


# --- empty cells


def test_every_report_has_every_indicator_and_an_empty_cell_says_why() -> None:
    read = read_of(
        "计划慰问" + people(5, "status=plan") + "。", gaps=[Gap("masked", "aid.amount", 2, 4), Gap("plan_only", "meetings.held", 0, 2)]
    )
    tables = tables_of(read)
    assert tables["cells"]["indicator"].to_pylist() == list(INDICATORS)
    assert cell(tables, "aid.people")["state"] == "plan_only"
    assert cell(tables, "aid.people")["fact_ids"]
    masked = cell(tables, "aid.amount")
    assert (masked["state"], masked["start"], masked["end"]) == ("masked", 2, 4)
    assert cell(tables, "meetings.held")["state"] == "plan_only"
    assert cell(tables, "org.joined_rate")["state"] == "not_mentioned"
    assert not [row for row in rows(tables["cells"]) if row["value"] is not None]


def test_a_value_beats_a_gap() -> None:
    read = read_of("慰问" + people(5) + "。", gaps=[Gap("masked", "aid.people", 0, 2)])
    assert cell(tables_of(read), "aid.people")["state"] == "value"


# --- across reports


def settled(tables: Tables) -> Tables:
    return {**tables, "cells": settle(tables["cells"], ComparedReports.of(tables["reports"]))}


def two(first: int, second: int, **other: Any) -> Tables:
    place = {**TOWN, "year": 2013, **other}
    return settled(
        tables_of(
            read_of(f"慰问{people(first)}。", source="in/a.txt", **{**TOWN, "year": 2013}),
            read_of(f"共慰问{people(second)}。", source="in/b.txt", **place),
        )
    )


def test_two_reports_of_one_town_and_year_that_differ_are_a_conflict() -> None:
    tables = two(5, 6)
    assert [cell(tables, "aid.people", row)["state"] for row in (0, 1)] == ["conflict", "conflict"]
    assert cell(tables, "aid.people")["value"] is None
    wide = rows(comparison(tables["cells"], ComparedReports.of(tables["reports"]), INDICATORS))
    assert len(wide) == 1
    assert (wide[0]["aid.people"], len(wide[0]["report_ids"])) == (None, 2)


def test_two_reports_that_agree_share_a_row() -> None:
    tables = two(5, 5)
    wide = rows(comparison(tables["cells"], ComparedReports.of(tables["reports"]), INDICATORS))
    assert [(row["label"], row["year"], row["aid.people"]) for row in wide] == [("安海镇", "2013", 5)]


@pytest.mark.parametrize(
    "other", [{"year": 2014}, {"period": "half_year"}, {"org": "health"}, {"town_code": "350582101", "town": "磁灶镇"}]
)
def test_other_years_periods_organisations_and_towns_have_rows_of_their_own(other: dict[str, Any]) -> None:
    tables = two(5, 6, **other)
    wide = rows(comparison(tables["cells"], ComparedReports.of(tables["reports"]), INDICATORS))
    assert sorted(row["aid.people"] for row in wide) == [5, 6]


@pytest.mark.parametrize("other", [{"town": None, "town_code": None}, {"year": None}])
def test_an_unknown_town_or_year_is_never_merged(other: dict[str, Any]) -> None:
    place = {**TOWN, "year": 2013, **other}
    tables = settled(tables_of(*(read_of(f"慰问{people(n)}。", source=f"in/{n}.txt", **place) for n in (5, 6))))
    wide = rows(comparison(tables["cells"], ComparedReports.of(tables["reports"]), INDICATORS))
    assert sorted(row["aid.people"] for row in wide) == [5, 6]


def test_a_town_name_without_a_county_is_no_settled_town() -> None:
    """There are fifty 太平镇."""
    place = {"town": "太平镇", "year": 2013}
    tables = settled(tables_of(*(read_of(f"慰问{people(n)}。", source=f"in/{n}.txt", **place) for n in (5, 6))))
    assert comparison(tables["cells"], ComparedReports.of(tables["reports"]), INDICATORS).num_rows == 2


def test_an_unknown_town_is_labelled_by_its_title_or_its_place_in_the_archive() -> None:
    tables = tables_of(
        read_of(f"某镇工会总结\n慰问{people(5)}。", source="in/a.txt", title=True),
        read_of(f"慰问{people(6)}。", source="in/c.txt", part=2, year_min=2008, year_max=2012),
        read_of(f"慰问{people(7)}。", source="in/d.txt"),
    )
    wide = rows(comparison(tables["cells"], ComparedReports.of(tables["reports"]), INDICATORS))
    assert [(row["label"], row["year"]) for row in wide] == [("某镇工会总结", None), ("in/d.txt", None), ("in/c.txt#2", "2008–2012")]


def test_a_bound_column_stands_beside_an_indicator_only_where_one_is_hedged() -> None:
    tables = tables_of(read_of(f"""慰问{people(5, 'bound=">"')}。{rate(95)}"""))
    names = comparison(tables["cells"], ComparedReports.of(tables["reports"]), INDICATORS).column_names
    assert "org.joined_rate__bound" not in names
    assert names[names.index("aid.people") + 1] == "aid.people__bound"


def test_copies_are_in_neither_the_comparison_nor_the_coverage() -> None:
    tables = two(5, 6)
    reports = tables["reports"]
    index = reports.schema.get_field_index("duplicate_of")
    marked = reports.set_column(index, reports.schema.field(index), pa.array([None, reports["report_id"][0].as_py()]))
    cells = settle(tables_of(read_of("a", **TOWN))["cells"].slice(0, 0), ComparedReports.of(marked))
    assert cells.num_rows == 0
    assert comparison(cells, ComparedReports.of(marked), INDICATORS).num_rows == 1
    assert set(coverage(cells, ComparedReports.of(marked), INDICATORS)["reports"].to_pylist()) == {1}


def test_coverage_counts_towns_reports_hedges_and_years() -> None:
    tables = tables_of(
        read_of(f"""慰问{people(5, 'bound=">"')}。""", source="in/a.txt", **TOWN, year=2013, basis="inferred"),
        read_of(f"慰问{people(6)}。", source="in/b.txt", **TOWN, year=2014),
        read_of(f"慰问{people(7)}。", source="in/c.txt"),
        read_of("慰问" + people(7, "status=plan") + "。", source="in/d.txt"),
    )
    row = rows(coverage(tables["cells"], ComparedReports.of(tables["reports"]), INDICATORS))[0]
    assert row == {
        "indicator": "aid.people", "label": "aid.people", "unit": "人", "reports": 4, "reports_with_value": 3, "towns_with_value": 1,
        "hedged": 1, "year_inferred": 1, "year_unknown": 1, "plan_only": 1, "conflict": 0, "masked": 0,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("given_years", "label"),
    [((2010, 2010, 2010), "2010"), ((None, 2008, 2012), "2008–2012"), ((None, 2008, None), "2008–"), ((None, None, None), None)],
)
def test_year_labels(given_years: tuple[int | None, int | None, int | None], label: str | None) -> None:
    assert year_label(*given_years) == label
