"""Nothing lost, nothing let in: hostile and broken files beside healthy ones, read in one run within limits of time and memory."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from hostile import LIMITS, SECRET, hostile, write, write_special
from ingest_archive import FORMATS

from pipeline.ingest import IngestOptions, ingest, read_bytes
from pipeline.ingest.options import limit_names
from pipeline.ingest.reasons import REASONS

OPTIONS = IngestOptions(**LIMITS)  # type: ignore[arg-type]
READ = {"bare_text", "damaged_bytes", "cut_short", "pages_without_text"}
"""Codes of files that were read in spite of their damage."""
MEMORY = 4 * 1024**3
SECONDS = 900
"""Of processor time, far over what it takes: a bomb would take all of it."""


def _codes(rows: list[tuple[str, str | None, str]]) -> dict[str, set[str]]:
    """Code of each file by its source, those of the files in it among them."""
    found: dict[str, set[str]] = defaultdict(set)
    for source, reason, status in rows:
        code = (reason or status).split(":")[0]
        found[source.split("!/")[0]] |= {code, "ok"} if code in READ else {code}
    return found


@pytest.mark.parametrize(
    "name", [name for number, name in enumerate(hostile()) if not number % 9 and not name.startswith(("pdf/bomb", "zip/bomb"))]
)
def test_a_sample_of_them(name: str) -> None:
    code, make = hostile()[name]
    documents = read_bytes(name, make(), OPTIONS)
    found = _codes([(document.source, document.reason, document.status) for document in documents])
    assert found[name] & set(code.split()), found
    assert "error" not in found[name]


def test_what_is_no_mere_file(tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text(SECRET, encoding="utf-8")
    folder = tmp_path / "in"
    codes = write_special(folder, tmp_path / "secret.txt")
    documents = list(ingest([folder], OPTIONS))
    found = _codes([(document.source, document.reason, document.status) for document in documents])
    assert {source: found[f"in/{source}"] for source in codes} == {source: {code} for source, code in codes.items()}
    assert all(SECRET not in document.text for document in documents)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_what_may_not_be_read(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(b"12")
    (tmp_path / "a.txt").chmod(0)
    (tmp_path / "b").mkdir(mode=0)
    assert [(document.reason or "").split(":")[0] for document in ingest([tmp_path])] == ["no_permission", "no_permission_folder"]


def test_every_limit_has_a_file_that_exceeds_it(tmp_path: Path) -> None:
    (tmp_path / "secret.txt").touch()
    told = {word for code, _ in hostile().values() for word in code.split()} | set(
        write_special(tmp_path / "in", tmp_path / "secret.txt").values()
    )
    by_limit = {name: code for name in limit_names() for code, reason in REASONS.items() if f"({name})" in reason.sentence}
    by_limit |= {"max_depth": "too_deep", "max_folders": "too_deep", "ratio_floor": "ratio"}
    assert set(by_limit) == set(limit_names())
    assert set(by_limit.values()) - told == {"too_slow"}  # the clock's has its own test


def _run(folder: Path, out: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    config = out.with_suffix(".toml")
    config.write_text("[ingest]\n" + "".join(f"{name} = {value}\n" for name, value in LIMITS.items()), encoding="utf-8")

    def bound() -> None:
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))

    command = [
        sys.executable,
        "-m",
        "pipeline.cli",
        "run",
        folder,
        "--out",
        out,
        "--config",
        config,
        "--format",
        "parquet,csv",
        "--workers",
        "2",
    ]
    return subprocess.run(
        [*command, "--quiet"],
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=bound,
        env={**os.environ, **environment},
        cwd=out.parent,
    )


def _tables(out: Path, *names: str) -> dict[str, list[dict[str, Any]]]:
    return {name: pq.read_table(out / f"{name}.parquet").to_pylist() for name in names}


def _tree(folder: Path) -> dict[str, tuple[int, int]]:
    """Every file below `folder` with its size and time: what a run must not change."""
    return {os.fsdecode(path): (path.lstat().st_size, path.lstat().st_mtime_ns) for path in folder.rglob("*") if not path.is_dir()}


def _healthy(folder: Path) -> None:
    for name, make in FORMATS.items():
        path = folder / "healthy" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(make())


def _facts(tables: Mapping[str, list[dict[str, Any]]]) -> list[tuple[Any, ...]]:
    keep = (
        "source",
        "start",
        "end",
        "text",
        "kind",
        "value",
        "low",
        "high",
        "bound",
        "unit",
        "edtf",
        "object",
        "status",
        "activity",
        "indicator",
    )
    return [tuple(row[key] for key in keep) for row in tables["facts"] if "/healthy/" in row["source"]]


@pytest.mark.slow
def test_a_run_over_all_of_them(tmp_path: Path) -> None:
    alone, mixed, temporary = tmp_path / "alone" / "in", tmp_path / "mixed" / "in", tmp_path / "tmp"
    temporary.mkdir()
    secret = tmp_path / "secret.txt"
    secret.write_text(SECRET, encoding="utf-8")
    for folder in (alone, mixed):
        _healthy(folder)
    codes = {**write(mixed), **write_special(mixed, secret)}
    assert len(codes) >= 300
    before = _tree(mixed)
    assert _run(alone, tmp_path / "out-alone").returncode == 0
    ran = _run(mixed, tmp_path / "out-mixed", TMPDIR=str(temporary))
    assert ran.returncode == 1, ran.stderr[-2000:]

    tables = _tables(tmp_path / "out-mixed", "files", "facts")
    found = _codes([(row["source"].removeprefix("in/"), row["reason"], row["status"]) for row in tables["files"]])
    wrong = {name: (code, found.get(name)) for name, code in codes.items() if not found[name] & set(code.split())}
    assert wrong == {}
    assert [name for name, told in found.items() if "error" in told] == []
    assert set(found) == set(codes) | {f"healthy/{name}" for name in FORMATS}

    assert _facts(tables) == _facts(_tables(tmp_path / "out-alone", "facts")) != []
    assert _tree(mixed) == before
    assert list(temporary.iterdir()) == []
    assert {path.name for path in tmp_path.iterdir()} == {
        "alone", "mixed", "tmp", "secret.txt", "out-alone", "out-alone.toml", "out-mixed", "out-mixed.toml",
    }  # fmt: skip
    for path in (tmp_path / "out-mixed").rglob("*"):
        assert not path.is_file() or SECRET.encode() not in path.read_bytes()
    assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss < MEMORY // 1024 // 2
