"""Which sentences stand in a part of plans: headings, leading lines, and turns such as 下一步,我们将…."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import regex

from pipeline.model import Block, Cue, Report, Sentence, Status
from pipeline.rulebook import Rulebook, RuleError

LEADING_CHARACTERS = 60
"""A line that is longer leads to no list."""
_KEYS = {
    "section": {"id", "why", "status", "later", "pattern", "examples", "counter_examples", "off"},
    "turn": {"id", "why", "mixed", "leads", "title", "pattern", "examples", "counter_examples", "off"},
}


@dataclass(frozen=True, slots=True)
class _Rule:
    id: str
    pattern: regex.Pattern[str]
    status: Status
    mixed: bool
    """Only in a part that tells of results first and of plans then."""
    leads: bool
    """Only a sentence that ends with a colon."""
    later: bool
    """Only where the year that it finds is later than the one in the title."""
    title: regex.Pattern[str] | None
    """What the title must tell: a turn for the time behind 上半年."""


class SectionReader:
    """Finds the parts of plans of a report."""

    def __init__(self, rulebook: Rulebook) -> None:
        table = rulebook.table("status")
        self._sections = _rules(rulebook, table, "section")
        self._turns = _rules(rulebook, table, "turn")
        self._title_of_results = rulebook.compile(table["title"]["results"], "rules/status.toml: title.results")
        self._title_year = rulebook.compile(table["title"]["year"], "rules/status.toml: title.year")
        digits = rulebook.table("numerals")["digits"]
        self._digits = str.maketrans({character: str(value) for character, value in digits.items()})
        self._results = regex.compile("|".join(map(regex.escape, table["results"]["words"].split())))

    def read(self, report: Report) -> list[Cue | None]:
        """For each sentence what opened the part of plans in which it stands, or None."""
        title = report.text[slice(*report.title)] if report.title else ""
        rules = [rule for rule in self._turns if rule.title is None or rule.title.search(title)]
        headings = self._headings(report, rules)
        turns = self._turns_of(report, headings, rules)
        with_turn = {part.heading for part, turn in zip((headings[s.block] for s in report.sentences), turns, strict=True) if part and turn}
        parts: list[Cue | None] = []
        for sentence, turn in zip(report.sentences, turns, strict=True):
            part = headings[sentence.block]
            if part is None or (part.mixed and part.heading in with_turn):
                parts.append(turn)
            else:
                parts.append(None if part.mixed and self._tells_of_results(report, sentence.block) else part.cue)
        return parts

    def _turns_of(self, report: Report, headings: Sequence[_Part | None], rules: Sequence[_Rule]) -> list[Cue | None]:
        """For each sentence the turn to plans in whose reach it stands: its paragraph with the list in it, or the part of a heading."""
        cues: list[Cue | None] = []
        turned: tuple[int, Cue] | None = None
        for sentence in report.sentences:
            part = headings[sentence.block]
            if turned and not _is_under(sentence.block, turned[0], report.blocks, part):
                turned = None
            if turned is None and (part is None or part.mixed):
                turned = _turn(report, sentence, part, rules)
            cues.append(turned[1] if turned else None)
        return cues

    def _tells_of_results(self, report: Report, block: int) -> bool:
        return self._results.search(report.text, report.blocks[block].start, report.blocks[block].end) is not None

    def _headings(self, report: Report, turns: Sequence[_Rule]) -> list[_Part | None]:
        """For each block the part of plans, or of results and plans, in which it stands. A turn to the time behind that of the title opens
        one as a heading too."""
        ahead = [rule for rule in turns if rule.title is not None]
        parts: list[_Part | None] = []
        current: _Part | None = None
        title_year = self._title_year.search(report.text, *report.title) if report.title else None
        title_end = self._title_end(report)
        for index, block in enumerate(report.blocks):
            text = report.text[block.start : block.end]
            if block.start < title_end:
                text = ""
            leading = block.heading or (len(text) < LEADING_CHARACTERS and text.rstrip().endswith(":"))
            found = {rule.status: rule for rule in reversed([*ahead, *self._sections]) if leading and self._opens(rule, text, title_year)}
            if "plan" in found:
                level = block.level if block.heading and block.body > block.start else 0
                current = _Part(index, level, Cue(found["plan"].id, block.start, block.end), "done" in found)
            elif current and block.heading and (found or 0 < block.level <= current.level):
                current = None
            parts.append(current)
        return parts

    def _opens(self, rule: _Rule, text: str, title_year: regex.Match[str] | None) -> bool:
        match = rule.pattern.search(text)
        if match is None or not rule.later:
            return match is not None
        return title_year is not None and self._year(match.group("year")) > self._year(title_year.group())

    def _year(self, written: str) -> str:
        """Four Arabic digits: 二〇一二 is 2012."""
        return written.translate(self._digits)

    def _title_end(self, report: Report) -> int:
        """Where the title ends: of a title of results its second line too, 2008年上半年工作总结 ⏎ 及下半年工作安排."""
        if report.title is None:
            return 0
        start, end = report.title
        if not self._title_of_results.search(report.text, start, end):
            return end
        second = next((block for block in report.blocks if block.start >= end and report.text[block.start : block.end].strip()), None)
        return second.end if second is not None and second.heading and second.body == second.start else end


def _turn(report: Report, sentence: Sentence, part: _Part | None, rules: Sequence[_Rule]) -> tuple[int, Cue] | None:
    """Where the sentence turns to plans: the block that its plans belong to, and the cue."""
    text = report.text[sentence.start : sentence.end]
    for rule in rules:
        if (rule.mixed and part is None) or (rule.leads and not text.endswith(":")):
            continue
        match = rule.pattern.search(text)
        if match:
            scope = part.heading if part else sentence.block
            return scope, Cue(rule.id, sentence.start + match.start(), sentence.start + match.end())
    return None


@dataclass(frozen=True, slots=True)
class _Part:
    """A part that a heading opens: its block, level and cue, and whether it tells of results first."""

    heading: int
    level: int
    cue: Cue
    mixed: bool


def _is_under(block: int, scope: int, blocks: Sequence[Block], part: _Part | None) -> bool:
    return block == scope or scope in blocks[block].path or (part is not None and part.heading == scope)


def _rules(rulebook: Rulebook, table: Mapping[str, Any], name: str) -> tuple[_Rule, ...]:
    return tuple(_rule(rulebook, row, name) for row in table[name] if not row.get("off"))


def _rule(rulebook: Rulebook, row: Mapping[str, Any], name: str) -> _Rule:
    where = f"rules/status.toml: {row.get('id', '(a rule without id)')}"
    if unknown := set(row) - _KEYS[name]:
        raise RuleError(f"{where}: unknown key {', '.join(sorted(unknown))}; a {name} has {', '.join(sorted(_KEYS[name]))}")
    pattern = rulebook.compile(row["pattern"], where)
    mixed, leads, later = (bool(row.get(key)) for key in ("mixed", "leads", "later"))
    title = rulebook.compile(row["title"], where) if "title" in row else None
    return _Rule(row["id"], pattern, row.get("status", "plan"), mixed, leads, later, title)
