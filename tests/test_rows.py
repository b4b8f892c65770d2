"""Rows of a table, a portion at a time."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pyarrow as pa
import pytest

from pipeline import rows
from pipeline.rows import each_row, portions

TABLE = pa.table({"town": ["白马镇", "河口镇", None, "石桥乡", "新塘街道"], "year": [2008, 2009, 2009, None, 2011]})


@pytest.fixture(params=[1, 2, 5, 6])
def size(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    monkeypatch.setattr(rows, "PORTION", request.param)
    yield request.param


def test_all_rows_come_in_order(size: int) -> None:
    assert list(each_row(TABLE)) == TABLE.to_pylist()
    sizes = [len(portion) for portion in portions(TABLE)]
    assert max(sizes) == min(size, TABLE.num_rows)
    assert sum(sizes) == TABLE.num_rows


def test_a_table_without_rows_has_none() -> None:
    assert not list(each_row(TABLE.slice(0, 0)))


def test_no_more_rows_are_made_than_are_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rows, "PORTION", 2)
    made = []

    class Counted:
        num_rows = TABLE.num_rows

        def slice(self, start: int, length: int) -> Any:
            made.append(start)
            return TABLE.slice(start, length)

    first = next(each_row(Counted()))  # type: ignore[arg-type]
    assert first["town"] == "白马镇"
    assert made == [0]
