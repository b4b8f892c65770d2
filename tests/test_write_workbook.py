"""The workbook as a spreadsheet program finds it: sheets, real numbers with their hedges, links, nothing that runs."""

from __future__ import annotations

import zipfile
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from fakes import CALENDAR, read_of
from openpyxl import load_workbook

from pipeline import rulebook
from pipeline.compare import Comparer, comparison, coverage
from pipeline.labels import Labels, Language
from pipeline.model import Document, ReadReport
from pipeline.schema import COPIES
from pipeline.tabulate import Tables, Tabulator
from pipeline.write import workbook

BOOK = rulebook.load()
CLASSES = {word: unit.unit_class for word, unit in BOOK.units.items()}
TEXT = (
    "慰问职工<count value=75 unit=名 indicator=aid.people>75名</count>,"
    '发放<money value=8000 bound=">" unit=元 indicator=aid.amount>8000余元</money>。\n'
    "入会率<rate value=95.5 unit=% indicator=org.joined_rate>95.5%</rate>。\n"
)


def tables_of(*reads: ReadReport) -> Tables:
    tabulator = Tabulator(CALENDAR, CLASSES)
    for read in reads:
        tabulator.add(Document(read.report.source, read.report.raw), [read])
    tables = tabulator.tables()
    cells = Comparer(BOOK.indicators, CLASSES).report_cells(tables["reports"], tables["facts"])
    return {
        **tables,
        "copies": COPIES.schema.empty_table(),
        "cells": cells,
        "coverage": coverage(cells, tables["reports"], BOOK.indicators),
        "comparison": comparison(cells, tables["reports"], BOOK.indicators),
    }


def written(path: Path, *reads: ReadReport, language: Language = "zh") -> Any:
    workbook.write_workbook(tables_of(*reads), path, Labels(BOOK, language), BOOK, {"version": "1", "rules": "abc"})
    return load_workbook(path)


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Any:
    return written(tmp_path_factory.mktemp("x") / "t.xlsx", read_of(TEXT, town="安海镇", county="晋江市", town_code="350582100", year=2013))


def cell_of(book: Any, indicator: str) -> Any:
    sheet = book["对比"]
    head = {str(c.value).split("\n")[0]: c.column for c in sheet[1]}
    return sheet.cell(2, head[BOOK.indicators[indicator].label])


def test_sheets_in_order(book: Any) -> None:
    assert book.sheetnames == ["说明", "对比", "覆盖", "报告", "活动", "事实", "核对", "疑点", "副本", "文件", "字段"]


def test_english_sheets(tmp_path: Path) -> None:
    english = written(tmp_path / "t.xlsx", read_of(TEXT), language="en")
    assert english.sheetnames[1] == "Comparison"
    assert "report_id" in [c.value for c in english["Reports"][1]]


def test_figures_are_numbers_with_their_hedge_as_format(book: Any) -> None:
    assert (cell_of(book, "aid.people").value, cell_of(book, "aid.people").number_format) == (75, "#,##0")
    assert (cell_of(book, "aid.amount").value, cell_of(book, "aid.amount").number_format) == (8000, '">"#,##0.00')
    assert cell_of(book, "org.joined_rate").value == 95.5


@pytest.mark.parametrize(
    ("value", "unit_class", "bound", "wanted"),
    [
        ("8000", "people", ">=", '"≥"#,##0'),
        ("1.5", "people", "=", "#,##0.0#####"),
        ("80", "percent", "~", '"≈"0"%"'),
        ("3", "money", "<", '"<"#,##0.00'),
    ],
)
def test_number_formats(value: str, unit_class: str, bound: str, wanted: str) -> None:
    assert workbook.number_format(Decimal(value), "%", unit_class, bound) == wanted


def test_a_figure_links_to_the_row_of_its_fact(book: Any) -> None:
    link = cell_of(book, "aid.people").hyperlink.location
    sheet, _, place = link.partition("!")
    assert sheet == "'事实'"
    assert book["事实"][f"F{place[1:]}"].value == "75名"


def test_an_empty_cell_is_empty_and_coloured(book: Any) -> None:
    cell = cell_of(book, "aid.households")
    assert cell.value is None
    assert cell.fill.fgColor.rgb == "FF" + workbook.COLOURS["not_mentioned"].removeprefix("#")


def test_headers_are_frozen_and_filtered(book: Any) -> None:
    for name in book.sheetnames[1:]:
        assert book[name].freeze_panes is not None, name
        assert book[name].auto_filter.ref is not None, name


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@x", "\tx"])
def test_no_formula_comes_from_text(text: str) -> None:
    assert workbook.safe_text(text) == "'" + text


def test_control_characters_and_overlong_texts_break_nothing(tmp_path: Path) -> None:
    hostile = "\x00\x01=HYPERLINK(1)\ufffe" + "长" * 40_000
    found = written(tmp_path / "t.xlsx", read_of(f"{hostile}<count value=5 unit=人>5人</count>。", title=True))
    title = found["报告"]["G2"].value
    assert title.startswith("'=HYPERLINK(1)长")
    assert len(title) <= workbook.MAX_TEXT
    assert all(c.data_type != "f" for sheet in found for row in sheet.iter_rows() for c in row)


def test_long_numbers_lose_no_digit(tmp_path: Path) -> None:
    number = "12345678901234567890"
    found = written(tmp_path / "t.xlsx", read_of(f"共<money value={number} unit=元 indicator=aid.amount>{number}元</money>。"))
    assert cell_of(found, "aid.amount").value == number


def test_equal_tables_give_equal_bytes(tmp_path: Path) -> None:
    read = read_of(TEXT, year=2013)
    for name in ("a.xlsx", "b.xlsx"):
        workbook.write_workbook(tables_of(read), tmp_path / name, Labels(BOOK), BOOK, {"version": "1", "rules": "abc"})
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()
    with zipfile.ZipFile(tmp_path / "a.xlsx") as file:
        assert {info.date_time for info in file.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert b"2000-01-01" in file.read("docProps/core.xml")


def test_too_many_rows_go_on_on_another_sheet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook, "SHEET_ROWS", 2)
    found = written(tmp_path / "t.xlsx", read_of(TEXT))
    assert "事实（2）" in found.sheetnames
    assert cell_of(found, "org.joined_rate").hyperlink.location == "'事实（2）'!A2"


def test_where_facts_are_too_many_those_behind_cells_stay(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook, "MAX_FACTS", 1)
    found = written(tmp_path / "t.xlsx", read_of(TEXT + "另有<count value=9 unit=个>9个</count>。"))
    assert [c.value for c in found["事实"]["F"][1:]] == ["75名", "8000余元", "95.5%"]
    assert any("facts.csv" in str(row[0].value) for row in found["说明"].iter_rows())


def test_links_stop_at_the_limit_of_excel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook, "SHEET_LINKS", 1)
    found = written(tmp_path / "t.xlsx", read_of(TEXT))
    linked = [c for row in found["对比"].iter_rows() for c in row if c.hyperlink]
    assert len(linked) == 1
