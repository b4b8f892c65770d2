"""Every pattern that the rules lead to is seen, in whichever file it stands, and found again there."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import regex
from typer.testing import CliRunner

from pipeline import pattern_watch
from pipeline.cli import app
from pipeline.rulebook import shipped_folder

LOOKS = re.compile(r"[\])\w}][*+?]|\{\d*,\d*\}|\(\?")
NO_PATTERNS = {
    "labels.page", "years.event.words", "encodings.marks", "places.self.left", "copies.text.drop",
    "bricks.bricks.right", "bricks.bricks.this_year",  # no shipped rule has these bricks
    "split.marker",  # rows without an id, which own rows do not replace one by one
}  # fmt: skip
"""Texts that look as a pattern does and are none, or that nothing is made of."""


def _texts(value: Any, name: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        if LOOKS.search(value):
            yield name, value
    elif isinstance(value, dict):
        for key, inner in value.items():
            if "example" not in key and key != "why":
                yield from _texts(inner, f"{name}.{key}")
    elif isinstance(value, list):
        for inner in value:
            yield from _texts(inner, name)


def _marked(path: Path) -> tuple[str, dict[str, str]]:
    """A rule file with a word of its own behind one text of each key, and the key by that word."""
    content = path.read_text(encoding="utf-8")
    marks: dict[str, str] = {}
    for name, text in _texts(tomllib.loads(content), path.stem):
        if name in marks.values() or any(name.startswith(none) for none in NO_PATTERNS):
            continue
        mark = f"{path.stem}甲{len(marks)}乙"
        for form in (text.strip(), text.strip().replace("\\", "\\\\")):  # as it is, and in a string with escapes
            written = re.compile(rf"(^{name.rpartition('.')[2]}\s*=(?s:.{{0,60}}?)['\"]\s*)({re.escape(form)})", re.MULTILINE)
            content, count = written.subn(lambda found, mark=mark: f"{found[1]}(?:{found[2]}|(?:{mark}+)+丙)", content, count=1)  # type: ignore[misc]
            if count:
                break
        if count:
            marks[mark] = name
    return content, marks


def _keys(folder: Path) -> set[str]:
    return {name for path in folder.glob("*.toml") for name, _ in _texts(tomllib.loads(path.read_text(encoding="utf-8")), path.stem)}


@pytest.mark.slow
def test_patterns_of_every_key_of_every_file_are_seen_and_found_again(tmp_path: Path) -> None:
    wanted: dict[str, str] = {}
    for path in sorted(shipped_folder().glob("*.toml")):
        content, marks = _marked(path)
        if marks:
            (tmp_path / path.name).write_text(content, encoding="utf-8")
            wanted |= marks
    unmarked = {key for key in _keys(shipped_folder()) - set(wanted.values()) if not any(key.startswith(none) for none in NO_PATTERNS)}
    assert unmarked == set()
    seen = pattern_watch.patterns(tmp_path)
    unseen = {name for mark, name in wanted.items() if not any(mark in written for written, _ in seen)}
    assert unseen == set()
    for mark, name in wanted.items():
        shortest = min((pattern for (written, _), pattern in seen.items() if mark in written), key=lambda one: len(one.pattern))
        assert re.match(r"rules/\w+\.toml: \w", pattern_watch.place(shortest, tmp_path) or ""), name


OWN = {
    "places": '[[context]]\nid = "own.place"\nwhy = "x"\nwhere = "text"\nafter = "(?:(?:甲|乙)+)+丙"\nweight = 1\n',
    "years": '[[written]]\nid = "own.year"\nneeds = "甲"\nrole = "is"\nstated = true\nwhy = "x"\npattern = \'(?:(?:甲|乙)+)+{year}年\'\n',
    "objects": '[[frame]]\nid = "own.frame"\nwhy = "x"\nside = "behind"\nfits = "any"\npattern = "(?P<object>(?: n+ )+) v"\n',
    "redact": '[[name]]\nid = "own.name"\nwhy = "x"\npattern = "(?: (?: 甲 | 乙 )+ )+ (?P<name>{name})"\n',
    "names": '[[rule]]\nid = "own.badge"\nkind = "name"\nwhy = "x"\npattern = "工号 (?: \\\\d+ )+ (?= 的 )"\n',
}
"""A rule of every sort of file, each of which explodes."""


@pytest.mark.slow
def test_check_names_own_patterns_of_every_sort_of_file(tmp_path: Path) -> None:
    for name, content in OWN.items():
        (tmp_path / f"{name}.toml").write_text(content, encoding="utf-8")
    result = CliRunner().invoke(app, ["rules", "check", str(tmp_path)])
    assert result.exit_code == 1, result.output
    told = [line for line in result.stdout.splitlines() if "the pattern explodes" in line]
    for name in OWN:
        assert any(line.startswith((str(tmp_path / f"{name}.toml"), f"rules/{name}.toml")) for line in told), (name, told)


def test_the_libraries_are_as_before_when_the_watch_is_over() -> None:
    before = re.compile, regex.compile
    with pattern_watch.watched() as seen:
        assert re.compile("甲+", re.MULTILINE).findall("甲甲\n甲") == ["甲甲", "甲"]
        assert regex.compile(r"\L<words>", words=["乙"]).fullmatch("乙")
    assert (re.compile, regex.compile) == before
    assert {written for written, _ in seen} == {"甲+", r"\L<words>"}
    assert all(isinstance(pattern, regex.Pattern) for pattern in seen.values())
