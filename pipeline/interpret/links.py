"""What ties a number to time: the date it belongs to, the scope it counts over."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.model import QUANTITIES, Mention, PartialDate, Scope
from pipeline.needles import Sieve
from pipeline.rulebook import Rulebook

MOST_MENTIONS = 60
"""Mentions before a number among which its date is looked for."""
_STATEMENT_ENDS = "。;!?"


class LinkReader:
    """Finds `when` and `scope`, both told from the words of one report."""

    def __init__(self, rulebook: Rulebook, sieve: Sieve) -> None:
        """`sieve`: one that readers share, so that each sentence is put through it once."""
        table = rulebook.table("links")
        self._compared = tuple(table["time"]["compared"].split())
        self._later = tuple(table["time"]["later"].split())
        self._of_date = frozenset(table["time"]["of_date"].split()) | {""}
        scopes: tuple[Scope, ...] = ("last_year", "cumulative", "stock")
        self._now = rulebook.compile(table["scope"]["now"], "rules/links.toml")
        self._now_sieved = sieve.add(self._now)
        compiled = ((name, rulebook.compile(table["scope"][name], "rules/links.toml")) for name in scopes)
        self._scopes = tuple((name, pattern, sieve.add(pattern)) for name, pattern in compiled)

    def scope(self, before: str, date: PartialDate | None, passing: frozenset[int]) -> Scope | None:
        """Over what the number counts, by the words before it in its sentence and its time; None where they do not say.

        `passing`: what passes the sieve in the sentence.
        """
        if self._now_sieved in passing and self._now.search(before):
            return None
        if date is not None and date.anchor == "last_year" and not date.crosses_years:
            return "last_year"
        for name, pattern, sieved in self._scopes:
            if sieved in passing and pattern.search(before):
                return name
        return None

    def when(
        self, index: int, mentions: Sequence[Mention], dates: Sequence[PartialDate | None], sentences: Sequence[int],
        blocks: Sequence[int], text: str,
    ) -> PartialDate | None:  # fmt: skip
        """The date that a number belongs to: the last one before it in its sentence, one that follows it, the last one of its list item."""
        in_block = None
        sentence, block = sentences[index], blocks[sentences[index]]
        for earlier in range(index - 1, max(-1, index - 1 - MOST_MENTIONS), -1):
            here = sentences[earlier]
            if here != sentence and blocks[here] != block:
                break
            date = dates[earlier]
            if date is None or mentions[earlier].kind != "date" or self._is_another(earlier, index, mentions, text):
                continue
            if self._is_over(earlier, index, mentions, date, text):
                continue
            if here == sentence:
                return date
            in_block = in_block or date
        return self._date_behind(index, mentions, dates, sentences, text) or in_block

    def _is_another(self, date: int, number: int, mentions: Sequence[Mention], text: str) -> bool:
        """Whether the date is only what the number is compared with: 比上年增加12家, 由去年的85%上升到94%."""
        start = mentions[date].start
        if not text[max(0, start - 2) : start].endswith(self._compared):
            return False
        follows = text[mentions[date].end : mentions[number].start]
        return follows not in self._of_date

    def _is_over(self, at: int, number: int, mentions: Sequence[Mention], date: PartialDate, text: str) -> bool:
        """Whether a date no longer speaks for a number: its bracket is closed, or it is last year's beside a figure of this year.

        来信17件(去年同期24件,下降29.2%);受理争议12件: the 12 are this year's. 大病救助7人,去年11人,减少的… likewise.
        """
        between = text[mentions[at].end : mentions[number].start]
        if between.count(")") > between.count("("):
            return True
        if date.anchor != "last_year" or not any(mark in between for mark in ",;"):
            return False
        compared = any(mention.kind in QUANTITIES for mention in mentions[at + 1 : number])
        statement = max(text.rfind(mark, 0, mentions[at].start) for mark in _STATEMENT_ENDS)
        return compared and at > 0 and mentions[at - 1].kind in QUANTITIES and mentions[at - 1].start > statement

    def _date_behind(
        self, index: int, mentions: Sequence[Mention], dates: Sequence[PartialDate | None], sentences: Sequence[int], text: str
    ) -> PartialDate | None:
        after = index + 1
        if after >= len(mentions) or sentences[after] != sentences[index] or mentions[after].kind != "date":
            return None
        between = text[mentions[index].end : mentions[after].start]
        return dates[after] if between.endswith(self._later) and "," in between else None
