"""Archives of any size with known true tables: reports put together from `templates.toml`, the same for the same seed on every machine.

`python -m benchmarks.archive FOLDER --reports 1000` writes `FOLDER/reports` (text in GB18030 and UTF-8, some .docx), and beside it what is
true of them: `facts.parquet` (a row per numeral) and `reports.parquet` (place, year, and which report is a copy of which). Nearly every
sentence has a figure; with `--prose` others stand between them, so that numerals are about as dense as in annotated reports.
"""

from __future__ import annotations

import argparse
import json
import zipfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from functools import cache
from html import escape
from pathlib import Path
from random import Random

import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks.places import Place, places
from benchmarks.template import PROSE, Assembler, Fact, load

SEED = 1
YEARS = range(2004, 2019)
COPIES = 0.01
"""So many reports are byte-equal copies of one a little before them, filed elsewhere and in another encoding."""
FORMATS = (("txt", "gb18030", 0.45), ("txt", "utf-8", 0.95), ("docx", "", 1.0))
"""Suffix, encoding, and up to which share of the reports."""
CHUNK = 500
"""Reports whose true facts are written at a time."""
SUMMARY_FILE = "summary.json"

FACT_SCHEMA = pa.schema(
    [
        ("source", pa.string()), ("start", pa.int64()), ("end", pa.int64()), ("text", pa.string()), ("kind", pa.string()),
        ("value", pa.decimal128(38, 6)), ("bound", pa.string()), ("unit", pa.string()), ("per", pa.string()), ("change", pa.string()),
        ("edtf", pa.string()), ("status", pa.string()), ("indicator", pa.string()),
    ]
)  # fmt: skip
REPORT_SCHEMA = pa.schema(
    [("source", pa.string()), ("province", pa.string()), ("city", pa.string()), ("county", pa.string()), ("town", pa.string()),
     ("year", pa.int64()), ("copy_of", pa.string())]
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Generated:
    """One report: where it lies below the archive, how its file is written, its text, and what is true of it."""

    path: str
    encoding: str
    """Empty for .docx."""
    text: str
    facts: tuple[Fact, ...]
    place: Place
    year: int
    copy_of: str | None
    """Path of the report that it copies."""


@dataclass(frozen=True, slots=True)
class Summary:
    """How large an archive is. `bytes` are those of all texts in UTF-8, whatever the files' encodings."""

    seed: int
    reports: int
    bytes: int
    characters: int
    facts: int


@cache
def _assembler(prose: bool) -> Assembler:
    return load(prose=PROSE if prose else None)


def generate(index: int, seed: int = SEED, prose: bool = False) -> Generated:
    """Report number `index` of the archive with this seed."""
    original = _copied(index, seed)
    random = Random(f"{seed}/{original}")
    assembler = _assembler(prose)
    place = places()[random.randrange(len(places()))]
    year, office = random.choice(YEARS), random.choice(assembler.offices)
    written = assembler.report(random, place, year, office)
    path = f"{place.province}/{place.city}/{place.county}/{place.town}{office}{year}年工作总结_{_letters(original)}"
    suffix, encoding = _format(random.random())
    if original == index:
        return Generated(f"{path}.{suffix}", encoding, written.text, written.facts, place, year, None)
    other = ("txt", "utf-8" if encoding == "gb18030" else "gb18030")
    copy = f"转发/{path}_{_letters(index)}.{other[0]}"
    return Generated(copy, other[1], written.text, written.facts, place, year, f"{path}.{suffix}")


def _copied(index: int, seed: int) -> int:
    """The index itself, or that of the report that this one is a copy of: always one that is no copy."""
    random = Random(f"{seed}/copy/{index}")
    if index == 0 or random.random() >= COPIES:
        return index
    other = max(0, index - random.randint(1, 40))
    return other if _copied(other, seed) == other else index


def _format(drawn: float) -> tuple[str, str]:
    return next((suffix, encoding) for suffix, encoding, share in FORMATS if drawn < share)


def _letters(number: int) -> str:
    """A number in letters: digits in a file's name could be taken for a year."""
    written = ""
    while True:
        number, digit = divmod(number, 26)
        written = chr(ord("a") + digit) + written
        if not number:
            return written


def reports(count: int | None = None, megabytes: float | None = None, seed: int = SEED, prose: bool = False) -> Iterator[Generated]:
    """The first `count` reports, or as many as make so many megabytes (10^6 bytes of UTF-8)."""
    left = None if megabytes is None else megabytes * 1_000_000
    index = 0
    while (count is None or index < count) and (left is None or left > 0):
        report = generate(index, seed, prose)
        yield report
        index += 1
        if left is not None:
            left -= len(report.text.encode())


def write_archive(folder: Path, count: int | None = None, megabytes: float | None = None, seed: int = SEED, prose: bool = False) -> Summary:
    """Write an archive and its true tables into `folder`. One that is there already, with the same seed and size, is used again."""
    wanted = {"count": count, "megabytes": megabytes, "seed": seed, "prose": prose}
    written = folder / SUMMARY_FILE
    if written.is_file():
        content = json.loads(written.read_text(encoding="utf-8"))
        if content["wanted"] == wanted:
            return Summary(**content["summary"])
        raise FileExistsError(f"{folder} holds another archive")
    folder.mkdir(parents=True, exist_ok=True)
    summary = _write(folder, reports(count, megabytes, seed, prose), seed)
    written.write_text(json.dumps({"wanted": wanted, "summary": asdict(summary)}, indent=2) + "\n", encoding="utf-8")
    return summary


def _write(folder: Path, made: Iterator[Generated], seed: int) -> Summary:
    count = size = characters = facts = 0
    truth = _Truth(folder)
    for report in made:
        write_file(folder / "reports", report)
        truth.add(report)
        count += 1
        size += len(report.text.encode())
        characters += len(report.text)
        facts += len(report.facts)
    truth.close()
    return Summary(seed, count, size, characters, facts)


class _Truth:
    """Writes the true tables a chunk at a time, so that memory does not grow with the archive."""

    def __init__(self, folder: Path) -> None:
        self._facts = pq.ParquetWriter(folder / "facts.parquet", FACT_SCHEMA, compression="zstd")
        self._reports = pq.ParquetWriter(folder / "reports.parquet", REPORT_SCHEMA, compression="zstd")
        self._waiting: list[Generated] = []

    def add(self, report: Generated) -> None:
        self._waiting.append(report)
        if len(self._waiting) >= CHUNK:
            self._flush()

    def close(self) -> None:
        self._flush()
        self._facts.close()
        self._reports.close()

    def _flush(self) -> None:
        rows = [{"source": _source(r.path), **asdict(fact)} for r in self._waiting for fact in r.facts]
        self._facts.write_table(pa.Table.from_pylist(rows, schema=FACT_SCHEMA))
        said = [
            {**asdict(r.place), "source": _source(r.path), "year": r.year, "copy_of": None if r.copy_of is None else _source(r.copy_of)}
            for r in self._waiting
        ]
        self._reports.write_table(pa.Table.from_pylist(said, schema=REPORT_SCHEMA))
        self._waiting = []


def _source(path: str) -> str:
    """As the table `files` names it: the input folder's name and the path below it."""
    return f"reports/{path}"


def write_file(folder: Path, report: Generated) -> None:
    """One report as a file below `folder`."""
    path = folder / report.path
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(report.text.encode(report.encoding) if report.encoding else b"")
    if not report.encoding:
        _write_docx(path, report.text)


_WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_DOCX_PARTS = {
    "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Override PartName="/word/document.xml" ContentType='
    '"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>',
    "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="rId1" Target="word/document.xml" Type='
    '"http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument"/></Relationships>',
}


def _write_docx(path: Path, text: str) -> None:
    """A paragraph per line; dates in the package are fixed, so that equal reports are equal files."""
    lines = "".join(f'<w:p><w:r><w:t xml:space="preserve">{escape(line)}</w:t></w:r></w:p>' for line in text.splitlines())
    document = f'<w:document xmlns:w="{_WORD}"><w:body>{lines}</w:body></w:document>'
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in {**_DOCX_PARTS, "word/document.xml": document}.items():
            package.writestr(zipfile.ZipInfo(name), f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n{content}')


def main() -> None:
    parser = argparse.ArgumentParser(description="Write an archive of generated reports and its true tables.")
    parser.add_argument("folder", type=Path)
    size = parser.add_mutually_exclusive_group(required=True)
    size.add_argument("--reports", type=int)
    size.add_argument("--megabytes", type=float)
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--prose", action="store_true", help="sentences without a figure between those with one")
    given = parser.parse_args()
    print(json.dumps(asdict(write_archive(given.folder, given.reports, given.megabytes, given.seed, given.prose))))


if __name__ == "__main__":
    main()
