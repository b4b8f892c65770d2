"""A run's tables replace those of the run before as a whole, or not at all; other files stay."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow as pa
import pytest

from pipeline.compare import comparison
from pipeline.comparison_rows import ComparedReports
from pipeline.ingest.listing import OWN_KEY, is_own_output
from pipeline.schema import TABLES
from pipeline.write import about, folder


def test_old_tables_go_and_other_files_stay(tmp_path: Path) -> None:
    (tmp_path / "notes.md").write_text("mine")
    (tmp_path / "facts.csv").write_text("old")
    (tmp_path / "taizhang.xlsx").write_text("old")
    (tmp_path / "text").mkdir()
    (tmp_path / "text" / "old.txt").write_text("old")
    with folder.replacing(tmp_path) as staging:
        (staging / "facts.csv").write_text("new")
        (staging / "text").mkdir()
        (staging / "text" / "new.txt").write_text("new")
        (staging / "run.json").write_text("{}")
    found = {path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*") if path.is_file()}
    assert found == {"notes.md", "facts.csv", "text/new.txt", "run.json"}
    assert (tmp_path / "facts.csv").read_text() == "new"


def test_after_an_error_the_old_tables_are_untouched(tmp_path: Path) -> None:
    (tmp_path / "facts.csv").write_text("old")
    with pytest.raises(OSError, match="full"), folder.replacing(tmp_path) as staging:
        (staging / "facts.csv").write_text("half")
        raise OSError("full")
    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [("facts.csv", "old")]


def test_a_folder_of_ours_is_known_by_its_run_file(tmp_path: Path) -> None:
    assert about.OWN_KEY == OWN_KEY
    about.write_json({about.OWN_KEY: "1"}, tmp_path / folder.RUN_FILE)
    assert is_own_output(tmp_path)


@pytest.mark.parametrize(
    ("source", "parts"),
    [
        ("in/a.docx", ("in", "a.docx.txt")),
        ("in/a.zip!/b.doc", ("in", "a.zip!", "b.doc.txt")),
        ("in/../a.doc", ("in", "_", "a.doc.txt")),
        ('in/a:b?".doc', ("in", "a_b__.doc.txt")),
    ],
)
def test_texts_never_leave_their_folder(source: str, parts: tuple[str, ...]) -> None:
    assert about.text_path(source) == parts


def test_texts_keep_their_newlines(tmp_path: Path) -> None:
    about.write_text(tmp_path, "in/a.docx", "一\r\n二\n")
    assert (tmp_path / "in" / "a.docx.txt").read_bytes() == "一\r\n二\n".encode()


def test_the_schema_describes_every_column(tmp_path: Path) -> None:
    from fakes import INDICATORS, read_of, tables_of

    tables = tables_of(read_of('慰问<count value=5 unit=人 bound=">" indicator=aid.people>5人多</count>。'))
    wide: pa.Table = comparison(tables["cells"], ComparedReports.of(tables["reports"]), INDICATORS)
    about.write_json(about.schema_content(wide, INDICATORS), tmp_path / "schema.json")
    written = json.loads((tmp_path / "schema.json").read_text(encoding="utf-8"))["tables"]
    assert [column["name"] for column in written["comparison"]["columns"]] == wide.column_names
    for name, table in TABLES.items():
        assert [column["name"] for column in written[name]["columns"]] == table.names()
        assert all(column["meaning"] and column["label"] for column in written[name]["columns"])
