"""How each table stands on its sheet: what an analyst reads first, and what is folded away. Every column stays there."""

from __future__ import annotations

from pipeline.write.workbook.table import Layout

CELL = "cell"
"""Column of 事实 that the workbook adds: the cell of the comparison that the fact is behind."""
_MEASURES = ("people", "households", "amount", "organisations", "events")

LAYOUTS: dict[str, Layout] = {
    "coverage": Layout(front=("label", "unit"), folded=frozenset({"indicator"}), plain=frozenset({"indicator"})),
    "per_head": Layout(
        front=(
            "label", "county", "years", "period", "org", "indicator", "base", "ratio", "bound", "value", "unit", "base_value", "base_unit",
        ),
        folded=frozenset({"province", "city", "town", "town_code", "year_basis", "report_ids", "value_bound", "base_bound"}),
        units={"value": "unit", "base_value": "base_unit", "ratio": "unit"},
        bounds={"value": "value_bound", "base_value": "base_bound", "ratio": "bound"},
    ),
    "reports": Layout(
        front=(
            "title", "org", "town", "county", "city", "province", "year", "period", "year_basis", "place_basis", "place_candidates",
            "duplicate_of", "source", "part", "report_id",
        ),
        folded=frozenset({
            "start", "end", "boundary", "town_kind", "town_code", "town_code_nbs", "place_evidence", "year_evidence",
            "year_min", "year_max", "similarity", "template_of", "numerals", "facts",
        }),
        frozen=1,
    ),
    "activities": Layout(
        front=("activity_id", "activity", "status", "when", "date_start", "date_end", *_MEASURES, "sentence"),
        folded=frozenset({"start", "end", "rule", "cues", "fact_ids", *(f"{name}_bound" for name in _MEASURES)}),
        bounds={name: f"{name}_bound" for name in _MEASURES},
    ),
    "facts": Layout(
        front=(
            "fact_id", "text", "kind", "value", "low", "high", "bound", "unit", "object", "status", "scope", "indicator", CELL, "activity",
            "sentence", "note", "source",
        ),
        folded=frozenset({
            "when", "date_start", "date_end", "per", "change", "repaired", "report_id", "start", "end", "edtf", "anchor", "part",
            "festival", "when_anchor", "part_of", "section", "rule", "cues",
        }),
        frozen=2,
        units={"value": "unit", "low": "unit", "high": "unit"},
        bounds={"value": "bound"},
    ),
    "checks": Layout(
        front=("kind", "stated", "computed", "difference", "verdict", "sentence", "total"),
        folded=frozenset({"report_id", "parts"}),
        frozen=0,
    ),
    "doubts": Layout(
        folded=frozenset({"source", "report_id"}),
        frozen=3,
        plain=frozenset({"kind", "indicator"}),
        wrapped={"text": 30, "advice": 40, "sentence": 60},
    ),
    "copies": Layout(frozen=0),
    "files": Layout(front=("source", "status", "reason")),
    "columns": Layout(frozen=0, wrapped={"meaning": 80}),
}  # fmt: skip
