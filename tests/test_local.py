"""The pool: results in order whoever does the work, a worker that dies costs its own task, and none is left at the end."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Event, Thread, get_ident

import pyarrow as pa
import pytest

from pipeline.engines.local import Loss, Pool, WorkerLostError, _interrupts_held_back, worker_count
from pipeline.memory import ARROW_POOL


@dataclass(frozen=True)
class Job:
    """Numbers to be doubled; `deadly` kills the worker, `endless` never comes back, `wrong` raises."""

    numbers: tuple[int, ...]
    deadly: int | None = None
    endless: int | None = None
    wrong: bool = False
    patience: float = 60.0
    lost: str = ""


def make(factor: int) -> Callable[[Job], tuple[str, list[int], int]]:
    if factor < 0:
        raise ValueError("no such factor")
    if factor == 0:
        os._exit(3)

    def work(job: Job) -> tuple[str, list[int], int]:
        if job.deadly in job.numbers and not job.lost:
            os.kill(os.getpid(), signal.SIGKILL)
        while job.endless in job.numbers and not job.lost:
            time.sleep(0.01)
        if job.wrong:
            raise KeyError("wrong")
        return job.lost, [factor * number for number in job.numbers], os.getpid()

    return work


def instead(job: Job, loss: Loss) -> Sequence[Job]:
    if len(job.numbers) == 1:
        return [replace(job, lost=loss)]
    return [replace(job, numbers=(number,)) for number in job.numbers]


def results(jobs: Sequence[Job], workers: int) -> list[tuple[str, list[int], int]]:
    with Pool(make, 2, workers) as pool:
        return list(pool.each(jobs, instead))


JOBS = [Job((number, number + 1)) for number in range(0, 60, 2)]


def test_this_process_does_the_work_where_there_are_no_workers() -> None:
    done = results(JOBS, 0)
    assert [numbers for _, numbers, _ in done] == [[2 * n for n in job.numbers] for job in JOBS]
    assert {process for *_, process in done} == {os.getpid()}


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")
def test_workers_give_the_same_in_order_and_one_that_dies_costs_its_own_number_alone() -> None:
    jobs = [*JOBS[:5], Job((100, 101, 102), deadly=101), *JOBS[5:], Job((200,), deadly=200)]
    done = results(jobs, 2)
    assert [number for _, numbers, _ in done for number in numbers] == [2 * number for job in jobs for number in job.numbers]
    assert [(lost, numbers) for lost, numbers, _ in done if lost] == [("crashed", [202]), ("crashed", [400])]
    assert os.getpid() not in {process for *_, process in done}


def test_a_worker_that_does_not_come_back_is_ended() -> None:
    jobs = [Job((1, 2), endless=2, patience=1.0), *JOBS[:3]]
    done = results(jobs, 1)
    assert [(lost, numbers) for lost, numbers, _ in done][:2] == [("", [2]), ("stuck", [4])]
    assert len(done) == 5


def test_what_a_task_raises_is_raised_here_and_no_worker_stays() -> None:
    with Pool(make, 2, 2) as pool:
        hands = []
        with pytest.raises(KeyError, match="wrong"):
            for _ in pool.each([*JOBS[:4], Job((1,), wrong=True), *JOBS], instead):
                hands = list(pool._crew)
        processes = [hand.process for hand in hands]
    assert processes
    assert not any(process.is_alive() for process in processes)


def test_what_the_beginning_raises_is_raised_here() -> None:
    with Pool(make, -1, 1) as pool, pytest.raises(ValueError, match="no such factor"):
        list(pool.each(JOBS, instead))


def test_a_worker_that_cannot_begin_ends_the_run() -> None:
    with Pool(make, 0, 1) as pool, pytest.raises(WorkerLostError, match="before it could begin"):
        list(pool.each(JOBS, instead))


def test_a_pool_can_be_given_work_again() -> None:
    with Pool(make, 2, 1) as pool:
        first = [process for *_, process in pool.each(JOBS[:2], instead)]
        assert [process for *_, process in pool.each(JOBS[:2], instead)] == first
        assert list(pool.each([], instead)) == []


FIRST_WORKER = """
import os, sys

if __name__ == "__main__":
    os.chdir(sys.argv[1])
    import test_local

    assert len(test_local.results(test_local.JOBS[:2], 1)) == 2
    assert "PYTHONSAFEPATH" not in os.environ
"""
"""In a process of its own: Python begins one beside the first worker."""


def test_no_file_of_the_working_directory_is_a_module(tmp_path: Path) -> None:
    """It can be the archive; Python looks there first when a process begins."""
    archive, script = tmp_path / "archive", tmp_path / "first_worker.py"
    archive.mkdir()
    for name in ("pickle", "selectors", "signal", "socket", "multiprocessing", "struct", "pipeline"):
        (archive / f"{name}.py").write_text(f"open({str(tmp_path / 'let_in')!r}, 'w')\n")
    script.write_text(FIRST_WORKER)
    outside = {name: value for name, value in os.environ.items() if name != "PYTHONSAFEPATH"}
    path = os.pathsep.join([str(Path(__file__).parent), *filter(None, [outside.get("PYTHONPATH")])])
    subprocess.run([sys.executable, str(script), str(archive)], env={**outside, "PYTHONPATH": path}, check=True)
    assert not (tmp_path / "let_in").exists()


def name_of_pool(_setting: None) -> Callable[[Job], str]:
    """Says which memory a worker's Arrow takes."""
    return lambda _job: str(pa.default_memory_pool().backend_name)


@pytest.mark.skipif(not ARROW_POOL, reason="measured on Linux alone")
@pytest.mark.parametrize(("said", "pool"), [(None, "system"), ("mimalloc", "mimalloc")])
def test_a_workers_arrow_shares_memory_unless_the_user_says_otherwise(monkeypatch: pytest.MonkeyPatch, said: str | None, pool: str) -> None:
    for name in ARROW_POOL:
        monkeypatch.delenv(name, raising=False)
        if said is not None:
            monkeypatch.setenv(name, said)
    with Pool(name_of_pool, None, 1) as workers:
        assert list(workers.each(JOBS[:1], instead)) == [pool]  # type: ignore[arg-type,comparison-overlap]
    assert [os.environ.get(name) for name in ARROW_POOL] == [said]


def test_no_more_is_begun_than_can_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipeline.engines.local.AHEAD", 3)
    taken = []

    def coming() -> object:
        for job in JOBS:
            taken.append(job)
            yield job

    with Pool(make, 2, 1) as pool:
        steps = pool.each(coming(), instead)  # type: ignore[arg-type]
        for fetched in range(1, len(JOBS) + 1):
            next(steps)
            assert len(taken) <= fetched + 3
    assert len(taken) == len(JOBS)


def test_the_number_of_workers() -> None:
    assert worker_count(3) == 3
    assert worker_count(0) == 1
    assert worker_count(None) >= 1


@pytest.fixture
def own_ctrl_c() -> Iterator[None]:
    """Python's own handler, whatever a test before has left in its place."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("own_ctrl_c")
@pytest.mark.skipif(sys.platform == "win32", reason="signals to one thread are POSIX")
def test_ctrl_c_that_another_thread_gets_is_heard_when_the_worker_has_begun() -> None:
    asked, sent, begun = Event(), Event(), []

    def interrupt() -> None:
        asked.wait()
        signal.pthread_kill(get_ident(), signal.SIGINT)
        sent.set()

    Thread(target=interrupt, daemon=True).start()  # before the mask, which it would inherit
    with pytest.raises(KeyboardInterrupt), _interrupts_held_back():
        asked.set()
        sent.wait(10)
        begun.append(True)
    assert begun == [True]
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
