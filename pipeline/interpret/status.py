"""Whether a figure happened, is intended, or is a threshold: cue rules with direction, scope and terminators (after ConText, NegEx).

Harkema et al., ConText: an algorithm for determining negation, experiencer, and temporal status (J. Biomed. Inform. 42, 2009).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import regex

from pipeline.interpret.frames import Found
from pipeline.model import Block, Cue, Mention, Report, Sentence, Status
from pipeline.rulebook import Rulebook, RuleError

BEHIND_WINDOW = 40
LEADING_CHARACTERS = 60
"""A line that is longer leads to no list."""
_YEAR = regex.compile(r"20\d\d(?=年)")
_CLAUSE_ENDS = ",;:。("
_KEYS = {
    "section": {"id", "why", "status", "later", "pattern", "examples", "counter_examples", "off"},
    "turn": {"id", "why", "mixed", "pattern", "examples", "counter_examples", "off"},
    "cue": {"id", "why", "status", "direction", "scope", "ends", "pattern", "examples", "counter_examples", "off"},
    "threshold": {
        "id", "why", "kinds", "units", "except_units", "marked", "object", "behind", "before", "except_before", "except_behind",
        "examples", "counter_examples", "off",
    },
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Rule:
    id: str
    pattern: regex.Pattern[str]
    status: Status = "plan"
    scope: Literal["clause", "sentence"] = "sentence"
    ends: frozenset[str] | None = None
    """The cues that this one ends, where it ends not all."""
    mixed: bool = False
    later: bool = False
    """Only where the year that it finds is later than the one in the title."""


@dataclass(frozen=True, slots=True)
class _Threshold:
    """A number that picks out a class; each condition that is None always holds."""

    id: str
    kinds: frozenset[str]
    units: frozenset[str] | None
    except_units: frozenset[str]
    marked: regex.Pattern[str] | None
    other_object: bool
    behind: regex.Pattern[str] | None
    before: regex.Pattern[str] | None
    except_before: regex.Pattern[str] | None
    except_behind: regex.Pattern[str] | None

    def holds(self, number: _Number) -> bool:
        if number.kind not in self.kinds or (self.units and number.unit not in self.units):
            return False
        if number.unit in self.except_units:
            return False
        if self.other_object and not _counts_something_else(number):
            return False
        wanted = ((self.marked, number.text), (self.behind, number.behind), (self.before, number.before))
        if any(pattern is not None and not pattern.search(text) for pattern, text in wanted):
            return False
        unwanted = ((self.except_before, number.before), (self.except_behind, number.behind))
        return not any(pattern is not None and pattern.search(text) for pattern, text in unwanted)


@dataclass(frozen=True, slots=True)
class _Number:
    """A number with the words around it: those of its sentence before it, and so many behind it."""

    kind: str
    unit: str
    text: str
    before: str
    behind: str
    end: int
    found: Found | None
    class_nouns: tuple[str, ...]
    """Ends of nouns that name a class: 企业, 项目."""


def _number(mention: Mention, sentence: Sentence, text: str, found: Found | None, class_nouns: tuple[str, ...]) -> _Number:
    unit = text[slice(*mention.groups.get("unit", (0, 0)))].strip()
    behind = text[mention.end : min(sentence.end, mention.end + BEHIND_WINDOW)]
    return _Number(
        mention.kind, unit, text[mention.start : mention.end], text[sentence.start : mention.start], behind, mention.end, found, class_nouns
    )


def _counts_something_else(number: _Number) -> bool:
    """Whether the noun right behind a number is not what its measure word counts: 8人以上企业, but not 20家以上企业."""
    found = number.found
    if found is None or found.start < number.end:
        return False
    if found.wanted in ("person", "household", "organisation"):
        return found.fit < 0 or (found.fit == 0 and found.text.endswith(number.class_nouns))
    if found.wanted is None:
        return found.type in ("person", "household", "organisation")
    return found.wanted == "money" and found.fit <= 0


class StatusReader:
    """Gives each quantity its status and the cue that decided; without a cue a figure is `done`."""

    def __init__(self, rulebook: Rulebook) -> None:
        table = rulebook.table("status")
        self._sections = _rules(rulebook, table, "section")
        self._turns = _rules(rulebook, table, "turn")
        self._results = regex.compile("|".join(map(regex.escape, table["results"]["words"].split())))
        self._class_nouns = tuple(rulebook.words["class_nouns"])
        cues = [row for row in table["cue"] if not row.get("off")]
        self._before = tuple(_rule(rulebook, row, "cue") for row in cues if row["direction"] == "before")
        self._after = tuple(_rule(rulebook, row, "cue") for row in cues if row["direction"] == "after")
        self._thresholds = tuple(_threshold(rulebook, row) for row in table["threshold"] if not row.get("off"))

    # ---------------------------------------------------------------- parts of a report

    def sections(self, report: Report) -> list[Cue | None]:
        """For each sentence what opened the part of plans in which it stands, or None."""
        headings = self._headings(report)
        turns = self._turns_of(report, headings)
        with_turn = {part.heading for part, turn in zip((headings[s.block] for s in report.sentences), turns, strict=True) if part and turn}
        parts: list[Cue | None] = []
        for sentence, turn in zip(report.sentences, turns, strict=True):
            part = headings[sentence.block]
            if part is None or (part.mixed and part.heading in with_turn):
                parts.append(turn)
            else:
                parts.append(None if part.mixed and self._tells_of_results(report, sentence.block) else part.cue)
        return parts

    def _turns_of(self, report: Report, headings: Sequence[_Part | None]) -> list[Cue | None]:
        """For each sentence the turn to plans in whose reach it stands: its paragraph with the list in it, or the part of a heading."""
        cues: list[Cue | None] = []
        turned: tuple[int, Cue] | None = None
        for sentence in report.sentences:
            part = headings[sentence.block]
            if turned and not _is_under(sentence.block, turned[0], report.blocks, part):
                turned = None
            if turned is None and (part is None or part.mixed):
                turned = self._turn(report, sentence, part)
            cues.append(turned[1] if turned else None)
        return cues

    def _tells_of_results(self, report: Report, block: int) -> bool:
        return self._results.search(report.text, report.blocks[block].start, report.blocks[block].end) is not None

    def _headings(self, report: Report) -> list[_Part | None]:
        """For each block the part of plans, or of results and plans, in which it stands."""
        parts: list[_Part | None] = []
        current: _Part | None = None
        title_year = _YEAR.search(report.text, *report.title) if report.title else None
        for index, block in enumerate(report.blocks):
            text = report.text[block.start : block.end]
            if report.title is not None and block.start < report.title[1]:
                text = ""
            leading = block.heading or (len(text) < LEADING_CHARACTERS and text.rstrip().endswith(":"))
            found = {rule.status: rule for rule in reversed(self._sections) if leading and _opens(rule, text, title_year)}
            if "plan" in found:
                level = block.level if block.heading and block.body > block.start else 0
                current = _Part(index, level, Cue(found["plan"].id, block.start, block.end), "done" in found)
            elif current and block.heading and (found or 0 < block.level <= current.level):
                current = None
            parts.append(current)
        return parts

    def _turn(self, report: Report, sentence: Sentence, part: _Part | None) -> tuple[int, Cue] | None:
        """Where the sentence turns to plans: the block that its plans belong to, and the cue."""
        text = report.text[sentence.start : sentence.end]
        for rule in self._turns:
            if rule.mixed and part is None:
                continue
            match = rule.pattern.search(text)
            if match:
                scope = part.heading if part else sentence.block
                return scope, Cue(rule.id, sentence.start + match.start(), sentence.start + match.end())
        return None

    # ---------------------------------------------------------------- one number

    def read(self, mention: Mention, sentence: Sentence, section: Cue | None, text: str, found: Found | None) -> tuple[Status, Cue | None]:
        """Status of one number and the cue that decided on it."""
        number = _number(mention, sentence, text, found, self._class_nouns)
        for threshold in self._thresholds:
            if threshold.holds(number):
                return "criterion", Cue(threshold.id, mention.start, mention.end)
        nearest = self._nearest(number.before, in_plans=section is not None)
        for rule in self._after:
            if rule.ends is not None and (nearest is None or nearest[0].id not in rule.ends):
                continue
            if match := rule.pattern.search(number.behind):
                return rule.status, Cue(rule.id, mention.end + match.start(), mention.end + match.end())
        if nearest:
            rule, match = nearest
            return rule.status, Cue(rule.id, sentence.start + match.start(), sentence.start + match.end())
        return ("plan", section) if section else ("done", None)

    def _nearest(self, before: str, *, in_plans: bool) -> tuple[_Rule, regex.Match[str]] | None:
        """The cue that stands last before the number: a later cue ends the scope of an earlier one."""
        clause = max(before.rfind(mark) for mark in _CLAUSE_ENDS) + 1
        last: tuple[_Rule, regex.Match[str]] | None = None
        for rule in self._before:
            near = rule.scope == "clause" or (in_plans and rule.status == "done")
            for match in rule.pattern.finditer(before, clause if near else 0):
                if last is None or match.end() > last[1].end():
                    last = (rule, match)
        return last


@dataclass(frozen=True, slots=True)
class _Part:
    """A part that a heading opens: its block, level and cue, and whether it tells of results first."""

    heading: int
    level: int
    cue: Cue
    mixed: bool


def _opens(rule: _Rule, text: str, title_year: regex.Match[str] | None) -> bool:
    match = rule.pattern.search(text)
    if match is None or not rule.later:
        return match is not None
    return title_year is not None and match.group("year") > title_year.group()


def _is_under(block: int, scope: int, blocks: Sequence[Block], part: _Part | None) -> bool:
    return block == scope or scope in blocks[block].path or (part is not None and part.heading == scope)


def _rules(rulebook: Rulebook, table: Mapping[str, Any], name: str) -> tuple[_Rule, ...]:
    return tuple(_rule(rulebook, row, name) for row in table[name] if not row.get("off"))


def _check_keys(row: Mapping[str, Any], name: str) -> str:
    where = f"rules/status.toml: {row.get('id', '(a rule without id)')}"
    if unknown := set(row) - _KEYS[name]:
        raise RuleError(f"{where}: unknown key {', '.join(sorted(unknown))}; a {name} has {', '.join(sorted(_KEYS[name]))}")
    return where


def _rule(rulebook: Rulebook, row: Mapping[str, Any], name: str) -> _Rule:
    pattern = rulebook.compile(row["pattern"], _check_keys(row, name))
    ends = frozenset(row["ends"].split()) if "ends" in row else None
    return _Rule(
        row["id"], pattern, row.get("status", "plan"), row.get("scope", "sentence"), ends, row.get("mixed", False), row.get("later", False)
    )


def _threshold(rulebook: Rulebook, row: Mapping[str, Any]) -> _Threshold:
    where = _check_keys(row, "threshold")

    def pattern(key: str) -> regex.Pattern[str] | None:
        return rulebook.compile(row[key], where) if key in row else None

    return _Threshold(
        row["id"], frozenset(row["kinds"].split()), frozenset(row["units"].split()) if "units" in row else None,
        frozenset(row.get("except_units", "").split()),
        pattern("marked"), row.get("object") == "other", pattern("behind"), pattern("before"),
        pattern("except_before"), pattern("except_behind"),
    )  # fmt: skip


def in_order(sentences: Sequence[Sentence], mentions: Sequence[Mention]) -> list[int]:
    """Index of the sentence of each mention; both are ordered by offset. A mention outside all belongs to the one before it."""
    indices, at = [], 0
    for mention in mentions:
        while at + 1 < len(sentences) and sentences[at + 1].start <= mention.start:
            at += 1
        indices.append(at)
    return indices
