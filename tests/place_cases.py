"""Reads the written cases of `tests/specs_places/` and makes reports of them."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

from pipeline.model import Report

ROOT = Path(__file__).resolve().parents[1]
RULES = ROOT / "rules"
SPECS = Path(__file__).parent / "specs_places"
FOLDERS = (SPECS, SPECS / "held_out", SPECS / "fresh")
SHARED = ROOT.parent / "shared"


def report_of(text: str, source: str = "archive/report.txt", part: int | None = None, start: int = 0) -> Report:
    """A report of its text alone, `start` characters into its source; no title was split off."""
    text = text.strip("\n")
    return Report(source, part, start, start + len(text), "file", text, text, None, (), None, (), ())


def cases(name: str) -> list[Any]:
    """The cases of `NAME.toml`, of its held-out third and of those written afterwards, as pytest parameters."""
    import pytest

    found = []
    for folder in FOLDERS:
        table = tomllib.loads((folder / f"{name}.toml").read_text("utf-8"))
        found += [pytest.param(case, id=case["id"]) for case in table["case"]]
    return found


def gold_reports() -> list[Any]:
    """The annotated reports of `../shared`; one that is skipped with a reason where that folder is not there."""
    import json

    import pytest

    path = SHARED / "gold" / "reports.jsonl"
    if not path.is_file():
        return [pytest.param(None, marks=pytest.mark.skip(reason=f"{SHARED} is not there"))]
    rows = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    return [pytest.param(row, id=row["report"]) for row in rows]


def gold_report(row: dict[str, Any]) -> Report:
    """The report that a gold row is about."""
    return report_of((SHARED / "reports" / f"{row['report']}.txt").read_text("utf-8"), f"reports/{row['report']}.txt")
