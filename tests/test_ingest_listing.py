"""What is an input and what is not, in which order and under which name."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from pipeline.ingest import IngestOptions, InputItem, list_inputs

OPTIONS = IngestOptions()


def make(root: Path, *names: str) -> None:
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(b"x")


def sources(*inputs: Path, options: IngestOptions = OPTIONS) -> list[str]:
    return [item.source for item in list_inputs(inputs, options)]


def codes(*inputs: Path, options: IngestOptions = OPTIONS) -> dict[str, str | None]:
    return {item.source: item.code for item in list_inputs(inputs, options)}


def test_sources_are_the_folders_name_and_the_path_below(tmp_path: Path) -> None:
    make(tmp_path, "县/镇/b.txt", "县/a.txt", "县/乙/c.txt")
    assert sources(tmp_path / "县") == ["县/a.txt", "县/乙/c.txt", "县/镇/b.txt"]
    assert sources(tmp_path / "县" / "a.txt") == ["a.txt"]
    assert list_inputs([tmp_path / "县"], OPTIONS)[0] == InputItem("县/a.txt", tmp_path / "县" / "a.txt", 1)


def test_order_and_repetition_of_inputs_do_not_matter(tmp_path: Path) -> None:
    make(tmp_path, "a/x.txt", "a/b/y.txt", "c/x.txt")
    first = sources(tmp_path / "a", tmp_path / "c", tmp_path / "a" / "b", tmp_path / "a" / "x.txt")
    again = sources(tmp_path / "a" / "x.txt", tmp_path / "a" / "b", tmp_path / "c", tmp_path / "a", tmp_path / "a")
    assert first == again == ["a/b/y.txt", "a/x.txt", "c/x.txt"]


def test_inputs_of_one_name_are_told_apart_by_their_parents(tmp_path: Path) -> None:
    make(tmp_path, "2014/工会/x.txt", "2015/工会/x.txt", "2016/x.txt")
    assert sources(tmp_path / "2015" / "工会", tmp_path / "2014" / "工会") == ["2014/工会/x.txt", "2015/工会/x.txt"]
    assert sources(tmp_path / "2016" / "x.txt", tmp_path / "2014" / "工会" / "x.txt") == ["2016/x.txt", "工会/x.txt"]


def test_relative_inputs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make(tmp_path, "a/b/x.txt")
    monkeypatch.chdir(tmp_path / "a" / "b")
    assert sources(Path()) == ["b/x.txt"]
    assert sources(Path("..")) == ["a/b/x.txt"]


def test_outputs_are_no_inputs(tmp_path: Path) -> None:
    make(tmp_path, "a/x.txt", "a/out/facts.csv", "a/old/files.csv", "a/cache/1", "a/other/run.json", "a/broken/run.json")
    (tmp_path / "a/old/run.json").write_text(json.dumps({"taizhang": {"version": "0.1"}}))
    options = IngestOptions(exclude=(tmp_path / "a" / "out", tmp_path / "a" / "cache"))
    assert sources(tmp_path / "a", options=options) == ["a/broken/run.json", "a/other/run.json", "a/x.txt"]
    assert codes(tmp_path / "a" / "old") == {"old/": "own_output"}


def test_system_files_are_skipped(tmp_path: Path) -> None:
    names = ["Thumbs.db", "~$总结.docx", ".DS_Store", "desktop.ini", ".hidden", "__MACOSX/x", ".git/config"]
    make(tmp_path, *(f"a/{name}" for name in names))
    found = codes(tmp_path / "a")
    assert found == {
        "a/.DS_Store": "hidden",
        "a/.git/": "hidden",
        "a/.hidden": "hidden",
        "a/Thumbs.db": "system_file",
        "a/__MACOSX/": "system_file",
        "a/desktop.ini": "system_file",
        "a/~$总结.docx": "system_file",
    }


def test_links(tmp_path: Path) -> None:
    make(tmp_path, "a/b/x.txt", "outside.txt", "far/y.txt")
    root = tmp_path / "a"
    (root / "b" / "loop").symlink_to(root)
    (root / "self").symlink_to(root / "self")
    (root / "gone").symlink_to(root / "nothing")
    (root / "again").symlink_to(root / "b")
    (root / "again.txt").symlink_to(root / "b" / "x.txt")
    (root / "out.txt").symlink_to(tmp_path / "outside.txt")
    (root / "far").symlink_to(tmp_path / "far")
    assert codes(root) == {
        "a/again": "link_seen",
        "a/again.txt": "link_seen",
        "a/b/loop": "link_loop",
        "a/b/x.txt": None,
        "a/far": "link_outside",
        "a/gone": "link_broken",
        "a/out.txt": "link_outside",
        "a/self": "link_loop",
    }
    followed = codes(root, options=IngestOptions(follow_links=True))
    assert followed["a/out.txt"] is None
    assert followed["a/far/y.txt"] is None
    # an input that is itself a link is what the caller wants
    assert codes(root / "far") == {"far/y.txt": None}


def test_devices_and_pipes(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.txt")
    item = list_inputs([tmp_path], OPTIONS)[0]
    assert (item.code, item.detail) == ("device", "pipe")
    assert list_inputs([Path("/dev/null")], OPTIONS)[0].code == "device"


def test_missing_input(tmp_path: Path) -> None:
    assert codes(tmp_path / "nothing.txt") == {"nothing.txt": "missing"}


def test_deep_folders(tmp_path: Path) -> None:
    deep = tmp_path.joinpath("a", *["d"] * 6)
    deep.mkdir(parents=True)
    (deep / "x.txt").write_bytes(b"x")
    assert codes(tmp_path / "a", options=IngestOptions(max_folders=3)) == {"a/d/d/d/d/": "too_deep"}


def test_names_that_could_hide(tmp_path: Path) -> None:
    root = os.fsencode(tmp_path / "a")
    os.mkdir(root)  # noqa: PTH102  names in bytes
    for name in (b"a\nb.txt", "\u202egnp.txt".encode(), "工会.txt".encode("gbk"), b"\xff\xfe.txt", "工会.txt".encode()):
        with open(root + b"/" + name, "wb") as file:  # noqa: PTH123
            file.write(b"x")
    found = sources(tmp_path / "a")
    assert found == ["a/\\u202egnp.txt", "a/\\xff\\xfe.txt", "a/a\\u000ab.txt", "a/工会.txt", "a/工会.txt~2"]
    assert all(name.encode() and name.isprintable() for name in found)
