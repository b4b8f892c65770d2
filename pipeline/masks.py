"""Figures that a report hides (`__人次`): which cells they would have filled, so that an empty cell can say `masked`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import regex

from pipeline.model import Gap, ReadReport, Report
from pipeline.rulebook import Rulebook

STAND_IN = "2"
"""Read in the place of each masked character: as long as the mask, so that all offsets hold, and a number that is no label."""


class MaskReader:
    """Finds masked figures by the pattern of rules/masks.toml, and what they would be by reading a number in their place."""

    def __init__(self, book: Rulebook) -> None:
        self._pattern: regex.Pattern[str] = book.compile(book.table("masks")["figure"]["pattern"], "rules/masks.toml: figure")

    def find(self, text: str) -> list[tuple[int, int]]:
        """Spans of the masks in `text`."""
        return [match.span("mask") for match in self._pattern.finditer(text)]

    def with_gaps(self, read: ReadReport, read_again: Callable[[Report], ReadReport]) -> ReadReport:
        """`read` with a gap for each masked figure that would fill a cell; `read_again` reads the report with numbers in their place."""
        spans = self.find(read.report.text)
        if not spans:
            return read
        unmasked = read_again(replace(read.report, text=_filled(read.report.text, spans)))
        return replace(read, gaps=(*read.gaps, *_gaps(unmasked, spans)), unmasked=unmasked)


def _filled(text: str, spans: list[tuple[int, int]]) -> str:
    pieces = []
    position = 0
    for start, end in spans:
        pieces += [text[position:start], STAND_IN * (end - start)]
        position = end
    return "".join([*pieces, text[position:]])


def _gaps(unmasked: ReadReport, spans: list[tuple[int, int]]) -> Iterator[Gap]:
    for start, end in spans:
        for fact in unmasked.facts:
            if fact.start <= start and end <= fact.end and fact.indicator is not None and fact.status == "done":
                yield Gap("masked", fact.indicator, start, end)
