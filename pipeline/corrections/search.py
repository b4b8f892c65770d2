"""Where the words of a correction stand in a report's text: a moved line, other spaces and other line breaks are the same words."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

Span = tuple[int, int]


def places(raw: str, sentence: str, text: str) -> list[Span]:
    """Half-open spans of `text` inside the places where `sentence` stands in `raw`, in order; spaces and line breaks do not count."""
    words, whole = _pattern(text), _pattern(sentence)
    if words is None or whole is None:
        return []
    found = (match.span() for around in whole.finditer(raw) for match in _within(words, raw, around.span()))
    return list(dict.fromkeys(found))


def _within(words: re.Pattern[str], raw: str, span: Span) -> Iterator[re.Match[str]]:
    return words.finditer(raw, *span)


@lru_cache(maxsize=4096)
def _pattern(words: str) -> re.Pattern[str] | None:
    """The characters of `words` with any space between them; None where there are none."""
    characters = [re.escape(character) for character in words if not character.isspace()]
    return re.compile(r"\s*".join(characters)) if characters else None


def nearest(spans: list[Span], start: int) -> Span:
    """The span that begins nearest to `start`, of two equally near the first."""
    return min(spans, key=lambda span: abs(span[0] - start))
