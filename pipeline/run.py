"""The main job: inputs → tables in a folder. Here, and only here, the stages meet."""

from __future__ import annotations

import platform
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, suppress
from dataclasses import asdict, dataclass, field, replace
from functools import cached_property, partial
from importlib import metadata
from os.path import realpath
from pathlib import Path
from time import perf_counter
from typing import Any, Literal, cast

import pyarrow as pa
import pyarrow.parquet as pq

from pipeline import batch, rulebook
from pipeline.batch import Batch, BatchError, Text
from pipeline.cache import Cache, write_whole
from pipeline.clean import Cleaner
from pipeline.compare import Comparer
from pipeline.copies import Catalogue, Sketcher, digest_of
from pipeline.corrections import Corrections
from pipeline.corrections import archive as corrected_archive
from pipeline.corrections import facts as corrected_facts
from pipeline.corrections import reports as corrected_reports
from pipeline.corrections.entries import Due
from pipeline.days import Calendar
from pipeline.engines.apart import ApartReader
from pipeline.engines.local import Loss, Pool, WorkerLostError, worker_count
from pipeline.extract import Extractor
from pipeline.finish import FLAT, UNREAD, Finished, Tally, Writing, finish, unread, write_small, writings
from pipeline.indicate import claims_of, indicate
from pipeline.ingest import IngestOptions, InputItem, check_rules, is_plain, list_inputs, read_input
from pipeline.ingest.reasons import is_passing
from pipeline.interpret import IndicatorReader, Interpreter
from pipeline.labels import Labels, Language
from pipeline.manifest import Manifest
from pipeline.masked_batches import masked, texts_of
from pipeline.masks import MaskReader
from pipeline.model import CleanText, Document, Mention, ReadReport, Report, Tokens
from pipeline.own_process import settle_in
from pipeline.portions import Names, Portion, hashed, patience, portions
from pipeline.redact import Redactor
from pipeline.rulebook import Rulebook
from pipeline.schema import COMPARISON
from pipeline.segment import Segmenter, SegmenterName
from pipeline.split import Splitter
from pipeline.spool import Spool
from pipeline.tabulate import Tables, Tabulator
from pipeline.unit_classes import UnitClasses
from pipeline.write import about, folder
from pipeline.write.texts import Texts

Format = Literal["csv", "parquet", "xlsx", "html"]
FORMATS: tuple[Format, ...] = ("csv", "parquet", "xlsx", "html")
Engine = Literal["local", "spark"]
ENGINES: tuple[Engine, ...] = ("local", "spark")

WORKER_BYTES = 1024 * 1024
"""A further worker is worth its start for so many bytes of input; where the caller names a number, that is it."""

ROWS_WRITTEN_HERE = 200_000
"""So many rows are written sooner than a worker is there."""

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
    """What the stages work with, made from the rules when it is first wanted; it holds no state of a document."""

    def __init__(self, book: Rulebook, segmenter: SegmenterName = "jieba") -> None:
        self.rulebook = book
        self._segmenter = segmenter

    def prepare(self) -> None:
        """Make all of it now. Raises RuleError on rules that cannot be used."""
        for name, made in vars(type(self)).items():
            if isinstance(made, cached_property):
                getattr(self, name)

    @cached_property
    def cleaner(self) -> Cleaner:
        return Cleaner(self.rulebook)

    @cached_property
    def splitter(self) -> Splitter:
        return Splitter(self.rulebook)

    @cached_property
    def extractor(self) -> Extractor:
        return Extractor(self.rulebook)

    @cached_property
    def segmenter(self) -> Segmenter:
        return Segmenter(self.rulebook, self._segmenter)

    @cached_property
    def interpreter(self) -> Interpreter:
        return Interpreter(self.rulebook, self.indicators)

    @cached_property
    def indicators(self) -> IndicatorReader:
        return IndicatorReader(self.rulebook)

    @cached_property
    def masks(self) -> MaskReader:
        return MaskReader(self.rulebook)

    @cached_property
    def calendar(self) -> Calendar:
        return Calendar(self.rulebook.table("calendar"))

    @cached_property
    def unit_classes(self) -> UnitClasses:
        return UnitClasses({word: unit.unit_class for word, unit in self.rulebook.units.items()}, self.cleaner.simplified)

    @cached_property
    def comparer(self) -> Comparer:
        return Comparer(self.rulebook.indicators, self.unit_classes)

    @cached_property
    def sketcher(self) -> Sketcher:
        return Sketcher(self.rulebook)

    def read_report(self, report: Report) -> ReadReport:
        """One report, read by itself."""
        mentions = self.extractor.extract(report)
        return self.interpreter.read(report, mentions, self.segmenter.segment(report, mentions))


_machinery: dict[tuple[Any, SegmenterName], Machinery] = {}
"""That of the rules used last, by the state of their files, and the one before: making it takes seconds, and a notebook runs many times by
the same rules, or compares its own with the shipped ones."""
KEPT = 2


def machinery(rules: Path | None, segmenter: SegmenterName = "jieba") -> Machinery:
    """The machinery for the rules as they stand on the disk now. Raises RuleError."""
    return machinery_of(rulebook.load(rules), segmenter)


def machinery_of(book: Rulebook, segmenter: SegmenterName = "jieba", made: Machinery | None = None) -> Machinery:
    """That of a book; `made` is kept as such where there is none."""
    key = book.state(), segmenter
    if key not in _machinery:
        while len(_machinery) >= KEPT:
            del _machinery[next(iter(_machinery))]
        _machinery[key] = made or Machinery(book, segmenter)
    _machinery[key] = _machinery.pop(key)  # the one used last stands last
    return _machinery[key]


class Tools:
    """What a stage may use: the machinery, and the settings of the run.

    `apart`: reads what is no plain text, where this process is to outlive the libraries that do; it does so itself where None.
    """

    def __init__(self, settings: Settings, *, prepared: bool = True, apart: ApartReader | None = None) -> None:
        self.settings = settings
        self._apart = apart
        self.machinery = machinery(settings.rules, settings.segmenter)
        if prepared:
            self.machinery.prepare()

    def documents(self, item: InputItem) -> Sequence[Document]:
        """What an input holds, as `read_input` tells."""
        if self._apart is None or is_plain(item):
            return read_input(item, self.settings.ingest)
        return self._apart.read(item)

    def read(self, document: Document) -> list[ReadReport]:
        """All reports of one document, read."""
        return [read for _, reads in _through(READING, [document], self) for read in reads]


def ingest(items: Iterable[InputItem], tools: Tools) -> Iterator[Document]:
    """Inputs → documents."""
    for item in items:
        yield from tools.documents(item)


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
    # what was put right by hand is no claim that other rules could be asked about
    return replace(interpreter.conclude(told.with_facts(facts)), amendments=amendments, claims=None)


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
    texts: list[Text] = []
    found: list[ReadReport] = []
    for document, reads in interpreted:
        tabulator.add(document, reads)
        found += reads
        if document.text:
            texts.append(Text(document.source, document.text, document.plain))
    tables = tabulator.tables()
    sketch, masks = tools.machinery.sketcher.sketch, tools.machinery.masks
    sketches = [sketch(report_id, read) for report_id, read in zip(tables["reports"]["report_id"].to_pylist(), found, strict=True)]
    claims = [claims_of(read, masks.find(read.report.text)) for read in found]
    yield Batch(tables, tuple(texts), tuple(tabulator.gaps), tuple(sketches), tuple(claims))


def compare(batches: Iterable[Batch], tools: Tools) -> Iterator[Batch]:
    """Tables → cells of each report by itself; reports are set against each other at the end of the run."""
    for made in batches:
        cells = tools.machinery.comparer.report_cells(made.tables["reports"], made.tables["facts"], made.gaps)
        yield replace(made, tables={**made.tables, "cells": cells}, gaps=())


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


def make_sighting_function(settings: Settings, apart: ApartReader | None = None) -> Callable[[Portion], list[corrected_archive.Sighting]]:
    """The function that looks for the reports of corrections: inputs in, what is to be said of their reports out."""
    tools = Tools(settings, prepared=False, apart=apart)

    def sight(portion: Portion) -> list[corrected_archive.Sighting]:
        split_up = _through(SPLITTING, portion.items, tools)
        found = (corrected_archive.sight(report, settings.corrections) for _, reports in split_up for report in reports)
        return [sighting for sighting in found if sighting is not None]

    return sight


def find_corrected(settings: Settings, cut: Sequence[Portion], workers: int, apart: ApartReader) -> Settings:
    """The settings with each correction sent to its report. Files that a correction names are looked at first, others only if need be."""
    corrections = settings.corrections
    if not corrections.entries:
        return settings
    named = {item.source for portion in cut for item in portion.items if corrected_archive.is_named(item.source, corrections)}
    sightings: list[corrected_archive.Sighting] = []
    make = make_sighting_function if workers else partial(make_sighting_function, apart=apart)
    with Pool(make, settings, workers) as pool:
        for found in pool.each(_with_items(cut, lambda item: item.source in named), Portion.instead):
            sightings += found
        if corrected_archive.missing(corrections, sightings):
            for found in pool.each(_with_items(cut, lambda item: item.source not in named), Portion.instead):
                sightings += found
    return replace(settings, corrections=corrected_archive.settle(corrections, sightings))


def _with_items(cut: Sequence[Portion], wanted: Callable[[InputItem], bool]) -> list[Portion]:
    """The portions with those of their inputs alone that are wanted, without names."""
    pairs = ([(item, digest) for item, digest in zip(p.items, p.digests, strict=True) if wanted(item)] for p in cut)
    return [Portion(tuple(item for item, _ in of), tuple(digest for _, digest in of)) for of in pairs if of]


@dataclass(frozen=True, slots=True)
class Place:
    """What a worker must know beside the settings: where its results go. `fresh`: what is kept there already does not count.

    `here`: the worker is the process that merges the results, and hands them over as they are.
    """

    settings: Settings
    parts: Path
    cache: Cache | None = None
    fresh: bool = False
    here: bool = False


def make_worker(place: Place, apart: ApartReader | None = None) -> Callable[[Portion | Writing], tuple[Portion, Path | Batch] | None]:
    """What a worker does with a portion of work: read inputs and give back their batch or the file with it, or write a table."""
    if not place.here:
        settle_in()
    tools = Tools(place.settings, prepared=False, apart=apart)  # where results are kept it may need little of it

    def work(task: Portion | Writing) -> tuple[Portion, Path | Batch] | None:
        if isinstance(task, Writing):
            task.do()
            return None
        return task, _part(task, place, tools)

    return work


def _part(portion: Portion, place: Place, tools: Tools) -> Path | Batch:
    """The batch of a portion or the file with it: from the cache as it is, or with other indicators, or read anew."""
    cache = place.cache
    made = None
    if cache is not None and portion.reading is not None and not place.fresh:
        made = _indicated_anew(cache, portion.reading, place, tools)
    if made is None:
        made = cast(Batch, next(_through(STAGES, portion.items, tools)))
    content = None
    if (
        cache is not None
        and portion.key is not None
        and portion.reading is not None
        and _may_be_kept(made, portion)
        and not _is_corrected(made, place)
    ):
        content = batch.packed(made)
        with suppress(OSError):  # a full disk there is no reason to end the run
            path = cache.put(portion.key, content)
            cache.link(portion.reading, path)
            return made if place.here else path
    if place.here:
        return made
    place.parts.mkdir(exist_ok=True)
    path = place.parts / f"{hashed(portion.items[0].source)}.batch"
    write_whole(path, batch.packed(made) if content is None else content)
    return path


def _indicated_anew(cache: Cache, reading: str, place: Place, tools: Tools) -> Batch | None:
    """What an earlier run read by the same rules but for those of indicators, with the indicators of these."""
    path = cache.find(reading)
    if path is None:
        return None
    try:
        kept = batch.read(path)
    except (OSError, BatchError):
        return None
    if _is_corrected(kept, place):
        return None
    told = indicate(kept.tables, kept.claims, tools.machinery.indicators)
    if told is None:
        return None
    tables, gaps = told
    return next(compare([replace(kept, tables=tables, gaps=gaps)], tools))


def _is_corrected(made: Batch, place: Place) -> bool:
    """Whether corrections go to one of its reports: what is kept is what the rules say, so such a portion is read anew each time."""
    keys = {target.key for target in place.settings.corrections.targets.values()}
    return bool(keys) and not keys.isdisjoint(map(digest_of, made.tables["reports"]["report_id"].to_pylist()))


def _may_be_kept(made: Batch, portion: Portion) -> bool:
    """Whether what was read are the bytes that the portion is named by, and nothing came of the moment."""
    files = made.tables["files"].select(["source", "sha256", "reason"]).to_pylist()
    read = {row["source"]: row["sha256"] for row in files}
    same = all(digest is None or read.get(item.source) == digest for item, digest in zip(portion.items, portion.digests, strict=True))
    return same and not any(is_passing(row["reason"]) for row in files)


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
    redact: bool = False,
    engine: Engine = "local",
    spark_master: str | None = None,
    cache: Path | None = None,
    fresh: bool = False,
    progress: Progress | None = None,
) -> RunResult:
    """Read `inputs` (a file or folder, or several) and write the tables into `out`, in place of those that are there.

    `formats`: all that the engine writes where None. `workers`: processes, all cores where None; 1 stands for this process
    and one beside it that reads what is no plain text. `rules`: an
    analyst's own folder over the shipped one. `manifest`: a CSV as `taizhang manifest` gives it. `corrections`: a CSV, JSON lines, or
    the workbook with its columns for corrections filled in; what became of each is the table `corrections`. `labels`: language of
    workbook and page. `segmenter`: rjieba is faster, and a few objects differ. `money`: what the workbook shows money in, `yuan` or
    `wan` (10,000 yuan), or the words of labels.toml for them; the tables stay in 元. `limits`: those of the readers, by the names that
    IngestOptions has for them. `redact`: mask persons' names and numbers in all that is written into `out`, which Spark does not.
    `engine`: `spark` for Apache Spark, on this machine or on the cluster `spark_master`; it writes Parquet only, takes no corrections
    and keeps no results (docs/spark.md). `cache`: a folder in which results are kept for later runs, none where None; `fresh`: read
    everything anew, whatever is kept. Where `out` holds the tables of these very inputs and settings already, nothing is written.
    Raises RuleError, ManifestError, CorrectionsError or ValueError for wrong settings, FolderBusyError where another run writes into
    `out`, and OSError where it cannot be written; never for what an input holds. In a script that uses several workers, call it below
    `if __name__ == "__main__":`, for each worker imports the script anew.
    """
    began = perf_counter()
    out = Path(out)
    if engine == "spark":
        from pipeline.engines import spark  # here, for few have it

        spark.refuse(formats or (), corrections, cache, fresh=fresh)
    formats = formats or FORMATS
    known = Manifest.load(manifest) if manifest else Manifest()
    exclude = (out,) if cache is None else (out, cache)
    own: Mapping[str, Any] = limits or {}
    options = IngestOptions(exclude, encoding, known.encodings, text_column, rules, **own)
    book = rulebook.load(rules)
    if rules is not None:
        check_rules(rules)
    settings = Settings(rules, options, known, segmenter, Corrections.load(corrections, book) if corrections else Corrections())
    look = Look(Labels(book, labels), Labels(book).code("money", money, "--money"))
    given = [inputs] if isinstance(inputs, str | Path) else inputs
    handed_in = {realpath(path) for path in (manifest, corrections) if path is not None}  # which no circle of links makes fail
    items = [item for item in list_inputs([Path(path) for path in given], options) if realpath(item.path) not in handed_in]
    if engine == "spark":
        if redact:
            raise ValueError("--redact is not for --engine spark: its parts would hold names as they stand; run it on this machine")
        return spark.run(items, settings, book, out, master=spark_master, workers=worker_count(workers), began=began)
    redactor = Redactor(book) if redact else None
    if redactor is not None:
        items = _without_names(items, redactor)
        known = known.with_sources(redactor.source)
        settings = replace(settings, manifest=known)
    cut = portions(items, options, Names.of(book, options, known, segmenter))
    kept_in = None if cache is None else Cache(cache)
    job = _Job(settings, book, cut, tuple(formats), look, kept_in, fresh, processes(items, workers), redactor)
    with folder.locked(out):
        done = None if fresh else unchanged(out, job.name)
        if done is None:
            with folder.replacing(out) as staging:
                done = job.do(staging, progress, began)
            folder.note_outputs(out)
    return _result(out, *done)


def _without_names(items: Sequence[InputItem], redactor: Redactor) -> list[InputItem]:
    """The inputs under masked names, in the order of these."""
    names = redactor.sources(item.source for item in items)
    return sorted((replace(item, source=name) for item, name in zip(items, names, strict=True)), key=lambda item: item.source)


@dataclass(frozen=True, slots=True)
class Look:
    """How workbook and page show the tables: the words, and the unit of money (a code of [money] in labels.toml)."""

    labels: Labels
    money: str = "yuan"


def processes(items: Sequence[InputItem], wanted: int | None) -> int:
    """How many workers to begin; 0 where this process does the work.

    Where nobody says how many: as many as the inputs are worth, and one at least where a reader that is no code of ours has to do with
    them, for that can take its process with it.
    """
    if wanted is not None:
        return 0 if wanted == 1 else wanted
    count = min(worker_count(None), 1 + sum(item.size or 0 for item in items) // WORKER_BYTES)
    return count if count > 1 or not all(map(is_plain, items)) else 0


@dataclass(frozen=True, slots=True)
class _Job:
    """All that a run has to do, and with what."""

    settings: Settings
    book: Rulebook
    cut: Sequence[Portion]
    formats: tuple[Format, ...]
    look: Look
    cache: Cache | None
    fresh: bool
    workers: int
    redactor: Redactor | None = None
    """Masks persons in what goes into DIR; what is kept for later runs stays as it was read."""

    @property
    def name(self) -> str | None:
        """A hash of all that the files in DIR follow from; None where some input may read otherwise the next time."""
        keys = [portion.key for portion in self.cut]
        if None in keys:
            return None
        shown = self.look.labels.language, self.look.money
        corrections = self.settings.corrections
        put_right = [[asdict(one) for one in corrections.entries], [asdict(one) for one in corrections.closed]]
        return hashed(keys, self.book.hash, sorted(set(self.formats)), shown, put_right, self.redactor is not None)

    def do(self, staging: Path, progress: Progress | None, began: float) -> _Done:
        """Write everything into the folder `staging`."""
        cache = self._ready_cache()
        with ExitStack() as stack:
            apart = stack.enter_context(ApartReader(self.settings.ingest, patience))
            settings = find_corrected(self.settings, self.cut, self.workers, apart)
            place = Place(settings, staging / "parts", cache, self.fresh, here=self.workers == 0)
            pool = stack.enter_context(Pool(partial(make_worker, apart=apart) if place.here else make_worker, place, self.workers))
            catalogue, texts = stack.enter_context(Catalogue(staging)), stack.enter_context(Texts(staging))
            taken = _Taken(Spool(staging / "spool"), Tally(), catalogue, texts if "html" in self.formats else None)
            steady = self._merge(_parts(self.cut, place, pool, apart), taken, staging / folder.TEXT_FOLDER, progress)
            done = finish(taken.spool.close(), taken.spool.dating(), catalogue, self.book, settings.corrections)
            if self.redactor is not None:
                done.small["corrections"] = self.redactor.corrections(done.small["corrections"])
            self._write(done, staging, pool, texts)
        if cache is not None:
            cache.shrink()
        counts = taken.tally.result(done)
        this_run = {"seconds": round(perf_counter() - began, 3), "workers": max(1, self.workers), "name": self.name if steady else None}
        content = run_content(self.book, counts, settings.segmenter, this_run)
        if self.redactor is not None:
            content["redacted"] = self.redactor.notice
        about.write_json(content, staging / folder.RUN_FILE)
        return counts, done.small[COMPARISON.name], taken.tally.unread

    def _ready_cache(self) -> Cache | None:
        """The cache; none where its folder cannot be made, for a run can do without."""
        if self.cache is not None:
            try:
                self.cache.prepare()
            except OSError:
                return None
        return self.cache

    def _merge(self, parts: Iterable[tuple[Portion, Batch]], taken: _Taken, texts: Path, progress: Progress | None) -> bool:
        """Take in all batches, in order; whether all of them say what another run would find too."""
        total, done, reports, steady = sum(len(portion.items) for portion in self.cut), 0, 0, True

        def read() -> Iterator[tuple[Portion, Batch]]:
            nonlocal done, reports, steady
            for portion, made in parts:
                yield portion, made
                steady = steady and _may_be_kept(made, portion)
                done, reports = done + len(portion.items), reports + made.tables["reports"].num_rows
                if progress is not None:
                    progress(done, total, reports)

        for portion, made, digests in self._told(read(), texts.parent / "waiting"):
            for text in made.texts:
                if not text.plain:
                    about.write_text(texts, text.source, text.text)
            taken.add(made, portion.below, digests)
        return steady

    def _told(self, parts: Iterable[tuple[Portion, Batch]], waiting: Path) -> Iterator[tuple[Portion, Batch, list[str] | None]]:
        """The batches as they are to be written; where persons are masked, with the hashes of the reports' real texts."""
        if self.redactor is None:
            yield from ((portion, made, None) for portion, made in parts)
            return
        for portion, hidden in masked(parts, self.redactor, waiting):
            yield portion, hidden.batch, hidden.digests

    def _write(self, done: Finished, target: Path, pool: Pool[Any, Any], texts: Texts) -> None:
        """All tables in all formats into the folder `target`. `texts`: those of the reports, for the review page."""
        forms = tuple(form for form in FLAT if form in self.formats)
        large = writings(done, target, forms)
        if pool.begun or sum(task.spooled.num_rows for task in large) > ROWS_WRITTEN_HERE:
            for _ in pool.each(large, _cannot_write):
                pass
        else:
            for task in large:
                task.do()
        write_small(done, target, forms)
        if {"xlsx", "html"}.intersection(self.formats):
            self._show(done.tables(), target, texts)
        about.write_json(about.schema_content(done.small[COMPARISON.name], self.book.indicators), target / folder.SCHEMA_FILE)

    def _show(self, tables: Tables, target: Path, texts: Texts) -> None:
        """Workbook and review page."""
        facts = {"version": version(), "rules": self.book.hash[:12]}
        labels = self.look.labels
        notice = None if self.redactor is None else self.redactor.notice
        if "xlsx" in self.formats:
            from pipeline.write.workbook import write_workbook  # here, for not every run wants one

            page = folder.PAGE_FILE if "html" in self.formats else None
            said = facts if notice is None else {**facts, "redacted": notice[labels.language]}
            write_workbook(tables, target / folder.WORKBOOK_FILE, labels, self.book, said, money=self.look.money, page=page)
        if "html" in self.formats:
            from pipeline.write.review import write_review

            write_review(tables, texts, target / folder.PAGE_FILE, labels.language, self.book, facts, redacted=notice)


@dataclass(frozen=True, slots=True)
class _Taken:
    """What is kept of all batches until the end of the run. `texts`: for the review page, None where none is wanted."""

    spool: Spool
    tally: Tally
    catalogue: Catalogue
    texts: Texts | None

    def add(self, made: Batch, below: str | None, digests: Sequence[str] | None = None) -> None:
        """One batch; no later one has a `source` below `below`. `digests`: SHA-256 of the reports' texts where these are masked."""
        for sketch in made.sketches:
            self.catalogue.add(sketch)
        self.spool.add(made.tables, below)
        self.tally.add(made.tables)
        if self.texts is not None:
            rows = made.tables["reports"].select(["source", "start"]).to_pydict()
            self.texts.add_all(rows["source"], rows["start"], texts_of(made), digests)


def _parts(cut: Sequence[Portion], place: Place, pool: Pool[Any, Any], apart: ApartReader) -> Iterator[tuple[Portion, Batch]]:
    """The batches of all portions, in order, from the cache where they are there."""
    kept = {portion.key: path for portion in cut if (path := _kept(portion, place)) is not None}
    made = pool.each([portion for portion in cut if portion.key not in kept], Portion.instead)
    for portion in cut:
        if portion.key in kept:
            yield portion, _read_or_made(kept[portion.key], portion, place, apart)
            continue
        inputs = 0
        while inputs < len(portion.items):  # one portion can have come to be several
            part, result = next(made)
            yield part, result if isinstance(result, Batch) else batch.read(result)
            if isinstance(result, Path) and place.parts in result.parents:
                result.unlink()
            inputs += len(part.items)


def _kept(portion: Portion, place: Place) -> Path | None:
    if place.cache is None or place.fresh or portion.key is None:
        return None
    path = place.cache.find(portion.key)
    if path is None or not place.settings.corrections.targets:
        return path
    try:
        return None if _is_corrected(batch.read(path), place) else path
    except (OSError, BatchError):
        return None


def _read_or_made(path: Path, portion: Portion, place: Place, apart: ApartReader) -> Batch:
    """A batch of the cache; one that is damaged, or that another run has just removed, is made anew."""
    try:
        return batch.read(path)
    except (OSError, BatchError):
        path.unlink(missing_ok=True)
        again = _part(portion, replace(place, here=True), Tools(place.settings, apart=apart))
        assert isinstance(again, Batch)
        return again


def _cannot_write(task: Writing, loss: Loss) -> list[Writing]:
    raise WorkerLostError(f"the process that wrote {task.target.name} ended ({loss}); is there enough memory?")


_Done = tuple[Mapping[str, Any], pa.Table, tuple[tuple[str, str], ...]]
"""Counts, comparison, and what could not be read."""


def unchanged(out: Path, name: str | None) -> _Done | None:
    """What the run said that wrote the tables in `out`, where it did the job of this name and nobody has touched them since."""
    said = None if name is None else folder.untouched(out, name)
    paths = [out / f"{table}.parquet" for table in (COMPARISON.name, "files")]
    if said is None or not all(path.is_file() for path in paths):
        return None
    wide, files = (pq.read_table(path) for path in paths)
    return said["counts"], wide, unread(files)


def _result(out: Path, counts: Mapping[str, Any], wide: pa.Table, left: tuple[tuple[str, str], ...]) -> RunResult:
    return RunResult(out, counts, wide, left, exit_status(counts))


def run_content(book: Rulebook, counts: Mapping[str, Any], segmenter: str, this_run: Mapping[str, Any]) -> dict[str, Any]:
    """Content of run.json. What differs between two equal runs stands under `this_run`."""
    return {
        about.OWN_KEY: version(),
        "rules": book.hash,
        "gazetteer": gazetteer_date(book),
        "segmenter": segmenter,
        "libraries": {name: metadata.version(name) for name in LIBRARIES},
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


def exit_status(counts: Mapping[str, Any]) -> int:
    """As RunResult.exit_status tells."""
    files = counts["files"]
    if not files.get("ok"):
        return 3
    return 1 if any(files.get(status) for status in UNREAD) else 0
