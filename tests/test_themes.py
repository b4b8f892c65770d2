"""Themes: of which matter a number is told, by the nearest words around it."""

from pathlib import Path

import pytest

from pipeline import rulebook
from pipeline.interpret.themes import ThemeWords
from pipeline.library import extract
from pipeline.rulebook import RuleError

BOOK = rulebook.load()


def told(text: str) -> list[tuple[str, str]]:
    """The theme words of a text, each with its theme."""
    rows = [
        {"name": "", "why": "", "words": "总工会"},
        {"name": "union", "why": "", "words": "工会 困难企业工会"},
        {"name": "aid", "why": "", "words": "困难 困难企业"},
    ]
    return [(text[word.start : word.end], word.theme) for word in ThemeWords(rows).find(text, 0, len(text))]


def test_of_words_that_lie_in_each_other_the_longest_counts() -> None:
    assert told("困难企业工会三家,困难企业两家") == [("困难企业工会", "union"), ("困难企业", "aid")]


def test_a_word_of_the_nameless_theme_hides_what_lies_in_it() -> None:
    assert told("镇总工会看望困难职工") == [("困难", "aid")]


def test_a_row_with_an_unknown_key_is_refused() -> None:
    with pytest.raises(RuleError, match="pattern"):
        ThemeWords([{"name": "a", "why": "", "words": "工会", "pattern": "x"}])


def indicators(text: str) -> dict[str, str]:
    return {text[fact.start : fact.end]: fact.indicator for fact in extract(text) if fact.indicator and fact.status == "done"}


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        # the number's own words first, then its clause, then its sentence
        ("劳动争议接下来12件,牵动职工37名;劳动竞赛上阵86名。", {"37名": "rights.people", "86名": "competition.participants"}),
        # a nearer theme takes over, also one without rules
        ("上门慰问困难职工35人,为环卫工人体检240人。", {"35人": "aid.people"}),
        # what is before 、 belongs to the member of the list before
        ("全镇共有48个基层工会、5126名会员。", {"48个": "org.unions_total", "5126名": "org.members_total"}),
        # the sentence before, in the same item
        ("9月在砖厂搞消防演练。130名工人都摸过了水枪。", {"130名": "safety.drill_people"}),
        # the heading above
        ("一、困难帮扶\n全年拿出3.2万元。\n", {"3.2万元": "aid.amount"}),
    ],
)
def test_the_nearest_theme_decides(text: str, wanted: dict[str, str]) -> None:
    found = indicators(text)
    assert {number: found.get(number) for number in wanted} == wanted
    assert "240人" not in found


def test_an_analyst_adds_words_to_a_theme_and_a_theme(tmp_path: Path) -> None:
    text = "扯皮官司接了14件,摘要抄录9份。"
    assert "rights.disputes" not in {fact.indicator for fact in extract(text)}
    own = '[[theme]]\nname = "{}"\nwhy = "of our county"\nwords = "{}"\n'
    (tmp_path / "indicators.toml").write_text(own.format("dispute", "扯皮官司") + own.format("digest", "摘要"), encoding="utf-8")
    assert [fact.indicator for fact in extract(text, rules=tmp_path)] == ["rights.disputes", None]
    shipped, both = (book.table("indicators")["theme"] for book in (BOOK, rulebook.load(tmp_path)))
    assert both == [*shipped, *both[-2:]]


def test_every_theme_of_the_shipped_rules_has_words_of_its_own() -> None:
    words = [word for row in BOOK.table("indicators")["theme"] for word in row["words"].split()]
    assert len(words) == len(set(words))
