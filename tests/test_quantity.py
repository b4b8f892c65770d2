"""Counts, money, rates and lengths of time: the value, its hedge, its unit, its denominator, its direction."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.interpret.numerals import Alphabet
from pipeline.interpret.quantity import Groups, QuantityReader, UnreadableError
from pipeline.model import Fact, Mention, Quantity
from pipeline.rulebook import load
from pipeline.rules_check import make_reader

READ = make_reader(load())
READER = QuantityReader(load(), Alphabet.from_table(load().table("numerals")))


def _only(text: str) -> tuple[str, Fact]:
    facts = [fact for fact in READ(text) if fact.quantity is not None]
    assert len(facts) == 1, [text[fact.start : fact.end] for fact in facts]
    return text[facts[0].start : facts[0].end], facts[0]


def _quantity(text: str) -> tuple[str, Quantity]:
    words, fact = _only(text)
    assert fact.quantity is not None
    return words, fact.quantity


@pytest.mark.parametrize(
    ("text", "words", "value", "bound", "unit"),
    [
        ("慰问职工75名。", "75名", "75", "=", "名"),
        ("停电半天。", "半天", "0.5", "=", "天"),
        ("停电半天多。", "半天多", "0.5", ">", "天"),
        ("慰问职工8000余人次。", "8000余人次", "8000", ">", "人次"),
        ("走访企业四十多家。", "四十多家", "40", ">", "家"),
        ("走访企业近五十家。", "近五十家", "50", "<", "家"),
        ("走访企业约50家。", "约50家", "50", "~", "家"),
        ("走访企业50家左右。", "50家左右", "50", "~", "家"),
        ("走访企业50家以上。", "50家以上", "50", ">=", "家"),
        ("走访企业不少于50家。", "不少于50家", "50", ">=", "家"),
        ("走访企业不超过50家。", "不超过50家", "50", "<=", "家"),
        ("走访企业不足50家。", "不足50家", "50", "<", "家"),
        ("走访企业超过50家。", "超过50家", "50", ">", "家"),
        ("走访企业十来家。", "十来家", "10", "~", "家"),
        ("走访企业上百家。", "上百家", "100", ">=", "家"),
        ("发放慰问金1.09万元。", "1.09万元", "10900", "=", "元"),
        ("发放慰问金10余万元。", "10余万元", "100000", ">", "元"),
        ("发放慰问金二百余万元。", "二百余万元", "2000000", ">", "元"),
        ("发放慰问金3万5千元。", "3万5千元", "35000", "=", "元"),
        ("约共收到工会经费1317.31万元。", "1317.31万元", "13173100", "~", "元"),
        ("覆盖率达98.5%。", "98.5%", "98.5", "=", "%"),
        ("覆盖率达百分之八十五。", "百分之八十五", "85", "=", "%"),
        ("八成以上的职工参加。", "八成以上", "80", ">=", "%"),
        ("超过三分之二的代表到会。", "超过三分之二", "66.666667", ">", "%"),
        ("是上年的两倍。", "两倍", "2", "=", "倍"),
        ("发病率为3‰。", "3‰", "3", "=", "‰"),
        ("为期一个半月。", "一个半月", "1.5", "=", "月"),
        ("会期两小时。", "两小时", "2", "=", "小时"),
        ("培训3个小时。", "3个小时", "3", "=", "小时"),
        ("每斤三元五角五分。", "三元五角五分", "3.55", "=", "元"),
        ("票价三元五角。", "三元五角", "3.5", "=", "元"),
        ("票价3角。", "3角", "0.3", "=", "元"),
        ("百分之三点一四的职工。", "百分之三点一四", "3.14", "=", "%"),
        ("千分之三的职工。", "千分之三", "0.3", "=", "%"),
        ("万分之五的职工。", "万分之五", "0.05", "=", "%"),
        ("三分之一的职工。", "三分之一", "33.333333", "=", "%"),
        ("男女比例为1:3。", "1:3", "33.333333", "=", "%"),
        ("三成五的职工。", "三成五", "35", "=", "%"),
        ("三成半的职工。", "三成半", "35", "=", "%"),
        ("用了两年半。", "两年半", "2.5", "=", "年"),
        ("用了三个半小时。", "三个半小时", "3.5", "=", "小时"),
        ("增加2个百分点。", "2个百分点", "2", "=", "百分点"),
        ("投入5万美元。", "5万美元", "50000", "=", "美元"),
        ("投入5块钱。", "5块钱", "5", "=", "元"),
    ],
)
def test_value_bound_unit(text: str, words: str, value: str, bound: str, unit: str) -> None:
    found, quantity = _quantity(text)
    assert (found, quantity.value, quantity.bound, quantity.unit) == (words, Decimal(value), bound, unit)
    assert (quantity.low, quantity.high) == (None, None)


@pytest.mark.parametrize(
    ("text", "words", "low", "high", "unit"),
    [
        ("每户补助500-1000元。", "500-1000元", 500, 1000, "元"),
        ("每组三至五人。", "三至五人", 3, 5, "人"),
        ("投入3至5万元。", "3至5万元", 30_000, 50_000, "元"),
        ("投入3万至5万元。", "3万至5万元", 30_000, 50_000, "元"),
        ("投入3元至5万元。", "3元至5万元", 3, 50_000, "元"),
        ("投入300至5万元。", "300至5万元", 300, 50_000, "元"),
        ("投入5至5万元。", "5至5万元", 5, 50_000, "元"),
        ("到场的有三四千人。", "三四千人", 3000, 4000, "人"),
        ("筹集七八十万元。", "七八十万元", 700_000, 800_000, "元"),
        ("到场的有两三百人。", "两三百人", 200, 300, "人"),
        ("到场的有三四十人。", "三四十人", 30, 40, "人"),
        ("利润率为5%-8%。", "5%-8%", 5, 8, "%"),
        ("用了3-5天。", "3-5天", 3, 5, "天"),
    ],
)
def test_a_range_has_two_ends_and_no_value(text: str, words: str, low: int, high: int, unit: str) -> None:
    found, quantity = _quantity(text)
    assert (found, quantity.value, quantity.low, quantity.high, quantity.unit) == (words, None, low, high, unit)


@pytest.mark.parametrize(
    ("text", "per"),
    [
        ("每人补助3000元。", "人"),
        ("补助标准为3000元/人。", "人"),
        ("每月每人补助340元。", "人/月"),
        ("每人每月补助340元。", "人/月"),
        ("月均收入131.73万元。", "月"),
        ("人均收入1.2万元。", "人"),
        ("全镇补助3000元。", None),
        ("赔付及时,例均1600元。", "例"),
        ("赔付及时,件均补助约800元。", "件"),
        ("慰问金人平800元。", "人"),
        ("案件均调解成功,兑付800元。", None),
        ("人平安回家,补助800元。", None),
    ],
)
def test_denominator(text: str, per: str | None) -> None:
    written = _quantity(text)[1].per
    assert (set(written.split("/")) if written else None) == (set(per.split("/")) if per else None)


@pytest.mark.parametrize(
    ("text", "change"),
    [("比去年增加12家。", "up"), ("同比下降3个百分点。", "down"), ("减少5起。", "down"), ("提高15%。", "up"), ("共有12家。", None)],
)
def test_change_has_no_sign(text: str, change: str | None) -> None:
    quantity = _quantity(text)[1]
    assert quantity.change == change
    assert quantity.value is not None
    assert quantity.value > 0


def test_a_list_shares_its_unit() -> None:
    facts = [fact for fact in READ("三个村分别建3、5、8个点。") if fact.quantity]
    assert [(fact.quantity.value, fact.quantity.unit) for fact in facts if fact.quantity][1:] == [(3, "个"), (5, "个"), (8, "个")]


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("分别发放给三个村12、15.5、20万元。", ["120000", "155000", "200000"]),
        ("分别发放给三个村12万、15、20万元。", ["120000", "150000", "200000"]),
    ],
)
def test_a_list_shares_its_scale(text: str, values: list[str]) -> None:
    read = [fact.quantity.value for fact in READ(text) if fact.kind == "money" and fact.quantity]
    assert read == [Decimal(value) for value in values]


def _read(reads: str, kind: str, text: str, **groups: str) -> Quantity:
    """Straight through the reader, for forms that the shipped patterns keep from it and an analyst's own may not."""
    spans = {name: (text.index(words), text.index(words) + len(words)) for name, words in groups.items()}
    return READER.read(Mention(0, len(text), kind, "own.rule", reads, spans), text)[0]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("reads", "text", "groups", "value"),
    [
        ("money_parts", "3元5分", {"number": "3", "fen": "5"}, "3.05"),
        ("money_parts", "3元7角", {"number": "3", "jiao": "7"}, "3.7"),
        ("money_small", "5角6分", {"number": "5", "fen": "6"}, "0.56"),
        ("money_small", "5角", {"number": "5"}, "0.5"),
    ],
)
def test_small_money(reads: str, text: str, groups: dict[str, str], value: str) -> None:
    quantity = _read(reads, "money", text, **groups)
    assert (quantity.value, quantity.unit) == (Decimal(value), "元")


@pytest.mark.parametrize(
    ("text", "words"), [("8 000人", "8000"), ("8\n000人", "8000"), ("3.5 万", "3.5万"), ("75", "75"), ("七 十五", "七十五")]
)
def test_blanks_within_a_numeral_are_none_of_its_words(text: str, words: str) -> None:
    assert Groups(text, {"number": (0, len(text.removesuffix("人")))}).get("number") == words


def test_a_range_may_have_equal_ends_and_may_not_fall() -> None:
    quantity = _read("quantity", "count", "5至5户", low="5", high="5", unit="户")
    assert (quantity.low, quantity.high) == (5, 5)
    with pytest.raises(UnreadableError, match="falls"):
        _read("quantity", "count", "6至5户", low="6", high="5", unit="户")


def test_a_denominator_in_two_parts() -> None:
    text = "300元/人·月"
    assert (
        READER.read(Mention(0, len(text), "money", "own.rule", "quantity", {"number": (0, 3), "per": (5, 6), "per2": (7, 8)}), text)[0].per
        == "人/月"
    )
    assert _read("quantity", "money", "300元/月", number="300", per2="月").per == "月"


@pytest.mark.parametrize("text", ["零分之一的职工。", "五三人。"])
def test_a_reason_stands_for_the_value(text: str) -> None:
    unread = [fact for fact in READ(text) if fact.kind == "name"]
    assert unread
    assert all(fact.quantity is None and fact.note for fact in unread)


def test_a_ratio_to_nothing_has_no_value() -> None:
    with pytest.raises(UnreadableError):
        _read("ratio", "rate", "3:0", number="3", base="0")


@pytest.mark.parametrize("text", ["投入50-30元。", "三五十百人。", "共99999999999999999999999999999999999家。"])
def test_what_cannot_be_read_has_no_value_and_a_reason(text: str) -> None:
    facts = READ(text)
    assert facts
    assert all(fact.quantity is None or fact.quantity.value is not None or fact.quantity.low is not None for fact in facts)
    ranges = [fact.quantity for fact in facts if fact.quantity and fact.quantity.low is not None and fact.quantity.high is not None]
    assert all(low <= high for low, high in ((quantity.low, quantity.high) for quantity in ranges) if low is not None and high is not None)
    unread = [fact for fact in facts if fact.kind == "name"]
    assert all(fact.note for fact in unread)


@given(st.integers(1, 10**9), st.sampled_from(["", "约", "近", "超过", "不足", "至少"]), st.sampled_from(["", "以上", "左右", "以内"]))
def test_no_hedge_changes_the_value(number: int, before: str, after: str) -> None:
    words, quantity = _quantity(f"发放慰问金{before}{number}元{after}。")
    assert quantity.value == number
    assert (quantity.bound == "=") == (not before and not after)
    assert words == f"{before}{number}元{after}"


@pytest.mark.parametrize("pattern", ["共计{}元。", "慰问困难职工{}户。", "下降{}%。"])
@given(digits=st.integers(10**27, 10**32 - 1))
def test_long_numbers_are_exact(pattern: str, digits: int) -> None:
    """The decimals of Python are rounded to 28 digits where nothing else is said, and nothing says that they were."""
    [fact] = READ(pattern.format(digits))
    assert fact.quantity is not None
    assert fact.quantity.value == digits


def test_a_fraction_of_long_numbers() -> None:
    """Found by fuzzing: an InvalidOperation of the decimals."""
    [fact] = READ("占三分之12345678901234567890123456789012。")
    assert fact.quantity is not None
    assert str(fact.quantity.value) == "411522630041152263004115226300400"
