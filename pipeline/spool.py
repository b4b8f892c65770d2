"""The tables of all batches, put in their order on the disk, so that memory holds a portion of them and not the archive.

Batches come in the order of their inputs, so tables that are sorted by `source` are nearly sorted as they come: rows are held back until no
input can come any more that belongs before them. Tables that are sorted by `report_id`, a hash, are cut into portions by its first digits.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import pyarrow as pa
import pyarrow.compute as pc

from pipeline.schema import DATING, DATING_SCHEMA, TABLES
from pipeline.tabulate import Tables, renumber

SPOOLED = ("files", "reports", "facts", "activities", "checks", "last_year", "corrections", "cells")
"""The tables that batches have rows of."""
HELD_BYTES = 8 * 1024 * 1024
"""Rows of so many bytes are written at once."""
PORTIONED_BYTES = 16 * 1024 * 1024
"""The same where rows are cut into portions, of which each is then a 256th."""
DIGITS = 2
"""Hexadecimal digits of a report_id that tell its portion."""


@dataclass(frozen=True, slots=True)
class Spooled:
    """A table on the disk. Each of `groups` are record batches of its file that belong together; one group follows the other."""

    name: str
    path: Path
    groups: tuple[tuple[int, ...], ...]
    num_rows: int

    def chunks(self) -> Iterator[pa.Table]:
        """The rows in the order of the table, a group at a time."""
        schema, keys = TABLES[self.name].schema, TABLES[self.name].sort
        with pa.OSFile(str(self.path)) as file, pa.ipc.open_file(file) as reader:  # not mapped: what is read can be forgotten
            for group in self.groups:
                table = pa.Table.from_batches([reader.get_batch(number) for number in group], schema)
                yield _sorted(table, keys) if len(group) > 1 else table

    def table(self) -> pa.Table:
        """All rows, in memory."""
        return pa.concat_tables([TABLES[self.name].schema.empty_table(), *self.chunks()]).combine_chunks()


class Spool:
    """Takes in the tables of batches, in the order of their inputs, and gives them back sorted and with all byte-equal reports numbered."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._seen: Counter[str] = Counter()
        self._dating: list[pa.Table] = []
        kinds: dict[str, type[_BySource | _ByReport]] = {"source": _BySource, "report_id": _ByReport}
        self._writers: dict[str, _BySource | _ByReport | _Whole] = {
            name: kinds.get(TABLES[name].sort[0], _Whole)(name, folder / f"{name}.arrow") for name in SPOOLED
        }

    def add(self, tables: Tables, below: str | None) -> None:
        """The tables of one batch. No later one has a `source` below `below`; None stands for the last."""
        for name, table in renumber(tables, _new_ids(tables["reports"], self._seen)).items():
            if name in self._writers:
                self._writers[name].add(table, below)
            elif name == DATING:
                self._dating.append(table)

    def dating(self) -> pa.Table:
        """What reports of one town may tell of each other's years; it is small, and stays in memory."""
        return pa.concat_tables([DATING_SCHEMA.empty_table(), *self._dating])

    def close(self) -> dict[str, Spooled]:
        """What was taken in, by the name of the table; nothing more can be added."""
        return {name: writer.close() for name, writer in self._writers.items()}


def gather(batches: Iterable[Tables]) -> Tables:
    """All batches as one, in memory: byte-equal reports numbered through, rows in the tables' own order."""
    with TemporaryDirectory() as folder:
        spool = Spool(Path(folder))
        for tables in batches:
            spool.add(tables, "")  # nothing is known of what follows
        return {name: spooled.table() for name, spooled in spool.close().items()}


def _new_ids(reports: pa.Table, seen: Counter[str]) -> dict[str, str]:
    """Old to new for the reports of a batch whose text has occurred in a batch before."""
    new = {}
    for report_id in reports["report_id"].to_pylist():
        digest = report_id.partition("-")[0]
        seen[digest] += 1
        name = digest if seen[digest] == 1 else f"{digest}-{seen[digest]}"
        if name != report_id:
            new[report_id] = name
    return new


class _Writer:
    """Writes a table's rows to an Arrow file, as they come."""

    def __init__(self, name: str, path: Path) -> None:
        self._name, self._path = name, path
        self._table = TABLES[name]
        options = pa.ipc.IpcWriteOptions(compression="lz4")
        self._file = pa.ipc.new_file(str(path), self._table.schema, options=options)
        self._held: list[pa.Table] = []
        self._held_bytes = 0
        self._batches = self._rows = 0

    def _hold(self, table: pa.Table) -> None:
        if table.num_rows:
            self._held.append(table)
            self._held_bytes += table.nbytes

    def _taken(self) -> pa.Table:
        """All rows that are held, sorted, and held no longer."""
        table = _sorted(pa.concat_tables([self._table.schema.empty_table(), *self._held]), self._table.sort)
        self._held, self._held_bytes = [], 0
        return table

    def _put(self, table: pa.Table) -> int:
        """Write rows as one record batch, and give its number."""
        [batch] = table.combine_chunks().to_batches() or [pa.RecordBatch.from_pylist([], schema=table.schema)]
        self._file.write_batch(batch)
        self._batches += 1
        self._rows += table.num_rows
        return self._batches - 1

    def _spooled(self, groups: Iterable[Sequence[int]]) -> Spooled:
        self._file.close()
        return Spooled(self._name, self._path, tuple(map(tuple, groups)), self._rows)


class _BySource(_Writer):
    """A table that is sorted by `source` first."""

    def add(self, table: pa.Table, below: str | None) -> None:
        self._hold(table)
        if self._held_bytes >= HELD_BYTES and below is not None:
            held = self._taken()
            settled = pc.sum(pc.less(held["source"], pa.scalar(below))).as_py() or 0
            if settled:
                self._put(held.slice(0, settled))
            self._hold(held.slice(settled))

    def close(self) -> Spooled:
        if self._held:
            self._put(self._taken())
        return self._spooled((number,) for number in range(self._batches))


class _Whole(_Writer):
    """A table so small that it waits in memory: what people wrote by hand."""

    def add(self, table: pa.Table, below: str | None) -> None:  # noqa: ARG002  the sort has nothing to do with sources
        self._hold(table)

    def close(self) -> Spooled:
        return self._spooled([[self._put(self._taken())]] if self._held else [])


class _ByReport(_Writer):
    """A table that is sorted by `report_id` first."""

    def __init__(self, name: str, path: Path) -> None:
        super().__init__(name, path)
        self._portions: dict[str, list[int]] = defaultdict(list)

    def add(self, table: pa.Table, below: str | None) -> None:  # noqa: ARG002  where a report comes from says nothing of its place
        self._hold(table)
        if self._held_bytes >= PORTIONED_BYTES:
            self._flush()

    def _flush(self) -> None:
        table = self._taken()
        firsts = pc.run_end_encode(pc.utf8_slice_codeunits(table["report_id"], 0, DIGITS).combine_chunks())
        start = 0
        for first, end in zip(firsts.values.to_pylist(), firsts.run_ends.to_pylist(), strict=True):
            self._portions[first].append(self._put(table.slice(start, end - start)))
            start = end

    def close(self) -> Spooled:
        if not self._batches:  # all of it is in memory still, and sorted at once
            return self._spooled([[self._put(self._taken())]] if self._held else [])
        if self._held:
            self._flush()
        return self._spooled(self._portions[first] for first in sorted(self._portions))


def _sorted(table: pa.Table, keys: Sequence[str]) -> pa.Table:
    """The rows by the keys; the sort is stable."""
    table = table.combine_chunks()
    order = pc.sort_indices(table.select(keys), [(key, "ascending") for key in keys])
    return table if _is_in_order(order) else table.take(order)


def _is_in_order(order: pa.Array) -> bool:
    numbers = order.to_numpy()
    return bool((numbers[1:] > numbers[:-1]).all())
