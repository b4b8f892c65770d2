"""What a run says of itself: its result and the content of run.json."""

from __future__ import annotations

import platform
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from pipeline.finish import UNREAD
from pipeline.rulebook import Rulebook
from pipeline.write import about

LIBRARIES = ("google-re2", "jieba", "pyarrow", "regex", "rjieba", "spacy", "xlsxwriter")
"""Those whose versions run.json names."""


@dataclass(frozen=True, slots=True)
class RunResult:
    """What a run did. `counts` is the part of run.json of that name; `comparison` the wide table."""

    out: Path
    counts: Mapping[str, Any]
    comparison: pa.Table
    unread: tuple[tuple[str, str], ...]
    """Source and reason of each input that could not be read."""
    exit_status: int
    """0 all read, 1 some inputs could not be read, 3 nothing could be read."""


def run_content(book: Rulebook, counts: Mapping[str, Any], segmenter: str, this_run: Mapping[str, Any]) -> dict[str, Any]:
    """Content of run.json. What differs between two equal runs stands under `this_run`."""
    return {
        about.OWN_KEY: version(),
        "rules": book.hash,
        "gazetteer": gazetteer_date(book),
        "segmenter": segmenter,
        "libraries": {name: metadata.version(name) for name in LIBRARIES},
        "counts": counts,
        about.THIS_RUN: {**this_run, "python": platform.python_version(), "system": platform.platform()},
    }


def gazetteer_date(book: Rulebook) -> str | None:
    """The date of the places that the rules know, as the gazetteer itself says; None where there is none."""
    path = book.folder / "places" / "divisions.parquet"
    if not path.is_file():
        return None
    written: bytes | None = (pq.read_schema(path).metadata or {}).get(b"as_of")
    return None if written is None else written.decode()


def version() -> str:
    """The installed version; `0` in a checkout that was never installed."""
    try:
        return metadata.version("taizhang")
    except metadata.PackageNotFoundError:
        return "0"


def exit_status(counts: Mapping[str, Any]) -> int:
    """As RunResult.exit_status tells."""
    files = counts["files"]
    if not files.get("ok"):
        return 3
    return 1 if any(files.get(status) for status in UNREAD) else 0
