"""Word 97 files: as a .docx where the converter has them, and their bare text where it has not."""

from __future__ import annotations

import pytest
from ingest_archive import DATA, LINES

from pipeline.ingest import doc, word97
from pipeline.ingest.ole import ole_kind
from pipeline.ingest.options import IngestOptions
from pipeline.ingest.payload import Budget, Content, Payload
from pipeline.ingest.reasons import UnreadError

REPORT = (DATA / "report.doc").read_bytes()


def read(data: bytes) -> Content:
    options = IngestOptions()
    return doc.read(Payload("a.doc", data, ".doc", options, Budget(options, len(data))))


def test_numbers_and_tables() -> None:
    content = read(REPORT)
    assert content.text.split("\n") == LINES
    assert content.note is None


def test_the_bare_text_has_all_but_the_numbers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doc, "_converted", lambda _: None)
    content = read(REPORT)
    assert content.note is not None and content.note.startswith("bare_text: ")
    found = content.text.rstrip("\n").split("\n")
    assert len(found) == len(LINES)
    assert all(whole.endswith(bare) for whole, bare in zip(LINES, found, strict=True))
    assert found[11:14] == LINES[11:14]


@pytest.mark.parametrize(
    ("raw", "expected"),
    [("\x13PAGE \x141\x15页", "1页"), ("\x13A\x13B\x14b\x15\x14a\x15", "a"), ("甲\x15乙", "甲乙"), ("\x13甲", "")],
)
def test_fields(raw: str, expected: str) -> None:
    assert word97._without_fields(raw) == expected


def test_a_damaged_container() -> None:
    for cut in (8, 512, 1500, len(REPORT) // 2):
        with pytest.raises(UnreadError):
            read(REPORT[:cut])


def test_what_is_in_a_compound_file() -> None:
    assert ole_kind(REPORT) == "doc"
    assert ole_kind((DATA / "table.xls").read_bytes()) == "xls"
    name, other = "WordDocument".encode("utf-16-le"), "SomethingNew".encode("utf-16-le")
    with pytest.raises(UnreadError, match="unsupported"):
        ole_kind(REPORT.replace(name, other))
