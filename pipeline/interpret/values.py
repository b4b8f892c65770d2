"""Mentions → values: what each mention says by itself, with the words beside it, in the report's own script."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import localcontext

from msgspec import structs

from pipeline.bounds import EXACT
from pipeline.interpret.dates import DateReader
from pipeline.interpret.numerals import Alphabet
from pipeline.interpret.quantity import QuantityReader, UnreadableError
from pipeline.model import Cue, Mention, PartialDate, Quantity, Report
from pipeline.rulebook import Rulebook

MAX_BETWEEN = 12
"""Characters that may stand between two numbers that share a denominator or a direction of change."""


@dataclass(frozen=True, slots=True)
class Values:
    """What the mentions say by themselves, in parallel: labels have neither quantity nor date."""

    mentions: tuple[Mention, ...]
    quantities: tuple[Quantity | None, ...]
    dates: tuple[PartialDate | None, ...]
    cues: tuple[tuple[Cue, ...], ...]


_HALF_WIDTH = {code: code - 0xFEE0 for code in (*range(0xFF10, 0xFF1A), *range(0xFF21, 0xFF3B), *range(0xFF41, 0xFF5B), 0xFF05)}
_HALF_WIDTH[ord("﹪")] = ord("%")
"""Full-width digits, letters and percent signs, as they stand in units; brackets stay as written."""


class ValueReader:
    """Mentions → values; one that cannot be read becomes a `name` with the reason in its note."""

    def __init__(self, rulebook: Rulebook) -> None:
        alphabet = Alphabet.from_table(rulebook.table("numerals"))
        self._quantities = QuantityReader(rulebook, alphabet)
        self._dates = DateReader(rulebook, alphabet)
        self._of_quantities, self._of_dates = self._quantities.reads, self._dates.reads
        shared = rulebook.table("context")["shared"]
        self._shared, self._contrast, self._parts, self._more_parts, self._also = (
            rulebook.compile(shared[key], f"rules/context.toml: shared.{key}")
            for key in ("between", "contrast", "parts", "more_parts", "also")
        )

    def read(self, mentions: Sequence[Mention], report: Report) -> Values:
        with localcontext(EXACT):
            rows = [self._one(mention, report) for mention in mentions]
        values = Values(*(tuple(column) for column in zip(*rows, strict=True))) if rows else Values((), (), (), ())
        return replace(values, quantities=self._sharing(values, report.text))

    def _one(self, mention: Mention, report: Report) -> tuple[Mention, Quantity | None, PartialDate | None, tuple[Cue, ...]]:
        try:
            if mention.reads in self._of_quantities:
                quantity, cues = self._quantities.read(mention, report.text)
                return mention, _as_written(quantity, mention, cues, report), None, cues
            if mention.reads in self._of_dates:
                return mention, None, self._dates.read(mention, report.text), ()
        except UnreadableError as reason:
            return structs.replace(mention, kind="name", note=str(reason)), None, None, ()
        return mention, None, None, ()

    def _sharing(self, values: Values, text: str) -> tuple[Quantity | None, ...]:
        """Members of a list share what is said once before it: 分别下降20%、33.3%, 每箱1.5元提高到1.8元, 每头60元,其中自缴12元."""
        shared = list(values.quantities)
        among_parts = False
        for index in range(1, len(shared)):
            quantity, before = shared[index], shared[index - 1]
            between = text[values.mentions[index - 1].end : values.mentions[index].start]
            if quantity is None or before is None or len(between) > MAX_BETWEEN:
                among_parts = False
                continue
            if quantity.unit != before.unit:
                among_parts = False
                if before.per is not None and quantity.per is None and self._also.match(between):
                    shared[index] = structs.replace(quantity, per=before.per)
                elif before.change is not None and quantity.change is None and self._shared.fullmatch(between) and len(between) == 1:
                    shared[index] = structs.replace(quantity, change=before.change)
                continue
            link = self._shared.match(between)
            among_parts = bool(self._parts.match(between) or (among_parts and self._more_parts.match(between)))
            if link or among_parts or (before.per is not None and self._contrast.match(between)):
                change = before.change if link and len(link.group()) == 1 else None
                shared[index] = structs.replace(quantity, change=quantity.change or change, per=quantity.per or before.per)
        return tuple(shared)


def _as_written(quantity: Quantity, mention: Mention, cues: Sequence[Cue], report: Report) -> Quantity:
    """Unit and denominator in the report's own script; codes (元) and what was repaired stay as read."""
    if quantity.unit is None and quantity.per is None:
        return quantity
    unit, per = quantity.unit, quantity.per
    if span := mention.groups.get("unit"):
        unit = _written(unit, span, report)
    for part in per.split("/") if per else ():
        for start, end in ((mention.start, mention.end), *((cue.start, cue.end) for cue in cues)):
            at = report.text.rfind(part, start, end) if part else -1
            if at >= 0 and per:
                per = per.replace(part, _written(part, (at, at + len(part)), report) or part)
                break
    return quantity if (unit, per) == (quantity.unit, quantity.per) else structs.replace(quantity, unit=unit, per=per)


def _written(word: str | None, span: tuple[int, int], report: Report) -> str | None:
    """The source's characters of a word read from `span`, unless damage was repaired there or the word is a code."""
    read = report.text[slice(*span)].strip()
    if word is None or not read.endswith(word) or _is_mended(span, report):
        return word
    written = report.raw_text(*span).translate(_HALF_WIDTH).strip()
    return written[-len(word) :] if len(written) == len(read) else word


def _is_mended(span: tuple[int, int], report: Report) -> bool:
    """Whether damage was repaired in a span."""
    return bool(report.repairs) and any(repair.start < span[1] and repair.end > span[0] for repair in report.repairs)
