"""Reports as the interpreter hands them over, made from marked sentences, for the tests of what comes behind it.

    read_of('共慰问<count value=75 unit=名 object=职工 indicator=aid.people>75名</count>职工。', town="安海镇", year=2013)

Each line is a block, a line that begins with 一、 a heading above those that follow; sentences end with 。 or the line.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import pyarrow as pa
from marked import Mark, parse

from pipeline.compare import Comparer
from pipeline.days import Calendar
from pipeline.model import (
    QUANTITIES,
    Activity,
    Block,
    Check,
    Document,
    Fact,
    Gap,
    PartialDate,
    Period,
    Place,
    Quantity,
    ReadReport,
    Report,
    Sentence,
)
from pipeline.rulebook import Indicator
from pipeline.tabulate import Tables, Tabulator

UNIT_CLASSES = {
    **dict.fromkeys(("人", "名", "位"), "people"),
    **dict.fromkeys(("家", "间", "个"), "organisations"),
    **dict.fromkeys(("次", "场", "期"), "events"),
    **dict.fromkeys(("件", "起"), "cases"),
    "人次": "visits", "户": "households", "元": "money", "美元": "foreign", "%": "percent", "‰": "percent", "亩": "area",
}  # fmt: skip
INDICATORS = {
    code: Indicator(code, code, code, unit, frozenset(units.split()), how, order)
    for order, (code, unit, units, how) in enumerate(
        [
            ("aid.people", "人", "people", "sum"),
            ("aid.amount", "元", "money", "sum"),
            ("org.members_total", "人", "people", "latest"),
            ("org.members_women", "人", "people", "latest"),
            ("org.joined_rate", "%", "percent", "single"),
            ("meetings.held", "次", "events", "sum"),
        ]
    )
}
CALENDAR = Calendar({"lunar": {"春节": "01-01"}, "solar_term": {"清明": {"month": 4, "c20": 5.59, "c21": 4.81}}})


def read_of(
    marked: str,
    *,
    source: str = "in/a.txt",
    part: int | None = None,
    start: int = 0,
    title: bool = False,
    org: str | None = "union",
    period: str | None = "annual",
    year: int | None = None,
    basis: str = "stated",
    activities: Sequence[Activity] = (),
    checks: Sequence[Check] = (),
    gaps: Sequence[Gap] = (),
    **place: Any,
) -> ReadReport:
    """A report of the marked text, read. `place`: fields of Place."""
    text, marks = parse(marked)
    blocks, sentences = _layout(text)
    report = Report(
        source, part, start, start + len(text), "file", text, text, None if start == 0 else range(start, start + len(text)), (),
        (blocks[0].start, blocks[0].end) if title else None, blocks, sentences,
    )  # fmt: skip
    numbers = {mark.says["id"]: index for index, mark in enumerate(marks) if "id" in mark.says}
    facts = tuple(_fact(mark, sentences, numbers) for mark in marks)
    when = Period(period, year, basis if year else "unknown", place.pop("year_min", year), place.pop("year_max", year))
    return ReadReport(report, facts, tuple(activities), tuple(checks), Place(**place), when, org, gaps=tuple(gaps))


def _layout(text: str) -> tuple[tuple[Block, ...], tuple[Sentence, ...]]:
    blocks: list[Block] = []
    sentences: list[Sentence] = []
    heading: tuple[int, ...] = ()
    at = 0
    for line in text.splitlines(keepends=True):
        end = at + len(line.rstrip("\n"))
        is_heading = line.startswith("一、")
        blocks.append(Block(at, end, at, 0, is_heading, () if is_heading else heading))
        if is_heading:
            heading = (len(blocks) - 1,)
        start = at
        for position in range(at, end):
            if text[position] == "。" or position == end - 1:
                sentences.append(Sentence(start, position + 1, len(blocks) - 1))
                start = position + 1
        at += len(line)
    return tuple(blocks), tuple(sentences)


def _fact(mark: Mark, sentences: Sequence[Sentence], numbers: dict[str, int]) -> Fact:
    says = mark.says
    quantity = date = None
    if mark.kind in QUANTITIES or mark.kind == "duration":
        quantity = Quantity(
            _number(says, "value"), _number(says, "low"), _number(says, "high"), says.get("bound", "="), says.get("unit"), says.get("per"),
            says.get("change"),
        )  # type: ignore[arg-type]  # fmt: skip
    if mark.kind == "date":
        date = PartialDate(says.get("edtf"), says.get("anchor"), says.get("part"), says.get("festival"))
    sentence = next(i for i, s in enumerate(sentences) if s.start <= mark.start < s.end)
    return Fact(
        mark.start,
        mark.end,
        mark.kind,  # type: ignore[arg-type]
        f"test.{mark.kind}",
        quantity,
        date,
        says.get("repaired") == "true",
        says.get("object"),
        status=says.get("status", "done") if mark.kind in QUANTITIES else None,  # type: ignore[arg-type]
        activity=says.get("activity"),
        indicator=says.get("indicator"),
        when=says.get("when"),
        part_of=numbers[says["part_of"]] if "part_of" in says else None,
        sentence=sentence,
    )


def _number(says: dict[str, str], key: str) -> Decimal | None:
    return Decimal(says[key]) if key in says else None


def tables_of(*reads: ReadReport) -> Tables:
    """The tables of a batch of these reports, cells included; each source is one document."""
    tabulator = Tabulator(CALENDAR, UNIT_CLASSES)
    for source in dict.fromkeys(read.report.source for read in reads):
        of_source = [read for read in reads if read.report.source == source]
        text = "".join(read.report.raw for read in of_source)
        tabulator.add(Document(source, text, format="txt", encoding="utf-8", sha256="0", bytes=1), of_source)
    tables = tabulator.tables()
    cells = Comparer(INDICATORS, UNIT_CLASSES).report_cells(tables["reports"], tables["facts"], tabulator.gaps)
    return {**tables, "cells": cells}


def cell(tables: Tables, indicator: str, row: int = 0) -> dict[str, Any]:
    """The cell of the report in row `row`."""
    report_id = tables["reports"]["report_id"][row].as_py()
    found: list[dict[str, Any]] = [c for c in tables["cells"].to_pylist() if (c["report_id"], c["indicator"]) == (report_id, indicator)]
    assert len(found) == 1
    return found[0]


def rows(table: pa.Table) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = table.to_pylist()
    return found
