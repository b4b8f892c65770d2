"""The lines of a text with their markers, and the compiled rules of `split.toml`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import msgspec
import regex

from pipeline.needles import Sieve
from pipeline.rulebook import Rulebook, RuleError
from pipeline.starts import Starts

_SINGLE = {chr(first + n): n + 1 for first in (0x2460, 0x2474, 0x2488) for n in range(20)} | {chr(0x3220 + n): n + 1 for n in range(10)}
"""① ⑴ ⒈ ㈠ and those that follow them."""

MOST_KEPT, LONGEST_KEPT = 4096, 1000
"""So many lines, each of no more characters, are kept with their markers, and with what else is asked about them again and again."""

_TITLE = (
    "pattern",
    "speech",
    "formal",
    "who",
    "when",
    "loose",
    "plan",
    "open",
    "collection",
    "subtitle",
    "above",
    "header",
    "brackets",
    "marks",
    "trim",
)
"""The patterns of titles and of what stands around them."""


class Marker(msgspec.Struct, frozen=True, gc=False):
    """A list marker: its depth (1 is outermost), what it counts, and where the text behind it begins."""

    level: int
    number: int
    end: int


class Line(msgspec.Struct, frozen=True, gc=False):
    """A line that is not blank: span without the blanks at its ends, its text, its marker, and whether a blank line stands above."""

    start: int
    end: int
    text: str
    marker: Marker | None
    blank_before: bool
    begin: int
    """Where the line begins, indentation included."""


class Label(msgspec.Struct, frozen=True, gc=False):
    """A rule for lines that number the texts of a collection."""

    id: str
    pattern: regex.Pattern[str]
    examples: tuple[str, ...]
    counter_examples: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Cue:
    """Words that speak for a report's beginning, or against it, in the line itself or in the line before."""

    id: str
    why: str
    before: bool
    opens: bool
    """Whether it finds how an opening begins; one of these must be there."""
    leads: bool
    """Whether it finds a paragraph that may stand above an opening and belongs to it."""
    weight: float
    pattern: regex.Pattern[str]
    examples: tuple[str, ...]
    counter_examples: tuple[str, ...]


class Cues:
    """Some of the cues, and which of them speak in a line: most need a word that is not there."""

    def __init__(self, cues: Iterable[Cue]) -> None:
        self._cues = tuple(cues)
        self._sieve = Sieve()
        for cue in self._cues:
            self._sieve.add(cue.pattern)

    def found(self, text: str) -> Iterator[Cue]:
        """Those that find something in `text`, in their order."""
        passing = self._sieve.passing(text, 0, len(text))
        return (cue for index, cue in enumerate(self._cues) if index in passing and cue.pattern.search(text))

    def weight(self, text: str) -> float:
        """What they say together."""
        return sum(cue.weight for cue in self.found(text))

    def speak(self, text: str) -> bool:
        """Whether any of them finds something."""
        return any(True for _ in self.found(text))


@dataclass(frozen=True, slots=True)
class MarkerRule:
    """What a marker of one level looks like."""

    level: int
    pattern: regex.Pattern[str]
    examples: tuple[str, ...]
    counter_examples: tuple[str, ...]


class Patterns:
    """The rules of `split.toml`, compiled."""

    def __init__(self, book: Rulebook) -> None:
        """Raises RuleError on a rule that cannot be used."""
        self._book = book
        table = book.table("split")
        numerals = book.table("numerals")
        self._digits: Mapping[str, int] = numerals["digits"]
        self._ten = next(character for character, power in numerals["small"].items() if power == 10)
        self._bricks: Mapping[str, str] = table["bricks"]
        self.boundary: Mapping[str, Any] = table["boundary"]
        self.weights: Mapping[str, float] = table["weights"]
        self.items: Mapping[str, Any] = table["items"]
        self.headings: Mapping[str, Any] = table["heading"]
        self.brackets: Mapping[str, str] = {pair[0]: pair[1] for pair in table["sentence"]["brackets"]}
        self.labels = tuple(
            Label(row["id"], self._compile(row["pattern"], row["id"]), *_examples(row)) for row in table["label"] if not row.get("off")
        )
        self.cues = tuple(self._cue(row) for row in table["cue"] if not row.get("off"))
        self.here, self.before = Cues(cue for cue in self.cues if not cue.before), Cues(cue for cue in self.cues if cue.before)
        self.opening, self.leading = Cues(cue for cue in self.cues if cue.opens), Cues(cue for cue in self.cues if cue.leads)
        self.markers = tuple(
            MarkerRule(row["level"], self._compile(row["pattern"], f"marker {row['level']}"), *_examples(row)) for row in table["marker"]
        )
        self._known_marker = lru_cache(MOST_KEPT)(self._marker)
        self.title = {name: self._compile(table["title"][name], f"title {name}") for name in _TITLE}
        self.separator = self._compile(self.boundary["separator"], "boundary separator")
        self.leads = self._compile(self.boundary["leads"], "boundary leads")
        self.named = self._compile(self.boundary["named"], "boundary named")
        self.attached = self._compile(self.boundary["attached"], "boundary attached")
        self.ended = self._compile(self.boundary["ended"], "boundary ended")
        self.signature = self._compile(table["signature"]["pattern"], "signature")
        self.signature_date = self._compile(table["signature"]["date"], "signature date")
        self.footer = self._compile(table["signature"]["footer"], "signature footer")
        self.signature_examples = _examples(table["signature"])
        self.is_title = _known(self.title["pattern"], self.title["speech"])
        self.is_header = _known(*(self.title[name] for name in ("header", "subtitle", "above")))
        self.is_signature, self.is_footer = _known(self.signature), _known(self.footer)
        self.never_heading = self._compile(table["heading"]["never"], "heading never")
        self.leaves = self._compile(table["heading"]["leaves"], "heading leaves")
        self.stays = self._compile(table["heading"]["stays"], "heading stays")
        self.sentence_end = self._compile(table["sentence"]["end"], "sentence end")
        self.sentence_tail = self._compile(table["sentence"]["tail"], "sentence tail")
        self.bracket = regex.compile("[" + regex.escape("".join((*self.brackets, *self.brackets.values()))) + "]")
        levels, item_patterns = zip(*self._item_patterns(), strict=True)
        self.item_levels: tuple[int, ...] = levels
        self.item_starts = Starts(item_patterns)

    def _cue(self, row: Mapping[str, Any]) -> Cue:
        if row["on"] not in ("line", "before"):
            raise RuleError(f"rules/split.toml: {row['id']}: `on` is {row['on']!r}; write line or before")
        pattern = self._compile(row["pattern"], row["id"])
        opens, leads = row.get("opens", False), row.get("leads", False)
        return Cue(row["id"], row.get("why", ""), row["on"] == "before", opens, leads, row["weight"], pattern, *_examples(row))

    def _item_patterns(self) -> tuple[tuple[int, regex.Pattern[str]], ...]:
        """Markers that number items inside a line, by level, in the order in which they are tried."""
        behind = f"(?<= {self.items['behind']} )"
        by_level = {rule.level: rule for rule in self.markers}
        found = [(7, self._compile(behind + self.items["word"], "items word"))]
        for level in self.items["levels"]:
            found.append((level, self._compile(f"{behind} (?: {by_level[level].pattern.pattern} )", f"items level {level}")))
        return tuple(found)

    def _compile(self, pattern: str, name: str) -> regex.Pattern[str]:
        for _ in range(4):
            for brick, text in self._bricks.items():
                pattern = pattern.replace(f"{{{brick}}}", text)
        return self._book.compile(pattern, f"rules/split.toml: {name}")

    def number(self, written: str) -> int:
        """What a marker's number says: 十二 → 12, ③ → 3; 0 where it says nothing."""
        if written in _SINGLE:
            return _SINGLE[written]
        if written.isdecimal():
            return int(written)
        tens, ten, ones = written.rpartition(self._ten)
        if ten:
            return 10 * (self._digits.get(tens, 0) if tens else 1) + self._digits.get(ones, 0)
        return self._digits.get(written, 0)

    def marker(self, text: str) -> Marker | None:
        """The marker that `text` begins with. A document's lines are read twice, for its reports and for what each report consists of."""
        return self._known_marker(text) if len(text) <= LONGEST_KEPT else self._marker(text)

    def _marker(self, text: str) -> Marker | None:
        for rule in self.markers:
            if match := rule.pattern.match(text):
                return Marker(rule.level, self.number(match.group("number")), match.end())
        return None


def _known(*patterns: regex.Pattern[str]) -> Callable[[str], bool]:
    """Whether one of the patterns matches at the beginning of a line. Each line is asked about from several sides: answers are kept."""

    def fits(text: str) -> bool:
        return any(pattern.match(text) for pattern in patterns)

    kept = lru_cache(MOST_KEPT)(fits)
    return lambda text: kept(text) if len(text) <= LONGEST_KEPT else fits(text)


def read_lines(text: str, patterns: Patterns) -> list[Line]:
    """The lines of `text` that are not blank."""
    lines: list[Line] = []
    position, blank = 0, False
    for raw in text.split("\n"):
        bare = raw.strip()
        if bare:
            start = position + raw.index(bare)
            lines.append(Line(start, start + len(bare), bare, patterns.marker(bare), blank, position))
        blank = not bare
        position += len(raw) + 1
    return lines


def _examples(row: Mapping[str, Any]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    examples: Sequence[str] = row.get("examples", ())
    return tuple(examples), tuple(row.get("counter_examples", ()))
