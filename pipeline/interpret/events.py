"""Pieces of work: the figures that tell of one thing done, put together from the numbers of a sentence.

Figures of one sentence belong together while type of work and status stay the same. A semicolon, a date between them, or a second figure
of a measure that the piece has already begins another: `文艺演出3场、篮球比赛2场` are two, `困难职工92户,慰问金7.36万元` are one.
"""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.interpret.clauses import Clauses
from pipeline.model import Activity, Fact, Report
from pipeline.rulebook import Rulebook

NO_WORK = frozenset({"profile"})
"""Types that describe the town and not something that was done."""

_REPEATABLE = frozenset({"percent"})
"""Classes of which one piece of work may have several figures."""


class EventReader:
    """Puts facts together to pieces of work."""

    def __init__(self, rulebook: Rulebook) -> None:
        self._classes = {word: unit.unit_class for word, unit in rulebook.units.items()}

    def read(self, report: Report, facts: Sequence[Fact], clauses: Clauses, units: Sequence[str]) -> tuple[Activity, ...]:
        """The pieces of work in the order of the text. `units`: each fact's measure word in simplified script."""
        pieces: list[list[int]] = []
        opened: dict[tuple[str, str], list[int]] = {}
        last: int | None = None
        for index in clauses.settings:
            fact = facts[index]
            if fact.activity is None or fact.activity in NO_WORK or fact.status not in ("done", "plan"):
                continue
            if last is not None and self._parts(report, facts, last, index):
                opened = {}
            key = fact.activity, str(fact.status)
            piece = opened.get(key)
            if piece is None or self._repeats(index, piece, facts, units):
                piece = opened[key] = []
                pieces.append(piece)
            piece.append(index)
            last = index
        return tuple(_activity(piece, facts, clauses) for piece in pieces)

    @staticmethod
    def _parts(report: Report, facts: Sequence[Fact], last: int, index: int) -> bool:
        """Whether something between two figures ends all pieces: another sentence, a semicolon, a date that is not compared with."""
        if facts[last].sentence != facts[index].sentence or ";" in report.text[facts[last].end : facts[index].start]:
            return True
        return _counts(facts[index]) and any(facts[between].kind == "date" for between in range(last + 1, index))

    def _repeats(self, index: int, piece: Sequence[int], facts: Sequence[Fact], units: Sequence[str]) -> bool:
        """Whether the piece has a figure of that measure, of which this one is neither a part nor a price nor a difference."""
        fact, measure = facts[index], self._classes.get(units[index])
        if measure is None or measure in _REPEATABLE or not _counts(fact) or fact.part_of in piece:
            return False
        return any(self._classes.get(units[other]) == measure and _counts(facts[other]) for other in piece)


def _counts(fact: Fact) -> bool:
    quantity = fact.quantity
    return quantity is not None and not quantity.per and not quantity.change and fact.scope != "last_year"


def _activity(indices: Sequence[int], facts: Sequence[Fact], clauses: Clauses) -> Activity:
    first = facts[indices[0]]
    assert first.activity is not None and first.status is not None
    cues = tuple(dict.fromkeys(cue for i in indices for cue in facts[i].cues if cue.rule.startswith("activity.")))
    settings = [clauses.settings[index] for index in indices]
    anchor = clauses.spans[settings[0].sentence][settings[0].anchor]
    start, end = min(anchor[0], settings[0].start), max(setting.end for setting in settings)
    return Activity(start, end, first.activity, first.status, tuple(indices), first.sentence, f"activity.{first.activity}", cues)
