"""Where in a text which rules can begin: one pass for the characters that rules begin with, one automaton (RE2) at each place found.

A report has some hundred numerals, and there are over a hundred rules; all but a few of these pairs are hopeless. The automaton tells
which, at the price of one match, by the rules' relaxed patterns. Whether the others hold, the rules themselves decide.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import accumulate
from typing import Any

import re2
import regex

from pipeline import surrogates
from pipeline.relax import BEFORE, LONGEST, RUNS, Items, Relaxed, RelaxError, relax

RUN = 16
"""A run of characters that could be one repeat without end is long from here on, and widens the window."""
WINDOW = LONGEST + RUNS * RUN
"""Characters that are looked at from a place: as many as a relaxed pattern can span."""
WIDEST = 1000
"""A wider window is cut here: what would have to be read from more characters than that is no numeral."""
_WIDEST_CHARACTER = 4
"""Bytes of UTF-8; a window holds as many characters at least as it should, and one cut in two behind them is none to RE2."""
_MEMORY = 256 << 20
"""Bytes that an automaton may take. It is built as texts need it, and reports need a few megabytes."""
_ALWAYS = ""
"""A pattern that matches everywhere: where it does not, the automaton has run out of memory."""

Pattern = regex.Pattern[str]


class Starts:
    """Tries patterns only where they can match. Built once for a number of patterns, which go by their index."""

    def __init__(self, patterns: Sequence[Pattern]) -> None:
        self._patterns = patterns
        relaxed = {index: piece for index, pattern in enumerate(patterns) if (piece := _relaxed(pattern)) is not None}
        listed = {index: piece for index, piece in relaxed.items() if piece.first is not None}
        self._listed = (-1, *listed)
        self._place = _place(list(listed.values()))
        self._long_run = re.compile(f"{_class_of(piece.runs for piece in listed.values()).pattern}{{{RUN},}}")
        self._automaton = _automaton([piece.text for piece in listed.values()], re2.Set.MatchSet)
        self._searches = {index: re2.compile(piece.text, _options()) for index, piece in relaxed.items() if piece.first is None}
        self._anywhere = frozenset(range(len(patterns))) - frozenset(relaxed)

    def matches(self, text: str) -> Iterator[tuple[int, Iterator[regex.Match[str]]]]:
        """The matches of each pattern, as its `finditer` gives them; patterns that have none may be left out."""
        padded = _padded(text)
        places = self._places(padded)
        for index, pattern in enumerate(self._patterns):
            if index in places:
                yield index, _at(places[index], pattern, text)
            elif index in self._searches:
                yield index, _behind(self._searches[index], pattern, text, padded)
            elif index in self._anywhere:
                yield index, pattern.finditer(text)

    def _places(self, padded: str) -> Mapping[int, Sequence[int]]:
        """By pattern the offsets where it can begin, ascending."""
        places: defaultdict[int, list[int]] = defaultdict(list)
        can_begin, listed = self._automaton.Match, self._listed
        everywhere = range(len(listed))
        content = padded.encode()
        window = _Window([(run.start() - 1, run.end() - 1) for run in self._long_run.finditer(padded, 1)])
        width = WINDOW * _WIDEST_CHARACTER
        between = self._place.split(padded)[:-1]
        for start, byte in zip(accumulate(map(len, between)), accumulate(map(len, map(str.encode, between))), strict=True):
            if not window.fixed:
                width = min(window.end(start) - start, WIDEST) * _WIDEST_CHARACTER
            hits = can_begin(content[byte : byte + width]) or everywhere  # it has run out of memory
            if len(hits) > 1:
                for hit in hits:
                    places[listed[hit]].append(start)
        return places


class Gate:
    """Tells of a short text, in one pass, which of a number of patterns can match in it; they go by their index. Built once."""

    def __init__(self, patterns: Sequence[Pattern]) -> None:
        relaxed = {index: piece for index, pattern in enumerate(patterns) if (piece := _relaxed(pattern)) is not None}
        self._anywhere = frozenset(range(len(patterns))) - frozenset(relaxed)
        self._listed = tuple(relaxed)
        self._automaton = _automaton([piece.text for piece in relaxed.values()], re2.Set.SearchSet)

    def passing(self, text: str) -> frozenset[int]:
        """The patterns that may match."""
        hits = self._automaton.Match(_padded(text))
        if hits == [0]:
            return self._anywhere
        if hits is None:  # the automaton has run out of memory
            return self._anywhere.union(self._listed)
        return self._anywhere.union([self._listed[hit - 1] for hit in hits if hit])


class _Window:
    """How far a match can reach from a place: `WINDOW`, and over the long runs on the way. `runs` are their spans, ascending."""

    def __init__(self, runs: Sequence[tuple[int, int]]) -> None:
        self.fixed = not runs
        self._runs = runs
        self._ends = [end for _, end in runs]

    def end(self, start: int) -> int:
        end = start + WINDOW
        for index in range(bisect_right(self._ends, start), len(self._runs)):
            first, last = self._runs[index]
            if first >= end or end - start >= WIDEST:
                break
            end += last - first
        return end


def _relaxed(pattern: Pattern) -> Relaxed | None:
    try:
        return relax(pattern.pattern, pattern.named_lists)
    except RelaxError:
        return None


def _place(pieces: Sequence[Relaxed]) -> re.Pattern[str]:
    """Where any of them can begin: before the character that stands before it."""
    first = _class_of(piece.first for piece in pieces).pattern
    before = _class_of(piece.wanted for piece in pieces).pattern if all(piece.wanted for piece in pieces) else "(?s:.)"
    return re.compile(f"(?={before}{first})")


def _class_of(sets: Iterable[Items | None]) -> re.Pattern[str]:
    items = dict.fromkeys(item for items in sets for item in items or ())
    return re.compile(f"[{''.join(items)}]" if items else r"(?!)")


def _options() -> re2.Options:
    options = re2.Options()
    options.max_mem = _MEMORY
    options.never_capture = True
    return options


def _automaton(patterns: Sequence[str], make: Callable[[re2.Options], re2.Set]) -> re2.Set:
    """Its first pattern is `_ALWAYS`."""
    automaton = make(_options())
    for pattern in (_ALWAYS, *patterns):
        automaton.Add(pattern)
    automaton.Compile()
    return automaton


def _padded(text: str) -> str:
    """The text as RE2 takes it, with a character before the first."""
    return BEFORE + surrogates.replaced(text)


def _at(starts: Sequence[int], pattern: Pattern, text: str) -> Iterator[regex.Match[str]]:
    """As `finditer`, but tried at `starts` only."""
    last = 0
    for start in starts:
        if start >= last and (match := pattern.match(text, start)):
            last = match.end()
            yield match


def _behind(relaxed: Any, pattern: Pattern, text: str, padded: str) -> Iterator[regex.Match[str]]:
    """As `finditer`, but from one place to the next where the relaxed pattern matches."""
    place = 0
    while found := relaxed.search(padded, place):
        match = pattern.search(text, found.start())
        if match is None:
            return
        yield match
        place = match.end()
