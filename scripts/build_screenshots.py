"""Takes the pictures of the READMEs anew, from a run over data/raw: docs/images/*.png. Wants Chromium, its driver and LibreOffice.

.venv/bin/python scripts/build_screenshots.py
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

import pypdfium2
from openpyxl import load_workbook
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.header_footer import HeaderFooterItem
from openpyxl.worksheet.properties import PageSetupProperties
from PIL import Image
from python_calamine import CalamineWorkbook

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests"))

from browsing import Page, chromium  # noqa: E402

from pipeline.run import run  # noqa: E402

IMAGES = ROOT / "docs" / "images"
WIDE, SMALL = (1360, 850), (390, 780)
COLOURS = 256
MOST_BYTES = 300_000
SHEET = "对比"
HIDDEN = ("省", "市", "镇", "镇代码", "年份依据", "报告编号")
LAST_COLUMN = 22
SHOWN_ROWS = 24
"""Of the workbook: the sheet shown, and how much of it; the columns left out would make the rest too small to read."""


@dataclass(frozen=True, slots=True)
class Shot:
    """A picture: its name, what is looked at, where, and how."""

    name: str
    address: str
    dark: bool = False
    small: bool = False
    language: str = "zh"
    before: str = ""
    """A script that brings into sight what the picture is of."""


CHARTS = "choose(document.getElementById('indicator'), '新发展会员数'); choose(document.getElementById('year'), '全部年份')"
EVIDENCE = "[...document.querySelectorAll('td.figure')].find((one) => one.ariaLabel.includes('{}')).click()"
SHOTS = (
    Shot("review-text", "comparison", before=EVIDENCE.format("周庄镇 2010 帮扶慰问金额")),
    Shot("review-text-dark", "comparison", dark=True, language="en", before=EVIDENCE.format("周庄镇 2010 Aid")),
    Shot("review-comparison", "comparison"),
    Shot("review-charts", "charts", before=CHARTS),
    Shot("review-doubts", "doubts", dark=True),
    Shot("review-small", "comparison", small=True, before=EVIDENCE.format("周庄镇 2010 帮扶慰问金额")),
)
CHOOSE = """
const choose = (select, words) => {
  select.value = [...select.options].find((one) => one.textContent.startsWith(words)).value;
  select.dispatchEvent(new Event("change", { bubbles: true }));
};
"""


def main() -> None:
    IMAGES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        run([ROOT / "data" / "raw"], folder / "out", formats=("xlsx", "html"), workers=1)
        for picture, image in _of_page(folder):
            _save(picture, image)
        if _wanted("workbook"):
            _save("workbook", _of_workbook(folder))


def _wanted(name: str) -> bool:
    return len(sys.argv) < 2 or name in sys.argv


def _of_page(folder: Path) -> Iterator[tuple[str, Any]]:
    for shot in filter(lambda shot: _wanted(shot.name), SHOTS):
        width, height = SMALL if shot.small else WIDE
        driver = chromium(folder / shot.name, width=width, height=height, scale=2 if shot.small else 1)
        try:
            page = Page(driver, folder / "out" / "review.html")
            page.forget()
            page.run(f"localStorage.setItem('taizhang.theme', '{'dark' if shot.dark else 'light'}')")
            page.run(f"localStorage.setItem('taizhang.language', '{shot.language}')")
            page.open()
            page.go(shot.address)
            page.run(CHOOSE + shot.before)
            page.settle()
            page.run("document.activeElement.blur()")
            yield shot.name, Image.open(BytesIO(driver.get_screenshot_as_png())).convert("RGB")
        finally:
            driver.quit()


def _of_workbook(folder: Path) -> Any:
    """The comparison as LibreOffice shows it: the columns that name the town, and the first indicators."""
    book = load_workbook(folder / "out" / "taizhang.xlsx")
    for name in book.sheetnames:
        if name != SHEET:
            book.remove(book[name])
    sheet = book[SHEET]
    shown = CalamineWorkbook.from_path(folder / "out" / "taizhang.xlsx").get_sheet_by_name(SHEET).to_python()
    for column in range(2, sheet.max_column + 1):
        hidden = str(sheet.cell(1, column).value) in HIDDEN or column > LAST_COLUMN
        sheet.column_dimensions[get_column_letter(column)].hidden = hidden
    for cell in (cell for row in sheet.iter_rows() for cell in row if cell.hyperlink):
        cell.value = shown[cell.row - 1][cell.column - 1] or None  # where a cell is empty, openpyxl puts the link's target
        cell.hyperlink = None
    sheet.oddFooter = HeaderFooterItem()
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.page_setup.fitToHeight = 1
    sheet.print_area = f"A1:{get_column_letter(LAST_COLUMN)}{SHOWN_ROWS}"
    book.save(folder / "shown.xlsx")
    profile = (folder / "office").as_uri()
    command = ["soffice", f"-env:UserInstallation={profile}", "--headless", "--convert-to", "pdf", "--outdir", str(folder)]
    subprocess.run([*command, str(folder / "shown.xlsx")], check=True, capture_output=True, timeout=300)
    with pypdfium2.PdfDocument(folder / "shown.pdf") as document:
        image = document[0].render(scale=3).to_pil().convert("RGB")
    image = image.crop(_inked(image))
    return image.resize((WIDE[0], image.height * WIDE[0] // image.width), Image.Resampling.LANCZOS)


def _inked(image: Any) -> tuple[int, int, int, int]:
    """The box around all that is not white."""
    box: tuple[int, int, int, int] = image.convert("L").point(lambda light: 255 * (light < 250)).getbbox()
    return box


def _save(name: str, image: Any) -> None:
    """As a small PNG: few colours, no dithering, which text does not need."""
    path = IMAGES / f"{name}.png"
    image.quantize(COLOURS, dither=Image.Dither.NONE).save(path, optimize=True)
    if path.stat().st_size > MOST_BYTES:
        raise SystemExit(f"{path.name}: {path.stat().st_size} bytes, over {MOST_BYTES}; show less")
    sys.stdout.write(f"{path.relative_to(ROOT)}: {path.stat().st_size:,} bytes\n")


if __name__ == "__main__":
    main()
