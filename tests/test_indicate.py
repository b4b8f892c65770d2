"""After a change of indicators alone nothing else is read again, and the tables are those of a run that read it all."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pipeline.indicate import claims_of, indicate
from pipeline.interpret import IndicatorReader
from pipeline.model import Document
from pipeline.rulebook import Rulebook, shipped_folder
from pipeline.run import run
from pipeline.stages import Tools
from pipeline.tabulate import Tabulator

REPORT = (
    "安和镇总工会2013年工作总结\n一、帮扶工作\n春节前慰问困难职工75名,发放慰问金8000余元。培训职工__人次。\n"
    "二、组织建设\n新建工会12家,发展会员350人,其中女会员120人。全镇入会率达95%。\n去年新建工会9家,发展会员300人。\n三、明年打算\n力争新建工会5家。\n"
)
OWN = """
[[indicator]]
code = "org.members_new"
remove = true

[[indicator]]
code = "org.unions_new"
remove = true

[[indicator]]
code = "own.unions"
label = "建会"
label_en = "Unions set up"
unit = "家"
kind = "count"
units = ["organisations"]
combine = "sum"
meaning = "unions set up, plans too"

[[indicator.rule]]
why = "whatever is set up"
frame = '工会@'
examples = ["新建工会<n>12家</n>。"]
"""


@pytest.fixture
def own(tmp_path: Path) -> Path:
    folder = tmp_path / "own"
    folder.mkdir()
    (folder / "indicators.toml").write_text(OWN, encoding="utf-8")
    return folder


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "a.txt").write_text(REPORT, encoding="utf-8")
    (folder / "b.txt").write_text(REPORT.replace("75名", "８０名").replace("2013", "2014"), encoding="utf-8")
    (folder / "copy.txt").write_text(REPORT, encoding="utf-8")
    (folder / "empty.txt").write_bytes(b"")
    return folder


def contents(folder: Path) -> dict[str, bytes]:
    found = {path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}
    about = json.loads(found["run.json"])
    about.pop("this_run")
    return {**found, "run.json": json.dumps(about).encode()}


def test_the_same_bytes_as_reading_it_all_again(archive: Path, own: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cache = tmp_path / "cache"
    run([archive], tmp_path / "before", workers=1, formats=["csv", "parquet"], cache=cache)
    run([archive], tmp_path / "anew", workers=1, formats=["csv", "parquet"], rules=own)

    def never(*_: object) -> object:
        raise AssertionError("a report was read again")

    with monkeypatch.context() as patched:
        patched.setattr("pipeline.machinery.Interpreter", never)
        patched.setattr("pipeline.machinery._machinery", {})
        run([archive], tmp_path / "kept", workers=1, formats=["csv", "parquet"], rules=own, cache=cache)
    anew, kept = contents(tmp_path / "anew"), contents(tmp_path / "kept")
    assert [name for name in anew if anew[name] != kept.get(name)] == []
    assert b"own.unions" in anew["facts.csv"]
    assert b"own.unions" in anew["last_year.csv"]
    assert anew["cells.csv"] != contents(tmp_path / "before")["cells.csv"]
    assert b"masked" in anew["cells.csv"]


@pytest.mark.parametrize(("share", "code"), [("95%", "org.joined_rate"), ("912%", None), ("101%-105%", None)])
def test_claims_give_the_indicators_that_were_read(share: str, code: str | None, tools: Tools) -> None:
    document = Document("in/a.txt", REPORT.replace("95%", share))
    reads = tools.read(document)
    tabulator = Tabulator(tools.machinery.calendar, tools.machinery.unit_classes)
    tabulator.add(document, reads)
    tables = tabulator.tables()
    claims = [claims_of(read, tools.machinery.masks.find(read.report.text)) for read in reads]
    told = indicate(tables, claims, tools.machinery.indicators)
    assert told is not None
    again, gaps = told
    assert again["facts"].equals(tables["facts"])
    assert [row["indicator"] for row in again["facts"].to_pylist() if row["text"] == share] == [code]
    assert again["last_year"].equals(tables["last_year"])
    assert {"org.unions_new", "org.members_new"} <= set(again["last_year"]["indicator"].to_pylist())
    assert list(gaps) == tabulator.gaps
    assert gaps


def test_where_claims_are_not_kept_nothing_is_told(tools: Tools) -> None:
    reads = tools.read(Document("in/a.txt", REPORT))
    tabulator = Tabulator(tools.machinery.calendar, tools.machinery.unit_classes)
    tabulator.add(Document("in/a.txt", REPORT), reads)
    assert indicate(tabulator.tables(), [b""], tools.machinery.indicators) is None


def test_a_removed_indicator_takes_its_cue_with_it(tools: Tools, own: Path) -> None:
    reads = tools.read(Document("in/a.txt", REPORT))
    tabulator = Tabulator(tools.machinery.calendar, tools.machinery.unit_classes)
    tabulator.add(Document("in/a.txt", REPORT), reads)
    claims = [claims_of(read, tools.machinery.masks.find(read.report.text)) for read in reads]
    told = indicate(tabulator.tables(), claims, IndicatorReader(Rulebook((shipped_folder(), own))))
    assert told is not None
    rows = {row["text"]: row for row in told[0]["facts"].to_pylist()}
    assert rows["350人"]["indicator"] is None
    assert not any(cue.startswith("indicator.") for cue in rows["350人"]["cues"])
    assert any(cue.startswith("indicator.own.unions@") for cue in rows["12家"]["cues"])
