"""A batch that was packed comes back the same, and one with a changed byte never does."""

from __future__ import annotations

import pytest
from fakes import read_of, tables_of
from hypothesis import given
from hypothesis import strategies as st

from pipeline import batch
from pipeline.batch import Batch, BatchError, Text
from pipeline.copies import Sketch

BATCH = Batch(
    tables_of(read_of("慰问<count value=5 unit=人 indicator=aid.people>5人</count>。")),
    (Text("in/a.txt", "慰问5人。\ud800", plain=True), Text("in/b.docx", "", plain=False)),
    (),
    (Sketch("0123456789abcdef", b"\1" * 8, b"\2" * 4, b"", b"\3" * 8, b"\4" * 4),),
    (b"claims", b""),
)
CONTENT = batch.packed(BATCH)


def test_there_and_back() -> None:
    found = batch.unpacked(CONTENT)
    assert found == BATCH
    assert all(found.tables[name].schema.equals(table.schema, check_metadata=True) for name, table in BATCH.tables.items())
    assert batch.packed(found) == CONTENT


@given(st.integers(0, len(CONTENT) - 1), st.integers(1, 255))
def test_one_wrong_byte_is_found_out(position: int, difference: int) -> None:
    damaged = bytearray(CONTENT)
    damaged[position] ^= difference
    with pytest.raises(BatchError):
        batch.unpacked(bytes(damaged))


@pytest.mark.parametrize("content", [b"", b"x", CONTENT[:-1], CONTENT[: len(CONTENT) // 2], CONTENT + b"\0"])
def test_what_is_cut_short_or_none_of_ours_is_found_out(content: bytes) -> None:
    with pytest.raises(BatchError):
        batch.unpacked(content)
