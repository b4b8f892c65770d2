"""Marked-up sentences: `共捐助<money value=8000 bound=">" unit=元>8000余元</money>` and back.

`parse` gives the plain text and the marks with their offsets; `python tests/marked.py check FILE…` says whether a TOML file of cases
or a `.marked` report can be read, and `python tests/marked.py gold FILE.marked SOURCE.txt` prints the annotation lines of a report.
"""

from __future__ import annotations

import json
import re
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

KINDS = ("count", "money", "rate", "date", "duration", "ordinal", "reference", "marker", "name")
QUANTITIES = ("count", "money", "rate")
KEYS = {
    **dict.fromkeys(
        QUANTITIES,
        "value low high bound unit per change repaired object status activity indicator when id part_of optional".split(),
    ),
    "date": "edtf anchor part festival repaired optional".split(),
    "duration": "value low high bound unit repaired optional".split(),
    **dict.fromkeys(("ordinal", "reference", "marker", "name"), ["optional"]),
}
CONDITIONS = ("plain", "hedged", "list", "marker", "damaged", "traditional", "negative")
TAG = re.compile(r"<(/?)([a-z]+)((?:\s+[a-z_]+=(?:\"[^\"]*\"|[^\s\">]+))*)\s*>")
ATTRIBUTE = re.compile(r"([a-z_]+)=(?:\"([^\"]*)\"|([^\s\">]+))")


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


@dataclass(frozen=True)
class Case:
    id: str
    form: str
    condition: str
    text: str
    marks: tuple[Mark, ...]


def parse(marked: str) -> tuple[str, tuple[Mark, ...]]:
    """Plain text and marks, in order. Raises ValueError, with the place, on a mark that is not of the form."""
    plain: list[str] = []
    marks: list[Mark] = []
    length = position = 0
    opened: tuple[str, dict[str, str], int, int] | None = None
    for tag in TAG.finditer(marked):
        plain.append(marked[position : tag.start()])
        length += tag.start() - position
        position = tag.end()
        closing, kind, attributes = tag.groups()
        near = marked[max(0, tag.start() - 12) : tag.end() + 12]
        if kind not in KINDS:
            raise ValueError(f"unknown kind <{kind}> near «{near}»")
        if not closing:
            if opened:
                raise ValueError(f"<{kind}> inside <{opened[0]}> near «{near}»")
            says = {key: quoted or bare for key, quoted, bare in ATTRIBUTE.findall(attributes)}
            if unknown := set(says) - set(KEYS[kind]):
                raise ValueError(f"<{kind}> has no key {sorted(unknown)} near «{near}»")
            opened = (kind, says, length, position)
        elif opened is None or opened[0] != kind:
            raise ValueError(f"</{kind}> closes nothing near «{near}»")
        else:
            start, text_start = opened[2], opened[3]
            text = marked[text_start : tag.start()]
            if not text:
                raise ValueError(f"an empty <{kind}> near «{near}»")
            _check_values(kind, opened[1], near)
            marks.append(Mark(kind, start, length, text, opened[1]))
            opened = None
    if opened:
        raise ValueError(f"<{opened[0]}> is never closed")
    plain.append(marked[position:])
    text = "".join(plain)
    if stray := re.search(r"<[a-z/]", text):
        raise ValueError(f"a mark that is not of the form near «{text[stray.start() : stray.start() + 30]}»")
    return text, tuple(marks)


def _check_values(kind: str, says: dict[str, str], near: str) -> None:
    for key in ("value", "low", "high"):
        if key in says:
            try:
                Decimal(says[key])
            except ArithmeticError as error:
                raise ValueError(f"{key}={says[key]} is no number near «{near}»") from error
    if kind in QUANTITIES and says.get("optional") != "true" and not {"value", "low", "high"} & set(says):
        raise ValueError(f"<{kind}> without value near «{near}»")
    if kind == "date" and "edtf" not in says and says.get("optional") != "true":
        raise ValueError(f"<date> without edtf near «{near}»")
    if says.get("bound", "=") not in ("=", "~", ">", ">=", "<", "<="):
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

    def number(key: str) -> float | int | None:
        value = mark.number(key)
        return None if value is None else int(value) if value == value.to_integral_value() else float(value)

    def several(key: str) -> list[str]:
        return [entry for entry in says.get(key, "").split("|") if entry]

    indicator: object = [e if e != "none" else "" for e in several("indicator")]
    indicator = indicator if len(several("indicator")) > 1 else (several("indicator") or [None])[0]
    objects = says["object"].split("|") if "object" in says else []
    return {
        "report": report, "start": mark.start, "end": mark.end, "text": mark.text, "kind": mark.kind,
        "value": number("value"), "low": number("low"), "high": number("high"),
        "bound": says.get("bound", "=") if quantity or mark.kind == "duration" else None,
        "unit": says.get("unit"), "per": says.get("per"), "change": says.get("change"),
        "repaired": says.get("repaired") == "true",
        "edtf": says.get("edtf"), "anchor": says.get("anchor"), "part": says.get("part"), "festival": says.get("festival"),
        "object": objects if len(objects) > 1 else (objects or [None])[0],
        "status": says.get("status", "done") if quantity else None,
        "activity": several("activity"), "indicator": None if indicator == "none" else indicator,
        "optional": mark.optional,
    }  # fmt: skip


def main(arguments: list[str]) -> int:
    if len(arguments) >= 2 and arguments[0] == "check":
        return _check([Path(name) for name in arguments[1:]])
    if len(arguments) == 3 and arguments[0] == "gold":
        marked, source = (Path(name).read_bytes().decode("utf-8-sig") for name in arguments[1:])
        for row in gold_lines(marked, source, Path(arguments[2]).stem):
            print(json.dumps(row, ensure_ascii=False))
        return 0
    print(__doc__)
    return 2


def _check(paths: list[Path]) -> int:
    bad = 0
    for path in paths:
        try:
            if path.suffix == ".toml":
                cases = list(load_cases(path))
                print(f"{path.name}: {len(cases)} cases, {sum(len(c.marks) for c in cases)} marks")
            else:
                print(f"{path.name}: {len(parse(path.read_text(encoding='utf-8'))[1])} marks")
        except (ValueError, tomllib.TOMLDecodeError) as error:
            bad += 1
            print(f"{path.name}: {error}")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
