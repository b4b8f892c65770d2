"""To which type of work a number belongs: the topic of its clause, of what goes before it, and of the headings above it.

Cue words name a type (`names`), speak for it (`words`) or fit it (`hints`). A cue counts by where it stands: in the number's own words
most, most of all as the noun right before the number; less in the rest of the clause, in earlier clauses, in the opening of the list
item, in the headings. Of each of these places every type counts its best cue, and a quarter of its others. The topic of the number
before goes on where nothing stronger speaks. The one type that the title names is what the report is about, and speaks for every number;
the reporting office's own work is the last resort.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
import regex

from pipeline.interpret.clauses import Clauses, Setting
from pipeline.interpret.cue_places import NOTHING, STOCK, Hit, Place, Placed, Places, Role, together
from pipeline.interpret.parts import HEADLINE, PartReader
from pipeline.interpret.weights import Weights
from pipeline.lexicon import Lexicon
from pipeline.model import Cue, Mention, Report
from pipeline.needles import Passing, Sieve
from pipeline.rulebook import Rulebook, RuleError

FALLBACK = "other"
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

_PATTERNS = (
    "spending",
    "verbal",
    "work",
    "visiting",
    "among",
    "events",
    "matter",
    "participants",
    "counted_event",
    "breakdown",
    "goers",
    "paper",
)
_ROW_KEYS = {"code", "label", "label_en", "names", "words", "hints", "verbs", "counted", "examples", "counter_examples"}


class Topic(msgspec.Struct, frozen=True, gc=False):
    """The type of work of a number and the cue that counted most for it."""

    code: str
    cue: Cue | None


class _Last(msgspec.Struct, frozen=True, gc=False):
    """The number before: where it stands, its topic, and whether it is a part of the one before it."""

    setting: Setting
    topic: Topic
    is_among: bool


class _Office(msgspec.Struct, frozen=True, gc=False):
    """The reporting office: the type of its own work, where it is named, and whether it does works of all types."""

    code: str
    start: int
    end: int
    is_general: bool


class _Title(msgspec.Struct, frozen=True, gc=False):
    """What the title says of the numbers below it: a type, how much it counts, and where it stands."""

    code: str
    points: float
    start: int
    end: int


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

    def copy(self) -> _Scores:
        """The same points, to go on with."""
        other = _Scores()
        other._of = {code: row[:] for code, row in self._of.items()}
        return other

    def place(self, place: Place, factor: float) -> None:
        """All cues of a place, each with the same factor."""
        of = self._of
        for code, (points, best, start, end) in place.items():
            known = of.get(code)
            if known is None:
                of[code] = [points * factor, best * factor, start, end]
            else:
                known[0] += points * factor
                if best * factor > known[1]:
                    known[1:] = best * factor, start, end

    def add(self, code: str, points: float, start: int, end: int) -> None:
        """One cue."""
        known = self._of.get(code)
        if known is None:
            self._of[code] = [points, points, start, end]
            return
        known[0] += points
        if points > known[1]:
            known[1:] = points, start, end

    def take(self, other: _Scores, most: float) -> None:
        """The points of `other` too, `most` at most for each type."""
        of = self._of
        for code, row in other._of.items():
            points = row[0] if row[0] < most else most
            known = of.get(code)
            if known is None:
                of[code] = [points, *row[1:]]
            else:
                known[0] += points
                if row[1] > known[1]:
                    known[1:] = row[1:]

    def take_beside(self, other: _Scores, weights: Weights, until: int) -> None:
        """The points of `other` too; where a type is named before `until`, those that say less there get a share of its points at most."""
        of = self._of
        best = max([row[0] for row in of.values()], default=0.0)
        is_named = best >= weights.named and any(row[0] == best and row[2] < until for row in of.values())
        for code, row in other._of.items():
            points, known = row[0], of.get(code)
            if known is None:
                of[code] = [min(points, best * weights.beside) if is_named else points, *row[1:]]
                continue
            known[0] += min(points, best * weights.rival) if is_named and known[0] < best else points
            if row[1] > known[1]:
                known[1:] = row[1:]

    def names_but(self, code: str, named: float) -> bool:
        """Whether a type other than `code` is named."""
        return any(row[0] >= named and known != code for known, row in self._of.items())

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
        self._offices = [
            (rulebook.compile(row["pattern"], where), self._known(row["activity"]), row.get("general", False)) for row in table["office"]
        ]
        clauses = {key: rulebook.compile(table["clauses"][key], f"rules/activities.toml: clauses.{key}") for key in _PATTERNS}
        patterns = iter([clauses[key] for key in _PATTERNS])
        self._spending, self._verbal, self._work, self._visiting, self._among = (next(patterns) for _ in range(5))
        self._events, self._matter, self._participants, self._counted_event, self._breakdown, self._goers, self._paper = patterns
        self._parts = PartReader(rulebook)
        sieved = (self._work, self._spending, self._parts.town_words)
        self._work_sieved, self._spending_sieved, self._town_sieved = map(self._sieve.add, sieved)
        self._forms = frozenset(table["clauses"]["forms"].split())

    def read(self, report: Report, mentions: Sequence[Mention], clauses: Clauses, sieved: Passing) -> dict[int, Topic]:
        """The topic of each number, by the index of its mention. `sieved`: what passes the sieve."""
        hits = self._hits(report, clauses)
        title = self._title(report, hits)
        topics: dict[int, Topic] = {}
        last: _Last | None = None
        before: frozenset[int] | None = None
        standing: tuple[int, bool] | None = None
        for index, setting in clauses.settings.items():
            scores, beside = _Scores(), _Scores()
            passing = sieved.around(setting.sentence, mentions[index].start, mentions[index].end)
            if passing is not before:  # numbers of a sentence share it
                before, frames = passing, [frame for frame in self._frames if frame.sieved in passing]
            self._clause(scores, setting, hits, mentions[index], report.text, passing)
            self._framed(scores, setting, mentions[index], report.text, frames)
            named = scores.names_but(STOCK, self.weights.named)
            self._sentence(beside, setting, hits, mentions[index], report.text, passing)
            here = setting.sentence, hits.is_behind_opening(report.sentences[setting.sentence].block, setting.start)
            if here != standing:  # numbers of a sentence share what stands around it, but for the opening of their item
                standing, outside = here, self._outside(*here, hits, report, title)
            around = outside.copy()
            if last is not None:
                self._go_on(around, setting, last, report, hits)
            beside.take(around, self.weights.around)
            scores.take_beside(beside, self.weights, mentions[index].end + NEAR)
            stock = self.weights.stock_beside if named else self.weights.stock
            self._stock(scores, setting, hits, mentions[index], report, stock, sieved, passing)
            among = last is not None and self._is_among(setting, mentions[index], last, report)
            if last is not None and last.topic.cue is not None and among:
                scores.add(last.topic.code, self.weights.among, last.topic.cue.start, last.topic.cue.end)
            topics[index] = scores.best(self._order)
            last = _Last(setting, topics[index], among)
        return topics

    def _is_among(self, at: Setting, mention: Mention, last: _Last, report: Report) -> bool:
        """Whether a number is a part of what the one before tells of, and no work is told of it: 其中返乡农民工19人.

        Background figures have parts of all kinds, and so have events (举办活动50场,其中培训20场).
        """
        text = report.text
        if last.topic.code == STOCK or self._events.search(text, mention.start, mention.end):
            return False
        if last.setting.sentence != at.sentence:
            return self._breaks_down(at, mention, last, report)
        if last.is_among and len(text[at.left : at.head].strip()) <= SHORT and ";" not in text[last.setting.end : at.start]:
            return self._work.search(text, at.left, mention.start) is None
        if self._participants.match(text, at.start, at.head) is not None and ";" not in text[last.setting.end : at.start]:
            return True
        match = self._among.search(text, max(last.setting.start, mention.start - FAR), mention.start)
        return match is not None and self._work.search(text, *match.span()) is None

    def _breaks_down(self, at: Setting, mention: Mention, last: _Last, report: Report) -> bool:
        """Whether a number is the first part of what the sentence before told of: …1874件。按诉求分:民生保障743件."""
        here, before = report.sentences[at.sentence], report.sentences[last.setting.sentence]
        if last.setting.sentence != at.sentence - 1 or here.block != before.block:
            return False
        match = self._breakdown.match(report.text, here.start, mention.start)
        return match is not None and self._work.search(report.text, match.end(), mention.start) is None

    def _outside(self, sentence: int, behind: bool, hits: Placed, report: Report, title: _Title | None) -> _Scores:
        """What speaks from outside a sentence. `behind`: for a number behind the opening of its item."""
        around = _Scores()
        around.place(hits.before(sentence), self.weights.before)
        above = NOTHING if sentence in hits.closing else hits.above(report.sentences[sentence].block, behind=behind)
        around.place(above, 1.0)
        if title is not None:
            names = self.weights.heading_names
            is_another = any(row[1] >= names and code != title.code for code, row in above.items())
            around.add(title.code, min(title.points, self.weights.office) if is_another else title.points, title.start, title.end)
        return around

    def _stock(
        self, scores: _Scores, at: Setting, hits: Placed, mention: Mention, report: Report, points: float, sieved: Passing,
        passing: frozenset[int],
    ) -> None:  # fmt: skip
        """Background figures: what a part headed so tells of, unless its sentence tells of work. `passing`: what its sentence lets pass."""
        text, sentence, told_of_work = report.text, report.sentences[at.sentence], self._work_sieved in passing
        if told_of_work and self._work.search(text, at.start, mention.start):
            scores.scale(STOCK, self.weights.told)
        elif self._town_sieved in passing and (town := self._town_words(at, mention, report)):
            scores.add(STOCK, self.weights.stock, *town)
        elif told_of_work and self._work.search(text, sentence.start, mention.start):
            return
        elif heading := hits.background.get(sentence.block):
            scores.add(STOCK, points, *heading)
        elif description := self._description(at.sentence, hits, report, sieved):
            scores.scale(FALLBACK, self.weights.described_beside)
            scores.add(STOCK, self.weights.described, *description)

    def _description(self, sentence: int, hits: Placed, report: Report, sieved: Passing) -> tuple[int, int] | None:
        """The words of what the town has with which the number's paragraph opens, where no work is told from there to its sentence."""
        block = report.sentences[sentence].block
        if block not in hits.described:
            first = sentence
            while first and report.sentences[first - 1].block == block:
                first -= 1
            hits.described[block] = self._opening_description(first, report, sieved)
        span, until = hits.described[block]
        return span if sentence < until else None

    def _opening_description(self, first: int, report: Report, sieved: Passing) -> tuple[tuple[int, int] | None, int]:
        """The words of what the town has in the first sentence of a paragraph, and the first sentence behind in which work is told."""
        opening = report.sentences[first]
        found = None
        if self._town_sieved in sieved.around(first, opening.start, opening.end):
            found = self._parts.town(report, opening.start, opening.end)
        until = first
        while found and until < len(report.sentences) and report.sentences[until].block == opening.block:
            here = report.sentences[until]
            if self._work_sieved in sieved.around(until, here.start, here.end) and self._work.search(report.text, here.start, here.end):
                break
            until += 1
        return found, until

    def _town_words(self, at: Setting, mention: Mention, report: Report) -> tuple[int, int] | None:
        """The words of what the town is and has that stand before a number, where no work is told between: 辖21个村,煤矿4座."""
        begins = max(report.sentences[at.sentence].start, mention.start - TOWN)
        found = self._parts.town(report, begins, mention.end)
        if (
            found is None
            or found[1] > mention.start
            or ";" in report.text[found[1] : at.start]
            or self._work.search(report.text, found[1], mention.start)
        ):
            return None
        return found

    def _is_elliptic(self, at: Setting, hits: Placed, text: str) -> bool:
        own = hits.clauses.get((at.sentence, at.clause), ())
        silent = all(hit.role == "counted" for hit in own)
        return silent and (at.bare or len(text[at.start : at.head].strip()) <= ELLIPTIC)

    def _hits(self, report: Report, clauses: Clauses) -> Placed:
        placed = Placed(report, clauses, self.weights, self._matter, self._paper)
        placed.closing, placed.background = self._parts.closing(report), self._parts.background(report)
        for start, last, entries in self._lexicon.longest(report.text):
            for code, weight, role in entries:
                placed.add(Hit(start, last, code, weight, role))
        return placed

    def _title(self, report: Report, hits: Placed) -> _Title | None:
        """What the title says of every number below it: the one type that it names, else the work of the office that reports."""
        office = self._office(report)
        subject = hits.subject((office.start, office.end) if office else (0, 0))
        if subject is not None and (office is None or office.code == subject.code or office.is_general):
            points = self.weights.subject if report.title else self.weights.matter
            return _Title(subject.code, points, subject.start, subject.end)
        return _Title(office.code, self.weights.office, office.start, office.end) if office else None

    def _office(self, report: Report) -> _Office | None:
        """The work of the office that reports, by the title, else by the opening of the text or its last lines."""
        start, end = report.title or (0, min(HEADLINE, len(report.text)))
        for span in ((start, end), (max(0, len(report.text) - HEADLINE), len(report.text))):
            for pattern, code, is_general in self._offices:
                if match := pattern.search(report.text, *span):
                    return _Office(code, *match.span(), is_general) if code else None
        return None

    def _clause(self, scores: _Scores, at: Setting, hits: Placed, mention: Mention, text: str, passing: frozenset[int]) -> None:
        """The cues of the number's own clause."""
        weights = self.weights
        own = hits.clauses.get((at.sentence, at.clause))
        if not own:
            return
        if self._is_spent(at, mention, text, passing):
            later = weights.purpose
        else:
            later = weights.later if any(at.left <= hit.start < mention.start for hit in own) else weights.shared
        governing = self._governing(own, at, mention, text)
        factors = [(hit, self._own_factor(hit, at, mention, later, text) * self._under(hit, governing, mention)) for hit in own]
        scores.place(together([pair for pair in factors if pair[1]]), 1.0)

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

    def _governing(self, own: Sequence[Hit], at: Setting, mention: Mention, text: str) -> Hit | None:
        """The last verb before a number in its clause that governs a list.

        One that is counted itself, before another number, is a noun there: 培训9场、讲座11场.
        """
        for hit in reversed(own):
            if hit.role == "verb" and hit.end <= mention.start and (hit.end >= at.left or not self._counted_event.match(text, hit.end)):
                return hit
        return None

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

    def _sentence(self, scores: _Scores, at: Setting, hits: Placed, mention: Mention, text: str, passing: frozenset[int]) -> None:
        """The clauses before the number's own, and the one behind it."""
        weights = self.weights
        if at.clause:
            self._clauses_before(scores, at, hits, text)
        behind = hits.clause(at.sentence, at.clause + 1)
        if behind:
            goes_on = text[hits.end_of(at.sentence, at.clause)] != ";"
            told = goes_on and (self._is_spent(at, mention, text, passing) or self._goes_to(at, mention, text, passing))
            scores.place(behind, weights.purpose if told else weights.next * (1.0 if goes_on else weights.apart))

    def _clauses_before(self, scores: _Scores, at: Setting, hits: Placed, text: str) -> None:
        """The clauses of the sentence before the number's own, the nearest first."""
        weights, factor, before = self.weights, 1.0, Places()
        for clause in range(at.clause - 1, max(at.clause - 1 - CLAUSES_BACK, -1), -1):
            if text[hits.end_of(at.sentence, clause)] == ";":
                factor *= weights.apart
            place = hits.clause(at.sentence, clause)
            if clause == at.anchor:
                scores.place(place, weights.bare * factor)
            elif place:
                before.add(place, weights.carried * factor, self._forms, weights.form)
            if clause < at.anchor or at.anchor == at.clause:
                factor *= weights.fading
        scores.place(before.together(), 1.0)

    def _goes_to(self, at: Setting, mention: Mention, text: str, passing: frozenset[int]) -> bool:
        """Whether the clause tells but of people, and the next one what they went to: 联络员共29人,参加专职委员培训会."""
        if self._goers.match(text, mention.end) is None:
            return False
        return self._work_sieved not in passing or self._work.search(text, at.start, mention.start) is None

    def _go_on(self, scores: _Scores, at: Setting, last: _Last, report: Report, hits: Placed) -> None:
        """The topic of the number before, where it goes on."""
        setting, topic = last.setting, last.topic
        if topic.cue is None or topic.code == STOCK:
            return
        if setting.sentence == at.sentence:
            elliptic = self._is_elliptic(at, hits, report.text)
            apart = setting.end < at.start and ";" in report.text[setting.end : at.start]
            points = self.weights.going_on * (self.weights.apart if apart else 1.0) * (self.weights.elliptic if elliptic else 1.0)
            points *= self.weights.form if elliptic and topic.code in self._forms and not at.bare else 1.0
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
