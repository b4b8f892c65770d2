"""Classes of measure words, in both scripts."""

from __future__ import annotations

import pytest

from pipeline.clean import Cleaner
from pipeline.rulebook import load
from pipeline.unit_classes import UnitClasses


@pytest.fixture(scope="module")
def classes() -> UnitClasses:
    book = load()
    return UnitClasses({word: unit.unit_class for word, unit in book.units.items()}, Cleaner(book).simplified)


@pytest.mark.parametrize(("written", "simplified"), [("戶", "户"), ("人次", "人次"), ("場", "场"), ("個", "个"), ("畝", "亩")])
def test_both_scripts_are_of_one_class(classes: UnitClasses, written: str, simplified: str) -> None:
    assert classes[written] == classes[simplified]


def test_a_word_that_is_no_unit_has_none(classes: UnitClasses) -> None:
    assert classes.get("單位") is None
    assert classes.get("") is None
    assert "單位" not in classes
    assert len(classes) == len(list(classes))


def test_get_gives_what_the_mapping_has(classes: UnitClasses) -> None:
    assert classes.get("戶", "none") == classes["戶"]
    for word in ("單位", ""):
        assert classes.get(word, "none") == "none"
        with pytest.raises(KeyError):
            classes[word]
