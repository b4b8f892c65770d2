"""What is made of a portion of inputs, and how it is written to the disk: a header, Arrow streams one behind the other, a checksum."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import msgspec
import pyarrow as pa

from pipeline.copies import Sketch
from pipeline.tabulate import Tables

MAGIC = b"taizhang batch 1\n"
_DIGEST = hashlib.sha256().digest_size
_TEXTS = pa.schema([("source", pa.string()), ("text", pa.binary()), ("plain", pa.bool_())])
_SKETCHES = pa.schema([(field.name, pa.string() if field.name == "digest" else pa.binary()) for field in fields(Sketch)])
_CLAIMS = pa.schema([("claims", pa.binary())])


class BatchError(ValueError):
    """Bytes that are no batch, or not the whole of one."""


@dataclass(frozen=True, slots=True)
class Text:
    """The decoded text of an input; `plain` where the input itself is that text."""

    source: str
    text: str
    plain: bool


@dataclass(frozen=True, slots=True)
class Batch:
    """The tables of some inputs, `cells` included, and what else the end of the run needs of them."""

    tables: Tables
    texts: tuple[Text, ...] = ()
    """Of all inputs that could be read, in order."""
    gaps: tuple[dict[str, Any], ...] = ()
    """Reasons for empty cells, until `compare` has put them there; not written."""
    sketches: tuple[Sketch, ...] = ()
    """What is needed of the reports' texts to find copies, a sketch per row of `reports`."""
    claims: tuple[bytes, ...] = ()
    """For each row of `reports` what its indicators are read from, so that they can be read again by other rules."""


class _Header(msgspec.Struct):
    """Name and length in bytes of each stream."""

    streams: list[tuple[str, int]]


def packed(batch: Batch) -> bytes:
    """The batch as bytes that any process of this version reads back."""
    tables = {
        **batch.tables,
        "_texts": pa.table(
            [[t.source for t in batch.texts], [_utf8(t.text) for t in batch.texts], [t.plain for t in batch.texts]], schema=_TEXTS
        ),
        "_sketches": _columns(batch.sketches, _SKETCHES),
        "_claims": pa.table({"claims": pa.array(batch.claims, pa.binary())}, schema=_CLAIMS),
    }
    streams = {name: _stream(table) for name, table in tables.items()}
    header = msgspec.msgpack.encode(_Header([(name, stream.size) for name, stream in streams.items()]))
    content = b"".join([MAGIC, len(header).to_bytes(4, "little"), header, *streams.values()])
    return content + hashlib.sha256(content).digest()


def unpacked(content: bytes) -> Batch:
    """The batch that was packed. Raises BatchError where a byte is not as it was."""
    view = memoryview(content)
    body, digest = view[:-_DIGEST], view[-_DIGEST:]
    if not content.startswith(MAGIC) or hashlib.sha256(body).digest() != digest:
        raise BatchError("damaged")
    start = len(MAGIC) + 4
    at = start + int.from_bytes(view[len(MAGIC) : start], "little")
    tables: Tables = {}
    for name, size in msgspec.msgpack.decode(view[start:at], type=_Header).streams:
        tables[name] = pa.ipc.open_stream(pa.py_buffer(view[at : at + size])).read_all()
        at += size
    texts = tuple(
        Text(row["source"], row["text"].decode("utf-8", "surrogatepass"), row["plain"]) for row in tables.pop("_texts").to_pylist()
    )
    sketches = tuple(Sketch(**row) for row in tables.pop("_sketches").to_pylist())
    claims = tuple(tables.pop("_claims")["claims"].to_pylist())
    return Batch(tables, texts, sketches=sketches, claims=claims)


def read(path: Path) -> Batch:
    """The batch in a file. Raises OSError, and BatchError where the file is damaged."""
    return unpacked(path.read_bytes())


def _utf8(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def _columns(rows: Sequence[Any], schema: pa.Schema) -> pa.Table:
    return pa.table({name: pa.array([getattr(row, name) for row in rows], schema.field(name).type) for name in schema.names}, schema=schema)


def _stream(table: pa.Table) -> pa.Buffer:
    sink = pa.BufferOutputStream()
    options = pa.ipc.IpcWriteOptions(compression=pa.Codec("zstd", compression_level=1))
    with pa.ipc.new_stream(sink, table.schema, options=options) as writer:
        writer.write_table(table)
    return sink.getvalue()
