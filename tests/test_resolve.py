"""Which of overlapping matches stand, and that those that gave way are kept with the reason."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from pipeline.extract.resolve import resolve
from pipeline.model import Mention


def _mention(start: int, end: int, rule: str) -> Mention:
    return Mention(start, end, "count", rule, "quantity")


def test_priority_then_length_then_place_then_order() -> None:
    short, long, first, later = _mention(0, 2, "short"), _mention(0, 5, "long"), _mention(6, 8, "first"), _mention(7, 9, "later")
    assert resolve([(0, 0, long), (1, 1, short)], 9)[0] == [short]
    assert resolve([(0, 0, short), (0, 1, long)], 9)[0] == [long]
    assert resolve([(0, 0, later), (0, 1, first)], 9)[0] == [first]
    same = _mention(0, 2, "same")
    assert resolve([(0, 1, same), (0, 0, short)], 9)[0] == [short]


def test_those_that_give_way_come_with_the_one_that_stands_there() -> None:
    kept, beaten = resolve([(0, 0, _mention(0, 5, "long")), (0, 1, _mention(3, 7, "short")), (0, 2, _mention(5, 6, "beside"))], 9)
    assert [mention.rule for mention in kept] == ["long", "beside"]
    assert [(mention.rule, winner.rule) for mention, winner in beaten] == [("short", "long")]


def test_a_loser_blocks_nothing() -> None:
    """The middle one gives way to the first and so leaves the last its place."""
    spans = [(2, 0, _mention(0, 4, "first")), (1, 1, _mention(3, 8, "middle")), (0, 2, _mention(6, 9, "last"))]
    assert [mention.rule for mention in resolve(spans, 9)[0]] == ["first", "last"]


CANDIDATES = st.lists(
    st.tuples(st.integers(-2, 2), st.integers(0, 5), st.integers(0, 30), st.integers(1, 6)).map(
        lambda t: (t[0], t[1], Mention(t[2], t[2] + t[3], "count", f"rule{t[1]}", "quantity"))
    ),
    max_size=25,
)


@given(CANDIDATES)
def test_nothing_overlaps_and_nothing_is_lost(candidates: list[tuple[int, int, Mention]]) -> None:
    kept, beaten = resolve(candidates, 40)
    assert all(a.end <= b.start for a, b in pairwise(kept))
    assert len(kept) + len(beaten) == len(candidates)
    assert all(mention.start < winner.end and winner.start < mention.end and winner in kept for mention, winner in beaten)


@given(CANDIDATES, st.randoms(use_true_random=False))
def test_the_order_of_the_candidates_does_not_matter(candidates: list[tuple[int, int, Mention]], random: object) -> None:
    unique = list({(order, m.start, m.end): (priority, order, m) for priority, order, m in candidates}.values())
    shuffled = list(unique)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert resolve(unique, 40)[0] == resolve(shuffled, 40)[0]
