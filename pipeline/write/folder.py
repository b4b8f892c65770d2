"""A run's folder: the new tables are written beside the old ones and take their place as a whole; files that are not ours stay."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pipeline.schema import COMPARISON, TABLES

RUN_FILE = "run.json"
SCHEMA_FILE = "schema.json"
WORKBOOK_FILE = "taizhang.xlsx"
PAGE_FILE = "review.html"
TEXT_FOLDER = "text"
_STAGING_PREFIX = ".taizhang-"


def own_names() -> tuple[str, ...]:
    """Everything that a run may write into its folder."""
    tables = tuple(f"{name}.{suffix}" for name in (*TABLES, COMPARISON.name) for suffix in ("parquet", "csv"))
    return (*tables, SCHEMA_FILE, WORKBOOK_FILE, PAGE_FILE, TEXT_FOLDER, RUN_FILE)


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
