"""Parts of a total."""

from __future__ import annotations

import pytest

from pipeline.model import Document
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
    "the total of sentences": (
        "上半年慰问困难职工30户。下半年慰问困难职工28户。全年共慰问困难职工58户。",
        {"30户": "58户", "28户": "58户"},
    ),
    "of sentences, no sum": ("上半年慰问困难职工30户。下半年慰问困难职工28户。全年共慰问困难职工61户。", {}),
    "of sentences, no word for a sum": ("上半年慰问困难职工30户。下半年慰问困难职工28户。还走访农户58户。", {}),
    "of sentences, other measures between": (
        "春节慰问职工30户,送去3万元。夏季慰问20户,送去1.5万元。国庆慰问8户,送去0.8万元。合计58户,5.3万元。",
        {"30户": "58户", "20户": "58户", "8户": "58户", "3万元": "5.3万元", "1.5万元": "5.3万元", "0.8万元": "5.3万元"},
    ),
    "of sentences, not those of another item": ("1、上半年慰问职工30户。\n2、下半年慰问职工28户。\n3、全年共走访企业58户。\n", {}),
    "of sentences, not what is planned": ("年初计划慰问职工30户。再安排走访28户。全年共慰问职工58户。", {}),
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
    "a bracket between a part and the total": (
        "单独建站新增4家,联合站新增3家(带进商户52家),合计新增站点7家。",
        {"4家": "7家", "3家": "7家"},
    ),
    "a sum of one character": ("上门讲课6场、网上讲课5场,合11场。", {"6场": "11场", "5场": "11场"}),
    "no sum in another word": ("走访老人8户,慰问军属3户,结合11户联系户搞帮扶。", {}),
    "a sum that counts its terms": (
        "镇里出资0.8万元,村里再补0.45万元,两笔合起来1.25万元。",
        {"0.8万元": "1.25万元", "0.45万元": "1.25万元"},
    ),
    "a sum told in the clause": ("上半年调处7起,下半年调处2起,前后加起来调处纠纷9起。", {"7起": "9起", "2起": "9起"}),
    "a small sum that is none": ("新栽果园4处,补栽林带2处,合计管护7处。", {}),
    "all of them behind": ("乡邻来电8件,来函3件,11件全部答复。", {"8件": "11件", "3件": "11件"}),
    "all of them, not exact": ("乡邻来电8件,来函3件,12件全部答复。", {}),
    "all of them, not those of a noun of their own": ("乡邻来电8件,来函3件,商户诉求11件均已答复。", {}),
    "some of them behind": ("乡邻来电8件,来函3件,11件正在办理。", {}),
    "all of them, not only some": ("来电8件,来函3件,来访5件,8件全部答复。", {}),
    "what only begins so": ("评出一等奖2名、二等奖3名,5名全勤工人另有鼓励。", {}),
    "parts in a bracket before": ("挂历、折页(800张、500本)共发1300份。", {"800张": "1300份", "500本": "1300份"}),
    "a bracket before that is none": ("横幅、展板(12条、8块)挂了月余,共发折页1300份。", {}),
    "papers of one family": ("发放资料900份,其中折页600张。", {"600张": "900份"}),
    "a list announced in the next sentence": (
        "全年下乡演出30场,观众2万人。细分下来:戏曲12场,歌舞10场,曲艺8场。",
        {"12场": "30场", "10场": "30场", "8场": "30场"},
    ),
    "a list by what it is parted by": ("全年下乡演出30场。按地点分,村里18场、校园12场。", {"18场": "30场", "12场": "30场"}),
    "a list by what one looks at": (
        "共接访46件。从类别来看,山林20件;宅基地15件;其他11件。",
        {"20件": "46件", "15件": "46件", "11件": "46件"},
    ),
    "a list with other measures between": (
        "新修水渠9条。具体是:东片5条,长2公里;西片4条,长1.5公里。",
        {"5条": "9条", "4条": "9条"},
    ),
    "a sentence that begins with among": ("培训农技员56人次。其中水稻班31人次,果树班25人次。", {"31人次": "56人次", "25人次": "56人次"}),
    "a list that is not announced": ("全年下乡演出30场。放映电影18场,办展览12场。", {}),
    "an announced list that does not add up": ("全年下乡演出30场。具体来看,戏曲12场,歌舞10场。", {}),
    "an announced list of another item": ("1、全年下乡演出30场。\n2、按地点分,村里放映18场、校园放映12场。\n", {}),
}


@pytest.mark.parametrize(("text", "wanted"), PARTS.values(), ids=PARTS.keys())
def test_parts(text: str, wanted: dict[str, str], tools: Tools) -> None:
    assert parts(text, tools) == wanted


def values(text: str, tools: Tools) -> dict[str, str]:
    """By its words, the indicator of each number that is done and fills a cell."""
    return {
        read.report.text[fact.start : fact.end]: fact.indicator
        for read in tools.read(Document("a.txt", text))
        for fact in read.facts
        if fact.indicator is not None and fact.status == "done"
    }


VALUES = {
    "the sum is the value": ("镇工会接待职工来信3件,职工来访8件,11件全部答复。", {"11件": "rights.petitions"}),
    "the sum of sentences": (
        "镇工会上半年慰问困难职工30户。下半年慰问困难职工28户。两次合计58户。",
        {"58户": "aid.households"},
    ),
    "parts of several kinds": (
        "镇工会调解劳动争议6件,接待职工来访5件,两项合计11件。",
        {"6件": "rights.disputes_settled", "5件": "rights.petitions"},
    ),
    "a total before its parts is none": ("全厂有职工58人,其中慰问困难职工30人。", {"30人": "aid.people"}),
    "what is done of a plan": ("镇工会计划慰问困难职工60户,其中已慰问困难职工45户。", {"45户": "aid.households"}),
    "shares by their names": (
        "受理劳动争议18件,调解率和成功率分别为100%、72%。",
        {"18件": "rights.disputes", "72%": "rights.settled_rate"},
    ),
    "shares in clauses of their own": ("劳资纠纷调解率达98%,调解成功率91%。", {"91%": "rights.settled_rate"}),
    "one share of another name": ("受理劳动争议18件,调解率72%。", {"18件": "rights.disputes", "72%": "rights.settled_rate"}),
    "not a planned sum": (
        "春节慰问困难职工30户,夏季慰问困难职工28户,明年计划合计慰问58户。",
        {"30户": "aid.households", "28户": "aid.households"},
    ),
}


@pytest.mark.parametrize(("text", "wanted"), VALUES.values(), ids=VALUES.keys())
def test_values_of_parts_and_totals(text: str, wanted: dict[str, str], tools: Tools) -> None:
    assert values(text, tools) == wanted
