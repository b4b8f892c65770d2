"""`python -m benchmarks`: measures, prints a table, keeps the figures; `--page` writes docs/performance.md from them."""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import replace
from pathlib import Path
from time import perf_counter

from benchmarks.page import lines, page, with_cluster
from benchmarks.suite import SECTIONS, SIZES, Bench, machine, versions

RESULTS = Path(__file__).resolve().parent / "results"


def main() -> None:
    given = _arguments()
    sizes = SIZES[given.size]
    asked = {"small": given.megabytes, "large": given.large, "scale": given.scale, "spark": given.spark, "repetitions": given.repetitions}
    sizes = replace(
        sizes, **{name: tuple(value) if isinstance(value, list) else value for name, value in asked.items() if value is not None}
    )
    path = RESULTS / f"{given.size}.json"
    found = json.loads(path.read_text(encoding="utf-8")) if given.only and path.is_file() else {}
    found |= {"machine": machine(), "versions": versions()}
    bench = Bench(given.work, sizes)
    for name in given.only or SECTIONS:
        began = perf_counter()
        print(f"{name} …", end=" ", file=sys.stderr, flush=True)
        found[name] = SECTIONS[name](bench)
        print(f"{perf_counter() - began:.0f} s", file=sys.stderr)
        path.write_text(json.dumps(found, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    print("\n".join(lines(found)))
    if given.page:
        given.page.write_text(page(found), encoding="utf-8")
        about_spark = given.page.with_name("spark.md")
        if "table_bytes" in found.get("spark", {}) and about_spark.is_file():
            about_spark.write_text(with_cluster(about_spark.read_text(encoding="utf-8"), found), encoding="utf-8")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="Measure speed, memory and correctness at scale.")
    parser.add_argument("--size", choices=SIZES, default="quick")
    parser.add_argument("--megabytes", type=float, help="text for the comparison with other programs")
    parser.add_argument("--large", type=float, help="megabytes for workers and cache")
    parser.add_argument("--scale", type=int, nargs="+", help="numbers of reports")
    parser.add_argument("--spark", type=int, help="reports for the Spark engine; 0 for none")
    parser.add_argument("--repetitions", type=int)
    parser.add_argument("--only", nargs="+", choices=SECTIONS, help="measure these anew, keep the other figures")
    parser.add_argument("--work", type=Path, default=Path("build/bench"), help="folder for archives and tables")
    parser.add_argument("--page", type=Path, help="write the page there")
    return parser.parse_args()


if __name__ == "__main__":
    main()
