"""What must hold for every input, said once: the fuzzer, the hypothesis tests and the short seeded run all ask it here."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from decimal import Decimal
from itertools import pairwise

from pipeline.ingest import IngestOptions, read_bytes
from pipeline.ingest.names import HIDING_CATEGORIES
from pipeline.library import extract
from pipeline.model import FACTS, Document, Fact

DIGITS = re.compile(r"[0-9０-９]+")
ENTITY = re.compile(r"&#?[xX]?[0-9a-zA-Z]{2,8};")
"""The digits of 75&#65285; are none of the text's."""
STATUSES = {"ok", "empty", "refused", "unreadable", "skipped"}
MEBI = 1024 * 1024
SMALL = IngestOptions(max_bytes=4 * MEBI, max_chars=500_000, max_members=300, max_unpacked=16 * MEBI, max_pages=20, max_rows=20_000)


def keep_of_reading(source: str, data: bytes, options: IngestOptions = SMALL) -> list[Document]:
    """Assert what holds for the rows of every file: none of them by way of an exception that no reader foresaw."""
    documents = read_bytes(source, data, options)
    sources = [document.source for document in documents]
    assert sources[0] == source
    assert len(set(sources)) == len(sources)
    for document in documents:
        assert document.status in STATUSES
        assert not (document.reason or "").startswith(("error:", "too_slow:")), document.reason
        assert document.status == "ok" or (document.reason and not document.text)
        assert len(document.text) <= options.max_chars
        document.text.encode()  # a lone surrogate would stop the writing of the tables
        document.source.encode()
        assert not any(unicodedata.category(character) in HIDING_CATEGORIES for character in document.source)
    return documents


def keep_of_extraction(text: str) -> list[Fact]:
    """Assert what holds for the facts of every text: offsets true, no overlap, no digit lost, exact decimals, the same again."""
    facts = extract(text)
    keep_of_ledger(text, facts)
    assert extract(text) == facts, "not the same twice"
    return facts


def keep_of_ledger(text: str, facts: Sequence[Fact]) -> None:
    """The part of it that needs no second reading."""
    spans = [(fact.start, fact.end) for fact in facts]
    assert spans == sorted(spans)
    assert all(0 <= start < end <= len(text) for start, end in spans)
    assert all(a[1] <= b[0] for a, b in pairwise(spans)), "spans overlap"
    for run in DIGITS.finditer(ENTITY.sub(lambda entity: "." * len(entity[0]), text)):
        holders = [text[start:end] for start, end in spans if start < run.end() and run.start() < end]
        assert len(holders) == 1, f"{run.group()} lies in {holders}"
        assert any(start <= run.start() and run.end() <= end for start, end in spans), f"{run.group()} sticks out of {holders}"
    assert all(map(is_whole, facts))


def is_whole(fact: Fact) -> bool:
    """A fact has a value or a date, a label has neither; numbers are decimals; a range has its ends in order."""
    quantity, date = fact.quantity, fact.date
    if fact.kind not in FACTS:
        return quantity is None and date is None
    if fact.kind == "date":
        return quantity is None and date is not None and bool(date.edtf)
    if quantity is None or date is not None:
        return False
    numbers = [n for n in (quantity.value, quantity.low, quantity.high) if n is not None]
    in_order = quantity.low is None or quantity.high is None or quantity.low <= quantity.high
    return bool(numbers) and all(type(n) is Decimal and n.is_finite() and n >= 0 for n in numbers) and in_order
