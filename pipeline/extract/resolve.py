"""Settles which of the overlapping matches stand: the one visible place where ambiguity is decided.

Order of preference: higher priority (look-alikes before facts), then the longer match, then the earlier one,
then the rule that stands first.
"""

from __future__ import annotations

from collections.abc import Iterable

from pipeline.model import Loser, Mention


def resolve(candidates: Iterable[tuple[int, int, Mention]], length: int) -> tuple[list[Mention], list[Loser]]:
    """Mentions that stand, by offset, and those that gave way. A candidate is (priority, order of its rule, mention)."""
    ranked = sorted(candidates, key=lambda c: (-c[0], c[2].start - c[2].end, c[2].start, c[1]))
    owner: list[Mention | None] = [None] * length
    kept: list[Mention] = []
    losers: list[Loser] = []
    for _, _, mention in ranked:
        start, end = mention.start, mention.end
        winner = owner[start] or next(filter(None, owner[start:end]), None)
        if winner is not None:
            losers.append(Loser(mention, f"{winner.rule} stands at {winner.start}-{winner.end}"))
            continue
        owner[start:end] = [mention] * (end - start)
        kept.append(mention)
    kept.sort(key=lambda mention: mention.start)
    return kept, losers
