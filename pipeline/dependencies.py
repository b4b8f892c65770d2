"""What each result follows from: the rule files a stage reads, the code, the libraries. The names in a cache are made of it."""

from __future__ import annotations

import hashlib
import platform
from collections.abc import Mapping
from functools import lru_cache
from importlib import metadata
from pathlib import Path

from pipeline.rulebook import Rulebook

BRICKS = frozenset({"bricks.toml", "units.toml", "words.toml", "hedges.toml", "dates.toml"})
"""What a pattern with bricks in it is compiled from."""

STAGE_FILES: Mapping[str, frozenset[str]] = {
    "ingest": frozenset({"encodings.toml", "readers.toml"}),
    "clean": BRICKS | {"characters.toml", "repairs.toml"},
    "split": BRICKS | {"split.toml", "numerals.toml"},
    "extract": BRICKS
    | {
        "lookalikes.toml",
        "markers.toml",
        "names.toml",
        "numerals.toml",
        "ordinals.toml",
        "quantities.toml",
        "references.toml",
        "tables.toml",
        "words",
    },
    "segment": frozenset({"words"}),
    "interpret": BRICKS
    | {
        "activities.toml",
        "context.toml",
        "links.toml",
        "numerals.toml",
        "objects.toml",
        "orgs.toml",
        "places",
        "places.toml",
        "status.toml",
        "tables.toml",
    }
    | {"years.toml"},
    "unmask": BRICKS | {"masks.toml"},
    "tabulate": BRICKS | {"calendar.toml", "copies.toml", "characters.toml", "repairs.toml"},
    "indicate": BRICKS | {"indicators.toml"},
    "compare": BRICKS | {"indicators.toml", "characters.toml", "repairs.toml"},
    "finish": frozenset({"calendar.toml", "copies.toml", "indicators.toml", "places", "years.toml"}),
}
"""Rule files, and folders of such, by the stage that reads them. A stage reads nothing else: a test takes all other files away."""

READING = ("ingest", "clean", "split", "extract", "segment", "interpret", "unmask", "tabulate")
"""The stages whose results hold whatever the rules of indicators are."""
COMPARING = ("indicate", "compare")

LIBRARIES = (
    "ahocorasick-rs", "google-re2", "jieba", "lunar-python", "lxml", "msdoc2docx", "numpy", "olefile", "opencc", "pyarrow", "pypdfium2",
    "python-calamine", "regex", "rensa", "rjieba", "spacy", "striprtf",
)  # fmt: skip
"""Those whose version can show in a table."""


def rules_hash(book: Rulebook, *stages: str) -> str:
    """SHA-256 over the rule files that these stages read."""
    return book.hash_of(frozenset().union(*(STAGE_FILES[stage] for stage in stages)))


@lru_cache(maxsize=1)
def program_hash() -> str:
    """SHA-256 over the code of this package, the versions of what reads and writes for it, and the language that it runs on."""
    digest = hashlib.sha256(platform.python_version().encode())
    for name in LIBRARIES:
        digest.update(f"{name} {metadata.version(name)}\0".encode())
    home = Path(__file__).parent
    for path in sorted(home.rglob("*.py")):
        digest.update(path.relative_to(home).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()
