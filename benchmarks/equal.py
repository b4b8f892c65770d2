"""Whether two runs have the same rows in all tables, however many files each table lies in and in what order its rows come."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pyarrow as pa
import pyarrow.dataset as ds

from pipeline.schema import COMPARISON, TABLES


def table(folder: Path, name: str) -> pa.Table:
    """All rows of a table, in the order of its key."""
    rows = ds.dataset(folder / f"{name}.parquet", format="parquet").to_table()
    keys = TABLES.get(name, COMPARISON).key
    plain = [key for key in keys if not pa.types.is_list(rows.schema.field(key).type)]
    lists = [key for key in keys if key not in plain]
    for key in lists:
        rows = rows.append_column(f"sort_{key}", pa.array([";".join(value) for value in rows[key].to_pylist()], pa.string()))
    rows = rows.sort_by([(key, "ascending") for key in (*plain, *(f"sort_{key}" for key in lists))])
    return rows.drop_columns([f"sort_{key}" for key in lists]).combine_chunks()


def differing(a: Path, b: Path) -> Iterable[str]:
    """A line for each table and column in which two runs differ; none where they hold the same rows."""
    for name in (*TABLES, COMPARISON.name):
        ours, theirs = table(a, name), table(b, name)
        if ours.column_names != theirs.column_names or ours.num_rows != theirs.num_rows:
            yield f"{name}: {ours.shape} and {theirs.shape}"
            continue
        for column in ours.column_names:
            if ours[column].to_pylist() != theirs[column].to_pylist():
                yield f"{name}.{column}"
