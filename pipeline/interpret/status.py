"""Whether a figure happened, is intended, or is a threshold: cue rules with direction, scope and terminators (after ConText, NegEx).

Harkema et al., ConText: an algorithm for determining negation, experiencer, and temporal status (J. Biomed. Inform. 42, 2009).
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal

import msgspec
import regex

from pipeline.interpret.frames import Found
from pipeline.interpret.sections import SectionReader
from pipeline.model import Cue, Mention, Report, Sentence, Status
from pipeline.needles import Passing, Sieve
from pipeline.rulebook import Rulebook, RuleError

BEFORE_WINDOW = 2000
"""So many characters of the sentence before a number are looked at; what is longer is a list without full stops."""
BEHIND_WINDOW = 40
MOST_UNITS = 4096
"""So many pairs of kind and measure word are kept with their thresholds."""
_CLAUSE_ENDS = ",;:。("
_STATEMENT_END = ";"
_DIGIT = regex.compile(r"\d")
_QUOTED = regex.compile(r"“[^“”,。;\n]{2,16}”|\"[^\",。;\n]{2,16}\"|《[^《》\n]*》")
_KEYS = {
    "cue": {"id", "why", "status", "direction", "scope", "ends", "weak", "firm", "lasts", "pattern", "examples", "counter_examples", "off"},
    "threshold": {
        "id", "why", "status", "kinds", "units", "except_units", "marked", "object", "behind", "before", "except_before", "except_behind",
        "examples", "counter_examples", "off",
    },
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Rule:
    id: str
    pattern: regex.Pattern[str]
    status: Status
    direction: Literal["before", "after"]
    scope: Literal["clause", "sentence"]
    ends: frozenset[str] | None
    """The cues that this one ends, where it ends not all."""
    weak: bool
    """It does not end a plan in its own clause: 确保全年累计新建5家."""
    firm: bool
    """It speaks for the clauses behind its own in a part of plans too: 今年已完成选址,征地6亩."""
    lasts: bool
    """It does not end with its statement: 明年新建工会5家;发展会员300名."""
    sieved: int
    """Its index in the reader's sieve."""


@dataclass(frozen=True, slots=True)
class _Threshold:
    """A number whose surroundings alone give its status, mostly because it picks out a class; a condition that is None always holds."""

    id: str
    status: Status
    kinds: frozenset[str]
    units: frozenset[str] | None
    except_units: frozenset[str]
    marked: regex.Pattern[str] | None
    other_object: bool
    behind: regex.Pattern[str] | None
    before: regex.Pattern[str] | None
    except_before: regex.Pattern[str] | None
    except_behind: regex.Pattern[str] | None
    sieved: frozenset[int]
    """The conditions on the words around by their index in the reader's sieve."""

    def may_hold(self, kind: str, unit: str) -> bool:
        """Whether it is one for such numbers."""
        return kind in self.kinds and (not self.units or unit in self.units) and unit not in self.except_units

    def holds(self, number: _Number) -> bool:
        """Whether the surroundings of a number for which it may hold are such as it asks for."""
        if self.other_object and not _counts_something_else(number):
            return False
        for pattern, text in ((self.marked, number.text), (self.behind, number.behind), (self.before, number.before)):
            if pattern is not None and not pattern.search(text):
                return False
        unwanted = ((self.except_before, number.before), (self.except_behind, number.behind))
        return not any(pattern is not None and pattern.search(text) for pattern, text in unwanted)


class _Number(msgspec.Struct, frozen=True, gc=False):
    """A number with the words around it: those of its sentence before it, and so many behind it."""

    text: str
    before: str
    behind: str
    end: int
    found: Found | None
    class_nouns: tuple[str, ...]
    """Ends of nouns that name a class: 企业, 项目."""


def _number(mention: Mention, sentence: Sentence, text: str, found: Found | None, class_nouns: tuple[str, ...]) -> _Number:
    return _Number(
        text[mention.start : mention.end], text[max(sentence.start, mention.start - BEFORE_WINDOW) : mention.start],
        _behind(mention, sentence, text), mention.end, found, class_nouns,
    )  # fmt: skip


def _unit(mention: Mention, text: str) -> str:
    """The measure word of a number as it is written."""
    span = mention.groups.get("unit")
    return text[span[0] : span[1]].strip() if span else ""


def _behind(mention: Mention, sentence: Sentence, text: str) -> str:
    """The words of its sentence behind a number, so many."""
    return text[mention.end : min(sentence.end, mention.end + BEHIND_WINDOW)]


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


_Placed = tuple[int, int, _Rule]
"""A cue in a report: its local span and its rule."""


class StatusReader:
    """Gives each quantity its status and the cue that decided; without a cue a figure is `done`."""

    def __init__(self, rulebook: Rulebook, sieve: Sieve | None = None) -> None:
        """`sieve`: one that other readers share, so that each sentence is put through it once."""
        table = rulebook.table("status")
        self._sections = SectionReader(rulebook)
        self.class_nouns = tuple(rulebook.words["class_nouns"])
        self.basis = rulebook.compile(table["basis"], "rules/status.toml: basis")
        self._sieve = Sieve() if sieve is None else sieve
        cues = [_rule(rulebook, row, self._sieve) for row in table["cue"] if not row.get("off")]
        self.anywhere = tuple(rule for rule in cues if rule.direction == "before" and rule.scope == "sentence")
        self.in_clause = tuple(rule for rule in cues if rule.direction == "before" and rule.scope == "clause")
        self.after = tuple(rule for rule in cues if rule.direction == "after")
        self._thresholds = tuple(_threshold(rulebook, row, self._sieve) for row in table["threshold"] if not row.get("off"))
        self.thresholds_of = lru_cache(MOST_UNITS)(self._thresholds_of)

    def _thresholds_of(self, kind: str, unit: str) -> tuple[_Threshold, ...]:
        """The thresholds that may hold for such numbers."""
        return tuple(threshold for threshold in self._thresholds if threshold.may_hold(kind, unit))

    def thresholds(self, kind: str, unit: str, passing: frozenset[int]) -> list[_Threshold]:
        """The thresholds that may hold for such a number in a sentence that lets `passing` through: mostly none."""
        return [threshold for threshold in self.thresholds_of(kind, unit) if threshold.sieved <= passing]

    def open(self, report: Report, passing: Passing | None = None) -> ReportStatus:
        """A reader of the numbers of one report. `passing`: of the sieve that was given."""
        return ReportStatus(self, report, self._sections.read(report), passing or Passing(self._sieve, report))


class ReportStatus:
    """Reads the status of the numbers of one report, sentence by sentence."""

    def __init__(self, rules: StatusReader, report: Report, sections: Sequence[Cue | None], passing: Passing) -> None:
        self._rules = rules
        self._report = report
        self._passing = passing
        self._sections = sections
        self._sentence = -1
        self._first_done: tuple[int, int] = (-1, 0)
        """The sentence last read in which a figure was done, and the offset of the first such figure."""
        self._cues: list[_Placed] = []
        self._longest = 0
        self._passed: frozenset[int] | None = None
        """What passed the sieve around the number last read, and the rules of clauses that did."""
        self._after: Sequence[_Rule] = ()
        self._in_clause: Sequence[_Rule] = ()

    def read(self, mention: Mention, place: int, found: Found | None, passing: frozenset[int] | None = None) -> tuple[Status, Cue | None]:
        """Status of one number in sentence `place`, and the cue that decided on it; numbers come in the order of the text.

        `passing`: what passes the sieve around it, where the caller knows.
        """
        passing = self._passing.around(place, mention.start, mention.end) if passing is None else passing
        status, cue = self._read(mention, place, found, passing)
        if status == "done" and self._first_done[0] != place:
            self._first_done = place, mention.start
        return status, cue

    def _read(self, mention: Mention, place: int, found: Found | None, passing: frozenset[int]) -> tuple[Status, Cue | None]:
        sentence, section, text = self._report.sentences[place], self._sections[place], self._report.text
        if thresholds := self._rules.thresholds(mention.kind, _unit(mention, text), passing):
            number = _number(mention, sentence, text, found, self._rules.class_nouns)
            threshold = next((threshold for threshold in thresholds if threshold.holds(number)), None)
            if threshold is not None:
                return threshold.status, Cue(threshold.id, mention.start, mention.end)
        if passing is not self._passed:  # numbers of a sentence share it
            self._passed = passing
            self._after, self._in_clause = (
                [rule for rule in rules if rule.sieved in passing] for rules in (self._rules.after, self._rules.in_clause)
            )
        nearest = self._nearest(mention.start, place, in_plans=section is not None)
        for rule in self._after:
            if rule.ends is not None and (nearest is None or nearest[2].id not in rule.ends):
                continue
            if match := rule.pattern.search(_behind(mention, sentence, text)):
                return rule.status, Cue(rule.id, mention.end + match.start(), mention.end + match.end())
        if nearest and not self._has_ended(nearest, mention.start, place, in_plans=section is not None):
            return nearest[2].status, Cue(nearest[2].id, nearest[0], nearest[1])
        return ("plan", section) if section else ("done", None)

    def _has_ended(self, cue: _Placed, start: int, place: int, *, in_plans: bool) -> bool:
        """Whether a plan within results has ended with its statement: 新建5家,力争达到8家;发展会员286名.

        A sentence that begins with a plan goes on with it: 力争新建8家;发展会员300名.
        """
        if in_plans or cue[2].status != "plan" or cue[2].lasts:
            return False
        told, first = self._first_done
        return told == place and first < cue[0] and _STATEMENT_END in self._report.text[cue[1] : start]

    def _nearest(self, start: int, place: int, *, in_plans: bool) -> _Placed | None:
        """The cue that stands last before the number: a later cue ends the scope of an earlier one."""
        text, sentence = self._report.text, self._report.sentences[place]
        cues = self._cues_of(place, sentence)
        if not cues and not self._in_clause:
            return None
        clause = max(sentence.start, max([text.rfind(mark, sentence.start, start) for mark in _CLAUSE_ENDS]) + 1)
        last: _Placed | None = None
        first = bisect_left(cues, start - BEFORE_WINDOW, key=_end)
        for cue in cues[first : bisect_right(cues, start + self._longest, key=_end)]:
            if cue[0] < start and (last is None or cue[1] > last[1]) and self._counts(cue, last, start, clause, in_plans=in_plans):
                last = cue
        before = text[clause:start]
        for rule in self._in_clause:
            for match in rule.pattern.finditer(before):
                if last is None or clause + match.end() > last[1]:
                    last = (clause + match.start(), clause + match.end(), rule)
        return last

    def _counts(self, cue: _Placed, last: _Placed | None, number: int, clause: int, *, in_plans: bool) -> bool:
        """Whether a cue says something of the number at `number` whose clause begins at `clause`; `last` is the cue before it.

        What a plan builds upon was done and says nothing of the plan (在已登记2310人的基础上再增600人). A weak cue ends no plan of
        its own clause (确保全年累计新建5家), nor one that has given a figure (确保新建5家,累计达到20家).
        """
        start, end, rule = cue
        if rule.status != "done":
            return True
        if (rule.ends is not None and (last is None or last[2].id not in rule.ends)) or self._rules.basis.search(
            self._report.text, end, number
        ):
            return False
        if rule.weak and last is not None and last[2].status == "plan":
            between = self._report.text[last[1] : start]
            return any(mark in between for mark in _CLAUSE_ENDS) and not _DIGIT.search(between)
        return not in_plans or rule.firm or (start >= clause and not rule.weak)

    def _cues_of(self, place: int, sentence: Sentence) -> list[_Placed]:
        """All cues of a sentence that reach over its clauses, in the order of their ends; words in quotes are none."""
        if place != self._sentence:
            self._sentence, self._cues, self._longest = place, [], 0
            passing = self._passing.around(place, sentence.start, sentence.end)
            if rules := [rule for rule in self._rules.anywhere if rule.sieved in passing]:
                self._cues = sorted(self._found(rules, sentence), key=_end)
                self._longest = max((end - start for start, end, _ in self._cues), default=0)
        return self._cues

    def _found(self, rules: Sequence[_Rule], sentence: Sentence) -> Iterator[_Placed]:
        text = self._report.text
        quoted = [match.span() for match in _QUOTED.finditer(text, sentence.start, sentence.end)]
        for rule in rules:
            for match in rule.pattern.finditer(text, sentence.start, sentence.end):
                if not any(start < match.start() and match.end() < end for start, end in quoted):
                    yield match.start(), match.end(), rule


def _end(cue: _Placed) -> int:
    return cue[1]


def _check_keys(row: Mapping[str, Any], name: str) -> str:
    where = f"rules/status.toml: {row.get('id', '(a rule without id)')}"
    if unknown := set(row) - _KEYS[name]:
        raise RuleError(f"{where}: unknown key {', '.join(sorted(unknown))}; a {name} has {', '.join(sorted(_KEYS[name]))}")
    return where


def _rule(rulebook: Rulebook, row: Mapping[str, Any], sieve: Sieve) -> _Rule:
    pattern = rulebook.compile(row["pattern"], _check_keys(row, "cue"))
    ends = frozenset(row["ends"].split()) if "ends" in row else None
    weak, firm, lasts = (bool(row.get(key)) for key in ("weak", "firm", "lasts"))
    scope = row.get("scope", "sentence")
    return _Rule(row["id"], pattern, row["status"], row["direction"], scope, ends, weak, firm, lasts, sieve.add(pattern))


def _threshold(rulebook: Rulebook, row: Mapping[str, Any], sieve: Sieve) -> _Threshold:
    where = _check_keys(row, "threshold")

    def pattern(key: str) -> regex.Pattern[str] | None:
        return rulebook.compile(row[key], where) if key in row else None

    marked, behind, before = pattern("marked"), pattern("behind"), pattern("before")
    return _Threshold(
        row["id"], row.get("status", "criterion"), frozenset(row["kinds"].split()),
        frozenset(row["units"].split()) if "units" in row else None,
        frozenset(row.get("except_units", "").split()),
        marked, row.get("object") == "other", behind, before, pattern("except_before"), pattern("except_behind"),
        frozenset(sieve.add(condition) for condition in (marked, behind, before) if condition is not None),
    )  # fmt: skip


def in_order(sentences: Sequence[Sentence], mentions: Sequence[Mention]) -> list[int]:
    """Index of the sentence of each mention; both are ordered by offset. A mention outside all belongs to the one before it."""
    indices, at = [], 0
    for mention in mentions:
        while at + 1 < len(sentences) and sentences[at + 1].start <= mention.start:
            at += 1
        indices.append(at)
    return indices
