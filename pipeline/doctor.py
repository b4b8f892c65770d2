"""What this installation has and lacks: versions, optional readers, fonts, rules, and a sentence read as a test."""

from __future__ import annotations

import platform
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module, metadata
from typing import Any

from pipeline import rulebook
from pipeline.run_record import gazetteer_date, version

LIBRARIES = (
    "ahocorasick-rs", "google-re2", "jieba", "lunar-python", "lxml", "msdoc2docx", "msgspec", "numpy", "olefile", "opencc", "pandas",
    "platformdirs", "pyarrow", "pypdfium2", "python-calamine", "regex", "rensa", "rich", "rjieba", "spacy", "striprtf", "typer",
    "xlsxwriter",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Finding:
    """One line: what was looked at, what was found; `fine` False where something must be done, None where something may be."""

    name: str
    found: str
    fine: bool | None = True


def examine() -> Iterator[Finding]:
    """Look at everything, in a fixed order."""
    yield Finding("taizhang", version())
    yield Finding("python", f"{platform.python_version()} on {platform.platform()}")
    for name in LIBRARIES:
        yield _library(name)
    yield from _readers()
    yield _fonts()
    yield _cache()
    yield from _rules()


def _library(name: str) -> Finding:
    try:
        return Finding(name, metadata.version(name))
    except metadata.PackageNotFoundError:
        return Finding(name, f"not installed; pip install {name}", False)


def _readers() -> Iterator[Finding]:
    """Formats whose reader's library is missing."""
    from pipeline.ingest.formats import READERS

    missing: dict[str, str] = {}
    for form, module in READERS.items():
        try:
            import_module(f"pipeline.ingest.{module}")
        except ImportError as error:
            missing[form] = error.name or str(error)
    yield Finding("formats", " ".join(form for form in READERS if form not in missing))
    for form, library in missing.items():
        yield Finding(f".{form}", f"not read; pip install {library}", None)


def _fonts() -> Finding:
    """Fonts with Chinese glyphs, which plots and pictures need; the tables do not."""
    lister = shutil.which("fc-list")
    if lister is None:
        return Finding("fonts", "fc-list is not there to tell", None)
    listed = subprocess.run([lister, ":lang=zh", "family"], capture_output=True, text=True, check=False).stdout
    families = sorted({line.split(",")[0] for line in listed.splitlines() if line})
    return Finding("fonts", ", ".join(families[:5]) or "none with Chinese glyphs; install fonts-noto-cjk for plots", bool(families) or None)


def _cache() -> Finding:
    """Where results are kept for later runs; the folder can be removed at any time."""
    from pipeline.cache import SUFFIX, default_folder

    kept = [path.stat().st_size for path in default_folder().glob("*/*" + SUFFIX)]
    return Finding("cache", f"{default_folder()}: {len(kept)} files, {sum(kept) / 1e6:.0f} MB at most; remove the folder to clear it")


def _rules() -> Iterator[Finding]:
    """The rules load, and read the sentence that labels.toml has for this."""
    try:
        book = rulebook.load()
        sample: dict[str, Any] = book.table("labels")["doctor"]
        yield Finding("rules", f"{book.hash[:12]}, {len(book.indicators)} indicators, {len(book.activities)} activities")
        yield Finding("gazetteer", gazetteer_date(book) or "none", None if gazetteer_date(book) is None else True)
        from pipeline.library import extract

        read = [sample["sentence"][fact.start : fact.end] for fact in extract(sample["sentence"])]
        yield Finding("self-test", " ".join(read), read == sample["reads"])
    except rulebook.RuleError as error:
        yield Finding("rules", str(error), False)
