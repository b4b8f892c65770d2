"""The towns that generated reports speak of: those of the gazetteer that were there all the time."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

GAZETTEER = Path(__file__).resolve().parent.parent / "rules" / "places"
SUFFIX = "镇"
NUMERALS = frozenset("一二三四五六七八九十百千万零〇两双半")
"""A town with one of them in its name would put numerals into a report that no slot knows of."""
_COUNTY, _CITY = 3, 2


@dataclass(frozen=True, slots=True)
class Place:
    """A town with what it lies in, all in full."""

    province: str
    city: str
    county: str
    town: str


@cache
def places() -> tuple[Place, ...]:
    """All towns (镇) of a county in a prefecture, in the order of the gazetteer."""
    standing = {row["id"]: row for row in _rows("divisions") if row["last"] is None}
    found = []
    for town in _rows("towns"):
        county = standing.get(town["parent"])
        if town["kind"] != SUFFIX or town["last"] is not None or town["first"] is not None or not county or county["level"] != _COUNTY:
            continue
        if NUMERALS & set(town["name"] + county["name"]):
            continue
        city = standing.get(county["parent"])
        province = standing.get(city["parent"]) if city and city["level"] == _CITY else None
        if city and province:
            found.append(Place(province["name"], city["name"], county["name"], town["name"]))
    return tuple(found)


def _rows(name: str) -> list[dict[str, Any]]:
    return list(pq.read_table(GAZETTEER / f"{name}.parquet").to_pylist())
