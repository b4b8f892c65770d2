"""The order of the sheets, and what each is made from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from functools import cached_property
from pathlib import Path

import pyarrow as pa

from pipeline.audit import DOUBTS, doubts
from pipeline.bounds import plain
from pipeline.labels import Labels
from pipeline.rulebook import Rulebook
from pipeline.schema import ACTIVITIES, CELLS, CHECKS, COMPARISON, COPIES, COVERAGE, FACTS, FILES, PER_HEAD, REPORTS, TABLES, Column
from pipeline.write.workbook import book as books
from pipeline.write.workbook import typed
from pipeline.write.workbook.about import AboutSheet, limits_of
from pipeline.write.workbook.book import Book, Link, Place, Sheet, created
from pipeline.write.workbook.comparison import ComparisonSheet, cell_key
from pipeline.write.workbook.evidence import MAX_ROWS, cells_of, chosen_activities, chosen_checks, chosen_facts, places_of
from pipeline.write.workbook.hidden import write_codes, write_columns
from pipeline.write.workbook.layouts import CELL, LAYOUTS
from pipeline.write.workbook.table import Layout, LinkBy, TableWriter, Words

SCALES: Mapping[str, Decimal] = {"yuan": Decimal(1), "wan": Decimal(10_000)}
"""What money in 元 is divided by, by the codes of [money] in labels.toml."""
MAX_DOUBTS = 20_000
"""Nobody reads so many; those of most effect are kept."""
DOUBT_COLUMNS = ("kind", "effect", "label", "year", "indicator", "text", "advice", "sentence", "source", "report_id", "fact_id")


def write_workbook(
    tables: Mapping[str, pa.Table],
    path: Path,
    labels: Labels,
    rules: Rulebook,
    about: Mapping[str, str],
    *,
    money: str = "yuan",
    page: str | None = None,
) -> None:
    """Write all sheets. `about`: what fills the last line of the first sheet: `version` and `rules`.

    `money`: the unit in which the sheets 对比 and 活动 show money, `wan` is 10,000 元. `page`: name of the review page that lies beside the
    workbook; without one nothing links there. Raises OSError, and RuleError where labels.toml lacks a text.
    """
    with created(path, labels) as book:
        _Writer(book, tables, rules, money, page).write(about)


class _Writer:
    def __init__(self, book: Book, tables: Mapping[str, pa.Table], rules: Rulebook, money: str, page: str | None) -> None:
        self.book = book
        self.labels = book.labels
        self.tables = tables
        self.rules = rules
        self.page = page
        self.words = Words(book.labels, rules)
        self.tabler = TableWriter(book, self.words)
        self.money = self.labels("money", money), SCALES[money]
        self.all_doubts = doubts(tables)
        self.doubts = self.all_doubts.slice(0, MAX_DOUBTS)
        self.cells = cells_of(tables[COMPARISON.name], tables["cells"])
        self.wanted = self._wanted()
        wanted = pa.array(sorted(self.wanted), pa.string())
        self.facts = chosen_facts(tables["facts"], wanted)
        self.activities = chosen_activities(tables["activities"], wanted)
        self.checks = chosen_checks(tables["checks"])
        self.per_head = tables["per_head"].slice(0, MAX_ROWS)
        self.sheet = ComparisonSheet(book, self.words, rules.indicators, tables[COMPARISON.name], self.cells, self.money)

    def write(self, about: Mapping[str, str]) -> None:
        first = self.book.sheet("about")
        self.sheet.write(self.fact_places, self.report_places)
        self._coverage()
        self.tabler.write("per_head", self.per_head, PER_HEAD.columns, LAYOUTS["per_head"])
        self._reports()
        self._activities()
        self._facts()
        self._checks()
        self._doubts()
        self._others()
        self.tabler.write("copies", self.tables["copies"], COPIES.columns, LAYOUTS["copies"], links=self._report_links("a", "b"))
        self.tabler.write("files", self.tables["files"], FILES.columns, LAYOUTS["files"])
        self._columns()
        written = self.book.sheets[1:]
        codes = typed.codes(self.labels, self.rules)
        write_columns(self.book, written)
        write_codes(self.book, codes)
        self._about(first, about, written)

    # --- where things stand

    def _wanted(self) -> set[str]:
        """The facts behind cells and doubts."""
        doubtful = {fact_id for fact_id in self.doubts["fact_id"].to_pylist() if fact_id is not None}
        return doubtful.union(*(cell.fact_ids for cell in self.cells.values()))

    def _names(self, key: str, rows: int) -> dict[int, str]:
        return {number: self.book.sheet_name(key, number) for number in range(1, rows // books.SHEET_ROWS + 2)}

    @cached_property
    def fact_places(self) -> dict[str, Place]:
        ids = self.facts["fact_id"].to_pylist()
        return places_of(ids, self._names("facts", len(ids)))

    @cached_property
    def report_places(self) -> dict[str, Place]:
        ids = self.tables["reports"]["report_id"].to_pylist()
        return places_of(ids, self._names("reports", len(ids)))

    def _to_fact(self, fact_id: str | None) -> Link | None:
        place = self.fact_places.get(fact_id or "")
        return place.link() if place else None

    def _to_report(self, report_id: str | None) -> Link | None:
        place = self.report_places.get(report_id or "")
        return place.link(self.labels("workbook", "to_report")) if place else None

    def _to_page(self, fact_id: str | None) -> Link | None:
        if self.page is None or fact_id is None:
            return None
        return Link(f"external:{self.page}#{fact_id}", self.labels("workbook", "to_page"))

    def _report_links(self, *columns: str) -> dict[str, LinkBy]:
        return {column: LinkBy(column, self._to_report) for column in columns}

    # --- sheets

    def _coverage(self) -> None:
        sheets = self.tabler.write("coverage", self.tables["coverage"], COVERAGE.columns, LAYOUTS["coverage"])
        position = next(number for number, field in enumerate(sheets[0].fields) if field.name == "reports_with_value")
        bar = {"type": "data_bar", "bar_color": "#A9C4E6", "min_type": "num", "min_value": 0, "max_type": "num"}
        whole = self.tables["coverage"]["reports"][0].as_py() if self.tables["coverage"].num_rows else 0
        for sheet in sheets:
            sheet.cells.conditional_format(1, position, max(sheet.rows, 1), position, {**bar, "max_value": max(whole, 1)})

    def _reports(self) -> None:
        sheets = self.tabler.write(
            "reports",
            self.tables["reports"],
            REPORTS.columns,
            LAYOUTS["reports"],
            links=self._report_links("duplicate_of", "template_of"),
            typed=self._typed(typed.REPORTS, REPORTS.columns),
        )
        self._open(sheets)

    def _activities(self) -> None:
        scale = {} if self.money[1] == 1 else {"amount": self.money[1]}
        amount = next(column for column in ACTIVITIES.columns if column.name == "amount")
        self.tabler.write(
            "activities",
            self.activities,
            ACTIVITIES.columns,
            replace(LAYOUTS["activities"], scales=scale),
            headers={"amount": f"{self.words.header(amount)}\n({self.money[0]})"},
            links={"activity_id": LinkBy("fact_ids", lambda ids: self._to_fact(ids[0]) if ids else None)},
        )

    def _facts(self) -> None:
        """The facts, each with the cell that it is behind and the way back there, and its place in the review page."""
        cell_of: dict[str, tuple[int, str]] = {}
        for key, cell in self.cells.items():
            for fact_id in cell.fact_ids:
                cell_of.setdefault(fact_id, key)
        ids = self.facts["fact_id"].to_pylist()
        keys = [cell_key(self.words, *cell_of[fact_id]) if fact_id in cell_of else None for fact_id in ids]
        column = Column(CELL, pa.string(), "", self.labels("workbook", "cell"))
        sheets = self.tabler.write(
            "facts",
            self.facts.append_column(CELL, pa.array(keys, pa.string())),
            [*FACTS.columns, column],
            LAYOUTS["facts"],
            headers={CELL: column.label},
            links=self._fact_links(cell_of),
            typed=self._typed(typed.FACTS, FACTS.columns),
            views=(CELL,),
        )
        self._open(sheets)

    def _fact_links(self, cell_of: Mapping[str, tuple[int, str]]) -> dict[str, LinkBy]:
        """Links to the page first: where they would be too many, only from the facts behind cells and doubts; the way back after them."""
        places = self.sheet.places()
        wanted = None if self.facts.num_rows + len(cell_of) <= books.SHEET_LINKS else self.wanted
        to_page = LinkBy("fact_id", lambda fact_id: self._to_page(fact_id) if wanted is None or fact_id in wanted else None)
        if self.page is not None and wanted is not None and len(wanted) + len(cell_of) > books.SHEET_LINKS:
            return {"fact_id": to_page}
        tip = self.labels("workbook", "to_cell")
        back = LinkBy("fact_id", lambda fact_id: places[cell_of[fact_id]].link(tip) if fact_id in cell_of else None)
        return {"fact_id": to_page, CELL: back}

    def _checks(self) -> None:
        self.tabler.write("checks", self.checks, CHECKS.columns, LAYOUTS["checks"], links={"total": LinkBy("total", self._to_fact)})

    def _doubts(self) -> None:
        """The queue of doubts, each with the row it is about, what is wrong in words, and the ways to fact, report and page."""
        table = self._shown_doubts()
        words = self.labels.section("doubts")
        types = {"effect": pa.int64()}
        columns = [Column(name, types.get(name, pa.string()), "", words[name]) for name in DOUBT_COLUMNS]
        links = {
            "label": LinkBy("report_id", self._to_report),
            "text": LinkBy("fact_id", self._to_fact),
            "fact_id": LinkBy("fact_id", self._to_page),
        }
        sheets = self.tabler.write("doubts", table, columns, LAYOUTS["doubts"], headers=words, links=links)
        for sheet in sheets:
            bar = {"type": "data_bar", "bar_color": "#F4B183", "min_type": "num", "min_value": 0}
            sheet.cells.conditional_format(1, 1, max(sheet.rows, 1), 1, bar)

    def _shown_doubts(self) -> pa.Table:
        kinds, advice = self.labels.section("doubt_kinds"), self.labels.section("doubt_advice")
        row_of = self._row_names()
        shown = []
        for doubt in self.doubts.to_pylist():
            report = row_of.get(doubt["report_id"] or "", {})
            figures = {name: "" if doubt[name] is None else plain(doubt[name], grouped=True) for name in ("value", "expected")}
            shown.append(
                {
                    **{name: doubt[name] for name in DOUBT_COLUMNS if name in DOUBTS.names},
                    "kind": kinds[doubt["kind"]],
                    "text": doubt["text"] and self.labels.told("reasons", self.labels.in_words("notes", doubt["text"])),
                    "label": report.get("label") or doubt["source"],
                    "year": report.get("year"),
                    "indicator": doubt["indicator"] and self.labels.indicator(doubt["indicator"]),
                    "advice": advice.get(doubt["kind"], "").format(**figures) or None,
                }
            )
        types = {"effect": pa.int64()}
        return pa.Table.from_pylist(shown, schema=pa.schema([(name, types.get(name, pa.string())) for name in DOUBT_COLUMNS]))

    def _row_names(self) -> dict[str, dict[str, str | None]]:
        """Report → what names its row of the comparison. A copy has none."""
        named = self.tables[COMPARISON.name].select(["report_ids", "label", "year"]).to_pylist()
        return {report_id: row for row in named for report_id in row["report_ids"]}

    def _others(self) -> None:
        """Tables that want no sheet of a special make, as they are."""
        for name, table in TABLES.items():
            if name not in (*LAYOUTS, CELLS.name) and name in self.tables:
                links = {"fact_id": LinkBy("fact_id", self._to_fact), **self._report_links("report_id")}
                self.tabler.write(name, self.tables[name], table.columns, Layout(), links=links)

    def _columns(self) -> None:
        words = self.labels.section("columns")
        columns = [Column(name, pa.string(), "", word) for name, word in words.items()]
        sheets = self.labels.section("sheets")
        types = self.labels.types()
        rows = [
            (
                sheets.get(table.name),
                table.name,
                column.name,
                column.label,
                types.get(str(column.type), str(column.type)),
                column.unit,
                self.labels.meaning(table.name, column.name, column.meaning),
            )
            for table in (COMPARISON, *TABLES.values())
            for column in table.columns
        ]
        content = pa.table({name: pa.array([row[i] for row in rows], pa.string()) for i, name in enumerate(words)})
        self.tabler.write("columns", content, columns, LAYOUTS["columns"], headers=words)

    def _about(self, first: Sheet, about: Mapping[str, str], written: Sequence[Sheet]) -> None:
        left_out = {
            "facts": (self.tables["facts"].num_rows, self.facts.num_rows),
            "activities": (self.tables["activities"].num_rows, self.activities.num_rows),
            "checks": (self.tables["checks"].num_rows, self.checks.num_rows),
            "per_head": (self.tables["per_head"].num_rows, self.per_head.num_rows),
            "doubts": (self.all_doubts.num_rows, self.doubts.num_rows),
        }
        example = next(iter(self.rules.indicators))
        said = {
            **about,
            "money": self.money[0],
            "cell": cell_key(self.words, 0, example),
            "none": self.labels("corrections", "none"),
        }
        AboutSheet(self.book, first).write(self.tables, said, list(limits_of(written, self.labels, left_out)), self.page)

    # --- columns to type into

    def _typed(self, names: Sequence[str], columns: Sequence[Column]) -> list[books.Field]:
        return typed.fields(names, {column.name: self.words.header(column) for column in columns}, self.labels)

    def _open(self, sheets: Sequence[Sheet]) -> None:
        for sheet in sheets:
            typed.open_columns(self.book, sheet, self.labels)
