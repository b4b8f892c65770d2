"""Which module reads which format; each is imported when the first file of its format comes."""

from __future__ import annotations

from importlib import import_module

from pipeline.ingest.payload import Reader

READERS = {
    "txt": "plain",
    "md": "plain",
    "docx": "docx",
    "doc": "doc",
    "wps": "doc",
    "rtf": "rtf",
    "pdf": "pdf",
    "html": "html",
    "mht": "mht",
    "xlsx": "spreadsheet",
    "xls": "spreadsheet",
    "csv": "delimited",
    "eml": "mail",
    "zip": "archive",
    "tar": "archive",
}
"""Format as it stands in `files` → module of this package with a function `read`."""
PLAIN_FORMATS = frozenset({"txt", "md"})
TABLE_FORMATS = frozenset({"xlsx", "xls", "csv"})


def reader_of(form: str) -> Reader:
    """The reader of a format told by `sniff`."""
    reader: Reader = import_module(f"pipeline.ingest.{READERS[form]}").read
    return reader
