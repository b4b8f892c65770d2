"""Web archives (.mht, and Word's «single file web page»): the page in it, read as any page."""

from __future__ import annotations

from pipeline.ingest.html import decode_markup, page_text
from pipeline.ingest.mime import Message, parse, part_bytes
from pipeline.ingest.payload import Content, Payload
from pipeline.ingest.reasons import UnreadError


def read(payload: Payload) -> Content:
    """Title and main text of the archive's page. Raises UnreadError where there is none."""
    page = _page(parse(payload.data, payload.options))
    if page is None:
        raise UnreadError("damaged", "mht")
    decoded = decode_markup(part_bytes(page), payload)
    return Content(page_text(decoded.text, payload.options.rules), decoded.encoding, decoded.basis, decoded.note)


def _page(message: Message) -> Message | None:
    """The part that the archive names as its root, else its first page; the others are frames, headers and footers."""
    pages = [part for part in message.walk() if part.get_content_type() in ("text/html", "application/xhtml+xml")]
    start = message.get_param("start")
    return next((page for page in pages if start and page["Content-ID"] == start), pages[0] if pages else None)
