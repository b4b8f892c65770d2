"""What a run writes harms nobody: no text becomes a formula, Parquet keeps it as it is, and no path of this machine stands anywhere."""

from __future__ import annotations

import base64
import csv
import io
import json
import os
import re
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from ingest_archive import docx, paragraph, zipped
from openpyxl import load_workbook

from pipeline.run import run
from pipeline.write.flat import LIST_JOINT

SIGNS = ("=", "+", "-", "@", "\t", "\r")
TITLE = '=HYPERLINK("http://127.0.0.1:9/","x")石桥镇总工会2012年工作总结'
TEXT = (
    f"{TITLE}\n一、帮扶工作\n"
    "=cmd|'/c calc'!A1走访慰问困难职工75名,发放慰问金8000余元。\n+1走访困难职工12户。\n-2+3组织培训班3期。\n@SUM(A1:A9)新建工会5家。\n"
    "\t=1+1全年表彰先进职工30名。\n全年走访=1+1户12户,慰问+职工20名,发放@SUM(1)手册3000本,其中-职工5名。\n"
    "2013年下半年计划慰问=A1职工90名。全镇共有工会53家,=其中企业工会50家、机关工会3家。\n"
)  # fmt: skip
NAMES = ("=1+1.txt", "+1.txt", "-1.txt", "@SUM(A1).txt", "\t=1.txt", "\r@x.txt", "=cmd|'c'!A1.docx", "=x.zip", "-坏.pdf")


def _archive(folder: Path) -> None:
    """Reports whose names, titles, sentences and objects begin as formulas do; each differs, so that none is a copy."""
    folder.mkdir()
    for number, name in enumerate(NAMES):
        own = TEXT.replace("75名", f"{75 + number}名")
        data = own.encode()
        if name.endswith(".docx"):
            data = docx("".join(paragraph(line) for line in own.splitlines()))
        elif name.endswith(".zip"):
            data = zipped({"@a.txt": data, "=2+2/+b.txt": own.replace("12户", "13户").encode()})
        elif name.endswith(".pdf"):
            data = b"=1+1"
        (folder / name).write_bytes(data)


def _manifest(path: Path, sources: list[str]) -> Path:
    columns = ("title", "org", "town", "county", "city", "province")
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["source", *columns])
        writer.writerow([sources[0], *(f"{sign}1+{column}" for sign, column in zip((*SIGNS[:4], "=", "@"), columns, strict=True))])
    return path


def _corrections(path: Path, facts: list[dict[str, Any]]) -> Path:
    first, second, third = [fact for fact in facts if fact["kind"] == "count"][:3]
    told = [
        {"text": first["text"], "column": "object", "new": "=1+1", "reason": "=2+2"},
        {"text": second["text"], "column": "status", "new": "@x", "reason": "-refused"},
        {"text": "+9只", "column": "value", "new": "8", "reason": "\t=lost"},
        {"text": third["text"], "column": "object", "new": "+慰问品", "reason": "+3"},
    ]
    lines = [
        {**{key: fact[key] for key in ("source", "sentence", "start")}, "report_sha256": fact["report_id"], **line}
        for line, fact in zip(told, (first, second, first, third), strict=True)
    ]
    path.write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("analysts-own-folder")


@pytest.fixture(scope="module")
def out(home: Path) -> Path:
    _archive(home / "=in")
    run([home / "=in"], home / "first", formats=("parquet",), workers=1, cache=home / "cache")
    facts = pq.read_table(home / "first" / "facts.parquet").to_pylist()
    manifest = _manifest(home / "m.csv", sorted({fact["source"] for fact in facts}))
    corrections = _corrections(home / "c.jsonl", facts)
    run([home / "=in"], home / "out", workers=1, cache=home / "cache", manifest=manifest, corrections=corrections)
    return home / "out"


def _csv(path: Path) -> list[list[str]]:
    return list(csv.reader(io.StringIO(path.read_text(encoding="utf-8-sig"), newline="")))


def _texts(table: pa.Table) -> Iterator[tuple[str, int, str]]:
    """Column, row and text of every text cell, lists joined as in CSV."""
    for name, column in zip(table.column_names, table.columns, strict=True):
        for row, value in enumerate(column.to_pylist()):
            if isinstance(value, str) or (isinstance(value, list) and value and isinstance(value[0], str)):
                yield name, row, value if isinstance(value, str) else LIST_JOINT.join(value)


def test_csv_disarms_every_text_and_nothing_else_is_changed(out: Path) -> None:
    armed: set[str] = set()
    for path in sorted(out.glob("*.parquet")):
        table = pq.read_table(path)
        header, *rows = _csv(path.with_suffix(".csv"))
        assert header == table.column_names
        assert len(rows) == table.num_rows
        for name, row, text in _texts(table):
            shown = rows[row][header.index(name)]
            assert shown == ("'" + text if text.startswith(SIGNS) else text), (path.name, name)
            armed |= {f"{path.stem}.{name}"} if text.startswith(SIGNS) else set()
        numbers = [
            index for index, field in enumerate(table.schema) if not pa.types.is_string(field.type) and not pa.types.is_list(field.type)
        ]
        assert not any(row[index].startswith("'") for row in rows for index in numbers)
    wanted = {
        "files.source", "reports.source", "reports.title", "reports.org", "reports.town", "facts.source", "facts.sentence", "facts.object",
        "activities.sentence", "comparison.town", "corrections.reason", "corrections.new",
    }  # fmt: skip
    assert wanted <= armed, wanted - armed


def test_the_workbook_has_no_formula_and_no_text_that_begins_as_one(out: Path) -> None:
    with zipfile.ZipFile(out / "taizhang.xlsx") as book:
        parts = {name: book.read(name).decode("utf-8", "replace") for name in book.namelist()}
    assert not [name for name, content in parts.items() if re.search(r"<f[ >]|<f/>|ddeLink|oleObject", content)]
    assert not [name for name in parts if "external" in name.lower() or "macro" in name.lower() or name.endswith(".bin")]
    outward = [target for content in parts.values() for target in re.findall(r'Target="([^"]*)"[^>]*TargetMode="External"', content)]
    assert {target.partition("#")[0] for target in outward} == {"review.html"}
    disarmed = set()
    for sheet in load_workbook(out / "taizhang.xlsx"):
        for cell in (cell for row in sheet.iter_rows() for cell in row if isinstance(cell.value, str)):
            assert cell.data_type != "f"
            if (sheet.title, cell.value) == ("_codes", "="):  # the program's own word for an exact value, on a hidden sheet, as a string
                continue
            assert not cell.value.startswith(SIGNS), (sheet.title, cell.coordinate)
            if cell.value.startswith("'"):
                disarmed.add(sheet.title)
    assert {"报告", "事实", "活动", "文件"} <= disarmed


def _bytes_of(out: Path) -> Iterator[tuple[str, bytes]]:
    """Everything that stands in the outputs, unpacked: files, members of the workbook, packs of the page, columns of Parquet."""
    for path in sorted(path for path in out.rglob("*") if path.is_file()):
        data = path.read_bytes()
        yield path.name, data
        yield path.name, os.fsencode(path.relative_to(out))
        if path.suffix == ".xlsx":
            with zipfile.ZipFile(path) as book:
                yield from ((f"{path.name}: {name}", book.read(name)) for name in book.namelist())
        elif path.suffix == ".parquet":
            table = pq.read_table(path)
            yield f"{path.name}: columns", repr(table.to_pylist()).encode()
            yield f"{path.name}: metadata", repr((table.schema.metadata, pq.read_metadata(path).to_dict())).encode()
        elif path.suffix == ".html":
            packs = re.findall(rb'<script type="application/json" id="(?:texts|facts)-\d+">([^<]*)</script>', data)
            assert packs
            yield from ((f"{path.name}: pack", zlib.decompress(base64.b64decode(pack))) for pack in packs)


def test_no_path_of_this_machine_stands_in_any_output(out: Path, home: Path) -> None:
    """Only the input folder's own name and what lies below it."""
    own = {home, home.resolve(), Path.home(), Path.cwd(), Path(__file__).resolve().parent.parent}
    words = {str(path).encode() for path in own if len(path.parts) > 2} | {home.name.encode(), str(Path.home()).encode() + b"/"}
    seen = set()
    for name, data in _bytes_of(out):
        assert [word for word in words if word in data] == [], name
        seen.add(name.split(":")[0])
    assert {"facts.parquet", "facts.csv", "taizhang.xlsx", "review.html", "run.json", "schema.json"} <= seen
