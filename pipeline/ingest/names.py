"""Names as they stand in `source`: printable, in UTF-8, with POSIX slashes; and which names are no reports' files."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

SYSTEM_NAMES = frozenset({"thumbs.db", "ehthumbs.db", "desktop.ini", "icon\r", "__macosx", "$recycle.bin", "system volume information"})
SYSTEM_PREFIXES = ("~$", "~wrl")
HIDING_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
"""Controls, format characters such as the bidirectional ones, lone surrogates, line separators."""


def system_code(name: str) -> str | None:
    """Reason code for a file or folder that is skipped by its name alone, None for all others."""
    folded = name.casefold()
    if folded in SYSTEM_NAMES or folded.startswith(SYSTEM_PREFIXES):
        return "system_file"
    if name.startswith(".") and name not in (".", ".."):
        return "hidden"
    return None


def printable(name: str) -> str:
    """`name` with every character that could hide or break a line written as `\\uXXXX`, and undecodable bytes read as GB18030.

    A name whose bytes are no UTF-8 comes from `os.listdir` with surrogates; Chinese archives unpacked on Linux are full of them.
    """
    if any("\udc80" <= character <= "\udcff" for character in name):
        raw = name.encode("utf-8", "surrogateescape")
        name = _decoded(raw)
    return "".join(map(_visible, name))


def _decoded(raw: bytes) -> str:
    """UTF-8 first: under a locale such as C, sound UTF-8 names come as surrogates too."""
    for encoding in ("utf-8", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeError:
            continue
    return raw.decode("utf-8", "backslashreplace")


def _visible(character: str) -> str:
    if character.isascii() and character.isprintable():
        return character
    if unicodedata.category(character) not in HIDING_CATEGORIES:
        return character
    code = ord(character)
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def distinct(names: Iterable[str]) -> list[str]:
    """The names in their order, a repeated one with `~2`, `~3` … behind it, so that each is a key."""
    seen: set[str] = set()
    result = []
    for name in names:
        candidate, number = name, 1
        while candidate in seen:
            number += 1
            candidate = f"{name}~{number}"
        seen.add(candidate)
        result.append(candidate)
    return result
