"""Pages → paragraphs, on glyphs set by hand."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from ingest_archive import LINES, pdf

from pipeline.ingest import pdf as reader
from pipeline.ingest.layout import Glyph, Page, paragraphs
from pipeline.ingest.options import IngestOptions
from pipeline.ingest.payload import Budget, Payload
from pipeline.ingest.reasons import UnreadError

EM = 10.0
HEIGHT = 800.0
WIDTH = 400.0
WIDE = "全年走访困难职工八十六户发放慰问金四万元"
"""A full line: twenty characters."""


def line(text: str, row: float, indent: float = 0) -> list[Glyph]:
    """Glyphs of a line, a Latin letter half as wide as a Chinese character."""
    left, glyphs = 100 + indent * EM, []
    for character in text:
        width = EM / 2 if character.isascii() else EM
        if character != "\t":
            glyphs.append(Glyph(character, left, left + width, row, row + EM))
        left += 4 * EM if character == "\t" else width
    return glyphs


def page(*rows: tuple[str, float] | str, top: float = 200, step: float = 16) -> Page:
    glyphs: list[Glyph] = []
    for number, row in enumerate(rows):
        text, indent = (row, 0.0) if isinstance(row, str) else row
        glyphs += line(text, top + number * step, indent)
    return Page(glyphs, WIDTH, HEIGHT)


def test_lines_of_a_paragraph_are_joined() -> None:
    indented = ("全年走访困难职工八十六户发放慰问金四", 2)
    assert paragraphs([page(indented, WIDE, "三户。", indented, "三户。")]) == [indented[0] + WIDE + "三户。", indented[0] + "三户。"]


def test_paragraphs_go_over_pages() -> None:
    first = page(("全年走访困难职工八十六户发放慰问金四", 2), WIDE)
    second = page("三户。", ("二、其他", 2))
    assert paragraphs([first, second]) == ["全年走访困难职工八十六户发放慰问金四" + WIDE + "三户。", "二、其他"]


def test_page_numbers_and_headers_are_dropped() -> None:
    pages = []
    for number in range(1, 5):
        body = page((f"第{number}件事", 2), WIDE, "三户。")
        furniture = line("青石镇总工会文件", 40) + line(f"— {number} —", 770, 9) + line(f"第 {number} 页 共 4 页", 780)
        pages.append(Page([*body.glyphs, *furniture], WIDTH, HEIGHT))
    assert paragraphs(pages) == [text for number in range(1, 5) for text in (f"第{number}件事", WIDE + "三户。")]


def test_a_number_in_the_middle_of_a_page_is_text() -> None:
    assert paragraphs([page(("共有", 2), ("12", 2))]) == ["共有", "12"]


def test_cells_and_words() -> None:
    assert paragraphs([page(("片区\t会员\t慰问金", 0), ("Word 2003版", 0))]) == ["片区\t会员\t慰问金", "Word 2003版"]


def test_quotation_marks_stand_where_they_are_printed() -> None:
    glyphs = line("围绕“组织起来”的方针", 200)
    mixed = [glyph for glyph in glyphs if glyph.text not in "“”"] + [glyph for glyph in glyphs if glyph.text in "“”"]
    assert paragraphs([Page(mixed, WIDTH, HEIGHT)]) == ["围绕“组织起来”的方针"]


def test_bold_by_printing_twice() -> None:
    twice = [Glyph(g.text, g.left + shift, g.right + shift, g.top, g.bottom) for g in line("一一得一", 200) for shift in (0, 0.5)]
    assert paragraphs([Page(twice, WIDTH, HEIGHT)]) == ["一一得一"]


def test_paragraphs_with_space_between_them() -> None:
    """No indents: a full line that ends with a full stop goes on, for the next paragraph would stand further off."""
    stop = WIDE[:-1] + "。"
    rows: Sequence[tuple[str, float]] = [(stop, 200), ("又走访三户。", 216), (WIDE, 250), ("三户。", 266), (stop, 300), ("完。", 316)]
    glyphs = [glyph for text, row in rows for glyph in line(text, row)]
    assert paragraphs([Page(glyphs, WIDTH, HEIGHT)]) == [stop + "又走访三户。", WIDE + "三户。", stop + "完。"]


def test_no_pages() -> None:
    assert paragraphs([]) == []
    assert paragraphs([Page([], WIDTH, HEIGHT)]) == []


def payload(data: bytes, **limits: object) -> Payload:
    options = IngestOptions(**limits)  # type: ignore[arg-type]
    return Payload("a.pdf", data, ".pdf", options, Budget(options, len(data)))


@pytest.mark.parametrize("pages", [2, 3, 5])
def test_a_document_on_several_pages(pages: int) -> None:
    assert reader.read(payload(pdf(pages=pages))).text.split("\n") == LINES


def test_limits() -> None:
    data = pdf(pages=3)
    with pytest.raises(UnreadError, match="too_many_pages"):
        reader.read(payload(data, max_pages=2))
    with pytest.raises(UnreadError, match="too_long"):
        reader.read(payload(data, max_chars=100))
