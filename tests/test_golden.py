"""Annotated reports: `data/gold` and `gold_seen` may be read, `gold_held_out` was set aside (docs/quality.md says how far it was seen)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from scoring import DIGIT_RUN, share_of, source_texts

from pipeline.evaluate import Evaluation, Figure, evaluate, load_annotations
from pipeline.run import run as read_archive

pytestmark = pytest.mark.xdist_group("sample archive")
ROOT = Path(__file__).parent.parent
HELD_OUT, SEEN = ROOT / "tests" / "gold_held_out", ROOT / "tests" / "gold_seen"

AT_LEAST = {
    "span.facts": 0.995,
    "exact.facts": 0.993,
    "exact.quantities": 0.995,
    "span.labels": 0.988,
    "status.accuracy": 0.999,
    "activity.accuracy": 0.981,
    "object.accuracy": 0.955,
    "indicators": 0.965,
    "cells": 0.955,
    "report.town": 1.0,
    "report.year": 0.978,
    "report.org": 0.956,
    "report.period": 1.0,
}
SEEN_AT_LEAST = {
    "span.facts": 0.996,
    "exact.facts": 0.995,
    "exact.quantities": 0.996,
    "span.labels": 0.988,
    "status.accuracy": 0.992,
    "activity.accuracy": 0.954,
    "object.accuracy": 0.913,
    "indicators": 0.896,
    "cells": 0.888,
    "report.town": 1.0,
    "report.year": 0.962,
    "report.org": 0.925,
    "report.period": 1.0,
}
HELD_OUT_AT_LEAST = {
    "span.facts": 0.978,
    "exact.facts": 0.973,
    "exact.quantities": 0.976,
    "span.labels": 0.959,
    "status.accuracy": 0.977,
    "activity.accuracy": 0.896,
    "object.accuracy": 0.833,
    "indicators": 0.81,
    "cells": 0.752,
    "report.town": 0.947,
    "report.year": 1.0,
    "report.org": 0.894,  # its oldest annotations call a town's station `other`
    "report.period": 1.0,
}
"""F1, or the share of right answers. A number here only ever grows."""


def _short(figures: Mapping[str, Figure], floors: Mapping[str, float]) -> list[str]:
    return [f"{name} {share_of(figures[name]):.4f}, {floor} wanted" for name, floor in floors.items() if share_of(figures[name]) < floor]


def _differences(evaluation: Evaluation) -> str:
    """What differs, report by report: place, words, what is read and what is annotated."""
    lines: list[str] = []
    last = ""
    for miss in evaluation.misses:
        report, _, rest = miss.partition(":") if ":" in miss.split(" ")[0] else miss.partition(" ")
        if report != last:
            lines.append(f"\n{report}")
            last = report
        lines.append(f"  {rest}")
    return "\n".join(lines)


def test_annotated_reports(sample_run: Path) -> None:
    evaluation = evaluate(sample_run, ROOT / "data" / "gold")
    assert evaluation.figures["overlaps"] == 0
    short = _short(evaluation.figures, AT_LEAST)
    assert not short, "\n".join(short) + "\n" + _differences(evaluation)


@pytest.fixture(scope="module")
def other_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Tables of the reports in the manner of real pages, which are not part of the sample archive."""
    out = tmp_path_factory.mktemp("other")
    read_archive([HELD_OUT / "texts", SEEN / "texts"], out, formats=("parquet",), workers=1)
    return out


@pytest.mark.parametrize(
    ("folder", "floors"), [(SEEN, SEEN_AT_LEAST), (HELD_OUT, HELD_OUT_AT_LEAST)], ids=lambda value: getattr(value, "name", None)
)
def test_reports_in_the_manner_of_real_pages(folder: Path, floors: Mapping[str, float], other_run: Path) -> None:
    figures = evaluate(other_run, folder).figures
    assert figures["overlaps"] == 0
    short = _short(figures, floors)
    assert not short, "\n".join(short)


@pytest.mark.parametrize(
    ("gold", "texts"), [(ROOT / "data" / "gold", ROOT / "data" / "raw"), (SEEN, SEEN / "texts"), (HELD_OUT, HELD_OUT / "texts")], ids=str
)
def test_annotations_stand_in_the_archive(gold: Path, texts: Path) -> None:
    """A row of gold whose words are not those of its report would be counted against the rules."""
    words = {Path(source).stem: text for source, text in source_texts(texts).items()}
    for row in load_annotations(gold)[0]:
        assert words[row["report"]][row["start"] : row["end"]] == row["text"], (gold.name, row["report"], row["start"])


def test_every_digit_of_the_archive_lies_in_one_row(sample_run: Path) -> None:
    facts = pq.read_table(sample_run / "facts.parquet", columns=["source", "start", "end"]).to_pylist()
    for source, text in source_texts(ROOT / "data" / "raw").items():
        spans = [(fact["start"], fact["end"]) for fact in facts if fact["source"] == source]
        for run in re.finditer(DIGIT_RUN, text):
            holders = [span for span in spans if span[0] < run.end() and run.start() < span[1]]
            assert len(holders) == 1, (source, run.span(), run.group())
            assert holders[0][0] <= run.start() and run.end() <= holders[0][1], (source, run.span(), run.group())


def test_the_words_of_every_row_stand_in_its_source(sample_run: Path) -> None:
    texts = source_texts(ROOT / "data" / "raw")
    rows = pq.read_table(sample_run / "facts.parquet", columns=["source", "start", "end", "text"]).to_pylist()
    assert rows
    assert [row for row in rows if texts[row["source"]][row["start"] : row["end"]] != row["text"]] == []


def test_a_spoilt_table_fails(sample_run: Path, tmp_path: Path) -> None:
    """The floors are tight enough that a tenth of wrong values is noticed."""
    import pyarrow as pa

    for name in ("facts", "reports", "cells"):
        table = pq.read_table(sample_run / f"{name}.parquet")
        if name == "facts":
            units = [("?" if i % 10 == 0 else unit) for i, unit in enumerate(table["unit"].to_pylist())]
            table = table.set_column(table.schema.get_field_index("unit"), "unit", pa.array(units, pa.string()))
        pq.write_table(table, tmp_path / f"{name}.parquet")
    assert _short(evaluate(tmp_path, ROOT / "data" / "gold").figures, AT_LEAST)
