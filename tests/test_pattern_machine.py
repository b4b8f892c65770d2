"""The machine finds what the `regex` package finds, and counts what it takes."""

from __future__ import annotations

import pytest
import regex
from hypothesis import given
from hypothesis import strategies as st

from pipeline import rulebook
from pipeline.pattern_machine import Machine, TooManyStepsError, UnknownPatternError, compiled, tree
from pipeline.patterns import PATTERN_FLAGS

BOOK = rulebook.load()
PATTERNS = [
    regex.compile(pattern, PATTERN_FLAGS, ignore_unused=True, words=["ab", "abc", "b"])
    for pattern in (
        "a* b+? | ab{2,3}c", r"(?<= a | ^ ) [ab]+ (?! c )", r"\L<words> c", "(?P<x> [ab] ) 1 (?P=x)", "(?> a* ) ab | a*+ c",
        "(?r) (?<= a ) b{1,2}",
        r"(?: a* | b )* c", r"\b [\p{L}--[a]]+ \b", "^ . $", "(?m: ^ a )", "(?: a{0,2} ){2} b",
    )
]  # fmt: skip


def found(pattern: regex.Pattern[str], text: str) -> list[tuple[int, int]]:
    machine = Machine(text, 10**6)
    return list(machine.spans(compiled(tree(pattern), backwards=bool(pattern.flags & regex.REVERSE))))


def test_on_the_examples_of_the_rules() -> None:
    for rule in BOOK.extraction:
        for example in (*rule.examples, *rule.counter_examples):
            text = regex.sub(r"<[^<>]*>", "", example)
            assert found(rule.pattern, text) == [match.span() for match in rule.pattern.finditer(text)], (rule.id, text)


@given(st.text("abc1\n", max_size=12))
def test_on_arbitrary_text(text: str) -> None:
    for pattern in PATTERNS:
        assert found(pattern, text) == [match.span() for match in pattern.finditer(text)], pattern.pattern


def test_steps_are_counted() -> None:
    program = compiled(tree(regex.compile("(?:a|aa)+b")))
    steps = []
    for size in (10, 11, 12):
        machine = Machine("a" * size, 10**6)
        assert list(machine.spans(program)) == []
        steps.append(machine.steps)
    assert 1.5 < steps[1] / steps[0] < 2
    assert 1.5 < steps[2] / steps[1] < 2
    with pytest.raises(TooManyStepsError):
        list(Machine("a" * 60, 10**5).spans(program))


def test_what_is_not_known_is_said() -> None:
    with pytest.raises(UnknownPatternError, match="Fuzzy"):
        compiled(tree(regex.compile("(?:abc){e<=1}")))
