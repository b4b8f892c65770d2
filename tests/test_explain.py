"""An explanation names the rule, the value, the cues with their places, and what was beaten with the reason."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from pipeline.cli import app
from pipeline.explain import at, explain, lines, reasons
from pipeline.model import Document
from pipeline.rulebook import Rulebook

RUNNER = CliRunner()
TEXT = "一、帮扶\n今年3月慰问困难职工75名，力争发放慰问金8000余元；投入12。2万元。\n"


def call(*arguments: object) -> tuple[int, str, str]:
    result = RUNNER.invoke(app, [str(argument) for argument in arguments])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, result.stdout, result.stderr


def test_everything_found_in_order_with_spans_of_the_source() -> None:
    explanation = explain(Document("a.txt", TEXT))
    assert [TEXT[found.start : found.end] for found in explanation.numerals] == ["一、", "今年3月", "75名", "8000余元", "12。2万元"]


def test_what_was_beaten_and_by_whom() -> None:
    (found,) = at(explain(Document("a.txt", TEXT)), TEXT.index("75名")).numerals
    assert found.fact.rule == "count.measured"
    beaten = {loser.rule: loser for loser in found.beaten}
    assert TEXT[beaten["count.bare"].start : beaten["count.bare"].end] == beaten["count.bare"].words == "75"
    assert beaten["count.bare"].reason == "count.measured stands there"


def test_an_ordinary_word_is_told() -> None:
    explanation = explain(Document("a.txt", "十分重要。"))
    assert explanation.numerals == ()
    assert all("十分" in passed.reason for passed in explanation.passed_over)


def test_in_words(book: Rulebook) -> None:
    (found,) = at(explain(Document("a.txt", TEXT)), TEXT.index("8000")).numerals
    said = "\n".join(lines(found, reasons(book)))
    start = TEXT.index("力争")
    for words in ("«8000余元»  money  a.txt:26-32", ">8000 元", "慰问金", "plan", f"«力争» at {start}-{start + 2}: plan.intention"):
        assert words in said, said


def test_repaired_and_dates_are_said(book: Rulebook) -> None:
    why = reasons(book)
    numerals = explain(Document("a.txt", TEXT)).numerals
    said = ["\n".join(lines(found, why)) for found in numerals]
    assert "XXXX-03, this_year" in said[1]
    assert "122000 元" in said[4]
    assert "repaired   yes" in said[4]


def test_a_file_and_a_place_in_it(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(TEXT.encode("gb18030"))
    status, out, _ = call("explain", f"{path}:{TEXT.index('75名') + 1}")
    assert status == 0
    assert out.count("context") == 1
    assert "75 名" in out
    assert call("explain", f"{path}:2")[1] == "no numeral there\n"
    assert call("explain", path)[1].count("context") == 5


def test_own_rules_are_laid_over(tmp_path: Path) -> None:
    rule = "[[rule]]\nid = 'own.x'\nkind = 'name'\nwhy = 'w'\npriority = 9\npattern = '75名'\n"
    (tmp_path / "names.toml").write_text(rule, encoding="utf-8")
    assert "own.x" in call("explain", "--text", TEXT, "--rules", tmp_path)[1]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "explain wants a file or --text"),
        (("x.txt", "--text", "三"), "explain wants a file or --text"),
        (("missing.txt",), "missing.txt: no such file"),
        (("missing.txt:12",), "missing.txt: no such file"),
        (("{file}", "--encoding", "klingon"), "klingon"),
        (("--text", "三", "--rules", "missing"), "no such folder"),
    ],
)
def test_wrong_usage(arguments: tuple[str, ...], said: str, tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("三名", encoding="utf-8")
    status, _, err = call("explain", *(argument.replace("{file}", str(path)) for argument in arguments))
    assert status == 2
    assert said in err


def test_a_file_that_cannot_be_read_says_why(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(b"")
    assert "a.txt: empty" in call("explain", path)[1]
