"""What a number counts or pays: the noun phrase behind it, before it, or of the number that it belongs with.

The tags are those of a dictionary, one a word, so that a few word lists in `rules/objects.toml` say what the tags cannot.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.model import QUANTITIES, Mention, Tokens
from pipeline.rulebook import Rulebook

MAX_CHARACTERS = 16
"""A noun phrase longer than this is cut to its end, where the head stands."""
MAX_TOKENS_BETWEEN = 9


@dataclass(frozen=True, slots=True)
class ObjectFinder:
    """Finds the object of each count, amount and rate of a report."""

    noun_tags: frozenset[str]
    nouns_too: frozenset[str]
    between: frozenset[str]
    never: frozenset[str]

    @classmethod
    def from_rules(cls, rulebook: Rulebook) -> ObjectFinder:
        table = rulebook.table("objects")
        return cls(*(frozenset(table[key].split()) for key in ("noun_tags", "nouns_too", "between", "never")))

    def find(self, mentions: Sequence[Mention], tokens: Tokens) -> list[tuple[int, int] | None]:
        """Local span of each mention's object, None for other kinds and where none is near."""
        spans: list[tuple[int, int] | None] = [None] * len(mentions)
        for index, mention in enumerate(mentions):
            at = tokens.at_mention.get(index)
            if mention.kind in QUANTITIES and at is not None:
                spans[index] = self._near(mention, at, tokens) or self._carried(index, mentions, spans, tokens)
        return spans

    def _near(self, mention: Mention, at: int, tokens: Tokens) -> tuple[int, int] | None:
        behind = self._behind(at, tokens)
        if mention.kind != "rate" and behind:
            return behind
        return self._before(at, tokens) or behind

    def _behind(self, at: int, tokens: Tokens) -> tuple[int, int] | None:
        """The noun phrase that begins right behind the number; a clause with 的 leads to its head (82名符合条件的职工)."""
        first = at + 1
        while first < len(tokens) and tokens.word(first) in ("的", "多", "余", "、"):
            first += 1
        last = self._phrase_end(first, at, tokens)
        if last > first:
            return self._without_clause(first, last, at, tokens)
        return self._head_of_clause(first, at, tokens)

    def _phrase_end(self, first: int, at: int, tokens: Tokens) -> int:
        last = first
        while last < len(tokens) and tokens.sentences[last] == tokens.sentences[at] and self._is_noun(last, tokens):
            last += 1
        return last

    def _without_clause(self, first: int, last: int, at: int, tokens: Tokens) -> tuple[int, int]:
        """A phrase that goes on with 的 and another phrase ends with the latter: 5名副处级的干部."""
        if last < len(tokens) - 1 and tokens.word(last) == "的":
            end = self._phrase_end(last + 1, at, tokens)
            if end > last + 1:
                return self._cut(last + 1, end, tokens)
        return self._cut(first, last, tokens)

    def _head_of_clause(self, first: int, at: int, tokens: Tokens) -> tuple[int, int] | None:
        for index in range(first, min(first + MAX_TOKENS_BETWEEN, len(tokens))):
            if tokens.sentences[index] != tokens.sentences[at] or tokens.mentions[index] >= 0 or _is_pause(tokens.word(index)):
                return None
            if tokens.word(index) == "的" and index > first:
                end = self._phrase_end(index + 1, at, tokens)
                return self._cut(index + 1, end, tokens) if end > index + 1 else None
        return None

    def _before(self, at: int, tokens: Tokens) -> tuple[int, int] | None:
        """The noun phrase before the number, across words of having and doing (会员共有, 案件受理)."""
        last = at
        steps = 0
        while last > 0 and tokens.sentences[last - 1] == tokens.sentences[at] and steps < MAX_TOKENS_BETWEEN:
            word = tokens.word(last - 1)
            if _is_pause(word) or tokens.mentions[last - 1] >= 0:
                return None
            if self._is_noun(last - 1, tokens) and word not in self.between:
                break
            last -= 1
            steps += 1
        else:
            return None
        first = last
        while first > 0 and tokens.sentences[first - 1] == tokens.sentences[at] and self._goes_on(first - 1, tokens):
            first -= 1
        return self._cut(first, last, tokens) if first < last else None

    def _goes_on(self, index: int, tokens: Tokens) -> bool:
        return self._is_noun(index, tokens) and tokens.word(index) not in self.between

    def _is_noun(self, index: int, tokens: Tokens) -> bool:
        word = tokens.word(index)
        if tokens.mentions[index] >= 0 or word in self.never or _is_pause(word):
            return False
        return tokens.tags[index] in self.noun_tags or word in self.nouns_too

    @staticmethod
    def _cut(first: int, last: int, tokens: Tokens) -> tuple[int, int]:
        while last - first > 1 and tokens.ends[last - 1] - tokens.starts[first] > MAX_CHARACTERS:
            first += 1
        return tokens.starts[first], tokens.ends[last - 1]

    @staticmethod
    def _carried(
        index: int, mentions: Sequence[Mention], spans: Sequence[tuple[int, int] | None], tokens: Tokens
    ) -> tuple[int, int] | None:
        """The object of the number before in the same or the last sentence, where the kind is the same."""
        for earlier in range(index - 1, -1, -1):
            at, span = tokens.at_mention.get(earlier), spans[earlier]
            if at is not None and tokens.sentences[tokens.at_mention[index]] - tokens.sentences[at] > 1:
                return None
            if span is not None and mentions[earlier].kind == mentions[index].kind:
                return span
        return None


def _is_pause(word: str) -> bool:
    return not any(character.isalnum() for character in word) and word not in ("·", "—", "-", "“", "”", "《", "》")
