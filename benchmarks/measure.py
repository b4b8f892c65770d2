"""Runs a command and measures it: wall time, processor time, and the most memory that it and all its children held at once."""

from __future__ import annotations

import os
import subprocess
import threading
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile
from time import perf_counter

MEBI = 1024 * 1024
_TICKS = os.sysconf("SC_CLK_TCK")
INTERVAL = 0.1
"""Seconds between two looks at the memory, at least."""
LOOKING = 0.03
"""The share of a core that looking may take: summing up a gigabyte of pages takes some 40 ms, which two workers on two cores lack."""


class BenchmarkError(Exception):
    """A command that is measured failed; the message has its last lines."""


@dataclass(frozen=True, slots=True)
class Measured:
    """Seconds of wall and of processor time (user and system, all processes), and MiB of the peak."""

    seconds: float
    cpu: float
    peak: float


def measure(command: Sequence[str | Path], environment: Mapping[str, str] | None = None, memory: bool = True) -> Measured:
    """Run a command to its end. Raises BenchmarkError where it fails."""
    words = [str(word) for word in command]
    with TemporaryFile() as said:
        began = perf_counter()
        child = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=said, env=_surroundings(environment or {}))
        watch = _Watch(child.pid) if memory else None
        _, status, usage = os.wait4(child.pid, 0)
        seconds = perf_counter() - began
        child.returncode = os.waitstatus_to_exitcode(status)
        peak, seen = watch.stop() if watch else (0.0, 0.0)
        if child.returncode:
            said.seek(0)
            raise BenchmarkError(f"{' '.join(words)} → {child.returncode}\n" + said.read().decode("utf-8", "replace")[-2000:])
    # a Java machine outlives the process that began it, so that its time was seen but never reported
    cpu = max(usage.ru_utime + usage.ru_stime, seen)
    return Measured(round(seconds, 3), round(cpu, 3), round(peak, 1))


def _surroundings(own: Mapping[str, str]) -> dict[str, str]:
    """The environment of a command: an installed program has its modules compiled, so that one that may not keep them is no measure."""
    return {**{name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}, **own}


class _Watch:
    """Looks at the memory and the processor time of a process and all below it while it runs."""

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self._peak = 0
        self._cpu: dict[int, float] = {}
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)
        self._thread.start()

    def stop(self) -> tuple[float, float]:
        """The peak in MiB, and the seconds of processor time that were seen."""
        self._over.set()
        self._thread.join()
        return self._peak / MEBI, sum(self._cpu.values())

    def _look(self) -> None:
        pause = INTERVAL
        while not self._over.wait(pause):
            began = perf_counter()
            processes = tree(self._pid)
            self._peak = max(self._peak, sum(map(proportional_set_size, processes)))
            self._cpu |= {process: max(_processor_seconds(process), self._cpu.get(process, 0.0)) for process in processes}
            pause = max(INTERVAL, (perf_counter() - began) / LOOKING)


def tree(pid: int) -> list[int]:
    """A process and all that descend from it."""
    children: dict[int, list[int]] = defaultdict(list)
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            children[_parent(int(entry.name))].append(int(entry.name))
    found, waiting = [], [pid]
    while waiting:
        process = waiting.pop()
        found.append(process)
        waiting += children[process]
    return found


def _parent(pid: int) -> int:
    return int(_status(pid)[1])


def _processor_seconds(pid: int) -> float:
    """User and system time of a process without its children."""
    user, system = _status(pid)[11:13]
    return (int(user) + int(system)) / _TICKS


def _status(pid: int) -> list[str]:
    """The fields of /proc/PID/stat behind the name, which stands in brackets and may itself hold blanks and brackets; zeros where gone."""
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
    except OSError:
        return ["0"] * 13


def proportional_set_size(pid: int) -> int:
    """Bytes in memory, pages shared by n processes counted to an nth; 0 for a process that is gone."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii").splitlines()
    except OSError:
        return 0
    return sum(int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:"))
