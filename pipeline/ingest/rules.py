"""The readers' own rule files, loaded once: an analyst's file where there is one, else the shipped one."""

from __future__ import annotations

import tomllib
from functools import lru_cache
from pathlib import Path
from typing import Any

PACKAGE = Path(__file__).resolve().parent.parent
SHIPPED = (PACKAGE / "rules", PACKAGE.parent / "rules")
"""In the wheel and in the checkout."""


@lru_cache(maxsize=16)
def table(name: str, folder: Path | None = None) -> dict[str, Any]:
    """Content of the rule file `name`. Raises FileNotFoundError where no folder has it, and tomllib.TOMLDecodeError."""
    for place in (folder, *SHIPPED):
        if place is not None and (place / name).is_file():
            return tomllib.loads((place / name).read_text(encoding="utf-8"))
    raise FileNotFoundError(f"rules/{name}")
