"""The last net for one input: an alarm of the system, in the main thread of a process, where the system has one."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager


class OutOfTimeError(BaseException):
    """The alarm's. No Exception, so that no reader takes it for damage of its file."""


@contextmanager
def at_most(seconds: int) -> Iterator[None]:
    """Raises OutOfTimeError in the block once `seconds` are over; in code of another language, as soon as that comes back.

    Nothing happens in other threads and on systems without alarms (Windows): there the counted limits stand alone.
    """
    if threading.current_thread() is not threading.main_thread() or not hasattr(signal, "setitimer"):
        yield
        return
    before = signal.signal(signal.SIGALRM, _ring)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def _ring(*_: object) -> None:
    raise OutOfTimeError
