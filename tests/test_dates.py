"""Dates as EDTF: what the words say and nothing more."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from writing import chinese

from pipeline.interpret.dates import DateReader
from pipeline.interpret.numerals import Alphabet
from pipeline.interpret.quantity import UnreadableError
from pipeline.model import Mention, PartialDate
from pipeline.rulebook import load
from pipeline.rules_check import make_reader

READ = make_reader(load())
READER = DateReader(load(), Alphabet.from_table(load().table("numerals")))
EDTF = re.compile(r"(?:[\dX]{4}(?:-[\dX]{2}(?:-[\dX]{2})?)?)?(?:T\d{2}:\d{2})?")


def _dates(text: str) -> list[tuple[str, PartialDate]]:
    return [(text[fact.start : fact.end], fact.date) for fact in READ(text) if fact.date is not None]


@pytest.mark.parametrize(
    ("words", "edtf", "anchor", "part", "festival"),
    [
        ("2012年9月3日", "2012-09-03", None, None, None),
        ("2011年至20xx年", "2011/20XX", None, None, None),
        ("2013年五一节", "2013-05-01", None, None, "五一"),
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
        ("下午1时", "T13:00", None, None, None),
        ("下午12时", "T12:00", None, None, None),
        ("上午24时", "T24:00", None, None, None),
        ("晚上8时30分", "T20:30", None, None, None),
        ("上午9点半", "T09:30", None, None, None),
        ("下午三点一刻", "T15:15", None, None, None),
        ("下午三点三刻", "T15:45", None, None, None),
        ("20:15", "T20:15", None, None, None),
        ("上午9:00至下午4:30", "T09:00/T16:30", None, None, None),
        ("3月5日9:00-11:30", "XXXX-03-05T09:00/XXXX-03-05T11:30", None, None, None),
        ("1949年至50年", "1949/1950", None, None, None),
        ("1990年至95年", "1990/1995", None, None, None),
        ("2048年至49年", "2048/2049", None, None, None),
        ("20xx年至20xx年", "20XX/20XX", None, None, None),
        ("2010年3月至2012年4月", "2010-03/2012-04", None, None, None),
        ("2010年3月5日至4月6日", "2010-03-05/2010-04-06", None, None, None),
        ("2010年3月5日至8日", "2010-03-05/2010-03-08", None, None, None),
        ("去年12月至今年3月", "XXXX-12/XXXX-03", "last_year", None, None),
        ("2011年第三季度", "2011-07/2011-09", None, None, None),
        ("一季度", "XXXX-01/XXXX-03", None, None, None),
        ("前三季度", "XXXX-01/XXXX-09", None, None, None),
        ("二、三季度", "XXXX-04/XXXX-09", None, None, None),
        ("2011年下半年", "2011-07/2011-12", None, None, None),
        ("12月31日", "XXXX-12-31", None, None, None),
        ("1月1日", "XXXX-01-01", None, None, None),
        ("2020xx年", "20XX", None, None, None),
        ("二○○九年三月", "2009-03", None, None, None),
        ("“三八”", "XXXX-03-08", None, None, "三八"),
        ("2012年国庆节", "2012-10-01", None, None, "国庆"),
        ("本月5日", "XXXX-XX-05", None, None, None),
    ],
)
def test_what_the_words_say(words: str, edtf: str, anchor: str | None, part: str | None, festival: str | None) -> None:
    found = _dates(f"{words},走访了企业。")
    assert found == [(words, PartialDate(edtf, anchor, part, festival))]


@pytest.mark.parametrize("text", ["每月一次例会。", "每年召开大会。", "每周例会。", "2012名职工。", "13月份。"])
def test_no_dates(text: str) -> None:
    assert _dates(text) == []


@pytest.mark.parametrize("text", ["25时召开大会。", "晚上25时召开大会。", "下午25:00召开大会。"])
def test_no_hour_is_invented(text: str) -> None:
    assert _dates(text) == []


def _read(reads: str, text: str, **groups: str) -> PartialDate:
    """Straight through the reader, for forms that the shipped patterns keep from it and an analyst's own may not."""
    spans = {name: (text.index(words), text.index(words) + len(words)) for name, words in groups.items()}
    return READER.read(Mention(0, len(text), "date", "own.rule", reads, spans), text)


def test_a_festival_in_a_date_keeps_its_year() -> None:
    read = _read("date", "2013年国庆节", year="2013", festival="国庆节")
    assert (read.edtf, read.festival) == ("2013-10-01", "国庆")


def test_a_day_or_a_month_with_an_hour_is_no_time_alone() -> None:
    assert _read("date", "3日10时", day="3", hour="10").edtf == "XXXX-XX-03T10:00"
    assert (_read("date", "9月10时", month="9", hour="10").edtf or "").startswith("XXXX-09")


@pytest.mark.parametrize(("group", "words"), [("to_month", "13"), ("to_day", "32"), ("day", "32"), ("to_month", "三五")])
def test_an_own_rule_cannot_make_an_end_that_is_none(group: str, words: str) -> None:
    text = f"2012年1月2日至{words}"
    with pytest.raises(UnreadableError, match=words):
        _read("date", text, **{"year": "2012", "month": "1", "day": "2", group: words})


def test_both_ends_of_a_range_may_have_two_digits_or_be_masked() -> None:
    assert _read("date", "08年至10年", year2="08", to_year2="10").edtf == "2008/2010"
    assert _read("date", "2011年至20xx年", year="2011", to_masked="20xx").edtf == "2011/20XX"
    assert _read("date", "20xx年1月至3月", masked="20xx", month="1", to_month="3").edtf == "20XX-01/20XX-03"


@pytest.mark.parametrize("month", ["0", "13", "十三"])
def test_an_own_rule_cannot_make_a_month_that_is_none(month: str) -> None:
    with pytest.raises(UnreadableError, match=month):
        _read("date", f"2012年{month}月", year="2012", month=month)


@pytest.mark.parametrize(("hour", "read"), [("0", "T00:00"), ("24", "T24:00")])
def test_first_and_last_hour(hour: str, read: str) -> None:
    assert _read("date", f"{hour}时", hour=hour).edtf == read
    with pytest.raises(UnreadableError):
        _read("date", "25时", hour="25")


def test_midnight_of_an_afternoon_stays() -> None:
    assert _read("date", "下午0时", daytime="下午", hour="0").edtf == "T00:00"


def test_an_own_rule_cannot_name_a_festival_that_no_list_knows() -> None:
    with pytest.raises(UnreadableError, match="泼水"):
        _read("festival", "泼水节", festival="泼水节")


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
