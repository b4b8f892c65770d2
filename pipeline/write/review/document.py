"""Puts the page together out of its sources in `page/`: one document, its script and style named by their hashes, no other allowed."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from importlib.resources import files

from pipeline.write.review.packs import dumped

ENTRY = "main"
"""The module that imports all others."""
_IMPORT = re.compile(r'^import (?:(?P<names>\{[^}]*\})|\* as (?P<whole>\w+)) from "\./(?P<module>\w+)\.js";$', re.MULTILINE)
_EXPORT = re.compile(r"^export (?=(?:const|(?:async )?function|class) (\w+|\{[^}]*\}))", re.MULTILINE)
_ESCAPED = {ord("<"): "\\u003c", ord(">"): "\\u003e", ord("&"): "\\u0026", 0x2028: "\\u2028", 0x2029: "\\u2029"}


def source(name: str) -> str:
    """A source file of the page."""
    return (files(__package__) / "page" / name).read_text(encoding="utf-8")


@cache
def script() -> str:
    """The page's modules as one script: each a scope of its own, behind those that it imports.

    Imports and exports become plain constants, so a module must export nothing that it assigns anew, and none may import in a circle.
    """
    order: list[str] = []

    def visit(name: str) -> None:
        if name not in order:
            for needed in _IMPORT.finditer(source(f"{name}.js")):
                visit(needed["module"])
            order.append(name)

    visit(ENTRY)
    return "\n".join(_scope(name, source(f"{name}.js")) for name in order)


def _scope(name: str, code: str) -> str:
    exported = ", ".join(names.strip("{ }") for names in _EXPORT.findall(code))
    body = _EXPORT.sub("", _IMPORT.sub(lambda found: f"const {found['names'] or found['whole']} = ${found['module']};", code))
    return f"const ${name} = (() => {{\n{body}return {{ {exported} }};\n}})();\n"


def pieces(language: str, words: Mapping[str, str], index: object, packs: Iterable[tuple[str, str]]) -> Iterator[str]:
    """The document in pieces: its frame, the index, then the packs as (name, content); each pack is let go when it is written.

    `words`: those of [page] that stand in the frame.
    """
    frame, behind = source("index.html").split("<!-- data -->")
    style, code = source("style.css"), script()
    filled = {
        "language": language,
        "title": _text(words["title"]),
        "noscript": _text(words["noscript"]),
        "policy": _policy(code, style),
        "style": style,
    }
    yield re.sub(r"\{\{(\w+)\}\}", lambda slot: filled[slot[1]], frame)
    yield _block("index", dumped(index).translate(_ESCAPED))
    for name, content in packs:
        yield _block(name, content)
    yield behind.replace("{{script}}", code)


def _block(name: str, content: str) -> str:
    return f'<script type="application/json" id="{name}">{content}</script>\n'


def _policy(code: str, style: str) -> str:
    """Nothing may be loaded, sent or run but this script and this style."""
    return f"default-src 'none'; script-src '{_hash(code)}'; style-src '{_hash(style)}'; img-src data:; base-uri 'none'; form-action 'none'"


def _hash(content: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(content.encode("utf-8")).digest()).decode("ascii")


def _text(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;")
