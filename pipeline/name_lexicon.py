"""What jieba's dictionary tells of a string of characters: whether it is a word of another kind, and how like a name it looks.

The dictionary tags some 60,000 strings of three characters as persons. They tell how much likelier a character stands in a given
name than in the rest of a word (英, 建, 国 against 处, 场), and how much likelier it begins a name than a word (刘 against 高); both as
logarithms of odds.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from math import log, log1p

from pipeline.segment import Tokenizer, dictionary

NO_PERSONS = ("ns", "nt")
"""Tags of places and bodies."""
_UNSEEN_GIVEN, _UNSEEN_REST = 3000.0, 6000.0
"""Added to the counts, in half and third parts a character, so that a rare character is no proof."""
_FREQUENT = 5.0
"""The logarithm of a frequency, about 150 of the dictionary's, that counts as one."""


class NameLexicon:
    """Words and characters as jieba's own dictionary has them. Making one reads it, which takes about a second."""

    def __init__(self, surnames: Iterable[str]) -> None:
        self._surnames = frozenset(surnames)
        words, counts, tags = dictionary()
        self._tokenizer = Tokenizer(words, counts, tags)
        self._tags: Mapping[str, str] = dict(zip(words, tags, strict=True))
        self._seen: Mapping[str, int] = dict(zip(words, counts, strict=True))
        self._count()

    def _count(self) -> None:
        self._given = Counter[str](), Counter[str]()
        self._rest, self._first_of_name = Counter[str](), Counter[str]()
        self._first_of_word: dict[str, float] = {}
        for word, tag in self._tags.items():
            if tag == "nr" and len(word) == 3 and word[0] in self._surnames:
                self._first_of_name[word[0]] += 1
                for counts, character in zip(self._given, word[1:], strict=True):
                    counts[character] += 1
            elif not tag.startswith("nr") and 2 <= len(word) <= 4:
                self._rest.update(word[1:])
                self._first_of_word[word[0]] = self._first_of_word.get(word[0], 0.0) + log1p(self._seen[word])

    @cached_property
    def _sums(self) -> tuple[float, float, float, float]:
        return self._given[0].total(), self._rest.total(), self._first_of_name.total(), sum(self._first_of_word.values())

    def given(self, character: str, place: int) -> float:
        """Log odds that a character is the first (`place` 0) or last (1) of a given name, against being in the rest of a word."""
        named, rest, *_ = self._sums
        odds = log((self._given[place][character] + 0.5) / (named + _UNSEEN_GIVEN))
        return odds - log((self._rest[character] + 2) / (rest + _UNSEEN_REST))

    def surname(self, character: str) -> float:
        """Log odds that a character begins a name, against beginning a word."""
        *_, named, words = self._sums
        odds = log((self._first_of_name[character] + 0.5) / (named + 500))
        return odds - log((self._first_of_word.get(character, 0.0) + 5) / (words + _UNSEEN_REST))

    def counts(self) -> tuple[Counter[str], Counter[str], Counter[str]]:
        """How many names of the dictionary have a character as their surname, and as first and last of their given name."""
        return self._first_of_name, *self._given

    def tag(self, word: str) -> str | None:
        """The dictionary's tag; None where it has no such word."""
        return self._tags.get(word)

    def is_other_word(self, word: str) -> bool:
        """Whether the dictionary has it as something that is no person."""
        tag = self._tags.get(word)
        return tag is not None and not tag.startswith("nr")

    def weight(self, word: str) -> float:
        """How common a word of another kind it is: 0 for none, 1 for one of the dictionary's frequency 150, 2 for 22,000."""
        return log1p(self._seen[word]) / _FREQUENT if self.is_other_word(word) else 0.0

    def words(self, text: str) -> Iterator[str]:
        """The text cut by the dictionary alone; what it does not know stands as single characters."""
        words: Iterator[str] = self._tokenizer.cut(text, HMM=False)
        return words
