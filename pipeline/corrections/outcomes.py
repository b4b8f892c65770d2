"""What became of the corrections → the table `corrections`: one row for each that was handed in, none lost."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, get_args

import pyarrow as pa

from pipeline.corrections.entries import Corrections
from pipeline.model import Amendment, Outcome
from pipeline.schema import CORRECTIONS

Row = dict[str, Any]
_RANK = {outcome: rank for rank, outcome in enumerate(get_args(Outcome))}
_HOLDS = ("applied", "moved", "no_longer_needed")


def columns(amendments: Sequence[Amendment], report_id: str | None, fact_id: Callable[[int], str]) -> dict[str, list[Any]]:
    """The columns of the table for the amendments of one report; `fact_id` gives the id of a fact by its index."""
    made = [_row(amendment, report_id, None if amendment.fact is None else fact_id(amendment.fact)) for amendment in amendments]
    return {name: [row[name] for row in made] for name in CORRECTIONS.names()}


def _row(amendment: Amendment, report_id: str | None, fact_id: str | None) -> Row:
    correction = amendment.correction
    return {
        "number": correction.number,
        "source": correction.source,
        "report_sha256": correction.report_sha256,
        "text": correction.text,
        "sentence": correction.sentence,
        "start": correction.start,
        "column": correction.column,
        "old": correction.old,
        "new": correction.new,
        "reason": correction.reason,
        "outcome": amendment.outcome,
        "why": amendment.why,
        "report_id": report_id if amendment.outcome in _HOLDS else None,
        "fact_id": fact_id if amendment.outcome in _HOLDS else correction.fact_id,
        "places": int(amendment.outcome in _HOLDS),
    }


def settled(found: pa.Table, corrections: Corrections) -> pa.Table:
    """One row for each correction: of the rows of all reports the best outcome, and a row for each that went to none."""
    by_number: dict[int, list[Row]] = {}
    for row in [*found.to_pylist(), *(_row(amendment, None, None) for amendment in _without_report(found, corrections))]:
        by_number.setdefault(row["number"], []).append(row)
    rows = [_merged(by_number[number]) for number in sorted(by_number)]
    return pa.Table.from_pylist(rows, schema=CORRECTIONS.schema)


def _without_report(found: pa.Table, corrections: Corrections) -> Iterable[Amendment]:
    yield from corrections.closed
    done = {*found["number"].to_pylist(), *(amendment.correction.number for amendment in corrections.closed)}
    for entry in corrections.entries:
        if entry.number not in done:
            yield Amendment(entry, "orphaned", why="its report could not be read in this run; see files")


def _merged(rows: Sequence[Row]) -> Row:
    best = min(rows, key=lambda row: (_RANK[row["outcome"]], row["report_id"] or "", row["fact_id"] or ""))
    return {**best, "places": sum(row["places"] for row in rows)}
