"""The comparison per head: only where one row gives both figures, with the bound that follows from the two."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pyarrow as pa
import pytest
from fakes import INDICATORS

from pipeline.per_head import per_head
from pipeline.schema import COMPARISON_LEAD, DECIMAL

BASED = {**INDICATORS, "aid.amount": replace(INDICATORS["aid.amount"], bases=("org.members_total", "aid.people"))}
LEAD = {column.name: pa.nulls(1, column.type) for column in COMPARISON_LEAD}


def wide(**values: object) -> pa.Table:
    """A comparison of one row; `aid_amount=(8000, ">")` is the column `aid.amount` with its bound."""
    columns = {}
    for name, (value, bound) in values.items():  # type: ignore[misc]
        code = name.replace("_", ".", 1)
        columns[code] = pa.array([None if value is None else Decimal(value)], DECIMAL)
        columns[code + "__bound"] = pa.array([bound])
    return pa.table(LEAD | columns)


@pytest.mark.parametrize(
    ("amount", "members", "ratio", "bound"),
    [
        ((9000, "="), (300, "="), "30", "="),
        ((9000, ">"), (300, "="), "30", ">"),
        ((9000, "="), (300, ">"), "30", "<"),
        ((9000, ">="), (300, "<="), "30", ">="),
        ((9000, ">"), (300, ">"), "30", "~"),
        ((9000, "~"), (300, "="), "30", "~"),
        ((10000, "="), (3, "="), "3333.333333", "="),
    ],
)
def test_a_ratio_and_its_bound(amount: tuple[int, str], members: tuple[int, str], ratio: str, bound: str) -> None:
    (row,) = per_head(wide(aid_amount=amount, org_members_total=members), BASED).to_pylist()
    assert (row["indicator"], row["base"]) == ("aid.amount", "org.members_total")
    assert (row["ratio"], row["bound"]) == (Decimal(ratio), bound)
    assert (row["value"], row["base_value"]) == (Decimal(amount[0]), Decimal(members[0]))


@pytest.mark.parametrize("members", [(None, None), (0, "=")])
def test_no_base_no_row(members: tuple[int | None, str | None]) -> None:
    assert per_head(wide(aid_amount=(9000, "="), org_members_total=members), BASED).num_rows == 0


def test_every_base_that_is_told_gives_a_row() -> None:
    table = per_head(wide(aid_amount=(9000, "="), org_members_total=(300, "="), aid_people=(45, "=")), BASED)
    assert dict(zip(table["base"].to_pylist(), table["ratio"].to_pylist(), strict=True)) == {
        "org.members_total": Decimal(30),
        "aid.people": Decimal(200),
    }


def test_indicators_without_bases_give_none() -> None:
    assert per_head(wide(aid_amount=(9000, "="), org_members_total=(300, "=")), INDICATORS).num_rows == 0
