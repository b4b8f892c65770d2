"""To which type of work a number belongs: the topic of its clause, of what goes before it, and of the headings above it.

Cue words name a type (`names`), speak for it (`words`) or fit it (`hints`). A cue counts by where it stands: in the number's own words
most, most of all as the noun right before the number; less in the rest of the clause, in earlier clauses, in the opening of the list
item, in the headings. Of each of these places every type counts its best cue, and a quarter of its others. The topic of the number
before goes on where nothing stronger speaks, and the reporting office's own work is the last resort.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import msgspec
import regex

from pipeline.interpret.clauses import Clauses, Setting
from pipeline.interpret.parts import HEADLINE, PartReader
from pipeline.lexicon import Lexicon
from pipeline.model import Cue, Mention, Report
from pipeline.needles import Passing, Sieve
from pipeline.rulebook import Rulebook, RuleError

FALLBACK = "other"
STOCK = "profile"
"""The type of background figures: one of them says nothing of the figure behind it."""
BACK = 3
"""Sentences before the number's own that are looked at."""
CLAUSES_BACK = 60
"""Clauses of the number's sentence before its own that are looked at; what stands further away counts less than a ten-thousandth."""
FAR = 30
NEAR = 6
"""Characters behind a number within which the thing counted begins."""
ELLIPTIC = 8
"""A clause without cues and with no more words than these before its number leaves out what the one before said: 每户800元, 其中本科5人."""
SHORT = 6
"""A clause with no more words than these before its number goes on with a list of parts: 其中缝纫450人,电脑320人."""
TOWN = 160
"""Characters behind words of what the town has within which its figures stand."""
NAMED = 0.8
"""The share of the points of one name from which on a clause is taken to name a type."""
OTHERS = 0.25
"""How much the further cues of a place count beside the best one."""

_OPENING = regex.compile(r"[^。:\d]+([。:;])")
_PATTERNS = ("spending", "verbal", "work", "visiting", "among", "events")
_ROW_KEYS = {"code", "label", "label_en", "names", "words", "hints", "verbs", "counted", "examples", "counter_examples"}


Role = Literal["topic", "verb", "counted"]
"""`verb`: it governs what its clause goes on to list (慰问困难职工30户、劳模5名). `counted`: it speaks as the thing counted (工会212家)."""


class Hit(msgspec.Struct, frozen=True, gc=False):
    """A cue found in a report: local span, activity code and weight. A hidden word has no code."""

    start: int
    end: int
    code: str
    weight: float
    role: Role = "topic"


@dataclass(frozen=True, slots=True)
class Weights:
    """How much a cue counts by what it is and where it stands; `activities.toml` may say otherwise under `[weights]`."""

    names: float = 8.0
    words: float = 3.0
    hints: float = 1.0
    head: float = 1.7
    """The noun right before the number."""
    governs: float = 1.9
    """The verb that governs the list in which the number stands: 慰问困难职工30户、劳模5名."""
    governed: float = 0.6
    """How much less the nouns count that such a verb lists, of other types than its own."""
    own: float = 1.0
    """The number's own words."""
    far: float = 0.01
    """How much less they count with each character between them and the number."""
    behind: float = 0.9
    """Its own words behind it."""
    joined: float = 0.5
    """Its own words before an enumeration that it goes on with, which belong to the number before: 4名金秋助学、5户大病救助."""
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
    around: float = 5.5
    """What headings, opening, earlier sentences, the topic that goes on and the office count together at most."""
    office: float = 1.0
    """The reporting office's own work."""
    beside: float = 0.85
    """Where the number's own clause names a type, one that speaks only outside it counts this share of it at most."""
    rival: float = 0.7
    """The same for one that speaks less in the clause than the type named, and more outside it."""
    elliptic: float = 3.0
    """How much more the topic of the number before counts where the clause leaves it out."""
    among: float = 16.0
    """The topic of the number before, where the number is a part of it: 发展会员26人,其中返乡农民工19人."""
    form: float = 0.4
    """How much less a form of work that tells no topic (a meeting) counts for the clauses behind its own."""
    stock: float = 30.0
    """Background figures in a part that is headed so, where no work is told."""
    stock_beside: float = 16.0
    """The same, where the number's own clause names another type: 一、基本情况 … 工资集体合同16份."""
    told: float = 0.1
    """How much less a cue of background figures counts where work is told: 走访规模以上企业38家."""

    @property
    def named(self) -> float:
        """The points from which on the number's own clause names a type."""
        return NAMED * self.names * self.own


class Topic(msgspec.Struct, frozen=True, gc=False):
    """The type of work of a number and the cue that counted most for it."""

    code: str
    cue: Cue | None


class _Last(msgspec.Struct, frozen=True, gc=False):
    """The number before: where it stands, its topic, and whether it is a part of the one before it."""

    setting: Setting
    topic: Topic
    is_among: bool


def _governing(own: Sequence[Hit], mention: Mention) -> Hit | None:
    """The last verb before a number in its clause that governs a list."""
    return next((hit for hit in reversed(own) if hit.role == "verb" and hit.end <= mention.start), None)


@dataclass(frozen=True, slots=True)
class _Frame:
    """A form of words around a number that speaks for a type; the number is `@`."""

    code: str
    pattern: regex.Pattern[str]
    weight: float
    sieved: int
    """Its index in the reader's sieve."""


class _Scores:
    """Points by type, and for each the cue that brought most: its points and its span."""

    def __init__(self) -> None:
        self._of: dict[str, list[Any]] = {}

    def place(self, place: Place, factor: float, less: frozenset[str] = frozenset(), share: float = 1.0) -> None:
        """All cues of a place, each with the same factor; a share of it for the types in `less`."""
        of = self._of
        for code, (points, best, start, end) in place.items():
            part = factor * share if code in less else factor
            known = of.get(code)
            if known is None:
                of[code] = [points * part, best * part, start, end]
            else:
                known[0] += points * part
                if best * part > known[1]:
                    known[1:] = best * part, start, end

    def add(self, code: str, points: float, start: int, end: int) -> None:
        self._add(code, points, points, start, end)

    def take(self, other: _Scores, most: float) -> None:
        """The points of `other` too, `most` at most for each type."""
        for code, (points, best, start, end) in other._of.items():
            self._add(code, points if points < most else most, best, start, end)

    def take_beside(self, other: _Scores, weights: Weights, until: int) -> None:
        """The points of `other` too; where a type is named before `until`, those that say less there get a share of its points at most."""
        own = {code: row[0] for code, row in self._of.items()}
        best = max(own.values(), default=0.0)
        is_named = best >= weights.named and any(row[0] == best and row[2] < until for row in self._of.values())
        for code, (points, value, start, end) in other._of.items():
            if is_named and own.get(code, 0.0) < best:
                limited = min(points, best * (weights.rival if code in own else weights.beside))
            else:
                limited = points
            self._add(code, limited, value, start, end)

    def names_but(self, code: str, named: float) -> bool:
        """Whether a type other than `code` is named."""
        return any(row[0] >= named for known, row in self._of.items() if known != code)

    def scale(self, code: str, factor: float) -> None:
        """The points of one type times a factor."""
        if code in self._of:
            self._of[code][0] *= factor

    def best(self, order: Mapping[str, int]) -> Topic:
        """The type with the most points; on a tie the one that stands first in the file."""
        if not self._of:
            return Topic(FALLBACK, None)
        most = max([row[0] for row in self._of.values()])
        code = min([code for code, row in self._of.items() if row[0] == most], key=order.__getitem__)
        _, _, start, end = self._of[code]
        return Topic(code, Cue(f"activity.{code}", start, end))

    def _add(self, code: str, points: float, value: float, start: int, end: int) -> None:
        known = self._of.get(code)
        if known is None:
            self._of[code] = [points, value, start, end]
            return
        known[0] += points
        if value > known[1]:
            known[1:] = value, start, end


Place = Mapping[str, tuple[float, float, int, int]]
"""What the cues of one place say together: by type the points, those of the best cue, and its span."""


def _together(found: Sequence[tuple[Hit, float]]) -> Place:
    """The cues of a place, each with its factor, as one: the best counts whole, the others a part."""
    if len(found) == 1:
        hit, factor = found[0]
        return {hit.code: (hit.weight * factor, hit.weight * factor, hit.start, hit.end)}
    best: dict[str, tuple[float, float, int, int]] = {}
    for hit, factor in found:
        value = hit.weight * factor
        known = best.get(hit.code)
        if known is None:
            best[hit.code] = value, value, hit.start, hit.end
        elif value > known[1]:
            best[hit.code] = known[0] + value, value, hit.start, hit.end
        else:
            best[hit.code] = known[0] + value, *known[1:]
    return {code: (value + OTHERS * min(sums - value, 2 * value), value, start, end) for code, (sums, value, start, end) in best.items()}


class ActivityReader:
    """Finds the type of work of each number of a report; the lexicon is built once."""

    def __init__(self, rulebook: Rulebook, sieve: Sieve) -> None:
        """`sieve`: one that readers share, so that each sentence is put through it once."""
        table = rulebook.table("activities")
        self.weights = Weights(**table.get("weights", {}))
        self._order = {row["code"]: index for index, row in enumerate(table["activity"])}
        self._lexicon = _lexicon(table, self.weights)
        self._sieve = sieve
        self._frames = [self._frame(rulebook, row) for row in table.get("frame", ())]
        where = "rules/activities.toml: office"
        self._offices = [(rulebook.compile(row["pattern"], where), self._known(row["activity"])) for row in table["office"]]
        clauses = {key: rulebook.compile(table["clauses"][key], f"rules/activities.toml: clauses.{key}") for key in _PATTERNS}
        self._spending, self._verbal, self._work, self._visiting, self._among, self._events = (clauses[key] for key in _PATTERNS)
        self._parts = PartReader(rulebook)
        sieved = (self._work, self._spending, self._parts.town_words)
        self._work_sieved, self._spending_sieved, self._town_sieved = map(self._sieve.add, sieved)
        self._forms = frozenset(table["clauses"]["forms"].split())

    def read(self, report: Report, mentions: Sequence[Mention], clauses: Clauses, sieved: Passing) -> dict[int, Topic]:
        """The topic of each number, by the index of its mention. `sieved`: what passes the sieve."""
        hits = self._hits(report, clauses)
        office = self._office(report)
        topics: dict[int, Topic] = {}
        last: _Last | None = None
        before: frozenset[int] | None = None
        for index, setting in clauses.settings.items():
            scores, beside = _Scores(), _Scores()
            passing = sieved.around(setting.sentence, mentions[index].start, mentions[index].end)
            if passing is not before:  # numbers of a sentence share it
                before, frames = passing, [frame for frame in self._frames if frame.sieved in passing]
            self._clause(scores, setting, hits, mentions[index], report.text, passing)
            self._framed(scores, setting, mentions[index], report.text, frames)
            named = scores.names_but(STOCK, self.weights.named)
            self._sentence(beside, setting, hits, mentions[index], report.text, passing)
            around = self._around(setting, hits, last, report)
            if office is not None:
                around.add(office[0], self.weights.office, *office[1])
            beside.take(around, self.weights.around)
            scores.take_beside(beside, self.weights, mentions[index].end + NEAR)
            stock = self.weights.stock_beside if named else self.weights.stock
            self._stock(scores, setting, hits, mentions[index], report, stock, passing)
            among = last is not None and self._is_among(setting, mentions[index], last, report.text)
            if last is not None and last.topic.cue is not None and among:
                scores.add(last.topic.code, self.weights.among, last.topic.cue.start, last.topic.cue.end)
            topics[index] = scores.best(self._order)
            last = _Last(setting, topics[index], among)
        return topics

    def _is_among(self, at: Setting, mention: Mention, last: _Last, text: str) -> bool:
        """Whether a number is a part of what the one before tells of, and no work is told of it: 其中返乡农民工19人.

        Background figures have parts of all kinds, and so have events (举办活动50场,其中培训20场).
        """
        if last.setting.sentence != at.sentence or last.topic.code == STOCK or self._events.search(text, mention.start, mention.end):
            return False
        words = text[max(at.start, last.setting.start) : mention.start]
        if last.is_among and len(text[at.left : at.head].strip()) <= SHORT and ";" not in text[last.setting.end : at.start]:
            return self._work.search(text, at.left, mention.start) is None
        match = self._among.search(words if at.clause == last.setting.clause else text[at.start : mention.start])
        return match is not None and self._work.search(match.group()) is None

    def _around(self, at: Setting, hits: _Placed, last: _Last | None, report: Report) -> _Scores:
        """What speaks from outside the sentence, and the topic that goes on."""
        around = _Scores()
        around.place(hits.before(at.sentence), self.weights.before)
        if at.sentence not in hits.closing:
            around.place(hits.above(report.sentences[at.sentence].block, at.start), 1.0)
        if last is not None:
            self._go_on(around, at, last, report, elliptic=self._is_elliptic(at, hits, report.text))
        return around

    def _stock(
        self, scores: _Scores, at: Setting, hits: _Placed, mention: Mention, report: Report, points: float, passing: frozenset[int]
    ) -> None:
        """Background figures: what a part headed so tells of, unless its sentence tells of work."""
        text, sentence, told_of_work = report.text, report.sentences[at.sentence], self._work_sieved in passing
        if told_of_work and self._work.search(text, at.start, mention.start):
            scores.scale(STOCK, self.weights.told)
        elif self._town_sieved in passing and (town := self._town_words(at, mention, report)):
            scores.add(STOCK, points, *town)
        elif told_of_work and self._work.search(text, sentence.start, mention.start):
            return
        elif heading := hits.background.get(sentence.block):
            scores.add(STOCK, points, *heading)

    def _town_words(self, at: Setting, mention: Mention, report: Report) -> tuple[int, int] | None:
        """The words of what the town is and has that stand before a number, where no work is told between: 辖21个村,煤矿4座."""
        begins = max(report.sentences[at.sentence].start, mention.start - TOWN)
        found = self._parts.town(report, begins, mention.start)
        if found is None or ";" in report.text[found[1] : at.start] or self._work.search(report.text, found[1], mention.start):
            return None
        return found

    def _is_elliptic(self, at: Setting, hits: _Placed, text: str) -> bool:
        own = hits.clauses.get((at.sentence, at.clause), ())
        silent = not any(hit.role != "counted" for hit in own)
        return silent and (at.bare or len(text[at.start : at.head].strip()) <= ELLIPTIC)

    def _hits(self, report: Report, clauses: Clauses) -> _Placed:
        placed = _Placed(report, clauses, self.weights)
        placed.closing, placed.background = self._parts.closing(report), self._parts.background(report)
        for start, last, entries in self._lexicon.longest(report.text):
            for code, weight, role in entries:
                placed.add(Hit(start, last, code, weight, role))
        return placed

    def _office(self, report: Report) -> tuple[str, tuple[int, int]] | None:
        """The work of the office that reports, by the title, else by the opening of the text or its last lines."""
        start, end = report.title or (0, min(HEADLINE, len(report.text)))
        for span in ((start, end), (max(0, len(report.text) - HEADLINE), len(report.text))):
            for pattern, code in self._offices:
                if match := pattern.search(report.text, *span):
                    return (code, match.span()) if code else None
        return None

    def _clause(self, scores: _Scores, at: Setting, hits: _Placed, mention: Mention, text: str, passing: frozenset[int]) -> None:
        """The cues of the number's own clause."""
        weights = self.weights
        own = hits.clauses.get((at.sentence, at.clause), ())
        if self._is_spent(at, mention, text, passing):
            later = weights.purpose
        else:
            later = weights.later if any(at.left <= hit.start < mention.start for hit in own) else weights.shared
        governing = _governing(own, mention)
        if own:
            factors = [(hit, self._own_factor(hit, at, mention, later, text) * self._under(hit, governing, mention)) for hit in own]
            scores.place(_together([pair for pair in factors if pair[1]]), 1.0)

    def _framed(self, scores: _Scores, at: Setting, mention: Mention, text: str, frames: Sequence[_Frame]) -> None:
        """The forms of words around the number, of those that its sentence lets pass."""
        if frames:
            words = f"{text[at.start : mention.start]}@{text[mention.end : at.end]}"
            for frame in frames:
                if frame.pattern.search(words):
                    scores.add(frame.code, frame.weight, at.start, at.end)

    def _own_factor(self, hit: Hit, at: Setting, mention: Mention, later: float, text: str) -> float:
        weights = self.weights
        if hit.role == "counted" and not self._counts(hit, at, mention, text):
            return 0.0
        if hit.role == "verb" and hit.end <= mention.start:
            return weights.own
        if hit.end > mention.start:
            return weights.behind if hit.start < at.right else later
        if hit.start < at.left:
            return weights.bare if at.bare else weights.earlier
        if mention.end < at.right and text.endswith("、", hit.end, mention.start):
            return weights.joined
        if hit.end >= at.head:
            return weights.head
        return weights.own - weights.far * min(mention.start - hit.end, FAR)

    def _under(self, hit: Hit, governing: Hit | None, mention: Mention) -> float:
        """How a governing verb changes what a cue counts: itself more, the nouns of other types that it lists less."""
        if governing is None or not governing.start <= hit.start < mention.start:
            return 1.0
        if hit is governing:
            return self.weights.governs
        return 1.0 if hit.code == governing.code else self.weights.governed

    def _counts(self, hit: Hit, at: Setting, mention: Mention, text: str) -> bool:
        """Whether the word is what the number counts: 工会212家, 15名委员; but not 工会三次上门."""
        if hit.start >= mention.end:
            near = hit.start <= mention.end + NEAR and hit.start < at.right
            return near and self._work.search(text, mention.end, hit.start) is None
        if not at.head <= hit.end <= mention.start or self._verbal.search(text, mention.start, mention.end):
            return False
        return not self._visiting.search(text, at.start, hit.start)

    def _is_spent(self, at: Setting, mention: Mention, text: str, passing: frozenset[int]) -> bool:
        """Whether the clause says before its number that something was spent."""
        return self._spending_sieved in passing and self._spending.search(text, at.start, mention.start) is not None

    def _sentence(self, scores: _Scores, at: Setting, hits: _Placed, mention: Mention, text: str, passing: frozenset[int]) -> None:
        """The clauses before the number's own, and the one behind it."""
        weights = self.weights
        factor = 1.0
        for clause in range(at.clause - 1, max(at.clause - 1 - CLAUSES_BACK, -1), -1):
            if text[hits.end_of(at.sentence, clause)] == ";":
                factor *= weights.apart
            place = hits.clause(at.sentence, clause)
            if clause == at.anchor:
                scores.place(place, weights.bare * factor)
            elif place:
                scores.place(place, weights.carried * factor, self._forms, weights.form)
            if clause < at.anchor or at.anchor == at.clause:
                factor *= weights.fading
        behind = hits.clause(at.sentence, at.clause + 1)
        if behind:
            goes_on = text[hits.end_of(at.sentence, at.clause)] != ";"
            spent = goes_on and self._is_spent(at, mention, text, passing)
            scores.place(behind, weights.purpose if spent else weights.next * (1.0 if goes_on else weights.apart))

    def _go_on(self, scores: _Scores, at: Setting, last: _Last, report: Report, *, elliptic: bool) -> None:
        setting, topic = last.setting, last.topic
        if topic.cue is None or topic.code == STOCK:
            return
        if setting.sentence == at.sentence:
            apart = setting.end < at.start and ";" in report.text[setting.end : at.start]
            points = self.weights.going_on * (self.weights.apart if apart else 1.0) * (self.weights.elliptic if elliptic else 1.0)
            scores.add(topic.code, points, topic.cue.start, topic.cue.end)
        elif setting.sentence == at.sentence - 1 and report.sentences[setting.sentence].block == report.sentences[at.sentence].block:
            scores.add(topic.code, self.weights.going_on / 2, topic.cue.start, topic.cue.end)

    def _frame(self, rulebook: Rulebook, row: Mapping[str, Any]) -> _Frame:
        where = f"rules/activities.toml: frame {row['id']}"
        pattern = rulebook.compile(row["pattern"], where)
        return _Frame(self._known(row["activity"]), pattern, float(row.get("weight", self.weights.names)), self._sieve.add(pattern))

    def _known(self, code: str) -> str:
        if code and code not in self._order:
            raise RuleError(f"rules/activities.toml: there is no activity {code}; the file lists {', '.join(self._order)}")
        return code


class _Placed:
    """The hits of a report by sentence, clause, heading block and, for list items, the words that open the item."""

    def __init__(self, report: Report, clauses: Clauses, weights: Weights) -> None:
        self.clauses: dict[tuple[int, int], list[Hit]] = defaultdict(list)
        self._sentences: dict[int, list[Hit]] = defaultdict(list)
        self._headings: dict[int, list[Hit]] = defaultdict(list)
        self._openings: dict[int, list[Hit]] = defaultdict(list)
        self._leads = _leads(report)
        self._leading = frozenset(lead for leads in self._leads.values() for lead in leads)
        self._report, self._spans, self._weights = report, clauses.spans, weights
        self._ends: dict[int, int] = {}
        self._known: dict[object, Place] = {}
        self._at = 0
        self.closing: frozenset[int] = frozenset()
        """Sentences of which the headings above say nothing."""
        self.background: Mapping[int, tuple[int, int]] = {}
        """Blocks of background figures, each with the span of the heading that says so."""
        self._cut_at, self._cuts = -1, list[int]()

    def add(self, hit: Hit) -> None:
        """Hits come in the order of the text."""
        sentences = self._report.sentences
        while self._at + 1 < len(sentences) and sentences[self._at + 1].start <= hit.start:
            self._at += 1
        if not sentences or not sentences[self._at].start <= hit.start < sentences[self._at].end:
            return
        if hit.role != "counted":
            self._sentences[self._at].append(hit)
        if spans := self._spans.get(self._at):
            if self._at != self._cut_at:
                self._cut_at, self._cuts = self._at, [end for _, end in spans]
            self.clauses[self._at, min(bisect_right(self._cuts, hit.start), len(spans) - 1)].append(hit)
        if hit.role != "counted" and (hit.code != STOCK or hit.weight >= self._weights.names):
            self._place_above(hit, sentences[self._at].block)

    def _place_above(self, hit: Hit, index: int) -> None:
        block = self._report.blocks[index]
        opens = self._opens(hit, index)
        announces = index in self._leading and self._report.sentences[self._at].end >= block.end
        if block.heading or opens or announces:
            self._headings[index].append(hit)
        if opens and not block.heading:
            self._openings[index].append(hit)

    def _opens(self, hit: Hit, index: int) -> bool:
        """Whether a hit stands in the opening of its item: 3、做好爱心助学工作。… or 大病救助:…"""
        if index not in self._ends:
            block = self._report.blocks[index]
            end = _OPENING.match(self._report.text, block.body, min(block.end, block.body + HEADLINE))
            self._ends[index] = end.end() if end else block.start
        return hit.end <= self._ends[index]

    def end_of(self, sentence: int, clause: int) -> int:
        """Where a clause ends: the offset of the mark of pause behind it."""
        return self._spans[sentence][clause][1]

    def clause(self, sentence: int, clause: int) -> Place:
        """What the cues of one clause say; a thing counted speaks where it ends the clause: 基层工会:118个."""
        key = sentence, clause
        if key not in self.clauses:
            return _NOTHING
        if key not in self._known:
            end = self.end_of(sentence, clause)
            self._known[key] = _together([(hit, 1.0) for hit in self.clauses[key] if hit.role != "counted" or hit.end == end])
        return self._known[key]

    def before(self, sentence: int) -> Place:
        """What the sentences before say, of the same item."""
        key = "before", sentence
        if key not in self._known:
            self._known[key] = _together(list(self._told_before(sentence)))
        return self._known[key]

    def _told_before(self, sentence: int) -> Iterator[tuple[Hit, float]]:
        sentences, factor = self._report.sentences, 1.0
        for before in range(sentence - 1, max(sentence - 1 - BACK, -1), -1):
            if sentences[before].block != sentences[sentence].block:
                return
            for hit in self._sentences.get(before, ()):
                yield hit, factor
            factor *= self._weights.fading

    def above(self, block: int, start: int) -> Place:
        """What the headings say, and the opening of the item where `start` lies behind it."""
        opening = self._openings.get(block)
        behind = opening is not None and start >= opening[-1].end
        key = "above", block, behind
        if key not in self._known:
            headings, opened = _together(list(self._headings_of(block))), _together(list(self._opening_of(block)) if behind else ())
            self._known[key] = _sum(headings, opened)
        return self._known[key]

    def _headings_of(self, block: int) -> Iterator[tuple[Hit, float]]:
        factor = self._weights.heading
        for above in (*self._leads.get(block, ()), *reversed(self._report.blocks[block].path)):
            for hit in self._headings.get(above, ()):
                yield hit, factor
            factor /= 2

    def _opening_of(self, index: int) -> Iterator[tuple[Hit, float]]:
        block, factor = self._report.blocks[index], self._weights.opening
        for hit in self._openings[index]:
            yield hit, factor if block.body > block.start else factor / 2


_NOTHING: Place = {}


def _sum(one: Place, other: Place) -> Place:
    """Two places as one, their points added up."""
    summed = dict(one)
    for code, (points, best, start, end) in other.items():
        if code not in summed:
            summed[code] = points, best, start, end
        else:
            known = summed[code]
            kept = (best, start, end) if best > known[1] else known[1:]
            summed[code] = (points + known[0], *kept)
    return summed


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


_Meaning = tuple[str, float, Role]
"""What a cue word says: code, weight and role."""


def _lists(weights: Weights) -> tuple[tuple[str, float, Role], ...]:
    """The lists of words that a type may have, with what their words count and as what."""
    return (
        ("verbs", weights.names, "verb"),
        ("names", weights.names, "topic"),
        ("words", weights.words, "topic"),
        ("hints", weights.hints, "topic"),
        ("counted", weights.words, "counted"),
    )


def _lexicon(table: Mapping[str, Any], weights: Weights) -> Lexicon[tuple[_Meaning, ...]]:
    words: dict[str, list[_Meaning]] = {word: [] for word in table["hidden"].split()}
    for row in table["activity"]:
        if unknown := set(row) - _ROW_KEYS:
            keys = ", ".join(sorted(_ROW_KEYS))
            raise RuleError(f"rules/activities.toml: {row['code']}: unknown key {', '.join(sorted(unknown))}; a type has {keys}")
        for key, weight, role in _lists(weights):
            for word in row.get(key, "").split():
                words.setdefault(word, []).append((row["code"], weight, role))
    return Lexicon({word: tuple(meanings) for word, meanings in words.items()})
