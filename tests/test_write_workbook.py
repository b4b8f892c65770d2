"""The workbook as a spreadsheet program finds it: sheets, real numbers with their hedges, links, colours, nothing that runs."""

from __future__ import annotations

import re
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from fakes import read_of
from openpyxl import load_workbook
from python_calamine import CalamineWorkbook
from workbooks import BOOK, column, figure, renamed, tables_of, values, write, written

from pipeline.labels import Labels
from pipeline.rulebook import RuleError
from pipeline.write.workbook import book as books
from pipeline.write.workbook import evidence, write_workbook, writer
from pipeline.write.workbook.comparison import COLOURS

SHEETS = ["说明", "对比", "覆盖", "人均", "报告", "活动", "事实", "核对", "疑点", "上年数", "更正", "副本", "文件", "字段"]
TEXT = (
    "慰问职工<count value=75 unit=名 indicator=aid.people>75名</count>,"
    '发放<money value=8000 bound=">" unit=元 indicator=aid.amount>8000余元</money>。\n'
    "入会率<rate value=95.5 unit=% indicator=org.joined_rate>95.5%</rate>。\n"
    "又慰问<count value=20 unit=名 object=困难党员 indicator=aid.people>20名</count>困难党员。\n"
    "计划培训<count value=100 unit=人次 status=plan indicator=training.people>100人次</count>。\n"
    "调解成功率<rate value=90 unit=% indicator=rights.settled_rate>90%</rate>,"
    "全年成功率<rate value=85 unit=% indicator=rights.settled_rate>85%</rate>。\n"
    "捐款<money low=500 high=1000 unit=元 indicator=education.amount>500至1000元</money>。\n"
)
PLACE = {"town": "安海镇", "county": "晋江市", "town_code": "350582100", "year": 2013}


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Any:
    return written(tmp_path_factory.mktemp("x") / "t.xlsx", read_of(TEXT, **PLACE), page="review.html")


def target(book: Any, cell: Any) -> Any:
    """The cell that an internal link leads to."""
    sheet, _, place = cell.hyperlink.location.partition("!")
    return book[sheet.strip("'")][place]


# --- sheets


def test_sheets_in_order_and_two_hidden_behind_them(book: Any) -> None:
    assert book.sheetnames == [*SHEETS, "_columns", "_codes"]
    assert {name for name in book.sheetnames if book[name].sheet_state == "hidden"} == {"_columns", "_codes"}


def test_english_sheets(tmp_path: Path) -> None:
    english = written(tmp_path / "t.xlsx", read_of(TEXT, **PLACE), language="en")
    assert english.sheetnames[1] == "Comparison"
    assert "report_id" in [cell.value for cell in english["Reports"][1]]
    heads = [str(cell.value) for name in english.sheetnames[:-2] for cell in english[name][1] if cell.value]
    assert not [text for text in [*heads, *texts_of(english["About"])] if re.search("[\u4e00-\u9fff]", text)]


def test_headers_are_frozen_and_filtered(book: Any) -> None:
    for name in SHEETS[1:]:
        assert book[name].freeze_panes is not None, name
        assert book[name].auto_filter.ref is not None, name


def test_headers_are_unique_and_wide_enough(book: Any) -> None:
    for name in SHEETS[1:]:
        headers = [str(cell.value) for cell in book[name][1]]
        assert len(set(headers)) == len(headers), name
        for cell in book[name][1]:
            wide = book[name].column_dimensions[cell.column_letter].width
            assert wide >= 2 * max(len(line) for line in str(cell.value).split("\n")) / 2, (name, cell.value)


def test_what_names_a_row_is_never_cut(tmp_path: Path) -> None:
    many = [read_of(f"第{n}篇。{TEXT}", source=f"in/{n}.txt", county="县", town=f"第{n}镇", year=2013) for n in range(20)]
    one = read_of("又一篇。" + TEXT, source="in/x.txt", county="科尔沁右翼中旗", town="巴彦镇", year_min=2006, year_max=2007)
    sheet = written(tmp_path / "t.xlsx", *many, one)["对比"]
    for header, text in (("县", "科尔沁右翼中旗"), ("年份", "2006–2007")):
        (head,) = [cell for cell in sheet[1] if cell.value == header]
        assert text in values(sheet, header)
        assert sheet.column_dimensions[head.column_letter].width >= sum(2 if character > "\u2e80" else 1 for character in text)


def test_the_first_page_lists_the_sheets_in_their_order(book: Any) -> None:
    listed = [row[0].value for row in book["说明"].iter_rows() if row[0].value in SHEETS]
    assert listed == SHEETS[1:]
    assert "review.html" in [row[0].value for row in book["说明"].iter_rows()]


def test_technical_columns_are_folded_and_not_gone(book: Any) -> None:
    sheet = book["事实"]
    headers = {cell.value: cell.column_letter for cell in sheet[1]}
    assert not sheet.column_dimensions[headers["数值"]].hidden
    hidden = [range(area.min, area.max + 1) for area in sheet.column_dimensions.values() if area.hidden]
    folded = [cell.value for cell in sheet[1] if any(cell.column in area for area in hidden)]
    assert {"规则", "线索", "起", "止"} <= set(folded)
    assert not [name for name in folded if name.startswith("更正")]


# --- figures


def test_figures_are_numbers_with_their_hedge_as_format(book: Any) -> None:
    assert (figure(book, "aid.people").value, figure(book, "aid.people").number_format) == (95, "#,##0")
    assert (figure(book, "aid.amount").value, figure(book, "aid.amount").number_format) == (8000, '">"#,##0.00')
    assert (figure(book, "org.joined_rate").value, figure(book, "org.joined_rate").number_format) == (95.5, '0.0#####"%"')


def test_a_range_shows_both_ends(book: Any) -> None:
    assert (figure(book, "education.amount").value, figure(book, "education.amount").number_format) == (500, '#,##0.00"–1,000"')


def test_ranges_beyond_the_formats_of_excel_show_their_low_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(books, "MAX_SINGLE_FORMATS", 0)
    found = written(tmp_path / "t.xlsx", read_of(TEXT, **PLACE))
    assert figure(found, "education.amount").number_format == '"≥"#,##0.00'


def test_money_in_ten_thousands(tmp_path: Path) -> None:
    found = written(tmp_path / "t.xlsx", read_of(TEXT, **PLACE), money="wan")
    assert figure(found, "aid.amount").value == 0.8
    assert figure(found, "aid.people").value == 95
    assert [str(cell.value) for cell in found["对比"][1] if "帮扶慰问金额" in str(cell.value)] == ["帮扶慰问金额\n(万元)"]
    assert 8000 in values(found["事实"], "数值")


def test_long_numbers_lose_no_digit(tmp_path: Path) -> None:
    number = "12345678901234567890"
    found = written(tmp_path / "t.xlsx", read_of(f"共<money value={number} unit=元 indicator=aid.amount>{number}元</money>。"))
    assert figure(found, "aid.amount").value == number


def test_years_are_numbers_and_unknown_ones_keep_their_bounds(tmp_path: Path) -> None:
    known, unknown = read_of(TEXT, **PLACE), read_of("甲。\n" + TEXT, source="in/b.txt", year_min=2008, year_max=2012)
    assert set(values(written(tmp_path / "t.xlsx", known, unknown)["对比"], "年份")) == {2013, "2008–2012"}


# --- colours


@pytest.mark.parametrize(
    ("indicator", "state"),
    [
        ("aid.people", "value"),
        ("training.people", "plan_only"),
        ("rights.settled_rate", "conflict"),
        ("aid.households", "not_mentioned"),
    ],
)
def test_cells_are_coloured_by_state(book: Any, indicator: str, state: str) -> None:
    cell = figure(book, indicator)
    pattern = COLOURS[state].get("pattern")
    shown = cell.fill.bgColor.rgb if pattern else cell.fill.fgColor.rgb
    assert shown == "FF" + COLOURS[state]["bg_color"].removeprefix("#")


def test_a_cell_without_a_figure_is_empty(tmp_path: Path) -> None:
    """As a reader of cells finds it: openpyxl puts the target of a link where there is no value."""
    path = write(tmp_path / "t.xlsx", tables_of(read_of(TEXT, **PLACE)))
    head, row = CalamineWorkbook.from_path(path).get_sheet_by_name("对比").to_python()
    found = dict(zip((str(text).split("\n")[0] for text in head), row, strict=True))
    states = {"training.people": "", "rights.settled_rate": "", "aid.households": "", "aid.people": 95}
    assert {code: found[BOOK.indicators[code].label] for code in states} == states


def test_states_differ_without_colour_too() -> None:
    assert COLOURS["masked"]["pattern"] != COLOURS["plan_only"]["pattern"]


def test_a_masked_cell_leads_to_its_report(tmp_path: Path) -> None:
    read = read_of(TEXT, **PLACE)
    tables = tables_of(read)
    states = ["masked" if row["indicator"] == "aid.households" else row["state"] for row in tables["cells"].to_pylist()]
    tables = {**tables, "cells": renamed(tables["cells"], "state", states)}
    found = load_workbook(write(tmp_path / "t.xlsx", tables))
    cell = figure(found, "aid.households")
    assert cell.fill.bgColor.rgb == "FF" + COLOURS["masked"]["bg_color"].removeprefix("#")
    assert target(found, cell).parent.title == "报告"


# --- links


def test_a_figure_leads_to_the_row_of_its_fact_and_back(book: Any) -> None:
    linked = target(book, figure(book, "aid.amount"))
    row = linked.row
    sheet = book["事实"]
    assert values(sheet, "原文")[row - 2] == "8000余元"
    back = column(sheet, "对比格")[row - 2]
    assert back.value == "1·" + BOOK.indicators["aid.amount"].label
    assert target(book, back).parent.title == "对比"


def test_several_facts_of_a_cell_are_found_by_its_name(book: Any) -> None:
    name = "1·" + BOOK.indicators["aid.people"].label
    assert name in figure(book, "aid.people").hyperlink.tooltip
    behind = [text for text, cell in zip(values(book["事实"], "原文"), values(book["事实"], "对比格"), strict=True) if cell == name]
    assert behind == ["75名", "20名"]


def test_facts_lead_to_their_place_in_the_page(book: Any) -> None:
    cell = column(book["事实"], "编号")[0]
    assert (cell.hyperlink.target, cell.hyperlink.location) == ("review.html", cell.value)


def test_nothing_leads_to_a_page_that_is_not_written(tmp_path: Path) -> None:
    found = written(tmp_path / "t.xlsx", read_of(TEXT, **PLACE))
    links = [cell.hyperlink for sheet in found for row in sheet.iter_rows() for cell in row if cell.hyperlink]
    assert links
    assert not [link for link in links if link.target]


def test_links_stop_at_the_limit_of_excel_and_the_first_page_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(books, "SHEET_LINKS", 1)
    found = written(tmp_path / "t.xlsx", read_of(TEXT, **PLACE), page="review.html")
    for name in SHEETS[1:]:
        assert len([cell for row in found[name].iter_rows() for cell in row if cell.hyperlink]) <= 1, name
    assert any("对比" in text and "链接" in text for text in texts_of(found["说明"]))


def texts_of(sheet: Any) -> list[str]:
    return [str(cell.value) for row in sheet.iter_rows() for cell in row if cell.value is not None]


# --- what columns mean


def test_every_column_is_explained_in_chinese(book: Any) -> None:
    """A new column wants a line in [meanings] of rules/labels.toml."""
    sheet = book["字段"]
    rows = zip(values(sheet, "列名"), values(sheet, "含义"), values(sheet, "类型"), strict=True)
    assert not [(name, meaning, kind) for name, meaning, kind in rows if not re.search("[\u4e00-\u9fff]", f"{meaning}") or kind.isascii()]


# --- doubts


def test_doubts_come_with_words_evidence_and_ways(book: Any) -> None:
    sheet = book["疑点"]
    kinds = values(sheet, "疑点")
    conflict = kinds.index("说法矛盾")
    assert values(sheet, "单位名称")[conflict] == "安海镇"
    assert values(sheet, "原文或原因")[conflict] == "90%; 85%"
    assert "（无）" in values(sheet, "说明")[conflict]
    assert target(book, column(sheet, "原文或原因")[conflict]).parent.title == "事实"
    assert target(book, column(sheet, "单位名称")[conflict]).parent.title == "报告"
    assert column(sheet, "事实编号")[conflict].hyperlink.target == "review.html"


def test_what_was_not_read_says_why_in_the_language_of_the_workbook(tmp_path: Path) -> None:
    tables = tables_of(read_of(TEXT, **PLACE))
    notes = ["no rule reads this number", *[None] * (tables["facts"].num_rows - 1)]
    found = load_workbook(write(tmp_path / "t.xlsx", {**tables, "facts": renamed(tables["facts"], "note", notes)}))
    assert "75名 (没有规则能读)" in values(found["疑点"], "原文或原因")
    assert values(found["事实"], "说明")[0] == "没有规则能读"


def test_more_doubts_than_anyone_reads_are_cut_in_clear_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writer, "MAX_DOUBTS", 1)
    found = written(tmp_path / "t.xlsx", read_of(TEXT), read_of("甲。\n" + TEXT, source="in/b.txt"))
    assert found["疑点"].max_row == 2
    assert any("facts.csv" in text for text in texts_of(found["说明"]))


# --- what would break a file, or a reader


def test_no_formula_comes_from_a_report(tmp_path: Path) -> None:
    hostile = "\x00\x01=HYPERLINK(1)\ufffe" + "长" * 40_000
    found = written(tmp_path / "t.xlsx", read_of(f"{hostile}<count value=5 unit=人>5人</count>。", title=True))
    title = values(found["报告"], "标题")[0]
    assert title.startswith("'=HYPERLINK(1)长")
    assert len(title) <= 32_767
    assert not [cell for sheet in found for row in sheet.iter_rows() for cell in row if cell.data_type == "f"]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("<r><t>&</t></r>", "'<r><t>&</t></r>"),
        ("]]>&amp;<b", "]]>&amp;<b"),
        ("_x0041_", "_x005F_x0041_"),  # which spreadsheets show as _x0041_
    ],
)
def test_text_is_only_text(tmp_path: Path, text: str, wanted: str) -> None:
    tables = tables_of(read_of(TEXT, **PLACE))
    tables = {**tables, "reports": renamed(tables["reports"], "title", [text])}
    assert values(load_workbook(write(tmp_path / "t.xlsx", tables))["报告"], "标题") == [wanted]


def test_a_sheet_name_that_excel_refuses_is_refused_with_a_remedy(tmp_path: Path) -> None:
    labels = Labels(BOOK)
    labels._table = {**labels._table, "sheets": {**labels._table["sheets"], "facts": {"zh": "事/实"}}}
    with pytest.raises(RuleError, match="facts"):
        write_workbook(tables_of(read_of(TEXT)), tmp_path / "t.xlsx", labels, BOOK, {"version": "1", "rules": "a"})


# --- limits


def test_too_many_rows_go_on_on_another_sheet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(books, "SHEET_ROWS", 2)
    found = written(tmp_path / "t.xlsx", read_of(TEXT, **PLACE))
    assert {"事实", "事实（2）", "事实（3）", "事实（4）"} <= set(found.sheetnames)
    assert figure(found, "org.joined_rate").hyperlink.location == "'事实（2）'!A2"
    assert any("事实（2）" in text for text in texts_of(found["说明"]))
    assert [row[0].value for row in found["_columns"].iter_rows() if row[4].value == "fact_id"].count("事实（2）") == 1


def test_where_facts_are_too_many_those_behind_cells_and_doubts_stay(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(evidence, "MAX_ROWS", 1)
    found = written(tmp_path / "t.xlsx", read_of(TEXT + "另有<count value=9 unit=个>9个</count>。", **PLACE))
    assert "9个" not in values(found["事实"], "原文")
    assert "75名" in values(found["事实"], "原文")
    assert any("facts.csv" in text for text in texts_of(found["说明"]))


def test_where_activities_and_checks_are_too_many_those_that_matter_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    activities = pa.table({"fact_ids": pa.array([["a:1", "a:2"], [], ["a:2", "b:3"], ["c:4"]]), "people": [1, 2, 3, 4]})
    checks = pa.table({"verdict": ["holds", "fails", "holds_within_bounds"]})
    wanted = pa.array(["a:2", "c:4"])
    assert evidence.chosen_activities(activities, wanted) is activities
    monkeypatch.setattr(evidence, "MAX_ROWS", 1)
    assert evidence.chosen_activities(activities, wanted)["people"].to_pylist() == [1, 3, 4]
    assert evidence.chosen_checks(checks)["verdict"].to_pylist() == ["fails", "holds_within_bounds"]


def test_a_table_without_a_sheet_of_its_own_make_has_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Reports as a table of another name: its ids lead to the report."""
    tables = tables_of(read_of(TEXT, **PLACE))
    monkeypatch.setitem(writer.TABLES, "corrections", replace(writer.TABLES["reports"], name="corrections"))
    found = load_workbook(write(tmp_path / "t.xlsx", {**tables, "corrections": tables["reports"]}))
    assert target(found, column(found["更正"], "报告编号")[0]).parent.title == "报告"


def test_rows_beyond_a_slice_are_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from pipeline.write.workbook import table

    whole = values(written(tmp_path / "a.xlsx", read_of(TEXT, **PLACE))["事实"], "原文")
    monkeypatch.setattr(table, "SLICE", 2)
    assert values(written(tmp_path / "b.xlsx", read_of(TEXT, **PLACE))["事实"], "原文") == whole


def test_equal_tables_give_equal_bytes(tmp_path: Path) -> None:
    tables = tables_of(read_of(TEXT, **PLACE))
    first, second = write(tmp_path / "a.xlsx", tables), write(tmp_path / "b.xlsx", tables)
    assert first.read_bytes() == second.read_bytes()
    assert {path.name for path in tmp_path.iterdir()} == {"a.xlsx", "b.xlsx"}
    with zipfile.ZipFile(first) as file:
        assert {info.date_time[:3] for info in file.infolist()} == {(1980, 1, 31)}
        assert b"2000-01-01" in file.read("docProps/core.xml")


def test_a_run_without_reports_has_all_sheets(tmp_path: Path) -> None:
    found = load_workbook(write(tmp_path / "t.xlsx", tables_of()))
    assert found.sheetnames[: len(SHEETS)] == SHEETS


def test_the_next_workbook_of_a_process_has_the_bytes_of_the_first(tmp_path: Path) -> None:
    """The library writes into the table of the default font that it is given, and looks at it for the next book."""
    shared = dict(books.FONT)
    for name in ("first", "second"):
        write(tmp_path / f"{name}.xlsx", tables_of(read_of(TEXT, **PLACE)))
    assert (tmp_path / "first.xlsx").read_bytes() == (tmp_path / "second.xlsx").read_bytes()
    assert shared == books.FONT == {"font_name": "Microsoft YaHei", "font_size": 10}
