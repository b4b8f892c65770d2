"""The tables of a run as files: whole whatever the number of threads, and given up at the first that cannot be written."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from threading import Event

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from fakes import read_of, tables_of

from pipeline import spool
from pipeline.finish import Finished
from pipeline.spool import Spool
from pipeline.write import flat
from pipeline.writings import FLAT, until, write_tables

READS = [read_of(f"慰问<count value={n} unit=人 indicator=aid.people>{n}人</count>。", source=f"in/{n}.txt") for n in range(5, 12)]
COVERAGE = pa.table({"indicator": ["aid.people"], "reports": [7]})


@pytest.fixture
def done(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Finished:
    """The large tables in many portions."""
    monkeypatch.setattr(spool, "HELD_BYTES", 1)
    monkeypatch.setattr(spool, "PORTIONED_BYTES", 1)
    taken = Spool(tmp_path / "spool")
    for number, read in enumerate(READS):
        taken.add(tables_of(read), READS[number + 1].report.source if number + 1 < len(READS) else None)
    return Finished(taken.close(), {"coverage": COVERAGE}, frozenset())


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.mark.parametrize("threads", [1, 2, 8])
def test_every_table_in_every_form(done: Finished, tmp_path: Path, threads: int) -> None:
    for folder in ("one", "more"):
        (tmp_path / folder).mkdir()
    write_tables(done, tmp_path / "one", FLAT, 1)
    write_tables(done, tmp_path / "more", FLAT, threads)
    assert set(contents(tmp_path / "one")) == {f"{name}.{form}" for name in (*done.spooled, "coverage") for form in FLAT}
    assert contents(tmp_path / "more") == contents(tmp_path / "one")
    assert pq.read_table(tmp_path / "more" / "facts.parquet").equals(done.spooled["facts"].table())
    assert pq.read_table(tmp_path / "more" / "coverage.parquet").equals(COVERAGE)


def test_only_the_forms_asked_for(done: Finished, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    write_tables(done, tmp_path / "out", ["csv"], 2)
    assert {path.suffix for path in (tmp_path / "out").iterdir()} == {".csv"}


def test_a_full_disk_ends_the_run(done: Finished, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def writes(chunks: Iterator[pa.Table], path: Path, schema: pa.Schema) -> None:
        if path.stem == "checks":
            raise OSError("disk full")
        stream(chunks, path, schema)

    stream = flat.stream_parquet
    monkeypatch.setattr(flat, "stream_parquet", writes)
    with pytest.raises(OSError, match="disk full"):
        write_tables(done, tmp_path, ["parquet"], 2)


def test_a_file_given_up_ends_with_its_portion(done: Finished) -> None:
    given_up = Event()
    portions = until(given_up, done.chunks("facts"))
    assert next(portions).num_rows
    given_up.set()
    assert next(portions, None) is None
    assert len(list(done.chunks("facts"))) > 2  # there was more
