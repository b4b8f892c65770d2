"""The way back from the clean text to the source."""

from __future__ import annotations

from dataclasses import FrozenInstanceError, is_dataclass, replace

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline import model
from pipeline.model import CleanText
from pipeline.rules_check import bare_report


def test_without_offsets_nothing_moves() -> None:
    clean = CleanText("三十人", 3)
    assert [clean.source_start(i) for i in range(4)] == [0, 1, 2, 3]
    assert [clean.source_end(i) for i in range(4)] == [0, 1, 2, 3]


def test_with_offsets() -> None:
    clean = CleanText("三十人", 8, [1, 4, 6])
    assert [clean.source_start(i) for i in range(4)] == [1, 4, 6, 8]
    assert [clean.source_end(i) for i in range(4)] == [0, 2, 5, 7]


@given(st.lists(st.integers(0, 40), min_size=1, unique=True).map(sorted), st.integers(0, 100))
def test_a_report_s_spans_lead_to_its_own_words(offsets: list[int], start: int) -> None:
    raw = "".join(chr(0x4E00 + i) for i in range(41))
    text = "".join(raw[i] for i in offsets)
    report = replace(bare_report(text), start=start, end=start + len(raw), raw=raw, offsets=[start + i for i in offsets])
    for first in range(len(text)):
        for last in range(first + 1, len(text) + 1):
            a, b = report.raw_span(first, last)
            assert raw[a - start : b - start] == report.raw_text(first, last)
            assert report.raw_text(first, last)[0] == text[first]
            assert report.raw_text(first, last)[-1] == text[last - 1]


def test_all_value_types_are_frozen() -> None:
    kinds = [kind for kind in vars(model).values() if is_dataclass(kind)]
    structs = [kind for kind in vars(model).values() if isinstance(kind, type) and issubclass(kind, msgspec.Struct)]
    assert len(kinds) > 5
    assert len(structs) > 10
    for kind in kinds:
        assert kind.__dataclass_params__.frozen, kind.__name__  # type: ignore[attr-defined]
    for struct in structs:
        assert struct.__struct_config__.frozen, struct.__name__
    with pytest.raises(FrozenInstanceError):
        CleanText("", 0).text = "x"  # type: ignore[misc]
    with pytest.raises(AttributeError):
        model.Cue("a.rule", 0, 1).start = 1  # type: ignore[misc]


def test_every_column_of_a_fact_has_its_field() -> None:
    from pipeline.schema import FACTS

    own = {name for kind in (model.Fact, model.Quantity, model.PartialDate) for name in kind.__struct_fields__}
    placed = {"fact_id", "report_id", "source", "text", "date_start", "date_end", "section"}
    assert set(FACTS.names()) <= own | placed
