"""Batches wait until the names in all of them are known; then all are masked, in their order."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.batch import Batch
from pipeline.ingest import IngestOptions, list_inputs
from pipeline.machinery import Settings
from pipeline.masked_batches import masked, texts_of
from pipeline.redact import KnownNames, Redactor
from pipeline.rulebook import Rulebook
from pipeline.stages import make_batch_function

FIRST = "河口镇总工会2012年工作总结\n\n全年慰问滕桂香的邻居12户。滕桂香家去了三次，发放米面30袋。\n"
SECOND = "石桥镇总工会2012年工作总结\n\n走访慰问困难职工滕桂香、褚立平等75名，发放慰问金3.5万元。\n"


@pytest.fixture(scope="module")
def redactor(book: Rulebook) -> Redactor:
    return Redactor(book)


@pytest.fixture(scope="module")
def batches(tmp_path_factory: pytest.TempPathFactory) -> list[Batch]:
    folder = tmp_path_factory.mktemp("in")
    for name, text in (("a.txt", FIRST), ("b.txt", SECOND)):
        (folder / name).write_text(text, encoding="utf-8")
    function = make_batch_function(Settings())
    return [function([item]) for item in list_inputs([folder], IngestOptions())]


def test_a_name_of_a_later_report_is_masked_in_an_earlier_one(batches: list[Batch], redactor: Redactor, tmp_path: Path) -> None:
    found = list(masked(enumerate(batches), redactor, tmp_path / "waiting"))
    assert [label for label, _ in found] == [0, 1]
    texts = [text.text for _, one in found for text in one.batch.texts]
    assert [len(text) for text in texts] == [len(FIRST), len(SECOND)]
    assert all("滕桂香" not in text for text in texts)
    assert "■■■家去了三次" in texts[0]
    assert all(name not in texts[1] for name in ("滕桂香", "褚立平"))


def test_nothing_waits_in_clear_text_at_the_end(batches: list[Batch], redactor: Redactor, tmp_path: Path) -> None:
    for _ in masked(enumerate(batches), redactor, tmp_path / "waiting"):
        assert (tmp_path / "waiting").is_dir()
    assert list(tmp_path.iterdir()) == []


def test_hashes_are_those_of_the_real_texts(batches: list[Batch], redactor: Redactor, tmp_path: Path) -> None:
    ids = [one.tables["reports"]["report_id"].to_pylist()[0] for one in batches]
    found = [one.digests[0] for _, one in masked(enumerate(batches), redactor, tmp_path / "waiting")]
    assert [digest[:16] for digest in found] == ids


def test_texts_of_reports_are_those_of_their_table(batches: list[Batch]) -> None:
    assert [texts_of(one)[0].strip() for one in batches] == [FIRST.strip(), SECOND.strip()]


def test_known_names_are_whole_ones() -> None:
    known = KnownNames()
    known.add(["滕桂香", "褚立", "滕某某", "13905716688", "\0虞\0主席", "买买提·依明"])
    assert known.among("滕桂香与褚立、滕某某，13905716688，买买提·依明") == {"滕桂香", "买买提·依明"}
