"""Web pages (.html): the page's title, its main text and its tables, without menus, scripts and the site's own lines.

Main text is what is left when menus are taken away: lines that consist of links, and short ones with one of the site's own words
(rules/readers.toml). No line of prose is lost by a guess at which part of the page is the article. Links are not followed.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from pipeline.ingest.counting import spell
from pipeline.ingest.encoding import FIRST_CJK, Decoded, decode_within
from pipeline.ingest.options import MEBI
from pipeline.ingest.payload import Content, Payload
from pipeline.ingest.reasons import UnreadError
from pipeline.ingest.rows import row_lines
from pipeline.ingest.rules import State, compiled, content, state

MAX_MARKUP = 16 * MEBI
"""Characters of a page without its embedded pictures; the parser takes time with the square of a tag's attributes."""
MAX_SEPARATORS = 2000
"""Blanks and equals signs in one tag."""
DATA_URI = re.compile(r"data:[\w/+.;=-]{0,100}base64,[A-Za-z0-9+/=\s%]+", re.IGNORECASE | re.ASCII)
DATA_URI_BYTES = re.compile(DATA_URI.pattern.encode(), re.IGNORECASE)
"""The same before decoding. Pages in UTF-16 keep theirs until they are decoded."""
TAG = re.compile(r"<[a-zA-Z][^<>]{4000,}")
_DROPPED = (
    "script style noscript template svg math iframe object embed applet head title nav aside form button select textarea input rt rp "
    "frameset noframes map canvas audio video"
)
_BLOCKS = (
    "address article blockquote body caption center dd details div dl dt fieldset figcaption figure footer h1 h2 h3 h4 h5 h6 header hr "
    "html legend li main ol p pre section summary table tbody td tfoot th thead tr ul"
)
DROPPED = frozenset(_DROPPED.split())
BLOCKS = frozenset(_BLOCKS.split())
LIST_TYPES = {"1": "decimal", "a": "lowerLetter", "A": "upperLetter", "i": "lowerRoman", "I": "upperRoman"}
HIDDEN = re.compile(r"(?:display\s*:\s*none|visibility\s*:\s*hidden|mso-hide\s*:\s*all)", re.IGNORECASE)
OFFICE_PARTS = {"header", "footer"}
"""Titles of the divisions that an office program saves a page's header and footer in."""
BLANKS = re.compile(r"[ \t\r\n\f\v]+")
WRAPPED = re.compile(rf"(?<=[{FIRST_CJK}-\uffef])[ \t]*[\r\n]\s*(?=[{FIRST_CJK}-\uffef])")
"""A line of the source that ends between two Chinese characters, which no blank stands between."""

LINKED_SHARE = 0.7
"""Of a line's letters; such a line is part of a menu where it is short."""


@dataclass(frozen=True, slots=True)
class Site:
    """The words by which a site's own lines are told, as rules/readers.toml has them."""

    words: re.Pattern[str]
    length: int
    title_end: re.Pattern[str]

    def owns(self, line: str) -> bool:
        return len(line) < self.length and self.words.search(line) is not None


@dataclass(slots=True)
class _List:
    """A list that is gone through: the number of its next item, and Word's name for how it counts; empty for bullets."""

    number: int
    form: str

    @classmethod
    def of(cls, element: Any) -> _List:
        if element.tag == "ul":
            return cls(1, "")
        start = element.get("start") or ""
        return cls(int(start) if start.isdecimal() and len(start) < 8 else 1, LIST_TYPES.get(element.get("type") or "", "decimal"))

    def label(self) -> str:
        """What a browser writes before the next item."""
        self.number += 1
        return spell(self.number - 1, self.form, {}) + ". " if self.form else ""


@dataclass(slots=True)
class _Line:
    """A line as it is put together: its text, and how much of it lies in links."""

    parts: list[str] = field(default_factory=list)
    linked: int = 0


def read(payload: Payload) -> Content:
    """Title and main text of a page. Raises UnreadError for what is nested too deep or too large to be a page."""
    decoded = decode_markup(payload.data, payload)
    text = page_text(decoded.text, payload.options.rules)
    return Content(text, decoded.encoding, decoded.basis, decoded.note)


def decode_markup(data: bytes, payload: Payload) -> Decoded:
    """A page's markup without the pictures that are written into it. Raises UnreadError."""
    return decode_within(DATA_URI_BYTES.sub(b"", data), payload, MAX_MARKUP)


def page_text(markup: str, rules: Path | None = None) -> str:
    """Title and main text of the page `markup`."""
    root = _parse(markup)
    if root is None:
        return ""
    site = site_of(rules)
    bodies = root.findall("body") or [root]
    lines = [line for body in bodies for line in _Flow(site).read(body) if not site.owns(line)]
    return "\n".join(_titled(_title(root, site), lines))


def site_of(rules: Path | None) -> Site:
    """That of the own folder `rules` over the shipped one. Raises RuleError."""
    return _site(state("readers.toml", rules))


@lru_cache(maxsize=4)
def _site(of: State) -> Site:
    web = content(of)["web"]
    return Site(compiled(map(re.escape, web["site_words"]), "site_words"), web["site_line"], compiled(web["title_ends"], "title_ends"))


def _parse(markup: str) -> Any:
    """Root element, None where there is none. libxml2 keeps to a depth of 256 and takes linear time but for the attributes of a tag."""
    from lxml import etree  # type: ignore[import-untyped]

    markup = DATA_URI.sub("", markup.replace("\0", ""))
    if len(markup) > MAX_MARKUP:
        raise UnreadError("too_large", len(markup))
    if any(tag[0].count("=") + tag[0].count(" ") > MAX_SEPARATORS for tag in TAG.finditer(markup)):
        raise UnreadError("damaged", "html")
    parser = etree.HTMLParser(encoding="utf-8", huge_tree=False, no_network=True, remove_comments=True, remove_pis=True)
    try:
        root = etree.fromstring(markup.encode("utf-8", "replace"), parser)
    except etree.XMLSyntaxError:  # nothing in it at all
        return None
    if any(entry.type_name == "ERR_RESOURCE_LIMIT" for entry in parser.error_log):
        raise UnreadError("too_deep", 256)
    return root


def _title(root: Any, site: Site) -> str:
    """The page's title without the site's name."""
    found = root.find(".//title")
    text = BLANKS.sub(" ", "".join(found.itertext())).strip() if found is not None else ""
    return site.title_end.split(text)[0].strip()


def _titled(title: str, lines: list[str]) -> list[str]:
    """The lines with the title before them, unless they begin with it. Only a Chinese one: programs make up others."""
    start = "".join("".join(lines[:5]).split())
    if not any(character >= FIRST_CJK for character in title) or "".join(title.split()) in start:
        return lines
    return [title, *lines]


class _Flow:
    """One pass over an element. Lines go to the innermost sink: the page or a table cell."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.sinks: list[list[str]] = [[]]
        self.rows: list[list[Sequence[str]]] = []
        self.line = _Line()
        self.links = 0
        self.lists: list[_List] = []
        self.label = ""
        """Number of a list item, which waits for the item's first line of text."""

    def read(self, element: Any) -> list[str]:
        self._element(element)
        self._break()
        return self.sinks[0]

    def _element(self, element: Any) -> None:
        name = element.tag
        if name in DROPPED or _is_hidden(element):
            return
        if name in BLOCKS or name == "br":
            self._break()
        if name in ("td", "th") and self.rows:
            self._cell(element)
        elif name == "tr":
            self._row(element)
        elif name in ("ol", "ul"):
            self.lists.append(_List.of(element))
            self._content(element)
            self.lists.pop()
        else:
            if name == "li" and self.lists:
                self.label = self.lists[-1].label()
            self._content(element)
        if name in BLOCKS:
            self._break()

    def _row(self, element: Any) -> None:
        self.rows.append([])
        self._content(element)
        self._break()
        self.sinks[-1] += row_lines(self.rows.pop())

    def _cell(self, element: Any) -> None:
        self.sinks.append([])
        self._content(element)
        self._break()
        self.rows[-1].append(self.sinks.pop())

    def _content(self, element: Any) -> None:
        linked = element.tag == "a" and element.get("href") is not None
        self.links += linked
        self._text(element.text, element.tag == "pre")
        for child in element:
            self._element(child)
            self._text(child.tail, element.tag == "pre")
        self.links -= linked

    def _text(self, text: str | None, preformatted: bool) -> None:
        for number, piece in enumerate(text.splitlines() if text and preformatted else [text] if text else []):
            if number:
                self._break()
            self.line.parts.append(piece)
            self.line.linked += _letters(piece) if self.links else 0

    def _break(self) -> None:
        """End the line; one that is nothing but links is part of a menu."""
        line, self.line = self.line, _Line()
        text = BLANKS.sub(" ", WRAPPED.sub("", "".join(line.parts))).strip(" \xa0")
        menu = line.linked >= _letters(text) * LINKED_SHARE > 0 and len(text) < self.site.length
        if text and not text.isspace() and not menu:
            self.sinks[-1].append(self.label + text)
            self.label = ""


def _letters(text: str) -> int:
    return sum(map(str.isalnum, text))


def _is_hidden(element: Any) -> bool:
    if not isinstance(element.tag, str) or element.get("hidden") is not None or HIDDEN.search(element.get("style") or ""):
        return True
    return element.tag == "div" and (element.get("title") or "").lower() in OFFICE_PARTS
