"""Other programs over the same text: bare jieba, JioNLP's times and amounts, Recognizers-Text's numbers, amounts and dates.

Runs in an environment of its own (`requirements-bench.lock`), where neither this project nor pyarrow is installed:
`python others.py TOOL TEXT.txt BYTES RESULT.json`. Loading, and a first line that loads what is loaded late, are not counted.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from time import perf_counter, process_time

Work = Callable[[str], object]
BASE = 1_420_070_400
"""The moment that relative dates are counted from: 2015-01-01."""
FAILURES = (AttributeError, IndexError, KeyError, TypeError, ValueError, OverflowError)


def jieba() -> Work:
    import jieba

    jieba.setLogLevel("ERROR")
    jieba.initialize()
    return jieba.lcut


def rjieba() -> Work:
    import rjieba

    return rjieba.cut


def jionlp() -> Work:
    import jionlp

    def extract(line: str) -> object:
        return jionlp.ner.extract_time(line, time_base=BASE), jionlp.ner.extract_money(line)

    return extract


def recognizers() -> Work:
    from recognizers_date_time import recognize_datetime
    from recognizers_number import recognize_number
    from recognizers_number_with_unit import recognize_currency
    from recognizers_text import Culture

    def recognize(line: str) -> object:
        return [find(line, Culture.Chinese) for find in (recognize_number, recognize_currency, recognize_datetime)]

    return recognize


TOOLS: dict[str, Callable[[], Work]] = {"jieba": jieba, "rjieba": rjieba, "jionlp": jionlp, "recognizers": recognizers}


def run(tool: str, path: Path, size: int) -> dict[str, float]:
    """Bytes of UTF-8 read and seconds taken, line by line; lines that the tool cannot bear are counted."""
    lines = path.read_bytes()[:size].decode("utf-8", "ignore").splitlines()
    work = TOOLS[tool]()
    work(lines[0])
    failed = 0
    began, used = perf_counter(), process_time()
    for line in lines:
        try:
            work(line)
        except FAILURES:
            failed += 1
    done = sum(len(line.encode()) + 1 for line in lines)
    return {"bytes": done, "seconds": perf_counter() - began, "cpu": process_time() - used, "lines": len(lines), "failed": failed}


def main() -> None:
    tool, text, size, result = sys.argv[1:]
    Path(result).write_text(json.dumps(run(tool, Path(text), int(size))), encoding="utf-8")


if __name__ == "__main__":
    main()
