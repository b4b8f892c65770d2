"""The columns that are typed into (更正): which there are, how they look, what may be typed, and the words that stand for codes.

A code is shown in words, and so it is typed in words; the hidden sheet `_codes` says which code a word stands for. It is also where
the drop-down lists come from, so that what can be chosen is what can be read back.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, get_args

from xlsxwriter.utility import xl_rowcol_to_cell

from pipeline.labels import Labels
from pipeline.model import Kind, Status
from pipeline.rulebook import Rulebook
from pipeline.write.workbook.book import A3, Book, Field, Sheet
from pipeline.write.workbook.cells import NARROWEST, header_width, safe_text

FACTS = ("value", "unit", "bound", "kind", "status", "object", "activity", "indicator")
REPORTS = ("town", "county", "city", "province", "year", "period", "org")
REASON = "reason"
CHOSEN = ("kind", "bound", "status", "activity", "indicator", "period", "org")
"""Columns whose values are codes, typed by choice from a list."""
FILL = "#FFF8DC"
PAGES_WIDE = 2
WIDTHS = {"value": 12, "unit": 9, "object": 18, "activity": 18, "indicator": 18, "org": 12, REASON: 28}
YEARS = (1900, 2100)


def fields(columns: Sequence[str], headers: Mapping[str, str], labels: Labels) -> list[Field]:
    """The typed columns of a sheet. `headers`: column → the words above the column that it corrects."""
    made = [Field(name, labels("corrections", "column", label=headers[name]), "correction") for name in columns]
    return [*made, Field(REASON, labels("corrections", "reason"), "reason")]


def codes(labels: Labels, rules: Rulebook) -> dict[str, dict[str, str]]:
    """Column → code → the words that stand for it, in the order of the lists; the code `` (nothing) stands for an emptied field."""
    words = labels.sections("codes")
    nothing = {"": labels("corrections", "none")}
    shown = {
        "kind": {code: words["kind"][code] for code in get_args(Kind)},
        "bound": dict(words["bound"]),
        "status": {**nothing, **{code: words["status"][code] for code in get_args(Status)}},
        "activity": {**nothing, **{code: labels.activity(code) for code in rules.activities}},
        "indicator": {**nothing, **{code: labels.indicator(code) for code in rules.indicators}},
        "period": {**nothing, **_periods(words["period"])},
        "org": {**nothing, **words["org"]},
    }
    return {column: {code: safe_text(text) for code, text in table.items()} for column, table in shown.items()}


def _periods(words: Mapping[str, str]) -> dict[str, str]:
    """The periods by name, and those of one to eleven months."""
    named = {code: text for code, text in words.items() if code != "months"}
    return {**named, **{f"{count}_months": words["months"].format(count=count) for count in range(1, 12)}}


def list_name(column: str) -> str:
    """The defined name of a column's list."""
    return f"codes_{column}"


def open_columns(book: Book, sheet: Sheet, labels: Labels) -> None:
    """Make the typed columns of a written sheet visible, unlocked and choosy, and the sheet wide enough for two pages of paper."""
    book.print_setup(sheet, A3, PAGES_WIDE)
    rows = max(sheet.rows, 1)
    for position, field in enumerate(sheet.fields):
        if field.role not in ("correction", "reason"):
            continue
        form = "General" if field.name in ("value", "year") else "@"
        options = {"collapsed": True} if position and sheet.fields[position - 1].folded else {}
        look = book.format(num_format=form, locked=False)
        wide = max(WIDTHS.get(field.name, NARROWEST), header_width(field.header))
        sheet.cells.set_column(position, position, wide, look, options)
        sheet.cells.conditional_format(1, position, rows, position, {"type": "formula", "criteria": "=TRUE", "format": _fill(book)})
        if (rule := _validation(field, position, labels)) is not None:
            sheet.cells.data_validation(1, position, rows, position, rule)


def _fill(book: Book) -> Any:
    return book.format(bg_color=FILL, border=1, border_color="#E6D9A8")


def _validation(field: Field, position: int, labels: Labels) -> dict[str, Any] | None:
    """What Excel lets be typed; None where anything may be."""
    none = labels("corrections", "none")
    said = {"value": "number", "year": "year"}.get(field.name, "list")
    if field.role != "correction" or (said == "list" and field.name not in CHOSEN):
        return None
    words = {
        "error_title": labels("corrections", f"{said}_title"),
        "error_message": labels("corrections", f"{said}_text", none=none),
        "input_title": labels("corrections", f"{said}_title"),
        "input_message": labels("corrections", f"{said}_text", none=none),
    }
    if said == "list":
        return {"validate": "list", "source": f"={list_name(field.name)}", **words}
    cell = xl_rowcol_to_cell(1, position)
    number = f"AND(ISNUMBER({cell}),{cell}>={YEARS[0]},{cell}<={YEARS[1]})" if said == "year" else f"ISNUMBER({cell})"
    return {"validate": "custom", "value": f'=OR({number},{cell}="{none}")', **words}
