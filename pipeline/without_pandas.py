"""Keeps pyarrow from loading pandas, which takes a third of a second, where a program has no use for it."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType

import pyarrow as pa

PANDAS = "pandas"


class _Absent(MetaPathFinder):
    """Says that there is no pandas."""

    def find_spec(self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None) -> ModuleSpec | None:  # noqa: ARG002
        if fullname == PANDAS:
            raise ModuleNotFoundError(f"No module named {PANDAS!r}", name=PANDAS)
        return None


def leave_out() -> None:
    """For programs of our own, not for a caller's process: a Series given to pyarrow later on is an ordinary sequence to it.

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
