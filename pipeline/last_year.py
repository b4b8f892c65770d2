"""Last year's figures that reports quote (去年45家), beside what last year's report of the same town gave.

A table of its own, not rows of `checks`: those are arithmetic within one report, these set two reports side by side.
"""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from pipeline.bounds import Hedged, hedged, subtract
from pipeline.rows import Row, each_row
from pipeline.schema import LAST_YEAR

_ASKED = (
    "report_id", "org", "town", "town_code", "county", "city", "province", "place_basis", "period", "year", "duplicate_of",
)  # fmt: skip
ABOUT = Decimal("0.2")
"""An approximate figure (~) may be off by so much of itself, as in the checks of a report."""


def beside_last_year(quoted: pa.Table, reports: pa.Table, cells: pa.Table) -> pa.Table:
    """`quoted` with last year's report, its figure, the difference and the verdict, where the archive has them; columns as LAST_YEAR."""
    if not quoted.num_rows:
        return quoted
    told = reports.select(list(_ASKED))
    of_quotes = each_row(told.filter(pc.is_in(told["report_id"], quoted["report_id"].combine_chunks())))
    wanted = {row["report_id"]: list(_keys(row, row["year"] and row["year"] - 1)) for row in of_quotes}
    originals = each_row(told.filter(pc.and_(pc.is_null(told["duplicate_of"]), pc.is_valid(told["year"]))))
    first = _first(originals, {key for keys in wanted.values() for key in keys})
    earlier = {name: next((first[key] for key in keys if key in first), None) for name, keys in wanted.items()}
    given = _values(cells, {name for name in earlier.values() if name is not None})
    rows = [_beside(row, earlier[row["report_id"]], given) for row in each_row(quoted)]
    return pa.Table.from_pylist(rows, schema=LAST_YEAR.schema)


def _first(reports: Iterator[Row], wanted: Container[tuple[Any, ...]]) -> dict[tuple[Any, ...], str]:
    """The first report by each name that is wanted of those that its town goes by, with year, period and organisation."""
    found: dict[tuple[Any, ...], str] = {}
    for report in reports:
        for key in _keys(report, report["year"]):
            if key in wanted:
                found.setdefault(key, report["report_id"])
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


def _values(cells: pa.Table, wanted: set[str]) -> dict[tuple[str, str], Row]:
    """The values of the reports that are wanted, by report and indicator."""
    told = cells.filter(pc.and_(pc.equal(cells["state"], "value"), pc.is_in(cells["report_id"], pa.array(sorted(wanted), pa.string()))))
    names = ["report_id", "indicator", "value", "low", "high", "bound", "fact_ids"]
    return {(cell["report_id"], cell["indicator"]): cell for cell in each_row(told.select(names))}


def _beside(row: Row, earlier: str | None, given: Mapping[tuple[str, str], Row]) -> Row:
    if earlier is None:
        return row
    cell = given.get((earlier, row["indicator"]))
    if cell is None or row["stated"] is None:
        return {**row, "earlier": earlier}
    return {
        **row,
        "earlier": earlier,
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
