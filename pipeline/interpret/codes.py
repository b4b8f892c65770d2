"""Codes of a town in a year, and the town that names given by the analyst leave.

Two code systems are kept apart: the civil-affairs ministry's (nine digits) and the statistics office's (twelve).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from pipeline.interpret.gazetteer import Division, Gazetteer, Town
from pipeline.model import Place

LEVELS = {1: "province", 2: "city", 3: "county"}
"""Level of a division → the column of its name."""


def ministry_code(town: Town, parent: Division | None) -> str | None:
    """The ministry's code, where the county had the code that it begins with."""
    return str(town.mca) if town.mca and parent and town.mca // 1000 == parent.code else None


def statistics_code(gazetteer: Gazetteer, town: Town, parent: Division | None, year: int | None) -> str | None:
    """The statistics office's code valid in the year: the first list's for the years before; None where several could be meant."""
    codes = gazetteer.nbs_codes(town)
    if parent is not None and len(codes) > 1:
        codes = [row for row in codes if row[2] // 1000 == parent.code]
    if year is not None and len(codes) > 1:
        codes = [row for row in codes if row[0] <= year <= row[1]] or [min(codes, key=lambda row: abs(row[0] - year))]
    same = {code for _, _, code in codes}
    if len(same) != 1 or parent is None:
        return None
    code = same.pop()
    listed = any(state.code == code // 1000 for state in gazetteer.states(town.parent))
    return str(code) if code // 1000 == parent.code or not listed else None


def complete(gazetteer: Gazetteer, given: Place, year: int | None) -> Place:
    """A place that the analyst named, with what follows from its names: the divisions above, kind and codes valid in `year`.

    Nothing is added where no town, or more than one, has all the names; names that were given stay as they are.
    """
    if given.town is None:
        return given
    towns = [gazetteer.town(number) for number in gazetteer.towns(given.town)]
    fitting = {town.number: chain for town in towns if _agree(chain := _chain(gazetteer, town, year), given)}
    if year is not None and len(fitting) > 1:
        fitting = {number: chain for number, chain in fitting.items() if gazetteer.town(number).valid(year)}
    if len(fitting) != 1:
        return given
    (number, chain), *_ = fitting.items()
    town, parent = gazetteer.town(number), gazetteer.state(gazetteer.parent(number), year)
    names: dict[str, Any] = {name: getattr(given, name) or (chain[name].name if name in chain else None) for name in LEVELS.values()}
    code = statistics_code(gazetteer, town, parent, year)
    return replace(given, **names, town_kind=town.kind, town_code=ministry_code(town, parent), town_code_nbs=code)


def in_year(gazetteer: Gazetteer, place: Place, year: int) -> Place:
    """A settled town as it was in `year`: the names above it and its codes. A county's name that the report itself writes stays.

    The place as it is where no town of the lists, or more than one, is meant by its names.
    """
    above = {name for name in (place.county, place.city, place.province) if name is not None}
    fitting = [number for number in gazetteer.towns(place.town or "") if above and above <= _names_above(gazetteer, number)]
    if len(fitting) != 1:
        return place
    town = gazetteer.town(fitting[0])
    parent = gazetteer.state(town.parent, year)
    chain = _chain(gazetteer, town, year)
    written = {words.rpartition("@")[0] for words in place.evidence}
    names: dict[str, Any] = {
        column: name if name is None or name in written or column not in chain else chain[column].name
        for column, name in (("county", place.county), ("city", place.city), ("province", place.province))
    }
    code = statistics_code(gazetteer, town, parent, year)
    candidate = "".join(filter(None, (names["province"], names["city"], names["county"], f"{place.town}=1")))
    return replace(place, **names, town_code=ministry_code(town, parent), town_code_nbs=code, candidates=(candidate,))


def _names_above(gazetteer: Gazetteer, number: int) -> set[str]:
    """All names that the divisions above a town ever had."""
    return {state.name for ident in gazetteer.ancestors(gazetteer.parent(number)) for state in gazetteer.states(ident)}


def _chain(gazetteer: Gazetteer, town: Town, year: int | None) -> Mapping[str, Division]:
    """The divisions above a town as they were in the year, by the columns of their names."""
    found: dict[str, Division] = {}
    state = gazetteer.state(town.parent, year)
    while state is not None:
        found[LEVELS[state.level]] = state
        state = gazetteer.state(state.parent, year)
    return found


def _agree(chain: Mapping[str, Division], given: Place) -> bool:
    """Whether the names given above the town are those of its divisions, in full or in short."""
    asked = ((getattr(given, name), chain.get(name)) for name in LEVELS.values())
    return all(said is None or (there is not None and said in (there.name, there.short)) for said, there in asked)
