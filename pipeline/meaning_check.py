"""Runs the examples beside the rules of `activities.toml` and `indicators.toml`, for `taizhang rules check` and a test.

In an example the numbers that the rule speaks of are marked `<n>…</n>`: each of them must belong to the type of work, or be a value of the
indicator; where the rule is an indicator's, every other number must not. In a counter-example no number may.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import regex

from pipeline.model import Fact
from pipeline.rulebook import Rulebook
from pipeline.rules_check import Reader, make_reader

_MARK = regex.compile(r"<n>(.*?)</n>")


@dataclass(frozen=True, slots=True)
class MeaningRule:
    """A rule with examples: its place, what it gives, and whether it is of the indicators."""

    where: str
    code: str
    is_indicator: bool
    examples: tuple[str, ...]
    counter_examples: tuple[str, ...]


def meaning_rules(book: Rulebook) -> Iterator[MeaningRule]:
    """Every rule on the meaning of numbers, in the order of the files."""
    table = book.table("activities")
    for row in table["activity"]:
        yield _rule(f"rules/activities.toml: {row['code']}", row["code"], row, is_indicator=False)
    for row in table.get("frame", ()):
        yield _rule(f"rules/activities.toml: {row['id']}", row["activity"], row, is_indicator=False)
    for indicator in book.indicators.values():
        for row in indicator.table.get("rule", ()):
            yield _rule(f"rules/indicators.toml: {indicator.code}: {row['why']}", indicator.code, row, is_indicator=True)


def _rule(where: str, code: str, row: Mapping[str, Any], *, is_indicator: bool) -> MeaningRule:
    return MeaningRule(where, code, is_indicator, tuple(row.get("examples", ())), tuple(row.get("counter_examples", ())))


def check(book: Rulebook) -> list[str]:
    """What is wrong with the examples of all rules, a line each; empty where every one is read as it says."""
    read = make_reader(book)
    return [failure for rule in meaning_rules(book) for failure in check_rule(rule, read)]


def check_rule(rule: MeaningRule, read: Reader) -> Iterator[str]:
    """What is wrong with the examples of one rule."""
    for example in rule.examples:
        text, spans = unmarked(example)
        facts = read(text)
        got = {(fact.start, fact.end) for fact in _given(rule, facts)}
        for start, end in spans:
            if (start, end) not in got:
                instead = next((_instead(rule, fact, text) for fact in facts if (fact.start, fact.end) == (start, end)), "no figure there")
                yield f"{rule.where}: «{text[start:end]}» is not {rule.code} in: {text} ({instead})"
        for start, end in sorted(got - set(spans)) if rule.is_indicator else ():
            yield f"{rule.where}: «{text[start:end]}» is {rule.code} too in: {text}"
    for example in rule.counter_examples:
        text, _ = unmarked(example)
        for fact in _given(rule, read(text)):
            yield f"{rule.where}: «{text[fact.start : fact.end]}» is {rule.code} in the counter-example: {text}"


def _given(rule: MeaningRule, facts: Sequence[Fact]) -> list[Fact]:
    return [fact for fact in facts if (fact.indicator if rule.is_indicator else fact.activity) == rule.code]


def _instead(rule: MeaningRule, fact: Fact, text: str) -> str:
    """What a fact is that is not of the rule's type or indicator, and by which words."""
    kind, code = ("indicator", fact.indicator) if rule.is_indicator else ("activity", fact.activity)
    words = [f"«{text[cue.start : cue.end]}»" for cue in fact.cues if cue.rule == f"{kind}.{code}" and cue.end > cue.start]
    by = f" by {', '.join(dict.fromkeys(words))}" if words else ""
    return f"its {kind} is {code}{by}" if code else f"it has no {kind}"


def unmarked(example: str) -> tuple[str, list[tuple[int, int]]]:
    """The example without its marks, and the spans that were marked."""
    text, spans, at = "", [], 0
    for mark in _MARK.finditer(example):
        text += example[at : mark.start()]
        spans.append((len(text), len(text) + len(mark[1])))
        text += mark[1]
        at = mark.end()
    return text + example[at:], spans
