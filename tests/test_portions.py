"""Portions of inputs: cut by size, little changed by an input more, and named by all that their results follow from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from pipeline import portions as module
from pipeline.engines.local import WorkerLostError
from pipeline.ingest import IngestOptions, InputItem, list_inputs
from pipeline.manifest import Entry, Manifest
from pipeline.portions import Names, Portion, portions
from pipeline.rulebook import Rulebook, shipped_folder


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    folder = tmp_path / "in"
    folder.mkdir()
    for number in range(200):
        (folder / f"{number:03}.txt").write_text(f"慰问{number}人", encoding="utf-8")
    return folder


def cut(folder: Path, book: Rulebook, options: IngestOptions | None = None, manifest: Manifest | None = None) -> list[Portion]:
    options = options or IngestOptions()
    return portions(list_inputs([folder], options), options, Names.of(book, options, manifest or Manifest()))


def keys(found: Sequence[Portion]) -> set[str | None]:
    return {portion.key for portion in found}


def test_every_input_is_in_one_portion_in_order(archive: Path, book: Rulebook) -> None:
    found = cut(archive, book)
    assert [item for portion in found for item in portion.items] == list_inputs([archive], IngestOptions())
    assert 2 < len(found) < 50
    assert len(keys(found)) == len(found)
    assert [portion.below for portion in found] == [*(portion.items[0].source for portion in found[1:]), None]


def test_portions_are_of_bounded_size(archive: Path, book: Rulebook, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PORTION_INPUTS", 5)
    assert max(len(portion.items) for portion in cut(archive, book)) == 5
    monkeypatch.setattr(module, "PORTION_BYTES", 20)
    assert max(portion.size for portion in cut(archive, book)) < 40


def test_a_changed_input_or_one_more_changes_its_own_portion_alone(archive: Path, book: Rulebook) -> None:
    before = keys(cut(archive, book))
    (archive / "100.txt").write_text("慰问一百人", encoding="utf-8")
    changed = keys(cut(archive, book))
    assert len(before - changed) == len(changed - before) == 1
    (archive / "0500.txt").write_text("新", encoding="utf-8")
    assert len(changed - keys(cut(archive, book))) == 1


def test_names_follow_from_settings_manifest_and_rules(archive: Path, book: Rulebook, tmp_path: Path) -> None:
    before = cut(archive, book)
    entry = Manifest({("in/100.txt", None): Entry({"town": "安和镇"})})
    told = cut(archive, book, manifest=entry)
    assert len(keys(before) - keys(told)) == 1
    other = cut(archive, book, replace(IngestOptions(), encoding="gb18030"))
    assert not keys(before) & keys(other)
    options = IngestOptions()
    assert not keys(before) & keys(portions(list_inputs([archive], options), options, Names.of(book, options, Manifest(), "rjieba")))
    own = tmp_path / "own"
    own.mkdir()
    (own / "labels.toml").write_text('[messages]\nreading = "x"\n', encoding="utf-8")
    assert keys(before) == keys(cut(archive, Rulebook((shipped_folder(), own))))
    (own / "indicators.toml").write_text("[bricks]\n", encoding="utf-8")
    indicators = cut(archive, Rulebook((shipped_folder(), own)))
    assert not keys(before) & keys(indicators)
    assert [portion.reading for portion in before] == [portion.reading for portion in indicators]
    (own / "units.toml").write_text("[goes_on]\n", encoding="utf-8")
    assert before[0].reading != cut(archive, Rulebook((shipped_folder(), own)))[0].reading


def test_where_the_archive_lies_is_no_part_of_a_name(archive: Path, book: Rulebook, tmp_path: Path) -> None:
    before = keys(cut(archive, book))
    moved = tmp_path / "elsewhere" / "in"
    moved.parent.mkdir()
    archive.rename(moved)
    assert keys(cut(moved, book)) == before


def test_what_cannot_be_read_has_no_name(archive: Path, book: Rulebook) -> None:
    items = [InputItem("in/gone.txt", archive / "gone.txt", 3), InputItem("in/loop", archive / "loop", None, "link_loop")]
    names = Names.of(book, IngestOptions(), Manifest())
    [portion] = portions(items, IngestOptions(), names)
    assert portion.key is None
    [refused] = portions(items[1:], IngestOptions(), names)
    assert refused.key is not None


def test_where_a_worker_was_lost_each_input_goes_by_itself_and_then_is_given_up(archive: Path, book: Rulebook) -> None:
    portion = next(portion for portion in cut(archive, book) if len(portion.items) > 2)
    single = portion.instead("crashed")
    assert [one.items for one in single] == [(item,) for item in portion.items]
    assert [one.below for one in single] == [*(item.source for item in portion.items[1:]), portion.below]
    assert keys(single) == {None}
    [given_up] = single[0].instead("crashed")
    assert given_up.items[0].code == "crashed"
    assert given_up.items[0].source == single[0].items[0].source
    with pytest.raises(WorkerLostError):
        given_up.instead("crashed")
