"""Dates as EDTF (ISO 8601-2, levels 1 and 2): what the words say and nothing more; unknown digits are `X`, an unknown year is `XXXX`.

Times of day follow a `T`; with unknown digits before it that is our extension. Nothing here knows the report's year or today's.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import takewhile

import regex

from pipeline.interpret.numerals import Alphabet, NumeralError
from pipeline.interpret.quantity import Groups, UnreadableError
from pipeline.model import Mention, PartialDate
from pipeline.rulebook import Rulebook

HALVES = {"first": ("01", "06"), "second": ("07", "12")}
QUARTER_MONTHS = 3
NOON = 12
TWO_DIGIT_YEARS_FROM = 50
"""Years of two digits from here on are of the twentieth century: 98年 is 1998, 05年 is 2005."""


class DateReader:
    """Reads the mentions whose rules say `date` or `festival`."""

    def __init__(self, rulebook: Rulebook, alphabet: Alphabet) -> None:
        self._alphabet = alphabet
        table = rulebook.table("dates")
        self._anchors = {
            word: None if anchor == "none" else anchor for anchor, words in table["relative"].items() for word in words.split()
        }
        self._parts = {word: part for part, words in table["parts"].items() for word in words.split()}
        self._called = {word: number for number, words in table["months"].items() for word in words.split()}
        self._spans = {word: name for name, words in table["spans"].items() for word in words.split()}
        self._late_hours = frozenset(table["late_hours"].split())
        self._bracket = regex.compile(r"[“”‘’\"'·.\s]")
        self._fixed_days: Mapping[str, str] = table["festivals"]
        self._festivals = {self._plain(w): code for code, words in table["festival_words"].items() for w in words.split()}
        self._readers: Mapping[str, Callable[[Groups], PartialDate]] = {"date": self._date, "festival": self._festival}

    @property
    def reads(self) -> frozenset[str]:
        return frozenset(self._readers)

    def read(self, mention: Mention, text: str) -> PartialDate:
        """What the mention says. Raises UnreadableError with the reason where it is no date after all."""
        try:
            return self._readers[mention.reads](Groups(text, mention.groups))
        except NumeralError as error:
            raise UnreadableError(f"«{text[mention.start : mention.end]}»: {error}") from error

    def _date(self, groups: Groups) -> PartialDate:
        anchor = self._anchor(groups)
        part = self._part(groups)
        festival = groups.get("festival")
        if festival:
            return self._with_festival(festival, self._year(groups, ""), anchor)
        if groups.get("years"):
            return PartialDate("XXXX")
        if century := groups.get("century"):
            return PartialDate(f"{int(self._alphabet.parse(century)) - 1:02}XX", anchor, part)
        if decade := groups.get("decade"):
            return PartialDate(self._decades(decade, groups.get("to_decade")), anchor, part)
        if so_far := groups.get("months"):
            year = self._year(groups, "")
            return PartialDate(f"{year}-01/{year}-{self._two_digits(so_far, 12)}", anchor)
        start = self._year(groups, "") + self._months(groups)
        if "/" in start:
            return PartialDate(start, anchor, part)
        start += self._day_and_time(groups, "")
        end = self._range_end(groups, start)
        return PartialDate(f"{start}/{end}" if end else start or None, anchor, part)

    def _decades(self, first: str, last: str | None) -> str:
        """`199X` of 90年代, `197X/198X` of 七八十年代: a decade's tens, or its one digit where the 十 stands behind the second."""
        tens = [int(self._alphabet.parse(decade)) for decade in (first, last) if decade]
        return "/".join(f"19{ten // 10 or ten}X" for ten in tens)

    def _festival(self, groups: Groups) -> PartialDate:
        return self._with_festival(groups.get("festival"), self._year(groups, ""), self._anchor(groups))

    def _with_festival(self, word: str, year: str, anchor: str | None) -> PartialDate:
        code = self._festivals.get(self._plain(word)) or self._festivals.get(self._plain(word).removesuffix("节"))
        if code is None:
            raise UnreadableError(f"«{word}» is no festival of rules/dates.toml")
        day = self._fixed_days.get(code)
        return PartialDate(f"{year or 'XXXX'}-{day}" if day else year or "XXXX", anchor, None, code)

    def _plain(self, word: str) -> str:
        return self._bracket.sub("", word)

    def _anchor(self, groups: Groups) -> str | None:
        return self._anchors.get(groups.get("relative"))

    def _part(self, groups: Groups) -> str | None:
        return self._parts.get(groups.get("part"))

    def _year(self, groups: Groups, prefix: str) -> str:
        """`2012`, `20XX`, or `XXXX` where there is only a relative word or a month; empty where the expression is a time alone."""
        if year := groups.get(f"{prefix}year"):
            return self._written_year(year)
        if masked := groups.get(f"{prefix}masked"):
            return self._masked_year(masked)
        if short := groups.get(f"{prefix}year2"):
            return _short_year(self._in_digits(short))
        if prefix or not (groups.get("hour") and not groups.get("month") and not groups.get("day")):
            return "XXXX"
        return ""

    def _written_year(self, year: str) -> str:
        if year[:2].isdigit() and not year.isdigit():
            return self._masked_year(year)
        if len(year) == 2:
            return _short_year(year)
        return self._in_digits(year)

    def _in_digits(self, year: str) -> str:
        """The digits of a year that is written figure by figure: 九八 → 98."""
        return "".join(digit if digit.isdigit() else str(self._alphabet.parse(_zero(digit))) for digit in year)

    def _masked_year(self, written: str) -> str:
        """`20xx` → 20XX, `201x` and 二〇一x → 201X, `XX` → XXXX, `2020xx` → 20XX (the century was typed twice)."""
        known = "".join(takewhile(lambda c: c in "Oo" or c.isdigit() or c in self._alphabet.digits, written))
        digits = self._in_digits(known)
        if len(digits) == 4:
            digits = digits[:2]
        return (digits + "XXXX")[:4]

    def _months(self, groups: Groups) -> str:
        """What follows the year: `-03`, or the rest of an interval for quarters and half-years (`-07/2012-12`)."""
        year = self._year(groups, "")
        if half := groups.get("half"):
            first, last = HALVES[self._spans[half]]
            return f"-{first}/{year}-{last}"
        if quarter := self._quarters(groups):
            return f"-{quarter[0]:02}/{year}-{quarter[1]:02}"
        if groups.get("month_masked"):
            return "-XX"
        if month := groups.get("month"):
            return f"-{self._two_digits(month, 12)}"
        if groups.get("relative_month") or groups.get("day"):
            return "-XX"
        return ""

    def _quarters(self, groups: Groups) -> tuple[int, int] | None:
        """First and last month of the quarters named."""
        if one := groups.get("quarter"):
            number = int(self._alphabet.parse(one))
            return QUARTER_MONTHS * (number - 1) + 1, QUARTER_MONTHS * number
        if several := groups.get("quarters"):
            numbers = [int(self._alphabet.parse(c)) for c in several if c.isdigit() or c in self._alphabet.digits]
            return (1 if len(numbers) == 1 else QUARTER_MONTHS * (numbers[0] - 1) + 1), QUARTER_MONTHS * numbers[-1]
        return None

    def _day_and_time(self, groups: Groups, prefix: str) -> str:
        written = ""
        if groups.get("day_masked"):
            return "-XX"
        if day := groups.get(f"{prefix}day"):
            written = f"-{self._two_digits(day, 31)}"
        if not prefix and groups.get("hour"):
            written += self._time(groups)
        return written

    def _time(self, groups: Groups) -> str:
        hour = self._hour(groups, "")
        minute = 30 if groups.get("half_hour") else int(self._alphabet.parse(groups.get("minute") or "0"))
        if quarter := groups.get("quarter_hour"):
            minute = 15 * int(self._alphabet.parse(quarter[0]))
        return f"T{hour:02}:{minute:02}"

    def _hour(self, groups: Groups, prefix: str) -> int:
        hour = int(self._alphabet.parse(groups.get(f"{prefix}hour")))
        # 下午2时至5时: the word stands once for both
        daytime = groups.get(f"{prefix}daytime") or groups.get("daytime")
        if daytime in self._late_hours and 1 <= hour < NOON:
            hour += NOON
        if hour > 2 * NOON:
            raise UnreadableError("no hour of the day")
        return hour

    def _range_end(self, groups: Groups, start: str) -> str:
        """The second end of a range, which shares the year and the month of the first where it names none."""
        month, day = groups.get("to_month"), groups.get("to_day")
        named = any(groups.get(f"to_{key}") for key in ("year", "masked", "year2", "relative"))
        if groups.get("to_hour"):
            hour, minute = self._hour(groups, "to_"), int(groups.get("to_minute") or "0")
            return f"{start.partition('T')[0]}T{hour:02}:{minute:02}"
        if not (month or day or named):
            return ""
        year = self._year(groups, "to_") if named else start[:4]
        if not (month or day):
            return self._completed(year, start)
        end = f"{year}-{self._two_digits(month, 12)}" if month else start[:7]
        return end + (f"-{self._two_digits(day, 31)}" if day else "")

    @staticmethod
    def _completed(year: str, start: str) -> str:
        return start[:2] + year[2:] if year.startswith("XX") else year

    def _two_digits(self, number: str, most: int) -> str:
        value = int(self._alphabet.parse(self._called.get(number, number)))
        if not 1 <= value <= most:
            raise UnreadableError(f"«{number}» is not between 1 and {most}")
        return f"{value:02}"


def _zero(digit: str) -> str:
    return "〇" if digit in "○Oo" else digit


def _short_year(digits: str) -> str:
    return ("19" if int(digits) >= TWO_DIGIT_YEARS_FROM else "20") + digits
