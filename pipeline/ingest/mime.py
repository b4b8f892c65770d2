"""Parts of MIME messages, which mails and web archives are: their bytes, names and headers, whatever charset they claim."""

from __future__ import annotations

import email
import email.errors
import email.header
import email.message
import email.policy

from pipeline.ingest.encoding import decode, decode_within
from pipeline.ingest.options import MEBI, IngestOptions
from pipeline.ingest.payload import Payload
from pipeline.ingest.reasons import UnreadError

Message = email.message.Message
WIDER = {"gb2312": "gb18030", "gbk": "gb18030", "gb_2312-80": "gb18030", "x-gbk": "gb18030", "cp936": "gb18030", "hz-gb-2312": "hz"}
"""Charsets as mails name them → what holds all that is written under the name."""
UNSEEN = ("utf-7", "hz-gb-2312", "hz")
"""Charsets that write Chinese in plain ASCII."""
LINE_ENDS = (b"\n", b"\r")
MAX_MESSAGE = 128 * MEBI
"""Bytes of a message: the library holds it as text, as lines and as what these are packed from, nine times its bytes at once."""
LINES_PER_PART = 10
"""So many lines may begin as the mark between two parts does for each part that a mail may have."""


def parse(data: bytes, options: IngestOptions) -> Message:
    """The message. The old policy: it gives headers as they came, and never fails on them.

    Raises UnreadError for more bytes, lines and parts than the library takes a bounded memory for.
    """
    if len(data) > MAX_MESSAGE:
        raise UnreadError("too_large", len(data))
    if sum(map(data.count, LINE_ENDS)) > options.max_elements:
        raise UnreadError("too_many_elements", options.max_elements)
    if sum(data.count(end + b"--") for end in LINE_ENDS) > options.max_members * LINES_PER_PART:
        raise UnreadError("too_many_members", options.max_members)
    try:
        return email.message_from_bytes(data, policy=email.policy.compat32)
    except RecursionError:
        raise UnreadError("too_deep", "hundreds of parts") from None


def part_bytes(part: Message) -> bytes:
    """Bytes of a part that is no multipart, its transfer encoding undone."""
    payload = part.get_payload(decode=True)
    return payload if isinstance(payload, bytes) else b""


def part_text(part: Message, payload: Payload, most: int) -> str:
    """Text of a text part, empty where its bytes are none. UTF-7 and HZ show in no byte, so there the message's word is taken.

    Raises UnreadError where it is longer than `most` characters.
    """
    data = part_bytes(part)
    charset = _charset(part)
    if not data.strip():
        return ""
    try:
        return decode_within(data, payload, most, charset if charset in UNSEEN else None).text
    except UnreadError as unread:
        if unread.code != "not_text":
            raise
    except LookupError:
        pass
    return ""


def _charset(part: Message) -> str:
    """What the part says of its encoding, empty where it says nothing that could be a name."""
    try:
        return (part.get_content_charset() or "").lower()
    except ValueError:  # a NUL in the charset that the charset's own name is written in
        return ""


def words(value: str | email.header.Header | None) -> str:
    """A header's text, encoded words and bare GBK bytes undone, on one line."""
    if value is None:
        return ""
    try:
        pieces = email.header.decode_header(value)
    except (email.errors.HeaderParseError, ValueError):
        pieces = [(str(value), None)]
    return " ".join("".join(_piece(*piece) for piece in pieces).split())


def _piece(text: str | bytes, charset: str | None) -> str:
    if isinstance(text, str):
        if text.isascii():
            return text
        text = text.encode("utf-8", "surrogateescape")
    name = (charset or "").lower()
    try:
        if name and name != "unknown-8bit":
            return text.decode(WIDER.get(name, name), "replace")
        return decode(text).text
    except (LookupError, ValueError, UnreadError):  # a charset that does not exist, has a NUL in its name or cannot replace what is wrong
        return text.decode("utf-8", "replace")


def file_name(part: Message) -> str:
    """The name of an attachment, empty where it has none."""
    try:
        name = part.get_filename()
    except (LookupError, ValueError, TypeError):  # a charset that does not exist, parameters that contradict each other
        return ""
    return words(name).replace("\\", "/").rsplit("/", 1)[-1]
