"""Where memory comes from, and how what was let go is given back to the system."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping

ARROW_POOL: Mapping[str, str] = {"ARROW_DEFAULT_MEMORY_POOL": "system"} if sys.platform == "linux" else {}
"""What to say in the environment before Arrow is loaded, so that it shares the C library's memory with all else.

Its own pool, mimalloc, keeps what it once had beside what the C library keeps: a worker then holds 290 MiB and not 250, the master at the
end of 60,000 reports 130 MiB more, and neither is quicker.
"""


def share_memory() -> None:
    """Have Arrow, which is not loaded yet, do so in this process and in those that it begins. What the user's environment says counts."""
    for name, value in ARROW_POOL.items():
        os.environ.setdefault(name, value)


def give_back() -> None:
    """Return what the pools of Arrow and of the C library hold and nobody uses.

    Both keep freed memory, for most programs want it again soon (`pa.MemoryPool.release_unused`; `malloc_trim(3)`, of glibc alone).
    A step at the end of a run that goes over the whole archive leaves some hundred megabytes so, and the next step needs other sizes.
    """
    import ctypes

    import pyarrow as pa  # here, so that `share_memory` comes before it

    pa.default_memory_pool().release_unused()
    if sys.platform == "linux":
        trim = getattr(ctypes.CDLL(None), "malloc_trim", None)  # musl has none
        if trim is not None:
            trim(0)
