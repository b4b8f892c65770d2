"""One pass over the text for all listed words: names with a numeral in them, and ordinary words that are no numbers (Aho–Corasick)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import ahocorasick


@dataclass(frozen=True)
class Lexicon:
    """An automaton over words; `find` gives all occurrences as (start, end, tag), overlapping ones included."""

    automaton: ahocorasick.Automaton

    @classmethod
    def build(cls, tags: Mapping[str, str]) -> Lexicon:
        automaton = ahocorasick.Automaton()
        for word, tag in tags.items():
            automaton.add_word(word, (len(word), tag))
        automaton.make_automaton()
        return cls(automaton)

    def find(self, text: str) -> Iterator[tuple[int, int, str]]:
        for last, (length, tag) in self.automaton.iter(text):
            yield last + 1 - length, last + 1, tag
