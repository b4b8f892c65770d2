"""What stands beside the tables to read them by: schema.json, run.json, and the texts of inputs that are not plain text."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa

from pipeline.schema import BOUND_LABEL, COMPARISON, TABLES, Column, Table

THIS_RUN = "this_run"
"""The one key of run.json whose content differs between equal runs."""
OWN_KEY = "taizhang"
"""The key of run.json by which a folder of ours is known; it holds the version."""


def write_json(content: Mapping[str, Any], path: Path) -> None:
    path.write_text(json.dumps(content, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")


def schema_content(comparison: pa.Table, indicators: Mapping[str, Any]) -> dict[str, Any]:
    """Content of schema.json: every table with every column, its Arrow type, meaning, Chinese label, unit and key."""
    tables = {name: _table(table) for name, table in TABLES.items()}
    tables[COMPARISON.name] = _table(COMPARISON)
    lead = len(COMPARISON.columns)
    tables[COMPARISON.name]["columns"] += [_indicator_column(field, indicators) for field in list(comparison.schema)[lead:]]
    return {"tables": tables}


def _table(table: Table) -> dict[str, Any]:
    return {
        "meaning": table.meaning,
        "label": table.label,
        "key": list(table.key),
        "columns": [_column(column) for column in table.columns],
    }


def _column(column: Column) -> dict[str, Any]:
    return {"name": column.name, "type": str(column.type), "meaning": column.meaning, "label": column.label, "unit": column.unit}


def _indicator_column(field: pa.Field, indicators: Mapping[str, Any]) -> dict[str, Any]:
    code = field.name.removesuffix("__bound")
    indicator = indicators[code]
    bound = field.name != code
    return {
        "name": field.name,
        "type": str(field.type),
        "meaning": f"bound of `{code}`: = ~ > >= < <=" if bound else indicator.label_en,
        "label": indicator.label + (BOUND_LABEL if bound else ""),
        "unit": None if bound else indicator.unit,
    }


def write_text(folder: Path, source: str, text: str) -> None:
    """The decoded text of an input that is no plain text, under its source's name with .txt behind it, newlines untouched."""
    path = folder.joinpath(*text_path(source))
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode("utf-8", "surrogatepass"))


def text_path(source: str) -> tuple[str, ...]:
    """Path parts below the text folder; parts that would lead out of it, or that Windows cannot hold, are written otherwise."""
    parts = [part.translate(_FORBIDDEN).rstrip(". ") or "_" for part in source.split("/")]
    return (*parts[:-1], parts[-1] + ".txt")


_FORBIDDEN = {ord(character): "_" for character in '<>:"\\|?*'} | dict.fromkeys(range(32), "_")
