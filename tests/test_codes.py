"""Codes of a town in a year, and what follows from the names that an analyst gives."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.interpret.codes import complete, in_year
from pipeline.interpret.gazetteer import Gazetteer
from pipeline.model import Place

RULES = Path(__file__).resolve().parent.parent / "rules"


@pytest.fixture(scope="module")
def gazetteer() -> Gazetteer:
    return Gazetteer(RULES / "places")


def given(**names: str) -> Place:
    return Place(**names, basis="manifest")  # type: ignore[arg-type]


def test_names_that_leave_one_town_bring_the_divisions_above_and_the_codes(gazetteer: Gazetteer) -> None:
    place = complete(gazetteer, given(town="周巷镇", city="宁波市"), 2016)
    assert (place.county, place.city, place.province, place.town_kind) == ("慈溪市", "宁波市", "浙江省", "镇")
    assert (str(place.town_code)[:6], str(place.town_code_nbs)[:6], place.basis) == ("330282", "330282", "manifest")


def test_codes_are_those_of_the_year(gazetteer: Gazetteer) -> None:
    old, new = (complete(gazetteer, given(town="马鸣乡", province="云南省"), year) for year in (2012, 2021))
    assert (old.county, old.town_code, str(old.town_code_nbs)[:6]) == ("马龙县", None, "530321")
    assert (new.county, str(new.town_code)[:6], str(new.town_code_nbs)[:6]) == ("马龙区", "530304", "530304")


@pytest.mark.parametrize(
    "names",
    [
        {"town": "城关镇"},  # many
        {"town": "周巷镇", "county": "余姚市"},  # lies elsewhere
        {"town": "安和镇", "county": "甲县"},  # in no list
        {"county": "慈溪市"},  # no town asked for
    ],
)
def test_names_that_leave_none_or_several_stay_as_they_are(gazetteer: Gazetteer, names: dict[str, str]) -> None:
    assert complete(gazetteer, given(**names), 2016) == given(**names)


def test_a_county_in_short_is_understood_and_kept(gazetteer: Gazetteer) -> None:
    place = complete(gazetteer, given(town="周巷镇", county="慈溪"), None)
    assert (place.county, place.province, str(place.town_code)[:6]) == ("慈溪", "浙江省", "330282")


def settled(county: str, *evidence: str) -> Place:
    return Place("双溪乡", "乡", county, "遂宁市", "四川省", None, "510922203", "stated", evidence, ("x=1",))


def test_a_settled_town_in_the_year_that_is_known_later(gazetteer: Gazetteer) -> None:
    old = in_year(gazetteer, settled("射洪市"), 2012)
    assert (old.county, old.city, old.town_code_nbs, old.candidates) == ("射洪县", "遂宁市", "510922203", ("四川省遂宁市射洪县双溪乡=1",))
    assert in_year(gazetteer, settled("射洪市", "射洪市@20-23"), 2012).county == "射洪市"


def test_a_town_that_names_do_not_settle_stays_as_it_is(gazetteer: Gazetteer) -> None:
    for place in (Place("双溪乡", "乡"), Place("双溪乡", "乡", "慈溪市"), Place("无此镇", "镇", "慈溪市"), Place()):
        assert in_year(gazetteer, place, 2012) is place
