"""Every pattern that the program makes of a folder of rules, whichever stage makes it, and the rule that it comes from.

Patterns are compiled in dozens of places, with two libraries, out of whole rules, of pieces and of bricks. A list of these places would
miss the next one; here the two libraries are watched while everything that works by rules is made and used once.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import regex

from pipeline import rulebook
from pipeline.repeats import bounded

FLAGS = {re.VERBOSE: regex.VERBOSE, re.IGNORECASE: regex.IGNORECASE, re.MULTILINE: regex.MULTILINE, re.DOTALL: regex.DOTALL}
SAMPLE = "石桥镇总工会2012年工作总结\n一、帮扶\n慰问困难职工75名，发放8000元。\n"
PAGE = "<html><head><title>{title}</title></head><body><p>{text}</p></body></html>"
_BRICK = re.compile(r"\{[a-z_]\w*(?::[\w|]+)?\}")


@contextmanager
def watched() -> Iterator[dict[tuple[str, int], regex.Pattern[str]]]:
    """The patterns that are compiled meanwhile, by text and flags, as the `regex` package understands them."""
    seen: dict[tuple[str, int], regex.Pattern[str]] = {}

    def watching(compile_: Any, written: Any, flags: int = 0, *rest: Any, **lists: Any) -> Any:
        made = compile_(written, flags, *rest, **lists)
        if isinstance(written, str):
            theirs = sum(ours for flag, ours in FLAGS.items() if made.flags & flag)
            seen[written, int(flags)] = made if isinstance(made, regex.Pattern) else before[regex](written, theirs, cache_pattern=False)
        return made

    before: dict[Any, Any] = {module: module.compile for module in (re, regex)}
    for module, compile_ in before.items():
        module.compile = partial(watching, compile_)
    try:
        yield seen
    finally:
        for module, compile_ in before.items():
            module.compile = compile_


def patterns(own: Path | None = None, *, redacting: bool = True) -> dict[tuple[str, int], regex.Pattern[str]]:
    """All patterns of the rules with the folder `own` over them, or all but those of `--redact`, whose making takes as long as all others.

    Raises RuleError on rules that cannot be used.
    """
    from pipeline.ingest import IngestOptions, read_bytes
    from pipeline.ingest.layout import paragraphs
    from pipeline.machinery import Machinery, Settings, machinery_of
    from pipeline.model import Document
    from pipeline.redact import Redactor
    from pipeline.stages import Tools

    book = rulebook.load(own, eager=True)
    with watched() as seen:
        if redacting:
            Redactor(book)
        paragraphs([], own)
        read_bytes("a.html", PAGE.format(title="总结", text=SAMPLE).encode(), IngestOptions(rules=own))
        made = Machinery(book)  # none that was made before
        made.prepare()
        tools = Tools(Settings(own), prepared=False)
        tools.machinery = made
        tools.read(Document("a.txt", SAMPLE))
    machinery_of(book, made=made)
    return seen


def place(pattern: regex.Pattern[str], own: Path) -> str | None:
    """`rules/FILE.toml: RULE` of the own rule that a pattern comes from: the longest text of the folder that is in it; None where none is.

    The program makes patterns of its own from those of all rules (`starts.py`), which change with any rule.
    """
    found = [
        (len(text), f"rules/{path.name}: {name}")
        for path in sorted(own.glob("*.toml"))
        for name, text in _texts(tomllib.loads(path.read_text(encoding="utf-8")), path.stem)
        if _is_in(text, pattern.pattern)
    ]
    return max(found, key=lambda pair: pair[0])[1] if found else None


def _texts(value: Any, name: str) -> Iterator[tuple[str, str]]:
    """Every text of a rule file, with the id or code of its rule, or else the key that it stands under."""
    if isinstance(value, str):
        yield name, value
    elif isinstance(value, Mapping):
        known = value.get("id", value.get("code"))
        for key, inner in value.items():
            yield from _texts(inner, str(known or key))
    elif isinstance(value, list):
        for inner in value:
            yield from _texts(inner, name)


def _is_in(text: str, pattern: str) -> bool:
    """Whether the text, with its bricks filled in and its repeats bounded or not, is a piece of the pattern."""
    for form in (text, bounded(text), bounded(text, verbose=False)):
        place = 0
        for piece in filter(None, map(str.strip, _BRICK.split(form))):
            place = pattern.find(piece, place) + len(piece)
            if place < len(piece):
                break
        else:
            return bool(form.strip())
    return False
