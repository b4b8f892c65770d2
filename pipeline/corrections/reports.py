"""Corrections → what is known of a report as a whole: its place, year, period, organisation and title. They win over the manifest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from pipeline.corrections.entries import Due, speaks_of_a_fact
from pipeline.corrections.facts import NOTHING, SELF_SAID
from pipeline.manifest import Entry, overlaid
from pipeline.model import Amendment, Correction, Period, Place, ReadReport

_PLACE = ("town", "county", "city", "province")


def amended(read: ReadReport, due: Sequence[Due]) -> ReadReport:
    """The report as corrected, with what became of each correction that speaks of it behind its other amendments."""
    mine = [one for one in due if not speaks_of_a_fact(one.correction)]
    last = {one.correction.column: one.correction for one in mine}
    amendments: list[Amendment] = []
    for one in mine:
        final = last[one.correction.column]
        if final is not one.correction:
            same = "says the same" if final.new == one.correction.new else "says otherwise"
            later = f"correction {final.number}, which comes later, {same}"
            amendments.append(Amendment(one.correction, "no_longer_needed", why=later))
            continue
        read, amendment = _amended(read, one)
        amendments.append(amendment)
    return replace(read, amendments=(*read.amendments, *amendments))


def emptied(read: ReadReport) -> ReadReport:
    """The report without the divisions that were taken away by hand, where they would follow from what is left."""
    taken = {a.correction.column for a in read.amendments if not a.correction.new and a.outcome in ("applied", "moved")}
    if not taken.intersection(_PLACE):
        return read
    town, county, city, province = (None if name in taken else getattr(read.place, name) for name in _PLACE)
    return replace(read, place=replace(read.place, town=town, county=county, city=city, province=province))


def _amended(read: ReadReport, due: Due) -> tuple[ReadReport, Amendment]:
    correction = due.correction
    said = _said(read, correction.column)
    if said == correction.new:
        return read, Amendment(correction, "no_longer_needed", why=SELF_SAID)
    if not due.same_text and said != correction.old:
        changed = f"the report's text has changed, and so has what is read of it: {said or NOTHING}; correct it anew where it is wrong"
        return read, Amendment(correction, "orphaned", why=changed)
    why = [*([due.moved] if due.moved else []), *([] if said == correction.old else [f"the rules now say {said or NOTHING}"])]
    return _with(read, correction), Amendment(correction, "moved" if due.moved else "applied", why="; ".join(why) or None)


def _said(read: ReadReport, column: str) -> str:
    if column == "title":
        return read.title or (read.report.raw_text(*read.report.title).strip() if read.report.title else "")
    if column == "org":
        return read.org or ""
    value = getattr(read.place if column in _PLACE else read.period, column)
    return "" if value is None else str(value)


def _with(read: ReadReport, correction: Correction) -> ReadReport:
    column, new = correction.column, correction.new
    if new:
        return overlaid(read, Entry({column: new}, int(new) if column == "year" else None))
    if column == "year":
        return replace(read, period=Period(read.period.period))
    if column == "period":
        return replace(read, period=replace(read.period, period=None))
    if column == "org":
        return replace(read, org=None)
    if column == "title":
        return replace(read, title="")
    place = read.place
    kind = None if column == "town" else place.town_kind
    town, county, city, province = (None if name == column else getattr(place, name) for name in _PLACE)
    return replace(read, place=Place(town, kind, county, city, province, evidence=place.evidence))
