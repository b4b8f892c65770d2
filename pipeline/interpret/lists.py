"""Nouns and numbers told in two lists: of 门诊人次、业务收入分别增长10%、8% each number has the noun at its place."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from pipeline.interpret.phrases import Line

_BETWEEN = "sc"
_NOUNS = "naeog"
_PASSED = "hdutrvp"
"""What may stand between the list of nouns and the word that deals them out."""


def member(line: Line, here: int, left: int, dealing: Collection[str]) -> tuple[int, int] | None:
    """First and last position of the noun that the number at `here` is of, where its clause deals a list of nouns out to as many numbers.

    `left` is where the clause begins, `dealing` the words that deal out (分别, 依次).
    """
    first, numbers = _run(line, here)
    if len(numbers) < 2:
        return None
    dealt = next((position for position in range(first - 1, left, -1) if line.word(position) in dealing), None)
    if dealt is None or "q" in line.letters[dealt:first]:
        return None
    nouns = _members(line, dealt, left)
    return nouns[numbers.index(here)] if len(nouns) == len(numbers) else None


def shared(line: Line, here: int, left: int, each: Collection[str]) -> tuple[int, int] | None:
    """The list of nouns each of which has the number: 排球赛、拔河赛各1场. `each`: the words for it."""
    before = here - 1
    if before <= left or line.word(before) not in each:
        return None
    nouns = _members(line, before, left)
    return (nouns[0][0], nouns[-1][1]) if len(nouns) > 1 else None


def common_end(nouns: Sequence[str]) -> str:
    """What all the nouns end with: 企业 of 国有企业, 私营企业; empty where they share nothing."""
    shortest = min(nouns, key=len)
    same = (length for length in range(len(shortest), 0, -1) if all(noun.endswith(shortest[-length:]) for noun in nouns))
    length = next(same, 0)
    return shortest[-length:] if length else ""


def _run(line: Line, here: int) -> tuple[int, list[int]]:
    """Where the list of numbers begins that `here` is in, and the positions of all of them."""
    letters = line.letters
    first = here
    while first >= 2 and letters[first - 1] in _BETWEEN and letters[first - 2] == "q":
        first -= 2
    numbers = [first]
    while letters[numbers[-1] + 1] in _BETWEEN and letters[numbers[-1] + 2] == "q":
        numbers.append(numbers[-1] + 2)
    return first, numbers


def _members(line: Line, end: int, left: int) -> list[tuple[int, int]]:
    """The members of the list of nouns before `end`, verbs and the like between passed over."""
    letters = line.letters
    last = end
    while last > left and letters[last - 1] in _PASSED:
        last -= 1
    first = last
    while first > left and letters[first - 1] in _NOUNS + _BETWEEN:
        first -= 1
    members, begin = [], first
    for position in range(first, last + 1):
        if position == last or letters[position] in _BETWEEN:
            if position > begin:
                members.append((begin, position))
            begin = position + 1
    return members
