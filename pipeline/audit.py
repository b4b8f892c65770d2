"""What a person should look at: doubts about the tables, those first that touch most cells of the comparison."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from pipeline.bounds import plain
from pipeline.model import CORRECTED

Row = dict[str, Any]

DOUBTS = pa.schema(
    [
        pa.field("kind", pa.string(), metadata={"meaning": "what is doubtful"}),
        pa.field("effect", pa.int64(), metadata={"meaning": "cells of the comparison that depend on it"}),
        pa.field("report_id", pa.string(), metadata={"meaning": "the report, where it is one report's"}),
        pa.field("source", pa.string(), metadata={"meaning": "the input"}),
        pa.field("indicator", pa.string(), metadata={"meaning": "code of the indicator, where it is one cell's"}),
        pa.field("fact_id", pa.string(), metadata={"meaning": "the fact to look at first"}),
        pa.field("text", pa.string(), metadata={"meaning": "the words in question, or the reason"}),
        pa.field("sentence", pa.string(), metadata={"meaning": "the sentence it stands in"}),
    ]
)
KINDS = ("conflict", "check_fails", "last_year_differs", "masked", "place_unknown", "year_unknown", "repaired", "unread", "file_unread")
"""In the order in which doubts of equal effect are shown."""


def doubts(tables: Mapping[str, pa.Table]) -> pa.Table:
    """Doubts about the tables of a run, by effect, then kind, then place; columns as DOUBTS."""
    told = tables["cells"].filter(pc.equal(tables["cells"]["state"], "value"))
    cells_of = Counter(told["report_id"].to_pylist())
    uses = Counter(fact_id for ids in told["fact_ids"].to_pylist() for fact_id in ids)
    source_of = dict(zip(tables["reports"]["report_id"].to_pylist(), tables["reports"]["source"].to_pylist(), strict=True))
    found = [
        *_of_cells(tables["cells"], source_of),
        *_of_checks(tables["checks"], tables["facts"], source_of, uses),
        *_of_last_year(tables["last_year"], tables["facts"], source_of, uses),
        *_of_reports(tables["reports"], cells_of),
        *_of_facts(tables["facts"], uses),
        *_of_files(tables["files"]),
    ]
    found.sort(key=lambda row: (-row["effect"], KINDS.index(row["kind"])))
    return pa.Table.from_pylist([{name: row.get(name) for name in DOUBTS.names} for row in found], schema=DOUBTS)


def _of_cells(cells: pa.Table, source_of: Mapping[str, str]) -> Iterator[Row]:
    doubtful = cells.filter(pc.is_in(cells["state"], pa.array(["conflict", "masked"])))
    for cell in doubtful.select(["report_id", "indicator", "state", "fact_ids"]).to_pylist():
        yield {
            "kind": cell["state"],
            "effect": 1,
            "report_id": cell["report_id"],
            "source": source_of[cell["report_id"]],
            "indicator": cell["indicator"],
            "fact_id": next(iter(cell["fact_ids"]), None),
        }


def _of_checks(checks: pa.Table, facts: pa.Table, source_of: Mapping[str, str], uses: Mapping[str, int]) -> Iterator[Row]:
    failed = checks.filter(pc.equal(checks["verdict"], "fails")).to_pylist()
    if not failed:
        return
    text_of = dict(zip(facts["fact_id"].to_pylist(), facts["text"].to_pylist(), strict=True))
    for check in failed:
        named = [check["total"], *check["parts"]]
        yield {
            "kind": "check_fails",
            "effect": sum(uses[fact_id] for fact_id in named),
            "report_id": check["report_id"],
            "source": source_of[check["report_id"]],
            "fact_id": check["total"],
            "text": f"{text_of[check['total']]} ({', '.join(text_of[part] for part in check['parts'])})",
            "sentence": check["sentence"],
        }


def _of_last_year(quoted: pa.Table, facts: pa.Table, source_of: Mapping[str, str], uses: Mapping[str, int]) -> Iterator[Row]:
    """What a report says of last year and last year's report says otherwise; the cell that it touches is last year's."""
    differing = quoted.filter(pc.equal(quoted["verdict"], "fails")).to_pylist()
    if not differing:
        return
    text_of = dict(zip(facts["fact_id"].to_pylist(), facts["text"].to_pylist(), strict=True))
    for row in differing:
        yield {
            "kind": "last_year_differs",
            "effect": sum(uses[fact_id] for fact_id in row["found_in"]),
            "report_id": row["report_id"],
            "source": source_of[row["report_id"]],
            "indicator": row["indicator"],
            "fact_id": row["fact_id"],
            "text": f"{text_of[row['fact_id']]} ({plain(row['found'])}: {source_of[row['earlier']]})",
            "sentence": row["sentence"],
        }


def _of_reports(reports: pa.Table, cells_of: Mapping[str, int]) -> Iterator[Row]:
    for report in reports.filter(pc.is_null(reports["duplicate_of"])).to_pylist():
        about = {"report_id": report["report_id"], "source": report["source"], "effect": cells_of[report["report_id"]]}
        if report["town"] is None or report["place_basis"] == "conflict":
            yield {**about, "kind": "place_unknown", "text": "; ".join(report["place_candidates"]) or report["title"]}
        if report["year"] is None or report["year_basis"] == "conflict":
            yield {**about, "kind": "year_unknown", "text": "; ".join(report["year_evidence"]) or report["title"]}


def _of_facts(facts: pa.Table, uses: Mapping[str, int]) -> Iterator[Row]:
    seen = pc.fill_null(pc.starts_with(facts["note"], CORRECTED), False)
    doubtful = facts.filter(pc.and_not(pc.or_(pc.is_valid(facts["note"]), facts["repaired"]), seen))
    for fact in doubtful.select(["fact_id", "report_id", "source", "indicator", "text", "sentence", "note", "repaired"]).to_pylist():
        yield {
            **fact,
            "kind": "repaired" if fact["note"] is None else "unread",
            "effect": uses[fact["fact_id"]],
            "text": fact["text"] if fact["note"] is None else f"{fact['text']} ({fact['note']})",
        }


def _of_files(files: pa.Table) -> Iterator[Row]:
    left = files.filter(pc.is_in(files["status"], pa.array(["empty", "refused", "unreadable"])))
    for file in left.select(["source", "reason"]).to_pylist():
        yield {"kind": "file_unread", "effect": 0, "source": file["source"], "text": file["reason"]}
