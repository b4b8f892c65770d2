"""Corrections → the facts of a report. What is put right is a column of a fact; a numeral that no rule found becomes a new fact."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, TypeVar

from msgspec import structs

from pipeline.bounds import plain
from pipeline.corrections.entries import KEY_DIGITS, Due, speaks_of_a_fact
from pipeline.corrections.search import Span, nearest, places
from pipeline.corrections.values import KINDS_OF, NUMBERS, OF_DATES, OF_MEANING, OF_QUANTITIES, RefusedError, equal
from pipeline.model import CORRECTED, FACTS, QUANTITIES, Amendment, Correction, Fact, Outcome, PartialDate, Quantity, Report

Holder = TypeVar("Holder", Fact, Quantity, PartialDate)

BY_HAND = "by_hand"
"""Stands as the rule of a fact that no rule found."""
SELF_SAID = "the rules say so themselves"
FOLLOWS = "it is so since its place was corrected otherwise"
NOTHING = "—"


def amended(report: Report, facts: Sequence[Fact], due: Sequence[Due]) -> tuple[tuple[Fact, ...], tuple[Amendment, ...]]:
    """The facts as corrected, new ones behind the others, and what became of each correction that speaks of a fact."""
    bench = _Bench(report, list(facts))
    for one in due:
        if speaks_of_a_fact(one.correction):
            bench.place(one)
    for place in bench.places.values():
        bench.correct(place)
    return tuple(bench.facts), tuple(sorted(bench.amendments, key=lambda amendment: amendment.correction.number))


@dataclass(slots=True)
class _Place:
    """The corrections of one numeral, each with what is to be said of where it was found."""

    span: Span
    index: int | None
    due: list[tuple[Correction, list[str]]] = field(default_factory=list)


class _Bench:
    """One report while it is corrected. Spans count in its raw text."""

    def __init__(self, report: Report, facts: list[Fact]) -> None:
        self.report = report
        self.facts = facts
        self.amendments: list[Amendment] = []
        self.places: dict[int | Span, _Place] = {}
        self._spans = [_raw(report, fact) for fact in facts]
        self._index = {span: number for number, span in enumerate(self._spans)}

    # ---------------------------------------------------------------- where

    def place(self, due: Due) -> None:
        """Put a correction with the others of its numeral, or close it where its words do not stand in the report."""
        correction = due.correction
        moved = [due.moved] if due.moved else []
        span = self._find(correction, due.same_text, moved)
        if span is None:
            self._close(correction, "orphaned", "its words do not stand in the report; correct it anew where it is still wrong")
            return
        touched = [number for number, (start, end) in enumerate(self._spans) if start < span[1] and span[0] < end]
        if span not in self._index and len(touched) > 1:
            self._close(correction, "orphaned", f"{len(touched)} numerals are read in these words now; correct each by itself")
            return
        index = self._index.get(span, touched[0] if touched else None)
        if index is not None and self._spans[index] != span:
            start, end = self._spans[index]
            moved.append(f"«{self.report.raw[start:end]}» is read there now")
        key = span if index is None else index
        self.places.setdefault(key, _Place(span, index)).due.append((correction, moved))

    def _find(self, correction: Correction, same_text: bool, moved: list[str]) -> Span | None:
        """The span of the correction's words: where they stood, or in the same sentence elsewhere; then `moved` says so."""
        raw, text = self.report.raw, correction.text
        by_id = self._offset_of_id(correction)
        known = next((span for span in self._spans if span[0] == by_id), None)
        if known is not None:
            return known
        old = (correction.start or 0) - self.report.start if by_id is None else by_id
        there = (old, old + len(text)) if old >= 0 and raw.startswith(text, old) else None
        found = places(raw, correction.sentence, text)
        if same_text and there is not None and (not found or there in found):
            return there
        found = [span for span in found if span in self._index] or found
        if not found:
            return None
        if len(found) > 1:
            moved.append(f"the nearest of {len(found)} places with these words")
        return nearest(found, old)

    def _offset_of_id(self, correction: Correction) -> int | None:
        """Where the words stood in the report, by their fact_id; None where that is of another report, or not given."""
        report_id, _, offset = (correction.fact_id or "").rpartition(":")
        return int(offset) if report_id[:KEY_DIGITS] == self.report.sha256[:KEY_DIGITS] and offset.isdigit() else None

    # ---------------------------------------------------------------- what

    def correct(self, place: _Place) -> None:
        """Make the corrections of one numeral: its kind first, of two of one column the later."""
        last = {correction.column: correction for correction, _ in place.due}
        index = self._added(place, last.get("kind")) if place.index is None else place.index
        notes: list[str] = []
        for correction, moved in sorted(place.due, key=lambda due: (due[0].column != "kind", due[0].number)):
            final = last[correction.column]
            if final is not correction:
                same = "says the same" if equal(correction.column, final.new, correction.new) else "says otherwise"
                self._close(correction, "no_longer_needed", f"correction {final.number}, which comes later, {same}", index)
            elif index is None:
                why = "nothing is read at its place; add a correction of kind with the kind of figure that it is"
                self._close(correction, "orphaned", why)
            else:
                self._edit(index, correction, moved, notes)
        if index is not None and notes:
            self.facts[index] = structs.replace(self.facts[index], note=f"{CORRECTED}: {', '.join(notes)}")

    def _added(self, place: _Place, kind: Correction | None) -> int | None:
        """The index of a new fact at a place where nothing was read; None where no kind is said, or the place has no clean text."""
        span = _local(self.report, place.span)
        if kind is None or span is None:
            return None
        sentence = max(bisect_left([s.start for s in self.report.sentences], span[0] + 1) - 1, 0)
        self.facts.append(Fact(*span, "name", BY_HAND, sentence=sentence))
        return len(self.facts) - 1

    def _edit(self, index: int, correction: Correction, moved: list[str], notes: list[str]) -> None:
        fact, column, new = self.facts[index], correction.column, correction.new
        said = _said(fact, column)
        if equal(column, said, new) and not (column == "kind" and fact.rule == BY_HAND):
            self._close(correction, "no_longer_needed", "; ".join([FOLLOWS if notes else SELF_SAID, *moved]), index)
            return
        try:
            self.facts[index] = _EDITS[column](fact, column, new)
        except RefusedError as refusal:
            self._close(correction, "refused", str(refusal), index)
            return
        if column == "kind":
            self._unlink(index)
        reason = f" ({correction.reason})" if correction.reason else ""
        notes.append(f"{column} {said or NOTHING} → {new or NOTHING}{reason}")
        why = [*moved, *([] if equal(column, said, correction.old) or fact.rule == BY_HAND else [f"the rules now say {said or NOTHING}"])]
        self._close(correction, "moved" if moved else "applied", "; ".join(why) or None, index)

    def _unlink(self, total: int) -> None:
        """What is no figure has no parts."""
        if self.facts[total].kind not in QUANTITIES:
            self.facts = [structs.replace(fact, part_of=None) if fact.part_of == total else fact for fact in self.facts]

    def _close(self, correction: Correction, outcome: Outcome, why: str | None, index: int | None = None) -> None:
        self.amendments.append(Amendment(correction, outcome, index, why))


def _raw(report: Report, fact: Fact) -> Span:
    start, end = report.raw_span(fact.start, fact.end)
    return start - report.start, end - report.start


def _local(report: Report, span: Span) -> Span | None:
    """The clean text's span of a raw one; None where cleaning left nothing of one of its ends."""
    if report.offsets is None:
        return span
    first, last = (bisect_left(report.offsets, report.start + end) for end in span)
    if first < last and report.raw_span(first, last) == (report.start + span[0], report.start + span[1]):
        return first, last
    return None


# -------------------------------------------------------------------- one column


def _said(fact: Fact, column: str) -> str:
    """What a fact says in a column, as the tables write it; empty for nothing."""
    holder: Any = fact.quantity if column in OF_QUANTITIES else fact.date if column in OF_DATES else fact
    value = getattr(holder, column, None)
    return plain(value) if isinstance(value, Decimal) else value or ""


def _changed(holder: Holder, columns: Mapping[str, Any]) -> Holder:
    """With columns whose names and values the vocabulary has checked."""
    return structs.replace(holder, **columns)


def _kind(fact: Fact, column: str, new: str) -> Fact:
    """Another kind keeps what it can have of the old one's reading."""
    quantity, date = fact.quantity or Quantity(None), fact.date or PartialDate(None)
    if new in QUANTITIES:
        fact = structs.replace(fact, quantity=quantity, date=None, status=fact.status or "done", scope=fact.scope or "period")
        return _changed(fact, {column: new})
    bare = structs.replace(fact, object_span=None, part_of=None, quantity=None, date=None)
    bare = _changed(bare, {**dict.fromkeys(OF_MEANING), column: new})
    if new not in FACTS:
        return bare
    return structs.replace(bare, date=date) if new == "date" else structs.replace(bare, quantity=quantity)


def _quantity(fact: Fact, column: str, new: str) -> Fact:
    _demand(fact, column, KINDS_OF[column])
    quantity = fact.quantity or Quantity(None)
    if column not in NUMBERS:
        return structs.replace(fact, quantity=_changed(quantity, {column: new or None}))
    others = {"low": None, "high": None} if column == "value" else {"value": None}
    return structs.replace(fact, quantity=_changed(quantity, {**others, "note": None, column: Decimal(new) if new else None}))


def _date(fact: Fact, column: str, new: str) -> Fact:
    _demand(fact, column, KINDS_OF[column])
    return structs.replace(fact, date=_changed(fact.date or PartialDate(None), {"note": None, column: new or None}))


def _meaning(fact: Fact, column: str, new: str) -> Fact:
    _demand(fact, column, tuple(sorted(QUANTITIES)))
    return structs.replace(_changed(fact, {column: new or None}), object_span=None if column == "object" else fact.object_span)


def _demand(fact: Fact, column: str, kinds: Sequence[str]) -> None:
    if fact.kind not in kinds:
        raise RefusedError(f"a {fact.kind} has no {column}; correct its kind as well, to one of {', '.join(kinds)}")


_EDITS: Mapping[str, Callable[[Fact, str, str], Fact]] = {
    "kind": _kind,
    **dict.fromkeys(OF_QUANTITIES, _quantity),
    **dict.fromkeys(OF_DATES, _date),
    **dict.fromkeys(OF_MEANING, _meaning),
}
