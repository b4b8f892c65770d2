"""Pieces of work: which figures of a sentence belong to one thing done."""

import pytest

from pipeline.machinery import Settings
from pipeline.model import Document
from pipeline.stages import Tools


@pytest.fixture(scope="module")
def tools() -> Tools:
    return Tools(Settings())


def pieces(text: str, tools: Tools) -> list[tuple[str, list[str]]]:
    """Type of work and the figures of each piece."""
    return [
        (activity.activity, [read.report.text[read.facts[i].start : read.facts[i].end] for i in activity.facts])
        for read in tools.read(Document("a.txt", text))
        for activity in read.activities
    ]


def test_figures_of_one_thing_are_one_piece(tools: Tools) -> None:
    assert pieces("走访慰问困难职工92户,发放慰问金7.36万元、棉被92条。", tools) == [("hardship_aid", ["92户", "7.36万元", "92条"])]


def test_listed_activities_are_kept_apart(tools: Tools) -> None:
    assert pieces("举办职工文艺演出3场、篮球比赛2场。", tools) == [("culture_sports", ["3场"]), ("culture_sports", ["2场"])]


def test_types_of_work_are_kept_apart(tools: Tools) -> None:
    text = "召开推进会2次,签订集体合同33份。"
    assert pieces(text, tools) == [("meetings", ["2次"]), ("bargaining", ["33份"])]


def test_parts_prices_and_shares_stay_with_their_piece(tools: Tools) -> None:
    text = "资助困难职工子女14人,其中大学生9人,每人2500元,共35000元。"
    assert pieces(text, tools) == [("education_aid", ["14人", "9人", "2500元", "35000元"])]


def test_a_semicolon_and_a_date_begin_another(tools: Tools) -> None:
    assert [figures for _, figures in pieces("慰问困难职工59人;慰问困难党员8人。", tools)] == [["59人"], ["8人"]]
    text = "3月举办培训班1期,120人参加,6月又举办电工培训班。9月培训焊工60人。"
    assert [figures for _, figures in pieces(text, tools)] == [["1期", "120人"], ["60人"]]


def test_results_and_plans_are_kept_apart(tools: Tools) -> None:
    text = "举办招聘会4场,力争年底前再举办2场。"
    (read,) = tools.read(Document("a.txt", text))
    assert [activity.status for activity in read.activities] == ["done", "plan"]


def test_background_figures_are_no_work(tools: Tools) -> None:
    assert pieces("云岭乡辖17个行政村,总人口2.1万人。", tools) == []


def test_a_piece_spans_its_clauses(tools: Tools) -> None:
    text = "年初,我们召开了会议。8月,走访困难职工5户,送去慰问金1万元,受到好评。"
    (read,) = tools.read(Document("a.txt", text))
    (piece,) = [activity for activity in read.activities if activity.activity == "hardship_aid"]
    assert read.report.text[piece.start : piece.end] == "走访困难职工5户,送去慰问金1万元"
