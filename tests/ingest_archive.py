"""One report in every format that is read, made by code: what the tests of the readers compare."""

from __future__ import annotations

import base64
import csv
import io
import tarfile
import zipfile
from collections.abc import Callable, Sequence
from email.message import EmailMessage
from functools import cache
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

DATA = Path(__file__).parent / "data"

Item = tuple[str, int | None]
"""A paragraph and the level of its automatic number, None where it has none."""

TITLE = "青石镇总工会2014年工作总结"
ITEMS: list[Item | list[list[str]]] = [
    (TITLE, None),
    ("2014年，镇总工会在区总工会的领导下，围绕“组织起来、切实维权”的方针，各项工作有了新的进展。现将情况总结如下：", None),
    ("组织建设", 0),
    ("建会情况", 1),
    ("全年新建基层工会23家，累计达到186家，会员12,480人，其中女会员5,310人，占42.5%。", None),
    ("换届选举", 1),
    ("完成换届37家，其中非公企业29家。", None),
    ("维权帮扶", 0),
    ("元旦、春节期间走访困难职工86户，发放慰问金4.3万元、大米120袋。", 2),
    ("“金秋助学”资助学生15名，共计3.75万元。", 2),
    ("下表为各片区情况：", None),
    [["片区", "会员（人）", "慰问金（元）"], ["城东片", "4120", "15000"], ["城西片", "3860", "14000"]],
    ("文体活动", 0),
    (
        "3月8日举办“巾帼风采”演讲比赛，参赛选手32名；5月举办职工篮球赛，18支队伍、216人参加；10月组织“安康杯”知识竞赛，"
        "收回答卷2,300余份，评出一等奖3名、二等奖6名、三等奖10名，并向优秀组织单位发放奖金共8000元。",
        None,
    ),
    ("青石镇总工会", None),
    ("2014年12月28日", None),
]
NUMBERS = {("组织建设", 0): "一、", ("建会情况", 1): "（一）", ("换届选举", 1): "（二）", ("维权帮扶", 0): "二、", ("文体活动", 0): "三、"}
LINES: list[str] = []
"""The report as lines of plain text."""
for _item in ITEMS:
    if isinstance(_item, list):
        LINES += ["\t".join(row) for row in _item]
    else:
        _listed = sum(isinstance(other, tuple) and other[1] == 2 for other in ITEMS[: ITEMS.index(_item) + 1])
        LINES.append(NUMBERS.get(_item, f"{_listed}. " if _item[1] == 2 else "") + _item[0])  # type: ignore[call-overload]
TEXT = "\n".join(LINES) + "\n"

W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
NUMBERING = f"""<w:numbering {W}><w:abstractNum w:abstractNumId="5">
<w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="chineseCountingThousand"/><w:lvlText w:val="%1、"/></w:lvl>
<w:lvl w:ilvl="1"><w:start w:val="1"/><w:numFmt w:val="chineseCounting"/><w:suff w:val="nothing"/><w:lvlText w:val="（%2）"/></w:lvl>
<w:lvl w:ilvl="2"><w:start w:val="1"/><w:numFmt w:val="decimal"/><w:suff w:val="space"/><w:lvlText w:val="%3."/></w:lvl>
</w:abstractNum><w:num w:numId="7"><w:abstractNumId w:val="5"/></w:num></w:numbering>"""


def paragraph(text: str, level: int | None = None) -> str:
    """One paragraph of WordprocessingML."""
    number = f'<w:pPr><w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="7"/></w:numPr></w:pPr>' if level is not None else ""
    return f'<w:p>{number}<w:r><w:t xml:space="preserve">{escape(text)}</w:t></w:r></w:p>'


def table(rows: Sequence[Sequence[str]]) -> str:
    cells = ("".join(f"<w:tc>{paragraph(cell)}</w:tc>" for cell in row) for row in rows)
    return "<w:tbl>" + "".join(f"<w:tr>{row}</w:tr>" for row in cells) + "</w:tbl>"


def docx(body: str | None = None, numbering: str = NUMBERING, styles: str = "", head: str = "") -> bytes:
    """A Word document with the XML `body`, the report where it is None."""
    if body is None:
        body = "".join(table(item) if isinstance(item, list) else paragraph(*item) for item in ITEMS)
    word = "application/vnd.openxmlformats-officedocument.wordprocessingml"
    parts = {
        "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/word/document.xml" ContentType="{word}.document.main+xml"/>'
        f'<Override PartName="/word/numbering.xml" ContentType="{word}.numbering+xml"/>'
        f'<Override PartName="/word/styles.xml" ContentType="{word}.styles+xml"/></Types>',
        "_rels/.rels": '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        f'<Relationship Id="r1" Type="{OFFICE}/officeDocument" Target="word/document.xml"/></Relationships>',
        "word/_rels/document.xml.rels": '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        f'<Relationship Id="r1" Type="{OFFICE}/numbering" Target="numbering.xml"/></Relationships>',
        "word/document.xml": f'<?xml version="1.0" encoding="UTF-8"?>{head}<w:document {W}><w:body>{body}</w:body></w:document>',
        "word/numbering.xml": numbering,
        "word/styles.xml": styles or f"<w:styles {W}/>",
    }
    return zipped({name: text.encode() for name, text in parts.items() if text})


def zipped(files: dict[str, bytes]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return target.getvalue()


def zipped_gbk(files: dict[str, bytes]) -> bytes:
    """A zip file as Chinese Windows writes it: names in GBK, and no flag that says so."""
    stand_ins = {name: "".join(chr(0x61 + number % 26) for _ in name.encode("gbk")) for number, name in enumerate(files)}
    data = zipped({stand_ins[name]: content for name, content in files.items()})
    for name, stand_in in stand_ins.items():
        data = data.replace(stand_in.encode(), name.encode("gbk"))
    return data


def tarred(files: dict[str, bytes], mode: str = "w:gz") -> bytes:
    target = io.BytesIO()
    with tarfile.open(fileobj=target, mode=mode) as archive:  # type: ignore[call-overload]
        for name, data in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return target.getvalue()


def html(lines: Sequence[str] = LINES, charset: str = "gb2312", title: str = TITLE) -> str:
    """The report as a page of a site, with what stands around a text there."""
    rows = ""
    for line in lines:
        if "\t" in line:
            cells = "".join(f"<td>{escape(cell)}</td>" for cell in line.split("\t"))
            rows += f"<table border=1><tr>{cells}</tr></table>"
        else:
            rows += f"<p>&nbsp;&nbsp;{escape(line)}</p>\n"
    return f"""<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Transitional//EN" "http://www.w3.org/TR/xhtml1/DTD/xhtml1-transitional.dtd">
<html><head><meta http-equiv="Content-Type" content="text/html; charset={charset}"><title>{title}_青石区总工会网</title>
<style>p {{ color: red }}</style><script>var n = "<p>共9999人</p>";</script></head><body>
<table><tr><td><a href="/">首页</a> | <a href="/a">组织建设</a></td><td><a href="/b">工会动态</a></td></tr></table>
<div>当前位置：<a href="/">首页</a> &gt; 总结</div><div>发布时间：2015-01-05 来源：青石镇 浏览次数：123</div>
<div id="content">{rows}</div><p style="display:none">隐藏的8888元</p>
<div>上一篇：<a href="/1">河北镇2013年工作总结</a></div><ul><li><a href="/2">城东镇2014年总结</a></li></ul>
<div>版权所有 青石区总工会 京ICP备12345678号</div></body></html>"""


def mht(page: bytes, charset: str = "gb2312") -> bytes:
    body = base64.encodebytes(page).decode()
    return (
        "From: <Saved by Windows Internet Explorer 8>\r\nSubject: =?gb2312?B?x+DKr9Xy?=\r\nMIME-Version: 1.0\r\n"
        'Content-Type: multipart/related; type="text/html"; boundary="XX"\r\n\r\n'
        f'--XX\r\nContent-Type: text/html; charset="{charset}"\r\nContent-Transfer-Encoding: base64\r\n\r\n{body}\r\n--XX--\r\n'
    ).encode()


def rtf(lines: Sequence[str] = LINES) -> bytes:
    r"""The report as Word for Chinese Windows writes it: GBK bytes in hexadecimal, numbers as \listtext, tables as rows."""
    out = [r"{\rtf1\ansi\ansicpg936\deff0{\fonttbl{\f0\fnil\fcharset134 \'cb\'ce\'cc\'e5;}}{\header\pard 2099\par}\viewkind4\uc1\pard\f0"]
    for line in lines:
        if "\t" in line:
            out.append(r"\trowd" + "".join(_rtf(cell) + r"\cell " for cell in line.split("\t")) + r"\row")
            continue
        number = next((label for label in ("一、", "二、", "三、", "（一）", "（二）", "1. ", "2. ") if line.startswith(label)), "")
        label = r"{\listtext\pard\plain " + _rtf(number.strip()) + r"\tab}" if number else ""
        out.append(rf"\pard {label}{_rtf(line.removeprefix(number))}\par")
    return ("\n".join(out) + "}").encode("ascii")


def _rtf(text: str) -> str:
    return "".join(char if char.isascii() else "".join(f"\\'{byte:02x}" for byte in char.encode("gbk")) for char in text)


def pdf(lines: Sequence[str] = LINES, password: str | None = None, pages: int = 1, packed: bool = True) -> bytes:
    """The report set on pages: first lines indented, headers and page numbers, the right edge flush."""
    from reportlab.lib.pagesizes import A4
    from reportlab.lib.pdfencrypt import StandardEncryption
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.cidfonts import UnicodeCIDFont
    from reportlab.pdfgen import canvas

    pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
    target = io.BytesIO()
    secret = StandardEncryption(password, canPrint=0) if password else None
    sheet = canvas.Canvas(target, pagesize=A4, invariant=1, pageCompression=int(packed), encrypt=secret)
    size, left, width, per_page = 12, 90, 34, -(-len(_wrapped(lines, 34)) // pages)
    for number, start in enumerate(range(0, len(_wrapped(lines, width)), per_page), start=1):
        sheet.setFont("STSong-Light", size)
        sheet.drawString(200, 800, "青石镇总工会文件")
        sheet.drawString(290, 30, f"— {number} —")
        for row, (indent, line) in enumerate(_wrapped(lines, width)[start : start + per_page]):
            place = left + indent * size
            for cell in line.split("\t"):
                sheet.drawString(place, 760 - 20 * row, cell)
                place += 10 * size
        sheet.showPage()
    sheet.save()
    return target.getvalue()


CLOSING_MARKS = "。，、；：）”"


def _wrapped(lines: Sequence[str], width: int) -> list[tuple[int, str]]:
    """Lines of print with their indents, each as full as it can be (a Latin letter takes half a place).

    As in print no line begins with a closing mark: pdfium leaves out a line of one character where the system has no Chinese font.
    """
    out: list[tuple[int, str]] = []
    for line in lines:
        indent, taken, row = 2, 2.0, ""
        for char in line:
            step = 0.5 if char.isascii() else 1.0
            if taken + step > width and "\t" not in line and char not in CLOSING_MARKS:
                out.append((indent, row))
                indent, taken, row = 0, 0.0, ""
            taken, row = taken + step, row + char
        out.append((indent, row))
    return out


def mail(text: str = TEXT, attachments: dict[str, bytes] | None = None, charset: str = "gb18030") -> bytes:
    message = EmailMessage()
    message["From"] = "a@example.org"
    message["Subject"] = "报送总结"
    message.set_content(text, charset=charset, cte="base64")
    for name, data in (attachments or {}).items():
        message.add_attachment(data, maintype="application", subtype="octet-stream", filename=name)
    return message.as_bytes()


def comma_separated(rows: Sequence[Sequence[str]]) -> str:
    target = io.StringIO()
    csv.writer(target).writerows(rows)
    return target.getvalue()


def xlsx(rows: Sequence[Sequence[object]]) -> bytes:
    import xlsxwriter

    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True}) as book:
        sheet = book.add_worksheet("汇总")
        for row, cells in enumerate(rows):
            sheet.write_row(row, 0, cells)
    return target.getvalue()


ROWS = [["编号", "乡镇", "正文"], ["1", "青石镇", TEXT], ["2", "河北镇", "河北镇2014年共走访困难职工12户。"]]

FORMATS: dict[str, Callable[[], bytes]] = {
    "a.txt": lambda: TEXT.encode(),
    "b.md": lambda: TEXT.encode("gb18030"),
    "c.docx": docx,
    "d.doc": lambda: (DATA / "report.doc").read_bytes(),
    "e.wps": lambda: (DATA / "report.doc").read_bytes(),
    "f.rtf": rtf,
    "g.pdf": pdf,
    "h.html": lambda: html().encode("gb18030"),
    "i.htm": lambda: html(charset="utf-8").encode(),
    "j.mht": lambda: mht(html().encode("gb18030")),
    "k.doc": rtf,
    "l.doc": lambda: html().encode("gb18030"),
    "m.docx": lambda: TEXT.encode("gb18030"),
}
"""Name → bytes of a file whose lines are LINES; some under a wrong suffix, as they are met."""

TABLES: dict[str, Callable[[], bytes]] = {
    "n.xlsx": lambda: xlsx(ROWS),
    "o.xls": (DATA / "table.xls").read_bytes,
    "p.csv": lambda: comma_separated(ROWS).encode("gb18030"),
}
"""Name → bytes of a table with the report in its first row."""
HOLDERS: dict[str, Callable[[], bytes]] = {
    "q.zip": lambda: zipped({"总结/报告.docx": docx(), "a.txt": TEXT.encode()}),
    "r.tar.gz": lambda: tarred({"总结/报告.docx": docx(), "a.txt": TEXT.encode()}),
    "s.eml": lambda: mail(attachments={"a.txt": TEXT.encode(), "报告.docx": docx()}),
}
"""Name → bytes of a file that has the report inside it twice."""
ENCODINGS: dict[str, tuple[bytes, str]] = {
    "utf-8": (b"", "utf-8"),
    "utf-8-bom": (b"", "utf-8-sig"),
    "gb18030": (b"", "gb18030"),
    "utf-16-le": (b"", "utf-16-le"),
    "utf-16-be": (b"", "utf-16-be"),
    "utf-16-le-bom": (b"\xff\xfe", "utf-16-le"),
    "utf-16-be-bom": (b"\xfe\xff", "utf-16-be"),
    "big5": (b"", "big5"),
}
"""What is met in archives: a mark at the beginning, and the codec of what follows."""
CHARSETS = {"utf-8": "utf-8", "gb18030": "gb2312", "big5": "big5"}
"""Encodings that pages and mails name, and the name that they give them."""


def traditional(text: str) -> str:
    """The text as it is written in Taiwan: what Big5 has characters for."""
    return str(_taiwan().convert(text))


@cache
def _taiwan() -> Any:
    import opencc

    return opencc.OpenCC("s2tw")


def encoded(name: str) -> dict[str, bytes]:
    """The report in one of ENCODINGS, in every format that leaves the choice: file name → bytes."""
    mark, codec = ENCODINGS[name]

    def write(text: str) -> bytes:
        return mark + (traditional(text) if codec == "big5" else text).encode(codec)

    files = {"a.txt": write(TEXT), "b.md": write(TEXT), "c.csv": write(comma_separated(ROWS))}
    files["d.zip"] = zipped({"a.txt": files["a.txt"]})
    files["e.tar.gz"] = tarred({"a.txt": files["a.txt"]})
    if name in CHARSETS:
        page = write(html(charset=CHARSETS[name]))
        body = traditional(TEXT) if codec == "big5" else TEXT
        files |= {"f.html": page, "g.htm": page, "h.mht": mht(page, CHARSETS[name]), "i.eml": mail(body, charset=CHARSETS[name])}
    return files
