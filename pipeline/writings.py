"""The tables of a run → CSV and Parquet files, several at once; the large ones pass through in portions, never whole.

Threads do it, for Arrow, which does the work, lets the others go on meanwhile. Workers are gone by then, and the memory that they held.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event
from typing import Literal

import pyarrow as pa

from pipeline.finish import Finished
from pipeline.schema import TABLES
from pipeline.write import flat

FlatFormat = Literal["csv", "parquet"]
FLAT: tuple[FlatFormat, ...] = ("parquet", "csv")


def write_tables(done: Finished, target: Path, forms: Sequence[FlatFormat], threads: int) -> None:
    """All tables in these forms into the folder `target`, `threads` files at a time. Raises OSError where the disk is full."""
    given_up = Event()
    with ThreadPoolExecutor(max_workers=threads) as crew:
        files = [crew.submit(_write, done, name, target, form, given_up) for name in _largest_first(done) for form in forms]
        try:
            for file in files:
                file.result()
        finally:  # a file that nobody wants any more ends with the portion that it is at
            given_up.set()
            for file in files:
                file.cancel()


def _largest_first(done: Finished) -> list[str]:
    """The names of the tables, so that no large one is begun when all others are done."""
    tables = {**done.spooled, **done.small}
    columns = {name: len(TABLES[name].columns) if name in TABLES else done.small[name].num_columns for name in tables}
    return sorted(tables, key=lambda name: (-done.num_rows(name) * columns[name], name))


def _write(done: Finished, name: str, target: Path, form: FlatFormat, given_up: Event) -> None:
    write = flat.stream_parquet if form == "parquet" else flat.stream_csv
    schema = done.small[name].schema if name in done.small else TABLES[name].schema
    write(until(given_up, done.chunks(name)), target / f"{name}.{form}", schema)


def until(given_up: Event, chunks: Iterable[pa.Table]) -> Iterator[pa.Table]:
    """The portions that come before the file is given up."""
    for chunk in chunks:
        if given_up.is_set():
            return
        yield chunk
