"""Files that people hand in: text as editors and spreadsheets save it."""

from __future__ import annotations

from pathlib import Path

ENCODINGS = ("utf-8-sig", "gb18030")
"""UTF-8 with or without a byte-order mark, and what Excel saves on a Chinese Windows."""
FORMULA_START = ("=", "+", "-", "@", "\t", "\r")


def decoded(path: Path, option: str, error: type[ValueError]) -> str:
    """The text of a file handed in with `option`. Raises `error` where it cannot be read."""
    try:
        data = path.read_bytes()
    except OSError as problem:
        raise error(f"{path.name}: cannot be read ({problem.strerror}); give {option} a file that is there") from problem
    for encoding in ENCODINGS:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise error(f"{path.name}: neither UTF-8 nor GB18030; save it as CSV UTF-8")


def armed(value: str) -> str:
    """Without the sign that keeps a spreadsheet from taking text for a formula."""
    return value[1:] if value.startswith("'") and value[1:2] and value[1] in FORMULA_START else value


def whole(value: str) -> int | None:
    """A whole number as people and spreadsheets write it: 3, 3.0; None where it is none."""
    value = value.strip().removesuffix(".0")
    return int(value) if value.isascii() and value.isdigit() else None
