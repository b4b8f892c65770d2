"""What the analyst knows better: a CSV with a row per report, written from a run and given back to the next one.

A field that says what was inferred anyway, or nothing, changes nothing; so the file can go back with one field filled in.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from pipeline.given import armed, decoded, whole
from pipeline.model import Period, Place, ReadReport

FIELDS = ("source", "part", "title", "org", "town", "county", "city", "province", "year", "period", "encoding")
"""What a manifest can say. `source` and `part` name the report; an empty part stands for all reports of the source."""
WHY = ("place_basis", "place_evidence", "place_candidates", "year_basis", "year_min", "year_max", "year_evidence", "read_as", "sentence")
"""Written beside it to decide by, and not read back."""
BASIS = "manifest"
_PLACE = ("town", "county", "city", "province")
_BEGINNING = 40


class ManifestError(ValueError):
    """A manifest that cannot be used; the message names file, line and remedy."""


@dataclass(frozen=True, slots=True)
class Entry:
    """What one row says: only fields that are filled in. `year` is a number."""

    fields: Mapping[str, str]
    year: int | None = None


@dataclass(frozen=True, slots=True)
class Manifest:
    """Entries by source and part; part None stands for all."""

    entries: Mapping[tuple[str, int | None], Entry] = field(default_factory=dict)

    @classmethod
    def load(cls, path: Path) -> Manifest:
        """Read a CSV in UTF-8 or, as Excel saves it on a Chinese Windows, GB18030. Raises ManifestError."""
        entries: dict[tuple[str, int | None], Entry] = {}
        for line, row in _rows(path):
            where = f"{path.name}, line {line}"
            key = row.get("source", ""), _part(row.get("part", ""), where)
            if not key[0]:
                raise ManifestError(f"{where}: source is empty; it must be that of a row of reports.csv")
            said = {name: row[name] for name in FIELDS[2:] if row.get(name)}
            if not said:
                continue
            if key in entries:
                raise ManifestError(f"{where}: {key[0]} part {key[1] or 'all'} has a row already; keep one of the two")
            entries[key] = Entry(said, _year(said.get("year"), where))
        return cls(entries)

    @property
    def encodings(self) -> dict[str, str]:
        """Encodings by source, for ingest."""
        return {source: entry.fields["encoding"] for (source, _), entry in self.entries.items() if "encoding" in entry.fields}

    def with_sources(self, renamed: Callable[[str], str]) -> Manifest:
        """The same entries for inputs whose sources are written otherwise."""
        return Manifest({(renamed(source), part): entry for (source, part), entry in self.entries.items()})

    def apply(self, read: ReadReport) -> ReadReport:
        """The report with what the manifest says of it in place of what was inferred."""
        for part in dict.fromkeys((None, read.report.part)):
            entry = self.entries.get((read.report.source, part))
            if entry is not None:
                read = overlaid(read, entry)
        return read


def overlaid(read: ReadReport, entry: Entry) -> ReadReport:
    """The report with what the entry says of it in place of what was inferred."""
    said = entry.fields
    return replace(
        read,
        place=_place(entry, read.place),
        period=_period(entry, read.period),
        org=said.get("org", read.org),
        title=said.get("title", read.title),
    )


def _place(entry: Entry, inferred: Place) -> Place:
    """Names that differ from the inferred ones win, and the codes of the place inferred are dropped with it."""
    new: dict[str, Any] = {
        name: entry.fields[name] for name in _PLACE if name in entry.fields and entry.fields[name] != getattr(inferred, name)
    }
    if not new:
        return inferred
    kind = inferred.town_kind if "town" not in new else None
    return replace(inferred, **new, town_kind=kind, town_code=None, town_code_nbs=None, basis=BASIS, candidates=())


def _period(entry: Entry, inferred: Period) -> Period:
    period = entry.fields.get("period", inferred.period)
    if entry.year is None or entry.year == inferred.year:
        return replace(inferred, period=period)
    return replace(inferred, period=period, year=entry.year, year_min=entry.year, year_max=entry.year, basis=BASIS)


def _rows(path: Path) -> Iterator[tuple[int, dict[str, str]]]:
    """Line number and fields, stripped, the sign that disarms a formula taken off."""
    reader = csv.DictReader(io.StringIO(decoded(path, "--manifest", ManifestError), newline=""))
    names = [name.strip() for name in reader.fieldnames or ()]
    if "source" not in names:
        raise ManifestError(f"{path.name}, line 1: there is no column source; `taizhang manifest DIR` writes a manifest to start from")
    if unknown := set(names) - set(FIELDS) - set(WHY) - {""}:
        raise ManifestError(f"{path.name}, line 1: unknown column {', '.join(sorted(unknown))}; known are {', '.join(FIELDS)}")
    reader.fieldnames = names
    for row in reader:
        yield (
            reader.line_num,
            {name: armed(value.strip()) for name, value in row.items() if isinstance(name, str) and isinstance(value, str)},
        )


def _part(value: str, where: str) -> int | None:
    if not value:
        return None
    number = whole(value)
    if number is None or number < 1:
        raise ManifestError(f"{where}: part {value!r} is no number from 1; leave it empty for all reports of the source")
    return number


def _year(value: str | None, where: str) -> int | None:
    if value is None:
        return None
    number = year_of(value)
    if number is None:
        raise ManifestError(f"{where}: year {value!r} is no year in four digits")
    return number


def year_of(value: str) -> int | None:
    """A year that a report can be of; None where `value` is none."""
    number = whole(value)
    return number if number is not None and 1900 <= number <= 2100 else None


def of_run(out: Path) -> pa.Table:
    """The manifest of the run in the folder `out`. Raises ManifestError where its tables are not there."""
    try:
        reports, files, facts = (pq.read_table(out / f"{name}.parquet") for name in ("reports", "files", "facts"))
    except (OSError, pa.ArrowInvalid) as error:
        raise ManifestError(f"{out}: the tables reports, files and facts are needed; run with --format parquet first") from error
    first: dict[str, str] = {}
    for report_id, sentence in zip(facts["report_id"].to_pylist(), facts["sentence"].to_pylist(), strict=True):
        first.setdefault(report_id, sentence)
    return proposal(reports, files, [first.get(report_id) for report_id in reports["report_id"].to_pylist()])


def proposal(reports: pa.Table, files: pa.Table, beginnings: Sequence[str | None]) -> pa.Table:
    """The manifest of a run, a row per report: what was inferred, and why. `beginnings`: a sentence of each report to know it by.

    `encoding` is left empty, for a name there forces the decoding; what was used stands in `read_as`.
    """
    decoded = dict(zip(files["source"].to_pylist(), files["encoding"].to_pylist(), strict=True))
    columns: dict[str, Any] = {name: reports[name] for name in FIELDS[:-1]}
    columns["encoding"] = pa.nulls(reports.num_rows, pa.string())
    columns |= {name: reports[name] for name in WHY[:-2]}
    columns["read_as"] = pa.array([decoded.get(source) for source in reports["source"].to_pylist()], pa.string())
    columns["sentence"] = pa.array(list(_first_words(beginnings)), pa.string())
    return pa.table(columns)


def _first_words(beginnings: Iterable[str | None]) -> Iterator[str | None]:
    for words in beginnings:
        yield None if words is None else " ".join(words.split())[:_BEGINNING]
