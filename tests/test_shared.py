"""Real reports with annotations, in a folder beside the project. Nothing else in the project needs them: without them this is skipped."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from scoring import DIGIT_RUN, share_of, source_texts

from pipeline.evaluate import evaluate
from pipeline.run import run

SHARED = Path(__file__).resolve().parent.parent.parent / "shared"
REPORTS = SHARED / "reports"
pytestmark = [
    pytest.mark.skipif(not REPORTS.is_dir(), reason="the folder shared/ with real reports is not beside the project"),
    pytest.mark.xdist_group("shared"),
]

AT_LEAST = {"span.facts": 0.92, "exact.facts": 0.88}
SINGLES = ("A", "C", "D", "F", "H", "I", "J", "K", "L")
COMPARED = (
    *("text", "kind", "value", "low", "high", "bound", "unit", "per", "change", "repaired", "edtf", "anchor", "part", "festival"),
    *("object", "status", "scope", "activity", "indicator", "when", "when_anchor", "note", "rule"),
)


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("shared")
    run([REPORTS], folder, formats=("parquet",), workers=1)
    return folder


def _rows(out: Path, table: str, name: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = pq.read_table(out / f"{table}.parquet").to_pylist()
    return [row for row in rows if row["source"] == f"reports/{name}.txt"]


def test_figures(out: Path) -> None:
    evaluation = evaluate(out, SHARED / "gold")
    assert evaluation.figures["overlaps"] == 0
    short = {
        name: round(share_of(evaluation.figures[name]), 4) for name, floor in AT_LEAST.items() if share_of(evaluation.figures[name]) < floor
    }
    assert not short, f"{short}\n" + "\n".join(evaluation.misses)


def test_every_digit_lies_in_one_row(out: Path) -> None:
    facts = pq.read_table(out / "facts.parquet", columns=["source", "start", "end", "text"]).to_pylist()
    texts = source_texts(REPORTS)
    assert len(texts) == len(SINGLES) + 1
    for source, text in texts.items():
        rows = [fact for fact in facts if fact["source"] == source]
        assert all(text[row["start"] : row["end"]] == row["text"] for row in rows)
        for digits in re.finditer(DIGIT_RUN, text):
            holders = [row for row in rows if row["start"] < digits.end() and digits.start() < row["end"]]
            assert len(holders) == 1, (source, digits)
            assert holders[0]["start"] <= digits.start() and digits.end() <= holders[0]["end"], (source, digits)


def test_the_collection_has_the_boundaries_of_the_single_files(out: Path) -> None:
    lengths = [len(source_texts(REPORTS)[f"reports/{name}.txt"]) for name in SINGLES]
    starts = [sum(lengths[:i]) for i in range(len(lengths))]
    parts = sorted(_rows(out, "reports", "collection"), key=lambda row: row["part"])
    assert [(row["part"], row["start"]) for row in parts] == list(enumerate(starts, start=1))
    assert [row["end"] for row in parts] == [start + length for start, length in zip(starts, lengths, strict=True)]


@pytest.mark.parametrize("part", range(1, len(SINGLES) + 1))
def test_the_collection_has_the_facts_of_the_single_files(part: int, out: Path) -> None:
    (report,) = [row for row in _rows(out, "reports", "collection") if row["part"] == part]
    inside = [row for row in _rows(out, "facts", "collection") if row["report_id"] == report["report_id"]]
    single = _rows(out, "facts", SINGLES[part - 1])
    assert [(row["start"] - report["start"], *_said(row)) for row in inside] == [(row["start"], *_said(row)) for row in single]


def _said(row: dict[str, Any]) -> tuple[Any, ...]:
    return tuple(row[name] for name in COMPARED)
