"""Whole names of persons in a text, told by weighed evidence."""

from __future__ import annotations

from typing import Any

import pytest

from pipeline.persons import Candidate, Cut, PersonFinder
from pipeline.rulebook import Rulebook


@pytest.fixture(scope="module")
def table(book: Rulebook) -> dict[str, Any]:
    return dict(book.table("redact"))


@pytest.fixture(scope="module")
def finder(table: dict[str, Any]) -> PersonFinder:
    return PersonFinder(table)


def names(finder: PersonFinder, text: str) -> list[str]:
    return [name.text for name in finder.find(text)]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("困难职工滕桂香家住河东。", ["滕桂香"]),
        ("滕桂香同志作了发言。", ["滕桂香"]),
        ("由滕桂香牵头办理。", ["滕桂香"]),
        ("主席：滕桂香；副主席：褚立", ["滕桂香", "褚立"]),
        ("评选出滕桂香、褚立、芮小平等3人。", ["滕桂香", "褚立", "芮小平"]),
        ("滕桂香（女，46岁）身患重病。", ["滕桂香"]),
        ("司空明远镇长到会。", ["司空明远"]),
        ("藏族牧民扎西多吉领到补助。", ["扎西多吉"]),
        ("姓名：滕 芳　性别：女", ["滕 芳"]),
        ("1 滕桂香 女 46 3000元", ["滕桂香"]),
        ("滕桂香说：“谢谢大家。”", ["滕桂香"]),
    ],
)  # fmt: skip
def test_names_by_what_stands_beside_them(text: str, found: list[str], finder: PersonFinder) -> None:
    assert names(finder, text) == found


@pytest.mark.parametrize(
    "text",
    [
        "高度重视，任务明确，方向正确，马上落实。", "王家村、李庄、张集等14个行政村通了水。", "李宁公司、康达制衣先后建会。",
        "以毛泽东思想、邓小平理论为指导，学习雷锋精神。", "高举伟大旗帜，于是干部群众齐心协力。", "应当签订合同的全部签订，和谐企业占92%。",
    ],
)  # fmt: skip
def test_what_is_no_name(text: str, finder: PersonFinder) -> None:
    assert names(finder, text) == []


def test_places_of_names_are_those_in_the_text(finder: PersonFinder) -> None:
    text = "会上，镇长滕桂香讲话，滕桂香同志强调了安全。"
    assert [text[name.start : name.end] for name in finder.find(text)] == ["滕桂香", "滕桂香"]


def test_the_side_of_the_sign(finder: PersonFinder) -> None:
    assert [name.sign for name in finder.find("镇长滕桂香，前天褚立平同志。")] == ["before", "behind"]


def test_of_candidates_that_overlap_one_is_chosen(finder: PersonFinder) -> None:
    overlapping = {(one.start, one.end) for one in finder.candidates("滕桂香")}
    assert {(0, 2), (0, 3)} <= overlapping
    assert names(finder, "镇长滕桂香讲话。") == ["滕桂香"]


def test_a_neighbour_in_a_list_supports(table: dict[str, Any]) -> None:
    text = "看望了劳模滕桂香，车轮。"
    second = (text.index("车轮"), text.index("车轮") + 2)
    alone, together = (PersonFinder({**table, "support": support}) for support in (0.0, 50.0))
    found = [[(name.start, name.end) for name in finder.find(text)] for finder in (alone, together)]
    assert second not in found[0]
    assert second in found[1]


def test_the_threshold_decides(table: dict[str, Any]) -> None:
    text = "困难职工滕桂香家住河东。"
    assert names(PersonFinder({**table, "threshold": 100.0}), text) == []


def test_public_figures_and_addressed_surnames_are_no_candidates(finder: PersonFinder) -> None:
    text = "雷锋，滕主席，邓小平"
    assert {text[one.start : one.end] for one in finder.candidates(text)}.isdisjoint({"雷锋", "滕主席", "邓小平"})


def test_evidence_names_the_signs(finder: PersonFinder) -> None:
    text = "困难职工滕桂香同志"
    evidence, _ = finder.evidence(text, Candidate(4, 7, "native"), Cut(text, finder.lexicon))
    assert {"before.title", "behind.address"} <= set(evidence)
    assert evidence["two_signs"] == 1.0


def test_every_weight_is_that_of_evidence_there_is(table: dict[str, Any]) -> None:
    rows = {f"{side}.{row['id']}" for side in ("before", "behind") for row in table[side]} | {"before.other", "behind.other"}
    weighed = {name for name in table["weights"] if name.startswith(("before.", "behind."))}
    assert weighed <= rows


def test_a_text_without_candidates(finder: PersonFinder) -> None:
    assert finder.find("") == []
    assert finder.find("2012 ABC ，。") == []
