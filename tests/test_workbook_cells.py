"""Single cells: number formats, texts that only are texts, numbers that keep their digits, widths for Chinese."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.write.workbook import cells


@pytest.mark.parametrize(
    ("value", "unit", "unit_class", "bound", "wanted"),
    [
        ("8000", "人", "people", ">=", '"≥"#,##0'),
        ("8000", "人", "people", "=", "#,##0"),
        ("1.5", "亩", "area", "=", "#,##0.0#####"),
        ("80", "%", "percent", "~", '"≈"0"%"'),
        ("3.5", "‰", "percent", "<=", '"≤"0.0#####"‰"'),
        ("3", "元", "money", "<", '"<"#,##0.00'),
        ("1.23456", "元", "money", "=", "#,##0.00####"),
        ("100.00", "元", "money", "=", "#,##0.00"),
    ],
)
def test_number_formats(value: str, unit: str, unit_class: str, bound: str, wanted: str) -> None:
    assert cells.number_format(Decimal(value), unit, unit_class, bound) == wanted


def test_a_range_names_its_high_end() -> None:
    assert cells.range_format(Decimal(500), Decimal(1000), "人", "people") == '#,##0"–1,000"'
    assert cells.range_format(Decimal(80), Decimal("82.5"), "%", "percent") == '0"%–82.5%"'


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@x", "\tx", "<r><t>x</t></r>"])
def test_no_formula_and_no_markup_comes_from_text(text: str) -> None:
    assert cells.safe_text(text) == "'" + text


@given(st.text())
def test_every_text_fits_a_cell(text: str) -> None:
    shown = cells.safe_text(text)
    assert not shown.startswith(("=", "+", "-", "@", "\t", "\r"))
    assert not [character for character in shown if ord(character) < 32 and character not in "\t\n\r"]
    shown.encode("utf-8")


@pytest.mark.parametrize("text", ["长" * 40_000, "𠮷" * 20_000, "长" * 32_766 + "𠮷"])
def test_overlong_texts_are_cut_by_what_excel_counts(text: str) -> None:
    shown = cells.safe_text(text)
    assert len(shown.encode("utf-16-le")) // 2 <= cells.MAX_TEXT
    assert shown.endswith("…")


def test_a_text_of_just_the_limit_stays_whole() -> None:
    assert cells.safe_text("长" * cells.MAX_TEXT) == "长" * cells.MAX_TEXT


@pytest.mark.parametrize(
    ("number", "fits"),
    [
        ("999999999999999", True),
        ("1000000000000000", False),
        ("123456789012.123456", False),
        ("-123456789.123456", True),
        ("8000.000000", True),
        ("0", True),
    ],
)
def test_numbers_that_would_lose_digits_are_known(number: str, fits: bool) -> None:
    assert cells.fits_number(Decimal(number)) is fits


def test_widths_count_a_chinese_character_twice() -> None:
    assert cells.width("安海镇a1") == 8
    assert cells.fitting("镇", ["安海镇总工会"] * 10) == 14
    assert cells.fitting("镇", ["长" * 100]) == cells.WIDEST
    assert cells.lines_of("长" * 25, 20) == 3


def test_a_single_long_text_does_not_widen_a_column() -> None:
    assert cells.fitting("镇", ["安海"] * 99 + ["长" * 20]) < 20
