"""What a file is, told from its content; its name only settles between formats that are all text."""

from __future__ import annotations

import io
import re

from pipeline.ingest.encoding import FIRST_CJK, decode
from pipeline.ingest.ole import SIGNATURE as OLE
from pipeline.ingest.ole import ole_kind
from pipeline.ingest.reasons import UnreadError

PICTURES = (
    (b"\x89PNG\r\n\x1a\n", "PNG"),
    (b"\xff\xd8\xff", "JPEG"),
    (b"GIF87a", "GIF"),
    (b"GIF89a", "GIF"),
    (b"II*\0", "TIFF"),
    (b"MM\0*", "TIFF"),
    (b"\0\0\1\0", "icon"),
    (b"8BPS", "Photoshop"),
)
FOREIGN = (
    (b"Rar!\x1a\x07", "A RAR archive"),
    (b"7z\xbc\xaf\x27\x1c", "A 7z archive"),
    (b"\x7fELF", "A program"),
    (b"ID3", "A sound"),
    (b"OggS", "A sound"),
    (b"fLaC", "A sound"),
    (b"SQLite format 3\0", "A database"),
    (b"\0\1\0\0Standard", "An Access database"),
    (b"%!PS", "PostScript"),
    (b"AT&TFORM", "DjVu"),
    (b"\xffWPC", "WordPerfect"),
    (b"\x31\xbe\0\0", "A Word file older than Word 97"),
    (b"%CAJ", "CAJ"),
)
ZIP = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
TAR_PACKED = (b"\x1f\x8b", b"\xfd7zXZ\0")
BZ2 = re.compile(rb"BZh[1-9]1AY&SY")
ZIP_KINDS = (
    # a part that only this kind has → the format, or the name of one that is not read
    ("word/", "docx", None),
    ("xl/worksheets/", "xlsx", None),
    ("xl/", None, "A binary workbook"),
    ("ppt/", None, "PowerPoint"),
    ("ofd.xml", None, "OFD"),
    ("meta-inf/manifest.xml", None, "OpenDocument"),
    ("meta-inf/container.xml", None, "EPUB"),
)
TEXT_SUFFIXES = {
    ".txt": "txt",
    ".text": "txt",
    ".log": "txt",
    ".asc": "txt",
    "": "txt",
    ".md": "md",
    ".markdown": "md",
    ".csv": "csv",
    ".tsv": "csv",
    ".html": "html",
    ".htm": "html",
    ".shtml": "html",
    ".xhtml": "html",
    ".mht": "mht",
    ".mhtml": "mht",
    ".eml": "eml",
}
PLAIN = ("txt", "md", "csv")
"""Read by code of this program and of the language alone."""
OTHER_SUFFIXES = {".doc", ".docx", ".docm", ".dot", ".wps", ".wpt", ".rtf", ".pdf", ".xls", ".xlsx", ".et", ".zip", ".tar", ".gz", ".tgz"}
"""Formats that are read but are no text: a text under such a name is often a text all the same."""
HEAD = 4096
SAMPLE = 1 << 20
"""Bytes that tell whether what has a suffix of other formats is a text."""
HTML_START = re.compile(
    rb"\s*(?:<\?xml[^>]*>\s*|<!--(?:(?!-->).)*-->\s*)*<(?:!doctype\s+html|html[\s>]|head[\s>])", re.IGNORECASE | re.DOTALL
)
WORD_XML = re.compile(rb"<\?mso-application|<w:wordDocument|<pkg:package", re.IGNORECASE)
MAIL_HEADER = re.compile(rb"(?:[A-Za-z][A-Za-z0-9-]{1,40}:[^\n]*\n(?:[ \t][^\n]*\n)*){2}")
MIME_MARK = re.compile(rb"^(?:mime-version|message-id|received|return-path):", re.IGNORECASE | re.MULTILINE)
WEB_ARCHIVE = re.compile(rb"^content-type:\s*multipart/related", re.IGNORECASE | re.MULTILINE)


def sniff(data: bytes, suffix: str) -> str:
    """Format of `data`, a key of `formats.READERS`; `suffix` is the name's, lower case. Raises UnreadError for what is not read."""
    _refuse_foreign(data)
    return _binary(data, suffix) or _markup(data, suffix) or _text(data, suffix)


def is_plain(head: bytes, suffix: str) -> bool:
    """Whether a file is a text as it lies there, by its name and its first HEAD bytes: no library reads it then."""
    if TEXT_SUFFIXES.get(suffix) not in PLAIN or head.startswith((OLE, *ZIP)):
        return False
    try:
        return _binary(head, suffix) is None and _markup(head, suffix) is None
    except UnreadError:
        return False


def _refuse_foreign(data: bytes) -> None:
    for signature, name in PICTURES:
        if data.startswith(signature):
            raise UnreadError("picture", name)
    if data[:2] == b"BM" and data[6:10] == bytes(4) and data[14:18] in (b"(\0\0\0", b"|\0\0\0", b"l\0\0\0", b"\x0c\0\0\0"):
        raise UnreadError("picture", "BMP")
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        raise UnreadError("picture", "WebP")
    if data[:4] == b"RIFF" or data[4:8] == b"ftyp":
        raise UnreadError("unsupported", "A sound or film")
    if data[:2] == b"MZ" and b"PE\0\0" in data[:HEAD]:
        raise UnreadError("unsupported", "A program")
    for signature, name in FOREIGN:
        if data.startswith(signature):
            raise UnreadError("unsupported", name)


def _binary(data: bytes, suffix: str) -> str | None:
    """Formats with a signature."""
    head = data[:HEAD]
    if data.startswith(OLE):
        kind = ole_kind(data, suffix)
        return "wps" if kind == "doc" and suffix in (".wps", ".wpt") else kind
    if data.startswith(ZIP):
        return _zip_kind(data, suffix)
    if b"%PDF-" in head[:1024]:
        return "pdf"
    if head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{\\rtf"):
        return "rtf"
    if data.startswith(TAR_PACKED) or BZ2.match(head) or data[257:262] == b"ustar":
        return "tar"
    return None


def _zip_kind(data: bytes, suffix: str) -> str:
    import zipfile  # with all that it imports, a third of the time that it takes to import this package

    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = [name.replace("\\", "/").lower() for name in archive.namelist()]
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        return _cut_zip(data, suffix)
    if "[content_types].xml" in names or "mimetype" in names or any(name.endswith("ofd.xml") for name in names):
        for part, form, foreign in ZIP_KINDS:
            if any(name.startswith(part) for name in names):
                if form is None:
                    raise UnreadError("unsupported", foreign)
                return form
    return "zip"


def _cut_zip(data: bytes, suffix: str) -> str:
    """A zip file without its table of contents: the reader of its format will say that it is damaged."""
    if b"[Content_Types].xml" in data[:HEAD] or b"word/" in data[:HEAD]:
        return "xlsx" if b"xl/" in data or suffix == ".xlsx" else "docx"
    return {".docx": "docx", ".xlsx": "xlsx"}.get(suffix, "zip")


def _markup(data: bytes, suffix: str) -> str | None:
    """HTML and MIME, whatever the name: web pages are saved as .doc and .xls, too."""
    head = data[:HEAD].replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe")
    if HTML_START.match(head):
        return "html"
    if WORD_XML.search(head):
        raise UnreadError("unsupported", "Word 2003 XML")
    if MAIL_HEADER.match(head.replace(b"\r\n", b"\n").lstrip(b"\n")):
        if suffix in (".eml", ".mht", ".mhtml"):
            return TEXT_SUFFIXES[suffix]
        if MIME_MARK.search(head):
            return "mht" if WEB_ARCHIVE.search(head) else "eml"
    return None


def _text(data: bytes, suffix: str) -> str:
    if suffix in (".eml", ".mht", ".mhtml"):
        raise UnreadError("wrong_suffix", suffix)
    if suffix in TEXT_SUFFIXES:
        return TEXT_SUFFIXES[suffix]
    if suffix not in OTHER_SUFFIXES:
        raise UnreadError("unsupported", f"A {suffix} file")
    sample = decode(data[:SAMPLE]).text
    if sum(character >= FIRST_CJK for character in sample) * 5 < len(sample):
        raise UnreadError("wrong_suffix", suffix)
    return "csv" if suffix in (".xls", ".xlsx", ".et") else "txt"
