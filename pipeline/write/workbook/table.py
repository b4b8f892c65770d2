"""A table as a sheet, row by row: codes in words, numbers with formats, dates as dates, links, and as many sheets as its rows need."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import pyarrow as pa

from pipeline.labels import Labels
from pipeline.rulebook import Rulebook
from pipeline.schema import Column
from pipeline.write.workbook import book as books
from pipeline.write.workbook.book import LINK, Book, Field, Link, Sheet
from pipeline.write.workbook.cells import fitting, lines_of, number_format, safe_text, write_date, write_number

SLICE = 8_192
"""Rows that are Python objects at a time."""
SAMPLE_ROWS = 400
LIST_JOINT = ";"
BOUND_SUFFIX = "_bound"
NUMBER_WIDTH, OFFSET_WIDTH, DATE_WIDTH = 11, 6, 11
LINE_HEIGHT, MAX_LINES = 15, 8
NUMBER = {"align": "right", "indent": 1}
"""Keeps a number off the text of the next column."""
YEARS = frozenset({"year", "year_min", "year_max"})
DATE_FORMAT = "yyyy-mm-dd"
TINTS: Mapping[tuple[str, str], str] = {
    ("verdict", "fails"): "#F8CBAD",
    ("verdict", "holds"): "#E2F0D9",
    ("verdict", "holds_within_bounds"): "#E2F0D9",
    **{("status", code): "#F8CBAD" for code in ("unreadable", "refused", "empty")},
    **{(name, code): "#FFE699" for name in ("place_basis", "year_basis") for code in ("unknown", "conflict")},
}
"""Codes that a reader should not overlook, by column."""
_MONTHS = re.compile(r"(\d+)_months")
Painter = Callable[[Sheet, int, int], None]
"""Writes the value at an index of the slice into a row of the sheet."""


class Words:
    """Codes as people read them, and columns by their headers."""

    def __init__(self, labels: Labels, rules: Rulebook) -> None:
        self.labels = labels
        self.unit_class = {word: unit.unit_class for word, unit in rules.units.items()}
        self._codes: dict[str, Callable[[str], str]] = {column: _shown(words) for column, words in labels.sections("codes").items()}
        self._codes["note"] = lambda note: labels.in_words("notes", note)
        self._codes["why"] = lambda why: labels.told("whys", why)
        self._codes["reason"] = lambda reason: labels.told("reasons", reason)
        self._codes |= {"activity": labels.activity, "indicator": labels.indicator, "base": labels.indicator}

    def of(self, column: str) -> Callable[[str], str] | None:
        """What shows a code of that column in words; None where the column holds none."""
        return self._codes.get("bound" if column.endswith(BOUND_SUFFIX) else column)

    def header(self, column: Column) -> str:
        return column.label if self.labels.language == "zh" else column.name


def _shown(words: Mapping[str, str]) -> Callable[[str], str]:
    def shown(code: str) -> str:
        months = _MONTHS.fullmatch(code)
        if months and "months" in words:
            return words["months"].format(count=months[1])
        return words.get(code, code)

    return shown


@dataclass(frozen=True, slots=True)
class LinkBy:
    """Links of a column, found by the value that another column (or the same) has in the row."""

    column: str
    find: Callable[[Any], Link | None]


@dataclass(frozen=True, slots=True)
class Layout:
    """How a table stands on its sheet. What is named nowhere follows in the order of the table."""

    front: tuple[str, ...] = ()
    folded: frozenset[str] = frozenset()
    frozen: int = 1
    plain: frozenset[str] = frozenset()
    """Columns that hold words already, though a column of this name has codes elsewhere."""
    wrapped: Mapping[str, int] = field(default_factory=dict)
    """Text column → its width; its texts stand on as many lines as they need, up to MAX_LINES."""
    units: Mapping[str, str] = field(default_factory=dict)
    """Decimal column → the column of its unit."""
    bounds: Mapping[str, str] = field(default_factory=dict)
    """Decimal column → the column of its bound, shown as a sign before the number."""
    scales: Mapping[str, Decimal] = field(default_factory=dict)
    """Decimal column → what it is divided by."""

    def order(self, columns: Sequence[Column]) -> list[Column]:
        """Front columns, then the others, then those that are folded."""
        rank = {name: number for number, name in enumerate(self.front)}
        last = len(rank) + 1
        return sorted(columns, key=lambda column: last if column.name in self.folded else rank.get(column.name, len(rank)))


class TableWriter:
    """Writes tables as sheets of one workbook."""

    def __init__(self, book: Book, words: Words) -> None:
        self.book = book
        self.words = words

    def write(
        self,
        key: str,
        table: pa.Table,
        columns: Sequence[Column],
        layout: Layout,
        *,
        headers: Mapping[str, str] | None = None,
        links: Mapping[str, LinkBy] | None = None,
        typed: Sequence[Field] = (),
        views: Sequence[str] = (),
        name: str = "",
    ) -> list[Sheet]:
        """A table on one sheet, or on as many as Excel's limit of rows asks for.

        `headers`: other words than the column's own. `typed`: columns to be typed into, behind the others. `views`: columns that the
        table has been given for this sheet. `name`: the English name of the table.
        """
        ordered = layout.order(columns)
        fields = [
            Field(
                column.name,
                (headers or {}).get(column.name) or self.words.header(column),
                "view" if column.name in views else "table",
                column.name in layout.folded,
            )
            for column in ordered
        ]
        sheets = []
        for number, start in enumerate(range(0, max(table.num_rows, 1), books.SHEET_ROWS), start=1):
            part = table.slice(start, books.SHEET_ROWS)
            sheet = self.book.sheet(key, number, name or key)
            self.book.head(sheet, [*fields, *typed], part.num_rows, layout.frozen)
            self._widths(sheet, part, ordered, fields, layout)
            self._rows(sheet, part, ordered, layout, links or {})
            sheets.append(sheet)
        return sheets

    # --- columns

    def _widths(self, sheet: Sheet, table: pa.Table, columns: Sequence[Column], fields: Sequence[Field], layout: Layout) -> None:
        step = max(1, table.num_rows // SAMPLE_ROWS)
        sample = table.take(pa.array(range(0, table.num_rows, step), pa.int64()))
        for position, (column, item) in enumerate(zip(columns, fields, strict=True)):
            texts = [text for text in self._sample(column, sample[column.name], layout) if text is not None]
            options = {"level": 1, "hidden": True} if item.folded else {}
            wide = layout.wrapped.get(column.name) or fitting(item.header, texts)
            sheet.cells.set_column(position, position, wide, None, options)
        if layout.folded:
            behind = len(fields)
            sheet.cells.set_column(behind, behind, None, None, {"collapsed": True})

    def _sample(self, column: Column, values: Any, layout: Layout) -> Sequence[str | None]:
        if pa.types.is_decimal(column.type) or pa.types.is_integer(column.type):
            return ["0" * (OFFSET_WIDTH if column.unit == "code points" or column.name in YEARS else NUMBER_WIDTH)]
        if pa.types.is_date(column.type):
            return ["0" * DATE_WIDTH]
        return self._texts(column, values, layout)

    def _texts(self, column: Column, values: Any, layout: Layout) -> list[str | None]:
        """A column as people read it: codes in words, lists joined, nothing that a spreadsheet would run."""
        word = None if column.name in layout.plain else self.words.of(column.name)
        return [None if value is None or value == [] else _text(value, word) for value in values.to_pylist()]

    # --- rows

    def _rows(self, sheet: Sheet, table: pa.Table, columns: Sequence[Column], layout: Layout, links: Mapping[str, LinkBy]) -> None:
        for start in range(0, table.num_rows, SLICE):
            part = table.slice(start, SLICE)
            painters = [self._painter(position, column, part, layout, links) for position, column in enumerate(columns)]
            heights = self._heights(part, layout) if layout.wrapped else []
            for index in range(part.num_rows):
                if heights:
                    sheet.cells.set_row(start + index + 1, heights[index])
                for paint in painters:
                    paint(sheet, start + index + 1, index)

    def _heights(self, part: pa.Table, layout: Layout) -> list[int]:
        """The height of each row, by the column that needs most lines."""
        lines = [1] * part.num_rows
        for name, wide in layout.wrapped.items():
            for index, text in enumerate(part[name].to_pylist()):
                if text is not None and len(text) * 2 > wide:
                    lines[index] = max(lines[index], lines_of(text, wide))
        return [LINE_HEIGHT * min(count, MAX_LINES) for count in lines]

    def _painter(self, position: int, column: Column, part: pa.Table, layout: Layout, links: Mapping[str, LinkBy]) -> Painter:
        values = part[column.name]
        if pa.types.is_decimal(column.type):
            return self._decimals(position, column, part, layout)
        if pa.types.is_integer(column.type):
            return self._integers(position, column, part, layout, links.get(column.name))
        if pa.types.is_date(column.type):
            return self._dates(position, values.to_pylist())
        return self._strings(position, column, part, layout, links.get(column.name))

    def _decimals(self, position: int, column: Column, part: pa.Table, layout: Layout) -> Painter:
        values = part[column.name].to_pylist()
        units = part[layout.units[column.name]].to_pylist() if column.name in layout.units else [column.unit] * len(values)
        bounds = part[layout.bounds[column.name]].to_pylist() if column.name in layout.bounds else ["="] * len(values)
        scale = layout.scales.get(column.name)

        def paint(sheet: Sheet, row: int, index: int) -> None:
            value, unit = values[index], units[index]
            if value is not None:
                value = value if scale is None else value / scale
                form = number_format(value, unit, self.words.unit_class.get(unit or ""), bounds[index] or "=")
                write_number(sheet.cells, row, position, value, self.book.format(num_format=form, **self._at(layout)))

        return paint

    def _at(self, layout: Layout) -> dict[str, Any]:
        """Where numbers stand in their cells: at the top where texts beside them run over several lines."""
        return {**NUMBER, "valign": "top"} if layout.wrapped else NUMBER

    def _integers(self, position: int, column: Column, part: pa.Table, layout: Layout, by: LinkBy | None) -> Painter:
        values = part[column.name].to_pylist()
        at = {"align": "center"} if column.name in YEARS else self._at(layout)
        grouped = column.unit not in (None, "code points")  # an offset is looked up as it is
        keys = part[by.column].to_pylist() if by else []

        def paint(sheet: Sheet, row: int, index: int) -> None:
            value = values[index]
            if value is not None:
                link = by.find(keys[index]) if by else None
                look = self.book.format(num_format="#,##0" if grouped else "0", **at, **(LINK if link else {}))
                sheet.link(row, position, link, look)
                write_number(sheet.cells, row, position, value, look)

        return paint

    def _dates(self, position: int, values: Sequence[Any]) -> Painter:
        look = self.book.format(num_format=DATE_FORMAT, align="left")

        def paint(sheet: Sheet, row: int, index: int) -> None:
            if values[index] is not None:
                write_date(sheet.cells, row, position, values[index], look)

        return paint

    def _strings(self, position: int, column: Column, part: pa.Table, layout: Layout, by: LinkBy | None) -> Painter:
        texts = self._texts(column, part[column.name], layout)
        keys = part[by.column].to_pylist() if by else []
        wrap: dict[str, Any] = {"valign": "top"} if layout.wrapped else {}
        if column.name in layout.wrapped:
            wrap["text_wrap"] = True
        linked = self.book.format(**LINK, **wrap)
        common = self.book.format(**wrap) if wrap else None
        looks = {} if column.name in layout.plain else self._tints(column.name)
        codes = part[column.name].to_pylist() if looks else []

        def paint(sheet: Sheet, row: int, index: int) -> None:
            text = texts[index]
            if text is None:
                return
            link = by.find(keys[index]) if by else None
            look = linked if link else looks.get(codes[index], common) if looks else common
            sheet.link(row, position, link, look)
            sheet.cells.write_string(row, position, text, look)

        return paint

    def _tints(self, name: str) -> dict[str, Any]:
        return {code: self.book.format(bg_color=colour) for (column, code), colour in TINTS.items() if column == name}


def _text(value: Any, word: Callable[[str], str] | None) -> str | None:
    if isinstance(value, bool):
        return "✓" if value else None
    if isinstance(value, list):
        return safe_text(LIST_JOINT.join(value))
    return safe_text(word(value) if word else value)


def iter_columns(sheets: Sequence[Sheet]) -> Iterator[tuple[Sheet, int, Field]]:
    """Every column of every sheet, with its position from 0."""
    for sheet in sheets:
        for position, item in enumerate(sheet.fields):
            yield sheet, position, item
