"""One report in every format and encoding, through the whole program: the same facts from each, compared row by row."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from ingest_archive import ENCODINGS, FORMATS, HOLDERS, ROWS, TABLES, TEXT, TITLE, encoded, pdf, traditional, zipped

from pipeline import run
from pipeline.write.about import text_path

pytestmark = pytest.mark.slow
Row = dict[str, Any]
AS_WRITTEN = ("text", "unit", "per", "object", "section", "sentence")
"""Columns that keep the script of the source."""


def damaged() -> dict[str, tuple[bytes, str, str | None]]:
    """File name → bytes of a file that was damaged on purpose, its status, and the code of its reason."""
    plain, chinese, word, sheet = TEXT.encode(), TEXT.encode("gb18030"), FORMATS["c.docx"](), TABLES["n.xlsx"]()
    nested = zipped({"a.txt": plain})
    for _ in range(8):
        nested = zipped({"a.zip": nested})
    return {
        "zero.txt": (b"", "empty", "empty"),
        "zero.docx": (b"", "empty", "empty"),
        "bad_byte.txt": (plain[:300] + b"\xff" + plain[301:], "ok", "damaged_bytes"),
        "bad_byte_gb.txt": (chinese[:200] + b"\xff" + chinese[201:], "ok", "damaged_bytes"),
        "cut.txt": (plain[:-40], "ok", "damaged_bytes"),
        "cut.docx": (word[: len(word) // 2], "unreadable", "damaged"),
        "cut.doc": (FORMATS["d.doc"]()[:3000], "unreadable", "damaged"),
        "cut.pdf": (FORMATS["g.pdf"]()[:400], "unreadable", "damaged"),
        "cut.xlsx": (sheet[: len(sheet) // 2], "unreadable", "damaged"),
        "cut.zip": (HOLDERS["q.zip"]()[:-30], "unreadable", "damaged_archive"),
        "cut.tar.gz": (HOLDERS["r.tar.gz"]()[:90], "unreadable", "damaged_archive"),
        "cut.rtf": (FORMATS["f.rtf"]()[:2000], "ok", "cut_short"),
        "suffix.pdf": (plain, "ok", None),
        "suffix_of_nothing.pdf": (b"nothing but letters", "refused", "wrong_suffix"),
        "suffix.txt": (word, "ok", None),
        "password.pdf": (pdf(password="x"), "refused", "password"),
        "nested.zip": (nested, "ok", None),
        "nested.html": (b"<html><body>" + b"<div>" * 50_000 + b"x", "refused", "too_deep"),
    }


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tables of one archive with the report in all of them."""
    folder = tmp_path_factory.mktemp("formats")
    archive = folder / "in"
    files = {name: pdf(pages=2) if name.endswith(".pdf") else make() for name, make in {**FORMATS, **TABLES, **HOLDERS}.items()}
    files |= {f"{encoding}/{name}": data for encoding in ENCODINGS for name, data in encoded(encoding).items()}
    for name, data in files.items():
        (archive / name).parent.mkdir(parents=True, exist_ok=True)
        (archive / name).write_bytes(data)
    (folder / "damaged").mkdir()
    for name, (data, _, _) in damaged().items():
        (folder / "damaged" / name).write_bytes(data)
    run([archive, folder / "damaged"], folder / "out", workers=1, formats=["parquet"])
    return folder / "out"


def rows(out: Path, name: str) -> list[Row]:
    found: list[Row] = pq.read_table(out / f"{name}.parquet").to_pylist()
    return [row for row in found if row.get("source", "in/").startswith("in/")]


def reports_of(out: Path) -> dict[str, list[Row]]:
    """`source#part` of each report → its facts in order, without what tells where they stand."""
    reports = {row["report_id"]: row for row in rows(out, "reports")}
    order = {row["fact_id"]: number for number, row in enumerate(rows(out, "facts"))}
    first: dict[str, int] = {}
    found: dict[str, list[Row]] = {f"{row['source']}#{row['part'] or 1}": [] for row in reports.values()}
    for row in rows(out, "facts"):
        report = reports[row["report_id"]]
        begin = first.setdefault(row["report_id"], order[row["fact_id"]])
        part_of = None if row["part_of"] is None else order[row["part_of"]] - begin
        cues = [re.sub("@.*", "", cue) for cue in row["cues"]]
        where = dict.fromkeys(("fact_id", "report_id", "source", "start", "end"))
        found[f"{report['source']}#{report['part'] or 1}"].append({**row, **where, "part_of": part_of, "cues": cues})
    return found


def test_every_file_was_read(out: Path) -> None:
    files = {row["source"]: row for row in rows(out, "files")}
    inside = sum(len(encoded(name)) for name in ENCODINGS) + 2 * len(ENCODINGS) + len(FORMATS) + len(TABLES) + 3 * len(HOLDERS)
    assert len(files) == inside
    assert {(row["status"], row["reason"]) for row in files.values()} == {("ok", None)}


def test_every_damaged_file_is_a_clear_row(out: Path) -> None:
    files = {row["source"]: row for row in pq.read_table(out / "files.parquet").to_pylist()}
    found = {name: files[f"damaged/{name}"] for name in damaged()}
    told = {name: (row["status"], row["reason"] and row["reason"].split(":")[0]) for name, row in found.items()}
    assert told == {name: (status, code) for name, (_, status, code) in damaged().items()}
    inner = [row for name, row in files.items() if name.startswith("damaged/nested.zip!/")]
    assert [row["reason"].split(":")[0] for row in inner if row["status"] != "ok"] == ["too_deep"]


def test_the_encoding_is_the_one_that_was_written(out: Path) -> None:
    files = {row["source"]: row["encoding"] for row in rows(out, "files")}
    for name, (_, codec) in ENCODINGS.items():
        for file in ("a.txt", "b.md", "c.csv", "d.zip!/a.txt", "e.tar.gz!/a.txt"):
            assert files[f"in/{name}/{file}"] == codec.removesuffix("-sig")


def test_the_same_facts_from_each(out: Path) -> None:
    found = reports_of(out)
    others = {name for name in found if name.endswith("#2")}  # the second row of each table is another report
    assert len(others) == len(TABLES) + len(ENCODINGS)
    expected = found["in/a.txt#1"]
    assert len(expected) > 30
    written_otherwise = [{**row, **{key: row[key] and traditional(row[key]) for key in AS_WRITTEN}} for row in expected]
    for name in found.keys() - others:
        wanted = written_otherwise if "/big5/" in name else expected
        assert len(found[name]) == len(wanted), name
        for got, want in zip(found[name], wanted, strict=True):
            assert _below_title(got) == want if name.endswith(".eml#1") else got == want, name


def _below_title(row: Row) -> Row:
    """A row of a mail, whose subject stands above the text so that the text's own title is a heading: the section below that."""
    section = row["section"] or ""
    for title in (TITLE, traditional(TITLE)):
        section = section.removeprefix(title).removeprefix(" / ")
    return {**row, "section": section or None}


def test_the_second_rows_too(out: Path) -> None:
    found = {name: facts for name, facts in reports_of(out).items() if name.endswith("#2")}
    for name, facts in found.items():
        household = "戶" if "/big5/" in name else "户"
        told = [(row["kind"], row["text"], row["value"], row["edtf"], row["unit"]) for row in facts]
        assert told == [("date", "2014年", None, "2014", None), ("count", f"12{household}", 12, None, household)]
    assert all(row["sentence"] in (ROWS[2][2], traditional(ROWS[2][2])) for facts in found.values() for row in facts)


def test_words_stand_where_the_tables_say(out: Path) -> None:
    """In the text beside the tables; in the file itself where that is the text."""
    plain = {"in/a.txt": TEXT, "in/b.md": TEXT, "in/m.docx": TEXT}
    for name in ENCODINGS:
        for file in ("a.txt", "b.md", "d.zip!/a.txt", "e.tar.gz!/a.txt"):
            plain[f"in/{name}/{file}"] = traditional(TEXT) if name == "big5" else TEXT
    plain |= {f"in/{holder}!/a.txt": TEXT for holder in HOLDERS}
    texts: dict[str, str] = {}
    for row in rows(out, "facts"):
        source = row["source"]
        if source not in texts:
            beside = out.joinpath("text", *text_path(source))
            assert beside.is_file() != (source in plain), source
            texts[source] = plain.get(source) or beside.read_bytes().decode("utf-8")
        assert texts[source][row["start"] : row["end"]] == row["text"], source
    assert len(texts) == len({row["source"] for row in rows(out, "reports")})
