"""Years that a town's other reports tell: by numbered events, by last year's figures; whatever the workers, the order and the cache."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipeline import run
from pipeline.neighbours import Dated, Rules, dated
from pipeline.rulebook import load
from pipeline.schema import DATING_SCHEMA, TABLES

Row = dict[str, Any]
EVERY = frozenset(range(1990, 2027))
RULES = Rules(EVERY, editions=2, figures=2, digits=4)


def report(name: str, year: int | None = None, **known: Any) -> Row:
    place = {
        "town": "甲镇",
        "county": "乙县",
        "city": "丙市",
        "province": "丁省",
        "place_basis": "stated",
        "org": "union",
        "period": "annual",
    }
    basis = "unknown" if year is None else "stated"
    return {**place, "report_id": name, "source": name, "year": year, "year_basis": basis, "year_evidence": ["x@1-2"], **known}


def told(name: str, editions: Sequence[tuple[str, int]] = (), allowed: Sequence[int] = (), narrowed: Sequence[int] = ()) -> Row:
    allowed = allowed or sorted(EVERY)
    return {
        "report_id": name, "allowed": allowed, "narrowed": narrowed or allowed, "names": [name for name, _ in editions],
        "numbers": [number for _, number in editions], "words": [f"第{number}届{name}@3-9" for name, number in editions],
    }  # fmt: skip


def of(table: str, rows: Sequence[Row]) -> pa.Table:
    schema = TABLES[table].schema
    return pa.Table.from_pylist([{name: row.get(name) for name in schema.names} for row in rows], schema=schema)


def ask(reports: Sequence[Row], dating: Sequence[Row], quoted: Sequence[Row] = (), cells: Sequence[Row] = ()) -> dict[str, Dated]:
    dating_table = pa.Table.from_pylist(list(dating), schema=DATING_SCHEMA)
    return dated(of("reports", reports), dating_table, of("last_year", quoted), of("cells", cells), RULES)


def by_editions(number: int, *known: tuple[int, int], **clues: Any) -> Dated | None:
    """What a report with this edition is dated by others with (edition, year)."""
    reports = [report("u"), *(report(f"k{i}", year) for i, (_, year) in enumerate(known))]
    dating = [told("u", [("运动会", number)], **clues), *(told(f"k{i}", [("运动会", n)]) for i, (n, _) in enumerate(known))]
    return ask(reports, dating).get("u")


def test_editions_a_year_apart_settle_the_year() -> None:
    found = by_editions(6, (3, 2006), (4, 2007))
    assert found == Dated(2009, "inferred", 2009, 2009, ("x@1-2", "第6届运动会@3-9", "第3届运动会=2006@k0", "第4届运动会=2007@k1"))


@pytest.mark.parametrize(
    ("number", "known", "low", "high"),
    [
        (3, [(2, 2011), (4, 2015)], 2011, 2015),
        (3, [(2, 2008)], 2008, None),
        (3, [(4, 2008)], None, 2008),
        (6, [(3, 2004), (4, 2007)], 2007, None),
        (3, [(1, 2001), (2, 2008), (4, 2015), (5, 2019)], 2008, 2015),
    ],
)
def test_editions_bound_the_year(number: int, known: list[tuple[int, int]], low: int | None, high: int | None) -> None:
    found = by_editions(number, *known)
    assert found is not None
    assert (found.year, found.year_basis, found.year_min, found.year_max) == (None, "unknown", low, high)


@pytest.mark.parametrize("known", [[(3, 2008)], [(2, 2010), (4, 2006)], []])
def test_the_same_edition_or_editions_out_of_order_say_nothing(known: list[tuple[int, int]]) -> None:
    assert by_editions(3, *known) is None


def test_bounds_and_own_clues_leave_one_year() -> None:
    found = by_editions(3, (2, 2011), (4, 2015), allowed=[2010, 2013, 2018])
    assert found is not None
    assert (found.year, found.year_basis) == (2013, "inferred")


def test_a_weekday_settles_no_year_that_only_bounds_on_one_side_leave() -> None:
    found = by_editions(3, (2, 2023), narrowed=[2014, 2025])
    assert found is not None
    assert (found.year, found.year_min, found.year_max) == (None, 2025, None)


def test_what_excludes_the_reports_own_clues_is_a_conflict_and_bounds_give_way() -> None:
    found = by_editions(6, (3, 2006), (4, 2007), allowed=[2012, 2013])
    assert found is not None
    assert (found.year, found.year_basis) == (None, "conflict")
    assert "第3届运动会=2006@k0" in found.year_evidence
    assert by_editions(3, (2, 2015), allowed=[2012, 2013]) is None


@pytest.mark.parametrize(
    "other", [{"town": "戊镇"}, {"county": "己县"}, {"county": None}, {"org": "womens_federation"}, {"place_basis": "conflict"}]
)
def test_only_the_same_body_of_the_same_settled_town_counts(other: Row) -> None:
    dating = [told("u", [("运动会", 6)]), told("k", [("运动会", 3)])]
    assert ask([report("u"), report("k", 2006, **other)], dating) == {}
    assert ask([report("u", **other), report("k", 2006)], dating) == {}


def test_what_the_analyst_left_open_and_what_is_a_conflict_stays() -> None:
    dating = [told("u", [("运动会", 6)]), told("k", [("运动会", 3)]), told("l", [("运动会", 4)])]
    known = [report("k", 2006), report("l", 2007)]
    assert ask([report("u"), *known], dating)["u"].year == 2009
    for basis in ("manifest", "conflict"):
        assert ask([report("u", year_basis=basis), *known], dating) == {}


def test_a_county_that_was_renamed_is_the_same_by_its_code() -> None:
    known = report("k", 2006, county="乙市", town_code="330100101")
    dating = [told("u", [("运动会", 6)]), told("k", [("运动会", 3)])]
    assert ask([report("u", town_code="330100101"), known], dating)["u"].year_min == 2006


def test_a_year_that_was_concluded_dates_no_further_report() -> None:
    dating = [told(name, [("运动会", number)]) for name, number in (("u", 6), ("v", 8), ("k", 3), ("l", 4))]
    reports = [report("u"), report("v", town="甲镇"), report("k", 2006), report("l", 2007)]
    assert {name: found.year for name, found in ask(reports, dating).items()} == {"u": 2009, "v": 2011}
    assert ask(reports, [row for row in dating if row["report_id"] != "l"])["v"].year_min == 2006


# --- figures ------------------------------------------------------------------------------------------------------------------------


def quotes(name: str, **figures: int) -> list[Row]:
    numbered = enumerate(figures.items())
    return [{"report_id": name, "fact_id": f"{name}:{i}", "indicator": c, "stated": n, "stated_bound": "="} for i, (c, n) in numbered]


def gives(name: str, **figures: int) -> list[Row]:
    return [{"report_id": name, "indicator": code, "value": n, "bound": "=", "state": "value"} for code, n in figures.items()]


def by_figures(quoted: dict[str, int], *given: tuple[int, dict[str, int]]) -> Dated | None:
    reports = [report("u"), *(report(f"k{i}", year) for i, (year, _) in enumerate(given))]
    cells = [cell for i, (_, figures) in enumerate(given) for cell in gives(f"k{i}", **figures)]
    return ask(reports, [told("u")], quotes("u", **quoted), cells).get("u")


def test_last_years_figures_tell_the_year() -> None:
    found = by_figures({"a": 45, "b": 1230}, (2010, {"a": 45, "b": 1230, "c": 7}), (2011, {"a": 61, "b": 1500}))
    assert found is not None
    assert (found.year, found.year_basis, found.year_evidence[1:]) == (2011, "inferred", ("45=2010@k0", "1230=2010@k0"))


@pytest.mark.parametrize(
    ("quoted", "given"),
    [
        ({"a": 45}, [(2010, {"a": 45})]),
        ({"a": 5, "b": 300}, [(2010, {"a": 5, "b": 300})]),
        ({"a": 45, "b": 1230, "c": 7}, [(2010, {"a": 45, "b": 1230, "c": 8})]),
        ({"a": 45, "b": 1230}, [(2010, {"a": 45, "b": 1230}), (2012, {"a": 45, "b": 1230})]),
    ],
)
def test_too_few_figures_or_several_years_tell_nothing(quoted: dict[str, int], given: list[tuple[int, dict[str, int]]]) -> None:
    assert by_figures(quoted, *given) is None


def test_the_year_before_a_report_that_quotes_this_one() -> None:
    reports = [report("u"), report("k", 2012)]
    found = ask(reports, [told("u")], quotes("k", a=45, b=1230), gives("u", a=45, b=1230))
    assert found["u"].year == 2011


def test_rounded_and_hedged_figures_are_not_compared() -> None:
    cells = [{**row, "bound": "~"} for row in gives("k", a=45, b=1230)]
    assert ask([report("u"), report("k", 2010)], [told("u")], quotes("u", a=45, b=1230), cells) == {}


def test_the_rules_are_those_of_the_file() -> None:
    rules = Rules.of(load(None))
    assert (rules.editions, rules.figures, rules.digits) == (2, 2, 4)
    assert min(rules.every) == 1990


# --- whole runs -----------------------------------------------------------------------------------------------------------------------

TEXT = "{town}总工会{year}工作总结\n一年来,我镇总工会在{county}总工会的领导下开展工作。{told}\n今年3月,走访困难职工32户。\n"
FILES = {
    "b/甲2006.txt": ("横店镇", "东阳市", "2006年", "评选镇第三届“金牌工人”。"),
    "a/甲2007.txt": ("横店镇", "东阳市", "2007年", "评选镇第四届“金牌工人”。"),
    "a/甲.txt": ("横店镇", "东阳市", "", "评选镇第六届“金牌工人”。5月1日,慰问劳模3人。"),
    "c/乙.txt": ("周庄镇", "昆山市", "", "评选镇第六届“金牌工人”。"),
    "d/丙2012.txt": ("雷锋镇", "望城区", "2012年", "新建工会45家。发展会员1230人。"),
    "a/丙.txt": ("雷锋镇", "望城区", "", "新建工会61家,去年新建工会45家。发展会员1500人,去年发展会员1230人。"),
}


def archive(folder: Path, names: Sequence[str] = tuple(FILES)) -> Path:
    for name in names:
        town, county, year, words = FILES[name]
        path = folder / "in" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(TEXT.format(town=town, county=county, year=year, told=words), encoding="utf-8")
    return folder / "in"


def rows(out: Path, name: str) -> list[Row]:
    found: list[Row] = pq.read_table(out / f"{name}.parquet").to_pylist()
    return found


def tables(out: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(out.iterdir()) if path.suffix in (".parquet", ".csv")}


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("neighbours")
    run([archive(folder)], folder / "out", workers=1, formats=["parquet", "csv"])
    return folder / "out"


def test_a_year_from_other_files_is_in_every_table(out: Path) -> None:
    reports = {row["source"]: row for row in rows(out, "reports")}
    assert {name: reports[f"in/{name}"]["year"] for name in FILES} == {
        "b/甲2006.txt": 2006, "a/甲2007.txt": 2007, "a/甲.txt": 2009, "c/乙.txt": None, "d/丙2012.txt": 2012, "a/丙.txt": 2013,
    }  # fmt: skip
    dated_late = reports["in/a/甲.txt"]["report_id"]
    days = {row["text"]: str(row["date_start"]) for row in rows(out, "facts") if row["report_id"] == dated_late and row["edtf"]}
    assert days["5月1日"] == "2009-05-01"
    assert days["今年3月"] == "2009-03-01"
    assert {str(row["date_start"]) for row in rows(out, "activities") if row["report_id"] == dated_late} == {"2009-05-01", "2009-03-01"}
    assert {row["year"] for row in rows(out, "cells") if row["report_id"] == dated_late} == {2009}
    assert "2009" in {row["year"] for row in rows(out, "comparison")}
    late = next(row for row in rows(out, "last_year") if row["report_id"] == reports["in/a/丙.txt"]["report_id"])
    assert (late["earlier"], late["verdict"]) == (reports["in/d/丙2012.txt"]["report_id"], "holds")


def test_codes_are_those_of_the_year(out: Path) -> None:
    late = next(row for row in rows(out, "reports") if row["source"] == "in/a/丙.txt")
    assert (late["town"], late["county"], late["town_code_nbs"]) == ("雷锋镇", "望城区", "430112110")


@pytest.mark.slow
def test_nothing_depends_on_workers(out: Path, tmp_path: Path) -> None:
    expected = tables(out)
    run([archive(tmp_path)], tmp_path / "two", workers=2, formats=["parquet", "csv"])
    assert tables(tmp_path / "two") == expected


def test_what_is_kept_of_a_report_says_nothing_of_others(out: Path, tmp_path: Path) -> None:
    known = archive(tmp_path, [name for name in FILES if name != "b/甲2006.txt"])

    def cached(name: str) -> None:
        run([known], tmp_path / name, workers=1, formats=["parquet", "csv"], cache=tmp_path / "kept")

    cached("first")
    year = {row["source"]: (row["year"], row["year_min"]) for row in rows(tmp_path / "first", "reports")}
    assert year["in/a/甲.txt"] == (None, 2007)
    archive(tmp_path)
    cached("second")
    assert tables(tmp_path / "second") == tables(out)
    (known / "b/甲2006.txt").unlink()
    cached("third")
    assert tables(tmp_path / "third") == tables(tmp_path / "first")
