"""A short run of the fuzzer with the same files for everyone, and what longer runs have found, made by code."""

from __future__ import annotations

import gzip
import random
import subprocess
import sys
from email.message import EmailMessage
from pathlib import Path

import pytest
from ingest_archive import DATA, tarred, zipped
from mutations import TARGETS, example, text
from promises import SMALL, keep_of_extraction, keep_of_reading

from pipeline.ingest import read_bytes

ROOT = Path(__file__).resolve().parent.parent
SLOW_READERS = {"doc": 4, "xls": 10, "pdf": 10}


@pytest.mark.parametrize("name", [name for name in TARGETS if name != "extract"])
def test_readers_keep_their_promises(name: str) -> None:
    for number in range(SLOW_READERS.get(name, 20)):
        data = example(name, number)
        documents = keep_of_reading(TARGETS[name].name, data)
        if not number % 5:
            assert read_bytes(TARGETS[name].name, data, SMALL) == documents, f"{name} {number}: not the same twice"


def test_the_extractor_keeps_its_promises() -> None:
    for number in range(12):
        keep_of_extraction(example("extract", number).decode("utf-8", "replace")[:300])


def test_a_number_names_a_file() -> None:
    """What a log of the fuzzer says can be made again anywhere."""
    assert example("docx", 7) == example("docx", 7) != example("docx", 8)
    assert text(b"12", random.Random(1)) == text(b"12", random.Random(1))


@pytest.mark.slow
def test_the_command_runs(tmp_path: Path) -> None:
    command = [sys.executable, ROOT / "scripts" / "fuzz.py", "--seconds", "3", "--found", tmp_path, "csv"]
    out = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert out.startswith("csv: ")
    assert "findings: 0" in out


# --- what it has found


def test_a_zip_file_with_a_nameless_member() -> None:
    (holder, *inside) = keep_of_reading("a.zip", zipped({"a.txt": b"12", "b.txt": b"34"}).replace(b"b.txt", b"\0.txt"))
    assert holder.status == "ok"
    assert [(document.reason or "ok").split(":")[0] for document in inside] == ["bad_name", "ok"]


def test_a_tar_file_that_states_more_bytes_than_there_are() -> None:
    """tarfile asked for all of the 2⁸⁷ bytes, piece by piece, behind the end of the stream."""
    stream = bytearray(gzip.decompress(tarred({"a.txt": b"12", "b.txt": b"34"})))
    header = 1024
    stream[header + 124 : header + 136] = b"\x80" + b"\xff" * 11
    stream[header + 148 : header + 156] = b" " * 8
    stream[header + 148 : header + 156] = b"%06o\0 " % sum(stream[header : header + 512])
    for data in (bytes(stream), gzip.compress(stream)):
        first, *inside = keep_of_reading("a.tar", data)
        assert (first.reason or "").startswith("damaged_archive: ")
        assert [(document.reason or "ok").split(":")[0] for document in inside] == ["ok", "too_large"]


def test_a_mail_whose_charset_is_in_pieces() -> None:
    message = EmailMessage()
    message["Subject"] = "x"
    data = message.as_bytes() + b"Content-Type: text/plain; charset*=x''y\r\n\r\n" + "走访12户。".encode()
    (document,) = keep_of_reading("a.eml", data.replace(b"\n\nContent", b"\nContent"))
    assert "走访12户。" in document.text


def test_a_mail_whose_charset_has_a_nul_in_its_name() -> None:
    """Python's codecs raise ValueError for it, and not that it is unknown."""
    for header in (b"Subject: =?x\0?b?MTI=?=", b"Content-Type: text/plain; charset*=x\0''gbk"):
        (document,) = keep_of_reading("a.eml", b"From: a\r\n" + header + b"\r\n\r\n" + "走访12户。".encode())
        assert "走访12户。" in document.text


def test_a_subject_in_an_encoding_that_cannot_replace_what_is_wrong() -> None:
    for charset in (b"idna", b"punycode", b"undefined"):
        (document,) = keep_of_reading("a.eml", b"From: a\r\nSubject: =?" + charset + b"?b?6LWw6K6/?=\r\n\r\n12\r\n")
        assert document.text.startswith("走访\n12")


def test_a_lone_surrogate_in_utf_7() -> None:
    """UTF-7 can write half a character; the tables are UTF-8, which cannot."""
    data = b"From: a\r\nContent-Type: text/plain; charset=utf-7\r\n\r\n+2D0- 12\r\n"
    (document,) = keep_of_reading("a.eml", data)
    assert document.text.strip() == "\N{REPLACEMENT CHARACTER} 12"


def test_digits_in_entities() -> None:
    source = "慰问&#x31;&#50;户，完成75&#37;，发出20&#48;"
    assert [source[fact.start : fact.end] for fact in keep_of_extraction(source)] == ["&#x31;&#50;户", "75&#37;", "20&#48;"]


def test_fonts_without_names() -> None:
    """The pattern that striprtf reads them by took minutes on this: the fourth power of its length."""
    table = b"{\\fonttbl" + b"{\\f0\\fnil\\fcharset13" * 4000
    (document,) = keep_of_reading("a.rtf", b"{\\rtf1 " + table + b"}" * 4000 + b"}\\pard 12 }")
    assert document.text.strip() == "12"


def test_mails_in_mails_beyond_any_stack() -> None:
    data = b"From: a\r\nMIME-Version: 1.0\r\nContent-Type: message/rfc822\r\n\r\n" * 400 + b"From: a\r\n\r\n12\r\n"
    found = [(document.reason or "ok").split(":")[0] for document in keep_of_reading("a.eml", data)]
    assert found[-1] == "too_deep"


def test_an_xls_file_whose_directory_is_cut() -> None:
    """A panic of the Rust library is a row as any damage."""
    data = (DATA / "table.xls").read_bytes()
    (document,) = keep_of_reading("a.xls", data[: int(len(data) * 0.9)])
    assert (document.reason or "").startswith("damaged: ")


def test_an_xls_file_whose_chain_of_sectors_is_a_circle() -> None:
    """The Rust library followed it until the memory was full."""
    data = (DATA / "table.xls").read_bytes()
    place = 512 * (1 + int.from_bytes(data[76:80], "little"))
    circle = b"".join(number.to_bytes(4, "little") for number in range(128))
    (document,) = keep_of_reading("a.xls", data[:place] + circle + data[place + 512 :])
    assert (document.reason or "").startswith("damaged: ")


def test_an_attached_mail_whose_parts_have_lost_their_boundary() -> None:
    """Python's own writer of mails fails on the bytes that are left between them; the mail around it is read."""
    inner = b"From: a\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=c\r\n\r\n--\xb2\r\n12\r\n"
    data = b"From: a\r\nMIME-Version: 1.0\r\nContent-Type: message/rfc822\r\n\r\n" + inner
    assert "damaged" in {(document.reason or "ok").split(":")[0] for document in keep_of_reading("a.eml", data)}
