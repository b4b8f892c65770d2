"""What the indicators of a report are read from, small enough to be kept: with it other rules can read them again without the rest.

Only numbers that could be a value of an indicator are kept. Bytes are MessagePack; they run nothing when they are read.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Self

import msgspec
from msgspec import structs

from pipeline.bounds import hedged
from pipeline.interpret.clauses import Clauses, Setting
from pipeline.interpret.indicator import WHOLE_YEAR, IndicatorReader, last_year_begins, may_fill
from pipeline.model import Block, Fact, Kind, Quantity, Report, Scope, Sentence, Status


class Number(msgspec.Struct, array_like=True, frozen=True):
    """What the rules of indicators ask of a fact, its measure word, and its clause in source offsets."""

    start: int
    end: int
    kind: Kind
    status: Status | None
    scope: Scope | None
    activity: str | None
    part_of: int | None
    unit: str
    clause: tuple[int, int] | None
    sentence: int = 0
    step: Decimal | None = None
    """Of a figure of all of last year one unit of its last written digit; None for any other."""
    object: tuple[int, int] | None = None
    """Local span of what is counted."""
    value: Decimal | None = None
    """What is told; of a range, the end that `bounds.hedged` takes."""


class Mask(msgspec.Struct, array_like=True, frozen=True):
    """A masked figure: local span, and source span."""

    start: int
    end: int
    source_start: int
    source_end: int


class Claims(msgspec.Struct, frozen=True):
    """A report's words and numbers, as far as indicators are read from them. Local offsets; keys are indices of facts."""

    text: str
    blocks: tuple[Block, ...]
    sentences: tuple[Sentence, ...]
    spans: dict[int, list[tuple[int, int]]]
    settings: dict[int, Setting]
    numbers: dict[int, Number]
    since: dict[int, int] = {}
    """By sentence where its first words for last year end."""
    masks: tuple[Mask, ...] = ()
    unmasked: Claims | None = None
    """The same report with numbers in the place of its masks."""
    office: str | None = None
    """The body that the report's own words say it is by."""

    @classmethod
    def of(
        cls, report: Report, facts: Sequence[Fact], clauses: Clauses, units: Sequence[str], steps: Mapping[int, Decimal] | None = None,
        office: str | None = None,
    ) -> Self:  # fmt: skip
        """The claims of a report that was read. `steps`: of the figures of all of last year one unit of the last written digit."""
        kept = {index: setting for index, setting in clauses.settings.items() if may_fill(facts[index])}
        numbers = {index: _number(report, facts[index], setting, units[index], (steps or {}).get(index)) for index, setting in kept.items()}
        since = last_year_begins(facts) if steps else {}
        return cls(report.text, report.blocks, report.sentences, clauses.spans, kept, numbers, since, office=office)

    def with_masks(self, masks: Sequence[Mask], unmasked: Claims) -> Claims:
        return msgspec.structs.replace(self, masks=tuple(masks), unmasked=unmasked)

    def codes(self, reader: IndicatorReader) -> Mapping[int, str]:
        """The indicators by the reader's rules, by the index of the fact."""
        found = reader.codes(self._report(), self._facts(), Clauses(self.spans, self.settings), self._units(), self.office)
        return {index: code for index, code in found.items() if code is not None}

    def recalled(self, reader: IndicatorReader, codes: Mapping[int, str]) -> Mapping[int, str]:
        """The indicators that figures of last year are values of, in the order of the facts; `codes` are those of this year's."""
        if not self.since:
            return {}
        facts = {index: structs.replace(fact, indicator=codes.get(index)) for index, fact in self._facts().items()}
        told = reader.of_last_year(self._report(), facts, Clauses(self.spans, self.settings), self._units(), self.since, self.office)
        return {index: told[index] for index in sorted(told)}

    def _report(self) -> Report:
        return Report("", None, 0, len(self.text), "", self.text, self.text, None, (), None, self.blocks, self.sentences)

    def _facts(self) -> dict[int, Fact]:
        return {index: _fact(number) for index, number in self.numbers.items()}

    def _units(self) -> dict[int, str]:
        return {index: number.unit for index, number in self.numbers.items()}

    def masked(self, reader: IndicatorReader) -> list[tuple[str, Mask]]:
        """The indicators of which a masked figure would be a value."""
        if self.unmasked is None:
            return []
        codes = self.unmasked.codes(reader)
        done = {index: number for index, number in sorted(self.unmasked.numbers.items()) if index in codes and number.status == "done"}
        return [
            (codes[index], mask)
            for mask in self.masks
            for index, number in done.items()
            if number.start <= mask.start and mask.end <= number.end
        ]

    def packed(self) -> bytes:
        return _ENCODER.encode(self)


def unpacked(content: bytes) -> Claims:
    """Raises msgspec.DecodeError where the bytes are none of ours."""
    return _DECODER.decode(content)


def _number(report: Report, fact: Fact, at: Setting, unit: str, step: Decimal | None) -> Number:
    clause = report.raw_span(at.start, at.end) if at.end > at.start else None
    quantity = fact.quantity
    told = None if quantity is None else hedged(quantity.value, quantity.low, quantity.high, quantity.bound)
    return Number(
        fact.start, fact.end, fact.kind, fact.status, fact.scope, fact.activity, fact.part_of, unit, clause, fact.sentence, step,
        fact.object_span, None if told is None else told.value,
    )  # fmt: skip


def _fact(number: Number) -> Fact:
    return Fact(
        number.start, number.end, number.kind, "", Quantity(number.value), status=number.status, scope=number.scope,
        activity=number.activity, part_of=number.part_of, sentence=number.sentence, object_span=number.object,
        when_anchor="last_year" if number.step is not None else None, when=WHOLE_YEAR if number.step is not None else None,
    )  # fmt: skip


_ENCODER = msgspec.msgpack.Encoder()
_DECODER = msgspec.msgpack.Decoder(Claims)
