"""Exact and hedged numbers: how a decimal fits its column, and what can be said of a sum with `8000余` or `500-1000` among its terms."""

from __future__ import annotations

import decimal
from collections.abc import Iterable, Sequence
from decimal import Decimal

import msgspec

from pipeline.model import Bound

DIGITS = 32
"""Digits before the decimal point that fit into decimal(38, 6)."""
PLACES = Decimal("0.000001")
TOO_LONG = "too_long: over 32 digits"
ROUNDED = "rounded: to 6 decimals"
SIGNS: dict[str, str] = {"=": "", "~": "≈", ">": ">", ">=": "≥", "<": "<", "<=": "≤"}
"""What stands before a hedged number where people read it."""
EXACT = decimal.Context(prec=80, rounding=decimal.ROUND_HALF_EVEN)
"""Wide enough that nothing computed of decimal(38, 6) is rounded unsaid; the default context keeps 28 digits."""

_UPSIDE_DOWN: dict[Bound, Bound] = {"=": "=", "~": "~", ">": "<", ">=": "<=", "<": ">", "<=": ">="}
"""The bound of 1 / x for that of x > 0."""


class Hedged(msgspec.Struct, frozen=True, gc=False):
    """A number and its bound; `low` and `high` are the least and the greatest it can be, None where the words leave that open."""

    value: Decimal
    bound: Bound
    low: Decimal | None
    high: Decimal | None


def exact(value: Decimal | None) -> tuple[Decimal | None, str | None]:
    """`value` as it fits into decimal(38, 6), and a note where it was rounded or has no place there."""
    if value is None:
        return None, None
    if not value.is_finite() or value.adjusted() >= DIGITS:
        return None, TOO_LONG
    exponent = value.as_tuple().exponent
    if isinstance(exponent, int) and exponent >= -6:
        return value, None
    rounded = value.quantize(PLACES, context=EXACT)
    if rounded.adjusted() >= DIGITS:
        return None, TOO_LONG
    return rounded, None if rounded == value else ROUNDED


def hedged(value: Decimal | None, low: Decimal | None, high: Decimal | None, bound: str | None) -> Hedged | None:
    """A fact's number. A range has no value of its own: it is at least its low end. None where there is no number at all."""
    if value is None:
        if low is not None:
            return Hedged(low, ">=", low, high)
        return None if high is None else Hedged(high, "<=", None, high)
    if bound in (">", ">="):
        return Hedged(value, ">" if bound == ">" else ">=", value, None)
    if bound in ("<", "<="):
        return Hedged(value, "<" if bound == "<" else "<=", None, value)
    if bound == "~":
        return Hedged(value, "~", None, None)
    return Hedged(value, "=", value, value)


def total(terms: Sequence[Hedged]) -> Hedged:
    """The sum of one term or more, and the weakest bound that is true of it."""
    if len(terms) == 1:
        return terms[0]
    return Hedged(
        add(term.value for term in terms),
        weakest([term.bound for term in terms]),
        _add_known([term.low for term in terms]),
        _add_known([term.high for term in terms]),
    )


def quotient(value: Hedged, base: Hedged) -> Hedged:
    """`value` over `base`, which must be above 0, to 6 decimals; over 1000余 it is less than over 1000."""
    bound = weakest([value.bound, _UPSIDE_DOWN[base.bound]])
    return Hedged(_over(value.value, base.value), bound, _over_known(value.low, base.high), _over_known(value.high, base.low))


def weakest(bounds: Iterable[Bound]) -> Bound:
    """The weakest bound that holds of a sum of terms with these bounds: `=` only where all are; a sum of `>` and `<` is only `~`."""
    found = set(bounds) - {"="}
    if not found:
        return "="
    if found <= {">", ">="}:
        return ">=" if ">=" in found else ">"
    if found <= {"<", "<="}:
        return "<=" if "<=" in found else "<"
    return "~"


def add(numbers: Iterable[Decimal]) -> Decimal:
    """The exact sum."""
    result = Decimal(0)
    for number in numbers:
        result = EXACT.add(result, number)
    return result


def subtract(a: Decimal, b: Decimal) -> Decimal:
    """The exact difference."""
    return EXACT.subtract(a, b)


def _over(value: Decimal, base: Decimal) -> Decimal:
    return EXACT.divide(value, base).quantize(PLACES, context=EXACT)


def _over_known(value: Decimal | None, base: Decimal | None) -> Decimal | None:
    return None if value is None or base is None else _over(value, base)


def _add_known(numbers: Sequence[Decimal | None]) -> Decimal | None:
    known = [number for number in numbers if number is not None]
    return add(known) if len(known) == len(numbers) else None


def plain(value: Decimal, grouped: bool = False) -> str:
    """The number in digits, every one of them, without trailing zeros; `grouped` puts commas between thousands."""
    written = f"{value:,f}" if grouped else f"{value:f}"
    return written.rstrip("0").rstrip(".") if "." in written else written
