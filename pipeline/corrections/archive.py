"""Which reports of the archive the corrections go to: first those of the same text, wherever they lie, then those that still say the same.

A worker sees some reports only, so this is settled before the run. What each input has to say is a `Sighting` per report; the files that
the corrections name come first, and only where a report is no longer in its own is all of the archive looked through.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from pipeline.corrections.entries import KEY_DIGITS, Corrections, Target, key_of, speaks_of_a_fact
from pipeline.corrections.search import places
from pipeline.model import Amendment, Correction, Report

MEMBER = "!/"


@dataclass(frozen=True, slots=True)
class Sighting:
    """A report that corrections may go to. `says`: number of a correction, and how far from its old place its sentence stands here."""

    key: str
    source: str
    start: int
    says: tuple[tuple[int, int], ...]


def is_named(source: str, corrections: Corrections) -> bool:
    """Whether a correction names the input `source`, or a file inside it."""
    return any(entry.source == source or entry.source.startswith(source + MEMBER) for entry in corrections.entries)


def sight(report: Report, corrections: Corrections) -> Sighting | None:
    """What the corrections have to do with a report; None for nothing."""
    key = report.sha256[:KEY_DIGITS]
    others = [entry for entry in corrections.entries if key_of(entry) != key]
    squeezed = "".join(report.raw.split())
    says = tuple(
        (entry.number, min(abs(start + report.start - (entry.start or 0)) for start, _ in found))
        for entry in others
        if entry.text and entry.sentence and "".join(entry.sentence.split()) in squeezed
        if (found := places(report.raw, entry.sentence, entry.text))
    )
    wanted = len(others) < len(corrections.entries) or any(entry.source == report.source for entry in others)
    return Sighting(key, report.source, report.start, says) if says or wanted else None


def missing(corrections: Corrections, sightings: Iterable[Sighting]) -> bool:
    """Whether a correction's report was not seen in the input that it names."""
    seen = {sighting.key for sighting in sightings}
    return any(key_of(entry) not in seen for entry in corrections.entries)


def settle(corrections: Corrections, sightings: Sequence[Sighting]) -> Corrections:
    """The corrections with their targets, and those closed whose report is nowhere."""
    seen: dict[str, set[str]] = {}
    for sighting in sightings:
        seen.setdefault(sighting.key, set()).add(sighting.source)
    targets: dict[int, Target] = {}
    closed = list(corrections.closed)
    followed: dict[tuple[str, str], Counter[Target]] = {}
    for entry in (e for e in corrections.entries if speaks_of_a_fact(e)):
        found = Target(key_of(entry)) if key_of(entry) in seen else _elsewhere(entry, sightings)
        if isinstance(found, Target):
            targets[entry.number] = found
            followed.setdefault((entry.source, key_of(entry)), Counter())[found] += 1
        else:
            closed.append(Amendment(entry, "orphaned", why=found))
    for entry in (e for e in corrections.entries if not speaks_of_a_fact(e)):
        target = _of_report(entry, seen, sightings, followed.get((entry.source, key_of(entry))))
        if target is not None:
            targets[entry.number] = target
        else:
            closed.append(Amendment(entry, "orphaned", why="its report is not in the archive, and no other stands in its place"))
    return replace(corrections, targets=targets, closed=tuple(closed))


def _elsewhere(entry: Correction, sightings: Sequence[Sighting]) -> Target | str:
    """The report that says the same: of its own source the nearest, else the only one; or why there is none."""
    saying = [(distance, sighting) for sighting in sightings for number, distance in sighting.says if number == entry.number]
    own = [(distance, sighting.start, sighting) for distance, sighting in saying if sighting.source == entry.source]
    if own:
        return Target(min(own, key=lambda found: found[:2])[2].key, entry.source)
    keys = {sighting.key for _, sighting in saying}
    if len(keys) == 1:
        return Target(keys.pop())
    if keys:
        return f"its report is gone, and {len(keys)} reports have its sentence; correct the right one anew"
    return "its report is gone, and no other report has its sentence; correct it anew where it is still wrong"


def _of_report(
    entry: Correction, seen: dict[str, set[str]], sightings: Sequence[Sighting], followed: Counter[Target] | None
) -> Target | None:
    """A correction of a whole report: the same text in its own source, else anywhere; else where its facts went; else what stands there."""
    key = key_of(entry)
    if key in seen:
        return Target(key, entry.source if entry.source in seen[key] else None)
    if followed:
        return followed.most_common(1)[0][0]
    own = [sighting for sighting in sightings if sighting.source == entry.source]
    there = own if len(own) == 1 else [sighting for sighting in own if entry.start and sighting.start == entry.start]
    return Target(there[0].key, entry.source) if len(there) == 1 else None
