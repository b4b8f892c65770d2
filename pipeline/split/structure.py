"""How one report is built: its lines and list items with their headings, and its sentences."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import msgspec
import regex
from msgspec import structs

from pipeline.model import Block, Sentence
from pipeline.split.boundaries import Start
from pipeline.split.lines import Line, Marker, Patterns, read_lines

_FULL_STOP = "\N{IDEOGRAPHIC FULL STOP}"
_FIGURES = re.compile(rf"[{_FULL_STOP};]|\d")
_SENTENCE_MARKS = _FULL_STOP + ";!?"
_END_MARKS = _SENTENCE_MARKS + ".,:"
_LEVELS = 7
_PLAIN = 0
"""Level of a block without a marker."""
_MOST_NESTED = 3
"""List items are looked for inside list items so many times."""
LONGEST_SENTENCE = 600
"""Characters; what goes on without an end is cut, so that what looks through the sentence of each number stays within bounds. The
longest sentences that reports have are half of it."""
_PAUSE = re.compile(r"[,\s\N{IDEOGRAPHIC COMMA}]")


@dataclass(frozen=True, slots=True)
class _Open:
    """A block that others can stand under: its place in the order of levels, its index, its number, and whether it is a heading."""

    level: float
    index: int
    number: int
    heading: bool


class _Item(msgspec.Struct, frozen=True, gc=False):
    """A list item inside a line: span, where the text behind its marker begins, its level."""

    start: int
    body: int
    end: int
    level: int


class Structure:
    """Reads blocks and sentences."""

    def __init__(self, patterns: Patterns) -> None:
        self._patterns = patterns

    def read(self, text: str, start: Start) -> tuple[tuple[int, int] | None, tuple[Block, ...], tuple[Sentence, ...]]:
        """Title, blocks and sentences of the report `text` that begins at `start`; all spans count in `text`."""
        title = None if start.title is None else (start.title[0] - start.position, start.title[1] - start.position)
        lines = read_lines(text, self._patterns)
        blocks = _Blocks(text, lines, self._patterns, title).read()
        return title, tuple(blocks), tuple(self._sentences(text, blocks))

    def _sentences(self, text: str, blocks: Sequence[Block]) -> Iterator[Sentence]:
        for start, end, index in _own_text(blocks):
            if text[start:end].strip():  # between the items of a list mostly nothing stands
                for first, last in self._cut(text, start, end):
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
            yield from _within_bounds(text, first, last)
            first = last
        yield from _within_bounds(text, first, end)

    def _bracketed(self, text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
        """Spans of the brackets and quotes that open and close between `start` and `end`, by their ends; speech behind a colon is none."""
        closing_of = self._patterns.brackets
        waiting: defaultdict[str, list[int]] = defaultdict(list)
        for match in self._patterns.bracket.finditer(text, start, end):
            character = match.group()
            if character in closing_of:
                waiting[closing_of[character]].append(match.start())
            elif waiting[character]:
                opened = waiting[character].pop()
                if not (opened > start and text[opened - 1] == ":"):
                    yield opened, match.start()


def _own_text(blocks: Sequence[Block]) -> Iterator[tuple[int, int, int]]:
    """Spans that stand in no block but the one named third, ascending: what a line has before, between and behind its items."""
    around: list[int] = []
    position = 0
    for index, block in enumerate(blocks):
        while around and blocks[around[-1]].end <= block.start:
            yield position, blocks[around[-1]].end, around[-1]
            position = blocks[around.pop()].end
        if around:
            yield position, block.start, around[-1]
        around.append(index)
        position = block.start
    while around:
        yield position, blocks[around[-1]].end, around[-1]
        position = blocks[around.pop()].end


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


def _within_bounds(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """A sentence, in pieces of `LONGEST_SENTENCE` at most: behind the last pause of each, or anywhere where there is none."""
    while end - start > LONGEST_SENTENCE:
        limit = start + LONGEST_SENTENCE
        pauses = [pause.end() for pause in _PAUSE.finditer(text, limit - LONGEST_SENTENCE // 4, limit)]
        cut = pauses[-1] if pauses else limit
        yield from _trimmed(text, start, cut)
        start = cut
    yield from _trimmed(text, start, end)


def _trimmed(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    bare = text[start:end].strip()
    if bare:
        first = text.index(bare, start)
        yield first, first + len(bare)


class _Blocks:
    """The blocks of one report, while they are read."""

    def __init__(self, text: str, lines: Sequence[Line], patterns: Patterns, title: tuple[int, int] | None) -> None:
        self._text = text
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
        titled = self._is_title(line)
        heading = titled or self._is_heading(place)
        items = [] if heading else self._item_spans(line.text)
        # a line that begins with the first of its items is no item itself
        marker = None if items and items[0].start == 0 else line.marker
        path = () if titled else self._path(place, line, marker, heading)
        body = line.start + (marker.end if marker else 0)
        self._blocks.append(Block(line.start, line.end, min(body, line.end), marker.level if marker else _PLAIN, heading, path))
        if titled:
            return
        if marker is not None:
            self._stack.append(_Open(marker.level, index, marker.number, heading))
        elif heading or self._is_lead(place):
            above = self._stack[-1].level if self._stack else 0
            self._stack.append(_Open(above + 0.5, index, 0, heading))
        self._add_items(line.start, line.text, items, index, 1)

    def _is_title(self, line: Line) -> bool:
        return self._title is not None and self._title[0] < line.end and line.start < self._title[1]

    # ---------------------------------------------------------------- headings and what stands under them

    def _path(self, place: int, line: Line, marker: Marker | None, heading: bool) -> tuple[int, ...]:
        """Indices of the blocks above `line`; what has come to an end leaves the stack."""
        if marker is not None:
            while self._stack and self._stack[-1].level >= marker.level:
                self._stack.pop()
            return tuple(entry.index for entry in self._stack)
        if heading or self._leaves(line):
            self._stack = self._stack[: self._open_until(place)]
        while self._stack and not heading and not self._blocks[self._stack[-1].index].heading:
            self._stack.pop()
        return tuple(entry.index for entry in self._stack if entry.heading)

    def _leaves(self, line: Line) -> bool:
        """Whether a paragraph leaves the section it stands in: a signature, or a look back or ahead in a section on something else."""
        if self._patterns.is_signature(line.text):
            return True
        headings = [entry.index for entry in self._stack if entry.heading]
        if headings and self._patterns.stays.search(self._words(headings[-1])):
            return False
        return bool(self._patterns.leaves.match(line.text))

    def _words(self, index: int) -> str:
        return self._text[self._blocks[index].start : self._blocks[index].end]

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
        line = self._lines[place]
        if place + 1 >= len(self._lines) or self._is_too_long(line):
            return False
        below = self._lines[place + 1]
        deeper = below.marker is None or line.marker is None or below.marker.level > line.marker.level
        if not deeper or self._patterns.is_signature(below.text) or self._is_never_heading(line):
            return False
        if line.marker is None:
            return not self._patterns.is_signature(line.text)
        return line.text[-1] not in _SENTENCE_MARKS or self._is_closed_heading(line, below)

    def _is_too_long(self, line: Line) -> bool:
        """Whether a line is longer than a heading of its form may be: that is seen sooner than what its words say."""
        limits = self._patterns.headings
        if line.marker is None:
            return len(line.text) > int(limits["plain"]) or line.text[-1] in _END_MARKS
        return len(line.text) > int(limits["closed" if line.text[-1] in _SENTENCE_MARKS else "marked"])

    def _is_never_heading(self, line: Line) -> bool:
        body = line.text[line.marker.end :] if line.marker else line.text
        return bool(self._patterns.never_heading.search(body) or self._patterns.title["header"].match(body))

    def _is_closed_heading(self, line: Line, below: Line) -> bool:
        """一、…下功夫。 with its text in the lines below: one short sentence, no figures."""
        assert line.marker is not None
        body = line.text[line.marker.end :]
        plain = body.endswith(_FULL_STOP) and not _FIGURES.search(body[:-1])
        return plain and (below.marker is not None or not self._patterns.leaves.match(below.text))

    def _is_lead(self, place: int) -> bool:
        """An unmarked line that ends with a colon and leads to a list, further down in the report."""
        line = self._lines[place]
        if line.marker is not None or line.text[-1] != ":" or place + 1 >= len(self._lines):
            return False
        below = self._lines[place + 1].marker
        return below is not None and below.number == 1 and place >= self._patterns.headings["lead_after"]

    # ---------------------------------------------------------------- list items inside a line

    def _add_items(self, start: int, text: str, items: Sequence[_Item], parent: int, depth: int) -> None:
        """Add the items of a line, 一是…;二是…, as blocks under the block `parent`, and their own items under them."""
        for item in items:
            index = len(self._blocks)
            end = item.start + len(text[item.start : item.end].rstrip())
            path = (*self._blocks[parent].path, parent)
            self._blocks.append(Block(start + item.start, start + end, start + min(item.body, end), item.level, False, path))
            if depth < _MOST_NESTED and end > item.body:
                inner = text[item.body : end]
                self._add_items(start + item.body, inner, self._item_spans(inner), index, depth + 1)

    def _item_spans(self, text: str) -> list[_Item]:
        """The items of the outermost lists in `text`; empty where there are none."""
        best: list[list[_Item]] = []
        for index, matches in self._patterns.item_starts.matches(text):
            runs = [run for run in _runs(self._patterns, matches, self._patterns.item_levels[index]) if self._are_items(run, text)]
            if runs and (not best or runs[0][0].start < best[0][0].start):
                best = runs
        items: list[_Item] = []
        for place, run in enumerate(best):
            stop = best[place + 1][0].start if place + 1 < len(best) else len(text)
            starts = [item.start for item in run[1:]]
            ends = [*starts, self._last_end(text, run, stop)]
            items += [structs.replace(item, end=end) for item, end in zip(run, ends, strict=True)]
        return items

    def _are_items(self, run: Sequence[_Item], text: str) -> bool:
        least: int = self._patterns.items["least_length"]
        return len(run) >= self._patterns.items["least_items"] and len(text) - run[0].body >= least * len(run)

    def _last_end(self, text: str, run: Sequence[_Item], stop: int) -> int:
        """Where the last item of a list ends: with its clause or sentence as the others do, before what leads to the next list."""
        start = run[-1].start
        between = text[run[0].start : start].rstrip()
        ends = [match.end() for match in self._patterns.sentence_end.finditer(text, start, stop)]
        if between.endswith((";", ",")):
            if between.count(";") < len(run) and (semicolon := text.find(";", start, stop)) >= 0:
                ends.insert(0, semicolon + 1)
            return self._with_tail(text, min(ends)) if ends else stop
        if stop == len(text):
            return stop
        return self._with_tail(text, ends[-1]) if ends else stop

    def _with_tail(self, text: str, end: int) -> int:
        tail = self._patterns.sentence_tail.match(text, end)
        return int(tail.end()) if tail else end


def _runs(patterns: Patterns, matches: Iterable[regex.Match[str]], level: int) -> list[list[_Item]]:
    """The runs 1, 2, 3 … of the markers found, in order; the items' ends are those of their markers."""
    runs: list[list[_Item]] = []
    for match in matches:
        number = patterns.number(match.group("number"))
        if number == 1:
            runs.append([])
        if runs and number == len(runs[-1]) + 1:
            runs[-1].append(_Item(match.start(), match.end(), match.end(), level))
    return runs


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
