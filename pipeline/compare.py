"""Facts → cells → the comparison. The only place that aggregates, and only what its gate lets through.

`report_cells` looks at each report by itself and may run anywhere; `settle`, `comparison` and `coverage` look at all of them at once.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.bounds import Hedged, exact, hedged, total
from pipeline.comparison_rows import PLACE, ComparedReports, numbered, town_keys
from pipeline.rows import Row
from pipeline.rulebook import Indicator
from pipeline.schema import CELLS, COMPARISON_LEAD, COVERAGE, DECIMAL

BOUND_SUFFIX = "__bound"
YEAR_DASH = "–"
_FACT_COLUMNS = (
    "fact_id", "report_id", "start", "end", "value", "low", "high", "bound", "unit", "per", "change", "object", "status", "scope",
    "indicator", "when", "when_anchor", "part_of", "sentence",
)  # fmt: skip
_EMPTY: Row = dict.fromkeys(("value", "bound", "low", "high", "start", "end"))


class Comparer:
    """Fills cells by the indicators' definitions. `unit_classes`: measure word → class of units.toml."""

    def __init__(self, indicators: Mapping[str, Indicator], unit_classes: Mapping[str, str]) -> None:
        self.indicators = indicators
        self.unit_classes = unit_classes
        self._unclaimed = {code: {**self._blank(indicator), "state": "not_mentioned"} for code, indicator in indicators.items()}
        """The cells of which a report says nothing: nearly all."""

    def report_cells(self, reports: pa.Table, facts: pa.Table, gaps: Iterable[Row] = ()) -> pa.Table:
        """Table `cells`: for each report, in order, one row per indicator, in the order of the indicators' file.

        `gaps`: rows with `report_id`, `indicator`, `state` (`plan_only` or `masked`), `start`, `end` and `fact_ids`, for cells that
        no fact fills; of several for one cell a mask comes first, then the first in the text.
        """
        claims = self._claims(facts)
        empty: dict[tuple[str, str], Row] = {}
        for gap in sorted(gaps, key=lambda row: (row["state"] != "masked", row["start"])):
            empty.setdefault((gap["report_id"], gap["indicator"]), gap)
        told = reports.select(["report_id", *PLACE, "year", "period"]).to_pydict()
        keys = [(report_id, code) for report_id in told["report_id"] for code in self.indicators]
        told_of = claims.keys() | empty.keys()
        cells = [
            self._cell(self.indicators[key[1]], claims.get(key, []), empty.get(key)) if key in told_of else self._unclaimed[key[1]]
            for key in keys
        ]
        count = len(self.indicators)
        columns = {
            name: [value for value in told[name] for _ in range(count)] if name in told else [cell[name] for cell in cells]
            for name in CELLS.names()
        }
        return pa.table(columns, schema=CELLS.schema)

    def _claims(self, facts: pa.Table) -> dict[tuple[str, str], list[Row]]:
        """Facts that claim a cell, in the order of the text, those out that are part of a total which claims the same cell."""
        claiming = facts.filter(pc.is_valid(facts["indicator"])).select(list(_FACT_COLUMNS)).to_pylist()
        totals = facts.filter(pc.is_valid(facts["part_of"])).select(["fact_id", "part_of"])
        part_of = dict(zip(totals["fact_id"].to_pylist(), totals["part_of"].to_pylist(), strict=True))
        counted = {(row["fact_id"], row["indicator"]) for row in claiming if self._admits(row)}
        claims: dict[tuple[str, str], list[Row]] = defaultdict(list)
        for row in claiming:
            row["admitted"] = (row["fact_id"], row["indicator"]) in counted and not any(
                (above, row["indicator"]) in counted for above in _ancestors(row["fact_id"], part_of)
            )
            claims[row["report_id"], row["indicator"]].append(row)
        return claims

    def _admits(self, fact: Row) -> bool:
        """The gate, as far as it looks at one fact alone: done, not last year's, neither per head nor a difference, of the right unit."""
        indicator = self.indicators.get(fact["indicator"])
        if indicator is None or fact["status"] != "done" or fact["scope"] == "last_year" or fact["per"] or fact["change"]:
            return False
        return self._fits(fact["unit"], indicator) and _number(fact) is not None

    def _fits(self, unit: str | None, indicator: Indicator) -> bool:
        """Whether a unit fills the indicator's cells. A bare count has none; a share must be in the indicator's own unit, ‰ is no %."""
        unit_class = self.unit_classes.get(unit or "")
        own_class = self.unit_classes.get(indicator.unit)
        if unit is None:
            return own_class not in ("money", "percent")
        if unit_class in ("money", "percent") or own_class in ("money", "percent"):
            return unit == indicator.unit
        return unit_class in indicator.units or unit in indicator.units

    @staticmethod
    def _blank(indicator: Indicator) -> Row:
        return {**_EMPTY, "indicator": indicator.code, "unit": indicator.unit, "how": indicator.combine, "fact_ids": []}

    def _cell(self, indicator: Indicator, claims: Sequence[Row], gap: Row | None) -> Row:
        cell = self._blank(indicator)
        terms = _distinct([fact for fact in claims if fact["admitted"]])
        if terms:
            return cell | _COMBINE[indicator.combine](terms)
        if gap is not None:
            return cell | {name: gap[name] for name in ("state", "start", "end", "fact_ids")}
        plans = [fact for fact in claims if fact["status"] == "plan"]
        return cell | _evidence(plans) | {"state": "plan_only" if plans else "not_mentioned"}


def _ancestors(fact_id: str, part_of: Mapping[str, str]) -> Iterable[str]:
    seen = {fact_id}
    above = part_of.get(fact_id)
    while above is not None and above not in seen:
        yield above
        seen.add(above)
        above = part_of.get(above)


def _number(fact: Row) -> Hedged | None:
    return hedged(fact["value"], fact["low"], fact["high"], fact["bound"])


def _distinct(facts: Sequence[Row]) -> list[Row]:
    """The facts without restatements of a figure. Equal figures of one sentence are a list; of other times or things, other facts."""
    kept: list[Row] = []
    for fact in facts:
        if not any(_restates(fact, other) for other in kept):
            kept.append(fact)
    return kept


def _restates(fact: Row, other: Row) -> bool:
    if any(fact[name] != other[name] for name in ("value", "low", "high", "bound")) or fact["sentence"] == other["sentence"]:
        return False
    return all(
        fact[name] is None or other[name] is None or fact[name] == other[name] for name in ("unit", "when", "when_anchor")
    ) and _same_thing(fact["object"], other["object"])


def _same_thing(a: str | None, b: str | None) -> bool:
    """Whether two objects may name one thing: one is unknown or lies in the other (困难职工, 职工)."""
    return not a or not b or a in b or b in a


def _evidence(facts: Sequence[Row]) -> Row:
    if not facts:
        return {}
    return {
        "fact_ids": [fact["fact_id"] for fact in facts],
        "start": min(fact["start"] for fact in facts),
        "end": max(fact["end"] for fact in facts),
    }


def _value(facts: Sequence[Row], number: Hedged) -> Row:
    fitted: dict[str, Decimal | None] = {name: exact(getattr(number, name))[0] for name in ("value", "low", "high")}
    return {"state": "value", "bound": number.bound, **fitted, **_evidence(facts)}


def _sum(facts: Sequence[Row]) -> Row:
    return _value(facts, total(_numbers(facts)))


def _latest(facts: Sequence[Row]) -> Row:
    """A standing stock: what the report says last."""
    return _value(facts[-1:], _numbers(facts)[-1])


def _single(facts: Sequence[Row]) -> Row:
    """A rate: the one value. Where it is told twice and hedged once, the hedged telling is true of both."""
    numbers = _numbers(facts)
    if len({number.value for number in numbers}) > 1:
        return {"state": "conflict", **_evidence(facts)}
    told = next((index for index, number in enumerate(numbers) if number.bound != "="), 0)
    return _value(facts[told : told + 1], numbers[told])


def _numbers(facts: Sequence[Row]) -> list[Hedged]:
    return [number for number in map(_number, facts) if number is not None]


_COMBINE = {"sum": _sum, "latest": _latest, "single": _single}


def settle(cells: pa.Table, compared: ComparedReports) -> pa.Table:
    """The cells, those as `conflict` in which reports of one town, year, period and organisation differ."""
    shared = cells.filter(pc.and_(pc.equal(cells["state"], "value"), pc.is_in(cells["report_id"], compared.sharing().combine_chunks())))
    rows = compared.row_of(shared["report_id"]).tolist()
    said: dict[tuple[int, str], set[Any]] = defaultdict(set)
    told = shared.select(["report_id", "indicator", "value", "low", "high"]).to_pylist()
    for row, cell in zip(rows, told, strict=True):
        said[row, cell["indicator"]].add((cell["value"], cell["low"], cell["high"]))
    disputed = {key for key, values in said.items() if len(values) > 1}
    return dispute(cells, frozenset(_key(cell) for row, cell in zip(rows, told, strict=True) if (row, cell["indicator"]) in disputed))


def _key(cell: Row) -> tuple[str, str]:
    return cell["report_id"], cell["indicator"]


def dispute(cells: pa.Table, disputed: frozenset[tuple[str, str]]) -> pa.Table:
    """The cells with state `conflict` and no value where they have one and are among `disputed`: pairs of report_id and indicator."""
    if not disputed:
        return cells
    ids, indicators, states = (cells[name].to_pylist() for name in ("report_id", "indicator", "state"))
    hit = [state == "value" and (i, code) in disputed for i, code, state in zip(ids, indicators, states, strict=True)]
    mask = pa.array(hit, pa.bool_())
    for name in ("value", "bound", "low", "high", "state"):
        index = cells.schema.get_field_index(name)
        field = cells.schema.field(index)
        instead = pa.scalar("conflict" if name == "state" else None, field.type)
        cells = cells.set_column(index, field, pc.if_else(mask, instead, cells[name]))
    return cells


def comparison(cells: pa.Table, compared: ComparedReports, indicators: Iterable[str]) -> pa.Table:
    """The wide table: a row per town, year, period and organisation; indicators across, `…__bound` beside those hedged anywhere."""
    count = len(compared.first)
    columns: dict[str, pa.Array | pa.ChunkedArray] = _lead(compared)
    filled = _filled(cells, compared)
    for code in indicators:
        columns[code], bounds = filled[code] if code in filled else (pa.nulls(count, DECIMAL), pa.nulls(count, pa.string()))
        if pc.any(pc.not_equal(bounds, "=")).as_py():
            columns[code + BOUND_SUFFIX] = bounds
    return pa.table(columns)


def _filled(cells: pa.Table, compared: ComparedReports) -> dict[str, tuple[pa.ChunkedArray, pa.ChunkedArray]]:
    """Indicator → values and bounds of the rows. A row in which one report contradicts itself or another has none.

    The cells of an archive are millions: none becomes an object.
    """
    told = compared.cells_of(cells.filter(pc.is_in(cells["state"], pa.array(["value", "conflict"]))))
    rows, count = compared.row_of(told["report_id"]), len(compared.first)
    conflict = np.asarray(pc.equal(told["state"], "conflict"))
    given = np.asarray(pc.is_valid(told["value"])) & ~conflict
    of_code, codes = numbered(told["indicator"]), pc.unique(told["indicator"]).to_pylist()
    filled = {}
    for number, code in enumerate(codes):
        own = np.flatnonzero(of_code == number)
        at = np.full(count, -1)
        first_last = own[given[own]][::-1]
        at[rows[first_last]] = first_last  # of several reports of a row that agree the first tells, which is put there last
        at[rows[own[conflict[own]]]] = -1
        taken = pa.array(at, mask=at < 0)
        filled[code] = told["value"].take(taken), told["bound"].take(taken)
    return filled


def _lead(compared: ComparedReports) -> dict[str, pa.Array | pa.ChunkedArray]:
    """The columns before the indicators: of the first report of each row, but for its ids and for bases of the year that differ."""
    first = compared.first
    heads = compared.reports.take(pa.array(first))
    ids = compared.reports["report_id"].combine_chunks()
    of_row = {
        "label": pc.coalesce(_unless_empty(heads["town"]), _unless_empty(heads["title"]), _addresses(heads)),
        "year": pa.array(map(year_label, *(heads[name].to_pylist() for name in ("year", "year_min", "year_max"))), pa.string()),
        "year_basis": _year_bases(compared),
        "report_ids": pa.ListArray.from_arrays(pa.array([*first, len(ids)], pa.int32()), ids),
    }
    return {column.name: of_row[column.name] if column.name in of_row else heads[column.name] for column in COMPARISON_LEAD}


def _unless_empty(texts: pa.ChunkedArray) -> pa.ChunkedArray:
    return pc.if_else(pc.equal(texts, ""), pa.scalar(None, pa.string()), texts)


def _addresses(reports: pa.Table) -> pa.ChunkedArray:
    """Where in the archive each stands: its source, and its part of a collection."""
    parted = pc.binary_join_element_wise(reports["source"], pc.cast(reports["part"], pa.string()), "#")
    return pc.coalesce(parted, reports["source"])


def _year_bases(compared: ComparedReports) -> pa.Array:
    """How the year of each row is known: by several words where its reports differ."""
    bases: list[set[str | None]] = [set() for _ in compared.first]
    for row, basis in zip(compared.row.tolist(), compared.reports["year_basis"].to_pylist(), strict=True):
        bases[row].add(basis)
    return pa.array((";".join(sorted(basis or "" for basis in own)) if len(own) > 1 else next(iter(own)) for own in bases), pa.string())


def year_label(year: int | None, first: int | None, last: int | None) -> str | None:
    """`2010`, or the bounds of an unknown year: `2008–2012`, `2008–`, None where nothing is known."""
    if year is not None:
        return str(year)
    if first is None and last is None:
        return None
    if first == last:
        return str(first)
    return f"{'' if first is None else first}{YEAR_DASH}{'' if last is None else last}"


def coverage(cells: pa.Table, compared: ComparedReports, indicators: Mapping[str, Indicator]) -> pa.Table:
    """Table `coverage`: per indicator, how much of the archive gives it. Copies are not counted."""
    originals = compared.reports
    told = compared.cells_of(cells.filter(pc.not_equal(cells["state"], "not_mentioned")))
    inferred = np.asarray(pc.fill_null(pc.equal(originals["year_basis"], "inferred"), False))
    unknown = np.asarray(pc.is_null(originals["year"]))
    towns = numbered(town_keys(originals))
    columns: dict[str, list[Any]] = {name: [] for name in COVERAGE.names()}
    for code, indicator in indicators.items():
        own = told.filter(pc.equal(told["indicator"], code))
        states = {row["values"]: row["counts"] for row in pc.value_counts(own["state"]).to_pylist()}
        valued = own.filter(pc.equal(own["state"], "value"))
        at = compared.position_of(valued["report_id"])
        row = {
            "indicator": code, "label": indicator.label, "unit": indicator.unit, "reports": originals.num_rows,
            "reports_with_value": states.get("value", 0), "towns_with_value": len(np.unique(towns[at][towns[at] >= 0])),
            "hedged": pc.sum(pc.not_equal(valued["bound"], "=")).as_py() or 0,
            "year_inferred": int(inferred[at].sum()), "year_unknown": int(unknown[at].sum()),
            **{state: states.get(state, 0) for state in ("plan_only", "conflict", "masked")},
        }  # fmt: skip
        for name, values in columns.items():
            values.append(row[name])
    return pa.table(columns, schema=COVERAGE.schema)
