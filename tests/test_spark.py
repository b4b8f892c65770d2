"""The Spark engine. What runs on its workers is tested without Spark; the engine itself, in local mode, against the local engine."""

from __future__ import annotations

import json
import os
from decimal import Decimal
from os.path import relpath
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from benchmarks import archive, equal
from pipeline import rulebook
from pipeline.engines import spark, spark_tasks
from pipeline.engines.packing import PACKED, packed, unpacked
from pipeline.ingest import IngestOptions, InputItem, list_inputs
from pipeline.machinery import Settings
from pipeline.run import run
from pipeline.schema import TABLES

RAW = Path(__file__).resolve().parent.parent / "data" / "raw"
HAS_JAVA = any((Path(folder) / "java").exists() for folder in os.environ.get("PATH", "").split(os.pathsep))


@pytest.fixture(scope="module")
def read(tmp_path_factory: pytest.TempPathFactory) -> list[pa.RecordBatch]:
    """Two tasks with the same report, and one more, as a worker reads them."""
    folder = tmp_path_factory.mktemp("in")
    for name, text in (("a.txt", "全镇共有会员1200人。"), ("b.txt", "全镇共有会员1200人。"), ("c.txt", "新建工会12家。")):
        (folder / name).write_text(f"石桥镇总工会2012年工作总结\n\n{text}\n", encoding="utf-8")
    items = list_inputs([folder], IngestOptions())
    tasks = spark._task_table([[item] for item in items])
    function = spark_tasks.reader(Settings(), folder / "text")
    return list(function(iter(tasks.to_batches())))


def test_packed_tables_come_back_as_they_were() -> None:
    table = pa.table({"a": pa.array(["一", None]), "b": pa.array([[1, 2], []], pa.list_(pa.int64()))})
    batch = packed(7, {"one": table, "empty": table.slice(0, 0), "two": table.slice(1)})
    assert batch.schema == PACKED
    assert [(task, name, found.to_pylist()) for task, name, found in unpacked([batch])] == [
        (7, "one", table.to_pylist()),
        (7, "two", table.slice(1).to_pylist()),
    ]


def test_a_worker_reads_tasks_into_packed_tables(read: list[pa.RecordBatch]) -> None:
    found = [(task, name, table) for task, name, table in unpacked(read)]
    assert {name for task, name, _ in found if task == 0} == {"files", "reports", "facts", "cells", "sketches", "activities"} | {
        name for task, name, _ in found if task == 0 and name == "checks"
    }
    counts = json.loads(next(table for _, name, table in found if name == "counts")["json"][0].as_py())
    assert (counts["files"], counts["reports"]) == ({"all": 3, "ok": 3}, 3)


def test_ids_of_byte_equal_reports_change_wherever_they_stand(read: list[pa.RecordBatch]) -> None:
    facts = TABLES["facts"].schema
    rows = [packed(task, {"facts": table}) for task, name, table in unpacked(read) if name == "facts"]
    before = pa.Table.from_batches(spark_tasks.opener("facts", facts, {})(iter(rows)))
    old = before["report_id"][0].as_py()
    after = pa.Table.from_batches(spark_tasks.opener("facts", facts, {1: {old: f"{old}-2"}})(iter(rows)))
    assert before["report_id"].to_pylist().count(old) == 2 * after["report_id"].to_pylist().count(old)
    assert len(set(after["fact_id"].to_pylist())) == after.num_rows > len(set(before["fact_id"].to_pylist()))


def test_towns_are_compared_by_groups(read: list[pa.RecordBatch]) -> None:
    tables = {name: [table for _, of, table in unpacked(read) if of == name] for name in ("reports", "cells")}
    indicators = rulebook.load().indicators
    compare = spark_tasks.comparer(indicators)
    made = compare(*(pa.concat_tables(tables[name]) for name in ("reports", "cells")))
    found = {name: table for _, name, table in unpacked(made.to_batches())}
    assert set(found) >= {"cells", "comparison", "coverage"}
    assert found["comparison"].schema == spark_tasks.wide_schema(indicators)
    assert found["cells"].num_rows == 3 * len(indicators)


def test_a_figure_quoted_from_last_year_finds_the_report_by_code_or_by_name() -> None:
    schema = TABLES["last_year"].schema
    place = {"part": 1, "duplicate_of": None, "period": "year", "org": "总工会", "town": "石桥镇", "city": None, "place_basis": "stated"}
    cell = {"indicator": "org.unions_new", "state": "value", "low": None, "high": None, "bound": "=", "fact_ids": ["a:1"]}
    rows = [
        {"report_id": "a", "source": "a.txt", "year": 2012, "value": Decimal(45), "town_code": "370101", **place, **cell},
        {"report_id": "b", "source": "b.txt", "year": 2013, "value": Decimal(57), "town_code": "370102", **place, **cell},
    ]
    told = pa.Table.from_pylist([{**row, "province": "山东省", "county": "甲县"} for row in rows], schema=spark_tasks.TOLD)
    quoted = {"report_id": "b", "fact_id": "b:9", "indicator": "org.unions_new", "stated": 45, "stated_bound": "=", "step": 0}
    rest = {name: quoted.get(name) for name in schema.names}
    given = pa.Table.from_pylist([rest], schema=schema).append_column("group", pa.array([1], pa.int64()))
    by_code = spark_tasks.beside(given, told.slice(1))
    assert (by_code.schema, by_code["earlier"].to_pylist()) == (schema, [None])
    by_name = spark_tasks.beside(by_code, told)
    assert by_name.select(["earlier", "found", "verdict"]).to_pylist() == [{"earlier": "a", "found": Decimal(45), "verdict": "holds"}]
    assert spark_tasks.beside(by_name, told.slice(0, 0)) == by_name


def test_tasks_hold_all_inputs_in_order() -> None:
    items = [InputItem(str(number), Path(str(number)), size) for number, size in enumerate([10] * 100 + [300_000] * 3)]
    made = list(spark.tasks(items))
    assert [item for task in made for item in task] == items
    assert [len(task) for task in made] == [64, 37, 1, 1]


def test_counts_add_up() -> None:
    assert spark_tasks.added({"a": 1, "b": {"x": 1}}, {"a": 2, "b": {"x": 2, "y": 5}, "c": {"z": 1}}) == {
        "a": 3,
        "b": {"x": 3, "y": 5},
        "c": {"z": 1},
    }


def test_outputs_that_spark_does_not_write_are_refused(tmp_path: Path) -> None:
    with pytest.raises(spark.SparkError, match="Parquet only, not csv, xlsx"):
        run([RAW], tmp_path / "out", formats=("parquet", "csv", "xlsx"), engine="spark")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("wanted", [{"cache": Path("kept")}, {"fresh": True}])
def test_kept_results_are_refused(wanted: dict[str, Any], tmp_path: Path) -> None:
    with pytest.raises(spark.SparkError, match="keeps no results"):
        run([RAW], tmp_path / "out", engine="spark", **wanted)
    assert not (tmp_path / "out").exists()


def test_what_is_missing_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spark, "find_spec", lambda _: None)
    with pytest.raises(spark.SparkError, match="pip install"), spark.session(None, 1):
        pass
    monkeypatch.setattr(spark, "find_spec", lambda name: name)
    monkeypatch.setattr(spark.shutil, "which", lambda _: None)
    monkeypatch.delenv("JAVA_HOME", raising=False)
    with pytest.raises(spark.SparkError, match="no Java found"), spark.session(None, 1):
        pass


def _compared(inputs: Path, tmp_path: Path) -> None:
    local = run([inputs], tmp_path / "local", formats=("parquet",), workers=1)
    made = run([inputs], Path(relpath(tmp_path / "spark")), engine="spark", workers=2)
    assert list(equal.differing(tmp_path / "local", tmp_path / "spark")) == []
    assert made.counts == local.counts
    assert (made.exit_status, sorted(made.unread)) == (local.exit_status, sorted(local.unread))
    assert (tmp_path / "spark" / "facts.parquet" / "_SUCCESS").exists()
    named = {path.relative_to(tmp_path / "spark" / "text").as_posix() for path in (tmp_path / "spark" / "text").rglob("*.txt")}
    assert named == {path.relative_to(tmp_path / "local" / "text").as_posix() for path in (tmp_path / "local" / "text").rglob("*.txt")}


needs_spark = pytest.mark.skipif(not HAS_JAVA, reason="wants Java: apt-get install default-jre-headless")


@pytest.mark.debian
@pytest.mark.slow
@needs_spark
@pytest.mark.filterwarnings("ignore::FutureWarning", "ignore::ResourceWarning", "ignore::DeprecationWarning")
@pytest.mark.xdist_group("spark")
def test_the_sample_archive_as_the_local_engine_reads_it(tmp_path: Path) -> None:
    pytest.importorskip("pyspark")
    _compared(RAW, tmp_path)


@pytest.mark.debian
@pytest.mark.slow
@needs_spark
@pytest.mark.filterwarnings("ignore::FutureWarning", "ignore::ResourceWarning", "ignore::DeprecationWarning")
@pytest.mark.xdist_group("spark")
def test_a_generated_archive_with_copies_excerpts_templates_and_what_cannot_be_read(tmp_path: Path) -> None:
    pytest.importorskip("pyspark")
    archive.write_archive(tmp_path / "made", 120)
    folder = tmp_path / "made" / "reports"
    long = archive.generate(3).text
    (folder / "excerpt.txt").write_text(long[: len(long) // 2], encoding="utf-8")
    (folder / "template.txt").write_text(long.replace("1", "3").replace("2", "5"), encoding="utf-8")
    for number in range(30):  # a text re-used by many fills a bucket
        (folder / f"reused{number}.txt").write_text(long.replace("6", str(number % 10)), encoding="utf-8")
    (folder / "same.txt").write_text(long, encoding="utf-8")
    (folder / "same too.txt").write_text(long, encoding="gb18030")
    for year, said in ((2012, "新建工会45家。"), (2013, "新建工会57家,去年45家。"), (2014, "新建工会60家,去年56家。")):
        (folder / f"{year}.txt").write_text(f"山东省寿光市稻田镇总工会{year}年工作总结\n\n{said}\n", encoding="utf-8")
    for name, year, said in (("k", "2006年", "三"), ("l", "2007年", "四"), ("u", "", "六")):  # two files tell the year of the third
        words = f"今年5月1日,评选镇第{said}届“金牌工人”,慰问劳模3人。"
        (folder / f"{name}.txt").write_text(f"山东省寿光市稻田镇总工会{year}工作总结\n\n{words}\n", encoding="utf-8")
    (folder / "empty.txt").write_text("", encoding="utf-8")
    (folder / "picture.jpg").write_bytes(b"\xff\xd8\xff\xe0 no report")
    _compared(folder, tmp_path)
    years = {row["source"]: row["year"] for row in equal.table(tmp_path / "spark", "reports").to_pylist()}
    assert years["reports/u.txt"] == 2009
    kinds = set(equal.table(tmp_path / "spark", "copies")["kind"].to_pylist())
    assert kinds == {"copy", "excerpt", "template"}
    verdicts = equal.table(tmp_path / "spark", "last_year")["verdict"].to_pylist()
    assert {"holds", "fails"} <= set(verdicts)
