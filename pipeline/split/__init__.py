"""split: a clean text into its reports, each with its blocks (lines and list items) and sentences.

`boundaries` says where reports begin (`candidates` finds lines that may begin one, by `line_roles`, `heads` and `numbering`;
`numbered_texts` those that are numbered), `structure` how one is built. All go by `rules/split.toml`.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from pathlib import Path

from pipeline.model import ROW_END, CleanText, Document, Repair, Report
from pipeline.rulebook import Rulebook
from pipeline.split.boundaries import Boundaries, Start
from pipeline.split.lines import Patterns, read_lines
from pipeline.split.structure import Structure

__all__ = ["Splitter"]


class Splitter:
    """Cuts documents into reports. Built once; holds no state between documents."""

    def __init__(self, rules: Path | Rulebook) -> None:
        """Read `split.toml`. Raises RuleError on a rule that cannot be used."""
        book = rules if isinstance(rules, Rulebook) else Rulebook((rules,))
        self.patterns = Patterns(book)
        self._boundaries = Boundaries(self.patterns)
        self._structure = Structure(self.patterns)

    def split(self, document: Document, clean: CleanText) -> list[Report]:
        """The reports of `document`, in order; none where its text is blank. `clean` is the clean copy of `document.text`."""
        if not clean.text.strip():
            return []
        lines = read_lines(clean.text, self.patterns)
        starts = self._boundaries.rows(lines, _row_starts(document.text, clean)) if document.rows else self._boundaries.find(lines)
        ends = [start.position for start in starts[1:]] + [len(clean.text)]
        parts: Sequence[int | None] = range(1, len(starts) + 1) if len(starts) > 1 else (None,)
        return [self._report(document, clean, start, end, part) for start, end, part in zip(starts, ends, parts, strict=True)]

    def _report(self, document: Document, clean: CleanText, start: Start, end: int, part: int | None) -> Report:
        first = start.position
        source_start = clean.source_end(first)
        source_end = clean.source_end(end) if end < len(clean.text) else clean.source_length
        text = clean.text[first:end]
        repairs = clean.repairs[bisect_left(clean.repairs, first, key=_start) : bisect_left(clean.repairs, end, key=_start)]
        title, blocks, sentences = self._structure.read(text, start)
        return Report(
            source=document.source,
            part=part,
            start=source_start,
            end=source_end,
            boundary=start.evidence,
            raw=document.text[source_start:source_end],
            text=text,
            offsets=_local_offsets(clean, first, end, source_start),
            repairs=tuple(Repair(r.start - first, min(r.end, end) - first, r.rule, r.counts) for r in repairs),
            title=title,
            blocks=blocks,
            sentences=sentences,
        )


def _row_starts(text: str, clean: CleanText) -> list[int]:
    """The clean offset where each row of a table begins."""
    ends = [position for position, character in enumerate(text) if character == ROW_END]
    places = ends if clean.offsets is None else [bisect_left(clean.offsets, end) for end in ends]
    return [0, *(place + 1 for place in places)]


def _start(repair: Repair) -> int:
    return repair.start


def _local_offsets(clean: CleanText, first: int, end: int, source_start: int) -> Sequence[int] | None:
    """Source offsets of the report's characters; None where they simply count on from its start."""
    if clean.offsets is None or first == end:
        return None
    offsets = clean.offsets[first:end]
    if offsets[0] == source_start and offsets[-1] == source_start + len(offsets) - 1:
        return None
    return offsets
