"""Where a number stands: its clause, the words of the clause that are its own, and the clauses before and behind it in the sentence.

A clause ends at a pause other than `、`. The words between the number before it and the number are its own; so are those behind it up to
the next number, unless a mark of enumeration comes first: in `表彰先进集体20个、先进个人50名` the words 先进个人 belong to the second.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Container, Mapping, Sequence
from dataclasses import dataclass

import msgspec
import regex
from msgspec import structs

from pipeline.model import QUANTITIES, Mention, Report

_PAUSE = regex.compile(r"(?<=\p{Han})\([\p{Han}、]{1,6}\)(?=\p{Han})(*SKIP)(*FAIL)|[,;:。!?()\[\]\n]|——")
"""A short bracket in the middle of a noun, as in 村(社区)工会, is no pause."""
_MARKS = regex.compile(r"[^\p{Han}]")
_BLANKS = " 、\u3000\t"
LONGEST_FILLER = 16
"""Characters beyond which a stretch of text is taken to have words in it."""


class Setting(msgspec.Struct, frozen=True, gc=False):
    """The place of one number: local spans. `clause` and `anchor` count the clauses of its sentence."""

    mention: int
    sentence: int
    clause: int
    start: int
    end: int
    """The clause."""
    left: int
    """Where its own words before it begin."""
    head: int
    """Where the filler right before it begins (共有, 达到): what ends here is the noun that stands before the number."""
    right: int
    """Where its own words behind it end."""
    bare: bool
    """It has no words of its own."""
    anchor: int
    """The clause that says what is counted: the last one with words, where its own has none (`大病救助:11人,5.5万元`)."""
    labelled: bool = False
    """It is a cell of a table: its clause begins with the row's label, which ends at `head`; the cells between say nothing of it."""


@dataclass(frozen=True, slots=True)
class Clauses:
    """The clauses of the sentences of a report that hold a number, and the setting of each number by the index of its mention."""

    spans: dict[int, list[tuple[int, int]]]
    settings: dict[int, Setting]

    def of_cells(self, labels: Mapping[int, tuple[int, int]], ends: Mapping[int, int]) -> Clauses:
        """With figures of tables set beside the labels of their rows. Both by the index of the mention; `ends`: where the figures end."""
        settings = {
            index: structs.replace(at, start=labels[index][0], left=labels[index][0], head=labels[index][1], end=ends[index],
                                   right=ends[index], bare=False, anchor=at.clause, labelled=True)
            if index in labels else at
            for index, at in self.settings.items()
        }  # fmt: skip
        return Clauses(self.spans, settings)

    def without(self, mentions: Container[int]) -> Clauses:
        """Without the settings of some mentions, which can be values of no indicator then."""
        return Clauses(self.spans, {index: at for index, at in self.settings.items() if index not in mentions})


class ClauseReader:
    """Cuts sentences into clauses, by the table `clauses` of activities.toml.

    `filler`: words that stand between a noun and its number and say nothing of it; `joins`: marks and words that join a list.
    """

    def __init__(self, filler: Sequence[str], joins: str) -> None:
        self._joins = joins
        words = sorted(filler, key=len, reverse=True)
        self._filler = regex.compile(r"(?r)(?:\L<words>|[、\s“”‘’\"《》])*", words=words)
        self._wordless = regex.compile(r"(?:\L<words>|[^\p{Han}\w])*+$", words=words)

    def read(self, report: Report, mentions: Sequence[Mention], sentences: Sequence[int]) -> Clauses:
        """`sentences`: for each mention the index of its sentence."""
        found = Clauses({}, {})
        anchors: dict[int, _Anchors] = {}
        numbers = [i for i, mention in enumerate(mentions) if mention.kind in QUANTITIES]
        text = _without(report.text, mentions)
        for place, index in enumerate(numbers):
            sentence = sentences[index]
            if sentence not in found.spans:
                found.spans[sentence] = _cut(text, report.sentences[sentence].start, report.sentences[sentence].end)
                anchors[sentence] = _Anchors(found.spans[sentence], lambda start, end: self._is_wordless(text, start, end))
            before = mentions[numbers[place - 1]].end if place else 0
            behind = mentions[numbers[place + 1]].start if place + 1 < len(numbers) else len(text)
            found.settings[index] = self._setting(index, mentions[index], sentence, anchors[sentence], (before, behind), text)
        return found

    def _setting(self, index: int, mention: Mention, sentence: int, anchors: _Anchors, between: tuple[int, int], text: str) -> Setting:
        clause = anchors.clause_at(mention.end)
        start, end = anchors.spans[clause]
        left, right = max(start, between[0]), min(end, between[1])
        if right > mention.end and text[mention.end] in self._joins:
            right = mention.end
        filler = self._filler.match(text, left, mention.start)
        head = filler.start() if filler else mention.start
        bare = self._is_wordless(text, left, mention.start) and self._is_wordless(text, mention.end, right)
        anchor = clause
        if bare and self._is_wordless(text, start, end):
            anchor = anchors.before(clause)
        return Setting(index, sentence, clause, start, end, left, head, right, bare, anchor)

    def _is_wordless(self, text: str, start: int, end: int) -> bool:
        words = text[start:end].strip(_BLANKS)
        return not words or (len(words) <= LONGEST_FILLER and self._wordless.match(words) is not None)


class _Anchors:
    """The clauses of a sentence, and which of them have words; each is asked once."""

    def __init__(self, spans: Sequence[tuple[int, int]], is_wordless: Callable[[int, int], bool]) -> None:
        self.spans = spans
        self._ends = [end for _, end in spans]
        self._is_wordless = is_wordless
        self._last: list[int] = [-1]
        """For each clause the last one before it that has words, as far as it has been asked; -1: none."""

    def clause_at(self, end: int) -> int:
        """The clause that reaches to `end`."""
        return min(bisect_left(self._ends, end), len(self.spans) - 1)

    def before(self, clause: int) -> int:
        """The last clause before this one that has words; this one where there is none."""
        while len(self._last) <= clause:
            before = len(self._last) - 1
            self._last.append(self._last[before] if self._is_wordless(*self.spans[before]) else before)
        return clause if self._last[clause] < 0 else self._last[clause]


def _without(text: str, mentions: Sequence[Mention]) -> str:
    """The text with blanks in the place of every mention, so that neither their digits nor their marks count as words or pauses.

    A name keeps its words: 三八红旗手 is the noun of 表彰三八红旗手15名.
    """
    pieces, at = [], 0
    for mention in mentions:
        words = text[mention.start : mention.end]
        kept = _MARKS.sub(" ", words) if mention.kind == "name" else " " * len(words)
        pieces.append(text[at : mention.start] + kept)
        at = mention.end
    return "".join(pieces) + text[at:]


def _cut(text: str, first: int, last: int) -> list[tuple[int, int]]:
    """The clauses between two offsets; a mark of pause belongs to none."""
    spans, start = [], first
    for pause in _PAUSE.finditer(text, first, last):
        spans.append((start, pause.start()))
        start = pause.end()
    spans.append((start, last))
    return spans
