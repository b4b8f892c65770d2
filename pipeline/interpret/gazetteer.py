"""The gazetteer: provinces, prefectures, counties, towns and villages with their codes and years.

Reads the tables that `scripts/build_gazetteer.py` writes into `rules/places/` (sources and licences: NOTICE). Loading takes well under
0.1 s; the villages are read when they are first asked for. Two code systems live side by side: `mca` is the civil-affairs ministry's
(at the end of 2025), `nbs` the statistics office's (by year, 2015 to 2023).
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import cached_property, lru_cache
from pathlib import Path
from typing import NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq

MOST_TOWNS = 1 << 13
"""So many towns are kept as they were read: an archive asks for those of its counties again and again."""


class Division(NamedTuple):
    """One state of a province, prefecture or county; `id` stays the same through changes of name, code and parent."""

    id: int
    level: int
    """1 province, 2 prefecture, 3 county."""
    name: str
    short: str | None
    code: int
    parent: int
    first: int
    """First year, 1990 where it is older than the table."""
    last: int | None
    """Last year; None where it still exists."""
    successor: int | None
    """Code of the state that followed."""

    def valid(self, year: int) -> bool:
        """Whether the name was in use in `year`; the year after a change still counts, since papers lag behind."""
        return self.first <= year and (self.last is None or year <= self.last + 1)


class Town(NamedTuple):
    """A town, township or street office under one name and one parent."""

    number: int
    name: str
    kind: str
    parent: int
    """Id of the county, or of the prefecture where that has no counties (东莞)."""
    first: int | None
    """First year; None for 2015 and before."""
    last: int | None
    """Last year; None where it was there at the end of 2025."""
    nbs: int | None
    mca: int | None
    successor: int | None
    """Number of the town that it was renamed into or merged with."""

    def valid(self, year: int) -> bool:
        """Whether the town was there in `year`, as far as the lists tell: nothing is known against years before 2015."""
        return (self.first is None or self.first <= year) and (self.last is None or year <= self.last + 1)


class _Recent(dict[str, tuple[int, ...]]):
    """Answers kept for the next report of the archive; emptied when full."""

    def __setitem__(self, name: str, towns: tuple[int, ...]) -> None:
        if len(self) >= 50_000:
            self.clear()
        super().__setitem__(name, towns)


class Gazetteer:
    """Look-ups by name and by number. Build it once: `Gazetteer(rules_dir / "places")`. Raises OSError where a table is missing."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        rows = _read(folder, "divisions").to_pydict()
        self.divisions: tuple[Division, ...] = tuple(map(Division._make, zip(*(rows[name] for name in Division._fields), strict=True)))
        states: dict[int, list[Division]] = defaultdict(list)
        for row in self.divisions:
            states[row.id].append(row)
        self._states: Mapping[int, Sequence[Division]] = states
        table = _read(folder, "towns")
        self._towns: dict[str, pa.Array] = {name: table.column(name).combine_chunks() for name in table.column_names}
        self._asked = _Recent()
        self.town = lru_cache(MOST_TOWNS)(self._town)
        """The town of a number from `towns` or `villages`."""
        self._ancestors: dict[int, frozenset[int]] = {}
        names: list[str] = self._towns["name"].to_pylist()
        self._parents: list[int] = self._towns["parent"].to_pylist()
        self._by_name: dict[str, int | list[int]] = {}
        for number, name in enumerate(names):
            self._add(name, number)
        for number, alias in enumerate(self._towns["alias"].to_pylist()):
            if alias is not None:
                self._add(alias, number)
        self.endings = frozenset(name[-3:] for name in self._by_name)
        """The last three characters of every town's name, for a quick look before a name is cut out."""

    def _add(self, name: str, number: int) -> None:
        known = self._by_name.get(name)
        if known is None:
            self._by_name[name] = number
        elif isinstance(known, int):
            self._by_name[name] = [known, number]
        else:
            known.append(number)

    # --- divisions ----------------------------------------------------------------------------------------------------------------

    def states(self, ident: int) -> Sequence[Division]:
        """All states of a division, oldest first; empty for an unknown id."""
        return self._states.get(ident, ())

    def state(self, ident: int, year: int | None = None) -> Division | None:
        """The state in `year`: the latest where the year is unknown, the nearest where it lies outside the table."""
        states = self.states(ident)
        if not states:
            return None
        if year is None or year > states[-1].first:
            return states[-1]
        fitting = [state for state in states if state.last is not None and state.first <= year <= state.last]
        return fitting[-1] if fitting else min(states, key=lambda state: abs(state.first - year))

    def ancestors(self, ident: int) -> frozenset[int]:
        """Ids of a division and of all that it ever lay in."""
        if ident not in self._ancestors:
            found, open_ids = set[int](), [ident]
            while open_ids:
                current = open_ids.pop()
                if current and current not in found:
                    found.add(current)
                    open_ids += [state.parent for state in self.states(current)]
            self._ancestors[ident] = frozenset(found)
        return self._ancestors[ident]

    # --- towns --------------------------------------------------------------------------------------------------------------------

    @property
    def town_count(self) -> int:
        return len(self._towns["name"])

    def known(self, name: str) -> bool:
        """Whether any town has this name, or is called so in short."""
        return name in self._by_name

    def towns(self, name: str) -> tuple[int, ...]:
        """Numbers of all towns of this name, or called so in short (桃源乡 for 桃源回族乡)."""
        found = self._by_name.get(name, ())
        return (found,) if isinstance(found, int) else tuple(found)

    def _town(self, number: int) -> Town:
        get = {name: column[number].as_py() for name, column in self._towns.items() if name not in ("alias", "town")}
        return Town(number, get["name"], get["kind"], get["parent"], get["first"], get["last"], get["nbs"], get["mca"], get["successor"])

    def parent(self, number: int) -> int:
        """Id of the division that a town lies in."""
        return self._parents[number]

    def towns_of(self, division: int) -> Sequence[int]:
        """Numbers of the towns right under a division."""
        return self._by_parent.get(division, ())

    @cached_property
    def _by_parent(self) -> Mapping[int, Sequence[int]]:
        numbers: dict[int, list[int]] = defaultdict(list)
        for number, parent in enumerate(self._parents):
            numbers[parent].append(number)
        return numbers

    @cached_property
    def _codes(self) -> Mapping[int, Sequence[tuple[int, int, int]]]:
        rows = _read(self._folder, "town_codes").to_pydict()
        codes: dict[int, list[tuple[int, int, int]]] = defaultdict(list)
        for number, code, first, last in zip(*(rows[name] for name in ("town", "code", "first", "last")), strict=True):
            codes[number].append((first, last, code))
        return codes

    def nbs_codes(self, town: Town) -> list[tuple[int, int, int]]:
        """(first year, last year, code) of the statistics office's codes of a town, oldest first; empty where it never listed the town."""
        found = self._codes.get(town.number)
        if found:
            return sorted(found)
        return [(2015, 2023, town.nbs)] if town.nbs is not None else []

    # --- villages -----------------------------------------------------------------------------------------------------------------

    @cached_property
    def _villages(self) -> tuple[pa.Array, pa.Array]:
        table = _read(self._folder, "villages")
        return table.column("name").combine_chunks(), table.column("towns").combine_chunks()

    def villages(self, name: str) -> tuple[int, ...]:
        """Numbers of the towns that have a village or community of this name (without 村, 社区 and the like)."""
        if name not in self._asked:
            self._asked[name] = self._find_villages(name)
        return self._asked[name]

    def _find_villages(self, name: str) -> tuple[int, ...]:
        names, owners = self._villages
        place = bisect_left(range(len(names)), name, key=lambda i: names[i].as_py())
        if place < len(names) and names[place].as_py() == name:
            return tuple(owners[place].as_py())
        return ()


def _read(folder: Path, name: str) -> pa.Table:
    """One table; `ParquetFile` and not `read_table`, which imports the whole data set machinery."""
    with pq.ParquetFile(folder / f"{name}.parquet") as file:
        return file.read(use_threads=False)
