"""The comparison per head: each indicator divided by the bases that its rule names, in the rows that give both."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import pyarrow as pa

from pipeline.bounds import exact, hedged, quotient
from pipeline.compare import BOUND_SUFFIX
from pipeline.rows import Row, portions
from pipeline.rulebook import Indicator
from pipeline.schema import COMPARISON_LEAD, PER_HEAD

_LEAD = tuple(column.name for column in COMPARISON_LEAD)


def per_head(comparison: pa.Table, indicators: Mapping[str, Indicator]) -> pa.Table:
    """Table `per_head`: a row per row of the comparison, indicator and base, where the row has a value of both and the base is not 0.

    Value and base are of one town, year, period and organisation, so a half-year's money is divided by what that half-year's report says.
    """
    pairs = [
        (code, base) for code, indicator in indicators.items() for base in indicator.bases if {code, base} <= set(comparison.column_names)
    ]
    wanted = {name for pair in pairs for code in pair for name in (code, code + BOUND_SUFFIX)}.union(_LEAD)
    told = comparison.select([name for name in comparison.column_names if name in wanted])
    ratios = ([ratio for row in rows for ratio in _ratios(row, pairs, indicators)] for rows in portions(told))
    tables = [pa.Table.from_pylist(portion, PER_HEAD.schema) for portion in ratios]
    return pa.concat_tables([PER_HEAD.schema.empty_table(), *tables]).combine_chunks()


def _ratios(row: Row, pairs: Iterable[tuple[str, str]], indicators: Mapping[str, Indicator]) -> Iterable[Row]:
    for code, base in pairs:
        value, over = (hedged(row[name], None, None, row.get(name + BOUND_SUFFIX)) for name in (code, base))
        if value is None or over is None or over.value <= 0:
            continue
        number = quotient(value, over)
        yield {name: row[name] for name in _LEAD} | {
            "years": row["year"],
            "indicator": code, "unit": indicators[code].unit, "value": value.value, "value_bound": value.bound,
            "base": base, "base_unit": indicators[base].unit, "base_value": over.value, "base_bound": over.bound,
            "ratio": exact(number.value)[0], "bound": number.bound,
        }  # fmt: skip
