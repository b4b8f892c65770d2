"""Which lines may begin a report, and how much speaks for each: titles, openings, and numbering that begins again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import msgspec

from pipeline.split.heads import Heads
from pipeline.split.line_roles import LineRoles
from pipeline.split.lines import Line, Patterns
from pipeline.split.numbering import Numbering

_SHOWN = 16
"""So many characters of an opening are quoted as evidence."""
_COPY = 20
"""So many characters of an opening make another one its copy."""
_TOP_LEVELS = frozenset({2, 3, 4})
"""Levels of markers whose first number can begin a report without an opening, or go on across a supposed boundary."""


class Candidate(msgspec.Struct, frozen=True, gc=False):
    """A line that may begin a report: `first` is the first line of its head (title and so on), `text` the line below the head."""

    first: int
    text: int
    score: float
    evidence: str
    title: tuple[int, int] | None
    sure: bool = False


class Candidates:
    """The lines of one file that may begin a report by their words and what stands around them."""

    def __init__(self, lines: Sequence[Line], roles: LineRoles, heads: Heads, numbering: Numbering, patterns: Patterns) -> None:
        self._lines = lines
        self._roles = roles
        self._heads = heads
        self._numbering = numbering
        self._patterns = patterns
        self._line_scores: dict[int, float] = {}

    def find(self) -> Iterator[Candidate]:
        """All of them, by line; `Numbering.part` changes what is found."""
        head = self._heads.at(0).text
        seen = {self._lines[head].text[:_COPY]: head} if head < len(self._lines) else {}
        for index, line in enumerate(self._lines):
            if self._roles.is_title(index):
                yield self._titled(index)
            elif line.marker is None and not self._roles.is_signature(index):
                if (opened := self._opened(index, seen)) is not None:
                    yield opened
            elif line.marker is not None and line.marker.number == 1 and (again := self._restarted(index)) is not None:
                yield again

    def _titled(self, index: int) -> Candidate:
        first = self._heads.top_of_title(index)
        while first > 0 and self._patterns.title["above"].match(self._lines[first - 1].text):
            first -= 1
        head = self._heads.at(first)
        text = min(head.text, len(self._lines) - 1)
        score = self._title_score(index, self._heads.whole_title(index, head)) + self._surroundings(first, text)
        if self._heads.is_next_of_series(index):
            score += self._patterns.weights["title_series"]
        if first < index and self._patterns.title["subtitle"].match(self._lines[index].text):
            score += self._patterns.weights["title_motto"]
        if text - index > 1:
            score += self._patterns.weights["head_below"]
        if text > index:
            score += max(0.0, min(self._line_score(text), self._patterns.weights["opening_below"]))
        title = head.title or (self._lines[index].start, self._lines[index].end)
        return Candidate(first, text, score, f"title: {self._lines[index].text}", title)

    def _opened(self, index: int, seen: dict[str, int]) -> Candidate | None:
        """Line `index` as the opening of a report; `seen` holds the beginnings of those before it."""
        first = index
        while first > 0 and index - first < self._patterns.boundary["header_lines"] and self._roles.belongs_above(first - 1):
            first -= 1
        if self._numbering.goes_on(first) or self._roles.is_under_title(first):
            return None  # inside a list, or under a title, which speaks for both
        text, weights = self._lines[index].text, self._patterns.weights
        copied = len(text) >= _COPY and text[:_COPY] in seen
        signed = self._roles.is_signed(first) and self._patterns.ended.search(text) and not self._patterns.attached.search(text)
        between = self._stands_between_lists(index)
        if not (copied or signed or between or (self._roles.opens(index) and not self._roles.is_heading(index))):
            return None
        score = self._line_score(index)
        if score < (0 if between else 1) and not (copied or signed):
            return None
        score += between * weights["restart_text"]
        score += self._surroundings(first, index)
        if self._roles.has_new_name(index):
            score += weights["new_name"]
        if first < index and self._roles.is_header(index - 1):
            score += weights["head_above"]
        if score >= self._patterns.boundary["threshold"]:
            seen.setdefault(text[:_COPY], index)
        return Candidate(first, index, score + copied * weights["copy"], f"opening: {text[:_SHOWN]}", None)

    def _stands_between_lists(self, index: int) -> bool:
        """Whether line `index` is a paragraph between the end of one list and 一、 of another, and does not lead to that one."""
        line, below = self._lines[index], index + 1
        if index == 0 or below == len(self._lines) or len(line.text) < self._patterns.boundary["least_paragraph"]:
            return False
        marker = self._lines[below].marker
        if marker is None or marker.number != 1 or marker.level not in _TOP_LEVELS or not self._patterns.ended.search(line.text):
            return False
        return self._numbering.reached(index, marker.level) >= 2 and self._roles.is_ended(index) and not self._roles.leads(line.text)

    def _restarted(self, index: int) -> Candidate | None:
        """A list that begins again with 一、 behind a line that ends a text, without any words that lead to it."""
        marker = self._lines[index].marker
        if marker is None or marker.level not in _TOP_LEVELS or index == 0:
            return None
        first = index
        while first > 1 and self._roles.is_header(first - 1) and not self._roles.is_signature(first - 1):
            first -= 1
        above, weights = self._numbering.levels_above(index), self._patterns.weights
        reached = self._numbering.reached(index, marker.level)
        if not self._roles.is_ended(first) or reached < 2 or marker.level > min(above, default=0) or self._numbering.last_number(index) < 2:
            return None
        before = self._lines[first - 1]
        signed = self._roles.is_signature(first - 1)
        if before.marker is None and not signed and (self._line_score(first - 1) >= 1 or self._roles.leads(before.text)):
            return None  # the line before is an opening itself, or leads to the list
        score = weights["restart_alone"]
        score += self._patterns.before.weight(before.text)
        score += weights["signature_before"] if signed else weights["restart_item"] if before.marker else 0
        score += weights["separator_before"] if self._roles.is_separator(first - 1) else 0
        score += weights["head_above"] if first < index else 0
        if reached >= 3 and self._numbering.last_number(index) >= 3:
            score += weights["restart_long"]
        return Candidate(first, index, score, f"numbering begins again: {self._lines[index].text[:_SHOWN]}", None)

    def _title_score(self, index: int, whole: str) -> float:
        """What the title at line `index` says; `whole` are all of its lines."""
        weights, text = self._patterns.weights, self._lines[index].text
        if self._patterns.title["plan"].match(text):
            return weights["title_plan"]
        if self._patterns.title["speech"].match(text):
            return weights["title_speech"]
        who, when = self._patterns.title["who"].search(whole), self._patterns.title["when"].search(whole)
        loose = weights["title_loose"] if self._patterns.title["loose"].search(text) else 0.0
        if who and when:
            return weights["title_full"] + loose
        part = who or self._patterns.title["formal"].match(text)
        return (weights["title_part"] if part else weights["title_bare"]) + loose

    def _line_score(self, index: int) -> float:
        """What the words of line `index` say for an opening."""
        if index not in self._line_scores:
            text, limits = self._lines[index].text, self._patterns.boundary
            if len(text) > limits["whole_line"]:
                text = text[: limits["line_head"]]
            self._line_scores[index] = self._patterns.here.weight(text)
        return self._line_scores[index]

    def _surroundings(self, first: int, text: int) -> float:
        """What stands before line `first` and below line `text`."""
        weights = self._patterns.weights
        score = 0.0
        if first > 0:
            before = self._lines[first - 1]
            score += self._patterns.before.weight(before.text)
            if self._roles.is_signature(first - 1):
                score += weights["signature_before"] + self._roles.is_signed(first) * weights["signed_before"]
            if self._roles.is_separator(first - 1):
                score += weights["separator_before"]
            if not self._roles.is_ended(first):
                loose = self._lines[first].blank_before and before.marker is None and before.text[-1] != ":"
                score += weights["loose_before" if loose else "unfinished_before"]
        if self._lines[first].blank_before:
            score += weights["blank_before"]
        if self._numbering.goes_on(first):
            score += weights["continues"]
        limits = self._patterns.boundary
        below = self._numbering.first_below(text, limits["most_lines"], limits["lines_to_list"], limits["chars_to_list"])
        if below is not None and below.number == 1:
            score += weights["list_below"] + self._numbering.is_taken_up(first, below.level) * weights["restart"]
        return score
