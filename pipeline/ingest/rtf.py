"""Rich text (.rtf): its text by way of striprtf, with what that leaves open set right first."""

from __future__ import annotations

import re

from pipeline.ingest.options import MEBI
from pipeline.ingest.payload import Content, Payload
from pipeline.ingest.reasons import UnreadError
from pipeline.ingest.rules import table

BYTES = re.compile(r"((?:\\'[0-9a-fA-F]{2})+)([@-\[\]-z|~])")
"""Bytes in hexadecimal and a plain character behind them, which is the second half of a Chinese one where their number is odd."""
FIELD_CODE = re.compile(r"\\fldinst\b")
PICTURE = re.compile(rb"(?<!['0-9a-fA-F\r\n])[0-9a-fA-F\r\n]{4096,}+")
"""A picture's bytes in hexadecimal: no text is so long without a blank."""
MAX_MARKUP = 64 * MEBI
"""Bytes without pictures: striprtf holds nine times as much."""
MAX_FONT_TABLE = 200_000
"""Characters."""
FONT = re.compile(r"\\f(\d{1,9})(?!\d)")
CHARSET = re.compile(r"\\fcharset(\d{1,9})(?!\d)")
CELL_END = "|"
LABEL = re.compile(r"(\{\\(?:listtext|pntext)\b[^{}]*?)\\tab ?\}")
"""An automatic number, which Word writes with a tab behind it."""
MARK = "\x02"
"""Stands for that tab on the way through striprtf."""
CHARACTER = re.compile(r"\\'[0-9a-fA-F]{2}|\\u-?\d")
MANY_CHARACTERS = 300
"""Characters of a file, with those of its font names and styles, above which it is no empty document."""
CUT_NOTE = "cut_short: The file ends before the document does; what it holds was read."


def read(payload: Payload) -> Content:
    """Text with table cells parted by tabs; headers and footers dropped. Raises UnreadError for what is hostile or too large."""
    from striprtf.striprtf import font_table_group, rtf_to_text

    data = PICTURE.sub(b" ", payload.data)
    if len(data) > MAX_MARKUP:
        raise UnreadError("too_large", len(data))
    source = data.decode("latin-1")
    if len(font_table_group(source)) > MAX_FONT_TABLE:  # type: ignore[no-untyped-call]
        raise UnreadError("damaged", "rtf")
    source = _plain_fonts(source, font_table_group(source))  # type: ignore[no-untyped-call]
    source = LABEL.sub(rf"\1{MARK}}}", BYTES.sub(_whole_character, source))
    # without its code no field is a link, for which striprtf would put the address into the text
    source = FIELD_CODE.sub(r"\\fldtype", source)
    try:
        text: str = rtf_to_text(source, encoding="gb18030", errors="replace")  # type: ignore[no-untyped-call]
    except (ValueError, OverflowError, TypeError, LookupError):  # numbers of control words that are none, or out of range
        raise UnreadError("damaged", "rtf") from None
    if not text.strip() and len(CHARACTER.findall(source)) > MANY_CHARACTERS:
        raise UnreadError("damaged", "rtf")
    closing = table("readers.toml", payload.options.rules)["numbering"]["closed_by"]
    lines = "\n".join(_line(line, closing) for line in text.split("\n"))
    return Content(lines, note=None if source.rstrip("\0\r\n ").endswith("}") else CUT_NOTE)


def _plain_fonts(source: str, group: str) -> str:
    """`source` with nothing in its table of fonts but their numbers and charsets.

    striprtf's pattern for the table takes time with the fourth power of its length where fonts have no names: 2,000 bytes took a minute.
    """
    if not group:
        return source
    _, *rest = FONT.split(group)
    charsets = [(number, CHARSET.search(content)) for number, content in zip(rest[::2], rest[1::2], strict=True)]
    fonts = "".join(f"{{\\f{number}\\fcharset{found[1]} x;}}" for number, found in charsets if found)
    return source.replace(group, f"{{\\fonttbl{fonts}}}", 1)


def _whole_character(match: re.Match[str]) -> str:
    """The plain second byte of a double-byte character in hexadecimal, too: `\\'81A` → `\\'81\\'41`."""
    lead = False
    for pair in match[1].lower().split("\\'")[1:]:
        lead = not lead and int(pair, 16) > 0x80
    return f"{match[1]}\\'{ord(match[2]):02x}" if lead else match[0]


def _line(line: str, closing: str) -> str:
    """A table row, or a paragraph with an automatic number, as it is written for all formats."""
    if MARK in line:
        label, _, rest = line.partition(MARK)
        return label.lstrip(" ") + ("" if label[-1:] in closing else " ") + rest.replace(MARK, "")
    if line.endswith(CELL_END):
        return "\t".join(cell.strip() for cell in line[:-1].split(CELL_END)).rstrip("\t")
    return line
