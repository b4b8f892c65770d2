"""The words of a report's sentences as classes, one letter each, and what their nouns are: what `grammar` makes and `frames` speaks of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec

CLOSING = {"“": "”", "‘": "’", "《": "》", "〈": "〉", "「": "」", "『": "』"}
_CLOSED = "”’》〉」』)"
LONGEST_END = 5
_COUNTED_ONE_BY_ONE = frozenset({"person", "organisation", "household"})
"""Types of nouns that only measure words of their own count."""
MOST_KNOWN = 1 << 16
"""So many words are remembered with what they are."""


@dataclass(slots=True)
class Line:
    """The words of a report's number-bearing sentences in a row: local spans, class letters, and where the mentions stand."""

    text: str
    starts: list[int] = field(default_factory=list)
    ends: list[int] = field(default_factory=list)
    letters: str = ""
    at: dict[int, int] = field(default_factory=dict)
    """Position of each mention."""
    mention_at: dict[int, int] = field(default_factory=dict)
    """Mention at each position that is one."""
    measures: dict[int, str] = field(default_factory=dict)
    """Kind of the quantity at each position that is one."""
    bounds: dict[int, tuple[int, int]] = field(default_factory=dict)
    """First and last position of each sentence that is in the line."""

    def word(self, position: int) -> str:
        return self.text[self.starts[position] : self.ends[position]]

    def span(self, first: int, last: int) -> tuple[int, int]:
        """Local span of the words from `first` to before `last`."""
        return self.starts[first], self.ends[last - 1]

    def phrase(self, first: int, last: int) -> str:
        """The words from `first` to before `last`, without closing quotes and brackets."""
        return self.text[self.starts[first] : self.ends[last - 1]].rstrip(_CLOSED)

    def length(self, first: int, last: int) -> int:
        """Characters of the words from `first` to before `last`."""
        return self.ends[last - 1] - self.starts[first]

    def last_separator(self, first: int, last: int) -> int:
        """Position of the last 、 or 和 between, -1 where there is none."""
        return max(self.letters.rfind("s", first, last), self.letters.rfind("c", first, last))

    def after_quote(self, position: int, last: int) -> int:
        """The next position; behind the closing mark where a quote opens at `position`."""
        closing = CLOSING.get(self.word(position))
        if closing:
            for following in range(position + 1, last):
                if self.word(following) == closing:
                    return following + 1
        return position + 1

    def is_stray(self, position: int) -> bool:
        """A separator or a closing mark, with which no phrase begins."""
        return self.letters[position] in "sc" or self.word(position) in _CLOSED

    def is_verb_object(self, position: int) -> bool:
        """建档, 送书: a single character behind a single character that is a verb."""
        one = self.ends[position] - self.starts[position] == 1
        return one and position > 0 and self.letters[position - 1] in "vaep" and self.ends[position - 1] - self.starts[position - 1] <= 2


class Wanted(msgspec.Struct, frozen=True, gc=False):
    """What a number's measure word counts: a type of noun, None where it counts all sorts of things."""

    type: str | None
    soft: bool = False
    size: bool = False
    """A unit of area, length, weight."""


class Types:
    """What nouns are, by their ends, and what measure words count."""

    def __init__(self, table: Mapping[str, Any], unit_classes: Mapping[str, str]) -> None:
        self._ends: dict[str, str] = {}
        self._units: dict[str, Wanted] = {}
        self._known: dict[str, str | None] = {}
        for name, row in table["type"].items():
            for end in row["ends"].split():
                self._ends.setdefault(end, name)
            classes = row.get("classes", "").split()
            soft_classes = row.get("soft_classes", "").split()
            for unit in (*row.get("words", "").split(), *(u for u, c in unit_classes.items() if c in classes)):
                self._units.setdefault(unit, Wanted(name))
            for unit in (*row.get("soft", "").split(), *(u for u, c in unit_classes.items() if c in soft_classes)):
                self._units.setdefault(unit, Wanted(name, soft=True))
        sizes = table["words"]["sizes"].split()
        for unit in (u for u, c in unit_classes.items() if c in sizes):
            self._units.setdefault(unit, Wanted(None, size=True))
        self._fits = {name: frozenset(row.get("also", "").split()) | {name} for name, row in table["type"].items()}

    def wanted(self, kind: str, unit: str) -> Wanted:
        if kind != "count":
            return Wanted(kind)
        return self._units.get(unit, Wanted(None))

    def of(self, word: str) -> str | None:
        """Type of a noun by its longest listed end; None where none is listed."""
        word = word[-LONGEST_END:]
        try:
            return self._known[word]
        except KeyError:
            pass
        ends = (word[-length:] for length in range(len(word), 0, -1))
        found = next((self._ends[end] for end in ends if end in self._ends), None)
        if len(self._known) > MOST_KNOWN:
            self._known.clear()
        self._known[word] = None if found == "none" else found
        return self._known[word]

    def is_one_who_acts(self, word: str) -> bool:
        """Whether a word is listed as it stands as a person, a household or a body."""
        return self._ends.get(word) in _COUNTED_ONE_BY_ONE

    def fit(self, wanted: Wanted, word: str) -> int:
        """1: such a noun is what is counted; 0: it may be; -1: it cannot be."""
        if wanted.type is None:
            return 0
        found = self.of(word)
        if found is None:
            return 0
        if found in self._fits[wanted.type]:
            return 1
        return 0 if wanted.type == "rate" or (wanted.soft and found not in _COUNTED_ONE_BY_ONE) else -1

    def ends_of(self, name: str, least: int) -> list[str]:
        """The listed ends of the nouns that a measure word for the type `name` counts, the longest first."""
        return sorted((end for end, found in self._ends.items() if found in self._fits[name] and len(end) >= least), key=len, reverse=True)
