"""The columns to type into: which there are, what they take, and how a program finds them and understands what was typed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from fakes import read_of
from openpyxl import load_workbook
from python_calamine import CalamineWorkbook
from workbooks import BOOK, values, written

from pipeline.write.workbook import typed

TEXT = "慰问职工<count value=75 unit=名 indicator=aid.people>75名</count>。"


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("x") / "t.xlsx"
    written(path, read_of(TEXT, town="安海镇", year=2013))
    return path


@pytest.fixture(scope="module")
def book(path: Path) -> Any:
    return load_workbook(path)


def header(sheet: Any, name: str) -> Any:
    return next(cell for cell in sheet[1] if cell.value == name)


def test_the_typed_columns_stand_at_the_end(book: Any) -> None:
    facts = [cell.value for cell in book["事实"][1]]
    assert facts[-9:] == ["更正数值", "更正单位", "更正界", "更正类别", "更正性质", "更正对象", "更正活动", "更正指标", "更正理由"]
    reports = [cell.value for cell in book["报告"][1]]
    assert reports[-8:] == ["更正镇", "更正县", "更正市", "更正省", "更正年份", "更正期间", "更正机构", "更正理由"]


def test_in_english_they_are_called_new(tmp_path: Path) -> None:
    english = written(tmp_path / "t.xlsx", read_of(TEXT), language="en")
    assert [cell.value for cell in english["Facts"][1]][-9:-7] == ["new value", "new unit"]


def test_they_are_empty_unlocked_and_of_another_colour(book: Any) -> None:
    sheet = book["事实"]
    typed_in, given = header(sheet, "更正数值"), header(sheet, "数值")
    assert typed_in.fill.fgColor.rgb != given.fill.fgColor.rgb
    assert values(sheet, "更正数值") == [None]
    letter = typed_in.column_letter
    assert sheet.column_dimensions[letter].protection.locked is False
    assert any(f"{letter}2" in str(area.sqref) for area in sheet.conditional_formatting)


def rules_of(sheet: Any) -> dict[str, Any]:
    """Header → what may be typed below it."""
    found = {}
    for rule in sheet.data_validations.dataValidation:
        column = next(iter(rule.sqref.ranges)).min_col
        found[sheet.cell(1, column).value] = rule
    return found


def test_codes_are_chosen_from_lists_that_exist(book: Any) -> None:
    chosen = {"事实": ("更正界", "更正类别", "更正性质", "更正活动", "更正指标"), "报告": ("更正期间", "更正机构")}
    for name, headers in chosen.items():
        rules = rules_of(book[name])
        for title in headers:
            assert rules[title].type == "list"
            area = book.defined_names[rules[title].formula1].attr_text
            sheet, _, cells = area.partition("!")
            words = [row[0].value for row in book[sheet][cells.replace("$", "")]]
            assert all(words), title
            assert len(set(words)) == len(words), title


def test_numbers_and_years_are_checked(book: Any) -> None:
    letter = header(book["事实"], "更正数值").column_letter
    assert rules_of(book["事实"])["更正数值"].formula1 == f'OR(ISNUMBER({letter}2),{letter}2="（无）")'
    assert "1900" in rules_of(book["报告"])["更正年份"].formula1


def test_messages_fit_what_excel_shows(book: Any) -> None:
    for name in ("事实", "报告"):
        for rule in rules_of(book[name]).values():
            assert len(rule.promptTitle) <= 32
            assert len(rule.prompt) <= 255


def test_a_program_reads_back_what_was_typed(path: Path, tmp_path: Path) -> None:
    """A person types into the file, inserts a column, and a reader that knows no Chinese finds field, row and code."""
    book = load_workbook(path)
    sheet = book["事实"]
    for title, text in (("更正数值", 80), ("更正界", "≥ 至少"), ("更正指标", "（无）"), ("更正理由", "看错了")):
        sheet.cell(2, header(sheet, title).column, text)
    sheet.insert_cols(1)
    book.save(tmp_path / "edited.xlsx")

    found = CalamineWorkbook.from_path(tmp_path / "edited.xlsx")
    columns = [dict(zip(("sheet", "index", "header", "table", "column", "role"), row, strict=True)) for row in rows(found, "_columns")[1:]]
    shown = {(row[0], row[2]): row[1] for row in rows(found, "_codes")[1:]}
    head, first, *_ = rows(found, "事实")
    of_sheet = {(c["role"], c["column"]): head.index(c["header"]) for c in columns if c["sheet"] == "事实"}
    assert first[of_sheet["correction", "value"]] == 80
    assert shown["bound", first[of_sheet["correction", "bound"]]] == ">="
    assert shown["indicator", first[of_sheet["correction", "indicator"]]] == ""
    assert first[of_sheet["reason", "reason"]] == "看错了"
    assert first[of_sheet["table", "text"]] == "75名"
    assert {("table", name) for name in ("fact_id", "report_id", "source", "start", "sentence")} <= set(of_sheet)


def rows(book: Any, sheet: str) -> list[list[Any]]:
    return list(book.get_sheet_by_name(sheet).to_python())


def test_every_column_of_every_sheet_is_named(book: Any) -> None:
    named = {(row[0].value, row[1].value): row[2].value for row in book["_columns"].iter_rows(min_row=2)}
    there = {
        (sheet.title, cell.column): cell.value
        for sheet in book
        if sheet.sheet_state == "visible" and sheet.title != "说明"
        for cell in sheet[1]
    }
    assert named == there


def test_words_stand_for_one_code_each() -> None:
    from pipeline.labels import LANGUAGES, Labels

    for language in LANGUAGES:
        for column, words in typed.codes(Labels(BOOK, language), BOOK).items():
            assert len(set(words.values())) == len(words), (language, column)
            assert not [word for word in words.values() if word.startswith(("=", "'"))]
