"""A run's tables against annotations: how many facts were found, read right, understood right, and how many cells they fill right.

Annotations are JSON lines as the guide defines them: `reports*.jsonl` has one row per report, every other file rows per fact. A row of
`facts` belongs to the annotations of the report that its file is named after. Figures have the names that docs/quality.md uses.
"""

from __future__ import annotations

import json
import math
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path, PurePosixPath
from typing import Any

import pyarrow.parquet as pq

Row = dict[str, Any]

QUANTITIES = ("count", "money", "rate")
FACTS = (*QUANTITIES, "date", "duration")
LABELS = ("ordinal", "reference", "marker", "name")
QUANTITY_KEYS = ("value", "low", "high", "bound", "unit", "per")
DATE_KEYS = ("edtf", "anchor", "part", "festival")
PLACE_KEYS = ("town", "county", "city", "province", "org", "period")
WIDEST_BOUNDS = 10
"""A bound further than so many years from the true one says nothing."""
_NUMBERS = frozenset({"value", "low", "high"})
_FACT_COLUMNS = [
    "source", "start", "end", "text", "kind", *QUANTITY_KEYS, *DATE_KEYS, "object", "status", "activity", "indicator",
]  # fmt: skip


class EvaluationError(ValueError):
    """Tables or annotations that cannot be read; the message says which and what to do."""


@dataclass(frozen=True, slots=True)
class Score:
    """Found against annotated: `hit` of `got` rows are among the `gold` ones."""

    hit: int
    got: int
    gold: int

    @property
    def precision(self) -> float:
        return self.hit / self.got if self.got else float(self.gold == 0)

    @property
    def recall(self) -> float:
        return self.hit / self.gold if self.gold else 1.0

    @property
    def f1(self) -> float:
        both = self.precision + self.recall
        return 2 * self.precision * self.recall / both if both else 0.0

    def __add__(self, other: Score) -> Score:
        return Score(self.hit + other.hit, self.got + other.got, self.gold + other.gold)


@dataclass(frozen=True, slots=True)
class Share:
    """How many of the questions asked were answered right."""

    right: int
    asked: int

    @property
    def share(self) -> float:
        return self.right / self.asked if self.asked else 1.0


Figure = Score | Share | int


@dataclass(frozen=True, slots=True)
class Evaluation:
    """Figures by name, and every miss in words."""

    figures: Mapping[str, Figure]
    misses: Sequence[str] = field(default_factory=tuple)


def evaluate(out: Path, gold: Path) -> Evaluation:
    """Measure the tables in `out` against the annotations in `gold`. Raises EvaluationError."""
    facts, reports, cells = _table(out, "facts"), _table(out, "reports"), _table(out, "cells")
    wanted, wanted_reports = load_annotations(gold)
    by_fact = evaluate_facts(facts, wanted)
    by_cell = evaluate_cells(cells, reports, wanted)
    by_report = evaluate_reports(reports, wanted_reports)
    figures = {**by_fact.figures, **by_cell.figures, **by_report.figures}
    return Evaluation(figures, (*by_fact.misses, *by_cell.misses, *by_report.misses))


def load_annotations(folder: Path) -> tuple[list[Row], list[Row]]:
    """Rows per fact and rows per report. Raises EvaluationError, with file and line, on what is no JSON line of an annotation."""
    facts: list[Row] = []
    reports: list[Row] = []
    paths = sorted(folder.glob("*.jsonl"))
    if not paths:
        raise EvaluationError(f"{folder}: no annotations (*.jsonl) there; data/gold holds those of the sample archive")
    for path in paths:
        into = reports if path.stem.startswith("reports") else facts
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
            if not line.strip():
                continue
            try:
                row = json.loads(line)
                row["report"]
            except (ValueError, KeyError, TypeError) as error:
                raise EvaluationError(f"{path.name}, line {number}: no annotation with a key `report`") from error
            into.append(row)
    return facts, reports


def _table(out: Path, name: str) -> list[Row]:
    path = out / f"{name}.parquet"
    try:
        rows: list[Row] = pq.read_table(path).to_pylist()
    except (OSError, ValueError) as error:
        raise EvaluationError(f"{path}: cannot be read; run with --format parquet first ({type(error).__name__})") from error
    return rows


def _report_of(row: Row) -> str:
    return PurePosixPath(row["source"]).stem


# --- facts


def evaluate_facts(facts: Iterable[Row], annotations: Sequence[Row]) -> Evaluation:
    """Spans, values and meanings of the facts of annotated reports."""
    named = {row["report"] for row in annotations}
    optional = defaultdict(list)
    for row in annotations:
        if row.get("optional"):
            optional[row["report"]].append(row)
    found = [{name: row.get(name) for name in _FACT_COLUMNS} | {"report": _report_of(row)} for row in facts if _report_of(row) in named]
    found = [row for row in found if not any(_inside(row, place) for place in optional[row["report"]])]
    wanted = [row for row in annotations if not row.get("optional")]
    match = _Matching(found)
    for row in wanted:
        match.look_for(row)
    figures = match.figures(wanted)
    indicators, missed = _indicators(found, wanted)
    figures["indicators"] = indicators
    figures["overlaps"] = _overlaps(found)
    return Evaluation(figures, (*match.misses, *missed))


class _Matching:
    """Looks for each annotation among the rows found and keeps the count."""

    def __init__(self, found: Sequence[Row]) -> None:
        self.found = found
        self.exact = {(row["report"], row["kind"], row["start"], row["end"]): row for row in found}
        self.labels: dict[tuple[str, str], list[Row]] = defaultdict(list)
        for row in found:
            if row["kind"] in LABELS:
                self.labels[row["report"], row["kind"]].append(row)
        self.spans: Counter[str] = Counter()
        self.values: Counter[str] = Counter()
        self.asked: Counter[str] = Counter()
        self.right: Counter[str] = Counter()
        self.misses: list[str] = []

    def look_for(self, wanted: Row) -> None:
        row = self.exact.get((wanted["report"], wanted["kind"], wanted["start"], wanted["end"]))
        if row is None and wanted["kind"] in LABELS:
            row = self._touching_label(wanted)
        if row is None:
            self._miss(wanted, f"not found; there: {self._near(wanted)}")
            return
        self.spans[wanted["kind"]] += 1
        wrong = _wrong_keys(wanted, row)
        self.values[wanted["kind"]] += not wrong
        if wrong:
            self._miss(wanted, "; ".join(f"{key} {row[key]} instead of {wanted[key]}" for key in wrong))
        if wanted["kind"] in QUANTITIES:
            self._meaning(wanted, row)

    def _touching_label(self, wanted: Row) -> Row | None:
        """Where a label ends is a matter of taste: touching is enough, but one row answers for one label only."""
        rows = self.labels[wanted["report"], wanted["kind"]]
        for row in rows:
            if row["start"] < wanted["end"] and row["end"] > wanted["start"]:
                rows.remove(row)
                return row
        return None

    def _meaning(self, wanted: Row, row: Row) -> None:
        answers = {
            "status": _same_text(row["status"], wanted["status"]),
            "activity": not wanted["activity"] or row["activity"] in wanted["activity"],
            "object": any(_alike(row["object"] or "", accepted or "") for accepted in _listed(wanted["object"])),
        }
        for name, right in answers.items():
            self.asked[name] += 1
            self.right[name] += right
            if not right:
                self._miss(wanted, f"{name} {row[name]} instead of {wanted[name]}")

    def _near(self, wanted: Row) -> str:
        rows = [r for r in self.found if r["report"] == wanted["report"] and r["start"] < wanted["end"] and r["end"] > wanted["start"]]
        return ", ".join(f"{row['kind']} «{row['text']}»" for row in rows) or "nothing"

    def _miss(self, wanted: Row, what: str) -> None:
        self.misses.append(f"{wanted['report']}:{wanted['start']}-{wanted['end']} {wanted['kind']} «{wanted['text']}» {what}")

    def figures(self, wanted: Iterable[Row]) -> dict[str, Figure]:
        gold = Counter(row["kind"] for row in wanted)
        got = Counter(row["kind"] for row in self.found)
        span = {kind: Score(self.spans[kind], got[kind], gold[kind]) for kind in (*FACTS, *LABELS)}
        exact = {kind: Score(self.values[kind], got[kind], gold[kind]) for kind in FACTS}
        figures: dict[str, Figure] = {}
        for kind in (*FACTS, *LABELS):
            figures[f"span.{kind}"] = span[kind]
            if kind in exact:
                figures[f"exact.{kind}"] = exact[kind]
        for group, kinds in (("facts", FACTS), ("quantities", QUANTITIES), ("labels", LABELS)):
            figures[f"span.{group}"] = sum((span[kind] for kind in kinds), Score(0, 0, 0))
            if group != "labels":
                figures[f"exact.{group}"] = sum((exact[kind] for kind in kinds), Score(0, 0, 0))
        for name in ("status", "activity", "object"):
            figures[f"{name}.accuracy"] = Share(self.right[name], self.asked[name])
        return figures


def _wrong_keys(wanted: Row, row: Row) -> list[str]:
    """The keys in which a row's value is not the annotated one, as an analyst would use it."""
    keys: tuple[str, ...] = ()
    if wanted["kind"] in QUANTITIES:
        keys = QUANTITY_KEYS
    elif wanted["kind"] == "date":
        keys = DATE_KEYS
    elif wanted["kind"] == "duration":
        keys = ("value", "unit")
    return [key for key in keys if not _same(key, row[key], wanted[key])]


def _same(key: str, a: Any, b: Any) -> bool:
    if key in _NUMBERS:
        return _same_number(a, b)
    if key == "bound":
        return (a or "=") == (b or "=")
    return _same_text(a, b)


def _same_number(a: Any, b: Any) -> bool:
    if a is None or b is None:
        return a is None and b is None
    return math.isclose(float(a), float(b), rel_tol=1e-9, abs_tol=1e-9)


def _same_text(a: Any, b: Any) -> bool:
    return str("" if a is None else a) == str("" if b is None else b)


def _alike(a: str, b: str) -> bool:
    """Whether two noun phrases share at least half of their characters."""
    mine, theirs = set(a), set(b)
    if not mine or not theirs:
        return not mine and not theirs
    return 2 * len(mine & theirs) >= (len(mine) + len(theirs)) / 2


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _inside(row: Row, place: Row) -> bool:
    return bool(row["start"] >= place["start"] and row["end"] <= place["end"])


def _claims(rows: Iterable[Row]) -> set[tuple[str, str, float | None]]:
    """(report, indicator, value) of every fact that claims a cell."""
    return {
        (row["report"], row["indicator"], None if row["value"] is None else round(float(row["value"]), 6))
        for row in rows
        if row["indicator"] and row["status"] == "done"
    }


def _indicators(found: Sequence[Row], wanted: Sequence[Row]) -> tuple[Score, list[str]]:
    """Claims found against annotated ones; those for which the annotation leaves a choice count on neither side."""
    gold = _claims(row for row in wanted if not isinstance(row["indicator"], list))
    free = _claims({**row, "indicator": code} for row in wanted if isinstance(row["indicator"], list) for code in row["indicator"])
    got = _claims(found) - free
    misses = [f"{report} {code} = {value} missing" for report, code, value in sorted(gold - got, key=str)]
    misses += [f"{report} {code} = {value} not annotated" for report, code, value in sorted(got - gold, key=str)]
    return Score(len(gold & got), len(got), len(gold)), misses


def _overlaps(found: Iterable[Row]) -> int:
    spans = defaultdict(list)
    for row in found:
        spans[row["report"]].append((row["start"], row["end"]))
    return sum(b[0] < a[1] for places in map(sorted, spans.values()) for a, b in pairwise(places))


# --- cells


def evaluate_cells(cells: Iterable[Row], reports: Iterable[Row], annotations: Sequence[Row]) -> Evaluation:
    """Cells with a value against those that the annotated facts make up.

    The annotations name the facts; how they become a cell is told by the cell's own `how`: a sum is that of all, else any one is right.
    """
    named = {row["report"] for row in annotations}
    report_of = {row["report_id"]: _report_of(row) for row in reports}
    terms: dict[tuple[str, str], list[Row]] = defaultdict(list)
    free = set()
    for row in annotations:
        if row["status"] != "done" or not row["indicator"]:
            continue
        if row.get("optional") or isinstance(row["indicator"], list):
            free |= {(row["report"], code) for code in _listed(row["indicator"])}
        else:
            terms[row["report"], row["indicator"]].append(row)
    got = 0
    hit = set()
    misses = []
    for cell in cells:
        key = report_of.get(cell["report_id"], ""), cell["indicator"]
        if key[0] not in named or key in free or cell["state"] != "value":
            continue
        got += 1
        if _cell_right(cell, terms.get(key, [])):
            hit.add(key)
        else:
            said = ", ".join(f"{row['bound']} {row['value']}" for row in terms.get(key, [])) or "nothing"
            misses.append(f"{key[0]} cell {key[1]}: {cell['bound']} {cell['value']} instead of {said} ({cell['how']})")
    wanted = set(terms) - free
    misses += [f"{report} cell {code} missing or wrong" for report, code in sorted(wanted - hit)]
    return Evaluation({"cells": Score(len(hit), got, len(wanted))}, misses)


def _cell_right(cell: Row, terms: Sequence[Row]) -> bool:
    values = [float(row["value"]) for row in terms if row["value"] is not None]
    if not terms:
        return False
    if cell["how"] != "sum":
        return any(_same_number(cell["value"], value) for value in values)
    exact = all((row["bound"] or "=") == "=" for row in terms)
    return _same_number(cell["value"], sum(values)) and exact == ((cell["bound"] or "=") == "=")


# --- reports


def evaluate_reports(reports: Iterable[Row], annotations: Iterable[Row]) -> Evaluation:
    """Place, organisation, period and year of each annotated report. Place and organisation of a copy are not asked twice."""
    found = {_report_of(row): row for row in reports}
    asked: Counter[str] = Counter()
    right: Counter[str] = Counter()
    misses: list[str] = []

    def ask(name: str, wanted: Row, got: Any, fine: bool) -> None:
        asked[name] += 1
        right[name] += fine
        if not fine:
            misses.append(f"{wanted['report']} {name}: {got} instead of {wanted.get(name, 'a tighter or truer one')}")

    for wanted in annotations:
        row = found.get(wanted["report"])
        if wanted["duplicate_of"] is None:
            for name in PLACE_KEYS:
                ask(name, wanted, row and row[name], row is not None and any(_same_text(row[name], w) for w in _listed(wanted[name])))
        ask("year", wanted, row and row["year"], row is not None and row["year"] in _listed(wanted["year"]))
        for name, tighter in _BOUNDS.items():
            if wanted[name] is not None:
                fine = row is not None and _bound_right(row, name, wanted, tighter)
                ask("year_bounds", wanted, row and (row["year_min"], row["year_max"]), fine)
    return Evaluation({f"report.{name}": Share(right[name], asked[name]) for name in asked}, misses)


_BOUNDS: Mapping[str, Callable[[int, int], bool]] = {"year_min": lambda got, gold: got >= gold, "year_max": lambda got, gold: got <= gold}


def _bound_right(row: Row, name: str, wanted: Row, tighter: Callable[[int, int], bool]) -> bool:
    """At least as tight as annotated, not past the other bound, and the known year where there is one."""
    got, years = row[name], _listed(wanted["year"])
    if got is None or not tighter(got, wanted[name]) or abs(got - wanted[name]) > WIDEST_BOUNDS:
        return False
    low, high = row["year_min"], row["year_max"]
    return (low is None or high is None or low <= high) and (None in years or got in years)


# --- in words


def lines(evaluation: Evaluation) -> list[str]:
    """The figures as a table in plain text, a line each."""
    return [f"{name:22} {_in_words(figure)}" for name, figure in evaluation.figures.items()]


def _in_words(figure: Figure) -> str:
    if isinstance(figure, Score):
        return f"F1 {figure.f1:.3f}  P {figure.precision:.3f}  R {figure.recall:.3f}  gold {figure.gold}  got {figure.got}"
    if isinstance(figure, Share):
        return f"{figure.share:.3f}  {figure.right} of {figure.asked}"
    return str(figure)


def as_json(evaluation: Evaluation) -> dict[str, Any]:
    """The figures as plain values: `p`, `r`, `f1`, `gold`, `got`, or `right`, `asked`, `share`, or a number."""
    content: dict[str, Any] = {}
    for name, figure in evaluation.figures.items():
        if isinstance(figure, Score):
            content[name] = {"gold": figure.gold, "got": figure.got, "p": figure.precision, "r": figure.recall, "f1": figure.f1}
        elif isinstance(figure, Share):
            content[name] = {"right": figure.right, "asked": figure.asked, "share": figure.share}
        else:
            content[name] = figure
    return content
