"""Parts of a report in which the headings mean less, or more, for what its numbers tell of.

A closing part (虽然取得了一些成绩,但…) is no longer of the topic of the headings above it.
A part of background figures (基本情况) tells of no work.
"""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.model import Block, Report, Sentence
from pipeline.rulebook import Rulebook

HEADLINE = 80
"""Characters of a heading, an opening or a title that are looked at."""


class PartReader:
    """Finds such parts by the table `parts` of activities.toml."""

    def __init__(self, rulebook: Rulebook) -> None:
        table = rulebook.table("activities")["parts"]
        self._closing, self._outlook, self._background, self.town_words = (
            rulebook.compile(table[key], f"rules/activities.toml: parts.{key}") for key in ("closing", "outlook", "background", "town")
        )

    def closing(self, report: Report) -> frozenset[int]:
        """The indices of the sentences of which the headings above say nothing."""
        return frozenset(self._closing_sentences(report))

    def _closing_sentences(self, report: Report) -> Iterator[int]:
        """From a closing sentence on, with the list in it, up to the next item or heading.

        Behind the last heading an outlook is one too: 2011年,我们要做到三个突破.
        """
        last_heading = max((index for index, block in enumerate(report.blocks) if block.heading), default=0)
        opened: int | None = None
        for index, sentence in enumerate(report.sentences):
            if opened is not None and _is_another(report, sentence.block, opened):
                opened = None
            if opened is None and self._closes(report.text, sentence, last=sentence.block > last_heading):
                opened = sentence.block
            if opened is not None:
                yield index

    def _closes(self, text: str, sentence: Sentence, *, last: bool) -> bool:
        """Whether a sentence begins a closing part; `last`: it stands behind the last heading."""
        if self._closing.match(text, sentence.start, sentence.end):
            return True
        return last and self._outlook.match(text, sentence.start, sentence.end) is not None

    def town(self, report: Report, start: int, end: int) -> tuple[int, int] | None:
        """The first words between two offsets that begin a description of the town, as a span."""
        match = self.town_words.search(report.text, start, end)
        return match.span() if match else None

    def background(self, report: Report) -> dict[int, tuple[int, int]]:
        """The blocks that stand in a part of background figures, each with the span of the words that say so."""
        opened = [self._opens_background(report, block) for block in report.blocks]
        found: dict[int, tuple[int, int]] = {}
        for index, block in enumerate(report.blocks):
            headings = (above for above in reversed(block.path) if report.blocks[above].heading)
            span = next((span for above in (index, *headings) if (span := opened[above]) is not None), None)
            if span is not None:
                found[index] = span
        return found

    def _opens_background(self, report: Report, block: Block) -> tuple[int, int] | None:
        """The words by which a block opens a part of background figures."""
        match = self._background.match(report.text, block.body, min(block.end, block.body + HEADLINE))
        return match.span() if match else None


def _is_another(report: Report, index: int, opened: int) -> bool:
    """Whether a block is a heading or an item of its own, outside the block `opened`."""
    block = report.blocks[index]
    return index != opened and opened not in block.path and (block.heading or block.body > block.start)
