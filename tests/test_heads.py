"""split.heads: what stands above a report's text, and which of it is its title."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.rulebook import Rulebook
from pipeline.split.heads import Heads
from pipeline.split.line_roles import LineRoles
from pipeline.split.lines import Patterns, read_lines

PATTERNS = Patterns(Rulebook((Path(__file__).parent.parent / "rules",)))
BODY = "今年以来,镇总工会围绕中心工作,新建工会5家。"


def heads(text: str) -> Heads:
    lines = read_lines(text, PATTERNS)
    return Heads(lines, LineRoles(lines, PATTERNS), PATTERNS)


@pytest.mark.parametrize(
    ("above", "title", "below"),
    [
        ("青溪镇总工会2012年工作总结", "青溪镇总工会2012年工作总结", 1),
        ("青溪镇总工会\n2012年工作总结", "青溪镇总工会\n2012年工作总结", 2),
        ("青溪镇总工会2012年工作总结\n(2012年12月20日)", "青溪镇总工会2012年工作总结", 2),
        ("青溪镇总工会2012年工作总结\n县总工会:", "青溪镇总工会2012年工作总结", 2),
    ],
    ids=["one line", "two lines", "date below", "addressee below"],
)
def test_title_and_the_first_line_below_the_head(above: str, title: str, below: int) -> None:
    text = f"{above}\n{BODY}"
    head = heads(text).at(0)
    assert head.title is not None
    assert text[slice(*head.title)] == title
    assert head.text == below


def test_a_text_without_a_title_has_none() -> None:
    head = heads(BODY).at(0)
    assert (head.title, head.title_line, head.text) == (None, None, 0)


def test_titles_of_a_series_differ_in_their_time_alone() -> None:
    one, two = "三月份工作小结", "四月份工作小结"
    assert heads(f"{one}\n{BODY}\n{two}\n{BODY}").is_next_of_series(2)
    assert not heads(f"{one}\n{BODY}\n{one}\n{BODY}").is_next_of_series(2)
