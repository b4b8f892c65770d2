"""The file boundary: every input a row, whatever it is and whatever happens while it is read."""

from __future__ import annotations

import hashlib
import os
import pickle
import subprocess
import sys
from pathlib import Path

import pytest
from ingest_archive import TEXT, docx

from pipeline.ingest import IngestOptions, ingest, list_inputs, read_input, reading
from pipeline.ingest.payload import Content, Payload
from pipeline.ingest.reasons import REASONS, UnreadError
from pipeline.model import Document


def only(path: Path, **limits: object) -> Document:
    (found,) = ingest([path], IngestOptions(**limits))  # type: ignore[arg-type]
    return found


def written(folder: Path, name: str, data: bytes) -> Path:
    path = folder / name
    path.write_bytes(data)
    return path


def test_a_plain_text(tmp_path: Path) -> None:
    data = "\ufeff一、工会\r\n走访12户。\n".encode()
    document = only(written(tmp_path, "a.txt", data))
    assert document == Document(
        "a.txt",
        "一、工会\r\n走访12户。\n",
        format="txt",
        encoding="utf-8",
        encoding_basis="bom",
        sha256=hashlib.sha256(data).hexdigest(),
        bytes=len(data),
        plain=True,
    )


@pytest.mark.parametrize(
    ("name", "data", "code"),
    [
        ("a.txt", b"", "empty"),
        ("a.docx", b"", "empty"),
        ("a.txt", " \r\n　\t".encode(), "no_text"),
        ("a.txt", b"\x89PNG\r\n\x1a\n" + bytes(99), "picture"),
        ("a.txt", bytes(range(256)) * 20, "not_text"),
        ("a.rar", b"Rar!\x1a\x07\x00", "unsupported"),
        ("a.json", b"{}", "unsupported"),
        ("a.docx", b"not a document", "wrong_suffix"),
        ("a.txt", docx()[:300], "damaged"),
    ],
)
def test_what_is_not_read(tmp_path: Path, name: str, data: bytes, code: str) -> None:
    document = only(written(tmp_path, name, data))
    assert (document.text, document.status) == ("", REASONS[code].status)
    assert document.reason is not None and document.reason.startswith(f"{code}: ")
    assert document.bytes == len(data)


def test_damage_that_is_read_over_is_told(tmp_path: Path) -> None:
    data = bytearray(TEXT.encode())
    data[500] = 0xFE
    document = only(written(tmp_path, "a.txt", bytes(data)))
    assert document.status == "ok"
    assert document.reason is not None and document.reason.startswith("damaged_bytes: ")


def test_limits(tmp_path: Path) -> None:
    path = written(tmp_path, "a.txt", "镇".encode() * 100)
    assert (only(path, max_bytes=299).reason or "").startswith("too_large")
    assert (only(path, max_chars=99).reason or "").startswith("too_long")
    assert only(path, max_bytes=300, max_chars=100).status == "ok"


def test_encodings_by_option(tmp_path: Path) -> None:
    path = written(tmp_path, "a.txt", "鎮工會".encode("big5"))
    assert only(path, encoding="big5").text == "鎮工會"
    assert only(path, encoding="utf-8", encodings={"a.txt": "big5"}).encoding_basis == "option"
    with pytest.raises(ValueError, match="unknown encoding"):
        IngestOptions(encoding="klingon")
    with pytest.raises(ValueError, match="unknown encoding"):
        IngestOptions(encodings={"a.txt": "hex"})
    with pytest.raises(ValueError, match="max_bytes"):
        IngestOptions(max_bytes=0)


def test_a_file_that_vanishes(tmp_path: Path) -> None:
    written(tmp_path, "a.txt", b"x")
    (item,) = list_inputs([tmp_path / "a.txt"], IngestOptions())
    item.path.unlink()
    assert (read_input(item)[0].reason or "").startswith("vanished")


def test_a_file_that_becomes_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    written(tmp_path, "a.txt", b"x")
    (item,) = list_inputs([tmp_path / "a.txt"], IngestOptions())
    item.path.unlink()
    os.mkfifo(item.path)
    assert (read_input(item)[0].reason or "").startswith("device")


def test_a_file_that_changes_while_it_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = written(tmp_path, "a.txt", b"x")
    steady = reading._read_once

    def growing(path: Path, limit: int) -> tuple[bytes, bool]:
        data, _ = steady(path, limit)
        return data, False

    monkeypatch.setattr(reading, "_read_once", growing)
    assert (only(path).reason or "").startswith("changed")


def test_no_permission(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = written(tmp_path, "a.txt", b"x")

    def forbidden(*_: object) -> tuple[bytes, bool]:
        raise PermissionError(13, "no")

    monkeypatch.setattr(reading, "_read_once", forbidden)
    assert (only(path).reason or "").startswith("no_permission")


@pytest.mark.parametrize("error", [ValueError("x"), RecursionError(), MemoryError(), type("PanicException", (BaseException,), {})()])
def test_a_reader_that_fails_costs_one_row(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: BaseException) -> None:
    def fail(_: Payload) -> Content:
        raise error

    monkeypatch.setattr(reading, "reader_of", lambda _: fail)
    document = only(written(tmp_path, "a.txt", "镇".encode()))
    assert (document.status, document.reason) == ("unreadable", f"error: The reader failed on it ({type(error).__name__}).")


def test_the_users_stop_is_no_failure_of_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def stop(_: Payload) -> Content:
        raise KeyboardInterrupt

    monkeypatch.setattr(reading, "reader_of", lambda _: stop)
    with pytest.raises(KeyboardInterrupt):
        only(written(tmp_path, "a.txt", "镇".encode()))


def test_every_reason_can_be_told() -> None:
    for code, reason in REASONS.items():
        told = UnreadError(code, 7)
        assert told.reason.startswith(f"{code}: ")
        assert "{" not in told.reason
        assert told.reason.endswith((".", "7"))
        assert told.status == reason.status


def test_items_go_through_a_pool(tmp_path: Path) -> None:
    written(tmp_path, "a.txt", "镇".encode())
    item, options = pickle.loads(pickle.dumps((list_inputs([tmp_path], IngestOptions())[0], IngestOptions(encodings={"x": "big5"}))))
    assert pickle.loads(pickle.dumps(read_input(item, options)))[0].text == "镇"


def test_the_import_is_cheap() -> None:
    """No reader's library is loaded before a file of its format comes."""
    code = "import sys, pipeline.ingest; print([name for name in sys.argv[1:] if name in sys.modules])"
    heavy = ["lxml", "pypdfium2", "python_calamine", "doc2docx", "olefile", "striprtf", "email.message", "csv", "numpy"]
    out = subprocess.run([sys.executable, "-c", code, *heavy], capture_output=True, text=True, check=True).stdout
    assert out.strip() == "[]"
