"""What the new value of a correction may be: numbers, codes and words as the tables write them, or a reason why it is none."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, get_args

from pipeline.bounds import SIGNS, exact, plain
from pipeline.manifest import year_of
from pipeline.model import FACTS, Bound, Change, Kind, Scope, Status
from pipeline.rulebook import Rulebook

NUMBERS = ("value", "low", "high")
OF_QUANTITIES = (*NUMBERS, "bound", "unit", "per", "change")
OF_DATES = ("edtf", "anchor", "part", "festival")
OF_MEANING = ("object", "status", "scope", "activity", "indicator", "when", "when_anchor")
OF_FACTS = ("kind", *OF_QUANTITIES, *OF_DATES, *OF_MEANING)
"""Columns of `facts` that can be put right."""
OF_REPORTS = ("title", "org", "town", "county", "city", "province", "year", "period")
"""Columns of `reports` that can be put right."""
NO_FACT = "not_a_fact"
"""Said of `kind`: there is a numeral, and it is no figure. It becomes a `name`."""
NEVER_EMPTY = ("kind", "bound")

_NUMBER = re.compile(r"(?:\d+|\d{1,3}(?:,\d{3})+)(?:\.\d+)?")
_POINT = r"(?:[\dX]{4}(?:-(?:0[1-9]|1[0-2]|XX)(?:-(?:0[1-9]|[12]\d|3[01]|XX|\dX|X\d))?)?(?:T\d\d:\d\d)?|T\d\d:\d\d)"
_EDTF = re.compile(rf"{_POINT}(?:/{_POINT})?")
_PERIOD = re.compile(r"annual|half_year|quarter|campaign|other|[1-9]\d?_months")
_ANCHORS = ("this_year", "last_year", "next_year")
_PARTS = ("early", "mid", "late")


class RefusedError(ValueError):
    """A correction that cannot be made; the message says why and what would do."""


class Vocabulary:
    """The values that the rules know, by column: codes, and the words that workbook and page show for them in either language."""

    def __init__(self, book: Rulebook) -> None:
        labels = book.table("labels")
        self._units = frozenset(book.units)
        self._codes: dict[str, tuple[str, ...]] = {
            "kind": get_args(Kind), "bound": get_args(Bound), "change": get_args(Change), "status": get_args(Status),
            "scope": get_args(Scope), "anchor": _ANCHORS, "when_anchor": _ANCHORS, "part": _PARTS,
            "festival": tuple(book.table("dates")["festival_words"]),
            "activity": tuple(book.activities), "indicator": tuple(book.indicators),
            "org": tuple(row["code"] for row in book.table("orgs")["org"]),
        }  # fmt: skip
        self._words = {column: _shown(rows) for column, rows in labels["codes"].items()}
        self._words["bound"] = {sign: bound for bound, sign in SIGNS.items() if sign}
        for column, rows in (("activity", book.activities), ("indicator", book.indicators)):
            self._words[column] = {word: code for code, row in rows.items() for word in (row.label, row.label_en)}
        self._nothing = frozenset(labels["correction_words"]["nothing"].values())
        self._words["kind"] |= dict.fromkeys((NO_FACT, *labels["correction_words"]["no_fact"].values()), "name")
        self._month_words = [shown.replace("{count}", "") for shown in labels["codes"]["period"]["months"].values()]

    def normal(self, column: str, new: str, text: str = "") -> str:
        """`new` as the tables write it, empty for nothing; `text`: the words that are read. Raises RefusedError for no such value."""
        if column not in (*OF_FACTS, *OF_REPORTS):
            raise RefusedError(f"{column or 'an empty column'} cannot be put right; what can is {', '.join((*OF_FACTS, *OF_REPORTS))}")
        new = new.strip()
        if not new or new.strip("()（）") in self._nothing:
            if column in NEVER_EMPTY:
                raise RefusedError(f"{column} cannot be empty" + (f"; say {NO_FACT} where it is no figure" if column == "kind" else ""))
            return ""
        if column in NUMBERS:
            return _number(column, new)
        if column == "year":
            return _year(new)
        if column == "period":
            return self._period(new)
        if column in ("edtf", "when"):
            return _edtf(column, new)
        if column == "unit" and new not in self._units and new not in text:
            raise RefusedError(f"{new} is no measure word; rules/units.toml lists them, and an own one can add more")
        return self._code(column, new)

    def _code(self, column: str, new: str) -> str:
        """Columns without codes (object, names of places) take any words."""
        codes = self._codes.get(column)
        if codes is None or new in codes:
            return new
        code = self._words.get(column, {}).get(new)
        if code not in codes:
            raise RefusedError(f"{new} is no {column}; known are {', '.join(codes)}")
        return str(code)

    def _period(self, new: str) -> str:
        if _PERIOD.fullmatch(new):
            return new
        code = self._words["period"].get(new)
        if code is not None and code != "months":
            return code
        for words in self._month_words:
            count = new.replace(words, "")
            if count != new and count.strip().isdigit():
                return self._period(f"{int(count)}_months")
        raise RefusedError(f"{new} is no period; known are annual, half_year, quarter, N_months, campaign, other")


def _shown(rows: Mapping[str, Mapping[str, Any]]) -> dict[str, str]:
    """Word → code, of both languages."""
    return {word: code for code, words in rows.items() for word in words.values()}


def _number(column: str, new: str) -> str:
    written = unicodedata.normalize("NFKC", new).replace(" ", "")
    if not _NUMBER.fullmatch(written):
        raise RefusedError(f"{new} is no number for {column}; write 8000 or 12.5, money in 元, rates in percent, no sign, no unit")
    number, note = exact(Decimal(written.replace(",", "")))
    if number is None or note is not None:
        raise RefusedError(f"{new} does not fit {column}: up to 32 digits and 6 decimals do")
    return plain(number)


def _year(new: str) -> str:
    number = year_of(new)
    if number is None:
        raise RefusedError(f"{new} is no year in four digits")
    return str(number)


def _edtf(column: str, new: str) -> str:
    if not _EDTF.fullmatch(new):
        raise RefusedError(f"{new} is no date for {column}; write EDTF as 2013-09-27, XXXX-09 or XXXX-07/XXXX-09")
    return new


def equal(column: str, a: str, b: str) -> bool:
    """Whether two values of a column are the same one."""
    if column in NUMBERS and a and b:
        try:
            return Decimal(a) == Decimal(b)
        except ArithmeticError:
            return False
    return a == b


KINDS_OF = {**dict.fromkeys(OF_DATES, ("date",)), **dict.fromkeys(OF_QUANTITIES, tuple(sorted(FACTS - {"date"})))}
"""Kinds of facts that have the columns of numbers and dates; those of meaning belong to counts, money and rates."""
