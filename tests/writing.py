"""Writes numbers as reports write them: the other half of the tests that read them back. Independent of `pipeline`."""

from __future__ import annotations

from decimal import Decimal

DIGITS = "零一二三四五六七八九"
CAPITAL = "零壹贰叁肆伍陆柒捌玖"
SMALL = ("", "十", "百", "千")
CAPITAL_SMALL = ("", "拾", "佰", "仟")
LARGE = ("", "万", "亿", "万亿")
FULL_WIDTH = str.maketrans("0123456789.,%", "０１２３４５６７８９．，％")


def arabic(number: int | Decimal) -> str:
    """1234.5"""
    return f"{number:f}" if isinstance(number, Decimal) else str(number)


def grouped(number: int | Decimal) -> str:
    """1,234.5"""
    return f"{number:,f}" if isinstance(number, Decimal) else f"{number:,}"


def full_width(number: int | Decimal) -> str:
    """１２３４．５"""
    return arabic(number).translate(FULL_WIDTH)


def chinese(number: int, digits: str = DIGITS, small: tuple[str, ...] = SMALL) -> str:
    """一千二百三十四; 十五, not 一十五; zeros as they are spoken: 一万零五十."""
    if number == 0:
        return digits[0]
    sections = []
    rest = number
    while rest:
        rest, section = divmod(rest, 10_000)
        sections.append(section)
    written = ""
    for index in reversed(range(len(sections))):
        section = sections[index]
        if section == 0:
            continue
        if written and (section < 1000 or sections[index + 1] == 0):
            written += digits[0]
        written += _section(section, digits, small) + LARGE[index]
    if digits is DIGITS and written.startswith("一十"):
        written = written[1:]
    return written


def _section(number: int, digits: str, small: tuple[str, ...]) -> str:
    """One to four digits with their powers; one zero for each gap."""
    written, gap = "", False
    for power in (3, 2, 1, 0):
        digit = number // 10**power % 10
        if digit == 0:
            gap = bool(written)
            continue
        written += (digits[0] if gap else "") + digits[digit] + small[power]
        gap = False
    return written


def capital(number: int) -> str:
    """壹仟贰佰叁拾肆"""
    return chinese(number, CAPITAL, CAPITAL_SMALL)


def mixed(number: int) -> str:
    """1.2万, 3亿: Arabic digits with one power, exact."""
    power, name = (100_000_000, "亿") if number >= 100_000_000 else (10_000, "万")
    return arabic((Decimal(number) / power).normalize()) + name


def percent_words(number: Decimal) -> str:
    """百分之八十五点五"""
    whole, _, places = f"{number:f}".partition(".")
    return "百分之" + chinese(int(whole)) + ("点" + "".join(DIGITS[int(d)] for d in places) if places else "")


def fraction(part: int, whole: int) -> str:
    """三分之二"""
    return f"{chinese(whole)}分之{chinese(part)}"


def fraction_value(part: int, whole: int) -> Decimal:
    """In percent, six places, half to even."""
    return (Decimal(100) * part / whole).quantize(Decimal("0.000001"))


def counted(number: int) -> str:
    """As `chinese`, with 两 before a measure word and before a power where it is said."""
    return "两" if number == 2 else chinese(number)
