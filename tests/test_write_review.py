"""The review page as a file: what data it holds, that nothing in it runs or leaves, how it is limited.

What it does in a browser is in test_review_browser.py.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
import zlib
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from fakes import CALENDAR, read_of

from pipeline import rulebook
from pipeline.compare import Comparer, comparison, settle
from pipeline.comparison_rows import ComparedReports
from pipeline.labels import LANGUAGES, Language
from pipeline.model import Document, ReadReport
from pipeline.tabulate import Tables, Tabulator
from pipeline.write.review import choice, document, packs, write_review
from pipeline.write.review.packs import Facts, portions
from pipeline.write.texts import Texts

BOOK = rulebook.load()
CLASSES = {word: unit.unit_class for word, unit in BOOK.units.items()}
TEXT = (
    "吉𠮷镇慰问<count value=75 unit=名 indicator=aid.people>75名</count>,"
    '发放<money value=8000 bound=">" unit=元 indicator=aid.amount>8000余元</money>。\n'
    "力争明年慰问<count value=90 unit=户 status=plan indicator=aid.households>90户</count>。\n"
)
HOSTILE = '</script><script>alert(1)</script><!-- <img src=x onerror="alert(2)"> &amp; \u202e\u2028 \x00 ]]> ${1} {{script}}'
BLOCK = re.compile(r'<script type="application/json" id="([\w-]+)">(.*?)</script>', re.DOTALL)


def tables_of(*reads: ReadReport) -> Tables:
    """The tables that the page is made of, as a run over these reports has them."""
    tabulator = Tabulator(CALENDAR, CLASSES)
    for read in reads:
        tabulator.add(Document(read.report.source, read.report.raw), [read])
    tables = tabulator.tables()
    cells = settle(
        Comparer(BOOK.indicators, CLASSES).report_cells(tables["reports"], tables["facts"]), ComparedReports.of(tables["reports"])
    )
    return {**tables, "cells": cells, "comparison": comparison(cells, ComparedReports.of(tables["reports"]), BOOK.indicators)}


def texts_of(*reads: ReadReport) -> Texts:
    texts = Texts()
    for read in reads:
        texts.add(read.report.source, read.report.start, read.report.raw)
    return texts


def written(path: Path, *reads: ReadReport, language: Language = "zh") -> str:
    with texts_of(*reads) as texts:
        write_review(tables_of(*reads), texts, path, language, BOOK, {"version": "1", "rules": "abc"})
    return path.read_text(encoding="utf-8")


def blocks(page: str) -> dict[str, Any]:
    found = dict(BLOCK.findall(page))
    index = json.loads(found.pop("index"))
    return {"index": index} | {name: json.loads(zlib.decompress(base64.b64decode(packed))) for name, packed in found.items()}


def report(opening: str = "", **more: Any) -> ReadReport:
    return read_of(opening + TEXT, town="安海镇", county="晋江市", town_code="350582100", year=2013, **more)


# --- what the page holds


def test_text_and_facts_stand_in_packs_and_offsets_fit_the_text(tmp_path: Path) -> None:
    data = blocks(written(tmp_path / "p.html", report(source="in/a.txt"), report("另一篇。", source="in/b.txt", start=0)))
    texts, facts = data["texts-0"], data["facts-0"]
    assert [text.count("\n") for text in texts] == [2, 2]
    for text, columns in zip(texts, facts, strict=True):
        spans = zip(columns["start"], columns["end"], strict=True)
        assert [text[start:end] for start, end in spans] == ["75名", "8000余元", "90户"]
        for (at, length), start in zip(columns["sentence"], columns["start"], strict=True):
            assert at <= start < at + length
    assert facts[0]["value"] == ["75", "8000", "90"]
    assert facts[0]["indicator"][1] == "aid.amount"
    assert "edtf" not in facts[0], "a column without any value only makes the page larger"


def test_offsets_count_from_the_report_within_its_source(tmp_path: Path) -> None:
    (columns,) = blocks(written(tmp_path / "p.html", report(start=1000, part=2)))["facts-0"]
    assert columns["start"][0] == TEXT.index("<")


def test_a_report_is_known_by_the_sha256_of_its_text(tmp_path: Path) -> None:
    read = report()
    index = blocks(written(tmp_path / "p.html", read))["index"]
    assert index["reports"]["sha256"] == [hashlib.sha256(read.report.raw.encode()).hexdigest()]
    assert index["reports"]["report_id"][0] == index["reports"]["sha256"][0][:16]


def test_comparison_cells_name_their_evidence_and_say_why_they_are_empty(tmp_path: Path) -> None:
    data = blocks(written(tmp_path / "p.html", report()))
    (row,) = data["index"]["comparison"]
    codes = [indicator["code"] for indicator in data["index"]["indicators"]]
    cells = {codes[int(position)]: cell for position, cell in row["cells"].items()}
    (columns,) = data["facts-0"]
    assert cells["aid.amount"] == {"state": "value", "value": "8000", "bound": ">", "low": "8000", "facts": [[0, columns["start"][1]]]}
    assert cells["aid.households"]["state"] == "plan_only"
    assert cells["aid.households"]["facts"] == [[0, columns["start"][2]]]
    assert "training.people" not in cells


def test_reports_of_one_row_that_differ_are_a_conflict_with_the_evidence_of_both(tmp_path: Path) -> None:
    other = read_of(
        "慰问<count value=80 unit=名 indicator=aid.people>80名</count>。",
        source="in/b.txt", town="安海镇", county="晋江市", town_code="350582100", year=2013,
    )  # fmt: skip
    data = blocks(written(tmp_path / "p.html", report(source="in/a.txt"), other))
    position = [indicator["code"] for indicator in data["index"]["indicators"]].index("aid.people")
    (row,) = data["index"]["comparison"]
    assert row["cells"][str(position)]["state"] == "conflict"
    assert {place[0] for place in row["cells"][str(position)]["facts"]} == {0, 1}


def test_words_of_both_languages_have_the_same_keys_and_the_page_says_which_it_opens_in(tmp_path: Path) -> None:
    index = blocks(written(tmp_path / "p.html", report(), language="en"))["index"]
    assert index["language"] == "en"
    assert set(index["words"]) == set(LANGUAGES)
    assert index["words"]["zh"]["page"].keys() == index["words"]["en"]["page"].keys()


def test_every_word_that_the_page_asks_for_is_there_and_every_word_there_is_asked_for() -> None:
    code = document.script()
    there = set(BOOK.table("labels")["page"])
    asked = set(re.findall(r'\bt\("(\w+)"', code))
    families = set(re.findall(r"\bt\(`(\w+_)\$\{", code))
    views = set(re.search(r"VIEWS = \[(.*?)\]", code)[1].replace('"', "").split(", "))  # type: ignore[index]
    keys = set(re.findall(r'"(key_\w+)"', code))
    assert asked | views | keys <= there
    spoken = asked | views | keys | {"noscript"} | {key for key in there if any(key.startswith(family) for family in families)}
    assert there - spoken == set()


# --- nothing in it runs or leaves


def test_hostile_text_cannot_end_its_block(tmp_path: Path) -> None:
    plain = written(tmp_path / "a.html", report())
    page = written(tmp_path / "b.html", replace(report(source=f"in/{HOSTILE}.txt"), title=HOSTILE))
    assert len(re.findall(r"<script\b", page)) == len(re.findall(r"<script\b", plain))
    for raw in ("<img", "<!-- <", "alert(1)</", "\u2028"):
        assert raw not in page.replace(document.script(), "")
    assert "onerror" in blocks(page)["index"]["reports"]["title"][0], "the title is there, as data"


def test_a_lone_surrogate_moves_no_offset() -> None:
    assert json.loads(packs.dumped(["a\ud800b\udc00"])) == ["a\ufffdb\ufffd"]


def test_only_the_pages_own_script_and_style_may_run_and_nothing_may_load(tmp_path: Path) -> None:
    page = written(tmp_path / "p.html", report())
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', page)[1]  # type: ignore[index]
    rules = dict(rule.strip().split(" ", 1) for rule in policy.split(";"))
    assert rules["default-src"] == "'none'"
    assert rules["img-src"] == "data:"
    for element, directive in (("script", "script-src"), ("style", "style-src")):
        content = re.search(rf'<{element}(?: type="module")?>(.*?)</{element}>', page, re.DOTALL)[1]  # type: ignore[index]
        digest = base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()
        assert rules[directive] == f"'sha256-{digest}'"
    assert not re.search(r'\s(?:src|href)="(?!data:,)', page.split("<body>")[0])


@pytest.mark.parametrize(
    "word",
    ["innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "new Function", "fetch(", "XMLHttpRequest", "WebSocket",
     "EventSource", "sendBeacon", "import(", "setAttribute(\"style\"", "http:", "https:"],
)  # fmt: skip
def test_the_script_has_no_way_to_parse_markup_or_to_send(word: str) -> None:
    assert word not in document.script().replace("http://www.w3.org/2000/svg", "")


def test_modules_export_nothing_that_they_assign_anew() -> None:
    """Joined into one script, an import is a constant: it would not see the change."""
    folder = Path(document.__file__).parent / "page"
    modules = sorted(folder.glob("*.js"))
    assert modules
    for path in modules:
        code = path.read_text(encoding="utf-8")
        assert "export let" not in code, path.name
        assert "export default" not in code, path.name
        assert f"const ${path.stem} = " in document.script(), f"{path.name} is imported by none"


# --- its limits, its bytes


def test_equal_tables_give_equal_bytes(tmp_path: Path) -> None:
    assert written(tmp_path / "a.html", report()) == written(tmp_path / "b.html", report())


def reports_table(*sizes: int) -> pa.Table:
    zeros = [0] * len(sizes)
    ids = [f"r{number}" for number in range(len(sizes))]
    return pa.table({"report_id": ids, "start": zeros, "end": list(sizes), "numerals": zeros})


@pytest.mark.parametrize(
    ("sizes", "doubtful", "held"),
    [
        ((40, 40), [], [0, 1]),
        ((40, 40, 40), [], [0, 1]),
        ((40, 40, 40), ["r2", None, "r2", "r1"], [1, 2]),
        ((40, 400, 40), ["r1"], [0, 2]),
    ],
)
def test_above_the_limit_reports_behind_doubts_come_first(sizes: tuple[int, ...], doubtful: list[str | None], held: list[int]) -> None:
    assert choice.chosen(reports_table(*sizes), doubtful, limit=100) == held


def test_a_page_that_does_not_hold_all_says_so_and_leaves_out_what_it_cannot_show(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(choice.chosen, "__defaults__", (250,))
    reads = [report(f"第{number}篇。", source=f"in/{number}.txt") for number in range(3)]
    data = blocks(written(tmp_path / "p.html", *reads))
    assert data["index"]["about"] == {"version": "1", "rules": "abc", "reports": 3, "held": 1}
    assert len(data["index"]["reports"]["report_id"]) == len(data["texts-0"]) == 1
    places = [place for row in data["index"]["comparison"] for cell in row["cells"].values() for place in cell["facts"]]
    assert places
    assert {number for number, _ in places} == {0}


def test_packs_are_cut_by_weight_and_cover_all() -> None:
    weights = [packs.PACK_WEIGHT // 2] * 5
    assert [list(portion) for portion in portions(weights)] == [[0, 1], [2, 3], [4]]
    assert list(portions([])) == []


def test_facts_of_a_report_without_any_are_empty() -> None:
    tables = tables_of(read_of("没有数字。"))
    assert Facts(tables["facts"], tables["checks"], []).of("none", 0, "没有数字。") == {"checks": []}
