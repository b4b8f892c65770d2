"""The reports' texts on their way from the readers to the review page: on the disk, for an archive's texts need not fit into memory."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from itertools import repeat
from pathlib import Path
from tempfile import TemporaryFile
from types import TracebackType
from typing import IO, Self


class Texts:
    """Texts of reports by source and start, in a nameless file in `folder`; about 300 bytes a report stay in memory."""

    def __init__(self, folder: Path | None = None) -> None:
        self._file: IO[bytes] = TemporaryFile(dir=folder)  # noqa: SIM115  (closed by __exit__)
        self._place: dict[tuple[str, int], tuple[int, int]] = {}
        self._sha256: dict[tuple[str, int], str] = {}
        self._end = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._file.close()

    def add(self, source: str, start: int, text: str, sha256: str | None = None) -> None:
        """Keep the text of the report that begins at `start` of `source`. `sha256`: of the real text, where this one is masked."""
        if sha256 is not None:
            self._sha256[source, start] = sha256
        written = text.encode("utf-8", "surrogatepass")
        self._file.seek(self._end)
        self._file.write(written)
        self._place[source, start] = (self._end, len(written))
        self._end += len(written)

    def add_all(self, sources: Iterable[str], starts: Iterable[int], texts: Iterable[str], sha256: Iterable[str] | None = None) -> None:
        named = list(sources)
        digests: Iterable[str | None] = repeat(None, len(named)) if sha256 is None else sha256
        for source, start, text, digest in zip(named, starts, texts, digests, strict=True):
            self.add(source, start, text, digest)

    def __getitem__(self, key: tuple[str, int]) -> str:
        """The text of the report that begins there. Raises KeyError where none was added."""
        return self._bytes(key).decode("utf-8", "surrogatepass")

    def sha256(self, key: tuple[str, int]) -> str:
        """The SHA-256 of the text in UTF-8, in hex: what a correction knows its report by."""
        return self._sha256.get(key) or hashlib.sha256(self._bytes(key)).hexdigest()

    def _bytes(self, key: tuple[str, int]) -> bytes:
        start, length = self._place[key]
        self._file.seek(start)
        return self._file.read(length)
