"""Glyphs on pages → paragraphs: lines put together by their places, page furniture dropped, paragraphs rejoined over lines and pages.

All lengths are in ems (the size of the page's commonest glyphs) where not said otherwise; x runs to the right, y downwards.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from statistics import median

from pipeline.ingest.rules import State, compiled, content, state

SAME_LINE = 0.5
"""Ems that the middles of two glyphs of one line may lie apart."""
CELL_GAP = 1.6
"""Ems between glyphs from which they are cells of a table."""
WORD_GAP = 0.15
"""Ems between Latin letters from which they are words."""
OVERPRINT = 0.3
"""Ems within which the same character drawn twice is one, printed bold."""
FULL = 3.4
"""Ems that a full line may lack at its end: no line begins with `》、`, so up to three characters are drawn down with them."""
FULL_AT_STOP = 1.4
"""Ems that it may lack where it ends with a full stop, behind which nothing is drawn down."""
INDENT = 0.9
"""Ems from the left edge from which a line is indented."""
SPREAD = 1.35
"""Times the usual distance of lines from which there is a space between paragraphs."""
EDGE = 0.14
"""Share of the page's height, at its top and foot, in which headers and page numbers stand."""
FURNITURE_SHIFT = 0.01
"""Share of the page's height by which a header may move from page to page."""
DIGITS = re.compile(r"\d+")


@dataclass(frozen=True, slots=True)
class Glyph:
    """One character and its box, in points."""

    text: str
    left: float
    right: float
    top: float
    bottom: float


@dataclass(frozen=True, slots=True)
class Page:
    """What stands on a page, and its size in points."""

    glyphs: Sequence[Glyph]
    width: float
    height: float


@dataclass(slots=True)
class Line:
    """A line of text with its place; `top` and `bottom` as shares of the page's height for the edges, in points for distances."""

    text: str
    left: float
    right: float
    middle: float
    height: float
    page: int
    page_height: float

    @property
    def place(self) -> float:
        return self.middle / self.page_height


@dataclass(frozen=True, slots=True)
class Habits:
    """How the document sets its paragraphs."""

    left: float
    right: float
    em: float
    distance: float
    indents: bool
    spaced: bool
    """Paragraphs have space between them."""


@dataclass(frozen=True, slots=True)
class Signs:
    """What rules/readers.toml says of pages."""

    number: re.Pattern[str]
    start: re.Pattern[str]
    stops: frozenset[str] = field(default_factory=frozenset)


def signs_of(rules: Path | None) -> Signs:
    """Those of the own folder `rules` over the shipped ones. Raises RuleError."""
    return _signs(state("readers.toml", rules))


@lru_cache(maxsize=4)
def _signs(of: State) -> Signs:
    pages = content(of)["pages"]
    number = compiled(pages["numbers"], "numbers", re.VERBOSE | re.IGNORECASE)
    return Signs(number, compiled(pages["starts"], "starts", re.VERBOSE), frozenset(pages["full_stops"]))


def paragraphs(pages: Sequence[Page], rules: Path | None = None) -> list[str]:
    """The document's paragraphs in reading order; the cells of a table row with tabs between them."""
    signs = signs_of(rules)
    lines = [line for number, page in enumerate(pages) for line in _lines(page, number)]
    lines = _without_furniture(lines, len(pages), signs)
    if not lines:
        return []
    habits = _habits(lines, max(page.width for page in pages))
    result = [lines[0].text]
    for before, line in pairwise(lines):
        if _continues(before, line, habits, signs):
            result[-1] += _joint(result[-1], line.text) + line.text
        else:
            result.append(line.text)
    return result


# --- glyphs → lines


def _lines(page: Page, number: int) -> Iterator[Line]:
    glyphs = [glyph for glyph in page.glyphs if not glyph.text.isspace() or glyph.text == " "]
    if not glyphs:
        return
    em = _em(glyphs)
    row: list[Glyph] = []
    for glyph in sorted(glyphs, key=lambda glyph: ((glyph.top + glyph.bottom) / 2, glyph.left)):
        if row and _middle(glyph) - median(map(_middle, row[-8:])) > SAME_LINE * em:
            yield from _line(row, em, number, page.height)
            row = []
        row.append(glyph)
    yield from _line(row, em, number, page.height)


def _em(glyphs: Sequence[Glyph]) -> float:
    heights = [round(glyph.bottom - glyph.top, 1) for glyph in glyphs if not glyph.text.isspace()]
    return max(Counter(heights).most_common(1)[0][0] if heights else 0.0, 1.0)


def _middle(glyph: Glyph) -> float:
    return (glyph.top + glyph.bottom) / 2


def _line(row: list[Glyph], em: float, number: int, height: float) -> Iterator[Line]:
    ordered = _without_overprint(sorted(row, key=lambda glyph: glyph.left), em)
    while ordered and ordered[0].text.isspace():
        ordered.pop(0)
    while ordered and ordered[-1].text.isspace():
        ordered.pop()
    if ordered:
        text = ordered[0].text
        for before, glyph in pairwise(ordered):
            text += _gap(before, glyph, em) + glyph.text
        yield Line(text, ordered[0].left, ordered[-1].right, median(map(_middle, ordered)), em, number, height)


def _without_overprint(row: list[Glyph], em: float) -> list[Glyph]:
    kept: list[Glyph] = []
    for glyph in row:
        # one glyph of a font may stand for two dashes, which then have one box
        twice = any(other.text == glyph.text and abs(other.left - glyph.left) < OVERPRINT * em for other in kept[-2:])
        if not twice or unicodedata.category(glyph.text)[0] == "P":
            kept.append(glyph)
    return kept


def _gap(before: Glyph, glyph: Glyph, em: float) -> str:
    if before.text.isspace() or glyph.text.isspace():
        return ""
    distance = glyph.left - before.right
    if distance > CELL_GAP * em:
        return "\t"
    return " " if distance > WORD_GAP * em and _is_latin(before.text) and _is_latin(glyph.text) else ""


def _is_latin(text: str) -> bool:
    return text.isascii() and text.isalpha()


# --- page furniture


def _without_furniture(lines: list[Line], pages: int, signs: Signs) -> list[Line]:
    """The lines without page numbers, and without what stands at the same place of the edge of most pages."""
    repeated = Counter(key for key in {(_furniture_key(line), line.page) for line in lines if _at_edge(line)})
    by_key = Counter(key for key, _ in repeated)
    return [
        line
        for line in lines
        if not (_at_edge(line) and (signs.number.fullmatch(line.text.strip()) or (pages > 1 and by_key[_furniture_key(line)] * 2 > pages)))
    ]


def _furniture_key(line: Line) -> tuple[str, int]:
    return DIGITS.sub("#", "".join(line.text.split())), round(line.place / FURNITURE_SHIFT)


def _at_edge(line: Line) -> bool:
    return line.place < EDGE or line.place > 1 - EDGE


# --- lines → paragraphs


def _habits(lines: Sequence[Line], width: float) -> Habits:
    em = median(line.height for line in lines)
    lefts = Counter(round(line.left / em) for line in lines)
    left = min((place for place, count in lefts.items() if count * 10 >= len(lines)), default=round(lines[0].left / em))
    edge = min(line.left for line in lines if round(line.left / em) == left) if left in lefts else lines[0].left
    distances = [after.middle - line.middle for line, after in pairwise(lines) if line.page == after.page]
    usual = median(distances) if distances else em
    indented = sum(left + 1 < place <= left + 3 for place in lefts.elements())
    return Habits(
        left=edge,
        right=_right_edge(lines, width - edge, em),
        em=em,
        distance=usual,
        indents=indented * 10 >= len(lines),
        spaced=sum(distance > SPREAD * usual for distance in distances) * 10 >= len(lines),
    )


def _right_edge(lines: Sequence[Line], margin: float, em: float) -> float:
    """Where full lines end: where several lines do, else at a margin as wide as the left one."""
    rights = sorted(line.right for line in lines)
    right = rights[int(len(rights) * 0.95)] if len(rights) > 20 else rights[-1]
    ending = sum(abs(right - place) < FULL_AT_STOP * em for place in rights)
    return right if ending >= max(2, len(lines) / 10) and len(lines) > 3 else max(right, margin)


def _continues(before: Line, line: Line, habits: Habits, signs: Signs) -> bool:
    """Whether `line` goes on with the paragraph of the line before it."""
    if "\t" in before.text or "\t" in line.text:
        return False
    stopped = before.text[-1] in signs.stops
    if before.right < habits.right - (FULL_AT_STOP if stopped else FULL) * habits.em or line.left > habits.left + INDENT * habits.em:
        return False
    if line.page == before.page and line.middle - before.middle > SPREAD * habits.distance:
        return False
    if not stopped:
        return True
    told = habits.indents or (habits.spaced and line.page == before.page)
    return told and not signs.start.match(line.text)


def _joint(before: str, after: str) -> str:
    """What stands between two lines of a paragraph: a blank between Latin words, nothing else."""
    latin = _is_latin(after[0]) and (_is_latin(before[-1]) or before[-1] in ",.;:")
    return " " if latin and unicodedata.category(before[-1]) != "Pd" else ""
