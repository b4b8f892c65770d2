"""Command line for marked-up sentences, the form of the test cases (`pipeline.markup` reads them).

`python tests/marked.py check FILE…` says whether a TOML file of cases or a `.marked` report can be read, and
`python tests/marked.py gold FILE.marked SOURCE.txt` prints the annotation lines of a report.
"""

from __future__ import annotations

import json
import sys
import tomllib
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from pipeline.markup import Case, Mark, gold_lines, load_cases, parse

__all__ = ["Case", "Mark", "gold_lines", "load_cases", "parse"]


def main(arguments: list[str]) -> int:
    if len(arguments) >= 2 and arguments[0] == "check":
        return _check([Path(name) for name in arguments[1:]])
    if len(arguments) == 3 and arguments[0] == "gold":
        marked, source = (Path(name).read_bytes().decode("utf-8-sig") for name in arguments[1:])
        for row in gold_lines(marked, source, Path(arguments[2]).stem):
            print(json.dumps(row, ensure_ascii=False))
        return 0
    print(__doc__)
    return 2


def _check(paths: list[Path]) -> int:
    bad = 0
    for path in paths:
        try:
            if path.suffix == ".toml":
                cases = list(load_cases(path))
                print(f"{path.name}: {len(cases)} cases, {sum(len(c.marks) for c in cases)} marks")
            else:
                print(f"{path.name}: {len(parse(path.read_text(encoding='utf-8'))[1])} marks")
        except (ValueError, tomllib.TOMLDecodeError) as error:
            bad += 1
            print(f"{path.name}: {error}")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
