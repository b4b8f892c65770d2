"""Identical bytes for identical inputs, whatever the number of workers, the hash seed, the time zone, the locale or the order."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow
RAW = Path(__file__).resolve().parent.parent / "data" / "raw"

ONE_WAY = {"PYTHONHASHSEED": "1", "TZ": "Asia/Shanghai", "LC_ALL": "C.UTF-8"}
ANOTHER = {"PYTHONHASHSEED": "20", "TZ": "America/New_York", "LC_ALL": "C", "PYTHONUTF8": "0"}


MAIN = "from pipeline.cli import main; main()"
ANOTHER_DAY = f"""
import time

time.time, time.time_ns = lambda: 1927857906.0, lambda: 1927857906 * 10**9
local, universal = time.localtime, time.gmtime
time.localtime = lambda seconds=None: local(1927857906.0 if seconds is None else seconds)
time.gmtime = lambda seconds=None: universal(1927857906.0 if seconds is None else seconds)
{MAIN}
"""
"""The program on a day years from now, for what asks the module `time`: a zip file's entries among them."""
ASKS_THE_CLOCK = re.compile(r"\b(?:now|today|utcnow)\(|\btime\.(?:time|localtime|gmtime)\b")


def _run(
    inputs: list[Path], out: Path, workers: int, surroundings: dict[str, str], main: str = MAIN, more: tuple[str, ...] = ()
) -> dict[str, bytes]:
    """What a run writes, none of it taken from a run before."""
    command = [
        sys.executable,
        "-c",
        main,
        "run",
        *map(str, inputs),
        "--out",
        str(out),
        "--workers",
        str(workers),
        "--cache",
        "off",
        "--quiet",
        *more,
    ]
    done = subprocess.run(command, env={**os.environ, **surroundings}, capture_output=True)
    assert done.returncode == 0, done.stderr.decode("utf-8", "replace")
    files = {path.relative_to(out).as_posix(): path.read_bytes() for path in sorted(out.rglob("*")) if path.is_file()}
    about = json.loads(files.pop("run.json"))
    assert about.pop("this_run")
    return {**files, "run.json": json.dumps(about, sort_keys=True).encode()}


def _compare(inputs: list[Path], tmp_path: Path, *more: str) -> None:
    first = _run(inputs, tmp_path / "a", 1, ONE_WAY, more=more)
    second = _run(inputs[::-1], tmp_path / "b", 2, ANOTHER, more=more)
    assert {"facts.parquet", "facts.csv", "comparison.csv", "taizhang.xlsx", "review.html", "schema.json"} <= set(first)
    assert set(first) == set(second)
    assert [name for name in first if first[name] != second[name]] == []


def test_one_worker_or_two_another_seed_zone_locale_and_order(tmp_path: Path) -> None:
    """Each province is an input of its own, so that their order can change."""
    _compare(sorted(RAW.iterdir()), tmp_path)


def test_the_same_with_the_faster_segmenter_and_masked(tmp_path: Path) -> None:
    _compare(sorted(RAW.iterdir())[:2], tmp_path, "--segmenter", "rjieba", "--redact")


def test_another_day_and_another_place(tmp_path: Path) -> None:
    """Neither where the archive lies nor when its files were made shows in the tables."""
    moved = tmp_path / "elsewhere" / "raw"
    shutil.copytree(RAW, moved)
    for path in moved.rglob("*"):
        os.utime(path, (946684800, 946684800))
    assert _run([RAW], tmp_path / "a", 2, ONE_WAY) == _run([moved], tmp_path / "b", 1, ONE_WAY, ANOTHER_DAY)


def test_no_module_asks_what_day_it_is() -> None:
    """A class of C cannot be given another clock, so the code is read."""
    home = RAW.parent.parent / "pipeline"
    asking = [path.name for path in sorted(home.rglob("*.py")) if ASKS_THE_CLOCK.search(path.read_text(encoding="utf-8"))]
    assert asking == []
