"""Excel 97 workbooks (.xls) before they are opened: what a small one would expand to ([MS-XLS] 2.4.262, 2.4.265).

The reader lays out every sheet to its far corner, and every shared string as often as a cell points to it.
"""

from __future__ import annotations

import struct
from array import array
from collections import Counter
from collections.abc import Iterator

from pipeline.ingest.ole import open_ole
from pipeline.ingest.payload import Payload
from pipeline.ingest.reasons import UnreadError

SHEET_BEGIN, SHEET_NAME, STRINGS, CONTINUED, SHARED = 0x0809, 0x0085, 0x00FC, 0x003C, 0x00FD
CELLS = frozenset({0x0006, 0x00BD, 0x00BE, 0x0201, 0x0203, 0x0204, 0x0205, 0x0207, 0x027E, SHARED})
"""Records that begin with a row and a column."""
MANY_COLUMNS = frozenset({0x00BD, 0x00BE})
"""Those that end with the last of several columns."""
WIDE, STYLED, SPOKEN = 0x01, 0x08, 0x04
Record = tuple[int, int, bytes]
"""Place, kind, content."""


def expansion(payload: Payload) -> tuple[int, int]:
    """Cells of all sheets, each to its far corner, and bytes of the shared strings, each as often as it comes. Raises UnreadError."""
    cells = width = height = before = 0
    uses: Counter[int] = Counter()
    strings: list[bytes] = []
    begun: set[int] = set()
    named: list[int] = []
    for place, kind, data in _records(_stream(payload.data)):
        if kind == SHEET_BEGIN:
            cells, width, height = cells + width * height, 0, 0
            begun.add(place)
        elif kind == SHEET_NAME and len(data) >= 4:
            named += struct.unpack_from("<I", data)
        elif kind in CELLS and len(data) >= 4:
            row, column = struct.unpack_from("<HH", data)
            last = struct.unpack_from("<H", data, len(data) - 2)[0] if kind in MANY_COLUMNS else column
            width, height = max(width, column + 1, last + 1), max(height, row + 1)
        if kind == SHARED and len(data) >= 10:
            uses[struct.unpack_from("<I", data, 6)[0]] += 1
        if kind == STRINGS or (kind == CONTINUED and before == STRINGS):
            strings.append(data)
        before = before if kind == CONTINUED else kind
    if len(set(named)) < len(named) or not begun.issuperset(named):  # one sheet under several names
        raise UnreadError("damaged", "workbook")
    return cells + width * height, _size(uses, strings)


def _stream(data: bytes) -> bytes:
    with open_ole(data) as ole:
        for name in ("Workbook", "Book"):
            if ole.exists(name):
                try:
                    content: bytes = ole.openstream(name).read()
                except (OSError, ValueError, IndexError):
                    break
                return content
    raise UnreadError("damaged", "workbook")


def _records(stream: bytes) -> Iterator[Record]:
    place = 0
    while place + 4 <= len(stream):
        kind, size = struct.unpack_from("<HH", stream, place)
        yield place, kind, stream[place + 4 : place + 4 + size]
        place += 4 + size


def _size(uses: Counter[int], strings: list[bytes]) -> int:
    """Bytes, in UTF-16. The strings are gone through only where one of them comes again."""
    if not uses or uses.most_common(1)[0][1] == 1:
        return sum(map(len, strings))
    lengths = _lengths(strings)
    return sum(2 * lengths[number] * count for number, count in uses.items() if number < len(lengths))


def _lengths(strings: list[bytes]) -> array[int]:
    """Characters of each shared string, as far as the table is sound.

    Its records run on in each other. A string whose characters do so has a new flag for their width at the head of each record.
    """
    lengths = array("I")
    table = _Table(strings)
    try:
        table.skip(8)
        while not table.ended:
            count, flags = struct.unpack("<HB", table.take(3))
            runs = struct.unpack("<H", table.take(2))[0] if flags & STYLED else 0
            spoken = struct.unpack("<I", table.take(4))[0] if flags & SPOKEN else 0
            lengths.append(count)
            table.skip_characters(count, bool(flags & WIDE))
            table.skip(4 * runs + spoken)
    except (struct.error, IndexError):
        return lengths
    return lengths


class _Table:
    """A place in the records of the shared strings."""

    def __init__(self, records: list[bytes]) -> None:
        self._records = records
        self._record = 0
        self._place = 0

    @property
    def ended(self) -> bool:
        self._go_on()
        return self._record >= len(self._records)

    def take(self, size: int) -> bytes:
        """The next bytes, which lie in one record. Raises IndexError at the end."""
        self._go_on()
        found = self._records[self._record][self._place : self._place + size]
        self._place += size
        return found

    def skip(self, size: int) -> None:
        while size:
            self._go_on()
            step = min(size, self._left())
            self._place += step
            size -= step

    def skip_characters(self, count: int, wide: bool) -> None:
        while count:
            if not self._left():
                wide = bool(self.take(1)[0] & WIDE)
            step = min(count, self._left() // (2 if wide else 1))
            if not step:
                raise IndexError
            self._place += step * (2 if wide else 1)
            count -= step

    def _left(self) -> int:
        return len(self._records[self._record]) - self._place

    def _go_on(self) -> None:
        while self._record < len(self._records) and self._left() <= 0:
            self._record += 1
            self._place = 0
