"""Holds facts against marks: which of them were read as a marked sentence says, and what else was found in it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pipeline.markup import DATE_KEYS, LABELS, NUMBER_KEYS, QUANTITIES, Mark
from pipeline.model import Fact, PartialDate, Quantity

LIKENESS = 0.5
"""Two objects are the same where they share so much of their characters (Dice), as the annotation guide's measure has it."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of the marks of one sentence: each mark with the fact found for it and what is wrong, and facts that no mark expects."""

    marks: tuple[tuple[Mark, Fact | None, str | None], ...]
    unexpected: tuple[str, ...]

    @property
    def right(self) -> bool:
        return not self.unexpected and all(wrong is None for _, _, wrong in self.marks)

    @property
    def wrong(self) -> Iterator[str]:
        """Everything that is wrong, one line each."""
        for mark, _, reason in self.marks:
            if reason is not None:
                yield f"{mark.kind} «{mark.text}»: {reason}"
        yield from self.unexpected


def judge(marks: Sequence[Mark], facts: Sequence[Fact], text: str, *, exact_labels: bool = False) -> Verdict:
    """Compare the facts found in `text` with its marks; the spans of both count in it.

    An optional mark may be found or not. Of a label it is enough that fact and mark touch, unless `exact_labels`.
    """
    by_span = {(fact.start, fact.end): index for index, fact in enumerate(facts)}
    parts = _Parts(marks, facts, by_span)
    used: set[int] = set()
    rows = []
    for mark in marks:
        index = by_span.get((mark.start, mark.end))
        if index is None and mark.kind in LABELS and not exact_labels:
            index = next((i for i, f in enumerate(facts) if f.kind == mark.kind and _touch(mark, f) and i not in used), None)
        fact = None if index is None else facts[index]
        if index is not None:
            used.add(index)
        rows.append((mark, fact, None if mark.optional else _wrong(mark, fact, facts, text, parts)))
    free = [mark for mark in marks if mark.optional]
    unexpected = (
        f"{fact.kind} «{text[fact.start : fact.end]}» is not marked (found by {fact.rule})"
        for index, fact in enumerate(facts)
        if index not in used and not any(mark.start <= fact.start and fact.end <= mark.end for mark in free)
    )
    return Verdict(tuple(rows), tuple(unexpected))


@dataclass(frozen=True, slots=True)
class _Parts:
    """Which fact stands for the mark with a certain `id`."""

    marks: Sequence[Mark]
    facts: Sequence[Fact]
    by_span: Mapping[tuple[int, int], int]

    def total(self, name: str) -> int | None:
        for mark in self.marks:
            if mark.says.get("id") == name:
                return self.by_span.get((mark.start, mark.end))
        return None


def _wrong(mark: Mark, fact: Fact | None, facts: Sequence[Fact], text: str, parts: _Parts) -> str | None:
    if fact is None:
        there = ", ".join(f"{f.kind} «{text[f.start : f.end]}»" for f in facts if _touch(mark, f))
        return f"not found; there: {there or 'nothing'}"
    if fact.kind != mark.kind:
        return f"read as {fact.kind} by {fact.rule}" + (f" ({fact.note})" if fact.note else "")
    return "; ".join([*_wrong_reading(mark, fact), *_wrong_meaning(mark, fact, parts)]) or None


def _touch(mark: Mark, fact: Fact) -> bool:
    return fact.start < mark.end and mark.start < fact.end


def _wrong_reading(mark: Mark, fact: Fact) -> Iterator[str]:
    wanted, got = dict(_marked(mark)), dict(_read(fact))
    for key, value in wanted.items():
        if got.get(key) != value:
            yield f"{key} {_said(got.get(key))} and not {_said(value)}"


def _marked(mark: Mark) -> Iterator[tuple[str, Any]]:
    if mark.kind in LABELS:
        return
    if mark.kind == "date":
        yield from ((key, mark.says.get(key)) for key in DATE_KEYS)
    else:
        yield from ((key, mark.number(key)) for key in NUMBER_KEYS)
        yield "bound", mark.says.get("bound", "=")
        yield "unit", mark.says.get("unit")
    if mark.kind in QUANTITIES:
        yield "per", mark.says.get("per")
        yield "change", mark.says.get("change")
    yield "repaired", mark.says.get("repaired") == "true"


def _read(fact: Fact) -> Iterator[tuple[str, Any]]:
    quantity, date = fact.quantity or Quantity(None), fact.date or PartialDate(None)
    yield from ((key, getattr(date, key)) for key in DATE_KEYS)
    yield from ((key, getattr(quantity, key)) for key in (*NUMBER_KEYS, "bound", "unit", "per", "change"))
    yield "repaired", fact.repaired


def _wrong_meaning(mark: Mark, fact: Fact, parts: _Parts) -> Iterator[str]:
    """What the mark says of the meaning; keys that it leaves out are not asked for."""
    status = mark.says.get("status", "done")
    checks: tuple[tuple[str, str | None, Callable[[str | None, str], bool]], ...] = (
        ("object", fact.object, _alike),
        ("status", fact.status, _same),
        ("activity", fact.activity, _same),
        ("indicator", _claim(fact.indicator, fact.status), lambda got, wanted: (got or "none") == (_claim(wanted, status) or "none")),
        ("when", fact.when, _same),
    )
    for key, got, fits in checks:
        if key in mark.says and not any(fits(got, wanted) for wanted in mark.several(key)):
            yield f"{key} {_said(got)} and not {_said(mark.says[key])}"
    if "part_of" in mark.says and (fact.part_of is None or fact.part_of != parts.total(mark.says["part_of"])):
        yield "not a part of its total"


def _claim(indicator: str | None, status: str | None) -> str | None:
    """The cell that a figure claims: a plan or a criterion claims none."""
    return indicator if status == "done" else None


def _same(got: str | None, wanted: str) -> bool:
    return (got or "") == wanted


def _alike(got: str | None, wanted: str) -> bool:
    mine, theirs = set(got or ""), set(wanted)
    if not mine or not theirs:
        return mine == theirs
    return 2 * len(mine & theirs) / (len(mine) + len(theirs)) >= LIKENESS


def _said(value: Any) -> str:
    return "nothing" if value is None else str(value)
