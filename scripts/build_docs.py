#!/usr/bin/env python3
"""Make the pages of docs/ that follow from code and rules: docs/tables.md from pipeline/schema.py, docs/rules.md from rules/*.toml,
and the excerpt in the READMEs from the sample archive.

python scripts/build_docs.py           # write them
python scripts/build_docs.py --check   # exit status 1 where one is not fresh; a test does this
"""

from __future__ import annotations

import argparse
import sys
import tomllib
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from itertools import takewhile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from pipeline.bounds import SIGNS, plain  # noqa: E402
from pipeline.library import extract  # noqa: E402
from pipeline.markup import parse  # noqa: E402
from pipeline.model import Fact  # noqa: E402
from pipeline.rulebook import load  # noqa: E402
from pipeline.rules_check import CheckedRule, checked_rules  # noqa: E402
from pipeline.schema import COMPARISON, TABLES, Column, Table  # noqa: E402


def tables_page() -> str:
    """docs/tables.md: every table with its columns, in the order in which they are written."""
    parts = [
        "# Tables",
        "Made from `pipeline/schema.py` by `scripts/build_docs.py`; do not edit. Each table is written as `NAME.parquet` and `NAME.csv`. "
        "In CSV, decimals have no trailing zeros, lists are joined by `;`, and text that begins with `= + - @`, a tab or a carriage return "
        "has a `'` before it.",
        *(_table(table) for table in (*TABLES.values(), COMPARISON)),
        "Behind these columns `comparison` has a decimal column for each indicator, named by its code, and `CODE__bound` behind each that "
        "is hedged anywhere.",
    ]
    return "\n\n".join(parts) + "\n"


def _table(table: Table) -> str:
    key = ", ".join(f"`{name}`" for name in table.key)
    order = ", ".join(f"`{name}`" for name in table.sort)
    head = f"## {table.name} ({table.label})\n\n{_sentence(table.meaning)} Key: {key}." + (f" Sorted by {order}." if order else "")
    rows = ["| column | 名称 | type | unit | meaning |", "| --- | --- | --- | --- | --- |", *(_row(column) for column in table.columns)]
    return head + "\n\n" + "\n".join(rows)


def _row(column: Column) -> str:
    return f"| `{column.name}` | {column.label} | {_type(column)} | {column.unit or ''} | {column.meaning} |"


def _type(column: Column) -> str:
    return str(column.type).replace("decimal128", "decimal").replace("list<item: string>", "list of strings").replace("int64", "integer")


def _sentence(text: str) -> str:
    return text[0].upper() + text[1:] + "."


def rules_page() -> str:
    """docs/rules.md: every rule file with what it holds, and the rules with why they are there and an example."""
    book = load()
    checked = {(rule.file, rule.id): rule for rule in checked_rules(book)}
    parts = [
        "# Rules",
        "Made from `rules/*.toml` by `scripts/build_docs.py`; do not edit. Rules are data: a folder of your own files, given with "
        "`--rules`, is laid over these. A rule of the same `id` replaces one of these, `off = true` switches it off, word lists are "
        "merged key by key. `taizhang rules check` runs all examples, `taizhang rules preview` shows which cells a change would change. "
        "⟦…⟧ in an example is what must be found.",
        *(_rule_file(path, checked) for path in sorted(book.folder.glob("*.toml"))),
    ]
    return "\n\n".join(parts) + "\n"


def _rule_file(path: Path, checked: Mapping[tuple[str, str], CheckedRule]) -> str:
    text = path.read_text(encoding="utf-8")
    head = [line.removeprefix("#").removeprefix(" ") for line in takewhile(lambda line: line.startswith("#"), text.splitlines())]
    rows = [
        f"| `{row.get('id', row.get('code'))}` | {_plain(_why(row))} | {_example(row, path, checked)} |"
        for rows in tomllib.loads(text).values()
        if isinstance(rows, list)
        for row in rows
        if isinstance(row, dict) and ("id" in row or "code" in row)
    ]
    table = "\n\n" + "\n".join(["| rule | why | example |", "| --- | --- | --- |", *rows]) if rows else ""
    return "\n".join([f"## {path.name}", "", "```text", *head, "```"]) + table


def _why(row: Mapping[str, object]) -> object:
    return row.get("why") or row.get("label") or row.get("counts", "")


def _example(row: Mapping[str, object], path: Path, checked: Mapping[tuple[str, str], CheckedRule]) -> str:
    """The first example of a rule, with what it finds in square brackets."""
    rule = checked.get((path.stem, str(row.get("id"))))
    if rule is None or not rule.examples:
        return ""
    text, marks = parse(rule.examples[0])
    for mark in reversed(marks):
        text = f"{text[: mark.start]}⟦{mark.text}⟧{text[mark.end :]}"
    return _plain(text)


def _plain(text: object) -> str:
    """Text that stays text in a Markdown table."""
    written = str(text).strip()
    for character in "\\`*_<>|":
        written = written.replace(character, f"\\{character}")
    return written.replace("\n", "⏎").replace("\t", "⇥")


EXCERPT = ROOT / "data" / "raw" / "山东" / "寿光市" / "稻田镇总工会20xx年工作总结.txt"
PASSAGES = (("“两节”期间", "5000元。"), ("3、“两节”送温暖", "以上。"))
"""Where the passages that the README shows begin and end."""
EXCERPT_HEADS = {
    "README.md": ("text", "kind", "value", "unit", "object", "status", "indicator", "repaired"),
    "README.zh.md": ("原文", "类别", "数值", "单位", "对象", "状态", "指标", "修复"),
}
BEGIN, END = "<!-- made by scripts/build_docs.py: excerpt -->", "<!-- end -->"


def readme_page(name: str) -> str:
    """A README with its excerpt and the rows that come out of it made anew."""
    text = (ROOT / name).read_text(encoding="utf-8")
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n\n{_excerpt(EXCERPT_HEADS[name])}\n\n{END}{after}"


def _excerpt(head: tuple[str, ...]) -> str:
    source = EXCERPT.read_text(encoding="utf-8")
    spans = []
    for first, last in PASSAGES:
        start = source.index(first)
        spans.append((start, source.index(last, start) + len(last)))
    shown = "\n".join(source[start:end] for start, end in spans)
    facts = [fact for fact in extract(source) if any(start <= fact.start < end for start, end in spans)]
    rows = ["| " + " | ".join(head) + " |", "| " + " | ".join("---" for _ in head) + " |"]
    rows += ["| " + " | ".join(_fact_cells(fact, source)) + " |" for fact in facts]
    return "\n".join(["```text", shown, "```", "", *rows])


def _fact_cells(fact: Fact, source: str) -> Iterator[str]:
    quantity = fact.quantity
    value = fact.date.edtf or "" if fact.date else ""
    if quantity is not None:
        ends = (quantity.value,) if quantity.value is not None else (quantity.low, quantity.high)
        value = SIGNS[quantity.bound] + "–".join(plain(end, grouped=True) for end in ends if end is not None)
    yield _plain(source[fact.start : fact.end])
    yield from (fact.kind, value, (quantity.unit if quantity else None) or "", _plain(fact.object or ""))
    yield from (fact.status or "", f"`{fact.indicator}`" if fact.indicator else "", "✓" if fact.repaired else "")


PAGES: dict[str, Callable[[], str]] = {
    "docs/tables.md": tables_page,
    "docs/rules.md": rules_page,
    **{name: partial(readme_page, name) for name in EXCERPT_HEADS},
}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="write nothing; exit status 1 where a page is not fresh")
    check = parser.parse_args().check
    stale = 0
    for name, page in PAGES.items():
        path, text = ROOT / name, page()
        if path.is_file() and path.read_text(encoding="utf-8") == text:
            continue
        stale += 1
        if not check:
            path.write_text(text, encoding="utf-8")
        print(f"{name} {'is not fresh; run python scripts/build_docs.py' if check else 'written'}")
    return 1 if check and stale else 0


if __name__ == "__main__":
    sys.exit(main())
