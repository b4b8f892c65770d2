"""Words and their classes."""

from __future__ import annotations

import pytest

from pipeline.interpret.grammar import Grammar
from pipeline.interpret.phrases import Types
from pipeline.rulebook import Rulebook, RuleError
from pipeline.rules_check import bare_report
from pipeline.stages import Tools


@pytest.fixture(scope="module")
def grammar(book: Rulebook) -> Grammar:
    table = book.table("objects")
    return Grammar(table, Types(table, {word: unit.unit_class for word, unit in book.units.items()}))


def letters(text: str, grammar: Grammar, tools: Tools) -> str:
    """The words with their classes."""
    report = bare_report(text)
    mentions = tools.machinery.extractor.extract(report)
    line = grammar.read(tools.machinery.segmenter.segment(report, mentions), mentions)
    return " ".join(f"{line.word(at)}/{letter}" for at, letter in enumerate(line.letters[:-1]))


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("成功率为95%", "成功率/n 为/h 95%/q"),
        ("整改率达95%", "整改/n 率/n 达/h 95%/q"),
        ("发出要约书310份", "发出/v 要约/n 书/n 310份/q"),
        ("低保年审1次", "低保/n 年审/e 1次/q"),
        ("再建工会8家", "再/d 建/v 工会/n 8家/q"),
        ("“送清凉”活动2次", "“/n 送/n 清凉/n ”/n 活动/e 2次/q"),
        ("核查2次(3月)", "核查/e 2次/q (/i 3月/i )/i"),
        ("我们两家组织将联合", "我们/r 两家/q 组织/n 将/d 联合/d"),
    ],
)
def test_classes(text: str, wanted: str, grammar: Grammar, tools: Tools) -> None:
    assert letters(text, grammar, tools) == wanted


def test_a_word_in_two_classes_is_told(book: Rulebook) -> None:
    table = book.table("objects")
    twice = {**table, "classes": {**table["classes"], "v": table["classes"]["v"] + " 共有"}}
    with pytest.raises(RuleError, match="共有 stands in the classes"):
        Grammar(twice, Types(table, {}))
