"""Of which comparison indicator a fact is a value: the rules of `rules/indicators.toml` over kind, unit, object, words around and activity."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import regex

from pipeline.rulebook import Indicator, Rulebook, RuleError

NEAR_LEFT = 30
"""Characters before the number in which a word that speaks against an indicator must not stand."""

_PATTERNS = ("near", "not_near", "behind", "behind_not", "any", "object", "object_or")
_KEYS = {*_PATTERNS, "activity", "not_part", "words_unit", "units"}


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What an indicator's rule may ask about a fact."""

    kind: str
    unit: str | None
    unit_class: str | None
    object: str
    before: str
    """The sentence up to the number."""
    behind: str
    """The sentence behind the number."""
    wider: str
    """The sentence and the innermost heading above it."""
    activity: str
    is_part: bool


@dataclass(frozen=True, slots=True)
class _Rule:
    """One rule of an indicator; a pattern that is None always holds."""

    patterns: Mapping[str, regex.Pattern[str]]
    activities: frozenset[str] | None
    classes: frozenset[str]
    words: frozenset[str] | None
    not_part: bool

    def holds(self, fact: Surroundings) -> bool:
        if fact.unit_class not in self.classes or (self.words and fact.unit not in self.words):
            return False
        if (self.activities and fact.activity not in self.activities) or (self.not_part and fact.is_part):
            return False
        return self._fits(fact) and not self._spoken_against(fact)

    def _fits(self, fact: Surroundings) -> bool:
        places = {"near": fact.before, "behind": fact.behind, "any": fact.wider, "object": fact.object}
        for key, text in places.items():
            pattern = self.patterns.get(key)
            if pattern is not None and not pattern.search(text):
                return False
        either = self.patterns.get("object_or")
        return either is None or bool(either.search(fact.object) or either.search(fact.before[-NEAR_LEFT // 2 :]))

    def _spoken_against(self, fact: Surroundings) -> bool:
        left, right = self.patterns.get("not_near"), self.patterns.get("behind_not")
        return bool((left and left.search(fact.before[-NEAR_LEFT:])) or (right and right.search(fact.behind)))


class IndicatorReader:
    """Finds the indicator of a fact; the first indicator in the file whose rule holds is taken."""

    def __init__(self, rulebook: Rulebook) -> None:
        self._rules: list[tuple[str, str, _Rule]] = []
        for indicator in rulebook.indicators.values():
            for row in indicator.table.get("rule", ()):
                self._rules.append((indicator.code, indicator.table["kind"], _rule(rulebook, indicator, row)))

    def read(self, fact: Surroundings) -> str | None:
        for code, kind, rule in self._rules:
            if kind == fact.kind and rule.holds(fact):
                return code
        return None


def _rule(rulebook: Rulebook, indicator: Indicator, row: Mapping[str, Any]) -> _Rule:
    where = f"rules/indicators.toml: {indicator.code}"
    if unknown := set(row) - _KEYS:
        raise RuleError(f"{where}: unknown key {', '.join(sorted(unknown))}; a rule has {', '.join(sorted(_KEYS))}")
    return _Rule(
        {key: rulebook.compile(row[key], where) for key in _PATTERNS if key in row},
        frozenset(row["activity"].split()) if "activity" in row else None,
        frozenset(row["units"].split()) if "units" in row else indicator.units,
        frozenset(row["words_unit"].split()) if "words_unit" in row else None,
        bool(row.get("not_part")),
    )
