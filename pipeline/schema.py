"""Every output table and column, once: name, Arrow type, meaning, key.

`docs/tables.md`, `schema.json` and the workbook's 字段 sheet are made from it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import pyarrow as pa

DECIMAL = pa.decimal128(38, 6)
STRINGS = pa.list_(pa.string())


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its name, Arrow type, what it means (English, and Chinese for the workbook), and its unit where it has a fixed one."""

    name: str
    type: pa.DataType
    meaning: str
    label: str
    unit: str | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """An output table: its columns in order, the columns that identify a row, and those it is sorted by."""

    name: str
    meaning: str
    label: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    sort: tuple[str, ...]

    @property
    def schema(self) -> pa.Schema:
        """The Arrow schema, each field with its meaning as metadata."""
        return pa.schema([pa.field(c.name, c.type, metadata={"meaning": c.meaning}) for c in self.columns])

    def names(self) -> list[str]:
        return [column.name for column in self.columns]


def _text(name: str, label: str, meaning: str) -> Column:
    return Column(name, pa.string(), meaning, label)


def _int(name: str, label: str, meaning: str, unit: str | None = None) -> Column:
    return Column(name, pa.int64(), meaning, label, unit)


def _decimal(name: str, label: str, meaning: str, unit: str | None = None) -> Column:
    return Column(name, DECIMAL, meaning, label, unit)


def _list(name: str, label: str, meaning: str) -> Column:
    return Column(name, STRINGS, meaning, label)


def _bounded(name: str, label: str, meaning: str, unit: str) -> tuple[Column, Column]:
    return (
        _decimal(name, label, meaning, unit),
        _text(f"{name}_bound", f"{label}界", f"bound of `{name}`: = ~ > >= < <="),
    )


REPORT_ID = _text("report_id", "报告编号", "hash of the report's text, with a counter for byte-equal reports")
SOURCE = _text("source", "来源", "the input folder's name and the path below it; inside an archive a.zip!/b.doc")
START = _int("start", "起", "first code point of the span in the source's decoded text", "code points")
END = _int("end", "止", "code point behind the span", "code points")
SENTENCE = _text("sentence", "原句", "the sentence it stands in, as in the report")
RULE = _text("rule", "规则", "id of the rule that found it")
CUES = _list("cues", "线索", "words that decided on it: rule@start-end, offsets in the source")

PLACE_COLUMNS = (
    _text("province", "省", "province in full"),
    _text("city", "市", "prefecture in full"),
    _text("county", "县", "county, district or county-level city in full"),
    _text("town", "镇", "town, township or street in full; empty where the report masks it"),
    _text("town_code", "镇代码", "code of the civil-affairs ministry valid in the report's year"),
)

FILES = Table(
    "files",
    "one row per input, nothing left out",
    "文件",
    (
        SOURCE,
        _text("status", "状态", "ok, empty, unreadable, refused or skipped"),
        _text("reason", "原因", "why it is not ok, and what to do about it"),
        _text("format", "格式", "format told from the content, not from the name"),
        _text("encoding", "编码", "how the bytes were decoded"),
        _text("encoding_basis", "编码依据", "what the encoding was chosen by"),
        _text("sha256", "校验值", "SHA-256 of the file's bytes"),
        _int("bytes", "字节", "size of the file", "bytes"),
        _int("chars", "字数", "length of the decoded text", "code points"),
        _int("reports", "报告数", "reports found in it"),
    ),
    key=("source",),
    sort=("source",),
)

REPORTS = Table(
    "reports",
    "one row per report; a file can hold many",
    "报告",
    (
        REPORT_ID,
        SOURCE,
        _int("part", "篇", "1…n inside a collection, empty for a file with one report"),
        _int("start", "起", "where the report begins in the source's text", "code points"),
        _int("end", "止", "where it ends", "code points"),
        _text("boundary", "分篇依据", "what told where the report begins"),
        _text("title", "标题", "title as written; empty where there is none"),
        _text("org", "机构", "kind of organisation that reports"),
        PLACE_COLUMNS[3],
        _text("town_kind", "镇类", "镇, 乡, 街道 or another kind of town"),
        PLACE_COLUMNS[2],
        PLACE_COLUMNS[1],
        PLACE_COLUMNS[0],
        PLACE_COLUMNS[4],
        _text("town_code_nbs", "统计局代码", "code of the statistics office valid in the report's year"),
        _text("place_basis", "地点依据", "stated, inferred, manifest (said by the analyst, there or in a correction), unknown or conflict"),
        _list("place_evidence", "地点线索", "words that tell the place: text@start-end"),
        _list("place_candidates", "地点候选", "places that remain possible, with their scores"),
        _text("period", "期间", "annual, half_year, quarter, N_months, campaign or other"),
        _int("year", "年份", "the year reported on, where it is written or settled by evidence"),
        _text("year_basis", "年份依据", "stated, inferred, manifest (said by the analyst, there or in a correction), unknown or conflict"),
        _int("year_min", "最早年份", "first year that the evidence allows"),
        _int("year_max", "最晚年份", "last year that the evidence allows"),
        _list(
            "year_evidence",
            "年份线索",
            "words that settle or bound the year: text@start-end; of another report of the town: text=year@report_id",
        ),
        _text("duplicate_of", "副本属于", "report_id of the report that this one is a copy of"),
        _decimal("similarity", "相似度", "Jaccard similarity with that report, 0 to 1"),
        _text("template_of", "套用自", "report_id of the report whose text was re-used with other figures"),
        _int("numerals", "数词数", "numerals and date words found"),
        _int("facts", "事实数", "those of them that are facts, not labels"),
    ),
    key=("report_id",),
    sort=("source", "part", "report_id"),
)

FACTS = Table(
    "facts",
    "one row per numeral or date word",
    "事实",
    (
        _text("fact_id", "编号", "report_id and offset in the report"),
        REPORT_ID,
        SOURCE,
        START,
        END,
        _text("text", "原文", "the words read, exactly as in the source"),
        _text("kind", "类别", "count, money, rate, date, duration, ordinal, reference, marker or name"),
        _decimal("value", "数值", "the number, scale applied; money in 元, rates in percent; empty for a range"),
        _decimal("low", "下限", "low end of a range"),
        _decimal("high", "上限", "high end of a range"),
        _text("bound", "界", "= exact, ~ about, > more than, >= at least, < nearly or under, <= at most"),
        _text("unit", "单位", "measure word as written; 元 for money, % 百分点 倍 ‰ for rates"),
        _text("per", "每", "denominator: 人 in 3000元/人, 月 in 月均"),
        _text("change", "增减", "up or down where the number is a difference"),
        Column("repaired", pa.bool_(), "damage was mended before it was read", "已修复"),
        _text("edtf", "日期", "what a date expression says, as EDTF with unknown digits X"),
        _text("anchor", "锚", "this_year, last_year or next_year where the words say so"),
        _text("part", "段", "early, mid or late"),
        _text("festival", "节日", "festival named"),
        Column("date_start", pa.date32(), "first day of the date, resolved with the report's year", "始日"),
        Column("date_end", pa.date32(), "last day of it", "终日"),
        _text("object", "对象", "what is counted or paid, copied from the report"),
        _text("status", "性质", "done, plan or criterion"),
        _text("scope", "口径", "period, cumulative, stock or last_year"),
        _text("activity", "活动", "code of the activity type"),
        _text("indicator", "指标", "code of the comparison indicator that it is a value of"),
        _text("when", "时间", "the time it belongs to, as EDTF"),
        _text("when_anchor", "时间锚", "anchor of that time"),
        _text("part_of", "属于", "fact_id of the total that it is a part of"),
        _text("section", "章节", "headings above it, outermost first"),
        SENTENCE,
        RULE,
        CUES,
        _text("note", "说明", "what could not be read, and why; begins with corrected: where a person put the fact right"),
    ),
    key=("fact_id",),
    sort=("source", "start"),
)

ACTIVITIES = Table(
    "activities",
    "one row per piece of work told of",
    "活动",
    (
        _text("activity_id", "编号", "report_id and offset in the report"),
        REPORT_ID,
        START,
        END,
        _text("activity", "活动", "code of the activity type"),
        _text("status", "性质", "done, plan or criterion"),
        _text("when", "时间", "when it took place, as EDTF"),
        Column("date_start", pa.date32(), "first day, resolved with the report's year", "始日"),
        Column("date_end", pa.date32(), "last day", "终日"),
        *_bounded("people", "人数", "people reached", "人"),
        *_bounded("households", "户数", "households reached", "户"),
        *_bounded("amount", "金额", "money spent on it", "元"),
        *_bounded("organisations", "单位数", "organisations that took part", "个"),
        *_bounded("events", "场次", "events held", "次"),
        _list("fact_ids", "事实编号", "the facts that it is put together from"),
        SENTENCE,
        RULE,
        CUES,
    ),
    key=("activity_id",),
    sort=("report_id", "start"),
)

CELLS = Table(
    "cells",
    "one row per report and indicator",
    "单元格",
    (
        REPORT_ID,
        *PLACE_COLUMNS,
        _int("year", "年份", "the year reported on"),
        _text("period", "期间", "period reported on"),
        _text("indicator", "指标", "code of the indicator"),
        _text("unit", "单位", "unit of the value"),
        _decimal("value", "数值", "the value, empty unless state is value"),
        _text("bound", "界", "bound of the value"),
        _decimal("low", "下限", "least value that the terms allow"),
        _decimal("high", "上限", "greatest value that the terms allow"),
        _text("state", "状态", "value, plan_only, conflict, masked or not_mentioned"),
        _list("fact_ids", "事实编号", "the facts that it is put together from"),
        _text("how", "合成", "sum, latest or single"),
        _int("start", "起", "first code point of the evidence; for masked, of the mask", "code points"),
        _int("end", "止", "code point behind the evidence", "code points"),
    ),
    key=("report_id", "indicator"),
    sort=("report_id", "indicator"),
)

COMPARISON_LEAD = (
    _text("label", "单位名称", "the town in full, or the report's title or place in the archive where the town is unknown"),
    *PLACE_COLUMNS,
    _text("org", "机构", "kind of organisation that reports"),
    _text("year", "年份", "the year, or its bounds as year_min–year_max where it is not settled"),
    _text("period", "期间", "period reported on"),
    _text("year_basis", "年份依据", "how the year is known"),
    _list("report_ids", "报告编号", "the reports behind the row"),
)
"""The columns of `comparison` before the indicators."""

COVERAGE = Table(
    "coverage",
    "per indicator, how much of the archive gives it",
    "覆盖",
    (
        _text("indicator", "指标", "code of the indicator"),
        _text("label", "名称", "its Chinese name"),
        _text("unit", "单位", "its unit"),
        _int("reports", "报告数", "reports that are no copies"),
        _int("reports_with_value", "有值报告", "those that give a value"),
        _int("towns_with_value", "有值乡镇", "named towns that give a value"),
        _int("hedged", "约数", "values whose bound is not ="),
        _int("year_inferred", "推断年份", "values whose report's year is inferred"),
        _int("year_unknown", "年份不明", "values whose report's year is unknown"),
        _int("plan_only", "仅有计划", "reports that only plan it"),
        _int("conflict", "矛盾", "reports that state different values"),
        _int("masked", "被遮盖", "reports that mask it"),
    ),
    key=("indicator",),
    sort=(),
)

PER_HEAD = Table(
    "per_head",
    "the comparison divided by its bases: per member, per person helped, per union",
    "人均",
    (
        *(replace(column, name="years") if column.name == "year" else column for column in COMPARISON_LEAD),
        _text("indicator", "指标", "code of the indicator divided"),
        _text("unit", "单位", "its unit"),
        _decimal("value", "数值", "its value"),
        _text("value_bound", "数值界", "bound of its value"),
        _text("base", "基数", "code of the indicator that it is divided by"),
        _text("base_unit", "基数单位", "unit of the base"),
        _decimal("base_value", "基数值", "value of the base, above 0"),
        _text("base_bound", "基数界", "bound of the base"),
        _decimal("ratio", "比值", "value over base, rounded half to even to 6 decimals"),
        _text("bound", "界", "bound of the ratio"),
    ),
    key=("report_ids", "indicator", "base"),
    sort=(),
)

CHECKS = Table(
    "checks",
    "arithmetic found in the prose",
    "核对",
    (
        REPORT_ID,
        _text("kind", "类别", "parts_of_total, rate_of_base, per_unit or old_plus_new"),
        _text("total", "合计", "fact_id of the stated figure"),
        _list("parts", "分项", "fact_ids of the operands, in order"),
        _decimal("stated", "所述", "the figure as stated"),
        _decimal("computed", "算得", "the figure as computed"),
        _decimal("difference", "差", "stated minus computed"),
        _text("verdict", "结论", "holds, fails or holds_within_bounds"),
        SENTENCE,
    ),
    key=("report_id", "total", "kind"),
    sort=("report_id", "total", "kind"),
)

COPIES = Table(
    "copies",
    "pairs of reports that share text",
    "副本",
    (
        _text("a", "甲", "report_id of the original"),
        _text("b", "乙", "report_id of the copy"),
        _text("kind", "类别", "copy, excerpt or template"),
        _decimal("jaccard", "相似度", "share of common shingles, 0 to 1"),
        _decimal("containment", "包含度", "share of the smaller report's shingles that the other has, 0 to 1"),
        _int("shared_facts", "相同事实", "figures that both have"),
        _list("changed_facts", "不同事实", "figures of b that a has otherwise: fact_id"),
    ),
    key=("a", "b"),
    sort=("a", "b"),
)

LAST_YEAR = Table(
    "last_year",
    "last year's figures that reports quote, beside last year's report of the same town, period and organisation",
    "上年数",
    (
        REPORT_ID,
        _text("fact_id", "事实编号", "the figure that is quoted"),
        _text("indicator", "指标", "code of the indicator that it is a value of"),
        _decimal("stated", "所引", "the figure as quoted; the low end of a range"),
        _text("stated_bound", "所引界", "its bound"),
        _decimal("step", "末位", "one unit of its last written digit: so far may it be rounded; 0 for a whole number"),
        _text("earlier", "上年报告", "report_id of last year's report; empty where the archive has none"),
        _decimal("found", "上年所报", "what that report gives; empty where it does not"),
        _text("found_bound", "上年所报界", "its bound"),
        _list("found_in", "上年依据", "fact_ids behind it"),
        _decimal("difference", "差", "stated minus found"),
        _text("verdict", "结论", "holds, fails or holds_within_bounds; empty where there is nothing to compare with"),
        SENTENCE,
    ),
    key=("fact_id",),
    sort=("report_id", "fact_id"),
)

CORRECTIONS = Table(
    "corrections",
    "what became of each correction that was handed in; it can be handed in again as it is",
    "更正",
    (
        _int("number", "序", "its place in the file, from 1; of two that speak of one thing the later one holds"),
        SOURCE,
        _text("report_sha256", "报告校验值", "SHA-256 of the report's text when it was corrected, or the first 16 digits of it or more"),
        _text("text", "原文", "the words in question; empty where it speaks of the whole report"),
        _text("sentence", "原句", "the sentence they stand in"),
        _int("start", "起", "where they stood in the source's text", "code points"),
        _text("column", "列", "the column put right, of facts or of reports"),
        _text("old", "原值", "what stood there"),
        _text("new", "更正值", "what should; empty for nothing"),
        _text("reason", "理由", "why"),
        _text("outcome", "结果", "applied, moved (applied elsewhere), no_longer_needed, orphaned (nothing fits) or refused"),
        _text("why", "说明", "why so, and what to do"),
        _text("report_id", "报告编号", "the report that it was applied to"),
        _text("fact_id", "事实编号", "the fact that it was applied to"),
        _int("places", "处数", "places that it holds of; a report that is there twice is corrected twice"),
    ),
    key=("number",),
    sort=("number",),
)

TABLES: dict[str, Table] = {
    table.name: table for table in (FILES, REPORTS, FACTS, ACTIVITIES, CELLS, COVERAGE, PER_HEAD, CHECKS, LAST_YEAR, COPIES, CORRECTIONS)
}
"""All tables of a fixed shape; `comparison` is wide, its columns follow from the indicators (`compare.comparison_columns`)."""

COMPARISON = Table(
    "comparison",
    "one row per town, year, period and organisation, indicators across",
    "对比",
    COMPARISON_LEAD,
    key=("report_ids",),
    sort=(),
)
"""The wide table up to its indicators: one decimal column each, named by the code, and `…__bound` behind those that are hedged anywhere."""

BOUND_LABEL = "界"
"""Stands behind an indicator's label where the column holds its bounds."""

DATING = "dating"
"""A table that is for the way only: what the years of one town's reports may be told by."""
_YEARS = pa.list_(pa.int16())
DATING_SCHEMA = pa.schema(
    [
        ("report_id", pa.string()), ("allowed", _YEARS), ("narrowed", _YEARS), ("names", STRINGS), ("numbers", pa.list_(pa.int32())),
        ("words", STRINGS),
    ]
)  # fmt: skip
"""Years that a report's own clues leave, without and with weekdays; names, numbers and words of its editions (第五届“金牌工人”@12-22)."""
