"""Tokens and mentions share their boundaries."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from spacy.vocab import Vocab

from pipeline.extract import Extractor
from pipeline.model import Mention, Tokens
from pipeline.rulebook import load
from pipeline.rules_check import bare_report
from pipeline.segment import MENTION_TAG, SEGMENTERS, Segmenter, to_doc

BOOK = load()
EXTRACTOR, SEGMENTER = Extractor(BOOK), Segmenter(BOOK)


def _tokens(text: str) -> tuple[Tokens, list[Mention]]:
    mentions, _ = EXTRACTOR.extract_text(text)
    return SEGMENTER.segment(bare_report(text), mentions), mentions


def _words(text: str) -> list[str]:
    tokens, _ = _tokens(text)
    return [tokens.word(i) for i in range(len(tokens))]


def test_a_number_is_one_token() -> None:
    assert _words("收缴经费20余万元。") == ["收缴", "经费", "20余万元", "。"]


def test_words_of_the_field_are_not_cut() -> None:
    assert "工资集体协商" in _words("与12家企业开展工资集体协商。")


def test_sentences_without_a_quantity_have_no_tokens() -> None:
    assert _words("全镇工会召开了大会。") == []


def test_every_mention_knows_its_token() -> None:
    tokens, mentions = _tokens("慰问困难职工75名,发放慰问金37500元。")
    assert [tokens.word(tokens.at_mention[i]) for i in range(len(mentions))] == ["75名", "37500元"]


def test_as_a_spacy_doc() -> None:
    text = "慰问困难职工75名。"
    doc = to_doc(_tokens(text)[0], Vocab())
    assert doc.text == text
    assert [token.text for token in doc if token.tag_ == MENTION_TAG] == ["75名"]


@given(
    st.lists(
        st.sampled_from(["慰问", "困难职工", "75名", "三十余万元", "2012年3月", "、", "，", "。", "一线", "进一步", " ", "a", "１", "工会"])
    ).map("".join)
)
def test_tokens_tile_the_sentence(text: str) -> None:
    tokens, mentions = _tokens(text)
    if not len(tokens):
        return
    assert "".join(tokens.word(i) for i in range(len(tokens))) == text
    assert list(tokens.starts[1:]) == list(tokens.ends[:-1])
    spans = {(m.start, m.end) for m in mentions}
    assert {(tokens.starts[i], tokens.ends[i]) for i in range(len(tokens)) if tokens.mentions[i] >= 0} == spans


def test_both_segmenters_know_the_words_of_the_field() -> None:
    text = "与12家企业开展工资集体协商。"
    mentions, _ = EXTRACTOR.extract_text(text)
    for name in SEGMENTERS:
        tokens = Segmenter(BOOK, name).segment(bare_report(text), mentions)
        assert [tokens.word(i) for i in range(len(tokens))] == ["与", "12家", "企业", "开展", "工资集体协商", "。"]
        assert tokens.tags[tokens.at_mention[0]] == MENTION_TAG


def test_long_pieces_are_cut_as_short_ones_are() -> None:
    piece = "认真学习贯彻上级精神," * 10
    assert _words(f"{piece}慰问5人。") == [*_words("认真学习贯彻上级精神,慰问5人。")[:-3] * 10, "慰问", "5人", "。"]


def test_lone_surrogates_are_marks_of_their_own() -> None:
    text = "慰问困难\ud800职工5人。"
    mentions, _ = EXTRACTOR.extract_text(text)
    one, other = (Segmenter(BOOK, name).segment(bare_report(text), mentions) for name in SEGMENTERS)
    assert (one.starts, one.ends) == (other.starts, other.ends)
    assert "\ud800" in [other.word(i) for i in range(len(other))]
