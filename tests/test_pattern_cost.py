"""No pattern explodes on a text made to attack it: every pattern that the rules lead to is run on such texts, and the steps are counted."""

from __future__ import annotations

import re
import traceback
from typing import Any

import pytest
import regex

from pipeline import rulebook
from pipeline.pattern_cost import Attack, attacks, check, worst
from pipeline.pattern_machine import tree
from pipeline.repeats import bounded
from pipeline.rulebook import PATTERN_FLAGS, Rulebook

CODE = ("rulebook.py", "clean.py", "/interpret/", "/extract/", "/split/")
FLAGS = {re.VERBOSE: regex.VERBOSE, re.IGNORECASE: regex.IGNORECASE, re.MULTILINE: regex.MULTILINE, re.DOTALL: regex.DOTALL}


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
    shipped, own = (Rulebook((rulebook.shipped_folder(),)) for _ in range(2))
    shipped.compile("(?: b+ )+ c", "rules/names.toml: theirs")
    own.compile("(?: b+ )+ c", "rules/names.toml: theirs")
    own.compile("(?: a+ )+ b", "rules/names.toml: own.bad")
    own.compile("a+ b", "rules/names.toml: own.good")
    [said] = check(own, shipped)
    assert said.startswith("rules/names.toml: own.bad: the pattern explodes on a text such as a, again and again")
    assert "give them an end ({0,20})" in said


def _all_patterns(patched: pytest.MonkeyPatch) -> dict[str, regex.Pattern[str]]:
    """Every pattern that is compiled while a report is read for the first time, by its place in the code and its text."""
    seen: dict[str, regex.Pattern[str]] = {}

    def watch(module: Any) -> None:
        compile_ = module.compile

        def watched(written: Any, flags: int = 0, **lists: Any) -> Any:
            made = compile_(written, flags, **lists)
            places = [f"{frame.filename}:{frame.lineno}" for frame in traceback.extract_stack() if "/pipeline/" in frame.filename]
            if places and isinstance(written, str) and any(part in places[-1] for part in CODE):
                theirs = sum(ours for flag, ours in FLAGS.items() if made.flags & flag)
                seen[f"{places[-1]} {written}"] = made if module is regex else regex.compile(written, theirs, cache_pattern=False)
            return made

        patched.setattr(module, "compile", watched)

    watch(re)
    watch(regex)
    from pipeline.model import Document
    from pipeline.run import Settings, Tools

    Tools(Settings(rulebook.shipped_folder())).read(
        Document("a.txt", "石桥镇总工会2012年工作总结\n一、帮扶\n慰问困难职工75名，发放8000元。\n")
    )
    return seen


@pytest.mark.slow
def test_no_pattern_of_the_shipped_rules_explodes() -> None:
    with pytest.MonkeyPatch.context() as patched:
        patterns = _all_patterns(patched)
    assert len(patterns) > 600
    found = {where: growth for where, made in patterns.items() if (growth := worst(made)) is not None}
    assert found == {}
