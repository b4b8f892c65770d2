"""What the heads of a table say of its figures, from text to facts."""

from __future__ import annotations

import pytest

from pipeline.library import extract
from pipeline.model import Fact

TARGETS = (
    "某某镇总工会2013年目标完成情况\n\n项目      年计划     实际完成    完成率    上年同期\n"
    "1  发展会员      300人      328人      109.3%      275人\n2  走访困难职工    60户      66户      110%      58户\n"
    "   其中:大病户      ——      12户      ——      9户\n3  职工入会率     92%      94.5%      102.7%     91%\n"
)
YEARS = "指标\t单位\t2014年\t2015年\t增减\n新建工会\t家\t6\t9\t+3\n集体合同\t份\t41\t38\t-3\n"
BY_VILLAGE = "村名\t参训人次数\t慰问金额(万元)\t同比下降(%)\n东湾村\t1120\t1.8\t3.5\n西坝村\t980\t1.35\t4.2\n"


def _fact(text: str, words: str, last: bool = False) -> Fact:
    at = text.rindex(words) if last else text.index(words)
    return next(fact for fact in extract(text) if fact.start == at)


@pytest.mark.parametrize(
    ("words", "status", "scope"),
    [
        ("300人", "plan", "period"), ("328人", "done", "period"), ("109.3%", "done", "period"), ("275人", "done", "last_year"),
        ("60户", "plan", "period"), ("66户", "done", "period"), ("58户", "done", "last_year"), ("92%", "plan", "period"),
    ],
)  # fmt: skip
def test_head_says_status_and_time(words: str, status: str, scope: str) -> None:
    fact = _fact(TARGETS, words)
    assert (fact.status, fact.scope) == (status, scope)


def test_only_what_was_done_this_year_is_a_value() -> None:
    values = {TARGETS[f.start : f.end]: f.indicator for f in extract(TARGETS) if f.indicator and f.status == "done"}
    assert values == {"328人": "org.members_new", "66户": "aid.households", "94.5%": "org.joined_rate"}


def test_last_year_is_dated_by_its_head() -> None:
    fact = _fact(TARGETS, "275人")
    assert (fact.when, fact.when_anchor) == ("XXXX", "last_year")


@pytest.mark.parametrize(("words", "change"), [("3\n集", "up"), ("3\n", "down")])
def test_sign_of_a_difference(words: str, change: str) -> None:
    fact = _fact(YEARS, words, last=change == "down")
    assert fact.quantity is not None
    assert (fact.quantity.change, fact.indicator) == (change, None)


def test_the_latest_of_two_years_is_this_year() -> None:
    figures = [f for f in extract(YEARS) if YEARS[f.start : f.end] in ["6", "9"]]
    assert [(f.scope, f.when) for f in figures] == [("last_year", "2014"), ("period", "2015")]


@pytest.mark.parametrize(
    ("words", "named", "change"), [("1120", "参训", None), ("1.8", "慰问金", None), ("3.5", "东湾村", "down")]
)  # fmt: skip
def test_head_or_label_names_what_is_counted(words: str, named: str, change: str | None) -> None:
    fact = _fact(BY_VILLAGE, words)
    assert fact.quantity is not None
    assert (fact.object or "").startswith(named)
    assert fact.quantity.change == change


def test_parts_and_leads_are_no_object() -> None:
    assert _fact(TARGETS, "12户").object == "大病户"


def test_without_heads_nothing_is_said() -> None:
    bare = "1  发展会员      300人      328人\n2  走访困难职工    60户      66户\n"
    assert {f.status for f in extract(bare) if f.status} == {"done"}
    assert all(f.scope == "period" for f in extract(bare) if f.scope)


def test_heads_that_say_nothing_change_nothing() -> None:
    text = "村名\t甲等\t乙等\n东湾村\t12户\t8户\n西坝村\t9户\t7户\n"
    assert {(f.status, f.scope) for f in extract(text)} == {("done", "period")}


NARROW = (
    "某某街道工会基本数据(2017年1至8月)\n项目 上年同期 本期\n工会会员(人) 2107 2350\n 其中女会员 905 1011\n入会率 87.2% 89.5%\n"
    "争议受理(件) 17 14\n说明:以上由组织科填报。\n"
)
RUN = (
    "某某街道2016年工会任务完成表\n序号指标目标数完成数完成率备注1组建工会6家8家133.3%8月完成2发展新会员350人410人117.1%女工98人"
    "3走访困难职工40户44户110%——\n"
)


def _values(text: str) -> dict[str, str]:
    return {text[f.start : f.end]: f.indicator for f in extract(text) if f.indicator and f.status == "done" and f.scope != "last_year"}


def test_cells_parted_by_single_blanks() -> None:
    assert _values(NARROW) == {
        "2350": "org.members_total", "1011": "org.members_women", "89.5%": "org.joined_rate", "14": "rights.disputes",
    }  # fmt: skip


def test_a_part_has_the_measure_word_of_its_whole() -> None:
    fact = _fact(NARROW, "1011")
    assert fact.quantity is not None
    assert (fact.quantity.unit, fact.object) == ("人", "女会员")


def test_old_figures_between_single_blanks() -> None:
    assert [_fact(NARROW, words).scope for words in ("2107", "905", "87.2%", "17 ")] == ["last_year"] * 4


def test_a_table_whose_cells_ran_together() -> None:
    assert [_fact(RUN, words).status for words in ("6家", "8家", "350人", "410人", "40户", "44户")] == ["plan", "done"] * 3
    assert _values(RUN) == {"8家": "org.unions_new", "410人": "org.members_new", "44户": "aid.households"}


@pytest.mark.parametrize(
    "text",
    [
        "项目 上年同期 本期\n工会会员 2107人 2350人\n",  # one row alone
        "组长 组员 联系村\n王某 12人 3个\n李某 9人 4个\n",  # heads that name no figures
        "今年 一共 完成数\n走访困难职工,送去慰问金 12户\n走访困难党员,送去慰问金 8户\n",  # prose
    ],
)
def test_what_reads_like_a_table_and_is_none(text: str) -> None:
    assert {(f.status, f.scope) for f in extract(text) if f.quantity is not None and f.status is not None} <= {
        ("done", "period"),
        ("done", None),
    }
