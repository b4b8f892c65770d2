"""Tables → CSV and Parquet. Equal tables give equal bytes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

ROW_GROUP = 65_536
"""Rows of a Parquet row group and of one pass over a CSV file: fixed, so that the bytes do not depend on how the rows came."""
LIST_JOINT = ";"
BOM = b"\xef\xbb\xbf"
_FORMULA = r"^([=+\-@\t\r])"
_NEEDS_QUOTES = '[",\r\n]'


def write_parquet(table: pa.Table, path: Path) -> None:
    """`table` in row groups of ROW_GROUP rows."""
    pq.write_table(table.combine_chunks(), path, row_group_size=ROW_GROUP, compression="zstd", compression_level=3)


def write_csv(table: pa.Table, path: Path) -> None:
    """`table` as UTF-8 with a byte-order mark, decimals without trailing zeros, lists joined by `;`, formulas in text disarmed by `'`."""
    with path.open("wb") as file:
        file.write(BOM + ",".join(_quoted(pa.array(table.column_names)).to_pylist()).encode() + b"\n")
        for start in range(0, table.num_rows, ROW_GROUP):
            file.write(_lines(table.slice(start, ROW_GROUP)))


def _lines(table: pa.Table) -> bytes:
    cells = [pc.fill_null(_quoted(text_of(column)), "") for column in table.columns]
    lines = pc.binary_join_element_wise(*cells, ",").combine_chunks()
    whole = pa.LargeListArray.from_arrays(pa.array([0, len(lines)], pa.int64()), lines.cast(pa.large_string()))
    return bytes(pc.binary_join(whole, pa.scalar("\n", pa.large_string()))[0].as_buffer()) + b"\n"


def text_of(column: Any) -> Any:
    """An Arrow column as strings, as they stand in CSV and in the workbook; nulls stay null."""
    kind = column.type
    if pa.types.is_decimal(kind):
        return pc.utf8_rtrim(pc.utf8_rtrim(column.cast(pa.string()), "0"), ".")
    if pa.types.is_list(kind):
        return disarmed(pc.binary_join(column, LIST_JOINT))
    if pa.types.is_string(kind):
        return disarmed(column)
    return column.cast(pa.string())


def disarmed(column: Any) -> Any:
    """Text that a spreadsheet would take for a formula gets a leading `'`."""
    return pc.replace_substring_regex(column, pattern=_FORMULA, replacement=r"'\1")


def _quoted(column: Any) -> Any:
    needs = pc.match_substring_regex(column, _NEEDS_QUOTES)
    escaped = pc.replace_substring(column, '"', '""')
    return pc.if_else(needs, pc.binary_join_element_wise('"', escaped, '"', ""), column)
