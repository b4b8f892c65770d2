"""Every example and counter-example of the rule files, and that a wrong one is told."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from pipeline import rulebook
from pipeline.markup import load_cases, parse
from pipeline.rulebook import Rulebook
from pipeline.rules_check import CheckedRule, Reader, check_rule, checked_rules, make_reader

SPECS = Path(__file__).parent / "specs"
RULES = {rule.id: rule for rule in checked_rules(rulebook.load())}


@pytest.fixture(scope="module")
def read(book: Rulebook) -> Reader:
    return make_reader(book)


@pytest.mark.parametrize("name", RULES)
def test_examples(name: str, read: Reader) -> None:
    failures = [str(failure) for failure in check_rule(RULES[name], read)]
    assert not failures, "\n" + "\n".join(failures)


def test_ids_are_unique(book: Rulebook) -> None:
    counted = Counter(rule.id for rule in checked_rules(book))
    assert [name for name, count in counted.items() if count > 1] == []


def test_every_rule_says_why(book: Rulebook) -> None:
    assert [rule.id for rule in checked_rules(book) if not rule.why.strip()] == []


def test_every_rule_that_finds_numerals_has_an_example(book: Rulebook) -> None:
    assert [rule.id for rule in checked_rules(book) if not rule.is_cue and not rule.examples] == []


def test_no_sentence_is_both_a_rule_s_example_and_a_case(book: Rulebook) -> None:
    """Else the cases would measure what the rules were made from."""
    examples = {parse(example)[0] for rule in checked_rules(book) for example in (*rule.examples, *rule.counter_examples)}
    cases = {case.text for path in SPECS.rglob("*.toml") for case in load_cases(path)}
    assert examples & cases == set()


def _rule(*examples: str, counter: tuple[str, ...] = ()) -> CheckedRule:
    return CheckedRule("count.measured", "quantities", "a number with a measure word", "count", examples, counter, is_cue=False)


@pytest.mark.parametrize(
    ("rule", "reason"),
    [
        (_rule("走访<count value=51 unit=家>50家</count>。"), "value 50 and not 51"),
        (_rule("走访<count value=50 unit=户>50家</count>。"), "unit 家 and not 户"),
        (_rule('走访<count value=50 bound="~" unit=家>50家</count>。'), "bound = and not ~"),
        (_rule("走访<count value=50>50</count>家。"), "not found; there: count «50家»"),
        (_rule("走访<count value=50 unit=家>50家</count>和30户。"), "count «30户» is not marked"),
        (_rule("补助<money value=50 unit=元>50元</money>。"), "none of its numerals is read by this rule, but by money.amount"),
        (_rule("走访50家。"), "nothing is marked"),
        (_rule("走访<count value=50 unit=家>50家。"), "the marks cannot be read: <count> is never closed"),
        (_rule(counter=("走访50家。",)), "must find nothing here, and finds «50家»"),
    ],
)
def test_a_wrong_example_fails(rule: CheckedRule, reason: str, read: Reader) -> None:
    assert any(reason in str(failure) for failure in check_rule(rule, read))


def test_a_right_example_passes(read: Reader) -> None:
    rule = _rule('走访<count value=50 bound="<" unit=家>近五十家</count>。', counter=("统一思想。",))
    assert list(check_rule(rule, read)) == []
