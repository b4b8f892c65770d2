"""Parts of a total, the time and the scope of a number."""

from __future__ import annotations

import pytest

from pipeline.model import QUANTITIES, Document
from pipeline.stages import Tools


def parts(text: str, tools: Tools) -> dict[str, str]:
    """By its words, the total of each number that is a part."""
    return {
        read.report.text[fact.start : fact.end]: read.report.text[read.facts[fact.part_of].start : read.facts[fact.part_of].end]
        for read in tools.read(Document("a.txt", text))
        for fact in read.facts
        if fact.part_of is not None
    }


PARTS = {
    "among": ("信访事件57宗,其中转办38宗,接访19宗。", {"38宗": "57宗", "19宗": "57宗"}),
    "among, another word for persons": ("培训农民930人次,其中320人取得证书。", {"320人": "930人次"}),
    "among, up to the sum": ("新建工会26家,其中单独建会18家、联合工会8家,走访企业20家。", {"18家": "26家", "8家": "26家"}),
    "among, kinds that overlap": ("会员5135人,其中女会员2696人,农民工会员4441人。", {"2696人": "5135人", "4441人": "5135人"}),
    "among, another measure between": ("困难职工126户,其中重病30户,送去慰问金2万元。", {"30户": "126户"}),
    "among, not behind 此外": ("受理案件30件,其中调解12件,此外仲裁8件。", {"12件": "30件"}),
    "among, not in the next statement": ("学生3862人,其中幼儿843人;教职工287人。", {"843人": "3862人"}),
    "among, the nearest total": ("职工1685人,慰问213名,其中最多的一人领到1万元。", {"一人": "213名"}),
    "among, no total of a statement before": ("助学98人;发放助学款9万元,其中县里给了2.7万元,资助学生26名。", {"2.7万元": "9万元"}),
    "among, a statement of its own": ("签订合同32份,覆盖企业84家;其中新签8份。", {"8份": "32份"}),
    "bracket": ("新发展会员512名(农民工会员447名)。", {"447名": "512名"}),
    "bracket that is no part": ("净增9个(新建12个,撤销3个)。", {}),
    "bracket of another year": ("入会率96.1%(上年95.4%)。", {}),
    "sum without a word": ("造林1200亩,完成速生杨800亩、经济林400亩。", {"800亩": "1200亩", "400亩": "1200亩"}),
    "amounts side by side": ("分别奖励3000元、2000元和1000元。", {}),
    "what it became": ("困难职工由35户减少到19户,脱困16户。", {}),
    "the total of a year behind": (
        "上半年慰问困难职工30户,发放慰问金3万元,下半年慰问28户,发放慰问金2.8万元,全年共慰问困难职工58户,发放慰问金5.8万元。",
        {"30户": "58户", "28户": "58户", "3万元": "5.8万元", "2.8万元": "5.8万元"},
    ),
    "no sum of those before": ("上半年慰问困难职工30户,下半年慰问困难职工28户,全年共慰问困难职工61户。", {}),
    "no word for a sum": ("慰问困难职工30户,慰问困难党员28户,走访农户58户。", {}),
    "the total behind": ("电工21人、焊工34人、行车工13人,共计68人。", {"21人": "68人", "34人": "68人", "13人": "68人"}),
    "a kind of the same people": ("全镇会员4020人,女会员1785人。", {"1785人": "4020人"}),
    "not a kind of the same papers": ("集体合同33份,女职工专项集体合同26份。", {}),
    "thresholds are no parts": ("老人300人,其中80岁以上26人。", {"26人": "300人"}),
    "behind a colon each part may tell more": (
        "资助学生23人:高校新生9人,每人6000元;在读本科生12人,每人4000元;技校生2人,每人2000元。",
        {"9人": "23人", "12人": "23人", "2人": "23人"},
    ),
    "without the colon another figure ends the list": ("慰问职工23人,发放慰问金9000元,培训21人,招聘2人。", {}),
    "behind the colon what does not add up is no part": ("开展活动23人:高校新生9人,每人6000元;本科生11人。", {}),
}


@pytest.mark.parametrize(("text", "wanted"), PARTS.values(), ids=PARTS.keys())
def test_parts(text: str, wanted: dict[str, str], tools: Tools) -> None:
    assert parts(text, tools) == wanted


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
