"""The sheet 对比: a row per town, period and organisation, an indicator in each column, each figure linked to the facts behind it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

import pyarrow as pa

from pipeline.rulebook import Indicator
from pipeline.schema import COMPARISON_LEAD, Column
from pipeline.write.workbook import book as books
from pipeline.write.workbook.book import A3, LINK, Book, Field, Link, Place, Sheet
from pipeline.write.workbook.cells import fitting, number_format, range_format, safe_text, write_number
from pipeline.write.workbook.evidence import Cell, Cells
from pipeline.write.workbook.table import LIST_JOINT, SAMPLE_ROWS, Words

FRONT = ("label", "county", "year", "period", "org")
"""Stand before the indicators; the other columns that name the row stand behind them."""
SHORT = ("county", "year", "period", "org")
"""Never cut: 科尔沁右翼中旗, 2006–2007 beside a neighbour would read as something else."""
BOUND_SUFFIX = "__bound"
COLOURS: Mapping[str, Mapping[str, Any]] = {
    "value": {"bg_color": "#EAF3E6"},
    "conflict": {"bg_color": "#F4B183"},
    "masked": {"bg_color": "#BFBFBF", "fg_color": "#F2F2F2", "pattern": 4},
    "plan_only": {"bg_color": "#BDD7EE", "fg_color": "#FFFFFF", "pattern": 13},
    "not_mentioned": {"bg_color": "#F7F7F7"},
}
"""Fill by state; hatched where there is no figure, so that a black-and-white print tells them apart too."""
GRID = {"border": 1, "border_color": "#D9D9D9"}
FIGURE_WIDTH = 12
PAGES_WIDE = 3
ROW = "row"


class ComparisonSheet:
    """What the sheet is made from. `money`: word and divisor of the unit that money is shown in."""

    def __init__(
        self,
        book: Book,
        words: Words,
        indicators: Mapping[str, Indicator],
        table: pa.Table,
        cells: Cells,
        money: tuple[str, Decimal],
    ) -> None:
        self.book = book
        self.words = words
        self.indicators = indicators
        self.table = table
        self.cells = cells
        self.money = money
        self.units = words.labels.section("units")
        self.front = [column for name in FRONT for column in COMPARISON_LEAD if column.name == name]
        self.back = [column for column in COMPARISON_LEAD if column.name not in FRONT]

    def fields(self) -> list[Field]:
        """The columns in order: the row's number, what names the row, the indicators, the rest of what names it."""
        number = Field(ROW, self.words.labels("workbook", "row"), "row")
        figures = [Field(code, f"{self.words.labels.indicator(code)}\n({self._unit(code)[0]})") for code in self.indicators]
        return [number, *map(self._lead_field, self.front), *figures, *map(self._lead_field, self.back)]

    def _lead_field(self, column: Column) -> Field:
        return Field(column.name, self.words.header(column))

    def _unit(self, code: str) -> tuple[str, Decimal]:
        """How the unit is called in the header, and what its figures are divided by."""
        unit = self.indicators[code].unit
        return self.money if self.words.unit_class.get(unit) == "money" else (self.units.get(unit, unit), Decimal(1))

    def places(self) -> dict[tuple[int, str], Place]:
        """Where each cell of the comparison stands, by row and indicator; the place's row alone, for a link leads to the row."""
        return {key: self._place(key[0]) for key in self.cells}

    def _place(self, row: int) -> Place:
        return Place(self.book.sheet_name("comparison", row // books.SHEET_ROWS + 1), row % books.SHEET_ROWS + 1)

    def write(self, facts: Mapping[str, Place], reports: Mapping[str, Place]) -> list[Sheet]:
        """Write the rows on one sheet or more. `facts` and `reports`: where their rows stand, by id."""
        fields = self.fields()
        labels_linked = len(self.cells) + self.table.num_rows <= books.SHEET_LINKS
        sheets = []
        for number, start in enumerate(range(0, max(self.table.num_rows, 1), books.SHEET_ROWS), start=1):
            part = self.table.slice(start, books.SHEET_ROWS)
            sheet = self.book.sheet("comparison", number, "comparison")
            self.book.head(sheet, fields, part.num_rows, frozen=2, height=48)
            self.book.print_setup(sheet, A3, PAGES_WIDE)
            sheet.cells.repeat_columns(0, len(self.front))
            self._widths(sheet, part, fields)
            self._rows(sheet, part, start, facts, reports if labels_linked else {})
            sheets.append(sheet)
        return sheets

    def _widths(self, sheet: Sheet, part: pa.Table, fields: Sequence[Field]) -> None:
        step = max(1, part.num_rows // SAMPLE_ROWS)
        sample = part.take(pa.array(range(0, part.num_rows, step), pa.int64()))
        for position, item in enumerate(fields):
            if item.name in self.indicators:
                wide = max(FIGURE_WIDTH, fitting(item.header, []))
            else:
                texts = (
                    [] if item.role == "row" else [text for text in self._lead(item.name, part if item.name in SHORT else sample) if text]
                )
                wide = fitting(item.header, texts, 1) if item.name in SHORT else fitting(item.header, texts)
            sheet.cells.set_column(position, position, wide)

    def _lead(self, name: str, part: pa.Table) -> list[str | None]:
        word = self.words.of(name)
        return [_text(value, word) for value in part[name].to_pylist()]

    def _rows(self, sheet: Sheet, part: pa.Table, start: int, facts: Mapping[str, Place], reports: Mapping[str, Place]) -> None:
        front = [self._lead(column.name, part) for column in self.front]
        back = [self._lead(column.name, part) for column in self.back]
        figures = [(code, part[code].to_pylist(), self._bounds(part, code)) for code in self.indicators]
        behind = part["report_ids"].to_pylist()
        first_figure, first_back = 1 + len(front), 1 + len(front) + len(figures)
        for index in range(part.num_rows):
            row = index + 1
            sheet.cells.write_number(row, 0, start + row, self.book.format(font_color="#7F7F7F", align="center"))
            self._label(sheet, row, front[0][index], reports.get(next(iter(behind[index]), "")))
            self._texts(sheet, row, 2, [texts[index] for texts in front[1:]])
            for position, (code, values, bounds) in enumerate(figures, start=first_figure):
                self._figure(sheet, (row, position), code, values[index], bounds[index], (start + index, facts, reports))
            self._texts(sheet, row, first_back, [texts[index] for texts in back])

    def _bounds(self, part: pa.Table, code: str) -> Sequence[str | None]:
        name = code + BOUND_SUFFIX
        return part[name].to_pylist() if name in part.column_names else ["="] * part.num_rows

    def _label(self, sheet: Sheet, row: int, text: str | None, place: Place | None) -> None:
        look = self.book.format(bold=True, **(LINK if place else {}))
        sheet.link(row, 1, place.link(self.words.labels("workbook", "to_report")) if place else None, look)
        if text is not None:
            sheet.cells.write_string(row, 1, text, look)

    def _texts(self, sheet: Sheet, row: int, first: int, texts: Sequence[str | None]) -> None:
        for position, text in enumerate(texts, start=first):
            if text is None:
                continue
            if text.isascii() and text.isdigit() and len(text) == 4:  # a year is a number, so that it sorts and filters as one
                sheet.cells.write_number(row, position, int(text), self.book.format(num_format="0", align="center"))
            else:
                sheet.cells.write_string(row, position, text)

    def _figure(
        self,
        sheet: Sheet,
        at: tuple[int, int],
        code: str,
        value: Decimal | None,
        bound: str | None,
        behind: tuple[int, Mapping[str, Place], Mapping[str, Place]],
    ) -> None:
        number, facts, reports = behind
        cell = self.cells.get((number, code))
        link = self._link(code, number, cell, facts, reports) if cell else None
        look = self.book.format(
            num_format=self._number_format(code, value, bound or "=", cell),
            **GRID,
            **COLOURS[cell.state if cell else "not_mentioned"],
            **(LINK if link else {}),
        )
        sheet.link(*at, link, look)
        if value is None:
            sheet.cells.write_blank(*at, None, look)
        else:
            write_number(sheet.cells, *at, value / self._unit(code)[1], look)

    def _number_format(self, code: str, value: Decimal | None, bound: str, cell: Cell | None) -> str:
        unit, scale = self.indicators[code].unit, self._unit(code)[1]
        unit_class = self.words.unit_class.get(unit)
        shown = None if value is None else value / scale
        if cell is not None and shown is not None and cell.high is not None and bound == ">=" and cell.low == value != cell.high:
            both_ends = range_format(shown, cell.high / scale, unit, unit_class)
            if self.book.has_room_for(both_ends):
                return both_ends
        return number_format(shown, unit, unit_class, bound)

    def _link(self, code: str, number: int, cell: Cell, facts: Mapping[str, Place], reports: Mapping[str, Place]) -> Link | None:
        """To the first fact behind the cell, and the words by which the others are found; to the report where there is no fact."""
        labels = self.words.labels
        shown = [fact_id for fact_id in cell.fact_ids if fact_id in facts]
        if not shown:
            place = reports.get(cell.report_id)
            return place.link(labels("workbook", "to_report")) if place else None
        if len(shown) == 1:
            return facts[shown[0]].link(labels("workbook", "one_fact"))
        return facts[shown[0]].link(labels("workbook", "more_facts", count=len(shown), cell=cell_key(self.words, number, code)))


def cell_key(words: Words, number: int, code: str) -> str:
    """How a cell of the comparison is called on the other sheets; it stays true when rows are sorted. `number` counts rows from 0."""
    return words.labels("workbook", "cell_key", row=number + 1, indicator=words.labels.indicator(code))


def _text(value: Any, word: Any) -> str | None:
    if value is None or value == []:
        return None
    if isinstance(value, list):
        return safe_text(LIST_JOINT.join(value))
    return safe_text(word(value) if word else value)
