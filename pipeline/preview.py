"""Which cells a change of rules would change: the same inputs are read again with an own folder of rules laid over."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pyarrow.parquet as pq

from pipeline import diff, rulebook
from pipeline.bounds import SIGNS, plain
from pipeline.run import run
from pipeline.write.folder import RUN_FILE


class PreviewError(ValueError):
    """A preview that cannot be made; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Preview:
    """What would change. `stale`: the tables were made with other rules than the shipped ones, so that more may differ."""

    cells: tuple[str, ...]
    facts: tuple[str, ...]
    stale: bool


def preview(rules: Path, out: Path, inputs: Sequence[Path] = (), workers: int | None = None) -> Preview:
    """Read the inputs of the tables in `out` with `rules` over the shipped ones, and compare. Raises PreviewError or RuleError."""
    sources = _sources(out)
    found = list(inputs) or find_inputs(out, sources)
    book = rulebook.load(rules)
    with TemporaryDirectory() as folder:
        run(found, folder, formats=("parquet",), workers=workers, rules=rules)
        differences = list(diff.differences(out, Path(folder)))
    cells = tuple(_cell_line(d) for d in differences if d.table == "cells" and _is_change(d))
    facts = tuple(diff.line(d) for d in differences if d.table == "facts")
    return Preview(cells, facts, _rules_of(out) not in (rulebook.load().hash, book.hash))


def _sources(out: Path) -> dict[str, str | None]:
    """SHA-256 by source of the files that the tables were made from."""
    try:
        rows = pq.read_table(out / "files.parquet", columns=["source", "sha256"]).to_pylist()
    except (OSError, ValueError) as error:
        raise PreviewError(f"{out}: no tables there; give --on the folder of a run with --format parquet") from error
    return {row["source"]: row["sha256"] for row in rows}


def find_inputs(out: Path, sources: dict[str, str | None]) -> list[Path]:
    """The folders and files that a run read, told by their names and bytes: tables hold no path.

    They are looked for beside the tables and in the working directory. Raises PreviewError where they are not all there.
    """
    roots = sorted({source.partition("!/")[0].partition("/")[0] for source in sources})
    beside = [out.resolve().parent, *out.resolve().parents[1:3], Path.cwd()]
    found = []
    for root in roots:
        known = {source: sha for source, sha in sources.items() if source.split("/")[0].split("!")[0] == root}
        place = next((folder / root for folder in beside if _holds(folder, known)), None)
        if place is None:
            raise PreviewError(f"the inputs of {out} ({root}) are not beside it; name them: --input PATH")
        found.append(place)
    return found


def _holds(folder: Path, known: dict[str, str | None]) -> bool:
    """Whether every file outside of archives is there with the same bytes."""
    for source, sha in known.items():
        path = folder / source
        if "!/" in source or sha is None:
            continue
        if not path.is_file() or hashlib.sha256(path.read_bytes()).hexdigest() != sha:
            return False
    return any((folder / source).is_file() for source in known)


def _rules_of(out: Path) -> str:
    try:
        return str(json.loads((out / RUN_FILE).read_text(encoding="utf-8")).get("rules"))
    except (OSError, ValueError):
        return ""


def _is_change(difference: diff.Difference) -> bool:
    """Whether a reader of the table would see it: new offsets or facts behind the same figure are no change, nor is a new column's gap."""
    if difference.sign != "~":
        return bool(difference.row["state"] != "not_mentioned")
    return bool({"value", "bound", "low", "high", "state"} & set(difference.columns))


def _cell_line(difference: diff.Difference) -> str:
    """`帮扶慰问人数 aid.people of 安海镇 2013: >75 → 80`."""
    row = difference.row
    whose = " ".join(str(part) for part in (row.get("town") or row["report_id"], row.get("year"), row.get("period")) if part)
    before = {**row, **{name: old for name, (old, _) in difference.columns.items()}}
    old = "—" if difference.sign == "+" else _figure(before)
    new = "—" if difference.sign == "-" else _figure(row)
    return f"{whose}: {row['indicator']}: {old} → {new}"


def _figure(row: dict[str, Any]) -> str:
    if row["value"] is None:
        return str(row["state"])
    return SIGNS.get(row["bound"] or "=", "") + plain(row["value"], grouped=True)


def in_words(found: Preview, show: int) -> Iterator[str]:
    """The lines that `taizhang rules preview` prints."""
    if found.stale:
        yield "The tables were made with other rules or another version: what follows may have more reasons than your folder."
    yield f"{len(found.cells)} cells and {len(found.facts)} facts would change."
    for lines in (found.cells, found.facts):
        yield from (f"  {line}" for line in lines[:show])
        if len(lines) > show:
            yield f"  … {len(lines) - show} more"
