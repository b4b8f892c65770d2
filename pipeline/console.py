"""What a run says on the terminal: its progress on stderr, and at the end what was read, what not, and where to look."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

import pyarrow as pa
from rich.console import Console
from rich.table import Table

from pipeline import rulebook
from pipeline.bounds import SIGNS, plain
from pipeline.labels import Labels, Language
from pipeline.run_record import RunResult
from pipeline.schema import COMPARISON_LEAD
from pipeline.write.folder import PAGE_FILE, WORKBOOK_FILE

SHOWN_ROWS = 8
PLAIN_WIDTH = 120
SHOWN_INDICATORS = 4
SHOWN_FILES = 10
_SUFFIX = "__bound"


@contextmanager
def progress(language: str, quiet: bool) -> Iterator[Callable[[int, int, int], None] | None]:
    """A progress bar on stderr, only where that is a terminal."""
    if quiet or not sys.stderr.isatty():
        yield None
        return
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    words = Labels(rulebook.load(), cast(Language, language))
    columns = (
        TextColumn(words("messages", "reading")),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        TextColumn("{task.fields[reports]} " + words("messages", "reports")),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=None, reports=0)
        yield lambda done, total, reports: bar.update(task, completed=done, total=total, reports=reports)


def report(result: RunResult, inputs: Sequence[Path], rules: Path | None, language: str, *, quiet: bool, verbose: bool) -> None:
    """The last words of a run. Where nothing could be read they go to stderr, whatever `quiet` says."""
    words = Labels(rulebook.load(rules), cast(Language, language))
    if result.exit_status == 3:
        text = words("messages", "nothing", inputs=", ".join(map(str, inputs)))
        Console(stderr=True, highlight=False).print(text, markup=False, soft_wrap=True)
    if quiet:
        return
    screen = Console(highlight=False, width=None if sys.stdout.isatty() else PLAIN_WIDTH)
    for line in _summary(result, words):
        screen.print(line, markup=False, soft_wrap=True)
    left = result.unread if verbose else result.unread[:SHOWN_FILES]
    if left:
        screen.print(words("messages", "left"), markup=False, soft_wrap=True)
        for source, reason in left:
            screen.print(f"  {source}: {words.told('reasons', reason)}", markup=False, soft_wrap=True)
        if len(left) < len(result.unread):
            screen.print("  …")
    if result.comparison.num_rows:
        _print_comparison(result.comparison, words, screen)


def _summary(result: RunResult, words: Labels) -> Iterator[str]:
    counts = result.counts
    yield words(
        "messages",
        "summary",
        ok=counts["files"].get("ok", 0),
        files=counts["files"]["all"] - counts["files"].get("skipped", 0),
        reports=counts["reports"],
        numerals=counts["numerals"],
        facts=counts["facts"],
        cells=counts["cells"].get("value", 0),
    )
    empty = {state: counts["cells"].get(state, 0) for state in ("conflict", "masked", "plan_only")}
    if any(empty.values()):
        yield words("messages", "empty_cells", **empty)
    if unread := sum(counts["unread"].values()):
        yield words("messages", "unread_numerals", count=unread)
    if outcomes := counts["corrections"]:
        shown = words.sections("codes")["outcome"]
        said = words("messages", "and").join(f"{shown[outcome]} {count}" for outcome, count in outcomes.items())
        yield words("messages", "corrections", outcomes=said)
    if differing := counts["last_year"].get("fails"):
        yield words("messages", "last_year", count=differing)
    yield words("messages", "look", out=result.out)
    if not counts["reports"]:
        return
    first = ((WORKBOOK_FILE, "open_workbook"), ("comparison.csv", "open_table"))
    for name, key in (*[one for one in first if (result.out / one[0]).exists()][:1], (PAGE_FILE, "open_page")):
        if (result.out / name).exists():
            yield words("messages", key, file=result.out / name)


def _print_comparison(comparison: pa.Table, words: Labels, screen: Console) -> None:
    """The first rows, with the indicators that most rows give."""
    lead = {column.name: column.label if words.language == "zh" else column.name for column in COMPARISON_LEAD}
    shown = ["label", "year", "period"]
    indicators = [name for name in comparison.column_names if name not in lead and not name.endswith(_SUFFIX)]
    fullest = sorted(indicators, key=lambda name: comparison[name].null_count)[:SHOWN_INDICATORS]
    table = Table(title=words("messages", "first_rows"), title_justify="left")
    for name in shown:
        table.add_column(lead[name], no_wrap=True, max_width=40)
    for name in fullest:
        table.add_column(words.indicator(name), justify="right", no_wrap=True)
    for row in comparison.slice(0, SHOWN_ROWS).to_pylist():
        table.add_row(*(_text(row[name]) for name in shown), *(_figure(row, name) for name in fullest))
    screen.print(table)
    rest = comparison.num_rows - min(SHOWN_ROWS, comparison.num_rows), len(indicators) - len(fullest)
    screen.print(words("messages", "more", rows=rest[0], columns=rest[1]), markup=False, soft_wrap=True)


def _text(value: Any) -> str:
    return "" if value is None else str(value)


def _figure(row: Mapping[str, Any], name: str) -> str:
    value = row[name]
    if value is None:
        return ""
    return SIGNS.get(row.get(name + _SUFFIX) or "=", "") + plain(value, grouped=True)
