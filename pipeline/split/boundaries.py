"""Where reports begin in a file: of the lines that may begin one those that hold, the best first."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from itertools import pairwise

import msgspec

from pipeline.split.candidates import Candidate, Candidates
from pipeline.split.heads import Heads
from pipeline.split.line_roles import LineRoles
from pipeline.split.lines import Line, Patterns
from pipeline.split.numbered_texts import NumberedTexts
from pipeline.split.numbering import Numbering


class Start(msgspec.Struct, frozen=True, gc=False):
    """Where a report begins: clean offset, what told so, and the clean span of its title (None where there is none)."""

    position: int
    evidence: str
    title: tuple[int, int] | None


class Boundaries:
    """Finds the lines where reports begin."""

    def __init__(self, patterns: Patterns) -> None:
        self._patterns = patterns

    def find(self, lines: Sequence[Line]) -> list[Start]:
        """The beginnings of the reports, ascending, the first at 0. `lines` are those of the text that are not blank."""
        choice = _Choice(lines, self._patterns)
        chosen = choice.chosen()
        if chosen and chosen[0].first == 0:
            first = Start(0, chosen[0].evidence if len(chosen) > 1 else "file", chosen[0].title)
        else:
            first = Start(0, "file", choice.heads.at(0).title)
        return [first, *(Start(lines[c.first].begin, c.evidence, c.title) for c in chosen if c.first > 0)]

    def rows(self, lines: Sequence[Line], positions: Sequence[int]) -> list[Start]:
        """A report for each row of a table that is not blank, wherever it seems to begin. `positions`: where rows begin."""
        firsts = [bisect_left(lines, position, key=_begin) for position in positions] + [len(lines)]
        filled = [lines[first:stop] for first, stop in pairwise(firsts) if stop > first]
        evidence = "row" if len(filled) > 1 else "file"
        titles = [_heads(of_row, self._patterns).at(0).title for of_row in filled]
        return [Start(of_row[0].begin if at else 0, evidence, title) for at, (of_row, title) in enumerate(zip(filled, titles, strict=True))]


def _begin(line: Line) -> int:
    return line.begin


def _heads(lines: Sequence[Line], patterns: Patterns) -> Heads:
    return Heads(lines, LineRoles(lines, patterns), patterns)


class _Choice:
    """The candidates of one file and which of them hold."""

    def __init__(self, lines: Sequence[Line], patterns: Patterns) -> None:
        self._lines = lines
        self._limits: Mapping[str, int] = patterns.boundary
        roles = LineRoles(lines, patterns)
        self.heads = Heads(lines, roles, patterns)
        self._numbering = Numbering(lines)
        self._numbered = list(NumberedTexts(lines, roles, patterns).candidates())
        self._unnumbered = Candidates(lines, roles, self.heads, self._numbering, patterns)

    def chosen(self) -> list[Candidate]:
        """The candidates that hold, by place. Reports told apart number each for itself, so they are looked for again."""
        found = self._held([*self._numbered, *self._unnumbered.find()])
        if any(candidate.first > 0 for candidate in found):
            self._numbering.part([candidate.text for candidate in found])
            found = self._held([*self._numbered, *self._unnumbered.find()])
        return found

    def _held(self, candidates: Sequence[Candidate]) -> list[Candidate]:
        """Those of the candidates that hold: the best first, none where a piece would be no report."""
        threshold = self._limits["threshold"]
        ranked = sorted((c for c in candidates if c.sure or c.score >= threshold), key=lambda c: (not c.sure, -c.score, c.first))
        taken: list[Candidate] = []
        for candidate in ranked:
            place = bisect_left(taken, candidate.first, key=lambda c: c.first)
            above, below = taken[place - 1] if place else None, taken[place] if place < len(taken) else None
            if self._are_apart(above, candidate) and self._are_apart(candidate, below):
                taken.insert(place, candidate)
        return taken

    def _are_apart(self, upper: Candidate | None, lower: Candidate | None) -> bool:
        """Whether a report lies between the two; None is the file's beginning or its end."""
        if lower is None:
            return upper is None or upper.sure or upper.first == 0 or self._is_report(upper.text, len(self._lines))
        if upper is None:
            return lower.first == 0 or lower.sure or self._is_report(self.heads.at(0).text, lower.first)
        return upper.first < lower.first and ((upper.sure and lower.sure) or self._is_report(upper.text, lower.first))

    def _is_report(self, first: int, stop: int) -> bool:
        """Whether the lines from `first` to `stop` can be a report of their own."""
        limits = self._limits
        if stop - first >= limits["most_lines"]:
            return True
        body = self._lines[first:stop]
        length = sum(len(line.text) for line in body)
        if len(body) < limits["least_lines"]:
            return length >= limits["least_chars"]
        return length >= limits["least_body"] or any(line.marker is not None for line in body)
