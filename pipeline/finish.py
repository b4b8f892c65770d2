"""The end of a run: what can only be done once all reports are there. The large tables pass through, never whole."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from pipeline.compare import comparison, coverage, dispute, settle
from pipeline.comparison_rows import ComparedReports
from pipeline.copies import Catalogue, Limits, find_copies
from pipeline.corrections import Corrections, outcomes
from pipeline.last_year import beside_last_year
from pipeline.memory import give_back
from pipeline.model import CORRECTED, FACTS
from pipeline.neighbours import Rules, dated
from pipeline.per_head import per_head
from pipeline.redating import Redating, redating
from pipeline.rulebook import Rulebook
from pipeline.schema import COMPARISON, CORRECTIONS, COVERAGE, LAST_YEAR, PER_HEAD, TABLES
from pipeline.spool import Spooled
from pipeline.tabulate import Tables

UNREAD = ("empty", "refused", "unreadable")
"""What a file's status says where it should have been read and was not; `skipped` is none of them."""
_TOLD = ("report_id", "indicator", "value", "low", "high", "bound", "state", "fact_ids")


@dataclass(frozen=True, slots=True)
class Finished:
    """All tables of a run: the large ones on the disk, the others in memory."""

    spooled: Mapping[str, Spooled]
    small: Tables
    """`reports`, `copies`, and those over all reports: `coverage`, `comparison`, `per_head`, `last_year`, `corrections`."""
    disputed: frozenset[tuple[str, str]]
    """Report and indicator of the cells in which reports of one town and year differ."""
    redated: Redating = field(default_factory=Redating)
    """What follows from years that only other reports tell."""

    def chunks(self, name: str) -> Iterator[pa.Table]:
        """The rows of a table in their order, a portion at a time."""
        if name in self.small:
            yield self.small[name]
        else:
            yield from _settled(self.spooled[name], self.disputed, self.redated)

    def tables(self) -> Tables:
        """All tables, in memory: for a workbook or a page."""
        names = (*TABLES, COMPARISON.name)
        return {name: pa.concat_tables(self.chunks(name)).combine_chunks() if self.num_rows(name) else self._empty(name) for name in names}

    def num_rows(self, name: str) -> int:
        return int(self.small[name].num_rows if name in self.small else self.spooled[name].num_rows)

    def _empty(self, name: str) -> pa.Table:
        return self.small[name] if name in self.small else TABLES[name].schema.empty_table()


def finish(spooled: Mapping[str, Spooled], dating: pa.Table, catalogue: Catalogue, book: Rulebook, corrections: Corrections) -> Finished:
    """What can only be done once all reports are there: years that a town's other reports tell, copies, conflicts between reports, the
    comparison, its coverage, last year's figures beside last year's reports, what became of corrections.

    `dating`: rows of schema.DATING_SCHEMA. Each step that goes over all reports leaves memory behind that the next one has no use for.
    """
    told, quotes, reports = _told(spooled["cells"]), spooled[LAST_YEAR.name].table(), spooled["reports"].table()
    give_back()
    years = dated(reports, dating, quotes, told, Rules.of(book))
    redated = redating(years, reports, spooled["facts"].chunks(), spooled["activities"].chunks(), book)
    reports, copies = find_copies(redated.applied("reports", reports), catalogue, Limits.of(book))
    give_back()
    compared = ComparedReports.of(reports)
    settled = settle(told, compared)
    changed = told.filter(pc.not_equal(told["state"], settled["state"])).select(["report_id", "indicator"]).to_pydict()
    wide = comparison(settled, compared, book.indicators)
    give_back()
    over_all = {COVERAGE.name: coverage(settled, compared, book.indicators)}
    give_back()
    over_all[PER_HEAD.name] = per_head(wide, book.indicators)
    quoted = beside_last_year(quotes, reports, settled)
    corrected = outcomes.settled(spooled[CORRECTIONS.name].table(), corrections)
    beside = {LAST_YEAR.name: quoted, CORRECTIONS.name: corrected}
    small = {"reports": reports, "copies": copies, COMPARISON.name: wide, **over_all, **beside}
    give_back()
    return Finished(spooled, small, frozenset(zip(changed["report_id"], changed["indicator"], strict=True)), redated)


def _told(cells: Spooled) -> pa.Table:
    """The cells of which a report says anything, in the columns that count."""
    schema = TABLES["cells"].schema
    empty = schema.empty_table().select(list(_TOLD))
    portions = (chunk.select(list(_TOLD)) for chunk in cells.chunks())
    return pa.concat_tables([empty, *(part.filter(pc.not_equal(part["state"], "not_mentioned")) for part in portions)]).combine_chunks()


def _settled(spooled: Spooled, disputed: frozenset[tuple[str, str]], redated: Redating) -> Iterator[pa.Table]:
    for chunk in spooled.chunks():
        whole = redated.applied(spooled.name, chunk)
        yield dispute(whole, disputed) if spooled.name == "cells" else whole


class Tally:
    """What was seen, read and left, counted batch by batch."""

    def __init__(self) -> None:
        self._counts: dict[str, Counter[str]] = {name: Counter() for name in ("status", "left", "kinds", "notes", "cells", "checks")}
        self._characters = self._activities = self.reports = 0
        self._unread: list[tuple[str, str]] = []

    def add(self, tables: Tables) -> None:
        """Count the rows of one batch."""
        files, facts = tables["files"], tables["facts"]
        self._counts["status"].update(_tally(files["status"]))
        self._counts["left"].update(_tally(_code(files["reason"])))
        self._counts["kinds"].update(_tally(facts["kind"]))
        self._counts["notes"].update(_tally(_code(facts["note"])))
        self._counts["cells"].update(_tally(tables["cells"]["state"]))
        self._counts["checks"].update(_tally(tables["checks"]["verdict"]))
        self._characters += pc.sum(files["chars"]).as_py() or 0
        self._activities += tables["activities"].num_rows
        self.reports += tables["reports"].num_rows
        self._unread += unread(files)

    @property
    def unread(self) -> tuple[tuple[str, str], ...]:
        """Source and reason of each input that could not be read."""
        return tuple(sorted(self._unread))

    def result(self, done: Finished) -> dict[str, Any]:
        """The counts, as run.json and the last lines of a run say them; cells in dispute are conflicts and were counted as values."""
        disputed = len(done.disputed)
        cells = self._counts["cells"] + Counter({"conflict": disputed})
        cells["value"] -= disputed
        return {
            **self.of_batches(),
            "cells": _ordered(cells),
            "last_year": _ordered(Counter(_tally(done.small[LAST_YEAR.name]["verdict"].drop_null()))),
            "corrections": _ordered(Counter(_tally(done.small[CORRECTIONS.name]["outcome"]))),
        }

    def of_batches(self) -> dict[str, Any]:
        """The counts without what only the end of the run knows: each report by itself."""
        counts = self._counts
        return {
            "files": {"all": counts["status"].total(), **_ordered(counts["status"])},
            "files_left": _ordered(counts["left"]),
            "characters": self._characters,
            "reports": self.reports,
            "numerals": counts["kinds"].total(),
            "facts": sum(number for kind, number in counts["kinds"].items() if kind in FACTS),
            "kinds": _ordered(counts["kinds"]),
            "unread": {note: number for note, number in _ordered(counts["notes"]).items() if note != CORRECTED},
            "activities": self._activities,
            "cells": _ordered(counts["cells"]),
            "checks": _ordered(counts["checks"]),
        }


def _code(column: Any) -> Any:
    """What stands before the colon: the code of a reason."""
    return pc.list_element(pc.split_pattern(column.drop_null(), ":", max_splits=1), 0)


def _tally(column: Any) -> dict[str, int]:
    return {row["values"]: row["counts"] for row in pc.value_counts(column).to_pylist()}


def _ordered(counted: Counter[str]) -> dict[str, int]:
    return {str(key): counted[key] for key in sorted(counted, key=str) if counted[key]}


def unread(files: pa.Table) -> tuple[tuple[str, str], ...]:
    """Source and reason of each input that should have been read and was not."""
    left = files.filter(pc.is_in(files["status"], pa.array(UNREAD)))
    return tuple(zip(left["source"].to_pylist(), left["reason"].to_pylist(), strict=True))
