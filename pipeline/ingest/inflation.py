"""What the packed streams of a PDF unpack to, measured piece by piece before a library unpacks them whole."""

from __future__ import annotations

import re
import zlib

from pipeline.ingest.options import IngestOptions
from pipeline.ingest.reasons import UnreadError

STREAM = re.compile(rb"stream\r?\n")
PIECE = 1 << 20
MAX_FILTERS = 8
"""Packings in each other that are undone; a stream of 14 kB packed twice came to 8 GB."""


def check(data: bytes, options: IngestOptions) -> None:
    """Raises UnreadError for a stream that unpacks to more than a file may have, and for streams that together do."""
    total = 0
    for found in STREAM.finditer(data):
        if not _is_packed(data[found.end() : found.end() + 2]):
            continue
        meter = _Meter(options.max_bytes, MAX_FILTERS)
        meter.feed(memoryview(data)[found.end() :])
        total += meter.largest
        if total > options.max_unpacked:
            raise UnreadError("unpacks_too_large", options.max_unpacked)


def _is_packed(head: bytes) -> bool:
    """Whether these are the first two bytes of a zlib stream (RFC 1950)."""
    return len(head) == 2 and head[0] & 15 == 8 and int.from_bytes(head, "big") % 31 == 0


class _Meter:
    """Unpacks, counts and forgets; where what comes out is packed itself, one below counts on. Mutable."""

    def __init__(self, most: int, levels: int) -> None:
        self._most = most
        self._levels = levels
        self._packer = zlib.decompressobj()
        self._size = 0
        self._below: _Meter | None = None

    @property
    def largest(self) -> int:
        return max(self._size, self._below.largest if self._below else 0)

    def feed(self, packed: bytes | memoryview) -> None:
        """Take more of the stream; what lies behind its end, or is damaged, is none of it. Raises UnreadError beyond the limit."""
        for start in range(0, len(packed), PIECE):
            piece: bytes | memoryview = packed[start : start + PIECE]
            while piece:
                try:
                    out = self._packer.decompress(piece, PIECE)
                except zlib.error:
                    return
                piece = self._packer.unconsumed_tail
                self._count(out)
            if self._packer.eof:
                return

    def _count(self, out: bytes) -> None:
        if not self._size and self._levels and _is_packed(out[:2]):
            self._below = _Meter(self._most, self._levels - 1)
        self._size += len(out)
        if self._size > self._most:
            raise UnreadError("too_large", f"over {self._most}")
        if self._below is not None:
            self._below.feed(out)
