"""Structured mutations of files and texts, for fuzzing: what is valid enough to come past the first check, and wrong behind it.

Every function takes its chance from a `random.Random`, so that a number gives the same file on every machine.
"""

from __future__ import annotations

import gzip
import io
import random
import struct
import warnings
import zipfile
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from ingest_archive import DATA, ROWS, TEXT, comma_separated, docx, html, mail, mht, pdf, rtf, tarred, xlsx, zipped, zipped_gbk

INTERESTING = (
    0, 1, 2, 0x7F, 0x80, 0xFF, 0x100, 0x7FFF, 0x8000, 0xFFFF, 0x10000, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFC, 0xFFFFFFFE, 0xFFFFFFFF,
)  # fmt: skip
BYTES = (
    b"\0", b"\xff", b"\xef\xbb\xbf", b"\xff\xfe", b"\xed\xa0\x80", b"\x81", b"\x841\x951", "镇".encode(), "镇".encode("gb18030"), b"\r",
    b"\x1a",
)  # fmt: skip
XML = (
    b"<w:p>", b"</w:p>", b"<w:tbl>", b"<w:tr>", b"<w:tc>", b"<w:t>", b"</w:t>", b"<w:r>", b"<w:txbxContent>", b"<w:del>", b"<w:numPr>",
    b'<w:ilvl w:val="99"/>', b'<w:numId w:val="-1"/>', b'<w:start w:val="99999999999"/>', b'<w:lvlText w:val="%9%1%%"/>', b"<![CDATA[",
    b"]]>", b"&lt;", b"&#0;", b"&#x110000;", b"<!DOCTYPE x>", b"<!--", b"-->", b"<?x ?>", b' r="XFD1048576"', b' t="s"', b"<v>-1</v>",
    b"<c>", b"<row>", b'<w:footnote w:type="normal">', b'w:val=""', b"<w:pStyle w:val='1'/>", b"<w:basedOn w:val='1'/>",
    b"<mc:Fallback>", b"<w:vanish/>",
)  # fmt: skip
HTML = (
    b"<div>", b"</div>", b"<table>", b"<tr>", b"<td>", b"</td>", b"</tr>", b"<ol start=-1>", b"<ol type=i start=9999999>", b"<li>",
    b"<pre>", b"<a href=x>", b"</a>", b"<title>", b"</title>", b"<script>", b"<!--", b"-->", b"<![CDATA[", b"&#x110000;", b"&#0;",
    b"&amp", b"<svg>", b"<template>", b"<p hidden>", b"<p style='display:none'>", b"<body>", b"</html>", b"<base href=//x>", b"<br>",
    b"<\0p>", b"<p x='", b"\0",
)  # fmt: skip
RTF = (
    b"{", b"}", b"\\", b"\\bin99999999 ", b"\\bin-1 ", b"\\u-99999 ?", b"\\u99999999999999999999 ?", b"\\uc99999 ", b"\\'", b"\\'g1",
    b"\\ansicpg99999", b"\\fcharset134", b"\\fcharset-1", b"{\\fonttbl", b"{\\*\\", b"\\par", b"\\cell", b"\\row", b"{\\listtext",
    b"\\tab}", b"\\fldinst", b"\\f99 ", b"\\deff-3", b"\\uc0", b"\\mac", b"\\pc", b"\\pca", b"\\f0\\f1", b"\\'81", b"|", b"\\line",
    b"\\ucd",
)  # fmt: skip
PDF = (
    b"<<", b">>", b"[", b"]", b"(", b")", b"obj", b"endobj", b"stream\n", b"\nendstream", b"xref", b"trailer", b"startxref", b"%%EOF",
    b"1 0 R", b"3 0 R", b"/Length 99999999", b"/Length -1", b"/Count 999999999", b"/Kids [1 0 R 2 0 R]", b"/Parent 1 0 R",
    b"/Filter /FlateDecode", b"/Filter [/ASCIIHexDecode]", b"/Type /Pages", b"/MediaBox [0 0 0 0]", b"/MediaBox [-9e99 0 9e99 1]",
    b"/Encrypt 1 0 R", b"BT", b"ET", b"Tj", b"TJ", b"Td", b"Tm", b"Do", b"q", b"Q", b"0 0 0 0 0 0 Tm", b"1e38 0 0 1e38 0 0 cm",
    b"/ObjStm", b"/XRef", b"/ToUnicode 5 0 R", b"/Rotate 91", b"65536 0 R", b"99999999999999999999",
)  # fmt: skip
MAIL = (
    b"Content-Type: multipart/mixed; boundary=X\r\n\r\n--X\r\n", b"Content-Type: message/rfc822\r\n\r\n",
    b"Content-Type: text/html; charset=klingon\r\n", b"Content-Transfer-Encoding: base64\r\n",
    b"Content-Transfer-Encoding: quoted-printable\r\n", b"Content-Transfer-Encoding: x-uuencode\r\n",
    b"Content-Disposition: attachment; filename*=utf-8''%FF%00\r\n",
    b'Content-Disposition: attachment; filename*0="a"; filename*1*=x\'\'%ZZ\r\n', b"Subject: =?gb2312?B?////?=\r\n",
    b"Subject: =?x?q?=?=\r\n", b"--X--\r\n", b"--XX\r\n", b"\r\n\r\n", b"From: a\r\n", b"=3D=\r\n", b"begin 644 a\r\n",
    b"Content-Type: text/plain; charset=utf-7\r\n\r\n", b"Content-Type: text/plain; charset=unicode_escape\r\n",
    b"Content-Type: ;;=\r\n", b"MIME-Version: 1.0\r\n", b"Content-Type: text/html\r\n\r\n", b"Content-ID: <a>\r\n",
    b"Content-Type: image/png\r\n", b"filename=../../x", b"\xff\xfe", b"Content-Type: text/plain; charset*=x''y\r\n",
)  # fmt: skip
TAR_TYPES = (b"L", b"K", b"x", b"g", b"1", b"2", b"3", b"5", b"6", b"S", b"")
TABLE = (b",", b"\t", b";", b"|", b'"', b'""', b"\r", b"\n", b"\0", b'","', b'"\n"', "正文".encode(), "正文".encode("gb18030"), b"\f", b"'")
FACTS = (
    "全镇共慰问困难职工", "发放慰问金", "一、", "（二）", "1、", "2.", "①", "Ⅱ、", "一是", "75名", "8000余人次", "12。2万元",
    "2、4万元", "12尸", "20xx年9月3日", "20__年", "７５％", "三分之二", "百分之八十", "两三百人", "“五一”", "三个代表", "第三届",
    "慈总工〔2008〕12号", "0574-63012345", "12345678901234567890", "1,234.56", "1.2.3", "3-5", "1:3", "壹拾贰万元整", "廿三", "其中",
    "每人", "增加", "，", "。", "；", "：", "、", "\n", "\r\n", "\t", " ", "\u3000", "进一步", "统一", "十分", "万一", "xx镇", "**乡",
    "www.example.com", "職工會員", "貳萬元", "…", "—", "(", "）", "《", "》", "“", "”", "\u200b", "\ufeff", "\x00", "\u202e", "🙂",
    "A4", "%", "‰", "元", "人", "年", "月", "日", "号", "半", "多", "约", "近", "&nbsp;", "&#x30;", "工(gōng)会(huì)", "g\u01ceng",
    "l、", "O", "二〇〇八年", "上半年", "去年同期", "截至6月底", "正月十五", "比上年增长", "提高到", "共计", "合计", "分别", "同比",
    "，达", "范文二", "篇一", "某某镇总工会2014年工作总结", "\n\n", "\f", "\u2028", "⻄", "人（次）", "（含）", "12 345", "3．5",
    "3。\n5", "——", "百", "千", "万", "亿", "零", "两", "几", "十",
)  # fmt: skip


def raw(data: bytes, chance: random.Random, words: Sequence[bytes] = BYTES, most: int = 8) -> bytes:
    """A few bytes altered, lost, doubled or put in, anywhere."""
    out = bytearray(data)
    for _ in range(chance.randint(1, most)):
        place = chance.randrange(len(out) + 1)
        length = min(chance.choice((1, 2, 4, 16, 64, 512)), len(out) - place)
        match chance.randrange(8):
            case 0 if length:
                out[place] = chance.randrange(256)
            case 1 if length:
                out[place] ^= 1 << chance.randrange(8)
            case 2:
                del out[place : place + length]
            case 3:
                out[place:place] = out[place : place + length] * chance.choice((1, 1, 2, 30))
            case 4:
                out[place : place + 4] = struct.pack(chance.choice(("<I", ">I")), chance.choice(INTERESTING))
            case 5:
                other = chance.randrange(len(out) + 1)
                out[place:place] = out[other : other + length]
            case 6 if chance.random() < 0.2:
                del out[place:]
            case _:
                out[place : place + chance.choice((0, 0, length))] = chance.choice(words) * chance.choice((1, 1, 1, 2, 40))
    return bytes(out)


def of_words(words: Sequence[bytes]) -> Callable[[bytes, random.Random], bytes]:
    """Mutations by the words of a format."""
    return lambda data, chance: raw(data, chance, words if chance.random() < 0.8 else BYTES)


def zip_file(data: bytes, chance: random.Random) -> bytes:
    """A part altered and the file packed again, so that its checksums hold."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = [(info.filename, archive.read(info)) for info in archive.infolist()]
    except (zipfile.BadZipFile, zlib.error, OSError, ValueError, NotImplementedError, EOFError, RuntimeError):
        return raw(data, chance)
    for _ in range(chance.randint(1, 3)):
        place = chance.randrange(len(parts)) if parts else 0
        match chance.randrange(8):
            case 0 if parts:
                del parts[place]
            case 1 if parts:
                parts.append((chance.choice(("../x.txt", "/x.txt", "C:\\x.txt", "a\0b.txt", parts[place][0], "x.zip")), parts[place][1]))
            case _ if parts:
                parts[place] = (parts[place][0], raw(parts[place][1], chance, XML, 4))
            case _:
                parts.append(("a.txt", b"x"))
    target = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(target, "w", chance.choice((zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED))) as archive:
        warnings.simplefilter("ignore")  # of names that occur twice, which is what is wanted
        for name, part in parts:
            archive.writestr(name, part)
    return target.getvalue()


def tar_file(data: bytes, chance: random.Random) -> bytes:
    """A header's field set to what it should not be, its checksum put right; or the stream altered below its packing."""
    packed = data.startswith(b"\x1f\x8b")
    try:
        stream = bytearray(gzip.decompress(data) if packed else data)
    except (OSError, EOFError, zlib.error):
        return raw(data, chance)
    if len(stream) < 512 or chance.random() < 0.3:
        stream = bytearray(raw(bytes(stream), chance))
    else:
        block = chance.randrange(len(stream) // 512) * 512
        start, size = chance.choice(((0, 100), (100, 8), (124, 12), (156, 1), (157, 100), (257, 8), (345, 155)))
        value = chance.choice(
            (b"../x", b"/x", b"7777777777", b"-1", b"\x80" + b"\xff" * 7, b"L", b"x", b"2", b"5", b"6", b"S", b"", b"g", b"K")
        )
        stream[block + start : block + start + size] = value[:size].ljust(size, b"\0")
        stream[block + 148 : block + 156] = b" " * 8
        stream[block + 148 : block + 156] = b"%06o\0 " % sum(stream[block : block + 512])
    return gzip.compress(bytes(stream), 1, mtime=0) if packed else bytes(stream)


def ole_file(data: bytes, chance: random.Random) -> bytes:
    """Numbers of the header, of the chains of sectors, of the directory and of the streams' own heads."""
    out = bytearray(data)
    if len(out) < 1024:
        return raw(data, chance)
    directory = 512 * (1 + int.from_bytes(out[48:52], "little") % (len(out) // 512))
    chains = 512 * (1 + int.from_bytes(out[76:80], "little") % (len(out) // 512))
    for _ in range(chance.randint(1, 4)):
        start, size = chance.choice(((0, 512), (directory, 1024), (chains, 512), (512, 1024), (0, len(out))))
        place = start + chance.randrange(size // 4) * 4
        value = chance.choice((*INTERESTING, chance.randrange(len(out) // 512), chance.randrange(2**32)))
        out[place : place + 4] = struct.pack("<I", value)
    return bytes(out) if chance.random() < 0.8 else raw(bytes(out), chance)


def text(data: bytes, chance: random.Random) -> bytes:
    """Pieces of reports put together, doubled, cut and moved, in one of the encodings."""
    found = data.decode("utf-8", "replace")
    for _ in range(chance.randint(1, 12)):
        place = chance.randrange(len(found) + 1)
        length = chance.choice((1, 3, 10, 40))
        match chance.randrange(6):
            case 0:
                found = found[:place] + found[place + length :]
            case 1:
                found = found[:place] + found[place : place + length] * chance.choice((2, 2, 3, 20)) + found[place:]
            case 2:
                found = (
                    found[:place] + chr(chance.choice((chance.randrange(0x20, 0x250), chance.randrange(0x4E00, 0x9FFF)))) + found[place:]
                )
            case 3:
                found = found[:place] + str(chance.randrange(10 ** chance.randint(1, 40))) + found[place:]
            case _:
                found = found[:place] + "".join(chance.choices(FACTS, k=chance.randint(1, 4))) + found[place:]
    return found[:4000].encode("utf-8", "replace")


def encoded_text(data: bytes, chance: random.Random) -> bytes:
    """As `text`, in any encoding, and half the time with bytes altered."""
    codec = chance.choice(("utf-8", "utf-8-sig", "gb18030", "big5", "utf-16", "utf-16-be", "utf-32"))
    out = text(data, chance).decode("utf-8", "replace").encode(codec, "ignore")
    return raw(out, chance) if chance.random() < 0.5 else out


Mutate = Callable[[bytes, random.Random], bytes]


@dataclass(frozen=True)
class Target:
    """What a reader is fuzzed with: the name its files bear, what they are made from, how they are altered."""

    name: str
    seeds: Callable[[], Sequence[bytes]]
    mutate: Mutate

    @property
    def suffix(self) -> str:
        return "".join(Path(self.name).suffixes)


def _table() -> bytes:
    return comma_separated(ROWS).encode()


SMALL = "青石镇2014年走访困难职工12户。\n"
TARGETS: dict[str, Target] = {
    "txt": Target("a.txt", lambda: [TEXT.encode(), TEXT.encode("gb18030"), SMALL.encode()], encoded_text),
    "csv": Target("a.csv", lambda: [_table(), _table().decode().encode("gb18030"), _table().replace(b",", b"\t")], of_words(TABLE)),
    "docx": Target("a.docx", lambda: [docx(), docx("<w:p><w:r><w:t>75名</w:t></w:r></w:p>")], zip_file),
    "doc": Target("a.doc", lambda: [(DATA / "report.doc").read_bytes()], ole_file),
    "rtf": Target("a.rtf", lambda: [rtf(), rtf(["12户"])], of_words(RTF)),
    "pdf": Target("a.pdf", lambda: [pdf(packed=False), pdf(), pdf(["走访困难职工12户。"], packed=False), pdf(password="x")], of_words(PDF)),
    "html": Target("a.html", lambda: [html().encode(), html(["12户", "a\tb"]).encode("gb18030")], of_words(HTML)),
    "mht": Target("a.mht", lambda: [mht(html().encode()), mht(b"<html><p>12</html>")], of_words((*MAIL, *HTML))),
    "eml": Target("a.eml", lambda: [mail(), mail("12户\n", {"a.txt": b"12", "报告.eml": mail("x\n")})], of_words(MAIL)),
    "xlsx": Target("a.xlsx", lambda: [xlsx(ROWS), xlsx([["正文"], ["12户"]])], zip_file),
    "xls": Target("a.xls", lambda: [(DATA / "table.xls").read_bytes()], ole_file),
    "zip": Target("a.zip", lambda: [zipped({"a.txt": b"12", "b/c.zip": zipped({"d.txt": b"3"})}), zipped_gbk({"镇.txt": b"1"})], zip_file),
    "tar": Target("a.tar.gz", lambda: [tarred({"a.txt": SMALL.encode(), "b.txt": b"12"}), tarred({"a.txt": b"12"}, "w")], tar_file),
    "extract": Target("a.txt", lambda: [TEXT.encode(), SMALL.encode(), "".join(FACTS).encode()], text),
}  # fmt: skip


@cache
def seeds(name: str) -> tuple[bytes, ...]:
    """The files that a target begins with."""
    return tuple(TARGETS[name].seeds())


def example(name: str, number: int) -> bytes:
    """File number `number` of a target: one of its seeds, altered once or a few times."""
    chance = random.Random(f"{name} {number}")
    data = chance.choice(seeds(name))
    for _ in range(chance.choice((1, 1, 2, 4))):
        data = TARGETS[name].mutate(data, chance)
    return data
