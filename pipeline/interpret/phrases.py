"""The words of a sentence as classes, one letter each, and what its nouns are: the grammar that `objects` speaks of.

A dictionary's tags are one a word and often wrong for the language of reports, so that the lists of `rules/objects.toml` go before them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pipeline.model import QUANTITIES, Mention, Tokens
from pipeline.rulebook import RuleError

_MARKS = dict.fromkeys(",\n\r", ",") | dict.fromkeys(";。!?", ";") | {"\t": "|", ":": ":", "(": "(", ")": ")", "、": "s"}
_CLOSING = {"“": "”", "‘": "’", "《": "》", "〈": "〉", "「": "」", "『": "』"}
_CLOSED = "”’》〉」』)"
_OUTSIDE = ";"
"""Stands between two sentences, so that no pattern crosses it."""
MOST_QUOTED = 14
"""Words inside quotes; what is longer is speech and no name."""
MOST_BRACKETED = 5
LONGEST_END = 5


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
        closing = _CLOSING.get(self.word(position))
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


@dataclass(frozen=True, slots=True)
class Wanted:
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
            for unit in (*row.get("words", "").split(), *(u for u, c in unit_classes.items() if c in classes)):
                self._units.setdefault(unit, Wanted(name))
            for unit in row.get("soft", "").split():
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
        if word not in self._known:
            ends = (word[-length:] for length in range(min(len(word), LONGEST_END), 0, -1))
            found = next((self._ends[end] for end in ends if end in self._ends), None)
            self._known[word] = None if found == "none" else found
        return self._known[word]

    def fit(self, wanted: Wanted, word: str) -> int:
        """1: such a noun is what is counted; 0: it may be; -1: it cannot be."""
        if wanted.type is None:
            return 0
        found = self.of(word)
        if found is None:
            return 0
        if found in self._fits[wanted.type]:
            return 1
        return 0 if wanted.soft or wanted.type == "rate" else -1

    def ends_of(self, name: str, least: int) -> list[str]:
        """The listed ends of the nouns that a measure word for the type `name` counts, the longest first."""
        return sorted((end for end, found in self._ends.items() if found in self._fits[name] and len(end) >= least), key=len, reverse=True)


class Grammar:
    """Puts words into classes."""

    def __init__(self, table: Mapping[str, Any], types: Types) -> None:
        words = table["words"]
        self._types = types
        self._classes = _by_word(table["classes"])
        self._tags: dict[str, str] = {tag: letter for letter, tags in words["tags"].items() for tag in tags.split()}
        self._first: dict[str, str] = {
            character: letter for letter, characters in words["first"].items() for character in characters.split()
        }
        self._suffixes = frozenset(words["suffixes"].split())
        self._light = frozenset(words["light"].split())
        self._tails = tuple(words["tails"].split())
        self._noun_ends = frozenset(words["noun_ends"].split())
        self._time_ends = tuple(words["time_ends"].split())
        self._of_rates = frozenset(words["of_rates"].split())
        self._homographs = frozenset(words["homographs"].split())
        self._regroup = frozenset(words["regroup"])

    def read(self, tokens: Tokens, mentions: Sequence[Mention]) -> Line:
        """The words of `tokens` with their classes."""
        line = Line(tokens.text)
        letters: list[str] = []
        sentence = -1
        for index in range(len(tokens)):
            if tokens.sentences[index] != sentence:
                self._close(line, letters, sentence, tokens.starts[index])
                sentence = tokens.sentences[index]
                line.bounds[sentence] = (len(letters), len(letters))
            self._add(line, letters, tokens, index, mentions)
        self._close(line, letters, sentence, len(tokens.text))
        line.letters = "".join(letters)
        return line

    def _close(self, line: Line, letters: list[str], sentence: int, position: int) -> None:
        if sentence < 0:
            return
        first = line.bounds[sentence][0]
        _names(line, letters, first)
        self._by_neighbours(line, letters, first)
        line.bounds[sentence] = (first, len(letters))
        letters.append(_OUTSIDE)
        line.starts.append(position)
        line.ends.append(position)

    def _add(self, line: Line, letters: list[str], tokens: Tokens, index: int, mentions: Sequence[Mention]) -> None:
        start, end, mention = tokens.starts[index], tokens.ends[index], tokens.mentions[index]
        if mention >= 0:
            self._add_mention(line, letters, mention, mentions[mention])
        else:
            word = tokens.text[start:end]
            if self._joins(line, letters, start, word):
                line.ends[-1] = end
                letters[-1] = self._classes[line.word(len(letters) - 1)]
                return
            start, letter = self._letter_of(line, letters, start, word, tokens.tags[index])
            letters.append(letter)
        line.starts.append(start)
        line.ends.append(end)

    def _joins(self, line: Line, letters: list[str], start: int, word: str) -> bool:
        """Whether a single character makes a listed word with the one before it: 年|审."""
        here = len(letters) - 1
        if len(word) > 1 or here < 0 or line.ends[here] != start or start - line.starts[here] != 1 or letters[here] in "qto":
            return False
        return line.word(here) + word in self._classes

    def _letter_of(self, line: Line, letters: list[str], start: int, word: str, tag: str) -> tuple[int, str]:
        """Class of a word and where what is left of it begins, once a part of its own has been entered."""
        if len(word) == 4 and word not in self._classes and self._classes.get(word[:2]) == "v":
            self._enter(line, letters, start, word[:2], "v")
            return start + 2, self._letter(word[2:], "n") or "n"
        letter = self._letter(word, tag)
        if letter is None:
            head = word[:-1]
            self._enter(line, letters, start, head, self._letter(head, "n") or "n")
            return start + len(head), "h"
        if letter == "n":
            self._nominalise(line, letters, word)
        return start, letter

    def _by_neighbours(self, line: Line, letters: list[str], first: int) -> None:
        """What only the words around it tell: a verb among nouns (生产、使用、监管), 两家组织, a word cut at the wrong place (建工|会)."""
        last = len(letters) - 1
        for here in range(first, len(letters)):
            if letters[here] == "v" and here < last:
                between = here > first and letters[here - 1] == "s" and letters[here + 1] == "s"
                counted = here > first and letters[here - 1] == "q" and letters[here + 1] not in "naeoq,"
                if between or (counted and line.word(here) in self._homographs):
                    letters[here] = "e" if between else "n"
            elif letters[here] == "d" and here > first and f"{line.word(here - 1)} {line.word(here)}" in self._regroup:
                letters[here - 1], letters[here] = "v", "n"
                line.ends[here - 1] -= 1
                line.starts[here] -= 1

    def _add_mention(self, line: Line, letters: list[str], index: int, mention: Mention) -> None:
        here = len(letters)
        if mention.kind in QUANTITIES:
            letter = "q"
            line.measures[here] = mention.kind
            if letters and letters[-1] == "p" and line.word(here - 1) in self._light:
                letters[-1] = "h"
        elif mention.kind in ("date", "duration"):
            letter = "t"
        else:
            letter = "," if mention.kind == "marker" else "o"
        line.at[index] = here
        line.mention_at[here] = index
        letters.append(letter)

    def _letter(self, word: str, tag: str) -> str | None:
        """Class of a word; None for an unknown one that ends with a light verb (率达) and is split."""
        letter: str | None = self._classes.get(word) or _MARKS.get(word)
        if letter is not None:
            return letter
        if tag == "x":
            return self._unknown(word)
        if word.endswith(self._time_ends):
            return "t"
        letter = self._tags.get(tag, "n")
        if len(word) > 1 and ((letter == "v" and word[-1] in self._noun_ends) or (letter in "da" and self._types.of(word))):
            return "n"
        return letter

    def _unknown(self, word: str) -> str | None:
        if not word[0].isalnum():
            return "i"
        if len(word) > 1 and word[-1] not in self._noun_ends:
            if word.endswith(self._tails):
                return None
            return self._first.get(word[0], "n")
        return "n"

    def _enter(self, line: Line, letters: list[str], start: int, word: str, letter: str) -> None:
        if letter == "n":
            self._nominalise(line, letters, word)
        letters.append(letter)
        line.starts.append(start)
        line.ends.append(start + len(word))

    def _nominalise(self, line: Line, letters: list[str], word: str) -> None:
        """要约书, 签订覆盖率: the verb before a noun's last character or before a rate is a part of the noun."""
        here = len(letters)
        if not here or letters[-1] not in ("ved" if word == "率" else "ve"):
            return
        verb = line.word(here - 1)
        if (word in self._suffixes and (word == "率" or len(verb) > 1)) or (verb in self._of_rates and self._types.of(word) == "rate"):
            letters[-1] = "n"


def _names(line: Line, letters: list[str], first: int) -> None:
    """What stands in quotes is a name (“送清凉”活动), a short bracket belongs to its noun (村(社区)) or is passed over."""
    position = first
    while position < len(letters):
        word = line.word(position)
        if word in _CLOSING:
            position = _quoted(line, letters, position, _CLOSING[word])
        elif letters[position] == "(":
            position = _bracketed(letters, position)
        position += 1


def _quoted(line: Line, letters: list[str], opening: int, closing: str) -> int:
    """Make nouns of the words up to the mark `closing`; position of the last one, or of the opening mark where it is no name."""
    for position in range(opening + 1, min(opening + MOST_QUOTED + 2, len(letters))):
        if letters[position] == "q":
            break
        if line.word(position) == closing:
            letters[opening : position + 1] = "n" * (position + 1 - opening)
            return position
    return opening


def _bracketed(letters: list[str], opening: int) -> int:
    for position in range(opening + 1, min(opening + MOST_BRACKETED + 2, len(letters))):
        if letters[position] in "q:":
            break
        if letters[position] == ")":
            nouns = position > opening + 1 and all(letter in "naeos" for letter in letters[opening + 1 : position])
            short = position - opening <= 3 and opening > 0 and letters[opening - 1] in "naeo"
            letters[opening : position + 1] = ("n" if nouns and short else "i") * (position + 1 - opening)
            return position
    return opening


def _by_word(classes: Mapping[str, str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for letter, words in classes.items():
        for word in words.split():
            if found.setdefault(word, letter) != letter:
                raise RuleError(f"rules/objects.toml: {word} stands in the classes {found[word]} and {letter}; leave it in one")
    return found
