"""Two hidden sheets by which a program reads the workbook back: what each column is, and which code each word stands for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pipeline.write.workbook.book import Book, Sheet
from pipeline.write.workbook.table import iter_columns
from pipeline.write.workbook.typed import list_name

COLUMNS_SHEET, CODES_SHEET = "_columns", "_codes"
COLUMNS_HEADER = ("sheet", "index", "header", "table", "column", "role")
CODES_HEADER = ("column", "code", "shown")


def write_columns(book: Book, sheets: Sequence[Sheet]) -> None:
    """`_columns`: a row per column of each sheet; `index` counts from 1."""
    target = _hidden(book, COLUMNS_SHEET, COLUMNS_HEADER)
    for row, (sheet, position, field) in enumerate(iter_columns(sheets), start=1):
        values = (sheet.name, position + 1, field.header, sheet.table, field.name, field.role)
        for column, value in enumerate(values):
            target.write(row, column, value)


def write_codes(book: Book, codes: Mapping[str, Mapping[str, str]]) -> None:
    """`_codes`: a row per column, code and the words that stand for it; each column's words are a named range."""
    target = _hidden(book, CODES_SHEET, CODES_HEADER)
    row = 1
    for column, words in codes.items():
        first = row + 1
        for code, shown in words.items():
            for position, value in enumerate((column, code, shown)):
                target.write_string(row, position, value)
            row += 1
        book.file.define_name(list_name(column), f"={CODES_SHEET}!$C${first}:$C${row}")


def _hidden(book: Book, name: str, header: Sequence[str]) -> Any:
    sheet = book.file.add_worksheet(name)
    sheet.hide()
    for position, word in enumerate(header):
        sheet.write_string(0, position, word)
    return sheet
