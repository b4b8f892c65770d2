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
