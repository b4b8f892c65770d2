"""Runs that are killed, or meet a full disk, a damaged cache or each other: outputs whole or not at all, the same bytes in the end."""

from __future__ import annotations

import ctypes
import errno
import json
import os
import random
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pipeline.run import run
from pipeline.write import folder
from pipeline.write.folder import FolderBusyError

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals and limits of another kind")

REPORT = (
    "安和镇总工会{year}年工作总结\n一、帮扶工作\n春节前慰问困难职工{n}名,发放慰问金8000余元。\n二、组织建设\n新建工会12家,发展会员{n}人。\n"
    "三、明年打算\n力争新建工会5家。\n"
)
KILLS = 50


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    target = tmp_path / "in"
    target.mkdir()
    for number in range(40):
        (target / f"{number:02}.txt").write_text(REPORT.format(year=2005 + number % 9, n=30 + number), encoding="utf-8")
    return target


def contents(of: Path) -> dict[str, bytes]:
    """All files, run.json without what differs between equal runs."""
    found = {path.relative_to(of).as_posix(): path.read_bytes() for path in sorted(of.rglob("*")) if path.is_file()}
    if folder.RUN_FILE in found:
        about = json.loads(found[folder.RUN_FILE])
        about.pop("this_run")
        found[folder.RUN_FILE] = json.dumps(about).encode()
    return found


def start(archive: Path, out: Path, *options: str, **popen: Any) -> subprocess.Popen[bytes]:
    code = "from pipeline.cli import main\nif __name__ == '__main__': main()"
    command = [sys.executable, "-c", code, "run", str(archive), "--out", str(out), "--format", "csv,parquet", "--quiet", *options]
    return subprocess.Popen(command, stderr=subprocess.PIPE, **popen)


@pytest.mark.slow
def test_a_file_that_kills_its_worker_is_a_row_and_the_rest_is_done(archive: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (archive / "20a.txt").write_text("致命" + REPORT.format(year=2010, n=5), encoding="utf-8")
    with monkeypatch.context() as patched:
        patched.setattr("pipeline.run.make_worker", deadly_worker)
        result = run([archive], tmp_path / "out", workers=2, formats=["csv"])
    assert [source for source, _ in result.unread] == ["in/20a.txt"]
    assert result.unread[0][1].startswith("crashed: ")
    assert (result.exit_status, result.counts["files"]) == (1, {"all": 41, "ok": 40, "unreadable": 1})
    (archive / "20a.txt").unlink()
    run([archive], tmp_path / "without", workers=1, formats=["csv"])
    assert (tmp_path / "out" / "facts.csv").read_bytes() == (tmp_path / "without" / "facts.csv").read_bytes()


def deadly_worker(place: Any) -> Callable[[Any], Any]:
    """A worker whose reader dies as a parser does that reaches for memory that is not its own."""
    from pipeline import stages, work  # the modules of the worker

    real = stages.read_input

    def read_input(item: Any, options: Any) -> Any:
        if item.code is None and item.path.read_bytes().startswith("致命".encode()):
            ctypes.string_at(0)  # a segmentation fault, as in a library of another language
        return real(item, options)

    stages.read_input = read_input  # type: ignore[assignment]
    return work.make_worker(place)


def test_a_damaged_entry_of_the_cache_is_made_anew(archive: Path, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    run([archive], tmp_path / "first", workers=1, formats=["csv"], cache=cache)
    entries = sorted(cache.rglob("*.batch"))
    for number, path in enumerate(entries):
        whole = path.read_bytes()
        path.unlink()  # the name of a link of its own
        path.write_bytes([b"", whole[:-7], whole[:100] + b"\0" + whole[101:], whole][number % 4])
    run([archive], tmp_path / "second", workers=1, formats=["csv"], cache=cache)
    assert contents(tmp_path / "first") == contents(tmp_path / "second")
    assert contents(cache).keys() == {path.relative_to(cache).as_posix() for path in entries}


@pytest.mark.slow
def test_two_runs_can_share_a_cache(archive: Path, tmp_path: Path) -> None:
    both = [start(archive, tmp_path / name, "--workers", "1", "--cache", str(tmp_path / "cache")) for name in ("a", "b")]
    for process in both:
        assert process.communicate(timeout=300)[1] == b""
    assert [process.returncode for process in both] == [0, 0]
    assert contents(tmp_path / "a") == contents(tmp_path / "b")


def test_two_runs_into_one_folder_cannot_mix(archive: Path, tmp_path: Path) -> None:
    run([archive / "01.txt"], tmp_path / "out", workers=1, formats=["csv"])
    before = contents(tmp_path / "out")
    with folder.locked(tmp_path / "out"), pytest.raises(FolderBusyError, match="another run"):
        run([archive], tmp_path / "out", workers=1, formats=["csv"])
    assert contents(tmp_path / "out") == before


def test_what_a_killed_run_left_is_removed(tmp_path: Path) -> None:
    out = tmp_path / "out"
    (out / ".taizhang-abc" / "spool").mkdir(parents=True)
    (out / ".taizhang-abc" / "spool" / "facts.arrow").write_bytes(b"half")
    (out / "mine.txt").write_text("mine")
    with folder.locked(out):
        assert [path.name for path in out.iterdir()] == ["mine.txt"]


def test_nothing_is_written_where_nothing_has_changed(archive: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    first = run([archive], out, workers=1, formats=["csv", "parquet"])
    before = {path: path.stat().st_mtime_ns for path in out.iterdir()}
    again = run([archive], out, workers=1, formats=["csv", "parquet"])
    assert {path: path.stat().st_mtime_ns for path in out.iterdir()} == before
    assert (again.counts, again.unread, again.exit_status) == (first.counts, first.unread, first.exit_status)
    assert again.comparison.equals(first.comparison)
    (out / "facts.csv").write_bytes(b"edited")
    run([archive], out, workers=1, formats=["csv", "parquet"])
    assert (out / "facts.csv").stat().st_size > 1000
    run([archive], out, workers=1, formats=["csv", "parquet"], fresh=True)
    assert (out / "facts.parquet").stat().st_mtime_ns != before[out / "facts.parquet"]


def test_a_full_disk_is_said_and_the_old_tables_stay(archive: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    run([archive / "01.txt"], out, workers=1, formats=["csv", "parquet"])
    before = contents(out)
    process = start(archive, out, "--cache", "off", preexec_fn=_little_room)
    _, said = process.communicate(timeout=300)
    assert process.returncode == 2, said.decode()
    assert "tables that were there are untouched" in said.decode()
    assert contents(out) == before


@pytest.mark.slow
def test_a_disk_that_is_full_indeed(archive: Path, tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=400k", "tmpfs", disk], capture_output=True, check=False).returncode:
        pytest.skip("needs the right to mount a small disk")
    try:
        out = disk / "out"
        run([archive / "01.txt"], out, workers=1, formats=["csv", "parquet"])
        before = contents(out)
        process = start(archive, out, "--cache", "off", "--workers", "1")
        _, said = process.communicate(timeout=300)
        assert process.returncode == 2, said.decode()
        assert "No space left on device" in said.decode()
        assert "tables that were there are untouched" in said.decode()
        assert contents(out) == before
        assert not list(out.glob(".taizhang-*"))
    finally:
        subprocess.run(["umount", disk], check=True)


def _little_room() -> None:
    """A limit on the size of files stands for the end of the disk: writing fails, here with EFBIG."""
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, 10_000))


def test_a_full_cache_disk_is_no_reason_to_end(archive: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("pipeline.cache.Cache.put", full)
    run([archive], tmp_path / "a", workers=1, formats=["csv"], cache=tmp_path / "cache")
    run([archive], tmp_path / "b", workers=1, formats=["csv"])
    assert contents(tmp_path / "a") == contents(tmp_path / "b")


@pytest.mark.slow
def test_ctrl_c_ends_it_with_nothing_left(archive: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    process = start(archive, out, "--workers", "2", "--cache", "off", start_new_session=True)
    deadline = time.monotonic() + 120
    while not list(out.glob(".taizhang-*/spool")) and time.monotonic() < deadline:
        time.sleep(0.05)
    os.killpg(process.pid, signal.SIGINT)  # as a terminal does: to the workers too
    _, said = process.communicate(timeout=60)
    assert process.returncode == 130
    assert b"Traceback" not in said
    assert list(out.iterdir()) == []
    assert _ends(process.pid), "a worker is left in its group"


def _ends(group: int) -> bool:
    """Whether no process of the group is left; what has ended counts until the system's first process has taken note of it."""
    for _ in range(300):
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.1)
    return False


@pytest.mark.slow
def test_killed_at_random_moments_every_resumed_run_ends_with_the_same_bytes(archive: Path, tmp_path: Path) -> None:
    """Runs are forked from a process that has loaded all, so that the kills fall on the work and not on the imports."""
    undisturbed = tmp_path / "undisturbed"
    run([archive], undisturbed, workers=1, formats=["csv", "parquet"])
    wanted = contents(undisturbed)
    chance = random.Random(9)
    with subprocess.Popen(
        [sys.executable, "-c", FORKING, str(archive)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1
    ) as forking:
        assert forking.stdin is not None
        assert forking.stdout is not None
        duration = float(_told(forking, tmp_path / "measured", tmp_path / "cache", -1))
        early = 0
        for kill in range(KILLS):
            out, cache = tmp_path / f"out{kill % 3}", tmp_path / f"cache{kill % 7}"
            if kill % 7 == 0:
                cache = tmp_path / f"cache-new{kill}"
            early += _told(forking, out, cache, chance.random() * duration) == "killed"
            if (out / folder.RUN_FILE).exists():
                assert {name: content for name, content in contents(out).items() if not name.startswith(".")} == wanted
            assert _told(forking, out, cache, -1) != "killed"
            assert contents(out) == wanted
            (out / "facts.csv").write_bytes(b"edited, so that the next run has something to do")
            (out / folder.RUN_FILE).unlink()
        forking.stdin.close()
    assert early > KILLS // 3


def _told(forking: subprocess.Popen[str], out: Path, cache: Path, seconds: float) -> str:
    assert forking.stdin is not None
    assert forking.stdout is not None
    forking.stdin.write(json.dumps([str(out), str(cache), seconds]) + "\n")
    return forking.stdout.readline().strip()


FORKING = """
import json, os, signal, sys, time
from pathlib import Path
from pipeline.model import Document
from pipeline.machinery import Settings
from pipeline.run import run
from pipeline.stages import Tools

for path in sorted(Path(sys.argv[1]).iterdir())[:1]:  # all is loaded once, here, and every pattern has been used
    Tools(Settings()).read(Document("in", path.read_text(encoding="utf-8")))
for line in sys.stdin:
    out, cache, seconds = json.loads(line)
    began = time.monotonic()
    child = os.fork()
    if child == 0:
        try:
            run([sys.argv[1]], out, workers=1, formats=["csv", "parquet"], cache=Path(cache))
            os._exit(0)
        finally:
            os._exit(1)
    if seconds >= 0:
        time.sleep(seconds)
        os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    print("killed" if os.WIFSIGNALED(status) else "failed" if status else time.monotonic() - began, flush=True)
"""
