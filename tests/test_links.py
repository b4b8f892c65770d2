"""The time and the scope of a number."""

from __future__ import annotations

import pytest

from pipeline.model import QUANTITIES, Document
from pipeline.stages import Tools


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("3月培训80人;6月培训90人。", ["XXXX-03", "XXXX-06"]),
        ("今年3月,建会20家,比上年增加5家。", ["XXXX-03", "XXXX-03"]),
        ("签订率由去年的85%上升到94%。", ["XXXX", None]),
        ("助学金2.6万元,已在8月下旬发到家长手中。", ["XXXX-08"]),
        ("9月27日举办培训班。参训职工120人。", ["XXXX-09-27"]),
    ],
)
def test_when(text: str, wanted: list[str | None], tools: Tools) -> None:
    found = [fact.when for read in tools.read(Document("a.txt", text)) for fact in read.facts if fact.kind in QUANTITIES]
    assert found == wanted


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("去年全镇共调解劳动争议32件。", "last_year"),
        ("比2011年增加12家。", "period"),
        ("累计发放贷款56笔。", "cumulative"),
        ("现有会员5135人。", "stock"),
        ("今年慰问职工20人。", "period"),
        ("入会率去年还不到八成,今年到了87%。", "last_year period"),
        # last year's figures beside this year's end with their bracket or comma
        ("来信来访17件(去年同期24件,下降29.2%);受理争议12件。", "period last_year period period"),
        ("大病救助7人,去年11人,资助学生5名。", "period last_year period"),
        # from last year to this day is no figure of last year
        ("去年10月以来签订合同25份。", "period"),
        ("去年至今受理争议9件,今年调成8件。", "period period"),
        # but a sentence that begins with last year goes on with it
        ("去年举办讲座3场,培训120人。", "last_year last_year"),
    ],
)
def test_scope(text: str, wanted: str, tools: Tools) -> None:
    assert [fact.scope for read in tools.read(Document("a.txt", text)) for fact in read.facts if fact.kind in QUANTITIES] == wanted.split()
