"""Where the cues of types of work stand in a report, by clause, sentence, item, heading and title, and what those of a place say."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal

import msgspec
import regex

from pipeline.interpret.clauses import Clauses
from pipeline.interpret.parts import HEADLINE
from pipeline.interpret.weights import Weights
from pipeline.model import Report

STOCK = "profile"
"""The type of background figures: one of them says nothing of the figure behind it."""
BACK = 3
"""Sentences before the number's own that are looked at."""
AGAIN = 0.6
"""How much the further clauses before count beside the one that says most."""
OTHERS = 0.25
"""How much the further cues of a place count beside the best one."""

_OPENING = regex.compile(r"[^。:\d]+([。:;])")

Role = Literal["topic", "verb", "counted"]
"""`verb`: it governs what its clause goes on to list (慰问困难职工30户、劳模5名). `counted`: it speaks as the thing counted (工会212家)."""


class Hit(msgspec.Struct, frozen=True, gc=False):
    """A cue found in a report: local span, activity code and weight. A hidden word has no code."""

    start: int
    end: int
    code: str
    weight: float
    role: Role = "topic"


Place = Mapping[str, tuple[float, float, int, int]]
"""What the cues of one place say together: by type the points, those of the best cue, and its span."""


def together(found: Sequence[tuple[Hit, float]]) -> Place:
    """The cues of a place, each with its factor, as one: the best counts whole, the others a part."""
    if not found:
        return NOTHING
    if len(found) == 1:
        hit, factor = found[0]
        return {hit.code: (hit.weight * factor, hit.weight * factor, hit.start, hit.end)}
    best: dict[str, tuple[float, float, int, int]] = {}
    for hit, factor in found:
        value = hit.weight * factor
        known = best.get(hit.code)
        if known is None:
            best[hit.code] = value, value, hit.start, hit.end
        elif value > known[1]:
            best[hit.code] = known[0] + value, value, hit.start, hit.end
        else:
            best[hit.code] = known[0] + value, *known[1:]
    return {code: (value + OTHERS * min(sums - value, 2 * value), value, start, end) for code, (sums, value, start, end) in best.items()}


class Placed:
    """The hits of a report by sentence, clause, heading block and title and, for list items, the words that open the item."""

    def __init__(self, report: Report, clauses: Clauses, weights: Weights, matter: regex.Pattern[str], paper: regex.Pattern[str]) -> None:
        self.clauses: dict[tuple[int, int], list[Hit]] = defaultdict(list)
        self._sentences: dict[int, list[Hit]] = defaultdict(list)
        self._headings: dict[int, list[Hit]] = defaultdict(list)
        self._openings: dict[int, list[Hit]] = defaultdict(list)
        self._titled: list[Hit] = []
        self._leads = _leads(report)
        self._leading = frozenset(lead for leads in self._leads.values() for lead in leads)
        self._report, self._spans, self._weights, self._matter = report, clauses.spans, weights, matter
        self._paper, self._headline = paper, report.title or (0, HEADLINE // 2)
        self._ends: dict[int, int] = {}
        self._known: dict[object, Place] = {}
        self._at = 0
        self.closing: frozenset[int] = frozenset()
        """Sentences of which the headings above say nothing."""
        self.background: Mapping[int, tuple[int, int]] = {}
        """Blocks of background figures, each with the span of the heading that says so."""
        self.described: dict[int, tuple[tuple[int, int] | None, int]] = {}
        """By block the words of what the town has with which it opens, and the first sentence in which work is told."""
        self._cut_at, self._cuts = -1, list[int]()

    def add(self, hit: Hit) -> None:
        """Hits come in the order of the text."""
        sentences = self._report.sentences
        while self._at + 1 < len(sentences) and sentences[self._at + 1].start <= hit.start:
            self._at += 1
        if not sentences or not sentences[self._at].start <= hit.start < sentences[self._at].end:
            return
        if self._names_paper(hit):
            return
        if hit.role != "counted":
            self._sentences[self._at].append(hit)
            self._place_in_title(hit)
        if spans := self._spans.get(self._at):
            if self._at != self._cut_at:
                self._cut_at, self._cuts = self._at, [end for _, end in spans]
            self.clauses[self._at, min(bisect_right(self._cuts, hit.start), len(spans) - 1)].append(hit)
        if hit.role != "counted" and (hit.code != STOCK or hit.weight >= self._weights.names):
            self._place_above(hit, sentences[self._at].block)

    def _names_paper(self, hit: Hit) -> bool:
        """Whether a hit in the title, or where it stands, says but what kind of paper it is: 总工会上半年工作简报."""
        start, end = self._headline
        return start <= hit.start < end and self._paper.match(self._report.text, hit.start) is not None

    def _place_in_title(self, hit: Hit) -> None:
        title = self._report.title
        if hit.weight < self._weights.names or hit.code == STOCK:
            return
        if title is not None:
            if title[0] <= hit.start and hit.end <= title[1]:
                self._titled.append(hit)
        elif self._at == 0 and self._matter.match(self._report.text, hit.end):
            self._titled.append(hit)

    def _place_above(self, hit: Hit, index: int) -> None:
        block = self._report.blocks[index]
        opens = self._opens(hit, index)
        announces = index in self._leading and self._report.sentences[self._at].end >= block.end
        if block.heading or opens or announces:
            self._headings[index].append(hit)
        if opens and not block.heading:
            self._openings[index].append(hit)

    def subject(self, office: tuple[int, int]) -> Hit | None:
        """The first name that stands in the title outside the name of the office, where it names one type alone."""
        named = [hit for hit in self._titled if hit.end <= office[0] or office[1] <= hit.start]
        return named[0] if len({hit.code for hit in named}) == 1 else None

    def _opens(self, hit: Hit, index: int) -> bool:
        """Whether a hit stands in the opening of its item: 3、做好爱心助学工作。… or 大病救助:…"""
        if index not in self._ends:
            block = self._report.blocks[index]
            end = _OPENING.match(self._report.text, block.body, min(block.end, block.body + HEADLINE))
            self._ends[index] = end.end() if end else block.start
        return hit.end <= self._ends[index]

    def end_of(self, sentence: int, clause: int) -> int:
        """Where a clause ends: the offset of the mark of pause behind it."""
        return self._spans[sentence][clause][1]

    def clause(self, sentence: int, clause: int) -> Place:
        """What the cues of one clause say; a thing counted speaks where it ends the clause: 基层工会:118个."""
        key = sentence, clause
        if key not in self.clauses:
            return NOTHING
        if key not in self._known:
            end = self.end_of(sentence, clause)
            ending = self._weights.ending
            told = [hit for hit in self.clauses[key] if hit.role != "counted" or hit.end == end]
            self._known[key] = together([(hit, ending if hit.end == end else 1.0) for hit in told])
        return self._known[key]

    def before(self, sentence: int) -> Place:
        """What the sentences before say, of the same item."""
        key = "before", sentence
        if key not in self._known:
            self._known[key] = together(list(self._told_before(sentence)))
        return self._known[key]

    def _told_before(self, sentence: int) -> Iterator[tuple[Hit, float]]:
        sentences, factor = self._report.sentences, 1.0
        for before in range(sentence - 1, max(sentence - 1 - BACK, -1), -1):
            if sentences[before].block != sentences[sentence].block:
                return
            for hit in self._sentences.get(before, ()):
                yield hit, factor
            factor *= self._weights.fading

    def is_behind_opening(self, block: int, start: int) -> bool:
        """Whether `start` lies behind the words that open the item."""
        opening = self._openings.get(block)
        return opening is not None and start >= opening[-1].end

    def above(self, block: int, *, behind: bool) -> Place:
        """What the headings say, and, `behind` it, the opening of the item."""
        key = "above", block, behind
        if key not in self._known:
            headings, opened = together(list(self._headings_of(block))), together(list(self._opening_of(block)) if behind else ())
            self._known[key] = _sum(headings, opened)
        return self._known[key]

    def _headings_of(self, block: int) -> Iterator[tuple[Hit, float]]:
        factor = self._weights.heading
        for above in (*self._leads.get(block, ()), *reversed(self._report.blocks[block].path)):
            for hit in self._headings.get(above, ()):
                yield hit, factor
            factor /= 2

    def _opening_of(self, index: int) -> Iterator[tuple[Hit, float]]:
        block, factor = self._report.blocks[index], self._weights.opening
        for hit in self._openings[index]:
            yield hit, factor if block.body > block.start else factor / 2


class Places:
    """Several places as one: by type the best of them counts whole, the others a part."""

    def __init__(self) -> None:
        self._of: dict[str, list[Any]] = {}

    def add(self, place: Place, factor: float, less: frozenset[str], share: float) -> None:
        """One more place, with a factor; a share of it for the types in `less`."""
        for code, (points, best, start, end) in place.items():
            part = factor * share if code in less else factor
            known = self._of.get(code)
            if known is None:
                self._of[code] = [points * part, points * part, best * part, start, end]
                continue
            known[0] += points * part
            if points * part > known[1]:
                known[1:] = points * part, best * part, start, end

    def together(self) -> Place:
        """What they say together."""
        return {code: (most + AGAIN * (sums - most), best, start, end) for code, (sums, most, best, start, end) in self._of.items()}


NOTHING: Place = {}


def _sum(one: Place, other: Place) -> Place:
    """Two places as one, their points added up."""
    summed = dict(one)
    for code, (points, best, start, end) in other.items():
        if code not in summed:
            summed[code] = points, best, start, end
        else:
            known = summed[code]
            kept = (best, start, end) if best > known[1] else known[1:]
            summed[code] = (points + known[0], *kept)
    return summed


def _leads(report: Report) -> dict[int, tuple[int, ...]]:
    """For the items of a list the paragraph that announces it: 本次会议的内容: above 一是…"""
    leads: dict[int, tuple[int, ...]] = {}
    lead: int | None = None
    for index, block in enumerate(report.blocks):
        if block.body == block.start or block.heading:
            lead = index if not block.heading and report.text[block.start : block.end].rstrip().endswith(":") else None
        elif lead is not None:
            leads[index] = (lead,)
    return leads
