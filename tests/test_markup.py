"""Marked sentences are read as they stand, and a mark that is not of the form is refused with its place."""

from __future__ import annotations

import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import pytest

from pipeline.judge import judge
from pipeline.library import extract
from pipeline.markup import gold_lines, load_cases, parse

MARKED = '共<count value=8000 bound=">" unit=人次 activity="a|b">8000余人次</count>，<name optional=true>一个</name>。'


def test_text_and_spans() -> None:
    text, marks = parse(MARKED)
    assert text == "共8000余人次，一个。"
    assert [text[mark.start : mark.end] for mark in marks] == [mark.text for mark in marks] == ["8000余人次", "一个"]
    assert marks[0].number("value") == Decimal(8000)
    assert marks[0].several("activity") == ["a", "b"]
    assert marks[1].optional


@pytest.mark.parametrize(
    ("marked", "reason"),
    [
        ("<money value=3 unit=元>3元", "<money> is never closed"),
        ("3元</money>", "closes nothing"),
        ("<sum value=3>3</sum>", "unknown kind <sum>"),
        ("3</sum>", "unknown kind <sum>"),
        ("<money value=3><count value=3>3</count></money>", "<count> inside <money>"),
        ("<money value=三>三元</money>", "is no number"),
        ("<money unit=元>3元</money>", "without value"),
        ("<date>今年</date>", "without edtf"),
        ("<count value=3></count>", "an empty <count>"),
        ('<count value=3 bound="?">3</count>', "bound=?"),
        ("<name value=3>3</name>", "no key ['value']"),
        ("3<count value", "not of the form"),
    ],
)
def test_a_mark_not_of_the_form_is_refused(marked: str, reason: str) -> None:
    with pytest.raises(ValueError, match=r".") as error:
        parse(marked)
    assert reason in str(error.value)


def test_cases_name_file_and_id(tmp_path: Path) -> None:
    path = tmp_path / "bad.toml"
    path.write_text('[[case]]\nid = "x-1"\nform = "f"\ncondition = "cloudy"\ntext = "三"\n', encoding="utf-8")
    with pytest.raises(ValueError, match=r"bad\.toml: x-1: unknown condition cloudy"):
        list(load_cases(path))


def test_annotation_rows() -> None:
    text, _ = parse(MARKED)
    first, second = gold_lines(MARKED, text, "r")
    assert (first["start"], first["end"], first["value"], first["bound"], first["activity"]) == (1, 8, 8000, ">", ["a", "b"])
    assert (second["kind"], second["optional"], second["bound"]) == ("name", True, None)
    with pytest.raises(ValueError, match="differ at 0"):
        list(gold_lines(MARKED, "别" + text[1:], "r"))


@pytest.mark.parametrize("condition", ["check"])
def test_command_line(condition: str, tmp_path: Path) -> None:
    script = Path(__file__).parent / "marked.py"
    good, bad = tmp_path / "good.marked", tmp_path / "bad.marked"
    good.write_text(MARKED, encoding="utf-8")
    bad.write_text("<count>", encoding="utf-8")
    fine = subprocess.run([sys.executable, script, condition, good], capture_output=True, text=True, encoding="utf-8")
    assert (fine.returncode, fine.stdout) == (0, "good.marked: 2 marks\n")
    wrong = subprocess.run([sys.executable, script, condition, good, bad], capture_output=True, text=True, encoding="utf-8")
    assert wrong.returncode == 1
    assert "bad.marked: <count> without value" in wrong.stdout


@pytest.mark.parametrize(
    ("marked", "wrong"),
    [
        ("全镇共慰问困难职工<count value=75 unit=名>75名</count>。", []),
        ("全镇共慰问困难职工<count value=75 unit=名 object=困难职工>75名</count>。", []),
        ("全镇共慰问困难职工<count value=75 unit=名 object=蔬菜大棚>75名</count>。", ["object"]),
        ("全镇共慰问困难职工<count value=75 unit=名 status=plan>75名</count>。", ["status done and not plan"]),
        ("全镇共慰问困难职工<count value=75 unit=名 repaired=true>75名</count>。", ["repaired False and not True"]),
        ('全镇共慰问困难职工<count value=75 unit=名 activity="training|hardship_aid">75名</count>。', []),
        ("全镇共慰问困难职工<count value=75 unit=名 activity=training>75名</count>。", ["activity hardship_aid and not training"]),
        ("全镇共慰问困难职工<money value=75 unit=元>75名</money>。", ["read as count"]),
        ("全镇共慰问困难职工<count value=75 unit=名 optional=true>75名</count>。", []),
        ("<date edtf=2012-09 >2012年9月</date>慰问。", []),
        ("<date edtf=2012-08>2012年9月</date>慰问。", ["edtf 2012-09 and not 2012-08"]),
        ("<marker>一</marker>、加强领导。", []),
    ],
)
def test_judging(marked: str, wrong: list[str]) -> None:
    text, marks = parse(marked)
    found = list(judge(marks, extract(text), text).wrong)
    assert len(found) == len(wrong), found
    assert all(reason in line for reason, line in zip(wrong, found, strict=True)), found


def test_labels_may_be_held_to_their_exact_span() -> None:
    text, marks = parse("<marker>一</marker>、加强领导。")
    assert not judge(marks, extract(text), text, exact_labels=True).right
