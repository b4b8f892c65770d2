"""Patterns tried only where they can begin give just what they give when tried everywhere."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest
import regex
from hypothesis import given
from hypothesis import strategies as st

from pipeline import rulebook
from pipeline.patterns import PATTERN_FLAGS
from pipeline.starts import WIDEST, WINDOW, Gate, Starts

BOOK = rulebook.load()
PATTERNS = [rule.pattern for rule in BOOK.extraction]
STARTS = Starts(PATTERNS)
PIECES = [
    *"019一二三十百千万亿零两几多余近约第届年月日号至-—、,。;:.%元名户人次个半“”()〔〕/\n\t今去初底x",
    "五一",
    "上半年",
    "以上",
    "\ud800",
]


def _found(starts: Starts, text: str) -> dict[int, list[tuple[int, int]]]:
    found = {index: [match.span() for match in matches] for index, matches in starts.matches(text)}
    return {index: spans for index, spans in found.items() if spans}


def _truth(patterns: list[regex.Pattern[str]], text: str) -> dict[int, list[tuple[int, int]]]:
    found = {index: [match.span() for match in pattern.finditer(text)] for index, pattern in enumerate(patterns)}
    return {index: spans for index, spans in found.items() if spans}


def test_on_the_sample_archive() -> None:
    for path in sorted((Path(__file__).parent.parent / "data" / "raw").rglob("*.txt"))[:6]:
        text = path.read_text(encoding="utf-8", errors="replace")[:3000]
        assert _found(STARTS, text) == _truth(PATTERNS, text)


def test_on_the_examples_of_the_rules() -> None:
    for rule in BOOK.extraction:
        for example in (*rule.examples, *rule.counter_examples):
            text = regex.sub(r"<[^<>]*>", "", example)
            assert _found(STARTS, text) == _truth(PATTERNS, text)


@given(st.lists(st.sampled_from(PIECES), max_size=40).map("".join))
def test_on_arbitrary_numerals(text: str) -> None:
    assert _found(STARTS, text) == _truth(PATTERNS, text)


@pytest.mark.parametrize("digits", [WINDOW + 10, WIDEST - 10])
def test_beyond_the_window(digits: int) -> None:
    patterns = [regex.compile(r"(?<!\d) \d+ 名", PATTERN_FLAGS), regex.compile(r"\d 户", PATTERN_FLAGS)]
    text = "共" + "7" * digits + "名,3户"
    assert _found(Starts(patterns), text) == _truth(patterns, text) != {}


def test_no_pattern_is_tried_where_it_would_need_more_than_the_widest_window() -> None:
    patterns = [regex.compile(r"(?<!\d) \d+ 名", PATTERN_FLAGS), regex.compile(r"\d 户", PATTERN_FLAGS)]
    digits = 4 * WIDEST + 10  # the window is one of bytes, four for each character
    assert _found(Starts(patterns), "共" + "7" * digits + "名,3户") == {1: [(digits + 3, digits + 5)]}


def test_patterns_that_cannot_be_relaxed_are_tried_everywhere() -> None:
    patterns = [regex.compile(r"(?i: ab )", PATTERN_FLAGS), regex.compile(r"\p{Han}+ 名", PATTERN_FLAGS)]
    assert _found(Starts(patterns), "xAB职工名") == {0: [(1, 3)], 1: [(3, 6)]}


def test_lone_surrogates() -> None:
    text = "慰问\ud800困难职工75名〔2012〕\ud8008号"
    assert _found(STARTS, text) == _truth(PATTERNS, text) != {}


def test_without_patterns() -> None:
    assert list(Starts([]).matches("75名")) == []


@given(st.lists(st.sampled_from([*PIECES, "人均", "每户", "增加", "超过", "比上年"]), max_size=12).map("".join))
def test_a_gate_lets_pass_whatever_matches(text: str) -> None:
    table = BOOK.table("context")
    patterns = [BOOK.compile(row["left"], row["id"]) for row in (*table["per"], *table["change"])]
    assert {index for index, pattern in enumerate(patterns) if pattern.search(text)} <= Gate(patterns).passing(text)


def test_a_gate_lets_nothing_else_pass_but_what_cannot_be_relaxed() -> None:
    patterns = [regex.compile(r"每 [户人] $", PATTERN_FLAGS), regex.compile(r"(?<= 比 ) 上年", PATTERN_FLAGS)]
    assert [Gate(patterns).passing(text) for text in ("补助每户", "比上年", "上年", "户均")] == [{0}, {1}, set(), set()]
    assert Gate([regex.compile(r"(?i: ab )", PATTERN_FLAGS), *patterns]).passing("比上年") == {0, 2}


def test_an_automaton_without_memory_shuts_nothing_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """RE2 has no answer then, not even the pattern that matches everywhere."""
    patterns = [regex.compile(r"\d+ 名", PATTERN_FLAGS), regex.compile(r"\d+ 户", PATTERN_FLAGS)]
    starts, gate = Starts(patterns), Gate(patterns)
    for one in (starts, gate):
        monkeypatch.setattr(one, "_automaton", SimpleNamespace(Match=lambda _: None))
    text = "走访5名,慰问3户。"
    assert _found(starts, text) == _truth(patterns, text) != {}
    assert gate.passing(text) == {0, 1}
