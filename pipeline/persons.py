"""Finds whole names of persons in a text by weighing evidence: what stands before and behind a candidate, and how like a name it looks.

A candidate is a surname with one or two characters, or a string of the characters that names of other peoples are written with.
Each piece of evidence has a weight in rules/redact.toml, a logarithm of odds; a candidate whose weights sum to more than
`threshold` is a name. Names in a row support each other. The work is linear in the text: candidates are short, and patterns look
a bounded way around them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import regex

from pipeline.name_lexicon import NO_PERSONS, NameLexicon
from pipeline.patterns import PATTERN_FLAGS

FLAGS = PATTERN_FLAGS | regex.MULTILINE
Evidence = dict[str, float]
_OTHER = "other"
_TAGS = frozenset("nvpcdurmqafst")
_INSIDES_KEPT = 1 << 16


@dataclass(frozen=True, slots=True, order=True)
class Candidate:
    """Where a name may stand. `shape`: `native`, `spaced` (王 芳) or `foreign` (卓玛才让)."""

    start: int
    end: int
    shape: str


@dataclass(frozen=True, slots=True)
class Name:
    """A name that was found. `sign`: on which side something tells it, `before` or `behind`."""

    start: int
    end: int
    text: str
    sign: str


class _Sign:
    """What may stand on one side of a candidate: the words of a list, or a pattern."""

    def __init__(self, row: Mapping[str, Any], lists: Mapping[str, Sequence[str]], parts: Mapping[str, str], *, before: bool) -> None:
        self.id: str = row["id"]
        self.strong: bool = row.get("strong", False)
        self.edge: bool = row.get("edge", False)
        self._before = before
        self._words = frozenset(lists[row["words"]]) if "words" in row else frozenset()
        self._lengths = sorted({len(word) for word in self._words}, reverse=True)
        written = filled(row["pattern"], parts) if "pattern" in row else None
        self._pattern = None if written is None else regex.compile(("(?r)" if before else "") + f"(?:{written})", FLAGS)

    def stands(self, text: str, place: int) -> bool:
        """Whether it ends (`before`) or begins at the place."""
        if self._pattern is not None:
            return (self._pattern.match(text, 0, place) if self._before else self._pattern.match(text, place)) is not None
        if self._before:
            return any(length <= place and text[place - length : place] in self._words for length in self._lengths)
        return any(text[place : place + length] in self._words for length in self._lengths)


class PersonFinder:
    """Finds names by the tables `names`, `before`, `behind` and `weights` of rules/redact.toml."""

    def __init__(self, table: Mapping[str, Any]) -> None:
        names = table["names"]
        lists = {name: words.split() for name, words in names["words"].items()}
        self.surnames = frozenset("".join(names["surnames"].split()))
        self.compound = tuple(names["compound"].split())
        self.lexicon = NameLexicon(self.surnames)
        self._public = frozenset(names["public"].split())
        self._titled = frozenset(lists["addresses"]) | frozenset(lists["titles"])
        self._ends = {"place_end": frozenset(names["place_ends"]), "function_end": frozenset(names["function_ends"])}
        parts = {"surname": "".join(sorted(self.surnames)), **{name: alternatives(words) for name, words in lists.items()}}
        self._before = [_Sign(row, lists, parts, before=True) for row in table["before"]]
        self._behind = [_Sign(row, lists, parts, before=False) for row in table["behind"]]
        self._weights: Mapping[str, float] = table["weights"]
        self._threshold: float = table["threshold"]
        self._support: float = table["support"]
        self._foreign = regex.compile(names["foreign"], FLAGS)
        self._foreign_pieces = regex.compile(alternatives(names["foreign_pieces"].split()), FLAGS)
        self._spaced = regex.compile(names["spaced"], FLAGS)
        self._joint = regex.compile(names["joint"], FLAGS), regex.compile(f"(?r){names['joint']}", FLAGS)
        self._inside = lru_cache(_INSIDES_KEPT)(self._looks)

    def find(self, text: str) -> list[Name]:
        """The names in a text, in order; none overlaps another."""
        around = Cut(text, self.lexicon)
        scores: dict[Candidate, float] = {}
        signs: dict[Candidate, str] = {}
        for candidate in self.candidates(text):
            evidence, sign = self.evidence(text, candidate, around)
            scores[candidate] = sum(self._weights.get(name, 0.0) * value for name, value in evidence.items())
            signs[candidate] = sign
        chosen = _best(self._supported(text, scores), scores)
        return [Name(one.start, one.end, text[one.start : one.end], signs[one]) for one in sorted(chosen)]

    def candidates(self, text: str) -> Iterator[Candidate]:
        """All places where a name may stand, but for surnames with an address (谭镇长) and names of public figures."""
        for start, first in enumerate(text):
            lengths = {3, 4} if text[start : start + 2] in self.compound else set()
            if first in self.surnames:
                lengths |= {2, 3}
            for length in sorted(lengths):
                name = text[start : start + length]
                if len(name) == length and _is_han(name) and not self._is_ruled_out(name):
                    yield Candidate(start, start + length, "native")
        for match in self._spaced.finditer(text):
            if match[0][0] in self.surnames:
                yield Candidate(*match.span(), "spaced")
        for match in self._foreign.finditer(text):
            yield Candidate(*match.span(), "foreign")

    def _is_ruled_out(self, name: str) -> bool:
        return name in self._public or name[1:] in self._titled or (len(name) == 3 and name[:2] in self._public)

    def evidence(self, text: str, candidate: Candidate, around: Cut) -> tuple[Evidence, str]:
        """The evidence for a candidate by name, with its strength, and the side on which a sign stands."""
        start, end = candidate.start, candidate.end
        before = next((sign for sign in self._before if sign.stands(text, start)), None)
        behind = next((sign for sign in self._behind if sign.stands(text, end)), None)
        ids = before.id if before else _OTHER, behind.id if behind else _OTHER
        strong = bool(before and before.strong), bool(behind and behind.strong)
        found = dict(self._inside(text[start:end], candidate.shape))
        found |= {"bias": 1.0, f"before.{ids[0]}": 1.0, f"behind.{ids[1]}": 1.0}
        found |= around.evidence(start, end)
        found["sign"], found["two_signs"] = float(any(strong)), float(all(strong))
        if found.get("begins_with_word") and found.get("crossing_behind"):
            found["two_words"] = found["begins_with_word"] * found["crossing_behind"]
        if strong[0] and behind is None and "word_behind.cut" not in found:
            found["sign_then_words"] = 1.0
        if before and before.edge and strong[0] and behind and behind.edge:
            found.pop("function_end", None)
        if found.get("word") and not all(strong):
            found["word_with_one_sign" if any(strong) else "word_without_sign"] = found["word"]
        if before and before.edge and behind and behind.edge:
            found["whole"] = 1.0
        return found, "before" if strong[0] or not strong[1] else "behind"

    def _looks(self, name: str, shape: str) -> Evidence:
        """The evidence in the candidate itself."""
        if shape == "foreign":
            commonest = max(self.lexicon.weight(name[place : place + 2]) for place in range(len(name) - 1))
            return {"foreign": 1.0, "foreign_piece": float(self._foreign_pieces.search(name) is not None), "word_inside": commonest}
        bare = name[0] + name[-1] if shape == "spaced" else name
        head = 2 if len(bare) > 2 and bare.startswith(self.compound) else 1
        given = bare[head:]
        odds = [self.lexicon.given(character, place) for place, character in enumerate(given)]
        looks = {shape: 1.0, "one_given" if len(given) == 1 else "two_given": 1.0, "given": sum(odds) / len(odds), "given_least": min(odds)}
        if head == 2:
            looks["compound"] = 1.0
        else:
            looks["surname"] = self.lexicon.surname(bare[0])
        return looks | self._words_inside(bare, head, given)

    def _words_inside(self, bare: str, head: int, given: str) -> Evidence:
        looks = {name: 1.0 for name, characters in self._ends.items() if bare[-1] in characters}
        looks["word"] = self.lexicon.weight(bare)
        tag = self.lexicon.tag(bare) or ""
        looks |= {"place_word": float(tag.startswith(NO_PERSONS)), "person_word": float(tag.startswith("nr"))}
        if head == 1 and len(given) == 2:
            looks |= {"begins_with_word": self.lexicon.weight(bare[:2]), "ends_with_word": self.lexicon.weight(given)}
            looks["doubled"] = float(given[0] == given[1])
        return looks

    def _supported(self, text: str, scores: dict[Candidate, float]) -> set[Candidate]:
        """The candidates over the threshold, and those that come over it as neighbours of one in a list."""
        starts, ends = defaultdict(list), defaultdict(list)
        for candidate in scores:
            starts[candidate.start].append(candidate)
            ends[candidate.end].append(candidate)
        found = {candidate for candidate, score in scores.items() if score > self._threshold}
        left = list(found)
        while left:
            known = left.pop()
            behind, before = self._joint[0].match(text, known.end), self._joint[1].match(text, 0, known.start)
            near = starts[behind.end()] if behind else []
            for candidate in [*near, *(ends[before.start()] if before else [])]:
                if candidate not in found and scores[candidate] + self._support > self._threshold:
                    found.add(candidate)
                    left.append(candidate)
        return found


class Cut:
    """Where the dictionary's words begin and end, for what stands at the edges of a candidate."""

    def __init__(self, text: str, lexicon: NameLexicon) -> None:
        self._text, self._lexicon = text, lexicon
        self._starting: dict[int, str] = {}
        self._ending: dict[int, str] = {}
        place = 0
        for word in lexicon.words(text):
            self._starting[place] = word
            place += len(word)
            self._ending[place] = word

    def evidence(self, start: int, end: int) -> Evidence:
        """The kind of the words beside a candidate, and words that begin outside of it and end in it, or the other way."""
        found: Evidence = {}
        text, lexicon = self._text, self._lexicon
        if start and _is_han(text[start - 1]):
            found[f"word_before.{self._kind(self._ending.get(start))}"] = 1.0
        if end < len(text) and _is_han(text[end]):
            found[f"word_behind.{self._kind(self._starting.get(end))}"] = 1.0
            found["crossing_behind"] = lexicon.weight(text[end - 1 : end + 1])
        return found

    def _kind(self, word: str | None) -> str:
        if word is None:
            return "cut"
        tag = self._lexicon.tag(word)
        return "unknown" if tag is None else tag[0] if tag[0] in _TAGS else _OTHER


def _best(found: set[Candidate], scores: Mapping[Candidate, float]) -> Iterator[Candidate]:
    """Of candidates that overlap the one with the best score."""
    taken: set[int] = set()
    for candidate in sorted(found, key=lambda one: (-scores[one], one)):
        places = range(candidate.start, candidate.end)
        if taken.isdisjoint(places):
            taken.update(places)
            yield candidate


def _is_han(text: str) -> bool:
    return all("\u4e00" <= character <= "\u9fff" for character in text)


def alternatives(words: Sequence[str]) -> str:
    """A pattern for any of the words, the longest first."""
    return "(?:" + "|".join(sorted(set(words), key=lambda word: (-len(word), word))) + ")"


def filled(pattern: str, parts: Mapping[str, str]) -> str:
    """The pattern with its `{name}` filled in."""
    for name, piece in parts.items():
        pattern = pattern.replace("{" + name + "}", piece)
    return pattern
