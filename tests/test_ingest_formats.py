"""One report in every format and encoding: the same lines come out of each, and each damaged on purpose is a clear row."""

from __future__ import annotations

import random
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest
from ingest_archive import (
    DATA,
    FORMATS,
    HOLDERS,
    LINES,
    ROWS,
    TABLES,
    TEXT,
    docx,
    html,
    mail,
    mht,
    paragraph,
    pdf,
    rtf,
    tarred,
    xlsx,
    zipped,
    zipped_gbk,
)

from pipeline.ingest import IngestOptions, ingest
from pipeline.ingest.formats import PLAIN_FORMATS, READERS, reader_of
from pipeline.ingest.reasons import REASONS
from pipeline.model import Document


def lines(text: str) -> list[str]:
    return [line.strip(" \u3000\xa0\r") for line in text.split("\n") if line.strip()]


def read(folder: Path, name: str, data: bytes, **limits: object) -> list[Document]:
    (folder / name).write_bytes(data)
    return list(ingest([folder / name], IngestOptions(**limits)))  # type: ignore[arg-type]


@pytest.mark.parametrize("name", FORMATS)
def test_the_same_lines_from_every_format(tmp_path: Path, name: str) -> None:
    data = pdf(pages=2) if name.endswith(".pdf") else FORMATS[name]()
    (document,) = read(tmp_path, name, data)
    assert (document.status, document.reason) == ("ok", None)
    assert lines(document.text) == LINES
    assert document.plain == (document.format in PLAIN_FORMATS)
    assert (document.encoding is None) == (document.format not in {"txt", "md", "html", "mht", "csv"})


@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_the_same_text_in_every_encoding(tmp_path: Path, codec: str, newline: str) -> None:
    text = TEXT.replace("\n", newline)
    (document,) = read(tmp_path, "a.txt", text.encode(codec))
    assert document.text == text


@pytest.mark.parametrize("name", TABLES)
def test_tables_give_a_report_a_row(tmp_path: Path, name: str) -> None:
    (document,) = read(tmp_path, name, TABLES[name]())
    first, second = document.text.split("\f")
    assert lines(first) == LINES
    assert second == ROWS[2][2]


@pytest.mark.parametrize("name", HOLDERS)
def test_files_inside_files(tmp_path: Path, name: str) -> None:
    holder, *inside = read(tmp_path, name, HOLDERS[name]())
    assert holder.source == name
    assert holder.status == "ok"
    folder = "" if name.endswith(".eml") else "总结/"
    assert {document.source for document in inside} == {f"{name}!/a.txt", f"{name}!/{folder}报告.docx"}
    assert all(lines(document.text) == LINES for document in inside)


def test_a_mail_has_its_own_text(tmp_path: Path) -> None:
    (document,) = read(tmp_path, "a.eml", mail())
    assert lines(document.text) == ["报送总结", *LINES]


DAMAGED: dict[str, tuple[Callable[[], bytes], str]] = {
    "cut.docx": (lambda: docx()[:900], "damaged"),
    "cut.xlsx": (lambda: xlsx(ROWS)[:-200], "damaged"),
    "cut.doc": (lambda: (DATA / "report.doc").read_bytes()[:3000], "damaged"),
    "cut.xls": (lambda: (DATA / "table.xls").read_bytes()[:3000], "damaged"),
    "cut.pdf": (lambda: b"%PDF-1.4\n1 0 obj\n<<", "damaged"),
    "cut.zip": (lambda: zipped({"a.txt": TEXT.encode()})[:-30], "damaged_archive"),
    "cut.tar.gz": (lambda: tarred({"a.txt": TEXT.encode() * 99})[:90], "damaged_archive"),
    "empty.zip": (lambda: zipped({}), "empty_archive"),
    "empty.docx": (lambda: docx("<w:p/>"), "no_text"),
    "empty.html": (lambda: b"<html><body></body></html>", "no_text"),
    "text.docx": (lambda: b"nothing but letters", "wrong_suffix"),
    "text.pdf": (lambda: b"nothing but letters", "wrong_suffix"),
    "text.eml": (lambda: TEXT.encode(), "wrong_suffix"),
    "picture.txt": (lambda: b"\xff\xd8\xff\xe0" + bytes(200), "picture"),
    "picture.bmp": (lambda: b"BM" + bytes(8) + bytes(4) + b"(\0\0\0" + bytes(99), "picture"),
    "bomb.docx": (lambda: docx(paragraph("&lol9;"), head='<!DOCTYPE w [<!ENTITY lol "lol"><!ENTITY lol9 "&lol;&lol;">]>'), "entities"),
    "external.docx": (lambda: docx(paragraph("x"), head='<!DOCTYPE w SYSTEM "http://example.org/x.dtd">'), "entities"),
    "columns.xlsx": (lambda: xlsx([["甲", "乙"], [1, 2]]), "no_text_column"),
    "far.xlsx": (lambda: _far_cell(), "too_many_rows"),
    "program.txt": (lambda: b"MZ" + bytes(100) + b"PE\0\0" + bytes(100), "unsupported"),
    "slides.pptx": (lambda: zipped({"[Content_Types].xml": b"<Types/>", "ppt/presentation.xml": b"<p/>"}), "unsupported"),
    "open.odt": (lambda: zipped({"mimetype": b"x", "META-INF/manifest.xml": b"<x/>"}), "unsupported"),
    "ofd.ofd": (lambda: zipped({"OFD.xml": b"<x/>"}), "unsupported"),
    "password.pdf": (lambda: pdf(password="x"), "password"),
    "password.doc": (lambda: _encrypted_doc(), "password"),
    "password.docx": (lambda: _encrypted_docx(), "password"),
    "scanned.pdf": (lambda: _scanned(), "scanned"),
    "word2003.doc": (lambda: b'<?xml version="1.0"?><?mso-application progid="Word.Document"?><w:wordDocument/>', "unsupported"),
    "deep.html": (lambda: b"<html><body>" + b"<div>" * 50_000 + b"x", "too_deep"),
    "attributes.html": (lambda: b"<html><p " + b"x=1 " * 50_000 + b">x", "damaged"),
    "mail.mht": (lambda: b"From: a\r\nMIME-Version: 1.0\r\nContent-Type: multipart/related; boundary=x\r\n\r\nx", "damaged"),
    "fonts.rtf": (lambda: rb"{\rtf1{\fonttbl" + rb"{\f1\fcharset0 A;}" * 20_000 + b"}x}", "damaged"),
}


@pytest.mark.parametrize("name", DAMAGED)
def test_damage_is_a_clear_row(tmp_path: Path, name: str) -> None:
    make, code = DAMAGED[name]
    document = read(tmp_path, name, make())[0]
    assert (document.reason or "").split(":")[0] == code
    assert (document.text, document.status) == ("", REASONS[code].status)


def _scanned() -> bytes:
    """Two pages with a drawing in the place of a scan, and a page number."""
    import io

    from reportlab.pdfgen import canvas

    target = io.BytesIO()
    sheet = canvas.Canvas(target, invariant=1)
    for number in ("1", "2"):
        sheet.rect(50, 50, 400, 700, fill=1)
        sheet.drawString(290, 30, number)
        sheet.showPage()
    sheet.save()
    return target.getvalue()


def _encrypted_doc() -> bytes:
    """The document with the flag in its header that says so."""
    data = bytearray((DATA / "report.doc").read_bytes())
    header = data.index(b"\xec\xa5\x01\x01")
    data[header + 0x0B] |= 0x01
    return bytes(data)


def _encrypted_docx() -> bytes:
    """A compound file with the stream that an encrypted .docx is."""
    data = (DATA / "report.doc").read_bytes()
    name, other = "WordDocument".encode("utf-16-le"), "EncryptedPackage".encode("utf-16-le")
    place = data.index(name)
    entry = other + bytes(64 - len(other)) + (len(other) + 2).to_bytes(2, "little")
    return data[:place] + entry + data[place + 66 :]


def _far_cell() -> bytes:
    """A workbook of two cells, at the two corners of a sheet."""
    import io

    import xlsxwriter

    target = io.BytesIO()
    with xlsxwriter.Workbook(target) as book:
        sheet = book.add_worksheet()
        sheet.write(0, 0, "正文")
        sheet.write(1_048_575, 16_383, "x")
    return target.getvalue()


@pytest.mark.parametrize("name", ["c.docx", "d.doc", "f.rtf", "g.pdf", "h.html", "j.mht", *TABLES, *HOLDERS])
def test_no_damage_stops_the_run(tmp_path: Path, name: str) -> None:
    """Each file altered and cut at random: a row each time, and none by way of the broad except but for what is foreseen below."""
    chance = random.Random(name)
    whole = ({**FORMATS, **TABLES, **HOLDERS})[name]()
    for number in range(12):
        data = bytearray(whole)
        if number % 3 == 0:
            del data[chance.randrange(1, len(data)) :]
        else:
            for _ in range(number):
                data[chance.randrange(len(data))] = chance.randrange(256)
        for document in read(tmp_path, f"{number}{name}", bytes(data)):
            assert document.status in ("ok", "empty", "unreadable", "refused"), document
            assert document.status == "ok" or document.reason
            assert not (document.reason or "").startswith("error:"), document.reason


def test_every_format_has_its_reader() -> None:
    for form in READERS:
        assert callable(reader_of(form))


def test_names_in_gbk(tmp_path: Path) -> None:
    _, first, second = read(tmp_path, "a.zip", zipped_gbk({"总结/甲.txt": b"x", "乙镇工会.txt": b"y"}))
    assert {first.source, second.source} == {"a.zip!/总结/甲.txt", "a.zip!/乙镇工会.txt"}


def test_the_page_of_a_web_archive_may_be_in_any_encoding(tmp_path: Path) -> None:
    for codec in ("gb18030", "utf-8", "utf-16"):
        (document,) = read(tmp_path, "a.mht", mht(html().encode(codec)))
        assert lines(document.text) == LINES


def test_pictures_in_an_rtf_are_none_of_its_text(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """They are most of a large file, in hexadecimal, and the library held each of their digits nine times."""
    monkeypatch.setattr("pipeline.ingest.rtf.MAX_MARKUP", 20_000)
    picture = b"{\\pict\\jpegblip\n" + (b"ffd8e0" * 20 + b"\r\n") * 500 + b"}"
    (document,) = read(tmp_path, "a.rtf", rtf().replace(b"\\pard", picture + b"\\pard", 1))
    assert picture in (tmp_path / "a.rtf").read_bytes()
    assert lines(document.text) == LINES
    (document,) = read(tmp_path, "b.rtf", b"{\\rtf1 " + b"12 \\par " * 3_000 + b"}")
    assert (document.reason or "").startswith("too_large: 24008 bytes")


def test_a_message_beyond_what_the_library_holds_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipeline.ingest.mime.MAX_MESSAGE", 20_000)
    assert [one.status for one in read(tmp_path, "a.eml", mail())] == ["ok"]
    (document,) = read(tmp_path, "b.eml", mail("走访12户。" * 2_000))
    assert (document.reason or "").startswith("too_large: ")


def test_a_cut_rtf_is_told(tmp_path: Path) -> None:
    (document,) = read(tmp_path, "a.rtf", rtf()[:2000])
    assert document.status == "ok"
    assert (document.reason or "").startswith("cut_short")


def test_the_same_facts_from_every_format(tmp_path: Path) -> None:
    """To the end: what is read of the report does not depend on the file that it came in."""
    import pipeline

    @cache
    def facts(text: str) -> list[tuple[object, ...]]:
        found = pipeline.extract(text)
        return [(fact.kind, fact.quantity, fact.date, fact.object, fact.status, fact.activity, fact.indicator) for fact in found]

    expected = facts(TEXT)
    assert len(expected) > 30
    for name, make in FORMATS.items():
        (document,) = read(tmp_path, name, pdf(pages=2) if name.endswith(".pdf") else make())
        assert facts(document.text) == expected, name
