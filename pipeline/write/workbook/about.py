"""The sheet 说明: on one page, what was read, what the sheets hold, how a cell comes about, what colours and signs say, how to correct."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

import pyarrow as pa

from pipeline.labels import Labels
from pipeline.write.workbook.book import A4, LINK, Book, Link, Place, Sheet
from pipeline.write.workbook.cells import lines_of, number_format, safe_text
from pipeline.write.workbook.comparison import COLOURS, GRID

NARROW, WIDE, COUNT = 13, 94, 10
LINE = 16
EXAMPLE = Decimal(8000)
TITLE = {"bold": True, "font_size": 16, "font_color": "#2F4B73"}
HEADING = {"bold": True, "font_size": 11, "font_color": "#2F4B73", "bottom": 1, "bottom_color": "#2F4B73"}
TEXT = {"text_wrap": True, "align": "left", "valign": "top", "indent": 1}
OVER_ALL = {"text_wrap": True, "valign": "vcenter"}
QUIET = {"font_color": "#7F7F7F"}


class AboutSheet:
    """Fills the first sheet, from the top; `row` is the next free one."""

    def __init__(self, book: Book, sheet: Sheet) -> None:
        self.book = book
        self.labels = book.labels
        self.sheet = sheet.cells
        self.own = sheet
        self.row = 0
        self.sheet.set_column(0, 0, NARROW)
        self.sheet.set_column(1, 1, WIDE)
        self.sheet.set_column(2, 2, COUNT)
        self.sheet.hide_gridlines(2)
        self.sheet.set_paper(A4)
        self.sheet.set_portrait()
        self.sheet.set_margins(left=0.5, right=0.5, top=0.5, bottom=0.5)
        self.sheet.fit_to_pages(1, 1)

    def write(self, tables: Mapping[str, pa.Table], said: Mapping[str, str], limits: Sequence[str], page: str | None) -> None:
        """`said` fills the places of the texts: `money`, `cell`, `none`, `version`, `rules`. `limits`: what the workbook leaves out."""
        self._wide(self.labels("about", "title"), TITLE, LINE * 2)
        self._wide(self.labels("about", "intro", **_counts(tables)), OVER_ALL)
        if "redacted" in said:
            self._wide(said["redacted"], OVER_ALL)
        self._contents(page)
        self._lines("about_cell", said)
        self._colours()
        self._signs()
        self._lines("about_corrections", said)
        if limits:
            self._heading(self.labels("workbook", "notes"))
            for text in limits:
                self._line("·", text)
        self.row += 1
        self._wide(self.labels("workbook", "version", version=said["version"], rules=said["rules"]), QUIET)

    def _wide(self, text: str, look: Mapping[str, Any], height: int | None = None) -> None:
        """A line over both columns."""
        self.sheet.set_row(self.row, height or LINE * lines_of(text, NARROW + WIDE + COUNT))
        self.sheet.merge_range(self.row, 0, self.row, 2, safe_text(text), self._look({"valign": "vcenter", **look}))
        self.row += 1

    def _look(self, look: Mapping[str, Any]) -> Any:
        return self.book.format(**look)

    def _heading(self, text: str) -> None:
        self.sheet.set_row(self.row, LINE * 1.7)
        look = self._look({**HEADING, "valign": "bottom"})
        self.sheet.write_string(self.row, 0, safe_text(text), look)
        for position in (1, 2):
            self.sheet.write_blank(self.row, position, None, look)
        self.row += 1

    def _line(self, mark: str, text: str) -> None:
        self.sheet.set_row(self.row, LINE * lines_of(text, WIDE))
        self.sheet.write_string(self.row, 0, mark, self._look({"align": "right", "indent": 1, "valign": "top", **QUIET}))
        self.sheet.write_string(self.row, 1, safe_text(text), self._look(TEXT))
        self.row += 1

    def _lines(self, section: str, said: Mapping[str, str]) -> None:
        texts = self.labels.section(section)
        self._heading(texts.pop("heading"))
        for key, text in texts.items():
            self._line(key, text.format(**said))

    def _contents(self, page: str | None) -> None:
        """The sheets, each with a link and the number of its rows."""
        texts = self.labels.section("about_contents")
        self._heading(texts.pop("heading"))
        rows: Counter[str] = Counter()
        for sheet in self.book.sheets:
            rows[sheet.key] += sheet.rows
        for key, text in texts.items():
            if key not in rows:
                continue
            name = self.labels("sheets", key)
            self.sheet.set_row(self.row, LINE * lines_of(text, WIDE))
            self._linked(name, Place(name, 0).link())
            self.sheet.write_string(self.row, 1, safe_text(text), self._look(TEXT))
            self.sheet.write_string(
                self.row,
                2,
                self.labels("workbook", "rows", count=f"{rows[key]:,}"),
                self._look({**QUIET, "align": "right", "valign": "top"}),
            )
            self.row += 1
        if page is not None:
            self._linked(page, Link(f"external:{page}"))
            self.sheet.write_string(self.row, 1, self.labels("workbook", "open_page"), self._look(TEXT))
            self.row += 1

    def _linked(self, text: str, link: Link) -> None:
        look = self._look({**LINK, "underline": 1, "valign": "top"})
        self.own.link(self.row, 0, link, look)
        self.sheet.write_string(self.row, 0, safe_text(text), look)

    def _colours(self) -> None:
        texts = self.labels.section("about_colours")
        self._heading(texts.pop("heading"))
        for state, text in texts.items():
            self.sheet.write_blank(self.row, 0, None, self._look({**COLOURS[state], **GRID}))
            self.sheet.write_string(self.row, 1, safe_text(text), self._look(TEXT))
            self.row += 1

    def _signs(self) -> None:
        """Each sign before a real number, in the format that the comparison uses."""
        texts = self.labels.section("about_signs")
        self._heading(texts.pop("heading"))
        for bound, text in texts.items():
            look = self._look({"num_format": number_format(EXAMPLE, None, None, bound), "indent": 1, "align": "right", **GRID})
            self.sheet.write_number(self.row, 0, float(EXAMPLE), look)
            self.sheet.write_string(self.row, 1, safe_text(text), self._look(TEXT))
            self.row += 1


def _counts(tables: Mapping[str, pa.Table]) -> dict[str, str]:
    states = Counter(tables["cells"]["state"].to_pylist())
    files = tables["files"]["status"].to_pylist()
    figures = {
        "files": sum(status == "ok" for status in files),
        "reports": tables["reports"].num_rows,
        "facts": tables["facts"].num_rows,
        "values": states["value"],
        "conflicts": states["conflict"],
        "masked": states["masked"],
        "planned": states["plan_only"],
    }
    return {key: f"{number:,}" for key, number in figures.items()}


def limits_of(sheets: Sequence[Sheet], labels: Labels, left_out: Mapping[str, tuple[int, int]]) -> Iterator[str]:
    """What the workbook does not hold, in clear words. `left_out`: key of the sheet → rows in all, rows shown."""
    for key, (whole, shown) in left_out.items():
        if shown < whole:
            yield labels("left_out", key, all=f"{whole:,}", shown=f"{shown:,}")
    names: dict[str, list[str]] = {}
    unlinked: Counter[str] = Counter()
    for sheet in sheets:
        names.setdefault(sheet.key, []).append(sheet.name)
        unlinked[sheet.key] += sheet.unlinked
    for own, *others in names.values():
        if others:
            yield labels("workbook", "split_note", sheet=own, sheets=", ".join(others))
    for key, count in unlinked.items():
        if count:
            yield labels("workbook", "links_left_out", sheet=names[key][0], count=f"{count:,}")
