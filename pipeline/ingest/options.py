"""What a caller can set for reading, and the limits that keep one hostile file from costing the run."""

from __future__ import annotations

import codecs
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

MEBI = 1024 * 1024


@dataclass(frozen=True, slots=True)
class IngestOptions:
    """Settings of a read. All limits count work, never seconds, so that a slow machine reads the same.

    Raises ValueError for an unknown encoding name or a limit below 1.
    """

    exclude: tuple[Path, ...] = ()
    """Folders that are never read: the run's own DIR, its cache."""
    encoding: str | None = None
    """Codec for every file whose bytes are text, in place of the choice by content."""
    encodings: Mapping[str, str] = field(default_factory=dict)
    """Codec by source (the manifest's); wins over `encoding`."""
    text_column: str | None = None
    """Header of the column of .xlsx .xls .csv that holds the reports; found by content where None."""
    rules: Path | None = None
    """Folder of an analyst's own rule files; each stands in the place of the shipped file of its name."""
    follow_links: bool = False
    """Follow symbolic links that lead out of the input folder."""

    max_bytes: int = 256 * MEBI
    """Bytes of one file, or of one member of an archive."""
    max_chars: int = 20_000_000
    """Code points of one file's text."""
    max_numbers: int = 1_000_000
    """Numerals in one file's text, a run of digits or of Chinese numerals counted as one: each costs work in every stage."""
    max_depth: int = 3
    """Archives inside archives and mails inside mails."""
    max_members: int = 20_000
    """Members of one archive, attachments of one mail, parts of one office file."""
    max_unpacked: int = 2048 * MEBI
    """Bytes that one input may unpack to, all its levels together."""
    max_ratio: int = 200
    """Unpacked bytes for each packed byte; looked at only above `ratio_floor` bytes, for short runs of zeros pack as well."""
    ratio_floor: int = 8 * MEBI
    max_elements: int = 5_000_000
    """Elements in one part of an office file, lines of one mail: what these are made of, text or not. Each takes a hundred bytes."""
    max_pages: int = 2_000
    """Pages of one PDF."""
    max_rows: int = 1_000_000
    """Rows of one sheet or CSV file."""
    max_folders: int = 64
    """Folders inside folders."""

    max_seconds: int = 600
    """Seconds for one input, all its levels together: the last net. It does not make a slow machine read less, for the limits above end
    every file that is foreseen long before, and an input that it stops is refused as a whole."""

    def __post_init__(self) -> None:
        for name in (self.encoding, *self.encodings.values()):
            if name is not None:
                check_encoding(name)
        for name in self.__slots__:
            if name.startswith("max_") and getattr(self, name) < 1:
                raise ValueError(f"{name} must be at least 1")


def limit_names() -> tuple[str, ...]:
    """The limits that a configuration may set."""
    return tuple(name for name in IngestOptions.__slots__ if name.startswith("max_") or name == "ratio_floor")


def check_encoding(name: str) -> str:
    """Python's name of the text codec `name`. Raises ValueError where there is none."""
    try:
        info = codecs.lookup(name)
        b"00".decode(name, "replace")  # none at all would be decoded without a look at the codec
    except LookupError as error:  # also what bytes.decode says of codecs that give no text (hex, zlib)
        raise ValueError(f"unknown encoding: {name}; name it as Python does, e.g. gb18030, utf-8 or big5, or leave it out") from error
    return info.name
