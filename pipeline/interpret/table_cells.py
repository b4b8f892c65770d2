"""What the heads of a table say of the figures below them: status, time, whether it is a share or a difference, and what is counted."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import msgspec
import regex

from pipeline.interpret.frames import Found
from pipeline.interpret.values import Values
from pipeline.model import QUANTITIES, Change, Fact, PartialDate, Report, Scope, Status
from pipeline.rulebook import Rulebook
from pipeline.text_tables import FEWEST_ROWS, LONGEST_LABEL, Row, Span, TableFinder, TextTable

LAST_YEAR: Scope = "last_year"
_YEAR = 4
_MINUS = frozenset("-−")


class Reading(msgspec.Struct, frozen=True, gc=False):
    """What one cell's place says; what it does not say is None."""

    label: Span
    """The row's label, without what only leads to it."""
    named: Span | None
    """The words of the head that say what is counted, where they do."""
    status: Status | None = None
    scope: Scope | None = None
    change: Change | None = None
    date: PartialDate | None = None
    share: bool = False
    """A share of the task and no figure of the work itself: it fills no cell."""


@dataclass(frozen=True, slots=True)
class _Head:
    """What the head of a column says."""

    named: Span | None
    status: Status | None
    scope: Scope | None
    date: PartialDate | None
    share: bool
    changes: bool
    down: bool


class TableReader:
    """Reads the tables of reports by tables.toml. Built once; holds no state of a report."""

    def __init__(self, rulebook: Rulebook) -> None:
        self._finder = TableFinder(rulebook)
        heads, rows = rulebook.table("tables")["heads"], rulebook.table("tables")["rows"]
        self._says: Mapping[str, regex.Pattern[str]] = {
            name: rulebook.compile(heads[name], f"rules/tables.toml: {name}")
            for name in ("plan", "done", "last_year", "share", "change", "down")
        }
        filler = f"(?: {heads['plain']} | {heads['dates']} | \\( [^()]* \\)? | [^\\p{{Han}}] )+"
        self._plain = rulebook.compile(filler, "rules/tables.toml: plain")
        self._run = rulebook.compile(rulebook.table("tables")["run_together"], "rules/tables.toml: run_together")
        self._run_label = rulebook.compile(rulebook.table("tables")["run_label"], "rules/tables.toml: run_label")
        self._unit = rulebook.compile(rulebook.table("tables")["unit_in_brackets"], "rules/tables.toml: unit_in_brackets")
        self._lead = rulebook.compile(f"{rows['lead']} \\s*", "rules/tables.toml: lead")

    def read(self, report: Report, values: Values) -> dict[int, Reading]:
        """The readings of the figures that stand in tables, by the index of their mention."""
        readings: dict[int, Reading] = {}
        starts = [mention.start for mention in values.mentions]
        for table in (*self._finder.find(report.text), *self._run_together(report.text, values, starts)):
            heads = self._heads(table, report.text, values, starts)
            for row in table.rows:
                readings |= self._of_row(row, heads, report.text, values, starts)
        return readings

    def _of_row(self, row: Row, heads: Sequence[_Head], text: str, values: Values, starts: Sequence[int]) -> dict[int, Reading]:
        lead = self._lead.match(text, *row.label)
        unit = self._unit.search(text, *row.label)
        label = (lead.end() if lead else row.label[0], unit.start() if unit else row.label[1])
        found = {}
        for column, cell in row.cells.items():
            for index in _inside(values, starts, cell):
                if values.mentions[index].kind in QUANTITIES:
                    found[index] = _reading(label, heads[column], text[cell[0]])
        return found

    def _run_together(self, text: str, values: Values, starts: Sequence[int]) -> Iterator[TextTable]:
        """Tables whose cells ran together on one line: 项目目标数完成数完成率1建会10家12家120%2….

        A row is a label and right behind it as many figures side by side as there are heads of figures; other figures are notes.
        """
        for match in self._run.finditer(text):
            heads = match.spans("head")
            end = text.find("\n", match.end())
            inside = _inside(values, starts, (match.end(), end if end >= 0 else len(text)))
            rows = [
                row for group in _side_by_side(values, inside) if len(group) == len(heads) and (row := self._run_row(text, group, values))
            ]
            if len(rows) >= FEWEST_ROWS:
                yield TextTable(tuple(heads), tuple(rows), (0, 0))

    def _run_row(self, text: str, group: Sequence[int], values: Values) -> Row | None:
        """The row of figures that stand side by side, where a label stands before them."""
        cells = {column: (values.mentions[index].start, values.mentions[index].end) for column, index in enumerate(group)}
        first = cells[0][0]
        label = self._run_label.search(text, max(0, first - LONGEST_LABEL), first)
        return Row(None, label.span("label"), cells) if label else None

    def _heads(self, table: TextTable, text: str, values: Values, starts: Sequence[int]) -> list[_Head]:
        heads = [self._head(span, text, values, starts) for span in table.heads]
        years = {head.date.edtf for head in heads if head.date is not None and _is_year(head.date)}
        latest = max(filter(None, years), default=None)
        return [_earlier(head) if head.date is not None and _is_year(head.date) and head.date.edtf != latest else head for head in heads]

    def _head(self, span: Span, text: str, values: Values, starts: Sequence[int]) -> _Head:
        words = text[slice(*span)]
        says = {name: pattern.search(words) is not None for name, pattern in self._says.items()}
        date = next((values.dates[index] for index in _inside(values, starts, span) if values.dates[index] is not None), None)
        changes = says["change"] and not says["share"]
        last = says["last_year"] and not changes
        status: Status | None = "plan" if says["plan"] and not (says["share"] or says["done"]) else None
        if status is None and (says["done"] or says["share"] or last or changes):
            status = "done"
        return _Head(
            None if says["share"] or changes else self._named(span, text), status, LAST_YEAR if last else None,
            date, says["share"], changes, says["down"],
        )  # fmt: skip

    def _named(self, span: Span, text: str) -> Span | None:
        """The longest words of a head that are no filler: 慰问户数 of 全年慰问户数(户); None where all is filler."""
        left, at = [], span[0]
        for match in self._plain.finditer(text, *span):
            if match.start() == span[0] or match.end() == span[1] or not _is_inside_word(text, match):
                left.append((at, match.start()))
                at = match.end()
        left.append((at, span[1]))
        longest = max(left, key=lambda words: words[1] - words[0])
        return longest if longest[1] - longest[0] > 1 else None


def _is_inside_word(text: str, match: regex.Match[str]) -> bool:
    """Whether what was found is a single character, a part of a longer word: 年 in 青年节目."""
    return match.end() - match.start() == 1 and "\u3400" <= text[match.start()] <= "\u9fff"


def _inside(values: Values, starts: Sequence[int], span: Span) -> list[int]:
    """The mentions within a cell, by their index. `starts`: where all of them begin, in order."""
    first, behind = bisect_left(starts, span[0]), bisect_left(starts, span[1])
    return [index for index in range(first, behind) if values.mentions[index].end <= span[1]]


def _side_by_side(values: Values, indices: Sequence[int]) -> Iterator[list[int]]:
    """The quantities among some mentions, those together between which nothing stands."""
    group: list[int] = []
    for index in indices:
        mention = values.mentions[index]
        if mention.kind not in QUANTITIES:
            continue
        if group and values.mentions[group[-1]].end != mention.start:
            yield group
            group = []
        group.append(index)
    if group:
        yield group


def _is_year(date: PartialDate) -> bool:
    return date.edtf is not None and len(date.edtf) == _YEAR and date.edtf.isdecimal()


def _earlier(head: _Head) -> _Head:
    """The head of a year before the latest one of the table."""
    return _Head(head.named, head.status, LAST_YEAR, head.date, head.share, head.changes, head.down)


def _reading(label: Span, head: _Head, first: str) -> Reading:
    change: Change | None = None
    if head.changes:
        change = "down" if head.down or first in _MINUS else "up"
    return Reading(label, head.named, head.status, head.scope, change, head.date, head.share)


def counted(reading: Reading, found: Found | None, report: Report) -> tuple[str, Span] | None:
    """What a figure of a table counts: the head's words, else the object found in the row's label, else the label."""
    span = reading.named
    if span is None and found is not None and reading.label[0] <= found.start < reading.label[1]:
        return None
    span = span or reading.label
    return (report.raw_text(*span), span) if span[0] < span[1] else None


def placed(fact: Fact, reading: Reading | None, found: Found | None, report: Report) -> Fact:
    """The fact as its place in a table says; unchanged where it stands in none."""
    if reading is None or fact.quantity is None:
        return fact
    quantity = fact.quantity
    if reading.change is not None and quantity.change is None:
        quantity = msgspec.structs.replace(quantity, change=reading.change)
    changed = msgspec.structs.replace(fact, quantity=quantity, status=reading.status or fact.status, scope=reading.scope or fact.scope)
    if reading.date is not None:
        changed = msgspec.structs.replace(changed, when=reading.date.edtf, when_anchor=reading.date.anchor)
    named = counted(reading, found, report)
    return changed if named is None else msgspec.structs.replace(changed, object=named[0], object_span=named[1])
