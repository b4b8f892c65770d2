"""The readers' own rule files as they stand on the disk now: the shipped one, with an analyst's laid over it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import Any

from pipeline.rule_files import RuleError, laid_over

PACKAGE = Path(__file__).resolve().parent.parent
SHIPPED = (PACKAGE / "rules", PACKAGE.parent / "rules")
"""In the wheel and in the checkout."""
NEVER = r"(?!)"

State = tuple[tuple[Path, int, int], ...]
"""Path, size and time of each file that a table comes from: what is made of it is kept under this, and never outlives a change."""


def state(name: str, folder: Path | None = None) -> State:
    """The state of the files of the table `name` (`readers.toml`). Raises FileNotFoundError where there is no shipped one."""
    shipped = _shipped(name, SHIPPED)
    own = folder / name if folder is not None and (folder / name).is_file() else None
    stats = [(path, path.stat()) for path in (shipped, own) if path is not None]
    return tuple((path, stat.st_size, stat.st_mtime_ns) for path, stat in stats)


@lru_cache(maxsize=16)
def _shipped(name: str, places: tuple[Path, ...]) -> Path:
    for place in places:
        if (place / name).is_file():
            return place / name
    raise FileNotFoundError(f"rules/{name}")


@lru_cache(maxsize=16)
def content(of: State) -> dict[str, Any]:
    """What the files hold, one laid over the other. Raises RuleError."""
    return laid_over([path for path, *_ in of])


def table(name: str, folder: Path | None = None) -> dict[str, Any]:
    """The rule file `name`, with that of the own `folder` over it. Raises FileNotFoundError and RuleError."""
    return content(state(name, folder))


def compiled(patterns: Iterable[str], where: str, flags: int = 0) -> re.Pattern[str]:
    """Patterns of which any may match; none does where there are none. Raises RuleError, with `where`, for one that does not compile."""
    try:
        return re.compile("|".join(f"(?:{pattern})" for pattern in patterns) or NEVER, flags)
    except re.error as error:
        raise RuleError(f"rules/readers.toml: {where}: the pattern does not compile: {error}; check its brackets") from error
