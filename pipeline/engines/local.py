"""Runs work on this machine: in this process, or in workers of whom any may die. Results come back in the order of the tasks."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import resource_tracker
from multiprocessing.connection import Connection, wait
from threading import current_thread, main_thread
from time import monotonic
from types import TracebackType
from typing import Any, Generic, Literal, Protocol, Self, TypeVar

from pipeline.memory import ARROW_POOL

Setting = TypeVar("Setting")
Result = TypeVar("Result")

AHEAD = 4
"""Tasks per worker that may be begun before the first of them is fetched: so many results wait, and not the archive's."""
QUEUED = 2
"""Tasks at a worker: one that it works on, and one that it finds when it has done that."""
NEVER = float("inf")
BEGIN_SECONDS = 600.0
"""What a worker gets to load the program, on a machine that has much else to do."""
SAFE_PATH = "PYTHONSAFEPATH"
KILL_SECONDS = 5.0
"""What a worker gets to end by itself."""


class Task(Protocol):
    """A portion of work."""

    @property
    def patience(self) -> float:
        """Seconds after which its worker is taken to hang. A last net, far above what any input of its size takes."""


TaskT = TypeVar("TaskT", bound=Task)
Loss = Literal["crashed", "stuck"]
Worker = Callable[[TaskT], Result]


class WorkerLostError(OSError):
    """A worker could not begin, or died over a task that nothing can stand in for."""


def worker_count(wanted: int | None) -> int:
    """`wanted`, or the cores that this process may use."""
    if wanted is not None:
        return max(1, wanted)
    affinity = getattr(os, "sched_getaffinity", None)
    return len(affinity(0)) if affinity else os.cpu_count() or 1


class Pool(Generic[TaskT, Result]):
    """`workers` processes, each of which calls `make(setting)` once and then what that gives for each task; with 0, this process does.

    `make`, setting, tasks and results must be picklable where there is a worker. Use it as a context manager: at its end no worker is
    left, whatever happened.
    """

    def __init__(self, make: Callable[[Setting], Worker[TaskT, Result]], setting: Setting, workers: int) -> None:
        self._make: Callable[[Any], Worker[TaskT, Result]] = make
        self._setting = setting
        self._count = workers
        self._own: Worker[TaskT, Result] | None = None
        self._crew: list[_Hand[TaskT, Result]] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        for hand in self._crew:
            hand.dismiss(kind is None)
        self._crew.clear()

    def each(self, tasks: Iterable[TaskT], instead: Callable[[TaskT, Loss], Sequence[TaskT]]) -> Iterator[Result]:
        """The results in the order of the tasks. Raises what a task raises.

        Where a worker dies over a task, or does not come back, `instead` says which tasks are to be done in its place; it may raise.
        Their results stand where the task's would. The other tasks of that worker are done by others.
        """
        if self._count == 0:
            self._own = self._own or self._make(self._setting)
            yield from map(self._own, tasks)
            return
        coming = iter(tasks)
        line: deque[_Slot[TaskT, Result]] = deque()
        while True:
            self._hand_out(line, coming)
            while line and line[0].done:
                yield line.popleft().fetched()
                self._hand_out(line, coming)
            if not line:
                return
            self._watch(line, instead)

    def _hand_out(self, line: deque[_Slot[TaskT, Result]], coming: Iterator[TaskT]) -> None:
        """Give each worker something to do: first what stands in the line and nobody has, then what comes."""
        self._fill_up(len(line))
        waiting = deque(slot for slot in line if not slot.begun)
        for depth in range(QUEUED):
            for hand in self._crew:
                if len(hand.queue) > depth:
                    continue
                if not waiting:
                    if len(line) >= AHEAD * self._count or (task := next(coming, None)) is None:
                        return
                    line.append(_Slot(task))
                    waiting.append(line[-1])
                hand.give(waiting.popleft())

    def _fill_up(self, wanted: int) -> None:
        """Begin workers as they are needed, and in the place of those that died."""
        while len(self._crew) < min(self._count, max(1, wanted + 1)):
            with _surroundings(), _interrupts_held_back():  # the latter begins a process too
                self._crew.append(_Hand(self._make, self._setting))

    def _watch(self, line: deque[_Slot[TaskT, Result]], instead: Callable[[TaskT, Loss], Sequence[TaskT]]) -> None:
        """Wait until a worker says something, dies, or has been silent for too long."""
        limit = min((hand.deadline for hand in self._crew), default=NEVER)
        signs = [sign for hand in self._crew for sign in (hand.pipe, hand.process.sentinel)]
        ready = wait(signs, None if limit == NEVER else max(0.0, limit - monotonic()))
        for hand in list(self._crew):
            # what it said before it died counts
            dead = not hand.hear() if hand.pipe in ready else hand.process.sentinel in ready
            if dead:
                self._replace(hand, "crashed", line, instead)
            elif hand.deadline <= monotonic():
                self._replace(hand, "stuck", line, instead)

    def _replace(
        self, hand: _Hand[TaskT, Result], loss: Loss, line: deque[_Slot[TaskT, Result]], instead: Callable[[TaskT, Loss], Sequence[TaskT]]
    ) -> None:
        """Put other tasks in the place of the one that a worker was lost over; those that it had not begun go back."""
        self._crew.remove(hand)
        hand.dismiss(False)
        if not hand.ready:
            raise WorkerLostError(f"a worker process ended before it could begin (exit code {hand.process.exitcode})")
        for slot in hand.queue:
            slot.begun = False
        if hand.queue:
            culprit = hand.queue[0]
            place = line.index(culprit)
            line.remove(culprit)
            for number, task in enumerate(instead(culprit.task, loss)):
                line.insert(place + number, _Slot(task))


class _Slot(Generic[TaskT, Result]):
    """The place of a task in the line, and what came of it."""

    def __init__(self, task: TaskT) -> None:
        self.task = task
        self.begun = False
        self.done = False
        self.result: Result | None = None
        self.error: BaseException | None = None

    def fetched(self) -> Result:
        if self.error is not None:
            raise self.error
        return self.result  # type: ignore[return-value]  # what a task gives may be None


@dataclass(frozen=True, slots=True)
class _Said:
    """A message of a worker: that it is ready (no result, no error), or what came of the first task that it has."""

    result: Any = None
    error: BaseException | None = None


class _Hand(Generic[TaskT, Result]):
    """One worker process, as its master sees it."""

    def __init__(self, make: Callable[[Any], Worker[TaskT, Result]], setting: Any) -> None:
        # spawned, not forked: Arrow's threads do not survive a fork, and every system works alike
        context = multiprocessing.get_context("spawn")
        self.pipe, other = context.Pipe()
        self.process = context.Process(target=_serve, args=(other, make, setting), daemon=True)
        self.queue: deque[_Slot[TaskT, Result]] = deque()
        self.ready = False
        self.deadline = monotonic() + BEGIN_SECONDS
        self.process.start()
        other.close()

    def give(self, slot: _Slot[TaskT, Result]) -> None:
        """Send it a task. Where it is dead already, `hear` will tell."""
        slot.begun = True
        self.queue.append(slot)
        try:
            self.pipe.send(slot.task)
        except OSError:
            return
        if len(self.queue) == 1:
            self._reset()

    def hear(self) -> bool:
        """Take one message; False where the worker is dead."""
        try:
            said: _Said = self.pipe.recv()
        except (EOFError, OSError):
            return False
        if not self.ready:
            self.ready = True
            if said.error is not None:
                raise said.error
        else:
            slot = self.queue.popleft()
            slot.result, slot.error, slot.done = said.result, said.error, True
        self._reset()
        return True

    def _reset(self) -> None:
        """The clock of the first task begins when the one before it is done."""
        if self.ready:
            self.deadline = monotonic() + self.queue[0].task.patience if self.queue else NEVER

    def dismiss(self, kindly: bool) -> None:
        """End the process: by itself where nothing went wrong, else at once."""
        self.pipe.close()
        if not kindly:
            self.process.kill()
        self.process.join(KILL_SECONDS)
        if self.process.is_alive():
            self.process.kill()
            self.process.join()


@contextmanager
def _surroundings() -> Iterator[None]:
    """Begin processes that take no file of the working directory for a module (it can be the archive, and hold a `pickle.py`), and whose
    Arrow takes memory as `pipeline.memory` says, unless the user's environment says otherwise.
    """
    wanted = {**{name: os.environ.get(name, value) for name, value in ARROW_POOL.items()}, SAFE_PATH: "1"}
    before = {name: os.environ.get(name) for name in wanted}
    os.environ.update(wanted)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


@contextmanager
def _interrupts_held_back() -> Iterator[None]:
    """Ctrl-C is heard when this is over: a process half begun would complain, and one that nobody knows of would stay.

    A mask alone does not do it: the system hands the signal to any thread (Arrow has some), and Python tells the main one. But it is
    inherited, so that a process begun meanwhile never hears of Ctrl-C; its master does, and ends it.
    """
    handler = signal.getsignal(signal.SIGINT)
    if handler is None or current_thread() is not main_thread():  # then Python interrupts another thread, if any
        with _masked():
            yield
        return
    held: list[int] = []
    signal.signal(signal.SIGINT, lambda number, _: held.append(number))
    try:
        with _masked():
            yield
    finally:
        signal.signal(signal.SIGINT, handler)
        if held:
            signal.raise_signal(signal.SIGINT)


@contextmanager
def _masked() -> Iterator[None]:
    if sys.platform == "win32":  # where `_serve` sees to it
        yield
        return
    resource_tracker.ensure_running()  # begun later, with the first worker, it would lift the mask before that worker is begun
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _serve(pipe: Connection[_Said, Any], make: Callable[[Any], Callable[[Any], Any]], setting: Any) -> None:
    """The life of a worker: it ends when its master closes the pipe, or is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        work = make(setting)
    except Exception as error:  # noqa: BLE001  the master raises it
        pipe.send(_Said(error=error))
        return
    try:
        pipe.send(_Said())
        while True:
            pipe.send(_done(work, pipe.recv()))
    except (EOFError, OSError):
        return


def _done(work: Callable[[Any], Any], task: Any) -> _Said:
    try:
        return _Said(work(task))
    except Exception as error:  # noqa: BLE001  the master raises it
        return _Said(error=error)
