"""Arrow shares the C library's memory, and what was let go goes back to the system."""

import ctypes
import os
import subprocess
import sys
from pathlib import Path

import pytest

from pipeline.memory import ARROW_POOL, give_back

PIECE = 100_000
"""Bytes: below what glibc asks of the system one by one (mallopt(3), M_MMAP_THRESHOLD)."""
PIECES = 1_000


def _resident() -> int:
    """Bytes of this process that are in memory."""
    [line] = [line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmRSS:")]
    return int(line.split()[1]) * 1024


@pytest.mark.skipif(sys.platform != "linux" or not hasattr(ctypes.CDLL(None), "malloc_trim"), reason="another C library decides for itself")
def test_what_was_let_go_goes_back_though_the_last_piece_is_held() -> None:
    pieces = [bytes([number % 255 + 1]) * PIECE for number in range(PIECES)]
    last = pieces[-1]
    full = _resident()
    pieces.clear()
    give_back()
    assert full - _resident() > PIECE * PIECES / 2
    assert len(last) == PIECE


PROGRAM = """
import sys
from contextlib import suppress

from pipeline.cli import main

sys.argv = ["taizhang", "--help"]
with suppress(SystemExit):
    main()

import pyarrow

print(pyarrow.default_memory_pool().backend_name)
"""


@pytest.mark.skipif(not ARROW_POOL, reason="measured on Linux alone")
@pytest.mark.parametrize(("said", "pool"), [({}, "system"), ({"ARROW_DEFAULT_MEMORY_POOL": "mimalloc"}, "mimalloc")])
def test_the_programs_arrow_shares_memory_unless_the_user_says_otherwise(said: dict[str, str], pool: str) -> None:
    outside = {name: value for name, value in os.environ.items() if name not in ARROW_POOL}
    done = subprocess.run([sys.executable, "-c", PROGRAM], env={**outside, **said}, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == pool
