"""A run's folder: the new tables are written beside the old ones and take their place as a whole; files that are not ours stay."""

from __future__ import annotations

import json
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from pipeline.schema import COMPARISON, TABLES

RUN_FILE = "run.json"
SCHEMA_FILE = "schema.json"
WORKBOOK_FILE = "taizhang.xlsx"
PAGE_FILE = "review.html"
TEXT_FOLDER = "text"
_STAGING_PREFIX = ".taizhang-"
_LOCK_FILE = ".taizhang.lock"


def own_names() -> tuple[str, ...]:
    """Everything that a run may write into its folder."""
    tables = tuple(f"{name}.{suffix}" for name in (*TABLES, COMPARISON.name) for suffix in ("parquet", "csv"))
    return (*tables, SCHEMA_FILE, WORKBOOK_FILE, PAGE_FILE, TEXT_FOLDER, RUN_FILE)


class FolderBusyError(OSError):
    """Another run writes into the folder."""


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """The folder, made where there is none, for this run alone; what killed runs left in it is removed.

    The system lets the lock go when the process ends, however it ends. Raises FolderBusyError, and OSError where the folder cannot be made.
    """
    folder.mkdir(parents=True, exist_ok=True)
    handle = _lock(folder)
    try:
        for leftover in folder.glob(_STAGING_PREFIX + "*"):
            _remove(leftover)
        yield
    finally:
        os.close(handle)


def _lock(folder: Path) -> int:
    try:
        if sys.platform == "win32":  # a file that is there as long as its handle is
            return os.open(folder / _LOCK_FILE, os.O_CREAT | os.O_EXCL | os.O_RDWR | os.O_TEMPORARY)
        handle = os.open(folder, os.O_RDONLY)
        import fcntl

        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (BlockingIOError, FileExistsError):
        raise FolderBusyError(f"{folder}: another run writes its tables there; wait for its end, or give another folder") from None
    return handle


def note_outputs(folder: Path) -> None:
    """Write into run.json how large each output is and when it was written, so that a later run sees whether someone has touched it."""
    path = folder / RUN_FILE
    content = json.loads(path.read_bytes())
    content["this_run"]["outputs"] = _outputs(folder)
    new = folder / (_STAGING_PREFIX + RUN_FILE)
    new.write_text(json.dumps(content, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    new.replace(path)


def untouched(folder: Path, name: str) -> dict[str, Any] | None:
    """Content of run.json, where it is that of a run of this name whose outputs are as it left them."""
    try:
        content = json.loads((folder / RUN_FILE).read_bytes())
        this_run = content["this_run"]
        same = this_run["name"] == name and this_run["outputs"] == _outputs(folder)
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return content if same else None


def _outputs(folder: Path) -> dict[str, list[int]]:
    """Bytes and time of last change of each output but run.json."""
    files = [path for name in own_names() if name != RUN_FILE for path in ((folder / name), *sorted((folder / name).rglob("*")))]
    return {path.relative_to(folder).as_posix(): [(s := path.stat()).st_size, s.st_mtime_ns] for path in files if path.is_file()}


@contextmanager
def replacing(folder: Path) -> Iterator[Path]:
    """A fresh folder to write into; when the block ends without an error, what it holds replaces the tables of `folder`.

    The run file is taken away first and put in place last: a folder without one was left in the middle of it. On an error the old
    tables stay untouched. Raises OSError where `folder` cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    staging = Path(tempfile.mkdtemp(prefix=_STAGING_PREFIX, dir=folder))
    try:
        yield staging
        for name in {path.name for path in staging.iterdir()} - set(own_names()):
            _remove(staging / name)
        _sync(staging)
        _swap(staging, folder)
    finally:
        shutil.rmtree(staging, ignore_errors=True)


def _swap(staging: Path, folder: Path) -> None:
    new = {path.name for path in staging.iterdir()}
    (folder / RUN_FILE).unlink(missing_ok=True)
    old_text = staging / ".old"
    if (folder / TEXT_FOLDER).exists():
        (folder / TEXT_FOLDER).rename(old_text)
    for name in own_names():
        if name != TEXT_FOLDER:
            _remove(folder / name)
        if name in new:
            (staging / name).replace(folder / name)


def _remove(path: Path) -> None:
    """A table may be a file, or a folder of parts."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def _sync(folder: Path) -> None:
    """Bytes on the disk before their names change, so that a power cut leaves no empty tables."""
    for path in folder.rglob("*"):
        if path.is_file():
            with path.open("r+b") as file:  # Windows syncs only what may be written
                os.fsync(file.fileno())
