"""Files that a library of other hands reads: where it dies over one, with whatever number of workers, the run goes on."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from ingest_archive import docx, paragraph, pdf, rtf

from pipeline.engines.apart import ApartReader
from pipeline.ingest import IngestOptions, InputItem, is_plain, read_input
from pipeline.portions import patience
from pipeline.run import processes, run

DEADLY = "import os\nos.abort()\n"
ENDLESS = "import time\nwhile True:\n    time.sleep(0.01)\n"
TALKATIVE = (
    "import os\nos.write(1, b'x' * 100)\nprint('loud', flush=True)\n"
    "font_table_group = lambda source: ''\nrtf_to_text = lambda source, **_: 'said by it, 12'\n"
)


@pytest.fixture
def library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Stands in the place of the library that reads .rtf, in every process that is begun."""
    folder = tmp_path / "lib" / "striprtf"
    folder.mkdir(parents=True)
    (folder / "__init__.py").write_text("")
    monkeypatch.syspath_prepend(folder.parent)
    return folder / "striprtf.py"


def item(path: Path, content: bytes) -> InputItem:
    path.write_bytes(content)
    return InputItem(path.name, path, len(content))


@pytest.fixture
def reader() -> Iterator[ApartReader]:
    with ApartReader(IngestOptions(), patience) as apart:
        yield apart


def test_it_reads_as_this_process_does(tmp_path: Path, reader: ApartReader) -> None:
    for name, content in (("a.docx", docx()), ("b.rtf", rtf()), ("c.pdf", b"%PDF-1.4 cut"), ("d.txt", "走访12户。".encode())):
        one = item(tmp_path / name, content)
        assert reader.read(one) == read_input(one)


def test_a_library_that_aborts_costs_its_file(tmp_path: Path, library: Path, reader: ApartReader) -> None:
    library.write_text(DEADLY)
    good = item(tmp_path / "a.docx", docx(paragraph("走访12户。")))
    lost, again, read = item(tmp_path / "b.rtf", rtf()), item(tmp_path / "c.rtf", rtf()), item(tmp_path / "d.docx", docx())
    told = [[(one.status, (one.reason or "").split(":")[0]) for one in reader.read(of)] for of in (good, lost, again, read)]
    assert told == [[("ok", "")], [("unreadable", "crashed")], [("unreadable", "crashed")], [("ok", "")]]


def test_a_library_that_does_not_come_back_is_ended(tmp_path: Path, library: Path) -> None:
    library.write_text(ENDLESS)
    with ApartReader(IngestOptions(), lambda one: 1.0 if one.path.suffix == ".rtf" else 60.0) as apart:
        [lost] = apart.read(item(tmp_path / "a.rtf", rtf()))
        [read] = apart.read(item(tmp_path / "b.docx", docx()))
    assert (lost.status, (lost.reason or "")[:14], read.status) == ("refused", "stuck: It was ", "ok")


def test_what_a_library_prints_is_no_answer(tmp_path: Path, library: Path, reader: ApartReader) -> None:
    library.write_text(TALKATIVE)
    [read] = reader.read(item(tmp_path / "a.rtf", rtf()))
    assert read.text == "said by it, 12"


def test_no_file_of_the_working_directory_is_a_module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, reader: ApartReader) -> None:
    for name in ("json", "pickle", "pipeline", "hashlib"):
        (tmp_path / f"{name}.py").write_text("import os\nos.abort()\n")
    monkeypatch.chdir(tmp_path)
    assert reader.read(item(tmp_path / "a.docx", docx()))[0].status == "ok"


@pytest.mark.skipif(sys.platform == "win32", reason="os.abort asks the user there")
def test_a_run_by_one_worker_outlives_a_library_that_aborts(tmp_path: Path, library: Path) -> None:
    library.write_text(DEADLY)
    archive = tmp_path / "in"
    archive.mkdir()
    (archive / "a.txt").write_text("春节前走访困难职工12户。", encoding="utf-8")
    (archive / "b.rtf").write_bytes(rtf())
    (archive / "c.docx").write_bytes(docx())
    (archive / "d.txt").write_bytes(rtf())  # named as a text, and none
    result = run([archive], tmp_path / "out", workers=1, formats=["csv"])
    assert [(source, reason.split(":")[0]) for source, reason in result.unread] == [("in/b.rtf", "crashed"), ("in/d.txt", "crashed")]
    assert (result.exit_status, result.counts["files"]) == (1, {"all": 4, "ok": 2, "unreadable": 2})


def test_a_plain_text_is_one_by_its_name_and_its_bytes(tmp_path: Path) -> None:
    plain = {"a.txt": "12户".encode(), "b.csv": b"a,b\n", "c.md": b"# 1", "d": b"12", "e.txt": b"", "f.txt": "走访".encode("utf-16")}
    foreign = {"g.txt": pdf(), "h.csv": docx(), "i.md": rtf(), "j.txt": b"<html><p>12", "k.docx": b"12", "l.txt": b"\x1f\x8b\x08"}
    found = {name: is_plain(item(tmp_path / name, content)) for name, content in {**plain, **foreign}.items()}
    assert found == dict.fromkeys(plain, True) | dict.fromkeys(foreign, False)
    assert is_plain(InputItem("gone.docx", tmp_path / "gone.docx"))
    assert is_plain(InputItem("z.docx", tmp_path / "a.txt", code="too_large"))


def test_a_small_archive_gets_a_worker_for_what_is_no_plain_text_alone(tmp_path: Path) -> None:
    text, page = item(tmp_path / "a.txt", b"12"), item(tmp_path / "b.txt", b"<html><p>12")
    assert (processes([text], None), processes([text, page], None), processes([text, page], 1), processes([text], 3)) == (0, 1, 0, 3)
