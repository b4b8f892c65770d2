"""Lines that number the texts of a collection: 篇一, 范文二."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import regex

from pipeline.split.candidates import Candidate
from pipeline.split.line_roles import LineRoles
from pipeline.split.lines import Line, Patterns

_SURE = 99.0
"""The score of what needs no other evidence."""


class NumberedTexts:
    """The numbered texts of one file."""

    def __init__(self, lines: Sequence[Line], roles: LineRoles, patterns: Patterns) -> None:
        self._lines = lines
        self._roles = roles
        self._patterns = patterns

    def candidates(self) -> Iterator[Candidate]:
        """The lines of each series 篇一, 篇二 … of one form, counted from one on, at least two of them."""
        found = [
            (index, label.id + (match.group("form") or ""), match)
            for index, line in enumerate(self._lines)
            if len(line.text) <= self._patterns.boundary["title_length"] + 10
            for label in self._patterns.labels
            if (match := label.pattern.match(line.text))
        ]
        for series in self._series(found):
            for place, (index, match) in enumerate(series):
                first = self._preface(index) if place == 0 else index
                evidence = f"numbered: {self._lines[index].text}"
                yield Candidate(first, index + 1, _SURE, evidence, self._label_title(index, match), sure=True)

    def _series(self, found: Iterable[tuple[int, str, regex.Match[str]]]) -> Iterator[list[tuple[int, regex.Match[str]]]]:
        """Runs 1, 2, 3 … of labels of one form, of two members at least."""
        runs: dict[str, list[tuple[int, regex.Match[str]]]] = {}
        for index, form, match in found:
            number = self._patterns.number(match.group("number"))
            run = runs.setdefault(form, [])
            if number == 1:
                if len(run) > 1:
                    yield run
                runs[form] = [(index, match)]
            elif run and number == len(run) + 1:
                run.append((index, match))
        yield from (run for run in runs.values() if len(run) > 1)

    def _preface(self, index: int) -> int:
        """The first line of the collection's own title and introduction above its first text; `index` where there are none."""
        limit = self._patterns.boundary
        first = index
        while first > 0 and index - first < limit["preface_lines"] and self._lines[first - 1].marker is None:
            if index - first > 0 and self._patterns.title["collection"].search(self._lines[first].text):
                break
            first -= 1
        if first > 0 and not self._patterns.title["collection"].search(self._lines[first].text):
            return index
        if self._lines[index].start - self._lines[first].start > limit["preface_chars"]:
            return index
        return first

    def _label_title(self, index: int, match: regex.Match[str]) -> tuple[int, int] | None:
        start, end = match.span("title")
        if start < end:
            return self._lines[index].start + start, self._lines[index].start + end
        below = index + 1
        if below < len(self._lines) and self._roles.is_title(below):
            return self._lines[below].start, self._lines[below].end
        return None
