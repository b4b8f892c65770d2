"""Relaxed patterns: they match wherever the rules' patterns do, and are as narrow as RE2 lets them be."""

from __future__ import annotations

import pytest
import re2
import regex

from pipeline.patterns import PATTERN_FLAGS
from pipeline.relax import RelaxError, edges, relax


def _begins(pattern: str, text: str, **lists: list[str]) -> list[int]:
    """Offsets at which the relaxed pattern matches."""
    relaxed = re2.compile(relax(pattern, lists).text)
    padded = "\0" + text
    return [place for place in range(len(text)) if relaxed.match(padded[place:])]


@pytest.mark.parametrize(
    ("pattern", "text", "expected"),
    [
        (r"(?P<number> \d+ ) 名", "共75名", [1, 2]),
        (r"(?<! \d ) \d+ 名", "共75名", [1]),
        (r"(?<= 为期 ) \d 日", "为期3日,5日", [2]),
        (r"(?: (?<= 第 ) 一 | 二 ) 届", "一届第一届二届", [3, 5]),
        (r"\d+ (?= [、和] \d+ 名 )", "3、5名,7和", [0]),
        (r"\d+ (?! 名 )", "75名", [0, 1]),
        (r"[\p{Han}--[一二]] 名", "一名人名", [0, 2]),
        (r"[^\p{P}\d一] 名", "1名一名人名", [4]),
        (r"\L<words> 名", "困难职工名,职工名", [0, 2, 6]),
        (r"(?P<stroke>[-/]) \d (?P=stroke)", "-1-", [0]),
        (r"\d \s? 名", "3\u3000名٣名", [0, 3]),
        (r"零 # 数\n 名", "零名", [0]),
        (r"(?> \d++ ) [名位]{2,3}?", "3名位", [0]),
        # brackets that are none: of a class, quoted, in a comment
        ("(?: 一 [()#] | \\( 二 # (三]\n ) (?: \\L<words> | 届 )", "一#职工,(二届,一)届", [0, 5, 9]),
    ],
)
def test_begins_where_the_pattern_does(pattern: str, text: str, expected: list[int]) -> None:
    lists = {"words": ["困难职工", "职工"]} if "L<" in pattern else {}
    assert _begins(pattern, text, **lists) == expected
    truth = regex.compile(pattern, PATTERN_FLAGS, **lists)
    assert {place for place in range(len(text)) if truth.match(text, place)} <= set(expected)


def test_says_what_a_match_begins_with() -> None:
    assert set(relax(r"第? [一二] 届", {}).first or ()) == {"第", "一", "二"}
    assert relax(r"\p{Han} 届", {}).first is None
    assert set(relax(r"(?= [今\d] ) .* 年", {}).first or ()) == {"今", r"\d"}


def test_drops_what_reaches_too_far() -> None:
    assert _begins(r"一 [^\n]{1,300} 二", "一" + "，" * 80) == [0]


@pytest.mark.parametrize("pattern", [r"(?i: a )", r"[a&&b]", r"(?(1)a|b)"])
def test_refuses_what_it_does_not_know(pattern: str) -> None:
    with pytest.raises(RelaxError):
        relax(pattern, {})


@pytest.mark.parametrize(
    ("pattern", "first", "final"),
    [
        (r"(?: (?P<object> [ne]+ ) i? : ) \Z", "ne", ":"),
        (r"(?<= v u? ) [ab] c* d?", "ab", "abcd"),
        (r"a (?= b )", "a", "a"),
        (r"a? . ", None, None),
        (r"a? (?! b )", None, None),
    ],
)
def test_edges(pattern: str, first: str | None, final: str | None) -> None:
    found = edges(pattern, {})
    assert tuple(None if items is None else set(items) for items in found) == tuple(None if c is None else set(c) for c in (first, final))
