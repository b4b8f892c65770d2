"""Runs the examples and counter-examples that stand beside the rules: what `taizhang rules check` does, and a test.

An example is a marked sentence in the form that the text has once it is cleaned. Every numeral in it must be read as marked, and at
least one of them by the rule that the example belongs to. In a counter-example the rule must find nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pipeline.judge import judge
from pipeline.machinery import machinery_of
from pipeline.markup import Mark, parse
from pipeline.model import Block, Fact, Report, Sentence
from pipeline.rulebook import EXTRACTION_FILES, Rulebook

CUE_RULES: Mapping[str, tuple[str, ...]] = {
    "hedges": ("apart",),
    "context": ("per", "change"),
    "objects": ("frame",),
    "status": ("cue", "threshold"),
}
"""Rules that find no numeral but say something of one: by file, the lists that they stand in."""


@dataclass(frozen=True, slots=True)
class CheckedRule:
    """A rule with its examples as they stand in its file."""

    id: str
    file: str
    why: str
    kind: str
    examples: tuple[str, ...]
    counter_examples: tuple[str, ...]
    is_cue: bool


@dataclass(frozen=True, slots=True)
class Failure:
    """An example that is not read as it says, with the reason."""

    rule: CheckedRule
    example: str
    reason: str

    def __str__(self) -> str:
        return f"rules/{self.rule.file}.toml: {self.rule.id}: {self.example.strip()}\n    {self.reason}"


Reader = Callable[[str], Sequence[Fact]]


def checked_rules(book: Rulebook) -> Iterator[CheckedRule]:
    """Every rule whose examples can be run, in the order of the files."""
    for file in EXTRACTION_FILES:
        table = book.table(file)
        for row in table.get("rule", ()):
            yield _checked(row, file, row.get("kind", table.get("kind", "")), is_cue=False)
    for file, lists in CUE_RULES.items():
        table = book.table(file)
        for name in lists:
            for row in table.get(name, ()):
                yield _checked(row, file, name, is_cue=True)


def _checked(row: Mapping[str, Any], file: str, kind: str, *, is_cue: bool) -> CheckedRule:
    examples, counter_examples = (() if row.get("off") else tuple(row.get(key, ())) for key in ("examples", "counter_examples"))
    return CheckedRule(row["id"], file, row.get("why", ""), kind, examples, counter_examples, is_cue)


def check(book: Rulebook) -> list[Failure]:
    """All examples of all rules; empty where every one is read as it says."""
    read = make_reader(book)
    return [failure for rule in checked_rules(book) for failure in check_rule(rule, read)]


def check_rule(rule: CheckedRule, read: Reader) -> Iterator[Failure]:
    """The examples of one rule. `read` gives the facts of a bare text."""
    for example in rule.examples:
        for reason in _example(rule, example, read):
            yield Failure(rule, example, reason)
    for example in rule.counter_examples:
        for reason in _counter_example(rule, example, read):
            yield Failure(rule, example, reason)


def _example(rule: CheckedRule, example: str, read: Reader) -> Iterator[str]:
    try:
        text, marks = parse(example)
    except ValueError as error:
        yield f"the marks cannot be read: {error}"
        return
    if not marks:
        yield "nothing is marked in it; mark every numeral as in the other examples"
        return
    facts = read(text)
    yield from judge(marks, facts, text, exact_labels=True).wrong
    if not any(_by(rule, fact) and _is_marked(fact, marks) for fact in facts):
        found_by = ", ".join(dict.fromkeys(name for fact in facts for name in _rules_of(fact, cues=rule.is_cue)))
        yield f"none of its numerals is read by this rule, but by {found_by or 'none'}"


def _counter_example(rule: CheckedRule, example: str, read: Reader) -> Iterator[str]:
    try:
        text, _ = parse(example)
    except ValueError as error:
        yield f"the marks cannot be read: {error}"
        return
    for fact in read(text):
        if _by(rule, fact):
            yield f"this rule must find nothing here, and finds «{text[fact.start : fact.end]}»"


def _rules_of(fact: Fact, *, cues: bool) -> tuple[str, ...]:
    return tuple(cue.rule for cue in fact.cues) if cues else (fact.rule,)


def _by(rule: CheckedRule, fact: Fact) -> bool:
    return rule.id in _rules_of(fact, cues=rule.is_cue)


def _is_marked(fact: Fact, marks: Sequence[Mark]) -> bool:
    return any((fact.start, fact.end) == (mark.start, mark.end) for mark in marks)


def make_reader(book: Rulebook) -> Reader:
    """A function from a bare text, taken as one clean sentence, to its facts."""
    machinery = machinery_of(book)
    extractor, segmenter, interpreter = machinery.extractor, machinery.segmenter, machinery.interpreter

    def read(text: str) -> Sequence[Fact]:
        report = bare_report(text)
        mentions = extractor.extract(report)
        return interpreter.facts(report, mentions, segmenter.segment(report, mentions))

    return read


def bare_report(text: str) -> Report:
    """A text as a report of one sentence, without cleaning."""
    block = Block(0, len(text), 0, 0, False, ())
    return Report("text", None, 0, len(text), "file", text, text, None, (), None, (block,), (Sentence(0, len(text), 0),))
