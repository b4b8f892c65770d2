"""Tables → CSV and Parquet. Equal tables give equal bytes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

ROW_GROUP = 65_536
"""Rows of a Parquet row group: fixed, so that the bytes do not depend on how the rows came."""
CSV_ROWS = 8_192
"""Rows of one pass over a CSV file, which its bytes do not tell of."""
LIST_JOINT = ";"
BOM = b"\xef\xbb\xbf"
_FORMULA = r"^([=+\-@\t\r])"
_NEEDS_QUOTES = '[",\r\n]'


def stream_parquet(chunks: Iterable[pa.Table], path: Path, schema: pa.Schema) -> None:
    """A table that comes in portions, in row groups of ROW_GROUP rows. Raises OSError."""
    with pq.ParquetWriter(path, schema, compression="zstd", compression_level=3) as writer:
        empty = True
        for group in rechunked(chunks, ROW_GROUP):
            writer.write_table(group, row_group_size=ROW_GROUP)
            empty = False
        if empty:  # a table without rows is one row group without rows, wherever it comes from
            writer.write_table(schema.empty_table())


def stream_csv(chunks: Iterable[pa.Table], path: Path, schema: pa.Schema) -> None:
    """The same as UTF-8 with a byte-order mark, decimals without trailing zeros, lists joined by `;`, formulas disarmed by `'`."""
    with path.open("wb") as file:
        file.write(BOM + ",".join(_quoted(pa.array(schema.names)).to_pylist()).encode() + b"\n")
        for group in rechunked(chunks, CSV_ROWS):
            file.write(_lines(group))


def write_parquet(table: pa.Table, path: Path) -> None:
    """A table that is in memory, as `stream_parquet` writes it."""
    stream_parquet([table], path, table.schema)


def write_csv(table: pa.Table, path: Path) -> None:
    """A table that is in memory, as `stream_csv` writes it."""
    stream_csv([table], path, table.schema)


def rechunked(chunks: Iterable[pa.Table], rows: int) -> Iterator[pa.Table]:
    """The same rows in tables of so many each, whatever the size of those that come; the last is what is left."""
    held: list[pa.Table] = []
    count = 0
    for chunk in chunks:
        held.append(chunk)
        count += chunk.num_rows
        while count >= rows:
            table = pa.concat_tables(held)
            yield table.slice(0, rows).combine_chunks()
            held, count = [table.slice(rows)], count - rows
    if count:
        yield pa.concat_tables(held).combine_chunks()


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
