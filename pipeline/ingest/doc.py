"""Word 97–2003 documents (.doc, and .wps of WPS Office, which is the same file under another name).

The document is turned into a .docx and read as one, so that lists and tables come out alike. A file that the converter will not have
(it checks pictures and page layout too) is read once more for its bare text.
"""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path

from pipeline.ingest import docx, word97
from pipeline.ingest.payload import Content, Payload
from pipeline.ingest.reasons import UnreadError

BARE_NOTE = "bare_text: The file is damaged or unusual; only its bare text was read, without the automatic numbers of its lists."


def read(payload: Payload) -> Content:
    """Text of the document as `docx.read` gives it. Raises UnreadError."""
    word97.check(payload.data)
    converted = _converted(payload)
    if converted is not None:
        return docx.read(replace(payload, data=converted))
    return Content(word97.bare_text(payload.data), note=BARE_NOTE)


def _converted(payload: Payload) -> bytes | None:
    """The document as .docx, None where the converter refuses it."""
    from doc2docx import convert  # type: ignore[import-untyped]
    from doc2docx.errors import Doc2DocxError, EncryptedDocumentError  # type: ignore[import-untyped]

    with tempfile.TemporaryDirectory(prefix="taizhang-") as folder:
        source, target = Path(folder) / "in.doc", Path(folder) / "out.docx"
        source.write_bytes(payload.data)
        try:
            convert(source, target)
        except EncryptedDocumentError:
            raise UnreadError("password") from None
        except (Doc2DocxError, ValueError, ArithmeticError, LookupError, RecursionError):
            return None  # it does not foresee every oddity of real files; the bare text does not need what it stumbled over
        return target.read_bytes()
