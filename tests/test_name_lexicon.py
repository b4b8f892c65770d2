"""What jieba's dictionary tells of words and characters."""

from __future__ import annotations

import pytest

from pipeline.name_lexicon import NameLexicon


@pytest.fixture(scope="module")
def lexicon() -> NameLexicon:
    return NameLexicon("王李张刘陈高方任")


def test_characters_of_given_names_are_told_from_those_of_words(lexicon: NameLexicon) -> None:
    named, of_words = "英芳丽国明", "的处场性化"
    assert min(lexicon.given(character, 1) for character in named) > max(lexicon.given(character, 1) for character in of_words)


def test_a_surname_that_begins_many_words_tells_less(lexicon: NameLexicon) -> None:
    assert lexicon.surname("刘") > lexicon.surname("高")


def test_a_character_that_no_name_begins_with_has_even_lower_odds(lexicon: NameLexicon) -> None:
    assert lexicon.surname("不") < lexicon.surname("高")


@pytest.mark.parametrize(("word", "other"), [("任务", True), ("高度", True), ("宁波", True), ("雷锋", False), ("贺春梅", False)])
def test_words_of_another_kind(word: str, other: bool, lexicon: NameLexicon) -> None:
    assert lexicon.is_other_word(word) is other


def test_the_commoner_word_weighs_more(lexicon: NameLexicon) -> None:
    assert lexicon.weight("任务") > lexicon.weight("党费") > lexicon.weight("贺春梅") == 0


def test_a_text_is_cut_by_the_dictionary_alone(lexicon: NameLexicon) -> None:
    assert list(lexicon.words("慰问困难职工惠长顺")) == ["慰问", "困难职工", "惠", "长顺"]


def test_names_are_counted_by_place(lexicon: NameLexicon) -> None:
    surnames, first, last = lexicon.counts()
    assert set(surnames) <= set("王李张刘陈高方任")
    assert surnames.total() == first.total() == last.total() > 1000
