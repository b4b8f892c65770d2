"""Entries are there whole or not at all, and the folder stays within its limit."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from pipeline import cache
from pipeline.cache import Cache

KEYS = [f"{number:02x}" * 32 for number in range(6)]


@pytest.fixture
def kept(tmp_path: Path) -> Cache:
    found = Cache(tmp_path / "cache")
    found.prepare()
    return found


def files(kept: Cache) -> set[str]:
    return {path.parent.name for path in kept.folder.rglob("*") if path.is_file()}


def test_what_was_put_is_found_and_nothing_else(kept: Cache) -> None:
    path = kept.put(KEYS[0], b"content")
    assert kept.find(KEYS[0]) == path
    assert path.read_bytes() == b"content"
    assert kept.find(KEYS[1]) is None


@pytest.mark.skipif(os.name == "nt", reason="rights of another kind")
def test_it_is_for_the_user_alone(kept: Cache) -> None:
    assert kept.folder.stat().st_mode & 0o077 == 0


def test_a_second_name_and_without_links(kept: Cache, monkeypatch: pytest.MonkeyPatch) -> None:
    path = kept.put(KEYS[0], b"content")
    kept.link(KEYS[1], path)

    def no_links(*_: object) -> None:
        raise OSError(errno.EPERM, "no links")

    monkeypatch.setattr(os, "link", no_links)
    kept.link(KEYS[2], path)
    kept.forget(path)
    for key in KEYS[1:3]:
        found = kept.find(key)
        assert found is not None
        assert found.read_bytes() == b"content"
    assert files(kept) == {KEYS[1][:2], KEYS[2][:2]}


def test_a_full_disk_leaves_nothing(kept: Cache, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(OSError, match="No space"):
        kept.put(KEYS[0], b"content")
    assert files(kept) == set()


def test_what_was_not_used_for_longest_goes_first(kept: Cache) -> None:
    for age, key in enumerate(KEYS[:4]):
        os.utime(kept.put(key, b"x" * 100), (1000 - age, 1000 - age))
    assert kept.find(KEYS[3]) is not None  # and is used by that
    kept.shrink(limit=250)
    assert files(kept) == {KEYS[0][:2], KEYS[3][:2]}


def test_an_entry_with_two_names_counts_once(kept: Cache) -> None:
    kept.link(KEYS[1], kept.put(KEYS[0], b"x" * 100))
    kept.shrink(limit=100)
    assert files(kept) == {KEYS[0][:2], KEYS[1][:2]}
    kept.shrink(limit=99)
    assert files(kept) == set()


def test_what_killed_runs_left_unfinished_goes(kept: Cache) -> None:
    entry = kept.put(KEYS[0], b"content")
    old, new = (entry.with_name(f"{cache._UNFINISHED}{name}{cache.SUFFIX}") for name in ("old", "new"))
    for path in (old, new):
        path.write_bytes(b"half")
    os.utime(old, (1000, 1000))
    kept.shrink()
    assert {path.name for path in kept.folder.rglob("*.batch")} == {entry.name, new.name}
