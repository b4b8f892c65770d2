"""Where the time and the memory of a run go: `python -m benchmarks.stages INPUT OUT RESULT.json`, in one process.

The stages of `pipeline.stages` are wrapped, so that each is charged with what it does itself and not with the stage that feeds it.
"""

from __future__ import annotations

import json
import os
import sys
import threading
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from functools import reduce
from importlib import import_module
from pathlib import Path
from time import perf_counter
from typing import Any

from benchmarks.measure import MEBI

AROUND = (
    "pipeline.run:list_inputs",
    "pipeline.run:portions",
    "pipeline.interpret.reader:PlaceResolver.resolve",
    "pipeline.interpret.reader:YearResolver.resolve",
    "pipeline.batch:packed",
    "pipeline.batch:read",
    "pipeline.spool:Spool.add",
    "pipeline.spool:Spool.close",
    "pipeline.finish:find_copies",
    "pipeline.finish:settle",
    "pipeline.finish:comparison",
    "pipeline.finish:coverage",
    "pipeline.finish:per_head",
    "pipeline.run:write_tables",
)
"""What goes before and after the stages, and what is charged apart within them: the names by which they are reached."""
REST = "rest"
INTERVAL = 0.02


class Clock:
    """Charges time and peak memory to the innermost of what is going on."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = defaultdict(float)
        self.peak: dict[str, float] = defaultdict(float)
        self._stack = [REST]
        self._since = perf_counter()
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)

    def __enter__(self) -> Clock:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._charge()
        self._over.set()
        self._thread.join()

    def enter(self, name: str) -> None:
        self._charge()
        self._stack.append(name)

    def leave(self) -> None:
        self._charge()
        self._stack.pop()

    def _charge(self) -> None:
        now = perf_counter()
        self.seconds[self._stack[-1]] += now - self._since
        self._since = now

    def _look(self) -> None:
        while not self._over.wait(INTERVAL):
            name = self._stack[-1]
            self.peak[name] = max(self.peak[name], _resident() / MEBI)


def _resident() -> int:
    """Bytes of this process in memory. Cheap to ask for: summing up its pages takes as long as reading some reports."""
    return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * os.sysconf("SC_PAGE_SIZE")


def wrapped_stage(stage: Callable[..., Iterator[Any]], clock: Clock) -> Callable[..., Iterator[Any]]:
    """A stage that charges each step of its stream."""
    name = stage.__name__

    def run(things: Any, tools: Any) -> Iterator[Any]:
        stream = stage(things, tools)
        while True:
            clock.enter(name)
            try:
                thing = next(stream)
            except StopIteration:
                return
            finally:
                clock.leave()
            yield thing

    return run


def wrapped_function(function: Callable[..., Any], name: str, clock: Clock) -> Callable[..., Any]:
    """A function that is charged under this name."""

    def call(*given: Any, **named: Any) -> Any:
        clock.enter(name)
        try:
            return function(*given, **named)
        finally:
            clock.leave()

    return call


def main(arguments: Sequence[str]) -> None:
    source, out, result = arguments
    from pipeline import stages
    from pipeline.machinery import Settings
    from pipeline.model import Document
    from pipeline.own_process import settle_in
    from pipeline.run import run

    settle_in()  # as the command line does
    with Clock() as clock:
        clock.enter("loading rules and words")
        stages.Tools(Settings()).read(Document("warm-up", "全镇共有会员1200人。"))  # so that no stage is charged with it
        clock.leave()
        stages.STAGES = tuple(wrapped_stage(stage, clock) for stage in stages.STAGES)  # type: ignore[assignment]
        for path in AROUND:
            module, _, name = path.partition(":")
            *owners, name = name.split(".")
            owner = reduce(getattr, owners, import_module(module))
            setattr(owner, name, wrapped_function(getattr(owner, name), ".".join([*owners, name]), clock))
        run([source], out, formats=("parquet",), workers=1)
    content = {name: {"seconds": round(seconds, 3), "peak": round(clock.peak.get(name, 0.0), 1)} for name, seconds in clock.seconds.items()}
    Path(result).write_text(json.dumps(content), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
