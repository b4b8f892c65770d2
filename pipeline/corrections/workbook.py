"""The workbook that people have typed corrections into → rows: what stands in its columns for corrections, and on its own sheet of them.

A hidden sheet says what each column of a sheet is in the tables, so that neither language nor order of the columns matters.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from pipeline.corrections.files import OPTION, CorrectionsError, Row
from pipeline.corrections.values import OF_FACTS, OF_REPORTS
from pipeline.given import armed
from pipeline.schema import CORRECTIONS, FACTS, REPORTS

KEY_SHEET = "_columns"
KEY_HEAD = ("sheet", "header", "table", "column")
"""Of the hidden sheet: a row for each column of a sheet that can be read back."""
NEW, REASON = "new_", "reason"
"""Begins the names of the columns that are typed into; names the one with the reason."""
_KEYS = {FACTS.name: ("source", "report_id", "fact_id", "start", "text", "sentence"), REPORTS.name: ("source", "report_id", "start")}
_COLUMNS = {FACTS.name: OF_FACTS, REPORTS.name: OF_REPORTS}

Cells = dict[str, str]


def typed_in(path: Path) -> Iterator[Row]:
    """Every correction in the workbook, those of earlier runs first. Raises CorrectionsError for a file that is no such workbook."""
    sheets = _sheets(path)
    names = _names(sheets.pop(KEY_SHEET, None), path.name)
    for table in (CORRECTIONS.name, REPORTS.name, FACTS.name):
        for sheet, columns in names.items():
            if table in columns and sheet in sheets:
                for number, cells in _rows(sheets[sheet], columns[table], f"{path.name}, {sheet}"):
                    yield from _corrections(table, cells, f"{path.name}, {sheet}, row {number}")


def _sheets(path: Path) -> dict[str, list[list[Any]]]:
    from python_calamine import CalamineError, CalamineWorkbook, PasswordError

    try:
        with CalamineWorkbook.from_path(str(path)) as book:
            return {name: book.get_sheet_by_name(name).to_python(skip_empty_area=False) for name in book.sheet_names}
    except PasswordError as problem:
        raise CorrectionsError(f"{path.name}: it is protected by a password; save it without one") from problem
    except (CalamineError, OSError, ValueError) as problem:
        raise CorrectionsError(f"{path.name}: no workbook that can be read ({problem}); save it as .xlsx anew") from problem


def _names(rows: Sequence[Sequence[Any]] | None, file: str) -> dict[str, dict[str, dict[str, str]]]:
    """Sheet → table → header as shown → name in the table."""
    if not rows or tuple(_text(cell) for cell in rows[0][: len(KEY_HEAD)]) != KEY_HEAD:
        raise CorrectionsError(f"{file}: no workbook of a run (its hidden sheet {KEY_SHEET} is missing); give {OPTION} taizhang.xlsx")
    names: dict[str, dict[str, dict[str, str]]] = {}
    for row in rows[1:]:
        sheet, header, table, column = (_text(cell) for cell in row[: len(KEY_HEAD)])
        names.setdefault(sheet, {}).setdefault(table, {})[header] = column
    return names


def _rows(rows: Sequence[Sequence[Any]], names: Mapping[str, str], where: str) -> Iterator[tuple[int, Cells]]:
    """Row number as the spreadsheet shows it, and the cells by the names of the table."""
    headers = [_text(cell) for cell in rows[0]] if rows else []
    if missing := [header for header in names if header not in headers]:
        raise CorrectionsError(f"{where}, row 1: the column {', '.join(missing)} is missing; leave the headers as they were written")
    places = {names[header]: position for position, header in enumerate(headers) if header in names}
    for number, row in enumerate(rows[1:], start=2):
        yield number, {name: _text(row[position]) if position < len(row) else "" for name, position in places.items()}


def _corrections(table: str, cells: Cells, where: str) -> Iterator[Row]:
    if table == CORRECTIONS.name:
        if any(cells.values()):
            yield Row(where, cells)
        return
    keys = {name: cells.get(name, "") for name in _KEYS[table]}
    for column in _COLUMNS[table]:
        if new := cells.get(NEW + column, ""):
            key = {**keys, "report_sha256": keys["report_id"]}
            del key["report_id"]
            yield Row(where, {**key, "column": column, "old": cells.get(column, ""), "new": new, "reason": cells.get(REASON, "")})


def _text(value: Any) -> str:
    """A cell as text: whole numbers without a point, days as ISO 8601, the sign that disarms a formula taken off."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else repr(value)
    if isinstance(value, date):
        return value.isoformat()
    return armed(str(value))
