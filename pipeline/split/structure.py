"""How one report is built: its lines and list items with their headings, and its sentences."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import regex

from pipeline.model import Block, Sentence
from pipeline.split.boundaries import Start
from pipeline.split.lines import Line, Patterns, number_of, read_lines

_FULL_STOP = "\N{IDEOGRAPHIC FULL STOP}"
_FIGURES = re.compile(rf"[{_FULL_STOP};]|\d")
_SENTENCE_MARKS = _FULL_STOP + ";!?"
_END_MARKS = _SENTENCE_MARKS + ".,:"
_LEVELS = 7
_PLAIN = 0
"""Level of a block without a marker."""
_MOST_NESTED = 3
"""List items are looked for inside list items so many times."""


@dataclass(frozen=True, slots=True)
class _Open:
    """A block that others can stand under: its place in the order of levels, its index, its number, and whether it is a heading."""

    level: float
    index: int
    number: int
    heading: bool


class Structure:
    """Reads blocks and sentences."""

    def __init__(self, patterns: Patterns) -> None:
        self._patterns = patterns

    def read(self, text: str, start: Start) -> tuple[tuple[int, int] | None, tuple[Block, ...], tuple[Sentence, ...]]:
        """Title, blocks and sentences of the report `text` that begins at `start`; all spans count in `text`."""
        title = None if start.title is None else (start.title[0] - start.position, start.title[1] - start.position)
        lines = read_lines(text, self._patterns)
        blocks = _Blocks(lines, self._patterns, title).read()
        return title, tuple(blocks), tuple(self._sentences(text, blocks))

    def _sentences(self, text: str, blocks: Sequence[Block]) -> Iterator[Sentence]:
        for index, block in enumerate(blocks):
            end = block.end
            if index + 1 < len(blocks) and blocks[index + 1].start < block.end:
                end = blocks[index + 1].start
            for first, last in self._cut(text, block.start, end):
                yield Sentence(first, last, index)

    def _cut(self, text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
        """Spans of the sentences between `start` and `end`, without the blanks around them."""
        inside = _Inside(self._bracketed(text, start, end))
        first = start
        for match in self._patterns.sentence_end.finditer(text, start, end):
            if match.start() < first or inside.holds(match.start()):
                continue
            tail = self._patterns.sentence_tail.match(text, match.end(), end)
            last = tail.end() if tail else match.end()
            yield from _trimmed(text, first, last)
            first = last
        yield from _trimmed(text, first, end)

    def _bracketed(self, text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
        """Spans of the brackets and quotes that open and close between `start` and `end`, by their ends."""
        closing_of = self._patterns.brackets
        waiting: dict[str, list[int]] = {closing: [] for closing in closing_of.values()}
        for match in self._patterns.bracket.finditer(text, start, end):
            character = match.group()
            if character in closing_of:
                waiting[closing_of[character]].append(match.start())
            elif waiting[character]:
                yield waiting[character].pop(), match.start()


class _Inside:
    """Spans that are asked for ascending positions: whether one of them holds the position."""

    def __init__(self, spans: Iterator[tuple[int, int]]) -> None:
        self._spans: list[tuple[int, int]] = []
        for start, end in spans:
            while self._spans and self._spans[-1][0] >= start:
                self._spans.pop()
            self._spans.append((start, end))
        self._next = 0

    def holds(self, position: int) -> bool:
        while self._next < len(self._spans) and self._spans[self._next][1] <= position:
            self._next += 1
        return self._next < len(self._spans) and self._spans[self._next][0] < position


def _trimmed(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    piece = text[start:end]
    bare = piece.strip()
    if bare:
        first = start + piece.index(bare)
        yield first, first + len(bare)


class _Blocks:
    """The blocks of one report, while they are read."""

    def __init__(self, lines: Sequence[Line], patterns: Patterns, title: tuple[int, int] | None) -> None:
        self._lines = lines
        self._patterns = patterns
        self._title = title
        self._blocks: list[Block] = []
        self._stack: list[_Open] = []
        self._below = _markers_below(lines)

    def read(self) -> list[Block]:
        for place, line in enumerate(self._lines):
            self._add_line(place, line)
        return self._blocks

    def _add_line(self, place: int, line: Line) -> None:
        index = len(self._blocks)
        heading = self._is_heading(place)
        lead = not heading and self._is_lead(place)
        path = self._path(place, line, heading)
        body = line.start + (line.marker.end if line.marker else 0)
        level = line.marker.level if line.marker else _PLAIN
        self._blocks.append(Block(line.start, line.end, min(body, line.end), level, heading, path))
        if self._is_title(line):
            return
        if line.marker is not None:
            self._stack.append(_Open(level, index, line.marker.number, heading))
        elif heading or lead:
            above = self._stack[-1].level if self._stack else 0
            self._stack.append(_Open(above + 0.5, index, 0, heading))
        if not heading:
            self._add_items(line.start, line.text, index, 1)

    def _is_title(self, line: Line) -> bool:
        return self._title is not None and self._title[0] < line.end and line.start < self._title[1]

    # ---------------------------------------------------------------- headings and what stands under them

    def _path(self, place: int, line: Line, heading: bool) -> tuple[int, ...]:
        """Indices of the blocks above `line`; what has come to an end leaves the stack."""
        if self._is_title(line):
            return ()
        if line.marker is not None:
            while self._stack and self._stack[-1].level >= line.marker.level:
                self._stack.pop()
            return tuple(entry.index for entry in self._stack)
        if heading or self._patterns.leaves.match(line.text) or self._patterns.signature.match(line.text):
            self._stack = self._stack[: self._open_until(place)]
        while self._stack and not heading and not self._blocks[self._stack[-1].index].heading:
            self._stack.pop()
        return tuple(entry.index for entry in self._stack if entry.heading)

    def _open_until(self, place: int) -> int:
        """How many entries of the stack go on below line `place`: up to the innermost whose numbering does."""
        kept = 0
        for depth, entry in enumerate(self._stack):
            if self._goes_on(place, entry):
                kept = depth + 1
        return kept

    def _goes_on(self, place: int, entry: _Open) -> bool:
        return self._below[place + 1].get(int(entry.level)) == (entry.level, entry.number + 1)

    def _is_heading(self, place: int) -> bool:
        """A short line without sentence end that has text of its own below it."""
        line, limits = self._lines[place], self._patterns.headings
        if place + 1 >= len(self._lines) or self._patterns.never_heading.search(line.text):
            return False
        below = self._lines[place + 1]
        deeper = below.marker is None or line.marker is None or below.marker.level > line.marker.level
        if not deeper or self._patterns.signature.match(below.text):
            return False
        if line.marker is None:
            short = len(line.text) <= int(limits["plain"]) and line.text[-1] not in _END_MARKS
            return short and not self._patterns.signature.match(line.text)
        if line.text[-1] not in _SENTENCE_MARKS:
            return len(line.text) <= int(limits["marked"])
        return self._is_closed_heading(line, below)

    def _is_closed_heading(self, line: Line, below: Line) -> bool:
        """一、…下功夫。 with its text in the lines below: one short sentence, no figures."""
        assert line.marker is not None
        body = line.text[line.marker.end :]
        short = len(line.text) <= self._patterns.headings["closed"] and body.endswith(_FULL_STOP) and not _FIGURES.search(body[:-1])
        return short and (below.marker is not None or not self._patterns.leaves.match(below.text))

    def _is_lead(self, place: int) -> bool:
        """An unmarked line that ends with a colon and leads to a list, further down in the report."""
        line = self._lines[place]
        if line.marker is not None or line.text[-1] != ":" or place + 1 >= len(self._lines):
            return False
        below = self._lines[place + 1].marker
        return below is not None and below.number == 1 and place >= self._patterns.headings["lead_after"]

    # ---------------------------------------------------------------- list items inside a line

    def _add_items(self, start: int, text: str, parent: int, depth: int) -> None:
        """Cut the items out of a line: 一是…;二是…. Each is a block under the block `parent`."""
        spans = self._item_spans(text)
        for first, last, body, level in spans:
            index = len(self._blocks)
            path = (*self._blocks[parent].path, parent)
            piece = text[first:last].rstrip()
            self._blocks.append(Block(start + first, start + first + len(piece), start + min(body, first + len(piece)), level, False, path))
            if depth < _MOST_NESTED:
                self._add_items(start + body, text[body:last], index, depth + 1)

    def _item_spans(self, text: str) -> list[tuple[int, int, int, int]]:
        """Start, end, body and level of the items of the outermost list in `text`; empty where there is none."""
        best: list[tuple[int, int, int]] = []
        for level, pattern in self._patterns.item_patterns:
            run = _run(pattern, text, level)
            if len(run) >= self._patterns.items["least_items"] and (not best or run[0][0] < best[0][0]) and self._are_items(run, text):
                best = run
        if not best:
            return []
        ends = [start for start, _, _ in best[1:]] + [self._last_end(text, best)]
        return [(start, end, body, level) for (start, body, level), end in zip(best, ends, strict=True)]

    def _are_items(self, run: Sequence[tuple[int, int, int]], text: str) -> bool:
        least: int = self._patterns.items["least_length"]
        return len(text) - run[0][1] >= least * len(run)

    def _last_end(self, text: str, run: Sequence[tuple[int, int, int]]) -> int:
        """The last of items parted by ; ends with its sentence, the last of others with the line."""
        start = run[-1][0]
        if text[:start].rstrip().endswith((";", ",")):
            match = self._patterns.sentence_end.search(text, start)
            tail = self._patterns.sentence_tail.match(text, match.end()) if match else None
            if tail:
                return int(tail.end())
        return len(text)


def _run(pattern: regex.Pattern[str], text: str, level: int) -> list[tuple[int, int, int]]:
    """Start, body and level of the longest run 1, 2, 3 … of markers in `text`."""
    best: list[tuple[int, int, int]] = []
    run: list[tuple[int, int, int]] = []
    for match in pattern.finditer(text):
        number = number_of(match.group("number"))
        if number == len(run) + 1:
            run.append((match.start(), match.end(), level))
        elif number == 1:
            run = [(match.start(), match.end(), level)]
        if len(run) > len(best):
            best = list(run)
    return best


def _markers_below(lines: Sequence[Line]) -> list[dict[int, tuple[int, int]]]:
    """For each line and level, level and number of the next marker of that level or above, from the line on; one more for the end."""
    nearest: dict[int, tuple[int, int]] = {}
    below = [nearest]
    for line in reversed(lines):
        if line.marker is not None:
            level = line.marker.level
            nearest = {**nearest, **dict.fromkeys(range(level, _LEVELS + 1), (level, line.marker.number))}
        below.append(nearest)
    below.reverse()
    return below
