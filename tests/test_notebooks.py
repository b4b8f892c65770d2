"""The notebooks run from the first cell to the last, hold no output and no logic."""

from __future__ import annotations

import ast
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

FOLDER = Path(__file__).resolve().parent.parent / "notebooks"
NOTEBOOKS = sorted(FOLDER.glob("*.ipynb"))

PLOTS = {"compare_towns": 3, "write_a_rule": 1}
"""How many plots each notebook draws."""
NO_NETWORK = """
import sys


def refuse(event, arguments):
    if event in ("socket.getaddrinfo", "socket.gethostbyname") or (event == "socket.connect" and isinstance(arguments[1], tuple)):
        raise OSError(f"a notebook wants no network: {event} {arguments[1:]}")


sys.addaudithook(refuse)
"""
"""Runs before a notebook; the kernel's own sockets are opened by C, which tells no audit hook."""


def _read(path: Path) -> nbformat.NotebookNode:
    return nbformat.read(path, as_version=4)


def test_there_are_notebooks() -> None:
    assert {path.stem for path in NOTEBOOKS} >= {"look_at_reports", "compare_towns", "audit_unread", "write_a_rule"}


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_no_output_and_no_logic(path: Path) -> None:
    for cell in _read(path).cells:
        if cell.cell_type == "code":
            assert cell.outputs == []
            assert cell.execution_count is None
            made = (ast.FunctionDef, ast.ClassDef, ast.For, ast.While, ast.If, ast.Try)
            assert not any(isinstance(node, made) for node in ast.walk(ast.parse(cell.source))), cell.source


@pytest.mark.slow
@pytest.mark.debian
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_runs(path: Path) -> None:
    notebook = _read(path)
    notebook.cells.insert(0, nbformat.v4.new_code_cell(NO_NETWORK))
    NotebookClient(notebook, timeout=300, kernel_name="python3", resources={"metadata": {"path": str(FOLDER)}}).execute()
    shown = [output for cell in notebook.cells if cell.cell_type == "code" for output in cell.outputs]
    assert any(output.output_type in ("display_data", "execute_result") for output in shown)
    said = [output.text for output in shown if output.output_type == "stream" and output.name == "stderr"]
    assert said == [], "a warning: of a glyph that no font has, of a function that will go"
    drawn = [output for output in shown if "image/png" in output.get("data", {})]
    assert len(drawn) == PLOTS.get(path.stem, 0)
