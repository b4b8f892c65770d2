"""CSV and Parquet: what stands in the bytes, and that equal tables give equal bytes."""

from __future__ import annotations

import csv
import io
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.schema import DECIMAL, STRINGS
from pipeline.write import flat


def csv_of(table: pa.Table, folder: Path) -> tuple[bytes, list[list[str]]]:
    path = folder / "t.csv"
    flat.write_csv(table, path)
    data = path.read_bytes()
    return data, list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))


def column(values: list[object], kind: pa.DataType) -> pa.Table:
    return pa.table({"c": pa.array(values, kind)})


def test_csv_has_a_byte_order_mark_and_a_header(tmp_path: Path) -> None:
    data, rows = csv_of(pa.table({"a": ["镇"], "b": [1]}), tmp_path)
    assert data == b"\xef\xbb\xbfa,b\n" + "镇,1\n".encode()
    assert rows == [["a", "b"], ["镇", "1"]]


def test_an_empty_table_is_its_header(tmp_path: Path) -> None:
    data, _ = csv_of(pa.table({"a": pa.array([], pa.string())}), tmp_path)
    assert data == b"\xef\xbb\xbfa\n"


@pytest.mark.parametrize(
    ("value", "written"), [("8000", "8000"), ("1.50", "1.5"), ("-3.000001", "-3.000001"), ("0", "0"), ("100", "100"), ("9" * 32, "9" * 32)]
)
def test_decimals_have_no_trailing_zeros(tmp_path: Path, value: str, written: str) -> None:
    assert csv_of(column([Decimal(value)], DECIMAL), tmp_path)[1][1] == [written]


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@x", "\tx", "\rx", "="])
def test_text_that_begins_like_a_formula_is_disarmed_and_numbers_are_not(tmp_path: Path, text: str) -> None:
    assert csv_of(column([text], pa.string()), tmp_path)[1][1] == ["'" + text]
    assert csv_of(column([[text, "b"]], STRINGS), tmp_path)[1][1] == ["'" + text + ";b"]
    assert csv_of(column([Decimal(-1)], DECIMAL), tmp_path)[1][1] == ["-1"]


def test_lists_nulls_booleans_and_dates(tmp_path: Path) -> None:
    table = pa.table(
        {
            "l": pa.array([["a", "b"], [], None], STRINGS),
            "s": pa.array(["x", None, ""]),
            "b": pa.array([True, False, None]),
            "d": pa.array([15000, None, 0], pa.date32()),
        }
    )
    assert csv_of(table, tmp_path)[1][1:] == [["a;b", "x", "true", "2011-01-26"], ["", "", "false", ""], ["", "", "", "1970-01-01"]]


@given(st.lists(st.text(st.characters(codec="utf-8"), max_size=12), min_size=1, max_size=8))
def test_any_text_comes_back_from_csv(texts: list[str]) -> None:
    lines = flat._lines(pa.table({"a": texts, "b": texts})).decode()
    read = list(csv.reader(io.StringIO(lines, newline="")))
    guarded = ["'" + text if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text for text in texts]
    assert read == [[text, text] for text in guarded]


def test_long_tables_are_written_in_portions_and_whole(tmp_path: Path) -> None:
    count = flat.ROW_GROUP + 3
    table = pa.table({"n": pa.array(range(count))})
    _, rows = csv_of(table, tmp_path)
    assert [row[0] for row in rows[1:]] == [str(n) for n in range(count)]
    flat.write_parquet(table, tmp_path / "t.parquet")
    assert pq.ParquetFile(tmp_path / "t.parquet").num_row_groups == 2


def test_parquet_holds_the_text_as_it_is_and_does_not_depend_on_chunks(tmp_path: Path) -> None:
    whole = pa.table({"a": ["=1", "x", None, "-"]})
    flat.write_parquet(whole, tmp_path / "whole.parquet")
    flat.write_parquet(pa.concat_tables([whole.slice(0, 1), whole.slice(1)]), tmp_path / "pieces.parquet")
    assert (tmp_path / "whole.parquet").read_bytes() == (tmp_path / "pieces.parquet").read_bytes()
    assert pq.read_table(tmp_path / "whole.parquet")["a"].to_pylist() == ["=1", "x", None, "-"]
