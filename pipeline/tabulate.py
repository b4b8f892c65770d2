"""ReadReports → the Arrow tables `files`, `reports`, `facts`, `activities`, `checks` and `corrections`, as schema.py defines them.

Columns are built as lists, one expression each. Offsets leave this module as source offsets.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

import pyarrow as pa

from pipeline.bounds import Hedged, exact, hedged, subtract, total
from pipeline.corrections import outcomes
from pipeline.days import Calendar, Days
from pipeline.model import FACTS as FACT_KINDS
from pipeline.model import Activity, Cue, Document, Fact, PartialDate, Quantity, ReadReport
from pipeline.schema import ACTIVITIES, CHECKS, CORRECTIONS, DATING, DATING_SCHEMA, FILES, LAST_YEAR, REPORTS, TABLES
from pipeline.schema import FACTS as FACTS_TABLE

Columns = dict[str, list[Any]]
Tables = dict[str, pa.Table]

HEADING_JOINT = " / "
MEASURES: Mapping[str, tuple[str, ...]] = {
    "people": ("people", "visits"),
    "households": ("households",),
    "amount": ("money",),
    "organisations": ("organisations",),
    "events": ("events",),
}
"""Columns of `activities`, and the classes of units.toml that fill each: the first class that occurs, never two mixed."""
_MEASURING = tuple((name, unit_class) for name, classes in MEASURES.items() for unit_class in classes)

GATHERED = (FILES, REPORTS, FACTS_TABLE, ACTIVITIES, CHECKS, LAST_YEAR, CORRECTIONS)
"""The tables that come of single reports."""

_NO_QUANTITY = Quantity(None)
_NO_DATE = PartialDate(None)
_NO_NUMBER: tuple[None, None] = None, None
_IDS: Mapping[str, tuple[str, ...]] = {
    "reports": ("report_id",),
    "facts": ("report_id", "fact_id", "part_of"),
    "activities": ("report_id", "activity_id", "fact_ids"),
    "checks": ("report_id", "total", "parts"),
    "cells": ("report_id", "fact_ids"),
    "last_year": ("report_id", "fact_id"),
    "corrections": ("report_id", "fact_id"),
    DATING: ("report_id",),
}
"""The columns that hold a report_id, or an id that begins with one."""


def report_hash(raw: str) -> str:
    """The first 16 hex digits of the SHA-256 of a report's text; `report_id` is this, with a counter behind repetitions."""
    return hashlib.sha256(raw.encode("utf-8", "surrogatepass")).hexdigest()[:16]


class Tabulator:
    """Gathers reports of one batch of inputs; `tables` gives what was gathered, in the order in which it came.

    `unit_classes`: measure word → class of units.toml.
    """

    def __init__(self, calendar: Calendar, unit_classes: Mapping[str, str]) -> None:
        self._calendar = calendar
        self._classes = unit_classes
        self._columns: dict[str, Columns] = {
            table.name: {name: [] for name in table.names()}
            for table in (FILES, REPORTS, FACTS_TABLE, ACTIVITIES, CHECKS, LAST_YEAR, CORRECTIONS)
        }
        self._dating: list[dict[str, Any]] = []
        self._seen: Counter[str] = Counter()
        self.gaps: list[dict[str, Any]] = []
        """Reasons for empty cells, for `compare`: `report_id`, `indicator`, `state`, `start`, `end`, `fact_ids`."""

    def add(self, document: Document, reads: Sequence[ReadReport]) -> None:
        """One input with its reports; `reads` is empty where it could not be read."""
        self._extend("files", _file_columns(document, len(reads)))
        for read in reads:
            of = _Source(read, self._number(report_hash(read.report.raw)))
            self._extend("reports", _report_columns(read, of.report_id))
            self._extend("facts", _fact_columns(of, self._calendar))
            self._extend("activities", _activity_columns(of, self._calendar, self._classes))
            self._extend("checks", _check_columns(of))
            self._extend("last_year", _recall_columns(of))
            if read.amendments:
                self._extend("corrections", outcomes.columns(read.amendments, of.report_id, of.fact_ids.__getitem__))
            self._dating += _dating(read, of.report_id)
            self.gaps += _gaps(of)

    def tables(self) -> Tables:
        """The tables of all that was added, and what reports of one town may tell of each other's years."""
        tables = {name: pa.table(columns, schema=TABLES[name].schema) for name, columns in self._columns.items()}
        return {**tables, DATING: pa.Table.from_pylist(self._dating, schema=DATING_SCHEMA)}

    def _number(self, digest: str) -> str:
        self._seen[digest] += 1
        count = self._seen[digest]
        return digest if count == 1 else f"{digest}-{count}"

    def _extend(self, name: str, columns: Columns) -> None:
        target = self._columns[name]
        for column, values in target.items():
            values.extend(columns[column])


class _Source:
    """A report under its id, with what several tables ask of it."""

    def __init__(self, read: ReadReport, report_id: str) -> None:
        self.read, self.report_id = read, report_id
        self.spans = [read.report.raw_span(fact.start, fact.end) for fact in read.facts]
        """Of each fact, in the source."""
        self.fact_ids = [f"{report_id}:{start - read.report.start}" for start, _ in self.spans]
        self._sentences: dict[int, str | None] = {}

    def sentence(self, index: int) -> str | None:
        """The words of a sentence, cut out once."""
        if index not in self._sentences:
            self._sentences[index] = _words(self.read, *_sentence_span(self.read, index))
        return self._sentences[index]


def renumber(tables: Tables, names: Mapping[str, str]) -> Tables:
    """The tables with report ids changed as `names` says, wherever they stand."""
    if not names:
        return tables

    def new(old: Any) -> Any:
        if isinstance(old, list):
            return [new(item) for item in old]
        if old is None:
            return None
        report, colon, rest = old.partition(":")
        return names.get(report, report) + colon + rest

    renamed = dict(tables)
    for name, columns in _IDS.items():
        table = renamed.get(name)
        if table is None:
            continue
        for column in columns:
            values = [new(value) for value in table[column].to_pylist()]
            index = table.schema.get_field_index(column)
            table = table.set_column(index, table.schema.field(index), pa.array(values, table.schema.field(index).type))
        renamed[name] = table
    return renamed


def _file_columns(document: Document, reports: int) -> Columns:
    return {
        "source": [document.source],
        "status": [document.status],
        "reason": [document.reason],
        "format": [document.format],
        "encoding": [document.encoding],
        "encoding_basis": [document.encoding_basis],
        "sha256": [document.sha256],
        "bytes": [document.bytes],
        "chars": [len(document.text)],
        "reports": [reports],
    }


def _report_columns(read: ReadReport, report_id: str) -> Columns:
    report, place, period = read.report, read.place, read.period
    return {
        "report_id": [report_id],
        "source": [report.source],
        "part": [report.part],
        "start": [report.start],
        "end": [report.end],
        "boundary": [report.boundary],
        "title": [_title(read)],
        "org": [read.org],
        "town": [place.town],
        "town_kind": [place.town_kind],
        "county": [place.county],
        "city": [place.city],
        "province": [place.province],
        "town_code": [place.town_code],
        "town_code_nbs": [place.town_code_nbs],
        "place_basis": [place.basis],
        "place_evidence": [list(place.evidence)],
        "place_candidates": [list(place.candidates)],
        "period": [period.period],
        "year": [period.year],
        "year_basis": [period.basis],
        "year_min": [period.year_min],
        "year_max": [period.year_max],
        "year_evidence": [list(period.evidence)],
        "duplicate_of": [None],
        "similarity": [None],
        "template_of": [None],
        "numerals": [len(read.facts)],
        "facts": [sum(fact.kind in FACT_KINDS for fact in read.facts)],
    }


def _title(read: ReadReport) -> str | None:
    if read.title is not None:
        return read.title or None
    return read.report.raw_text(*read.report.title).strip() if read.report.title else None


def _fact_columns(of: _Source, calendar: Calendar) -> Columns:
    read, ids, spans = of.read, of.fact_ids, of.spans
    report, facts = read.report, read.facts
    quantities = [fact.quantity or _NO_QUANTITY for fact in facts]
    dates = [fact.date or _NO_DATE for fact in facts]
    days = [calendar.days(when, read.period.year) if when.edtf else None for when in dates]
    values, lows, highs = ([_NO_NUMBER if number is None else exact(number) for number in numbers] for numbers in _numbers(quantities))
    sections = _sections(read)
    count = len(facts)
    return {
        "fact_id": ids,
        "report_id": [of.report_id] * count,
        "source": [report.source] * count,
        "start": [start for start, _ in spans],
        "end": [end for _, end in spans],
        "text": [report.raw[start - report.start : end - report.start] for start, end in spans],
        "kind": [fact.kind for fact in facts],
        "value": [value for value, _ in values],
        "low": [low for low, _ in lows],
        "high": [high for high, _ in highs],
        "bound": [None if fact.quantity is None else fact.quantity.bound for fact in facts],
        "unit": [quantity.unit for quantity in quantities],
        "per": [quantity.per for quantity in quantities],
        "change": [quantity.change for quantity in quantities],
        "repaired": [fact.repaired for fact in facts],
        "edtf": [when.edtf for when in dates],
        "anchor": [when.anchor for when in dates],
        "part": [when.part for when in dates],
        "festival": [when.festival for when in dates],
        "date_start": [_first(span) for span in days],
        "date_end": [_last(span) for span in days],
        "object": [_object(read, fact) for fact in facts],
        "status": [fact.status for fact in facts],
        "scope": [fact.scope for fact in facts],
        "activity": [fact.activity for fact in facts],
        "indicator": [fact.indicator for fact in facts],
        "when": [fact.when for fact in facts],
        "when_anchor": [fact.when_anchor for fact in facts],
        "part_of": [None if fact.part_of is None else ids[fact.part_of] for fact in facts],
        "section": [sections(fact.sentence) for fact in facts],
        "sentence": [of.sentence(fact.sentence) for fact in facts],
        "rule": [fact.rule for fact in facts],
        "cues": [_cues(read, fact.cues) for fact in facts],
        "note": [_notes(fact, numbers) for fact, *numbers in zip(facts, values, lows, highs, strict=True)],
    }


def _numbers(quantities: Iterable[Quantity]) -> tuple[list[Decimal | None], list[Decimal | None], list[Decimal | None]]:
    values, lows, highs = [], [], []
    for quantity in quantities:
        values.append(quantity.value)
        lows.append(quantity.low)
        highs.append(quantity.high)
    return values, lows, highs


def _notes(fact: Fact, numbers: Iterable[tuple[Decimal | None, str | None]]) -> str | None:
    of_quantity = None if fact.quantity is None else fact.quantity.note
    of_date = None if fact.date is None else fact.date.note
    notes = [note for note in (fact.note, of_quantity, of_date, *[note for _, note in numbers]) if note]
    return "; ".join(dict.fromkeys(notes)) or None


def _object(read: ReadReport, fact: Fact) -> str | None:
    """The object as written in the source where its place is known; damage and script stay as they are."""
    return fact.object if fact.object_span is None else read.report.raw_text(*fact.object_span)


def _sections(read: ReadReport) -> Callable[[int], str | None]:
    """Sentence index → the headings above it, outermost first."""
    report = read.report
    kept: dict[int, str | None] = {}

    def above(block: int) -> str | None:
        if block not in kept:
            headings = [report.blocks[i] for i in report.blocks[block].path if report.blocks[i].heading]
            kept[block] = HEADING_JOINT.join(report.raw_text(h.start, h.end).strip() for h in headings if h.end > h.start) or None
        return kept[block]

    def section(index: int) -> str | None:
        return above(report.sentences[index].block) if index < len(report.sentences) and report.blocks else None

    return section


def _sentence_span(read: ReadReport, index: int) -> tuple[int, int]:
    if index >= len(read.report.sentences):
        return 0, 0
    sentence = read.report.sentences[index]
    return sentence.start, sentence.end


def _words(read: ReadReport, start: int, end: int) -> str | None:
    return read.report.raw_text(start, end).strip() if end > start else None


def _cues(read: ReadReport, cues: Iterable[Cue]) -> list[str]:
    """`rule@start-end` in source offsets."""
    written = []
    raw_span = read.report.raw_span
    for cue in cues:
        if cue.end > cue.start:
            start, end = raw_span(cue.start, cue.end)
            written.append(f"{cue.rule}@{start}-{end}")
        else:
            written.append(cue.rule)
    return written


def _first(span: Days | None) -> Any:
    return None if span is None else span[0]


def _last(span: Days | None) -> Any:
    return None if span is None else span[1]


def _activity_columns(of: _Source, calendar: Calendar, classes: Mapping[str, str]) -> Columns:
    read, report, activities = of.read, of.read.report, of.read.activities
    spans = [report.raw_span(activity.start, activity.end) for activity in activities]
    whens = [_when(read, activity) for activity in activities]
    days = [None if when is None else calendar.days(when, read.period.year) for when in whens]
    measured = [_measures(read, activity, classes) for activity in activities]
    columns: Columns = {
        "activity_id": _distinct(f"{of.report_id}:{start - report.start}" for start, _ in spans),
        "report_id": [of.report_id] * len(activities),
        "start": [start for start, _ in spans],
        "end": [end for _, end in spans],
        "activity": [activity.activity for activity in activities],
        "status": [activity.status for activity in activities],
        "when": [None if when is None else when.edtf for when in whens],
        "date_start": [_first(span) for span in days],
        "date_end": [_last(span) for span in days],
        "fact_ids": [[of.fact_ids[index] for index in activity.facts] for activity in activities],
        "sentence": [of.sentence(activity.sentence) for activity in activities],
        "rule": [activity.rule for activity in activities],
        "cues": [_cues(read, activity.cues) for activity in activities],
    }
    for name in MEASURES:
        columns[name] = [exact(found[name].value)[0] if name in found else None for found in measured]
        columns[f"{name}_bound"] = [found[name].bound if name in found else None for found in measured]
    return columns


def _measures(read: ReadReport, activity: Activity, classes: Mapping[str, str]) -> dict[str, Hedged]:
    """What the facts of an activity say of its size, each total without its parts."""
    found: dict[str, list[Hedged]] = {}
    own = set(activity.facts)
    for index in activity.facts:
        fact = read.facts[index]
        quantity = fact.quantity
        if quantity is None or quantity.per or quantity.change or fact.scope == "last_year" or fact.part_of in own:
            continue
        unit_class = classes.get(quantity.unit or "")
        number = hedged(quantity.value, quantity.low, quantity.high, quantity.bound)
        if number is not None and unit_class is not None:
            found.setdefault(unit_class, []).append(number)
    measured: dict[str, Hedged] = {}
    for name, unit_class in _MEASURING if found else ():
        if unit_class in found and name not in measured:
            measured[name] = total(found[unit_class])
    return measured


def _when(read: ReadReport, activity: Activity) -> PartialDate | None:
    """The first date among its facts, else the time that they belong to."""
    facts = [read.facts[index] for index in activity.facts]
    for fact in facts:
        if fact.kind == "date" and fact.date is not None:
            return fact.date
    return next((PartialDate(fact.when, anchor=fact.when_anchor) for fact in facts if fact.when), None)


def _distinct(ids: Iterable[str]) -> list[str]:
    """The ids in their order, a repeated one with a counter: two activities can be told of by the same words."""
    seen: Counter[str] = Counter()
    result = []
    for name in ids:
        seen[name] += 1
        result.append(name if seen[name] == 1 else f"{name}-{seen[name]}")
    return result


def _check_columns(of: _Source) -> Columns:
    checks = of.read.checks
    return {
        "report_id": [of.report_id] * len(checks),
        "kind": [check.kind for check in checks],
        "total": [of.fact_ids[check.total] for check in checks],
        "parts": [[of.fact_ids[index] for index in check.parts] for check in checks],
        "stated": [exact(check.stated)[0] for check in checks],
        "computed": [exact(check.computed)[0] for check in checks],
        "difference": [exact(subtract(check.stated, check.computed))[0] for check in checks],
        "verdict": [check.verdict for check in checks],
        "sentence": [of.sentence(check.sentence) for check in checks],
    }


def _recall_columns(of: _Source) -> Columns:
    """As far as the report itself goes; last year's report is found at the end of the run."""
    read = of.read
    facts = [read.facts[recall.fact] for recall in read.recalls]
    numbers = [hedged(q.value, q.low, q.high, q.bound) for q in (fact.quantity or _NO_QUANTITY for fact in facts)]
    known: Columns = {
        "report_id": [of.report_id] * len(facts),
        "fact_id": [of.fact_ids[recall.fact] for recall in read.recalls],
        "indicator": [recall.indicator for recall in read.recalls],
        "stated": [None if number is None else exact(number.value)[0] for number in numbers],
        "stated_bound": [None if number is None else number.bound for number in numbers],
        "step": [exact(recall.step)[0] for recall in read.recalls],
        "sentence": [of.sentence(fact.sentence) for fact in facts],
    }
    return {name: known.get(name, [None] * len(facts)) for name in LAST_YEAR.names()}


def _dating(read: ReadReport, report_id: str) -> Iterator[dict[str, Any]]:
    """What the years of a town's other reports may be told by, or its own by theirs; nothing for a report without a town."""
    period, report = read.period, read.report
    if read.place.town is None or not (period.editions or period.year is None):
        return
    spans = [report.raw_span(edition.start, edition.end) for edition in period.editions]
    yield {
        "report_id": report_id,
        "allowed": sorted(period.left.allowed),
        "narrowed": sorted(period.left.narrowed),
        "names": [edition.name for edition in period.editions],
        "numbers": [edition.number for edition in period.editions],
        "words": [f"{report.raw_text(e.start, e.end)}@{a}-{b}" for e, (a, b) in zip(period.editions, spans, strict=True)],
    }


def _gaps(of: _Source) -> Iterator[dict[str, Any]]:
    for gap in of.read.gaps:
        start, end = of.read.report.raw_span(gap.start, gap.end)
        fact_ids = [] if gap.fact is None else [of.fact_ids[gap.fact]]
        yield {"report_id": of.report_id, "indicator": gap.indicator, "state": gap.state, "start": start, "end": end, "fact_ids": fact_ids}
