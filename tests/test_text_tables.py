"""Tables in running text: where their cells are, which lines are none, and in which unit a bare figure counts."""

from __future__ import annotations

import pytest

from pipeline.rulebook import load
from pipeline.text_tables import FIGURE, ROW_NUMBER, TableFinder, cells_of, is_row

FINDER = TableFinder(load())
BLANKS = (
    "某镇工会目标完成情况\n\n项目      年计划    实际完成    完成率\n1  发展会员      300人    328人    109.3%\n"
    "   其中:女会员     ——      140人    ——\n2  走访困难职工    60户    66户    110%\n\n特此报告。\n"
)
TABS = "村名\t参训人数\t发放金额(万元)\n东湾\t120\t1.8\n西坝\t98\t1,350\n"


def _words(text: str, spans: list[tuple[int, int]]) -> list[str]:
    return [text[slice(*span)] for span in spans]


@pytest.mark.parametrize(
    ("line", "cells"),
    [
        ("a\t\tb", ["a", "", "b"]),
        ("  新建工会    12个   13个 ", ["新建工会", "12个", "13个"]),
        ("一句 话", ["一句 话"]),
        ("", []),
    ],
)
def test_cells_of_a_line(line: str, cells: list[str]) -> None:
    assert _words(line, cells_of(line, 0, len(line))) == cells


@pytest.mark.parametrize(
    ("line", "is_one"),
    [
        ("项目\t单位\t数量", True),
        ("1  新建工会    12个    13个", True),
        ("全年走访困难职工12户,发放慰问金6000元。", False),
        ("一、工作总结", False),
        ("今年  抓了三件事。  都见成效  好", False),
    ],
)
def test_form_of_a_row(line: str, is_one: bool) -> None:
    assert is_row(line) is is_one


def test_rows_below_a_head_without_figures() -> None:
    (table,) = FINDER.find(BLANKS)
    assert _words(BLANKS, list(table.heads)) == ["项目", "年计划", "实际完成", "完成率"]
    assert _words(BLANKS, [row.label for row in table.rows]) == ["发展会员", "其中:女会员", "走访困难职工"]
    assert [row.number and BLANKS[slice(*row.number)] for row in table.rows] == ["1", None, "2"]


@pytest.mark.parametrize("gap", [" ", "  ", "\u3000", "\u3000\u3000", "\t"])
@pytest.mark.parametrize("before", ["", "全年走访困难职工，发放慰问金。\n", "附：\u3000上年 完成情况\n"])
def test_a_head_is_found_whatever_blanks_part_it(gap: str, before: str) -> None:
    """The fewest cells have the fewest blanks: a line that is not tried for want of them could be no head."""
    text = (
        before
        + "\n".join(gap.join(cells) for cells in (("项目", "计划数", "完成数"), ("建会", "8家", "9家"), ("入会", "300人", "328人")))
        + " \n"
    )
    (table,) = FINDER.find(text)
    assert _words(text, list(table.heads)) == ["项目", "计划数", "完成数"]
    assert len(table.rows) == 2


def test_empty_cells_hold_nothing() -> None:
    (table,) = FINDER.find(BLANKS)
    assert {column: BLANKS[slice(*cell)] for column, cell in table.rows[1].cells.items()} == {2: "140人"}


def test_a_new_head_begins_a_new_table() -> None:
    again = TABS + "组名\t户数\t亩数\n一组\t20\t31\n二组\t18\t29\n"
    assert len(FINDER.find(again)) == 2


@pytest.mark.parametrize(
    "text",
    [
        "走访困难职工60户,投入6万元。\n慰问老人30人,投入2万元。\n",
        "姓名\t职务\t电话\n王某某\t主席\t委员\n",
        "1  发展会员    300人    328人\n2  走访困难    60户    66户\n",  # no head
        "项目\t计划\t完成\n会员\t300\n",  # one row alone
        "",
    ],
)
def test_what_is_no_table(text: str) -> None:
    assert FINDER.find(text) == ()


@pytest.mark.parametrize(
    ("text", "figures"),
    [
        (TABS, [("count", "120", "人"), ("money", "1.8", "元"), ("count", "98", "人"), ("money", "1,350", "元")]),
        (
            "项目\t数量\t比例(%)\n会员(人)\t300\t98\n企业(家)\t20\t75.5\n",
            [("count", "300", "人"), ("rate", "98", "%"), ("count", "20", "家"), ("rate", "75.5", "%")],
        ),
        ("单位:万元\n项目\t预算\t支出\n培训\t3\t2.9\n慰问\t5\t4.8\n", [("money", n, "元") for n in ("3", "2.9", "5", "4.8")]),
        ("项目\t单位\t本年\n合同\t份\t41\n争议\t件\t7\n", [("count", "41", "份"), ("count", "7", "件")]),
        ("项目\t上年\t本年\n合同\t41\t43\n争议\t7\t5\n", []),  # nothing says in which unit
    ],
)  # fmt: skip
def test_units_of_bare_figures(text: str, figures: list[tuple[str, str, str]]) -> None:
    found = [mention for mention in FINDER.mentions(text) if mention.rule == FIGURE]
    assert [(m.kind, text[m.start : m.end], text[slice(*m.groups["unit"])]) for m in found] == figures


def test_numbers_of_rows_are_markers() -> None:
    text = "序号\t项目\t完成\n1\t会员\t300人\n2\t工会\t12个\n"
    assert [text[m.start : m.end] for m in FINDER.mentions(text) if m.rule == ROW_NUMBER] == ["1", "2"]


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("项目 计划数 完成数\n建会 6家 8家\n2 入会 350人 410人\n", ["建会", "入会"]),
        ("项目 上年 本年\n合同 41 43\n争议 7 -\n", ["合同", "争议"]),
        ("姓名 职务 电话\n王某 12人 3个\n李某 9人 4个\n", []),  # no head of figures
        ("项目 计划数 完成数\n建会 早已 完成\n入会 350人 410人\n", []),  # words in the place of figures
        ("项目:计划数 实际 完成数\n建会 6家 8家\n入会 35人 41人\n", []),  # a head like prose
    ],
)
def test_rows_parted_by_single_blanks(text: str, rows: list[str]) -> None:
    assert [text[slice(*row.label)] for table in FINDER.find(text) for row in table.rows] == rows
