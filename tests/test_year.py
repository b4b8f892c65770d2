"""Which year and period a report is of: the written cases, the annotated reports, the rules' own examples, and what it costs."""

from __future__ import annotations

import tomllib
from typing import Any

import pytest
from place_cases import RULES, cases, gold_report, gold_reports, report_of

from pipeline.interpret.year import YearResolver
from pipeline.model import Fact, PartialDate, Period

TABLE = tomllib.loads((RULES / "years.toml").read_text("utf-8"))
LATEST = TABLE["limits"]["latest"]


@pytest.fixture(scope="module")
def resolver() -> YearResolver:
    return YearResolver(RULES)


def resolve(resolver: YearResolver, text: str, source: str = "archive/report.txt", part: int | None = None) -> Period:
    return resolver.resolve(report_of(text, source, part))


@pytest.mark.parametrize("case", cases("year"))
def test_cases(resolver: YearResolver, case: dict[str, Any]) -> None:
    got, want = resolve(resolver, case["text"], case.get("source", "archive/report.txt"), case.get("part")), case["want"]
    assert got.year == want.get("year")
    for bound in ("year_min", "year_max"):
        if bound in want:
            assert (getattr(got, bound) or 0) == want[bound]
    assert want.get("basis", got.basis) == got.basis
    assert want.get("period", got.period) == got.period


@pytest.mark.parametrize("row", gold_reports())
def test_annotated_reports(resolver: YearResolver, row: dict[str, Any]) -> None:
    got = resolver.resolve(gold_report(row))
    assert got.period == row["period"]
    assert got.year in (row["year"] if isinstance(row["year"], list) else [row["year"]])
    assert row["year_min"] is None or (got.year_min is not None and got.year_min >= row["year_min"])
    assert row["year_max"] is None or (got.year_max is not None and got.year_max <= row["year_max"])


def test_a_weekday_never_settles_a_year_alone(resolver: YearResolver) -> None:
    for weekday in "一二三四五六日":
        got = resolve(resolver, f"2月29日(星期{weekday}),镇妇联举办座谈会。")
        assert (got.year, got.year_min, got.year_max) == (None, None, None)


def test_the_latest_year_is_a_rule_and_not_the_clock(resolver: YearResolver) -> None:
    got = resolve(resolver, "镇工会学习贯彻党的二十大精神。")
    assert (got.year, got.year_min, got.year_max) == (None, 2022, None)
    table = {**TABLE, "limits": {**TABLE["limits"], "latest": 2022}}
    settled = YearResolver(RULES, table).resolve(report_of("镇工会学习贯彻党的二十大精神。"))
    assert settled.year is None


def test_other_editions_tell_the_year(resolver: YearResolver) -> None:
    def report(edition: str) -> Any:
        return report_of(f"今年,评出八名职工为镇第{edition}届“金牌工人”。")

    known = [(report("三"), 2006), (report("四"), 2007)]
    assert resolver.resolve(report("六"), (), known).year == 2009
    assert resolver.resolve(report("六"), (), known[:1]).year is None
    assert resolver.resolve(report("六"), (), [(report("三"), 2004), (report("四"), 2007)]).year is None


def test_mended_dates_are_past_years(resolver: YearResolver) -> None:
    text = "我镇工会自2 0 0 8年成立以来不断发展,今年又建会5家。"
    fact = Fact(5, 13, "date", "date.year", date=PartialDate("2008"), repaired=True)
    assert resolver.resolve(report_of(text), [fact]).year_min == 2008


def test_evidence_stands_where_it_says(resolver: YearResolver) -> None:
    text = "工会总结\n喜迎新中国成立61周年,我乡工会开展了活动。慈总工〔2009〕3号文件已经落实。"
    got = resolver.resolve(report_of(text, start=50))
    assert got.year == 2010
    assert got.evidence
    for item in got.evidence:
        words, _, where = item.rpartition("@")
        start, end = map(int, where.split("-"))
        assert text[start - 50 : end - 50] == words


def test_odd_texts_do_no_harm(resolver: YearResolver) -> None:
    for text in ("", "年", "2012", "99月99日(星期一)", "2月30日(农历正月十五)", "第999个教师节", "周年" * 300, "2012年" * 400, "一" * 3000):
        resolve(resolver, text)


# --- the rules' own examples ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("row", TABLE["written"], ids=lambda row: row["id"])
def test_written_examples(resolver: YearResolver, row: dict[str, Any]) -> None:
    pattern = resolver._finder._compile(row["pattern"])
    assert all(pattern.search(text) and any(word in text for word in row["needs"].split("|")) for text in row["examples"])
    assert not any(pattern.search(text) for text in row["counter_examples"])


@pytest.mark.parametrize("row", TABLE["period"], ids=lambda row: row["id"])
def test_period_examples(resolver: YearResolver, row: dict[str, Any]) -> None:
    rules = resolver._periods
    at = [r["id"] for r in TABLE["period"] if (r.get("where") == "title") == (row.get("where") == "title")].index(row["id"])
    rule = (rules._title if row.get("where") == "title" else rules._text)[at]

    def fits(text: str) -> bool:
        needed = any(word in text for word in rule.needs)
        return needed and bool(rule.pattern.search(text)) and not (rule.excluded and rule.excluded.search(text))

    assert all(map(fits, row["examples"]))
    assert not any(map(fits, row["counter_examples"]))


@pytest.mark.parametrize("row", [*TABLE["event"], *TABLE["plan"]], ids=lambda row: row["id"])
def test_every_word_of_an_event_is_found(resolver: YearResolver, row: dict[str, Any]) -> None:
    for word in row["words"]:
        rules = [clue.rule for clue in resolver._finder._from_words(f"镇里,{word}的有关工作得到了落实", [])]
        assert any(rule.startswith(row["id"]) for rule in rules), (word, rules)
    assert row["why"]
    assert row.get("first", 1990) <= LATEST


@pytest.mark.parametrize("row", TABLE["anniversary"], ids=lambda row: row["id"])
def test_anniversaries_have_a_reason_and_a_year(row: dict[str, Any]) -> None:
    assert row["why"] and 1840 < row["year"] < LATEST


@pytest.mark.parametrize(("text", "year"), [
    ("纪念三八国际劳动妇女节103周年", 2013), ("庆祝建军80周年", 2007), ("毛泽东同志诞辰120周年", 2013), ("“五四”运动九十周年", 2009),
    ("第27个世界艾滋病日", 2014), ("第15个全国“安全生产月”", 2016), ("改革开放40年来", 2018), ("汶川特大地震五周年", 2013),
])  # fmt: skip
def test_anniversaries(resolver: YearResolver, text: str, year: int) -> None:
    assert resolve(resolver, f"在{text}之际,我镇举办了座谈会。").year == year


def test_ids_are_unique() -> None:
    ids = [row["id"] for rows in TABLE.values() if isinstance(rows, list) for row in rows]
    assert len(ids) == len(set(ids))
