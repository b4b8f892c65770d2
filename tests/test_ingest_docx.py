"""What of a Word document is text, and the numbers that stand nowhere in it."""

from __future__ import annotations

import pytest
from ingest_archive import W, docx, paragraph, table

from pipeline.ingest.counting import spell
from pipeline.ingest.docx import read
from pipeline.ingest.options import IngestOptions
from pipeline.ingest.package import xml_events
from pipeline.ingest.payload import Budget, Payload
from pipeline.ingest.reasons import UnreadError
from pipeline.ingest.rules import table as rules

SIGNS = rules("readers.toml")["numbering"]


def text(data: bytes, **limits: object) -> str:
    options = IngestOptions(**limits)  # type: ignore[arg-type]
    return read(Payload("a.docx", data, ".docx", options, Budget(options, len(data)))).text


def run(content: str, properties: str = "") -> str:
    return f"<w:r><w:rPr>{properties}</w:rPr>{content}</w:r>"


def words(content: str) -> str:
    return f"<w:t>{content}</w:t>"


@pytest.mark.parametrize(
    ("inside", "expected"),
    [
        (run(words("甲")) + run(words("乙")), "甲乙"),
        (run(words("甲") + "<w:br/>" + words("乙")), "甲\n乙"),
        (run(words("甲") + "<w:tab/>" + words("乙")), "甲\t乙"),
        (run(words("甲") + "<w:noBreakHyphen/>" + words("乙")), "甲-乙"),
        (run(words("隐"), "<w:vanish/>") + run(words("见")), "见"),
        (run(words("见"), '<w:vanish w:val="0"/>'), "见"),
        ("<w:del>" + run("<w:delText>删</w:delText>") + "</w:del><w:ins>" + run(words("增")) + "</w:ins>", "增"),
        ("<w:moveFrom>" + run(words("走")) + "</w:moveFrom>" + run(words("来")), "来"),
        ("<w:hyperlink>" + run(words("链")) + "</w:hyperlink>", "链"),
        ("<w:sdt><w:sdtContent>" + run(words("控")) + "</w:sdtContent></w:sdt>", "控"),
        (run('<w:fldChar w:fldCharType="begin"/>') + run("<w:instrText>PAGE 9</w:instrText>") + run(words("3")), "3"),
        (
            "<w:ruby><w:rt>" + run(words("guǎn")) + "</w:rt><w:rubyBase>" + run(words("管")) + "</w:rubyBase></w:ruby>",
            "管",
        ),
        (
            "<w:pPr><w:tabs><w:tab/></w:tabs><w:pPrChange><w:pPr><w:numPr><w:numId w:val='7'/></w:numPr></w:pPr></w:pPrChange></w:pPr>"
            + run(words("甲")),
            "甲",
        ),
        (
            run(
                "<w:AlternateContent><w:Choice><w:txbxContent>" + paragraph("框") + "</w:txbxContent></w:Choice>"
                "<w:Fallback><w:txbxContent>" + paragraph("框") + "</w:txbxContent></w:Fallback></w:AlternateContent>"
            )
            + run(words("文")),
            "文\n框",
        ),
    ],
)
def test_what_is_text(inside: str, expected: str) -> None:
    assert text(docx(f"<w:p>{inside}</w:p>")) == expected


def test_tables() -> None:
    body = paragraph("前") + table([["甲", "1"], ["乙", ""]]) + paragraph("后")
    assert text(docx(body)) == "前\n甲\t1\n乙\n后"


def test_a_page_of_text_set_in_a_table_is_no_row() -> None:
    prose = "全年走访困难职工86户，发放慰问金4.3万元、大米120袋。"
    body = f"<w:tbl><w:tr><w:tc>{paragraph('标题')}</w:tc><w:tc>{paragraph(prose) * 2}</w:tc></w:tr></w:tbl>"
    assert text(docx(body)) == f"标题\n{prose}\n{prose}"


def test_a_table_in_a_table() -> None:
    inner = table([["丙", "2"]])
    body = f"<w:tbl><w:tr><w:tc>{paragraph('甲')}</w:tc><w:tc>{inner}{paragraph('')}</w:tc></w:tr></w:tbl>"
    assert text(docx(body)) == "甲\t丙\t2"


def test_numbers_of_styles() -> None:
    numbering = f"""<w:numbering {W}><w:abstractNum w:abstractNumId="1">
    <w:lvl w:ilvl="0"><w:start w:val="3"/><w:numFmt w:val="chineseCounting"/><w:pStyle w:val="H1"/><w:lvlText w:val="第%1章"/></w:lvl>
    <w:lvl w:ilvl="1"><w:numFmt w:val="decimal"/><w:pStyle w:val="H2"/><w:isLgl/><w:lvlText w:val="%1.%2"/></w:lvl></w:abstractNum>
    <w:num w:numId="1"><w:abstractNumId w:val="1"/></w:num></w:numbering>"""
    styles = f"""<w:styles {W}><w:style w:type="paragraph" w:styleId="H1"><w:pPr><w:numPr><w:numId w:val="1"/></w:numPr></w:pPr></w:style>
    <w:style w:type="paragraph" w:styleId="H2"><w:pPr><w:numPr><w:ilvl w:val="1"/><w:numId w:val="1"/></w:numPr></w:pPr></w:style>
    <w:style w:type="paragraph" w:styleId="H3"><w:basedOn w:val="H2"/></w:style>
    <w:style w:type="paragraph" w:styleId="X"><w:basedOn w:val="X"/></w:style></w:styles>"""
    styled = "".join(
        f'<w:p><w:pPr><w:pStyle w:val="{style}"/></w:pPr><w:r><w:t>{name}</w:t></w:r></w:p>'
        for style, name in (("H1", "甲"), ("H2", "乙"), ("H3", "丙"), ("H1", "丁"), ("H2", "戊"), ("X", "己"))
    )
    assert text(docx(styled, numbering, styles)) == "第三章 甲\n3.1 乙\n3.2 丙\n第四章 丁\n4.1 戊\n己"


def test_lists_that_begin_anew_and_bullets() -> None:
    numbering = f"""<w:numbering {W}><w:abstractNum w:abstractNumId="1"><w:lvl w:ilvl="0"><w:start w:val="1"/>
    <w:numFmt w:val="decimal"/><w:lvlText w:val="%1、"/></w:lvl></w:abstractNum>
    <w:abstractNum w:abstractNumId="2"><w:lvl w:ilvl="0"><w:numFmt w:val="bullet"/><w:lvlText w:val="&#xF0B7;"/></w:lvl></w:abstractNum>
    <w:num w:numId="1"><w:abstractNumId w:val="1"/></w:num>
    <w:num w:numId="2"><w:abstractNumId w:val="1"/><w:lvlOverride w:ilvl="0"><w:startOverride w:val="1"/></w:lvlOverride></w:num>
    <w:num w:numId="3"><w:abstractNumId w:val="2"/></w:num></w:numbering>"""
    body = "".join(
        f'<w:p><w:pPr><w:numPr><w:ilvl w:val="0"/><w:numId w:val="{number}"/></w:numPr></w:pPr><w:r><w:t>{name}</w:t></w:r></w:p>'
        for number, name in ((1, "甲"), (1, "乙"), (2, "丙"), (2, "丁"), (3, "戊"), (0, "己"), (99, "庚"))
    )
    assert text(docx(body, numbering)) == "1、甲\n2、乙\n1、丙\n2、丁\n• 戊\n己\n庚"


@pytest.mark.parametrize(
    ("number", "form", "expected"),
    [
        (1, "chineseCounting", "一"),
        (10, "chineseCounting", "十"),
        (12, "chineseCountingThousand", "十二"),
        (20, "chineseCounting", "二十"),
        (101, "chineseCountingThousand", "一百零一"),
        (110, "chineseCountingThousand", "一百一十"),
        (1001, "japaneseCounting", "一千零一"),
        (10010, "chineseCounting", "一万零十"),
        (0, "chineseCounting", "〇"),
        (12, "chineseLegalSimplified", "壹拾贰"),
        (2014, "ideographDigital", "二〇一四"),
        (3, "ideographTraditional", "丙"),
        (3, "ideographZodiac", "寅"),
        (4, "decimalEnclosedCircleChinese", "④"),
        (27, "decimalEnclosedCircle", "27"),
        (12, "decimalFullWidth", "１２"),
        (7, "decimalZero", "07"),
        (4, "lowerRoman", "iv"),
        (1994, "upperRoman", "MCMXCIV"),
        (27, "upperLetter", "AA"),
        (5, "hebrew1", "5"),
        (5, "none", ""),
    ],
)
def test_how_word_counts(number: int, form: str, expected: str) -> None:
    assert spell(number, form, SIGNS) == expected


def test_strict_documents() -> None:
    data = docx(paragraph("甲"))
    strict = b"http://purl.oclc.org/ooxml/wordprocessingml/main"
    import io
    import zipfile

    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    from ingest_archive import zipped

    replaced = {name: part.replace(W.split('"')[1].encode(), strict) for name, part in parts.items()}
    assert text(zipped(replaced)) == "甲"


def test_limits() -> None:
    bomb = docx(paragraph("0" * 3_000_000))
    with pytest.raises(UnreadError, match="ratio"):
        text(bomb, ratio_floor=1_000_000)
    with pytest.raises(UnreadError, match="unpacks_too_large"):
        text(bomb, max_unpacked=1_000_000)
    with pytest.raises(UnreadError, match="too_many_members"):
        text(docx(paragraph("x")), max_members=2)


def test_nesting() -> None:
    def nested(depth: int) -> bytes:
        return docx("<w:tbl><w:tr><w:tc>" * depth + paragraph("底") + "</w:tc></w:tr></w:tbl>" * depth)

    assert text(nested(60)).strip() == "底"
    with pytest.raises(UnreadError, match="too_deep"):
        text(nested(3000))


def test_a_document_type_is_refused_in_utf16_too() -> None:
    part = '<?xml version="1.0" encoding="UTF-16"?><!DOCTYPE w [<!ENTITY a "b">]><w/>'.encode("utf-16")
    with pytest.raises(UnreadError, match="entities"):
        list(xml_events(part, "docx", 99))
