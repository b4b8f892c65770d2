"""What the indicators of a report are read from, small enough to be kept: with it other rules can read them again without the rest.

Only numbers that could be a value of an indicator are kept. Bytes are MessagePack; they run nothing when they are read.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Self

import msgspec

from pipeline.interpret.clauses import Clauses, Setting
from pipeline.interpret.indicator import IndicatorReader, may_fill
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
    masks: tuple[Mask, ...] = ()
    unmasked: Claims | None = None
    """The same report with numbers in the place of its masks."""

    @classmethod
    def of(cls, report: Report, facts: Sequence[Fact], clauses: Clauses, units: Sequence[str]) -> Self:
        """The claims of a report that was read."""
        kept = {index: setting for index, setting in clauses.settings.items() if may_fill(facts[index])}
        numbers = {index: _number(report, facts[index], setting, units[index]) for index, setting in kept.items()}
        return cls(report.text, report.blocks, report.sentences, clauses.spans, kept, numbers)

    def with_masks(self, masks: Sequence[Mask], unmasked: Claims) -> Claims:
        return msgspec.structs.replace(self, masks=tuple(masks), unmasked=unmasked)

    def codes(self, reader: IndicatorReader) -> Mapping[int, str]:
        """The indicators by the reader's rules, by the index of the fact."""
        report = Report("", None, 0, len(self.text), "", self.text, self.text, None, (), None, self.blocks, self.sentences)
        facts = {index: _fact(number) for index, number in self.numbers.items()}
        units = {index: number.unit for index, number in self.numbers.items()}
        found = reader.codes(report, facts, Clauses(self.spans, self.settings), units)
        return {index: code for index, code in found.items() if code is not None}

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


def _number(report: Report, fact: Fact, at: Setting, unit: str) -> Number:
    clause = report.raw_span(at.start, at.end) if at.end > at.start else None
    return Number(fact.start, fact.end, fact.kind, fact.status, fact.scope, fact.activity, fact.part_of, unit, clause)


def _fact(number: Number) -> Fact:
    return Fact(
        number.start, number.end, number.kind, "", _SOME_QUANTITY, status=number.status, scope=number.scope, activity=number.activity,
        part_of=number.part_of,
    )  # fmt: skip


_SOME_QUANTITY = Quantity(None)
"""Only numbers are kept whose quantity lets them fill a cell, so it is not looked at again."""
_ENCODER = msgspec.msgpack.Encoder()
_DECODER = msgspec.msgpack.Decoder(Claims)
