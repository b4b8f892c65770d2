"""Mails (.eml): subject and body as text, attachments as files inside it."""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.ingest.html import MAX_MARKUP, page_text
from pipeline.ingest.mime import Message, file_name, parse, part_bytes, part_text, words
from pipeline.ingest.payload import Content, Member, Payload
from pipeline.ingest.reasons import UnreadError

UNNAMED = "attachment-{number}{suffix}"
SUFFIXES = {"text/plain": ".txt", "text/html": ".html", "message/rfc822": ".eml"}


def read(payload: Payload) -> Content:
    """Subject and body; where there is no body, none of both. Raises UnreadError where the bytes are no mail."""
    message = parse(payload.data, payload.options)
    if not message.keys():
        raise UnreadError("damaged", "eml")
    parts = list(_leaves(message))
    body = next((part for kind in ("text/plain", "text/html") for part in parts if _is_body(part, kind)), None)
    text = _text(body, payload) if body is not None else ""
    members = [_member(part, number, payload) for number, part in enumerate(parts, start=1) if _is_attached(part)]
    subject = words(message["Subject"])
    if text.strip() and subject:
        text = f"{subject}\n{text}"
    return Content(text, members=members, container=not text.strip())


def _leaves(message: Message) -> Iterator[Message]:
    """Parts in their order; a mail inside is one part, not its own parts."""
    waiting = [message]
    while waiting:
        part = waiting.pop()
        content = part.get_payload() if part.is_multipart() else None
        if part.get_content_maintype() == "multipart" and isinstance(content, list):
            waiting += [inner for inner in reversed(content) if isinstance(inner, Message)]
        else:
            yield part


def _is_body(part: Message, kind: str) -> bool:
    return part.get_content_type() == kind and part.get_content_disposition() != "attachment" and not file_name(part)


def _is_attached(part: Message) -> bool:
    """Attachments, and what has a name; not the pictures that the page of the mail shows."""
    if part.get_content_maintype() == "image" and part["Content-ID"] and part.get_content_disposition() != "attachment":
        return False
    return part.get_content_disposition() == "attachment" or bool(file_name(part)) or part.get_content_type() == "message/rfc822"


def _text(part: Message, payload: Payload) -> str:
    if part.get_content_type() == "text/html":
        return page_text(part_text(part, payload, MAX_MARKUP), payload.options.rules)
    return part_text(part, payload, payload.options.max_chars).replace("\r\n", "\n")


def _member(part: Message, number: int, payload: Payload) -> Member:
    def load() -> bytes:
        held = part.get_payload() if part.is_multipart() else None
        inner = held[0] if isinstance(held, list) and held else None
        try:
            data = inner.as_bytes() if isinstance(inner, Message) else part_bytes(part)
        except RecursionError:
            raise UnreadError("too_deep", payload.options.max_depth) from None
        except UnicodeEncodeError:  # Python's own writer of mails fails on bytes that the charset of their part does not have
            raise UnreadError("damaged", "mail") from None
        if len(data) > payload.options.max_bytes:
            raise UnreadError("too_large", len(data))
        payload.budget.take(len(data))
        return data

    suffix = SUFFIXES.get(part.get_content_type(), "")
    return Member(file_name(part) or UNNAMED.format(number=number, suffix=suffix), load)
