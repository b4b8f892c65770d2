"""OLE compound files, the container of Word 97, WPS and Excel 97 files: what is in one, told from its streams."""

from __future__ import annotations

import io
import warnings
from typing import TYPE_CHECKING

from pipeline.ingest.reasons import UnreadError

if TYPE_CHECKING:
    from olefile import OleFileIO  # type: ignore[import-untyped]

SIGNATURE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
OWN_SUFFIXES = {".doc", ".dot", ".wps", ".wpt", ".xls", ".et"}
STREAMS = {
    "worddocument": "doc",
    "workbook": "xls",
    "book": "xls",
    "encryptedpackage": "password",
    "powerpoint document": "PowerPoint",
    "visiodocument": "Visio",
    "__properties_version1.0": "Outlook .msg",
    "matost": "Microsoft Works",
    "mm": "Microsoft Works",
}


def open_ole(data: bytes) -> OleFileIO:
    """The compound file. Raises UnreadError where its directory is damaged."""
    from olefile import OleFileIO

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it warns of harmless oddities on stderr
        try:
            return OleFileIO(io.BytesIO(data))
        except (OSError, ValueError, IndexError, OverflowError):
            raise UnreadError("damaged", "OLE") from None


def ole_kind(data: bytes, suffix: str = "") -> str:
    """`doc` or `xls`. Raises UnreadError for what else comes in this container, for password protection, and for damage.

    A file whose name's `suffix` promises one of the two and that holds neither is a damaged one.
    """
    with open_ole(data) as ole:
        names = {path[0].lower() for path in ole.listdir(streams=True, storages=False)}
    for name, kind in STREAMS.items():
        if name in names:
            if kind == "password":
                raise UnreadError("password")
            if kind not in ("doc", "xls"):
                raise UnreadError("unsupported", kind)
            return kind
    if suffix in OWN_SUFFIXES:
        raise UnreadError("damaged", suffix.removeprefix("."))
    raise UnreadError("unsupported", "This OLE file")
