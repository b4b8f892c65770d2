"""Tables: which column holds the reports."""

from __future__ import annotations

import pytest
from ingest_archive import ROWS, TEXT, comma_separated, xlsx

from pipeline.ingest import delimited, spreadsheet
from pipeline.ingest.columns import report_text
from pipeline.ingest.options import IngestOptions
from pipeline.ingest.payload import Budget, Payload
from pipeline.ingest.reasons import UnreadError

LONG = "全年走访困难职工86户，发放慰问金4.3万元、大米120袋。" * 3


def payload(data: bytes = b"", **options: object) -> Payload:
    chosen = IngestOptions(**options)  # type: ignore[arg-type]
    return Payload("a.csv", data, ".csv", chosen, Budget(chosen, len(data)))


@pytest.mark.parametrize(
    "rows",
    [
        [["乡镇", "正文"], ["甲", "短文一"], ["乙", "短文二"]],
        [["2014年汇总", ""], ["", ""], ["乡镇", " 正文 "], ["甲", "短文一"], ["乙", "短文二"]],
        [["内容", "正文"], ["x", "短文一"], ["y", "短文二"], ["z", "　"]],
        [["Text"], ["短文一"], ["短文二"]],
    ],
)
def test_columns_by_their_headers(rows: list[list[str]]) -> None:
    assert report_text([rows], payload()) == "短文一\f短文二"


def test_columns_by_their_length() -> None:
    assert report_text([[["甲", LONG], ["乙", LONG]]], payload()) == f"{LONG}\f{LONG}"
    assert report_text([[["镇", "材料"], ["甲", LONG], ["乙"]]], payload()) == LONG


def test_columns_by_option() -> None:
    rows = [["正文", "备注"], [LONG, "短"]]
    assert report_text([rows], payload(text_column="备注")) == "短"
    with pytest.raises(UnreadError, match="unknown_column") as caught:
        report_text([rows], payload(text_column="无"))
    assert "正文, 备注" in caught.value.reason


def test_no_column() -> None:
    with pytest.raises(UnreadError, match="no_text_column") as caught:
        report_text([[["甲", "乙"], ["1", "2"]]], payload())
    assert "甲, 乙" in caught.value.reason
    assert report_text([[["", " "]]], payload()) == ""


def test_sheets_follow_each_other() -> None:
    assert report_text([[["正文"], ["一"]], [["序号"], ["1"]], [["正文"], ["二\r\n三\f四"]]], payload()) == "一\f二\n三\n四"


@pytest.mark.parametrize("delimiter", [",", "\t", ";", "|"])
def test_delimiters(delimiter: str) -> None:
    rows = f'镇{delimiter}正文\r\n甲{delimiter}"一，\n二{delimiter}三"\r\n乙{delimiter}四\r\n'
    assert delimited.read(payload(rows.encode("gb18030"))).text == f"一，\n二{delimiter}三\f四"


def test_rows_are_limited() -> None:
    data = comma_separated([["正文"], *[["x"]] * 20]).encode()
    with pytest.raises(UnreadError, match="too_many_rows"):
        delimited.read(payload(data, max_rows=20))
    with pytest.raises(UnreadError, match="too_many_rows"):
        spreadsheet.read(payload(xlsx([["正文"], *[["x"]] * 20]), max_rows=20))


def test_numbers_in_cells() -> None:
    assert spreadsheet.read(payload(xlsx([["正文"], [12.0], [1.5], [TEXT]]))).text == f"12\f1.5\f{TEXT.strip()}"
    assert spreadsheet.read(payload(xlsx(ROWS))).text == f"{TEXT.strip()}\f{ROWS[2][2]}"
