"""Pieces of work: the facts of one sentence that tell of the same type of work with the same status, put together."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.model import Activity, Fact, Report

NO_WORK = frozenset({"profile", "other"})
"""Types that describe the town and not something that was done."""


def pieces_of_work(facts: Sequence[Fact], report: Report) -> tuple[Activity, ...]:
    """One activity per run of facts with the same sentence, type and status; thresholds tell of no work."""
    groups: dict[tuple[int, str, str], list[int]] = {}
    for index, fact in enumerate(facts):
        if fact.activity and fact.activity not in NO_WORK and fact.status in ("done", "plan"):
            groups.setdefault((fact.sentence, fact.activity, fact.status), []).append(index)
    return tuple(_activity(indices, facts, report) for indices in groups.values())


def _activity(indices: Sequence[int], facts: Sequence[Fact], report: Report) -> Activity:
    first = facts[indices[0]]
    sentence = report.sentences[first.sentence]
    assert first.activity is not None and first.status is not None
    cues = tuple(dict.fromkeys(cue for i in indices for cue in facts[i].cues if cue.rule.startswith("activity.")))
    return Activity(
        sentence.start, sentence.end, first.activity, first.status, tuple(indices), first.sentence, f"activity.{first.activity}", cues
    )
