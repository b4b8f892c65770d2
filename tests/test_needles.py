"""A sieve lets every pattern through that matches, whatever the pattern says."""

from __future__ import annotations

import pytest
import regex
from hypothesis import given
from hypothesis import strategies as st

from pipeline import pattern_watch
from pipeline.interpret.indicator import IndicatorReader
from pipeline.model import Sentence
from pipeline.needles import Passing, Sieve, needles
from pipeline.patterns import PATTERN_FLAGS
from pipeline.rulebook import load
from pipeline.rules_check import bare_report

PATTERNS = list(pattern_watch.patterns().values())
PIECES = (
    "困难", "职工", "慰问", "新建", "工会", "企业", "的", "未", "以上", "力争", "预计", "每人", "比上年", "增长", "达到", "由", "提高到",
    "培训", "累计", "@", ",", "。", "、", ":", "12", "%", "名", "家", "万元", "参加", "人均", "控制线", "没有", "其中",
)  # fmt: skip


@pytest.mark.parametrize(
    ("pattern", "words"),
    [
        ("困难 | 特困", {"困难", "特困"}),
        ("(?:困难|特困)[^,@]{0,8}@", {"困难", "特困"}),
        ("工会 会员? @", {"工会会"}),
        ("(?<!不)困难(?!户)", {"困难"}),
        (r"\d+ 名? (?:职工)+", {"职工"}),
        ("走(?:访|遍)", {"走"}),
        ("走?(?:访问|遍访)", {"访问", "遍访"}),
        ("[困难]名", {"名"}),
        ("困难{2}户", {"困难"}),
        ("助学 | @$", None),
        ("(?:困难)?", None),
        ("[^[困]难]*", None),
        (r"\p{Han}{2}", None),
        ("困难 # 特困\n 户", {"困难户"}),
        (r"\,", None),
    ],
)
def test_the_words_that_a_pattern_needs(pattern: str, words: set[str] | None) -> None:
    regex.compile(pattern, PATTERN_FLAGS)
    found = needles(pattern, {})
    assert found == words


def test_of_a_word_list_any_word_will_do() -> None:
    pattern = regex.compile(r"\L<hedge>@", PATTERN_FLAGS, hedge=["近", "大约"])
    assert needles(pattern.pattern, pattern.named_lists) == {"近", "大约"}


@pytest.mark.parametrize("pattern", ["(?|(困)|(难))", "困)", "困(难", "[困"])
def test_of_what_is_not_known_nothing_is_asked(pattern: str) -> None:
    assert needles(pattern, {}) is None


def test_most_patterns_of_indicators_need_a_word() -> None:
    with pattern_watch.watched() as seen:
        IndicatorReader(load(eager=True))
    of_indicators = list(seen.values())
    without = [pattern for pattern in of_indicators if needles(pattern.pattern, pattern.named_lists) is None]
    assert len(without) < len(of_indicators) / 10


SIEVE = Sieve()
INDICES = [SIEVE.add(pattern) for pattern in PATTERNS]


@given(st.lists(st.sampled_from(PIECES), max_size=12).map("".join))
def test_whatever_matches_passes(text: str) -> None:
    passing = SIEVE.passing(text, 0, len(text))
    assert {index for index, pattern in zip(INDICES, PATTERNS, strict=True) if pattern.search(text)} <= passing


def test_marks_between_the_pieces_of_a_text_change_nothing() -> None:
    sieve = Sieve()
    index = sieve.add(regex.compile("困难@,慰问", PATTERN_FLAGS))
    assert index in sieve.passing("困难12名慰问", 0, 7)
    assert index not in sieve.passing("困12难慰", 0, 5)


def test_a_mention_outside_its_sentence_is_looked_at_too() -> None:
    sieve = Sieve()
    index = sieve.add(regex.compile("困难", PATTERN_FLAGS))
    report = bare_report("慰问12名。困难5户")
    sentences = (Sentence(0, 6, 0),)
    passing = Passing(sieve, type(report)(**{name: getattr(report, name) for name in report.__slots__} | {"sentences": sentences}))
    assert index not in passing.around(0, 2, 5)
    assert index in passing.around(0, 8, 10)
    assert index not in passing.around(0, 2, 5)
