"""No pattern explodes on a text made to attack it: every pattern that the rules lead to is run on such texts, and the steps are counted."""

from __future__ import annotations

import pytest
import regex

from pipeline import pattern_watch
from pipeline.pattern_cost import Attack, attacks, check, worst
from pipeline.pattern_machine import tree
from pipeline.patterns import PATTERN_FLAGS
from pipeline.repeats import bounded


def pattern(written: str) -> regex.Pattern[str]:
    return regex.compile(bounded(written), PATTERN_FLAGS)


@pytest.mark.parametrize(
    "written",
    [r"(?: a+ )+ b", r"(?: a | aa )+ b", r"a* a* a* b", r"(?: \d+ [,.]? )+ 元",
      r"^ \s* (?: x )? \s* \s* y", r"(?<= 共 (?: 一+ )+ ) x", r"(?! (?: [ab]+ )* c ) z"],
)  # fmt: skip
def test_what_explodes_is_found(written: str) -> None:
    assert worst(pattern(written)) is not None


@pytest.mark.parametrize(
    "written",
    [r"a+ b", r"[^,。]* 慰问 [^,。]{0,40} 户", r"(?: \d+ 、 )+ 号",
      r"(?: a++ 、 )+ b", r"(?> a* ) a* b", r"(?: a{1,3} ){0,4} b", r"(?: \d{1,3} (?: , \d{3} )+ ) 元"],
)  # fmt: skip
def test_what_does_not_is_let_be(written: str) -> None:
    assert worst(pattern(written)) is None


def test_attacks_are_made_of_what_leads_to_a_repeat_and_what_it_repeats() -> None:
    made = list(attacks(tree(pattern(r"共 (?: \d+ 、 )+ 名"))))
    assert Attack("共", "1、", "") in made
    assert len(set(made)) == len(made)
    assert Attack("共", "1、", "名").text(6) == "共1、1、1、名"


def test_the_check_names_the_rule() -> None:
    [said] = check([("rules/names.toml: own.bad", pattern("(?: a+ )+ b")), ("rules/names.toml: own.good", pattern("a+ b"))])
    assert said.startswith("rules/names.toml: own.bad: the pattern explodes on a text such as a, again and again")
    assert "give them an end ({0,20})" in said


@pytest.mark.slow
def test_no_pattern_of_the_shipped_rules_explodes() -> None:
    patterns = pattern_watch.patterns()
    assert len(patterns) > 900
    assert {written: growth for (written, _), made in patterns.items() if (growth := worst(made)) is not None} == {}
