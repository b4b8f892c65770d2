"""Which sentences stand in a part of plans: the rules' own examples, and reports in small."""

from __future__ import annotations

from typing import Any

import pytest

from pipeline import rulebook
from pipeline.model import QUANTITIES, Document
from pipeline.rulebook import Rulebook
from pipeline.stages import Tools

RULES = [row for name in ("section", "turn") for row in rulebook.load().table("status")[name]]


def statuses(text: str, tools: Tools) -> list[str | None]:
    return [fact.status for read in tools.read(Document("a.txt", text)) for fact in read.facts if fact.kind in QUANTITIES]


@pytest.mark.parametrize("row", RULES, ids=lambda row: row["id"])
def test_examples(row: dict[str, Any], book: Rulebook) -> None:
    pattern = book.compile(row["pattern"], row["id"])
    assert row["why"]
    assert [text for text in row["examples"] if not pattern.search(text)] == []
    assert [text for text in row.get("counter_examples", ()) if pattern.search(text)] == []


LEADS = {
    "现将一年来的工作总结如下:": "done",
    "今年主要做了以下几方面工作:": "done",
    "2012年,我会按照年初工作计划,开展了以下工作:": "done",
    "2012年,镇总工会围绕中心,重点开展了以下工作:": "done",
    "今年以来,重点抓好以下几方面工作:": "done",
    "2013年,我们要重点抓好以下工作:": "plan",
    "明年主要工作:": "plan",
    "2013年打算:": "plan",
    "下步工作中,要着重抓好以下几点:": "plan",
    "在新的一年里,我们将重点做好以下工作:": "plan",
}


@pytest.mark.parametrize(("lead", "wanted"), LEADS.items())
@pytest.mark.parametrize("items", ["\n一、新建工会20家。\n二、发展会员300人。\n", "一是新建工会20家;二是发展会员300人。\n"])
def test_leads(lead: str, items: str, wanted: str, tools: Tools) -> None:
    assert statuses(f"某镇总工会工作总结\n\n一年来成绩明显。\n{lead}{items}", tools) == [wanted, wanted]


HEADINGS = {
    "一、2012年主要工作": "done",
    "一、2012年工作完成情况": "done",
    "一、明确工作思路,夯实基础": "done",
    "二、围绕目标任务,抓好组织建设": "done",
    "三、存在问题": "done",
    "三、2013年主要工作": "plan",
    "二、下半年工作打算": "plan",
    "四、今后努力方向": "plan",
    "三、下步工作": "plan",
}


@pytest.mark.parametrize(("heading", "wanted"), HEADINGS.items())
def test_headings(heading: str, wanted: str, tools: Tools) -> None:
    text = f"某镇总工会2012年工作总结\n\n{heading}\n1、新建工会20家。\n2、发展会员300人。\n"
    assert statuses(text, tools) == [wanted, wanted]


def test_a_part_of_plans_ends_with_the_next_heading(tools: Tools) -> None:
    text = "一、下步打算\n新建工会20家。\n二、存在问题\n尚有5家未建会。\n"
    assert statuses(text, tools) == ["plan", "done"]


def test_a_title_of_results_and_plans_opens_no_part(tools: Tools) -> None:
    text = "泗门镇总工会2012年工作总结和2013年工作思路\n\n一、组织建设\n新建工会26家。\n"
    assert statuses(text, tools) == ["done"]


def test_a_heading_of_both_turns_to_plans_at_the_year(tools: Tools) -> None:
    text = "六、问题和2013年打算\n调解员文化程度低,初中以下的占四成。2013年,一是举办培训4期;二是发放资料2000份。\n"
    assert statuses(text, tools) == ["done", "plan", "plan"]


def test_a_heading_of_both_without_a_turn_goes_by_its_paragraphs(tools: Tools) -> None:
    text = "六、存在不足和下步打算\n1、经费不足,尚有5家未缴。\n2、举办培训4期。\n"
    assert statuses(text, tools) == ["done", "plan"]


def test_what_is_there_already_is_done_in_a_part_of_plans(tools: Tools) -> None:
    text = "三、下半年工作打算\n对上半年未整改到位的8条隐患逐条督办,再排查企业20家。\n"
    assert statuses(text, tools) == ["done", "plan"]


def test_the_second_line_of_a_title_opens_no_part_of_plans(tools: Tools) -> None:
    assert statuses("河东镇劳动保障所2008年上半年工作总结\n及下半年工作安排\n\n今年以来，新增就业120人。\n", tools) == ["done"]


def test_a_numbered_heading_below_the_title_opens_one(tools: Tools) -> None:
    assert statuses("河东镇工会2008年工作总结\n一、2009年工作打算\n新建工会12家。\n", tools) == ["plan"]


AHEAD = {
    "上半年": {
        "三、下半年\n1、新建工会20家。\n2、发展会员300人。\n": "plan",
        "三、下半年怎么抓\n1、新建工会20家。\n2、发展会员300人。\n": "plan",
        "下半年:新建工会20家;发展会员300人。\n": "plan",
        "三、下半年:10月底前新建工会20家;发展会员300人。\n": "plan",
        "五、下半年重点抓建会,新建工会20家,发展会员300人。\n": "plan",
        "二、上半年\n新建工会20家。\n发展会员300人。\n": "done",
        "去年下半年,新建工会20家,发展会员300人。\n": "done",
        "下半年以来,新建了工会20家,发展会员300人。\n": "done",
    },
    "一季度": {
        "二季度:新建工会20家;发展会员300人。\n": "plan",
        "一季度:新建工会20家;发展会员300人。\n": "done",
    },
    "1-9月": {
        "四季度:新建工会20家;发展会员300人。\n": "plan",
        "三季度:新建工会20家;发展会员300人。\n": "done",
    },
    "": {  # a report on the whole year tells of its second half
        "三、下半年\n1、新建工会20家。\n2、发展会员300人。\n": "done",
        "下半年:新建工会20家;发展会员300人。\n": "done",
        "二季度:新建工会20家;发展会员300人。\n": "done",
    },
}


@pytest.mark.parametrize(
    ("time", "text", "wanted"), [(time, text, wanted) for time, parts in AHEAD.items() for text, wanted in parts.items()]
)
def test_a_time_behind_that_of_the_title_is_to_come(time: str, text: str, wanted: str, tools: Tools) -> None:
    assert statuses(f"某镇总工会2012年{time}工作总结\n\n一、工作\n开展检查6次。\n{text}", tools) == ["done", wanted, wanted]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("四、下半年安排。新建工会20家;发展会员300人。\n", "plan"),
        ("四、下期目标。新建工会20家,发展会员300人。\n", "plan"),
        ("五、今后打算。新建工会20家。发展会员300人。\n", "plan"),
        ("六、明年设想。新建工会20家。发展会员300人。\n", "plan"),
        ("四、上年度目标完成情况。新建工会20家。发展会员300人。\n", "done"),
        ("四、落实任务。新建工会20家。发展会员300人。\n", "done"),
    ],
)  # fmt: skip
def test_a_heading_that_runs_on_in_its_line(text: str, wanted: str, tools: Tools) -> None:
    assert statuses(f"某镇总工会工作总结\n\n{text}", tools) == [wanted, wanted]
