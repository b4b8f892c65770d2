"""Whether a figure happened, is intended, or is a threshold: cue rules with direction, scope and terminators (after ConText, NegEx).

Harkema et al., ConText: an algorithm for determining negation, experiencer, and temporal status (J. Biomed. Inform. 42, 2009).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import regex

from pipeline.model import Cue, Mention, Quantity, Report, Sentence, Status
from pipeline.rulebook import Rulebook


@dataclass(frozen=True, slots=True)
class _CueRule:
    id: str
    status: Status
    pattern: regex.Pattern[str]


@dataclass(frozen=True, slots=True)
class _Threshold:
    """A hedged number that picks out a class; each condition that is None always holds."""

    id: str
    kinds: frozenset[str]
    bounds: frozenset[str] | None
    units: frozenset[str] | None
    behind: regex.Pattern[str]
    before: regex.Pattern[str] | None
    except_before: regex.Pattern[str] | None

    def holds(self, kind: str, quantity: Quantity, before: str, behind: str) -> bool:
        if kind not in self.kinds or (self.bounds and quantity.bound not in self.bounds) or (self.units and quantity.unit not in self.units):
            return False
        if not self.behind.search(behind) or (self.before and not self.before.search(before)):
            return False
        return not (self.except_before and self.except_before.search(before))


BEHIND_WINDOW = 24


class StatusReader:
    """Gives each quantity its status and the cue that decided; without a cue a figure is `done`."""

    def __init__(self, rulebook: Rulebook) -> None:
        table = rulebook.table("status")
        self._sections = tuple(_rule(rulebook, row) for row in table["section"])
        self._before = tuple(_rule(rulebook, row) for row in table["cue"] if row["direction"] == "before")
        self._after = tuple(_rule(rulebook, row) for row in table["cue"] if row["direction"] == "after")
        self._thresholds = tuple(_threshold(rulebook, row) for row in table["threshold"])

    def sections(self, report: Report) -> list[Cue | None]:
        """For each block, the heading that opened the part of plans in which it stands, or None."""
        parts: list[Cue | None] = []
        current: tuple[int, Cue] | None = None
        for block in report.blocks:
            text = report.text[block.start : block.end]
            leading = block.heading or (len(text) < 60 and text.rstrip().endswith(":"))
            rule = next((r for r in self._sections if leading and r.pattern.search(text)), None)
            if rule is not None and rule.status == "plan":
                level = block.level if block.heading and block.body > block.start else 0
                current = (level, Cue(rule.id, block.start, block.end))
            elif current and block.heading and (rule is not None or 0 < block.level <= current[0]):
                current = None
            parts.append(current[1] if current else None)
        return parts

    def read(
        self, mention: Mention, quantity: Quantity, sentence: Sentence, section: Cue | None, text: str
    ) -> tuple[Status, Cue | None]:
        """Status of one number and the cue that decided on it."""
        before, behind = text[sentence.start : mention.start], text[mention.end : min(sentence.end, mention.end + BEHIND_WINDOW)]
        for threshold in self._thresholds:
            if threshold.holds(mention.kind, quantity, before, behind):
                return "criterion", Cue(threshold.id, mention.start, mention.end)
        for rule in self._after:
            if match := rule.pattern.search(behind):
                return rule.status, Cue(rule.id, mention.end + match.start(), mention.end + match.end())
        if nearest := self._nearest(before):
            rule, match = nearest
            return rule.status, Cue(rule.id, sentence.start + match.start(), sentence.start + match.end())
        if section:
            return "plan", section
        return "done", None

    def _nearest(self, before: str) -> tuple[_CueRule, regex.Match[str]] | None:
        """The cue that stands last before the number: a later cue ends the scope of an earlier one."""
        last: tuple[_CueRule, regex.Match[str]] | None = None
        for rule in self._before:
            for match in rule.pattern.finditer(before):
                if last is None or match.start() > last[1].start():
                    last = (rule, match)
        return last


def _rule(rulebook: Rulebook, row: Mapping[str, Any]) -> _CueRule:
    return _CueRule(row["id"], row["status"], rulebook.compile(row["pattern"], f"rules/status.toml: {row['id']}"))


def _threshold(rulebook: Rulebook, row: Mapping[str, Any]) -> _Threshold:
    where = f"rules/status.toml: {row['id']}"

    def words(key: str) -> frozenset[str] | None:
        return frozenset(row[key].split()) if key in row else None

    def pattern(key: str) -> regex.Pattern[str] | None:
        return rulebook.compile(row[key], where) if key in row else None

    behind = rulebook.compile(row["behind"], where)
    return _Threshold(row["id"], frozenset(row["kinds"].split()), words("bounds"), words("units"), behind, pattern("before"), pattern("except_before"))


def in_order(sentences: Sequence[Sentence], mentions: Sequence[Mention]) -> list[int]:
    """Index of the sentence of each mention; both are ordered by offset. A mention outside all belongs to the one before it."""
    indices, at = [], 0
    for mention in mentions:
        while at + 1 < len(sentences) and sentences[at + 1].start <= mention.start:
            at += 1
        indices.append(at)
    return indices
