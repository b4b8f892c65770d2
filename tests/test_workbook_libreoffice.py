"""The workbook opened by LibreOffice, saved again and read back: nothing is repaired, lost or in error."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from fakes import read_of
from openpyxl import load_workbook
from workbooks import figure, tables_of, values, write

SOFFICE = shutil.which("soffice") or shutil.which("libreoffice")
pytestmark = [
    pytest.mark.debian,
    pytest.mark.slow,
    pytest.mark.skipif(SOFFICE is None, reason="wants libreoffice-calc (tests/debian.txt)"),
    pytest.mark.filterwarnings("ignore:.*extension is not supported"),  # of openpyxl, about what LibreOffice adds
]
TEXT = (
    "慰问职工<count value=75 unit=名 indicator=aid.people>75名</count>,"
    '发放<money value=8000 bound=">" unit=元 indicator=aid.amount>8000余元</money>。\n'
    "计划培训<count value=100 unit=人次 status=plan indicator=training.people>100人次</count>。\n"
)
ERRORS = ("#REF!", "#NAME?", "#VALUE!", "#N/A", "#DIV/0!", "Err:")


@pytest.fixture(scope="module")
def books(tmp_path_factory: pytest.TempPathFactory) -> tuple[Any, Any]:
    """The workbook as it was written, and as LibreOffice saved it."""
    folder = tmp_path_factory.mktemp("x")
    path = write(folder / "t.xlsx", tables_of(read_of(TEXT, town="安海镇", year=2013)), page="review.html")
    converted(path, "xlsx:Calc MS Excel 2007 XML", folder / "again")
    return load_workbook(path), load_workbook(folder / "again" / "t.xlsx")


def converted(path: Path, form: str, folder: Path) -> None:
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    command = [str(SOFFICE), profile, "--headless", "--convert-to", form, "--outdir", str(folder), str(path)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=180)
    assert done.returncode == 0, done.stderr
    assert "Error" not in done.stderr, done.stderr


def test_all_sheets_and_cells_are_there(books: tuple[Any, Any]) -> None:
    written, again = books
    assert again.sheetnames == written.sheetnames
    for sheet in written:
        for row in sheet.iter_rows():
            for cell in row:
                if cell.value not in (None, "") and not cell.hyperlink:
                    assert again[sheet.title][cell.coordinate].value == cell.value, (sheet.title, cell.coordinate)


def test_no_cell_is_in_error_or_a_formula(books: tuple[Any, Any]) -> None:
    cells = [cell for sheet in books[1] for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert not [cell for cell in cells if cell.data_type in ("e", "f") or str(cell.value).startswith(ERRORS)]


def test_numbers_keep_their_hedge(books: tuple[Any, Any]) -> None:
    cell = figure(books[1], "aid.amount")
    assert cell.value == 8000
    assert cell.number_format.replace("\\", "").replace('"', "") == ">#,##0.00"


def test_links_still_lead_to_fact_and_page(books: tuple[Any, Any]) -> None:
    again = books[1]
    place = figure(again, "aid.amount").hyperlink.location
    sheet, _, cell = place.replace("'", "").replace("$", "").rpartition("!" if "!" in place else ".")
    assert sheet.lstrip("#") == "事实"
    assert values(again["事实"], "原文")[again["事实"][cell].row - 2] == "8000余元"
    first = again["事实"]["A2"]
    assert "review.html" in str(first.hyperlink.target)
    assert str(first.value) in f"{first.hyperlink.target}#{first.hyperlink.location}"


def test_lists_still_offer_their_words(books: tuple[Any, Any]) -> None:
    assert {rule.type for rule in books[1]["事实"].data_validations.dataValidation} >= {"list", "custom"}


def test_it_prints(tmp_path: Path) -> None:
    path = write(tmp_path / "t.xlsx", tables_of(read_of(TEXT, town="安海镇", year=2013)))
    converted(path, "pdf", tmp_path / "pdf")
    assert (tmp_path / "pdf" / "t.pdf").read_bytes().startswith(b"%PDF")
