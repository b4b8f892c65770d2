"""The generator of archives is what the figures of docs/performance.md rest on: it must be the same everywhere, and right."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from benchmarks import archive, equal, measure, page, template, truth
from pipeline.ingest import ingest
from pipeline.run import run

NUMERAL = re.compile(r"[0-9０-９]")


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("archive")
    archive.write_archive(folder, 12)
    return folder


@pytest.fixture(scope="module")
def tables(small: Path) -> Path:
    run([small / "reports"], small / "out", formats=("parquet",), workers=1)
    return small / "out"


def test_same_seed_same_report() -> None:
    assert archive.generate(7) == archive.generate(7)
    assert archive.generate(7).text != archive.generate(8).text
    assert archive.generate(7).text != archive.generate(7, seed=2).text


def test_every_fact_is_where_it_says() -> None:
    for index in range(40):
        report = archive.generate(index)
        assert all(report.text[fact.start : fact.end] == fact.text for fact in report.facts)
        told = {place for fact in report.facts for place in range(fact.start, fact.end)}
        assert {match.start() for match in NUMERAL.finditer(report.text)} <= told


def test_values_follow_from_the_words() -> None:
    facts = [fact for index in range(60) for fact in archive.generate(index).facts]
    said = {(fact.text, fact.value, fact.bound, fact.unit) for fact in facts if fact.kind in ("count", "money", "rate")}
    plain = [(text, value, unit) for text, value, bound, unit in said if bound == "=" and re.fullmatch(r"[\d.]+(万元|\D*)", text)]
    assert len(plain) > 200
    for text, value, unit in plain:
        number = Decimal(re.match(r"[\d.]+", text)[0])  # type: ignore[index]
        assert value == number * (10_000 if text.endswith(("万元", f"万{unit}")) else 1), text
    assert {bound for _, _, bound, _ in said} == {"=", ">", "<", "~"}


def test_prose_changes_no_figure_and_thins_them() -> None:
    for index in range(20):
        plain, prose = archive.generate(index), archive.generate(index, prose=True)
        assert [replace(fact, start=0, end=0) for fact in prose.facts] == [replace(fact, start=0, end=0) for fact in plain.facts]
        assert all(prose.text[fact.start : fact.end] == fact.text for fact in prose.facts)
        assert prose == archive.generate(index, prose=True)
        sentences = re.findall(r"[^。\n]+。", prose.text)
        assert len(set(sentences)) == len(sentences)
    made = [archive.generate(index, prose=True) for index in range(60)]
    apart = sum(len(report.text) for report in made) / sum(len(report.facts) for report in made)
    assert 33 < apart < 46, "as annotated reports have it"


def test_prose_has_no_slot_that_is_not_known(tmp_path: Path) -> None:
    path = tmp_path / "prose.toml"
    path.write_text('most = 2\n[sentences]\n"*" = ["{town}很好。"]\n', encoding="utf-8")
    with pytest.raises(ValueError, match="town"):
        template.load(prose=path)


def test_a_copy_has_the_text_of_its_original() -> None:
    copies = [index for index in range(1, 2000) if archive.generate(index).copy_of]
    assert 5 < len(copies) < 60
    copy = archive.generate(copies[0])
    originals = [archive.generate(index) for index in range(max(0, copies[0] - 40), copies[0])]
    assert [report.text == copy.text for report in originals if report.path == copy.copy_of] == [True]


def test_files_hold_the_texts(small: Path) -> None:
    read = {document.source: document.text for document in ingest([small / "reports"])}
    for index in range(12):
        report = archive.generate(index)
        assert read[f"reports/{report.path}"].rstrip("\n") == report.text.rstrip("\n")
    assert len(read) == 12


def test_an_archive_is_written_once(small: Path) -> None:
    with pytest.raises(FileExistsError, match="another archive"):
        archive.write_archive(small, 13)
    assert archive.write_archive(small, 12).reports == 12


def test_megabytes() -> None:
    made = list(archive.reports(megabytes=0.05))
    assert sum(len(report.text.encode()) for report in made) >= 50_000 > sum(len(report.text.encode()) for report in made[:-1])


def test_unknown_slots_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "templates.toml"
    path.write_text('[words]\n[offices]\n[[section]]\noffices = ["*"]\ntake = 1\nsentences = ["{cuont 1-2 人}"]\n', encoding="utf-8")
    with pytest.raises(ValueError, match="cuont"):
        template.load(path)


def test_the_score_is_whole_for_true_tables_and_falls_with_each_error(small: Path, tables: Path) -> None:
    scored = truth.score(tables, small)
    assert scored["found"] > 0.95
    assert scored["reports"]["one_report_each"] == 1
    facts = pq.read_table(small / "facts.parquet")
    index = next(row for row, kind in enumerate(facts["kind"].to_pylist()) if kind == "count")
    wrong = facts.to_pylist()
    wrong[index]["value"] += 1
    broken = small / "broken"
    broken.mkdir()
    for name, rows in (("facts", wrong), ("reports", pq.read_table(small / "reports.parquet").to_pylist())):
        schema = pq.read_schema(small / f"{name}.parquet")
        pq.write_table(facts.from_pylist(rows, schema=schema), broken / f"{name}.parquet")
    assert truth.score(tables, broken)["right"]["value"] < scored["right"]["value"]


def test_equal_runs_and_others(tables: Path, tmp_path: Path) -> None:
    assert list(equal.differing(tables, tables)) == []
    for path in tables.glob("*.parquet"):
        (tmp_path / path.name).symlink_to(path)
    facts = pq.read_table(tables / "facts.parquet")
    (tmp_path / "facts.parquet").unlink()
    pq.write_table(facts.set_column(5, "text", facts["text"].take([0] * facts.num_rows)), tmp_path / "facts.parquet")
    assert list(equal.differing(tables, tmp_path)) == ["facts.text"]


def test_memory_and_time_of_a_child_and_its_child() -> None:
    inner = "x = bytearray(40_000_000); x[::4096] = b'1' * len(x[::4096]); import time; time.sleep(3)"
    outer = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {inner!r}], check=True)"
    measured = measure.measure([sys.executable, "-c", outer])
    assert measured.peak > 40
    with pytest.raises(measure.BenchmarkError, match="no such thing"):
        measure.measure([sys.executable, "-c", "raise SystemExit('no such thing')"])


def test_a_process_tree_holds_its_children() -> None:
    child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    try:
        assert child.pid in measure.tree(os.getpid())
        assert measure.tree(child.pid) == [child.pid]
    finally:
        child.communicate(b"\n")


def test_the_page_says_what_was_not_measured() -> None:
    about = {"date": "2026-01-01", "processor": "p", "cores": 2, "memory_gib": 8, "system": "s", "python": "3.11", "load_before": 9.0}
    written = page.page({"machine": about, "versions": {"jieba": "0.42.1"}, "incremental": {"missing": "--cache"}})
    assert "has no --cache" in written
    assert "busy with other work" in written
    assert "busy" not in page.page({"machine": {**about, "load_before": 0.1}, "versions": {}})


def test_both_densities_stand_in_one_table() -> None:
    rate = {"median": 0.2, "best": 0.25}
    speed = {"megabytes_per_second": rate, "megabytes_per_cpu_second": rate}
    told = {
        "archive": {"characters": 190, "facts": 10, "bytes": 500},
        "taizhang": {"jieba": speed},
        "others": {"jieba": {"bytes": 5, **speed}},
    }
    prose = {**told, "archive": {"characters": 380, "facts": 10, "bytes": 900}}
    written = "\n".join(page.lines({"throughput": {**told, "prose": prose}}))
    assert written.index("every 19 characters") < written.index("every 38 characters")
    assert written.count("taizhang, jieba, one worker") == written.count("bare `jieba.lcut`") == 2


def test_templates_are_varied() -> None:
    """Reports share sentences as real ones do, and are no copies of each other."""
    first, second = (replace(archive.generate(index), path="") for index in (0, 1))
    assert first.text[:200] != second.text[:200]
