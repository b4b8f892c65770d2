"""Damaged double-byte text, put back in step: after a lost or altered byte every pair is read one byte off until the line ends.

A decoder that replaces what it cannot read does not notice, for the wrong pairs are characters too, only none that are met in reports.
Here a line is read in the way that costs least, where a byte may be given up: one lost character in place of a lost line.
"""

from __future__ import annotations

import re
from collections.abc import Callable

LOST = "\ufffd"
MAX_LINE = 20_000
"""Bytes of a line that are put in step; what lies behind keeps the decoder's reading. Bounds the memory."""
MAX_BYTES = 8 << 20
"""Bytes of a file that are put in step, and the same for what lies behind. Bounds the work: noise is out of step everywhere."""

Cost = Callable[[str], float]
Step = tuple[int, str]
"""How many bytes, and the character that they are."""


def resynchronize(data: bytes, codec: str, cost: Cost, suspicious: re.Pattern[str]) -> str:
    """Text of `data` in the double-byte `codec` (gb18030, cp950), each line that cannot be decoded or looks `suspicious` put in step.

    No byte of a character can be a newline in these codecs, so lines stand for themselves.
    """
    lines: list[str] = []
    left = MAX_BYTES
    for line in data.splitlines(keepends=True):
        text = line.decode(codec, "replace")
        if left > 0 and (LOST in text or suspicious.search(text)):
            text = _cheapest(line[:MAX_LINE], codec, cost) + line[MAX_LINE:].decode(codec, "replace")
            left -= min(len(line), MAX_LINE)
        lines.append(text)
    return "".join(lines)


def _cheapest(line: bytes, codec: str, cost: Cost) -> str:
    """The reading of `line` with the least sum of costs, found from its end (Viterbi)."""
    size = len(line)
    best = [0.0] * (size + 1)
    taken: list[Step] = [(1, LOST)] * size
    lost = cost(LOST)
    for start in range(size - 1, -1, -1):
        best[start] = lost + best[start + 1]
        for length, character in _steps(line, start, codec):
            total = cost(character) + best[start + length]
            if total < best[start]:
                best[start], taken[start] = total, (length, character)
    return "".join(_follow(taken))


def _steps(line: bytes, start: int, codec: str) -> list[Step]:
    if line[start] < 0x80:
        return [(1, chr(line[start]))]
    steps: list[Step] = []
    for length in (2, 4):
        piece = line[start : start + length]
        try:
            character = piece.decode(codec)
        except UnicodeDecodeError:
            continue
        if len(character) == 1 and len(piece) == length:
            steps.append((length, character))
    return steps


def _follow(taken: list[Step]) -> list[str]:
    position, characters = 0, []
    while position < len(taken):
        length, character = taken[position]
        characters.append(character)
        position += length
    return characters
