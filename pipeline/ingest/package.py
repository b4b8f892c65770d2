"""Zip files that are one document (.docx, .xlsx): their parts, within the limits, and their XML, without entities or links."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Iterator
from types import TracebackType
from typing import IO
from xml.etree.ElementTree import Element, ParseError

from pipeline.ingest.payload import Payload
from pipeline.ingest.reasons import UnreadError

BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError, ValueError)
"""What the standard library raises for a zip file that is cut short or altered (an unknown method is NotImplementedError)."""
Event = tuple[str, Element]


class Package:
    """An office file's parts by name. Use as a context manager. Raises UnreadError (`damaged`, `too_many_members`, `ratio` …)."""

    def __init__(self, payload: Payload, form: str) -> None:
        self.form = form
        self.budget = payload.budget
        try:
            self.zip = zipfile.ZipFile(io.BytesIO(payload.data))
        except BROKEN:
            raise UnreadError("damaged", form) from None
        if len(self.zip.infolist()) > payload.options.max_members:
            raise UnreadError("too_many_members", payload.options.max_members)

    def __enter__(self) -> Package:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.zip.close()

    def take_all(self) -> None:
        """Draw all parts on the budget, for a reader that unpacks them by itself."""
        self.budget.take(sum(info.file_size for info in self.zip.infolist()))

    def part(self, name: str) -> bytes | None:
        """Bytes of the part `name`, whatever its case, None where there is none."""
        found = next((info for info in self.zip.infolist() if info.filename.lower() == name.lower()), None)
        if found is None:
            return None
        if found.flag_bits & 1:
            raise UnreadError("password")
        self.budget.take(found.file_size)  # zipfile never gives more than this size
        try:
            return self.zip.read(found)
        except BROKEN:
            raise UnreadError("damaged", self.form) from None

    def events(self, name: str) -> Iterator[Event]:
        """Start and end events of the part's XML elements, none where there is no such part."""
        data = self.part(name)
        if data is not None:
            yield from xml_events(io.BytesIO(data), self.form)


def xml_events(source: IO[bytes], form: str) -> Iterator[Event]:
    """Start and end events. Raises UnreadError for a document type or entities (`entities`) and for XML that is none (`damaged`)."""
    from defusedxml import DefusedXmlException  # type: ignore[import-untyped]
    from defusedxml.ElementTree import iterparse  # type: ignore[import-untyped]

    try:
        yield from iterparse(source, ("start", "end"), forbid_dtd=True)
    except DefusedXmlException:
        raise UnreadError("entities") from None
    except ParseError:
        raise UnreadError("damaged", form) from None


def local(element: Element) -> str:
    """An element's name without its namespace: strict and transitional files differ in nothing else that is read here."""
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def attribute(element: Element, name: str) -> str | None:
    """The attribute `name` of any namespace."""
    for key, value in element.attrib.items():
        if key.rpartition("}")[2] == name:
            return value
    return None
