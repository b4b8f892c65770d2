"""clean: a repaired copy of a source text, with the source offset of every character of it.

Nothing is lost: the source stays as it is, and `CleanText` leads back to it. Characters are read as others first (`characters.toml`: full
width, radicals, traditional script), then damage is mended by the rules of `repairs.toml`, in the order of that file.
"""

from __future__ import annotations

import html
import re
import unicodedata
from array import array
from bisect import bisect_left
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Literal, get_args

import regex

from pipeline.model import ROW_END, CleanText, Repair
from pipeline.rulebook import Rulebook, RuleError
from pipeline.text_tables import is_row

_HAN_FIRST, _HAN_LAST = 0x3400, 0x9FFF
_FEW = 40
"""Up to so many different characters are replaced one by one, which is faster than one pass of `str.translate`."""

Stage = Literal["markup", "words", "joined"]
"""Before characters are read as others (entities name such characters), after it, and after the lines are joined."""

_DIGIT = re.compile(r"\d")
"""What may be read as another character, but is never deleted: every digit of the source ends in a row of the tables."""

Edit = tuple[int, int, str]
"""Half-open span of the text before the edit, and what stands there after it."""


@dataclass(frozen=True, slots=True)
class RepairRule:
    """One kind of damage. `meant` says what a damaged piece is read as; None leaves it as it is."""

    id: str
    why: str
    stage: Stage
    pattern: regex.Pattern[str]
    needs: tuple[str, ...]
    hint: regex.Pattern[str] | None
    meant: Callable[[str], str | None]
    counts: bool
    examples: tuple[tuple[str, str], ...]
    counter_examples: tuple[str, ...]

    def applies(self, text: str) -> bool:
        """Whether it is worth looking: `text` has what the rule needs."""
        if self.needs and not any(needed in text for needed in self.needs):
            return False
        return self.hint is None or self.hint.search(text) is not None

    def edits(self, text: str) -> Iterator[tuple[tuple[int, int], list[Edit]]]:
        """Each place found: its span and the edits there."""
        for match in self.pattern.finditer(text):
            spans = [(start, end) for start, end in match.spans("bad") if start < end]
            edits = [(start, end, new) for start, end in spans if (new := self.meant(text[start:end])) is not None]
            if edits and not any(new == "" and _DIGIT.search(text, start, end) for start, end, new in edits):
                yield match.span(), edits


class Cleaner:
    """Makes clean copies. Built once; holds no state between texts."""

    def __init__(self, rules: Path | Rulebook) -> None:
        """Read `characters.toml` and `repairs.toml`. Raises RuleError on a rule that cannot be used."""
        book = rules if isinstance(rules, Rulebook) else Rulebook((rules,))
        self._characters = _Characters(book.table("characters"))
        table = book.table("repairs")
        bricks = {**table["bricks"], "censored": _longest_first(table["censored"])}
        self.rules: tuple[RepairRule, ...] = tuple(_rule(row, table, bricks, book) for row in table["rule"] if not row.get("off"))
        self._wrap = _Wrap(table["wrap"], bricks, book)

    def clean(self, text: str) -> CleanText:
        """The repaired copy of `text`; `offsets` is None where no character moved."""
        draft = _Draft(text, self._characters.closing)
        self._mend(draft, "markup")
        draft.delete(self._characters.hidden)
        draft.read_as(self._characters.read)
        self._mend(draft, "words")
        draft.edit(self._wrap.edits(draft.text, draft.written), "repair.break")
        self._mend(draft, "joined")
        return draft.result()

    def simplified(self, word: str) -> str:
        """A word in simplified script."""
        return self._characters.simplified(word)

    def _mend(self, draft: _Draft, stage: Stage) -> None:
        for rule in self.rules:
            if rule.stage == stage:
                draft.mend(rule)


class _Draft:
    """The text between two steps, and where its characters come from."""

    def __init__(self, text: str, closing: frozenset[str]) -> None:
        self.text = text
        self._closing = closing
        self._written = text
        self._offsets: array[int] | None = None
        self._repairs: list[tuple[int, int, str, bool]] = []

    def read_as(self, change: Callable[[str], str]) -> None:
        """A change that keeps every character's place."""
        self.text = change(self.text)

    def delete(self, pattern: re.Pattern[str]) -> None:
        self.edit([(m.start(), m.end(), "") for m in pattern.finditer(self.text)])

    def mend(self, rule: RepairRule) -> None:
        if not rule.applies(self.text):
            return
        edits: list[Edit] = []
        for (start, end), found in rule.edits(self.text):
            edits += found
            self._note(start, end, rule.id, rule.counts)
        self.edit(edits)

    def edit(self, edits: Sequence[Edit], rule: str | None = None) -> None:
        """Carry out `edits`, ascending and apart from each other; with `rule`, each of them is a repair that no number feels."""
        if not edits:
            return
        if rule is not None:
            for start, end, _ in edits:
                self._note(start, end, rule, False)
        old = self._offsets if self._offsets is not None else array("I", range(len(self.text)))
        pieces: list[str] = []
        offsets = array("I")
        done = 0
        for start, end, new in edits:
            pieces += (self.text[done:start], new)
            offsets += old[done:start]
            offsets.extend(_spread(old, start, end, new, self._closing))
            done = end
        pieces.append(self.text[done:])
        offsets += old[done:]
        self.text = "".join(pieces)
        self._offsets = offsets

    def written(self, start: int, end: int) -> str:
        """The source's characters behind `text[start:end]`."""
        return self._written[self._source(start) : self._source(end - 1) + 1] if start < end else ""

    def result(self) -> CleanText:
        return CleanText(self.text, len(self._written), self._offsets, tuple(self._placed_repairs()))

    def _note(self, start: int, end: int, rule: str, counts: bool) -> None:
        self._repairs.append((self._source(start), self._source(end), rule, counts))

    def _source(self, position: int) -> int:
        if self._offsets is None:
            return position
        return self._offsets[position] if position < len(self._offsets) else len(self._written)

    def _placed_repairs(self) -> Iterator[Repair]:
        """The repairs by their place in the clean text: later steps may have moved them."""
        for start, end, rule, counts in sorted(self._repairs):
            if self._offsets is None:
                yield Repair(start, end, rule, counts)
            else:
                yield Repair(bisect_left(self._offsets, start), bisect_left(self._offsets, end), rule, counts)


def _spread(old: array[int], start: int, end: int, new: str, closing: frozenset[str]) -> Iterator[int]:
    """Source offsets of the characters of `new`, which stands for `old[start:end]`: first on first, last on last.

    A single sign of `closing` (&rdquo;) lies on the last.
    """
    if new in closing:
        yield old[end - 1]
        return
    for index in range(len(new)):
        last = index == len(new) - 1 and index > 0
        yield old[end - 1] if last else old[min(start + index, end - 1)]


class _Characters:
    """The characters that are read as others, without a change of place."""

    def __init__(self, table: Mapping[str, Any]) -> None:
        self._pairs = _character_pairs(table)
        self._any = _class_of(self._pairs)
        self._share: float = table["script"]["share"]
        self.closing = frozenset(table["closing"]["marks"])
        self.hidden = re.compile(f"[{table['hidden']['class']}]")

    def read(self, text: str) -> str:
        """`text` with every such character read as the other; its length stays."""
        text = _replace(text, self._any, self._pairs)
        text = text.replace("\r", " " if "\n" in text else "\n") if "\r" in text else text
        return self._simplify(text)

    def _simplify(self, text: str) -> str:
        """Traditional characters as simplified ones; those that simplified text has too, only in traditional lines."""
        always, shared = self._script
        if not self._traditional.search(text):
            return text
        lines = text.split("\n")
        for index, line in enumerate(lines):
            if not self._traditional.search(line):
                continue
            if self._shared.search(line) and self._is_traditional(line):
                line = _replace(line, self._shared, shared)
            lines[index] = _replace(line, self._traditional, always)
        return "\n".join(lines)

    def simplified(self, word: str) -> str:
        """A word in simplified script."""
        return _replace(word, self._traditional, self._script[0])

    def _is_traditional(self, line: str) -> bool:
        han = sum(_HAN_FIRST <= ord(c) <= _HAN_LAST for c in line)
        return len(self._traditional.findall(line)) >= self._share * han

    @cached_property
    def _script(self) -> tuple[Mapping[str, str], Mapping[str, str]]:
        """OpenCC's pairs: those never met in simplified text, and those that it has too (they are in GB 2312)."""
        from opencc import OpenCC

        old = [chr(code) for code in range(_HAN_FIRST, _HAN_LAST + 1)]
        new = OpenCC("t2s").convert("\n".join(old)).split("\n")
        pairs = {a: b for a, b in zip(old, new, strict=True) if a != b and len(b) == 1}
        shared = {a: b for a, b in pairs.items() if _in_gb2312(a)}
        return {a: b for a, b in pairs.items() if a not in shared}, shared

    @cached_property
    def _traditional(self) -> re.Pattern[str]:
        return _class_of(self._script[0])

    @cached_property
    def _shared(self) -> re.Pattern[str]:
        return _class_of(self._script[1])


def _character_pairs(table: Mapping[str, Any]) -> dict[str, str]:
    full, listed = table["full_width"], table["pairs"]
    shift = ord(full["first"]) - ord(full["to"])
    pairs = {chr(code): chr(code - shift) for code in range(ord(full["first"]), ord(full["last"]) + 1)}
    pairs.update(dict.fromkeys(listed["blanks"], " "))
    pairs.update(dict.fromkeys(listed["breaks"], "\n"))
    written = [*listed["marks"].split(), *listed["letters"].split(), *listed["variants"].split()]
    for pair in [*written, *" ".join(table["radicals"]["pairs"]).split()]:
        if len(pair) != 2:
            raise RuleError(f"rules/characters.toml: {pair!r} is no pair; write a character and, right behind it, what it is read as")
        pairs[pair[0]] = pair[1]
    for first, last in table["compatibility"]["ranges"]:
        for code in range(ord(first), ord(last) + 1):
            twin = unicodedata.normalize("NFKC", chr(code))
            if len(twin) == 1 and twin != chr(code):
                pairs.setdefault(chr(code), twin)
    return {a: b for a, b in pairs.items() if a != b}


def _class_of(characters: Mapping[str, str]) -> re.Pattern[str]:
    return re.compile("[" + "".join(map(re.escape, sorted(characters))) + "]")


def _replace(text: str, present: re.Pattern[str], pairs: Mapping[str, str]) -> str:
    """`text` with `pairs` carried out, where `present` finds any."""
    found = set(present.findall(text))
    if len(found) > _FEW:
        return text.translate({ord(c): pairs[c] for c in found})
    for character in found:
        text = text.replace(character, pairs[character])
    return text


def _in_gb2312(character: str) -> bool:
    try:
        character.encode("gb2312")
    except UnicodeEncodeError:
        return False
    return True


class _Wrap:
    """Line breaks in mid-sentence: what `[wrap]` of repairs.toml says about the ends and beginnings of lines."""

    def __init__(self, table: Mapping[str, Any], bricks: Mapping[str, str], book: Rulebook) -> None:
        def compiled(name: str) -> regex.Pattern[str]:
            return _compile(table[name], bricks, book, f"rules/repairs.toml: [wrap] {name}")

        self._starts, self._openers, self._ends = compiled("starts"), compiled("openers"), compiled("ends")
        self._closes, self._hanging, self._titles = compiled("closes"), compiled("hanging"), compiled("titles")
        self._open_end, self._open_start = compiled("open_end"), compiled("open_start")
        self._number_start, self._prose = compiled("number_start"), compiled("prose")
        self._number_end, self._unit_start, self._figured = compiled("number_end"), compiled("unit_start"), compiled("figured")
        self._brackets = [(pair[0], pair[1]) for pair in table["brackets"]]
        self._heading_length: int = table["heading_length"]
        self._prose_length: int = table["prose_length"]
        self._least_length: int = table["least_length"]
        self._full_lines: int = table["full_lines"]
        self._measures: Sequence[Mapping[str, int]] = (table["columns"], table["characters"])
        self._around: int = table["around"]

    def edits(self, text: str, written: Callable[[int, int], str]) -> list[Edit]:
        """The breaks to take out, with the blanks on both sides of them. `written` gives the source's characters of a span."""
        if "\n" not in text:
            return []
        lines = text.split("\n")
        indented = all(line.startswith("  ") for line in lines if line)
        unfinished = [i for i in range(len(lines) - 1) if self._may_join(lines[i], lines[i + 1], indented)]
        if not unfinished:
            return []
        widths = _Widths(lines, written, self._hanging)
        open_lines = frozenset(unfinished)
        edits: list[Edit] = []
        for i in unfinished:
            goes_on = self._goes_on(lines[i], lines[i + 1]) or self._is_full(i, lines, open_lines, widths)
            stop = widths.starts[i + 1]
            if goes_on and not _inside_number(lines[i], lines[i + 1]) and written(stop - 1, stop) != ROW_END:
                blanks = len(lines[i + 1]) - len(lines[i + 1].lstrip())
                edits.append((widths.starts[i] + len(lines[i].rstrip()), stop + blanks, ""))
        return edits

    def _may_join(self, line: str, following: str, indented: bool) -> bool:
        """Neither side is blank, the line has no end mark, what follows begins nothing new. `indented`: all lines of the file are."""
        if not line or line[-1] in _FULL_STOPS:
            return False
        line, bare = line.rstrip(), following.strip()
        if not line or not bare or line.startswith(_RIGHT_ALIGNED) or self._ends.search(line, max(0, len(line) - 4)):
            return False
        if following.startswith("  ") and not indented:
            return False
        if self._starts.match(following) or (_is_latin(line[-1]) and _is_latin(bare[0])):
            return False
        return not is_row(line) and not is_row(bare)

    def _goes_on(self, line: str, following: str) -> bool:
        line, following = line.rstrip(), following.strip()
        if self._open_start.match(following) or _has_open_bracket(line, following, self._brackets):
            return True
        if self._closes.search(line):
            return False
        if self._open_end.search(line):
            return line[-1] != "," or "\N{IDEOGRAPHIC FULL STOP}" in line or not self._openers.match(following)
        if self._is_heading(line) or self._openers.match(following):
            return False
        if len(line) >= self._least_length and (self._number_start.match(following) or self._splits_number(line, following)):
            return True
        return self._is_prose(line) and any(mark in following for mark in _FULL_STOPS)

    def _is_heading(self, line: str) -> bool:
        """A title, or a short line behind a marker; with a figure before a comma it is an unfinished item."""
        if self._titles.match(line.strip()):
            return True
        return bool(self._starts.match(line)) and len(line) <= self._heading_length and not self._figured.search(line)

    def _is_prose(self, line: str) -> bool:
        if any(mark in line for mark in _FULL_STOPS) or self._figured.search(line):
            return len(line) >= self._prose_length
        return len(line) >= self._least_length and "," in line and bool(self._prose.match(line))

    def _splits_number(self, line: str, following: str) -> bool:
        """A number ends the line, its measure word begins the line behind."""
        return bool(self._number_end.search(line) and self._unit_start.match(following))

    def _is_full(self, index: int, lines: Sequence[str], unfinished: frozenset[int], widths: _Widths) -> bool:
        """Whether line `index` fills the width at which the lines around it were broken, in columns or in characters."""
        around = range(max(0, index - self._around), min(len(lines), index + self._around + 1))
        measured = [widths.of(i) for i in around]
        for way, limits in enumerate(self._measures):
            full = max(width[way] for width in measured)
            least = full - limits["slack"]
            if not limits["least"] <= full <= limits["most"] or widths.of(index)[way] < least:
                continue
            if sum(i in unfinished and width[way] >= least for i, width in zip(around, measured, strict=True)) >= self._full_lines:
                return True
        return False


class _Widths:
    """The width of each line in the source, in columns and in characters, marks that hang over its end left out."""

    def __init__(self, lines: Sequence[str], written: Callable[[int, int], str], hanging: regex.Pattern[str]) -> None:
        self._lines = lines
        self._written = written
        self._hanging = hanging
        self._known: dict[int, tuple[int, int]] = {}
        self.starts = _line_starts(lines)

    def of(self, index: int) -> tuple[int, int]:
        # of the source: full-width marks are two columns wide, and they are half-width marks by now
        if index not in self._known:
            line = self._hanging.sub("", self._lines[index].rstrip())
            written = self._written(self.starts[index], self.starts[index] + len(line))
            self._known[index] = _columns(written), len(written)
        return self._known[index]


_FULL_STOPS = "\N{IDEOGRAPHIC FULL STOP}!?;"
_RIGHT_ALIGNED = " " * 10
"""A line indented so far is a signature or a date, whatever width it fills."""
_POINTS = ".\N{IDEOGRAPHIC FULL STOP}"


def _has_open_bracket(line: str, following: str, brackets: Sequence[tuple[str, str]]) -> bool:
    """A bracket or quote opens in `line` and closes in `following`, before another opens there."""
    for opening, closing in brackets:
        if line.rfind(opening) > line.rfind(closing):
            close, reopen = following.find(closing), following.find(opening)
            if close >= 0 and (reopen < 0 or close < reopen):
                return True
    return False


def _line_starts(lines: Sequence[str]) -> list[int]:
    starts, position = [], 0
    for line in lines:
        starts.append(position)
        position += len(line) + 1
    return starts


def _columns(line: str) -> int:
    """Columns on a screen: two for each character outside ASCII."""
    return len(line) + sum(c > "\x7f" for c in line)


def _inside_number(line: str, following: str) -> bool:
    """A digit stands on both sides of the break: such breaks have rules of their own."""
    return line.rstrip().rstrip(_POINTS)[-1:].isdecimal() and following.lstrip()[:1].isdecimal()


def _is_latin(character: str) -> bool:
    return character.isascii() and character.isalpha()


_MEANINGS = {"replacement", "replacements", "decode"}
_BAD = re.compile(r"\(\?P?<bad>")
_RULE_KEYS = {"id", "why", "stage", "needs", "hint", "pattern", "counts", "examples", "counter_examples", "off"} | _MEANINGS


def _rule(row: Mapping[str, Any], table: Mapping[str, Any], bricks: Mapping[str, str], book: Rulebook) -> RepairRule:
    where = f"rules/repairs.toml: {row.get('id', '(a rule without id)')}"
    if unknown := set(row) - _RULE_KEYS:
        raise RuleError(f"{where}: unknown key {', '.join(sorted(unknown))}; a repair has {', '.join(sorted(_RULE_KEYS))}")
    if missing := {"id", "why", "pattern", "examples"} - set(row):
        raise RuleError(f"{where}: {', '.join(sorted(missing))} is missing")
    if (stage := row.get("stage", "words")) not in get_args(Stage):
        raise RuleError(f"{where}: stage {stage!r} is none of {', '.join(get_args(Stage))}")
    pattern = _compile(row["pattern"], bricks, book, where)
    if _BAD.search(pattern.pattern) is None:
        raise RuleError(f"{where}: the pattern has no group `bad`; write (?P<bad> …) around what is damaged")
    return RepairRule(
        row["id"],
        row["why"],
        stage,
        pattern,
        tuple(row.get("needs", ())),
        regex.compile(row["hint"], regex.VERSION1) if "hint" in row else None,
        _meaning(row, table, where),
        row.get("counts", False),
        tuple((before, after) for before, after in row["examples"]),
        tuple(row.get("counter_examples", ())),
    )


def _meaning(row: Mapping[str, Any], table: Mapping[str, Any], where: str) -> Callable[[str], str | None]:
    """What a damaged piece is read as: a constant, a table, or one of the two decoders."""
    match row:
        case {"replacement": str(constant)}:
            return lambda _: constant
        case {"replacements": dict(meant)}:
            return meant.get
        case {"decode": "entity"}:
            return _entity
        case {"decode": "censored"}:
            censored: Mapping[str, str] = table["censored"]
            return lambda word: censored.get(word.lower())
    raise RuleError(f"{where}: write `replacement`, `replacements` or `decode` (entity, censored)")


def _entity(written: str) -> str | None:
    decoded = html.unescape(written if written.endswith(";") else written + ";")
    return decoded if len(decoded) == 1 else None


def _longest_first(words: Mapping[str, str]) -> str:
    return "(?i:" + "|".join(map(regex.escape, sorted(words, key=lambda word: (-len(word), word)))) + ")"


def _compile(pattern: str, bricks: Mapping[str, str], book: Rulebook, where: str) -> regex.Pattern[str]:
    """`pattern` with the bricks of repairs.toml, then those of bricks.toml, filled in."""
    for _ in range(3):
        for name, brick in bricks.items():
            pattern = pattern.replace(f"{{{name}}}", brick)
    return book.compile(pattern, where)
