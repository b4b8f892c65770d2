"""Last year's figures that reports quote (去年45家), beside what last year's report of the same town gave.

A table of its own, not rows of `checks`: those are arithmetic within one report, these set two reports side by side.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from pipeline.bounds import Hedged, hedged, subtract
from pipeline.schema import LAST_YEAR

Row = dict[str, Any]
ABOUT = Decimal("0.2")
"""An approximate figure (~) may be off by so much of itself, as in the checks of a report."""


def beside_last_year(quoted: pa.Table, reports: pa.Table, cells: pa.Table) -> pa.Table:
    """`quoted` with last year's report, its figure, the difference and the verdict, where the archive has them; columns as LAST_YEAR."""
    if not quoted.num_rows:
        return quoted
    by_id = {row["report_id"]: row for row in reports.to_pylist()}
    originals = _by_town(row for row in by_id.values() if row["duplicate_of"] is None)
    given = _values(cells)
    rows = [_beside(row, by_id[row["report_id"]], originals, given) for row in quoted.to_pylist()]
    return pa.Table.from_pylist(rows, schema=LAST_YEAR.schema)


def _by_town(reports: Iterator[Row]) -> dict[tuple[Any, ...], list[Row]]:
    """Reports by each name that their town goes by, with year, period and organisation."""
    found: dict[tuple[Any, ...], list[Row]] = {}
    for report in reports:
        for key in _keys(report, report["year"]):
            found.setdefault(key, []).append(report)
    return found


def _keys(report: Row, year: int | None) -> Iterator[tuple[Any, ...]]:
    """A town's code changes with its county's; its names above the town tell it as well. None where year or town is not settled."""
    if report["town"] is None or year is None:
        return
    when = (year, report["period"], report["org"])
    if report["town_code"] is not None:
        yield ("code", report["town_code"], *when)
    if report["province"] is not None and report["county"] is not None:
        yield ("names", report["province"], report["county"], report["town"], *when)
    if report["place_basis"] == "manifest":
        yield ("named", report["town"], report["county"], report["city"], report["province"], *when)


def _values(cells: pa.Table) -> dict[tuple[str, str], Row]:
    told = cells.filter(pc.equal(cells["state"], "value"))
    names = ["report_id", "indicator", "value", "low", "high", "bound", "fact_ids"]
    return {(cell["report_id"], cell["indicator"]): cell for cell in told.select(names).to_pylist()}


def _beside(row: Row, report: Row, originals: Mapping[tuple[Any, ...], list[Row]], given: Mapping[tuple[str, str], Row]) -> Row:
    last = None if report["year"] is None else report["year"] - 1
    earlier = next((found for key in _keys(report, last) for found in originals.get(key, ())), None)
    if earlier is None:
        return row
    cell = given.get((earlier["report_id"], row["indicator"]))
    if cell is None or row["stated"] is None:
        return {**row, "earlier": earlier["report_id"]}
    return {
        **row,
        "earlier": earlier["report_id"],
        "found": cell["value"],
        "found_bound": cell["bound"],
        "found_in": cell["fact_ids"],
        "difference": subtract(row["stated"], cell["value"]),
        "verdict": _verdict(row, cell),
    }


def _verdict(row: Row, cell: Row) -> str:
    """Equal or rounded from it, possible within the hedges of either, or neither."""
    difference = abs(subtract(row["stated"], cell["value"]))
    exact = row["stated_bound"] == cell["bound"]
    if difference == 0 and exact:
        return "holds"
    if difference == 0 or difference < row["step"]:
        return "holds_within_bounds"
    stated = hedged(row["stated"], None, None, row["stated_bound"])
    found = hedged(cell["value"], None, None, cell["bound"])
    assert stated is not None
    assert found is not None
    return "holds_within_bounds" if _meet(stated, found, difference) else "fails"


def _meet(a: Hedged, b: Hedged, difference: Decimal) -> bool:
    """Whether one number can be both: 45 and 40余 can, 45 and 50以上 cannot."""
    if "~" in (a.bound, b.bound):
        return difference <= max(abs(a.value), abs(b.value)) * ABOUT
    above = a.low is not None and b.high is not None and a.low > b.high
    below = a.high is not None and b.low is not None and a.high < b.low
    return not above and not below and (a.bound, b.bound) != ("=", "=")
