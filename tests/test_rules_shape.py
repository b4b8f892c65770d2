"""A rule file that is wrong says where and what to do, so that a person who knows no code can mend it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from pipeline import rulebook
from pipeline.cli import app
from pipeline.rules_shape import line_of

RULE = """[[rule]]
id = "own.badge"
kind = "name"
why = "badge numbers"
priority = 9
pattern = '工号 \\d+'
examples = ['<name>工号123</name>的职工。']
counter_examples = ['共123名。']
"""
INDICATOR = """[[indicator]]
code = "health.checked"
label = "体检人数"
label_en = "People examined"
unit = "人"
units = ["people"]
kind = "count"
combine = "sum"

[[indicator.rule]]
why = "examined"
frame = '体检@'
examples = ["为居民体检<n>30人</n>。"]
"""
ACTIVITY = """[[activity]]
code = "checkups"
label = "体检"
label_en = "Check-ups"
names = "体检"
words = ""
hints = ""
examples = ["为出租车司机体检<n>80人</n>。"]
counter_examples = ["走访困难职工30人。"]
"""
SEEN = "names.toml, line 2: own.badge"
CHECKED = "indicators.toml, line 2: health.checked"
BROKEN = {
    "a quote left open": ("names", RULE.replace('"own.badge"', '"own.badge'), "at line 2", "check quotes and brackets"),
    "an unknown key": ("names", RULE.replace("why =", "reason ="), "names.toml, line 4: own.badge", "unknown key reason; a rule has"),
    "a key left out": ("names", RULE.replace('why = "badge numbers"\n', ""), SEEN, "why is missing"),
    "a bracket left open": ("names", RULE.replace("\\d+'", "(\\d+'"), SEEN, "does not compile"),
    "an unknown brick": ("names", RULE.replace("\\d+", "{numbr}"), SEEN, "rules/bricks.toml lists them"),
    "an unknown class": ("names", RULE.replace("\\d+", "{unit:peple}"), SEEN, "rules/units.toml lists them"),
    "an id twice": ("names", RULE + RULE, SEEN, "give each an id of its own"),
    "an unknown kind": ("names", RULE.replace('kind = "name"', 'kind = "nam"'), SEEN, "is none of count, money"),
    "a number in words": ("names", RULE.replace("= 9", '= "high"'), "names.toml, line 5: own.badge", "priority must be a whole number"),
    "text for a list": ("names", RULE.replace("['<", "'<").replace("。']\nc", "。'\nc"), "names.toml, line 7", "examples must be a list"),
    "a list for text": ("hedges", '[before]\nmore = ["逾"]\n', "hedges.toml, line 2: before.more", "must be text in quotes"),
    "an unknown list": ("names", RULE.replace("[[rule]]", "[[rules]]"), "names.toml, line 1: rules", "the shipped file has"),
    "no UTF-8": ("names", RULE.encode("gb18030"), "names.toml, line 6", "save the file as UTF-8"),
    "an unknown file": ("nammes", RULE, "nammes.toml", "the shipped ones are activities.toml"),
    "an example without a mark": ("names", re.sub("</?name>", "", RULE), SEEN, "mark every numeral"),
    "an unknown mark": ("names", RULE.replace("name>", "nme>"), SEEN, "unknown kind <nme>"),
    "an example read otherwise": ("names", RULE.replace("工号 ", "工牌 "), SEEN, "none of its numerals is read by"),
    "no label": ("indicators", INDICATOR.replace('label = "体检人数"\n', ""), CHECKED, "label is missing"),
    "unknown combine": ("indicators", INDICATOR.replace('"sum"', '"add"'), CHECKED, "sum, latest, single"),
    "unknown units": ("indicators", INDICATOR.replace("\"people", "\"peple"), CHECKED, "rules/units.toml"),
    "no frame": ("indicators", INDICATOR.replace("frame = '体检@'\n", ""), "indicators.toml", "frame"),
    "another meaning": ("indicators", INDICATOR.replace("frame = '体检@'", "frame = '检查@'"), CHECKED, "is not health.checked in"),
    "another type": ("activities", ACTIVITY, "activities.toml, line 2: checkups", "(its activity is safety by «体检»)"),
}  # fmt: skip


def check(folder: Path, name: str, content: str | bytes) -> tuple[int, str]:
    folder.mkdir(exist_ok=True)
    (folder / f"{name}.toml").write_bytes(content if isinstance(content, bytes) else content.encode())
    result = CliRunner().invoke(app, ["rules", "check", str(folder)])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, result.output


READ_THROUGH = {"an example read otherwise", "an example without a mark", "an unknown mark", "another meaning", "another type"}
"""These are found only when all rules have been tried."""


@pytest.mark.parametrize("how", [pytest.param(how, marks=pytest.mark.slow) if how in READ_THROUGH else how for how in BROKEN])
def test_a_broken_file_says_where_and_what_to_do(how: str, tmp_path: Path) -> None:
    name, content, place, remedy = BROKEN[how]
    status, said = check(tmp_path, name, content)
    assert status in (1, 2)
    assert place in said
    assert remedy in said


@pytest.mark.parametrize(("name", "content"), [("names", RULE), pytest.param("indicators", INDICATOR, marks=pytest.mark.slow)])
def test_the_same_files_unbroken_pass(name: str, content: str, tmp_path: Path) -> None:
    status, said = check(tmp_path, name, content)
    assert (status, said.endswith("all as they say\n")) == (0, True), said


def test_every_shipped_file_has_its_own_shape(tmp_path: Path) -> None:
    for path in rulebook.shipped_folder().glob("*.toml"):
        (tmp_path / path.name).write_bytes(path.read_bytes())
    assert rulebook.load(tmp_path).indicators


def test_lines_are_those_of_the_rule() -> None:
    text = '[[rule]]\nid = "a"\nwhy = "x"\n\n[[rule]]\nid = "b"\nwhy = "y"\n'
    assert (line_of(text, "b"), line_of(text, "b", "why"), line_of(text, "b", "kind"), line_of(text, "c")) == (6, 7, 6, None)
    assert line_of(text, None, "why") == 3
