"""The main job: inputs → tables in a folder. Here, and only here, the stages meet."""

from __future__ import annotations

import platform
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from importlib import metadata
from pathlib import Path
from time import perf_counter
from typing import Any, Literal, cast

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from pipeline import rulebook
from pipeline.clean import Cleaner
from pipeline.compare import Comparer, comparison, coverage, settle
from pipeline.copies import Catalogue, Limits, Sketch, Sketcher, find_copies
from pipeline.days import Calendar
from pipeline.engines import local
from pipeline.extract import Extractor
from pipeline.ingest import IngestOptions, InputItem, list_inputs, read_input
from pipeline.interpret import Interpreter
from pipeline.labels import Labels, Language
from pipeline.manifest import Manifest
from pipeline.masks import MaskReader
from pipeline.model import FACTS, CleanText, Document, Mention, ReadReport, Report, Tokens
from pipeline.per_head import per_head
from pipeline.rulebook import Rulebook
from pipeline.schema import COMPARISON, TABLES
from pipeline.segment import Segmenter
from pipeline.split import Splitter
from pipeline.tabulate import Tables, Tabulator, renumber
from pipeline.unit_classes import UnitClasses
from pipeline.write import about, flat, folder

Format = Literal["csv", "parquet", "xlsx"]
FORMATS: tuple[Format, ...] = ("csv", "parquet", "xlsx")

WORKER_BYTES = 1024 * 1024
"""A further worker is worth its start for so many bytes of input; where the caller names a number, that is it."""

UNREAD = ("empty", "refused", "unreadable")
"""What a file's status says where it should have been read and was not; `skipped` is none of them."""

TASK_BYTES = 256 * 1024
TASK_INPUTS = 64
"""A task for a worker holds so many bytes, or so many inputs, and never less than one input."""

Extracted = tuple[Document, list[tuple[Report, Sequence[Mention]]]]
Segmented = tuple[Document, list[tuple[Report, Sequence[Mention], Tokens]]]


@dataclass(frozen=True, slots=True)
class Settings:
    """What a worker needs to know. Picklable."""

    rules: Path | None = None
    ingest: IngestOptions = field(default_factory=IngestOptions)
    manifest: Manifest = field(default_factory=Manifest)


class Machinery:
    """What the stages work with, made from the rules; it holds no state of a document."""

    def __init__(self, book: Rulebook) -> None:
        self.rulebook = book
        self.cleaner = Cleaner(book)
        self.splitter = Splitter(book)
        self.extractor = Extractor(book)
        self.segmenter = Segmenter(book)
        self.interpreter = Interpreter(book)
        self.masks = MaskReader(book)
        self.calendar = Calendar(book.table("calendar"))
        self.unit_classes = UnitClasses({word: unit.unit_class for word, unit in book.units.items()}, self.cleaner.simplified)
        self.comparer = Comparer(book.indicators, self.unit_classes)
        self.sketcher = Sketcher(book)

    def read_report(self, report: Report) -> ReadReport:
        """One report, read by itself."""
        mentions = self.extractor.extract(report)
        return self.interpreter.read(report, mentions, self.segmenter.segment(report, mentions))


_machinery: dict[str, Machinery] = {}
"""That of the rules used last, by their hash: making it takes a second, and a notebook runs many times by the same rules."""


def machinery(rules: Path | None) -> Machinery:
    """The machinery for the rules as they stand on the disk now. Raises RuleError."""
    book = rulebook.load(rules)
    if book.hash not in _machinery:
        made = Machinery(book)
        _machinery.clear()
        _machinery[book.hash] = made
    return _machinery[book.hash]


class Tools:
    """What a stage may use: the machinery, and the settings of the run."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.machinery = machinery(settings.rules)

    def read(self, document: Document) -> list[ReadReport]:
        """All reports of one document, read."""
        return [read for _, reads in _through(READING, [document], self) for read in reads]


@dataclass(frozen=True, slots=True)
class Batch:
    """The tables of some inputs, `cells` included, and the texts to write beside them: (source, text)."""

    tables: Tables
    texts: tuple[tuple[str, str], ...] = ()
    gaps: tuple[dict[str, Any], ...] = ()
    """Reasons for empty cells, until `compare` has put them there."""
    sketches: tuple[Sketch, ...] = ()
    """What is needed of the reports' texts to find copies at the end of the run."""


def ingest(items: Iterable[InputItem], tools: Tools) -> Iterator[Document]:
    """Inputs → documents."""
    for item in items:
        yield from read_input(item, tools.settings.ingest)


def clean(documents: Iterable[Document], tools: Tools) -> Iterator[tuple[Document, CleanText]]:
    """Documents → their repaired copies."""
    for document in documents:
        yield document, tools.machinery.cleaner.clean(document.text)


def split(cleaned: Iterable[tuple[Document, CleanText]], tools: Tools) -> Iterator[tuple[Document, list[Report]]]:
    """Repaired copies → reports."""
    for document, text in cleaned:
        yield document, tools.machinery.splitter.split(document, text) if document.status == "ok" else []


def extract(split_up: Iterable[tuple[Document, list[Report]]], tools: Tools) -> Iterator[Extracted]:
    """Reports → where their mentions are."""
    for document, reports in split_up:
        yield document, [(report, tools.machinery.extractor.extract(report)) for report in reports]


def segment(extracted: Iterable[Extracted], tools: Tools) -> Iterator[Segmented]:
    """What lies between the mentions → words."""
    for document, found in extracted:
        yield document, [(report, mentions, tools.machinery.segmenter.segment(report, mentions)) for report, mentions in found]


def interpret(segmented: Iterable[Segmented], tools: Tools) -> Iterator[tuple[Document, list[ReadReport]]]:
    """Mentions and words → facts; then what reports of one source tell of each other, and what the manifest knows better."""
    interpreter = tools.machinery.interpreter
    for document, found in segmented:
        reads = interpreter.together([interpreter.read(report, mentions, tokens) for report, mentions, tokens in found])
        yield document, [interpreter.informed(read, tools.settings.manifest.apply(read)) for read in reads]


def unmask(interpreted: Iterable[tuple[Document, list[ReadReport]]], tools: Tools) -> Iterator[tuple[Document, list[ReadReport]]]:
    """Facts → facts and what masked figures would have been; reports without any pass as they are."""
    for document, reads in interpreted:
        yield document, [tools.machinery.masks.with_gaps(read, tools.machinery.read_report) for read in reads]


def tabulate(interpreted: Iterable[tuple[Document, list[ReadReport]]], tools: Tools) -> Iterator[Batch]:
    """Facts → tables."""
    tabulator = Tabulator(tools.machinery.calendar, tools.machinery.unit_classes)
    texts, found = [], []
    for document, reads in interpreted:
        tabulator.add(document, reads)
        found += reads
        if document.text and not document.plain:
            texts.append((document.source, document.text))
    tables = tabulator.tables()
    sketch = tools.machinery.sketcher.sketch
    sketches = [sketch(report_id, read) for report_id, read in zip(tables["reports"]["report_id"].to_pylist(), found, strict=True)]
    yield Batch(tables, tuple(texts), tuple(tabulator.gaps), tuple(sketches))


def compare(batches: Iterable[Batch], tools: Tools) -> Iterator[Batch]:
    """Tables → cells of each report by itself; reports are set against each other at the end of the run."""
    for batch in batches:
        cells = tools.machinery.comparer.report_cells(batch.tables["reports"], batch.tables["facts"], batch.gaps)
        yield Batch({**batch.tables, "cells": cells}, batch.texts, sketches=batch.sketches)


Stage = Callable[[Any, Tools], Iterator[Any]]

READING: tuple[Stage, ...] = (clean, split, extract, segment, interpret, unmask)
"""From a document to its facts."""
STAGES: tuple[Stage, ...] = (ingest, *READING, tabulate, compare)
"""The order of the work, from inputs to the tables of a batch. What needs all batches at once follows in `finish`."""


def _through(stages: Sequence[Stage], things: Iterable[Any], tools: Tools) -> Iterator[Any]:
    stream: Iterator[Any] = iter(things)
    for stage in stages:
        stream = stage(stream, tools)
    return stream


def make_batch_function(settings: Settings) -> Callable[[Sequence[InputItem]], Batch]:
    """The function that every engine runs: inputs in, their tables out. One per process, for it loads the rules."""
    tools = Tools(settings)

    def batch(items: Sequence[InputItem]) -> Batch:
        return cast(Batch, next(_through(STAGES, items, tools)))

    return batch


@dataclass(frozen=True, slots=True)
class RunResult:
    """What a run did. `counts` is the part of run.json of that name; `comparison` the wide table."""

    out: Path
    counts: Mapping[str, Any]
    comparison: pa.Table
    unread: tuple[tuple[str, str], ...]
    """Source and reason of each input that could not be read."""
    exit_status: int
    """0 all read, 1 some inputs could not be read, 3 nothing could be read."""


Progress = Callable[[int, int, int], None]
"""Called with inputs done, inputs in all, reports found so far."""


def run(
    inputs: Path | str | Sequence[Path | str],
    out: Path | str,
    *,
    formats: Sequence[Format] = FORMATS,
    workers: int | None = None,
    rules: Path | None = None,
    encoding: str | None = None,
    text_column: str | None = None,
    manifest: Path | None = None,
    labels: Language = "zh",
    limits: Mapping[str, int] | None = None,
    progress: Progress | None = None,
) -> RunResult:
    """Read `inputs` (a file or folder, or several) and write the tables into `out`, in place of those that are there.

    `workers`: processes, all cores where None. `rules`: an analyst's own folder over the shipped one. `manifest`: a CSV as
    `taizhang manifest` gives it. `labels`: language of workbook and page. `limits`: those of the readers, by the names that IngestOptions
    has for them. Raises RuleError, ManifestError or ValueError for wrong settings and OSError where `out` cannot be written; never for
    what an input holds. In a script that uses several workers, call it below `if __name__ == "__main__":`, for each worker imports the
    script anew.
    """
    began = perf_counter()
    out = Path(out)
    known = Manifest.load(manifest) if manifest else Manifest()
    own: Mapping[str, Any] = limits or {}
    options = IngestOptions((out,), encoding, known.encodings, text_column, rules, **own)
    settings = Settings(rules, options, known)
    book = rulebook.load(rules)
    given = [inputs] if isinstance(inputs, str | Path) else inputs
    items = list_inputs([Path(path) for path in given], options)
    tasks = list(_tasks(items))
    count = local.worker_count(workers)
    if workers is None:
        count = min(count, 1 + sum(item.size or 0 for item in items) // WORKER_BYTES)
    with folder.replacing(out) as staging:
        batches = local.each(tasks, make_batch_function, settings, count)
        with Catalogue(staging) as catalogue:
            tables = gather(_watched(batches, tasks, staging / folder.TEXT_FOLDER, catalogue, progress))
            tables = finish(tables, catalogue, book)
        counts = count_up(tables)
        write(tables, staging, formats, book, labels)
        content = run_content(book, counts, {"seconds": round(perf_counter() - began, 3), "workers": count})
        about.write_json(content, staging / folder.RUN_FILE)
    return RunResult(out, counts, tables[COMPARISON.name], _unread(tables["files"]), _exit_status(counts))


def _tasks(items: Iterable[InputItem]) -> Iterator[list[InputItem]]:
    """Inputs in their order, in portions of about TASK_BYTES."""
    task: list[InputItem] = []
    size = 0
    for item in items:
        task.append(item)
        size += item.size or 0
        if size >= TASK_BYTES or len(task) >= TASK_INPUTS:
            yield task
            task, size = [], 0
    if task:
        yield task


def _watched(
    batches: Iterable[Batch], tasks: Sequence[Sequence[InputItem]], texts: Path, catalogue: Catalogue, progress: Progress | None
) -> Iterator[Tables]:
    """The batches' tables; on the way, texts go to the disk, sketches to the catalogue, and the caller is told how far it is."""
    total = sum(map(len, tasks))
    done = reports = 0
    for task, batch in zip(tasks, batches, strict=True):
        for source, text in batch.texts:
            about.write_text(texts, source, text)
        for sketch in batch.sketches:
            catalogue.add(sketch)
        done += len(task)
        reports += batch.tables["reports"].num_rows
        if progress is not None:
            progress(done, total, reports)
        yield batch.tables


def gather(batches: Iterable[Tables]) -> Tables:
    """All batches as one: byte-equal reports numbered through in the order of their sources, rows in the tables' own order."""
    seen: Counter[str] = Counter()
    parts: dict[str, list[pa.Table]] = {name: [TABLES[name].schema.empty_table()] for name in TABLES}
    for tables in batches:
        for name, table in renumber(tables, _new_ids(tables["reports"], seen)).items():
            parts[name].append(table)
    return {name: _sorted(pa.concat_tables(tables), TABLES[name].sort) for name, tables in parts.items()}


def _new_ids(reports: pa.Table, seen: Counter[str]) -> dict[str, str]:
    """Old to new for the reports of a batch whose text has occurred in a batch before."""
    new = {}
    for report_id in reports["report_id"].to_pylist():
        digest = report_id.partition("-")[0]
        seen[digest] += 1
        name = digest if seen[digest] == 1 else f"{digest}-{seen[digest]}"
        if name != report_id:
            new[report_id] = name
    return new


def _sorted(table: pa.Table, keys: Sequence[str]) -> pa.Table:
    table = table.combine_chunks()
    return table.sort_by([(key, "ascending") for key in keys]) if keys else table


def finish(tables: Tables, catalogue: Catalogue, book: Rulebook) -> Tables:
    """What can only be done once all reports are there: copies, conflicts between reports, the comparison, its coverage."""
    reports, copies = find_copies(tables["reports"], tables["facts"], catalogue, Limits.of(book))
    cells = settle(tables["cells"], reports)
    wide = comparison(cells, reports, book.indicators)
    found = {"reports": reports, "copies": copies, "cells": cells, COMPARISON.name: wide}
    over_all = {"coverage": coverage(cells, reports, book.indicators), "per_head": per_head(wide, book.indicators)}
    return {**tables, **found, **over_all}


def write(tables: Tables, target: Path, formats: Sequence[Format], book: Rulebook, language: Language) -> None:
    """All tables in all formats into the folder `target`."""
    for name, table in tables.items():
        if "parquet" in formats:
            flat.write_parquet(table, target / f"{name}.parquet")
        if "csv" in formats:
            flat.write_csv(table, target / f"{name}.csv")
    if "xlsx" in formats:
        from pipeline.write.workbook import write_workbook  # here, for not every run wants one

        facts = {"version": version(), "rules": book.hash[:12]}
        write_workbook(tables, target / folder.WORKBOOK_FILE, Labels(book, language), book, facts)
    about.write_json(about.schema_content(tables[COMPARISON.name], book.indicators), target / folder.SCHEMA_FILE)


def count_up(tables: Tables) -> dict[str, Any]:
    """What was seen, read and left, as run.json and the last lines of a run say it."""
    files, facts, cells = tables["files"], tables["facts"], tables["cells"]
    kinds = _tally(facts["kind"])
    return {
        "files": {"all": files.num_rows, **_tally(files["status"])},
        "files_left": _tally(pc.list_element(pc.split_pattern(files["reason"].drop_null(), ":", max_splits=1), 0)),
        "characters": pc.sum(files["chars"]).as_py() or 0,
        "reports": tables["reports"].num_rows,
        "numerals": facts.num_rows,
        "facts": sum(number for kind, number in kinds.items() if kind in FACTS),
        "kinds": kinds,
        "unread": _tally(pc.list_element(pc.split_pattern(facts["note"].drop_null(), ":", max_splits=1), 0)),
        "activities": tables["activities"].num_rows,
        "cells": _tally(cells["state"]),
        "checks": _tally(tables["checks"]["verdict"]),
    }


def _tally(column: Any) -> dict[str, int]:
    counted = Counter(column.to_pylist())
    return {str(key): counted[key] for key in sorted(counted, key=str)}


def run_content(book: Rulebook, counts: Mapping[str, Any], this_run: Mapping[str, Any]) -> dict[str, Any]:
    """Content of run.json. What differs between two equal runs stands under `this_run`."""
    return {
        about.OWN_KEY: version(),
        "rules": book.hash,
        "gazetteer": gazetteer_date(book),
        "libraries": {name: metadata.version(name) for name in ("jieba", "pyarrow", "regex", "spacy", "xlsxwriter")},
        "counts": counts,
        about.THIS_RUN: {**this_run, "python": platform.python_version(), "system": platform.platform()},
    }


def gazetteer_date(book: Rulebook) -> str | None:
    """The date of the places that the rules know, as the gazetteer itself says; None where there is none."""
    path = book.folder / "places" / "divisions.parquet"
    if not path.is_file():
        return None
    written: bytes | None = (pq.read_schema(path).metadata or {}).get(b"as_of")
    return None if written is None else written.decode()


def version() -> str:
    """The installed version; `0` in a checkout that was never installed."""
    try:
        return metadata.version("taizhang")
    except metadata.PackageNotFoundError:
        return "0"


def _unread(files: pa.Table) -> tuple[tuple[str, str], ...]:
    left = files.filter(pc.is_in(files["status"], pa.array(UNREAD)))
    return tuple(zip(left["source"].to_pylist(), left["reason"].to_pylist(), strict=True))


def _exit_status(counts: Mapping[str, Any]) -> int:
    files = counts["files"]
    if not files.get("ok"):
        return 3
    return 1 if any(files.get(status) for status in UNREAD) else 0
