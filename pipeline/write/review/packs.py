"""Texts and facts of the page in packs: compressed, read by the browser when a report of the pack is opened.

Offsets in a pack count code points from the beginning of the report. A pack is a list with an entry per report.
"""

from __future__ import annotations

import base64
import json
import re
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from pipeline.write.flat import text_of
from pipeline.write.texts import Texts

PACK_WEIGHT = 200_000
"""Of so much weight (see `choice.weights`) a pack is full: opening a report takes no noticeable time, and packs still compress well."""
COMPRESSION = 6
"""Of zlib; 9 takes four times as long for packs that are a hundredth smaller."""
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")
_AS_THEY_ARE = (
    "kind", "bound", "unit", "per", "change", "edtf", "anchor", "part", "festival", "object", "status", "scope", "activity", "indicator",
    "when", "when_anchor", "section", "rule", "note",
)  # fmt: skip
_NUMBERS = ("value", "low", "high")
_DAYS = ("date_start", "date_end")


def portions(weights: Sequence[int]) -> Iterator[range]:
    """Positions cut into packs of about PACK_WEIGHT."""
    first = weight = 0
    for position, own in enumerate(weights):
        weight += own
        if weight >= PACK_WEIGHT:
            yield range(first, position + 1)
            first, weight = position + 1, 0
    if first < len(weights):
        yield range(first, len(weights))


def packed(content: Any) -> str:
    """JSON → zlib → base64: letters, digits, + / and = only, so that nothing in it can end an element of the page."""
    return base64.b64encode(zlib.compress(dumped(content).encode("utf-8"), COMPRESSION)).decode("ascii")


def dumped(content: Any) -> str:
    """Compact JSON. A lone surrogate, which UTF-8 cannot hold, is replaced by U+FFFD: one code point for another, offsets stay true."""
    return _LONE_SURROGATE.sub("\ufffd", json.dumps(content, ensure_ascii=False, separators=(",", ":")))


class Facts:
    """Facts and checks of the reports `held`, report by report, as the packs hold them."""

    def __init__(self, facts: pa.Table, checks: pa.Table, held: Iterable[str]) -> None:
        self._facts = facts
        self._rows = _runs(facts["report_id"])
        checks = checks.filter(pc.is_in(checks["report_id"], pa.array(list(held), pa.string())))
        self._checks: dict[str, list[dict[str, Any]]] = {}
        for check in checks.to_pylist():
            self._checks.setdefault(check["report_id"], []).append(check)

    def of(self, report_id: str, start: int, text: str) -> dict[str, Any]:
        """Columns of the facts of a report that begins at `start` of its source; columns without any value are left out."""
        table = self._facts.slice(*self._rows.get(report_id, (0, 0)))
        starts = [at - start for at in table["start"].to_pylist()]
        columns: dict[str, list[Any]] = {
            "start": starts,
            "end": [at - start for at in table["end"].to_pylist()],
            **{name: table[name].to_pylist() for name in _AS_THEY_ARE},
            **{name: text_of(table[name]).to_pylist() for name in _NUMBERS},
            **{name: table[name].cast(pa.string()).to_pylist() for name in _DAYS},
            "repaired": [repaired or None for repaired in table["repaired"].to_pylist()],
            "part_of": [offset(fact_id) for fact_id in table["part_of"].to_pylist()],
            "sentence": _sentences(table["sentence"].to_pylist(), starts, text),
            "cues": [[_cue(cue, start) for cue in cues] or None for cues in table["cues"].to_pylist()],
        }
        kept = {name: values for name, values in columns.items() if any(value is not None for value in values)}
        return {**kept, "checks": [_check(check) for check in self._checks.get(report_id, [])]}


def text_pack(keys: Sequence[tuple[str, int]], texts: Texts) -> str:
    return packed([texts[key] for key in keys])


def offset(fact_id: str | None) -> int | None:
    """Where in its report a fact begins, as its id says."""
    return None if fact_id is None else int(fact_id.rpartition(":")[2])


def _runs(report_ids: Any) -> dict[str, tuple[int, int]]:
    """First row and number of rows of each report; the facts of a report stand together, for they are sorted by place."""
    runs = pc.run_end_encode(report_ids.combine_chunks())
    found, first = {}, 0
    for report_id, end in zip(runs.values.to_pylist(), runs.run_ends.to_pylist(), strict=True):
        found[report_id] = (first, end - first)
        first = end
    return found


def _sentences(sentences: Sequence[str | None], starts: Sequence[int], text: str) -> list[Any]:
    """Each sentence as start and length in the text: around its fact, where it stands as it was written; else its words."""
    found: list[Any] = []
    for sentence, start in zip(sentences, starts, strict=True):
        at = -1 if sentence is None else text.find(sentence, max(0, start - len(sentence)), start + len(sentence))
        found.append(sentence if at < 0 or sentence is None else [at, len(sentence)])
    return found


def _cue(cue: str, start: int) -> list[Any]:
    """`rule@start-end` of the source as rule, start and end in the report; a cue without a place is its rule alone."""
    rule, at, span = cue.rpartition("@")
    first, _, last = span.partition("-")
    if not (at and first.isdigit() and last.isdigit()):
        return [cue]
    return [rule, int(first) - start, int(last) - start]


def _check(check: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "kind": check["kind"],
        "total": offset(check["total"]),
        "parts": [offset(part) for part in check["parts"]],
        "verdict": check["verdict"],
        **{name: None if check[name] is None else f"{check[name].normalize():f}" for name in ("stated", "computed", "difference")},
    }
