"""The program as a library: a text in, its facts out; `pipeline` hands these functions on."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import structs

from pipeline.model import Cue, Document, Fact, ReadReport, Report

if TYPE_CHECKING:
    import pandas as pd

    from pipeline.stages import Tools


def tools(rules: Path | None = None) -> Tools:
    """The stages with their rules. The first call takes about two seconds, further ones by the same rules none."""
    from pipeline.machinery import Settings
    from pipeline.stages import Tools

    return Tools(Settings(rules))


def extract(text: str, *, rules: Path | None = None) -> list[Fact]:
    """Every numeral and date word of `text`, in order, labels included; `text[fact.start:fact.end]` is what was read.

    `text` is one report or several, or a sentence; `rules` a folder of own rules over the shipped ones. Values are exact decimals in
    `fact.quantity` (money in 元, rates in percent) or EDTF in `fact.date`; `part_of` is an index into the list. Never raises for what
    the text holds; RuleError for rules that cannot be used.

    >>> text = "慰问困难职工75名"
    >>> [(text[fact.start : fact.end], fact.quantity.value, fact.object) for fact in extract(text)]
    [('75名', Decimal('75'), '困难职工')]
    """
    facts: list[Fact] = []
    for read in tools(rules).read(Document("text", text)):
        first = len(facts)
        facts += [_at_source(fact, read.report, first) for fact in read.facts]
    return facts


def _at_source(fact: Fact, report: Report, first: int) -> Fact:
    """The fact with its offsets counted in the text that was given, and `part_of` in the list of all its facts."""
    start, end = report.raw_span(fact.start, fact.end)
    return structs.replace(
        fact,
        start=start,
        end=end,
        object_span=None if fact.object_span is None else report.raw_span(*fact.object_span),
        part_of=None if fact.part_of is None else first + fact.part_of,
        cues=tuple(_cue_at_source(cue, report) for cue in fact.cues),
    )


def _cue_at_source(cue: Cue, report: Report) -> Cue:
    return Cue(cue.rule, *report.raw_span(cue.start, cue.end)) if cue.end > cue.start else cue


def extract_frame(frame: pd.DataFrame, text: str = "text", *, rules: Path | None = None) -> pd.DataFrame:
    """The facts of all texts in the column `text` of `frame`: columns as in the table `facts`, one row per fact.

    The index says which row of `frame` a fact comes from; `start` and `end` count in that row's text. Numbers are Arrow decimals. Rows
    without text have no facts. Raises KeyError where there is no such column.

    >>> import pandas as pd
    >>> frame = pd.DataFrame({"正文": ["慰问困难职工75名", "没有数字"]}, index=["甲镇", "乙镇"])
    >>> extract_frame(frame, text="正文")[["text", "value", "unit"]]
        text      value unit
    甲镇  75名  75.000000    名
    """
    import pandas as pd
    import pyarrow as pa

    from pipeline.tabulate import Tabulator

    reader = tools(rules)
    tabulator = Tabulator(reader.machinery.calendar, reader.machinery.unit_classes)
    positions: list[int] = []
    for position, content in enumerate(frame[text].to_list()):
        document = Document(str(position), content if isinstance(content, str) else "")
        reads: list[ReadReport] = reader.read(document)
        tabulator.add(document, reads)
        positions += [position] * sum(len(read.facts) for read in reads)
    facts: pa.Table = tabulator.tables()["facts"]
    found: pd.DataFrame = facts.to_pandas(types_mapper=pd.ArrowDtype)
    return found.set_axis(frame.index.take(positions), axis=0)
