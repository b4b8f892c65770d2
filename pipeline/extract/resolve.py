"""Settles which of the overlapping matches stand: the one visible place where ambiguity is decided.

Order of preference: higher priority (look-alikes before facts), then the longer match, then the earlier one,
then the rule that stands first.
"""

from __future__ import annotations

from collections.abc import Iterable

from pipeline.model import Mention


def resolve(candidates: Iterable[tuple[int, int, Mention]], length: int) -> tuple[list[Mention], list[tuple[Mention, Mention]]]:
    """Mentions that stand, by offset, and those that gave way, each with the one that stands there.

    A candidate is (priority, order of its rule, mention).
    """
    ranked = sorted(candidates, key=lambda c: (-c[0], c[2].start - c[2].end, c[2].start, c[1]))
    owner: list[Mention | None] = [None] * length
    kept: list[Mention] = []
    beaten: list[tuple[Mention, Mention]] = []
    for _, _, mention in ranked:
        start, end = mention.start, mention.end
        winner = owner[start] or next(filter(None, owner[start:end]), None)
        if winner is not None:
            beaten.append((mention, winner))
            continue
        owner[start:end] = [mention] * (end - start)
        kept.append(mention)
    kept.sort(key=lambda mention: mention.start)
    return kept, beaten
