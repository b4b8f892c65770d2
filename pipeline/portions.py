"""Inputs in portions of about the same size, each with a name made of all that its results follow from."""

from __future__ import annotations

import hashlib
import json
import os
import stat
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from pipeline.dependencies import COMPARING, READING, program_hash, rules_hash
from pipeline.engines.local import Loss, WorkerLostError
from pipeline.ingest import IngestOptions, InputItem
from pipeline.manifest import Manifest
from pipeline.rulebook import Rulebook

PORTION_BYTES = 256 * 1024
PORTION_INPUTS = 64
"""A portion holds about so many bytes, or so many inputs at most, and never less than one."""
CUT = 32
"""After one input in so many a portion ends, told by the input's name: an input more or less changes its own portion and no other."""
PATIENCE, BYTES_PER_SECOND = 900.0, 2_000
"""Seconds for any portion, and as many more as its bytes take at a fraction of the slowest pace."""
SET_BY_RUN = ("exclude", "rules", "encodings")
"""Options of reading that are no part of a name, or are told otherwise in it."""


@dataclass(frozen=True, slots=True)
class Portion:
    """Some inputs to be read together."""

    items: tuple[InputItem, ...]
    digests: tuple[str | None, ...]
    """SHA-256 of the bytes of each input; None where they could not be read, or need not be."""
    below: str | None = None
    """No input of a later portion has a source below it; None where there is none."""
    reading: str | None = None
    """Name of what follows from all rules but those of indicators; None where the results may not be kept."""
    key: str | None = None
    """Name of what follows from all rules."""

    @property
    def size(self) -> int:
        return sum(item.size or 0 for item in self.items)

    @property
    def patience(self) -> float:
        """Seconds after which a worker is taken to hang over it."""
        return _patience(self.size)

    def instead(self, loss: Loss) -> list[Portion]:
        """What is to be done where a worker was lost over it: each input by itself; a single one is given up, with the reason.

        Raises WorkerLostError where a worker is lost over an input that was given up.
        """
        if len(self.items) == 1:
            [item] = self.items
            if item.code is not None:  # no byte of it was read; what ends workers lies elsewhere
                raise WorkerLostError(f"the process that read {item.source} ended ({loss}); is there enough memory?")
            given_up = replace(item, code=loss, detail=f"{self.patience:.0f}")
            return [Portion((given_up,), self.digests, self.below)]
        lows = _lowest_behind([item.source for item in self.items], self.below)
        return [Portion((item,), (digest,), low) for item, digest, low in zip(self.items, self.digests, lows, strict=True)]


@dataclass(frozen=True, slots=True)
class Names:
    """Gives portions their names: hashes of bytes, sources, settings, rules, program and libraries."""

    reading: str
    comparing: str
    manifest: Mapping[str, Any] = field(default_factory=dict)
    """What the manifest says of an input and of the files inside it, by the input's source."""

    @classmethod
    def of(cls, book: Rulebook, options: IngestOptions, manifest: Manifest, segmenter: str = "jieba") -> Names:
        set_ = {name: getattr(options, name) for name in options.__slots__ if name not in SET_BY_RUN}
        said: dict[str, list[Any]] = defaultdict(list)
        for (source, part), entry in sorted(manifest.entries.items(), key=lambda pair: (pair[0][0], pair[0][1] or 0)):
            said[source.partition("!/")[0]].append([source, part, dict(entry.fields), entry.year])
        return cls(hashed(program_hash(), rules_hash(book, *READING), set_, segmenter), rules_hash(book, *COMPARING), said)

    def named(self, portion: Portion) -> Portion:
        """The portion with its names, where its results may be kept."""
        pairs = list(zip(portion.items, portion.digests, strict=True))
        if any(digest is None and item.code is None for item, digest in pairs):
            return portion
        told = [
            [item.source, item.path.name, item.code, item.detail, digest, self.manifest.get(item.source.partition("!/")[0])]
            for item, digest in pairs
        ]
        reading = hashed(self.reading, told)
        return replace(portion, reading=reading, key=hashed(reading, self.comparing))


def patience(item: InputItem) -> float:
    """Seconds after which a process is taken to hang over one input."""
    return _patience(item.size or 0)


def _patience(size: int) -> float:
    return PATIENCE + size / BYTES_PER_SECOND


def portions(items: Sequence[InputItem], options: IngestOptions, names: Names) -> list[Portion]:
    """The inputs in their order, each with the hash of its bytes."""
    digests = [_digest(item, options.max_bytes) for item in items]
    lows = _lowest_behind([item.source for item in items], None)
    return [names.named(Portion(tuple(items[a:b]), tuple(digests[a:b]), lows[b - 1])) for a, b in _cuts(items)]


def _cuts(items: Sequence[InputItem]) -> Iterator[tuple[int, int]]:
    """Where portions begin and end."""
    start = size = 0
    for position, item in enumerate(items, start=1):
        size += item.size or 0
        ends = size >= PORTION_BYTES or position - start >= PORTION_INPUTS or _ends_portion(item.source)
        if ends or position == len(items):
            yield start, position
            start, size = position, 0


def _ends_portion(source: str) -> bool:
    return hashlib.sha256(source.encode("utf-8", "surrogatepass")).digest()[0] % CUT == 0


def _lowest_behind(sources: Sequence[str], last: str | None) -> list[str | None]:
    """For each source the lowest of all that come behind it."""
    lows: list[str | None] = []
    for source in reversed(sources):
        lows.append(last)
        last = source if last is None else min(source, last)
    return lows[::-1]


def _digest(item: InputItem, limit: int) -> str | None:
    """SHA-256 of a regular file; None for anything else, and for a file that is too large to be read anyway."""
    if item.code is not None or (item.size or 0) > limit:
        return None
    try:
        handle = os.open(item.path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
        with os.fdopen(handle, "rb") as file:
            if not stat.S_ISREG(os.fstat(handle).st_mode):
                return None
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return None


def hashed(*parts: Any) -> str:
    """SHA-256 of values of any plain type."""
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()
