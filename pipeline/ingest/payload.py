"""What passes between the file boundary and the format readers."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from pipeline.ingest.options import IngestOptions
from pipeline.ingest.reasons import UnreadError


class Budget:
    """How much one input may still unpack to, all its levels together. Mutable: every reader of the input draws on the same one."""

    def __init__(self, options: IngestOptions, packed: int) -> None:
        self.options = options
        self.packed = packed
        self.unpacked = 0

    def take(self, count: int) -> None:
        """Draw `count` unpacked bytes. Raises UnreadError where that is more than the limits allow."""
        self.unpacked += count
        if self.unpacked > self.options.max_unpacked:
            raise UnreadError("unpacks_too_large", self.options.max_unpacked)
        if self.unpacked > self.options.ratio_floor and self.unpacked > self.packed * self.options.max_ratio:
            raise UnreadError("ratio", self.options.max_ratio)


@dataclass(frozen=True, slots=True)
class Payload:
    """One file or member: its bytes, its name's suffix (lower case, with the full stop), and what bounds the reading of it."""

    source: str
    data: bytes
    suffix: str
    options: IngestOptions
    budget: Budget
    depth: int = 0

    @property
    def forced_encoding(self) -> str | None:
        """The encoding that the caller gave for this source, else for all, else None."""
        return self.options.encodings.get(self.source, self.options.encoding)


@dataclass(frozen=True, slots=True)
class Member:
    """A file inside another: the name below it, and what gives its bytes or raises UnreadError."""

    name: str
    load: Callable[[], bytes]


@dataclass(frozen=True, slots=True)
class Content:
    """What a format reader gives: the text, how it was decoded where the format leaves that open, and the files inside.

    `members` is gone through once; UnreadError raised on the way becomes the row of the file itself, and members before it are kept.
    """

    text: str
    encoding: str | None = None
    encoding_basis: str | None = None
    note: str | None = None
    """Damage that the text was read in spite of; becomes the `reason` of an `ok` row."""
    members: Iterable[Member] = ()
    container: bool = False
    """True for an archive: its row is `ok` without a text, and what it holds has rows of its own."""


Reader = Callable[[Payload], Content]
