"""Zip files that are one document (.docx, .xlsx): their parts, within the limits, and their XML, without entities or links."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from types import TracebackType
from typing import Any

from pipeline.ingest.payload import Payload
from pipeline.ingest.reasons import UnreadError

BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError, ValueError)
"""What the standard library raises for a zip file that is cut short or altered (an unknown method is NotImplementedError)."""
DOCUMENT_TYPE = re.compile(rb"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)
Element = Any
"""An element of lxml, which has no types of its own."""
Event = tuple[str, Element]


class Package:
    """An office file's parts by name. Use as a context manager. Raises UnreadError (`damaged`, `too_many_members`, `ratio` …)."""

    def __init__(self, payload: Payload, form: str) -> None:
        self.form = form
        self.options = payload.options
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

    def part(self, name: str) -> bytes | None:
        """Bytes of the part `name`, whatever its case, None where there is none."""
        found = next((info for info in self.zip.infolist() if info.filename.lower() == name.lower()), None)
        if found is None:
            return None
        if found.flag_bits & 1:
            raise UnreadError("password")
        self.budget.take(found.file_size)  # zipfile never gives more than this size
        if found.file_size > self.options.max_bytes:
            raise UnreadError("too_large", found.file_size)
        try:
            return self.zip.read(found)
        except BROKEN:
            raise UnreadError("damaged", self.form) from None

    def events(self, name: str, *only: str) -> Iterator[Event]:
        """Start and end events of the part's XML elements, of those with the names `only` if given; none where there is no such part."""
        data = self.part(name)
        if data is not None:
            yield from xml_events(data, self.form, self.options.max_elements, only)


def xml_events(data: bytes, form: str, most: int, only: Sequence[str] = ()) -> Iterator[Event]:
    """Start and end events of the elements; nothing is loaded that the data speak of.

    An element is whole at its end, and gone after it, but for those below one of `only`, which go with that one. Raises UnreadError for a
    document type (`entities`), for more than `most` elements, and for XML that is none (`damaged`) or nested over 256 deep (`too_deep`).
    """
    from lxml import etree  # type: ignore[import-untyped]

    if DOCUMENT_TYPE.search(data.replace(b"\0", b"")):  # in UTF-16, too
        raise UnreadError("entities")
    if data.count(b"<") - data.count(b"</") > most:
        raise UnreadError("too_many_elements", most)
    safe = {"resolve_entities": False, "load_dtd": False, "no_network": True, "huge_tree": False}
    kept = 0
    try:
        for event, element in etree.iterparse(io.BytesIO(data), ("start", "end"), remove_comments=True, remove_pis=True, **safe):
            wanted = not only or local(element) in only
            kept += (event == "start") if only and wanted else 0
            if wanted:
                yield event, element
            kept -= (event == "end") if only and wanted else 0
            if event == "end" and not kept:
                _drop(element)
    except etree.XMLSyntaxError as error:
        raise UnreadError(*(("too_deep", 256) if "depth" in str(error) else ("damaged", form))) from None


def _drop(element: Element) -> None:
    """Let go of an element that has ended: emptied, and taken out of its parent by the next one, for the parser hangs on to the last."""
    element.clear(keep_tail=False)
    while element.getprevious() is not None:
        del element.getparent()[0]


def local(element: Element) -> str:
    """An element's name without its namespace: strict and transitional files differ in nothing else that is read here."""
    tag: str = element.tag
    return tag.rpartition("}")[2]


def attribute(element: Element, name: str) -> str | None:
    """The attribute `name` of any namespace."""
    for key, value in element.items():
        if key.rpartition("}")[2] == name:
            return str(value)
    return None
