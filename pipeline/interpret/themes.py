"""Of which matter a number is told: the nearest of the theme words of `rules/indicators.toml` around it, whatever the words between.

`受理争议12件,涉及职工37名;兑现工资41.8万元` speaks of a dispute throughout, though no word of one stands beside the second number. A theme
that stands nearer takes the number over: in `慰问困难职工35人,慰问环卫工人240人次` the second is no aid in hardship.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from pipeline.interpret.clauses import Setting
from pipeline.lexicon import Lexicon
from pipeline.model import Fact, Report
from pipeline.rulebook import RuleError

BACK = 2
"""Sentences of the same item before the number's own that are looked at."""
JOIN = "、"
"""What is before it in the number's own words belongs to the member of the list before: 48个基层工会、5126名会员."""
_KEYS = {"name", "why", "words"}


class Told(NamedTuple):
    """A theme word found in a report: local span and the theme's name."""

    start: int
    end: int
    theme: str


class ThemeWords:
    """The theme words of the rules. Of words that share characters the longest counts: 矛盾纠纷 is no 纠纷 at work."""

    def __init__(self, rows: Iterable[Mapping[str, Any]]) -> None:
        self.names: set[str] = set()
        names: dict[str, str] = {}
        for row in rows:
            if unknown := set(row) - _KEYS:
                raise RuleError(
                    f"rules/indicators.toml: theme: unknown key {', '.join(sorted(unknown))}; one has {', '.join(sorted(_KEYS))}"
                )
            self.names.add(row["name"])
            for word in row["words"].split():
                names[word] = row["name"]
        self._lexicon = Lexicon(names)

    def find(self, text: str, start: int, end: int) -> list[Told]:
        """The theme words of `text[start:end]`, in order."""
        return [Told(start + first, start + last, name) for first, last, name in self._lexicon.longest(text[start:end]) if name]


class Themes:
    """The themes of one report; each sentence and heading is read once."""

    def __init__(self, words: ThemeWords, report: Report) -> None:
        self._words, self._report = words, report
        self._known: dict[tuple[int, int], list[Told]] = {}

    def of(self, fact: Fact, at: Setting) -> str | None:
        """The name of the theme that the number is told of; None where no word of any is found."""
        sentence = self._report.sentences[at.sentence]
        here = self._in(sentence.start, sentence.end)
        own = max(at.left, self._report.text.rfind(JOIN, at.left, fact.start))
        within = ((own, at.right), (at.start, at.end), (sentence.start, self._statement_end(fact.end, sentence.end)))
        for start, end in within:
            told = _last(here, start, fact.start) or _first(here, fact.end, end)
            if told is not None:
                return told.theme
        return self._above(at.sentence)

    def _above(self, index: int) -> str | None:
        """What the sentences before in the item say, else its opening, else the headings, the innermost first."""
        report = self._report
        block = report.sentences[index].block
        for before in range(index - 1, max(index - 1 - BACK, -1), -1):
            sentence = report.sentences[before]
            if sentence.block != block:
                break
            if told := self._in(sentence.start, sentence.end):
                return told[-1].theme
        for above in reversed(report.blocks[block].path):
            if told := self._in(report.blocks[above].start, report.blocks[above].end):
                return told[0].theme
        return None

    def _in(self, start: int, end: int) -> list[Told]:
        key = start, end
        if key not in self._known:
            self._known[key] = self._words.find(self._report.text, start, end)
        return self._known[key]

    def _statement_end(self, start: int, end: int) -> int:
        found = self._report.text.find(";", start, end)
        return end if found < 0 else found


def _last(told: Sequence[Told], start: int, end: int) -> Told | None:
    """The last theme word that lies between."""
    return next((word for word in reversed(told) if word.end <= end and word.start >= start), None)


def _first(told: Sequence[Told], start: int, end: int) -> Told | None:
    """The first theme word that lies between."""
    return next((word for word in told if word.start >= start and word.end <= end), None)
