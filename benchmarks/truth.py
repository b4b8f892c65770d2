"""How right a run over a generated archive is: its tables against what is true of the archive by construction."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds
import pyarrow.parquet as pq

KEY = ("source", "start", "end")
MEANINGS = ("kind", "value", "bound", "unit", "per", "change", "edtf", "status", "indicator")
"""Columns compared for each numeral found; null equals null."""
PLACE = ("province", "city", "county", "town", "year")
DEFAULTS = {"bound": "="}


def table(folder: Path, name: str, columns: Sequence[str]) -> pa.Table:
    """Columns of a table of a run, be it one file or a folder of parts."""
    return ds.dataset(folder / f"{name}.parquet", format="parquet").to_table(columns=list(columns))


def score(out: Path, archive: Path) -> dict[str, Any]:
    """Shares between 0 and 1, with the numbers behind them.

    `found` of the true numerals, and `true` of the numerals found, by exact place; then of those found, how many have each column right.
    Of the cells: precision and recall of the facts that the run gives an indicator against those that the templates give one. Of the
    reports: town with all above it, year, and the copies.
    """
    truth = pq.read_table(archive / "facts.parquet")
    facts = table(out, "facts", [*KEY, *MEANINGS])
    both = truth.select([*KEY, *MEANINGS]).join(facts, list(KEY), right_suffix="_found", join_type="inner")
    right = {name: _agreeing(both[name], both[f"{name}_found"], name) for name in MEANINGS}
    whole = right["kind"]
    for name in ("value", "bound", "unit", "edtf"):
        whole = pc.and_(whole, right[name])
    return {
        "numerals": truth.num_rows,
        "found": _share(both.num_rows, truth.num_rows),
        "true": _share(both.num_rows, facts.num_rows),
        "right": {name: _share(pc.sum(column).as_py(), both.num_rows) for name, column in right.items()},
        "read_right": _share(pc.sum(whole).as_py(), truth.num_rows),
        "indicators": _indicators(both, truth, facts),
        "reports": _reports(out, archive),
    }


def _share(part: int | None, whole: int) -> float | None:
    return round((part or 0) / whole, 5) if whole else None


def _agreeing(ours: Any, theirs: Any, name: str) -> Any:
    """Where two columns are equal, both null included. A bound that is not said is that of an exact figure."""
    default = DEFAULTS.get(name)
    if default is not None:
        ours, theirs = pc.fill_null(ours, default), pc.fill_null(theirs, default)
    equal = pc.fill_null(pc.equal(ours, theirs), False)
    return pc.or_(equal, pc.and_(pc.is_null(ours), pc.is_null(theirs)))


def _indicators(both: pa.Table, truth: pa.Table, facts: pa.Table) -> dict[str, float | None]:
    same = pc.sum(pc.fill_null(pc.equal(both["indicator"], both["indicator_found"]), False)).as_py()
    return {
        "precision": _share(same, facts.num_rows - facts["indicator"].null_count),
        "recall": _share(same, truth.num_rows - truth["indicator"].null_count),
    }


def _reports(out: Path, archive: Path) -> dict[str, float | None]:
    truth = pq.read_table(archive / "reports.parquet")
    found = table(out, "reports", ["source", "report_id", "duplicate_of", *PLACE])
    both = truth.join(found, "source", right_suffix="_found", join_type="inner")
    place = [_agreeing(both[name], both[f"{name}_found"], name) for name in PLACE[:-1]]
    town = place[0]
    for column in place[1:]:
        town = pc.and_(town, column)
    year = _agreeing(both["year"], both["year_found"], "year")
    digest = {source: name.partition("-")[0] for source, name in zip(*(found[n].to_pylist() for n in ("source", "report_id")), strict=True)}
    copies = [(row["source"], row["copy_of"]) for row in both.select(["source", "copy_of"]).to_pylist() if row["copy_of"]]
    marked = set(found.filter(pc.is_valid(found["duplicate_of"]))["source"].to_pylist())
    caught = sum(digest[copy] == digest.get(original) and (copy in marked or original in marked) for copy, original in copies)
    planted = {source for pair in copies for source in pair}
    return {
        "one_report_each": _share(both.num_rows, max(truth.num_rows, found.num_rows)),
        "town": _share(pc.sum(town).as_py(), truth.num_rows),
        "year": _share(pc.sum(year).as_py(), truth.num_rows),
        "copies_found": _share(caught, len(copies)),
        "copies_not_planted": _share(len(marked - planted), truth.num_rows),
    }
