"""Tables on the disk come back sorted, whole and the same, in whatever portions they went in."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pytest
from fakes import read_of, tables_of

from pipeline import spool
from pipeline.schema import TABLES
from pipeline.spool import SPOOLED, Spool, gather

READS = [
    read_of(f"慰问<count value={n} unit=人 indicator=aid.people>{n}人</count>。另有<count value={n} unit=家>{n}家</count>。", source=source)
    for n, source in enumerate(["in/a.zip!/z.txt", "in/a.zip b.txt", "in/b.txt", "in/c.txt", "in/d.txt"], start=5)
]
"""The member of an archive comes before the file behind it, and belongs after that: a blank is less than `!`."""


def spooled(folder: Path, belows: list[str | None]) -> dict[str, pa.Table]:
    taken = Spool(folder)
    for read, below in zip(READS, belows, strict=True):
        taken.add(tables_of(read), below)
    return {name: found.table() for name, found in taken.close().items()}


BELOWS: list[str | None] = ["in/a.zip b.txt", "in/b.txt", "in/c.txt", "in/d.txt", None]


def test_rows_wait_for_what_belongs_before_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = spooled(tmp_path / "whole", BELOWS)
    monkeypatch.setattr(spool, "HELD_BYTES", 1)
    monkeypatch.setattr(spool, "PORTIONED_BYTES", 1)
    cut = spooled(tmp_path / "cut", BELOWS)
    assert set(whole) == set(SPOOLED)
    assert whole["facts"]["source"].to_pylist()[:4] == ["in/a.zip b.txt"] * 2 + ["in/a.zip!/z.txt"] * 2
    for name in SPOOLED:
        assert whole[name].equals(cut[name]), name
        assert whole[name].schema.equals(TABLES[name].schema, check_metadata=True), name
        assert whole[name].equals(gather([tables_of(read) for read in READS])[name]), name


def test_portions_of_a_table_by_report_are_small_and_in_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spool, "PORTIONED_BYTES", 1)
    taken = Spool(tmp_path)
    for _ in range(3):  # byte-equal reports get counters, and stand beside each other
        for read in READS:
            taken.add(tables_of(read), "")
    cells = taken.close()["cells"]
    chunks = list(cells.chunks())
    assert len(chunks) > 1
    ids = [report_id for chunk in chunks for report_id in chunk["report_id"].to_pylist()]
    assert ids == sorted(ids)
    assert len(set(ids)) == 3 * len(READS)
    assert cells.num_rows == len(ids)


def test_nothing_at_all(tmp_path: Path) -> None:
    for name, found in Spool(tmp_path).close().items():
        assert found.num_rows == 0
        assert found.table().schema.equals(TABLES[name].schema)
