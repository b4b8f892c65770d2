"""What a single cell may hold: text that is only text, numbers that lose no digit, and the number formats that show a hedge."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from pipeline.bounds import SIGNS, plain

MAX_TEXT = 32_767
"""UTF-16 units that Excel takes in a cell."""
EXACT_DIGITS = 15
"""A spreadsheet keeps so many digits; a longer number stands there as text so that none is lost."""
NARROWEST, WIDEST = 7, 44
_SHARE_FITTED = 0.9
_UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_FORMULA_START = ("=", "+", "-", "@", "\t", "\r")
_RICH = re.compile("<r>.*</r>", re.DOTALL)
"""XlsxWriter takes such a string for markup of its own and writes it as it is."""


def safe_text(text: str) -> str:
    """Text that a spreadsheet shows and never runs: no control characters, no formula, no markup, not over a cell's limit."""
    text = _UNWRITABLE.sub("", text)
    if text.startswith(_FORMULA_START) or _RICH.fullmatch(text):
        text = "'" + text
    return text if len(text) * 2 <= MAX_TEXT else _cut(text)


def _cut(text: str) -> str:
    units = text.encode("utf-16-le")
    if len(units) <= MAX_TEXT * 2:
        return text
    return units[: (MAX_TEXT - 1) * 2].decode("utf-16-le", "ignore") + "…"


def number_format(value: Decimal | None, unit: str | None, unit_class: str | None, bound: str = "=") -> str:
    """Excel's number format for a value: its hedge in front, money with two decimals, a rate with its sign, a count as it is."""
    whole = value is None or value == value.to_integral_value()
    sign = f'"{SIGNS[bound]}"' if SIGNS.get(bound) else ""
    if unit_class == "percent":
        return f'{sign}{"0" if whole else "0.0#####"}"{unit or "%"}"'
    if unit_class == "money":
        return f"{sign}#,##0.00{'' if _decimals(value) <= 2 else '####'}"
    return f"{sign}#,##0" if whole else f"{sign}#,##0.0#####"


def range_format(low: Decimal, high: Decimal, unit: str | None, unit_class: str | None) -> str:
    """The format of a range's low end that shows the high end behind it: 500–1,000."""
    form = number_format(low, unit, unit_class)
    percent = f"{unit or '%'}" if unit_class == "percent" else ""
    end = f'–{plain(high, grouped=True)}{percent}"'
    return form.removesuffix('"') + end if form.endswith('"') else f'{form}"{end}'


def _decimals(value: Decimal | None) -> int:
    exponent = None if value is None else value.normalize().as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def fits_number(value: Decimal | int) -> bool:
    """Whether a spreadsheet holds the number with all its digits."""
    digits = Decimal(value).normalize().as_tuple()
    return isinstance(digits.exponent, int) and len(digits.digits) + max(0, digits.exponent) <= EXACT_DIGITS


def write_number(sheet: Any, row: int, position: int, value: Decimal | int, look: Any = None) -> None:
    """A real number, or its digits as text where a number would lose some."""
    if fits_number(value):
        sheet.write_number(row, position, float(value), look)
    else:
        sheet.write_string(row, position, safe_text(plain(Decimal(value))), look)


def write_date(sheet: Any, row: int, position: int, day: date, look: Any) -> None:
    """A real date; Excel's calendar begins in 1900."""
    if day.year < 1900:
        sheet.write_string(row, position, day.isoformat())
    else:
        sheet.write_datetime(row, position, day, look)


def width(text: str) -> int:
    """Columns of a typewriter that `text` takes; a Chinese character takes two."""
    return sum(2 if unicodedata.east_asian_width(character) in "WFA" else 1 for character in text)


def lines_of(text: str, columns: int) -> int:
    """Lines that `text` takes in a column so wide."""
    return sum(1 + max(0, width(line) - 1) // columns for line in text.split("\n"))


def fitting(header: str, texts: Sequence[str], share: float = _SHARE_FITTED) -> int:
    """The width of a column in which so large a share of these texts shows in full, within NARROWEST and WIDEST."""
    widths = sorted(width(text[: WIDEST + 1]) for text in texts)
    common = widths[min(len(widths) - 1, int(len(widths) * share))] if widths else 0
    return max(NARROWEST, min(WIDEST, max(common + 2, header_width(header))))


def header_width(header: str) -> int:
    """The width that a header wants, with room for the filter's button; a long one stands on two lines."""
    longest = max(width(line) for line in header.split("\n"))
    return (longest if longest <= 12 else longest // 2 + 2) + 4
