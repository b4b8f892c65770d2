"""What holds for every text: offsets are true, nothing overlaps, no digit is lost, and a number means the same however it is written."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from decimal import Decimal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from opencc import OpenCC
from promises import keep_of_extraction
from writing import arabic, capital, chinese, counted, fraction, fraction_value, full_width, grouped, mixed, percent_words

from pipeline.library import extract
from pipeline.model import QUANTITIES, Fact

TO_TRADITIONAL = OpenCC("s2t")
DIGITS = re.compile(r"[0-9０-９]+")
FRAGMENTS = [
    "全镇共慰问困难职工", "发放慰问金", "一、", "（二）", "1、", "2.", "①", "Ⅱ、", "一是", "75名", "8000余人次", "12。2万元", "2、4万元",
    "12尸", "20xx年9月3日", "20__年", "７５％", "三分之二", "百分之八十", "两三百人", "“五一”", "三个代表", "第三届", "慈总工〔2008〕12号",
    "0574-63012345", "12345678901234567890", "1,234.56", "1.2.3", "3-5", "1:3", "１２３", "壹拾贰万元整", "廿三", "其中",
    "每人", "增加", "，", "。", "；", "：", "、", "\n", "\r\n", "\t", " ", "\u3000", "进一步", "统一", "十分", "万一", "xx镇",
    "**乡", "www.example.com", "范文网", "工会", "職工會員", "貳萬元", "…", "—", "(", "）", "《", "》", "“", "”", "\u200b",
    "\ufeff", "\x00", "\ud7a3", "🙂", "\ufeff", "A4", "5S", "3G", "GB/T19001-2008", "%", "‰", "元", "人", "年",
    "月", "日", "号", "半", "多", "约", "近",
]  # fmt: skip
TEXTS = st.one_of(
    st.lists(st.one_of(st.sampled_from(FRAGMENTS), st.integers(0, 10**6).map(str)), max_size=25).map("".join),
    st.text(max_size=80),
    st.text(alphabet="0123456789０１２.,，。、一二三十百千万亿年月日人元个第()（）〔〕号%- \n", max_size=50),
)


@example("0" * 19)
@example("电话" + "1" * 30)
@example("2008" * 9 + "年")
@example("1、2、3、4、5、6、7、8、9、10、11")
@example("来源：www.example.com 2012年共75名")
@given(TEXTS)
def test_every_text_gives_a_true_and_complete_ledger(text: str) -> None:
    keep_of_extraction(text)


Written = tuple[str, Decimal]
INTEGERS = st.integers(2, 10**11 - 1)
LARGE = st.integers(1000, 10**11 - 1)
PLACES = st.decimals(min_value=1, max_value=10**8, places=2)


def _writer(numbers: st.SearchStrategy[int | Decimal], write: Callable[..., str]) -> st.SearchStrategy[Written]:
    return numbers.map(lambda number: (write(number), Decimal(number)))


FORMS: dict[str, st.SearchStrategy[Written]] = {
    "arabic": _writer(INTEGERS, arabic),
    "decimal": _writer(PLACES, arabic),
    "thousands": _writer(INTEGERS, grouped),
    "full width": _writer(INTEGERS, full_width),
    "Chinese": _writer(INTEGERS, counted),
    "capital": _writer(st.integers(10, 10**11 - 1), capital),
    "mixed": _writer(LARGE, mixed),
}
MARKERS = ["", "一、", "（二）", "3、", "4.", "（5）", "⑥", "七是", "第八，"]
FRAMES = {
    "money": ("{marker}全年发放慰问金{number}元，受到职工好评。", "元"),
    "list": ("{marker}加强帮扶。慰问困难职工{number}名；看望了老党员。", "名"),
    "count": ("{marker}组织职工{number}人次参加培训。", "人次"),
    "before": ("{marker}{number}名职工参加了疗休养。", "名"),
}


def _of_kind(facts: Sequence[Fact], kinds: frozenset[str] = QUANTITIES) -> list[Fact]:
    return [fact for fact in facts if fact.kind in kinds]


@pytest.mark.parametrize("traditional", [False, True], ids=["simplified", "traditional"])
@pytest.mark.parametrize("form", FORMS)
@given(data=st.data())
def test_a_number_means_the_same_in_every_form(form: str, traditional: bool, data: st.DataObject) -> None:
    written, value = data.draw(FORMS[form])
    frame = data.draw(st.sampled_from([name for name in FRAMES if form != "decimal" or name == "money"]))
    marker = data.draw(st.sampled_from(MARKERS))
    if frame == "before" and marker and not marker.endswith(("是", "，")):
        marker = ""  # 3、75名: the guide leaves open which of both a bare number behind a marker is
    sentence, unit = FRAMES[frame]
    if traditional:
        sentence, marker, written = _traditional(sentence), _traditional(marker), _traditional(written)
    text = sentence.format(marker=marker, number=written)
    found = _of_kind(extract(text))
    assert [text[fact.start : fact.end] for fact in found] == [written + unit], text
    assert found[0].quantity is not None
    assert (found[0].quantity.value, found[0].quantity.unit, found[0].quantity.bound) == (value, unit, "=")


def _traditional(text: str) -> str:
    return str(TO_TRADITIONAL.convert(text))


@given(st.integers(1, 9), st.integers(2, 99))
def test_fractions(part: int, whole: int) -> None:
    text = f"有{fraction(part, whole)}的代表到会。"
    (fact,) = _of_kind(extract(text))
    assert fact.quantity is not None
    assert (fact.quantity.value, fact.quantity.unit) == (fraction_value(part, whole), "%")


@given(st.decimals(min_value=1, max_value=100, places=1))
def test_percent(number: Decimal) -> None:
    for written in (f"{number}%", f"{full_width(number)}％", percent_words(number)):
        text = f"建会率达到{written}，比上年有进步。"
        (fact,) = _of_kind(extract(text))
        assert text[fact.start : fact.end] == written
        assert fact.quantity is not None
        assert (fact.quantity.value, fact.quantity.unit) == (number, "%")


@given(st.integers(1, 9), st.booleans())
def test_tenths(number: int, half: bool) -> None:
    written = f"{chinese(number)}成{'半' if half else ''}"
    text = f"职工中{written}来自外地。"
    (fact,) = _of_kind(extract(text))
    assert text[fact.start : fact.end] == written
    assert fact.quantity is not None
    assert (fact.quantity.value, fact.quantity.unit) == (number * 10 + 5 * half, "%")


DAMAGE: dict[str, Callable[[int], tuple[str, Decimal]]] = {
    "a full stop for the point": lambda n: (f"{n}。5万元", Decimal(n) * 10_000 + 5_000),
    "a blank in the number": lambda n: (f"{str(n)[0]} {str(n)[1:]}元" if n > 9 else f"{n} 元", Decimal(n)),
    "a line break in the number": lambda n: (f"{n}.\n5万元", Decimal(n) * 10_000 + 5_000),
}


@pytest.mark.parametrize("damage", DAMAGE)
@given(number=st.integers(1, 99))
def test_damaged_numbers_are_read_as_meant(damage: str, number: int) -> None:
    written, value = DAMAGE[damage](number)
    text = f"全年共发放慰问金{written}，受到职工好评。"
    found = _of_kind(extract(text))
    assert [text[fact.start : fact.end] for fact in found] == [written]
    assert found[0].quantity is not None
    assert found[0].quantity.value == value


@given(TEXTS, st.sampled_from(FRAGMENTS))
def test_what_follows_in_another_line_changes_no_span_before_it(text: str, more: str) -> None:
    """Only meaning may look further: a blank line and a heading end the sentence."""
    clean = re.sub(r"\s+", "", text) + "。"
    before = [(fact.start, fact.end, fact.kind) for fact in extract(clean)]
    after = [(fact.start, fact.end, fact.kind) for fact in extract(f"{clean}\n\n二、工作打算\n{more}") if fact.end <= len(clean)]
    assert [span for span in before if span[2] not in ("marker",)] == [span for span in after if span[2] not in ("marker",)]
