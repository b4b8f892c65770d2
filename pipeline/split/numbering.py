"""How the numbered lists of a file run: which numbers stand above a line and below it, and where a numbering goes on or begins again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pipeline.split.lines import Line, Marker

_FAR = 2000
"""A list is followed over so many lines at most."""


class Numbering:
    """The numbering of one file's lines."""

    def __init__(self, lines: Sequence[Line]) -> None:
        self._lines = lines
        self._below = _numbers_below(lines)
        self._all_above = self._above = _numbers_above(lines, ())

    def part(self, texts: Sequence[int]) -> None:
        """From now on the texts that begin at the lines `texts` number each for itself."""
        self._above = _numbers_above(self._lines, texts)

    def levels_above(self, index: int) -> Mapping[int, int]:
        """The last number of each level above line `index`."""
        return self._above[index]

    def reached(self, index: int, level: int) -> int:
        """How far the list above line `index` had come."""
        return _reached(self._above[index], level)

    def is_taken_up(self, index: int, level: int) -> bool:
        """Whether a list of the level had come to 2 and more above line `index`, however the texts are parted."""
        return max(_reached(above[index], level) for above in (self._above, self._all_above)) >= 2

    def goes_on(self, index: int) -> bool:
        """Whether a numbering above line `index` is taken up again below it."""
        above, below = self._above[index], self._below[index]
        return any(above.get(level, 0) > 0 and below.get(level) == above[level] + 1 for level in (1, 2, 3))

    def first_below(self, index: int, most_lines: int, lines: int, chars: int) -> Marker | None:
        """The first marker not far below line `index`: among `most_lines`, of which those behind the first `lines` within `chars`."""
        for place, line in enumerate(self._lines[index : index + most_lines]):
            if line.marker is not None:
                return line.marker
            if place >= lines and line.end - self._lines[index].start > chars:
                break
        return None

    def last_number(self, index: int) -> int:
        """How far the list that begins at line `index` comes."""
        level, number = 0, 0
        for place in range(index, min(index + _FAR, len(self._lines))):
            marker = self._lines[place].marker
            if marker is None:
                continue
            level = level or marker.level
            if marker.level < level or (marker.level == level and marker.number != number + 1):
                break
            number += marker.level == level
        return number


def _numbers_above(lines: Sequence[Line], texts: Sequence[int]) -> list[dict[int, int]]:
    """For each line, the last number of each level above it. Below `texts`, where reports begin, the numbers above are forgotten."""
    numbers: dict[int, int] = {}
    above: list[dict[int, int]] = []
    forgotten = frozenset(texts)
    for index, line in enumerate(lines):
        above.append(numbers)
        if index in forgotten:
            numbers = {}
        if line.marker is not None:
            numbers = {level: n for level, n in numbers.items() if level < line.marker.level}
            numbers[line.marker.level] = line.marker.number
    return above


def _reached(above: Mapping[int, int], level: int) -> int:
    """How far a list had come: the last number of `level` among those above, or of the outermost level where that one was not used."""
    return above[level] if level in above else above.get(min(above, default=0), 0)


def _numbers_below(lines: Sequence[Line]) -> list[dict[int, int]]:
    """For each line, the next number of each level from it on; one more entry for the end of the text."""
    numbers: dict[int, int] = {}
    below: list[dict[int, int]] = [numbers]
    for line in reversed(lines):
        if line.marker is not None:
            numbers = {**numbers, line.marker.level: line.marker.number}
        below.append(numbers)
    below.reverse()
    return below
