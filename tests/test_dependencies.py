"""A stage reads the rule files that it is said to read: with all others taken away its results are the same."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pipeline import rulebook
from pipeline.clean import Cleaner
from pipeline.copies import Limits, Sketcher
from pipeline.days import Calendar
from pipeline.dependencies import COMPARING, LIBRARIES, READING, STAGE_FILES, program_hash, rules_hash
from pipeline.extract import Extractor
from pipeline.ingest import rules as ingest_rules
from pipeline.interpret import Claims, IndicatorReader, Interpreter
from pipeline.interpret.gazetteer import Gazetteer
from pipeline.masks import MaskReader
from pipeline.model import Document, ReadReport
from pipeline.neighbours import Rules
from pipeline.rulebook import Rulebook, shipped_folder
from pipeline.segment import Segmenter
from pipeline.split import Splitter
from pipeline.stages import STAGES, Tools

SAMPLES = sorted((Path(__file__).parent.parent / "data" / "raw").rglob("*镇*.txt"))[:6]
NO_INDICATORS = (
    'indicator = []\n[gate]\nlinks = ""\njoins = "、"\n'
    'now = "#"\nfrom = "#"\namong = "#"\ndealt = "#"\nlisted = "#"\nunless = "#"\nverb = "#"\n'
    'due = "#"\nyardstick = "#"\none_case = "#"\nsince = "#"\nyear = "#"\ncounty_wide = "#"\ntown = "#"\ncounty = "#"\n'
)
"""The interpreter asks for indicators too; their rules are the business of a stage of its own."""


def texts() -> list[str]:
    return [path.read_bytes().decode("utf-8", "replace") for path in SAMPLES]


@pytest.fixture
def only(tmp_path: Path) -> Callable[[str], Rulebook]:
    """The shipped rules with nothing but what a stage is said to read."""

    def copied(stage: str) -> Rulebook:
        folder = tmp_path / stage
        folder.mkdir()
        for name in STAGE_FILES[stage]:
            path = shipped_folder() / name
            (shutil.copytree if path.is_dir() else shutil.copy)(path, folder / name)
        return Rulebook((folder,))

    return copied


def read(book: Rulebook, document: Document, tools: Tools) -> list[ReadReport]:
    """The reports of a document as an interpreter by these rules reads them, without their indicators."""
    machinery, interpreter = tools.machinery, Interpreter(book)
    reads = []
    for report in machinery.splitter.split(document, machinery.cleaner.clean(document.text)):
        mentions = machinery.extractor.extract(report)
        reads.append(interpreter.read(report, mentions, machinery.segmenter.segment(report, mentions)))
    return reads


def bare(found: ReadReport) -> Any:
    facts = [(f.start, f.end, f.kind, f.rule, f.quantity, f.date, f.object, f.status, f.scope, f.activity, f.part_of) for f in found.facts]
    return facts, found.activities, found.checks, found.place, found.period, found.org


def test_every_stage_and_every_file_is_told_of() -> None:
    assert {stage.__name__ for stage in STAGES} <= set(STAGE_FILES)
    assert set(READING) | set(COMPARING) | {"finish"} == set(STAGE_FILES)
    shipped = {path.name for path in shipped_folder().iterdir()}
    told = frozenset().union(*STAGE_FILES.values())
    assert told <= shipped
    assert shipped - told <= {"labels.toml", "activities.toml", "spun.toml", "redact.toml", "README.md"}


def test_clean_and_split(only: Callable[[str], Rulebook], tools: Tools) -> None:
    cleaner, splitter = Cleaner(only("clean")), Splitter(only("split"))
    for text in texts():
        cleaned = cleaner.clean(text)
        assert cleaned == tools.machinery.cleaner.clean(text)
        document = Document("in/a.txt", text)
        assert splitter.split(document, cleaned) == tools.machinery.splitter.split(document, cleaned)


def test_extract_and_segment(only: Callable[[str], Rulebook], tools: Tools) -> None:
    extractor, segmenter = Extractor(only("extract")), Segmenter(only("segment"))
    for text in texts():
        document = Document("in/a.txt", text)
        for report in tools.machinery.splitter.split(document, tools.machinery.cleaner.clean(text)):
            mentions = extractor.extract(report)
            assert mentions == tools.machinery.extractor.extract(report)
            assert segmenter.segment(report, mentions) == tools.machinery.segmenter.segment(report, mentions)


def test_interpret(only: Callable[[str], Rulebook], tools: Tools) -> None:
    book = only("interpret")
    (book.folder / "indicators.toml").write_text(NO_INDICATORS, encoding="utf-8")
    for text in texts():
        document = Document("in/a.txt", text)
        ours, theirs = read(book, document, tools), tools.read(document)
        assert [bare(found) for found in ours] == [bare(found) for found in theirs]
        assert not any(fact.indicator for found in ours for fact in found.facts)


def test_unmask_tabulate_indicate_and_finish(only: Callable[[str], Rulebook], tools: Tools) -> None:
    book = only("tabulate")
    masks, sketcher, indicators = MaskReader(only("unmask")), Sketcher(book), IndicatorReader(only("indicate"))
    assert book.units == tools.machinery.rulebook.units
    assert Calendar(book.table("calendar"))
    last = only("finish")
    assert Limits.of(last) == Limits.of(tools.machinery.rulebook)
    assert Rules.of(last) == Rules.of(tools.machinery.rulebook)
    assert Calendar(last.table("calendar"))
    assert Gazetteer(last.folder / "places").town_count
    assert only("compare").indicators == tools.machinery.rulebook.indicators
    for text in texts():
        for found in tools.read(Document("in/a.txt", text)):
            assert masks.find(found.report.text) == tools.machinery.masks.find(found.report.text)
            assert sketcher.sketch("x", found) == tools.machinery.sketcher.sketch("x", found)
            claims: Claims = found.claims
            assert claims.codes(indicators) == {i: fact.indicator for i, fact in enumerate(found.facts) if fact.indicator}


def test_ingest(only: Callable[[str], Rulebook], monkeypatch: pytest.MonkeyPatch) -> None:
    """All files that readers open by name."""
    folder = only("ingest").folder
    monkeypatch.setattr(ingest_rules, "SHIPPED", (folder,))
    asked = {
        name
        for path in (Path(ingest_rules.__file__).parent).glob("*.py")
        for name in ("encodings.toml", "readers.toml", *(known.name for known in shipped_folder().glob("*.toml")))
        if f'"{name}"' in path.read_text(encoding="utf-8")
    }
    assert asked == STAGE_FILES["ingest"]
    assert all(ingest_rules.table(name) for name in asked)


def test_hashes_tell_what_changed(tmp_path: Path) -> None:
    own = tmp_path / "own"
    own.mkdir()
    shipped = rulebook.load()
    over = Rulebook((*shipped.folders, own))
    assert rules_hash(shipped, *READING) == rules_hash(over, *READING)
    (own / "indicators.toml").write_text("[bricks]\n", encoding="utf-8")
    assert rules_hash(shipped, *READING) == rules_hash(over, *READING)
    assert rules_hash(shipped, *COMPARING) != rules_hash(over, *COMPARING)
    (own / "status.toml").write_text("\n", encoding="utf-8")
    assert rules_hash(shipped, *READING) != rules_hash(over, *READING)


def test_the_program_is_known_by_its_code_and_its_libraries() -> None:
    import tomllib

    assert len(program_hash()) == 64
    project = tomllib.loads((Path(__file__).parent.parent / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = {line.partition(">")[0] for line in project["dependencies"]}
    assert wanted - set(LIBRARIES) == {"msgspec", "pandas", "platformdirs", "rich", "typer", "xlsxwriter"}
