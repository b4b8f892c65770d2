"""Patterns that are compiled at their first use: what they do, and when an error in one is seen."""

import pytest
import regex

from pipeline import rulebook
from pipeline.patterns import PATTERN_FLAGS, lazy
from pipeline.rulebook import RuleError

PATTERN = r"(?P<number> \d+ ) \L<unit>"
LISTS = {"unit": ["名", "户"]}


def failed(error: regex.error) -> Exception:
    return RuleError(f"names.toml: own.badge: {error}")


def test_a_lazy_pattern_does_what_a_compiled_one_does() -> None:
    late, early = lazy(PATTERN, LISTS, failed), regex.compile(PATTERN, PATTERN_FLAGS, unit=LISTS["unit"])
    text = "慰问职工75名、家属12户"
    for _ in range(2):  # first and later uses go different ways
        found = late.search(text)
        assert found is not None
        assert found.span("number") == (4, 6)
        assert [match[0] for match in late.finditer(text)] == [match[0] for match in early.finditer(text)]
        assert late.sub("@", text) == early.sub("@", text)
        assert late.match(text) is None
        assert late.groupindex == early.groupindex
    assert late.pattern == early.pattern


def test_its_text_and_lists_are_told_without_compiling_it() -> None:
    late = lazy("(" + PATTERN, LISTS, failed)
    assert (late.pattern, late.named_lists) == ("(" + PATTERN, LISTS)
    assert not hasattr(late, "unheard_of")
    with pytest.raises(RuleError, match=r"names\.toml: own\.badge"):
        late.search("75名")


def test_shipped_patterns_wait_and_all_compile_when_asked_to_at_once() -> None:
    with pytest.raises(RuleError, match="does not compile"):
        rulebook.load(eager=True).compile("(", "rules/names.toml: x")
    book = rulebook.load()
    assert book.compile("(", "rules/names.toml: x").pattern == "("
    assert all(rule.pattern.groupindex is not None for rule in book.extraction)
