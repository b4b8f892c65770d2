"""One pass over a text for all words of a list, however many they are (Aho–Corasick)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Generic, TypeVar

import ahocorasick_rs

from pipeline import surrogates

Tag = TypeVar("Tag")


class Lexicon(Generic[Tag]):
    """Words, each with a tag. Built once."""

    def __init__(self, tags: Mapping[str, Tag]) -> None:
        self._tags = tuple(tags.values())
        self._automaton = ahocorasick_rs.AhoCorasick(list(tags))

    def find(self, text: str) -> Iterator[tuple[int, int, Tag]]:
        """All occurrences as (start, end, tag), overlapping ones included, by their end; of those that end together the longest first."""
        tags = self._tags
        for index, start, end in self._automaton.find_matches_as_indexes(surrogates.replaced(text), overlapping=True):
            yield start, end, tags[index]

    def longest(self, text: str) -> list[tuple[int, int, Tag]]:
        """Of occurrences that share characters only the longest, then the first: 困难职工子女 is no 困难职工, nor 资助困难 an 助困."""
        kept: list[tuple[int, int, Tag]] = []
        tags = self._tags
        for index, start, end in self._automaton.find_matches_as_indexes(surrogates.replaced(text), overlapping=True):
            while kept and kept[-1][1] > start and kept[-1][1] - kept[-1][0] < end - start:
                kept.pop()
            if not kept or kept[-1][1] <= start:
                kept.append((start, end, tags[index]))
        return kept

    def tags(self, text: str) -> list[Tag]:
        """The tags of all occurrences, in the same order."""
        tags = self._tags
        return [tags[index] for index, _, _ in self._automaton.find_matches_as_indexes(surrogates.replaced(text), overlapping=True)]
