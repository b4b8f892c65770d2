"""split.numbering: where numbered lists go on and begin again."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.rulebook import Rulebook
from pipeline.split.lines import Patterns, read_lines
from pipeline.split.numbering import Numbering

PATTERNS = Patterns(Rulebook((Path(__file__).parent.parent / "rules",)))
TEXT = "一、组织建设\n1、建会三家\n2、换届两家\n二、帮扶\n春节走访困难职工\n三、文体\n一、明年打算\n二、措施"


@pytest.fixture
def numbering() -> Numbering:
    return Numbering(read_lines(TEXT, PATTERNS))


def test_levels_above_hold_the_last_number_of_each_open_list(numbering: Numbering) -> None:
    assert dict(numbering.levels_above(0)) == {}
    sections, items = numbering.levels_above(3).items()
    assert sections[1] == 1 and items[1] == 2
    assert [number for _, number in numbering.levels_above(4).items()] == [2], "二、 closes the list 1、 2、 above it"


def test_a_list_goes_on_where_the_next_number_follows(numbering: Numbering) -> None:
    assert numbering.goes_on(4), "二、 stands above the paragraph and 三、 below it"
    assert not numbering.goes_on(6), "一、 does not follow 三、"


def test_reached_and_taken_up(numbering: Numbering) -> None:
    level = next(iter(numbering.levels_above(1)))
    assert numbering.reached(6, level) == 3
    assert numbering.is_taken_up(6, level)
    assert not numbering.is_taken_up(1, level)


def test_parted_texts_number_each_for_itself(numbering: Numbering) -> None:
    level = next(iter(numbering.levels_above(1)))
    numbering.part([6])
    assert dict(numbering.levels_above(7)) == {level: 1}
    assert numbering.reached(6, level) == 3, "the line where the new text begins still sees the old list"


def test_last_number_follows_one_list_only(numbering: Numbering) -> None:
    assert numbering.last_number(0) == 3
    assert numbering.last_number(6) == 2


def test_first_marker_below(numbering: Numbering) -> None:
    found = numbering.first_below(4, most_lines=3, lines=2, chars=100)
    assert found is not None and found.number == 3
    assert numbering.first_below(4, most_lines=1, lines=1, chars=100) is None
