"""Rows of tables as lines of text, the same for every format that has tables."""

from __future__ import annotations

from collections.abc import Sequence

SHORT_CELL = 40
"""Characters up to which a cell of several paragraphs is still a cell and no page of text."""


def row_lines(cells: Sequence[Sequence[str]]) -> list[str]:
    """Lines of one row, given each cell's paragraphs: the cells side by side with tabs between them.

    Where a cell holds paragraphs of prose (many reports are set in a table for its frame), each paragraph is a line of its own.
    """
    filled = [[text.strip() for text in cell if text.strip()] for cell in cells]
    if any(len(cell) > 1 and sum(map(len, cell)) > SHORT_CELL for cell in filled):
        return [text for cell in filled for text in cell]
    line = "\t".join(" ".join(cell) for cell in filled).rstrip("\t")
    return [line] if line.strip() else []
