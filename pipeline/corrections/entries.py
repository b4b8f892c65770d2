"""Corrections as they were handed in, checked: which can be made at all, and to which reports they go."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from pipeline.corrections.files import rows
from pipeline.corrections.row import CorrectionsError, Row
from pipeline.corrections.values import OF_FACTS, RefusedError, Vocabulary
from pipeline.given import whole
from pipeline.model import Amendment, Correction, Report
from pipeline.rulebook import Rulebook

KEY_DIGITS = 16
"""So many digits of a report's hash tell it from every other, as they do in `report_id`."""
_HASH = re.compile(r"([0-9a-f]{16,64})(?:-\d+)?")


@dataclass(frozen=True, slots=True)
class Target:
    """The reports that a correction goes to: those of this key, and only those of `source` where one is named."""

    key: str
    source: str | None = None


@dataclass(frozen=True, slots=True)
class Due:
    """A correction that goes to a report; `moved`: the report is no longer the one it was made in, or no longer where it was."""

    correction: Correction
    same_text: bool
    moved: str | None


@dataclass(frozen=True)
class Corrections:
    """All corrections of a run. `closed`: those that go nowhere, with the reason; `targets`: by their numbers the reports of the others."""

    entries: tuple[Correction, ...] = ()
    closed: tuple[Amendment, ...] = ()
    targets: Mapping[int, Target] = field(default_factory=dict)

    @classmethod
    def load(cls, path: Path, book: Rulebook) -> Corrections:
        """Read a file and check its values by the rules. Raises CorrectionsError for a file, not for a value, that cannot be used."""
        vocabulary = Vocabulary(book)
        entries: list[Correction] = []
        closed: list[Amendment] = []
        for number, row in enumerate(rows(path), start=1):
            correction = _correction(number, row)
            try:
                entries.append(_checked(correction, vocabulary))
            except RefusedError as refusal:
                closed.append(Amendment(correction, "refused", why=str(refusal)))
        return cls(tuple(entries), tuple(closed), {entry.number: Target(key_of(entry)) for entry in entries})

    def due(self, report: Report) -> tuple[Due, ...]:
        """Those that go to `report`, in their order."""
        if not self.entries:
            return ()
        key = report.sha256[:KEY_DIGITS]
        return tuple(
            _due(entry, key, report)
            for entry in self.entries
            if (target := self.targets.get(entry.number)) is not None and target.key == key and target.source in (None, report.source)
        )


def _due(correction: Correction, key: str, report: Report) -> Due:
    same = key_of(correction) == key
    if not same:
        return Due(correction, same, "the report's text has changed")
    return Due(correction, same, None if correction.source == report.source else f"the report is now in {report.source}")


def key_of(correction: Correction) -> str:
    """The digits by which a correction knows its report."""
    return correction.report_sha256[:KEY_DIGITS]


def speaks_of_a_fact(correction: Correction) -> bool:
    return correction.column in OF_FACTS


def _correction(number: int, row: Row) -> Correction:
    said = row.fields
    digest = _HASH.fullmatch(said["report_sha256"].strip().lower())
    if digest is None:
        raise CorrectionsError(
            f"{row.where}: report_sha256 {said['report_sha256']!r} is no hash of a report; take it, or report_id, from the tables of a run"
        )
    start = whole(said["start"]) if said.get("start", "").strip() else None
    if start is None and said.get("start", "").strip():
        raise CorrectionsError(f"{row.where}: start {said['start']!r} is no whole number; take it from facts.csv or leave it empty")
    return Correction(
        number, said["source"].strip(), digest[1], said.get("text", ""), said.get("sentence", ""), start, said["column"].strip(),
        said.get("old", ""), said["new"], said.get("reason", ""), said.get("fact_id") or None,
    )  # fmt: skip


def _checked(correction: Correction, vocabulary: Vocabulary) -> Correction:
    """With old and new value as the tables write them. Raises RefusedError for the new one."""
    column, text = correction.column, correction.text
    new = vocabulary.normal(column, correction.new, text)
    if speaks_of_a_fact(correction) and not text:
        raise RefusedError(f"{column} is a column of facts, and text is empty; say which words it speaks of")
    try:
        old = vocabulary.normal(column, correction.old, text)
    except RefusedError:  # what stood there is not for us to refuse
        old = correction.old
    return replace(correction, new=new, old=old)
