"""The commands: what they print, where, and with which exit status. No output and no heavy import before there is work."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
import typer
from typer.testing import CliRunner

from pipeline.cli import app

TEXT = "安和镇总工会2013年工作总结\n今年3月慰问困难职工75名,发放慰问金8000余元。\n新建工会12家。\n"
RUNNER = CliRunner()


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.txt").write_text(TEXT, encoding="utf-8")
    return tmp_path / "in"


def call(*arguments: object) -> tuple[int, str, str]:
    result = RUNNER.invoke(app, [str(argument) for argument in arguments])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, result.stdout, result.stderr


def test_a_run_says_where_to_look_and_shows_the_first_rows(archive: Path, tmp_path: Path) -> None:
    status, out, err = call("run", archive, "--out", tmp_path / "out", "--workers", 1)
    assert status == 0
    assert "taizhang.xlsx" in out
    assert "review.html" in out
    assert "75" in out
    assert ">8,000" in out
    assert err == ""  # no terminal, no progress


def test_a_run_says_why_cells_are_empty_and_leads_nowhere_where_nothing_was_read(archive: Path, tmp_path: Path) -> None:
    (archive / "b.txt").write_text("安和镇总工会2014年工作总结\n慰问困难职工xx名。明年计划新建工会3家。\n", encoding="utf-8")
    _, out, _ = call("run", archive, "--out", tmp_path / "out", "--format", "csv", "--workers", 1)
    assert "0 格说法矛盾，1 格被遮盖，1 格只有计划" in out
    (tmp_path / "none").mkdir()
    _, out, _ = call("run", tmp_path / "none", "--out", tmp_path / "out", "--workers", 1)
    assert "taizhang.xlsx" not in out


def test_quiet_is_quiet_and_english_is_english(archive: Path, tmp_path: Path) -> None:
    assert call("run", archive, "--out", tmp_path / "out", "--format", "csv", "--workers", 1, "--quiet") == (0, "", "")
    _, out, _ = call("run", archive, "--out", tmp_path / "out", "--format", "csv", "--workers", 1, "--labels", "en")
    assert "The results are in" in out
    assert "comparison.csv" in out


def test_unread_files_are_named_and_make_status_1(archive: Path, tmp_path: Path) -> None:
    (archive / "empty.txt").write_bytes(b"")
    status, out, _ = call("run", archive, "--out", tmp_path / "out", "--format", "csv", "--workers", 1)
    assert status == 1
    assert "in/empty.txt: empty: " in out


def test_nothing_to_read_is_status_3_and_said_on_stderr(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    status, _, err = call("run", tmp_path / "in", "--out", tmp_path / "out", "--format", "csv", "--workers", 1, "--quiet")
    assert status == 3
    assert str(tmp_path / "in")[-20:] in err.replace("\n", "")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--format", "docx"], "unknown docx"),
        (["--labels", "fr"], "fr is none of zh, en"),
        (["--segmenter", "thulac"], "thulac is none of jieba, rjieba"),
        (["--encoding", "klingon"], "klingon"),
        (["--rules", "nowhere"], "nowhere"),
        (["--manifest", "nowhere.csv"], "nowhere.csv: cannot be read"),
        (["--corrections", "nowhere.csv"], "nowhere.csv: cannot be read"),
        (["--config", "nowhere.toml"], "nowhere.toml"),
        (["--nonsense"], "--nonsense"),
        (["--workers", "0"], "workers"),
    ],
)
def test_wrong_usage_is_status_2_and_says_what_is_wrong(archive: Path, tmp_path: Path, arguments: list[str], said: str) -> None:
    status, out, err = call("run", archive, "--out", tmp_path / "out", *arguments)
    assert (status, out) == (2, "")
    assert said in err
    assert not (tmp_path / "out" / "facts.csv").exists()


def test_the_output_is_no_input(archive: Path) -> None:
    status, _, err = call("run", archive, "--out", archive)
    assert status == 2
    assert "a folder of their own" in err


def test_a_folder_that_cannot_be_written_is_an_error_in_words(archive: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    status, _, err = call("run", archive, "--out", tmp_path / "file" / "out", "--format", "csv")
    assert status == 2
    assert "out:" in err


def test_a_config_file_fills_options_and_flags_win(archive: Path, tmp_path: Path) -> None:
    (tmp_path / "c.toml").write_text('format = ["csv"]\nlabels = "en"\nworkers = 1\n', encoding="utf-8")
    _, out, _ = call("run", archive, "--out", tmp_path / "out", "--config", tmp_path / "c.toml")
    assert "The results are in" in out
    assert not (tmp_path / "out" / "facts.parquet").exists()
    _, out, _ = call("run", archive, "--out", tmp_path / "out", "--config", tmp_path / "c.toml", "--format", "parquet", "--labels", "zh")
    assert "结果在" in out
    assert (tmp_path / "out" / "facts.parquet").exists()


def test_formats_may_be_named_in_several_options(archive: Path, tmp_path: Path) -> None:
    call("run", archive, "--out", tmp_path / "out", "--format", "csv", "--format", "parquet, csv", "--workers", 1)
    assert {path.suffix for path in (tmp_path / "out").glob("facts.*")} == {".csv", ".parquet"}


def test_an_unknown_key_of_a_config_file_is_refused(archive: Path, tmp_path: Path) -> None:
    (tmp_path / "c.toml").write_text("wokers = 1\n", encoding="utf-8")
    status, _, err = call("run", archive, "--out", tmp_path / "out", "--config", tmp_path / "c.toml")
    assert status == 2
    assert "unknown key wokers" in err
    assert "workers" in err


def test_the_manifest_goes_out_and_never_over_an_older_one(archive: Path, tmp_path: Path) -> None:
    call("run", archive, "--out", tmp_path / "out", "--format", "parquet", "--workers", 1)
    status, out, err = call("manifest", tmp_path / "out")
    written = (tmp_path / "out" / "manifest.csv").read_bytes()
    assert status == 0
    assert written.startswith(b"\xef\xbb\xbfsource,part,title,org,town")
    assert "in/a.txt" in out
    assert "--manifest" in err
    call("manifest", tmp_path / "out")
    assert (tmp_path / "out" / "manifest-2.csv").exists()
    call("manifest", tmp_path / "out", "--to", tmp_path / "m.csv")
    assert (tmp_path / "m.csv").read_bytes() == written
    assert call("manifest", tmp_path)[0] == 2


def test_evaluate(archive: Path, tmp_path: Path) -> None:
    call("run", archive, "--out", tmp_path / "out", "--format", "parquet", "--workers", 1)
    (tmp_path / "gold").mkdir()
    assert call("evaluate", tmp_path / "out", "--gold", tmp_path / "gold")[0] == 2
    row = dict.fromkeys(
        ("value", "low", "high", "bound", "unit", "per", "edtf", "anchor", "part", "festival", "object", "status", "indicator")
    )
    start = TEXT.index("75名")
    found = {
        **row, "report": "a", "start": start, "end": start + 3, "text": "75名", "kind": "count", "value": 75, "unit": "名", "bound": "=",
        "activity": [], "status": "done",
    }  # fmt: skip
    missed = {**found, "start": 10, "end": 12, "text": "工作"}
    gold = tmp_path / "gold" / "a.jsonl"
    gold.write_text(json.dumps(found) + "\n" + json.dumps(missed) + "\n", encoding="utf-8")
    status, out, _ = call("evaluate", tmp_path / "out", "--gold", tmp_path / "gold", "--show", 5)
    assert status == 0
    assert "span.count" in out
    assert "not found" in out
    status, out, _ = call("evaluate", tmp_path / "out", "--gold", tmp_path / "gold", "--json")
    assert json.loads(out)["exact.count"]["gold"] == 2


def test_diff(archive: Path, tmp_path: Path) -> None:
    call("run", archive, "--out", tmp_path / "a", "--format", "parquet", "--workers", 1)
    (tmp_path / "m.csv").write_text("source,year\nin/a.txt,2010\n", encoding="utf-8")
    call("run", archive, "--out", tmp_path / "b", "--format", "parquet", "--workers", 1, "--manifest", tmp_path / "m.csv")
    assert call("diff", tmp_path / "a", tmp_path / "a") == (0, "", "no differences\n")
    status, out, err = call("diff", tmp_path / "a", tmp_path / "b")
    assert status == 0
    assert "~ reports" in out
    assert "→ 2010" in out
    assert "«今年3月» date_start" in out
    assert err.startswith("differences: ")
    assert call("diff", tmp_path / "a", tmp_path)[0] == 2


def test_doctor() -> None:
    status, out, _ = call("doctor")
    assert status == 0, out
    assert "ok   self-test" in out
    wanted = {re.split("[>=<]", text)[0] for text in metadata.requires("taizhang") or () if "extra" not in text}
    assert {name for name in wanted if f"ok   {name}: " not in out} == set(), "a library that doctor does not look at"


COMMANDS = ["run", "manifest", "explain", "rules check", "rules list", "rules preview", "rules learn", "evaluate", "diff", "doctor"]


def commands(group: Any, above: str = "") -> Iterator[tuple[str, Any]]:
    """Each command with its words."""
    for name, command in group.commands.items():
        words = f"{above} {name}".strip()
        if hasattr(command, "commands"):
            yield from commands(command, words)
        else:
            yield words, command


def test_the_commands_are_there() -> None:
    assert set(COMMANDS) <= {words for words, _ in commands(typer.main.get_command(app))}


@pytest.mark.parametrize(("words", "command"), list(commands(typer.main.get_command(app))))
def test_every_command_has_help_with_examples_that_could_be_typed(words: str, command: Any) -> None:
    status, out, _ = call(*words.split(), "--help")
    assert status == 0
    examples = [line.partition("Example: taizhang ")[2] for line in out.splitlines() if "Example: taizhang " in line]
    assert examples
    for example in examples:
        assert example.startswith(words)
        typed = shlex.split(example.removeprefix(words))
        command.make_context(words, typed)  # raises where an option is not there, or an argument is missing


def test_the_shell_completes_commands() -> None:
    asked = {"_TAIZHANG_COMPLETE": "complete_bash", "COMP_WORDS": "taizhang rul", "COMP_CWORD": "1"}
    assert RUNNER.invoke(app, [], prog_name="taizhang", env=asked).stdout.split() == ["rules"]
    assert "--install-completion" in call("--help")[1]


def test_the_last_words_tell_of_corrections(archive: Path, tmp_path: Path) -> None:
    call("run", archive, "--out", tmp_path / "out", "--format", "parquet", "--workers", 1)
    report_id = pq.read_table(tmp_path / "out" / "reports.parquet")["report_id"][0].as_py()
    rows = [f"in/a.txt,{report_id},year,2012", f"in/a.txt,{report_id},year,2011", f"in/a.txt,{report_id},yaer,2011"]
    (tmp_path / "c.csv").write_text("\n".join(["source,report_sha256,column,new", *rows]) + "\n", encoding="utf-8")
    arguments = ("--format", "csv", "--workers", 1, "--corrections", tmp_path / "c.csv")
    assert "更正：已更正 1，已不需要 1，不能接受 1" in call("run", archive, "--out", tmp_path / "out", *arguments)[1]
    said = call("run", archive, "--out", tmp_path / "out", *arguments, "--labels", "en")[1]
    assert "Corrections: applied 1, no longer needed 1, refused 1;" in said
    (tmp_path / "c.csv").write_text("source,column\n", encoding="utf-8")
    status, _, err = call("run", archive, "--out", tmp_path / "out", *arguments)
    assert (status, "c.csv, line 1: there is no column report_sha256, new" in err) == (2, True)


def fresh(code: str) -> str:
    """What Python prints that runs `code` in a process of its own."""
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parent.parent)}
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment).stdout


def test_help_and_import_load_nothing_heavy() -> None:
    heavy = "{'pyarrow', 'pandas', 'jieba', 'spacy', 'regex', 'xlsxwriter'} & set(sys.modules)"
    assert fresh(f"import sys, pipeline; print({heavy})") == "set()\n"
    assert fresh(f"import sys, pipeline.cli; print({heavy})") == "set()\n"


def test_a_console_without_chinese_ends_no_run(archive: Path, tmp_path: Path) -> None:
    environment = {
        **os.environ,
        "PYTHONPATH": str(Path(__file__).parent.parent),
        "LC_ALL": "C",
        "PYTHONUTF8": "0",
        "PYTHONIOENCODING": "ascii",
    }
    command = [
        sys.executable,
        "-m",
        "pipeline.cli",
        "run",
        str(archive),
        "--out",
        str(tmp_path / "out"),
        "--format",
        "csv",
        "--workers",
        "1",
    ]
    done = subprocess.run(command, capture_output=True, env=environment, check=False)
    assert done.returncode == 0, done.stderr
    assert b"comparison.csv" in done.stdout


def test_a_configuration_sets_the_limits_of_the_readers(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.txt").write_text("走访12户。", encoding="utf-8")
    (tmp_path / "in" / "b.txt").write_text("走访困难职工十户。", encoding="utf-8")
    config = tmp_path / "c.toml"
    config.write_text("[ingest]\nmax_chars = 8\n", encoding="utf-8")
    out = tmp_path / "out"
    assert call("run", tmp_path / "in", "--out", out, "--config", config, "--quiet")[0] == 1
    assert "too_long: A text of 9 characters is longer than the limit (max_chars)." in (out / "files.csv").read_text(encoding="utf-8-sig")
    for content, told in (
        ("[ingest]\nmax_wishes = 3\n", "unknown limit max_wishes"),
        ("[ingest]\nmax_chars = 0\n", "max_chars must be a whole number"),
        ('[ingest]\nmax_chars = "8"\n', "max_chars must be a whole number"),
        ("ingest = 3\n", "ingest is a table"),
    ):
        config.write_text(content, encoding="utf-8")
        status, _, error = call("run", tmp_path / "in", "--out", out, "--config", config)
        assert status == 2
        assert told in error
