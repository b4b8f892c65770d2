"""What the page knows from the start: its words, the reports it holds, the comparison, the doubts. Places are [report, offset]."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, get_args

import pyarrow as pa
import pyarrow.compute as pc

from pipeline.bounds import plain
from pipeline.labels import LANGUAGES, Labels
from pipeline.model import FACTS as FACT_KINDS
from pipeline.model import Bound, Kind, Scope, Status
from pipeline.rulebook import Rulebook
from pipeline.schema import COMPARISON, CORRECTIONS, FACTS, REPORTS, Column
from pipeline.write.review.packs import offset

_OF_CORRECTIONS = tuple(column for column in CORRECTIONS.columns if column.name in ("outcome", "why", "number"))
STATES = ("not_mentioned", "plan_only", "masked", "value", "conflict")
"""States of a cell; where reports share a row, the later of theirs is shown."""
_REPORT_COLUMNS = tuple(name for name in REPORTS.names() if name != "town_code_nbs")
_OUTCOME_COLUMNS = ("number", "source", "text", "column", "old", "new", "reason", "outcome", "why")
_ROW_COLUMNS = tuple(column.name for column in COMPARISON.columns if column.name != "report_ids")
MAX_SENTENCE = 160
"""A doubt shows so many characters of its sentence; the page has the whole of it in the text."""


_EVIDENCE = {
    "place_unknown": "place_evidence", "place_ambiguous": "place_evidence",
    "year_unknown": "year_evidence", "year_conflict": "year_evidence",
}  # fmt: skip
_PLACED = re.compile(r"@(\d+)-(\d+)$")


def words(book: Rulebook) -> dict[str, Any]:
    """All words of the page in each language."""
    return {language: _words(Labels(book, language)) for language in LANGUAGES}


def _words(labels: Labels) -> dict[str, Any]:
    return {
        "page": labels.section("page"),
        "states": labels.section("states"),
        "units": labels.section("units"),
        "doubt_kinds": labels.section("doubt_kinds"),
        "codes": labels.sections("codes"),
        "columns": {column.name: _column_word(column, labels) for column in (*_OF_CORRECTIONS, *REPORTS.columns, *FACTS.columns)},
    }


def _column_word(column: Column, labels: Labels) -> str:
    return column.label if labels.language == "zh" else column.name.replace("_", " ")


def definitions(book: Rulebook) -> dict[str, Any]:
    """What codes stand for: indicators and activity types, each with its name in each language."""
    return {
        "indicators": [
            {"code": code, "unit": indicator.unit, "how": indicator.combine, "zh": indicator.label, "en": indicator.label_en}
            for code, indicator in book.indicators.items()
        ],
        "activities": [{"code": code, "zh": activity.label, "en": activity.label_en} for code, activity in book.activities.items()],
        "labels": [kind for kind in get_args(Kind) if kind not in FACT_KINDS],
        "choices": {"kind": get_args(Kind), "bound": get_args(Bound), "status": get_args(Status), "scope": get_args(Scope)},
        "meanings": {column.name: column.meaning for column in (*REPORTS.columns, *FACTS.columns)},
    }


class Index:
    """The tables of a run as the page speaks of them. `numbers`: report_id → its position in the page, for those it holds."""

    def __init__(self, tables: Mapping[str, pa.Table], book: Rulebook, numbers: Mapping[str, int]) -> None:
        self._tables = tables
        self._numbers = numbers
        self._indicators = {code: position for position, code in enumerate(book.indicators)}
        self._labels = {language: Labels(book, language) for language in LANGUAGES}
        held = _among(tables["reports"], "report_id", numbers)
        self._held = held.select(["report_id", "start", *sorted(set(_EVIDENCE.values()))]).to_pylist()
        self._rows = self._rows_held()
        self._cells = self._told_cells()

    def reports(self, rows: Sequence[int], sha256: Sequence[str]) -> dict[str, list[Any]]:
        """Columns of the reports held; `duplicate_of` and `template_of` stay ids, for the page need not hold that report."""
        held = self._tables["reports"].take(pa.array(rows, pa.int64()))
        columns = {name: [_plain(value) for value in held[name].to_pylist()] for name in _REPORT_COLUMNS}
        return {**columns, "sha256": list(sha256)}

    def comparison(self) -> list[dict[str, Any]]:
        """Rows with a report that the page holds: what leads the row, `reports`, and `cells` by the position of the indicator."""
        rows = []
        for row in self._rows:
            held = [self._numbers[report_id] for report_id in row["report_ids"] if report_id in self._numbers]
            cells = {str(position): self._cell(code, position, row) for code, position in self._indicators.items()}
            lead = {name: row[name] for name in _ROW_COLUMNS if row[name] is not None}
            rows.append({**lead, "reports": held, "cells": {key: cell for key, cell in cells.items() if cell}})
        return rows

    def _rows_held(self) -> list[dict[str, Any]]:
        table = self._tables[COMPARISON.name]
        shared = [not self._numbers.keys().isdisjoint(ids) for ids in table["report_ids"].to_pylist()]
        held: list[dict[str, Any]] = table.filter(pa.array(shared, pa.bool_())).to_pylist()
        return held

    def _cell(self, code: str, position: int, row: Mapping[str, Any]) -> dict[str, Any] | None:
        """A cell of the comparison with its evidence in all reports of the row; None where no report says anything."""
        told = [(report_id, cell) for report_id in row["report_ids"] if (cell := self._cells.get((report_id, position))) is not None]
        if not told:
            return None
        value = row[code]
        state = max((cell["state"] for _, cell in told), key=STATES.index)
        first = next(cell for _, cell in told if cell["state"] == state)
        shown: dict[str, Any] = {"state": state, "facts": [place for _, cell in told for place in cell["facts"]]}
        shown |= {name: first[name] for name in ("bound", "low", "high") if first[name] not in (None, "=")}
        if value is not None:
            shown["value"] = plain(value)
        if spans := [cell["span"] for _, cell in told if cell["span"] is not None]:
            shown["spans"] = spans
        return shown

    def _told_cells(self) -> dict[tuple[str, int], dict[str, Any]]:
        """Report and indicator → what the report says of it: facts that the page holds, or the span of a mask."""
        cells = _among(self._tables["cells"], "report_id", [*self._numbers, *(i for row in self._rows for i in row["report_ids"])])
        begins = {report["report_id"]: report["start"] for report in self._held}
        found = {}
        for cell in cells.filter(pc.not_equal(cells["state"], "not_mentioned")).to_pylist():
            report_id, number = cell["report_id"], self._numbers.get(cell["report_id"])
            span = None
            if cell["state"] == "masked" and cell["start"] is not None and number is not None:
                span = [number, cell["start"] - begins[report_id], cell["end"] - begins[report_id]]
            facts = [] if number is None else [[number, offset(fact_id)] for fact_id in cell["fact_ids"]]
            numbers = {name: None if cell[name] is None else plain(cell[name]) for name in ("low", "high")}
            found[report_id, self._indicators[cell["indicator"]]] = {
                "state": cell["state"], "bound": cell["bound"], "span": span, "facts": facts, **numbers,
            }  # fmt: skip
        return found

    def doubts(self, doubts: pa.Table) -> list[dict[str, Any]]:
        """Doubts about the reports held and about files, in the order in which they come."""
        shown = []
        doubts = doubts.filter(pc.is_in(doubts["report_id"], pa.array([None, *self._numbers], pa.string())))
        words = self._words_of(doubts.filter(pc.is_null(doubts["text"]))["fact_id"])
        for doubt in doubts.to_pylist():
            number = self._numbers.get(doubt["report_id"])
            indicator = self._indicators.get(doubt["indicator"])
            told = {} if indicator is None else self._cells.get((doubt["report_id"], indicator), {})
            text, sentence = words.get(doubt["fact_id"], (doubt["text"], doubt["sentence"]))
            row = {
                "kind": doubt["kind"],
                "effect": doubt["effect"],
                "report": number,
                "source": doubt["source"] if number is None else None,
                "indicator": indicator,
                "fact": offset(doubt["fact_id"]),
                "spans": [told["span"]] if told.get("span") else self._evidence(doubt["kind"], number),
                "text": text,
                "told": self._told("reasons", text) if doubt["kind"] == "file_unread" else None,
                "sentence": sentence and sentence[:MAX_SENTENCE],
            }
            shown.append({name: value for name, value in row.items() if value is not None})
        return shown

    def corrections(self) -> list[dict[str, Any]]:
        """What became of the corrections handed in, in their order; `report` and `fact` where the page holds what they were applied to."""
        shown = []
        for row in self._tables[CORRECTIONS.name].to_pylist():
            held = {"report": self._numbers.get(row["report_id"]), "fact": offset(row["fact_id"]) if row["report_id"] else None}
            said = {**{name: row[name] for name in _OUTCOME_COLUMNS}, **held, "why": self._told("whys", row["why"])}
            shown.append({name: value for name, value in said.items() if value is not None})
        return shown

    def _told(self, section: str, text: str | None) -> dict[str, str] | None:
        """A sentence of the tables in each language."""
        return None if text is None else {language: labels.told(section, text) for language, labels in self._labels.items()}

    def _evidence(self, kind: str, number: int | None) -> list[list[int]] | None:
        """Where the words stand that leave a report's place or year open: `十七大@3420-3423` as report, start and end."""
        column = _EVIDENCE.get(kind)
        if column is None or number is None:
            return None
        report = self._held[number]
        placed = [found for found in map(_PLACED.search, report[column]) if found]
        return [[number, int(found[1]) - report["start"], int(found[2]) - report["start"]] for found in placed] or None

    def _words_of(self, fact_ids: Any) -> dict[str, tuple[str, str | None]]:
        """Words and sentence of some facts."""
        facts = _among(self._tables["facts"], "fact_id", fact_ids.drop_null().to_pylist())
        return {fact["fact_id"]: (fact["text"], fact["sentence"]) for fact in facts.select(["fact_id", "text", "sentence"]).to_pylist()}


def _among(table: pa.Table, column: str, values: Iterable[str]) -> pa.Table:
    """Rows whose `column` is one of `values`."""
    return table.filter(pc.is_in(table[column], pa.array(list(values), pa.string())))


def _plain(value: Any) -> Any:
    """A value of a table as JSON holds it: decimals as text, so that none loses a digit."""
    return plain(value) if hasattr(value, "as_tuple") else value
