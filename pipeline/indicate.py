"""Tables that were read by other rules of indicators → the same with the indicators of these rules. Nothing else is read again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from pipeline.bounds import exact, hedged
from pipeline.interpret import Claims, IndicatorReader
from pipeline.interpret.claims import Mask, Number, unpacked
from pipeline.model import ReadReport
from pipeline.schema import LAST_YEAR
from pipeline.tabulate import Tables

Gap = dict[str, Any]

CUE = "indicator."
"""A cue that begins so was put there with the indicator, behind all others."""


def claims_of(read: ReadReport, masks: Sequence[tuple[int, int]]) -> bytes:
    """What is kept of a report to read its indicators again; `masks` are local spans. Empty bytes where they cannot be read again."""
    claims: Claims | None = read.claims
    if claims is None or (read.unmasked is not None and read.unmasked.claims is None):
        return b""
    if read.unmasked is not None:
        spans = [Mask(start, end, *read.report.raw_span(start, end)) for start, end in masks]
        claims = claims.with_masks(spans, read.unmasked.claims)
    return claims.packed()


def indicate(tables: Tables, claims: Sequence[bytes], reader: IndicatorReader) -> tuple[Tables, tuple[Gap, ...]] | None:
    """The tables of a batch with `facts` and `last_year` as the reader's rules have them, and the reasons for empty cells; None where
    that cannot be told.

    `claims`: those of each row of `reports`. The facts must stand in the order in which they were tabulated.
    """
    if not all(claims):
        return None
    codes: dict[int, tuple[str, Number]] = {}
    gaps: list[Gap] = []
    recalls: list[tuple[int, str, Number]] = []
    first = 0
    for row, content in zip(tables["reports"].select(["report_id", "numerals"]).to_pylist(), claims, strict=True):
        told = unpacked(content)
        of_report = told.codes(reader)
        codes |= {first + index: (code, told.numbers[index]) for index, code in of_report.items()}
        recalls += [(first + index, code, told.numbers[index]) for index, code in told.recalled(reader, of_report).items()]
        gaps += [_gap(row["report_id"], code, mask) for code, mask in told.masked(reader)]
        first += row["numerals"]
    facts = _coded(tables["facts"], codes)
    quoted = _quoted(facts, recalls)
    if quoted["stated"].null_count:  # a number too long for the table, of which only the report tells
        return None
    return {**tables, "facts": facts, LAST_YEAR.name: quoted}, tuple(gaps)


def _gap(report_id: str, code: str, mask: Mask) -> Gap:
    place = {"start": mask.source_start, "end": mask.source_end}
    return {"report_id": report_id, "indicator": code, "state": "masked", **place, "fact_ids": []}


def _quoted(facts: pa.Table, recalls: Sequence[tuple[int, str, Number]]) -> pa.Table:
    """The table `last_year` as it is before last year's reports are looked for."""
    names = ["report_id", "fact_id", "value", "low", "high", "bound", "sentence"]
    told = facts.select(names).take(pa.array([row for row, _, _ in recalls], pa.int64())).to_pylist()
    rows = [_quotation(fact, code, number) for fact, (_, code, number) in zip(told, recalls, strict=True)]
    return pa.Table.from_pylist(rows, schema=LAST_YEAR.schema)


def _quotation(fact: dict[str, Any], code: str, number: Number) -> dict[str, Any]:
    said = hedged(fact["value"], fact["low"], fact["high"], fact["bound"])
    return {
        "report_id": fact["report_id"],
        "fact_id": fact["fact_id"],
        "indicator": code,
        "stated": None if said is None else exact(said.value)[0],
        "stated_bound": None if said is None else said.bound,
        "step": exact(number.step)[0],
        "sentence": fact["sentence"],
    }


def _coded(facts: pa.Table, codes: dict[int, tuple[str, Number]]) -> pa.Table:
    """The facts with other indicators, and the cues of these in the place of those that were there."""
    before = pc.indices_nonzero(pc.is_valid(facts["indicator"])).to_pylist()
    rows = sorted({*before, *codes})
    names = [codes[row][0] if row in codes else None for row in range(facts.num_rows)]
    cues = [_cues(told, codes.get(row)) for row, told in zip(rows, facts["cues"].take(pa.array(rows, pa.int64())).to_pylist(), strict=True)]
    facts = _set(facts, "indicator", pa.array(names, pa.string()))
    order = list(range(facts.num_rows))
    for number, row in enumerate(rows):
        order[row] = facts.num_rows + number
    kind = facts.schema.field("cues").type
    both = pa.chunked_array([*facts["cues"].chunks, pa.array(cues, kind)], kind)
    return _set(facts, "cues", both.take(pa.array(order, pa.int64())))


def _cues(told: Sequence[str], code: tuple[str, Number] | None) -> list[str]:
    cues = [cue for cue in told if not cue.startswith(CUE)]
    if code is not None:
        name, number = code
        cues.append(f"{CUE}{name}" if number.clause is None else f"{CUE}{name}@{number.clause[0]}-{number.clause[1]}")
    return cues


def _set(table: pa.Table, name: str, column: Any) -> pa.Table:
    index = table.schema.get_field_index(name)
    return table.set_column(index, table.schema.field(index), column)
