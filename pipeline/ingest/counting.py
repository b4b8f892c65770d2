"""Numbers as Word writes them before paragraphs: 一、 （二） 3. ④ Ⅴ 甲, by the names of its formats (ECMA-376, ST_NumberFormat)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

ROMAN = {
    1000: "m", 900: "cm", 500: "d", 400: "cd", 100: "c", 90: "xc", 50: "l", 40: "xl", 10: "x", 9: "ix", 5: "v", 4: "iv", 1: "i",
}  # fmt: skip
SPELLED = {"chineseCounting", "chineseCountingThousand", "taiwaneseCounting", "taiwaneseCountingThousand", "japaneseCounting"}
BY_DIGIT = {"ideographDigital", "taiwaneseDigital", "japaneseDigitalTenThousand"}
LEGAL = {"chineseLegalSimplified", "ideographLegalTraditional", "japaneseLegal"}
SIGNS = {
    "decimalEnclosedCircle": "circled",
    "decimalEnclosedCircleChinese": "circled",
    "decimalEnclosedParen": "bracketed",
    "decimalEnclosedFullstop": "stopped",
    "ideographTraditional": "stems",
    "ideographZodiac": "branches",
}
FULL_WIDTH = {"decimalFullWidth", "decimalFullWidth2"}
SILENT = {"none", "bullet"}
Signs = Mapping[str, Any]
"""The table [numbering] of rules/readers.toml."""


def spell(number: int, form: str, signs: Signs) -> str:
    """`number` (0 and up) in Word's number format `form`; decimal where the format is another script's or has no sign for it."""
    if form in SILENT:
        return ""
    if form in SPELLED or form in LEGAL:
        return _spelled(number, signs, form in LEGAL) if number < 10**8 else str(number)
    if form in BY_DIGIT:
        return "".join(signs["digits"][int(digit)] for digit in str(number))
    if form in FULL_WIDTH:
        return "".join(signs["full_width"][int(digit)] for digit in str(number))
    if form in SIGNS:
        row: str = signs[SIGNS[form]]
        return row[number - 1] if 0 < number <= len(row) else str(number)
    return _western(number, form)


def _western(number: int, form: str) -> str:
    if form == "decimalZero":
        return f"{number:02}"
    if form.endswith("Roman") and 0 < number < 4000:
        text = _roman(number)
    elif form.endswith("Letter") and 0 < number < 1000:
        text = chr(ord("a") + (number - 1) % 26) * ((number - 1) // 26 + 1)
    else:
        return str(number)
    return text.upper() if form.startswith("upper") else text


def _roman(number: int) -> str:
    text = ""
    for value, letters in ROMAN.items():
        text += letters * (number // value)
        number %= value
    return text


def _spelled(number: int, signs: Signs, legal: bool) -> str:
    """十二, 一百零三; the legal form spells the leading one as well: 壹拾贰."""
    digits, powers = (signs["legal_digits"], signs["legal_powers"]) if legal else (signs["digits"], signs["powers"])
    if number >= 10**4:
        upper, lower = divmod(number, 10**4)
        gap = signs["zero"] if 0 < lower < 1000 else ""
        rest = gap + _spelled(lower, signs, legal) if lower else ""
        return f"{_spelled(upper, signs, legal)}{signs['myriad']}{rest}"
    if number == 0:
        return str(digits[0])
    text: str = ""
    zero = False
    for place, digit in enumerate(map(int, f"{number:04}")):
        if digit:
            text += (signs["zero"] if zero and text else "") + digits[digit] + powers[3 - place]
        zero = not digit
    one_ten: str = digits[1] + signs["powers"][1]
    return text[1:] if not legal and text.startswith(one_ten) else text  # 十二, not 一十二
