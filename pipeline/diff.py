"""Two runs side by side: which facts, cells and reports the one has otherwise than the other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import pyarrow as pa
import pyarrow.parquet as pq

from pipeline.bounds import plain
from pipeline.schema import CELLS, FACTS, REPORTS, Table

Row = dict[str, Any]

COMPARED: tuple[Table, ...] = (REPORTS, FACTS, CELLS)
_WHERE = frozenset({"source", "part", "start", "end"})
"""A file that was moved has the same facts elsewhere; that is no difference."""


class DiffError(ValueError):
    """A folder without the tables that are compared."""


@dataclass(frozen=True, slots=True)
class Difference:
    """A row that only one run has, or one that they have otherwise: column → (in a, in b)."""

    table: str
    sign: Literal["-", "+", "~"]
    key: tuple[str, ...]
    row: Row
    columns: Mapping[str, tuple[Any, Any]]


def differences(a: Path, b: Path) -> Iterator[Difference]:
    """What differs between the runs in folders `a` and `b`, table by table, in the order of their keys. Raises DiffError."""
    for table in COMPARED:
        yield from _of_table(table, _read(a, table), _read(b, table))


def _read(folder: Path, table: Table) -> dict[tuple[str, ...], Row]:
    path = folder / f"{table.name}.parquet"
    try:
        rows: list[Row] = pq.read_table(path).to_pylist()
    except (OSError, pa.ArrowInvalid) as error:
        raise DiffError(f"{path}: cannot be read; give folders of two runs with --format parquet ({type(error).__name__})") from error
    return {tuple(row[name] for name in table.key): row for row in rows}


def _of_table(table: Table, a: Mapping[tuple[str, ...], Row], b: Mapping[tuple[str, ...], Row]) -> Iterator[Difference]:
    for key in sorted(a.keys() | b.keys()):
        if key not in b:
            yield Difference(table.name, "-", key, a[key], {})
        elif key not in a:
            yield Difference(table.name, "+", key, b[key], {})
        elif changed := _changed(a[key], b[key]):
            yield Difference(table.name, "~", key, b[key], changed)


def _changed(a: Row, b: Row) -> dict[str, tuple[Any, Any]]:
    names = [name for name in dict.fromkeys((*a, *b)) if name not in _WHERE]
    return {name: (a.get(name), b.get(name)) for name in names if a.get(name) != b.get(name)}


def line(difference: Difference) -> str:
    """One difference in words: `~ facts 1f0c…:52 «8000余元» status: done → plan`."""
    row = difference.row
    about = f" «{row['text']}»" if "text" in row else ""
    if difference.sign != "~":
        said = row.get("value")
        about += f" {_shown(said)}" if said is not None else ""
    changes = "; ".join(f"{name}: {_shown(old)} → {_shown(new)}" for name, (old, new) in difference.columns.items())
    return f"{difference.sign} {difference.table} {' '.join(difference.key)}{about}" + (f" {changes}" if changes else "")


def _shown(value: Any) -> str:
    if value is None or value == []:
        return "—"
    if isinstance(value, list):
        return ";".join(map(str, value))
    return plain(value) if hasattr(value, "as_tuple") else str(value)
