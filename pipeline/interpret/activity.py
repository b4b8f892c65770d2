"""To which type of work a number belongs: cue words near it and in the headings above, weighed by nearness."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import ahocorasick

from pipeline.model import Cue, Mention, Report, Sentence
from pipeline.rulebook import Rulebook


@dataclass(frozen=True, slots=True)
class Hit:
    """A cue word found in a report: local span, activity code and weight."""

    start: int
    end: int
    code: str
    weight: float


@dataclass(frozen=True, slots=True)
class Weights:
    """How much a cue counts by where it stands, as `activities.toml` may say otherwise under `[weights]`."""

    strong: float = 3.0
    weak: float = 1.0
    own: float = 4.0
    """The cue overlaps the object of the number."""
    clause: float = 1.6
    sentence: float = 1.0
    heading: float = 0.9
    """The innermost heading; each one above counts half of the one below."""
    earlier: float = 0.35
    """The sentence before, in the same block."""
    halving: float = 14.0
    """Distance in characters at which a cue of the sentence counts half."""


class ActivityReader:
    """Scores the activity types for a number; the automaton is built once."""

    def __init__(self, rulebook: Rulebook) -> None:
        table = rulebook.table("activities")
        self._weights = Weights(**table.get("weights", {}))
        self._order = {row["code"]: index for index, row in enumerate(table["activity"])}
        words: dict[str, list[tuple[str, float]]] = defaultdict(list)
        for row in table["activity"]:
            for word in row.get("strong", "").split():
                words[word].append((row["code"], self._weights.strong * _specific(word)))
            for word in row.get("weak", "").split():
                words[word].append((row["code"], self._weights.weak))
        self._automaton = ahocorasick.Automaton()
        for word, entries in words.items():
            self._automaton.add_word(word, (len(word), tuple(entries)))
        self._automaton.make_automaton()

    def hits(self, text: str) -> list[Hit]:
        """All cue words of a text, by offset; one inside a longer one of the same type counts once, as the longer one."""
        found: list[Hit] = []
        for last, (length, entries) in self._automaton.iter(text):
            start = last + 1 - length
            for code, weight in entries:
                while found and found[-1].code == code and found[-1].start >= start:
                    found.pop()
                found.append(Hit(start, last + 1, code, weight))
        return found

    def read(
        self, mention: Mention, object_span: tuple[int, int] | None, sentence: Sentence, report: Report, hits: Mapping[int, Sequence[Hit]],
        sentence_index: int,
    ) -> tuple[str, Cue | None]:  # fmt: skip
        """Code of the best type and the cue that counted most; `profile` or `other` where nothing speaks."""
        scores: dict[str, float] = defaultdict(float)
        best: dict[str, tuple[float, Hit]] = {}

        def count(hit: Hit, factor: float) -> None:
            score = hit.weight * factor
            scores[hit.code] += score
            if hit.code not in best or score > best[hit.code][0]:
                best[hit.code] = (score, hit)

        for hit in hits.get(sentence_index, ()):
            count(hit, self._nearness(hit, mention, object_span, report.text))
        if sentence_index and report.sentences[sentence_index - 1].block == sentence.block:
            for hit in hits.get(sentence_index - 1, ()):
                count(hit, self._weights.earlier)
        self._headings(sentence, report, hits, count)
        if not scores:
            return "other", None
        code = max(scores, key=lambda c: (scores[c], -self._order[c]))
        hit = best[code][1]
        return code, Cue(f"activity.{code}", hit.start, hit.end)

    def _headings(self, sentence: Sentence, report: Report, hits: Mapping[int, Sequence[Hit]], count) -> None:  # type: ignore[no-untyped-def]
        factor = self._weights.heading
        for block_index in reversed(report.blocks[sentence.block].path):
            for hit in hits.get(-1 - block_index, ()):
                count(hit, factor)
            factor /= 2

    def _nearness(self, hit: Hit, mention: Mention, object_span: tuple[int, int] | None, text: str) -> float:
        weights = self._weights
        if object_span and hit.start < object_span[1] and hit.end > object_span[0]:
            return weights.own
        first, last = (hit.end, mention.start) if hit.end <= mention.start else (mention.end, hit.start)
        distance = max(last - first, 0)
        near = weights.clause if not any(c in ",;:。" for c in text[first:last]) else weights.sentence
        if hit.start >= mention.end:
            near *= 0.7
        return near / (1 + distance / weights.halving)


def _specific(word: str) -> float:
    """Longer words say more: 工资集体协商 outweighs 协商."""
    return min(len(word), 6) / 3


def by_place(hits: Sequence[Hit], report: Report) -> dict[int, list[Hit]]:
    """Hits by sentence index, and by `-1 - block index` for those of heading blocks."""
    placed: dict[int, list[Hit]] = defaultdict(list)
    at = 0
    for hit in hits:
        while at + 1 < len(report.sentences) and report.sentences[at + 1].start <= hit.start:
            at += 1
        if report.sentences and report.sentences[at].start <= hit.start < report.sentences[at].end:
            placed[at].append(hit)
            block = report.sentences[at].block
            if report.blocks[block].heading:
                placed[-1 - block].append(hit)
    return placed
