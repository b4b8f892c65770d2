"""Tables with a report in each row: which column holds the reports, and how they become one text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.ingest.payload import Payload
from pipeline.ingest.reasons import UnreadError
from pipeline.ingest.rules import table
from pipeline.model import ROW_END

HEADER_ROWS = 5
"""Rows from the top in which a header is looked for, below titles and blank rows."""
MAX_HEADERS_TOLD = 20

Row = Sequence[str]


@dataclass(frozen=True, slots=True)
class _Found:
    column: int
    first_row: int


def report_text(sheets: Sequence[Sequence[Row]], payload: Payload) -> str:
    """The reports of all sheets that have a column of them, with form feeds between them.

    Raises UnreadError (`unknown_column`, `no_text_column`) with the headers that there are.
    """
    named = payload.options.text_column
    found = [(rows, _named(rows, [named])) if named else (rows, _column(rows, payload)) for rows in sheets]
    reports = [_report(row, place.column) for rows, place in found if place for row in rows[place.first_row :]]
    if not any(place for _, place in found):
        if not any(cell.strip() for rows in sheets for row in rows for cell in row):
            return ""
        raise UnreadError("unknown_column" if named else "no_text_column", _headers(sheets))
    return ROW_END.join(text for text in reports if text)


def _report(row: Row, column: int) -> str:
    text = row[column] if column < len(row) else ""
    return text.replace("\r\n", "\n").replace("\r", "\n").replace(ROW_END, "\n").strip("\n") if text.strip() else ""


def _column(rows: Sequence[Row], payload: Payload) -> _Found | None:
    """The column by its header, else by its long cells."""
    rules = table("readers.toml", payload.options.rules)["columns"]
    return _named(rows, rules["text"]) or _longest(rows, rules["least_mean_chars"])


def _named(rows: Sequence[Row], names: Sequence[str]) -> _Found | None:
    """The column with the first of `names` that a header has."""
    for name in names:
        for number, row in enumerate(rows[:HEADER_ROWS]):
            for column, cell in enumerate(row):
                if cell.strip().casefold() == name.casefold():
                    return _Found(column, number + 1)
    return None


def _longest(rows: Sequence[Row], least: float) -> _Found | None:
    """The column with the longest cells, where they are long enough; a short cell at its head is its header."""
    width = max(map(len, rows), default=0)
    best: tuple[float, int] | None = None
    for column in range(width):
        lengths = [len(row[column]) for row in rows if column < len(row) and row[column].strip()]
        lengths = lengths[1:] or lengths  # the first may be a header
        mean = sum(lengths) / len(lengths) if lengths else 0.0
        if mean >= least and (best is None or mean > best[0]):
            best = mean, column
    if best is None:
        return None
    column = best[1]
    cells = [row[column].strip() if column < len(row) else "" for row in rows]
    first = next(number for number, cell in enumerate(cells) if cell)
    return _Found(column, first + 1 if len(cells[first]) < least / 3 else first)


def _headers(sheets: Sequence[Sequence[Row]]) -> str:
    """The first filled row of each sheet, for the message."""
    told: list[str] = []
    for rows in sheets:
        told += next(([cell.strip()[:20] for cell in row if cell.strip()] for row in rows if any(cell.strip() for cell in row)), [])
    return ", ".join(told[:MAX_HEADERS_TOLD])
