"""Workbooks (.xlsx, .xls): one report a row, of every sheet that has a column of them."""

from __future__ import annotations

import io
import os
import re
from array import array
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from pipeline.ingest import biff
from pipeline.ingest.columns import report_text
from pipeline.ingest.package import DOCUMENT_TYPE, Package, attribute, local, xml_events
from pipeline.ingest.payload import Content, Payload
from pipeline.ingest.reasons import UnreadError

MAX_CELLS = 20_000_000
"""Cells between the corners of a sheet: the reader sets up all of them, so that one cell at XFD1048576 would take the memory."""
STDERR = 2
PANIC = "PanicException"
"""What a Rust library raises where it did not foresee a damage; it is no Exception, and its class cannot be imported."""
STRINGS = "xl/sharedstrings.xml"
"""In lower case, for the reader does not mind it."""
STRING = re.compile(rb"<(?:\w+:)?si[\s/>]")
SHEET = b"sheetData"
SHEET_NAME = re.compile(rb"<(?:\w+:)?sheet\s")
BYTES_PER_CHARACTER = 16
"""Of the cells' text, for each character that the reports may have: a sheet has other columns, and the strings have markup."""
PLACE = re.compile(rb"""\br=["']([A-Z]{1,3})(\d{1,7})["']""")


def read(payload: Payload) -> Content:
    """The reports with form feeds between them. Raises UnreadError where no column holds any."""
    if payload.data.startswith(b"PK"):
        _check_parts(payload)
    else:
        _check_expansion(*biff.expansion(payload), payload)
    return Content(report_text(_sheets(payload), payload))


def _check_parts(payload: Payload) -> None:
    """Look through the parts for what the reader takes no care of: entities, cells at the far corner, strings that come again and again."""
    with Package(payload, "xlsx") as package:
        strings = _lengths(package.part(STRINGS) or b"")
        sizes: list[tuple[int, int]] = []
        named = 0
        for name in package.zip.namelist():
            data = package.part(name) if name.lower() != STRINGS else None
            if data is not None and name.lower().endswith(".xml") and DOCUMENT_TYPE.search(data):
                raise UnreadError("entities")
            if data is not None and SHEET in data:  # under whatever name
                sizes.append((_area(data), _size_of_shared(data, strings, payload)))
            elif data is not None:
                named += len(SHEET_NAME.findall(data))
    again = max(0, named - len(sizes))  # sheets of several names that are one part
    cells, size = (sum(column) + again * max(column) for column in zip(*sizes, strict=True)) if sizes else (0, 0)
    _check_expansion(cells, size, payload)


def _check_expansion(cells: int, size: int, payload: Payload) -> None:
    """Raises UnreadError where a workbook has more cells, or more text in them, than there is room for: all of it is laid out at once."""
    if cells > MAX_CELLS:
        raise UnreadError("too_many_rows", MAX_CELLS // 256)
    if size > BYTES_PER_CHARACTER * payload.options.max_chars:
        raise UnreadError("too_long", f"at least {size // BYTES_PER_CHARACTER}")


def _area(sheet: bytes) -> int:
    """Cells between A1 and the corner."""
    width = height = 0
    for letters, row in PLACE.findall(sheet):
        column = 0
        for letter in letters:
            column = column * 26 + letter - ord("A") + 1
        width, height = max(width, column), max(height, int(row))
    return width * height


def _lengths(strings: bytes) -> array[int]:
    """Bytes of each shared string with its markup."""
    if DOCUMENT_TYPE.search(strings):
        raise UnreadError("entities")
    starts = array("Q", (found.start() for found in STRING.finditer(strings)))
    ends = [*starts[1:], len(strings)] if starts else []
    return array("Q", (end - start for start, end in zip(starts, ends, strict=True)))


def _size_of_shared(sheet: bytes, strings: array[int], payload: Payload) -> int:
    """Bytes of the strings that the sheet's cells share, each as often as it comes; looked at cell by cell only where it could matter."""
    most = BYTES_PER_CHARACTER * payload.options.max_chars
    if not strings or sheet.count(b"</") * max(strings) <= most // 8:
        return 0
    size = 0
    for event, element in xml_events(sheet, "xlsx", payload.options.max_elements, ("c",)):
        if event == "end" and attribute(element, "t") == "s":
            number = next((child.text or "" for child in element if local(child) == "v"), "").strip()
            size += strings[int(number)] if number.isdecimal() and len(number) < 10 and int(number) < len(strings) else 0
    return size


def _sheets(payload: Payload) -> list[list[list[str]]]:
    from python_calamine import CalamineError, CalamineWorkbook, PasswordError

    try:
        with without_complaint():
            book = CalamineWorkbook.from_filelike(io.BytesIO(payload.data))
            sheets = []
            known: dict[str, str] = {}
            for name in book.sheet_names:
                sheet = book.get_sheet_by_name(name)
                if sheet.height > payload.options.max_rows:
                    raise UnreadError("too_many_rows", payload.options.max_rows)
                sheets.append([[known.setdefault(cell, cell) for cell in map(_cell, row)] for row in sheet.iter_rows()])
    except PasswordError:
        raise UnreadError("password") from None
    except (CalamineError, OSError, ValueError):
        raise UnreadError("damaged", "workbook") from None
    except BaseException as error:
        if type(error).__name__ != PANIC:
            raise
        raise UnreadError("damaged", "workbook") from None
    return sheets


@contextmanager
def without_complaint() -> Iterator[None]:
    """A panic of Rust writes to the process's stderr before it is raised here; the row of the file says it, and nothing else need."""
    try:
        kept = os.dup(STDERR)
    except OSError:  # there is none
        yield
        return
    with Path(os.devnull).open("wb") as nowhere:
        os.dup2(nowhere.fileno(), STDERR)
    try:
        yield
    finally:
        os.dup2(kept, STDERR)
        os.close(kept)


def _cell(value: Any) -> str:
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)
