"""A report with its mentions and tokens → facts: value, object, status, activity, indicator and links of each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal, localcontext

from msgspec import structs

from pipeline.bounds import EXACT
from pipeline.interpret.activity import ActivityReader, Topic
from pipeline.interpret.checks import CheckFinder
from pipeline.interpret.claims import Claims
from pipeline.interpret.clauses import ClauseReader, Clauses
from pipeline.interpret.events import EventReader
from pipeline.interpret.figures import Written
from pipeline.interpret.frames import Found
from pipeline.interpret.indicator import IndicatorReader, is_of_last_year, last_year_begins
from pipeline.interpret.links import LinkReader
from pipeline.interpret.objects import ObjectFinder
from pipeline.interpret.org import OrgResolver
from pipeline.interpret.place import PlaceResolver
from pipeline.interpret.status import ReportStatus, StatusReader, in_order
from pipeline.interpret.table_cells import Reading, TableReader, placed
from pipeline.interpret.totals import TotalReader
from pipeline.interpret.values import ValueReader, Values
from pipeline.interpret.year import YearResolver
from pipeline.model import QUANTITIES, Fact, Mention, Quantity, ReadReport, Recall, Report, Tokens
from pipeline.needles import Passing
from pipeline.rulebook import Rulebook, RuleError

SCOPE_CHARACTERS = 60
PERCENT = "%"
"""So much before a number may tell over what it counts."""


@dataclass(frozen=True, slots=True)
class Told:
    """The facts of a report before anything is concluded from them. `units`: each fact's measure word in simplified script."""

    report: Report
    facts: tuple[Fact, ...]
    units: tuple[str, ...]
    clauses: Clauses
    office: str | None
    """The body that the report's own words say it is by."""

    def with_facts(self, facts: tuple[Fact, ...]) -> Told:
        """With these facts in place of its own: the same in the same order, however changed, and any new ones behind them."""
        return replace(self, facts=facts, units=tuple(self._unit(index, fact) for index, fact in enumerate(facts)))

    def _unit(self, index: int, fact: Fact) -> str:
        unit = fact.quantity.unit if fact.quantity else None
        known = self.facts[index].quantity if index < len(self.facts) else None
        return self.units[index] if known is not None and known.unit == unit else unit or ""


class Interpreter:
    """Reads reports by the rules of a rulebook. Built once per process; holds no state of a report."""

    def __init__(self, rulebook: Rulebook, indicators: IndicatorReader | None = None) -> None:
        """`indicators`: the reader of these rules, where the caller has made it already."""
        self._values = ValueReader(rulebook)
        self._objects = ObjectFinder(rulebook)
        clauses = rulebook.table("activities")["clauses"]
        self._clauses = ClauseReader(clauses["filler"].split(), clauses["joins"])
        self._indicators = indicators or IndicatorReader(rulebook)
        self._sieve = self._indicators.sieve
        self._status = StatusReader(rulebook, self._sieve)
        self._activities = ActivityReader(rulebook, self._sieve)
        self._events = EventReader(rulebook)
        self._tables = TableReader(rulebook)
        self._links = LinkReader(rulebook, self._sieve)
        self._totals = TotalReader(rulebook)
        self._checks = CheckFinder(rulebook)
        self._written = Written(rulebook.table("numerals"))
        self._places = PlaceResolver(rulebook.folder, rulebook.table("places"))
        self._years = YearResolver(rulebook.folder, rulebook.table("years"), rulebook.table("numerals"))
        self._orgs = OrgResolver(rulebook.folder, rulebook.table("orgs"))
        if unknown := sorted(self._indicators.offices - self._orgs.codes):
            raise RuleError(f"rules/indicators.toml: office: no body of the code {', '.join(unknown)}; orgs.toml has the codes")

    def read(self, report: Report, mentions: Sequence[Mention], tokens: Tokens) -> ReadReport:
        """Everything that is read of a report; `tokens` are those of its number-bearing sentences."""
        return self.conclude(self.tell(report, mentions, tokens))

    def tell(self, report: Report, mentions: Sequence[Mention], tokens: Tokens) -> Told:
        """The facts, one per mention in order, and what is needed to conclude from them."""
        values = self._values.read(mentions, report)
        places = in_order(report.sentences, values.mentions)
        objects = self._objects.find(values.mentions, values.quantities, tokens, report)
        clauses = self._clauses.read(report, values.mentions, places)
        passing = Passing(self._sieve, report)
        topics = self._activities.read(report, values.mentions, clauses, passing)
        cells = self._tables.read(report, values)
        if cells:
            clauses = _beside_labels(clauses, cells, values)
        blocks = [sentence.block for sentence in report.sentences]
        context = _Context(report, values, places, self._status.open(report, passing), clauses, topics, blocks, cells, passing)
        units = [_simplified_unit(mention, quantity, report) for mention, quantity in zip(values.mentions, values.quantities, strict=True)]
        facts = self._linked([self._fact(index, context, found) for index, found in enumerate(objects)], units, context)
        office = self._orgs.resolve(report)
        return Told(report, self._indicators.assign(report, facts, clauses, units, office, passing), tuple(units), clauses, office)

    def conclude(self, told: Told) -> ReadReport:
        """What follows from the facts: pieces of work, checks, and what the report as a whole says of place, year and organisation."""
        report, facts, units = told.report, told.facts, told.units
        period = self._years.resolve(report, facts)
        place = self._places.resolve(report, year=period.year)
        with localcontext(EXACT):
            events, checks = self._events.read(report, facts, told.clauses, units), self._checks.read(report, facts, units)
        steps = {index: self._step(report, facts[index]) for index in told.clauses.settings if is_of_last_year(facts[index])}
        recalls = tuple(self._recalled(told, steps))
        claims = Claims.of(report, facts, told.clauses, units, steps, told.office)
        return ReadReport(report, facts, events, checks, place, period, told.office, recalls=recalls, claims=claims)

    def _recalled(self, told: Told, steps: Mapping[int, Decimal]) -> Iterator[Recall]:
        """Last year's figures that the report quotes, in the order of the facts."""
        facts, units = dict(enumerate(told.facts)), dict(enumerate(told.units))
        since = last_year_begins(told.facts)
        codes = self._indicators.of_last_year(told.report, facts, told.clauses, units, since, told.office)
        for index in sorted(codes):
            yield Recall(index, codes[index], steps[index])

    def _step(self, report: Report, fact: Fact) -> Decimal:
        return self._written.step(report.text[fact.start : fact.end], fact.kind)

    def together(self, reads: Sequence[ReadReport]) -> list[ReadReport]:
        """Reports of one source, each with the year that the others of its town tell (第五届 beside a dated 第三届 and 第四届)."""
        return [self._dated_by(read, reads) if read.period.year is None and read.place.town is not None else read for read in reads]

    def informed(self, inferred: ReadReport, told: ReadReport) -> ReadReport:
        """`told` with what follows from the analyst's words in it: divisions and codes of a place named, or of another year."""
        year = told.period.year
        if told.place != inferred.place:
            return replace(told, place=self._places.complete(told.place, year))
        if year != inferred.period.year:
            return replace(told, place=self._places.resolve(told.report, year=year))
        return told

    def _dated_by(self, read: ReadReport, others: Sequence[ReadReport]) -> ReadReport:
        known = [(other.report, other.period.year) for other in others if other.period.year is not None and _same_town(other, read)]
        return replace(read, period=self._years.resolve(read.report, read.facts, known)) if known else read

    def facts(self, report: Report, mentions: Sequence[Mention], tokens: Tokens) -> tuple[Fact, ...]:
        """One fact per mention, in order."""
        return self.tell(report, mentions, tokens).facts

    def _linked(self, facts: list[Fact], units: Sequence[str], context: _Context) -> list[Fact]:
        """The facts with the totals that they are parts of."""
        with localcontext(EXACT):
            parts = self._totals.read(facts, units, context.blocks, context.report.text)
        return [fact if total is None else structs.replace(fact, part_of=total) for fact, total in zip(facts, parts, strict=True)]

    def _fact(self, index: int, context: _Context, found: Found | None) -> Fact:
        values, report = context.values, context.report
        mention, quantity = values.mentions[index], values.quantities[index]
        if quantity is not None and mention.kind in QUANTITIES and report.sentences:
            return self._meaning(index, quantity, context, found)
        return Fact(
            mention.start, mention.end, mention.kind, mention.rule, quantity, values.dates[index],
            repaired=_repaired(mention, report), sentence=context.places[index], cues=values.cues[index],
            note=mention.note or (quantity.note if quantity else None),
        )  # fmt: skip

    def _meaning(self, index: int, quantity: Quantity, context: _Context, found: Found | None) -> Fact:
        """The fact of a count, an amount or a rate."""
        values, report, place = context.values, context.report, context.places[index]
        mention, sentence = values.mentions[index], report.sentences[place]
        passing = context.passing.around(place, mention.start, mention.end)
        status, status_cue = context.status.read(mention, place, found, passing)
        topic = context.topics[index]
        activity, activity_cue = topic.code, topic.cue
        before = report.text[max(sentence.start, mention.start - SCOPE_CHARACTERS) : mention.start]
        date = self._links.when(index, values.mentions, values.dates, context.places, context.blocks, report.text)
        scope = self._links.scope(before, date, passing)
        fact = Fact(
            mention.start, mention.end, mention.kind, mention.rule, quantity, values.dates[index], repaired=_repaired(mention, report),
            sentence=place, note=mention.note or quantity.note, object=report.raw_text(*found.span) if found else None,
            object_span=found.span if found else None, status=status,
            scope=scope or "period", activity=activity, when=date.edtf if date else None,
            when_anchor=date.anchor if date else None,
            cues=(*values.cues[index], *[cue for cue in (status_cue, activity_cue, found.cue if found else None) if cue is not None]),
        )  # fmt: skip
        return placed(fact, context.cells.get(index), found, report)


@dataclass(frozen=True, slots=True)
class _Context:
    """What all facts of one report share."""

    report: Report
    values: Values
    places: list[int]
    status: ReportStatus
    clauses: Clauses
    topics: dict[int, Topic]
    blocks: list[int]
    """Of each sentence."""
    cells: dict[int, Reading]
    """Of the figures that stand in tables."""
    passing: Passing
    """What passes the sieve of the readers."""


def _beside_labels(clauses: Clauses, cells: Mapping[int, Reading], values: Values) -> Clauses:
    """The clauses with the figures of tables beside their rows' labels (and heads' words), and without shares of a task."""
    labels = {index: reading.label for index, reading in cells.items() if reading.named is None}
    ends = {index: values.mentions[index].end for index in cells}
    return clauses.of_cells(labels, ends).without({index for index, reading in cells.items() if reading.share})


def _same_town(one: ReadReport, other: ReadReport) -> bool:
    a, b = one.place, other.place
    return a.town is not None and (a.town, a.county, a.city, a.province) == (b.town, b.county, b.city, b.province)


def _repaired(mention: Mention, report: Report) -> bool:
    return bool(report.repairs) and any(r.counts and r.start < mention.end and r.end > mention.start for r in report.repairs)


def _simplified_unit(mention: Mention, quantity: Quantity | None, report: Report) -> str:
    span = mention.groups.get("unit")
    if span is None or (quantity is not None and quantity.unit == PERCENT):  # 九成五
        return "" if quantity is None or quantity.unit is None else quantity.unit
    return report.text[slice(*span)].strip()
