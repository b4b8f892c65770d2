"""What stands behind the comparison: the state of each of its cells, the facts behind it, and where these stand in the workbook."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

import pyarrow as pa
import pyarrow.compute as pc

from pipeline.write.workbook import book
from pipeline.write.workbook.book import Place

MAX_ROWS = 60_000
"""Above so many rows a sheet of facts, activities or checks holds only what stands behind the comparison or is in doubt: with all of
them the workbook would not open in good time. The other tables are shown whole."""
STATE_RANK = ("not_mentioned", "plan_only", "masked", "value", "conflict")
"""Of several reports in a row the state that says most stands for the cell."""


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of the comparison that is not just silent: its state, the report that gives it and the facts behind it, in order."""

    state: str
    report_id: str
    fact_ids: tuple[str, ...]
    low: Decimal | None
    high: Decimal | None


Cells = Mapping[tuple[int, str], Cell]
"""By number of the row of the comparison, from 0, and code of the indicator."""


def cells_of(comparison: pa.Table, cells: pa.Table) -> Cells:
    """The cells of the comparison that have something to show. Facts of all reports of a row are gathered."""
    row_of = {report_id: row for row, ids in enumerate(comparison["report_ids"].to_pylist()) for report_id in ids}
    names = ["report_id", "indicator", "state", "fact_ids", "low", "high"]
    told = cells.filter(pc.not_equal(cells["state"], "not_mentioned")).select(names)
    found: dict[tuple[int, str], Cell] = {}
    for batch in told.to_batches(max_chunksize=16_384):
        for row in batch.to_pylist():
            number = row_of.get(row["report_id"])
            if number is not None:
                key = number, row["indicator"]
                new = Cell(row["state"], row["report_id"], tuple(row["fact_ids"]), row["low"], row["high"])
                found[key] = _stronger(found.get(key), new)
    return found


def _stronger(known: Cell | None, new: Cell) -> Cell:
    """Two reports of one cell: the state that says more, with the facts of both where both say the same much."""
    if known is None:
        return new
    ranks = STATE_RANK.index(known.state), STATE_RANK.index(new.state)
    if ranks[0] != ranks[1]:
        return known if ranks[0] > ranks[1] else new
    return Cell(known.state, known.report_id, known.fact_ids + new.fact_ids, known.low, known.high)


def chosen_facts(facts: pa.Table, wanted: pa.Array) -> pa.Table:
    """The facts that the workbook shows: all, or where these are too many, those that are `wanted` by id."""
    return facts if facts.num_rows <= MAX_ROWS else facts.filter(pc.is_in(facts["fact_id"], wanted))


def chosen_activities(activities: pa.Table, wanted: pa.Array) -> pa.Table:
    """The activities that the workbook shows: all, or where these are too many, those with a fact that is wanted."""
    if activities.num_rows <= MAX_ROWS:
        return activities
    facts = activities["fact_ids"].combine_chunks()
    rows = pc.list_parent_indices(facts).filter(pc.is_in(pc.list_flatten(facts), wanted))
    return activities.take(pc.unique(rows))


def chosen_checks(checks: pa.Table) -> pa.Table:
    """The checks that the workbook shows: all, or where these are too many, those that do not simply hold."""
    return checks if checks.num_rows <= MAX_ROWS else checks.filter(pc.not_equal(checks["verdict"], "holds"))


def places_of(ids: Sequence[str], sheet_name: Mapping[int, str]) -> dict[str, Place]:
    """Where each of the rows stands that are written in this order, by id. `sheet_name`: by number from 1."""
    return {key: Place(sheet_name[index // book.SHEET_ROWS + 1], index % book.SHEET_ROWS + 1) for index, key in enumerate(ids)}
