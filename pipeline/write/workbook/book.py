"""The workbook being written: its formats, its sheets with their names, and the links that each sheet may still have."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

import xlsxwriter
from xlsxwriter.exceptions import FileCreateError, XlsxWriterException

from pipeline.labels import Labels
from pipeline.rulebook import RuleError
from pipeline.write.workbook.cells import safe_text

SHEET_ROWS = 1_048_575
"""Rows that Excel has below the header."""
SHEET_LINKS = 65_530
MAX_SINGLE_FORMATS = 100
"""Excel takes some 200 number formats of one's own; so many may be spent on those that fit a single figure."""
MAX_TIP = 255
A3, A4 = 8, 9
CREATED = datetime(2000, 1, 1)
FONT = {"font_name": "Microsoft YaHei", "font_size": 10}

Role = Literal["row", "table", "view", "correction", "reason"]
"""What a column is: the number of the row, a column of the table, something shown beside it, or one that is typed into."""

HEADER = {"bold": True, "bg_color": "#2F4B73", "font_color": "#FFFFFF", "text_wrap": True, "valign": "vcenter", "border": 1}
TYPED_HEADER = {**HEADER, "bg_color": "#BF8F00"}
LINK = {"font_color": "#0B5394"}
TAB_COLOURS = {"comparison": "#2F4B73", "doubts": "#C55A11", "facts": "#BF8F00", "reports": "#BF8F00"}


@dataclass(frozen=True, slots=True)
class Field:
    """A column of a sheet: its English name, the header that people read, and how it stands there."""

    name: str
    header: str
    role: Role = "table"
    folded: bool = False
    """Whether it stands in a closed outline group, to be opened with a click."""


@dataclass(frozen=True, slots=True)
class Link:
    """Where a click leads, in XlsxWriter's words (`internal:…`, `external:…`), and what the tip says."""

    target: str
    tip: str = ""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a row stands in the workbook; `row` counts from 0 with the header."""

    sheet: str
    row: int

    def link(self, tip: str = "") -> Link:
        return Link("internal:'{}'!A{}".format(self.sheet.replace("'", "''"), self.row + 1), tip)


class Sheet:
    """One worksheet and its links, of which Excel opens only so many."""

    def __init__(self, key: str, name: str, table: str, worksheet: Any) -> None:
        self.key = key
        self.name = name
        self.table = table
        self.cells = worksheet
        self.fields: tuple[Field, ...] = ()
        self.rows = 0
        self.links = 0
        self.unlinked = 0

    def link(self, row: int, position: int, link: Link | None, look: Any) -> None:
        """Make the cell lead to `link`; write its content afterwards. Beyond Excel's limit it stays a cell without a link."""
        if link is None:
            return
        if self.links >= SHEET_LINKS:
            self.unlinked += 1
            return
        self.links += 1
        self.cells.write_url(row, position, link.target, look, "", link.tip[:MAX_TIP])


class Book:
    """Makes formats and sheets. One format per look, however often it is asked for."""

    def __init__(self, file: Any, labels: Labels) -> None:
        self.file = file
        self.labels = labels
        self.sheets: list[Sheet] = []
        self._formats: dict[tuple[tuple[str, Any], ...], Any] = {}
        self._single: set[str] = set()

    def format(self, **properties: Any) -> Any:
        key = tuple(sorted(properties.items()))
        if key not in self._formats:
            self._formats[key] = self.file.add_format(properties)
        return self._formats[key]

    def has_room_for(self, number_format: str) -> bool:
        """Whether a number format that fits a single figure can still be had; ask for it afterwards."""
        if len(self._single) < MAX_SINGLE_FORMATS:
            self._single.add(number_format)
        return number_format in self._single

    def sheet_name(self, key: str, number: int = 1) -> str:
        name = self.labels("sheets", key)
        return name if number == 1 else self.labels("workbook", "split", sheet=name, number=number)

    def sheet(self, key: str, number: int = 1, table: str = "") -> Sheet:
        """A new sheet behind the others. Raises RuleError where labels.toml gives it a name that Excel does not take."""
        name = self.sheet_name(key, number)
        try:
            worksheet = self.file.add_worksheet(name)
        except XlsxWriterException as error:
            raise RuleError(f"labels.toml: [sheets] {key}: Excel takes no sheet of the name {name!r} ({error})") from error
        worksheet.ignore_errors({"number_stored_as_text": "A1:XFD1048576"})
        if key in TAB_COLOURS:
            worksheet.set_tab_color(TAB_COLOURS[key])
        self.sheets.append(Sheet(key, name, table, worksheet))
        return self.sheets[-1]

    def head(self, sheet: Sheet, fields: Sequence[Field], rows: int, frozen: int = 0, height: int = 33) -> None:
        """The header: frozen, with a filter, repeated on each printed page."""
        sheet.fields, sheet.rows = tuple(fields), rows
        for position, field in enumerate(fields):
            typed = field.role in ("correction", "reason")
            sheet.cells.write_string(0, position, safe_text(field.header), self.format(**(TYPED_HEADER if typed else HEADER)))
        sheet.cells.set_row(0, height)
        sheet.cells.freeze_panes(1, frozen)
        sheet.cells.autofilter(0, 0, max(rows, 1), len(fields) - 1)
        self.print_setup(sheet, A4)
        sheet.cells.repeat_rows(0)

    def print_setup(self, sheet: Sheet, paper: int, pages_wide: int = 1) -> None:
        sheet.cells.set_landscape()
        sheet.cells.set_paper(paper)
        sheet.cells.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
        sheet.cells.fit_to_pages(pages_wide, 0)
        sheet.cells.set_footer("&L&A&R&P / &N")


@contextmanager
def created(path: Path, labels: Labels) -> Iterator[Book]:
    """A new workbook, written to `path` when the block ends. Row by row goes to the disk, so that memory does not grow with the rows.

    Raises OSError.
    """
    options = {
        "constant_memory": True,
        "tmpdir": str(path.parent),
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
        "default_format_properties": dict(FONT),  # the library writes into what it is given
    }
    try:
        with xlsxwriter.Workbook(str(path), options) as file:
            file.set_properties({"title": "taizhang", "created": CREATED})
            yield Book(file, labels)
    except FileCreateError as error:  # which is no OSError, and stands for one
        raise OSError(str(error)) from error
