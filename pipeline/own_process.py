"""What the program may do to a process of its own, and the library not to its caller's: leave pandas out, seldom look for garbage."""

from __future__ import annotations

import gc
import sys
from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType

import pyarrow as pa

PANDAS = "pandas"
NEW_OBJECTS = 50_000
"""So many containers more than before make Python look for circles among them, in place of 700: reading makes next to none, and loading the
rules makes half a million that stay."""


class _Absent(MetaPathFinder):
    """Says that there is no pandas."""

    def find_spec(self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None) -> ModuleSpec | None:  # noqa: ARG002
        if fullname == PANDAS:
            raise ModuleNotFoundError(f"No module named {PANDAS!r}", name=PANDAS)
        return None


def settle_in() -> None:
    """Make this process quick for reading reports. Tables are the same without it."""
    gc.set_threshold(NEW_OBJECTS)
    _leave_pandas_out()


def _leave_pandas_out() -> None:
    """Spares a third of a second. A Series given to pyarrow later on is an ordinary sequence to it.

    pyarrow looks for pandas once, at the first list that it makes an array of: the list could be a Series. Where there seems to be none
    it goes on without, and looks again only when a table is to become a DataFrame, which works as ever.
    """
    if PANDAS in sys.modules:
        return
    absent = _Absent()
    sys.meta_path.insert(0, absent)
    try:
        pa.array([None])
    finally:
        sys.meta_path.remove(absent)
