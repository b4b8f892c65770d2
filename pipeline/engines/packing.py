"""Tables of many shapes as rows of one: what an engine passes on whose functions give record batches of a single schema.

A packed row holds a whole small table as an Arrow stream: `task` (number of the task that it comes from), `name`, `payload`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

import pyarrow as pa

TASKS = pa.schema(
    [
        ("task", pa.int64()), ("sources", pa.list_(pa.string())), ("paths", pa.list_(pa.string())), ("sizes", pa.list_(pa.int64())),
        ("codes", pa.list_(pa.string())), ("details", pa.list_(pa.string())),
    ]
)  # fmt: skip
"""One row per task: its inputs, attribute by attribute."""
PACKED = pa.schema([("task", pa.int64()), ("name", pa.string()), ("payload", pa.binary())])
_OPTIONS = pa.ipc.IpcWriteOptions(compression="zstd")


def packed(task: int, tables: Mapping[str, pa.Table]) -> pa.RecordBatch:
    """The tables as rows, those without rows left out."""
    full = {name: table for name, table in tables.items() if table.num_rows}
    columns = [pa.array([task] * len(full), pa.int64()), pa.array(list(full), pa.string())]
    return pa.record_batch([*columns, pa.array(list(map(_stream, full.values())), pa.binary())], schema=PACKED)


def _stream(table: pa.Table) -> bytes:
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema, options=_OPTIONS) as writer:
        writer.write_table(table)
    return bytes(sink.getvalue())


def unpacked(batches: Iterable[pa.RecordBatch]) -> Iterator[tuple[int, str, pa.Table]]:
    """Task, name and table of every packed row."""
    for batch in batches:
        names = batch.column("name").to_pylist()
        for task, name, payload in zip(batch.column("task").to_pylist(), names, batch.column("payload"), strict=True):
            yield task, name, pa.ipc.open_stream(payload.as_buffer()).read_all()


def with_column(table: pa.Table, name: str, values: Sequence[object], kind: pa.DataType) -> pa.Table:
    """The table with one more column at the end."""
    return table.append_column(pa.field(name, kind), pa.array(values, kind))
