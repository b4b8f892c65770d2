"""Dates as EDTF: what the words say and nothing more."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from writing import chinese

from pipeline.model import PartialDate
from pipeline.rulebook import load
from pipeline.rules_check import make_reader

READ = make_reader(load())
EDTF = re.compile(r"(?:[\dX]{4}(?:-[\dX]{2}(?:-[\dX]{2})?)?)?(?:T\d{2}:\d{2})?")


def _dates(text: str) -> list[tuple[str, PartialDate]]:
    return [(text[fact.start : fact.end], fact.date) for fact in READ(text) if fact.date is not None]


@pytest.mark.parametrize(
    ("words", "edtf", "anchor", "part", "festival"),
    [
        ("2012年9月3日", "2012-09-03", None, None, None),
        ("二〇一二年九月三日", "2012-09-03", None, None, None),
        ("20xx年9月3日", "20XX-09-03", None, None, None),
        ("20__年", "20XX", None, None, None),
        ("201x年", "201X", None, None, None),
        ("9月27日", "XXXX-09-27", None, None, None),
        ("05年", "2005", None, None, None),
        ("98年", "1998", None, None, None),
        ("7—9月", "XXXX-07/XXXX-09", None, None, None),
        ("1-8月份", "XXXX-01/XXXX-08", None, None, None),
        ("3日至20日", "XXXX-XX-03/XXXX-XX-20", None, None, None),
        ("上半年", "XXXX-01/XXXX-06", None, None, None),
        ("四季度", "XXXX-10/XXXX-12", None, None, None),
        ("今年", "XXXX", "this_year", None, None),
        ("今年3月", "XXXX-03", "this_year", None, None),
        ("去年", "XXXX", "last_year", None, None),
        ("上年", "XXXX", "last_year", None, None),
        ("明年", "XXXX", "next_year", None, None),
        ("前年", "XXXX", None, None, None),
        ("年初", "XXXX", None, "early", None),
        ("今年年底", "XXXX", "this_year", "late", None),
        ("4月中旬", "XXXX-04", None, "mid", None),
        ("“五一”", "XXXX-05-01", None, None, "五一"),
        ("春节", "XXXX", None, None, "春节"),
        ("2013年春节", "2013", None, None, "春节"),
        ("4月25日上午10:00", "XXXX-04-25T10:00", None, None, None),
        ("6月16日下午3时30分", "XXXX-06-16T15:30", None, None, None),
    ],
)
def test_what_the_words_say(words: str, edtf: str, anchor: str | None, part: str | None, festival: str | None) -> None:
    found = _dates(f"{words},走访了企业。")
    assert found == [(words, PartialDate(edtf, anchor, part, festival))]


@pytest.mark.parametrize("text", ["每月一次例会。", "每年召开大会。", "每周例会。", "2012名职工。", "13月份。"])
def test_no_dates(text: str) -> None:
    assert _dates(text) == []


@pytest.mark.parametrize("text", ["2012年9月43日成立。", "9月32日成立。"])
def test_no_day_is_invented(text: str) -> None:
    assert all("43" not in (date.edtf or "") and "32" not in (date.edtf or "") for _, date in _dates(text))


@given(st.dates(), st.sampled_from(["arabic", "chinese", "padded"]))
def test_a_day_written_and_read_back(day, form: str) -> None:  # type: ignore[no-untyped-def]
    year = 1950 + day.year % 100
    if form == "chinese":
        years = "".join("〇一二三四五六七八九"[int(digit)] for digit in str(year))
        words = f"{years}年{chinese(day.month)}月{chinese(day.day)}日"
    elif form == "padded":
        words = f"{year}年{day.month:02}月{day.day:02}日"
    else:
        words = f"{year}年{day.month}月{day.day}日"
    assert _dates(f"{words}召开了大会。") == [(words, PartialDate(f"{year}-{day.month:02}-{day.day:02}"))]


@given(st.integers(1, 12), st.integers(1, 12))
def test_a_range_of_months(first: int, last: int) -> None:
    first, last = min(first, last), max(first, last)
    if first < last:
        words = f"{first}至{last}月"
        assert _dates(f"{words}召开了大会。") == [(words, PartialDate(f"XXXX-{first:02}/XXXX-{last:02}"))]


@given(st.text(alphabet="0129xX一二十年月日初中下旬底至-—上半季度今去:时分点“”五节春“，", max_size=30))
def test_whatever_is_read_is_edtf(text: str) -> None:
    for words, date in _dates(text):
        assert date.edtf is not None, words
        ends = date.edtf.split("/")
        assert len(ends) <= 2, (words, date.edtf)
        assert all(end and EDTF.fullmatch(end) for end in ends), (words, date.edtf)
        for end in ends:
            month, _, day = end.partition("T")[0][5:].partition("-")
            assert month in ("", "XX") or 1 <= int(month) <= 12, (words, date.edtf)
            assert day in ("", "XX") or 1 <= int(day) <= 31, (words, date.edtf)
