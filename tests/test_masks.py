"""Masked figures: where they are, and which cells they leave empty."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from pipeline.masks import MaskReader
from pipeline.rulebook import Rulebook
from pipeline.run import run


def test_the_rules_examples(book: Rulebook) -> None:
    reader, rule = MaskReader(book), book.table("masks")["figure"]
    assert all(reader.find(example) for example in rule["examples"])
    assert not any(reader.find(example) for example in rule["counter_examples"])


@pytest.mark.parametrize(
    ("text", "masks"),
    [
        ("慰问__人次", ["__"]),
        ("发放**万元", ["**"]),
        ("建会xx家,会员xxx人", ["xx", "xxx"]),
        ("入会率达__%", ["__"]),
        ("XX镇、**乡、20__年、一一", []),
    ],
)
def test_masks_stand_before_units(book: Rulebook, text: str, masks: list[str]) -> None:
    assert [text[slice(*span)] for span in MaskReader(book).find(text)] == masks


def cells_of(folder: Path, text: str) -> dict[str, dict[str, Any]]:
    (folder / "in").mkdir()
    (folder / "in" / "a.txt").write_text(text, encoding="utf-8")
    run([folder / "in"], folder / "out", workers=1, formats=["parquet"])
    return {row["indicator"]: row for row in pq.read_table(folder / "out" / "cells.parquet").to_pylist()}


def test_a_masked_figure_is_the_reason_for_an_empty_cell(tmp_path: Path) -> None:
    text = "某镇总工会工作总结\n春节期间慰问困难职工__名,发放慰问金8000元。\n明年计划新建工会xx家。\n"
    cells = cells_of(tmp_path, text)
    assert cells["aid.people"]["state"] == "masked"
    assert text[cells["aid.people"]["start"] : cells["aid.people"]["end"]] == "__"
    assert (cells["aid.people"]["value"], cells["aid.people"]["fact_ids"]) == (None, [])
    assert cells["aid.amount"]["state"] == "value"
    assert cells["org.unions_new"]["state"] == "not_mentioned"


def test_a_figure_beside_its_mask_still_counts(tmp_path: Path) -> None:
    cells = cells_of(tmp_path, "某镇总工会工作总结\n春节期间慰问困难职工__名。\n中秋节期间慰问困难职工30名。\n")
    assert cells["aid.people"]["value"] == 30
