"""Corrections that stick: found again by the report's text and the words, applied once, and each accounted for.

Fifty of every sort, in a file and in the workbook, and back again: test_corrections_round_trip.py.
"""

from __future__ import annotations

import csv
import hashlib
import json
from collections.abc import Iterable, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
import xlsxwriter

from pipeline import rulebook
from pipeline.corrections import Corrections, CorrectionsError
from pipeline.corrections.files import FIELDS
from pipeline.corrections.search import nearest, places
from pipeline.corrections.values import RefusedError, Vocabulary
from pipeline.labels import Labels
from pipeline.rulebook import Rulebook
from pipeline.run import run
from pipeline.run_record import RunResult

Row = dict[str, Any]
LABELS = Labels(rulebook.load(), "zh")
FILLER = "各项工作有序推进,干部职工精神面貌焕然一新,基层基础不断夯实,服务能力稳步提升,困难群众的生活得到改善。\n" * 3
FIRST = (
    f"安和镇总工会2013年工作总结\n{FILLER}今年3月慰问困难职工75名,发放慰问金8000余元。\n新建工会12家。\n"
    "举办培训班3期,培训职工160人次,其中女职工60人次。\n明年计划慰问困难职工90名。\n"
)
SECOND = f"太平镇总工会2013年工作总结\n{FILLER}今年5月慰问困难职工28名,发放慰问金6000元。\n全年培训职工90人次。\n新建工会7家。\n"
TABLES = ("files", "reports", "facts", "activities", "cells", "checks", "comparison", "coverage", "copies", "corrections")


def write(folder: Path, texts: Mapping[str, str]) -> Path:
    for name, text in texts.items():
        path = folder / "in" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder / "in"


def read(inputs: Path, out: Path, corrections: Path | None = None, workers: int = 1) -> RunResult:
    return run([inputs], out, workers=workers, formats=["parquet"], corrections=corrections)


def tables(out: Path) -> dict[str, list[Row]]:
    return {name: pq.read_table(out / f"{name}.parquet").to_pylist() for name in TABLES}


def fact(out: Path, text: str, source: str = "in/a.txt", number: int = 0) -> Row:
    return [row for row in tables(out)["facts"] if row["text"] == text and row["source"] == source][number]


def correction(out: Path, row: Row, column: str, new: str, **changed: Any) -> Row:
    """As the review page saves it: the report's full hash, the place in the source, no fact_id."""
    report = next(r for r in tables(out)["reports"] if r["report_id"] == row["report_id"])
    text = (out.parent / report["source"]).read_text(encoding="utf-8")[report["start"] : report["end"]]
    said = row.get(column)
    return {
        "source": row["source"], "report_sha256": hashlib.sha256(text.encode()).hexdigest(), "text": row.get("text", ""),
        "sentence": row.get("sentence", ""), "start": row["start"], "column": column, "old": "" if said is None else str(said), "new": new,
        "reason": "seen", **changed,
    }  # fmt: skip


def of_report(out: Path, column: str, new: str, source: str = "in/a.txt") -> Row:
    return correction(out, next(r for r in tables(out)["reports"] if r["source"] == source), column, new)


def save(path: Path, rows: Iterable[Row]) -> Path:
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    return path


def outcomes(out: Path) -> list[tuple[str, str | None]]:
    """Outcome and reason of each; every reason has Chinese words, which workbook and page show."""
    found = [(row["outcome"], row["why"]) for row in tables(out)["corrections"]]
    assert [why for _, why in found if why and LABELS.told("whys", why) == why] == []
    return found


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The run before any correction, in `out`, beside its inputs in `in`."""
    folder = tmp_path_factory.mktemp("archive")
    read(write(folder, {"a.txt": FIRST, "b.txt": SECOND}), folder / "out")
    return folder


@pytest.fixture(scope="module")
def out(archive: Path) -> Path:
    return archive / "out"


# ---------------------------------------------------------------- what it changes


def test_a_value_put_right_changes_its_fact_its_cell_and_its_activity_and_nothing_else(archive: Path, out: Path, tmp_path: Path) -> None:
    file = save(tmp_path / "c.jsonl", [correction(out, fact(out, "75名"), "value", "57")])
    result = read(archive / "in", tmp_path / "new", file)
    assert result.counts["corrections"] == {"applied": 1}
    before, after = tables(out), tables(tmp_path / "new")
    put_right = fact(tmp_path / "new", "75名")
    assert (put_right["value"], put_right["note"]) == (Decimal(57), "corrected: value 75 → 57 (seen)")
    for name in TABLES[:-1]:
        for old, new in zip(before[name], after[name], strict=True):
            changed = {column for column in old if old[column] != new[column]}
            if name == "facts" and old["fact_id"] == put_right["fact_id"]:
                assert changed == {"value", "note"}
            elif name == "cells" and old["indicator"] == "aid.people" and old["report_id"] == put_right["report_id"]:
                assert changed == {"value", "low", "high"}
                assert new["value"] == Decimal(57)
            elif name == "activities" and put_right["fact_id"] in old["fact_ids"]:
                assert changed == {"people"}
            elif name == "comparison" and put_right["report_id"] in old["report_ids"]:
                assert changed == {"aid.people"}
            else:
                assert not changed, (name, old, new)
    assert result.counts["unread"] == {}


def test_what_is_kept_for_later_runs_is_what_the_rules_say(archive: Path, out: Path, tmp_path: Path) -> None:
    """A report that was put right is read anew with corrections, and without them it is as it was, whatever ran in between."""
    file = save(tmp_path / "c.jsonl", [correction(out, fact(out, "75名"), "value", "57")])
    read(archive / "in", tmp_path / "anew", file)
    found = []
    for number, corrections in enumerate((file, None, file, None)):
        target = tmp_path / f"out{number}"
        run([archive / "in"], target, workers=1, formats=["parquet"], corrections=corrections, cache=tmp_path / "cache")
        found.append(tables(target))
    assert found[0] == found[2] == tables(tmp_path / "anew")
    assert found[1] == found[3] == tables(out)


def test_other_corrections_are_other_work(archive: Path, out: Path, tmp_path: Path) -> None:
    """The tables of a run are not taken for those of one with other corrections."""
    for value in ("57", "58"):
        read(archive / "in", tmp_path / "new", save(tmp_path / "c.jsonl", [correction(out, fact(out, "75名"), "value", value)]))
        assert fact(tmp_path / "new", "75名")["value"] == Decimal(value)


def test_checks_are_made_of_the_corrected_facts(tmp_path: Path) -> None:
    text = "安和镇总工会2013年工作总结\n新建工会12家,其中企业工会8家,村工会4家。\n"
    inputs = write(tmp_path, {"a.txt": text})
    read(inputs, tmp_path / "out")
    assert [row["verdict"] for row in tables(tmp_path / "out")["checks"]] == ["holds"]
    file = save(tmp_path / "c.jsonl", [correction(tmp_path / "out", fact(tmp_path / "out", "4家"), "value", "3")])
    read(inputs, tmp_path / "new", file)
    (check,) = tables(tmp_path / "new")["checks"]
    assert (check["verdict"], check["computed"]) == ("fails", Decimal(11))


def test_every_column_of_a_fact(archive: Path, out: Path, tmp_path: Path) -> None:
    wanted = {
        "75名": {"object": "特困职工", "status": "plan", "indicator": "", "activity": "women", "per": "户", "change": "up", "unit": "位"},
        "8000余元": {"low": "8000", "high": "9000", "bound": "~", "scope": "cumulative"},
        "今年3月": {"edtf": "2012-03", "anchor": "", "part": "early", "festival": "三八"},
        "3期": {"kind": "not_a_fact"},
        "12家": {"kind": "money", "value": "1200", "unit": "元"},
    }
    rows = [correction(out, fact(out, text), column, new) for text, columns in wanted.items() for column, new in columns.items()]
    read(archive / "in", tmp_path / "new", save(tmp_path / "c.jsonl", rows))
    assert {outcome for outcome, _ in outcomes(tmp_path / "new")} == {"applied"}
    for text, columns in wanted.items():
        found = fact(tmp_path / "new", text)
        for column, new in columns.items():
            shown = found[column]
            if column in ("value", "low", "high"):
                assert shown == Decimal(new)
            else:
                assert shown == ("name" if new == "not_a_fact" else new or None), (text, column)
    no_fact, a_range = fact(tmp_path / "new", "3期"), fact(tmp_path / "new", "8000余元")
    assert [no_fact[name] for name in ("value", "bound", "unit", "status", "indicator", "activity")] == [None] * 6
    assert a_range["value"] is None
    assert fact(tmp_path / "new", "今年3月")["date_start"].isoformat() == "2012-03-01"


def test_what_is_no_figure_has_no_parts(archive: Path, out: Path, tmp_path: Path) -> None:
    total, part = fact(out, "160人次"), fact(out, "60人次")
    assert part["part_of"] == total["fact_id"]
    read(archive / "in", tmp_path / "new", save(tmp_path / "c.jsonl", [correction(out, total, "kind", "name")]))
    assert fact(tmp_path / "new", "60人次")["part_of"] is None


def test_every_column_of_a_report(archive: Path, out: Path, tmp_path: Path) -> None:
    wanted = {
        "town": "太平镇",
        "county": "甲县",
        "city": "乙市",
        "province": "丙省",
        "year": "2012",
        "period": "half_year",
        "org": "health",
        "title": "总结",
    }
    read(archive / "in", tmp_path / "new", save(tmp_path / "c.jsonl", [of_report(out, column, new) for column, new in wanted.items()]))
    assert {outcome for outcome, _ in outcomes(tmp_path / "new")} == {"applied"}
    report, other = tables(tmp_path / "new")["reports"]
    assert {column: str(report[column]) for column in wanted} == wanted
    assert (report["place_basis"], report["year_basis"], report["town_code"]) == ("manifest", "manifest", None)
    assert other == tables(out)["reports"][1]
    assert fact(tmp_path / "new", "今年3月")["date_start"].year == 2012


def test_a_report_can_lose_what_was_told_of_it_wrongly(archive: Path, out: Path, tmp_path: Path) -> None:
    rows = [of_report(out, column, "") for column in ("town", "county", "year", "period", "org", "title")]
    read(archive / "in", tmp_path / "new", save(tmp_path / "c.jsonl", rows))
    report = tables(tmp_path / "new")["reports"][0]
    assert [report[row["column"]] for row in rows] == [None] * 6
    assert (report["place_basis"], report["year_basis"]) == ("unknown", "unknown")
    wrong = {row["column"]: row["old"] for row in rows}
    assert wrong["town"] == "安和镇"  # so that there was something to lose


def test_a_missed_figure_becomes_a_fact_that_fills_its_cell(tmp_path: Path) -> None:
    text = f"安和镇总工会2013年工作总结\n{FILLER}今年慰问困难职工若干名,情况良好。\n"
    inputs = write(tmp_path, {"a.txt": text})
    read(inputs, tmp_path / "out")
    report = tables(tmp_path / "out")["reports"][0]
    place = {**report, "text": "若干名", "sentence": "今年慰问困难职工若干名,情况良好。", "start": text.index("若干名")}
    said = {"kind": "count", "value": "31", "unit": "名", "indicator": "aid.people"}
    rows = [correction(tmp_path / "out", place, column, new) for column, new in said.items()]
    read(inputs, tmp_path / "new", save(tmp_path / "c.jsonl", rows))
    assert [outcome for outcome, _ in outcomes(tmp_path / "new")] == ["applied"] * 4
    added = fact(tmp_path / "new", "若干名")
    assert (added["rule"], added["value"], added["status"], added["sentence"]) == ("by_hand", Decimal(31), "done", place["sentence"])
    cells = tables(tmp_path / "new")["cells"]
    assert [cell["value"] for cell in cells if cell["indicator"] == "aid.people"] == [Decimal(31)]
    read(inputs, tmp_path / "less", save(tmp_path / "c.jsonl", rows[1:]))
    assert {outcome for outcome, _ in outcomes(tmp_path / "less")} == {"orphaned"}
    assert "add a correction of kind" in str(outcomes(tmp_path / "less")[0][1])


# ---------------------------------------------------------------- where it sticks


def test_it_follows_the_text_into_another_file_and_behind_another_report(out: Path, tmp_path: Path) -> None:
    file = save(tmp_path / "c.jsonl", [correction(out, fact(out, "75名"), "value", "57"), of_report(out, "town", "甲镇")])
    inputs = write(tmp_path, {"sub/renamed.txt": FIRST, "b.txt": SECOND})
    read(inputs, tmp_path / "new", file)
    assert outcomes(tmp_path / "new") == [("moved", "the report is now in in/sub/renamed.txt")] * 2
    assert fact(tmp_path / "new", "75名", "in/sub/renamed.txt")["value"] == Decimal(57)
    assert [r["town"] for r in tables(tmp_path / "new")["reports"]] == ["太平镇", "甲镇"]


def test_a_report_that_is_there_twice_is_corrected_twice_and_told_once(out: Path, tmp_path: Path) -> None:
    file = save(tmp_path / "c.jsonl", [correction(out, fact(out, "75名"), "value", "57"), of_report(out, "town", "甲镇")])
    inputs = write(tmp_path, {"a.txt": FIRST, "copy.txt": FIRST})
    read(inputs, tmp_path / "new", file, workers=2)
    rows = tables(tmp_path / "new")["corrections"]
    assert [(row["outcome"], row["places"]) for row in rows] == [("applied", 2), ("applied", 1)]
    assert [fact(tmp_path / "new", "75名", source)["value"] for source in ("in/a.txt", "in/copy.txt")] == [Decimal(57)] * 2
    assert [r["town"] for r in tables(tmp_path / "new")["reports"]] == ["甲镇", "安和镇"]


def test_it_follows_a_moved_line(out: Path, tmp_path: Path) -> None:
    head, _, rest = FIRST.partition("新建工会12家。\n")
    moved = "安和镇总工会2013年工作总结\n新建工会12家。\n" + head.partition("\n")[2] + rest
    file = save(tmp_path / "c.jsonl", [correction(out, fact(out, "12家"), "value", "21"), of_report(out, "county", "甲县")])
    read(write(tmp_path, {"a.txt": moved}), tmp_path / "new", file)
    assert fact(tmp_path / "new", "12家")["value"] == Decimal(21)
    assert [outcome for outcome, _ in outcomes(tmp_path / "new")] == ["moved", "moved"]
    assert tables(tmp_path / "new")["reports"][0]["county"] == "甲县"


def test_it_follows_a_sentence_into_another_report_where_only_one_has_it(out: Path, tmp_path: Path) -> None:
    file = save(tmp_path / "c.jsonl", [correction(out, fact(out, "75名"), "value", "57")])
    line = "今年3月慰问困难职工75名,发放慰问金8000余元。\n"
    read(write(tmp_path / "one", {"x.txt": SECOND + line}), tmp_path / "1", file)
    assert outcomes(tmp_path / "1") == [("moved", "the report's text has changed")]
    assert fact(tmp_path / "1", "75名", "in/x.txt")["value"] == Decimal(57)
    read(write(tmp_path / "two", {"x.txt": SECOND + line, "y.txt": SECOND + "又。\n" + line}), tmp_path / "2", file)
    assert outcomes(tmp_path / "2") == [("orphaned", "its report is gone, and 2 reports have its sentence; correct the right one anew")]
    read(write(tmp_path / "none", {"x.txt": SECOND}), tmp_path / "0", file)
    assert outcomes(tmp_path / "0")[0][0] == "orphaned"


def test_of_equal_places_the_nearest_is_taken(tmp_path: Path) -> None:
    line = "慰问困难职工75名。\n"
    text = f"安和镇总工会2013年工作总结\n{line}{FILLER}{line}"
    inputs = write(tmp_path, {"a.txt": text})
    read(inputs, tmp_path / "out")
    file = save(tmp_path / "c.jsonl", [correction(tmp_path / "out", fact(tmp_path / "out", "75名", number=1), "value", "57")])
    read(inputs, tmp_path / "same", file)
    assert [fact(tmp_path / "same", "75名", number=n)["value"] for n in (0, 1)] == [Decimal(75), Decimal(57)]
    assert outcomes(tmp_path / "same") == [("applied", None)]
    write(tmp_path, {"a.txt": text.replace("总结\n", "总结\n工作顺利。\n")})
    read(inputs, tmp_path / "moved", file)
    assert [fact(tmp_path / "moved", "75名", number=n)["value"] for n in (0, 1)] == [Decimal(75), Decimal(57)]
    (outcome, why), *_ = outcomes(tmp_path / "moved")
    assert outcome == "moved"
    assert "the nearest of 2 places" in str(why)


def test_a_fact_id_tells_equal_places_of_a_moved_report_apart(tmp_path: Path) -> None:
    pair = f"安和镇总工会2013年工作总结\n{FILLER}帮扶75名,慰问75名。\n"
    inputs = write(tmp_path, {"a.txt": pair})
    read(inputs, tmp_path / "out")
    row = fact(tmp_path / "out", "75名", number=1)
    file = save(tmp_path / "c.jsonl", [correction(tmp_path / "out", row, "value", "57", fact_id=row["fact_id"], start=3)])
    read(inputs, tmp_path / "new", file)
    assert [fact(tmp_path / "new", "75名", number=n)["value"] for n in (0, 1)] == [Decimal(75), Decimal(57)]


def test_it_survives_new_rules(archive: Path, out: Path, tmp_path: Path) -> None:
    """The rules now read more in those words, or what the correction says, or nothing at all."""
    rows = [correction(out, fact(out, "75名"), "value", "57"), correction(out, fact(out, "12家"), "kind", "name")]
    own = tmp_path / "rules"
    own.mkdir()
    rule = "[[rule]]\nid = 'own.wide'\nkind = '{kind}'\nreads = '{reads}'\nwhy = 'w'\npriority = 9\npattern = '{pattern}'\n"
    (own / "names.toml").write_text(rule.format(kind="name", reads="", pattern="建工会12家"), encoding="utf-8")
    run([archive / "in"], tmp_path / "new", workers=1, formats=["parquet"], corrections=save(tmp_path / "c.jsonl", rows), rules=own)
    (first, _), (second, why) = outcomes(tmp_path / "new")
    assert (first, second) == ("applied", "no_longer_needed")
    assert why == "the rules say so themselves; «建工会12家» is read there now"


def test_line_breaks_and_spaces_do_not_count() -> None:
    assert places("慰问\n困难职工 75 名。", "慰问困难职工75名。", "75名") == [(8, 12)]
    assert places("共3人。共3人。", "共3人。", "3人") == [(1, 3), (5, 7)]
    assert places("共3人。", "共4人。", "3人") == []
    assert places("共3人。", "", "3人") == []
    assert nearest([(1, 3), (5, 7)], 4) == (5, 7)


# ---------------------------------------------------------------- what becomes of each


def test_of_two_the_later_holds_and_both_are_told(archive: Path, out: Path, tmp_path: Path) -> None:
    rows = [correction(out, fact(out, "75名"), "value", new) for new in ("56", "57", "57.0")]
    rows += [of_report(out, "town", new) for new in ("甲镇", "乙镇")]
    read(archive / "in", tmp_path / "new", save(tmp_path / "c.jsonl", rows))
    assert outcomes(tmp_path / "new") == [
        ("no_longer_needed", "correction 3, which comes later, says otherwise"),
        ("no_longer_needed", "correction 3, which comes later, says the same"),
        ("applied", None),
        ("no_longer_needed", "correction 5, which comes later, says otherwise"),
        ("applied", None),
    ]
    assert fact(tmp_path / "new", "75名")["value"] == Decimal(57)


def test_what_the_rules_say_themselves_is_no_longer_needed(archive: Path, out: Path, tmp_path: Path) -> None:
    rows = [
        correction(out, fact(out, "75名"), "value", "75.0", old="57"),
        of_report(out, "town", "安和镇"),
        of_report(out, "year", "2013.0"),
    ]
    read(archive / "in", tmp_path / "new", save(tmp_path / "c.jsonl", rows))
    assert outcomes(tmp_path / "new") == [("no_longer_needed", "the rules say so themselves")] * 3
    assert tables(tmp_path / "new")["facts"] == tables(out)["facts"]


def test_another_reading_than_the_old_one_is_told(archive: Path, out: Path, tmp_path: Path) -> None:
    rows = [correction(out, fact(out, "75名"), "value", "57", old="70"), {**of_report(out, "town", "甲镇"), "old": "丁镇"}]
    read(archive / "in", tmp_path / "new", save(tmp_path / "c.jsonl", rows))
    assert outcomes(tmp_path / "new") == [("applied", "the rules now say 75"), ("applied", "the rules now say 安和镇")]


def test_what_was_said_of_another_text_is_not_said_of_this_one(out: Path, tmp_path: Path) -> None:
    """The file has another report now; the town that was wrong there is not what this one says."""
    file = save(tmp_path / "c.jsonl", [of_report(out, "town", "甲镇")])
    read(write(tmp_path, {"a.txt": SECOND}), tmp_path / "new", file)
    ((outcome, why),) = outcomes(tmp_path / "new")
    assert (outcome, tables(tmp_path / "new")["reports"][0]["town"]) == ("orphaned", "太平镇")
    assert "太平镇" in str(why)
    read(write(tmp_path / "gone", {"b.txt": SECOND}), tmp_path / "gone" / "out", file)
    assert outcomes(tmp_path / "gone" / "out")[0][0] == "orphaned"


@pytest.mark.parametrize(
    ("text", "column", "new", "said"),
    [
        ("75名", "values", "57", "cannot be put right"),
        ("75名", "sentence", "x", "cannot be put right"),
        ("75名", "value", "many", "many is no number"),
        ("75名", "value", "-3", "no sign"),
        ("75名", "value", "75%", "no unit"),
        ("75名", "value", "1e3", "is no number"),
        ("75名", "value", "9" * 40, "up to 32 digits"),
        ("75名", "value", "0.1234567", "6 decimals"),
        ("75名", "status", "perhaps", "known are done, plan, criterion"),
        ("75名", "bound", "", "cannot be empty"),
        ("75名", "kind", "", "not_a_fact"),
        ("75名", "kind", "sum", "sum is no kind"),
        ("75名", "bound", "about", "about is no bound"),
        ("75名", "unit", "斛斗", "no measure word"),
        ("75名", "indicator", "aid.cats", "aid.cats is no indicator"),
        ("75名", "activity", "cats", "cats is no activity"),
        ("75名", "edtf", "2013", "a count has no edtf"),
        ("今年3月", "value", "3", "a date has no value"),
        ("今年3月", "edtf", "三月", "is no date"),
        ("今年3月", "edtf", "2013-13", "is no date"),
        ("", "value", "57", "text is empty"),
        ("", "year", "去年", "no year in four digits"),
        ("", "period", "monthly", "monthly is no period"),
        ("", "org", "navy", "navy is no org"),
    ],
)
def test_what_is_no_value_is_refused_and_the_rest_is_done(
    text: str, column: str, new: str, said: str, archive: Path, out: Path, tmp_path: Path
) -> None:
    row = correction(out, fact(out, text), column, new) if text else of_report(out, column, new)
    file = save(tmp_path / "c.jsonl", [row, correction(out, fact(out, "12家"), "value", "21")])
    read(archive / "in", tmp_path / "new", file)
    (outcome, why), second = outcomes(tmp_path / "new")
    assert outcome == "refused"
    assert said in str(why)
    assert second == ("applied", None)
    assert tables(tmp_path / "new")["corrections"][0]["places"] == 0


@pytest.mark.parametrize(
    ("column", "said", "code"),
    [
        ("status", "已完成", "done"), ("status", "planned", None), ("status", "plan", "plan"), ("kind", "不是事实", "name"),
        ("kind", "金额", "money"), ("bound", "≥", ">="), ("bound", "≈", "~"), ("indicator", "（无）", ""), ("indicator", "(none)", ""),
        ("indicator", "帮扶慰问人数", "aid.people"), ("activity", "女职工", "women"), ("period", "半年", "half_year"),
        ("period", "8个月", "8_months"), ("period", "8 months", "8_months"), ("org", "工会", "union"), ("value", "８,000.50", "8000.5"),
        ("value", "无", ""), ("unit", "户", "户"), ("town", " 安和镇 ", "安和镇"), ("edtf", "XXXX-07/XXXX-09", "XXXX-07/XXXX-09"),
        ("edtf", "2013-09-03T10:00", "2013-09-03T10:00"), ("year", "2013.0", "2013"),
    ],
)  # fmt: skip
def test_words_that_people_read_stand_for_codes(column: str, said: str, code: str | None, book: Rulebook) -> None:
    vocabulary = Vocabulary(book)
    if code is None:
        with pytest.raises(RefusedError):
            vocabulary.normal(column, said)
    else:
        assert vocabulary.normal(column, said) == code


# ---------------------------------------------------------------- the file


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_csv_as_people_save_it(encoding: str, book: Rulebook, tmp_path: Path) -> None:
    path = tmp_path / "c.csv"
    with path.open("w", encoding=encoding, newline="") as file:
        writer = csv.writer(file)
        writer.writerow(FIELDS)
        writer.writerow(["in/a.txt", "0" * 16, "75名", "'=慰问75名。", "26.0", "value", "75", "57", "看过,再看"])
        writer.writerow([""] * 9)
    (entry,) = Corrections.load(path, book).entries
    assert (entry.sentence, entry.start, entry.new, entry.reason) == ("=慰问75名。", 26, "57", "看过,再看")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "c.csv, line 1: there is no column source, report_sha256, column, new"),
        ("source,column,new\na,value,3\n", "line 1: there is no column report_sha256"),
        ("source,report_sha256,colunm,column,new\na,0000000000000000,,value,3\n", "line 2: unknown colunm"),
        ("source,report_sha256,column,new\na,0000,value,3\n", "line 2: report_sha256 '0000' is no hash"),
        ("source,report_sha256,column,new,start\na,0000000000000000,value,3,x\n", "line 2: start 'x'"),
        ("source,report_sha256,column,new\na,0000000000000000,value\n", "line 2: more or fewer fields"),
        ('source,report_sha256,column,new\na,"000\n', "c.csv, line 2: unexpected end of data"),
        ('{"source": "a"}', "line 1: report_sha256, column, new is missing"),
        ('{"source": "a"\n', "line 1: no JSON object"),
        ('{"source": "a", "report_sha256": "0000000000000000", "column": "value", "new": "3"}\n[]\n', "line 2: no JSON object"),
        ("PK\x03\x04 no archive", "no workbook that can be read"),
    ],
)
def test_a_file_that_cannot_be_used_says_where_and_what_to_do(content: str, said: str, book: Rulebook, tmp_path: Path) -> None:
    path = tmp_path / "c.csv"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(CorrectionsError) as error:
        Corrections.load(path, book)
    assert said in str(error.value)
    assert "c.csv" in str(error.value)


def test_a_workbook_that_is_none_of_ours_says_so(book: Rulebook, tmp_path: Path) -> None:
    with xlsxwriter.Workbook(str(tmp_path / "c.xlsx")) as other:
        other.add_worksheet("事实").write_row(0, 0, ["来源", "更正数值"])
    with pytest.raises(CorrectionsError, match=r"c\.xlsx: no workbook of a run .* give --corrections taizhang\.xlsx"):
        Corrections.load(tmp_path / "c.xlsx", book)


def test_a_file_that_is_not_there(book: Rulebook, tmp_path: Path) -> None:
    with pytest.raises(CorrectionsError, match=r"nowhere\.csv: cannot be read"):
        Corrections.load(tmp_path / "nowhere.csv", book)
    (tmp_path / "c.csv").write_bytes(b"\xff\xff\xff")
    with pytest.raises(CorrectionsError, match="neither UTF-8 nor GB18030"):
        Corrections.load(tmp_path / "c.csv", book)


def test_the_file_is_no_input(out: Path, tmp_path: Path) -> None:
    inputs = write(tmp_path, {"a.txt": FIRST})
    read(inputs, tmp_path / "new", save(inputs / "c.jsonl", [correction(out, fact(out, "75名"), "value", "57")]))
    assert [row["source"] for row in tables(tmp_path / "new")["files"]] == ["in/a.txt"]
