"""To which type of work a number belongs: the topic of its clause, of what goes before it, and of the headings above it.

Cue words name a type (`names`), speak for it (`words`) or fit it (`hints`). A cue counts by where it stands: in the number's own words
most, most of all as the noun right before the number; less in the rest of the clause, in earlier clauses, in the opening of the list
item, in the headings. Of each of these places every type counts its best cue, and a quarter of its others. The topic of the number
before goes on where nothing stronger speaks, and the reporting office's own work is the last resort.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import ahocorasick
import regex

from pipeline.interpret.clauses import Clauses, Setting
from pipeline.model import Cue, Mention, Report
from pipeline.rulebook import RuleError, Rulebook

FALLBACK = "other"
HEADLINE = 80
"""Characters of a heading, an opening or a title that are looked at."""
BACK = 3
"""Sentences before the number's own that are looked at."""
FAR = 30
OTHERS = 0.25
"""How much the further cues of a place count beside the best one."""

_OPENING = regex.compile(r"[^。:\d]+([。:;])")
_ROW_KEYS = {"code", "label", "label_en", "names", "words", "hints", "examples", "counter_examples"}


@dataclass(frozen=True, slots=True)
class Hit:
    """A cue found in a report: local span, activity code and weight. A hidden word has no code."""

    start: int
    end: int
    code: str
    weight: float


@dataclass(frozen=True, slots=True)
class Weights:
    """How much a cue counts by what it is and where it stands; `activities.toml` may say otherwise under `[weights]`."""

    names: float = 8.0
    words: float = 3.0
    hints: float = 1.0
    head: float = 1.5
    """The noun right before the number."""
    own: float = 1.0
    """The number's own words."""
    far: float = 0.01
    """How much less they count with each character between them and the number."""
    behind: float = 0.9
    """Its own words behind it."""
    earlier: float = 0.6
    """The clause before its own words."""
    later: float = 0.4
    """The clause behind its own words."""
    shared: float = 0.8
    """The same, where no cue stands before the number: 56家单位、6150名职工参加了互助保障."""
    carried: float = 0.5
    """The clause before; each one before that counts `fading` of the next."""
    fading: float = 0.85
    bare: float = 0.9
    """The clause before, where the number has no words of its own."""
    apart: float = 0.6
    """How much less what stands before a semicolon counts."""
    next: float = 0.15
    """The clause behind."""
    purpose: float = 0.7
    """The clause behind, where the number's clause says what was spent on it: 投入8.6万元,为6家企业建起了职工之家."""
    opening: float = 0.4
    """The words that open the list item."""
    before: float = 0.18
    """The sentence before in the same item; each one before that counts `fading` of the next."""
    heading: float = 0.3
    """The innermost heading; each one above counts half of the one below."""
    going_on: float = 1.5
    """The topic of the number before in the same sentence; half of it for the sentence before in the same item."""
    office: float = 1.0
    """The reporting office's own work."""


@dataclass(frozen=True, slots=True)
class Topic:
    """The type of work of a number and the cue that counted most for it."""

    code: str
    cue: Cue | None


@dataclass(frozen=True, slots=True)
class _Frame:
    """A form of words around a number that speaks for a type; the number is `@`."""

    code: str
    pattern: regex.Pattern[str]
    weight: float


class _Scores:
    """Points by type; of each place the best cue counts whole, the others a part."""

    def __init__(self) -> None:
        self.total: dict[str, float] = defaultdict(float)
        self._best: dict[str, tuple[float, Cue]] = {}

    def place(self, found: Sequence[tuple[Hit, float]]) -> None:
        """The cues of one place, each with the factor that it counts with."""
        points: dict[str, list[float]] = defaultdict(list)
        for hit, factor in found:
            value = hit.weight * factor
            points[hit.code].append(value)
            self._keep(hit.code, value, hit.start, hit.end)
        for code, values in points.items():
            best = max(values)
            self.total[code] += best + OTHERS * min(sum(values) - best, 2 * best)

    def add(self, code: str, points: float, span: tuple[int, int]) -> None:
        self.total[code] += points
        self._keep(code, points, *span)

    def best(self, order: Mapping[str, int]) -> Topic:
        """The type with the most points; on a tie the one that stands first in the file."""
        if not self.total:
            return Topic(FALLBACK, None)
        code = max(self.total, key=lambda c: (self.total[c], -order[c]))
        return Topic(code, self._best[code][1])

    def _keep(self, code: str, value: float, start: int, end: int) -> None:
        if code not in self._best or value > self._best[code][0]:
            self._best[code] = (value, Cue(f"activity.{code}", start, end))


class ActivityReader:
    """Finds the type of work of each number of a report; the automaton is built once."""

    def __init__(self, rulebook: Rulebook) -> None:
        table = rulebook.table("activities")
        self.weights = Weights(**table.get("weights", {}))
        self._order = {row["code"]: index for index, row in enumerate(table["activity"])}
        self._automaton = _automaton(table, self.weights)
        self._frames = [self._frame(rulebook, row) for row in table.get("frame", ())]
        self._offices = [(rulebook.compile(row["pattern"], "rules/activities.toml: office"), self._known(row["activity"])) for row in table["office"]]
        self._spending = rulebook.compile(table["clauses"]["spending"], "rules/activities.toml: clauses")

    def read(self, report: Report, mentions: Sequence[Mention], clauses: Clauses) -> dict[int, Topic]:
        """The topic of each number, by the index of its mention."""
        hits = self._hits(report)
        office = self._office(report)
        topics: dict[int, Topic] = {}
        last: tuple[Setting, Topic] | None = None
        for index, setting in clauses.settings.items():
            scores = _Scores()
            self._sentence(scores, setting, clauses, hits, mentions[index], report)
            self._above(scores, setting, hits, report)
            if last is not None:
                self._go_on(scores, setting, last, report)
            if office is not None:
                scores.add(office[0], self.weights.office, office[1])
            topics[index] = scores.best(self._order)
            last = setting, topics[index]
        return topics

    def _hits(self, report: Report) -> _Placed:
        placed = _Placed(report)
        for hit in _longest(self._automaton.iter(report.text)):
            placed.add(hit)
        return placed

    def _office(self, report: Report) -> tuple[str, tuple[int, int]] | None:
        """The work of the office that reports, by the title, else by the opening of the text or its last lines."""
        start, end = report.title or (0, min(HEADLINE, len(report.text)))
        for span in ((start, end), (max(0, len(report.text) - HEADLINE), len(report.text))):
            for pattern, code in self._offices:
                if match := pattern.search(report.text, *span):
                    return (code, match.span()) if code else None
        return None

    def _sentence(self, scores: _Scores, at: Setting, clauses: Clauses, hits: _Placed, mention: Mention, report: Report) -> None:
        weights, spans = self.weights, clauses.spans[at.sentence]
        around: dict[int, list[tuple[Hit, float]]] = defaultdict(list)
        found_before = any(at.left <= hit.start < mention.start for hit in hits.sentences.get(at.sentence, ()))
        for hit in hits.sentences.get(at.sentence, ()):
            distance = _clause_of(hit, spans) - at.clause
            distance = min(distance + at.clause - at.anchor, 0) if distance < 0 else distance
            factor = self._factor(hit, distance, at, mention, report.text)
            if factor == weights.later and not found_before:
                factor = weights.shared
            if factor:
                around[distance].append((hit, factor))
        for found in around.values():
            scores.place(found)
        scores.place(list(self._before(at.sentence, hits, report)))
        around_it = f"{report.text[at.start : mention.start]}@{report.text[mention.end : at.end]}"
        for frame in self._frames:
            if frame.pattern.search(around_it):
                scores.add(frame.code, frame.weight, (at.start, at.end))

    def _before(self, sentence: int, hits: _Placed, report: Report) -> Iterator[tuple[Hit, float]]:
        factor = self.weights.before
        for before in range(sentence - 1, max(sentence - 1 - BACK, -1), -1):
            if report.sentences[before].block != report.sentences[sentence].block:
                return
            for hit in hits.sentences.get(before, ()):
                yield hit, factor
            factor *= self.weights.fading

    def _factor(self, hit: Hit, distance: int, at: Setting, mention: Mention, text: str) -> float:
        weights = self.weights
        if distance == 0:
            return self._own_factor(hit, at, mention)
        if distance < 0:
            return weights.carried * float(weights.fading ** (-distance - 1)) * self._apart(text, hit.end, at.start)
        if distance == 1:
            return weights.purpose if self._spending.search(text, at.start, mention.start) else weights.next
        return 0.0

    def _apart(self, text: str, start: int, end: int) -> float:
        return self.weights.apart if start < end and ";" in text[start:end] else 1.0

    def _own_factor(self, hit: Hit, at: Setting, mention: Mention) -> float:
        weights = self.weights
        if hit.end > mention.start:
            return weights.behind if hit.start < at.right else weights.later
        if hit.start < at.left:
            return weights.bare if at.bare else weights.earlier
        if hit.end >= at.head:
            return weights.head
        return weights.own - weights.far * min(mention.start - hit.end, FAR)

    def _above(self, scores: _Scores, at: Setting, hits: _Placed, report: Report) -> None:
        block = report.sentences[at.sentence].block
        opening = hits.openings.get(block)
        if opening and at.start >= opening[-1].end:
            factor = self.weights.opening if report.blocks[block].body > report.blocks[block].start else self.weights.opening / 2
            scores.place([(hit, factor) for hit in opening])
        factor, found = self.weights.heading, []
        for above in (*hits.leads.get(block, ()), *reversed(report.blocks[block].path)):
            found += [(hit, factor) for hit in hits.headings.get(above, ())]
            factor /= 2
        scores.place(found)

    def _go_on(self, scores: _Scores, at: Setting, last: tuple[Setting, Topic], report: Report) -> None:
        setting, topic = last
        if topic.cue is None:
            return
        if setting.sentence == at.sentence:
            points = self.weights.going_on * self._apart(report.text, setting.end, at.start)
            scores.add(topic.code, points, (topic.cue.start, topic.cue.end))
        elif setting.sentence == at.sentence - 1 and report.sentences[setting.sentence].block == report.sentences[at.sentence].block:
            scores.add(topic.code, self.weights.going_on / 2, (topic.cue.start, topic.cue.end))

    def _frame(self, rulebook: Rulebook, row: Mapping[str, Any]) -> _Frame:
        where = f"rules/activities.toml: frame {row['id']}"
        return _Frame(self._known(row["activity"]), rulebook.compile(row["pattern"], where), float(row.get("weight", self.weights.names)))

    def _known(self, code: str) -> str:
        if code and code not in self._order:
            raise RuleError(f"rules/activities.toml: there is no activity {code}; the file lists {', '.join(self._order)}")
        return code


class _Placed:
    """The hits of a report by sentence, by heading block and, for list items, by the words that open the item."""

    def __init__(self, report: Report) -> None:
        self.sentences: dict[int, list[Hit]] = defaultdict(list)
        self.headings: dict[int, list[Hit]] = defaultdict(list)
        self.openings: dict[int, list[Hit]] = defaultdict(list)
        self.leads = _leads(report)
        self._leading = frozenset(lead for leads in self.leads.values() for lead in leads)
        self._report = report
        self._ends: dict[int, int] = {}
        self._at = 0

    def add(self, hit: Hit) -> None:
        """Hits come in the order of the text."""
        sentences = self._report.sentences
        while self._at + 1 < len(sentences) and sentences[self._at + 1].start <= hit.start:
            self._at += 1
        if not sentences or not sentences[self._at].start <= hit.start < sentences[self._at].end:
            return
        self.sentences[self._at].append(hit)
        index = sentences[self._at].block
        block = self._report.blocks[index]
        if block.heading or self._opens(hit, index):
            self.headings[index].append(hit)
        if not block.heading and self._opens(hit, index):
            self.openings[index].append(hit)
        if index in self._leading and hit.start >= sentences[self._at].start and sentences[self._at].end >= block.end:
            self.headings[index].append(hit)

    def _opens(self, hit: Hit, index: int) -> bool:
        """Whether a hit stands in the opening of its item: 3、做好爱心助学工作。… or 大病救助:…"""
        if index not in self._ends:
            block = self._report.blocks[index]
            end = _OPENING.match(self._report.text, block.body, min(block.end, block.body + HEADLINE))
            self._ends[index] = end.end() if end else block.start
        return hit.end <= self._ends[index]


def _leads(report: Report) -> dict[int, tuple[int, ...]]:
    """For the items of a list the paragraph that announces it: 本次会议的内容: above 一是…"""
    leads: dict[int, tuple[int, ...]] = {}
    lead: int | None = None
    for index, block in enumerate(report.blocks):
        if block.body == block.start or block.heading:
            lead = index if not block.heading and report.text[block.start : block.end].rstrip().endswith(":") else None
        elif lead is not None:
            leads[index] = (lead,)
    return leads


def _automaton(table: Mapping[str, Any], weights: Weights) -> Any:
    words: dict[str, list[tuple[str, float]]] = {word: [] for word in table["hidden"].split()}
    for row in table["activity"]:
        if unknown := set(row) - _ROW_KEYS:
            raise RuleError(f"rules/activities.toml: {row['code']}: unknown key {', '.join(sorted(unknown))}; there are {', '.join(sorted(_ROW_KEYS))}")
        for key, weight in (("names", weights.names), ("words", weights.words), ("hints", weights.hints)):
            for word in row.get(key, "").split():
                words.setdefault(word, []).append((row["code"], weight))
    automaton = ahocorasick.Automaton()
    for word, entries in words.items():
        automaton.add_word(word, (len(word), tuple(entries)))
    automaton.make_automaton()
    return automaton


def _longest(found: Iterator[tuple[int, tuple[int, Sequence[tuple[str, float]]]]]) -> Iterator[Hit]:
    """Of words that share characters only the longest counts, then the first: 困难职工子女 is no 困难职工, nor 资助困难 an 助困."""
    kept: list[tuple[int, int, Sequence[tuple[str, float]]]] = []
    for last, (length, entries) in found:
        start, end = last + 1 - length, last + 1
        while kept and kept[-1][1] > start and kept[-1][1] - kept[-1][0] < length:
            kept.pop()
        if not kept or kept[-1][1] <= start:
            kept.append((start, end, entries))
    for start, end, entries in kept:
        for code, weight in entries:
            yield Hit(start, end, code, weight)


def _clause_of(hit: Hit, spans: Sequence[tuple[int, int]]) -> int:
    return next((index for index, (_, end) in enumerate(spans) if hit.start < end), len(spans) - 1)
