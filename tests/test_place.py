"""Which town a report comes from: the written cases, the annotated reports, the rules' own examples, and what it costs."""

from __future__ import annotations

import re
import tomllib
from typing import Any

import pytest
from place_cases import FOLDERS, RULES, SPECS, cases, gold_report, gold_reports, report_of

from pipeline.interpret.place import PlaceResolver
from pipeline.interpret.place_clues import Zones
from pipeline.model import Place

LEVELS = ("town", "county", "city", "province")
TABLE = tomllib.loads((RULES / "places.toml").read_text("utf-8"))
NAMES = re.compile("太平镇|慈溪市|湘西州|宁波市|江苏省")


@pytest.fixture(scope="module")
def resolver() -> PlaceResolver:
    return PlaceResolver(RULES)


def resolve(resolver: PlaceResolver, case: dict[str, Any]) -> Place:
    report = report_of(case["text"], case.get("source", "archive/report.txt"), case.get("part"))
    return resolver.resolve(report, case.get("siblings"), case.get("year_known"))


@pytest.mark.parametrize("case", cases("place"))
def test_cases(resolver: PlaceResolver, case: dict[str, Any]) -> None:
    place, want = resolve(resolver, case), case["want"]
    assert {level: getattr(place, level) for level in LEVELS} == {level: want.get(level) for level in LEVELS}
    assert want.get("basis", place.basis) == place.basis
    assert want.get("nbs", place.town_code_nbs) == place.town_code_nbs
    assert want.get("mca", place.town_code) == place.town_code
    assert len(place.candidates) >= want.get("candidates", 0)


def test_precision_and_recall(resolver: PlaceResolver) -> None:
    """Over all cases: a town that is given is right, and is given where the clues suffice."""
    given = right = wanted = 0
    for folder in FOLDERS:
        for case in tomllib.loads((folder / "place.toml").read_text("utf-8"))["case"]:
            got, want = resolve(resolver, case), case["want"]
            same = all(getattr(got, level) == want.get(level) for level in LEVELS)
            given += got.town is not None
            wanted += "town" in want
            right += got.town is not None and same
    assert right / given >= 0.99
    assert right / wanted >= 0.95


def test_there_are_enough_cases() -> None:
    tables = [tomllib.loads(path.read_text("utf-8"))["case"] for path in SPECS.rglob("*.toml")]
    assert sum(map(len, tables)) >= 200
    ids = [(path.stem, case["id"]) for path, table in zip(SPECS.rglob("*.toml"), tables, strict=True) for case in table]
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("row", gold_reports())
def test_annotated_reports(resolver: PlaceResolver, row: dict[str, Any]) -> None:
    place = resolver.resolve(gold_report(row))
    assert {level: getattr(place, level) for level in LEVELS} == {level: row[level] for level in LEVELS}


def test_a_sample_of_all_towns(resolver: PlaceResolver) -> None:
    """Any town whose county is named in full comes back with everything above it; none comes back as another."""
    gazetteer = resolver.gazetteer
    wrong, open_towns, asked = [], 0, 0
    for number in range(0, gazetteer.town_count, 211):
        town = gazetteer.town(number)
        county = gazetteer.states(town.parent)[-1]
        if town.last is not None or county.name in TABLE["names"]["generic_divisions"]:
            continue
        text = f"{town.name}总工会工作总结\n一年来,我{town.kind}总工会在{county.name}总工会的正确领导下,开展各项工作。"
        place = resolver.resolve(report_of(text))
        asked += 1
        open_towns += place.county is None and place.town == town.name and county.level == 3
        if place.town != town.name or place.county not in (None, county.name):
            wrong.append((town.name, county.name, place))
    assert asked > 150
    assert not wrong
    assert open_towns <= asked * 0.05


@pytest.mark.parametrize(
    "sentence",
    ["组织村干部赴{county}{town}参观学习。", "邀请{county}{town}的种粮大户来讲课。", "为来自{town}的务工人员讨薪。", "到{town}考察经验。",
     "{town}职工王某在我镇企业务工时受伤。", "与邻近的{town}签订了联防协议。", "学习{town}的做法,"],
)  # fmt: skip
def test_another_town_is_not_the_writers(resolver: PlaceResolver, sentence: str) -> None:
    gazetteer = resolver.gazetteer
    for number in range(5, gazetteer.town_count, 997):
        town = gazetteer.town(number)
        told = sentence.format(town=town.name, county=gazetteer.states(town.parent)[-1].name)
        text = f"一年来,我镇工会在县总工会和镇党委领导下,认真开展工作。全镇新建工会10家。{told}走访困难职工30户。"
        assert resolver.resolve(report_of(text)).town is None


def test_evidence_stands_where_it_says(resolver: PlaceResolver) -> None:
    text = "观海卫镇总工会工作总结\n一年来,镇总工会在慈溪市总工会的领导下开展工作。"
    place = resolver.resolve(report_of(text, "档案/浙江/观海卫镇.txt", start=100))
    spans = [item.rpartition("@") for item in place.evidence]
    assert {"观海卫镇", "慈溪市"} <= {words for words, _, _ in spans}
    for words, _, where in spans:
        if where != "path":
            start, end = map(int, where.split("-"))
            assert text[start - 100 : end - 100] == words


def test_a_town_without_county_shares_nothing_with_its_namesakes(resolver: PlaceResolver) -> None:
    place = resolver.resolve(report_of("城关镇总工会工作总结\n一年来,我镇总工会开展工作。"))
    assert (place.town, place.town_code, place.town_code_nbs, place.basis) == ("城关镇", None, None, "stated")
    assert len(place.candidates) == TABLE["settle"]["candidates"]


def test_codes_follow_the_year(resolver: PlaceResolver) -> None:
    text = "马鸣乡{year}年工作总结\n一年来,我乡在马龙{kind}委、{kind}政府领导下,经济社会平稳发展。"
    old = resolver.resolve(report_of(text.format(year=2012, kind="县")), year=2012)
    new = resolver.resolve(report_of(text.format(year=2021, kind="区")), year=2021)
    assert (old.county, old.town_code, str(old.town_code_nbs)[:6]) == ("马龙县", None, "530321")
    assert (new.county, str(new.town_code)[:6], str(new.town_code_nbs)[:6]) == ("马龙区", "530304", "530304")


def test_the_same_report_gives_the_same_place(resolver: PlaceResolver) -> None:
    report = report_of("我镇先在宏兴村试点,华兴、江南、元祥、振东等四个村跟上。根据慈总工〔〕12号文件,镇工会在市总工会领导下工作。")
    assert len({resolver.resolve(report) for _ in range(3)} | {PlaceResolver(RULES).resolve(report)}) == 1


def test_odd_texts_do_no_harm(resolver: PlaceResolver) -> None:
    odd = ("", "镇", "乡", "县", "\n\n", "市" * 500, "我镇" * 200, "〔" * 200, "、" * 300 + "等四个村", "村" * 300, "一" * 3000)
    for text in odd:
        assert resolver.resolve(report_of(text)).town is None


# --- the rules' own examples ------------------------------------------------------------------------------------------------------


def contexts() -> list[Any]:
    return [pytest.param(row, id=row["id"]) for row in TABLE["context"] if "before" in row or "after" in row]


@pytest.mark.parametrize("row", contexts())
def test_context_examples(resolver: PlaceResolver, row: dict[str, Any]) -> None:
    finder = resolver._finder
    rule = next(c for c in [*finder._zero, *finder._weighed] if c.id == row["id"])

    def fits(text: str) -> bool:
        found = NAMES.search(text)
        assert found is not None, f"{text}: an example names one of {NAMES.pattern}"
        behind = finder._organ_end(text, found.end()) if rule.needs_organ else found.end()
        return behind is not None and rule.fits(text[: found.start()], text, behind) is not None

    assert all(map(fits, row["examples"]))
    assert not any(map(fits, row["counter_examples"]))


@pytest.mark.parametrize("row", TABLE["self"], ids=lambda row: row["id"])
def test_self_examples(resolver: PlaceResolver, row: dict[str, Any]) -> None:
    def counts(text: str) -> bool:
        words = resolver._finder.read(text, Zones(None, 0, len(text)))[1]
        counted = {"place.masked": words.masked, "place.superior": words.superiors, "place.superior-organ": +words.parents}
        return bool(counted.get(row["id"], words.kinds))

    assert all(map(counts, row["examples"]))
    assert not any(map(counts, row["counter_examples"]))


def test_unknown_superior_examples(resolver: PlaceResolver) -> None:
    row = TABLE["unknown_superior"]
    assert all(resolver._finder.unknown_superior(text, None, []) for text in row["examples"])
    assert not any(resolver._finder.unknown_superior(text, None, []) for text in row["counter_examples"])


@pytest.mark.parametrize("row", [*TABLE["prefix"], *TABLE["village"]], ids=lambda row: row["id"])
def test_prefix_and_village_examples(resolver: PlaceResolver, row: dict[str, Any]) -> None:
    find = resolver._finder.prefixes if row["id"].startswith("place.document") else resolver._finder.villages
    assert all(map(find, row["examples"]))
    assert not any(map(find, row["counter_examples"]))
