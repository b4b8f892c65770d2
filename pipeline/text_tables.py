"""Tables in running text, found by their form: a head line of words, then lines with as many cells, parted by tabs or runs of blanks.

Typists draw tables so, and the readers of documents and spreadsheets write them so. Where single blanks part the cells, a head must name
a column of figures and a row may hold nothing else behind its label (项目 上年同期 本期). Here stands where the cells are and in which
unit a bare figure counts; what the heads say of a figure's meaning is read by `interpret.table_cells`. All spans are local to the text.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import msgspec
import regex

from pipeline.model import Mention
from pipeline.rulebook import Rulebook

Span = tuple[int, int]

FEWEST_CELLS = 3
FEWEST_ROWS = 2
LONGEST_HEAD = 16
"""Characters of the head of a column; what is longer is a sentence."""
LONGEST_NARROW_LINE = 80
"""Characters of a line whose cells single blanks part; what is longer is prose."""
LONGEST_FIGURE = 16
LONGEST_LABEL = 40
ROW_NUMBER = "table.row_number"
FIGURE = "table.figure"
_GAP = regex.compile(r"[ \u3000]{2,}")
_BLANKS = regex.compile(r"[ \t\u3000]+")
_FIGURE = regex.compile(r"[+＋\-−]?\s?(?P<number>\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?)")
_DIGIT = regex.compile(r"\d")
_WORD = regex.compile(r"[\p{Han}A-Za-z]|(?:19|20)\d\d")
_SENTENCE_MARKS = frozenset("\N{IDEOGRAPHIC FULL STOP};!?")
_PROSE_MARKS = _SENTENCE_MARKS | frozenset(":\N{IDEOGRAPHIC COMMA}")


class Row(msgspec.Struct, frozen=True, gc=False):
    """A line of a table: its number in front, its label, and its other cells by the index of their column."""

    number: Span | None
    label: Span
    cells: dict[int, Span]


@dataclass(frozen=True, slots=True)
class TextTable:
    """Heads of all columns (that of the labels included) and the rows; `above`: the line before the head."""

    heads: tuple[Span, ...]
    rows: tuple[Row, ...]
    above: Span


def cells_of(text: str, start: int, end: int) -> list[Span]:
    """The cells of the line [start, end), without the blanks around them; a single one where nothing parts it.

    Between tabs a cell can be empty (its span is too), between runs of blanks it cannot.
    """
    cells: list[Span] = []
    if "\t" in text[start:end].strip(" "):
        first = start
        while first <= end:
            last = text.find("\t", first, end)
            last = end if last < 0 else last
            cells.append(_bare(text, first, last))
            first = last + 1
        return cells
    first, last = _bare(text, start, end)
    at = first
    for gap in _GAP.finditer(text, first, last):
        cells.append((at, gap.start()))
        at = gap.end()
    return [*cells, (at, last)] if last > first else []


def narrow_cells_of(text: str, start: int, end: int) -> list[Span]:
    """The cells of a line that single blanks part; empty where it is too long for a row or reads like prose."""
    if end - start > LONGEST_NARROW_LINE or not _PROSE_MARKS.isdisjoint(text[start:end]):
        return []
    at, last = _bare(text, start, end)
    cells: list[Span] = []
    for gap in _BLANKS.finditer(text, at, last):
        cells.append((at, gap.start()))
        at = gap.end()
    return [*cells, (at, last)] if last > at else []


def is_row(line: str) -> bool:
    """Whether a line has the form of a table's: some short cells and no sentence in them."""
    if "\t" not in line and "  " not in line:
        return False
    cells = cells_of(line, 0, len(line))
    return len(cells) >= FEWEST_CELLS and max(b - a for a, b in cells) <= LONGEST_LABEL and _SENTENCE_MARKS.isdisjoint(line)


def _bare(text: str, start: int, end: int) -> Span:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return start, end


class TableFinder:
    """Finds the tables of a text and the units of their bare figures, by tables.toml. Built once; holds no state of a text."""

    def __init__(self, rulebook: Rulebook) -> None:
        table = rulebook.table("tables")

        def compiled(pattern: str, name: str) -> regex.Pattern[str]:
            return rulebook.compile(pattern, f"rules/tables.toml: {name}")

        self._number = compiled(table["number"], "number")
        self._unit_column = compiled(table["unit_column"], "unit_column")
        self._unit_above = compiled(table["unit_above"], "unit_above")
        self._said_units = tuple(compiled(table[name], name) for name in ("unit_in_brackets", "unit_of_noun"))
        self._unit_cell = compiled(table["unit_alone"], "unit_alone")
        self._dates = compiled(table["heads"]["dates"], "dates")
        self._empty = compiled(table["rows"]["empty"], "empty")
        figures = " | ".join(table["heads"][name] for name in ("plan", "done", "last_year", "share", "of_figures"))
        self._of_figures = compiled(figures, "heads of figures")
        self._figure = compiled(table["rows"]["figure"], "figure")
        self._among = compiled(table["rows"]["among"], "among")
        self._money = frozenset(word for word, unit in rulebook.units.items() if unit.unit_class == "money")
        self._percent = frozenset(word for word, unit in rulebook.units.items() if unit.unit_class == "percent")

    def find(self, text: str) -> tuple[TextTable, ...]:
        """The tables of `text`, in order."""
        return tuple(self._tables(text)) if "\t" in text or " " in text else ()

    def mentions(self, text: str) -> Iterator[Mention]:
        """The numbers of rows as markers, and the bare figures that a head, a label or a cell of its own gives a unit."""
        for table in self.find(text):
            whole: dict[str, Span] | None = None
            for row in table.rows:
                if row.number is not None:
                    yield Mention(*row.number, "marker", ROW_NUMBER, "")
                told = self._said(text, row.label)
                if not self._among.match(text, *row.label):
                    whole = told
                yield from self._figures(text, table, row, told or whole)

    # ---------------------------------------------------------------- the form

    def _tables(self, text: str) -> Iterator[TextTable]:
        lines = list(_lines(text))
        place = 0
        while place < len(lines):
            if not _may_be_head(text, *lines[place]):
                place += 1
                continue
            heads, narrow = self._heads(text, lines[place]), False
            if not heads:
                heads, narrow = self._narrow_heads(text, lines[place]), True
            if not heads:
                place += 1
                continue
            rows, after = self._rows(text, lines, place + 1, heads, narrow=narrow)
            if sum(bool(row.cells) for row in rows) >= FEWEST_ROWS:
                yield TextTable(tuple(heads), tuple(rows), lines[place - 1] if place else (0, 0))
                place = after
            else:
                place += 1

    def _heads(self, text: str, line: Span) -> list[Span]:
        """The heads of a head line: short words without figures other than dates; empty where it is none."""
        if not is_row(text[slice(*line)]):
            return []
        return self._as_heads(text, cells_of(text, *line))

    def _narrow_heads(self, text: str, line: Span) -> list[Span]:
        """The heads of a head line that single blanks part; one of them must say that figures stand below it."""
        heads = narrow_cells_of(text, *line)
        if len(heads) < FEWEST_CELLS or not any(self._of_figures.search(text, *head) for head in heads[1:]):
            return []
        return self._as_heads(text, heads)

    def _as_heads(self, text: str, heads: list[Span]) -> list[Span]:
        words = [text[a:b] for a, b in heads]
        fits = all(len(word) <= LONGEST_HEAD and _WORD.search(word) for word in words[1:]) and len(words[0]) <= LONGEST_HEAD
        return heads if fits and not any(_DIGIT.search(self._dates.sub("", word)) for word in words) else []

    def _rows(self, text: str, lines: Sequence[Span], place: int, heads: Sequence[Span], *, narrow: bool) -> tuple[list[Row], int]:
        """The rows below a head line, and the first line behind them."""
        rows: list[Row] = []
        heads_of, parted = (self._narrow_heads, narrow_cells_of) if narrow else (self._heads, cells_of)
        while place < len(lines) and not heads_of(text, lines[place]):
            row = self._row(text, parted(text, *lines[place]), heads)
            if row is None or (narrow and not self._holds_figures(text, row)):
                break
            rows.append(row)
            place += 1
        return rows, place

    def _row(self, text: str, cells: list[Span], heads: Sequence[Span]) -> Row | None:
        number = None
        numbered = self._number.fullmatch(text, *heads[0]) is not None
        if cells and (numbered or len(cells) == len(heads) + 1):
            if not text[slice(*cells[0])].isdecimal():
                return None
            number = cells[0]
            cells = cells if numbered else cells[1:]
        tabbed = len(cells) > 1 and "\t" in text[cells[0][1] : cells[1][0]]
        if len(cells) != len(heads) and not (tabbed and 1 + numbered < len(cells) < len(heads)):
            return None
        label = cells[int(numbered)]
        if label[1] - label[0] > LONGEST_LABEL or _FIGURE.fullmatch(text, *label):
            return None
        found = {i: cell for i, cell in enumerate(cells) if i > numbered and not self._empty.fullmatch(text, *cell)}
        return Row(number, label, found)

    def _holds_figures(self, text: str, row: Row) -> bool:
        """Whether all cells behind the label are figures: of a line that single blanks part nothing else tells that it is a row."""
        return all(self._figure.fullmatch(text, *cell) for cell in row.cells.values())

    # ---------------------------------------------------------------- units

    def _said(self, text: str, words: Span) -> dict[str, Span] | None:
        """The measure word that a head or a label says."""
        found = (match for pattern in self._said_units if (match := pattern.search(text, *words)))
        return next((_groups(match) for match in found), None)

    def _figures(self, text: str, table: TextTable, row: Row, told: dict[str, Span] | None) -> Iterator[Mention]:
        """The bare figures of a row; `told`: the measure word of its label, or for one that begins with 其中 of the whole above it."""
        for column, cell in row.cells.items():
            figure = _FIGURE.fullmatch(text, *cell)
            unit = figure and self._unit(text, table, row, column, told)
            if figure and unit:
                word = text[slice(*unit["unit"])]
                kind = "money" if word in self._money else "rate" if word in self._percent else "count"
                groups = {"number": figure.span("number"), **unit}
                yield Mention(*figure.span("number"), kind, FIGURE, "quantity", groups)  # type: ignore[arg-type]

    def _unit(self, text: str, table: TextTable, row: Row, column: int, told: dict[str, Span] | None) -> dict[str, Span] | None:
        """Where the unit of a bare figure stands: in the head, in the label, in a column of units, above the table."""
        if unit := self._said(text, table.heads[column]) or told:
            return unit
        for place, cell in row.cells.items():
            if self._unit_column.fullmatch(text, *table.heads[place]) and (match := self._unit_cell.fullmatch(text, *cell)):
                return _groups(match)
        above = self._unit_above.search(text, *table.above)
        return _groups(above) if above else None


def _groups(match: regex.Match[str]) -> dict[str, Span]:
    return {name: span for name in match.groupdict() if (span := match.span(name))[0] < span[1]}


def _may_be_head(text: str, start: int, end: int) -> bool:
    """Whether a line has the blanks that part the fewest cells: most lines have none, and counting them costs least."""
    return text.count(" ", start, end) + text.count("\t", start, end) + text.count("\u3000", start, end) >= FEWEST_CELLS - 1


def _lines(text: str) -> Iterator[Span]:
    """The lines that are not blank."""
    start = 0
    while start < len(text):
        end = text.find("\n", start)
        end = len(text) if end < 0 else end
        if text[start:end].strip():
            yield start, end
        start = end + 1
