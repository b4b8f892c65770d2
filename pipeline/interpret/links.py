"""What ties numbers together: parts to their total, a number to the time it belongs to, the scope it counts over."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

import regex

from pipeline.model import QUANTITIES, Mention, PartialDate, Quantity, Scope
from pipeline.rulebook import Rulebook

MAX_PARTS = 12


class LinkReader:
    """Finds `part_of`, `when` and `scope`. Everything is told from the words and the arithmetic of one report."""

    def __init__(self, rulebook: Rulebook) -> None:
        table = rulebook.table("links")
        words = sorted(table["parts"].split(), key=len, reverse=True)
        self._among = regex.compile("|".join(map(regex.escape, words)))
        self._ends = regex.compile("|".join(map(regex.escape, table["ends"].split())))
        self._scopes: tuple[tuple[Scope, regex.Pattern[str]], ...] = tuple(
            (name, rulebook.compile(table["scope"][name], "rules/links.toml")) for name in ("last_year", "cumulative", "stock")
        )

    def scope(self, before: str) -> Scope | None:
        """Over what the number counts, by the words before it in its sentence; None where they do not say."""
        return next((name for name, pattern in self._scopes if pattern.search(before)), None)

    def parts(
        self, mentions: Sequence[Mention], quantities: Sequence[Quantity | None], sentences: Sequence[int], text: str
    ) -> list[int | None]:
        """For each mention the index of the total that it is a part of."""
        totals: list[int | None] = [None] * len(mentions)
        for index, mention in enumerate(mentions):
            if mention.kind not in QUANTITIES or quantities[index] is None:
                continue
            total = self._total_before(index, mentions, quantities, sentences, text)
            if total is not None:
                totals[index] = total
        self._sums(mentions, quantities, sentences, totals)
        return totals

    def _total_before(
        self, index: int, mentions: Sequence[Mention], quantities: Sequence[Quantity | None], sentences: Sequence[int], text: str
    ) -> int | None:
        """The last figure of the same unit before a word such as 其中 or before the bracket in which this one stands."""
        mention = mentions[index]
        for earlier in range(index - 1, -1, -1):
            if sentences[earlier] != sentences[index]:
                return None
            between = text[mentions[earlier].end : mention.start]
            if self._ends.search(between):
                return None
            if not _same_measure(earlier, index, mentions, quantities):
                continue
            among = self._among.search(text, mentions[earlier].end, mention.start)
            if among or _in_bracket(between):
                return earlier
        return None

    @staticmethod
    def _sums(
        mentions: Sequence[Mention], quantities: Sequence[Quantity | None], sentences: Sequence[int], totals: list[int | None]
    ) -> None:
        """An enumeration right behind a figure, without 其中, is its parts where it adds up to it exactly."""
        by_sentence: dict[int, list[int]] = {}
        for index, quantity in enumerate(quantities):
            if quantity is not None and quantity.value is not None and mentions[index].kind in QUANTITIES:
                by_sentence.setdefault(sentences[index], []).append(index)
        for group in by_sentence.values():
            for place, total in enumerate(group):
                rest = [i for i in group[place + 1 :] if _same_measure(total, i, mentions, quantities) and totals[i] is None]
                parts = _adding_up(_value(quantities[total]), [(i, _value(quantities[i])) for i in rest[:MAX_PARTS]])
                for part in parts:
                    totals[part] = total


def _in_bracket(between: str) -> bool:
    return between.startswith("(") and ")" not in between


def _same_measure(a: int, b: int, mentions: Sequence[Mention], quantities: Sequence[Quantity | None]) -> bool:
    first, second = quantities[a], quantities[b]
    return (
        first is not None and second is not None and mentions[a].kind == mentions[b].kind and first.unit == second.unit
        and first.per == second.per and first.change == second.change
    )  # fmt: skip


def _value(quantity: Quantity | None) -> Decimal:
    assert quantity is not None and quantity.value is not None
    return quantity.value


def _adding_up(total: Decimal, rest: Sequence[tuple[int, Decimal]]) -> list[int]:
    """The first two or more of `rest` that add up to the total, none where no run from the beginning does."""
    running, taken = Decimal(0), []
    for index, value in rest:
        running += value
        taken.append(index)
        if running == total and len(taken) > 1:
            return taken
        if running > total:
            return []
    return []


def when(
    index: int, mentions: Sequence[Mention], dates: Sequence[PartialDate | None], sentences: Sequence[int], blocks: Sequence[int]
) -> PartialDate | None:
    """The date that a number belongs to: the last one before it in its sentence, else in its list item, none where there is no such."""
    for earlier in range(index - 1, -1, -1):
        if blocks[sentences[earlier]] != blocks[sentences[index]]:
            return None
        date = dates[earlier]
        if date is not None and mentions[earlier].kind == "date":
            return date
    return None
