"""The workbook that people have typed corrections into → rows: what stands in its columns for corrections, and on its own sheet of them.

Its hidden sheets say what each column of a sheet is in the tables, and which code a word stands for, so that neither the language nor the
order of the columns matters.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from pipeline.corrections.row import OPTION, CorrectionsError, Row
from pipeline.given import armed, whole
from pipeline.schema import CORRECTIONS, FACTS, REPORTS

COLUMNS_SHEET, CODES_SHEET = "_columns", "_codes"
COLUMNS_HEAD = ("sheet", "index", "header", "table", "column", "role")
CODES_HEAD = ("column", "code", "shown")
IN_TABLE, TYPED, REASON = "table", "correction", "reason"
"""Roles of columns: as in the table of that name, typed in, why it was typed in."""
_KEYS = {FACTS.name: ("source", "fact_id", "start", "text", "sentence"), REPORTS.name: ("source", "start")}

Grid = Sequence[Sequence[Any]]
Codes = Mapping[str, Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class _Sheet:
    """A sheet of a table: by role and name of a column, its header and where it was written, counted from 1."""

    table: str
    columns: dict[tuple[str, str], tuple[str, int]] = field(default_factory=dict)


def typed_in(path: Path) -> Iterator[Row]:
    """Every correction in the workbook, those of earlier runs first. Raises CorrectionsError for a file that is no such workbook."""
    grids = _grids(path)
    sheets = _sheets(grids.get(COLUMNS_SHEET), path.name)
    codes = _codes(grids.get(CODES_SHEET, ()))
    for table in (CORRECTIONS.name, REPORTS.name, FACTS.name):
        for name, sheet in sheets.items():
            if sheet.table == table and name in grids:
                yield from _rows(sheet, grids[name], codes, f"{path.name}, {name}")


def _grids(path: Path) -> dict[str, Grid]:
    from python_calamine import CalamineError, CalamineWorkbook, PasswordError

    try:
        with CalamineWorkbook.from_path(str(path)) as book:
            return {name: book.get_sheet_by_name(name).to_python(skip_empty_area=False) for name in book.sheet_names}
    except PasswordError as problem:
        raise CorrectionsError(f"{path.name}: it is protected by a password; save it without one") from problem
    except (CalamineError, OSError, ValueError) as problem:
        raise CorrectionsError(f"{path.name}: no workbook that can be read ({problem}); save it as .xlsx anew") from problem


def _sheets(grid: Grid | None, file: str) -> dict[str, _Sheet]:
    """Sheets by name, as the hidden sheet of columns tells them."""
    if not grid or tuple(map(_text, grid[0][: len(COLUMNS_HEAD)])) != COLUMNS_HEAD:
        raise CorrectionsError(f"{file}: no workbook of a run (its hidden sheet {COLUMNS_SHEET} is missing); give {OPTION} taizhang.xlsx")
    sheets: dict[str, _Sheet] = {}
    for row in grid[1:]:
        name, index, header, table, column, role = map(_text, row[: len(COLUMNS_HEAD)])
        sheets.setdefault(name, _Sheet(table)).columns[role, column] = header, whole(index) or 0
    return sheets


def _codes(grid: Grid) -> Codes:
    """Column → word → code."""
    codes: dict[str, dict[str, str]] = defaultdict(dict)
    for row in grid[1:]:
        column, code, shown = map(_text, row[: len(CODES_HEAD)])
        codes[column][shown] = code
    return codes


def _rows(sheet: _Sheet, grid: Grid, codes: Codes, where: str) -> Iterator[Row]:
    places = _places(sheet, [_text(cell) for cell in grid[0]] if grid else [])
    for number, row in enumerate(grid[1:], start=2):
        cells = {key: _text(row[place]) if place < len(row) else "" for key, place in places.items()}
        if sheet.table == CORRECTIONS.name:
            said = {name: text for (role, name), text in cells.items() if role == IN_TABLE}
            if any(said.values()):
                yield Row(f"{where}, row {number}", said)
        else:
            yield from _typed(sheet.table, cells, codes, f"{where}, row {number}")


def _places(sheet: _Sheet, headers: Sequence[str]) -> dict[tuple[str, str], int]:
    """Where each column stands now, from 0: by its header, which survives columns put in between, else where it was written."""
    return {key: headers.index(header) if header in headers else index - 1 for key, (header, index) in sheet.columns.items()}


def _typed(table: str, cells: Mapping[tuple[str, str], str], codes: Codes, where: str) -> Iterator[Row]:
    """The corrections in one row: a column each."""
    key = {name: cells.get((IN_TABLE, name), "") for name in _KEYS.get(table, ())}
    key["report_sha256"] = cells.get((IN_TABLE, "report_id"), "")
    for (role, column), new in cells.items():
        if role == TYPED and new:
            words = codes.get(column, {})
            old = cells.get((IN_TABLE, column), "")
            said = {"column": column, "old": words.get(old, old), "new": words.get(new, new), "reason": cells.get((REASON, REASON), "")}
            yield Row(where, {**key, **said})


def _text(value: Any) -> str:
    """A cell as text: whole numbers without a point, days as ISO 8601, the sign that disarms a formula taken off."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else repr(value)
    if isinstance(value, date):
        return value.isoformat()
    return armed(str(value))
