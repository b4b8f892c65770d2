"""What runs on the cluster's workers: functions from record batches to record batches. Nothing here knows Spark.

`reader` gives the function that reads inputs; it is the batch function of the local engine between two packings. `comparer` gives the
one that sets the reports of some towns against each other, by the functions that the local engine calls once for all of them.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any
from zlib import crc32

import pyarrow as pa
import pyarrow.compute as pc

from pipeline.batch import Batch
from pipeline.compare import BOUND_SUFFIX, comparison, coverage, settle
from pipeline.comparison_rows import ComparedReports, town_keys
from pipeline.copies import Sketch, digest_of, rank
from pipeline.engines.packing import packed, unpacked, with_column
from pipeline.finish import Tally
from pipeline.ingest import InputItem
from pipeline.last_year import beside_last_year
from pipeline.machinery import Settings
from pipeline.per_head import per_head
from pipeline.redating import Redating
from pipeline.rulebook import Indicator
from pipeline.schema import COMPARISON_LEAD, DECIMAL, TABLES
from pipeline.stages import make_batch_function
from pipeline.tabulate import renumber
from pipeline.write import about

BatchFunction = Callable[[Iterator[pa.RecordBatch]], Iterator[pa.RecordBatch]]
Renames = Mapping[int, Mapping[str, str]]
"""Per task, old report ids to new ones, for byte-equal reports of several tasks."""
Counts = dict[str, Any]

NOTHING_REDATED = Redating()
GROUP = "group"
"""A number that the reports of one town share; the extra column of `reports` and `cells` on their way."""
ROW = "row"
"""The place of a report in its task."""
SKETCHES = pa.schema(
    [
        ("report_id", pa.string()), ("digest", pa.string()), ("basis", pa.int64()), ("columns", pa.int64()), ("words", pa.int64()),
        ("source", pa.string()), ("part", pa.int64()), ("size", pa.int64()), ("signature", pa.binary()), ("figures", pa.binary()),
        ("shingles", pa.binary()), ("codes", pa.binary()), ("places", pa.binary()),
    ]
)  # fmt: skip
"""What is needed of a report to find its copies: its rank among them, its sketch, and a hash and the place of each of its figures."""
_RANKED = (
    "report_id", "source", "part", "town", "county", "city", "province", "place_basis", "place_evidence", "year_basis", "year_evidence",
)  # fmt: skip

TOLD_REPORT = (
    "report_id", "source", "part", "duplicate_of", "year", "period", "org", "town", "town_code", "county", "city", "province",
    "place_basis",
)  # fmt: skip
TOLD_CELL = ("indicator", "state", "value", "low", "high", "bound", "fact_ids")
TOLD = pa.schema(
    [TABLES["reports"].schema.field(name) for name in TOLD_REPORT] + [TABLES["cells"].schema.field(name) for name in TOLD_CELL]
)
"""A cell with its report: what finds the figures that a town reported the year before."""


def wide_schema(indicators: Iterable[str]) -> pa.Schema:
    """Schema of `comparison` with a bound beside every indicator."""
    fields = [pa.field(column.name, column.type) for column in COMPARISON_LEAD]
    for code in indicators:
        fields += [pa.field(code, DECIMAL), pa.field(code + BOUND_SUFFIX, pa.string())]
    return pa.schema(fields)


def reader(settings: Settings, texts: Path) -> BatchFunction:
    """Rows of TASKS → packed tables. Texts of inputs that are not plain text are written into the folder `texts`."""

    def read(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        work = make_batch_function(settings)
        tally = Tally()
        for batch in batches:
            for row in batch.to_pylist():
                result = work(_items(row))
                for text in result.texts:
                    if not text.plain:
                        about.write_text(texts, text.source, text.text)
                tally.add(result.tables)
                yield packed(row["task"], _tables(result))
        yield packed(-1, {"counts": pa.table({"json": [json.dumps(tally.of_batches())]})})

    return read


def _items(row: Mapping[str, Any]) -> list[InputItem]:
    columns = (row[name] for name in ("sources", "paths", "sizes", "codes", "details"))
    return [InputItem(source, Path(path), size, code, detail) for source, path, size, code, detail in zip(*columns, strict=True)]


def _tables(batch: Batch) -> dict[str, pa.Table]:
    """The batch's tables, with the columns that the later steps sort and group by."""
    tables = dict(batch.tables)
    reports = tables["reports"]
    groups = _groups(reports)
    of_report = dict(zip(reports["report_id"].to_pylist(), groups, strict=True))
    cells = [of_report[name] for name in tables["cells"]["report_id"].to_pylist()]
    tables["cells"] = with_column(tables["cells"], GROUP, cells, pa.int64())
    tables["reports"] = with_column(with_column(reports, GROUP, groups, pa.int64()), ROW, range(len(groups)), pa.int64())
    return {**tables, "sketches": _sketches(reports, batch.sketches)}


def _groups(reports: pa.Table) -> list[int]:
    """For each a hash of its town, or of itself where it has none: what shares a row of the comparison, or a town, shares it."""
    keys = pc.coalesce(town_keys(reports), reports["report_id"]).to_pylist()
    return [crc32(key.encode("utf-8", "surrogatepass")) for key in keys]


def _sketches(reports: pa.Table, sketches: Iterable[Sketch]) -> pa.Table:
    rows = []
    for report, sketch in zip(reports.select(list(_RANKED)).to_pylist(), sketches, strict=True):
        basis, columns, words, source, part, report_id = rank(report)
        rows.append(
            {
                "report_id": report_id, "digest": digest_of(report_id), "basis": basis, "columns": columns, "words": words,
                "source": source, "part": part, "size": len(sketch.shingles) // 4, "signature": sketch.signature,
                "figures": sketch.figures, "shingles": sketch.shingles,
                "codes": sketch.codes, "places": sketch.places,
            }
        )  # fmt: skip
    return pa.Table.from_pylist(rows, schema=SKETCHES)


def added(a: Counts, b: Counts) -> Counts:
    """The sums of two counts, key by key; either may lack a key."""
    total = dict(a)
    for key, value in b.items():
        if isinstance(value, dict):
            total[key] = dict(sorted(added(total.get(key, {}), value).items()))
        else:
            total[key] = total.get(key, 0) + value
    return total


def opener(name: str, schema: pa.Schema, renames: Renames, redated: Redating = NOTHING_REDATED) -> BatchFunction:
    """Packed rows → the rows of the table `name`, with the columns of `schema`, the new ids of `renames` and the years of `redated`."""
    kind = name if name in TABLES else "reports"

    def open_all(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for task, _, table in unpacked(batches):
            table = redated.applied(name, renumber({kind: table}, renames.get(task, {}))[kind])
            if "task" in schema.names:
                table = with_column(table, "task", [task] * table.num_rows, pa.int64())
            yield from table.select(schema.names).cast(schema).to_batches()

    return open_all


def comparer(indicators: Mapping[str, Indicator]) -> Callable[[pa.Table, pa.Table], pa.Table]:
    """(reports, cells) of some towns → `cells` settled, and the rows of `comparison`, `coverage` and `per_head`, packed."""

    def compare(reports: pa.Table, cells: pa.Table) -> pa.Table:
        group = reports[GROUP][0].as_py()
        reports, cells = (_in_order(name, table) for name, table in (("reports", reports), ("cells", cells)))
        compared = ComparedReports.of(reports)
        cells = settle(cells, compared)
        wide = comparison(cells, compared, indicators)
        found = {
            "cells": cells,
            "comparison": _widened(wide, wide_schema(indicators)),
            "coverage": coverage(cells, compared, indicators),
            "per_head": per_head(wide, indicators),
        }
        return pa.Table.from_batches([packed(group, found)])

    return compare


def beside(quoted: pa.Table, told: pa.Table) -> pa.Table:
    """(rows of `last_year`, TOLD of the same towns, the cells with a value) → these rows beside what the towns reported
    the year before; as they are where that is found already.
    """
    schema = TABLES["last_year"].schema
    quoted = quoted.select(schema.names).cast(schema)
    reports = told.select(list(TOLD_REPORT)).group_by(list(TOLD_REPORT), use_threads=False).aggregate([])
    reports = reports.sort_by([(key, "ascending") for key in TABLES["reports"].sort])
    left = pc.is_null(quoted["earlier"])
    return pa.concat_tables([quoted.filter(pc.invert(left)), beside_last_year(quoted.filter(left), reports, told).cast(schema)])


def regrouped(redated: Redating, reports: pa.Table) -> Redating:
    """These changes with what the later steps sort and group by; `reports`: the rows that change, as they were."""
    table = redated.applied("reports", reports)
    changed = table.to_pylist()
    groups = {row["report_id"]: {GROUP: group} for row, group in zip(changed, _groups(table), strict=True)}
    ranks = {row["report_id"]: dict(zip(("basis", "columns", "words"), rank(row)[:3], strict=True)) for row in changed}
    with_group = {name: {**row, **groups[name]} for name, row in redated.changes["reports"].items()}
    return Redating({**redated.changes, "reports": with_group, "cells": with_group, "sketches": ranks})


def _in_order(name: str, table: pa.Table) -> pa.Table:
    """Without the columns that were only for the way, in the table's own order and types."""
    schema = TABLES[name].schema
    return table.select(schema.names).cast(schema).sort_by([(key, "ascending") for key in TABLES[name].sort])


def _widened(table: pa.Table, schema: pa.Schema) -> pa.Table:
    columns = [table[f.name] if f.name in table.column_names else pa.nulls(table.num_rows, f.type) for f in schema]
    return pa.table(columns, schema=schema)
