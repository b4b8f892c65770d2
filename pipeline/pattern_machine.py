"""A pattern of the `regex` package as a program, and a machine that runs it by plain backtracking and counts its steps.

What the package itself does within one call cannot be counted, only timed. This machine tries what it would try without any of its
shortcuts, so that its count is never too low. The pattern is read by the package's own parser.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any

import regex

from pipeline.repeats import MOST as NO_END

core: Any = import_module("regex._regex_core")
"""The package's own parser, which has no types. A version that reads patterns in another way is noticed by the tests."""
Node = Any
"""A node of the tree that it makes."""


def _between_words(text: str, at: int) -> bool:
    before, behind = (character.isalnum() or character == "_" for character in (text[at - 1 : at] or " ", text[at : at + 1] or " "))
    return before != behind


ZERO_WIDTH: dict[str, Callable[[str, int], bool]] = {
    "StartOfString": lambda _, at: at == 0,
    "StartOfLine": lambda text, at: at == 0 or text[at - 1] == "\n",
    "StartOfLineU": lambda text, at: at == 0 or text[at - 1] == "\n",
    "EndOfString": lambda text, at: at == len(text),
    "EndOfStringLine": lambda text, at: at == len(text) or text[at:] == "\n",
    "EndOfStringLineU": lambda text, at: at == len(text) or text[at:] == "\n",
    "EndOfLine": lambda text, at: at == len(text) or text[at] == "\n",
    "EndOfLineU": lambda text, at: at == len(text) or text[at] == "\n",
    "Boundary": _between_words,
}
Instruction = tuple[Any, ...]


class UnknownPatternError(ValueError):
    """A pattern with something that this machine does not know."""


class TooManyStepsError(Exception):
    """The machine has done as many steps as it may."""


def tree(pattern: regex.Pattern[str]) -> Node:
    """What the package's parser makes of a compiled pattern. Raises UnknownPatternError where it makes nothing that is known here."""
    flags = pattern.flags
    while True:
        try:
            source = core.Source(pattern.pattern)
            info = core.Info(flags, source.char_type, dict(pattern.named_lists))
            source.ignore_space = bool(info.flags & regex.VERBOSE)
            parsed = core._parse_pattern(source, info)
            parsed.fix_groups(pattern.pattern, bool(info.flags & regex.REVERSE), False)
            return parsed
        except core._UnscopedFlagSet:
            flags = info.global_flags


def is_leaf(node: Node) -> bool:
    """Whether the node takes exactly one character."""
    return (hasattr(node, "matches") and not getattr(node, "zerowidth", False)) or kind(node).startswith("Any")


def is_repeat(node: Node) -> bool:
    return kind(node) in ("GreedyRepeat", "LazyRepeat", "PossessiveRepeat")


def is_endless(repeat: Node) -> bool:
    return repeat.max_count is None or repeat.max_count - repeat.min_count >= NO_END


def kind(node: Node) -> str:
    return type(node).__name__


def taker(leaf: Node) -> Callable[[str], bool]:
    """Whether a leaf takes a character; each is asked for once."""
    known: dict[str, bool] = {}
    dot = {"AnyAll": "", "Any": "\n", "AnyU": "\n\r\x0b\x0c\x85\u2028\u2029"}.get(kind(leaf))

    def takes(character: str) -> bool:
        if character not in known:
            known[character] = bool(leaf.matches(ord(character))) if dot is None else character not in dot
        return known[character]

    return takes


@dataclass(slots=True)
class Program:
    """Instructions, run from the first; `step` is -1 where the text is read from right to left."""

    step: int
    code: list[Instruction] = field(default_factory=list)


def compiled(node: Node, *, backwards: bool = False) -> Program:
    """The program of a tree. Raises UnknownPatternError."""
    program = Program(-1 if backwards else 1)
    _Compiler(program).add(node)
    program.code.append(("end",))
    return program


class _Compiler:
    def __init__(self, program: Program) -> None:
        self._program = program
        self._code = program.code
        self._backwards = program.step < 0

    def add(self, node: Node) -> None:
        name = kind(node)
        if is_leaf(node):
            self._code.append(("one", taker(node)))
        elif is_repeat(node):
            self._repeat(node, name)
        elif name == "Sequence":
            for item in reversed(node.items) if self._backwards else node.items:
                self.add(item)
        elif name == "Branch":
            self._branch(node.branches)
        else:
            self._piece(node, name)

    def _piece(self, node: Node, name: str) -> None:
        if name in ZERO_WIDTH:
            self._code.append(("at", ZERO_WIDTH[name], getattr(node, "positive", True)))
        elif name == "StringSet":
            words = sorted(("".join(map(chr, word)) for word in map(_codes, node.branches)), key=len, reverse=True)
            self._code.append(("words", frozenset(words), sorted({len(word) for word in words})))
        elif name == "Group":
            self._code.append(("open", node.group))
            self.add(node.subpattern)
            self._code.append(("close", node.group))
        elif name == "RefGroup":
            self._code.append(("again", node.group))
        elif name == "Atomic":
            self._code.append(("atomic", compiled(node.subpattern, backwards=self._backwards)))
        elif name == "LookAround":
            self._code.append(("look", compiled(node.subpattern, backwards=node.behind), node.positive))
        else:
            raise UnknownPatternError(f"{name} is not known")

    def _branch(self, branches: list[Node]) -> None:
        ends = []
        for branch in branches[:-1]:
            split = self._hole()
            self.add(branch)
            ends.append(self._hole())
            self._code[split] = ("split", split + 1, len(self._code))
        self.add(branches[-1])
        for end in ends:
            self._code[end] = ("jump", len(self._code))

    def _hole(self) -> int:
        self._code.append(())
        return len(self._code) - 1

    def _repeat(self, node: Node, name: str) -> None:
        if name == "PossessiveRepeat":
            inner = Program(self._program.step)
            _Compiler(inner)._times(node, lazy=False)
            inner.code.append(("end",))
            self._code.append(("atomic", inner))
        else:
            self._times(node, lazy=name == "LazyRepeat")

    def _times(self, node: Node, *, lazy: bool) -> None:
        for _ in range(node.min_count):
            self.add(node.subpattern)
        if is_endless(node):
            split = self._hole()
            self._code.append(("mark", split))
            self.add(node.subpattern)
            self._code += [("moved", split), ("jump", split)]  # what takes nothing is not done again
            self._code[split] = self._choice(split + 1, len(self._code), lazy=lazy)
            return
        splits = []
        for _ in range(node.max_count - node.min_count):
            splits.append(self._hole())
            self.add(node.subpattern)
        for split in splits:
            self._code[split] = self._choice(split + 1, len(self._code), lazy=lazy)

    @staticmethod
    def _choice(go_on: int, leave: int, *, lazy: bool) -> Instruction:
        return ("split", leave, go_on) if lazy else ("split", go_on, leave)


def _codes(sequence: Node) -> list[int]:
    return [item.value for item in sequence.items]


Marks = tuple[tuple[object, int], ...]
"""Where a loop was begun last, and where groups begin and end."""


class Machine:
    """Runs programs on one text. `steps` is what they have taken so far."""

    def __init__(self, text: str, most: int) -> None:
        self.text = text
        self.steps = 0
        self._most = most

    def spans(self, program: Program) -> Iterator[tuple[int, int]]:
        """What `finditer` finds. Raises TooManyStepsError."""
        places = range(len(self.text) + 1) if program.step > 0 else range(len(self.text), -1, -1)
        free = places[0]
        for start in places:
            if (start - free) * program.step < 0:
                continue
            found = self.run(program, start)
            if found is not None:
                end = found[0]
                yield min(start, end), max(start, end)
                free = end if end != start else end + program.step

    def run(self, program: Program, start: int, marks: Marks = ()) -> tuple[int, Marks] | None:  # noqa: C901  a loop of its own for every instruction would be slow
        """Where the match that begins at `start` ends, and the marks behind it; None where there is none."""
        code, text, step, length = program.code, self.text, program.step, len(self.text)
        waiting: list[tuple[int, int, Marks]] = [(0, start, marks)]
        while waiting:
            pc, at, marks = waiting.pop()
            while True:
                self.steps += 1
                if self.steps > self._most:
                    raise TooManyStepsError
                instruction = code[pc]
                operation = instruction[0]
                if operation == "one":
                    here = at if step > 0 else at - 1
                    if not 0 <= here < length or not instruction[1](text[here]):
                        break
                    at += step
                elif operation == "split":
                    waiting.append((instruction[2], at, marks))
                    pc = instruction[1]
                    continue
                elif operation == "jump":
                    pc = instruction[1]
                    continue
                elif operation == "end":
                    return at, marks
                elif operation == "words":
                    ends = [at + size * step for size in instruction[2] if self._listed(instruction[1], at, at + size * step)]
                    if not ends:
                        break
                    waiting += [(pc + 1, end, marks) for end in ends[:-1]]
                    at = ends[-1]
                else:
                    found = self._other(instruction, at, marks, step)
                    if found is None:
                        break
                    at, marks = found
                pc += 1
        return None

    def _listed(self, words: frozenset[str], at: int, end: int) -> bool:
        self.steps += 1
        return min(at, end) >= 0 and max(at, end) <= len(self.text) and self.text[min(at, end) : max(at, end)] in words

    def _other(self, instruction: Instruction, at: int, marks: Marks, step: int) -> tuple[int, Marks] | None:
        """The rarer instructions: place and marks behind them, None where they fail."""
        match instruction:
            case ("at", holds, positive):
                return (at, marks) if holds(self.text, at) == positive else None
            case ("mark", loop):
                return at, _with(marks, loop, at)
            case ("moved", loop):
                return None if (loop, at) in marks else (at, marks)
            case ("open" | "close" as side, group):
                return at, _with(marks, (side, group), at)
            case ("again", group):
                return self._again(group, at, marks, step)
            case ("look", program, positive):
                found = self.run(program, at, marks)
                return (at, marks if found is None else found[1]) if (found is not None) == positive else None
            case ("atomic", program):
                return self.run(program, at, marks)
        raise UnknownPatternError(str(instruction[0]))

    def _again(self, group: int, at: int, marks: Marks, step: int) -> tuple[int, Marks] | None:
        known = dict(marks)
        first, last = known.get(("open", group)), known.get(("close", group))
        if first is None or last is None:
            return None
        words = self.text[min(first, last) : max(first, last)]
        end = at + step * len(words)
        return (end, marks) if end >= 0 and self.text.startswith(words, min(at, end)) else None


def _with(marks: Marks, name: object, at: int) -> Marks:
    return (*(mark for mark in marks if mark[0] != name), (name, at))
