"""A stated figure as arithmetic needs it: its value, how far it was rounded, and what its hedge leaves open."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from functools import lru_cache
from typing import Any

import msgspec
import regex

from pipeline.bounds import Hedged, hedged, total
from pipeline.model import Bound, Change, Fact

_NOUGHT = Decimal(0)
MOST_KEPT = 1 << 14
"""So many written numbers are kept with their last digit's unit."""


class Figure(msgspec.Struct, frozen=True, gc=False):
    """A count, an amount or a rate that takes part in arithmetic. `measure`: what must be the same to be added."""

    index: int
    start: int
    end: int
    kind: str
    unit: str
    measure: str
    value: Decimal
    bound: Bound
    per: str | None
    change: Change | None
    step: Decimal
    """One unit of its last written digit, 0 for a whole number without a scale."""
    span: Hedged

    def rounds_to(self, computed: Decimal, slack: Decimal = _NOUGHT) -> bool:
        """Whether it is `computed`, rounded or cut as it was written; `slack`: how far its terms may be off."""
        return computed == self.value or abs(computed - self.value) < self.step + slack

    def allows(self, computed: Decimal, terms: Sequence[Figure]) -> bool:
        """Whether the hedges of the figure and of its terms leave room for the sum; False where none is hedged."""
        sums = total([term.span for term in terms])
        if self.bound == "=" and sums.bound == "=":
            return False
        if "~" in (self.bound, sums.bound):
            return abs(computed - self.value) <= self.value / 5
        low, high = self.span.low, self.span.high
        below = high is not None and sums.low is not None and sums.low > high
        above = low is not None and sums.high is not None and sums.high < low
        return not below and not above


class Written:
    """Makes figures of facts: how far a number is rounded is told from how it is written."""

    def __init__(self, numerals: Mapping[str, Any]) -> None:
        small, large = numerals["small"], numerals["large"]
        self._powers: dict[str, int] = {**small, **large}
        scale = f"[{''.join(small)}]?[{''.join(large)}]"
        self.step = lru_cache(MOST_KEPT)(self._step)
        """One unit of the last digit that is written, 0 for a whole number without a scale: of the words of a fact and its kind."""
        self._pattern = regex.compile(rf"\d(?:[\d,]*\d)?(?:\.(?P<decimals>\d+))?\s*(?P<scale>{scale})?")

    def figure(self, index: int, fact: Fact, unit: str, measure: str, text: str) -> Figure | None:
        """The figure of a fact; None for a range, a figure of the wrong kind, or one without a value."""
        quantity = fact.quantity
        if quantity is None or quantity.value is None:
            return None
        span = hedged(quantity.value, quantity.low, quantity.high, quantity.bound)
        assert span is not None
        return Figure(
            index, fact.start, fact.end, fact.kind, unit, measure, quantity.value, quantity.bound, quantity.per, quantity.change,
            self.step(text[fact.start : fact.end], fact.kind), span,
        )  # fmt: skip

    def _step(self, written: str, kind: str) -> Decimal:
        match = self._pattern.search(written)
        if match is None:
            return _NOUGHT
        decimals, scale = match.group("decimals"), match.group("scale")
        if decimals is None and scale is None:
            return Decimal(1) if kind == "rate" else _NOUGHT
        size = Decimal(1)
        for character in scale or "":
            size *= self._powers[character]
        return size.scaleb(-len(decimals or ""))
