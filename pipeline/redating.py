"""Puts years that are concluded at the end of a run into the tables: dates that hang on the year, names and codes of the place in it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from pipeline.days import Calendar, Days
from pipeline.interpret.codes import in_year
from pipeline.interpret.gazetteer import Gazetteer
from pipeline.model import PartialDate, Place
from pipeline.neighbours import Dated
from pipeline.rulebook import Rulebook

Row = dict[str, Any]
_PLACE = ("town", "town_kind", "county", "city", "province", "town_code", "town_code_nbs")
_CANDIDATES = "place_candidates"
_IDS = {"facts": "fact_id", "activities": "activity_id"}
"""Other tables are asked for a report's id."""
_DATE = ("edtf", "anchor", "part", "festival")


@dataclass(frozen=True, slots=True)
class Redating:
    """Changes of single rows, by table and by the id that the rows of that table are asked for. Picklable."""

    changes: Mapping[str, Mapping[str, Row]] = field(default_factory=dict)

    def applied(self, name: str, table: pa.Table) -> pa.Table:
        """The rows of the table `name`, with what is changed of them."""
        changed = self.changes.get(name)
        if not changed:
            return table
        key = table[_IDS.get(name, "report_id")]
        touched = pc.is_in(key, pa.array(sorted(changed), pa.string()))
        if not pc.any(touched).as_py():
            return table
        rows = [changed.get(ident, {}) for ident in key.to_pylist()]
        for column in sorted({column for row in changed.values() for column in row} & set(table.column_names)):
            old = table[column].to_pylist()
            values = [row.get(column, was) for row, was in zip(rows, old, strict=True)]
            index = table.schema.get_field_index(column)
            table = table.set_column(index, table.schema.field(index), pa.array(values, table.schema.field(index).type))
        return table


def redating(
    years: Mapping[str, Dated], reports: pa.Table, facts: Iterable[pa.Table], activities: Iterable[pa.Table], book: Rulebook
) -> Redating:
    """What changes in `reports`, `cells`, `facts` and `activities` with these years. Tables come in portions; few rows are kept."""
    if not years:
        return Redating()
    settled = {name: found.year for name, found in years.items() if found.year is not None}
    of_reports: dict[str, Row] = {name: asdict(found) for name, found in years.items()}
    for name, place in _places(settled, reports, book):
        of_reports[name].update(place)
    calendar = Calendar(book.table("calendar"))
    told = {row["fact_id"]: row for row in _of(facts, settled)}
    of_facts = {name: calendar.days(_date(row), settled[row["report_id"]]) for name, row in told.items() if row["edtf"] is not None}
    whens = {row["activity_id"]: (_when(row, told), settled[row["report_id"]]) for row in _of(activities, settled)}
    of_activities = {name: None if when is None else calendar.days(when, year) for name, (when, year) in whens.items()}
    changes = {"reports": of_reports, "cells": of_reports, "facts": _columns(of_facts), "activities": _columns(of_activities)}
    return Redating(changes)


def _places(settled: Mapping[str, int], reports: pa.Table, book: Rulebook) -> Iterator[tuple[str, Row]]:
    """The places of the reports as they were in the years now known."""
    gazetteer = Gazetteer(book.folder / "places") if settled else None
    rows = reports.filter(pc.is_in(reports["report_id"], pa.array(sorted(settled), pa.string())))
    for row in rows.select(["report_id", *_PLACE, "place_basis", "place_evidence", _CANDIDATES]).to_pylist():
        if gazetteer is not None and row["place_basis"] != "manifest":
            known = Place(
                **{name: row[name] for name in _PLACE},
                basis=row["place_basis"], evidence=tuple(row["place_evidence"]), candidates=tuple(row[_CANDIDATES]),
            )  # fmt: skip
            place = in_year(gazetteer, known, settled[row["report_id"]])
            yield row["report_id"], {**{name: getattr(place, name) for name in _PLACE}, _CANDIDATES: list(place.candidates)}


def _of(portions: Iterable[pa.Table], settled: Mapping[str, int]) -> list[Row]:
    """The rows of these reports."""
    if not settled:
        return []
    wanted = pa.array(sorted(settled), pa.string())
    return [row for chunk in portions for row in chunk.filter(pc.is_in(chunk["report_id"], wanted)).to_pylist()]


def _date(row: Row) -> PartialDate:
    return PartialDate(*(row[name] for name in _DATE))


def _when(activity: Row, facts: Mapping[str, Row]) -> PartialDate | None:
    """The first date among its facts, else the time that they belong to, as `tabulate` has it."""
    own = [facts[name] for name in activity["fact_ids"] if name in facts]
    for fact in own:
        if fact["kind"] == "date" and any(fact[name] is not None for name in _DATE):
            return _date(fact)
    return next((PartialDate(fact["when"], anchor=fact["when_anchor"]) for fact in own if fact["when"]), None)


def _columns(days: Mapping[str, Days | None]) -> dict[str, Row]:
    return {name: {"date_start": span and span[0], "date_end": span and span[1]} for name, span in days.items()}
