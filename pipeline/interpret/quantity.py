"""Counts, money, rates and lengths of time: a mention's groups → a number with its hedge and unit.

An interpreter consumes the whole mention or raises `UnreadableError` with a reason.
It knows the mention and the words around it, never the clock.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal
from functools import lru_cache
from itertools import count

import msgspec
import regex

from pipeline.interpret.numerals import Alphabet, NumeralError
from pipeline.model import Bound, Cue, Mention, Quantity
from pipeline.rulebook import HEDGE_SIDES, Rulebook
from pipeline.starts import Gate

MOST_NUMBERS = 1 << 14
"""So many written numbers are remembered with their values: most that a report holds are short."""
PERCENT_PLACES = Decimal("0.000001")
_HEDGES = (
    ("before", "before"),
    *(("inside", name) for name in ("inside", "inner_after", "between", "more")),
    *(("after", name) for name in ("after", "inner_after")),
)
"""The side of a hedge, and a group of a mention that may hold one; the first that does is taken."""
_HEDGED = frozenset(name for _, name in _HEDGES)


class UnreadableError(ValueError):
    """A mention that has no value; the message is the reason that goes into `note`."""


class Groups(msgspec.Struct, frozen=True, gc=False):
    """The words of a mention's named groups."""

    text: str
    spans: Mapping[str, tuple[int, int]]

    def get(self, name: str) -> str:
        span = self.spans.get(name)
        if span is None:
            return ""
        words = self.text[span[0] : span[1]]
        return words if words.isalnum() else words.replace(" ", "").replace("\n", "")


@dataclass(frozen=True, slots=True)
class _Context:
    """A cue beside a number: where it may stand, and what it says."""

    id: str
    pattern: regex.Pattern[str]
    says: str
    rates: bool = False
    """Whether it says something of rates too."""
    gated: int = 0
    """Its index in the reader's gate."""


class QuantityReader:
    """Reads the mentions whose rules name one of its ways of reading, from `quantity` to `money_parts`."""

    LEFT_WINDOW = 40
    """Characters before a number in which its denominator, its hedge or a word of change may stand."""

    def __init__(self, rulebook: Rulebook, alphabet: Alphabet) -> None:
        self._alphabet = alphabet
        self._number = lru_cache(MOST_NUMBERS)(self._read_number)
        """The value of a written number and its scale."""
        hedges = rulebook.table("hedges")
        self._bounds: dict[str, dict[str, Bound]] = {
            side: {word: bound for bound, words in hedges[side].items() for word in words.split()} for side in HEDGE_SIDES
        }
        self._bounds["after"] |= self._bounds.pop("within")
        context = rulebook.table("context")
        number = count()
        self._apart = _contexts(rulebook, hedges["apart"], "pattern", "bound", "hedges", number)
        self._per = _contexts(rulebook, context["per"], "left", "says", "context", number)
        self._per_of_rates = tuple(row for row in self._per if row.rates)
        self._change = _contexts(rulebook, context["change"], "left", "change", "context", number)
        self._gate = Gate([row.pattern for row in (*self._apart, *self._per, *self._change)])
        self._readers: Mapping[str, Callable[[Groups], Quantity]] = {
            "quantity": self._quantity,
            "adjacent": self._adjacent,
            "shared_unit": self._shared_unit,
            "percent_words": self._percent_words,
            "tenths": self._tenths,
            "fraction": self._fraction,
            "ratio": self._ratio,
            "half": self._half,
            "money_parts": self._money_parts,
            "money_small": self._money_small,
        }

    @property
    def reads(self) -> frozenset[str]:
        return frozenset(self._readers)

    def read(self, mention: Mention, text: str) -> tuple[Quantity, tuple[Cue, ...]]:
        """The value of a mention and the cues around it that had a say, in the decimal context `EXACT`, which the caller sets.

        Raises UnreadableError with the reason.
        """
        groups = Groups(text, mention.groups)
        try:
            quantity = self._readers[mention.reads](groups)
        except NumeralError as error:
            raise UnreadableError(f"«{text[mention.start : mention.end]}»: {error}") from error
        quantity = _with_kind(quantity, mention.kind)
        if mention.kind == "duration":
            return quantity, ()
        return self._in_context(quantity, mention, text)

    def _in_context(self, quantity: Quantity, mention: Mention, text: str) -> tuple[Quantity, tuple[Cue, ...]]:
        first = max(0, mention.start - self.LEFT_WINDOW)
        left = text[first : mention.start]
        passing = self._gate.passing(left)
        if not passing:
            return quantity, ()
        cues = []
        bound, per, change = quantity.bound, quantity.per, None
        if bound == "=" and (found := _first(self._apart, passing, left)):
            bound = found[0].says  # type: ignore[assignment]
            cues.append(_cue(found, first))
        per_contexts = self._per_of_rates if mention.kind == "rate" else self._per
        if per is None and (found := _first(per_contexts, passing, left)):
            per = found[0].says or "/".join(filter(None, (found[1].groupdict().get(name) for name in ("per", "per2"))))
            cues.append(_cue(found, first))
        if found := _first(self._change, passing, left):
            change = found[0].says
            cues.append(_cue(found, first))
        if not cues:
            return quantity, ()
        return Quantity(quantity.value, quantity.low, quantity.high, bound, quantity.unit, per, change, quantity.note), tuple(cues)  # type: ignore[arg-type]

    def _read_number(self, number: str, scale: str = "") -> Decimal:
        return self._alphabet.parse(number) * self._alphabet.scale(scale)

    def _bound(self, groups: Groups) -> Bound:
        """What the first hedge says; one that only says about (约) gives way to one that says on which side (约6000余人)."""
        if _HEDGED.isdisjoint(groups.spans):
            return "="
        said: list[Bound] = [
            bound for side, name in _HEDGES if name in groups.spans and (bound := self._bounds[side].get(groups.get(name)))
        ]
        return next((bound for bound in said if bound != "~"), said[0] if said else "=")

    def _per_written(self, groups: Groups) -> str | None:
        if "per" not in groups.spans and "per2" not in groups.spans:
            return None
        return "/".join(part for part in (groups.get("per"), groups.get("per2")) if part) or None

    def _quantity(self, groups: Groups) -> Quantity:
        if "high" in groups.spans and groups.get("high"):
            return self._range(groups)
        value = self._number(groups.get("number"), groups.get("scale"))
        if ("between" in groups.spans and groups.get("between") == "半") or ("half" in groups.spans and groups.get("half")):
            value += Decimal("0.5")
        return Quantity(value, bound=self._bound(groups), unit=groups.get("unit") or None, per=self._per_written(groups))

    def _range(self, groups: Groups) -> Quantity:
        low, high = self._number(groups.get("low")), self._number(groups.get("high"))
        shared = self._trailing_scale(groups.get("high"))
        # 3至5万元: the scale belongs to both ends where the first has none of its own and no unit either.
        if shared > 1 and not groups.get("low_unit") and self._trailing_scale(groups.get("low")) == 1 and low < high / shared:
            low *= shared
        if low > high:
            raise UnreadableError("a range that falls")
        return Quantity(None, low, high, self._bound(groups), groups.get("unit") or None, self._per_written(groups))

    def _trailing_scale(self, number: str) -> Decimal:
        tail = regex.search(r"(?<=\d)[百千万亿]+$|(?<=[一二两三四五六七八九十])[万亿]+$", number)
        return self._alphabet.scale(tail.group()) if tail else Decimal(1)

    def _adjacent(self, groups: Groups) -> Quantity:
        scale = groups.get("scale")
        low, high = self._number(groups.get("low"), scale), self._number(groups.get("high"), scale)
        if low >= high or high - low > 2 * self._alphabet.scale(scale):
            raise UnreadableError("two digits that are no range")
        return Quantity(None, low, high, self._bound(groups), groups.get("unit") or None, self._per_written(groups))

    def _shared_unit(self, groups: Groups) -> Quantity:
        value = self._number(groups.get("number"))
        return Quantity(value * self._shared_scale(groups), bound=self._bound(groups), unit=groups.get("unit") or None)

    def _shared_scale(self, groups: Groups) -> Decimal:
        """The scale before the shared unit (12、15、20万元), where the member has none of its own."""
        if not groups.get("number")[-1].isdigit():
            return Decimal(1)
        unit_start = groups.spans["unit"][0]
        tail = regex.search(r"(?<=\d)[万亿]+$", groups.text[max(0, unit_start - 4) : unit_start])
        return self._alphabet.scale(tail.group()) if tail else Decimal(1)

    def _percent_words(self, groups: Groups) -> Quantity:
        number = groups.get("number")
        if "点" in number:
            whole, _, places = number.partition("点")
            value = self._number(whole) + Decimal("0." + "".join(str(self._number(digit)) for digit in places))
        else:
            value = self._number(number)
        per_hundred = self._alphabet.scale(groups.get("base")[0]) / 100
        return Quantity(value / per_hundred, bound=self._bound(groups), unit="%")

    def _tenths(self, groups: Groups) -> Quantity:
        fives = self._number(groups.get("fives")) if groups.get("fives") else Decimal(5 if groups.get("half") else 0)
        value = self._number(groups.get("number")) * 10 + fives
        return Quantity(value, bound=self._bound(groups), unit="%")

    def _fraction(self, groups: Groups) -> Quantity:
        denominator = self._number(groups.get("denominator"))
        if denominator == 0:
            raise UnreadableError("a fraction of nothing")
        share = (100 * self._number(groups.get("number")) / denominator).quantize(PERCENT_PLACES, ROUND_HALF_EVEN)
        return Quantity(share.normalize() + 0, bound=self._bound(groups), unit="%")

    def _ratio(self, groups: Groups) -> Quantity:
        base = self._number(groups.get("base"))
        if base == 0:
            raise UnreadableError("a ratio to nothing")
        share = (100 * self._number(groups.get("number")) / base).quantize(PERCENT_PLACES, ROUND_HALF_EVEN)
        return Quantity(share.normalize() + 0, unit="%")

    def _money_parts(self, groups: Groups) -> Quantity:
        tenths = self._number(groups.get("jiao")) / 10 if groups.get("jiao") else Decimal(0)
        hundredths = self._number(groups.get("fen")) / 100 if groups.get("fen") else Decimal(0)
        yuan = self._number(groups.get("number"), groups.get("scale"))
        return Quantity(yuan + tenths + hundredths, bound=self._bound(groups), unit="元", per=self._per_written(groups))

    def _money_small(self, groups: Groups) -> Quantity:
        hundredths = self._number(groups.get("fen")) / 100 if groups.get("fen") else Decimal(0)
        return Quantity(self._number(groups.get("number")) / 10 + hundredths, unit="元")

    def _half(self, groups: Groups) -> Quantity:
        return Quantity(Decimal("0.5"), bound=self._bound(groups), unit=groups.get("unit"))


def _with_kind(quantity: Quantity, kind: str) -> Quantity:
    """Units as the tables have them: money in 元 unless foreign, 个百分点 without its 个."""
    unit = quantity.unit
    if kind == "money" and (unit is None or unit[0] in "元圆块"):
        unit = "元"
    elif kind == "rate" and unit is None:
        unit = "%"
    elif kind == "rate" and unit and unit.startswith("个"):
        unit = unit[1:]
    if unit == quantity.unit:
        return quantity
    return Quantity(quantity.value, quantity.low, quantity.high, quantity.bound, unit, quantity.per, quantity.change, quantity.note)


def _contexts(
    rulebook: Rulebook, rows: list[dict[str, object]], pattern: str, says: str, file: str, number: Iterator[int]
) -> tuple[_Context, ...]:
    """The cues of one list of rules; each takes the next `number`."""
    return tuple(
        _Context(
            str(row["id"]),
            rulebook.compile(str(row[pattern]), f"rules/{file}.toml: {row['id']}"),
            str(row.get(says, "")),
            bool(row.get("rates")),
            next(number),
        )
        for row in rows
    )


def _first(contexts: tuple[_Context, ...], passing: frozenset[int], left: str) -> tuple[_Context, regex.Match[str]] | None:
    for context in contexts:
        if context.gated in passing and (match := context.pattern.search(left)):
            return context, match
    return None


def _cue(found: tuple[_Context, regex.Match[str]], offset: int) -> Cue:
    return Cue(found[0].id, offset + found[1].start(), offset + found[1].end())
