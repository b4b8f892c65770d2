"""split.line_roles: what a line is by its words and its neighbours."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.rulebook import Rulebook
from pipeline.split.line_roles import LineRoles
from pipeline.split.lines import Patterns, read_lines

PATTERNS = Patterns(Rulebook((Path(__file__).parent.parent / "rules",)))
LINES = [
    "青溪镇总工会2012年工作总结",
    "县总工会:",
    "今年以来,镇总工会围绕中心工作,新建工会5家。",
    "走访困难职工35户",
    "青溪镇总工会",
    "2012年12月20日",
]


@pytest.fixture
def roles() -> LineRoles:
    return LineRoles(read_lines("\n".join(LINES), PATTERNS), PATTERNS)


def test_each_line_has_its_role(roles: LineRoles) -> None:
    assert [index for index in range(len(LINES)) if roles.is_title(index)] == [0]
    assert [index for index in range(len(LINES)) if roles.is_header(index)] == [1, 5], "a date may stand above a text as below it"
    assert [index for index in range(len(LINES)) if roles.is_signature(index)] == [4, 5]
    assert [index for index in range(len(LINES)) if roles.is_date(index)] == [5]


def test_a_text_is_ended_by_a_full_stop_and_by_a_signature(roles: LineRoles) -> None:
    assert roles.is_ended(0)
    assert roles.is_ended(3)
    assert not roles.is_ended(4), "走访困难职工35户 has no full stop"


def test_signed_wants_name_and_date(roles: LineRoles) -> None:
    below = LineRoles(read_lines("\n".join([*LINES, "第二篇"]), PATTERNS), PATTERNS)
    assert below.is_signed(6)
    assert not roles.is_signed(5), "the name alone signs nothing"


def test_a_line_right_under_title_and_addressee(roles: LineRoles) -> None:
    assert roles.is_under_title(2)
    assert not roles.is_under_title(3)
