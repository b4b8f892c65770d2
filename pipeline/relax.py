"""A rule's pattern → a coarser one that RE2 understands: it matches wherever the pattern does, and perhaps elsewhere.

RE2 knows no look-around, no word lists and no set difference, but tries many patterns in one pass. What it cannot say is left out in the
direction that keeps every match: of a look-behind only the last character is asked, a negative look-ahead counts as passed, a class with
unknown parts as any character, and where nothing else is left, the rest of the pattern is dropped. So a relaxed pattern tells where a match
can *begin*; the pattern itself decides.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import takewhile

import msgspec
from msgspec.structs import replace

from pipeline.repeats import MOST as NO_END

LONGEST = 32
"""Characters that a relaxed pattern spans at most, unbounded repeats aside; what goes beyond is dropped.

Longer ones tell no more and make the automaton larger, which is built while texts are read."""
RUNS = 8
"""Unbounded repeats that stand behind each other in a relaxed pattern at most."""

BEFORE = "\0"
"""What is put before the first character of a text, where a look-behind asks for the beginning."""

_ANY = "(?s:.)"
_ITEMS = {r"\d": r"\p{Nd}", r"\s": r"\t-\r\x{1c}-\x{20}\x{85}\x{a0}\x{1680}\x{2000}-\x{200a}\x{2028}\x{2029}\x{202f}\x{205f}\x{3000}"}
"""Classes that RE2 takes for narrower than `regex` does."""
_ZERO_WIDTH = frozenset("AZzbBmM")
_LITERAL_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "f": "\f", "v": "\v", "a": "\a"}
_BLANKS = re.compile(r"(?:\s|#[^\n]*)+")
_COUNT = re.compile(r"(?:\s|#[^\n]*)*(?:(?P<sign>[*+?])|\{(\d*)(,?)(\d*)\})")
_SIGNS = {"*": (0, None), "+": (1, None), "?": (0, 1)}
_LOOK = re.compile(r"\(\?(<?[=!])")
_GROUP = re.compile(r"\((?:\?(?::|>|P<\w+>|<\w+>))?(?!\?|\*)")
_BACK = re.compile(r"\(\?P=\w+\)")
_WORDS = re.compile(r"\\L<(\w+)>")
_LIST = r"\L<"
_BRACKET = re.compile(r"\\.|[\[()]|#[^\n]*", re.DOTALL)
_CLASS_BRACKET = re.compile(r"\\.|[\[\]]", re.DOTALL)
"""Brackets within a class of characters, and without; and what may hold some that are none."""
_PROPERTY = re.compile(r"\\[pP]\{\^?\w+\}")

Items = tuple[str, ...]
"""What a class of characters consists of, as `re` writes it: `一`, `a-z`, `\\d`."""


class RelaxError(ValueError):
    """A pattern that says something this module does not know; the rule is then tried everywhere."""


class Relaxed(msgspec.Struct, frozen=True):
    """A piece of a relaxed pattern. Sets of characters are None where they may be any."""

    text: str = ""
    """In RE2's syntax."""
    nullable: bool = True
    longest: int = 0
    """Characters, unbounded repeats aside."""
    depth: int = 0
    """Unbounded repeats that stand behind each other."""
    first: Items | None = ()
    """The characters that it can begin with."""
    final: Items | None = ()
    """Those that it can end with."""
    characters: Items | None = ()
    """All that it can hold."""
    runs: Items = ()
    """All that its unbounded repeats can hold."""
    open: bool = False
    """What stands behind it in the pattern has been dropped."""
    exact: bool = False
    """It is a class of characters and matches these only."""
    last: Relaxed | None = None
    """A narrower form for where nothing must follow: with the look-ahead that ends it."""
    wanted: Items = ()
    """The characters that can stand before, where a look-behind says so."""
    barred: Items = ()
    """For a negative one: some that cannot."""
    led: str | None = None
    """The text with the character before it, where more is known of that than of any."""

    @property
    def empty(self) -> bool:
        """Whether it takes no character: a look-around, a line's end."""
        return self.text == "" and not self.open and not self.longest


_DROPPED = Relaxed(open=True, first=None, final=None, characters=None)


def relax(pattern: str, lists: Mapping[str, Iterable[str]]) -> Relaxed:
    """The coarser form of a verbose pattern of the `regex` package whose named lists are `lists`; raises RelaxError.

    Its text begins with the character before the match: RE2 looks from there.
    """
    whole = _either(_Reader(pattern, lists).whole())
    whole = whole.last or whole
    return replace(whole, text=_led(whole))


def edges(pattern: str, lists: Mapping[str, Iterable[str]]) -> tuple[Items | None, Items | None]:
    """The characters that a match of the pattern can begin with, and those that it can end with; None where any can or it may be empty.

    Raises RelaxError.
    """
    whole = _either(_Reader(pattern, lists).whole())
    return (None, None) if whole.nullable else (whole.first, whole.final)


class _Reader:
    """Reads a verbose pattern from left to right. `behind`: it stands in a look-behind."""

    def __init__(self, pattern: str, lists: Mapping[str, Iterable[str]], behind: bool = False) -> None:
        self._pattern = pattern
        self._lists = lists
        self._behind = behind
        self._ends = _group_ends(pattern)
        self.place = 0

    def whole(self) -> list[Relaxed]:
        """The alternatives of all of it."""
        branches = self.branches()
        if not self.at_end():
            raise RelaxError(f"a bracket too many at {self.place}")
        return branches

    def at_end(self) -> bool:
        self._skip()
        return self.place >= len(self._pattern)

    def branches(self) -> list[Relaxed]:
        """The alternatives up to the bracket that closes the group, or the end."""
        branches = [_sequence(list(self._elements()))]
        while self._take("|"):
            branches.append(_sequence(list(self._elements())))
        return branches

    def _elements(self) -> Iterator[Relaxed]:
        while not self.at_end() and self._pattern[self.place] not in "|)":
            yield self._repeated(self._atom())

    # ---------------------------------------------------------------- characters

    def _skip(self) -> None:
        """Blanks and comments count for nothing."""
        blanks = _BLANKS.match(self._pattern, self.place)
        if blanks is not None:
            self.place = blanks.end()

    def _take(self, expected: str) -> bool:
        self._skip()
        if self._pattern.startswith(expected, self.place):
            self.place += len(expected)
            return True
        return False

    def _matched(self, wanted: re.Pattern[str]) -> re.Match[str] | None:
        match = wanted.match(self._pattern, self.place)
        if match:
            self.place = match.end()
        return match

    def _next(self) -> str:
        if self.place >= len(self._pattern):
            raise RelaxError("the pattern ends in the middle")
        self.place += 1
        return self._pattern[self.place - 1]

    # ---------------------------------------------------------------- atoms

    def _atom(self) -> Relaxed:
        character = self._pattern[self.place]
        if character == "(":
            return self._group()
        if character == "\\":
            return self._escape()
        self.place += 1
        if character == "[":
            return self._class()
        if character == "^" and self._behind:
            return _one_of((_quoted(BEFORE),))
        if character in "^$":
            return Relaxed()
        return _any_character() if character == "." else _one_of((_quoted(character),))

    def _group(self) -> Relaxed:
        if self._matched(_BACK):
            return _DROPPED
        opening = self.place
        look = self._matched(_LOOK)
        if look is None and self._matched(_GROUP) is None:
            raise RelaxError(f"a group of an unknown kind at {self.place}")
        branches = self._inside(opening, self._behind if look is None else look.group(1) == "<=")
        return _either(branches) if look is None else _look(look.group(1), branches)

    def _inside(self, opening: int, behind: bool) -> Sequence[Relaxed]:
        """The alternatives of the group that opens there, up to behind its bracket. Rules share bricks, so most are known already."""
        end = self._ends.get(opening)
        if end is None:
            raise RelaxError("a group without its end")
        inside = self._pattern[self.place : end]
        self.place = end + 1
        if _LIST in inside:
            return _Reader(inside, self._lists, behind).whole()
        return _branches(inside, behind)

    def _escape(self) -> Relaxed:
        if words := self._matched(_WORDS):
            return _words(frozenset(self._lists[words.group(1)]))
        if self._matched(_PROPERTY):
            return _any_character()
        self.place += 1
        character = self._next()
        if character in "ds":
            return _one_of(("\\" + character,))
        if character in _ZERO_WIDTH:
            return Relaxed()
        if character in "DSwW":
            return _any_character()
        if character.isalnum() and character not in _LITERAL_ESCAPES:
            return _DROPPED  # a reference back to a group, or something new
        return _one_of((_quoted(_LITERAL_ESCAPES.get(character, character)),))

    def _class(self) -> Relaxed:
        """A class of characters, behind its bracket; one within it adds its own."""
        negated = self._pattern.startswith("^", self.place)
        self.place += negated
        items: list[str] = []
        known = exact = True
        while (character := self._next()) != "]":
            if self._pattern.startswith("--", self.place - 1):
                self._rest_of_class()  # what is taken away may stay
                exact = False
                break
            if self._pattern[self.place - 1 : self.place + 1] in ("&&", "||", "~~"):
                raise RelaxError("an operation on classes")
            found = self._class_item(character)
            known &= found is not None
            items += found or ()
        if negated:
            return replace(_any_character(), text=f"[^{_inside(items)}]" if exact and items else _ANY)
        return replace(_one_of(tuple(items)), exact=exact) if known else _any_character()

    def _class_item(self, character: str) -> Items | None:
        """What one piece of a class stands for; None where that is not known."""
        if character == "[":
            inner = self._class()
            return inner.characters if inner.exact else None
        if character == "\\":
            return self._class_escape()
        last = self._range_end(character)
        return (_quoted(character) if last == character else f"{_quoted(character)}-{_quoted(last)}",)

    def _class_escape(self) -> Items | None:
        self.place -= 1
        if self._matched(_PROPERTY):
            return None
        self.place += 1
        character = self._next()
        if character in "ds":
            return ("\\" + character,)
        if character.isalnum() and character not in _LITERAL_ESCAPES:
            return None
        return (_quoted(_LITERAL_ESCAPES.get(character, character)),)

    def _range_end(self, first: str) -> str:
        """The last character of the range that begins with `first`; `first` where there is none."""
        follows = self._pattern[self.place : self.place + 2]
        if len(follows) == 2 and follows[0] == "-" and follows[1] not in "]-[\\":
            self.place += 2
            return follows[1]
        return first

    def _rest_of_class(self) -> None:
        depth = 1
        while depth:
            character = self._next()
            if character == "\\":
                self._next()
            depth += (character == "[") - (character == "]")

    # ---------------------------------------------------------------- repeats

    def _repeated(self, atom: Relaxed) -> Relaxed:
        while (times := self._times()) is not None:
            self._take("+") or self._take("?")  # possessive and lazy ones match no more than greedy ones
            atom = _repeat(atom, *times)
        return atom

    def _times(self) -> tuple[int, int | None] | None:
        """How often the atom before stands there, the second None where there is no end; None where nothing is said."""
        count = self._matched(_COUNT)
        if count is None:
            return None
        sign, least_said, comma, most_said = count.groups()
        if sign is not None:
            return _SIGNS[sign]
        least, most = int(least_said or 0), int(most_said) if most_said else None if comma else int(least_said)
        return least, None if most is not None and most - least >= NO_END else most


@lru_cache(maxsize=4096)
def _branches(pattern: str, behind: bool) -> tuple[Relaxed, ...]:
    """The alternatives of a group that names no word list."""
    return tuple(_Reader(pattern, {}, behind).whole())


def _group_ends(pattern: str) -> dict[int, int]:
    """Where each group ends, by where it begins: the offsets of the brackets."""
    ends: dict[int, int] = {}
    begun: list[int] = []
    depth = place = 0
    while bracket := (_CLASS_BRACKET if depth else _BRACKET).search(pattern, place):
        place = bracket.end()
        match bracket[0]:
            case "[":
                depth += 1
            case "]" if depth:
                depth -= 1
            case "(":
                begun.append(bracket.start())
            case ")" if begun:
                ends[begun.pop()] = bracket.start()
    return ends


def _quoted(character: str) -> str:
    return re.escape(character)


def _inside(items: Iterable[str]) -> str:
    """A class of characters for RE2, without its brackets."""
    return "".join(_ITEMS.get(item, item) for item in items)


def _one_of(items: Items) -> Relaxed:
    return Relaxed(f"[{_inside(items)}]", False, 1, first=items, final=items, characters=items, exact=True)


def _any_character() -> Relaxed:
    return Relaxed(_ANY, False, 1, first=None, final=None, characters=None)


@lru_cache(maxsize=256)
def _words(words: frozenset[str]) -> Relaxed:
    """A word list; many patterns share one."""
    return _either([_word(word) for word in sorted(words)]) if words else Relaxed("[^\\s\\S]", False)


def _word(word: str) -> Relaxed:
    letters = tuple(map(_quoted, word))
    return Relaxed("".join(letters), not word, len(word), first=letters[:1], final=letters[-1:], characters=letters)


def _look(kind: str, branches: Sequence[Relaxed]) -> Relaxed:
    """A look-around: what it asks of what follows, or of the character before."""
    inner = _either(branches)
    match kind:
        case "=":
            return Relaxed(last=replace(inner.last or inner, open=True, last=None))
        case "<=" if not inner.nullable:
            return Relaxed(wanted=inner.final or ())
        case "<!":
            return Relaxed(barred=_union(branch.characters for branch in branches if branch.exact) or ())
    return Relaxed()


def _union(parts: Iterable[Items | None]) -> Items | None:
    joined: dict[str, None] = {}
    for part in parts:
        if part is None:
            return None
        joined.update(dict.fromkeys(part))
    return tuple(joined)


def _either(branches: Sequence[Relaxed]) -> Relaxed:
    if len(branches) == 1:
        return branches[0]
    plain = _choice(branches)
    if all(branch.last is None for branch in branches):
        return plain
    return replace(plain, last=replace(_choice([branch.last or branch for branch in branches]), open=True))


def _choice(branches: Sequence[Relaxed]) -> Relaxed:
    return Relaxed(
        "(?:" + "|".join(branch.text for branch in branches) + ")",
        any(branch.nullable for branch in branches),
        max(branch.longest for branch in branches),
        max(branch.depth for branch in branches),
        _union(branch.first for branch in branches),
        _union(branch.final for branch in branches),
        _union(branch.characters for branch in branches),
        _union(branch.runs for branch in branches) or (),
        any(branch.open for branch in branches),
        wanted=(_union(branch.wanted for branch in branches) or ()) if all(branch.wanted for branch in branches) else (),
        led="(?:" + "|".join(map(_led, branches)) + ")",
    )


def _led(piece: Relaxed) -> str:
    return _ANY + piece.text if piece.led is None else piece.led


def _sequence(elements: Sequence[Relaxed]) -> Relaxed:
    """Elements one behind the other; as `last` form up to the last of them that has one, if all behind it may be missing."""
    plain = _chain(elements)
    for index in range(len(elements) - 1, -1, -1):
        last = elements[index].last
        if last is not None:
            return replace(plain, last=replace(_chain([*elements[:index], last]), open=True, last=None))
        if not elements[index].nullable:
            break
    return plain


def _chain(elements: Sequence[Relaxed]) -> Relaxed:
    """Elements one behind the other, with what those before the first character say of it and of the one before it."""
    if len(elements) == 1:
        return elements[0]
    joined = Relaxed()
    for element in elements:
        joined = _joined(joined, element)
    ahead = list(takewhile(lambda element: element.empty, elements))
    firsts = [joined.first, *(e.last.first for e in ahead if e.last is not None and not e.last.nullable)]
    first = min((items for items in firsts if items is not None), key=len, default=None)
    wanted = next((element.wanted for element in ahead if element.wanted), ())
    barred = _union(element.barred for element in ahead) or ()
    return replace(joined, first=first, wanted=wanted, barred=barred, led=_led_by(wanted, barred, elements[len(ahead) :], joined))


def _led_by(wanted: Items, barred: Items, elements: Sequence[Relaxed], joined: Relaxed) -> str | None:
    """A chain's text with the character before it; `elements` are those of the chain from the first that takes a character."""
    if wanted or barred:
        return f"[{_inside(wanted)}]{joined.text}" if wanted else f"[^{_inside(barred)}]{joined.text}"
    if elements and not elements[0].nullable and elements[0].led is not None:
        return elements[0].led + joined.text[len(elements[0].text) :]
    return None


def _joined(one: Relaxed, other: Relaxed) -> Relaxed:
    fits = not one.open and one.longest + other.longest <= LONGEST and one.depth + other.depth <= RUNS
    return Relaxed(
        one.text + other.text if fits else one.text,
        one.nullable and other.nullable,
        one.longest + other.longest if fits else one.longest,
        one.depth + other.depth if fits else one.depth,
        _union((one.first, other.first)) if one.nullable else one.first,
        _union((one.final, other.final)) if other.nullable else other.final,
        _union((one.characters, other.characters)),
        _union((one.runs, other.runs)) or (),
        other.open or not fits,
    )


def _repeat(atom: Relaxed, least: int, most: int | None) -> Relaxed:
    nullable = atom.nullable or not least
    once = replace(atom, nullable=nullable, exact=False, last=None, wanted=(), barred=(), led=None)
    if most is None and atom.characters is not None and not atom.open:
        times = {0: "*", 1: "+"}.get(least, f"{{{least},}}")
        return replace(once, text=f"(?:{atom.text}){times}", longest=0, depth=1, runs=atom.characters)
    if most is None or atom.open or atom.longest * most > LONGEST or atom.depth * most > RUNS:
        return replace(once, text=atom.text if least else "", open=True)  # one of any character would run beyond every bound
    times = "?" if (least, most) == (0, 1) else f"{{{least},{most}}}"
    return replace(once, text=f"(?:{atom.text}){times}", longest=atom.longest * most, depth=atom.depth * most)
