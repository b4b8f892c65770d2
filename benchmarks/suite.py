"""What is measured, section by section. Each gives a JSON value; a section that the installed program cannot do says so."""

from __future__ import annotations

import json
import os
import platform
import statistics
import subprocess
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from functools import cached_property
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from shutil import rmtree
from typing import Any

from benchmarks.archive import generate, reports, write_archive, write_file
from benchmarks.equal import differing
from benchmarks.measure import Measured, measure
from benchmarks.truth import score

ROOT = Path(__file__).resolve().parent.parent
PROGRAM = Path(sys.executable).with_name("taizhang")
OTHERS_PYTHON = ROOT / ".venv-bench" / "bin" / "python"
MEGA = 1_000_000
SLICES = {"jieba": 1.0, "rjieba": 1.0, "jionlp": 0.1, "recognizers": 0.01}
"""The share of the text that each other program is given: the slow ones get less."""
LEAST_SLICE = 20_000
SEGMENTERS = ("jieba", "rjieba")
RULE_FILE = "indicators.toml"


@dataclass(frozen=True, slots=True)
class Sizes:
    """How much is measured: megabytes of text, numbers of reports, repetitions."""

    small: float
    large: float
    scale: tuple[int, ...]
    spark: int
    repetitions: int


SIZES = {
    "quick": Sizes(1.0, 2.0, (100, 400), 200, 2),
    "full": Sizes(10.0, 50.0, (100, 1_000, 10_000), 10_000, 3),
}

Section = dict[str, Any]


class Bench:
    """Measures with archives and tables in the folder `work`."""

    def __init__(self, work: Path, sizes: Sizes) -> None:
        self.work = work
        self.sizes = sizes

    # ------------------------------------------------------------------ what is there

    @cached_property
    def options(self) -> str:
        """The help of `taizhang run`: which options the installed program has."""
        environment = {**os.environ, "COLUMNS": "200"}
        return subprocess.run([PROGRAM, "run", "--help"], capture_output=True, text=True, check=True, env=environment).stdout

    def has(self, option: str) -> bool:
        return option in self.options

    def archive(self, count: int | None = None, megabytes: float | None = None, prose: bool = False) -> Path:
        """A generated archive of this size, written once."""
        folder = self.work / ((f"reports-{count}" if count is not None else f"megabytes-{megabytes:g}") + ("-prose" if prose else ""))
        write_archive(folder, count, megabytes, prose=prose)
        return folder

    def size(self, archive: Path) -> Section:
        """Reports, bytes … of an archive."""
        content: Section = json.loads((archive / "summary.json").read_text(encoding="utf-8"))["summary"]
        return content

    @cached_property
    def one_report(self) -> Path:
        folder = self.work / "one"
        write_file(folder, generate(0))
        return folder

    def run(self, source: Path, *options: str, workers: int = 1, fresh: bool = True, out: str = "out", cache: str = "off") -> Measured:
        """A run of the program that writes Parquet, into a folder of its own unless `fresh` is false."""
        target = self.work / out
        if fresh:
            rmtree(target, ignore_errors=True)
        kept = ["--cache", cache] if self.has("--cache") else []
        command = [PROGRAM, "run", source, "--out", target, "--workers", str(workers), "--quiet", "--format", "parquet", *kept, *options]
        return measure(command)

    # ------------------------------------------------------------------ sections

    def startup(self) -> Section:
        """Seconds, the least and the median of several: a new process each time, files in the page cache."""
        commands: dict[str, list[str | Path]] = {
            "python": [sys.executable, "-c", "pass"],
            "import pipeline": [sys.executable, "-c", "import pipeline"],
            "taizhang --help": [PROGRAM, "--help"],
        }
        found = {name: _spread([measure(command, memory=False) for _ in range(5)]) for name, command in commands.items()}
        found["one report"] = _spread([self.run(self.one_report) for _ in range(3)])
        return found

    def throughput(self) -> Section:
        """One worker and the other programs over the same text, by turns, so that a slow minute of the machine hits all of them.

        Over text with prose too, where numerals are half as dense: the program's time goes with the numerals, bare jieba's with the text.
        """
        return {**self._by_turns(("jionlp", "recognizers")), "prose": self._by_turns(("jionlp",), prose=True)}

    def _by_turns(self, others: Sequence[str], prose: bool = False) -> Section:
        archive = self.archive(megabytes=self.sizes.small, prose=prose)
        size = self.size(archive)["bytes"]
        text = self._text(prose)
        turns: dict[str, list[Measured]] = {}
        alone: dict[str, list[Section]] = {}
        segmenters = SEGMENTERS if self.has("--segmenter") else SEGMENTERS[:1]
        for _ in range(self.sizes.repetitions):
            for segmenter in segmenters:
                options = ("--segmenter", segmenter) if self.has("--segmenter") else ()
                turns.setdefault(segmenter, []).append(self.run(archive / "reports", *options, out=f"out-{segmenter}{'-prose' * prose}"))
                alone.setdefault(segmenter, []).append(self._other(segmenter, text))
            for tool in others:
                alone.setdefault(tool, []).append(self._other(tool, text))
        return {
            "archive": self.size(archive),
            "taizhang": {name: {**_spread(made), "megabytes_per_second": _rate([size / m.seconds for m in made]),
                                "megabytes_per_cpu_second": _rate([size / m.cpu for m in made])} for name, made in turns.items()},
            "others": {tool: _other_rates(made) for tool, made in alone.items()},
        }  # fmt: skip

    def _text(self, prose: bool) -> Path:
        """The text of the small archive in one file."""
        path = self.work / ("text-prose.txt" if prose else "text.txt")
        if not path.is_file():
            made = reports(megabytes=self.sizes.small, prose=prose)
            path.write_text("\n".join(report.text for report in made), encoding="utf-8")
        return path

    def _other(self, tool: str, text: Path) -> Section:
        result = self.work / "other.json"
        size = max(LEAST_SLICE, int(text.stat().st_size * SLICES[tool]))
        measure([OTHERS_PYTHON, ROOT / "benchmarks" / "others.py", tool, text, str(size), result], memory=False)
        content: Section = json.loads(result.read_text(encoding="utf-8"))
        return content

    def truth(self) -> Section:
        """How right the tables of the throughput run are."""
        return score(self.work / "out-jieba", self.archive(megabytes=self.sizes.small))

    def stages(self) -> Section:
        """Seconds and peak memory of each stage, in one process."""
        archive, result = self.archive(megabytes=self.sizes.small), self.work / "stages.json"
        rmtree(self.work / "out-stages", ignore_errors=True)
        measure([sys.executable, "-m", "benchmarks.stages", archive / "reports", self.work / "out-stages", result], memory=False)
        content: Section = json.loads(result.read_text(encoding="utf-8"))
        return content

    def workers(self) -> Section:
        """The large archive with one worker and with two, net of start, and the most memory that each took."""
        archive = self.archive(megabytes=self.sizes.large)
        start = {str(count): statistics.median(self.run(self.one_report, workers=count).seconds for _ in range(3)) for count in (1, 2)}
        made: dict[str, list[Measured]] = {"1": [], "2": []}
        for _ in range(max(1, self.sizes.repetitions - 1)):
            for count in made:
                made[count].append(self.run(archive / "reports", workers=int(count)))
        net = {count: min(m.seconds for m in runs) - start[count] for count, runs in made.items()}
        return {
            "archive": self.size(archive),
            "start": start,
            "runs": {count: _spread(runs) for count, runs in made.items()},
            "times_faster": round(net["1"] / net["2"], 3),
        }

    def incremental(self) -> Section:
        """The large archive with a cache: first run, again unchanged, and after a change of one indicator rule."""
        if not self.has("--cache"):
            return {"missing": "--cache"}
        archive = self.archive(megabytes=self.sizes.large)
        rules, cache = self.work / "rules", self.work / "cache"
        for folder in (rules, cache):
            rmtree(folder, ignore_errors=True)
        rules.mkdir()
        shipped = (ROOT / "rules" / RULE_FILE).read_text(encoding="utf-8")
        (rules / RULE_FILE).write_text(shipped, encoding="utf-8")
        options = ("--rules", str(rules))
        runs = {"first": self._kept(archive, options, cache)}
        runs["unchanged"] = self._kept(archive, options, cache)
        rmtree(self.work / "out-kept")
        runs["unchanged, tables deleted"] = self._kept(archive, options, cache)
        changed = shipped.replace("unless = '", "unless = '凉亭 | ", 1)
        if changed == shipped:
            raise ValueError(f"{RULE_FILE}: no rule to change")
        (rules / RULE_FILE).write_text(changed, encoding="utf-8")
        runs["one indicator rule changed"] = self._kept(archive, options, cache)
        share = {name: round(made.seconds / runs["first"].seconds, 4) for name, made in runs.items()}
        return {"archive": self.size(archive), "runs": {name: asdict(made) for name, made in runs.items()}, "share_of_first": share}

    def _kept(self, archive: Path, options: Sequence[str], cache: Path) -> Measured:
        return self.run(archive / "reports", *options, workers=2, fresh=False, out="out-kept", cache=str(cache))

    def scaling(self) -> Section:
        """Two workers over archives of growing size: seconds per report net of start, and the most memory."""
        start = statistics.median(self.run(self.one_report, workers=2).seconds for _ in range(3))
        found = {}
        for count in self.sizes.scale:
            made = self.run(self.archive(count=count) / "reports", workers=2)
            found[str(count)] = {**asdict(made), "milliseconds_per_report": round((made.seconds - start) / count * 1000, 3)}
        return {"start": round(start, 3), "runs": found}

    def spark(self) -> Section:
        """The Spark engine in local mode and the local engine over one archive: seconds, and whether the rows are the same."""
        if not self.sizes.spark:
            return {"missing": "size 0"}
        archive = self.archive(count=self.sizes.spark)
        start = self._on_spark(self.one_report)
        local = self.run(archive / "reports", workers=2, out="out-local")
        made = self._on_spark(archive / "reports")
        tables = [path.stat().st_size for path in (self.work / "out-spark").rglob("*.parquet") if path.is_file()]
        return {
            "archive": self.size(archive),
            "start": asdict(start),
            "local": asdict(local),
            "spark": asdict(made),
            "table_bytes": sum(tables),
            "differing": list(differing(self.work / "out-local", self.work / "out-spark")),
        }

    def _on_spark(self, source: Path) -> Measured:
        out = self.work / "out-spark"
        rmtree(out, ignore_errors=True)
        return measure([PROGRAM, "run", source, "--out", out, "--engine", "spark", "--workers", "2", "--quiet"])


SECTIONS: dict[str, Callable[[Bench], Section]] = {
    "startup": Bench.startup,
    "throughput": Bench.throughput,
    "truth": Bench.truth,
    "stages": Bench.stages,
    "workers": Bench.workers,
    "incremental": Bench.incremental,
    "scaling": Bench.scaling,
    "spark": Bench.spark,
}


def machine() -> Section:
    """What was measured on, and how busy it was."""
    cpu = next((line.split(":", 1)[1].strip() for line in _lines("/proc/cpuinfo") if line.startswith("model name")), platform.processor())
    memory = next((int(line.split()[1]) for line in _lines("/proc/meminfo") if line.startswith("MemTotal")), 0)
    return {
        "processor": cpu,
        "cores": len(os.sched_getaffinity(0)),
        "memory_gib": round(memory / 1024 / 1024, 1),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "load_before": round(os.getloadavg()[0], 2),
        "date": datetime.now(UTC).date().isoformat(),
    }


def versions() -> dict[str, str]:
    """Those of the libraries that the time goes to."""
    found = {}
    for name in ("taizhang", "jieba", "regex", "spacy", "pyarrow", "numpy", "pyspark"):
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


def _lines(path: str) -> Iterable[str]:
    return Path(path).read_text(encoding="utf-8").splitlines() if Path(path).is_file() else ()


def _spread(made: Sequence[Measured]) -> Section:
    seconds = [m.seconds for m in made]
    return {
        "least": min(seconds),
        "median": round(statistics.median(seconds), 3),
        "cpu": min(m.cpu for m in made),
        "peak": max(m.peak for m in made),
    }


def _rate(rates: Sequence[float]) -> Section:
    """Megabytes a second: of all turns the median, and the best."""
    return {"median": round(statistics.median(rates) / MEGA, 4), "best": round(max(rates) / MEGA, 4)}


def _other_rates(made: Sequence[Section]) -> Section:
    return {
        "bytes": made[0]["bytes"],
        "failed_lines": made[0]["failed"],
        "megabytes_per_second": _rate([m["bytes"] / m["seconds"] for m in made]),
        "megabytes_per_cpu_second": _rate([m["bytes"] / m["cpu"] for m in made]),
    }
