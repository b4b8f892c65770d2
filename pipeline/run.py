"""The main job: inputs → tables in a folder."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass, replace
from functools import partial
from os.path import realpath
from pathlib import Path
from time import perf_counter
from typing import Any, Literal

import pyarrow as pa
import pyarrow.parquet as pq

from pipeline import rulebook
from pipeline.batch import Batch
from pipeline.cache import Cache
from pipeline.copies import Catalogue
from pipeline.corrections import Corrections
from pipeline.engines.apart import ApartReader
from pipeline.engines.local import Pool, worker_count
from pipeline.find_corrected import find_corrected
from pipeline.finish import Finished, Tally, finish, unread
from pipeline.ingest import IngestOptions, InputItem, check_rules, is_plain, list_inputs
from pipeline.labels import Labels, Language
from pipeline.machinery import Settings
from pipeline.manifest import Manifest
from pipeline.masked_batches import masked, texts_of
from pipeline.portions import Names, Portion, hashed, patience, portions
from pipeline.redact import Redactor
from pipeline.rulebook import Rulebook
from pipeline.run_record import RunResult, exit_status, run_content, version
from pipeline.schema import COMPARISON
from pipeline.segment import SegmenterName
from pipeline.spool import Spool
from pipeline.tabulate import Tables
from pipeline.work import Place, batches, make_worker, may_be_kept
from pipeline.write import about, folder
from pipeline.write.texts import Texts
from pipeline.writings import FLAT, write_tables

Format = Literal["csv", "parquet", "xlsx", "html"]

FORMATS: tuple[Format, ...] = ("csv", "parquet", "xlsx", "html")

Engine = Literal["local", "spark"]

ENGINES: tuple[Engine, ...] = ("local", "spark")

WORKER_BYTES = 1024 * 1024
"""A further worker is worth its start for so many bytes of input; where the caller names a number, that is it."""

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
            catalogue, texts = stack.enter_context(Catalogue(staging)), stack.enter_context(Texts(staging))
            taken = _Taken(Spool(staging / "spool"), Tally(), catalogue, texts if "html" in self.formats else None)
            settings, steady = self._read(taken, staging, cache, progress)
            done = finish(taken.spool.close(), taken.spool.dating(), catalogue, self.book, settings.corrections)
            if self.redactor is not None:
                done.small["corrections"] = self.redactor.corrections(done.small["corrections"])
            self._write(done, staging, texts)
        if cache is not None:
            cache.shrink()
        counts = taken.tally.result(done)
        this_run = {"seconds": round(perf_counter() - began, 3), "workers": max(1, self.workers), "name": self.name if steady else None}
        content = run_content(self.book, counts, settings.segmenter, this_run)
        if self.redactor is not None:
            content["redacted"] = self.redactor.notice
        about.write_json(content, staging / folder.RUN_FILE)
        return counts, done.small[COMPARISON.name], taken.tally.unread

    def _read(self, taken: _Taken, staging: Path, cache: Cache | None, progress: Progress | None) -> tuple[Settings, bool]:
        """Take in all inputs, then let the workers go; the settings with the corrections found; whether another run would read the same."""
        with ExitStack() as stack:
            apart = stack.enter_context(ApartReader(self.settings.ingest, patience))
            settings = find_corrected(self.settings, self.cut, self.workers, apart)
            place = Place(settings, staging / "parts", cache, self.fresh, here=self.workers == 0)
            pool = stack.enter_context(Pool(partial(make_worker, apart=apart) if place.here else make_worker, place, self.workers))
            return settings, self._merge(batches(self.cut, place, pool, apart), taken, staging / folder.TEXT_FOLDER, progress)

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
                steady = steady and may_be_kept(made, portion)
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

    def _write(self, done: Finished, target: Path, texts: Texts) -> None:
        """All tables in all formats into the folder `target`. `texts`: those of the reports, for the review page."""
        write_tables(done, target, [form for form in FLAT if form in self.formats], max(1, self.workers))
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
