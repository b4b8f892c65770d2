"""Where the numerals are: look-alikes, ordinary words, and what no rule reads."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pipeline.extract import Extractor
from pipeline.extract.extractor import ENDLESS, UNREAD
from pipeline.model import Mention
from pipeline.rulebook import load

EXTRACTOR = Extractor(load())


def _found(text: str) -> list[tuple[str, str]]:
    return [(mention.kind, text[mention.start : mention.end]) for mention in EXTRACTOR.extract_text(text)[0]]


@pytest.mark.parametrize(
    "text",
    ["统一思想,进一步提高认识。", "一些企业一直在一线。", "一方面抓生产,一系列活动。", "万一有事,十分重要。", "三轮车停在路旁。", ""],
)
def test_ordinary_words_are_no_numerals(text: str) -> None:
    assert _found(text) == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("学习三个代表重要思想。", [("name", "三个代表")]),
        ("每周一次例会。", [("count", "一次")]),
        ("十一家企业。", [("count", "十一家")]),
        ("正月十五慰问。", [("date", "正月十五")]),
        ("召开了十届三次全委会。", [("ordinal", "十届三次")]),
        ("“五一”前后慰问了75名职工。", [("date", "“五一”"), ("count", "75名")]),
        ("荣获五一劳动奖章。", [("name", "五一劳动奖章")]),
        ("其中已完善168间。", [("count", "168间")]),
        ("共建会126家,发展会员8000余人次。", [("count", "126家"), ("count", "8000余人次")]),
    ],
)
def test_look_alikes(text: str, found: list[tuple[str, str]]) -> None:
    assert _found(text) == found


def test_losers_are_kept_with_the_reason() -> None:
    mentions, losers = EXTRACTOR.extract_text("学习三个代表重要思想。")
    assert [mention.rule for mention in mentions] == ["name.slogans"]
    beaten = {loser.mention.rule: loser.reason for loser in losers}
    assert beaten["count.measured"] == "name.slogans stands at 2-6"


def test_a_word_that_holds_the_numeral_is_told() -> None:
    _, losers = EXTRACTOR.extract_text("进一步开展工作。")
    assert all("进一步" in loser.reason for loser in losers)


def test_digits_that_no_rule_reads_are_a_row_with_a_reason() -> None:
    mentions, _ = EXTRACTOR.extract_text("abc12345678def")
    assert [(mention.kind, mention.start, mention.end) for mention in mentions] == [("name", 3, 11)]
    if mentions[0].rule == UNREAD:
        assert mentions[0].note


def _well_formed(text: str, mentions: list[Mention]) -> bool:
    return all(0 <= m.start < m.end <= len(text) for m in mentions) and all(a.end <= b.start for a, b in pairwise(mentions))


@example("0" * 19)
@example("5" * 40 + "元")
@given(st.text(alphabet="0123456789一二三十百万亿两半第年月日号届次人元%个家名、。，,.()-—至余多近约上下 \n\tabX会工村《》“”", max_size=60))
def test_every_digit_lies_in_one_mention(text: str) -> None:
    mentions, losers = EXTRACTOR.extract_text(text)
    assert _well_formed(text, mentions)
    for match in re.finditer(r"[0-9]+", text):
        assert sum(m.start <= match.start() and match.end() <= m.end for m in mentions) == 1, (match.group(), _found(text))
    for mention in [*mentions, *(loser.mention for loser in losers)]:
        assert all(0 <= first <= last <= len(text) for first, last in mention.groups.values())


def test_endless_runs_of_numerals_are_rows_that_no_rule_tries() -> None:
    """6,000 of them took a minute and a half, and more than twice that for each further thousand; the text around them is read."""
    from pipeline.library import extract

    for piece in ("一", "一、", "百万", "7", "1、", "1.", "12,"):
        run = piece * 3000
        text = f"走访困难职工75名。\n{run}\n发放慰问金三万元。"
        first, endless, last = extract(text)
        assert [text[fact.start : fact.end] for fact in (first, last)] == ["75名", "三万元"]
        assert text[endless.start : endless.end] == run
        assert (endless.rule, endless.note, endless.quantity) == (UNREAD, ENDLESS, None)
