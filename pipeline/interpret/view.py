"""The words around a number as the rules of indicators see them: its clause, its statement, what stands above, what follows.

Most rules ask for the clause alone, so that all else is put together when a rule first asks for it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import regex

from pipeline.interpret.clauses import Setting
from pipeline.model import Fact, Report

NUMBER = "@"
HEADING_LENGTH = 60
OPENING_LENGTH = 40
LONGEST_VIEW = 2000
"""So many characters of a sentence are looked at; what is longer is a list without full stops, and most of it far from the number."""

_MARKS = ' 、“”‘’"《》'


class View:
    """What a rule may ask of the words around a number."""

    frame: str
    """The number's clause, without filler before the number."""
    clause: str
    """The number's clause as it stands; the clause that says what is counted before it, where the number has no words of its own."""
    near: str
    """From the last semicolon, or the beginning of the sentence, to the end of the clause."""
    said: str
    """The heading, the opening of the item, the sentence before and the sentence up to the end of the clause."""
    then: str
    """What follows in the sentence."""
    object: str
    """What is counted or paid; empty where that is not known."""
    own: str
    """The clause without the other members of the list that the number stands in, where these have words and verbs of their own."""
    says: str
    """The whole statement: from the last semicolon, or the beginning of the sentence, to the next, with the number as `@`."""

    def __init__(
        self, report: Report, fact: Fact, spans: Sequence[tuple[int, int]], at: Setting, links: str, member: regex.Pattern[str]
    ) -> None:
        """`spans`: the clauses of the sentence; `links`: marks that join words to the number; `member`: a member of a list before it."""
        self._report, self._fact, self._at, self._member = report, fact, at, member
        text = report.text
        before, behind = text[at.start : fact.start], text[fact.end : at.end]
        head = text[at.start : at.head]
        if at.bare:
            said_by = text[slice(*spans[at.anchor])] if at.anchor < at.clause else ""
            before, head = f"{said_by},{before}" if said_by else before, said_by or text[at.start : at.left]
        if at.labelled:
            before, behind = head, ""
        elif "\t" in before:
            before = head = before.partition("\t")[0]
            behind = ""
        self._before, self._behind = before, behind
        self.frame = f"{head.strip(_MARKS)}{NUMBER}{behind.lstrip(links)}"

    def __getattr__(self, name: str) -> str:
        """Words that were not asked for before."""
        if name not in _PUT_TOGETHER:
            raise AttributeError(name)
        words = _PUT_TOGETHER[name](self)
        setattr(self, name, words)
        return words

    def renew(self, origin: regex.Pattern[str]) -> None:
        """Let the new figure of 由去年的86%提高到91% stand where the old one does; `origin`: 由去年的86%."""
        before, _, behind = self.frame.partition(NUMBER)
        self.frame = f"{origin.sub('', before).rstrip(_MARKS)}{NUMBER}{behind}"

    def deal(self, noun: str) -> None:
        """Let a number of a list that is dealt out (建会率、入会率分别达96%和91%) stand behind its own noun alone."""
        text, start = self._report.text, self._statement()
        self._before, self._behind = noun, ""
        self.frame = f"{noun.strip(_MARKS)}{NUMBER}"
        self.says = f"{text[start : self._at.start]}{noun}{self._says()[self._fact.start - start :]}"

    # ---------------------------------------------------------------- the parts, when they are asked for

    def _clause(self) -> str:
        return f"{self._before}{NUMBER}{self._behind}"

    def _near(self) -> str:
        return self._report.text[self._statement() : self._at.end]

    def _said(self) -> str:
        return f"{self._above()}\n{self._report.text[self._first() : self._at.end]}"

    def _then(self) -> str:
        return self._report.text[self._at.end : self._last()]

    def _object(self) -> str:
        return self._report.text[slice(*self._fact.object_span or (0, 0))]

    def _own(self) -> str:
        """Of 新签集体合同8份、新建工会6家、… what tells of the second number alone: 新建工会@."""
        text, at, before, behind = self._report.text, self._at, self._before, self._behind
        if at.start < at.left and not at.bare and self._member.match(text, at.left, self._fact.start):
            before = text[at.left + 1 : self._fact.start]
        if behind and at.right < at.end:
            behind = text[self._fact.end : at.right]
        return f"{before}{NUMBER}{behind}"

    def _says(self) -> str:
        text, fact, last = self._report.text, self._fact, self._last()
        end = text.find(";", fact.end, last)
        return f"{text[self._statement() : fact.start]}{NUMBER}{text[fact.end : last if end < 0 else end]}"

    # ---------------------------------------------------------------- how far they reach

    def _first(self) -> int:
        return max(self._report.sentences[self._at.sentence].start, self._at.end - LONGEST_VIEW)

    def _last(self) -> int:
        return min(self._report.sentences[self._at.sentence].end, self._at.end + LONGEST_VIEW)

    def _statement(self) -> int:
        """Where the statement begins."""
        first = self._first()
        return max(first, self._report.text.rfind(";", first, self._fact.start))

    def _above(self) -> str:
        """The innermost heading, the words that open the item, and the sentence before in it."""
        report, here = self._report, self._at.sentence
        block = report.blocks[report.sentences[here].block]
        heading = report.blocks[block.path[-1]] if block.path else None
        words = report.text[heading.start : min(heading.end, heading.start + HEADING_LENGTH)] if heading else ""
        opening = report.text[block.start : min(block.end, block.start + OPENING_LENGTH, report.sentences[here].start)]
        earlier = ""
        if here and report.sentences[here - 1].block == report.sentences[here].block:
            end = report.sentences[here - 1].end
            earlier = report.text[max(report.sentences[here - 1].start, end - LONGEST_VIEW) : end]
        return f"{words}\n{opening}\n{earlier}"


_PUT_TOGETHER: Mapping[str, Callable[[View], str]] = {
    "clause": View._clause,
    "near": View._near,
    "said": View._said,
    "then": View._then,
    "object": View._object,
    "own": View._own,
    "says": View._says,
}
