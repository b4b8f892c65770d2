"""Which reports share a row of the comparison, and in which order the rows stand.

Columns and numbers throughout: an archive has a row for nearly every report, and none of them becomes an object.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.schema import PLACE_COLUMNS

Numbers = npt.NDArray[np.int64]
PLACE = tuple(column.name for column in PLACE_COLUMNS)
_COLUMNS = ("report_id", "source", "part", "title", "org", *PLACE, "place_basis", "year", "year_min", "year_max", "year_basis", "period")
_NAMES = ("province", "city", "county", "town")
_SEPARATOR, _NO_NAME = "\x1f", "\x1e"
"""Between the names of a key, and in place of one that is unknown: control characters, which no name has."""


def town_keys(reports: pa.Table) -> pa.ChunkedArray:
    """What identifies each report's town: its code, or its full names. Null where they leave several towns open: a name alone is no place,
    nor is one with its county alone, for counties have namesakes too (鼓楼区, 朝阳区).
    """
    names = pc.binary_join_element_wise(*(reports[name] for name in _NAMES), _SEPARATOR, null_handling="replace", null_replacement=_NO_NAME)
    full = pc.and_(pc.is_valid(reports["county"]), pc.is_valid(reports["province"]))
    manifest = pc.fill_null(pc.equal(reports["place_basis"], "manifest"), False)
    named = pc.if_else(pc.or_(full, manifest), names, pa.scalar(None, pa.string()))
    return pc.if_else(pc.is_valid(reports["town"]), pc.coalesce(reports["town_code"], named), pa.scalar(None, pa.string()))


def numbered(column: pa.ChunkedArray) -> Numbers:
    """A number for each value, equal ones for equal values, -1 for null."""
    codes = pc.index_in(column, pc.unique(column.drop_null()))
    return np.asarray(pc.fill_null(codes, -1), np.int64)


@dataclass(frozen=True, slots=True)
class ComparedReports:
    """The reports that are no copies, those of one row side by side, in the order of the comparison."""

    reports: pa.Table
    row: Numbers
    """The row of each: 0, 1, 2 and so on."""

    @classmethod
    def of(cls, reports: pa.Table) -> Self:
        """`reports`: the table of that name, all columns of a row's key and order and `duplicate_of` filled."""
        originals = reports.filter(pc.is_null(reports["duplicate_of"])).select(list(_COLUMNS))
        _, first, row = np.unique(_keys(originals), axis=0, return_index=True, return_inverse=True)
        rank = np.empty(len(first), np.int64)
        rank[_order(originals.take(pa.array(first)))] = np.arange(len(first))
        ranks = rank[row.reshape(-1)]
        order = np.argsort(ranks, kind="stable")
        return cls(originals.take(pa.array(order)), ranks[order])

    @property
    def first(self) -> Numbers:
        """Where each row begins."""
        return np.flatnonzero(np.diff(self.row, prepend=-1))

    def row_of(self, report_ids: pa.ChunkedArray) -> Numbers:
        """The row of each report of a column, all of which are here."""
        return self.row[self.position_of(report_ids)]

    def position_of(self, report_ids: pa.ChunkedArray) -> Numbers:
        """Where among `reports` each report of a column stands, all of which are here."""
        return np.asarray(pc.index_in(report_ids, self._ids()), np.int64)

    def cells_of(self, cells: pa.Table) -> pa.Table:
        """Those cells that are of these reports."""
        return cells.filter(pc.is_in(cells["report_id"], self._ids()))

    def sharing(self) -> pa.ChunkedArray:
        """The ids of the reports whose row has others."""
        return self.reports["report_id"].filter(pa.array(np.bincount(self.row)[self.row] > 1, pa.bool_()))

    def _ids(self) -> pa.Array:
        return self.reports["report_id"].combine_chunks()


def _keys(reports: pa.Table) -> Numbers:
    """Equal lines for reports that share a row; one without a settled town or year has a row of its own."""
    keys = np.stack([numbered(column) for column in (town_keys(reports), reports["year"], reports["period"], reports["org"])], axis=1)
    alone = (keys[:, 0] < 0) | (keys[:, 1] < 0)
    keys[alone, 0] = -1 - np.flatnonzero(alone)
    return keys


def _order(reports: pa.Table) -> Any:
    """The positions of reports in the order of the comparison: by place, organisation and time, those of no town last."""
    keys = {"nowhere": pc.is_null(reports["town"])}
    for name in (*PLACE, "org"):
        keys[name] = pc.fill_null(reports[name], "")
    keys["year"] = pc.coalesce(reports["year"], reports["year_min"], reports["year_max"], pa.scalar(0, reports["year"].type))
    keys["period"] = pc.fill_null(reports["period"], "")
    keys["source"], keys["part"] = reports["source"], pc.fill_null(reports["part"], 0)
    return np.asarray(pc.sort_indices(pa.table(keys), [(name, "ascending") for name in keys]))
