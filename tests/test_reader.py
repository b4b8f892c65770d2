"""What reports of one source tell of each other, and what follows from the analyst's words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from pipeline.machinery import Settings
from pipeline.model import Document, Place, ReadReport
from pipeline.stages import Tools

YEARLY = "今年,我镇评出八名职工为镇第{edition}届“金牌工人”。\n一年来,镇总工会慰问困难职工{number}名。\n"


@pytest.fixture(scope="module")
def tools() -> Tools:
    return Tools(Settings())


def read(tools: Tools, *texts: tuple[str, str]) -> Sequence[ReadReport]:
    """One document of reports, each a title and a text."""
    text = "\n".join(f"{title}\n{body}{'各项工作有序推进,干部职工精神面貌焕然一新。' * 8}\n" for title, body in texts)
    return tools.read(Document("in/汇编.txt", text))


def test_editions_of_dated_reports_date_the_others_of_their_town(tools: Tools) -> None:
    found = read(
        tools,
        ("慈溪市周巷镇总工会2009年工作总结", YEARLY.format(edition="三", number=20)),
        ("慈溪市周巷镇总工会2010年工作总结", YEARLY.format(edition="四", number=31)),
        ("慈溪市周巷镇总工会年度工作总结", YEARLY.format(edition="五", number=42)),
        ("慈溪市观海卫镇总工会年度工作总结", YEARLY.format(edition="五", number=53)),
    )
    assert [(r.place.town, r.period.year, r.period.basis) for r in found] == [
        ("周巷镇", 2009, "stated"),
        ("周巷镇", 2010, "stated"),
        ("周巷镇", 2011, "inferred"),
        ("观海卫镇", None, "unknown"),
    ]


def test_a_place_that_was_told_gets_its_codes(tools: Tools) -> None:
    inferred = read(tools, ("镇总工会2016年工作总结", YEARLY.format(edition="三", number=20)))[0]
    assert inferred.place.town is None
    told = replace(inferred, place=Place(town="周巷镇", county="慈溪市", basis="manifest"))
    place = tools.machinery.interpreter.informed(inferred, told).place
    assert (place.province, str(place.town_code)[:6], place.basis) == ("浙江省", "330282", "manifest")


def test_another_year_brings_the_names_and_codes_of_that_year(tools: Tools) -> None:
    title = "马鸣乡2012年工作总结"
    inferred = read(tools, (title, "一年来,我乡在云南省曲靖市委、市政府关心下,经济社会平稳发展。慰问职工20名。\n"))[0]
    assert (inferred.place.town, str(inferred.place.town_code_nbs)[:6]) == ("马鸣乡", "530321")
    told = replace(inferred, period=replace(inferred.period, year=2021, basis="manifest"))
    assert str(tools.machinery.interpreter.informed(inferred, told).place.town_code_nbs)[:6] == "530304"


def test_a_report_of_which_nothing_was_told_stays_as_it_is(tools: Tools) -> None:
    inferred = read(tools, ("慈溪市周巷镇总工会2009年工作总结", YEARLY.format(edition="三", number=20)))[0]
    assert tools.machinery.interpreter.informed(inferred, inferred) is inferred
