"""All listed words of a text in one pass."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from pipeline.lexicon import Lexicon

WORDS = {"三个代表": "slogan", "三个": "short", "代表大会": "name", "一事一议": "slogan"}
LEXICON = Lexicon(WORDS)


def test_overlapping_words_are_all_found() -> None:
    found = sorted(LEXICON.find("学习三个代表大会"))
    assert found == [(2, 4, "short"), (2, 6, "slogan"), (4, 8, "name")]


def test_nothing_where_no_word_stands() -> None:
    assert list(LEXICON.find("三 个代 表")) == []
    assert list(LEXICON.find("")) == []


def test_of_words_that_share_characters_the_longest_counts_then_the_first() -> None:
    lexicon = Lexicon({"困难": 1, "困难职工": 2, "困难职工子女": 3, "子女入学": 4})
    assert lexicon.longest("困难职工子女入学,困难职工") == [(0, 6, 3), (9, 13, 2)]


@given(st.text(alphabet="三个代表大会一事议", max_size=40))
def test_as_a_plain_search_finds_them(text: str) -> None:
    plain = sorted((i, i + len(word), tag) for word, tag in WORDS.items() for i in range(len(text)) if text.startswith(word, i))
    assert sorted(LEXICON.find(text)) == plain
