"""The pages of the guide: what they tell the reader to write and type is written and typed, and gives what they show."""

from __future__ import annotations

import doctest
import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from pipeline.cli import app

DOCS = Path(__file__).parent.parent / "docs"
BLOCK = re.compile(r'^```(\w+)(?: title="([^"]+)")?\n(.*?)^```$', re.MULTILINE | re.DOTALL)


def blocks(page: str) -> list[tuple[str, str, str]]:
    """Language, title and content of each code block."""
    return BLOCK.findall((DOCS / page).read_text(encoding="utf-8"))


@pytest.mark.slow
def test_the_walk_through_goes_as_it_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    said, steps = "", 0
    for language, title, content in blocks("walkthrough.md"):
        if language == "sh":
            (command,) = content.splitlines()
            result = CliRunner().invoke(app, command.split()[1:])
            assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
            said, steps = result.output, steps + 1
        elif title == "output":
            assert [line for line in content.splitlines() if line not in said] == [], said
        else:
            Path(title).parent.mkdir(exist_ok=True)
            Path(title).write_text(content, encoding="utf-8")
    assert steps == 5
    header, row = Path("tables/comparison.csv").read_text(encoding="utf-8-sig").splitlines()
    assert dict(zip(header.split(","), row.split(","), strict=True))["health.examined"] == "1630"


@pytest.mark.parametrize("page", ["walkthrough", "library"])
def test_the_chinese_page_shows_the_same(page: str) -> None:
    assert blocks(f"{page}.md")
    assert blocks(f"{page}.md") == blocks(f"{page}.zh.md")


def test_the_examples_of_the_library_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    result = doctest.testfile(str(DOCS / "library.md"), module_relative=False, optionflags=doctest.NORMALIZE_WHITESPACE, encoding="utf-8")
    assert result.attempted >= 15
    assert not result.failed


def test_links_between_pages_lead_somewhere() -> None:
    for page in DOCS.rglob("*.md"):
        for target in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8")):
            if "://" not in target:
                assert (page.parent / target).exists(), f"{page.relative_to(DOCS)}: {target}"
