"""Closing parts, and parts of background figures."""

from __future__ import annotations

import pytest

from pipeline.interpret.parts import PartReader
from pipeline.model import Document, Report
from pipeline.rulebook import load
from pipeline.stages import Tools


@pytest.fixture(scope="module")
def reader() -> PartReader:
    return PartReader(load())


def _report(text: str, tools: Tools) -> Report:
    (read,) = tools.read(Document("report", text))
    return read.report


def _closing(text: str, tools: Tools, reader: PartReader) -> list[str]:
    report = _report(text, tools)
    return [report.text[s.start : s.end].strip() for i, s in enumerate(report.sentences) if i in reader.closing(report)]


def test_a_closing_part_has_its_list_in_it(tools: Tools, reader: PartReader) -> None:
    text = "一、女职工工作\n组织女职工体检80人。\n虽然做了一些工作,但还有差距:一是专职干部仅2人;二是活动少。\n二、困难帮扶\n慰问20户。\n"
    found = "".join(_closing(text, tools, reader))
    assert "专职干部仅2人" in found and "活动少" in found
    assert "体检" not in found and "慰问" not in found


def test_an_outlook_closes_behind_the_last_heading_only(tools: Tools, reader: PartReader) -> None:
    text = "一、组织建设\n新建工会9家。\n明年,我们将新建工会6家。\n二、困难帮扶\n慰问20户。\n明年,我们将培训职工300人。\n"
    assert _closing(text, tools, reader) == ["明年,我们将培训职工300人。"]


@pytest.mark.parametrize("heading", ["一、基本情况", "一、机构和职责", "一、辖区情况", "一、我院概况"])
def test_background(heading: str, tools: Tools, reader: PartReader) -> None:
    report = _report(f"{heading}\n现有职工9人。\n二、主要工作情况\n走访群众30户。\n", tools)
    told = [report.text[report.blocks[i].start : report.blocks[i].end].strip() for i in sorted(reader.background(report))]
    assert told == [heading, "现有职工9人。"]
