"""Workbook → corrections → run → workbook, and the same with a file: fifty corrections of every sort, none lost, none applied twice."""

from __future__ import annotations

import csv
import shutil
import subprocess
from collections import Counter
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from openpyxl import load_workbook

from pipeline.corrections.files import FIELDS
from pipeline.corrections.values import OF_FACTS, OF_REPORTS
from pipeline.run import run
from pipeline.run_record import RunResult
from pipeline.write.workbook import typed

Row = dict[str, Any]
LINE = "第{0}期培训班历时{0}天,慰问困难职工{1}名,发放慰问金{2}余元,合格率达{3}%。\n"
FIRST = "安和镇总工会2013年工作总结\n今年3月召开会议两次,慰问困难职工若干名。\n" + "".join(
    LINE.format(n + 2, n + 20, (n + 7) * 100, 60 + n) for n in range(16)
)
SECOND = "太平镇总工会2013年工作总结\n今年5月慰问困难职工28名,发放慰问金6000元。\n全年培训职工90人次。\n"
THIRD = "清河镇总工会2013年工作总结\n全年慰问困难职工31名,发放慰问金7000元。\n"
SOURCES = ("in/a.txt", "in/b.txt", "in/c.txt")
MISSED = "若干名"
"""Words that no rule reads."""
FOLLOWING = {"date_start", "date_end"}
"""Columns that follow from a report's year."""


@dataclass(frozen=True, slots=True)
class Made:
    """A correction of the fact that reads `text` in a report, or of the report where `text` is empty; `code`: `new` as tables say it."""

    report: int
    text: str
    column: str
    new: str
    code: str


def of(report: int, *told: str) -> list[Made]:
    """`text column new code` each, told in one string; _ is nothing."""
    rows = [line.split() for line in told]
    return [Made(report, *("" if word == "_" else word for word in row)) for row in rows]


TYPED = [
    *of(
        0,
        "20名 value 57 57", "21名 value 1,234.5 1234.5", "22名 value （无） _", "700余元 value 750 750", "800余元 value 0 0",
        "23名 unit 位 位", "24名 unit 户 户", "900余元 unit （无） _", "60% unit ‰ ‰", "25名 bound ≥ >=", "26名 bound ≈ ~",
        "27名 bound <&不足 <", "28名 bound >&多于 >", "1000余元 bound = =", "1100余元 bound ≤&至多 <=", "29名 kind 不是事实 name",
        "30名 kind 序数 ordinal", "31名 kind 金额 money", "61% kind 数量 count", "1200余元 kind 序号 marker",
        "2天 kind 数量 count", "今年3月 kind 名称 name", "32名 status 计划 plan", "33名 status 标准 criterion",
        "34名 status （无） _", "1300余元 status 计划 plan", "62% status 标准 criterion", "35名 object 特困党员 特困党员",
        "1400余元 object （无） _", "63% object 结业率 结业率", "1500余元 activity 女职工 women", "1600余元 activity （无） _",
        "64% activity 女职工 women", "1700余元 indicator （无） _", "1900余元 indicator （无） _",
        "66% indicator 协商覆盖率 bargaining.coverage_rate", "1800余元 value 1850 1850", "1800余元 bound = =",
        "1800余元 indicator （无） _", "_ town 太平乡 太平乡", "_ county 甲县 甲县", "_ city 乙市 乙市", "_ province 丙省 丙省",
        "_ year 2012 2012", "_ period 半年 half_year", "_ org 卫生 health",
    ),
    *of(1, "_ town （无） _", "_ period 9个月 9_months", "_ org （无） _", "_ year 2011 2011"),
]  # fmt: skip
FILED = [
    *of(
        0,
        "20名 kind not_a_fact name", "21名 kind ordinal ordinal", "22名 value 57 57", "23名 value 0.5 0.5", "24名 low 20 20",
        "25名 high 30 30", "26名 low 20 20", "26名 high 30 30", "27名 bound >= >=", "28名 bound ~ ~", "29名 unit 位 位",
        "30名 per 户 户", "31名 change up up", "32名 object 某事 某事", "33名 object none _", "34名 status plan plan",
        "35名 status criterion criterion", "700余元 scope cumulative cumulative", "800余元 scope stock stock",
        "900余元 activity women women", "1000余元 activity none _", "1100余元 indicator none _", "1200余元 when 2013-05 2013-05",
        "1300余元 when_anchor last_year last_year", "1400余元 bound = =", "1500余元 value 1,550 1550",
        "1600余元 kind count count", "今年3月 edtf 2012-03 2012-03", "今年3月 anchor none _", "今年3月 part early early",
        "今年3月 festival 三八 三八", "60% value 61 61", "61% unit ‰ ‰", "62% kind duration duration", "若干名 kind count count",
        "若干名 value 31 31", "若干名 unit 名 名", "若干名 indicator aid.people aid.people", "_ title 总结 总结",
        "_ org health health", "_ town 太平乡 太平乡", "_ county 甲县 甲县", "_ city 乙市 乙市", "_ province 丙省 丙省",
        "_ year 2012 2012", "_ period half_year half_year",
    ),
    *of(1, "_ town none _", "_ title none _", "_ year none _", "6000元 value 6500 6500"),
]  # fmt: skip


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The run before any correction, in `out`, beside its inputs in `in`."""
    folder = tmp_path_factory.mktemp("archive")
    (folder / "in").mkdir()
    for source, text in zip(SOURCES, (FIRST, SECOND, THIRD), strict=True):
        (folder / source).write_text(text, encoding="utf-8")
    read(folder, folder / "out")
    return folder


def read(archive: Path, out: Path, corrections: Path | None = None) -> RunResult:
    return run([archive / "in"], out, workers=1, formats=["parquet", "csv", "xlsx"], corrections=corrections)


@cache
def rows(out: Path, name: str) -> list[Row]:
    return list(pq.read_table(out / f"{name}.parquet").to_pylist())


def subject(out: Path, made: Made) -> Row:
    """The fact or the report that a correction speaks of; the report's place and words where nothing is read there."""
    report = next(row for row in rows(out, "reports") if row["source"] == SOURCES[made.report])
    if not made.text:
        return report
    found = [row for row in rows(out, "facts") if row["report_id"] == report["report_id"] and row["text"] == made.text]
    if found:
        return found[0]
    start = (FIRST, SECOND, THIRD)[made.report].index(made.text)
    return {**report, "start": start, "text": made.text, "sentence": "今年3月召开会议两次,慰问困难职工若干名。"}


# ---------------------------------------------------------------- what is checked of both ways


def assert_all_applied(out: Path, made: list[Made]) -> None:
    assert Counter(row["outcome"] for row in rows(out, "corrections")) == {"applied": len(made)}, [
        (row["column"], row["new"], row["outcome"], row["why"]) for row in rows(out, "corrections") if row["outcome"] != "applied"
    ]
    assert all(row["places"] == 1 for row in rows(out, "corrections"))
    wrong = []
    for one in made:
        shown = subject(out, one)[one.column]
        said = "" if shown is None else f"{shown.normalize():f}" if isinstance(shown, Decimal) else str(shown)
        if said != one.code:
            wrong.append((one, said))
    assert wrong == []


def assert_nothing_else_changed(archive: Path, out: Path, made: list[Made]) -> None:
    """Of facts without a correction only what follows from the year; of one that keeps its kind the column and the note."""
    columns: dict[str, set[str]] = {}
    for one in made:
        columns.setdefault(subject(archive / "out", one).get("fact_id", ""), set()).add(one.column)
    after = {row["fact_id"]: row for row in rows(out, "facts")}
    for row in rows(archive / "out", "facts"):
        changed = {name for name, value in row.items() if after[row["fact_id"]][name] != value} - FOLLOWING
        mine = columns.get(row["fact_id"], set())
        if "kind" not in mine:
            ends = {"value", "low", "high"} if mine & {"value", "low", "high"} else set()
            assert changed <= (mine | ends | {"note"} if mine else set()), row["text"]
    known = {row["fact_id"] for row in rows(archive / "out", "facts")}
    assert [row["text"] for key, row in after.items() if key not in known] == [one.text for one in made if one.text == MISSED][:1]
    assert rows(archive / "out", "reports")[2] == rows(out, "reports")[2]


def assert_same_tables(a: Path, b: Path, names: tuple[str, ...]) -> None:
    for name in names:
        for suffix in ("parquet", "csv"):
            assert (a / f"{name}.{suffix}").read_bytes() == (b / f"{name}.{suffix}").read_bytes(), name


FIGURES = ("files", "reports", "facts", "activities", "cells", "checks", "comparison", "coverage", "per_head", "copies")


# ---------------------------------------------------------------- the workbook


def type_in(archive: Path, workbook: Path, to: Path, made: list[Made]) -> Path:
    """The workbook of a run with the corrections typed into its yellow columns by a person who also adds a column and renames one."""
    book = load_workbook(workbook)
    named: dict[tuple[str, str, str], tuple[str, str]] = {}
    for sheet, _, header, table, column, role in list(book["_columns"].iter_rows(values_only=True))[1:]:
        named[str(table), str(role), str(column)] = str(sheet), str(header)
    shown = {words for _, _, words in book["_codes"].iter_rows(values_only=True)}
    for one in made:
        table, key = ("facts", "fact_id") if one.text else ("reports", "report_id")
        new = next((words for words in shown if words and words == one.new.replace("&", " ")), one.new)
        for role, column, value in (("correction", one.column, new), ("reason", "reason", "核对过")):
            name, header = named[table, role, column]
            sheet = book[name]
            heads = {cell.value: cell.column for cell in sheet[1]}
            place = heads[named[table, "table", key][1]]
            wanted = subject(archive / "out", one)[key]
            (number,) = [cell[0].row for cell in sheet.iter_rows(min_row=2, min_col=place, max_col=place) if cell[0].value == wanted]
            number_or_words = float(value) if value.replace(".", "").isdigit() else value
            sheet.cell(number, heads[header], number_or_words)
    book[named["facts", "table", "fact_id"][0]].insert_cols(2)
    sheet, header = named["reports", "reason", "reason"]
    next(cell for cell in book[sheet][1] if cell.value == header).value = "为什么这样改"
    book.save(to)
    return to


@pytest.fixture(scope="module")
def first(archive: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The workbook with fifty corrections typed in, and the folder of the run that took it."""
    folder = tmp_path_factory.mktemp("first")
    workbook = type_in(archive, archive / "out" / "taizhang.xlsx", folder / "typed.xlsx", TYPED)
    read(archive, folder / "out", workbook)
    return workbook, folder / "out"


def test_they_are_fifty_of_every_sort_that_the_workbook_takes() -> None:
    assert len(TYPED) == len(set(TYPED)) == 50
    assert {one.column for one in TYPED if one.text} == set(typed.FACTS)
    assert {one.column for one in TYPED if not one.text} == set(typed.REPORTS)


def test_what_is_typed_is_applied_and_nothing_else_changes(archive: Path, first: tuple[Path, Path]) -> None:
    assert_all_applied(first[1], TYPED)
    assert_nothing_else_changed(archive, first[1], TYPED)


def test_the_next_workbook_shows_what_was_put_right_and_what_became_of_each(first: tuple[Path, Path]) -> None:
    book = load_workbook(first[1] / "taizhang.xlsx")
    heads = {cell.value: cell.column - 1 for cell in book["更正"][1]}
    told = list(book["更正"].iter_rows(min_row=2, values_only=True))
    assert Counter(row[heads["结果"]] for row in told) == {"已更正": 50}
    facts = {cell.value: cell.column - 1 for cell in book["事实"][1]}
    values = {row[facts["原文"]]: row[facts["数值"]] for row in book["事实"].iter_rows(min_row=2, values_only=True)}
    assert (values["20名"], values["21名"], values["22名"], values["1800余元"]) == (57, 1234.5, None, 1850)
    yellow = [column for name, column in facts.items() if str(name).startswith("更正")]
    assert not [row for row in book["事实"].iter_rows(min_row=2, values_only=True) if any(row[column] for column in yellow)]


def test_the_next_workbook_handed_in_gives_the_same_bytes(archive: Path, first: tuple[Path, Path], tmp_path: Path) -> None:
    read(archive, tmp_path / "again", first[1] / "taizhang.xlsx")
    assert_same_tables(first[1], tmp_path / "again", (*FIGURES, "corrections"))
    assert (first[1] / "taizhang.xlsx").read_bytes() == (tmp_path / "again" / "taizhang.xlsx").read_bytes()


def test_what_is_typed_a_second_time_is_applied_once(archive: Path, first: tuple[Path, Path], tmp_path: Path) -> None:
    twice = type_in(archive, first[1] / "taizhang.xlsx", tmp_path / "twice.xlsx", TYPED)
    read(archive, tmp_path / "again", twice)
    assert Counter(row["outcome"] for row in rows(tmp_path / "again", "corrections")) == {"applied": 50, "no_longer_needed": 50}
    assert_same_tables(first[1], tmp_path / "again", FIGURES)


@pytest.mark.debian
@pytest.mark.slow
@pytest.mark.skipif(shutil.which("soffice") is None, reason="wants libreoffice-calc (tests/debian.txt)")
def test_saved_by_libreoffice_they_are_the_same(archive: Path, first: tuple[Path, Path], tmp_path: Path) -> None:
    profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
    form = "xlsx:Calc MS Excel 2007 XML"
    command = ["soffice", profile, "--headless", "--convert-to", form, "--outdir", str(tmp_path / "saved"), str(first[0])]
    subprocess.run(command, check=True, capture_output=True, timeout=300)
    read(archive, tmp_path / "out", tmp_path / "saved" / "typed.xlsx")
    assert_same_tables(first[1], tmp_path / "out", (*FIGURES, "corrections"))


# ---------------------------------------------------------------- a file


def write(archive: Path, path: Path, made: list[Made]) -> Path:
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, FIELDS)
        writer.writeheader()
        for one in made:
            row = subject(archive / "out", one)
            said = row.get(one.column)
            told = {name: row.get(name, "") if one.text else "" for name in ("text", "sentence", "start")}
            old = "" if said is None else f"{said.normalize():f}" if isinstance(said, Decimal) else str(said)
            new = {"column": one.column, "old": old, "new": one.new, "reason": "核对过"}
            writer.writerow({"source": row["source"], "report_sha256": row["report_id"], **told, **new})
    return path


def test_they_are_fifty_of_every_column_an_added_and_a_removed_figure_among_them() -> None:
    assert len(FILED) == len(set(FILED)) == 50
    assert {one.column for one in FILED if one.text} == set(OF_FACTS)
    assert {one.column for one in FILED if not one.text} == set(OF_REPORTS)
    assert {one.new for one in FILED} >= {"not_a_fact", "none"}
    assert MISSED in {one.text for one in FILED}


def test_what_a_file_says_is_applied_once_however_often_it_is_handed_in(archive: Path, tmp_path: Path) -> None:
    read(archive, tmp_path / "1", write(archive, tmp_path / "c.csv", FILED))
    assert_all_applied(tmp_path / "1", FILED)
    assert_nothing_else_changed(archive, tmp_path / "1", FILED)
    for number, handed_in in ((2, "corrections.csv"), (3, "taizhang.xlsx")):
        read(archive, tmp_path / str(number), tmp_path / str(number - 1) / handed_in)
        assert_same_tables(tmp_path / "1", tmp_path / str(number), (*FIGURES, "corrections"))
