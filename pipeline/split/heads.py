"""The head of a report: title, subtitle, addressee and date above its text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.split.line_roles import LineRoles
from pipeline.split.lines import Line, Patterns

_MOTTO = 3
"""Above a subtitle stand so many lines of a title at most."""


@dataclass(frozen=True, slots=True)
class Head:
    """The lines above a report's text: title, subtitle, addressee, date. `text` is the first line below them."""

    first: int
    text: int
    title: tuple[int, int] | None
    title_line: int | None


class Heads:
    """The heads that may stand in one file."""

    def __init__(self, lines: Sequence[Line], roles: LineRoles, patterns: Patterns) -> None:
        self._lines = lines
        self._roles = roles
        self._patterns = patterns

    def at(self, first: int) -> Head:
        """The head that begins at line `first`."""
        limit = min(len(self._lines), first + self._patterns.boundary["header_lines"])
        index, title_line, top = first, None, first
        while index < limit:
            beside = self._roles.is_headline if title_line is None else self._roles.is_author
            if title_line is None and self._roles.is_title(index):
                title_line = index
            elif not (self._roles.is_header(index) or beside(index)):
                break
            index += 1
        if title_line is None:
            return Head(first, first if first == 0 or index == first else index, None, None)
        return Head(top, index, self._title_span(first, title_line, index), title_line)

    def top_of_title(self, index: int) -> int:
        """The first line of the title that line `index` ends: a headline above it, or a motto's lines above a subtitle."""
        most = _MOTTO if self._patterns.title["subtitle"].match(self._lines[index].text) else 1
        for top in range(index - 1, max(-1, index - 1 - most), -1):
            if not (self._roles.is_headline(top) if top == index - 1 else self._roles.is_motto(top)):
                break
            if top == 0 or self._roles.is_ended(top):
                return top
        return index

    def _title_span(self, first: int, title: int, stop: int) -> tuple[int, int]:
        """From the headline above the title to the subtitle below it."""
        top = title
        if top > first and self._roles.is_headline(top - 1):
            top -= 1
        end = title
        while end + 1 < stop and self._patterns.title["subtitle"].match(self._lines[end + 1].text):
            end += 1
        return self._trimmed(self._lines[top].start, self._lines[end].end, self._lines[top].text if top == end else None)

    def _trimmed(self, start: int, end: int, text: str | None) -> tuple[int, int]:
        if text is not None:
            for match in self._patterns.title["trim"].finditer(text):
                if match.start() == 0:
                    start += match.end()
                else:
                    end -= match.end() - match.start()
        return start, end

    def whole_title(self, index: int, head: Head) -> str:
        """The words of the title at line `index`: what stands above it in the head, and its subtitle."""
        last = index
        while last + 1 < head.text and self._patterns.title["subtitle"].match(self._lines[last + 1].text):
            last += 1
        return " ".join(line.text for line in self._lines[max(head.first, index - 1) : last + 1])

    def is_next_of_series(self, index: int) -> bool:
        """Whether the title at line `index` is that of the title line before it, but for the time: 三月份工作小结, 四月份工作小结."""
        when, farthest = self._patterns.title["when"], max(-1, index - self._patterns.boundary["name_lines"])
        above = next((place for place in range(index - 1, farthest, -1) if self._roles.is_title(place)), None)
        if above is None:
            return False
        this, last = self._lines[index].text, self._lines[above].text
        return this != last and bool(when.search(this)) and when.sub("", this) == when.sub("", last)
