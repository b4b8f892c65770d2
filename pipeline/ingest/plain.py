"""Plain text and Markdown: the decoded bytes as they are. Markdown is not interpreted, for it would eat masks such as `**乡` and `____`."""

from __future__ import annotations

from pipeline.ingest.encoding import decode_payload
from pipeline.ingest.payload import Content, Payload


def read(payload: Payload) -> Content:
    """The text with its newlines untouched, without a byte-order mark. Raises UnreadError where the bytes are no text."""
    decoded = decode_payload(payload)
    return Content(decoded.text, decoded.encoding, decoded.basis, decoded.note)
