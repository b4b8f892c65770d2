"""Work grows with the length of a text and not with its square, whatever stands in it. Work is counted, in lines of Python that run;
what a pattern does within one of them counts as one."""

from __future__ import annotations

import sys
from types import FrameType
from typing import Any

import pytest
from hostile import ATTACKS

from pipeline.library import tools
from pipeline.model import Document
from pipeline.split.structure import LONGEST_SENTENCE

SHORT = 5 * LONGEST_SENTENCE
"""Characters from which on nothing grows any more but the number of sentences."""
MOST = 2.2
"""Times the work, at most, for twice the text: 4 would be its square."""
HEAVY = {"line", "bracketed", "parts", "sums", "list", "rates"}
"""Texts of nothing but figures that say something: some seconds each."""


def work(text: str) -> int:
    """Lines of Python that reading the text takes."""
    reader = tools()
    lines = 0

    def trace(_frame: FrameType, event: str, _: Any) -> Any:
        nonlocal lines
        lines += event == "line"
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        reader.read(Document("a.txt", text))
    finally:
        sys.settrace(before)
    return lines


def test_the_count_counts() -> None:
    line = "走访慰问困难职工75户。\n"
    work(line * 100)  # patterns are compiled when they are first used
    short, longer = (work(line * times) for times in (10, 30))
    assert 2.5 < longer / short < 3.5


@pytest.mark.parametrize("name", [pytest.param(name, marks=pytest.mark.slow) if name in HEAVY else name for name in ATTACKS])
def test_twice_the_text_is_twice_the_work(name: str) -> None:
    piece = ATTACKS[name]
    work(piece * 100)
    short, longer = (work(piece * (size // len(piece))) for size in (SHORT, 2 * SHORT))
    assert longer / short < MOST, (short, longer)
