"""Rows of a table as objects, a portion at a time: an archive's reports are many, and most are looked at once and let go."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pyarrow as pa

Row = dict[str, Any]
PORTION = 5_000


def portions(table: pa.Table) -> Iterator[list[Row]]:
    """The rows in their order, by the names of the columns, so many at a time."""
    for start in range(0, table.num_rows, PORTION):
        yield table.slice(start, PORTION).to_pylist()


def each_row(table: pa.Table) -> Iterator[Row]:
    """The same, one by one."""
    for rows in portions(table):
        yield from rows
