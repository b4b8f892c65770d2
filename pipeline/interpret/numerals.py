"""Reads a numeral, Arabic, Chinese or mixed, as an exact decimal. The whole string is consumed or there is no value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

MAX_DIGITS = 32
"""The tables hold decimal(38, 6): a number with more digits before the point than this has no value."""


class NumeralError(ValueError):
    """The string is not one well-formed numeral; the message says what is wrong, in few words."""


@dataclass(frozen=True, slots=True)
class Alphabet:
    """What each numeral character is worth, as `rules/numerals.toml` lists it."""

    digits: Mapping[str, int]
    small: Mapping[str, int]
    large: Mapping[str, int]
    tens: Mapping[str, int]

    @classmethod
    def from_table(cls, table: Mapping[str, Mapping[str, int]]) -> Alphabet:
        return cls(table["digits"], table["small"], table["large"], table["tens"])

    def scale(self, text: str) -> Decimal:
        """Product of the powers in `text` (`百万` → 1000000). Raises NumeralError on any other character."""
        product = 1
        for character in text:
            power = self.small.get(character) or self.large.get(character)
            if power is None:
                raise NumeralError(f"«{character}» is no power of ten")
            product *= power
        return Decimal(product)

    def parse(self, text: str) -> Decimal:
        """Value of a numeral such as `1,234.5`, `三百二十`, `二〇一二`, `3万5千`, `1.2亿`, `两千`.

        Raises NumeralError where the string is no single numeral (`三五`, `十百`, `1.2.3`, an empty one) or has over 32 digits.
        """
        if not text:
            raise NumeralError("no digits")
        if text.isascii():
            return _arabic(text)
        if len(text) > 1 and all(character in self.digits for character in text):
            return self._spelled(text)
        return self._composed(text)

    def _spelled(self, text: str) -> Decimal:
        """Digit by digit, as years and codes are written: 二〇一二. Without a zero in it, two digits are an approximation (三五)."""
        values = [self.digits[character] for character in text]
        if len(values) < 3 and 0 not in values:
            raise NumeralError("digits side by side")
        return Decimal("".join(map(str, values)))

    def _composed(self, text: str) -> Decimal:
        """Digits with powers: a large power closes the section before it, a small one stands inside a section, in falling order."""
        total, section = Decimal(0), Decimal(0)
        digit: Decimal | None = None
        last_power: Decimal | None = None
        small = large = Decimal("Infinity")
        for is_number, piece in self._pieces(text):
            if is_number:
                if digit:
                    raise NumeralError("two digits side by side")
                digit = self._digit(piece)
            elif piece in self.small:
                last_power = Decimal(self.small[piece])
                if last_power >= small:
                    raise NumeralError("powers out of order")
                section += (digit or 1) * last_power
                digit, small = None, last_power
            else:
                power = Decimal(self.large[piece])
                section += digit or 0
                # 两万亿: a power greater than the one before multiplies all that stands so far; 一亿三千万 adds.
                total = (total + section) * power if power > large else total + (section or 1) * power
                section, digit = Decimal(0), None
                small = large = last_power = power
        if digit:
            section += digit * self._implied_power(text, last_power)
        return _checked(total + section)

    def _implied_power(self, text: str, last_power: Decimal | None) -> Decimal:
        """A lone last digit behind a power counts in the next lower one: 三百五 is 350, 3万5 is 35000, but 三百零五 is 305."""
        behind_power = len(text) >= 2 and (text[-2] in self.small or text[-2] in self.large)
        if last_power is None or last_power <= 10 or not behind_power:
            return Decimal(1)
        return last_power / 10

    def _digit(self, piece: str) -> Decimal:
        if piece in self.digits:
            return Decimal(self.digits[piece])
        return _arabic(piece)

    def _pieces(self, text: str) -> list[tuple[bool, str]]:
        """Cut into numbers (True) and powers (False); 廿 and 卅 become a digit and 十."""
        pieces: list[tuple[bool, str]] = []
        arabic = ""
        for character in text:
            if character.isascii():
                arabic += character
                continue
            if arabic:
                pieces.append((True, arabic))
                arabic = ""
            if character in self.tens:
                pieces += [(True, str(self.tens[character] // 10)), (False, "十")]
            elif character in self.digits:
                pieces.append((True, character))
            elif character in self.small or character in self.large:
                pieces.append((False, character))
            else:
                raise NumeralError(f"«{character}» is no numeral")
        if arabic:
            pieces.append((True, arabic))
        return pieces


def _arabic(text: str) -> Decimal:
    """`1,234.5` → 1234.5; thousands separators must stand where they belong."""
    whole, _, fraction = text.partition(".")
    if "," in whole:
        groups = whole.split(",")
        if not (1 <= len(groups[0]) <= 3 and all(len(group) == 3 for group in groups[1:])):
            raise NumeralError("thousands separators out of place")
        whole = "".join(groups)
    if not (whole.isdigit() and (fraction.isdigit() or "." not in text)):
        raise NumeralError("no plain number")
    return _checked(Decimal(f"{whole}.{fraction}" if fraction else whole))


def _checked(value: Decimal) -> Decimal:
    if value.adjusted() >= MAX_DIGITS:
        raise NumeralError(f"more than {MAX_DIGITS} digits")
    return value
