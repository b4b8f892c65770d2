"""Figures as reports write them: a number drawn from a range → its words, and what they mean by the rules of the annotation."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from random import Random

WAN = 10_000
_DIGITS = "零一二三四五六七八九"
_FULL_WIDTH = str.maketrans("0123456789.%", "０１２３４５６７８９．％")


@dataclass(frozen=True, slots=True)
class Number:
    """Words with their meaning; `bound` as in the table `facts`."""

    text: str
    value: Decimal
    unit: str
    bound: str = "="


Form = Callable[[int, str], Number | None]


def chinese(number: int) -> str:
    """1 to 99 as spoken: 十五, 三十二."""
    tens, ones = divmod(number, 10)
    return ("" if tens == 0 else "十" if tens == 1 else _DIGITS[tens] + "十") + (_DIGITS[ones] if ones or not tens else "")


def _rounded(number: int) -> int | None:
    """As before 余 and 多: two leading digits; None where too little would be left."""
    if number < 20:
        return None
    power = 10 ** max(1, len(str(number)) - 2)
    return number // power * power


def _more(word: str) -> Form:
    def written(number: int, unit: str) -> Number | None:
        rounded = _rounded(number)
        return None if rounded is None else Number(f"{rounded}{word}{unit}", Decimal(rounded), unit, ">")

    return written


def _before(word: str, bound: str) -> Form:
    def written(number: int, unit: str) -> Number | None:
        rounded = _rounded(number)
        return None if rounded is None else Number(f"{word}{rounded}{unit}", Decimal(rounded), unit, bound)

    return written


def _around(number: int, unit: str) -> Number | None:
    rounded = _rounded(number)
    return None if rounded is None else Number(f"{rounded}{unit}左右", Decimal(rounded), unit, "~")


def _spoken(number: int, unit: str) -> Number | None:
    return Number(chinese(number) + unit, Decimal(number), unit) if 3 <= number <= 99 else None


def _full_width(number: int, unit: str) -> Number:
    return Number(str(number).translate(_FULL_WIDTH) + unit, Decimal(number), unit)


def _in_wan(number: int, unit: str) -> Number | None:
    rounded = number // 100 * 100
    return Number(f"{_plain(Decimal(rounded) / WAN)}万{unit}", Decimal(rounded), unit) if number >= WAN else None


def _grouped(number: int, unit: str) -> Number | None:
    return Number(f"{number:,}{unit}", Decimal(number), unit) if number >= 1000 else None


def _usual(number: int, unit: str) -> Number:
    return Number(f"{number}{unit}", Decimal(number), unit)


_FORMS: tuple[tuple[float, Form], ...] = (
    (0.12, _more("余")), (0.18, _more("多")), (0.23, _before("近", "<")), (0.28, _before("约", "~")), (0.32, _around),
    (0.36, _spoken), (0.41, _full_width), (0.47, _in_wan), (0.50, _grouped),
)  # fmt: skip
"""Up to which share of the figures a form is used where it suits the number; the rest are written plainly."""


def count(random: Random, low: Decimal, high: Decimal, unit: str, exact: bool) -> Number:
    """How many of something."""
    number = random.randint(int(low), int(high))
    drawn = 1.0 if exact else random.random()
    form = next((form for share, form in _FORMS if drawn < share), _usual)
    return form(number, unit) or _usual(number, unit)


def duration(random: Random, low: Decimal, high: Decimal, unit: str, exact: bool) -> Number:
    """A length of time; 个 of 个月 is not in the unit."""
    number = count(random, low, high, unit, exact)
    return Number(number.text, number.value, unit.removeprefix("个"), number.bound)


def money(random: Random, low: Decimal, high: Decimal, unit: str, exact: bool) -> Number:
    """An amount in 元 or 万元; the value is in 元."""
    if not unit.startswith("万"):
        tens = random.randint(int(low) // 10, int(high) // 10) * 10
        return _usual(tens, unit) if exact else _in_yuan(random.random(), tens, unit)
    drawn = 1.0 if exact else random.random()
    if drawn < 0.3:
        whole = random.randint(int(low), int(high))
        words, bound = random.choice((("{}万余元", ">"), ("{}万多元", ">"), ("近{}万元", "<"), ("约{}万元", "~")))
        return Number(words.format(whole), Decimal(whole) * WAN, "元", bound)
    tenths = Decimal(random.randint(int(low * 10), int(high * 10))) / 10
    text = f"{_plain(tenths)}万元"
    return Number(text.translate(_FULL_WIDTH) if drawn < 0.35 else text, tenths * WAN, "元")


def _in_yuan(drawn: float, number: int, unit: str) -> Number:
    return (_more("余")(number, unit) if drawn < 0.3 else None) or _usual(number, unit)


def rate(random: Random, low: Decimal, high: Decimal, unit: str, exact: bool) -> Number:
    """A share or a difference of shares."""
    points = unit.removeprefix("个")
    drawn = 1.0 if exact else random.random()
    if drawn < 0.1 and points == "%":
        whole = random.randint(int(low), min(99, int(high)))
        return Number(f"百分之{chinese(whole)}", Decimal(whole), points)
    tenths = Decimal(random.randint(int(low * 10), int(high * 10))) / 10
    if drawn < 0.3:
        tenths = Decimal(int(tenths))
    text = f"{_plain(tenths)}{unit}"
    return Number(text.translate(_FULL_WIDTH) if drawn < 0.35 else text, tenths, points)


def _plain(number: Decimal) -> str:
    """Without zeros at the end."""
    return f"{number.normalize():f}"
