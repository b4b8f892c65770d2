"""clean: every rule's own examples, the sentences of damage.toml, offsets that lead back, and no surprise on any text."""

from __future__ import annotations

import tomllib
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from counting import calls
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.clean import Cleaner, RepairRule
from pipeline.model import CleanText
from pipeline.rulebook import Rulebook, RuleError

ROOT = Path(__file__).parent.parent
RULES = ROOT / "rules"
CASES: list[dict[str, Any]] = tomllib.loads((Path(__file__).parent / "damage.toml").read_text(encoding="utf-8"))["case"]
CLEANER = Cleaner(RULES)

WORDS = "今年以来 镇总工会 共慰问 职工 户 万元 ％ ， 。 、 ； ： （ ） “ ” 《 》 12 1 3。5 ２０ 20xx年 __人次 **乡 xx镇 O l、 尸"
DAMAGE = "&nbsp; &#49; <br> guǎnlǐ (gōng) www.abc.com (转载自某某范文网) 鎮總工會 餘 ⻄ ① 一、 1、 乾 12。2万元 8、4%"
BLANKS = ["\n", "\r\n", "\n　　", " ", "\u3000", "\u200b", "\ufeff"]
PIECES = [*WORDS.split(), *DAMAGE.split(), *BLANKS]
TEXTS = st.one_of(st.text(max_size=200), st.lists(st.sampled_from(PIECES), max_size=60).map("".join))


def repaired(clean: CleanText) -> list[str]:
    return [clean.text[r.start : r.end] for r in clean.repairs if r.counts]


def touches(clean: CleanText, words: str) -> bool:
    first = clean.text.index(words)
    return any(r.counts and r.start < first + len(words) and first < r.end for r in clean.repairs)


@pytest.mark.parametrize("rule", CLEANER.rules, ids=lambda rule: rule.id)
def test_examples_of_the_rule(rule: RepairRule) -> None:
    assert rule.examples
    for before, after in rule.examples:
        clean = CLEANER.clean(before)
        assert clean.text == after
        assert rule.id in {repair.rule for repair in clean.repairs}
    for text in rule.counter_examples:
        assert rule.id not in {repair.rule for repair in CLEANER.clean(text).repairs}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_damage(case: dict[str, Any]) -> None:
    clean = CLEANER.clean(case["text"])
    assert clean.text == case.get("clean", case["text"])
    wanted = case.get("repaired", [])
    for words in wanted:
        assert touches(clean, words), f"{words} does not count as repaired"
    spans = [(clean.text.index(words), clean.text.index(words) + len(words)) for words in wanted]
    for repair in clean.repairs:
        if repair.counts:
            assert any(start < repair.end and repair.start < end for start, end in spans), clean.text[repair.start : repair.end]


@given(TEXTS)
@settings(max_examples=150, deadline=None)
def test_offsets_lead_back(text: str) -> None:
    clean = CLEANER.clean(text)
    assert clean.source_length == len(text)
    if clean.offsets is None:
        assert len(clean.text) == len(text)
        return
    offsets = list(clean.offsets)
    assert len(offsets) == len(clean.text)
    assert all(a <= b for a, b in pairwise(offsets))
    assert all(0 <= offset < len(text) for offset in offsets)
    for repair in clean.repairs:
        assert 0 <= repair.start <= repair.end <= len(clean.text)


@given(TEXTS)
@settings(max_examples=100, deadline=None)
def test_clean_text_is_clean(text: str) -> None:
    """What was read as another character stays so: nothing is left that the character map would change."""
    once = CLEANER.clean(text).text
    assert "\r" not in once
    assert not any("\uff01" <= c <= "\uff5e" or c in "\u3000\u200b\ufeff" for c in once)


@pytest.mark.parametrize(
    ("text", "words", "source"),
    [
        ("共获得12。2万元助学款", "12.2万元", "12。2万元"),
        ("规范guǎnlǐ，", "管理", "guǎnlǐ"),
        ("发放 8 000 余元。", "8000余元", "8 000 余元"),
        ("走访职工1\n26户，", "126户", "1\n26户"),
        ("&ldquo;五一&rdquo;前", "“五一”", "&ldquo;五一&rdquo;"),
        ("增长12&#37;，", "12%", "12&#37;"),
        ("妇联（9份）举办", "9月份", "9份"),
        ("慰問８５戶。", "85户", "８５戶"),
        ("\ufeff今\u200b年", "今年", "今\u200b年"),
        ("职(转载自某某范文网)工", "职工", "职(转载自某某范文网)工"),
    ],
)
def test_the_source_keeps_its_words(text: str, words: str, source: str) -> None:
    clean = CLEANER.clean(text)
    start = clean.text.index(words)
    end = start + len(words)
    assert text[clean.source_start(start) : clean.source_end(end)] == source


def test_masks_stay() -> None:
    for mask in ("20xx年", "2020xx年", "20__年", "__人次", "xx镇", "**乡", "××街道", "〔20xx〕12号", "_花炮厂", "20××年"):
        assert CLEANER.clean(f"到{mask}为止").text == f"到{mask}为止"


def test_a_sound_text_does_not_move() -> None:
    text = "一、组织建设\n今年，全镇新建工会12家，发展会员1,587人，其中女会员45.3%；“三八”节慰问76户。\n（一）维权\n调解3、5、8件不等。\n"
    clean = CLEANER.clean(text)
    assert clean.offsets is None
    assert clean.repairs == ()
    assert len(clean.text) == len(text)


def test_crlf_does_not_move() -> None:
    clean = CLEANER.clean("今年工作如下：\r\n一、建会12家。\r\n")
    assert clean.offsets is None
    assert "\r" not in clean.text


def test_a_report_of_its_own_repairs() -> None:
    clean = CLEANER.clean("共获得12。2万元，慰问23尸。")
    assert repaired(clean) == ["12.2", "3户"]
    assert [r.rule for r in clean.repairs] == ["repair.point_full_stop", "repair.like_household"]


RULE = "[[rule]]\nid = 'x'\nwhy = 'y'\npattern = '{}'\nexamples = []\n{} = 'b'\n"


def test_unknown_key_is_refused(tmp_path: Path) -> None:
    (tmp_path / "repairs.toml").write_text(RULE.format("(?P<bad>a)", "replace"), encoding="utf-8")
    with pytest.raises(RuleError, match="unknown key replace"):
        Cleaner(Rulebook((RULES, tmp_path)))


def test_group_is_needed(tmp_path: Path) -> None:
    (tmp_path / "repairs.toml").write_text(RULE.format("a", "replacement"), encoding="utf-8")
    with pytest.raises(RuleError, match="no group `bad`"):
        Cleaner(Rulebook((RULES, tmp_path)))


@pytest.mark.parametrize("unit", ["1 ", "。1", "(", "&", "l0", "今 ", "年\n", "“", "12。2万元 ", "(gong)", "guǎnlǐ", "一、今年，\n", "<"])
def test_long_runs_take_linear_work(unit: str) -> None:
    """A hostile text takes no more calls per character than a sound one."""

    def work(length: int) -> int:
        text = unit * (length // len(unit))
        return calls(lambda: CLEANER.clean(text))

    assert work(20_000) < 2.5 * work(10_000)
