"""Numerals of every script as exact decimals; what is no single numeral has no value."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from writing import arabic, capital, chinese, grouped, mixed

from pipeline.interpret.numerals import MAX_DIGITS, Alphabet, NumeralError
from pipeline.rulebook import load

ALPHABET = Alphabet.from_table(load().table("numerals"))
NUMBERS = st.integers(min_value=0, max_value=10**12 - 1)


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("0", "0"), ("007", "7"), ("12.50", "12.50"), ("1,234", "1234"), ("1,234,567.8", "1234567.8"),
        ("零", "0"), ("十", "10"), ("十五", "15"), ("二十", "20"), ("廿", "20"), ("廿三", "23"), ("卅一", "31"),
        ("一百", "100"), ("百", "100"), ("一百零五", "105"), ("一百五", "150"), ("三百五", "350"), ("三千二", "3200"), ("两万五", "25000"),
        ("一千零五十", "1050"), ("一万零五百", "10500"), ("十二万", "120000"), ("两千万", "20000000"), ("一亿三千万", "130000000"),
        ("两万亿", "2000000000000"), ("二〇一二", "2012"), ("一九九八", "1998"), ("二零零五", "2005"), ("三五零", "350"),
        ("3万5千", "35000"), ("1.2亿", "120000000"), ("15万8千", "158000"), ("1亿2000万", "120000000"), ("3万5", "35000"), ("5千", "5000"),
        ("五", "5"), ("〇", "0"), ("一万零五", "10005"), ("三万零五百", "30500"), ("五十三", "53"), ("十3", "13"),
        ("三千零五", "3005"),
        ("一亿零五", "100000005"), ("万", "10000"), ("一万亿", "1000000000000"), ("3.5百", "350"), ("一百一十", "110"),
        ("十万零三千", "103000"),
        ("零一", "1"), ("一零", "10"), ("123,456", "123456"), ("12,345.60", "12345.60"),
        ("三五八", "358"), ("百五", "150"), ("十二万三千亿", "12300000000000"), ("一万二万", "30000"),
        ("壹仟贰佰叁拾肆", "1234"), ("伍万", "50000"), ("陆拾", "60"),
    ],
)  # fmt: skip
def test_value(written: str, value: str) -> None:
    assert ALPHABET.parse(written) == Decimal(value)


@pytest.mark.parametrize(
    "written",
    [
        "",
        "三五",
        "十百",
        "百千",
        "1.2.3",
        "1,23",
        "12,34,567",
        ",123",
        "1,2345",
        "1.",
        ".5",
        "-3",
        "3 4",
        "三3",
        "人",
        "三人",
        "百百",
        "一十二十",
        "三五万",
        "3.万",
        "1a万",
        "12,345,67",
        "1234,567",
        ",",
    ],
)
def test_no_single_numeral_has_no_value(written: str) -> None:
    with pytest.raises(NumeralError):
        ALPHABET.parse(written)


def test_longest_number() -> None:
    assert ALPHABET.parse("9" * MAX_DIGITS) == Decimal("9" * MAX_DIGITS)
    with pytest.raises(NumeralError, match=str(MAX_DIGITS)):
        ALPHABET.parse("9" * (MAX_DIGITS + 1))


def test_longest_number_with_powers() -> None:
    assert ALPHABET.parse("1" + "0" * 23 + "亿") == Decimal(10) ** 31
    with pytest.raises(NumeralError, match=str(MAX_DIGITS)):
        ALPHABET.parse("1" + "0" * 24 + "亿")


@pytest.mark.parametrize(("written", "value"), [("", 1), ("万", 10_000), ("百万", 1_000_000), ("亿", 100_000_000), ("千万", 10_000_000)])
def test_scale(written: str, value: int) -> None:
    assert ALPHABET.scale(written) == value


def test_scale_of_something_else() -> None:
    with pytest.raises(NumeralError):
        ALPHABET.scale("人")


@given(NUMBERS)
def test_written_and_read_back(number: int) -> None:
    for write in (arabic, grouped, chinese, capital):
        assert ALPHABET.parse(write(number)) == number, write(number)


@given(st.integers(min_value=1000, max_value=10**12 - 1))
def test_mixed_written_and_read_back(number: int) -> None:
    assert ALPHABET.parse(mixed(number)) == number, mixed(number)


@given(st.decimals(min_value=0, max_value=10**9, places=4))
def test_decimals_keep_every_digit(number: Decimal) -> None:
    for write in (arabic, grouped):
        read = ALPHABET.parse(write(number))
        assert (read, str(read)) == (number, str(number))


@given(st.text(alphabet="0123456789.,零〇一二两三四五六七八九十百千万亿壹拾廿", max_size=12))
def test_any_string_of_numeral_characters_has_a_value_or_a_reason(written: str) -> None:
    try:
        value = ALPHABET.parse(written)
    except NumeralError as error:
        assert str(error)
    else:
        assert value >= 0
        assert value.is_finite()
