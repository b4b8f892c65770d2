"""The value types that pass from stage to stage. All are frozen; spans are half-open and count code points.

Those that a report has many of are msgspec's structs: a frozen dataclass of as many fields takes ten times as long to make.

Three coordinate systems occur, and each type says which one it uses: *source* (the decoded text of a file), *clean* (the repaired copy
of it) and *local* (the clean text of one report, counted from the report's first character). `Report.raw_span` leads from local to source.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Literal

import msgspec

Kind = Literal["count", "money", "rate", "date", "duration", "ordinal", "reference", "marker", "name"]
Bound = Literal["=", "~", ">", ">=", "<", "<="]
Status = Literal["done", "plan", "criterion"]
Scope = Literal["period", "cumulative", "stock", "last_year"]
Change = Literal["up", "down"]
FileStatus = Literal["ok", "empty", "unreadable", "refused", "skipped"]
Outcome = Literal["applied", "moved", "no_longer_needed", "orphaned", "refused"]
"""What became of a correction, the best first."""

QUANTITIES: frozenset[str] = frozenset({"count", "money", "rate"})
FACTS: frozenset[str] = QUANTITIES | {"date", "duration"}
CORRECTED = "corrected"
"""A fact's note begins so where a person put the fact right; it is no doubt then."""
ROW_END = "\f"
"""Stands between the reports of a table in the text of its document."""
LONGEST_ENTITY = 10
"""Characters of an HTML entity that is read as one character."""


@dataclass(frozen=True, slots=True)
class Document:
    """One input as it came: its decoded text (empty unless `status` is `ok`), and what became of it."""

    source: str
    text: str
    status: FileStatus = "ok"
    reason: str | None = None
    format: str | None = None
    encoding: str | None = None
    encoding_basis: str | None = None
    sha256: str | None = None
    bytes: int | None = None
    plain: bool = True
    """False where `text` was taken out of another format, so that it is written beside the tables."""
    rows: bool = False
    """True where the input is a table with a report a row; ROW_END stands between them."""


class Repair(msgspec.Struct, frozen=True, gc=False):
    """A place of the clean text that differs from the source because of damage, and the rule that mended it."""

    start: int
    end: int
    rule: str
    counts: bool
    """True where a number read there is `repaired` (a mended decimal point is, a full-width digit is not)."""


@dataclass(frozen=True, slots=True)
class CleanText:
    """A repaired copy of a source text; `offsets[i]` is the source offset of clean character `i`, None where nothing moved."""

    text: str
    source_length: int
    offsets: Sequence[int] | None = None
    repairs: tuple[Repair, ...] = ()

    def source_start(self, position: int) -> int:
        """Source offset of the clean character at `position`; the source's length at the end of the text."""
        if self.offsets is None:
            return position
        return self.offsets[position] if position < len(self.offsets) else self.source_length

    def source_end(self, position: int) -> int:
        """Source offset just behind the clean character before `position`."""
        if position == 0:
            return 0
        return self.source_start(position - 1) + 1


class Block(msgspec.Struct, frozen=True, gc=False):
    """A line, or a list item inside one: local span, its marker's end, its depth, and the headings above it."""

    start: int
    end: int
    body: int
    """Where the text behind the marker begins; `start` where there is no marker."""
    level: int
    heading: bool
    path: tuple[int, ...]
    """Indices of the blocks above, outermost first."""


class Sentence(msgspec.Struct, frozen=True, gc=False):
    """Local span of one sentence and the index of the block that it stands in."""

    start: int
    end: int
    block: int


@dataclass(frozen=True, slots=True)
class Report:
    """One report: `start` and `end` count in the source, everything else is local to `text` (the clean slice)."""

    source: str
    part: int | None
    start: int
    end: int
    boundary: str
    raw: str
    """`source_text[start:end]`"""
    text: str
    offsets: Sequence[int] | None
    """Source offset of each local character, None where it is `start + i`."""
    repairs: tuple[Repair, ...]
    title: tuple[int, int] | None
    blocks: tuple[Block, ...]
    sentences: tuple[Sentence, ...]

    @property
    def sha256(self) -> str:
        """Hex digits of the SHA-256 of the report's text in UTF-8: what a correction knows it by."""
        return hashlib.sha256(self.raw.encode("utf-8", "surrogatepass")).hexdigest()

    def raw_span(self, start: int, end: int) -> tuple[int, int]:
        """Source span of the local span `[start, end)`, which is not empty."""
        if self.offsets is None:
            return self.start + start, self.start + end
        return self.offsets[start], self._written_end(self.offsets[end - 1], self.text[end - 1])

    def _written_end(self, last: int, character: str) -> int:
        """Source offset behind what stands at `last` for the clean `character`: an entity (12&#37;) is one character, and ends at its ;."""
        if character != "&" and self.raw.startswith("&", last - self.start):
            semicolon = self.raw.find(";", last - self.start, last - self.start + LONGEST_ENTITY)
            if semicolon >= 0:
                return self.start + semicolon + 1
        return last + 1

    def raw_text(self, start: int, end: int) -> str:
        """The source's words of the local span `[start, end)`."""
        first, last = self.raw_span(start, end)
        return self.raw[first - self.start : last - self.start]


class Mention(msgspec.Struct, frozen=True, gc=False):
    """Where a rule found something (local span): no value yet, only the rule's named groups with their local spans."""

    start: int
    end: int
    kind: Kind
    rule: str
    reads: str
    """The interpreter that gives it a value; empty for labels."""
    groups: Mapping[str, tuple[int, int]] = msgspec.field(default_factory=dict)
    note: str | None = None


class Loser(msgspec.Struct, frozen=True, gc=False):
    """A match that gave way, kept for `explain`."""

    mention: Mention
    reason: str


@dataclass(frozen=True, slots=True)
class Tokens:
    """Parallel lists over the tokens of a report's number-bearing sentences, in order: local start, end, tag, mention index or -1."""

    text: str
    starts: Sequence[int]
    ends: Sequence[int]
    tags: Sequence[str]
    mentions: Sequence[int]
    sentences: Sequence[int]
    at_mention: dict[int, int]
    """Token index of each mention that has a token."""

    def word(self, index: int) -> str:
        return self.text[self.starts[index] : self.ends[index]]

    def __len__(self) -> int:
        return len(self.starts)


class Quantity(msgspec.Struct, frozen=True, gc=False):
    """A number with its hedge and unit. `value` is None for a range, which has `low` and `high`; money is in 元, rates in percent."""

    value: Decimal | None
    low: Decimal | None = None
    high: Decimal | None = None
    bound: Bound = "="
    unit: str | None = None
    per: str | None = None
    change: Change | None = None
    note: str | None = None


class PartialDate(msgspec.Struct, frozen=True, gc=False):
    """What a date expression says and no more: EDTF (ISO 8601-2), unknown digits `X`; `anchor` and `part` as the guide defines them."""

    edtf: str | None
    anchor: str | None = None
    part: str | None = None
    festival: str | None = None
    note: str | None = None

    @property
    def crosses_years(self) -> bool:
        """Whether the words begin in one unnamed year and end in the next (去年11月至今年2月); the anchor is that of the beginning."""
        first, _, last = (self.edtf or "").partition("/")
        return self.anchor is not None and first.startswith("XXXX-") and last.startswith("XXXX-") and last < first


class Cue(msgspec.Struct, frozen=True, gc=False):
    """A word that decided something: the rule that it belongs to and its local span."""

    rule: str
    start: int
    end: int


class Fact(msgspec.Struct, frozen=True, gc=False):
    """One row of `facts` before its place in the source is written out: local span and everything read of it."""

    start: int
    end: int
    kind: Kind
    rule: str
    quantity: Quantity | None = None
    date: PartialDate | None = None
    repaired: bool = False
    object: str | None = None
    object_span: tuple[int, int] | None = None
    status: Status | None = None
    scope: Scope | None = None
    activity: str | None = None
    indicator: str | None = None
    when: str | None = None
    when_anchor: str | None = None
    part_of: int | None = None
    """Index of the fact that this one is a part of."""
    sentence: int = 0
    cues: tuple[Cue, ...] = ()
    note: str | None = None


class Activity(msgspec.Struct, frozen=True, gc=False):
    """One piece of work told of: local span and the indices of its facts."""

    start: int
    end: int
    activity: str
    status: Status
    facts: tuple[int, ...]
    sentence: int
    rule: str
    cues: tuple[Cue, ...] = ()


class Check(msgspec.Struct, frozen=True, gc=False):
    """Arithmetic found in the prose; `total` and `parts` are indices of facts."""

    kind: Literal["parts_of_total", "rate_of_base", "per_unit", "old_plus_new"]
    total: int
    parts: tuple[int, ...]
    stated: Decimal
    computed: Decimal
    verdict: Literal["holds", "fails", "holds_within_bounds"]
    sentence: int


class Recall(msgspec.Struct, frozen=True, gc=False):
    """A figure of last year that a report quotes: index of the fact, the indicator that it is a value of, one unit of its last digit."""

    fact: int
    indicator: str
    step: Decimal


@dataclass(frozen=True, slots=True)
class Place:
    """Where a report comes from, as far as the evidence settles it; codes of both systems where there is one."""

    town: str | None = None
    town_kind: str | None = None
    county: str | None = None
    city: str | None = None
    province: str | None = None
    town_code: str | None = None
    town_code_nbs: str | None = None
    basis: str = "unknown"
    evidence: tuple[str, ...] = ()
    candidates: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class YearsLeft:
    """The years that a report's clues leave: without weekdays and lunar days, and with them. Empty where nothing was asked."""

    allowed: frozenset[int] = frozenset()
    narrowed: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Edition:
    """An event with its number (第五届“金牌工人”). Local span."""

    name: str
    number: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Period:
    """When a report speaks of: the year where one is left, else its bounds, and the words that say so."""

    period: str | None = None
    year: int | None = None
    basis: str = "unknown"
    year_min: int | None = None
    year_max: int | None = None
    evidence: tuple[str, ...] = ()
    left: YearsLeft = field(default=YearsLeft(), compare=False)
    editions: tuple[Edition, ...] = field(default=(), compare=False)


class Gap(msgspec.Struct, frozen=True, gc=False):
    """Why a cell stays empty: what would fill it is only planned, or masked. Local span; `fact` is an index, None for a mask."""

    state: Literal["plan_only", "masked"]
    indicator: str
    start: int
    end: int
    fact: int | None = None


@dataclass(frozen=True, slots=True)
class Correction:
    """One column of one place put right by hand. `start` counts in the source; text and sentence are empty for what is said of a report."""

    number: int
    """Its place among the corrections handed in, from 1; of two that speak of one thing the later one holds."""
    source: str
    report_sha256: str
    """As handed in: all 64 hex digits, or no fewer than the first 16, which are the beginning of `report_id`."""
    text: str
    sentence: str
    start: int | None
    column: str
    old: str
    new: str
    """As the tables write it; empty where the column is to be emptied."""
    reason: str = ""
    fact_id: str | None = None


@dataclass(frozen=True, slots=True)
class Amendment:
    """What became of a correction in a report; `fact` is an index, None where it speaks of the report or nothing fits."""

    correction: Correction
    outcome: Outcome
    fact: int | None = None
    why: str | None = None


@dataclass(frozen=True, slots=True)
class ReadReport:
    """A report with all that was read of it: what `interpret` hands to `tabulate`."""

    report: Report
    facts: tuple[Fact, ...]
    activities: tuple[Activity, ...]
    checks: tuple[Check, ...]
    place: Place
    period: Period
    org: str | None
    title: str | None = None
    """The title that the manifest gives; where it is None, the one that stands in the report."""
    gaps: tuple[Gap, ...] = ()
    """What facts without an indicator would be cells of, were they done or not masked."""
    recalls: tuple[Recall, ...] = ()
    """Last year's figures that it quotes."""
    amendments: tuple[Amendment, ...] = ()
    """What became of the corrections of this report."""
    claims: Any = field(default=None, compare=False, repr=False)
    """What the indicators were read from (`interpret.Claims`); None where they cannot be read again by other rules."""
    unmasked: ReadReport | None = field(default=None, compare=False, repr=False)
    """The report read with numbers in the place of its masks, where it has any."""
