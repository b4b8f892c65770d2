"""Which reports the page holds: all, or above its size limit those behind the gravest doubts."""

from __future__ import annotations

from collections.abc import Iterable

import pyarrow as pa

MAX_WEIGHT = 40_000_000
"""Most that a page holds, in the measure of `weights`: about 4,000 reports of usual length, 40 MB."""
FACT_WEIGHT = 50
"""What a fact adds to a page, in characters of text."""


def weights(reports: pa.Table) -> list[int]:
    """What each report adds to the page: its characters, and FACT_WEIGHT for each of its facts."""
    columns = (reports[name].to_pylist() for name in ("start", "end", "numerals"))
    return [end - start + FACT_WEIGHT * numerals for start, end, numerals in zip(*columns, strict=True)]


def chosen(reports: pa.Table, doubtful: Iterable[str | None], limit: int = MAX_WEIGHT) -> list[int]:
    """Rows of `reports` that the page holds, in their order.

    `doubtful`: report ids, the gravest doubt first, as often as they occur. Where not all fit, reports are taken in that order and the
    rest in the order of the table, until the limit is reached; a report that is too large by itself gives way to the next.
    """
    weight = weights(reports)
    if sum(weight) <= limit:
        return list(range(len(weight)))
    row_of = {report_id: row for row, report_id in enumerate(reports["report_id"].to_pylist())}
    queue = dict.fromkeys([row_of[report_id] for report_id in doubtful if report_id in row_of])
    queue |= dict.fromkeys(range(len(weight)))
    held, used = [], 0
    for row in queue:
        if used + weight[row] <= limit:
            held.append(row)
            used += weight[row]
    return sorted(held)
