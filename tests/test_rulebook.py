"""Rules are loaded whole or refused with file, rule and remedy; an own folder is laid over the shipped one."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline import rulebook
from pipeline.library import extract
from pipeline.rulebook import Rulebook, RuleError

NEW_RULE = """
[[rule]]
id = "own.badge"
kind = "name"
why = "badge numbers of the archive"
priority = 9
pattern = '工号 \\d+'
examples = ['<name>工号123</name>的职工。']
"""


def _own(folder: Path, **files: str) -> Path:
    for name, text in files.items():
        (folder / f"{name}.toml").write_text(text, encoding="utf-8")
    return folder


def test_an_own_rule_is_added(tmp_path: Path) -> None:
    text = "工号123的职工。"
    assert [fact.kind for fact in extract(text)] != ["name"]
    found = extract(text, rules=_own(tmp_path, names=NEW_RULE))
    assert [(fact.kind, fact.rule, text[fact.start : fact.end]) for fact in found] == [("name", "own.badge", "工号123")]


def test_a_rule_of_the_same_id_is_replaced_in_its_place(tmp_path: Path) -> None:
    shipped = [rule.id for rule in rulebook.load().extraction]
    own = NEW_RULE.replace("own.badge", "name.formula")
    book = rulebook.load(_own(tmp_path, names=own))
    assert [rule.id for rule in book.extraction] == shipped
    assert next(rule for rule in book.extraction if rule.id == "name.formula").why == "badge numbers of the archive"


@pytest.mark.parametrize("switch", ["off = true", "remove = true"])
def test_a_rule_can_be_switched_off(switch: str, tmp_path: Path) -> None:
    off = NEW_RULE.replace("own.badge", "name.formula").replace("[[rule]]", f"[[rule]]\n{switch}")
    assert "name.formula" not in [rule.id for rule in rulebook.load(_own(tmp_path, names=off)).extraction]


def test_words_are_laid_over_key_by_key(tmp_path: Path) -> None:
    shipped = rulebook.load()
    book = rulebook.load(_own(tmp_path, calendar='[lunar]\n"冬至" = "11-20"\n'))
    assert set(book.table("calendar")["lunar"]) == {*shipped.table("calendar")["lunar"], "冬至"}


def test_a_new_measure_word_is_read(tmp_path: Path) -> None:
    units = '[[class]]\nid = "own"\ncounts = "boxes"\nwords = "箱箱"\n'
    (fact,) = extract("发放物资35箱箱。", rules=_own(tmp_path, units=units))
    assert fact.quantity is not None
    assert (fact.quantity.value, fact.quantity.unit) == (35, "箱箱")


def test_a_new_hedge_is_read(tmp_path: Path) -> None:
    """The walk-through of CONTRIBUTING.md."""
    text = "参加活动的职工有三千人出头。"
    hedges = '[after]\n">" = "余 多 之多 出头"\n'
    before, after = (extract(text, rules=folder) for folder in (None, _own(tmp_path, hedges=hedges)))
    assert [(text[f.start : f.end], f.quantity.bound) for f in before if f.quantity] == [("三千人", "=")]
    assert [(text[f.start : f.end], f.quantity.bound) for f in after if f.quantity] == [("三千人出头", ">")]


def test_the_hash_follows_the_content(tmp_path: Path) -> None:
    first = rulebook.load(_own(tmp_path, names=NEW_RULE)).hash
    assert first == rulebook.load(tmp_path).hash
    assert first != rulebook.load().hash
    assert first != rulebook.load(_own(tmp_path, names=NEW_RULE.replace("badge numbers", "numbers"))).hash


def test_shipped_rules_carry_all_that_is_asked(book: Rulebook) -> None:
    assert len(book.units) >= 150
    assert len(book.activities) == 21
    assert len(book.indicators) == 39
    assert book.extraction


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({"names": "[[rule]]\nid = 'x'"}, ["names.toml, line 2: x", "why", "missing"]),
        ({"names": "[[rule"}, ["names.toml", "check quotes and brackets"]),
        ({"names": NEW_RULE + "colour = 'red'\n"}, ["names.toml, line 9: own.badge", "unknown key colour", "a rule has"]),
        ({"names": NEW_RULE.replace("\\d+", "{digitz}")}, ["rules/names.toml: own.badge", "{digitz}", "rules/bricks.toml"]),
        ({"names": NEW_RULE.replace("\\d+", "(")}, ["rules/names.toml: own.badge", "does not compile"]),
        ({"names": NEW_RULE.replace("\\d+", "{unit:sheep}")}, ["rules/names.toml: own.badge", "sheep", "rules/units.toml"]),
        ({"names": NEW_RULE.replace("\\d+", "{words:sheep}")}, ["rules/names.toml: own.badge", "sheep", "rules/words.toml"]),
        ({"names": NEW_RULE.replace("\\d+", "{hedge:x}")}, ["rules/names.toml: own.badge", "neither {unit:…} nor {words:…}"]),
        ({"names": NEW_RULE.replace('"name"', '"nonsense"')}, ["rules/names.toml: own.badge", "nonsense", "count"]),
        ({"bricks": "[bricks]\na = '{b}'\nb = '{a}'\n", "names": NEW_RULE.replace("\\d+", "{a}")}, ["own.badge", "circle"]),
    ],
)
def test_an_error_names_file_rule_and_remedy(files: dict[str, str], said: list[str], tmp_path: Path) -> None:
    with pytest.raises(RuleError) as error:
        _ = rulebook.load(_own(tmp_path, **files)).extraction
    assert [words for words in said if words not in str(error.value)] == [], str(error.value)


def test_duplicate_ids_are_refused(tmp_path: Path) -> None:
    with pytest.raises(RuleError, match=r"own\.badge"):
        _ = rulebook.load(_own(tmp_path, names=NEW_RULE + NEW_RULE)).extraction


def test_a_misspelt_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RuleError, match="namez"):
        _ = rulebook.load(_own(tmp_path, namez=NEW_RULE)).extraction


def test_a_base_that_is_no_indicator_is_refused(tmp_path: Path) -> None:
    row = '[[indicator]]\ncode = "own.visits"\nlabel = "走访"\nlabel_en = "Visits"\nunit = "次"\nunits = ["events"]\ncombine = "sum"\n'
    row += 'kind = "count"\nbases = ["own.all"]\n'
    with pytest.raises(RuleError, match=r"own\.visits: unknown base own\.all"):
        _ = rulebook.load(_own(tmp_path, indicators=row)).indicators


def test_no_folder(tmp_path: Path) -> None:
    with pytest.raises(RuleError, match="no such folder"):
        rulebook.load(tmp_path / "none")


def test_the_state_tells_a_changed_file(tmp_path: Path) -> None:
    own = tmp_path / "links.toml"
    own.write_text("", encoding="utf-8")
    before = rulebook.load(tmp_path).state()
    assert rulebook.load(tmp_path).state() == before
    own.write_text("[time]\n", encoding="utf-8")
    assert rulebook.load(tmp_path).state() != before
