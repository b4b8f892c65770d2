"""Of which comparison indicator a number is a value: the rules of `rules/indicators.toml` over kind, unit, words around and type of work.

A rule sees the number's clause with `@` in the number's place, without the filler right before it (`会员共有5135人` → `会员@`). Where the
number has no words of its own it sees the clause that says what is counted (`大病救助:11人,5.5万元` → `大病救助@`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from typing import Any

import regex
from msgspec import structs

from pipeline.bounds import hedged
from pipeline.interpret.clauses import Clauses, Setting
from pipeline.interpret.themes import Themes, ThemeWords
from pipeline.interpret.view import NUMBER, View
from pipeline.model import Cue, Fact, Quantity, Report
from pipeline.needles import Passing, Sieve
from pipeline.rulebook import Indicator, Rulebook, RuleError

WHOLE_YEAR = "XXXX"
"""What 去年 and 上年 say as EDTF."""
SENTENCES_BACK = 3
"""Sentences of which one that begins with 其中 may tell parts."""

_PATTERNS = ("frame", "with", "unless", "about", "apart", "then", "object", "own", "says", "not_object", "not_then")
_OF_SENTENCE = ("own", "with", "says", "then")
"""Conditions that look at nothing but words of the number's sentence, as they stand there."""
_MAIN = ("frame", "object", "own", "says", "theme")
"""Conditions of which a rule has one at least."""
_KEYS = {*_PATTERNS, "why", "activity", "theme", "units", "of", "examples", "counter_examples"}
_NUMBERLESS = ("about", "apart", "then", "not_object", "not_then")
"""Conditions whose words stand as they are written, with no sign for the number."""
_HOME = ("office", "elsewhere", "others")
"""What an indicator says of the reports in which it is at home."""
YEAR_WITHIN = 300
"""Characters of a report in which the year that it is on is written, if it is."""
_CLASS = regex.compile(r"\[[^\]]*\]")
_BRICK = regex.compile(r"\{([a-z_]\w*)\}")


_WANTED = {"frame": "frame", "object": "object", "own": "own", "with": "clause", "says": "says", "about": "said", "then": "then"}
_UNWANTED = {"not_object": "object", "not_then": "then", "unless": "own", "apart": "near"}
"""Conditions that must and must not hold, and the field of the view that each looks at; the cheapest first.

One that must not hold may stand at the indicator, for all its rules."""
_Condition = tuple[str, regex.Pattern[str]]
"""A field of the view, and what is looked for in it."""


@dataclass(frozen=True, slots=True)
class _Home:
    """In whose reports an indicator needs no more than its rules, and what the words around must say in those of others."""

    offices: frozenset[str]
    """Codes of orgs.toml; an empty one stands for a report of which it cannot be told whose it is."""
    elsewhere: regex.Pattern[str]
    others: regex.Pattern[str]
    """Whom the words around must not name in a report of which it cannot be told whose it is."""

    def holds(self, view: View, office: str | None) -> bool:
        if self.elsewhere.search(view.says):
            return True
        if (office or "") not in self.offices:
            return self.elsewhere.search(view.said) is not None
        return office is not None or not self.others.search(view.said)


@dataclass(frozen=True, slots=True)
class _Rule:
    """One rule of an indicator; a condition that is None or empty always holds."""

    code: str
    wanted: tuple[_Condition, ...]
    unwanted: tuple[_Condition, ...]
    activities: frozenset[str]
    themes: frozenset[str]
    """Where it has any, it is tried only after all rules that have none."""
    units: frozenset[str]
    """Classes of measure words, or measure words."""
    of: frozenset[str] | None
    """Indicators of which the total must be one; an empty one stands for a number that is no part."""
    sieved: frozenset[int]
    """By their index in the reader's sieve its conditions that a sentence must pass; `framed`: with that of the frame."""
    framed: frozenset[int]
    rank: int = 0
    """Its place among the rules of its indicator."""

    def is_for(self, units: Set[str], activity: str | None) -> bool:
        """Whether it is one for such a measure word and such work."""
        return not self.units.isdisjoint(units) and (not self.activities or activity in self.activities)

    def speaks(self, view: View) -> bool:
        """Whether the words around the number are such as the rule asks for."""
        for name, pattern in self.wanted:
            if not pattern.search(getattr(view, name)):
                return False
        for name, pattern in self.unwanted:  # noqa: SIM110 - most rules have none, and a generator costs more than that
            if pattern.search(getattr(view, name)):
                return False
        return True


@dataclass(frozen=True, slots=True)
class _Signs:
    """What is known of a report and its sentences before a rule is tried on a number."""

    themes: Themes
    passing: Passing
    office: str | None
    """The body that the report is by."""


class IndicatorReader:
    """Finds the indicators of the numbers of a report; the first indicator in the file of which a rule holds is taken."""

    def __init__(self, rulebook: Rulebook) -> None:
        table = rulebook.table("indicators")
        bricks = table.get("bricks", {})
        self._links: str = table["gate"]["links"]
        self._now, self._from = (rulebook.compile(table["gate"][key], "rules/indicators.toml: gate") for key in ("now", "from"))
        joins, verb = table["gate"]["joins"], table["gate"]["verb"]
        self._member = rulebook.compile(f"[{joins}] [^@]*? (?: {verb}\n)", "rules/indicators.toml: gate")
        self._among = rulebook.compile(table["gate"]["among"], "rules/indicators.toml: gate")
        self._dealt, self._listed = (rulebook.compile(table["gate"][key], "rules/indicators.toml: gate") for key in ("dealt", "listed"))
        self._never, self._county_wide, *told_as = (
            rulebook.compile(_filled(table["gate"][key], bricks), "rules/indicators.toml: gate")
            for key in ("unless", "county_wide", "due", "yardstick", "one_case")
        )
        self._adding = frozenset(indicator.code for indicator in rulebook.indicators.values() if indicator.table["combine"] == "sum")
        self._since, self._year, self._town, self._county = (
            rulebook.compile(table["gate"][key], "rules/indicators.toml: gate") for key in ("since", "year", "town", "county")
        )
        self.sieve = Sieve()
        """May be shared with other readers, so that each sentence is put through it once."""
        self._now_sieved, self._never_sieved = self.sieve.add(self._now), self.sieve.add(self._never)
        self._dealt_sieved, self._county_sieved = self.sieve.add(self._dealt), self.sieve.add(self._county_wide)
        self._since_sieved = self.sieve.add(self._since)
        self._told_sieved = [(self.sieve.add(pattern), pattern) for pattern in told_as]
        self._barring = frozenset((self._never_sieved, self._county_sieved, *(sieved for sieved, _ in self._told_sieved)))
        """What a sentence must let through of for any of its numbers to be barred from all indicators."""
        self._classes = {word: unit.unit_class for word, unit in rulebook.units.items()}
        self._rules_for: dict[tuple[str, str, str | None], Sequence[_Rule]] = {}
        self._rules: dict[str, list[_Rule]] = defaultdict(list)
        self._themes = ThemeWords(table.get("theme", ()))
        self._homes: dict[str, _Home] = {}
        self._most = {code: most for code, indicator in rulebook.indicators.items() if (most := indicator.most) is not None}
        self._single = frozenset(code for code, indicator in rulebook.indicators.items() if indicator.combine == "single")
        for indicator in rulebook.indicators.values():
            if home := _home(rulebook, indicator, bricks):
                self._homes[indicator.code] = home
            barred = _barred(rulebook, indicator.table, bricks, f"rules/indicators.toml: {indicator.code}")
            for rank, row in enumerate(indicator.table.get("rule", ())):
                rule = _rule(rulebook, indicator, row, bricks, self._themes.names, self.sieve)
                self._rules[indicator.table["kind"]].append(replace(rule, unwanted=rule.unwanted + barred, rank=rank))
        for rules in self._rules.values():
            rules.sort(key=lambda rule: bool(rule.themes))

    @property
    def offices(self) -> frozenset[str]:
        """The codes of bodies that the rules name."""
        return frozenset(office for home in self._homes.values() for office in home.offices if office)

    def assign(
        self, report: Report, facts: Sequence[Fact], clauses: Clauses, units: Sequence[str], office: str | None = None,
        passing: Passing | None = None,
    ) -> tuple[Fact, ...]:  # fmt: skip
        """The facts with their indicators. `units`: each fact's measure word in simplified script; `office`: the body that the report is
        by; `passing`: what passes the sieve."""
        found = self.codes(report, dict(enumerate(facts)), clauses, dict(enumerate(units)), office, passing)
        return tuple(_with(fact, found.get(i), clauses.settings.get(i)) for i, fact in enumerate(facts))

    def codes(
        self, report: Report, facts: Mapping[int, Fact], clauses: Clauses, units: Mapping[int, str], office: str | None = None,
        passing: Passing | None = None,
    ) -> dict[int, str | None]:  # fmt: skip
        """The indicators of the facts that have a setting, by their index. A part is no value of its total's, what is done of a plan is."""
        found: dict[int, str | None] = {}
        read: dict[int, _Rule] = {}
        by_sentence: defaultdict[int, list[int]] = defaultdict(list)
        among = self._telling_parts(report, clauses)
        signs = _Signs(Themes(self._themes, report), passing or Passing(self.sieve, report), office)
        for index in sorted(clauses.settings, key=lambda i: facts[i].part_of is not None):
            fact = facts[index]
            total = found.get(fact.part_of) if fact.part_of is not None else None
            rule = self._read(report, fact, clauses, clauses.settings[index], units[index], total, signs) if may_fill(fact) else None
            if rule is not None:
                read[index] = rule
            counted = fact.part_of is not None and fact.part_of in facts and facts[fact.part_of].status == fact.status
            told = {total} if counted else set()
            if rule is not None and clauses.settings[index].sentence in among:
                told |= self._told_before(report, index, clauses, found, by_sentence)
            found[index] = None if rule is None or rule.code in told else rule.code
            by_sentence[clauses.settings[index].sentence].append(index)
        self._settle_sums(facts, read, found)
        self._settle_shares(clauses, facts, read, found)
        return found

    @staticmethod
    def _settle_sums(facts: Mapping[int, Fact], read: Mapping[int, _Rule], found: dict[int, str | None]) -> None:
        """A sum behind its parts is a value of what all of them are values of, and of nothing where they are of several things.

        来信3件,来访8件,11件全部答复: petitions; 调解争议6件,接待来访5件,合计11件: a sum of neither.
        """
        parts: defaultdict[int, list[int]] = defaultdict(list)
        for index in found:
            total = facts[index].part_of
            if total in found and index < total and may_fill(facts[index]) and facts[index].status == facts[total].status:
                parts[total].append(index)
        for total, summed in parts.items():
            codes = {read[index].code if index in read else None for index in summed}
            if len(codes - {None}) > 1:
                found[total] = None
                found.update({index: read[index].code for index in summed if index in read})
            elif found[total] is None and None not in codes and may_fill(facts[total]):
                found[total] = codes.pop()
                found.update(dict.fromkeys(summed))

    def _settle_shares(self, clauses: Clauses, facts: Mapping[int, Fact], read: Mapping[int, _Rule], found: dict[int, str | None]) -> None:
        """Of shares of one sentence with several names the one that the indicator's rules name first: 调解率100%,成功率59%."""
        beside: defaultdict[tuple[int, str, str | None], list[int]] = defaultdict(list)
        for index, code in found.items():
            if code in self._single:
                beside[clauses.settings[index].sentence, code, facts[index].status].append(index)
        for several in beside.values():
            first = min(read[index].rank for index in several)
            found.update(dict.fromkeys(index for index in several if read[index].rank > first))

    def _telling_parts(self, report: Report, clauses: Clauses) -> set[int]:
        """The sentences with numbers that begin with 其中."""
        sentences = ((index, report.sentences[index]) for index in {at.sentence for at in clauses.settings.values()})
        return {index for index, sentence in sentences if self._among.match(report.text, sentence.start, sentence.end)}

    def _told_before(
        self, report: Report, index: int, clauses: Clauses, found: Mapping[int, str | None], by_sentence: Mapping[int, Sequence[int]]
    ) -> set[str | None]:
        """For a number of a sentence that begins with 其中 the indicators of the sentences before in its item."""
        sentence = clauses.settings[index].sentence
        here = report.sentences[sentence]
        before = (other for other in range(max(sentence - SENTENCES_BACK, 0), sentence) if report.sentences[other].block == here.block)
        return {found[i] for other in before for i in by_sentence.get(other, ()) if i < index}

    def of_last_year(
        self, report: Report, facts: Mapping[int, Fact], clauses: Clauses, units: Mapping[int, str], since: Mapping[int, int],
        office: str | None = None,
    ) -> dict[int, str]:  # fmt: skip
        """The indicators that figures of last year are values of: by their own words, else those of the figure they are compared with.

        `facts`, by their index, have their own indicators; `since` is what `last_year_begins` says of them.
        """
        told = {}
        signs = _Signs(Themes(self._themes, report), Passing(self.sieve, report), office)
        for index, at in clauses.settings.items():
            fact = facts[index]
            if fact.start < since.get(fact.sentence, len(report.text)) or not is_of_last_year(fact) or fact.indicator is not None:
                continue
            rule = self._read(report, fact, clauses, at, units[index], None, signs, of_any_year=True)
            code = rule.code if rule is not None else self._compared(index, facts, clauses, units)
            if code is not None:
                told[index] = code
        return told

    def _compared(self, index: int, facts: Mapping[int, Fact], clauses: Clauses, units: Mapping[int, str]) -> str | None:
        """The indicator of the nearest figure of the same measure in the sentence: 新建工会57家,去年45家; 由去年的45家增加到57家."""
        measure = facts[index].kind, self._classes.get(units[index], units[index])
        beside = [
            other
            for other, at in clauses.settings.items()
            if other != index
            and at.sentence == clauses.settings[index].sentence
            and (facts[other].kind, self._classes.get(units[other], units[other])) == measure
            and may_fill(facts[other])
        ]
        nearest = min(beside, key=lambda other: abs(other - index), default=None)
        return None if nearest is None else facts[nearest].indicator

    def _read(
        self, report: Report, fact: Fact, clauses: Clauses, at: Setting, unit: str, total: str | None, signs: _Signs,
        *, of_any_year: bool = False,
    ) -> _Rule | None:  # fmt: skip
        here = signs.passing.around(at.sentence, fact.start, fact.end)
        may_be_new = self._now_sieved in here
        if fact.scope == "last_year" and not of_any_year and not may_be_new:
            return None
        rules = self._left(fact, unit, total, here, may_be_new=may_be_new)
        if not rules:
            return None
        view = View(report, fact, clauses.spans[at.sentence], at, self._links, self._member)
        if self._dealt_sieved in here and (noun := self._dealt_noun(report.text, fact, at)):
            view.deal(noun)
        is_new = may_be_new and self._now.search(view.clause) is not None
        if self._is_barred(report, view, here):
            return None
        if fact.scope == "last_year" and not of_any_year and not is_new:
            return None
        if is_new:
            view.renew(self._from)
        theme = signs.themes.of(fact, at) if rules[-1].themes else None
        rule = self._first(rules, view, theme, signs.office)
        if rule and self._is_too_much(rule.code, fact.quantity):
            return None
        if rule and rule.code in self._adding and self._since_sieved in here and self._is_since_long(report.text, view):
            return None
        return rule

    def _first(self, rules: Sequence[_Rule], view: View, theme: str | None, office: str | None) -> _Rule | None:
        """The first rule that holds for a number of such a theme in a report by such an office."""
        for rule in rules:
            if (not rule.themes or theme in rule.themes) and rule.speaks(view):
                home = self._homes.get(rule.code)
                if home is None or home.holds(view, office):
                    return rule
        return None

    def _is_barred(self, report: Report, view: View, here: frozenset[int]) -> bool:
        """Whether the words around a number say that it is a value of no indicator, whatever it counts."""
        if self._barring.isdisjoint(here):
            return False
        if self._never_sieved in here and self._never.search(view.clause):
            return True
        if any(sieved in here and pattern.search(view.says) for sieved, pattern in self._told_sieved):
            return True
        return self._county_sieved in here and self._county_wide.search(view.says) is not None and self._is_of_town(report.text)

    def _is_too_much(self, code: str, quantity: Quantity | None) -> bool:
        """入会率912%: more than the indicator can be."""
        most = self._most.get(code)
        if most is None or quantity is None:
            return False
        told = hedged(quantity.value, quantity.low, quantity.high, quantity.bound)
        return told is not None and told.value > most

    def _is_since_long(self, text: str, view: View) -> bool:
        """Whether a number sums up more than the time of the report: since an office was founded, or since a year before the first that
        is written in the report."""
        told = self._since.search(view.says)
        if told is None or told["year"] is None:
            return told is not None
        first = self._year.search(text, 0, YEAR_WITHIN)
        return first is not None and told["year"] < first[0]

    def _is_of_town(self, text: str) -> bool:
        """Whether a report speaks of a town as its own (我镇), and not of a county."""
        return self._town.search(text) is not None and self._county.search(text) is None

    def _dealt_noun(self, text: str, fact: Fact, at: Setting) -> str | None:
        """Of 建会率、入会率分别达95%和92% the noun at the number's place in the list; None where the lists do not match."""
        dealt = self._dealt.search(text, at.start, fact.start)
        if dealt is None:
            return None
        nouns = self._listed.split(text[at.start : dealt.start()])
        numbers = len(self._listed.split(text[dealt.end() : at.end]))
        place = len(self._listed.split(text[dealt.end() : fact.start])) - 1
        return nouns[place] if 1 < len(nouns) == numbers and all(nouns) else None

    def _left(self, fact: Fact, unit: str, total: str | None, here: frozenset[int], *, may_be_new: bool) -> Sequence[_Rule]:
        """The rules that may hold for such a number in a sentence that lets `here` through."""
        rules, of = self._for(fact.kind, unit, fact.activity), total or ""
        if may_be_new:  # the frame of a new figure (由去年的86%提高到91%) is put together from words that stand apart in the sentence
            return [rule for rule in rules if rule.sieved <= here and (rule.of is None or of in rule.of)]
        return [rule for rule in rules if rule.framed <= here and (rule.of is None or of in rule.of)]

    def _for(self, kind: str, unit: str, activity: str | None) -> Sequence[_Rule]:
        """The rules for a measure word and a type of work."""
        key = kind, unit, activity
        rules = self._rules_for.get(key)
        if rules is None:
            units = {unit, self._classes.get(unit, "")}
            rules = self._rules_for[key] = [rule for rule in self._rules[kind] if rule.is_for(units, activity)]
        return rules


def may_fill(fact: Fact) -> bool:
    """Whether a number could be a value at all: a threshold, a figure per head and a difference are none."""
    quantity = fact.quantity
    return quantity is not None and fact.status != "criterion" and not quantity.per and not quantity.change


def last_year_begins(facts: Iterable[Fact]) -> dict[int, int]:
    """By sentence where its first words for last year (去年) end."""
    since: dict[int, int] = {}
    for fact in facts:
        if fact.date is not None and fact.date.anchor == "last_year":
            since.setdefault(fact.sentence, fact.end)
    return since


def is_of_last_year(fact: Fact) -> bool:
    """Whether it could be a figure of all of last year; one that is a value of this year's indicator (由去年的45家增加到57家) is none."""
    return fact.scope == "last_year" and fact.when_anchor == "last_year" and fact.when == WHOLE_YEAR and may_fill(fact)


def _with(fact: Fact, code: str | None, at: Setting | None) -> Fact:
    """The fact as a value of an indicator, with the clause that says so."""
    if code is None or at is None:
        return fact
    return structs.replace(fact, indicator=code, cues=(*fact.cues, Cue(f"indicator.{code}", at.start, at.end)))


def _rule(
    rulebook: Rulebook, indicator: Indicator, row: Mapping[str, Any], bricks: Mapping[str, str], themes: Set[str], sieve: Sieve
) -> _Rule:
    where = f"rules/indicators.toml: {indicator.code}"
    if unknown := set(row) - _KEYS:
        raise RuleError(f"{where}: unknown key {', '.join(sorted(unknown))}; a rule has {', '.join(sorted(_KEYS))}")
    if missing := {"why", "examples"} - set(row):
        raise RuleError(f"{where}: a rule lacks {', '.join(sorted(missing))}")
    if not set(_MAIN) & set(row):
        raise RuleError(f"{where}: a rule has no {' or '.join(_MAIN)}; it would hold for every number")
    if unknown := set(row.get("theme", "").split()) - themes:
        raise RuleError(f"{where}: no theme of the name {', '.join(sorted(unknown))}; there are {', '.join(sorted(themes))}")
    patterns = {key: rulebook.compile(_filled(row[key], bricks), where) for key in _PATTERNS if key in row and key not in _UNWANTED}
    sieved = frozenset(sieve.add(patterns[key]) for key in _OF_SENTENCE if key in patterns)
    return _Rule(
        indicator.code,
        tuple((name, patterns[key]) for key, name in _WANTED.items() if key in patterns),
        _barred(rulebook, row, bricks, where),
        frozenset(row.get("activity", "").split()),
        frozenset(row.get("theme", "").split()),
        frozenset(row["units"].split()) if "units" in row else indicator.units,
        frozenset(code if code != "none" else "" for code in row["of"].split()) if "of" in row else None,
        sieved,
        sieved | {sieve.add(patterns["frame"])} if "frame" in patterns else sieved,
    )


def _barred(rulebook: Rulebook, row: Mapping[str, Any], bricks: Mapping[str, str], where: str) -> tuple[_Condition, ...]:
    """The conditions that must not hold, of a rule or of an indicator."""
    _check_numberless(row, bricks, where)
    return tuple((name, rulebook.compile(_filled(row[key], bricks), where)) for key, name in _UNWANTED.items() if key in row)


def _check_numberless(row: Mapping[str, Any], bricks: Mapping[str, str], where: str) -> None:
    for key in _NUMBERLESS:
        if NUMBER in _CLASS.sub("", _filled(row.get(key, ""), bricks)):
            raise RuleError(f"{where}: {key} looks at words without {NUMBER}; leave it out, or ask with $ for the end of the clause")


def _home(rulebook: Rulebook, indicator: Indicator, bricks: Mapping[str, str]) -> _Home | None:
    """Where an indicator is at home, if it says so."""
    given = {key: indicator.table[key] for key in _HOME if key in indicator.table}
    if not given:
        return None
    where = f"rules/indicators.toml: {indicator.code}"
    if missing := set(_HOME) - set(given):
        raise RuleError(f"{where}: {', '.join(_HOME)} belong together; it lacks {', '.join(sorted(missing))}")
    offices = frozenset(code if code != "none" else "" for code in given["office"].split())
    elsewhere, others = (rulebook.compile(_filled(given[key], bricks), where) for key in ("elsewhere", "others"))
    return _Home(offices, elsewhere, others)


def _filled(pattern: str, bricks: Mapping[str, str]) -> str:
    """The pattern with the file's own bricks filled in; others are left to the rulebook."""

    def brick(match: regex.Match[str]) -> str:
        return f"(?:{_filled(bricks[match[1]], bricks)})" if match[1] in bricks else str(match[0])

    return str(_BRICK.sub(brick, pattern))
