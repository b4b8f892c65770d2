"""Patterns without a repeat that has no end: `*` and `+` of a rule stand for `MOST` times more than they must, at most.

Such a pattern looks at a bounded stretch of text from each place, so that its work grows with the length of the text whatever stands
in it. What a report says comes to an end long before.
"""

from __future__ import annotations

import re

MOST = 300
_PIECE = re.compile(r"[^\\#\[{*+?(]+|\\.|\#[^\n]*|\[|(?P<count>\{\d*(?:,\d*)?\}|[*+?])[+?]?|\(\?|.", re.DOTALL)
_COUNT = re.compile(r"\{(\d*),\}")


def bounded(pattern: str, *, verbose: bool = True) -> str:
    """The pattern with a bound for every repeat that has none; `verbose` where `#` begins a comment."""
    pieces: list[str] = []
    place = 0
    while piece := _PIECE.match(pattern, place):
        place = piece.end()
        if piece[0] == "[":
            place = _class_end(pattern, place)
            pieces.append(pattern[piece.start() : place])
        elif piece[0].startswith("#") and not verbose:
            place = piece.start() + 1
            pieces.append("#")
        else:
            pieces.append(piece[0] if piece["count"] is None else _counted(piece["count"]) + piece[0][len(piece["count"]) :])
    return "".join(pieces)


def _counted(times: str) -> str:
    if times in "*+":
        times = "{0,}" if times == "*" else "{1,}"
    count = _COUNT.fullmatch(times)
    return times if count is None else f"{{{int(count[1] or 0)},{int(count[1] or 0) + MOST}}}"


def _class_end(pattern: str, place: int) -> int:
    """Where the class of characters ends whose bracket stands before `place`; one may lie in another."""
    depth = 1
    place += pattern.startswith("^", place)
    place += pattern.startswith("]", place)
    while depth and place < len(pattern):
        depth += (pattern[place] == "[") - (pattern[place] == "]")
        place += 2 if pattern[place] == "\\" else 1
    return place
