"""A file of corrections → its rows: CSV, JSON lines, or the workbook with what was typed into its columns for corrections."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Sequence
from pathlib import Path

from pipeline.corrections.row import OPTION, CorrectionsError, Row
from pipeline.given import armed, decoded
from pipeline.schema import CORRECTIONS

FIELDS = ("source", "report_sha256", "text", "sentence", "start", "column", "old", "new", "reason")
NEEDED = ("source", "report_sha256", "column", "new")
KNOWN = frozenset((*FIELDS, *CORRECTIONS.names()))
"""Beside the fields the columns of the table `corrections`, so that what a run wrote can be handed in again."""
_ZIP = b"PK"


def rows(path: Path, needed: Sequence[str] = NEEDED) -> list[Row]:
    """The rows of a file, told by its content; each has the fields `needed`. Raises CorrectionsError."""
    if _begins(path).startswith(_ZIP):
        from pipeline.corrections.workbook import typed_in  # here, for most files are no workbooks

        return list(typed_in(path))
    text = decoded(path, OPTION, CorrectionsError)
    found = list(_json_rows(text, path.name) if text.lstrip().startswith("{") else _csv_rows(text, path.name, needed))
    for row in found:
        if missing := [name for name in needed if name not in row.fields]:
            raise CorrectionsError(f"{row.where}: {', '.join(missing)} is missing; a correction has {', '.join(FIELDS)}")
        if unknown := sorted(set(row.fields) - KNOWN):
            raise CorrectionsError(f"{row.where}: unknown {', '.join(unknown)}; a correction has {', '.join(FIELDS)}")
    return found


def _begins(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(4)
    except OSError as problem:
        raise CorrectionsError(f"{path.name}: cannot be read ({problem.strerror}); give {OPTION} a file that is there") from problem


def _csv_rows(text: str, name: str, needed: Sequence[str]) -> Iterator[Row]:
    reader = csv.DictReader(io.StringIO(text, newline=""), strict=True)
    try:
        names = [header.strip() for header in reader.fieldnames or ()]
        if missing := [field for field in needed if field not in names]:
            raise CorrectionsError(f"{name}, line 1: there is no column {', '.join(missing)}; the columns are {', '.join(FIELDS)}")
        reader.fieldnames = names
        for fields in reader:
            where = f"{name}, line {reader.line_num}"
            if None in fields or None in fields.values():
                raise CorrectionsError(f"{where}: more or fewer fields than the header has; put text with commas or quotes in quotes")
            if any(fields.values()):
                yield Row(where, {key: armed(value) for key, value in fields.items() if key})
    except csv.Error as problem:
        raise CorrectionsError(f"{name}, line {reader.line_num + 1}: {problem}; save it as CSV UTF-8") from problem


def _json_rows(text: str, name: str) -> Iterator[Row]:
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        where = f"{name}, line {number}"
        try:
            fields = json.loads(line, parse_float=str, parse_int=str)
        except ValueError as problem:
            raise CorrectionsError(f"{where}: no JSON object ({problem}); write one object a line") from problem
        if not isinstance(fields, dict):
            raise CorrectionsError(f"{where}: no JSON object; write one object a line")
        yield Row(where, {key: "" if value is None else str(value) for key, value in fields.items()})
