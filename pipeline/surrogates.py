"""Lone surrogates: characters that a damaged file can leave in a text, and that libraries which take UTF-8 refuse."""

from __future__ import annotations

import re

_SURROGATE = re.compile("[\ud800-\udfff]")


def replaced(text: str) -> str:
    """The text with the replacement character for each surrogate, so that every offset stays."""
    try:
        text.encode()  # many times faster than to look for one
    except UnicodeEncodeError:
        return _SURROGATE.sub("\N{REPLACEMENT CHARACTER}", text)
    return text
