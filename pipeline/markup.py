"""Marked-up sentences, the form in which examples are written: `共捐助<money value=8000 bound=">" unit=元>8000余元</money>`.

Everything that the annotation guide calls a numeral or a date word is marked; what is not marked must give nothing. Marks do not nest.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

KINDS = ("count", "money", "rate", "date", "duration", "ordinal", "reference", "marker", "name")
QUANTITIES = ("count", "money", "rate")
LABELS = ("ordinal", "reference", "marker", "name")
NUMBER_KEYS = ("value", "low", "high")
DATE_KEYS = ("edtf", "anchor", "part", "festival")
BOUNDS = ("=", "~", ">", ">=", "<", "<=")
CONDITIONS = ("plain", "hedged", "list", "marker", "damaged", "traditional", "negative")

_READING = (*NUMBER_KEYS, "bound", "unit", "repaired", "optional")
_MEANING = ("per", "change", "object", "status", "activity", "indicator", "when", "id", "part_of")
KEYS: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(QUANTITIES, (*_READING, *_MEANING)),
    "date": (*DATE_KEYS, "repaired", "optional"),
    "duration": _READING,
    **dict.fromkeys(LABELS, ("optional",)),
}
TAG = re.compile(r"<(/?)([a-z]+)((?:\s+[a-z_]+=(?:\"[^\"]*\"|[^\s\">]+))*)\s*>")
ATTRIBUTE = re.compile(r"([a-z_]+)=(?:\"([^\"]*)\"|([^\s\">]+))")
_STRAY = re.compile(r"<[a-z/]")


@dataclass(frozen=True)
class Mark:
    """One marked expression: its kind, its half-open span in the plain text, and what the mark says of it."""

    kind: str
    start: int
    end: int
    text: str
    says: dict[str, str] = field(default_factory=dict)

    @property
    def optional(self) -> bool:
        return self.says.get("optional") == "true"

    def number(self, key: str) -> Decimal | None:
        return Decimal(self.says[key]) if key in self.says else None

    def several(self, key: str) -> list[str]:
        """The entries of a key that may list several right ones: `a|b`."""
        return self.says[key].split("|") if key in self.says else []


@dataclass(frozen=True)
class Case:
    """One case of a case file: a marked sentence, the form of the language that it tries and the condition under which."""

    id: str
    form: str
    condition: str
    text: str
    marks: tuple[Mark, ...]


@dataclass(frozen=True)
class _Opened:
    """A mark whose end has not come yet: where it begins in the plain and in the marked text."""

    kind: str
    says: dict[str, str]
    start: int
    behind_tag: int


def parse(marked: str) -> tuple[str, tuple[Mark, ...]]:
    """Plain text and marks, in order. Raises ValueError, with the place, on a mark that is not of the form."""
    plain: list[str] = []
    marks: list[Mark] = []
    length = position = 0
    opened: _Opened | None = None
    for tag in TAG.finditer(marked):
        plain.append(marked[position : tag.start()])
        length += tag.start() - position
        position = tag.end()
        near = marked[max(0, tag.start() - 12) : tag.end() + 12]
        if tag.group(1):
            marks.append(_closed(opened, tag, marked, length, near))
            opened = None
        else:
            opened = _open(opened, tag, length, near)
    if opened:
        raise ValueError(f"<{opened.kind}> is never closed")
    plain.append(marked[position:])
    text = "".join(plain)
    if stray := _STRAY.search(text):
        raise ValueError(f"a mark that is not of the form near «{text[stray.start() : stray.start() + 30]}»")
    return text, tuple(marks)


def _open(opened: _Opened | None, tag: re.Match[str], length: int, near: str) -> _Opened:
    kind = tag.group(2)
    if kind not in KINDS:
        raise ValueError(f"unknown kind <{kind}> near «{near}»")
    if opened:
        raise ValueError(f"<{kind}> inside <{opened.kind}> near «{near}»")
    says = {key: quoted or bare for key, quoted, bare in ATTRIBUTE.findall(tag.group(3))}
    if unknown := set(says) - set(KEYS[kind]):
        raise ValueError(f"<{kind}> has no key {sorted(unknown)} near «{near}»")
    _check_values(kind, says, near)
    return _Opened(kind, says, length, tag.end())


def _closed(opened: _Opened | None, tag: re.Match[str], marked: str, length: int, near: str) -> Mark:
    if tag.group(2) not in KINDS:
        raise ValueError(f"unknown kind <{tag.group(2)}> near «{near}»")
    if opened is None or opened.kind != tag.group(2):
        raise ValueError(f"</{tag.group(2)}> closes nothing near «{near}»")
    text = marked[opened.behind_tag : tag.start()]
    if not text:
        raise ValueError(f"an empty <{opened.kind}> near «{near}»")
    return Mark(opened.kind, opened.start, length, text, opened.says)


def _check_values(kind: str, says: dict[str, str], near: str) -> None:
    for key in NUMBER_KEYS:
        if key in says:
            try:
                Decimal(says[key])
            except ArithmeticError as error:
                raise ValueError(f"{key}={says[key]} is no number near «{near}»") from error
    optional = says.get("optional") == "true"
    if kind in QUANTITIES and not optional and not set(NUMBER_KEYS) & set(says):
        raise ValueError(f"<{kind}> without value near «{near}»")
    if kind == "date" and not optional and "edtf" not in says:
        raise ValueError(f"<date> without edtf near «{near}»")
    if says.get("bound", "=") not in BOUNDS:
        raise ValueError(f"bound={says['bound']} near «{near}»")


def load_cases(path: Path) -> Iterator[Case]:
    """The cases of one TOML file. Raises ValueError with file and id on one that cannot be read."""
    for row in tomllib.loads(path.read_text(encoding="utf-8")).get("case", []):
        try:
            if unknown := set(row) - {"id", "form", "condition", "text", "why"}:
                raise ValueError(f"unknown keys {sorted(unknown)}")
            if row["condition"] not in CONDITIONS:
                raise ValueError(f"unknown condition {row['condition']}")
            text, marks = parse(row["text"])
        except (ValueError, KeyError) as error:
            raise ValueError(f"{path.name}: {row.get('id', '?')}: {error}") from error
        yield Case(row["id"], row["form"], row["condition"], text, marks)


def gold_lines(marked: str, source: str, report: str) -> Iterator[dict[str, object]]:
    """The marks as annotation rows whose offsets count in `source`; raises ValueError where the texts differ."""
    text, marks = parse(marked)
    if text != source:
        at = next((i for i, (a, b) in enumerate(zip(text, source, strict=False)) if a != b), min(len(text), len(source)))
        raise ValueError(f"marked text and source differ at {at}: «{text[at : at + 20]}» and «{source[at : at + 20]}»")
    for mark in marks:
        yield _gold_row(mark, report)


def _gold_row(mark: Mark, report: str) -> dict[str, object]:
    says, quantity = mark.says, mark.kind in QUANTITIES
    indicators = [entry for entry in mark.several("indicator") if entry]
    return {
        "report": report, "start": mark.start, "end": mark.end, "text": mark.text, "kind": mark.kind,
        **{key: _plain_number(mark.number(key)) for key in NUMBER_KEYS},
        "bound": says.get("bound", "=") if quantity or mark.kind == "duration" else None,
        "unit": says.get("unit"), "per": says.get("per"), "change": says.get("change"),
        "repaired": says.get("repaired") == "true",
        **{key: says.get(key) for key in DATE_KEYS},
        "object": _one_or_several(mark.several("object")),
        "status": says.get("status", "done") if quantity else None,
        "activity": [entry for entry in mark.several("activity") if entry],
        "indicator": None if indicators == ["none"] else _one_or_several([entry.replace("none", "") for entry in indicators]),
        "optional": mark.optional,
    }  # fmt: skip


def _plain_number(value: Decimal | None) -> float | int | None:
    if value is None:
        return None
    return int(value) if value == value.to_integral_value() else float(value)


def _one_or_several(entries: list[str]) -> object:
    if len(entries) > 1:
        return entries
    return entries[0] if entries else None


_BARE = re.compile(r"[^\s\">=<]+")


def write(text: str, marks: Iterable[Mark]) -> str:
    """The marked sentence that `parse` takes apart again. Raises ValueError for marks that overlap."""
    written, position = "", 0
    for mark in marks:
        if mark.start < position:
            raise ValueError(f"«{mark.text}» overlaps the mark before it")
        keys = "".join(f" {key}={value if _BARE.fullmatch(value) else _quoted(value)}" for key, value in mark.says.items())
        written += f"{text[position : mark.start]}<{mark.kind}{keys}>{mark.text}</{mark.kind}>"
        position = mark.end
    return written + text[position:]


def _quoted(value: str) -> str:
    if '"' in value:
        raise ValueError(f"a value cannot hold a double quote: {value}")
    return f'"{value}"'
