"""Gives memory back to the system that was let go and is held for the next time."""

from __future__ import annotations

import ctypes
import sys

import pyarrow as pa


def give_back() -> None:
    """Return what the pools of Arrow and of the C library hold and nobody uses.

    Both keep freed memory, for most programs want it again soon (`pa.MemoryPool.release_unused`; `malloc_trim(3)`, of glibc alone).
    A step at the end of a run that goes over the whole archive leaves some hundred megabytes so, and the next step needs other sizes.
    """
    pa.default_memory_pool().release_unused()
    if sys.platform == "linux":
        trim = getattr(ctypes.CDLL(None), "malloc_trim", None)  # musl has none
        if trim is not None:
            trim(0)
