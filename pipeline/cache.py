"""Results kept for later runs: files named by a hash of all that they follow from. Several runs may share a folder.

An entry is written under a name of its own and then renamed, so that it is there whole or not at all; it carries a checksum, so that a
damaged one is found out and made anew. Entries are never changed.
"""

from __future__ import annotations

import os
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

MAX_BYTES = 8 * 1024**3
"""Beyond so many bytes the entries that were not used for longest go. An archive of 50 MB of text takes about 250 MB."""
SUFFIX = ".batch"
_UNFINISHED = ".unfinished-"
UNFINISHED_SECONDS = 86_400
"""An unfinished entry of that age belongs to a run that was killed."""


def default_folder() -> Path:
    """Where a user's caches belong on this system."""
    import platformdirs

    return Path(platformdirs.user_cache_dir("taizhang", appauthor=False))


@dataclass(frozen=True, slots=True)
class Cache:
    """A folder of entries."""

    folder: Path

    def prepare(self) -> None:
        """Make the folder, for the user alone: it holds what the reports hold. Raises OSError."""
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)

    def path(self, key: str) -> Path:
        """Where the entry of that name is, or would be."""
        return self.folder / key[:2] / (key[2:] + SUFFIX)

    def find(self, key: str) -> Path | None:
        """The entry of that name, marked as used; None where there is none."""
        path = self.path(key)
        try:
            os.utime(path)
        except OSError:
            return path if path.is_file() else None
        return path

    def put(self, key: str, content: bytes) -> Path:
        """Write an entry. Raises OSError where the disk is full; then nothing is left of it."""
        path = self.path(key)
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, content)
        return path

    def link(self, key: str, entry: Path) -> None:
        """Give an entry a second name, in the place of what has it. Raises OSError."""
        path = self.path(key)
        path.parent.mkdir(parents=True, exist_ok=True)
        name = path.with_name(f"{_UNFINISHED}{os.getpid()}-{path.name}")
        name.unlink(missing_ok=True)
        try:
            os.link(entry, name)
        except OSError:  # a file system without links
            name.write_bytes(entry.read_bytes())
        name.replace(path)

    def forget(self, path: Path) -> None:
        """Remove an entry that is of no use."""
        with suppress(FileNotFoundError):
            path.unlink()

    def shrink(self, limit: int = MAX_BYTES) -> None:
        """Remove what was not used for longest until the rest is within the limit, and what killed runs left unfinished."""
        found: list[tuple[float, int, int, Path]] = []
        newest = 0.0
        for path in self.folder.glob("*/*" + SUFFIX):
            with suppress(FileNotFoundError):
                about = path.stat()
                found.append((about.st_mtime, about.st_ino, about.st_size, path))
                newest = max(newest, about.st_mtime)
        for used, _, _, path in found:
            if path.name.startswith(_UNFINISHED) and used < newest - UNFINISHED_SECONDS:
                self.forget(path)
        size = sum({inode: size for _, inode, size, _ in found}.values())
        for _, _, bytes_, path in sorted(found):
            if size <= limit:
                return
            if not path.name.startswith(_UNFINISHED):
                size -= bytes_ if path.stat().st_nlink == 1 else 0
                self.forget(path)


def write_whole(path: Path, content: bytes) -> None:
    """Write a file that is there whole or not at all. Raises OSError."""
    handle, name = tempfile.mkstemp(prefix=_UNFINISHED, suffix=SUFFIX, dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        os.replace(name, path)  # noqa: PTH105  the name is no Path
    except BaseException:
        with suppress(FileNotFoundError):
            os.unlink(name)  # noqa: PTH108
        raise
