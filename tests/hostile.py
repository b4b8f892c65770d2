# ruff: noqa: E501  (tables of one file a line)
"""Broken and hostile files, made by code: what an archive from anywhere may hold, each with the code of the reason that `files` must give.

`python tests/hostile.py FOLDER` writes them. A code of `ok` is a file that is read, for what is hostile in it is not touched; `a b` are
codes of which one must be among those of the file and of the files in it.
"""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import os
import random
import socket
import struct
import sys
import tarfile
import warnings
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

from ingest_archive import DATA, ROWS, TEXT, W, comma_separated, docx, html, mail, mht, paragraph, pdf, rtf, tarred, xlsx, zipped

LIMITS = {
    "max_bytes": 12_000_000, "max_chars": 300_000, "max_numbers": 50_000, "max_depth": 3, "max_members": 2_000, "max_unpacked": 20_000_000, "max_ratio": 200,
    "ratio_floor": 2_000_000, "max_elements": 400_000, "max_pages": 50, "max_rows": 20_000, "max_folders": 12,
}  # fmt: skip
"""Of the run that reads them, so that exceeding one takes no time."""
SECRET = "机密七七八八"
"""Stands in a file outside the input folder, and must stand in no output."""
FIGURE = "全年走访困难职工12户。"
BIDI = "\u202e"
ATTACKS = {
    "tables": "项目  计划  完成\n慰问  12户  10户\n走访  14户  11户\n",
    "digits": "1", "spelled": "一", "han": "户", "blanks": "\u3000", "dots": ".", "line": "走访慰问困难职工75户发放慰问金3.5万元",
    "markers": "一、", "numbered": "1、", "bracketed": "(1)", "open": "（", "quotes": "“", "dates": "2008年3月5日、", "ranges": "2008-",
    "parts": "其中5人，", "sums": "每人500元，10人，共5000元，", "list": "5人、", "rates": "占10%的", "references": "总工〔2008〕12号",
    "places": "江苏省南京市江宁区石桥镇", "titles": "石桥镇总工会2012年工作总结\n",
}  # fmt: skip
"""Pieces of texts that cost a reader much when they come again and again: everything in such a text looks at all the rest of it."""
Made = dict[str, tuple[str, Callable[[], bytes]]]


def hostile() -> Made:
    """Name below the folder → the code that it must give, and what makes its bytes."""
    made: Made = {}
    for part in (_zips, _tars, _docx, _xlsx, _ole, _rtf, _pdf, _html, _mail, _csv, _text, _disguised, _cut):
        for name, code, make in part():
            assert name not in made, name
            made[name] = (code, make)
    return made


Items = Iterator[tuple[str, str, Callable[[], bytes]]]


def zip_of(*members: tuple[str | zipfile.ZipInfo, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    target = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(target, "w", method) as archive:
        warnings.simplefilter("ignore")  # names that occur twice
        for name, data in members:
            archive.writestr(name, data)
    return target.getvalue()


def _link(name: str, target: str, mode: int = 0o120777) -> bytes:
    info = zipfile.ZipInfo(name)
    info.external_attr = mode << 16
    return zip_of((info, target.encode()))


def _figures(seed: int, size: int) -> bytes:
    """Digits, which pack to less than half and no further."""
    return random.Random(seed).randbytes(size).translate(bytes(48 + byte % 10 for byte in range(256)))


def _nested(depth: int, data: bytes = b"") -> bytes:
    data = data or zipped({"a.txt": FIGURE.encode()})
    for level in range(depth):
        data = zipped({f"{level}.zip": data})
    return data


def _bomb(levels: int, width: int, size: int) -> bytes:
    data = zipped({"zero.txt": bytes(size)})
    for _ in range(levels):
        data = zip_of(*((f"{number}.zip", data) for number in range(width)))
    return data


def _overlapping(count: int = 40) -> bytes:
    """Many entries of the table of contents that point to one packed file (as in the bombs of D. Fifield)."""
    data = bytearray(zipped({"0.txt": bytes(1_500_000)}))
    directory = data.index(b"PK\x01\x02")
    entry = bytes(data[directory : directory + 51])
    entries = b"".join(entry[:46] + f"{number % 10}".encode() + entry[47:] for number in range(count))
    tail = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, count, count, len(entries), directory, 0)
    return bytes(data[:directory]) + entries + tail


def _altered(data: bytes, mark: bytes, offset: int, value: bytes) -> bytes:
    place = data.index(mark) + offset
    return data[:place] + value + data[place + len(value) :]


def _zips() -> Items:
    for number, size in enumerate((3_000_000, 10_000_000, 50_000_000)):
        for method in (zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA):
            yield (
                f"zip/flat{number}-{method}.zip",
                "ratio unpacks_too_large",
                lambda size=size, method=method: zip_of(("0.txt", bytes(size)), method=method),
            )
    yield "zip/unpacks.zip", "unpacks_too_large", lambda: zip_of(*((f"{n}.txt", _figures(n, 2_000_000)) for n in range(11)))
    for levels, width in ((1, 20), (2, 8), (3, 5), (2, 16)):
        yield (
            f"zip/bomb{levels}x{width}.zip",
            "ratio too_deep unpacks_too_large",
            lambda levels=levels, width=width: _bomb(levels, width, 2_100_000),
        )
    for depth in (3, 4, 6, 20):
        yield f"zip/deep{depth}.zip", "too_deep", lambda depth=depth: _nested(depth)
    yield "zip/overlapping.zip", "ratio unpacks_too_large", _overlapping
    yield "zip/many.zip", "too_many_members", lambda: zip_of(*((f"{number}.txt", b"") for number in range(2_001)), method=0)
    paths = (
        "../a.txt",
        "../../../../tmp/a.txt",
        "/etc/a.txt",
        "C:\\a.txt",
        "c:a.txt",
        "..\\..\\a.txt",
        "a/../../b.txt",
        "\\\\host\\share\\a.txt",
        "//a.txt",
    )
    for number, path in enumerate(paths):
        yield f"zip/path{number}.zip", "bad_name", lambda path=path: zip_of((path, FIGURE.encode()))
    for number, path in enumerate(
        (f"{BIDI}txt.exe.txt", "a\nb.txt", "甲\u2028乙.txt", "x" * 9_000 + ".txt", "a\tb.txt", "\u200b.txt", "a;b,c\"d'e.txt")
    ):
        yield f"zip/name{number}.zip", "ok", lambda path=path: zip_of((path, FIGURE.encode()))
    yield "zip/nul.zip", "bad_name", lambda: zipped({"a.txt": b"1", "b.txt": b"2"}).replace(b"b.txt", b"\0.txt")
    yield "zip/twice.zip", "ok", lambda: zip_of(("a.txt", b"12"), ("a.txt", b"34"), ("A.TXT", b"56"))
    for number, mode in enumerate((0o120777, 0o060644, 0o020644, 0o010644, 0o140755)):
        yield f"zip/special{number}.zip", "not_a_member", lambda mode=mode: _link("a.txt", "../../secret.txt", mode)
    one = zipped({"a.txt": FIGURE.encode() * 50})
    yield "zip/locked.zip", "password", lambda: _altered(one, b"PK\x01\x02", 8, b"\x01")
    yield "zip/strong.zip", "password", lambda: _altered(one, b"PK\x01\x02", 8, b"\x41")
    yield "zip/method.zip", "damaged", lambda: _altered(one, b"PK\x01\x02", 10, b"\x63")
    yield "zip/checksum.zip", "damaged", lambda: _altered(one, b"PK\x01\x02", 16, b"\0\0\0\0")
    yield "zip/larger.zip", "ok", lambda: _altered(one, b"PK\x01\x02", 24, struct.pack("<I", 999_999))
    yield "zip/smaller.zip", "damaged", lambda: _altered(one, b"PK\x01\x02", 24, struct.pack("<I", 9))
    yield "zip/huge.zip", "unpacks_too_large", lambda: _altered(one, b"PK\x01\x02", 24, struct.pack("<I", 0xFFFFFFF0))
    yield "zip/offset.zip", "damaged damaged_archive", lambda: _altered(one, b"PK\x01\x02", 42, struct.pack("<I", 0x7FFFFFFF))
    yield "zip/directory.zip", "damaged damaged_archive", lambda: _altered(one, b"PK\x05\x06", 16, struct.pack("<I", 0x7FFFFFFF))
    yield "zip/entries.zip", "damaged_archive ok", lambda: _altered(one, b"PK\x05\x06", 8, b"\xff\xff\xff\xff")
    yield "zip/disk.zip", "damaged_archive ok", lambda: _altered(one, b"PK\x05\x06", 4, b"\x07\0\x07\0")
    yield "zip/empty.zip", "empty_archive", lambda: zipped({})
    yield "zip/folders.zip", "empty_archive", lambda: zip_of(("a/", b""), ("a/b/", b""))
    yield "zip/self.zip", "ok", lambda: zip_of(("zip/self.zip", one), ("self.zip", one))


def tar_of(*members: tuple[str, bytes, dict[str, object]], mode: str = "w") -> bytes:
    target = io.BytesIO()
    with tarfile.open(fileobj=target, mode=mode) as archive:  # type: ignore[call-overload]
        for name, data, fields in members:
            info = tarfile.TarInfo(name)
            info.size = len(data)
            for key, value in fields.items():
                setattr(info, key, value)
            archive.addfile(info, io.BytesIO(data) if info.isreg() else None)
    return target.getvalue()


def _tars() -> Items:
    kinds = {
        "symlink": tarfile.SYMTYPE,
        "hardlink": tarfile.LNKTYPE,
        "pipe": tarfile.FIFOTYPE,
        "char": tarfile.CHRTYPE,
        "block": tarfile.BLKTYPE,
    }
    for name, kind in kinds.items():
        fields: dict[str, object] = {"type": kind, "linkname": "../../secret.txt"}
        yield f"tar/{name}.tar", "not_a_member", lambda fields=fields: tar_of(("a.txt", b"", fields))
        yield f"tar/{name}.tgz", "not_a_member", lambda fields=fields: tar_of(("a.txt", b"", fields), ("b.txt", b"12", {}), mode="w:gz")
    for number, path in enumerate(("../a.txt", "/etc/a.txt", "a/../../b.txt", "C:/a.txt", "..\\a.txt", "\\a.txt")):
        yield f"tar/path{number}.tar", "bad_name ok" if "\\" in path else "bad_name", lambda path=path: tar_of((path, b"12", {}))
    for suffix, pack in (("gz", gzip.compress), ("bz2", bz2.compress), ("xz", lzma.compress)):
        yield f"tar/bomb.tar.{suffix}", "ratio", lambda pack=pack: pack(tar_of(("0.txt", bytes(11_000_000), {})))
        yield f"tar/bare-bomb.{suffix}", "ratio empty_archive unpacks_too_large", lambda pack=pack: pack(bytes(50_000_000))
        whole = tarred({"a.txt": FIGURE.encode(), "b.txt": random.Random(1).randbytes(40_000).hex().encode()}, "w")
        yield f"tar/cut.tar.{suffix}", "damaged_archive", lambda pack=pack, whole=whole: pack(whole)[:-9_000]
        yield f"tar/bit.tar.{suffix}", "damaged_archive damaged", lambda pack=pack, whole=whole: _flipped(pack(whole), 30)
    yield "tar/large.tar", "too_large", lambda: gzip.decompress(gzip.compress(_lying_size(b"\x80" + b"\0" * 5 + b"\xff" * 6)))
    yield "tar/negative.tar", "damaged", lambda: _lying_size(b"\xff" * 12)
    yield "tar/endless.tar.gz", "damaged_archive", lambda: gzip.compress(_lying_size(b"\x80" + b"\xff" * 11))
    yield "tar/many.tar.gz", "too_many_members", lambda: tarred({f"{number}.txt": b"" for number in range(2_001)})
    yield (
        "tar/deep.tar",
        "too_deep",
        lambda: tarred({"a.tar": tarred({"b.tar": tarred({"c.tar": tarred({"d.tar": tarred({"e": b"1"}, "w")}, "w")}, "w")}, "w")}, "w"),
    )
    yield "tar/longname.tar", "ok", lambda: tar_of(("长" * 3_000 + ".txt", b"12", {}))
    yield "tar/checksum.tar", "damaged_archive", lambda: _altered(tarred({"a.txt": b"12"}, "w"), b"ustar", -109, b"7777777\0")
    yield "tar/sparse.tar", "damaged_archive damaged empty", lambda: tar_of(("a.txt", b"12", {"type": tarfile.GNUTYPE_SPARSE}))
    yield "tar/empty.tar", "empty_archive", lambda: tarred({}, "w:gz")


def _lying_size(size: bytes) -> bytes:
    stream = bytearray(tarred({"a.txt": b"12", "b.txt": b"34"}, "w"))
    stream[1024 + 124 : 1024 + 136] = size
    stream[1024 + 148 : 1024 + 156] = b" " * 8
    stream[1024 + 148 : 1024 + 156] = b"%06o\0 " % sum(stream[1024 : 1024 + 512])
    return bytes(stream)


def _flipped(data: bytes, count: int, seed: int = 1) -> bytes:
    out, chance = bytearray(data), random.Random(seed)
    for _ in range(count):
        out[chance.randrange(40, len(out))] ^= 0xFF
    return bytes(out)


def _with_part(data: bytes, name: str, content: bytes) -> bytes:
    """An office file with one part put in or replaced."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts = {info.filename: archive.read(info) for info in archive.infolist()}
    return zipped({**parts, name: content})


def _without_part(data: bytes, name: str) -> bytes:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return zipped({info.filename: archive.read(info) for info in archive.infolist() if info.filename != name})


LAUGHS = "<!DOCTYPE x [<!ENTITY a0 'lol'>" + "".join(f"<!ENTITY a{n} '{f'&a{n - 1};' * 10}'>" for n in range(1, 10)) + "]>"
EXTERNAL = '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/hostname">]>'
PARAMETER = '<!DOCTYPE x [<!ENTITY % p SYSTEM "http://127.0.0.1:9/x.dtd"> %p;]>'


def _docx() -> Items:
    for name, head in (("laughs", LAUGHS), ("external", EXTERNAL), ("parameter", PARAMETER), ("doctype", "<!DOCTYPE x>")):
        yield f"docx/{name}.docx", "entities", lambda head=head: docx(paragraph("&a9;"), head=head)
        yield f"docx/{name}-styles.docx", "entities", lambda head=head: docx(styles=f"{head}<w:styles {W}/>")
        yield f"docx/{name}-lists.docx", "entities", lambda head=head: docx(numbering=f"{head}<w:numbering {W}/>")
    wide = docx(head="")
    body = f'<?xml version="1.0" encoding="UTF-16"?>{LAUGHS}<w:document {W}/>'.encode("utf-16")
    yield "docx/laughs16.docx", "entities", lambda: _with_part(wide, "word/document.xml", body)
    for name, piece in (("p", "w:p"), ("tables", "w:tbl"), ("boxes", "w:txbxContent"), ("sdt", "w:sdt"), ("odd", "x")):
        yield f"docx/deep-{name}.docx", "too_deep", lambda piece=piece: docx(f"<{piece}>" * 5_000 + f"</{piece}>" * 5_000)
    yield "docx/bomb.docx", "ratio unpacks_too_large", lambda: docx("<w:p/>" * 3_000_000)
    noise = [f"<!--{random.Random(number).random()}-->" for number in range(9_000)]  # so that it packs as a text does
    yield "docx/paragraphs.docx", "too_many_elements", lambda: docx("".join("<w:p/>" * 50 + piece for piece in noise))
    yield "docx/long.docx", "too_long", lambda: docx("".join(paragraph(str(random.Random(n).random()) * 3) for n in range(6_500)))
    yield (
        "docx/attributes.docx",
        "damaged too_large ok no_text",
        lambda: docx("<w:p " + " ".join(f'a{n}="1"' for n in range(30_000)) + "/>"),
    )
    yield "docx/macros.docx", "ok", lambda: _with_part(docx(), "word/vbaProject.bin", (DATA / "report.doc").read_bytes())
    relations = '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r9" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/attachedTemplate" Target="file:///etc/hostname" TargetMode="External"/></Relationships>'
    yield "docx/template.docx", "ok", lambda: _with_part(docx(), "word/_rels/settings.xml.rels", relations.encode())
    link = '<w:p><w:r><w:instrText>INCLUDETEXT "/etc/hostname"</w:instrText></w:r><w:r><w:t>12户</w:t></w:r></w:p>'
    yield "docx/include.docx", "ok", lambda: docx(link)
    for part in ("word/document.xml", "_rels/.rels", "[Content_Types].xml", "word/styles.xml", "word/numbering.xml"):
        code = {"word/document.xml": "damaged no_text", "[Content_Types].xml": "ok unsupported"}.get(part, "ok")
        yield f"docx/without-{Path(part).stem}.docx", code, lambda part=part: _without_part(docx(), part)
        yield f"docx/broken-{Path(part).stem}.docx", "damaged ok", lambda part=part: _with_part(docx(), part, b"<w:p><w:r>")
        yield f"docx/bytes-{Path(part).stem}.docx", "damaged ok", lambda part=part: _with_part(docx(), part, bytes(range(256)))
    target = '<Relationships><Relationship Type="http://x/officeDocument" Target="{}"/></Relationships>'
    for number, where in enumerate(("../../../etc/hostname", "/etc/hostname", "http://127.0.0.1:9/x", "word/styles.xml", "")):
        code = "no_text damaged"
        yield f"docx/target{number}.docx", code, lambda where=where: _with_part(docx(), "_rels/.rels", target.format(where).encode())
    yield (
        "docx/levels.docx",
        "ok",
        lambda: docx(
            '<w:p><w:pPr><w:numPr><w:ilvl w:val="99999999"/><w:numId w:val="7"/></w:numPr></w:pPr><w:r><w:t>12户</w:t></w:r></w:p>'
        ),
    )
    circle = "".join(f'<w:style w:type="paragraph" w:styleId="{n}"><w:basedOn w:val="{(n + 1) % 9}"/></w:style>' for n in range(9))
    yield (
        "docx/styles.docx",
        "ok",
        lambda: docx(
            '<w:p><w:pPr><w:pStyle w:val="0"/></w:pPr><w:r><w:t>12户</w:t></w:r></w:p>', styles=f"<w:styles {W}>{circle}</w:styles>"
        ),
    )
    yield (
        "docx/many.docx",
        "too_many_members",
        lambda: zip_of(("[Content_Types].xml", b"<x/>"), *((f"word/{n}.xml", b"") for n in range(2_001))),
    )


SHEET = '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>{}</sheetData></worksheet>'
STRINGS = '<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><si><t>{}</t></si></sst>'


def shared_strings(count: int, size: int, names: int = 1) -> bytes:
    """A workbook of one string of `size` characters that `count` cells point to, its one sheet under several names."""
    rows = "".join(f'<row r="{number}"><c r="A{number}" t="s"><v>0</v></c></row>' for number in range(1, count + 1))
    data = _with_part(xlsx(ROWS), "xl/worksheets/sheet1.xml", SHEET.format(rows).encode())
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        book = archive.read("xl/workbook.xml")
    sheet = book[book.index(b"<sheet ") : book.index(b"</sheets>")]
    again = b"".join(
        sheet.replace(b'name="', b'name="%d' % number).replace(b'sheetId="1"', b'sheetId="%d"' % number) for number in range(1, names)
    )
    data = _with_part(data, "xl/workbook.xml", book.replace(b"</sheets>", again + b"</sheets>"))
    return _with_part(data, "xl/sharedStrings.xml", STRINGS.format("走访困难职工十二户，" * (size // 10)).encode())


def _xlsx() -> Items:
    rows = xlsx(ROWS)
    for name, head in (("laughs", LAUGHS), ("external", EXTERNAL), ("parameter", PARAMETER)):
        for part in ("xl/sharedStrings.xml", "xl/worksheets/sheet1.xml", "xl/workbook.xml"):
            yield (
                f"xlsx/{name}-{Path(part).stem}.xlsx",
                "entities",
                lambda head=head, part=part: _with_part(rows, part, head.encode() + b"<x/>"),
            )
    cells = {
        "far": '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row><row r="1"><c r="A1"><v>1</v></c></row>',
        "farther": '<row r="1"><c r="A1"><v>1</v></c></row><row r="9999999"><c r="ZZZ9999999"><v>1</v></c></row>',
    }
    for name, content in cells.items():
        yield (
            f"xlsx/{name}.xlsx",
            "too_many_rows damaged",
            lambda content=content: _with_part(rows, "xl/worksheets/sheet1.xml", SHEET.format(content).encode()),
        )
    odd = {
        "string": '<c r="A1" t="s"><v>99999</v></c>',
        "negative": '<c r="A1" t="s"><v>-1</v></c>',
        "place": '<c r="1A"><v>1</v></c>',
        "type": '<c r="A1" t="zz"><v>1</v></c>',
    }
    for name, content in odd.items():
        yield (
            f"xlsx/{name}.xlsx",
            "damaged no_text_column no_text",
            lambda content=content: _with_part(rows, "xl/worksheets/sheet1.xml", SHEET.format(f"<row>{content}</row>").encode()),
        )
    yield "xlsx/rows.xlsx", "too_many_rows", lambda: xlsx([["正文"], *([str(number)] for number in range(20_001))])
    yield (
        "xlsx/bomb.xlsx",
        "ratio unpacks_too_large",
        lambda: _with_part(rows, "xl/worksheets/sheet1.xml", SHEET.format("<row/>" * 2_000_000).encode()),
    )
    for name, count, names in (("again", 3_000, 1), ("sheets", 80, 40)):
        yield f"xlsx/{name}.xlsx", "too_long", lambda count=count, names=names: shared_strings(count, 30_000, names)
    yield "xlsx/cell.xlsx", "too_long", lambda: xlsx([["正文"], *([str(random.Random(n).random()) * 1_600] for n in range(12))])
    yield "xlsx/columns.xlsx", "no_text_column", lambda: xlsx([["甲", "乙"], [1, 2]])
    yield "xlsx/macros.xlsx", "ok", lambda: _with_part(rows, "xl/vbaProject.bin", b"x")
    yield "xlsx/links.xlsx", "ok", lambda: _with_part(rows, "xl/externalLinks/externalLink1.xml", b"<x/>")
    yield "xlsx/formula.xlsx", "ok", lambda: xlsx([["正文"], ["\t=cmd|'/c calc'!A1 " + FIGURE * 9]])
    for part in ("xl/workbook.xml", "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml", "xl/_rels/workbook.xml.rels", "xl/styles.xml"):
        yield (
            f"xlsx/without-{Path(part).stem}.xlsx",
            "damaged unsupported no_text ok no_text_column",
            lambda part=part: _without_part(rows, part),
        )
        yield f"xlsx/broken-{Path(part).stem}.xlsx", "damaged no_text ok", lambda part=part: _with_part(rows, part, b"<sst><si>")


def _ole() -> Items:
    doc, xls = (DATA / "report.doc").read_bytes(), (DATA / "table.xls").read_bytes()
    for suffix, data in (("doc", doc), ("xls", xls)):
        chains = 512 * (1 + int.from_bytes(data[76:80], "little"))
        directory = 512 * (1 + int.from_bytes(data[48:52], "little"))
        circle = data[:chains] + b"".join(struct.pack("<I", n) for n in range(128)) + data[chains + 512 :]
        yield f"ole/circle.{suffix}", "damaged unsupported", lambda circle=circle: circle
        swapped = data[:chains] + b"".join(struct.pack("<I", n ^ 1) for n in range(128)) + data[chains + 512 :]
        yield f"ole/pairs.{suffix}", "damaged unsupported", lambda swapped=swapped: swapped
        for name, place, value in (
            ("directory", 48, 0x00FFFFFF), ("chains", 76, 0x00FFFFFF), ("sector", 30, 0xFFFF001F), ("mini", 60, 0x00FFFFFF), ("count", 44, 0x7FFFFFFF),
            ("difat", 68, 0), ("child", directory + 76, 0), ("size", directory + 120, 0x7FFFFFFF), ("name", directory + 64, 0xFFFFFFFF),
        ):  # fmt: skip
            bent = data[:place] + struct.pack("<I", value) + data[place + 4 :]
            yield f"ole/{name}.{suffix}", "damaged unsupported ok", lambda bent=bent: bent
        for number, share in enumerate((0.05, 0.3, 0.6, 0.9)):
            yield f"ole/cut{number}.{suffix}", "damaged unsupported ok", lambda data=data, share=share: data[: int(len(data) * share)]
        for seed in range(8):
            yield f"ole/bits{seed}.{suffix}", "damaged unsupported ok password", lambda data=data, seed=seed: _flipped(data, 40, seed)
        yield f"ole/header.{suffix}", "damaged", lambda data=data: data[:512]
    head = doc.index(b"\xec\xa5\x01\x01")
    for name, place, value in (
        ("locked", head + 0x0A, struct.unpack_from("<H", doc, head + 0x0A)[0] | 0x0100), ("old", head + 2, 0x0065), ("zero", head + 2, 0),
    ):  # fmt: skip
        bent = doc[:place] + struct.pack("<H", value) + doc[place + 2 :]
        yield f"ole/{name}.doc", "password unsupported", lambda bent=bent: bent
    for name, place in (("text", 0x4C), ("table", 0x1A2), ("length", 0x1A6), ("base", 0x18), ("end", 0x1C)):
        for value in (0xFFFFFFFF, 0x7FFFFFFF):
            bent = doc[: head + place] + struct.pack("<I", value) + doc[head + place + 4 :]
            yield f"ole/{name}{value & 1}{value >> 31}.doc", "damaged ok no_text", lambda bent=bent: bent


def _rtf() -> Items:
    whole = rtf()
    yield "rtf/groups.rtf", "ok", lambda: b"{\\rtf1 12" + b"{" * 100_000 + b"}" * 100_000 + b"}"
    yield "rtf/open.rtf", "cut_short", lambda: b"{\\rtf1 12" + b"{" * 50_000
    yield "rtf/closed.rtf", "ok damaged", lambda: b"{\\rtf1 12" + b"}" * 50_000
    yield "rtf/fonts.rtf", "damaged", lambda: rb"{\rtf1{\fonttbl" + rb"{\f1\fcharset0 A;}" * 20_000 + b"}x}"
    for number, word in enumerate(
        (
            b"\\bin99999999 ",
            b"\\bin-1 ",
            b"\\u99999999 ?",
            b"\\u-99999 ?",
            b"\\uc99999 ",
            b"\\f99999999999999999999 ",
            b"\\ansicpg99999 ",
            b"\\'zz",
        )
    ):
        yield (
            f"rtf/word{number}.rtf",
            "ok damaged cut_short no_text",
            lambda word=word: b"{\\rtf1\\ansi " + word + "12户".encode("gbk") + b"\\par 34}",
        )
    yield (
        "rtf/object.rtf",
        "ok",
        lambda: (
            b'{\\rtf1{\\object\\objemb{\\*\\objdata 0105000002000000}}12\\par{\\field{\\*\\fldinst INCLUDEPICTURE "http://127.0.0.1:9/x"}{\\fldrslt x}}}'
        ),
    )
    for number, share in enumerate((0.1, 0.5, 0.9)):
        yield f"rtf/cut{number}.rtf", "cut_short damaged no_text", lambda share=share: whole[: int(len(whole) * share)]
    yield "rtf/long.rtf", "too_long", lambda: b"{\\rtf1 " + b"1234567890 " * 30_000 + b"}"
    yield "rtf/empty.rtf", "no_text", lambda: b"{\\rtf1}"


def _pdf_of(*objects: bytes, trailer: bytes = b"<</Root 1 0 R/Size 9>>", start: int | None = None) -> bytes:
    """A PDF file of the objects 1, 2 …, with a sound table of their places."""
    out, places = bytearray(b"%PDF-1.7\n"), []
    for number, content in enumerate(objects, start=1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1) + b"".join(b"%010d 00000 n \n" % place for place in places)
    return bytes(out) + b"trailer\n%s\nstartxref\n%d\n%%%%EOF\n" % (trailer, table if start is None else start)


CATALOG = b"<</Type/Catalog/Pages 2 0 R>>"
PAGE = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Contents 4 0 R/Resources<</Font<</F 5 0 R>>>>>>"
FONT = b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>"


def pdf_of(content: bytes, extra: bytes = b"", count: int = 1) -> bytes:
    """A PDF file that shows one page so many times; `extra` are entries of the dictionary of its content."""
    stream = b"<<%s/Length %d>>stream\n%s\nendstream" % (extra, len(content), content)
    return _pdf_of(CATALOG, b"<</Type/Pages/Count %d/Kids[%s]>>" % (count, b"3 0 R " * count), PAGE, stream, FONT)


def _pdf() -> Items:
    import zlib

    catalog, page, font = CATALOG, PAGE, FONT
    said = "scanned damaged unmapped no_text ok too_many_pages"
    yield "pdf/loop-pages.pdf", said, lambda: _pdf_of(catalog, b"<</Type/Pages/Count 9/Kids[2 0 R 2 0 R]/Parent 2 0 R>>")
    yield "pdf/loop-root.pdf", said, lambda: _pdf_of(b"1 0 R")
    yield (
        "pdf/loop-length.pdf",
        said,
        lambda: _pdf_of(catalog, b"<</Type/Pages/Count 1/Kids[3 0 R]>>", page, b"<</Length 4 0 R>>stream\nBT ET\nendstream", font),
    )
    yield (
        "pdf/loop-form.pdf",
        said,
        lambda: _pdf_of(
            catalog,
            b"<</Type/Pages/Count 1/Kids[3 0 R]>>",
            b"<</Type/Page/Parent 2 0 R/Contents 4 0 R/Resources<</XObject<</X 4 0 R>>>>>>",
            b"<</Type/XObject/Subtype/Form/Resources<</XObject<</X 4 0 R>>>>/Length 4>>stream\n/X Do\nendstream",
        ),
    )
    yield "pdf/count.pdf", said, lambda: _pdf_of(catalog, b"<</Type/Pages/Count 2000000000/Kids[3 0 R]>>", page, b"<<>>", font)
    yield "pdf/pages.pdf", "too_many_pages", lambda: pdf_of(b"BT /F 9 Tf (x) Tj ET", count=51)
    yield "pdf/bomb.pdf", "too_large", lambda: pdf_of(zlib.compress(b"BT ET " * 3_000_000), b"/Filter/FlateDecode")
    twice = zlib.compress(zlib.compress(bytes(100_000_000)))
    yield "pdf/bomb2.pdf", "too_large", lambda: pdf_of(twice, b"/Filter[/FlateDecode/FlateDecode]")
    yield "pdf/deep.pdf", said, lambda: pdf_of(b"[" * 200_000 + b"]" * 200_000)
    yield "pdf/stack.pdf", said, lambda: pdf_of(b"q " * 500_000)
    yield "pdf/glyphs.pdf", "too_long", lambda: pdf_of(b"BT /F 9 Tf 1 0 0 1 9 9 Tm " + b"(1234567890) Tj " * 31_000 + b"ET")
    yield "pdf/huge.pdf", said, lambda: pdf_of(b"BT /F 1e38 Tf 1e38 0 0 1e38 1e38 1e38 Tm (123456) Tj ET")
    yield "pdf/askew.pdf", said, lambda: pdf_of(b"BT /F 9 Tf .7 .7 -.7 .7 9 9 Tm (1234567890) Tj ET")
    yield (
        "pdf/script.pdf",
        said,
        lambda: _pdf_of(
            b"<</Type/Catalog/Pages 2 0 R/OpenAction<</S/JavaScript/JS(app.alert(1))>>>>",
            b"<</Type/Pages/Count 1/Kids[3 0 R]>>",
            page,
            b"<</Length 0>>stream\n\nendstream",
            font,
        ),
    )
    yield "pdf/start.pdf", said, lambda: _pdf_of(catalog, b"<</Type/Pages/Count 0/Kids[]>>", start=99_999_999)
    yield (
        "pdf/previous.pdf",
        said,
        lambda: _pdf_of(catalog, b"<</Type/Pages/Count 0/Kids[]>>", trailer=b"<</Root 1 0 R/Prev 0/Size 2000000000>>"),
    )
    yield (
        "pdf/encrypt.pdf",
        "password damaged",
        lambda: _pdf_of(catalog, trailer=b"<</Root 1 0 R/Encrypt<</Filter/Standard/V 5/R 6/O(x)/U(x)/P -1>>>>"),
    )
    yield "pdf/locked.pdf", "password", lambda: pdf(password="x")
    yield "pdf/head.pdf", "damaged", lambda: b"%PDF-1.7\n"
    yield "pdf/scan.pdf", "scanned", lambda: pdf_of(b"0 0 500 700 re f")
    whole = pdf()
    for number, share in enumerate((0.2, 0.5, 0.8)):
        yield f"pdf/cut{number}.pdf", said, lambda share=share: whole[: int(len(whole) * share)]
    for seed in range(8):
        yield f"pdf/bits{seed}.pdf", said + " password", lambda seed=seed: _flipped(whole, 40, seed)


def _html() -> Items:
    for tag in ("div", "table", "b", "ul", "font", "blockquote", "x"):
        yield f"html/deep-{tag}.html", "too_deep", lambda tag=tag: b"<html><body>" + f"<{tag}>".encode() * 100_000 + b"12"
    yield "html/tables.html", "too_deep", lambda: b"<html>" + b"<table><tr><td>" * 30_000
    yield "html/attributes.html", "damaged", lambda: b"<html><p " + b"x=1 " * 100_000 + b">12"
    yield "html/laughs.html", "ok no_text", lambda: f"<html>{LAUGHS}<p>&a9; 12</p></html>".encode()
    yield "html/xhtml.html", "ok no_text", lambda: f'<?xml version="1.0"?><!DOCTYPE html [{LAUGHS[12:]}<html><p>&a9; 12</p></html>'.encode()
    yield "html/entities.html", "ok", lambda: b"<html><p>" + b"&#x10FFFF;&#0;&#x110000;&bogus;&amp" * 500 + b"12</p></html>"
    yield (
        "html/script.html",
        "ok",
        lambda: b"<html><script>while(1);</script><p onclick='x()'>12</p><iframe src='file:///etc/hostname'></iframe></html>",
    )
    yield (
        "html/refresh.html",
        "ok",
        lambda: b"<html><meta http-equiv=refresh content='0;url=http://127.0.0.1:9/'><base href=//x><img src=//x/y.png><p>12</p></html>",
    )
    yield "html/comment.html", "ok no_text", lambda: b"<html><p>12</p>" + b"<!--" * 100_000
    yield "html/data.html", "ok", lambda: b"<html><img src='data:image/png;base64," + b"A" * 5_000_000 + b"'><p>12</p></html>"
    yield "html/markup.html", "ok", lambda: "<html><p>12</p>".encode("utf-16") + "<b></b>".encode("utf-16-le") * 800_000 + b"\n\0" * 100_000
    yield "html/long.html", "too_long", lambda: b"<html>" + b"<p>1234567890</p>" * 30_000
    yield "html/empty.html", "no_text", lambda: b"<html><body></body></html>"
    yield "html/list.html", "ok", lambda: b"<html><ol start=99999999999999>" + b"<li>12" * 500 + b"</ol></html>"
    yield "html/charset.html", "ok", lambda: b"<html><meta charset=utf-7><p>+ADw-script+AD4- 12</p></html>"


def _mail() -> Items:
    head = b"From: a\r\nMIME-Version: 1.0\r\n"
    said = "ok no_text empty_archive damaged too_deep too_many_members"

    def nested(depth: int) -> bytes:
        data = b"From: a\r\n\r\n12\r\n"
        for _ in range(depth):
            data = b"From: a\r\nMIME-Version: 1.0\r\nContent-Type: message/rfc822\r\n\r\n" + data
        return data

    def parts(depth: int) -> bytes:
        out = head
        for number in range(depth):
            out += b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (number, number)
        return out + b"Content-Type: text/plain\r\n\r\n12\r\n"

    for depth in (5, 60, 400):
        yield f"eml/mails{depth}.eml", "too_deep damaged", lambda depth=depth: nested(depth)
        yield f"eml/parts{depth}.eml", "ok damaged", lambda depth=depth: parts(depth)
    yield "eml/self.eml", said, lambda: head + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + b"--b\r\n" * 20_000
    yield "eml/lines.eml", "too_many_elements", lambda: b"From: a\r\n" + b"X-A: b\r\n" * 400_000 + b"\r\n12"
    yield "eml/marks.eml", "too_many_members", lambda: head + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + b"--b\n\n\n" * 21_000
    yield "eml/headers.eml", said, lambda: b"From: a\r\n" + b"X-A: b\r\n" * 100_000 + b"\r\n12"
    yield "eml/header.eml", "wrong_suffix", lambda: b"From: a\r\nSubject: " + b"=?gb2312?B?vPI=?= " * 20_000 + b"\r\n\r\n12"
    yield "eml/base64.eml", said, lambda: head + b"Content-Transfer-Encoding: base64\r\n\r\n" + b"=A=B!" * 9_000
    yield "eml/uu.eml", said, lambda: head + b"Content-Transfer-Encoding: uuencode\r\n\r\nbegin 644 /etc/passwd\r\n" + b"M" * 900
    yield "eml/zip.eml", "ratio", lambda: mail("12\n", {"a.zip": zipped({"0.txt": bytes(11_000_000)})})
    yield "eml/docx.eml", "entities", lambda: mail("12\n", {"a.docx": docx(head=LAUGHS)})
    yield "eml/path.eml", "ok", lambda: mail("12\n", {"../../etc/passwd.txt": FIGURE.encode()})
    yield (
        "eml/many.eml",
        "too_many_members",
        lambda: head + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + b"--b\r\nContent-Disposition: attachment\r\n\r\n\r\n" * 2_100,
    )
    yield (
        "eml/external.eml",
        said,
        lambda: head + b"Content-Type: message/external-body; access-type=local-file; name=/etc/hostname\r\n\r\n12",
    )
    for number, charset in enumerate(("klingon", "utf-7", "unicode_escape", "hex", "idna", "undefined", "utf-16", "x" * 9_000)):
        yield (
            f"eml/charset{number}.eml",
            said,
            lambda charset=charset: head + f"Content-Type: text/plain; charset={charset}\r\n\r\n12户".encode(),
        )
    yield "eml/text.eml", "wrong_suffix", TEXT.encode
    yield "mht/none.mht", "damaged", lambda: head + b"Content-Type: multipart/related; boundary=x\r\n\r\nx"
    yield "mht/cut.mht", "ok no_text damaged not_text", lambda: mht(html().encode())[:700]
    yield "mht/base64.mht", "no_text damaged not_text", lambda: mht(b"<html>").replace(b"PGh0bWw+", b"!!!!!!!!")
    yield "mht/deep.mht", "too_deep", lambda: mht(b"<html>" + b"<div>" * 100_000)


def _csv() -> Items:
    yield "csv/nul.csv", "ok", lambda: comma_separated(ROWS).replace("户", "户\0").encode("gb18030")
    yield "csv/line.csv", "too_long", lambda: ("正文\n" + "走访12户" * 70_000).encode()
    yield "csv/wide.csv", "too_long", lambda: ("甲," * 100_000 + "\n" + "1," * 100_000).encode()
    yield "csv/rows.csv", "too_many_rows", lambda: ("正文\n" + "12户\n" * 20_001).encode()
    yield "csv/quote.csv", "ok too_long no_text_column", lambda: ('正文,甲\n"' + "走访12户\n" * 900).encode()
    yield "csv/quotes.csv", "no_text_column no_text ok damaged", lambda: b'"' * 100_001
    yield "csv/columns.csv", "no_text_column", lambda: "甲,乙\n1,2\n".encode()
    yield "csv/return.csv", "ok damaged", lambda: ("正文\r走访12户\r\r\n" * 9).encode()
    yield "csv/formula.csv", "ok", lambda: ("正文\n=1+1" + FIGURE + "\n@SUM(A1)" + FIGURE + "\n").encode()
    yield "csv/bits.csv", "ok not_text no_text_column", lambda: _flipped(comma_separated(ROWS).encode("gb18030"), 30)


def _text() -> Items:
    yield "txt/nul.txt", "ok", lambda: FIGURE.encode() + b"\0" * 2 + TEXT.encode()
    yield "txt/nuls.txt", "not_text no_text", lambda: bytes(100_000)
    yield "txt/bidi.txt", "ok", lambda: f"{BIDI}走访12户{BIDI}。\u2066慰问\u2069".encode()
    yield "txt/line.txt", "too_long", lambda: "走访困难职工十二户，".encode() * 340_000
    yield "txt/digits.txt", "too_long", lambda: b"1" * 1_000_000
    yield "txt/numbers.txt", "too_many_numbers", lambda: "5人,".encode() * 50_001
    for name, piece in ATTACKS.items():
        yield f"txt/attack-{name}.txt", "ok", lambda piece=piece: (piece * (20_000 // len(piece)) + "\n" + FIGURE).encode()
    yield "txt/surrogates.txt", "ok not_text damaged_bytes", lambda: TEXT.encode().replace("户".encode(), b"\xed\xa0\x80")
    yield "txt/large.txt", "too_large", lambda: b"1234567\n" * 1_600_000
    yield "txt/noise.txt", "not_text", lambda: random.Random(1).randbytes(50_000)
    yield "txt/blank.txt", "no_text", lambda: " \r\n\u3000\t".encode() * 99
    yield "txt/mark.txt", "no_text", lambda: b"\xef\xbb\xbf"
    yield "txt/mark16.txt", "no_text", lambda: b"\xff\xfe"
    yield "txt/odd16.txt", "ok damaged_bytes", lambda: b"\xff\xfe" + TEXT.encode("utf-16-le") + b"\x12"
    yield "txt/zero.txt", "empty", lambda: b""
    yield "txt/newlines.txt", "ok", lambda: b"\n" * 50_000 + FIGURE.encode()
    yield "txt/controls.txt", "ok not_text", lambda: FIGURE.encode() + bytes(range(1, 9)) + TEXT.encode()
    yield "txt/big5.txt", "ok", lambda: "鎮工會二〇一四年走訪困難職工12戶。".encode("big5", "ignore")
    for codec in ("utf-8", "gb18030", "big5", "utf-16-le", "utf-16-be", "utf-32"):
        data = TEXT.encode(codec, "ignore")
        yield f"txt/cut-{codec}.txt", "ok damaged_bytes", lambda data=data: data[: len(data) // 2 // 4 * 4 + 1]
    for number, piece in enumerate(("一、", "（", "“", "①", "xx", "12。2", "&nbsp;", "1,", "2008年", "~", "第", "<p>")):
        yield f"txt/pump{number}.txt", "ok", lambda piece=piece: (piece * 400 + "\n" + FIGURE).encode()


def _disguised() -> Items:
    """Files under names that they should not have."""
    foreign = {
        "exe": b"MZ" + bytes(100) + b"PE\0\0" + bytes(100), "elf": b"\x7fELF" + bytes(200), "rar": b"Rar!\x1a\x07\0" + bytes(50), "7z": b"7z\xbc\xaf\x27\x1c" + bytes(50),
        "png": b"\x89PNG\r\n\x1a\n" + bytes(50), "jpg": b"\xff\xd8\xff\xe0" + bytes(50), "gif": b"GIF89a" + bytes(50), "tif": b"II*\0" + bytes(50), "mp3": b"ID3" + bytes(50),
        "mp4": b"\0\0\0\x18ftypmp42" + bytes(50), "db": b"SQLite format 3\0" + bytes(50), "ps": b"%!PS-Adobe" + bytes(50), "caj": b"%CAJ" + bytes(50),
    }  # fmt: skip
    for kind, data in foreign.items():
        code = "picture" if kind in ("png", "jpg", "gif", "tif") else "unsupported"
        for suffix in ("txt", "docx", "doc"):
            yield f"disguised/{kind}.{suffix}", code, lambda data=data: data
    for suffix in ("docx", "xlsx", "pdf", "doc", "xls", "zip", "rtf"):
        yield f"disguised/letters.{suffix}", "wrong_suffix", lambda: b"nothing but letters"
        yield f"disguised/zero.{suffix}", "empty", lambda: b""
    for suffix in ("json", "xml", "py", "js", "lnk", "url"):
        yield f"disguised/other.{suffix}", "unsupported", lambda: b"{}"
    yield "disguised/slides.docx", "unsupported", lambda: zipped({"[Content_Types].xml": b"<Types/>", "ppt/presentation.xml": b"<p/>"})
    yield "disguised/open.docx", "unsupported", lambda: zipped({"mimetype": b"x", "META-INF/manifest.xml": b"<x/>"})
    yield (
        "disguised/word2003.doc",
        "unsupported",
        lambda: b'<?xml version="1.0"?><?mso-application progid="Word.Document"?><w:wordDocument/>',
    )
    yield "disguised/report.txt", "ok", docx
    yield "disguised/report.pdf", "ok", lambda: TEXT.encode("gb18030")


def _cut() -> Items:
    """Every packed format cut short at several places."""
    whole = {"docx": docx(), "xlsx": xlsx(ROWS), "zip": zipped({"a.txt": TEXT.encode()})}
    for suffix, data in whole.items():
        for number, share in enumerate((0.1, 0.5, 0.97)):
            yield f"cut/{number}.{suffix}", "damaged damaged_archive", lambda data=data, share=share: data[: int(len(data) * share)]
        for seed in range(5):
            yield (
                f"cut/bits{seed}.{suffix}",
                "damaged damaged_archive ok unsupported password no_text ratio unpacks_too_large not_a_member",
                lambda data=data, seed=seed: _flipped(data, 25, seed),
            )


SPECIAL = {
    "disk/loop": "link_loop", "disk/loop-a": "link_broken", "disk/up": "link_loop", "disk/outside.txt": "link_outside", "disk/outside": "link_loop",
    "disk/gone.txt": "link_broken", "disk/pipe.txt": "device", "disk/socket.txt": "device", "disk/sparse.txt": "too_large", "disk/sparse.zip": "too_large",
    "disk/a\\u000ab.txt": "ok", "disk/\\u202etxt.exe.txt": "ok", "disk/镇.txt": "ok", "disk/a\\u0007.txt": "ok", "disk/" + "长" * 80 + ".txt": "ok",
}  # fmt: skip
"""Source of what is no mere file → its code, where the system allows it to be made."""


def write_special(folder: Path, outside: Path) -> dict[str, str]:
    """Links, pipes, sockets, sparse files, odd names and deep folders below `folder`; their sources and codes."""
    disk = folder / "disk"
    disk.mkdir(parents=True)
    (disk / "loop").symlink_to("loop")
    (disk / "loop-a").symlink_to("loop-b")
    (disk / "up").symlink_to("..")
    (disk / "outside.txt").symlink_to(outside)
    (disk / "outside").symlink_to(outside.parent)
    (disk / "gone.txt").symlink_to("nowhere")
    os.mkfifo(disk / "pipe.txt")
    listener = socket.socket(socket.AF_UNIX)
    here = Path.cwd()
    os.chdir(disk)  # the path of a socket has room for a hundred bytes
    listener.bind("socket.txt")
    os.chdir(here)
    listener.close()
    for name in ("sparse.txt", "sparse.zip"):
        with (disk / name).open("wb") as file:
            file.write(b"PK\x03\x04")
            file.truncate(2**31)
    names = [b"a\nb.txt", f"{BIDI}txt.exe.txt".encode(), "镇.txt".encode("gbk"), b"a\x07.txt", ("长" * 80 + ".txt").encode()]
    for name in names:
        Path(os.fsdecode(os.fsencode(disk) + b"/" + name)).write_bytes(FIGURE.encode())
    deep = disk.joinpath(*["d"] * (LIMITS["max_folders"] + 2))
    deep.mkdir(parents=True)
    (deep / "a.txt").write_bytes(FIGURE.encode())
    return {**SPECIAL, "disk/" + "d/" * LIMITS["max_folders"]: "too_deep"}


def write(folder: Path) -> dict[str, str]:
    """All files of `hostile` below `folder`; their names and codes."""
    codes = {}
    for name, (code, make) in hostile().items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(make())
        codes[name] = code
    return codes


if __name__ == "__main__":
    print(len(write(Path(sys.argv[1]))), "files")
