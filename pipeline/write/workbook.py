"""Tables → taizhang.xlsx: the comparison, its figures linked to their facts, and all behind it. Equal tables give equal bytes."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import xlsxwriter
from xlsxwriter.exceptions import FileCreateError

from pipeline.audit import doubts
from pipeline.bounds import SIGNS, plain
from pipeline.labels import Labels
from pipeline.rulebook import Rulebook
from pipeline.schema import (
    ACTIVITIES,
    CHECKS,
    COMPARISON,
    COPIES,
    COVERAGE,
    FACTS,
    FILES,
    REPORTS,
    TABLES,
    Column,
)

SHEET_ROWS = 1_048_575
"""Rows that Excel has below the header."""
SHEET_LINKS = 65_530
MAX_FACTS = 60_000
"""Above so many facts the sheet holds those behind cells and doubts only: a workbook with all of them would not open in good time."""
MAX_TEXT = 32_767
EXACT_FLOAT = Decimal(10) ** 15
"""A spreadsheet keeps 15 digits; a longer number stands there as text so that none is lost."""
WIDTHS = (7, 46)
SAMPLE_ROWS = 200
A4 = 9
CREATED = datetime(2000, 1, 1, tzinfo=UTC)

COLOURS = {"conflict": "#F8CBAD", "masked": "#D9D9D9", "plan_only": "#DDEBF7", "not_mentioned": "#F7F7F7"}
HEADER = {"bold": True, "bg_color": "#305496", "font_color": "#FFFFFF", "text_wrap": True, "valign": "vcenter", "border": 1}
LINK = {"font_color": "#0563C1"}
GRID = {"border": 1, "border_color": "#D9D9D9"}
_STATE_RANK = ("not_mentioned", "plan_only", "masked", "value", "conflict")
_UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_FORMULA_START = ("=", "+", "-", "@", "\t", "\r")
_MONTHS = re.compile(r"(\d+)_months")


def write_workbook(tables: Mapping[str, pa.Table], path: Path, labels: Labels, rules: Rulebook, about: Mapping[str, str]) -> None:
    """Write all sheets. `about`: what fills the last lines of the first sheet: `version` and `rules`. Raises OSError."""
    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False, "in_memory": True}
    try:
        with xlsxwriter.Workbook(str(path), options) as book:
            book.set_properties({"title": "taizhang", "created": CREATED.replace(tzinfo=None)})
            _Writer(book, tables, labels, rules).write(about)
    except FileCreateError as error:  # which is no OSError, and stands for one
        raise OSError(str(error)) from error


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a fact stands in the workbook."""

    sheet: str
    row: int


class _Writer:
    def __init__(self, book: Any, tables: Mapping[str, pa.Table], labels: Labels, rules: Rulebook) -> None:
        self.book = book
        self.tables = tables
        self.labels = labels
        self.indicators = rules.indicators
        self.unit_class = {word: unit.unit_class for word, unit in rules.units.items()}
        self.doubts = doubts(tables)
        self.formats: dict[tuple[tuple[str, Any], ...], Any] = {}
        self.links: dict[str, int] = {}
        self.codes = {column: self._words(words) for column, words in labels.sections("codes").items()}
        self.codes |= {"activity": labels.activity, "indicator": labels.indicator}

    def write(self, about: Mapping[str, str]) -> None:
        facts, all_there = self._chosen_facts()
        places = self._places(facts)
        self._about(about, all_there)
        self._comparison(places)
        self._table("coverage", self.tables["coverage"], COVERAGE.columns)
        self._table("reports", self.tables["reports"], REPORTS.columns)
        self._table("activities", self.tables["activities"], ACTIVITIES.columns)
        self._table("facts", facts, FACTS.columns, frozen=1)
        self._table("checks", self.tables["checks"], CHECKS.columns, links={"total": places})
        self._doubts(places)
        self._table("copies", self.tables["copies"], COPIES.columns)
        self._table("files", self.tables["files"], FILES.columns)
        self._columns()

    # --- formats, texts

    def format(self, **properties: Any) -> Any:
        """A cell format, made once however often it is asked for."""
        key = tuple(sorted(properties.items()))
        if key not in self.formats:
            self.formats[key] = self.book.add_format(properties)
        return self.formats[key]

    def _words(self, words: Mapping[str, str]) -> Callable[[str], str]:
        def shown(code: str) -> str:
            months = _MONTHS.fullmatch(code)
            if months and "months" in words:
                return words["months"].format(count=months[1])
            return words.get(code, code)

        return shown

    def header(self, column: Column) -> str:
        return column.label if self.labels.language == "zh" else column.name

    # --- sheets

    def _sheet(self, key: str, number: int = 1) -> Any:
        return self.book.add_worksheet(self._sheet_name(key, number))

    def _sheet_name(self, key: str, number: int = 1) -> str:
        name = self.labels("sheets", key)
        return name if number == 1 else self.labels("workbook", "split", sheet=name, number=number)

    def _about(self, about: Mapping[str, str], all_facts: bool) -> None:
        sheet = self._sheet("about")
        sheet.set_column(0, 0, 110)
        sheet.hide_gridlines(2)
        sheet.set_landscape()
        sheet.set_paper(A4)
        sheet.fit_to_pages(1, 0)
        texts = list(self.labels.section("about").values())
        sheet.write_string(0, 0, texts[0], self.format(bold=True, font_size=16))
        row = 1
        for text in texts[1:]:
            sheet.write_string(row, 0, text, self.format(text_wrap=True, valign="top"))
            sheet.set_row(row, 17 * (1 + _width(text) // 108))
            row += 1
        if not all_facts:
            sheet.write_string(row, 0, self.labels("workbook", "facts_left_out"), self.format(text_wrap=True, bold=True))
            row += 1
        row += 1
        sheet.write_string(row, 0, self.labels("workbook", "colours"), self.format(bold=True))
        for state, colour in COLOURS.items():
            row += 1
            sheet.write_string(row, 0, self.labels("states", state), self.format(bg_color=colour, **GRID))
        sheet.write_string(row + 2, 0, self.labels("workbook", "version", **about), self.format(font_color="#7F7F7F"))

    def _comparison(self, places: Mapping[str, _Place]) -> None:
        table = self.tables[COMPARISON.name]
        lead = COMPARISON.columns[:-1]
        sheet = self._sheet("comparison")
        codes = list(self.indicators)
        names = [self.header(column) for column in lead] + [
            f"{self.labels.indicator(code)}\n({self.indicators[code].unit})" for code in codes
        ]
        self._head(sheet, names, table.num_rows, frozen=1, height=48)
        states = self._states(table["report_ids"].to_pylist())
        for position, column in enumerate(lead):
            texts = self._shown(column.name, table[column.name])
            sheet.set_column(position, position, _fitting([names[position], *texts[:SAMPLE_ROWS]]))
            for row, text in enumerate(texts, start=1):
                if text is not None:
                    sheet.write_string(row, position, text)
        for position, code in enumerate(codes, start=len(lead)):
            sheet.set_column(position, position, 12)
            self._figures(sheet, position, code, table, states.get(code, {}), places)

    def _figures(
        self,
        sheet: Any,
        position: int,
        code: str,
        table: pa.Table,
        states: Mapping[int, tuple[str, str | None]],
        places: Mapping[str, _Place],
    ) -> None:
        values = table[code].to_pylist()
        bounds = table[code + "__bound"].to_pylist() if code + "__bound" in table.column_names else ["="] * len(values)
        unit = self.indicators[code].unit
        for row, (value, bound) in enumerate(zip(values, bounds, strict=True)):
            state, fact_id = states.get(row, ("not_mentioned", None))
            colour = {"bg_color": COLOURS[state]} if state in COLOURS else {}
            look = self.format(
                num_format=number_format(value, unit, self.unit_class.get(unit), bound or "="),
                **GRID,
                **colour,
                **(LINK if fact_id in places else {}),
            )
            self._link(sheet, row + 1, position, places.get(fact_id or ""), look)
            if value is None:
                sheet.write_blank(row + 1, position, None, look)
            else:
                _write_number(sheet, row + 1, position, value, look)

    def _states(self, rows: Sequence[Sequence[str]]) -> dict[str, dict[int, tuple[str, str | None]]]:
        """Indicator → row of the comparison → its state and the first fact behind it."""
        row_of = {report_id: number for number, ids in enumerate(rows) for report_id in ids}
        cells = self.tables["cells"]
        found: dict[str, dict[int, tuple[str, str | None]]] = {}
        told = cells.filter(pc.not_equal(cells["state"], "not_mentioned")).select(["report_id", "indicator", "state", "fact_ids"])
        for cell in told.to_pylist():
            row = row_of.get(cell["report_id"])
            if row is None:
                continue
            states = found.setdefault(cell["indicator"], {})
            known = states.get(row, ("not_mentioned", None))
            if _STATE_RANK.index(cell["state"]) > _STATE_RANK.index(known[0]):
                states[row] = cell["state"], next(iter(cell["fact_ids"]), None)
        return found

    def _doubts(self, places: Mapping[str, _Place]) -> None:
        words = self.labels.section("doubts")
        columns = [Column(field.name, field.type, "", words[field.name]) for field in self.doubts.schema]
        kinds = self.labels.section("doubt_kinds")
        shown = self.doubts.set_column(0, "kind", pa.array([kinds[kind] for kind in self.doubts["kind"].to_pylist()], pa.string()))
        self._table("doubts", shown, columns, links={"fact_id": places}, plain=("kind",))

    def _columns(self) -> None:
        words = self.labels.section("columns")
        columns = [Column(name, pa.string(), "", word) for name, word in words.items()]
        rows = [
            (table.name, column.name, column.label, str(column.type), column.unit, column.meaning)
            for table in (*TABLES.values(), COMPARISON)
            for column in table.columns
        ]
        content = pa.table({name: pa.array([row[i] for row in rows], pa.string()) for i, name in enumerate(words)})
        self._table("columns", content, columns)

    # --- tables as sheets

    def _table(
        self,
        key: str,
        table: pa.Table,
        columns: Sequence[Column],
        *,
        frozen: int = 0,
        links: Mapping[str, Mapping[str, _Place]] | None = None,
        plain: Sequence[str] = (),
    ) -> None:
        """A table on one sheet, or on as many as Excel's limit of rows asks for. `plain` columns are shown as they are."""
        for number, start in enumerate(range(0, max(table.num_rows, 1), SHEET_ROWS), start=1):
            part = table.slice(start, SHEET_ROWS)
            sheet = self._sheet(key, number)
            names = [self.header(column) for column in columns]
            self._head(sheet, names, part.num_rows, frozen)
            for position, column in enumerate(columns):
                targets = (links or {}).get(column.name)
                self._column(sheet, position, column, part[column.name], targets, column.name in plain)

    def _head(self, sheet: Any, names: Sequence[str], rows: int, frozen: int, height: int = 24) -> None:
        for position, name in enumerate(names):
            sheet.write_string(0, position, name, self.format(**HEADER))
        sheet.set_row(0, height)
        sheet.freeze_panes(1, frozen)
        sheet.set_landscape()
        sheet.set_paper(A4)
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(0)
        sheet.autofilter(0, 0, max(rows, 1), len(names) - 1)

    def _column(self, sheet: Any, position: int, column: Column, values: Any, targets: Mapping[str, _Place] | None, plain: bool) -> None:
        if pa.types.is_decimal(column.type) or pa.types.is_integer(column.type):
            self._numbers(sheet, position, column, values.to_pylist())
            return
        if pa.types.is_date(column.type):
            sheet.set_column(position, position, 11)
            for row, day in enumerate(values.to_pylist(), start=1):
                if day is not None:
                    _write_date(sheet, row, position, day, self.format(num_format="yyyy-mm-dd"))
            return
        raw = values.to_pylist()
        texts = [None if value is None else safe_text(str(value)) for value in raw] if plain else self._shown(column.name, values)
        sheet.set_column(position, position, _fitting([self.header(column), *texts[:SAMPLE_ROWS]]))
        for row, (text, value) in enumerate(zip(texts, raw, strict=True), start=1):
            if text is None:
                continue
            place = targets.get(value) if targets is not None else None
            look = self.format(**LINK) if place is not None else None
            self._link(sheet, row, position, place, look)
            sheet.write_string(row, position, text, look)

    def _numbers(self, sheet: Any, position: int, column: Column, values: Sequence[Any]) -> None:
        sheet.set_column(position, position, _fitting([self.header(column), "0" * 10]))
        for row, value in enumerate(values, start=1):
            if value is not None:
                form = "0" if isinstance(value, int) else number_format(value, None, self.unit_class.get(column.unit or ""))
                _write_number(sheet, row, position, value, self.format(num_format=form))

    def _link(self, sheet: Any, row: int, position: int, place: _Place | None, look: Any) -> None:
        """A link to a fact's row; beyond the number of links that Excel opens there is none, and the figure stands without."""
        if place is None or self.links.get(sheet.name, 0) >= SHEET_LINKS:
            return
        self.links[sheet.name] = self.links.get(sheet.name, 0) + 1
        sheet.write_url(row, position, f"internal:'{place.sheet}'!A{place.row + 1}", look, "")

    def _shown(self, name: str, values: Any) -> list[str | None]:
        """A column as people read it: codes in words, lists joined, nothing that a spreadsheet would run."""
        word = self.codes.get(name)
        texts: list[str | None] = []
        for value in values.to_pylist():
            if value is None or value == []:
                texts.append(None)
            elif isinstance(value, list):
                texts.append(safe_text(";".join(value)))
            elif isinstance(value, bool):
                texts.append("✓" if value else None)
            else:
                texts.append(safe_text(word(value) if word else value))
        return texts

    # --- facts

    def _chosen_facts(self) -> tuple[pa.Table, bool]:
        """The facts that the workbook shows, and whether these are all."""
        facts = self.tables["facts"]
        if facts.num_rows <= MAX_FACTS:
            return facts, True
        wanted = pa.chunked_array([self.tables["cells"]["fact_ids"].combine_chunks().flatten(), *self.doubts["fact_id"].chunks])
        return facts.filter(pc.is_in(facts["fact_id"], wanted.combine_chunks())), False

    def _places(self, facts: pa.Table) -> dict[str, _Place]:
        return {
            fact_id: _Place(self._sheet_name("facts", index // SHEET_ROWS + 1), index % SHEET_ROWS + 1)
            for index, fact_id in enumerate(facts["fact_id"].to_pylist())
        }


def number_format(value: Decimal | None, unit: str | None, unit_class: str | None, bound: str = "=") -> str:
    """Excel's number format for a value: its hedge in front, money with two decimals, a rate with its sign."""
    whole = value is None or value == value.to_integral_value()
    sign = f'"{SIGNS[bound]}"' if SIGNS[bound] else ""
    if unit_class == "percent":
        return f'{sign}{"0" if whole else "0.0#####"}"{unit}"'
    if unit_class == "money":
        return f"{sign}#,##0.00"
    return f"{sign}#,##0" if whole else f"{sign}#,##0.0#####"


def safe_text(text: str) -> str:
    """Text that a spreadsheet shows and never runs: no control characters, no formula, not over a cell's limit."""
    text = _UNWRITABLE.sub("", text)
    if text.startswith(_FORMULA_START):
        text = "'" + text
    return text if len(text) <= MAX_TEXT else text[: MAX_TEXT - 1] + "…"


def _write_number(sheet: Any, row: int, position: int, value: Decimal | int, look: Any) -> None:
    if not -EXACT_FLOAT < value < EXACT_FLOAT:
        sheet.write_string(row, position, plain(value) if isinstance(value, Decimal) else str(value))
    else:
        sheet.write_number(row, position, float(value), look)


def _write_date(sheet: Any, row: int, position: int, day: date, look: Any) -> None:
    """A real date; Excel's calendar begins in 1900."""
    if day.year < 1900:
        sheet.write_string(row, position, day.isoformat())
    else:
        sheet.write_datetime(row, position, day, look)


def _width(text: str) -> int:
    """Columns of a typewriter that `text` takes; a Chinese character takes two."""
    return sum(2 if unicodedata.east_asian_width(character) in "WFA" else 1 for character in text)


def _fitting(texts: Iterable[str | None]) -> int:
    widest = max((_width(line) for text in texts if text for line in text.split("\n")), default=0)
    return max(WIDTHS[0], min(WIDTHS[1], widest + 3))
