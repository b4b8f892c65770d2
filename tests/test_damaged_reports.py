"""Whole reports, damaged as archives are, say what they said before: most facts at their places, with value, unit, status and indicator.

What is compared is the reading of the damaged text with the reading of the text as it was written, so nothing here has to be annotated.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from pipeline import extract
from pipeline.model import FACTS, QUANTITIES, Fact

TEXTS = sorted((Path(__file__).parent / "gold_seen" / "texts").glob("*.txt"))[::3]
WIDTH = 36
"""Characters of a line of hard-wrapped text."""
Edit = tuple[int, int, str]
"""What stands between two offsets in place of what stood there."""


def _each(pattern: str, instead: str | Callable[[re.Match[str]], str]) -> Callable[[str], list[Edit]]:
    """Every match replaced."""

    def edits(text: str) -> list[Edit]:
        return [(*m.span(), m.expand(instead) if isinstance(instead, str) else instead(m)) for m in re.finditer(pattern, text)]

    return edits


def _written(table: dict[str, str]) -> Callable[[str], list[Edit]]:
    return _each(f"[{''.join(table)}]", lambda match: table[match[0]])


def _hard_wrapped(text: str) -> list[Edit]:
    edits, column = [], 0
    for place, character in enumerate(text):
        if column == WIDTH and character != "\n":
            edits.append((place, place, "\n"))
            column = 0
        column = 0 if character == "\n" else column + 1
    return edits


def _in_one_paragraph(text: str) -> list[Edit]:
    """The break behind a full stop is lost, so that a heading stands at the end of the paragraph before."""
    return _each("(?<=。)\n+[\u3000 ]*(?=.)", "")(text)


DAMAGES: dict[str, tuple[Callable[[str], list[Edit]], float, float]] = {
    "full-width digits and signs": (_written({**{str(n): chr(0xFF10 + n) for n in range(10)}, "%": "％", ".": "．"}), 1.0, 1.0),
    "half-width marks": (_written({"，": ",", "；": ";", "：": ":", "（": "(", "）": ")"}), 1.0, 1.0),
    "half-width stops and pauses too": (
        _written({"，": ",", "；": ";", "：": ":", "（": "(", "）": ")", "。": ".", "、": ","}),
        0.96,
        0.93,
    ),
    "lines of so many characters": (_hard_wrapped, 0.99, 0.99),
    "paragraphs run together": (_in_one_paragraph, 0.99, 0.89),
    "blanks around numbers": (_each(r"\d[\d.,]*", r" \g<0> "), 0.99, 0.99),
    "characters that print nothing": (_each(r"(?<=[的了在和元人个家户次])(?!$)", "\u200b"), 1.0, 1.0),
    "blanks of web pages": (_each(r"(?<=[。；])", "&nbsp;&nbsp;"), 1.0, 1.0),
    "commas between thousands": (_each(r"(?<![\d.])\d{5,7}(?=[余多]?[元人户份册名])", lambda match: f"{int(match[0]):,}"), 0.99, 0.99),
    "decimal points as middle dots": (_each(r"(?<=\d)\.(?=\d+(?:万元|%|公里|亩))", "·"), 0.99, 0.99),
}
"""The edits, and at least which share of the facts (value, unit, date) and of the figures (status, activity, indicator too) is the same."""


def test_edits_move_places() -> None:
    assert _damaged("共8户", [(1, 2, " 8 ")]) == ("共 8 户", [0, 1, 4, 5])


def _damaged(text: str, edits: Iterable[Edit]) -> tuple[str, list[int]]:
    """The damaged text, and where each offset of the text lies in it."""
    pieces, places, at, length = [], [], 0, 0
    for start, end, instead in edits:
        pieces += [text[at:start], instead]
        places += range(length, length + start - at)
        length += start - at
        places += [min(length + offset, length + len(instead)) for offset in range(end - start)]
        length += len(instead)
        at = end
    pieces.append(text[at:])
    places += range(length, length + len(text) - at + 1)
    return "".join(pieces), places


@cache
def _read(path: Path) -> tuple[str, list[Fact]]:
    text = path.read_text(encoding="utf-8")
    return text, extract(text)


def _said(fact: Fact) -> tuple[Any, ...]:
    """What a fact says, its words aside."""
    quantity, date = fact.quantity, fact.date
    value = None if quantity is None else (quantity.value, quantity.low, quantity.high, quantity.bound, quantity.unit)
    return fact.kind, value, None if date is None else date.edtf


def _kept(path: Path, damage: Callable[[str], list[Edit]]) -> tuple[list[bool], list[bool]]:
    """For each fact whether the damaged report says it where it did, and for each figure whether it means the same."""
    text, facts = _read(path)
    damaged, places = _damaged(text, damage(text))
    found = sorted(extract(damaged), key=lambda fact: fact.start)
    starts = [fact.start for fact in found]
    facts_kept, figures_kept = [], []
    for fact in facts:
        if fact.kind not in FACTS:
            continue
        middle = (places[fact.start] + places[fact.end]) // 2
        there = found[max(bisect_right(starts, middle) - 1, 0)]
        same = there.end > places[fact.start] and _said(there) == _said(fact)
        facts_kept.append(same)
        if fact.kind in QUANTITIES:
            meaning = [(one.status, one.activity, one.indicator) for one in (fact, there)]
            figures_kept.append(same and meaning[0] == meaning[1])
    return facts_kept, figures_kept


@pytest.mark.parametrize("name", DAMAGES)
def test_a_damaged_report_says_what_it_said(name: str) -> None:
    damage, least_facts, least_figures = DAMAGES[name]
    both = [_kept(path, damage) for path in TEXTS]
    facts, figures = ([one for kept in both for one in kept[side]] for side in (0, 1))
    assert len(facts) > 100
    shares = sum(facts) / len(facts), sum(figures) / len(figures)
    assert shares[0] >= least_facts and shares[1] >= least_figures, shares
