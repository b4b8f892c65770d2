"""The words that people read: English sentences of the tables told in another language, whatever fills them."""

from __future__ import annotations

import re

import pytest

from pipeline.ingest.reasons import REASONS
from pipeline.labels import Labels
from pipeline.rulebook import Rulebook

SLOT = re.compile(r"\{(\w+)\}")


def test_every_reason_for_an_unread_file_has_words(book: Rulebook) -> None:
    assert {code: words["en"] for code, words in book.table("labels")["reasons"].items()} == {
        code: reason.sentence for code, reason in REASONS.items()
    }


@pytest.mark.parametrize("section", ["reasons", "whys"])
def test_sentences_are_told_with_what_fills_them(section: str, book: Rulebook) -> None:
    labels = Labels(book, "zh")
    for code, words in book.table("labels")[section].items():
        filled = {name: f"‹{name}: 甲/b.txt 1›" if at else f"‹{name} 1›" for at, name in enumerate(SLOT.findall(words["en"]))}
        assert set(SLOT.findall(words["zh"])) <= set(filled), code
        told = words["zh"].format(**filled)
        assert labels.told(section, words["en"].format(**filled)) == told
        assert labels.told(section, f"code: {words['en'].format(**filled)}") == f"code: {told}"
        assert Labels(book, "en").told(section, words["en"]) == words["en"]


def test_of_several_sentences_each_is_told_and_other_words_stay(book: Rulebook) -> None:
    labels = Labels(book, "zh")
    assert labels.told("whys", "the report is now in in/b.txt; the rules now say 75") == "报告现在在 in/b.txt; 规则现在读作 75"
    assert labels.told("reasons", "核对过原件") == "核对过原件"
    assert labels.told("reasons", "picture: A picture (png). Its text needs OCR; give the text as .txt or .docx.").startswith(
        "picture: 图片（png）"
    )
