"""What a file is, told from its first bytes; the name only settles between formats that are all text."""

from __future__ import annotations

from pipeline.ingest.reasons import UnreadError

PICTURES = (
    (b"\x89PNG\r\n\x1a\n", "PNG"),
    (b"\xff\xd8\xff", "JPEG"),
    (b"GIF8", "GIF"),
    (b"BM", "BMP"),
    (b"II*\0", "TIFF"),
    (b"MM\0*", "TIFF"),
)
TEXT_SUFFIXES = {".txt": "txt", ".text": "txt", "": "txt", ".md": "md", ".markdown": "md"}


def sniff(data: bytes, suffix: str) -> str:
    """Format of `data`, a key of `formats.READERS`. Raises UnreadError for what is not read."""
    for signature, name in PICTURES:
        if data.startswith(signature) and not (name == "BMP" and data[2:14].isascii() and data[6:10] != b"\0\0\0\0"):
            raise UnreadError("picture", name)
    if suffix not in TEXT_SUFFIXES:
        raise UnreadError("unsupported", suffix)
    return TEXT_SUFFIXES[suffix]
