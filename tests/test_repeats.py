"""Repeats without an end get one; all else of a pattern stays as it is written."""

from __future__ import annotations

import re

import pytest
import regex
from hypothesis import given
from hypothesis import strategies as st

from pipeline import rulebook
from pipeline.repeats import MOST, bounded


@pytest.mark.parametrize(
    ("pattern", "wanted"),
    [
        (r"\d+", rf"\d{{1,{MOST + 1}}}"),
        (r"(?: ab )* c", rf"(?: ab ){{0,{MOST}}} c"),
        ("a*? b++ c+?", f"a{{0,{MOST}}}? b{{1,{MOST + 1}}}+ c{{1,{MOST + 1}}}?"),
        ("a{2,} b{,}", f"a{{2,{MOST + 2}}} b{{0,{MOST}}}"),
        ("a? b?? c{2,5}+ d{3}", "a? b?? c{2,5}+ d{3}"),
        (r"\* \+ \\+", rf"\* \+ \\{{1,{MOST + 1}}}"),
        (r"[*+] [^]*]+ [a[*]\]+]*", rf"[*+] [^]*]{{1,{MOST + 1}}} [a[*]\]+]{{0,{MOST}}}"),
        ("(?P<x>a)+ (?<! b ) (?=c) # d* e+\nf*", f"(?P<x>a){{1,{MOST + 1}}} (?<! b ) (?=c) # d* e+\nf{{0,{MOST}}}"),
    ],
)
def test_bounds(pattern: str, wanted: str) -> None:
    assert bounded(pattern) == wanted


def test_a_sign_that_begins_no_comment() -> None:
    assert bounded("a#b*", verbose=False) == f"a#b{{0,{MOST}}}"


@given(st.text("ab1 ,", max_size=40))
def test_what_is_shorter_matches_as_before(text: str) -> None:
    for pattern in (r"a+b*", r"(?: [ab]+ , )+ 1*", r"(?<! a ) b{1,}", r"a*+ 1"):
        before, after = (regex.compile(written, regex.VERBOSE) for written in (pattern, bounded(pattern)))
        assert [match.span() for match in before.finditer(text)] == [match.span() for match in after.finditer(text)]


def test_longer_runs_are_taken_in_pieces() -> None:
    assert [len(match[0]) for match in re.finditer(bounded(r"a+"), "a" * (MOST + 8))] == [MOST + 1, 7]


def test_every_pattern_of_a_rule_is_bounded() -> None:
    for rule in rulebook.load().extraction:
        assert bounded(rule.pattern.pattern) == rule.pattern.pattern, rule.id
