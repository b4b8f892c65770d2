"""Done, plan or criterion. The cues' and thresholds' own examples run in test_rules; parts of plans are in test_sections."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline import rulebook
from pipeline.extract import Extractor
from pipeline.interpret.status import StatusReader, _number, _unit
from pipeline.model import QUANTITIES, Document, Sentence
from pipeline.rulebook import RuleError
from pipeline.stages import Tools

BOOK = rulebook.load()
EXTRACTOR = Extractor(BOOK)
READER = StatusReader(BOOK)


def statuses(text: str, tools: Tools) -> dict[str, str | None]:
    """By its words, the status of each number."""
    return {
        read.report.raw_text(fact.start, fact.end): fact.status
        for read in tools.read(Document("a.txt", text))
        for fact in read.facts
        if fact.kind in QUANTITIES
    }


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("已完成造林1500亩,剩余500亩将于10月底前完成。", {"1500亩": "done", "500亩": "plan"}),
        ("预计到年底新建工会可达25家。", {"25家": "plan"}),
        ("争取到上级资金50万元。", {"50万元": "done"}),
        ("为做好开学准备,召开校长会议3次。", {"3次": "done"}),
        ("按照年初计划,开展安全检查6次。", {"6次": "done"}),
        ("要求各企业安全培训不得少于24学时,已有56家企业达标。", {"不得少于24学时": "plan", "56家": "done"}),
        ("应参保人数3200人,实参保3050人。", {"3200人": "done", "3050人": "done"}),
        ("去年新建公厕4座,今年新建6座。", {"4座": "done", "6座": "done"}),
        ("目标任务为200户,实际完成216户。", {"200户": "plan", "216户": "done"}),
        ("会议要求,各支部每月开展活动不少于1次。", {"不少于1次": "plan"}),
        # words in quotes are names; a plan that is a noun intends nothing
        ("“阳光计划”资助18名学生。", {"18名": "done"}),
        ("裁员计划由85人压缩到20人。", {"85人": "done", "20人": "done"}),
        ("1家拟裁员的企业留用48人;拟新建的5家工会已选址。", {"1家": "done", "48人": "done", "5家": "plan"}),
        # a weak sign of results ends no plan that goes on
        ("确保全年新建妇女之家5个,累计达到20个。", {"5个": "plan", "20个": "plan"}),
        ("要严格要求,全年累计查处案件31件。", {"31件": "done"}),
        # the base of a share of the task, and what a plan starts from
        ("完成全年任务1400人的80%。", {"1400人": "plan", "80%": "done"}),
        ("力争书屋由4家增加到8家。", {"4家": "done", "8家": "plan"}),
        # what was fixed at first, and what came of it
        ("计划收取会费31.6万元,实际入账30.2万元,缴费的有41家。", {"31.6万元": "plan", "30.2万元": "done", "41家": "done"}),
        ("计划培训300人,实训268人。", {"300人": "plan", "268人": "done"}),
        ("计划结合实际建立制度3项。", {"3项": "plan"}),
        ("年初排定再建书屋9个,到6月底建成3个,余下6个放在下半年。", {"9个": "plan", "3个": "done", "6个": "plan"}),
        ("年初议定的实事5件全部办完。", {"5件": "done"}),
        ("书刊12箱放在二楼。", {"12箱": "done"}),
        ("公益演出下达20场,实演18场。", {"20场": "plan", "18场": "done"}),
        ("下达17份整改通知书。", {"17份": "done"}),
        ("去年建成书屋86个,今年力争净增10个。", {"86个": "done", "10个": "plan"}),
        ("力争建成书屋30个,比去年增加8个。", {"30个": "plan", "8个": "plan"}),
        # norms
        (
            "缴费标准设200元、500元2个档次。截至9月底,参保900人。",
            {"200元": "criterion", "500元": "criterion", "2个": "criterion", "900人": "done"},
        ),
    ],
)
def test_cues(text: str, wanted: dict[str, str], tools: Tools) -> None:
    assert statuses(text, tools) == wanted


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("8人以上企业建会率达100%。", {"8人以上": "criterion", "100%": "done"}),
        ("全镇30家以上企业参加了活动。", {"30家以上": "done"}),
        ("慰问了30多名特困职工。", {"30多名": "done"}),
        ("投资超亿元项目5宗。", {"超亿元": "criterion", "5宗": "done"}),
        ("對65歲以上居民開展體檢。", {"65歲以上": "criterion"}),
        ("平均年龄42岁,最大的76岁。", {"42岁": "done", "76岁": "done"}),
        ("约四成职工没有入会。", {"约四成": "done"}),
        ("组织10支以上队伍参赛。", {"10支以上": "done"}),
        ("全年仍发生5人以上集体上访2起。", {"5人以上": "criterion", "2起": "done"}),
    ],
)
def test_a_measure_that_does_not_count_the_noun_is_a_threshold(text: str, wanted: dict[str, str], tools: Tools) -> None:
    assert statuses(text, tools) == wanted


def test_the_cue_that_decided_is_kept(tools: Tools) -> None:
    (read,) = tools.read(Document("a.txt", "力争新建工会20家。"))
    cue = next(cue for cue in read.facts[0].cues if cue.rule == "plan.intention")
    assert read.report.text[cue.start : cue.end] == "力争"


OWN = """
[[cue]]
id = "plan.intention"
why = "not for us"
status = "plan"
direction = "before"
pattern = "力争"
"""


def test_an_analyst_may_switch_a_cue_off(tmp_path: Path) -> None:
    (tmp_path / "status.toml").write_text(OWN + "off = true\n", encoding="utf-8")
    assert "plan.intention" not in {rule.id for rule in StatusReader(rulebook.load(tmp_path)).anywhere}


def test_a_wrong_rule_is_told(tmp_path: Path) -> None:
    (tmp_path / "status.toml").write_text(OWN + "patern = 'x'\n", encoding="utf-8")
    with pytest.raises(RuleError, match=r"plan\.intention: unknown key patern"):
        StatusReader(rulebook.load(tmp_path))


NUMBERS = (
    "8人以上", "8人以上企业2家", "不足3000元", "年收入不足3000元的困难家庭", "控制线为5%", "任务数200户的八成", "的基础上", "12名", "60岁",
    "由去年的45家增加到57家",
)  # fmt: skip


@given(st.lists(st.sampled_from([*NUMBERS, "的", "企业", "慰问", ",", "。", "人员", "比例"]), min_size=1, max_size=6).map("".join))
def test_a_threshold_holds_as_if_each_were_asked_by_itself(text: str) -> None:
    """All are looked at together first, by what surrounds the number; that must keep none from being found."""
    reader = READER
    sentence = Sentence(0, len(text), 0)
    for mention in EXTRACTOR.extract_text(text)[0]:
        if mention.kind in QUANTITIES:
            number = _number(mention, sentence, text, None, reader.class_nouns)
            kind, unit = mention.kind, _unit(mention, text)
            one_by_one = [t for t in reader._thresholds if t.may_hold(kind, unit) and t.holds(number)]
            passing = reader._sieve.passing(text, 0, len(text))
            assert [t for t in reader.thresholds(kind, unit, passing) if t.holds(number)] == one_by_one


def test_what_was_done_last_year_is_done_in_a_report_of_plans(tools: Tools) -> None:
    text = "某镇总工会2012年工作要点\n\n一、要重点抓好以下工作:\n去年建成书屋86个,力争净增10个。\n"
    assert statuses(text, tools) == {"86个": "done", "10个": "plan"}
