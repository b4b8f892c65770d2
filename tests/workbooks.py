"""Workbooks written from reports made up for a test, and read back as a spreadsheet program reads them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa
from fakes import CALENDAR
from openpyxl import load_workbook

from pipeline import rulebook
from pipeline.compare import Comparer, comparison, coverage, settle
from pipeline.comparison_rows import ComparedReports
from pipeline.labels import Labels, Language
from pipeline.model import Document, ReadReport
from pipeline.per_head import per_head
from pipeline.schema import COPIES
from pipeline.tabulate import Tables, Tabulator
from pipeline.write.workbook import write_workbook

BOOK = rulebook.load()
CLASSES = {word: unit.unit_class for word, unit in BOOK.units.items()}
ABOUT = {"version": "1", "rules": "abc"}


def tables_of(*reads: ReadReport) -> Tables:
    """All tables of a run over these reports, by the shipped indicators."""
    tabulator = Tabulator(CALENDAR, CLASSES)
    for read in reads:
        tabulator.add(Document(read.report.source, read.report.raw), [read])
    tables = tabulator.tables()
    cells = Comparer(BOOK.indicators, CLASSES).report_cells(tables["reports"], tables["facts"], tabulator.gaps)
    cells = settle(cells, ComparedReports.of(tables["reports"]))
    wide = comparison(cells, ComparedReports.of(tables["reports"]), BOOK.indicators)
    return {
        **tables,
        "copies": COPIES.schema.empty_table(),
        "cells": cells,
        "coverage": coverage(cells, ComparedReports.of(tables["reports"]), BOOK.indicators),
        "comparison": wide,
        "per_head": per_head(wide, BOOK.indicators),
    }


def write(path: Path, tables: Tables, language: Language = "zh", **options: Any) -> Path:
    write_workbook(tables, path, Labels(BOOK, language), BOOK, ABOUT, **options)
    return path


def written(path: Path, *reads: ReadReport, language: Language = "zh", **options: Any) -> Any:
    """The workbook of these reports, read back by openpyxl."""
    return load_workbook(write(path, tables_of(*reads), language, **options))


def column(sheet: Any, header: str) -> list[Any]:
    """The cells of a column below its header; of a header on two lines the first line is enough."""
    found = next(cell.column for cell in sheet[1] if header in (cell.value, str(cell.value).split("\n")[0]))
    return [row[found - 1] for row in sheet.iter_rows(min_row=2)]


def values(sheet: Any, header: str) -> list[Any]:
    return [cell.value for cell in column(sheet, header)]


def figure(book: Any, indicator: str, row: int = 0) -> Any:
    """A cell of the comparison in Chinese, by row from 0 and code of the indicator."""
    return column(book["对比"], BOOK.indicators[indicator].label)[row]


def renamed(table: pa.Table, name: str, contents: list[Any]) -> pa.Table:
    """The table with other contents in a column."""
    index = table.schema.get_field_index(name)
    return table.set_column(index, table.schema.field(index), pa.array(contents, table.schema.field(index).type))
