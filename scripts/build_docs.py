#!/usr/bin/env python3
"""Make the pages of docs/ that follow from the code: docs/tables.md from pipeline/schema.py.

python scripts/build_docs.py           # write them
python scripts/build_docs.py --check   # exit status 1 where one is not fresh; a test does this
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

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


PAGES = {"docs/tables.md": tables_page}


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
