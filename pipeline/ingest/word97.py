"""The bare text of a Word 97–2003 file: its main story, by way of the piece table ([MS-DOC] 2.4.1, 2.5.1, 2.9.38)."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

from pipeline.ingest.ole import open_ole
from pipeline.ingest.reasons import UnreadError

FIRST_WORD97 = 0xC1
ENCRYPTED = 0x0100
TABLE_1 = 0x0200
FLAGS = 0x0A
CCP_TEXT = 0x4C
FC_CLX = 0x01A2
PIECES = 0x02
PROPERTIES = 0x01
COMPRESSED = 0x40000000
BREAKS = str.maketrans({"\r": "\n", "\x0b": "\n", "\x0c": "\n", "\x0e": "\n", "\x1e": "-", "\x1f": None, "\x01": None, "\x08": None})
CELL_END = "\x07"
FIELD_BEGIN, FIELD_RESULT, FIELD_END = "\x13", "\x14", "\x15"


@dataclass(frozen=True, slots=True)
class _Piece:
    characters: int
    offset: int
    compressed: bool


def check(data: bytes) -> None:
    """Raises UnreadError for a file that is protected by a password, older than Word 97, or has no text stream."""
    header = _stream(data, "WordDocument")
    if len(header) < FC_CLX + 8:
        raise UnreadError("damaged", "doc")
    if struct.unpack_from("<H", header, FLAGS)[0] & ENCRYPTED:
        raise UnreadError("password")
    if struct.unpack_from("<H", header, 2)[0] < FIRST_WORD97:
        raise UnreadError("unsupported", "A Word file older than Word 97")


def bare_text(data: bytes) -> str:
    """Paragraphs as lines, table rows with tabs; no automatic numbers. Raises UnreadError where the piece table is damaged."""
    document = _stream(data, "WordDocument")
    try:
        flags = struct.unpack_from("<H", document, FLAGS)[0]
        length = struct.unpack_from("<i", document, CCP_TEXT)[0]
        start, size = struct.unpack_from("<II", document, FC_CLX)
        tables = _stream(data, "1Table" if flags & TABLE_1 else "0Table")
        raw = "".join(_read(document, piece) for piece in _pieces(tables[start : start + size]))
    except struct.error:
        raise UnreadError("damaged", "doc") from None
    return _without_fields(_rows(raw[:length])).translate(BREAKS)


def _stream(data: bytes, name: str) -> bytes:
    with open_ole(data) as ole:
        try:
            content: bytes = ole.openstream(name).read()
        except (OSError, ValueError, IndexError):
            raise UnreadError("damaged", "doc") from None
    return content


def _pieces(clx: bytes) -> Iterator[_Piece]:
    position = 0
    while position < len(clx) and clx[position] == PROPERTIES:
        position += 3 + int(struct.unpack_from("<H", clx, position + 1)[0])
    if position >= len(clx) or clx[position] != PIECES:
        raise UnreadError("damaged", "doc")
    size = struct.unpack_from("<I", clx, position + 1)[0]
    table = clx[position + 5 : position + 5 + size]
    count = (len(table) - 4) // 12
    bounds = struct.unpack_from(f"<{count + 1}I", table)
    for index in range(count):
        place = struct.unpack_from("<I", table, 4 * (count + 1) + 8 * index + 2)[0]
        compressed = bool(place & COMPRESSED)
        place &= COMPRESSED - 1
        if bounds[index + 1] > bounds[index]:
            yield _Piece(bounds[index + 1] - bounds[index], place // 2 if compressed else place, compressed)


def _read(document: bytes, piece: _Piece) -> str:
    size = piece.characters if piece.compressed else 2 * piece.characters
    data = document[piece.offset : piece.offset + size]
    if len(data) < size:
        raise UnreadError("damaged", "doc")
    return data.decode("cp1252" if piece.compressed else "utf-16-le", "replace")


def _rows(raw: str) -> str:
    """Cells with tabs between them; a row ends with a mark of its own, so that two of them stand side by side."""
    return raw.replace(CELL_END * 2, "\r").replace(CELL_END, "\t")


def _without_fields(text: str) -> str:
    """Text without the codes of fields (PAGE, HYPERLINK "…"), with their results."""
    kept: list[str] = []
    open_fields: list[bool] = []
    """For each field that the place lies in, innermost last: whether it lies in its code."""
    in_codes = 0
    for character in text:
        if character == FIELD_BEGIN:
            open_fields.append(True)
            in_codes += 1
        elif character in (FIELD_RESULT, FIELD_END):
            if open_fields:
                in_codes -= open_fields[-1]
                open_fields[-1] = False
            if open_fields and character == FIELD_END:
                open_fields.pop()
        elif not in_codes:
            kept.append(character)
    return "".join(kept)
