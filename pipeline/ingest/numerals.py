"""How many numerals a text holds, before any rule has looked at it: what the work of the later stages grows with."""

from __future__ import annotations

import re
import unicodedata
from functools import cache


def numerals_in(text: str) -> int:
    """Runs of characters that have a numeric value in Unicode: 2012, 一百二十, ①; in 1,234.5 there are three."""
    return sum(1 for _ in _runs().finditer(text))


@cache
def _runs() -> re.Pattern[str]:
    numeric = (chr(code) for code in range(0x10000) if unicodedata.numeric(chr(code), None) is not None)
    return re.compile(f"[{re.escape(''.join(numeric))}]+")
