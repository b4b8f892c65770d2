"""Own rule files that leave something out: whatever it is, they are laid over the shipped ones or refused in words, with file and key."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from random import Random
from typing import Any, NoReturn

import pytest
from ingest_archive import docx, html, paragraph

from pipeline import rulebook
from pipeline.ingest import IngestOptions, check_rules, read_bytes
from pipeline.ingest.rules import table
from pipeline.labels import Labels
from pipeline.machinery import Machinery
from pipeline.redact import Redactor
from pipeline.rule_files import RuleError
from pipeline.rules_shape import check_file
from pipeline.run import run

SHIPPED = {path.stem: tomllib.loads(path.read_text(encoding="utf-8")) for path in sorted(rulebook.shipped_folder().glob("*.toml"))}
Way = tuple[str, ...]
FREE = {"rule", "weight", "words", "kind", "one", "counts", "meaning", "hints", "why", "examples", "counter_examples"}
"""Keys that every shipped row of some list has and an own one need not."""


def tables(value: Mapping[str, Any], way: Way = ()) -> Iterator[tuple[Way, Any]]:
    """Every table and list of tables of a file, by the keys that lead to it."""
    for key, inner in value.items():
        if isinstance(inner, dict):
            yield (*way, key), inner
            yield from tables(inner, (*way, key))
        elif is_rows(inner):
            yield (*way, key), inner


def is_rows(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and isinstance(value[0], dict)


def written(way: Way, value: Any) -> str:
    """A file with `value` there and nothing else. TOML in one line is JSON with `=` for its colons."""
    for key in reversed(way):
        value = {key: value}
    return "".join(f"{json.dumps(key)} = {inline(inner)}\n" for key, inner in value.items())


def inline(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(key)} = {inline(inner)}" for key, inner in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(inline, value)) + "]"
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def shortened(name: str) -> Iterator[tuple[str, str, str]]:
    """What is left out, the key, and the file: each key of each list of rows, from a row that has it; empty tables, lists and rows."""
    for way, value in tables(SHIPPED[name]):
        place = ".".join(way)
        if isinstance(value, dict):
            yield f"all of {place}", "", written(way, {})
            continue
        yield f"the rows of {place}", "", written(way, [])
        yield f"the content of a row of {place}", "", written(way, [{}])
        for key in dict.fromkeys(key for row in value for key in row):
            row = max((row for row in value if key in row), key=len)
            yield f"{key} of {place}", key, written(way, [{inner: row[inner] for inner in row if inner != key}])


def outcome(text: str, name: str) -> str:
    """What the check of shapes says, empty where it has no objection."""

    def complain(line: int | None, what: str) -> NoReturn:
        raise RuleError(f"{name}.toml, line {line}: {what}")

    try:
        check_file(text, SHIPPED[name], complain)
    except RuleError as error:
        return str(error)
    return ""


@pytest.mark.parametrize("name", SHIPPED)
def test_a_key_that_all_shipped_rows_have_is_asked_for_by_name(name: str) -> None:
    lists = {".".join(way): value for way, value in tables(SHIPPED[name]) if is_rows(value)}
    for what, key, text in shortened(name):
        said = outcome(text, name)
        assert not said or f"{name}.toml, line" in said
        if key and not said:
            rows = lists[what.partition(" of ")[2]]
            assert key in FREE or not all(key in row for row in rows), what
        elif said:
            assert key in said and "is missing" in said, said


TRIED = 3
"""Of what is left out of a file and passes the check of shapes so many are tried: making all that follows from rules takes seconds."""


@pytest.mark.slow
@pytest.mark.parametrize("name", SHIPPED)
def test_whatever_is_left_out_the_rules_work_or_say_what_is_missing(name: str, tmp_path: Path) -> None:
    left = [(what, text) for what, _, text in shortened(name) if not outcome(text, name)]
    for what, text in Random(name).sample(left, min(TRIED, len(left))):
        (tmp_path / f"{name}.toml").write_text(text, encoding="utf-8")
        try:
            book = rulebook.load(tmp_path)
            check_rules(tmp_path)
            Machinery(book).prepare()
            _ = Labels(book, "zh"), Labels(book, "en"), Redactor(book) if name in ("redact", "labels") else None
        except RuleError as error:
            assert ".toml" in str(error), what


def test_one_value_of_the_readers_leaves_the_others_as_they_are(tmp_path: Path) -> None:
    (tmp_path / "readers.toml").write_text('[numbering]\nbullet = "#"\n[pages]\nstarts = []\n', encoding="utf-8")
    (tmp_path / "encodings.toml").write_text("[limits]\nbad_share = 0.2\n", encoding="utf-8")
    check_rules(tmp_path)
    assert table("readers.toml", tmp_path)["numbering"] == {**table("readers.toml")["numbering"], "bullet": "#"}
    options = IngestOptions(rules=tmp_path)
    for name, data in (("a.docx", docx(paragraph("走访12户。"))), ("a.html", html(["走访12户。"]).encode("gb18030"))):
        [own], [shipped] = read_bytes(name, data, options), read_bytes(name, data)
        assert own == shipped
        assert own.status == "ok"


def test_readers_take_in_a_change_of_their_rules(tmp_path: Path) -> None:
    """In a notebook the next run is in the same process, and what it keeps is named by the new rules."""
    for bullet in ("#", "##"):
        (tmp_path / "readers.toml").write_text(f'[numbering]\nbullet = "{bullet}"\n', encoding="utf-8")
        assert table("readers.toml", tmp_path)["numbering"]["bullet"] == bullet


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("years", '[[written]]\nid = "own.x"\nwhy = "x"\npattern = "x"\nrole = "x"\nstated = true\n', "line 2: own.x: needs is missing"),
        ("years", '[[event]]\nid = "own.x"\nwords = ["x"]\nwhy = "x"\n', "own.x: first is missing"),
        ("readers", '[pages]\nnumbers = ["("]\n', "numbers: the pattern does not compile"),
        ("readers", '[web]\ntitle_ends = ["["]\n', "title_ends: the pattern does not compile"),
        ("encodings", '[characters]\nhigh = "镇"\n', "are numbers"),
        ("calendar", '[lunar]\n"春节" = "first"\n', "write month-day"),
    ],
)
def test_a_message_names_file_and_key(name: str, text: str, told: str, tmp_path: Path) -> None:
    own = tmp_path / "own"
    own.mkdir()
    (own / f"{name}.toml").write_text(text, encoding="utf-8")
    (tmp_path / "a.txt").write_text("走访12户。", encoding="utf-8")
    with pytest.raises(RuleError, match=rf"{name}\.toml.*{told}"):
        run([tmp_path / "a.txt"], tmp_path / "out", workers=1, formats=["csv"], rules=own)


def test_an_empty_list_takes_no_shipped_row_away(tmp_path: Path) -> None:
    (tmp_path / "names.toml").write_text("rule = []\n", encoding="utf-8")
    assert len(rulebook.load(tmp_path).table("names")["rule"]) == len(SHIPPED["names"]["rule"])
