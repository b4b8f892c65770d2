"""What a person should look at: doubts about the tables, those first that touch most cells of the comparison."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from statistics import median
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from pipeline.bounds import exact, plain
from pipeline.model import CORRECTED
from pipeline.schema import DECIMAL

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
        pa.field("value", DECIMAL, metadata={"meaning": "the figure in question, where it is set against another"}),
        pa.field("expected", DECIMAL, metadata={"meaning": "what it is set against: the sum of the parts, the median of the indicator"}),
    ]
)
KINDS = (
    "conflict", "check_fails", "last_year_differs", "masked", "place_ambiguous", "place_unknown", "year_conflict", "year_unknown",
    "outlier", "file_unread", "repaired", "unread",
)  # fmt: skip
"""In the order in which doubts of equal effect are shown."""

OUTLIER_REPORTS = 12
"""An indicator that fewer reports give says nothing about what is usual."""
OUTLIER_SHARE = 10
"""Where more than one in so many figures lies far from the others, they are spread wide and none is an outlier."""
OUTLIER_FACTOR = Decimal(10)
"""A figure is an outlier only where it is that many times the median or less than that part of it: a slip of 万 is one of 10,000."""
OUTLIER_SCORE = 3.5
"""… and where its modified z-score on the logarithm is above this (Iglewicz and Hoaglin 1993)."""
_MAD_OF_NORMAL = 0.6745
TEXT_JOINT = "; "


def doubts(tables: Mapping[str, pa.Table]) -> pa.Table:
    """Doubts about the tables of a run, by effect, then kind, then place; columns as DOUBTS.

    An outlier is no error: it is a figure far from those of other reports, and the sentence decides.
    """
    cells = _compared(tables["cells"], tables["reports"])
    told = cells.filter(pc.equal(cells["state"], "value"))
    cells_of = Counter(told["report_id"].to_pylist())
    uses = Counter(fact_id for ids in told["fact_ids"].to_pylist() for fact_id in ids)
    source_of = dict(zip(tables["reports"]["report_id"].to_pylist(), tables["reports"]["source"].to_pylist(), strict=True))
    doubtful = cells.filter(pc.is_in(cells["state"], pa.array(["conflict", "masked"]))).to_pylist()
    far = list(_outliers(told))
    checks = _compared(tables["checks"], tables["reports"])
    failed = checks.filter(pc.equal(checks["verdict"], "fails")).to_pylist()
    named = [fact_id for cell in (*doubtful, *far) for fact_id in cell["fact_ids"]]
    fact_of = _facts(tables["facts"], named + [fact_id for check in failed for fact_id in (check["total"], *check["parts"])])
    found = [
        *_of_cells(doubtful, source_of, fact_of),
        *_of_outliers(far, source_of, fact_of),
        *_of_checks(failed, source_of, fact_of, uses),
        *_of_last_year(tables["last_year"], tables["facts"], source_of, uses),
        *_of_reports(tables["reports"], cells_of),
        *_of_facts(_compared(tables["facts"], tables["reports"]), uses),
        *_of_files(tables["files"]),
    ]
    found.sort(key=lambda row: (-row["effect"], KINDS.index(row["kind"])))
    return pa.Table.from_pylist([{name: row.get(name) for name in DOUBTS.names} for row in found], schema=DOUBTS)


def _compared(rows: pa.Table, reports: pa.Table) -> pa.Table:
    """The rows of reports that enter the comparison: what stands in a copy stands in its original too."""
    copies = reports.filter(pc.is_valid(reports["duplicate_of"]))["report_id"].combine_chunks()
    return rows.filter(pc.invert(pc.is_in(rows["report_id"], copies)))


def _facts(facts: pa.Table, ids: Iterable[str]) -> dict[str, Row]:
    wanted = pa.array(sorted(set(ids)), pa.string())
    rows = facts.select(["fact_id", "text", "sentence"]).filter(pc.is_in(facts["fact_id"], wanted)).to_pylist()
    return {row["fact_id"]: row for row in rows}


def _evidence(cell: Mapping[str, Any], source_of: Mapping[str, str], fact_of: Mapping[str, Row]) -> Row:
    """What the rows about one cell have in common: where it is, and the words and the first sentence behind it."""
    facts = [fact_of[fact_id] for fact_id in cell["fact_ids"]]
    return {
        "effect": 1,
        "report_id": cell["report_id"],
        "source": source_of[cell["report_id"]],
        "indicator": cell["indicator"],
        "fact_id": facts[0]["fact_id"] if facts else None,
        "text": TEXT_JOINT.join(fact["text"] for fact in facts) or None,
        "sentence": facts[0]["sentence"] if facts else None,
    }


def _of_cells(cells: Iterable[Row], source_of: Mapping[str, str], fact_of: Mapping[str, Row]) -> Iterator[Row]:
    for cell in cells:
        yield {**_evidence(cell, source_of, fact_of), "kind": cell["state"]}


def _outliers(told: pa.Table) -> Iterator[Row]:
    """Cells whose value is far from those that other reports give for the indicator, each with the median as `expected`."""
    cells = told.filter(pc.greater(told["value"], Decimal(0)))
    of_indicator: dict[str, list[Row]] = defaultdict(list)
    for cell in cells.select(["report_id", "indicator", "value", "fact_ids"]).to_pylist():
        of_indicator[cell["indicator"]].append(cell)
    for group in of_indicator.values():
        if len(group) >= OUTLIER_REPORTS:
            yield from _far(group)


def _far(group: Sequence[Row]) -> list[Row]:
    usual = median(cell["value"] for cell in group)
    logs = [math.log10(cell["value"]) for cell in group]
    middle = median(logs)
    spread = median(abs(log - middle) for log in logs)
    far = []
    for cell, log in zip(group, logs, strict=True):
        distant = cell["value"] >= usual * OUTLIER_FACTOR or cell["value"] * OUTLIER_FACTOR <= usual
        if distant and _MAD_OF_NORMAL * abs(log - middle) > OUTLIER_SCORE * spread:
            far.append({**cell, "expected": exact(usual)[0]})
    return far if len(far) * OUTLIER_SHARE <= len(group) else []


def _of_outliers(cells: Iterable[Row], source_of: Mapping[str, str], fact_of: Mapping[str, Row]) -> Iterator[Row]:
    for cell in cells:
        yield {**_evidence(cell, source_of, fact_of), "kind": "outlier", "value": cell["value"], "expected": cell["expected"]}


def _of_checks(checks: Iterable[Row], source_of: Mapping[str, str], fact_of: Mapping[str, Row], uses: Mapping[str, int]) -> Iterator[Row]:
    for check in checks:
        parts = [fact_of[fact_id]["text"] for fact_id in check["parts"]]
        computed = "" if check["computed"] is None else f" ≠ {plain(check['computed'])}"
        yield {
            "kind": "check_fails",
            "effect": sum(uses[fact_id] for fact_id in {check["total"], *check["parts"]}),
            "report_id": check["report_id"],
            "source": source_of[check["report_id"]],
            "fact_id": check["total"],
            "text": f"{fact_of[check['total']]['text']}{computed} ({', '.join(parts)})",
            "sentence": check["sentence"],
            "value": check["stated"],
            "expected": check["computed"],
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
        if (kind := _place_doubt(report)) is not None:
            yield {**about, "kind": kind, "text": TEXT_JOINT.join(report["place_candidates"]) or report["title"]}
        if report["year"] is None or report["year_basis"] == "conflict":
            kind = "year_conflict" if report["year_basis"] == "conflict" else "year_unknown"
            yield {**about, "kind": kind, "text": TEXT_JOINT.join(report["year_evidence"]) or report["title"]}


def _place_doubt(report: Mapping[str, Any]) -> str | None:
    """A town that several counties have is in doubt though its name is known: 安仁镇 lies in three provinces."""
    if len(report["place_candidates"]) > 1 or report["place_basis"] == "conflict":
        return "place_ambiguous"
    return "place_unknown" if report["town"] is None else None


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
