"""Which of many patterns can match in a text at all: by the words of which each pattern needs one, found in a single pass.

Most patterns of rules hold a word without which they cannot match: 困难 or 特困 in `(?:困难|特困)[^,]{0,8}@`. Of a text in which none of a
pattern's words stands nothing else has to be known of that pattern.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from itertools import chain

import regex

from pipeline.lexicon import Lexicon
from pipeline.model import Report

Pattern = regex.Pattern[str]
Words = frozenset[str]

MOST_WORDS = 400
"""A pattern that could do with any of more words than these is taken to need none."""

_HAN = re.compile("[\u4e00-\u9fff]")
"""Words are made of these characters alone: what a reader puts between the pieces of a text (`@`, commas) never stands in one."""
_TOKEN = re.compile(
    r"""(?P<blank>\s+|\#[^\n]*)
    |(?P<list>\\L<(?P<name>\w+)>)
    |(?P<other>\\[pP]\{[^}]*\}|\\.|\(\?P=\w+\)|\(\?[a-zA-Z]+\))
    |(?P<class>\[)
    |(?P<aside>\(\?<?[=!])
    |(?P<group>\((?:\?(?::|>|P?<\w+>))?(?!\?))
    |(?P<end>\))
    |(?P<bar>\|)
    |(?P<literal>[^\\\[()|{}*+?.^$])
    |(?P<any>[.^$])""",
    re.VERBOSE | re.DOTALL,
)
_CLASS_END = re.compile(r"\\.|[\[\]]", re.DOTALL)
_TIMES = re.compile(r"\s*(?:(?P<sign>[*+?])|\{(?P<least>\d*),?\d*\})[+?]?")


class _UnknownError(ValueError):
    """A pattern that says something this module does not know; it counts as one that needs no word."""


def needles(pattern: str, lists: Mapping[str, Iterable[str]]) -> Words | None:
    """Words of which at least one stands in whatever a verbose pattern of the `regex` package matches; None where that is not known."""
    reader = _Reader(pattern, lists)
    try:
        words = reader.branches()
    except _UnknownError:
        return None
    if reader.place < len(pattern) or words is None or len(words) > MOST_WORDS:
        return None
    return words


class Sieve:
    """Tells which of a number of patterns may match in a text or any part of it. Patterns go by the index that `add` gives them."""

    def __init__(self) -> None:
        self._needed_by: defaultdict[str, list[int]] = defaultdict(list)
        self._always: set[int] = set()
        self._count = 0
        self._passes_always: frozenset[int] = frozenset()
        self._lexicon: Lexicon[tuple[int, ...]] | None = None

    def add(self, pattern: Pattern) -> int:
        """The index of a pattern."""
        index, self._count, self._lexicon = self._count, self._count + 1, None
        words = needles(pattern.pattern, pattern.named_lists)
        if words is None:
            self._always.add(index)
        for word in words or ():
            self._needed_by[word].append(index)
        return index

    def passing(self, text: str, start: int, end: int) -> frozenset[int]:
        """The patterns that may match in `text[start:end]` or in pieces of it, whatever marks are put between these."""
        if self._lexicon is None:
            self._lexicon = Lexicon({word: tuple(indices) for word, indices in self._needed_by.items()})
            self._passes_always = frozenset(self._always)
        return self._passes_always.union(*self._lexicon.tags(text[start:end]))


class Passing:
    """What passes a sieve in the sentences of a report; each is put through it when it is first asked for."""

    def __init__(self, sieve: Sieve, report: Report) -> None:
        self._sieve = sieve
        self._report = report
        self._of: dict[int, frozenset[int]] = {}

    def around(self, sentence: int, start: int, end: int) -> frozenset[int]:
        """The patterns that may match in a sentence or in the words from it to a mention at `[start, end)`, which may lie outside it."""
        text, here = self._report.text, self._report.sentences[sentence]
        if start < here.start or end > here.end:
            return self._sieve.passing(text, min(start, here.start), max(end, here.end))
        found = self._of.get(sentence)
        if found is None:
            found = self._of[sentence] = self._sieve.passing(text, here.start, here.end)
        return found


class _Reader:
    """Reads a verbose pattern from left to right."""

    def __init__(self, pattern: str, lists: Mapping[str, Iterable[str]]) -> None:
        self._pattern = pattern
        self._lists = lists
        self.place = 0

    def branches(self) -> Words | None:
        """What the alternatives up to the bracket that closes the group, or to the end, need together."""
        found: list[Words | None] = [self._sequence()]
        while self._pattern.startswith("|", self.place):
            self.place += 1
            found.append(self._sequence())
        return frozenset(chain.from_iterable(words for words in found if words is not None)) if None not in found else None

    def _sequence(self) -> Words | None:
        """What the best of the elements one behind the other needs."""
        found: list[Words] = []
        run = ""
        while (token := _TOKEN.match(self._pattern, self.place)) and token.lastgroup not in ("end", "bar"):
            self.place = token.end()
            if token.lastgroup == "blank":
                continue
            words = self._element(token)
            least, repeated = self._times()
            if token.lastgroup == "literal" and words and least:
                run += token[0]
                if not repeated:
                    continue
                words = None  # the character may stand there again, so that the run ends with it
            if run:
                found.append(frozenset((run,)))
                run = ""
            if words and least:
                found.append(words)
        if token is None and self.place < len(self._pattern):
            raise _UnknownError
        if run:
            found.append(frozenset((run,)))
        return max(found, key=_worth, default=None)

    def _element(self, token: re.Match[str]) -> Words | None:
        """What one element needs, which `token` begins."""
        match token.lastgroup:
            case "literal":
                return frozenset((token[0],)) if _HAN.match(token[0]) else None
            case "name" | "list":
                words = frozenset(self._lists[token["name"]])
                return words if words and all(_HAN.match(c) for word in words for c in word) and "" not in words else None
            case "class":
                self._pass_class()
            case "group" | "aside":
                words_inside = self.branches()
                if not self._pattern.startswith(")", self.place):
                    raise _UnknownError
                self.place += 1
                return words_inside if token.lastgroup == "group" else None
        return None

    def _pass_class(self) -> None:
        """To behind the class of characters; one may stand in another."""
        depth = 1
        if self._pattern.startswith("^", self.place):
            self.place += 1
        if self._pattern.startswith("]", self.place):
            self.place += 1
        while depth:
            found = _CLASS_END.search(self._pattern, self.place)
            if found is None:
                raise _UnknownError
            self.place = found.end()
            depth += (found[0] == "[") - (found[0] == "]")

    def _times(self) -> tuple[int, bool]:
        """How often the element before stands there at least, and whether anything is said of that."""
        least, repeated = 1, False
        while times := _TIMES.match(self._pattern, self.place):
            self.place = times.end()
            repeated = True
            least *= int(times["least"] or 0) if times["sign"] is None else int(times["sign"] == "+")
        return least, repeated


def _worth(words: Words) -> tuple[int, int]:
    """Long words and few of them are seldom there for nothing."""
    return min(map(len, words)), -len(words)
