"""`--engine spark`: the same tables as the local engine's, made by Apache Spark, each a folder of Parquet parts.

Tasks go through `mapInArrow` with the batch function that the local engine runs; their tables are put down packed, so that nothing is
read twice. What wants all reports at once follows on data frames: ids of byte-equal reports, copies, the comparison. Input and output
folders must be seen under the same paths by the driver and all workers.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
import warnings
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

from pipeline.compare import BOUND_SUFFIX
from pipeline.copies import Limits
from pipeline.engines.packing import PACKED, TASKS, unpacked
from pipeline.engines.spark_copies import MARKS, _spark_schema, find_copies, numbered
from pipeline.engines.spark_tasks import (
    GROUP,
    ROW,
    SKETCHES,
    TOLD_CELL,
    TOLD_REPORT,
    Counts,
    added,
    beside,
    comparer,
    opener,
    reader,
    regrouped,
    wide_schema,
)
from pipeline.finish import UNREAD
from pipeline.ingest import InputItem
from pipeline.machinery import Settings
from pipeline.neighbours import Rules, concerned, dated
from pipeline.redating import Redating, redating
from pipeline.rulebook import Rulebook
from pipeline.run_record import RunResult, exit_status, run_content
from pipeline.schema import COMPARISON, COVERAGE, DATING, DATING_SCHEMA, TABLES
from pipeline.write import about, folder

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

FORMATS = ("parquet",)
"""What this engine writes; CSV, workbook and page are made from its tables, or by the local engine."""
TASK_BYTES = 256 * 1024
TASK_INPUTS = 64
"""A task holds so many bytes, or so many inputs, and never less than one input."""
TASKS_AT_ONCE = 8
"""Tasks handed to a worker's Python in one record batch: what it holds in memory beside the results of one task."""
PARTITIONS_PER_CORE = 4
"""Several, so that a core with short reports goes on while another is at long ones."""
TASKS_PER_PARTITION = 256
"""At most: what is lost and done again when a worker dies."""
REPORTS_PER_GROUP = 2000
"""Reports of about so many are compared at a time, all those of a town together."""
DRIVER_MEMORY = "2g"
LOOPBACK = "127.0.0.1"
LOGGING = Path(__file__).with_name("log4j2.properties")
PACKED_FOLDER = ".packed"
SHOWN = 50
"""Rows of the comparison that are brought to the driver to be shown."""
LISTED = 10_000
"""Unread files that are named; `files` has all."""


class SparkError(ValueError):
    """Spark cannot be used as asked; the message says what to do."""


@contextmanager
def session(master: str | None, workers: int) -> Iterator[SparkSession]:
    """The active session if there is one; else one for `master`, or for so many cores of this machine, closed in the end.

    On this machine nothing listens but on the loopback address, and there is no web interface. For a cluster everything but the master is
    left to Spark's own configuration (SPARK_CONF_DIR, spark-submit). Raises SparkError where Spark or Java is missing.
    """
    _check_installed(master)
    from pyspark.sql import SparkSession

    active = SparkSession.getActiveSession()
    if active is not None:
        yield active
        return
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    if master is None:
        os.environ.setdefault("SPARK_LOCAL_IP", LOOPBACK)
    builder = SparkSession.builder.appName("taizhang").master(master or f"local[{workers}]")
    for key, value in {**_COMMON, **({} if master else _local(workers))}.items():
        builder = builder.config(key, value)
    with warnings.catch_warnings():
        # it says so of every pandas from 3.0 on; nothing here goes through pandas
        warnings.filterwarnings("ignore", "PySpark does not yet fully support pandas", FutureWarning)
        made = builder.getOrCreate()
        try:
            yield made
        finally:
            made.stop()


_COMMON = {
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.execution.arrow.maxRecordsPerBatch": "4096",
    "spark.sql.parquet.compression.codec": "zstd",
    "spark.ui.showConsoleProgress": "false",
}


def _local(workers: int) -> dict[str, str]:
    return {
        "spark.driver.bindAddress": LOOPBACK,
        "spark.driver.host": LOOPBACK,
        "spark.driver.extraJavaOptions": f"-Dlog4j2.configurationFile={LOGGING.as_uri()}",
        "spark.driver.memory": DRIVER_MEMORY,
        "spark.ui.enabled": "false",
        "spark.sql.shuffle.partitions": str(PARTITIONS_PER_CORE * workers),
    }


def _check_installed(master: str | None) -> None:
    if find_spec("pyspark") is None:
        raise SparkError("--engine spark: Spark is not installed; pip install 'taizhang[spark]'")
    home = os.environ.get("JAVA_HOME")
    if master is None and not (shutil.which("java") or (home and (Path(home) / "bin" / "java").exists())):
        raise SparkError("--engine spark: no Java found; install Java 17 (Debian: openjdk-17-jre-headless) or set JAVA_HOME")


def refuse(formats: Sequence[str], corrections: Path | None = None, cache: Path | None = None, *, fresh: bool = False) -> None:
    """Raise SparkError where something is wanted that this engine does not do."""
    if corrections is not None:
        raise SparkError(
            "--engine spark takes no --corrections; give them to a run of the local engine over the reports that they are about"
        )
    if cache is not None or fresh:
        raise SparkError("--engine spark keeps no results from run to run: leave --cache and --fresh out, or run the local engine")
    if other := [name for name in formats if name not in FORMATS]:
        raise SparkError(
            f"--engine spark writes Parquet only, not {', '.join(other)}: its tables may be larger than a spreadsheet or a page can hold; "
            "leave --format out, or run the local engine over the part of the archive that you want to look at"
        )


class Job:
    """One run on Spark: from tasks to the tables in the folder `staging`."""

    def __init__(self, spark: SparkSession, settings: Settings, book: Rulebook, staging: Path) -> None:
        self._spark = spark
        self._settings = settings
        self._book = book
        self._staging = staging
        self._renames: dict[int, dict[str, str]] = {}
        self._redated = Redating()

    def run(self, tasks: Sequence[Sequence[InputItem]]) -> tuple[Counts, pa.Table, tuple[tuple[str, str], ...]]:
        """Write all tables. Gives the counts, the first rows of the comparison, and source and reason of files that were not read."""
        counts = self._read(tasks)
        self._renames = self._byte_equal()
        self._redated = self._years_of_neighbours()
        sketches = self._put("sketches", numbered(self._open("sketches", SKETCHES)))
        marks, copies = find_copies(self._spark, sketches, Limits.of(self._book))
        reports = self._open("reports", _with(TABLES["reports"].schema, GROUP)).drop(*(name for name in MARKS.names if name != "report_id"))
        reports = reports.join(self._spark.createDataFrame(marks), "report_id", "left")
        self._write("copies", self._spark.createDataFrame(copies))
        self._write("reports", reports)
        for name in ("files", "facts", "activities", "checks", "corrections"):
            self._write(name, self._open(name, TABLES[name].schema))
        wide = self._compare(reports)
        self._last_year()
        shutil.rmtree(self._staging / PACKED_FOLDER)
        counts["cells"] = self._tally("cells", "state")
        counts["last_year"] = self._tally("last_year", "verdict")
        counts["corrections"] = {}
        return counts, wide, self._unread()

    def _read(self, tasks: Sequence[Sequence[InputItem]]) -> Counts:
        """Put down what the batch function makes of all tasks; add up their counts."""
        cores = self._spark.sparkContext.defaultParallelism
        partitions = max(1, min(len(tasks), max(PARTITIONS_PER_CORE * cores, len(tasks) // TASKS_PER_PARTITION)))
        frame = self._spark.createDataFrame(_task_table(tasks), _spark_schema(TASKS)).repartition(partitions)
        read = reader(self._settings, self._staging / folder.TEXT_FOLDER)
        before = self._spark.conf.get("spark.sql.execution.arrow.maxRecordsPerBatch")
        self._spark.conf.set("spark.sql.execution.arrow.maxRecordsPerBatch", str(TASKS_AT_ONCE))
        packed = frame.mapInArrow(read, _spark_schema(PACKED))
        packed.write.partitionBy("name").parquet(self._path("tables"))
        self._spark.conf.set("spark.sql.execution.arrow.maxRecordsPerBatch", before)
        counts: Counts = {}
        for _, _, table in self._packed("counts"):
            for written in table["json"].to_pylist():
                counts = added(counts, json.loads(written))
        return counts

    def _path(self, name: str) -> str:
        return (self._staging / PACKED_FOLDER / name).as_uri()

    def _rows(self, name: str) -> DataFrame:
        schema = "task long, payload binary, name string"
        return self._spark.read.schema(schema).parquet(self._path("tables")).where(f"name = '{name}'").select("task", "name", "payload")

    def _packed(self, name: str) -> Iterator[tuple[int, str, pa.Table]]:
        return unpacked(self._rows(name).toArrow().to_batches())

    def _open(self, name: str, schema: pa.Schema) -> DataFrame:
        return self._rows(name).mapInArrow(opener(name, schema, self._renames, self._redated), _spark_schema(schema))

    def _years_of_neighbours(self) -> Redating:
        """What follows from years that only other reports of a town tell. Brings to the driver what reports say of place and year, and the
        figures of those alone that may be dated so or tell.
        """
        dating = self._open(DATING, DATING_SCHEMA).toArrow()
        if not dating.num_rows:
            return Redating()
        reports = self._open("reports", TABLES["reports"].schema).toArrow()
        known = concerned(reports, dating)
        quoted, cells = (self._rows_of(name, known) for name in ("last_year", "cells"))
        years = dated(reports, dating, quoted, cells, Rules.of(self._book))
        if not years:
            return Redating()
        rows = (self._rows_of(name, set(years)) for name in ("facts", "activities"))
        facts, activities = ([table] for table in rows)
        changed = reports.filter(pc.is_in(reports["report_id"], pa.array(sorted(years), pa.string())))
        return regrouped(redating(years, reports, facts, activities, self._book), changed)

    def _rows_of(self, name: str, report_ids: set[str]) -> pa.Table:
        """The rows of some reports, brought to the driver."""
        schema = TABLES[name].schema
        wanted = self._spark.createDataFrame(pa.table({"report_id": pa.array(sorted(report_ids), pa.string())}))
        return self._open(name, schema).join(wanted, "report_id", "left_semi").select(*schema.names).toArrow().cast(schema)

    def _byte_equal(self) -> dict[int, dict[str, str]]:
        """New ids, per task, for reports whose text has occurred in a task before; numbered in the order of the inputs."""
        from pyspark.sql import Window
        from pyspark.sql import functions as f

        schema = _with(pa.schema([TABLES["reports"].schema.field("report_id")]), ROW, "task")
        reports = self._open("reports", schema).withColumn("digest", f.substring_index("report_id", "-", 1))
        order = f.row_number().over(Window.partitionBy("digest").orderBy("task", ROW))
        named = reports.withColumn("new", f.when(order == 1, f.col("digest")).otherwise(f.concat_ws("-", "digest", order.cast("string"))))
        renames: dict[int, dict[str, str]] = defaultdict(dict)
        for row in named.where("new <> report_id").select("task", "report_id", "new").toArrow().to_pylist():
            renames[row["task"]][row["report_id"]] = row["new"]
        return dict(renames)

    def _put(self, name: str, frame: DataFrame) -> DataFrame:
        """Write an intermediate table down, and read it from there from now on."""
        frame.write.parquet(self._path(name))
        return self._spark.read.parquet(self._path(name))

    def _compare(self, reports: DataFrame) -> pa.Table:
        """Write `cells`, `comparison`, `coverage` and `per_head`; give the first rows of the comparison."""
        cells = self._open("cells", _with(TABLES["cells"].schema, GROUP))
        groups = max(1, reports.count() // REPORTS_PER_GROUP)
        keyed = [frame.withColumn(GROUP, frame[GROUP] % groups).groupBy(GROUP) for frame in (reports, cells)]
        compare = comparer(self._book.indicators)
        found = self._put("compared", keyed[0].cogroup(keyed[1]).applyInArrow(compare, _spark_schema(PACKED)))
        wide = wide_schema(self._book.indicators)
        opened = {"cells": TABLES["cells"].schema, "comparison": wide, "per_head": TABLES["per_head"].schema, "coverage": COVERAGE.schema}
        frames = {
            name: found.where(f"name = '{name}'").mapInArrow(opener(name, schema, {}), _spark_schema(schema))
            for name, schema in opened.items()
        }
        self._write("cells", frames["cells"])
        self._write("per_head", frames["per_head"])
        self._write("coverage", self._spark.createDataFrame(self._coverage(frames["coverage"].toArrow())).coalesce(1))
        written = self._write("comparison", frames["comparison"].select(*self._hedged(frames["comparison"], wide)))
        first: pa.Table = written.limit(SHOWN).toArrow()
        return first

    def _last_year(self) -> None:
        """Write `last_year`: by the towns' codes, then by their names, for a code changes with the county's."""
        from pyspark.sql import functions as f

        reports = self._written("reports").select(*TOLD_REPORT)
        told = reports.join(self._written("cells").where("state = 'value'").select("report_id", *TOLD_CELL), "report_id", "left")
        groups = max(1, reports.count() // REPORTS_PER_GROUP)
        schema = TABLES["last_year"].schema
        quoted = self._open("last_year", schema)
        for name in ("town_code", "town"):
            # a report without a town stands for itself
            group = f.crc32(f.coalesce(f.col(name), f.col("report_id"))) % groups
            known = self._written("reports").select("report_id", group.alias(GROUP))  # opened anew: Spark takes no join with itself
            keyed = [frame.groupBy(GROUP) for frame in (quoted.join(known, "report_id"), told.withColumn(GROUP, group))]
            quoted = keyed[0].cogroup(keyed[1]).applyInArrow(beside, _spark_schema(schema))
        self._write("last_year", quoted)

    def _hedged(self, comparison: DataFrame, wide: pa.Schema) -> list[str]:
        """The columns of the comparison without the bounds that are = everywhere."""
        from pyspark.sql import functions as f

        bounds = [name for name in wide.names if name.endswith(BOUND_SUFFIX)]
        found = comparison.agg(*(f.max(f.col(f"`{name}`") != "=").alias(name) for name in bounds)).toArrow().to_pylist()[0]
        return [f"`{name}`" for name in wide.names if name not in bounds or found[name]]

    def _coverage(self, parts: pa.Table) -> pa.Table:
        """The sums over all groups, in the order of the indicators."""
        numbers = [column.name for column in COVERAGE.columns if pa.types.is_integer(column.type)]
        summed = {row["indicator"]: row for row in parts.group_by("indicator").aggregate([(name, "sum") for name in numbers]).to_pylist()}
        rows = [
            {
                "indicator": code,
                "label": indicator.label,
                "unit": indicator.unit,
                **{n: summed.get(code, {}).get(f"{n}_sum", 0) for n in numbers},
            }
            for code, indicator in self._book.indicators.items()
        ]
        return pa.Table.from_pylist(rows, schema=COVERAGE.schema)

    def _write(self, name: str, frame: DataFrame) -> DataFrame:
        """A table as a folder of Parquet parts, rows in the table's order through the parts by their names."""
        sort = (TABLES[name].sort or TABLES[name].key) if name in TABLES else _COMPARISON_SORT
        columns = [f"`{column}`" for column in (TABLES[name].names() if name in TABLES else frame.columns)]
        path = (self._staging / f"{name}.parquet").as_uri()
        ordered = frame if name == COVERAGE.name else frame.orderBy(*(frame[key].asc_nulls_last() for key in sort))
        ordered.select(*columns).write.parquet(path)
        return self._written(name)

    def _written(self, name: str) -> DataFrame:
        return self._spark.read.parquet((self._staging / f"{name}.parquet").as_uri())

    def _tally(self, name: str, column: str) -> dict[str, int]:
        rows = self._written(name).where(f"{column} is not null").groupBy(column).count().orderBy(column).toArrow().to_pylist()
        return {row[column]: row["count"] for row in rows}

    def _unread(self) -> tuple[tuple[str, str], ...]:
        files = self._written("files")
        left = files.where(files["status"].isin(*UNREAD)).select("source", "reason").orderBy("source").limit(LISTED).toArrow()
        return tuple(zip(left["source"].to_pylist(), left["reason"].to_pylist(), strict=True))


_COMPARISON_SORT = ("province", "city", "county", "town", "org", "year", "period", "label", "report_ids")


def _with(schema: pa.Schema, *names: str) -> pa.Schema:
    """The schema with columns of whole numbers that are only for the way."""
    for name in names:
        schema = schema.append(pa.field(name, pa.int64()))
    return schema


def _task_table(tasks: Sequence[Sequence[InputItem]]) -> pa.Table:
    columns: Mapping[str, list[Any]] = {
        "task": list(range(len(tasks))),
        "sources": [[item.source for item in task] for task in tasks],
        "paths": [[os.path.abspath(item.path) for item in task] for task in tasks],  # noqa: PTH100  links are kept as they are
        "sizes": [[item.size for item in task] for task in tasks],
        "codes": [[item.code for item in task] for task in tasks],
        "details": [[item.detail for item in task] for task in tasks],
    }
    return pa.table(columns, schema=TASKS)


def tasks(items: Iterable[InputItem]) -> Iterator[list[InputItem]]:
    """Inputs in their order, in tasks of about TASK_BYTES."""
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


def run(
    items: Iterable[InputItem], settings: Settings, book: Rulebook, out: Path, *, master: str | None, workers: int, began: float
) -> RunResult:
    """Read all inputs on Spark and put the tables into `out`, in place of those that are there. `began`: when the run did."""
    whole = [replace(item, path=item.path.absolute()) for item in items]  # workers have folders of their own to start from
    with folder.locked(out.absolute()), folder.replacing(out.absolute()) as staging:
        with session(master, workers) as spark:
            counts, first_rows, unread = Job(spark, settings, book, staging).run(list(tasks(whole)))
            comparison = spark.read.parquet((staging / f"{COMPARISON.name}.parquet").as_uri()).limit(0).toArrow()
            about_spark = {"engine": f"Apache Spark {spark.version}", "master": spark.sparkContext.master}
        about.write_json(about.schema_content(comparison, book.indicators), staging / folder.SCHEMA_FILE)
        this_run = {"seconds": round(perf_counter() - began, 3), "workers": workers, **about_spark}
        about.write_json(run_content(book, counts, settings.segmenter, this_run), staging / folder.RUN_FILE)
    return RunResult(out, counts, first_rows, unread, exit_status(counts))
