"""Lists of nouns dealt out to lists of numbers."""

from __future__ import annotations

import pytest

from pipeline.interpret.lists import common_end
from pipeline.machinery import Settings
from pipeline.model import Document
from pipeline.stages import Tools


@pytest.fixture(scope="module")
def tools() -> Tools:
    return Tools(Settings())


def objects(tools: Tools, text: str) -> list[str | None]:
    (read,) = tools.read(Document("a.txt", text))
    return [fact.object for fact in read.facts if fact.quantity is not None]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("体检率、建档率分别达到96.1%、88.4%。", ["体检率", "建档率"]),
        ("门诊人次、业务收入分别增长7%、5.5%。", ["门诊人次", "业务收入"]),
        ("举办篮球赛、拔河赛各2场。", ["篮球赛、拔河赛"]),
        ("走访企业、社区和学校分别为12家、4个和3所。", ["企业", "社区", "学校"]),
    ],
)
def test_each_number_has_its_noun(tools: Tools, text: str, wanted: list[str]) -> None:
    assert objects(tools, text) == wanted


@pytest.mark.parametrize("text", ["体检率、建档率、满意率分别达到96.1%、88.4%。", "男、女职工共15人、9户。"])
def test_lists_of_unlike_lengths_are_not_dealt_out(tools: Tools, text: str) -> None:
    (read,) = tools.read(Document("a.txt", text))
    assert all(cue.rule != "object.listed" for fact in read.facts for cue in fact.cues)


@pytest.mark.parametrize(
    ("nouns", "end"),
    [(["国有企业", "私营企业", "企业"], "企业"), (["电工", "焊工"], "工"), (["村", "企业"], ""), (["学校"], "学校")],
)
def test_the_end_that_nouns_share(nouns: list[str], end: str) -> None:
    assert common_end(nouns) == end
