"""The figures of an evaluation: on tables made here, on tables spoilt on purpose, and against the reference where it is present."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from pipeline.evaluate import EvaluationError, Score, Share, as_json, evaluate, evaluate_cells, evaluate_facts, evaluate_reports, lines

SHARED = Path(__file__).parent.parent.parent / "shared"


def gold(kind: str, start: int, end: int, **said: Any) -> dict[str, Any]:
    row: dict[str, Any] = dict.fromkeys(
        ("value", "low", "high", "bound", "unit", "per", "edtf", "anchor", "part", "festival", "object", "status", "indicator")
    )
    return {**row, "report": "a", "start": start, "end": end, "text": "x", "kind": kind, "activity": [], "optional": False, **said}


def got(kind: str, start: int, end: int, **said: Any) -> dict[str, Any]:
    row = {**gold(kind, start, end, **said), "source": "in/a.txt", "activity": said.get("activity")}
    del row["report"], row["optional"]
    return row


COUNT = {"value": 5, "bound": "=", "unit": "人", "object": "困难职工", "status": "done", "indicator": "aid.people"}


def figures(found: list[dict[str, Any]], wanted: list[dict[str, Any]]) -> dict[str, Any]:
    return dict(evaluate_facts(found, wanted).figures)


def test_a_perfect_run() -> None:
    wanted = [gold("count", 0, 2, **COUNT), gold("date", 3, 5, edtf="XXXX"), gold("marker", 6, 8)]
    result = figures([got("count", 0, 2, **COUNT), got("date", 3, 5, edtf="XXXX"), got("marker", 6, 8)], wanted)
    for name, figure in result.items():
        if isinstance(figure, Score):
            assert figure.f1 == 1, name
        elif isinstance(figure, Share):
            assert figure.share == 1, name
    assert result["overlaps"] == 0


@pytest.mark.parametrize(
    ("said", "span", "exact"),
    [
        ({}, 1, 1),
        ({"value": 6}, 1, 0),
        ({"bound": ">"}, 1, 0),
        ({"unit": "名"}, 1, 0),
        ({"bound": None}, 1, 1),
        ({"end": 3}, 0, 0),
        ({"kind": "money"}, 0, 0),
    ],
)
def test_a_wrong_value_is_no_exact_hit_and_a_wrong_span_none_at_all(said: dict[str, Any], span: int, exact: int) -> None:
    row = {**got("count", 0, 2, **COUNT), **said}
    result = figures([row], [gold("count", 0, 2, **COUNT)])
    assert (result["span.count"].hit, result["exact.count"].hit) == (span, exact)


def test_meaning_is_asked_of_quantities_found() -> None:
    wanted = gold("count", 0, 2, **{**COUNT, "object": ["职工", "困难职工"], "activity": ["hardship_aid", "women"]})
    result = figures([got("count", 0, 2, **COUNT, activity="women")], [wanted])
    assert [result[f"{name}.accuracy"].right for name in ("status", "activity", "object")] == [1, 1, 1]
    result = figures([got("count", 0, 2, **{**COUNT, "object": "会议", "status": "plan"}, activity="other")], [wanted])
    assert [result[f"{name}.accuracy"].right for name in ("status", "activity", "object")] == [0, 0, 0]


def test_touching_is_enough_for_a_label_but_one_row_answers_for_one_label() -> None:
    wanted = [gold("name", 0, 4), gold("name", 4, 8)]
    assert figures([got("name", 1, 6)], wanted)["span.name"].hit == 1
    assert figures([got("name", 1, 3), got("name", 5, 6)], wanted)["span.name"].hit == 2


def test_optional_annotations_are_asked_on_neither_side() -> None:
    wanted = [gold("count", 0, 2, **COUNT), gold("count", 5, 7, optional=True)]
    for found in ([got("count", 0, 2, **COUNT)], [got("count", 0, 2, **COUNT), got("count", 5, 7)]):
        assert figures(found, wanted)["span.count"] == Score(1, 1, 1)


def test_indicators_are_claims_of_done_facts() -> None:
    wanted = [gold("count", 0, 2, **COUNT), gold("count", 3, 5, **{**COUNT, "indicator": ["", "culture.events"]})]
    found = [got("count", 0, 2, **COUNT), got("count", 3, 5, **{**COUNT, "indicator": "culture.events"})]
    assert figures(found, wanted)["indicators"] == Score(1, 1, 1)
    found[0]["indicator"] = "aid.households"
    assert figures(found, wanted)["indicators"] == Score(0, 1, 1)


def test_overlapping_rows_are_counted() -> None:
    assert figures([got("name", 0, 4), got("name", 3, 6), got("name", 6, 7)], [gold("name", 0, 4)])["overlaps"] == 1


def test_cells_are_sums_or_any_one_of_the_values() -> None:
    wanted = [gold("count", 0, 2, **COUNT), gold("count", 3, 5, **{**COUNT, "value": 7, "bound": ">"})]
    reports = [{"report_id": "r", "source": "in/a.txt"}]

    def hit(value: int, bound: str, how: str) -> int:
        cell = {"report_id": "r", "indicator": "aid.people", "value": value, "bound": bound, "state": "value", "how": how}
        figure = evaluate_cells([cell], reports, wanted).figures["cells"]
        assert isinstance(figure, Score)
        return figure.hit

    assert hit(12, ">", "sum") == 1
    assert hit(12, "=", "sum") == 0
    assert hit(7, "=", "sum") == 0
    assert hit(7, ">", "latest") == 1
    assert hit(9, "=", "latest") == 0


def test_reports_are_asked_for_place_year_and_bounds() -> None:
    wanted = {
        "report": "a", "town": "甲镇", "county": None, "city": None, "province": None, "org": "union", "period": "annual", "year": None,
        "year_min": 2011, "year_max": 2015, "duplicate_of": None,
    }  # fmt: skip
    row = {**{k: v for k, v in wanted.items() if k != "report"}, "source": "in/a.txt"}
    result = evaluate_reports([row], [wanted]).figures
    assert all(isinstance(figure, Share) and figure.share == 1 for figure in result.values())
    loose = evaluate_reports([{**row, "year_min": 2010, "year_max": None, "town": None, "year": 2013}], [wanted]).figures
    assert {name: figure.right for name, figure in loose.items() if isinstance(figure, Share)} == {
        "report.town": 0, "report.county": 1, "report.city": 1, "report.province": 1, "report.org": 1, "report.period": 1,
        "report.year": 0, "report.year_bounds": 0,
    }  # fmt: skip
    assert not evaluate_reports([], [wanted]).figures["report.town"].right  # type: ignore[union-attr]


def test_figures_in_words() -> None:
    found = evaluate_facts([got("count", 0, 2, **COUNT)], [gold("count", 0, 2, **COUNT), gold("count", 4, 6, **COUNT)])
    assert "span.count             F1 0.667  P 1.000  R 0.500  gold 2  got 1" in lines(found)
    assert as_json(found)["status.accuracy"] == {"right": 1, "asked": 1, "share": 1.0}
    assert any("not found; there: nothing" in miss for miss in found.misses)


def test_missing_tables_and_broken_annotations_say_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(EvaluationError, match="run with --format parquet first"):
        evaluate(tmp_path, tmp_path)


@pytest.fixture(scope="module")
def shared_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if not (SHARED / "score.py").exists():
        pytest.skip("the shared reports with their reference figures are not here")
    from pipeline.run import run

    out = tmp_path_factory.mktemp("shared")
    run([SHARED / "reports"], out, workers=1, formats=["parquet"])
    return out


def test_figures_are_those_of_the_reference(shared_run: Path) -> None:
    said = subprocess.run([sys.executable, str(SHARED / "score.py"), str(shared_run), "--json"], capture_output=True, text=True, check=True)
    assert as_json(evaluate(shared_run, SHARED / "gold")) == json.loads(said.stdout)
