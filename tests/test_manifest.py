"""The manifest both ways: what a run inferred goes out; what the analyst changes, and nothing else, comes back in."""

from __future__ import annotations

import csv
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from fakes import read_of

from pipeline.manifest import FIELDS, WHY, Entry, Manifest, ManifestError, of_run
from pipeline.model import Place
from pipeline.run import run
from pipeline.write.flat import write_csv

FILLER = "各项工作有序推进,干部职工精神面貌焕然一新,基层基础不断夯实,服务能力稳步提升,困难群众的生活得到改善。\n" * 6
FIRST = f"安和镇总工会2013年工作总结\n{FILLER}今年3月慰问困难职工75名,发放慰问金8000元。\n全年培训职工160人次。\n{FILLER}"
SECOND = f"乡总工会年度工作总结\n{FILLER}今年5月慰问困难职工28名,发放慰问金6000元。\n全年培训职工90人次。\n{FILLER}"


def manifest_of(path: Path, *rows: str, header: str = "source,part,town,year") -> Manifest:
    path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    return Manifest.load(path)


# --- one report


def test_what_it_says_wins_and_the_basis_tells_so() -> None:
    read = read_of("a", year=2012, town="安和镇", county="甲县", town_code="1")
    manifest = Manifest({("in/a.txt", None): Entry({"town": "太平镇", "year": "2013", "org": "health", "period": "half_year"}, 2013)})
    found = manifest.apply(read)
    assert (found.place.town, found.place.county, found.place.town_code, found.place.basis) == ("太平镇", "甲县", None, "manifest")
    assert (found.period.year, found.period.year_min, found.period.year_max, found.period.basis) == (2013, 2013, 2013, "manifest")
    assert (found.period.period, found.org) == ("half_year", "health")


def test_what_was_inferred_anyway_changes_nothing() -> None:
    read = read_of("a", year=2012, town="安和镇", town_code="1", basis="inferred")
    read = replace(read, place=replace(read.place, basis="stated"))
    manifest = Manifest({("in/a.txt", None): Entry({"town": "安和镇", "year": "2012", "org": "union", "period": "annual"}, 2012)})
    assert manifest.apply(read) == read


def test_a_part_wins_over_its_source_and_others_are_left_alone() -> None:
    manifest = Manifest({("in/a.txt", None): Entry({"town": "甲镇", "county": "丙县"}), ("in/a.txt", 2): Entry({"town": "乙镇"})})
    found = [manifest.apply(read_of("a", part=part)).place for part in (1, 2)]
    assert [(place.town, place.county) for place in found] == [("甲镇", "丙县"), ("乙镇", "丙县")]
    other = read_of("a", source="in/b.txt")
    assert manifest.apply(other) is other
    assert other.place == Place()


# --- the file


def test_files_as_people_save_them(tmp_path: Path) -> None:
    path = tmp_path / "m.csv"
    for encoding in ("utf-8", "utf-8-sig", "gb18030"):
        path.write_text(
            "source,part,town,year,encoding\r\nin/a.txt,2.0,安和镇,2013.0,\r\nin/b.txt,,,,big5\r\n", encoding=encoding, newline=""
        )
        manifest = Manifest.load(path)
        assert manifest.entries["in/a.txt", 2] == Entry({"town": "安和镇", "year": "2013.0"}, 2013)
        assert manifest.encodings == {"in/b.txt": "big5"}


def test_a_disarmed_formula_is_read_as_it_was(tmp_path: Path) -> None:
    manifest = manifest_of(tmp_path / "m.csv", "'=a.txt,,安和镇,", "'a.txt,,安和镇,")
    assert set(manifest.entries) == {("=a.txt", None), ("'a.txt", None)}


def test_empty_rows_say_nothing(tmp_path: Path) -> None:
    assert manifest_of(tmp_path / "m.csv", "in/a.txt,1,,", "in/a.txt,1,,").entries == {}


@pytest.mark.parametrize(
    ("header", "row", "said"),
    [
        ("town,year", "甲镇,2013", "no column source"),
        ("source,village", "in/a.txt,x", "unknown column village"),
        ("source,year", "in/a.txt,去年", "line 2: year"),
        ("source,part,town", "in/a.txt,x,甲镇", "line 2: part"),
        ("source,town", ",甲镇", "line 2: source is empty"),
        ("source,town", "in/a.txt,甲镇\nin/a.txt,乙镇", "line 3: in/a.txt part all has a row already"),
    ],
)
def test_a_manifest_that_cannot_be_used_says_where(tmp_path: Path, header: str, row: str, said: str) -> None:
    with pytest.raises(ManifestError, match=said):
        manifest_of(tmp_path / "m.csv", row, header=header)


def test_a_manifest_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ManifestError, match=r"m\.csv: cannot be read"):
        Manifest.load(tmp_path / "m.csv")
    with pytest.raises(ManifestError, match="run with --format parquet first"):
        of_run(tmp_path)


# --- round trip over a run


def rows_of(out: Path) -> dict[str, list[dict[str, Any]]]:
    return {name: pq.read_table(out / f"{name}.parquet").to_pylist() for name in ("files", "reports", "facts", "activities", "cells")}


@pytest.fixture(scope="module")
def before(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("archive")
    (folder / "in").mkdir()
    (folder / "in" / "collection.txt").write_text(f"{FIRST}\n{SECOND}", encoding="utf-8")
    (folder / "in" / "single.txt").write_text(FIRST, encoding="utf-8")
    run([folder / "in"], folder / "out", workers=1, formats=["parquet"])
    return folder


def again(folder: Path, out: Path, change: dict[str, str]) -> dict[str, list[dict[str, Any]]]:
    path = out.with_suffix(".csv")
    write_csv(of_run(folder / "out"), path)
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["part"] for row in rows if row["source"] == "in/collection.txt"] == ["1", "2"]
    for row in rows:
        if (row["source"], row["part"]) == ("in/collection.txt", "2"):
            row.update(change)
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, [*FIELDS, *WHY])
        writer.writeheader()
        writer.writerows(rows)
    run([folder / "in"], out, workers=1, formats=["parquet"], manifest=path)
    return rows_of(out)


def test_a_manifest_given_back_as_it_was_changes_nothing(before: Path, tmp_path: Path) -> None:
    assert again(before, tmp_path / "out", {}) == rows_of(before / "out")


def test_a_town_and_a_year_filled_in_change_that_reports_rows_and_no_other(before: Path, tmp_path: Path) -> None:
    old, new = rows_of(before / "out"), again(before, tmp_path / "out", {"town": "太平镇", "county": "甲县", "year": "2010"})
    changed = {row["report_id"] for row in new["reports"] if row["source"] == "in/collection.txt" and row["part"] == 2}
    for name, rows in new.items():
        assert len(rows) == len(old[name])
        for a, b in zip(old[name], rows, strict=True):
            assert a == b or b.get("report_id") in changed, name
    report = next(row for row in new["reports"] if row["report_id"] in changed)
    assert (report["town"], report["place_basis"], report["year"], report["year_basis"]) == ("太平镇", "manifest", 2010, "manifest")
    may = next(row for row in new["facts"] if row["report_id"] in changed and row["text"] == "今年5月")
    assert (may["date_start"], may["date_end"]) == (date(2010, 5, 1), date(2010, 5, 31))
    assert {(row["town"], row["year"]) for row in new["cells"] if row["report_id"] in changed} == {("太平镇", 2010)}
