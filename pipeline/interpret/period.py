"""Which stretch of time a report covers: a year, half a year, a quarter, so many months, one campaign, or something else."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pipeline.repeats import bounded

MONTHS = "N_months"


@dataclass(frozen=True, slots=True)
class _Rule:
    value: str
    weight: float
    in_title: bool
    pattern: re.Pattern[str]
    excluded: re.Pattern[str] | None
    needs: tuple[str, ...]
    """Words of which one must be there, which makes the search fast."""

    @classmethod
    def read(cls, row: Mapping[str, Any]) -> _Rule:
        excluded = re.compile(bounded(row["not_pattern"], verbose=False)) if "not_pattern" in row else None
        needs = tuple(row.get("needs", "").split("|"))
        return cls(
            row["value"],
            row.get("weight", 0),
            row.get("where") == "title",
            re.compile(bounded(row["pattern"], verbose=False)),
            excluded,
            needs,
        )


class PeriodRules:
    """The rules of `[[period]]` in years.toml, given as its parsed `table`; `number` reads Chinese numerals."""

    def __init__(self, table: Mapping[str, Any], number: Any) -> None:
        self._number = number
        self._default: str = table["period_default"]["value"]
        self._named: Mapping[str, str] = table["period_default"]["months"]
        self._annual_from: int = table["period_default"]["annual_from"]
        rows = [_Rule.read(row) for row in table["period"]]
        self._title = [row for row in rows if row.in_title]
        self._text = [row for row in rows if not row.in_title]

    def of_title(self, title: str) -> str | None:
        """The period that a title, or a file's name, names; None where it names none."""
        for row in self._title:
            found = row.pattern.search(title)
            if found and not (row.excluded and row.excluded.search(title)):
                return self._value(row.value, found)
        return None

    def of_text(self, text: str) -> str:
        """The period that the text's words speak for most; a year where none does."""
        weights: dict[str, float] = defaultdict(float)
        for row in self._text:
            found = row.pattern.search(text) if any(word in text for word in row.needs) else None
            if found is None:
                continue
            value = self._value(row.value, found)
            if row.value == MONTHS and self._months(found) >= self._annual_from:
                value = "annual"
            weights[value] += row.weight
        months = [value for value in weights if value.endswith("_months")]
        if months and not weights.get("annual", 0) > 1 and self._outlasts(months[0], weights):
            return months[0]
        return max(weights, key=lambda value: weights[value]) if weights else self._default

    def _outlasts(self, months: str, weights: Mapping[str, float]) -> bool:
        """Whether a count of the first months says more than a half-year's words: it goes beyond the half."""
        half = weights.get("half_year", 0)
        return int(months.partition("_")[0]) > 6 or half == 0

    def _value(self, value: str, found: re.Match[str]) -> str:
        if value != MONTHS:
            return value
        months = self._months(found)
        return self._named.get(str(months), f"{months}_months")

    def _months(self, found: re.Match[str]) -> int:
        written = next((text for text in found.groups() if text), "0")
        return self._number(written) or 0
