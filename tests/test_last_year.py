"""Last year's figures that a report quotes, beside last year's report of the same town."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from pipeline.audit import doubts
from pipeline.machinery import Machinery
from pipeline.rulebook import Rulebook
from pipeline.rules_check import bare_report
from pipeline.run import run
from pipeline.schema import TABLES

FILLER = "各项工作有序推进,干部职工精神面貌焕然一新,基层基础不断夯实,服务能力稳步提升,困难群众的生活得到改善。\n" * 3


@pytest.fixture(scope="module")
def machinery(book: Rulebook) -> Machinery:
    return Machinery(book)


@pytest.mark.parametrize(
    ("sentence", "quoted"),
    [
        ("新建工会57家,去年45家。", {"45家": "org.unions_new"}),
        ("去年新建工会45家。", {"45家": "org.unions_new"}),
        ("工会组织由去年的45家增加到57家。", {"45家": "org.unions_total"}),
        ("工会组织达到57家,比上年的45家增加12家。", {"45家": "org.unions_total"}),
        ("会员总数5135人,上年为4820人。", {"4820人": "org.members_total"}),
        ("入会率由去年的86%提高到91%。", {"86%": "org.joined_rate"}),
        ("今年培训职工200人次,去年培训职工160人次。", {"160人次": "training.people"}),
        ("今年发放慰问金131万元,去年发放慰问金98万元。", {"98万元": "aid.amount"}),
        ("新建工会57家,比去年增加12家。", {}),
        ("去年3月新建工会45家。", {}),
        ("前年新建工会45家。", {}),
        ("新建工会57家,去年栽树300棵。", {}),
        ("今年新建工会57家。", {}),
    ],
)
def test_what_is_quoted_and_of_which_indicator(sentence: str, quoted: dict[str, str], machinery: Machinery) -> None:
    read = machinery.read_report(bare_report(sentence))
    facts = [(read.facts[recall.fact], recall.indicator) for recall in read.recalls]
    assert {sentence[fact.start : fact.end]: code for fact, code in facts} == quoted


def archive(folder: Path, **texts: str) -> list[dict[str, Any]]:
    for name, text in texts.items():
        year = name.lstrip("abcy")
        path = folder / "in" / "山东省" / "寿光市" / f"{name}.txt"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"山东省寿光市稻田镇总工会{year}年工作总结\n{FILLER}{text}\n", encoding="utf-8")
    run([folder / "in"], folder / "out", workers=1, formats=["parquet"])
    return pq.read_table(folder / "out" / "last_year.parquet").to_pylist()


def test_a_quoted_figure_stands_beside_last_years_report(tmp_path: Path) -> None:
    rows = archive(
        tmp_path,
        y2012="新建工会45家。发放慰问金1317300元。",
        y2013="新建工会57家,去年45家。发放慰问金140万元,去年发放慰问金132万元。",
    )
    assert [(row["indicator"], row["stated"], row["found"], row["difference"], row["verdict"]) for row in rows] == [
        ("org.unions_new", Decimal(45), Decimal(45), Decimal(0), "holds"),
        ("aid.amount", Decimal(1320000), Decimal(1317300), Decimal(2700), "holds_within_bounds"),
    ]
    reports = {row["report_id"]: row["source"] for row in pq.read_table(tmp_path / "out" / "reports.parquet").to_pylist()}
    assert [reports[row["earlier"]][-9:] for row in rows] == ["y2012.txt"] * 2
    facts = {row["fact_id"]: row["text"] for row in pq.read_table(tmp_path / "out" / "facts.parquet").to_pylist()}
    assert [facts[row["fact_id"]] for row in rows] == ["45家", "132万元"]
    assert [facts[fact_id] for row in rows for fact_id in row["found_in"]] == ["45家", "1317300元"]


def test_a_difference_goes_to_the_doubts(tmp_path: Path) -> None:
    rows = archive(tmp_path, y2012="新建工会43家。", y2013="新建工会57家,去年45家。")
    assert [(row["difference"], row["verdict"]) for row in rows] == [(Decimal(2), "fails")]
    tables = {name: pq.read_table(tmp_path / "out" / f"{name}.parquet") for name in (*TABLES, "comparison")}
    (doubt,) = (row for row in doubts(tables).to_pylist() if row["kind"] == "last_year_differs")
    assert (doubt["indicator"], doubt["effect"], doubt["fact_id"]) == ("org.unions_new", 1, rows[0]["fact_id"])
    assert doubt["text"].startswith("45家 (43: in/")


@pytest.mark.parametrize(
    ("before", "now", "verdict"),
    [
        ("新建工会40余家。", "新建工会57家,去年45家。", "holds_within_bounds"),
        ("新建工会50余家。", "新建工会57家,去年45家。", "fails"),
        ("新建工会约50家。", "新建工会57家,去年45家。", "holds_within_bounds"),
        ("慰问困难职工12名。", "新建工会57家,去年45家。", None),
    ],
)
def test_hedges_leave_room_and_silence_says_nothing(before: str, now: str, verdict: str | None, tmp_path: Path) -> None:
    (row,) = archive(tmp_path, y2012=before, y2013=now)
    assert row["verdict"] == verdict
    assert row["earlier"] is not None


def test_without_last_years_report_there_is_nothing_beside_it(tmp_path: Path) -> None:
    (row,) = archive(tmp_path, y2011="新建工会45家。", y2013="新建工会57家,去年45家。")
    assert (row["stated"], row["earlier"], row["verdict"]) == (Decimal(45), None, None)
