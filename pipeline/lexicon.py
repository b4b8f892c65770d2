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

    def tags(self, text: str) -> list[Tag]:
        """The tags of all occurrences, in the same order."""
        tags = self._tags
        return [tags[index] for index, _, _ in self._automaton.find_matches_as_indexes(surrogates.replaced(text), overlapping=True)]
