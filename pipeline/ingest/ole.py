"""OLE compound files, the container of Word 97, WPS and Excel 97 files: what is in one, told from its streams."""

from __future__ import annotations

import io
import struct
import warnings
from collections.abc import Sequence
from typing import TYPE_CHECKING

from pipeline.ingest.reasons import UnreadError

if TYPE_CHECKING:
    from olefile import OleFileIO  # type: ignore[import-untyped]

SIGNATURE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ENTRY = 128
"""Bytes of an entry of the directory; its kind is one of these."""
STREAM, ROOT = 2, 5
END_OF_CHAIN = 0xFFFFFFFE
FIRST_RESERVED = 0xFFFFFFFA
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


def _check_chains(ole: OleFileIO, data: bytes) -> None:
    """Raises UnreadError for a chain of sectors that leads back into itself, and for counts and sizes beyond the file's own.

    The readers behind this one go along such a chain until the memory is full, or set aside as many bytes as a file states.
    """
    sectors = len(data) // ole.sectorsize + 1
    if max(ole.num_fat_sectors, ole.num_mini_fat_sectors, ole.num_difat_sectors) > sectors:
        raise UnreadError("damaged", "OLE")
    _check_difat(ole, data)
    _check_chain(ole.fat, ole.first_dir_sector)
    _check_chain(ole.fat, ole.first_mini_fat_sector)
    try:
        ole.loadminifat()
        directory = ole.directory_fp.getvalue()
    except (OSError, ValueError, IndexError):
        raise UnreadError("damaged", "OLE") from None
    for place in range(0, len(directory) - ENTRY + 1, ENTRY):
        kind, start, size = directory[place + 66], *struct.unpack_from("<II", directory, place + 116)
        if kind in (STREAM, ROOT):
            if size > len(data):
                raise UnreadError("damaged", "OLE")
            small = kind == STREAM and size < ole.minisectorcutoff
            _check_chain(ole.minifat if small else ole.fat, start if size else END_OF_CHAIN)


def _check_difat(ole: OleFileIO, data: bytes) -> None:
    """The sectors that list the sectors of the table of chains, each of which ends with the number of the next."""
    sector, seen = ole.first_difat_sector, set()
    while sector < FIRST_RESERVED:
        end = (sector + 2) * ole.sectorsize
        if sector in seen or end > len(data):
            raise UnreadError("damaged", "OLE")
        seen.add(sector)
        (sector,) = struct.unpack_from("<I", data, end - 4)


def _check_chain(following: Sequence[int], sector: int) -> None:
    for _ in range(len(following) + 1):
        if sector >= len(following):
            return
        sector = following[sector]
    raise UnreadError("damaged", "OLE")


def ole_kind(data: bytes, suffix: str = "") -> str:
    """`doc` or `xls`. Raises UnreadError for what else comes in this container, for password protection, and for damage.

    A file whose name's `suffix` promises one of the two and that holds neither is a damaged one.
    """
    with open_ole(data) as ole:
        _check_chains(ole, data)
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
