"""Whether the work of a pattern explodes: it is run on texts made to attack it, and its steps are counted.

The texts are made of the pattern itself: what each of its endless repeats can repeat, behind what leads there, many times over, with and
without an end that fits. The repeats of a rule have an end (pipeline/repeats.py), so that a pattern that looks once from each place takes
work that grows with the text alone. Here are found those in which two repeats share a stretch in every way, which no such end makes good.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

import regex

from pipeline.pattern_machine import (
    Machine,
    Node,
    Program,
    TooManyStepsError,
    compiled,
    is_endless,
    is_leaf,
    is_repeat,
    kind,
    taker,
    tree,
)

ORDINARY = "户1一 、,.。;:a(“\n"
"""Characters that are tried beside those that the pattern itself names: one of each sort that reports are made of."""
BREAK = "\ufffd"
SIZES = (40, 80, 160)
"""Characters of the texts."""
MOST = 5.5
"""Times the steps, at most, for twice the text. 4 is the square: from each place to the end, which the bound of each repeat makes linear.
8 is two repeats that share a text between them in every way."""
FAIR = 4 * SIZES[-1] ** 2
"""Steps that are no matter, whatever they grow to: short repeats with an end, side by side, come to as many."""
MOST_STEPS = 2_000_000
FEW = 3
"""So many words are taken of each piece, and so many characters of each class."""


@dataclass(frozen=True, slots=True)
class Attack:
    """A text that a pattern is run on: `pump` so often that it has the size."""

    before: str
    pump: str
    behind: str

    def text(self, size: int) -> str:
        return self.before + self.pump * max(1, size // len(self.pump)) + self.behind


@dataclass(frozen=True, slots=True)
class Growth:
    """The steps that a pattern takes on an attack at each of `SIZES`, as far as it takes no more than `MOST_STEPS`."""

    attack: Attack
    steps: tuple[int, ...]

    @property
    def is_too_fast(self) -> bool:
        if len(self.steps) < 2:
            return True
        return self.steps[-1] > FAIR and self.steps[-1] > MOST * self.steps[-2]


def check(patterns: Iterable[tuple[str, regex.Pattern[str]]]) -> Iterator[str]:
    """What is wrong with patterns, each with the place of its rule, in words that begin with that place."""
    for where, pattern in patterns:
        if (found := worst(pattern)) is not None:
            attack = f"{found.attack.before}{found.attack.pump}".strip() or "blanks"
            yield (
                f"{where}: the pattern explodes on a text such as {attack}, again and again: two of its repeats share a stretch in "
                "every way. Let them differ in what they take, give them an end ({0,20}), or make the first possessive (*+)"
            )


def worst(pattern: regex.Pattern[str]) -> Growth | None:
    """The attack on which the steps of a pattern grow faster than the text; None where there is none.

    Raises UnknownPatternError for a pattern that cannot be judged.
    """
    root = tree(pattern)
    if not any(is_unbounded(node) for node in nodes(root)):
        return None
    program = compiled(root, backwards=bool(pattern.flags & regex.REVERSE))
    for attack in attacks(root):
        growth = Growth(attack, tuple(_steps(program, attack)))
        if growth.is_too_fast:
            return growth
    return None


def _steps(program: Program, attack: Attack) -> Iterator[int]:
    for size in SIZES:
        machine = Machine(attack.text(size), MOST_STEPS)
        try:
            for _ in machine.spans(program):
                pass
        except TooManyStepsError:
            return
        yield machine.steps


def is_unbounded(node: Node) -> bool:
    """Whether it repeats without an end, or with none but the one that every rule's repeats are given."""
    return is_repeat(node) and is_endless(node)


def nodes(root: Node) -> Iterator[Node]:
    """The node and all below it; the words of a list are none."""
    yield root
    for below in _below(root):
        yield from nodes(below)


def _below(node: Node) -> Sequence[Node]:
    if is_leaf(node) or kind(node) == "StringSet":
        return ()
    if kind(node) == "Sequence":
        return tuple(node.items)
    if kind(node) == "Branch":
        return tuple(node.branches)
    return (node.subpattern,) if hasattr(node, "subpattern") else ()


def attacks(root: Node) -> Iterable[Attack]:
    """The texts to run a pattern on, each once, the simplest first."""
    words = _Words(root)
    found: list[Attack] = [Attack("", character, BREAK) for character in words.best]
    for before, loop in words.loops(root, ""):
        for pump in filter(None, words.of(loop.subpattern)):
            found += [Attack(before, pump, ""), Attack(before, pump, BREAK), Attack("", before + pump, "")]
        if before:
            found.append(Attack("", before, ""))
    found += [Attack("", whole, "") for whole in words.of(root) if whole]
    return dict.fromkeys(found)


class _Words:
    """Words that pieces of one pattern take, made of the characters that most of its unbounded repeats take."""

    def __init__(self, root: Node) -> None:
        leaves = [node for node in nodes(root) if is_leaf(node)]
        loops = [leaf for node in nodes(root) if is_unbounded(node) for leaf in nodes(node) if is_leaf(leaf)]
        named = dict.fromkeys(chain(ORDINARY, *(_named(leaf) for leaf in leaves)))
        takers = [taker(leaf) for leaf in loops]
        liked = Counter({character: sum(takes(character) for takes in takers) for character in named})
        self._characters = [character for character, _ in liked.most_common()]
        self.best = self._characters[: 2 * FEW]

    def of(self, node: Node) -> list[str]:
        """Some words that the node takes, look-arounds left out of account."""
        name = kind(node)
        if is_leaf(node):
            takes = taker(node)
            return [character for character in self._characters if takes(character)][:FEW] or [BREAK]
        if name == "StringSet":
            words = sorted(
                ("".join(chr(item.value) for item in branch.items) for branch in node.branches), key=lambda word: (len(word), word)
            )
            return words[:1] + words[-1:]
        if name == "Sequence":
            return self._joined([self.of(item) for item in node.items])
        if name == "Branch":
            return list(dict.fromkeys(chain.from_iterable(zip(*(self._two(branch) for branch in node.branches), strict=True))))[: 2 * FEW]
        if is_repeat(node):
            return [word * max(1, node.min_count) for word in self.of(node.subpattern)]
        if name == "LookAround":
            return self.of(node.subpattern) if node.behind and node.positive else [""]
        return self.of(node.subpattern) if hasattr(node, "subpattern") else [""]

    def _two(self, node: Node) -> tuple[str, str]:
        words = self.of(node) or [""]
        return words[0], words[-1]

    @staticmethod
    def _joined(parts: Sequence[list[str]]) -> list[str]:
        """One word of all first choices, one of all second ones …"""
        return ["".join(part[min(place, len(part) - 1)] for part in parts if part) for place in range(FEW)]

    def loops(self, node: Node, before: str) -> Iterator[tuple[str, Node]]:
        """Every unbounded repeat, with a word that leads to it."""
        if is_unbounded(node):
            yield before, node
        for below in _below(node):
            yield from self.loops(below, before)
            if kind(node) == "Sequence":
                before += self._two(below)[0]


def _named(leaf: Node) -> Iterator[str]:
    """Characters that a leaf speaks of: its own, the ends of its ranges."""
    for item in getattr(leaf, "items", (leaf,)):
        if hasattr(item, "items"):
            yield from _named(item)
        elif hasattr(item, "lower"):
            yield from (chr(item.lower), chr(item.upper))
        elif kind(item) == "Character":
            yield chr(item.value)
