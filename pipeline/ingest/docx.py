"""Word documents (.docx): paragraphs and tables in reading order, with the numbers that Word counts by itself.

Left out, as a reader of the printed page would: what is deleted, moved away or hidden, field codes, comments, headers and footers, the
second copy that drawings carry for old programs, the pronunciation above characters. Links and templates are never opened.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from pipeline.ingest.numbering import OFF, Lists, read_lists
from pipeline.ingest.package import Element, Event, Package, attribute, local
from pipeline.ingest.payload import Content, Payload
from pipeline.ingest.reasons import UnreadError
from pipeline.ingest.rows import row_lines
from pipeline.ingest.rules import table
from pipeline.ingest.styles import Styles, read_styles

SKIPPED = frozenset(
    {"del", "delText", "moveFrom", "instrText", "rt", "Fallback"}
    | {f"{part}Change" for part in ("pPr", "rPr", "tblPr", "trPr", "tcPr", "sectPr", "numbering")}
)
SIGNS = {"tab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "-", "ptab": "\t"}
NOTE_PARTS = (("word/footnotes.xml", "footnote"), ("word/endnotes.xml", "endnote"))


@dataclass(slots=True)
class _Paragraph:
    parts: list[str] = field(default_factory=list)
    list_id: str | None = None
    level: int | None = None
    style: str | None = None
    boxes: list[str] = field(default_factory=list)
    """Lines of the text boxes that are anchored in it."""


def read(payload: Payload) -> Content:
    """Text of the document, one line a paragraph, table rows with tabs, foot- and endnotes behind. Raises UnreadError."""
    with Package(payload, "docx") as package:
        main = _main_part(package)
        styles = read_styles(package.events("word/styles.xml", "style"))
        lists = read_lists(
            package.events("word/numbering.xml", "abstractNum", "num"), table("readers.toml", payload.options.rules)["numbering"]
        )
        room = payload.options.max_chars
        lines = _Flow(styles, lists, room).read(package.events(main))
        for part, _ in NOTE_PARTS:
            lines += _Flow(styles, lists, room).read(package.events(part))
    return Content("\n".join(lines))


def _main_part(package: Package) -> str:
    """Name of the part that holds the document, as the package's relations say."""
    for event, element in package.events("_rels/.rels", "Relationship"):
        if event == "end" and (attribute(element, "Type") or "").endswith("/officeDocument"):
            return (attribute(element, "Target") or "").lstrip("/")
    if package.part("word/document.xml") is None:
        raise UnreadError("damaged", "docx")
    return "word/document.xml"


class _Flow:
    """One pass over a part's elements. Lines go to the innermost sink: the body, a table cell, a text box."""

    def __init__(self, styles: Styles, lists: Lists, most: int) -> None:
        self.styles = styles
        self.lists = lists
        self.most = most
        """Characters that a text may have."""
        self.size = 0
        self.names: list[str] = []
        self.skipping = 0
        self.hidden = False
        self.paragraphs: list[_Paragraph] = []
        self.sinks: list[list[str]] = [[]]
        self.rows: list[list[list[str]]] = []

    def read(self, events: Iterable[Event]) -> list[str]:
        """Lines of the part. Raises UnreadError for XML that is damaged or hostile."""
        for event, element in events:
            name = local(element)
            if event == "start":
                self.names.append(name)
                self.skipping += self._skips(name, element)
                if not self.skipping:
                    self._start(name, element)
                continue
            if not self.skipping:
                self._end(name, element)
            self.skipping -= self._skips(name, element)
            self.names.pop()
        return self.sinks[0]

    def _skips(self, name: str, element: Element) -> bool:
        # the notes that only draw the line above the notes have a type
        return name in SKIPPED or (name in ("footnote", "endnote") and attribute(element, "type") not in (None, "normal"))

    def _start(self, name: str, element: Element) -> None:
        match name:
            case "p":
                self.paragraphs.append(_Paragraph())
            case "r":
                self.hidden = False
            case "tr":
                self.rows.append([])
            case "tc" | "txbxContent":
                self.sinks.append([])
            case "vanish" if self._inside("r", "rPr"):
                self.hidden = attribute(element, "val") not in OFF
            case "pStyle" | "ilvl" | "numId" if self.paragraphs and "pPr" in self.names[-3:]:
                self._property(name, attribute(element, "val"), self.paragraphs[-1])

    def _inside(self, *names: str) -> bool:
        """Whether the element just begun lies directly in these, outermost first."""
        return tuple(self.names[-len(names) - 1 : -1]) == names

    def _property(self, name: str, value: str | None, paragraph: _Paragraph) -> None:
        if name == "pStyle":
            paragraph.style = value
        elif name == "numId":
            paragraph.list_id = value
        elif value and value.isdigit():
            paragraph.level = int(value)

    def _end(self, name: str, element: Element) -> None:
        match name:
            case "t" if self.paragraphs and not self.hidden:
                self.paragraphs[-1].parts.append(element.text or "")
            case "tab" | "br" | "cr" | "noBreakHyphen" | "ptab" if self.paragraphs and self._inside("r"):
                self.paragraphs[-1].parts.append(SIGNS[name])
            case "p" if self.paragraphs:
                self._close(self.paragraphs.pop())
            case "tc" if len(self.sinks) > 1:
                cell = self.sinks.pop()
                if self.rows:
                    self.rows[-1].append(cell)
            case "tr" if self.rows:
                self.sinks[-1] += row_lines(self.rows.pop())
            case "txbxContent" if len(self.sinks) > 1:
                self._box(self.sinks.pop())

    def _box(self, lines: list[str]) -> None:
        if self.paragraphs:
            self.paragraphs[-1].boxes += lines
        else:
            self.sinks[-1] += lines

    def _close(self, paragraph: _Paragraph) -> None:
        text = "".join(paragraph.parts)
        self.size += len(text)
        if self.size > self.most:
            raise UnreadError("too_long", f"at least {self.size}")
        self.sinks[-1] += (self._number(paragraph) + text).split("\n")
        self.sinks[-1] += [line for line in paragraph.boxes if line.strip()]

    def _number(self, paragraph: _Paragraph) -> str:
        style = paragraph.style or self.styles.default
        list_id, level, origin = paragraph.list_id, paragraph.level, style
        if list_id is None:
            list_id, styled, origin = self.styles.numbered(style)
            level = styled if level is None else level
        if list_id is None:
            return ""
        return self.lists.label(list_id, self.lists.level_of_style(list_id, origin) if level is None else level)
