"""Runs the batch function on this machine: in this process, or in a pool whose results come back in order."""

from __future__ import annotations

import multiprocessing
import os
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from typing import Any, TypeVar

Task = TypeVar("Task")
Setting = TypeVar("Setting")
Result = TypeVar("Result")

IN_FLIGHT = 3
"""Tasks handed out per worker; memory holds so many results and not the archive."""


def worker_count(wanted: int | None) -> int:
    """`wanted`, or the cores that this process may use."""
    if wanted is not None:
        return max(1, wanted)
    affinity = getattr(os, "sched_getaffinity", None)
    return len(affinity(0)) if affinity else os.cpu_count() or 1


def each(tasks: Sequence[Task], make: Callable[[Setting], Callable[[Task], Result]], setting: Setting, workers: int) -> Iterator[Result]:
    """`make(setting)(task)` for every task, in their order.

    Each process calls `make` once. `make`, setting, tasks and results must be picklable where there are two workers or more.
    Raises whatever a task raises, and BrokenProcessPool where a worker dies.
    """
    workers = min(workers, len(tasks))
    if workers <= 1:
        work = make(setting)
        yield from map(work, tasks)
        return
    # spawned, not forked: Arrow's threads do not survive a fork, and every system works alike
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers, context, initializer=_begin, initargs=(make, setting)) as pool:
        waiting: deque[Future[Result]] = deque()
        try:
            for task in tasks:
                if len(waiting) >= workers * IN_FLIGHT:
                    yield waiting.popleft().result()
                waiting.append(pool.submit(_do, task))
            while waiting:
                yield waiting.popleft().result()
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


_work: list[Callable[[Any], Any]] = []
"""The function of this worker process, made once when it began."""


def _begin(make: Callable[[Any], Callable[[Any], Any]], setting: Any) -> None:
    _work[:] = [make(setting)]


def _do(task: Any) -> Any:
    return _work[0](task)
