"""The main job: inputs → tables in a folder. Here, and only here, the stages meet."""

from __future__ import annotations

import platform
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
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
from pipeline.corrections import Corrections
from pipeline.corrections import archive as corrected_archive
from pipeline.corrections import facts as corrected_facts
from pipeline.corrections import outcomes as corrected_outcomes
from pipeline.corrections import reports as corrected_reports
from pipeline.corrections.entries import Due
from pipeline.days import Calendar
from pipeline.engines import local
from pipeline.extract import Extractor
from pipeline.ingest import IngestOptions, InputItem, list_inputs, read_input
from pipeline.interpret import Interpreter
from pipeline.labels import Labels, Language
from pipeline.last_year import beside_last_year
from pipeline.manifest import Manifest
from pipeline.masks import MaskReader
from pipeline.model import CORRECTED, FACTS, CleanText, Document, Mention, ReadReport, Report, Tokens
from pipeline.per_head import per_head
from pipeline.rulebook import Rulebook
from pipeline.schema import COMPARISON, TABLES
from pipeline.segment import Segmenter, SegmenterName
from pipeline.split import Splitter
from pipeline.tabulate import Tables, Tabulator, renumber
from pipeline.unit_classes import UnitClasses
from pipeline.write import about, flat, folder
from pipeline.write.texts import Texts

Format = Literal["csv", "parquet", "xlsx", "html"]
FORMATS: tuple[Format, ...] = ("csv", "parquet", "xlsx", "html")
Engine = Literal["local", "spark"]
ENGINES: tuple[Engine, ...] = ("local", "spark")

WORKER_BYTES = 1024 * 1024
"""A further worker is worth its start for so many bytes of input; where the caller names a number, that is it."""

UNREAD = ("empty", "refused", "unreadable")
"""What a file's status says where it should have been read and was not; `skipped` is none of them."""

TASK_BYTES = 256 * 1024
TASK_INPUTS = 64
"""A task for a worker holds so many bytes, or so many inputs, and never less than one input."""

LIBRARIES = ("google-re2", "jieba", "pyarrow", "regex", "rjieba", "spacy", "xlsxwriter")
"""Those whose versions run.json names."""

Extracted = tuple[Document, list[tuple[Report, Sequence[Mention]]]]
Segmented = tuple[Document, list[tuple[Report, Sequence[Mention], Tokens]]]


@dataclass(frozen=True, slots=True)
class Settings:
    """What a worker needs to know. Picklable."""

    rules: Path | None = None
    ingest: IngestOptions = field(default_factory=IngestOptions)
    manifest: Manifest = field(default_factory=Manifest)
    segmenter: SegmenterName = "jieba"
    corrections: Corrections = field(default_factory=Corrections)


class Machinery:
    """What the stages work with, made from the rules; it holds no state of a document."""

    def __init__(self, book: Rulebook, segmenter: SegmenterName = "jieba") -> None:
        self.rulebook = book
        self.cleaner = Cleaner(book)
        self.splitter = Splitter(book)
        self.extractor = Extractor(book)
        self.segmenter = Segmenter(book, segmenter)
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


_machinery: dict[tuple[Any, SegmenterName], Machinery] = {}
"""That of the rules used last, by the state of their files: making it takes a second, and a notebook runs many times by the same rules."""


def machinery(rules: Path | None, segmenter: SegmenterName = "jieba") -> Machinery:
    """The machinery for the rules as they stand on the disk now. Raises RuleError."""
    book = rulebook.load(rules)
    key = book.state(), segmenter
    if key not in _machinery:
        made = Machinery(book, segmenter)
        _machinery.clear()
        _machinery[key] = made
    return _machinery[key]


class Tools:
    """What a stage may use: the machinery, and the settings of the run."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.machinery = machinery(settings.rules, settings.segmenter)

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
    report_texts: tuple[str, ...] = ()
    """The texts of the reports, in the order of their table, for the review page."""


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
    """Mentions and words → facts; then what reports of one source tell of each other, and what manifest and corrections know better."""
    for document, found in segmented:
        due = [tools.settings.corrections.due(report) for report, *_ in found]
        reads = [_concluded(*of_report, due_there, tools) for of_report, due_there in zip(found, due, strict=True)]
        together = tools.machinery.interpreter.together(reads)
        yield document, [_informed(read, due_there, tools) for read, due_there in zip(together, due, strict=True)]


def _concluded(report: Report, mentions: Sequence[Mention], tokens: Tokens, due: Sequence[Due], tools: Tools) -> ReadReport:
    """A report read by itself; all that is concluded from its facts is concluded from the corrected ones."""
    interpreter = tools.machinery.interpreter
    told = interpreter.tell(report, mentions, tokens)
    if not due:
        return interpreter.conclude(told)
    facts, amendments = corrected_facts.amended(report, told.facts, due)
    return replace(interpreter.conclude(told.with_facts(facts)), amendments=amendments)


def _informed(read: ReadReport, due: Sequence[Due], tools: Tools) -> ReadReport:
    """The report with what the analyst says of it, in the manifest and then in corrections, and what follows from that."""
    said = tools.settings.manifest.apply(read)
    if not due:
        return tools.machinery.interpreter.informed(read, said)
    return corrected_reports.emptied(tools.machinery.interpreter.informed(read, corrected_reports.amended(said, due)))


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
    yield Batch(tables, tuple(texts), tuple(tabulator.gaps), tuple(sketches), tuple(read.report.raw for read in found))


def compare(batches: Iterable[Batch], tools: Tools) -> Iterator[Batch]:
    """Tables → cells of each report by itself; reports are set against each other at the end of the run."""
    for batch in batches:
        cells = tools.machinery.comparer.report_cells(batch.tables["reports"], batch.tables["facts"], batch.gaps)
        yield replace(batch, tables={**batch.tables, "cells": cells}, gaps=())


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


SPLITTING: tuple[Stage, ...] = (ingest, clean, split)
"""As far as it must go to see which reports there are."""


def make_sighting_function(settings: Settings) -> Callable[[Sequence[InputItem]], list[corrected_archive.Sighting]]:
    """The function that looks for the reports of corrections: inputs in, what is to be said of their reports out."""
    tools = Tools(settings)

    def sight(items: Sequence[InputItem]) -> list[corrected_archive.Sighting]:
        found = (corrected_archive.sight(r, settings.corrections) for _, reports in _through(SPLITTING, items, tools) for r in reports)
        return [sighting for sighting in found if sighting is not None]

    return sight


def find_corrected(settings: Settings, items: Sequence[InputItem], workers: int) -> Settings:
    """The settings with each correction sent to its report. Files that a correction names are looked at first, others only if need be."""
    corrections = settings.corrections
    if not corrections.entries:
        return settings
    named = [item for item in items if corrected_archive.is_named(item.source, corrections)]
    sightings: list[corrected_archive.Sighting] = []
    for portion in (named, [item for item in items if item not in set(named)]):
        if portion is named or corrected_archive.missing(corrections, sightings):
            for found in local.each(list(_tasks(portion)), make_sighting_function, settings, workers):
                sightings += found
    return replace(settings, corrections=corrected_archive.settle(corrections, sightings))


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
    formats: Sequence[Format] | None = None,
    workers: int | None = None,
    rules: Path | None = None,
    encoding: str | None = None,
    text_column: str | None = None,
    manifest: Path | None = None,
    corrections: Path | None = None,
    labels: Language = "zh",
    segmenter: SegmenterName = "jieba",
    money: str = "yuan",
    limits: Mapping[str, int] | None = None,
    engine: Engine = "local",
    spark_master: str | None = None,
    progress: Progress | None = None,
) -> RunResult:
    """Read `inputs` (a file or folder, or several) and write the tables into `out`, in place of those that are there.

    `formats`: all that the engine writes where None. `workers`: processes, all cores where None. `rules`: an analyst's own folder over
    the shipped one. `manifest`: a CSV as `taizhang manifest` gives it. `labels`: language of workbook and page. `segmenter`: rjieba is
    faster, and a few objects differ. `money`: what the workbook shows money in, `yuan` or `wan` (10,000 yuan), or the words of labels.toml
    for them; the tables stay in 元. `engine`: `spark` for Apache Spark, on this machine or on the cluster `spark_master`; it writes Parquet
    only (docs/spark.md). Raises RuleError, ManifestError or ValueError for wrong settings and OSError where `out` cannot be written; never
    for what an input holds. In a script that uses several workers, call it below `if __name__ == "__main__":`, for each worker imports the
    script anew.
    """
    began = perf_counter()
    out = Path(out)
    if engine == "spark":
        from pipeline.engines import spark  # here, for few have it

        spark.refuse(formats or (), corrections)
    formats = formats or FORMATS
    known = Manifest.load(manifest) if manifest else Manifest()
    own: Mapping[str, Any] = limits or {}
    options = IngestOptions((out,), encoding, known.encodings, text_column, rules, **own)
    book = rulebook.load(rules)
    settings = Settings(rules, options, known, segmenter, Corrections.load(corrections, book) if corrections else Corrections())
    look = Look(Labels(book, labels), Labels(book).code("money", money, "--money"))
    given = [inputs] if isinstance(inputs, str | Path) else inputs
    handed_in = {path.resolve() for path in (manifest, corrections) if path is not None}
    items = [item for item in list_inputs([Path(path) for path in given], options) if item.path.resolve() not in handed_in]
    count = local.worker_count(workers)
    if engine == "spark":
        return spark.run(items, settings, book, out, master=spark_master, workers=count, began=began)
    tasks = list(_tasks(items))
    if workers is None:
        count = min(count, 1 + sum(item.size or 0 for item in items) // WORKER_BYTES)
    settings = find_corrected(settings, items, count)
    with folder.replacing(out) as staging:
        batches = local.each(tasks, make_batch_function, settings, count)
        with Texts(staging) as texts:
            with Catalogue(staging) as catalogue:
                spool = texts if "html" in formats else None
                tables = gather(_watched(batches, tasks, staging / folder.TEXT_FOLDER, catalogue, spool, progress))
                tables = finish(tables, catalogue, book, settings.corrections)
            counts = count_up(tables)
            write(tables, texts, staging, formats, book, look)
        content = run_content(book, counts, segmenter, {"seconds": round(perf_counter() - began, 3), "workers": count})
        about.write_json(content, staging / folder.RUN_FILE)
    return RunResult(out, counts, tables[COMPARISON.name], _unread(tables["files"]), exit_status(counts))


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
    batches: Iterable[Batch],
    tasks: Sequence[Sequence[InputItem]],
    texts: Path,
    catalogue: Catalogue,
    spool: Texts | None,
    progress: Progress | None,
) -> Iterator[Tables]:
    """The batches' tables; on the way, texts go to the disk, sketches to the catalogue, and the caller is told how far it is."""
    total = sum(map(len, tasks))
    done = reports = 0
    for task, batch in zip(tasks, batches, strict=True):
        for source, text in batch.texts:
            about.write_text(texts, source, text)
        for sketch in batch.sketches:
            catalogue.add(sketch)
        if spool is not None:
            reports_of = batch.tables["reports"]
            spool.add_all(reports_of["source"].to_pylist(), reports_of["start"].to_pylist(), batch.report_texts)
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


def finish(tables: Tables, catalogue: Catalogue, book: Rulebook, corrections: Corrections) -> Tables:
    """What can only be done once all reports are there: copies, conflicts between reports, the comparison, its coverage, last year's
    figures beside last year's reports, what became of corrections.
    """
    reports, copies = find_copies(tables["reports"], tables["facts"], catalogue, Limits.of(book))
    cells = settle(tables["cells"], reports)
    wide = comparison(cells, reports, book.indicators)
    quoted = beside_last_year(tables["last_year"], reports, cells)
    outcomes = corrected_outcomes.settled(tables["corrections"], corrections)
    found = {"reports": reports, "copies": copies, "cells": cells, "last_year": quoted, "corrections": outcomes, COMPARISON.name: wide}
    over_all = {"coverage": coverage(cells, reports, book.indicators), "per_head": per_head(wide, book.indicators)}
    return {**tables, **found, **over_all}


@dataclass(frozen=True, slots=True)
class Look:
    """How workbook and page show the tables: the words, and the unit of money (a code of [money] in labels.toml)."""

    labels: Labels
    money: str = "yuan"


def write(tables: Tables, texts: Texts, target: Path, formats: Sequence[Format], book: Rulebook, look: Look) -> None:
    """All tables in all formats into the folder `target`. `texts`: those of the reports, for the review page."""
    for name, table in tables.items():
        if "parquet" in formats:
            flat.write_parquet(table, target / f"{name}.parquet")
        if "csv" in formats:
            flat.write_csv(table, target / f"{name}.csv")
    facts = {"version": version(), "rules": book.hash[:12]}
    if "xlsx" in formats:
        from pipeline.write.workbook import write_workbook  # here, for not every run wants one

        page = folder.PAGE_FILE if "html" in formats else None
        write_workbook(tables, target / folder.WORKBOOK_FILE, look.labels, book, facts, money=look.money, page=page)
    if "html" in formats:
        from pipeline.write.review import write_review

        write_review(tables, texts, target / folder.PAGE_FILE, look.labels.language, book, facts)
    about.write_json(about.schema_content(tables[COMPARISON.name], book.indicators), target / folder.SCHEMA_FILE)


def count_up(tables: Tables) -> dict[str, Any]:
    """What was seen, read and left, as run.json and the last lines of a run say it."""
    files, facts, cells = tables["files"], tables["facts"], tables["cells"]
    kinds = _tally(facts["kind"])
    return {
        "files": {"all": files.num_rows, **_tally(files["status"])},
        "files_left": _first_words(files["reason"]),
        "characters": pc.sum(files["chars"]).as_py() or 0,
        "reports": tables["reports"].num_rows,
        "numerals": facts.num_rows,
        "facts": sum(number for kind, number in kinds.items() if kind in FACTS),
        "kinds": kinds,
        "unread": {note: number for note, number in _first_words(facts["note"]).items() if note != CORRECTED},
        "activities": tables["activities"].num_rows,
        "cells": _tally(cells["state"]),
        "checks": _tally(tables["checks"]["verdict"]),
        "last_year": _tally(tables["last_year"]["verdict"].drop_null()),
        "corrections": _tally(tables["corrections"]["outcome"]),
    }


def _first_words(reasons: Any) -> dict[str, int]:
    """How often each code stands before the colon."""
    return _tally(pc.list_element(pc.split_pattern(reasons.drop_null(), ":", max_splits=1), 0))


def _tally(column: Any) -> dict[str, int]:
    counted = Counter(column.to_pylist())
    return {str(key): counted[key] for key in sorted(counted, key=str)}


def run_content(book: Rulebook, counts: Mapping[str, Any], segmenter: str, this_run: Mapping[str, Any]) -> dict[str, Any]:
    """Content of run.json. What differs between two equal runs stands under `this_run`."""
    return {
        about.OWN_KEY: version(),
        "rules": book.hash,
        "gazetteer": gazetteer_date(book),
        "segmenter": segmenter,
        "libraries": {
            name: metadata.version(name) for name in ("google-re2", "jieba", "pyarrow", "regex", "rjieba", "spacy", "xlsxwriter")
        },
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


def exit_status(counts: Mapping[str, Any]) -> int:
    """As RunResult.exit_status tells."""
    files = counts["files"]
    if not files.get("ok"):
        return 3
    return 1 if any(files.get(status) for status in UNREAD) else 0
