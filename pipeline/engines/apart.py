"""Reads inputs in a process beside this one, so that a library of other hands that dies over a file costs one row and not the run.

It holds nothing but the readers and begins in a fraction of a second; what the files come to is done where the rules are loaded.
"""

from __future__ import annotations

import json
import os
import pickle
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from threading import Event, Timer
from types import TracebackType
from typing import IO, Any, Self

from pipeline.ingest import IngestOptions, InputItem, read_input
from pipeline.model import Document

PACKAGES = Path(__file__).resolve().parents[2]
BEGIN = f"import json, sys; sys.path[:] = json.loads(sys.argv[1]); from {__name__} import serve; serve()"
KILL_SECONDS = 5.0


class ApartReader:
    """`read_input`, by a process that begins with the first input. Use it as a context manager: at its end the process is gone.

    `patience`: seconds for an input after which the process is taken to hang.
    """

    def __init__(self, options: IngestOptions, patience: Callable[[InputItem], float]) -> None:
        self._options = options
        self._patience = patience
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._end()

    def read(self, item: InputItem) -> Sequence[Document]:
        """The Documents of one input; where the process died over it or did not come back, the one that says so."""
        process = self._begun()
        patience, stuck = self._patience(item), Event()
        late = Timer(patience, _give_up, (process, stuck))
        late.start()
        try:
            return _answer(process, item)
        except (EOFError, OSError, pickle.UnpicklingError):
            self._end()
            lost = replace(item, code="stuck" if stuck.is_set() else "crashed", detail=f"{patience:.0f}")
            return read_input(lost, self._options)
        except BaseException:  # Ctrl-C: an answer that comes now would be taken for that of the next input
            self._end()
            raise
        finally:
            late.cancel()

    def _begun(self) -> subprocess.Popen[bytes]:
        if self._process is None:
            path = json.dumps([*filter(None, sys.path), str(PACKAGES)])
            # -P: the working directory can be the archive, and no file of it is a module
            command = [sys.executable, "-P", "-c", BEGIN, path]
            self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
            assert self._process.stdin is not None
            _send(self._options, self._process.stdin)
        return self._process

    def _end(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        process.kill()  # between two inputs it holds nothing that is to be kept
        process.communicate(timeout=KILL_SECONDS)


def _give_up(process: subprocess.Popen[bytes], stuck: Event) -> None:
    stuck.set()
    process.kill()


def _answer(process: subprocess.Popen[bytes], item: InputItem) -> Sequence[Document]:
    assert process.stdin is not None
    assert process.stdout is not None
    _send(item, process.stdin)
    documents: Sequence[Document] = pickle.load(process.stdout)
    return documents


def _send(thing: Any, to: IO[bytes]) -> None:
    pickle.dump(thing, to, pickle.HIGHEST_PROTOCOL)
    to.flush()


def serve() -> None:
    """The life of the process: it ends when the one that began it closes the pipe, or is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    coming, going = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints is no answer
    options = pickle.load(coming)
    while True:
        try:
            item = pickle.load(coming)
        except EOFError:
            return
        _send(read_input(item, options), going)
