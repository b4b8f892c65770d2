"""PDF with a text layer, by way of PDFium: the glyphs and their places, from which `layout` makes paragraphs.

PDFium's own text has Chinese quotation marks out of order and blanks between Chinese and digits, for it goes by the order in which a file
draws and guesses at gaps; the places of the glyphs are sound.
"""

from __future__ import annotations

import ctypes
import math
from collections import Counter
from collections.abc import Iterator
from typing import Any

from pipeline.ingest import inflation
from pipeline.ingest.encoding import is_bad
from pipeline.ingest.layout import Glyph, Page, paragraphs
from pipeline.ingest.payload import Content, Payload
from pipeline.ingest.reasons import UnreadError

LEAST_PER_PAGE = 5
"""Characters a page below which a document with pictures on its pages counts as scanned."""
MAX_UNMAPPED = 0.3
MAX_PAGES_TOLD = 10


def read(payload: Payload) -> Content:
    """The document's paragraphs, one a line. Raises UnreadError (`scanned`, `password`, `too_many_pages`, `unmapped`, `damaged`)."""
    pages = _pages(payload)
    counts = [sum(not glyph.text.isspace() for glyph in page.glyphs) for page in pages]
    if sum(counts) < LEAST_PER_PAGE * len(pages):
        raise UnreadError("scanned")
    if sum(is_bad(glyph.text) for page in pages for glyph in page.glyphs) > sum(counts) * MAX_UNMAPPED:
        raise UnreadError("unmapped")
    blank = [number for number, count in enumerate(counts, start=1) if not count]
    text = "\n".join(paragraphs(pages, payload.options.rules))
    return Content(text, note=_note(blank))


def _note(blank: list[int]) -> str | None:
    if not blank:
        return None
    told = ", ".join(map(str, blank[:MAX_PAGES_TOLD])) + (" …" if len(blank) > MAX_PAGES_TOLD else "")
    return f"pages_without_text: No text layer on the pages {told}; they may be scanned."


def _pages(payload: Payload) -> list[Page]:
    import pypdfium2  # type: ignore[import-untyped]

    inflation.check(payload.data, payload.options)
    try:
        document = pypdfium2.PdfDocument(payload.data)
    except pypdfium2.PdfiumError as error:
        raise UnreadError("password" if "password" in str(error).lower() else "damaged", "PDF") from None
    with document:
        if len(document) > payload.options.max_pages:
            raise UnreadError("too_many_pages", len(document))
        pages, total = [], 0
        for index in range(len(document)):
            try:
                page = document[index]
            except pypdfium2.PdfiumError:
                raise UnreadError("damaged", "PDF") from None
            pages.append(_page(page, payload.options.max_chars - total))
            total += len(pages[-1].glyphs)
    return pages


def _page(page: Any, room: int) -> Page:
    """Glyphs of a page, turned so that its lines run to the right; a watermark that runs askew is left out."""
    text_page = page.get_textpage()
    try:
        count = text_page.count_chars()
        if count > room:
            raise UnreadError("too_long", count)
        width, height = page.get_size()
        glyphs = list(_glyphs(text_page.raw, count))
    finally:
        text_page.close()
        page.close()
    turns = Counter(turn for turn, _ in glyphs if turn is not None)
    turn = turns.most_common(1)[0][0] if turns else 0
    upright = [_turned(glyph, turn) for found, glyph in glyphs if found == turn]
    if not turn:
        return Page([_moved(glyph, height) for glyph in upright], width, height)
    # the page's own edges are of no use then
    top = min((glyph.top for glyph in upright), default=0.0)
    bottom = max((glyph.bottom for glyph in upright), default=1.0)
    right = max((glyph.right for glyph in upright), default=1.0)
    return Page([_moved(glyph, -top) for glyph in upright], right, max(bottom - top, 1.0))


def _moved(glyph: Glyph, shift: float) -> Glyph:
    return Glyph(glyph.text, glyph.left, glyph.right, glyph.top + shift, glyph.bottom + shift)


def _glyphs(raw: Any, count: int) -> Iterator[tuple[int | None, Glyph]]:
    """Each glyph that the file draws, with the quarter turns it stands at, None askew; y downwards from 0."""
    import pypdfium2.raw as pdfium  # type: ignore[import-untyped]

    box = pdfium.FS_RECTF()
    for index in range(count):
        code = pdfium.FPDFText_GetUnicode(raw, index)
        if (
            code < 0x20
            or pdfium.FPDFText_IsGenerated(raw, index) == 1
            or not pdfium.FPDFText_GetLooseCharBox(raw, index, ctypes.byref(box))
        ):
            continue
        quarter = pdfium.FPDFText_GetCharAngle(raw, index) / (math.pi / 2)
        turn = round(quarter) % 4 if abs(quarter - round(quarter)) < 0.05 else None
        text = chr(code) if code < 0x110000 and not 0xD800 <= code < 0xE000 else "\ufffd"
        yield turn, Glyph(text, box.left, box.right, -box.top, -box.bottom)


def _turned(glyph: Glyph, turn: int) -> Glyph:
    """The glyph turned back by quarter turns (counter-clockwise ones of the page)."""
    left, right, top, bottom = glyph.left, glyph.right, glyph.top, glyph.bottom
    for _ in range(turn):
        left, right, top, bottom = -bottom, -top, left, right
    return Glyph(glyph.text, left, right, top, bottom)
