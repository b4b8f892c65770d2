"""Tables as text (.csv, .tsv): one report a row."""

from __future__ import annotations

import csv
import io
from collections import Counter

from pipeline.ingest.columns import report_text
from pipeline.ingest.encoding import decode_payload
from pipeline.ingest.payload import Content, Payload
from pipeline.ingest.reasons import UnreadError

DELIMITERS = ",\t;|"
SAMPLE = 20
"""Rows that the delimiter is chosen by."""


def read(payload: Payload) -> Content:
    """The reports with form feeds between them. Raises UnreadError where no column holds any."""
    decoded = decode_payload(payload)
    if len(decoded.text) > payload.options.max_chars:
        raise UnreadError("too_long", len(decoded.text))
    rows = _rows(decoded.text.replace("\0", ""), payload)
    return Content(report_text([rows], payload), decoded.encoding, decoded.basis, decoded.note)


def _rows(text: str, payload: Payload) -> list[list[str]]:
    csv.field_size_limit(payload.options.max_chars)
    rows: list[list[str]] = []
    try:
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text)):
            if len(rows) >= payload.options.max_rows:
                raise UnreadError("too_many_rows", payload.options.max_rows)
            rows.append(row)
    except csv.Error:
        raise UnreadError("damaged", "csv") from None
    return rows


def _delimiter(text: str) -> str:
    """The sign that cuts the first rows into the same number of cells, and into most of them."""
    return max(DELIMITERS, key=lambda sign: (_agreement(text, sign), -DELIMITERS.index(sign)))


def _agreement(text: str, sign: str) -> int:
    """How many of the first rows have the commonest width, by that width; 0 where the sign cuts nothing."""
    widths: Counter[int] = Counter()
    try:
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=sign):
            widths[len(row)] += 1
            if widths.total() >= SAMPLE:
                break
    except csv.Error:
        return 0
    width, rows = max(widths.items(), key=lambda pair: (pair[1], pair[0]), default=(1, 0))
    return rows if width > 1 else 0
