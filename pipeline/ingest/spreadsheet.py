"""Workbooks (.xlsx, .xls): one report a row, of every sheet that has a column of them."""

from __future__ import annotations

import io
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from pipeline.ingest.columns import report_text
from pipeline.ingest.package import DOCUMENT_TYPE, Package
from pipeline.ingest.payload import Content, Payload
from pipeline.ingest.reasons import UnreadError

MAX_CELLS = 20_000_000
"""Cells between the corners of a sheet: the reader sets up all of them, so that one cell at XFD1048576 would take the memory."""
STDERR = 2
PANIC = "PanicException"
"""What a Rust library raises where it did not foresee a damage; it is no Exception, and its class cannot be imported."""
SHEET = re.compile(r"xl/worksheets/[^/]+\.xml", re.IGNORECASE)
PLACE = re.compile(rb"""\br=["']([A-Z]{1,3})(\d{1,7})["']""")


def read(payload: Payload) -> Content:
    """The reports with form feeds between them. Raises UnreadError where no column holds any."""
    if payload.data.startswith(b"PK"):
        _check_parts(payload)
    return Content(report_text(_sheets(payload), payload))


def _check_parts(payload: Payload) -> None:
    """Look through the parts for what the reader takes no care of: entities, and cells at the far corner."""
    with Package(payload, "xlsx") as package:
        for name in package.zip.namelist():
            data = package.part(name) if name.lower().endswith(".xml") else None
            if data is not None and DOCUMENT_TYPE.search(data):
                raise UnreadError("entities")
            if data is not None and SHEET.fullmatch(name):
                _check_size(data)


def _check_size(sheet: bytes) -> None:
    width = height = 0
    for letters, row in PLACE.findall(sheet):
        column = 0
        for letter in letters:
            column = column * 26 + letter - ord("A") + 1
        width, height = max(width, column), max(height, int(row))
    if width * height > MAX_CELLS:
        raise UnreadError("too_many_rows", height)


def _sheets(payload: Payload) -> list[list[list[str]]]:
    from python_calamine import CalamineError, CalamineWorkbook, PasswordError

    try:
        with without_complaint():
            book = CalamineWorkbook.from_filelike(io.BytesIO(payload.data))
            sheets = []
            for name in book.sheet_names:
                sheet = book.get_sheet_by_name(name)
                if sheet.height > payload.options.max_rows:
                    raise UnreadError("too_many_rows", payload.options.max_rows)
                sheets.append([[_cell(value) for value in row] for row in sheet.to_python()])
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
