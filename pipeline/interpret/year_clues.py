"""Finds the words that tell the year of a report: written years, anniversaries, plans, laws and campaigns, weekdays, lunar days.

Each clue says which years it leaves. What they leave together is `year.py`'s business. All vocabulary and all years are those of
`rules/years.toml`.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from itertools import chain, islice, starmap
from typing import Any, Literal

import msgspec
from msgspec import structs

from pipeline.days import lunar_day
from pipeline.interpret.numerals import Alphabet, NumeralError
from pipeline.lexicon import Lexicon
from pipeline.model import Edition, Report
from pipeline.repeats import bounded
from pipeline.rule_files import RuleError

Strength = Literal["stated", "inferred", "bound", "calendar", "soft"]
"""`stated` the report's own year in four digits · `inferred` years that the words leave · `bound` no earlier than · `calendar` weekday or
lunar day, which never settles a year alone · `soft` gives way where anything else speaks against it."""


class YearClue(msgspec.Struct, frozen=True, gc=False):
    """Words and the years that they leave. A local span; None for words of the path."""

    rule: str
    years: frozenset[int]
    strength: Strength
    span: tuple[int, int] | None
    text: str
    loose: frozenset[int] | None = None
    """Years that the words may still be said in, where the other clues leave none of `years`; None where there are no more."""


@dataclass(frozen=True, slots=True)
class WordRule:
    """An event, or a plan of years, known by words."""

    id: str
    years: frozenset[int]
    first: int
    group: str | None
    not_before: re.Pattern[str] | None


class YearClueFinder:
    """Finds clues by the rules of `years.toml`, given as its parsed `table`; `alphabet` reads Chinese numerals."""

    def __init__(self, table: Mapping[str, Any], alphabet: Alphabet) -> None:
        self._alphabet = alphabet
        limits = table["limits"]
        self.all_years = frozenset(range(limits["earliest"], limits["latest"] + 1))
        self._century: int = limits["two_digits_from"]
        self._bricks: Mapping[str, str] = table["bricks"]
        self._title: Mapping[str, Any] = table["title"]
        self._compiled = {key: self._compile(value) for key, value in self._title.items() if isinstance(value, str)}
        self._written = [(row, self._compile(row["pattern"])) for row in table["written"]]
        needing: defaultdict[str, list[int]] = defaultdict(list)
        for index, row in enumerate(table["written"]):
            for word in row["needs"].split("|"):
                needing[word].append(index)
        self._needing = Lexicon(needing)
        """The rows of written years, by index, that need a word."""
        self._any_year = self._compile(table["title"]["any"])
        self._year = self._compiled["year"]
        self._edition: Mapping[str, Any] = table["edition"]
        self._edition_pattern = self._compile(self._edition["pattern"])
        self._edition_not_before = re.compile(bounded(self._edition["not_before"], verbose=False))
        self._anniversaries = [(row, re.compile(bounded(row["names"], verbose=False))) for row in table["anniversary"]]
        self._names = {row["id"]: names for row, names in self._anniversaries}
        self._anniversary: Mapping[str, Any] = table["anniversary_pattern"]
        self._anniversary_number = self._compile(self._anniversary["number"])
        self._anniversary_years = self._compile(self._anniversary["years"])
        self._nth: Mapping[str, Any] = table["nth_pattern"]
        self._nth_number = self._compile(self._nth["number"])
        self._nths = [(row, re.compile(bounded(row["names"], verbose=False))) for row in table["nth"]]
        self._plans: Mapping[str, Any] = table["plans"]
        plan_cues = ("start", "end", "second", "third", "fourth", "prepare", "prepare_behind", "over")
        self._plan_cues = {key: re.compile(self._plans[key]) for key in plan_cues}
        self._cues: Mapping[str, Any] = table["cues"]
        self._cue = {key: re.compile(self._cues[key]) for key in ("ahead", "ahead_after", "held", "after", "next_year", "last_year")}
        self._words: dict[str, WordRule] = {}
        for row in [*table["event"], *table["plan"]]:
            self._add_words(row)
        self._word = re.compile(_grouped(self._words))
        self._plenums: Mapping[str, Any] = table["plenums"]
        self._plenum = self._compile(self._plenums["pattern"])
        self._calendar = _CalendarRules(table["calendar"], self._compile, self.all_years, self._number)

    def _compile(self, pattern: str) -> re.Pattern[str]:
        """The pattern with its bricks; a brick's group that occurs again gets a number: `year`, `year2`."""
        for name, brick in self._bricks.items():
            parts = pattern.split("{" + name + "}")
            bricks = [brick if i == 0 else brick.replace(f"<{name}>", f"<{name}{i + 1}>") for i in range(len(parts) - 1)]
            pattern = "".join(part + (bricks[i] if i < len(bricks) else "") for i, part in enumerate(parts))
        try:
            return re.compile(bounded(pattern, verbose=False), re.MULTILINE)
        except re.error as error:
            raise RuleError(f"rules/years.toml: {pattern}: it does not compile: {error}; check its brackets") from error

    def _add_words(self, row: Mapping[str, Any]) -> None:
        if not row.get("first") and not row.get("years"):
            raise RuleError(f"rules/years.toml: {row['id']}: first is missing; write `first`, a year, or `years`, a list of them")
        if "years" in row:
            years = frozenset(row["years"])
        else:
            last = row["first"] + 4 if "group" in row else row.get("last", max(self.all_years))
            years = frozenset(range(row["first"], last + 1))
        not_before = re.compile(f"(?:{row['not_before']})$") if "not_before" in row else None
        first = row["first"] if "first" in row else min(row["years"])
        rule = WordRule(row["id"], years, first, row.get("group"), not_before)
        for word in row["words"]:
            self._words[word] = rule

    # --- numbers ------------------------------------------------------------------------------------------------------------------

    def _number(self, text: str) -> int | None:
        try:
            return int(self._alphabet.parse(text))
        except NumeralError:
            return None

    def year_of(self, text: str) -> int | None:
        """A written year: 2012, 二〇一二, 二O一二; None where it is none."""
        zeros = self._bricks["zeros"]
        digits = "".join("0" if c in zeros else str(self._alphabet.digits.get(c, c)) for c in text)
        return int(digits) if digits.isdecimal() and len(digits) == 4 else None

    def _short_year(self, text: str) -> int:
        number = int(text)
        return number + (1900 if number >= self._century else 2000)

    def _of(self, found: re.Match[str]) -> int | None:
        """The year that a match names, in four digits or two."""
        groups = found.groupdict()
        written = groups.get("year") or groups.get("year2")
        if written:
            return self.year_of(written)
        short = next((text for name, text in groups.items() if name.startswith("short") and text), None)
        return self._short_year(short) if short else None

    # --- all clues ----------------------------------------------------------------------------------------------------------------

    def find(self, report: Report, title: tuple[int, int] | None, period: str | None) -> list[YearClue]:
        """All clues of a report but those of its path. `period` decides how far a date at the end may lie behind the year."""
        text = report.text
        ahead = self._ahead(text)
        clues = [*self._from_title(text, title), *self._from_lines(text, title, period), *self._from_written(text, ahead)]
        told = [*self._from_words(text, ahead), *self._from_anniversaries(text)]
        told += [*self._from_counted_days(text), *self._calendar.find(text)]
        return [*clues, *(self._timed(clue, text, ahead) for clue in told), *self._past(text, ahead)]

    def _timed(self, clue: YearClue, text: str, ahead: Sequence[tuple[int, int]]) -> YearClue:
        """The clue as it bears on the report's year where it is told of another: 明年是十二五开局之年, or in a part on what is to come."""
        if clue.span is None:
            return clue
        start = clue.span[0]
        sentence = re.split("[。；\n]", text[max(0, start - SENTENCE) : start])[-1]
        shifts: tuple[int, ...] = (0,)
        if self._cue["next_year"].search(sentence):
            shifts = (-1,)
        elif self._cue["last_year"].search(re.split("[，,、]", sentence)[-1]):
            shifts = (1,)
        elif _inside(start, ahead):
            shifts = (-1, 0)
        years = frozenset(year + shift for year in clue.years for shift in shifts)
        if max(self.all_years) in clue.years:  # an open end stays open
            years |= {max(self.all_years)}
        return structs.replace(clue, years=years & self.all_years, loose=None if clue.loose is None else clue.loose | years)

    def _clue(
        self, rule: str, years: Iterable[int], strength: Strength, found: re.Match[str], loose: Iterable[int] | None = None
    ) -> YearClue:
        more = None if loose is None else frozenset(loose) & self.all_years
        return YearClue(rule, frozenset(years) & self.all_years, strength, _stripped(found), found.group().strip(), more)

    def _from(self, year: int) -> range:
        """That year and all after it."""
        return range(year, max(self.all_years) + 1)

    def _from_title(self, text: str, title: tuple[int, int] | None) -> list[YearClue]:
        """The year that the title names; of 2009年总结及2010年打算 the first."""
        if title is None:
            return []
        line = text[: title[1]]
        if found := self._compiled["range"].search(line, title[0]):
            first, last = self.year_of(found["year"]), int(found["end"])
            if first is not None:
                return [self._clue("year.title-range", range(first, last + 1), "inferred", found)]
        years = list(self._year.finditer(line, title[0]))
        for number, found in enumerate(years):
            behind = line[found.end() : years[number + 1].start() if number + 1 < len(years) else title[1]]
            year = self.year_of(found["year"])
            planned = self._compiled["plan"].search(behind) and not self._compiled["summary"].search(behind)
            if year is not None and (not planned or len(years) == 1):
                return [self._clue("year.title", [year], "stated", found)]
        return []

    def _from_lines(self, text: str, title: tuple[int, int] | None, period: str | None) -> Iterator[YearClue]:
        """Headings with a year, the opening, and a date of its own line at the end or right under the title."""
        body = title[1] + 1 if title else 0
        if found := self._compiled["opening"].match(text, body):
            year = self.year_of(found["year"])
            if year is not None:
                yield self._clue("year.opening", [year], "stated", found, self._from(year))
        for start, line in _short_lines(text, body):
            if not self._year.search(line):
                continue
            for key, shift in (("heading_next", -1), ("heading_is", 0)):
                if (found := self._compiled[key].match(line)) and (year := self.year_of(found["year"])) is not None:
                    first, last = _stripped(found)
                    years = frozenset({year + shift}) & self.all_years
                    yield YearClue(f"year.{key.replace('_', '-')}", years, "stated", (start + first, start + last), line[first:last])
        reach = body + self._title["campaign_reach"]
        found = self._compiled["campaign"].search(text, body, reach) if period == "campaign" else None
        if found and (year := self._of(found)) is not None:
            yield self._clue("year.campaign", [year], "inferred", found, self._from(year))
        yield from self._dates_alone(text, period)

    def _dates_alone(self, text: str, period: str | None) -> Iterator[YearClue]:
        """The day that a line ends with: one of the last lines, or one of the head's."""
        end = len(text.rstrip())
        starts = [end]
        for _ in range(self._title["signature_lines"]):
            starts.append(max(text.rfind("\n", 0, max(starts[-1] - 1, 0)) + 1, 0))
        closing = [(starts[i + 1], text[starts[i + 1] : starts[i]].rstrip()) for i in range(len(starts) - 1)]
        for start, line in (*starmap(_tail, closing), *_head(text, self._title["head_lines"])):
            if len(line) > HEADING or self._compiled["signature_not"].search(line):
                continue
            found = self._compiled["signature"].search(line)
            if found and (year := self.year_of(found["year"])) is not None:
                month = self._number(found["month"]) or 12
                first, last = _stripped(found)
                years = self._signed(year, month, period) & self.all_years
                yield YearClue("year.signature", years, "stated", (start + first, start + last), found.group().strip())
                return

    def _signed(self, year: int, month: int, period: str | None) -> frozenset[int]:
        """The years that a report dated so may be of: one of a whole year is written at its end or at the beginning of the next."""
        early, late = month <= self._title["before_months"], month >= self._title["own_months"]
        if period == "campaign":
            return frozenset({year - 1, year} if month <= self._title["campaign_months"] else {year})
        if period == "annual":
            return frozenset({year} if late else {year - 1} if early else {year - 1, year})
        return frozenset({year - 1, year} if early else {year})

    def _from_written(self, text: str, ahead: Sequence[tuple[int, int]]) -> Iterator[YearClue]:
        """Years that the sentences tie to the report's: 今年(2006年), 截至2012年11月, 比2011年增长, 〔2008〕12号."""
        done: dict[str, int] = {}
        for place in self._any_year.finditer(text):
            first, last = max(0, place.start() - BEFORE_YEAR), place.start() + BEHIND_YEAR
            for index in sorted(set(chain.from_iterable(self._needing.tags(text[first:last])))):
                row, pattern = self._written[index]
                found = pattern.search(text, max(first, done.get(row["id"], 0)), last)
                if found:
                    done[row["id"]] = found.end()
                    yield from self._role(row, found, ahead)

    def _role(self, row: Mapping[str, Any], found: re.Match[str], ahead: Sequence[tuple[int, int]]) -> Iterator[YearClue]:
        """The clue that a written year gives in its role."""
        year, role = self._of(found), row["role"]
        if year is None or (role != "doc" and _inside(found.start(), ahead)):
            return
        if role == "doc":
            yield self._clue(row["id"], self._from(year), "bound", found)
        elif role != "age":
            years = self._shifted(row, year, found)
            loose = {"next": {*years, max(years) + 1}, "after": self._from(min(years))}.get(row.get("loose", ""))
            yield self._clue(row["id"], years, "stated" if row["stated"] else "inferred", found, loose)
        elif number := self._number(found["number"]):
            yield self._clue(row["id"], range(year + number - 1, year + number + 2), "inferred", found)

    def _shifted(self, row: Mapping[str, Any], year: int, found: re.Match[str]) -> list[int]:
        year += {"last": 1, "next": -1}.get(row["role"], 0)
        month = found.groupdict().get("month")
        return [year - 1, year] if month and int(month) <= self._title["before_months"] else [year]

    def _from_words(self, text: str, ahead: Sequence[tuple[int, int]]) -> list[YearClue]:
        """Congresses, plenums, laws, campaigns, events, plans."""
        plans: dict[str, list[YearClue]] = {}
        clues = []
        for found in self._word.finditer(text):
            rule = self._words[found.group()]
            if rule.not_before and rule.not_before.search(text[max(0, found.start() - 4) : found.start()]):
                continue
            if rule.group:
                plans.setdefault(rule.group, []).append(self._plan(rule, found, text, ahead))
            else:
                years = self._event_years(rule, found, text)
                later = range(max(years) + 1, max(years) + 1 + int(self._cues["loose_years"])) if years else ()
                clues.append(self._clue(rule.id, years, "inferred", found, {*years, *later}))
        return [*clues, *self._plenums_of(text), *(clue for group in plans.values() for clue in self._combined(group))]

    def _plenums_of(self, text: str) -> Iterator[YearClue]:
        if self._plenums["needs"] not in text:
            return
        for found in self._plenum.finditer(text):
            first = self._plenums["first"].get(found["term"] + found["session"])
            if first is not None:
                yield self._clue(f"plenum.{found['term']}-{found['session']}", self._from(first), "inferred", found)

    def _event_years(self, rule: WordRule, found: re.Match[str], text: str) -> frozenset[int]:
        reach = int(self._cues["reach"])
        before, behind = text[max(0, found.start() - reach) : found.start()], text[found.end() : found.end() + reach]
        if self._cue["held"].search(behind):
            return frozenset({rule.first})
        if self._cue["ahead"].search(before) or self._cue["ahead_after"].search(behind):
            return frozenset({rule.first - 1, rule.first})
        if max(rule.years) < max(self.all_years) and (self._cue["after"].search(before) or self._cue["after"].search(behind)):
            return rule.years | frozenset(range(max(rule.years), max(rule.years) + int(self._cues["after_years"]) + 1))
        return rule.years

    def _plan(self, rule: WordRule, found: re.Match[str], text: str, ahead: Sequence[tuple[int, int]]) -> YearClue:
        """A five-year plan: its first year where it opens, its last where it closes, the years before where it is being made."""
        reach = int(self._plans["reach"])
        behind = re.split("[。；\n]", text[found.end() : found.end() + reach])[0]
        before = re.split("[。；，,、\n]", text[max(0, found.start() - reach // 2) : found.start()])[-1]
        if self._plan_cues["over"].search(behind):
            return self._clue(f"{rule.id}.over", self._from(rule.first + 4), "inferred", found)
        for key, year in (("start", 0), ("end", 4), ("second", 1), ("third", 2), ("fourth", 3)):
            cue = self._plan_cues[key].search(behind)
            if cue and not self._word.search(behind[: cue.start()]):
                stop = found.end() + cue.end()
                years = frozenset({rule.first + year}) & self.all_years
                return YearClue(f"{rule.id}.{key}", years, "inferred", (found.start(), stop), text[found.start() : stop])
        inside, slack = _inside(found.start(), ahead), int(self._plans["loose_years"])
        if self._plan_cues["prepare"].search(before) or self._plan_cues["prepare_behind"].search(behind) or inside:
            before_it = range(rule.first - int(self._plans["prepare_years"]), rule.first + (5 if inside else 1))
            return self._clue(f"{rule.id}.prepare", before_it, "inferred", found)
        return self._clue(rule.id, rule.years, "inferred", found, range(rule.first - slack, rule.first + 5 + slack))

    def _combined(self, group: list[YearClue]) -> list[YearClue]:
        """Two plans in a row leave the last year of the one and the first of the other; of plans further apart the last counts."""
        exact = [clue for clue in group if "." in clue.rule.split(".", 1)[1]]
        plain = [clue for clue in group if clue not in exact]
        starts = sorted({min(clue.years) for clue in plain if clue.years})
        if exact or len(starts) < 2:
            return exact or plain[:1]
        last = next(clue for clue in plain if clue.years and min(clue.years) == starts[-1])
        years = frozenset({starts[-1] - 1, starts[-1]}) if starts[-1] - starts[-2] == 5 else last.years | {starts[-1] - 1}
        return [YearClue(last.rule, years & self.all_years, "inferred", last.span, last.text, last.loose)]

    def _from_anniversaries(self, text: str) -> Iterator[YearClue]:
        for match in self._anniversary_years.finditer(text):
            event = next((row for row, names in self._anniversaries if names.search(match["name"])), None)
            years = self._number(match["number"])
            if event and years:
                yield self._clue(event["id"], [event["year"] + years], "inferred", match)
        word, reach, behind = self._anniversary["word"], int(self._anniversary["reach"]), int(self._anniversary["reach_after"])
        place = text.find(word)
        while place >= 0:
            found = self._anniversary_number.search(text, max(0, place - NUMBER_LENGTH), place)
            number = self._number(found["number"]) if found else None
            row = self._event_by(text, found.start(), place + len(word), reach, behind) if found and number else None
            if found and number and row is not None:
                named = self._names[row["id"]].search(text, max(0, found.start() - reach), found.start())
                span = (named.start() if named else found.start(), place + len(word))
                yield YearClue(row["id"], frozenset({row["year"] + number}) & self.all_years, "inferred", span, text[span[0] : span[1]])
            place = text.find(word, place + 1)

    def _event_by(self, text: str, start: int, end: int, reach: int, behind: int) -> Mapping[str, Any] | None:
        """The event that an anniversary is of: the nearest named before it in the sentence, else right behind it."""
        before = re.split("[。；\n]", text[max(0, start - reach) : start])[-1]
        nearest: tuple[int, Mapping[str, Any]] | None = None
        for row, names in self._anniversaries:
            for match in names.finditer(before):
                if nearest is None or match.end() > nearest[0]:
                    nearest = match.end(), row
        if nearest is not None and not re.search("[，,、]", before[nearest[0] :]):
            return nearest[1]
        after = re.split("[。；，,\n]", text[end : end + behind])[0]
        return next((row for row, names in self._anniversaries if names.match(after)), None)

    def _from_counted_days(self, text: str) -> Iterator[YearClue]:
        """第30个教师节."""
        if self._nth["needs"] not in text:
            return
        for found in self._nth_number.finditer(text):
            behind = text[found.end() : found.end() + int(self._nth["reach"])]
            for row, names in self._nths:
                match = names.search(behind)
                number = self._number(found["number"]) if match else None
                if match and number and match.start() <= NTH_GAP:
                    year, slack = row["base"] + number, row.get("slack", 0)
                    span = found.start(), found.end() + match.end()
                    years = frozenset(range(year - slack, year + 1)) & self.all_years
                    yield YearClue(row["id"], years, "inferred", span, text[span[0] : span[1]])
                    break

    def _ahead(self, text: str) -> list[tuple[int, int]]:
        """Parts of the text that are about what is to come: from a heading such as 明年打算 to the next heading of its kind."""
        parts = []
        for start, line in _short_lines(text, 0):
            if start and line.strip() and line.strip()[-1] not in ENDS and self._compiled["plan_heading"].match(line.strip()):
                parts.append((start, self._next_heading(text, start + len(line), line.strip())))
        return parts

    def _next_heading(self, text: str, start: int, heading: str) -> int:
        marker = self._compiled["top_marker"].match(heading)
        if marker is None:
            return len(text)
        for found in self._compiled["top_line"].finditer(text, start):
            if not self._compiled["plan_heading"].match(text, found.start()):
                return found.start()
        return len(text)

    def _past(self, text: str, ahead: Sequence[tuple[int, int]]) -> list[YearClue]:
        """Years that are told of as gone by: the report is no older. Dated events in the last of them make it likely the report's own."""
        mentions: dict[int, list[re.Match[str]]] = {}
        for found in self._year.finditer(text):
            year = self.year_of(found["year"])
            if year not in self.all_years or year is None or _inside(found.start(), ahead):
                continue
            if found.start() and text[found.start() - 1].isdigit():
                continue
            before, behind = text[max(0, found.start() - 4) : found.start()], text[found.end() - 1 : found.end() + 14]
            if self._compiled["future"].search(before) and self._compiled["future_after"].search(behind):
                continue
            if not self._compiled["future_after"].search(behind):
                mentions.setdefault(year, []).append(found)
        if not mentions:
            return []
        last = max(mentions)
        clues = [self._clue("year.past", self._from(last), "soft", mentions[last][0])]
        dated = [found for found in mentions[last] if self._compiled["dated"].match(text, found.start())]
        if len(dated) >= DATED_EVENTS:
            clues.append(self._clue("year.dated-events", [last], "soft", dated[0]))
        return clues

    # --- other reports ------------------------------------------------------------------------------------------------------------

    def editions(self, text: str) -> tuple[Edition, ...]:
        """What is counted by editions (第五届“优秀工人”), as far as the text tells of its own year's; not what has two numbers in it."""
        if self._edition["needs"] not in text:
            return ()
        found: dict[str, Edition] = {}
        twice, ahead = set(), self._ahead(text)
        for match in self._edition_pattern.finditer(text):
            number = self._number(match["number"])
            if number is None or _inside(match.start(), ahead) or self._is_of_another_year(text, match):
                continue
            name = re.sub(self._edition["quotes"], "", match["name"])
            if name in found and found[name].number != number:
                twice.add(name)
            found.setdefault(name, Edition(name, number, *match.span()))
        return tuple(edition for name, edition in found.items() if name not in twice)

    def _is_of_another_year(self, text: str, found: re.Match[str]) -> bool:
        """Whether words before it say so: 自第二届职代会以来, 筹备第四届, 明年的第六届."""
        sentence = re.split("[。；，,\n]", text[max(0, found.start() - SENTENCE) : found.start()])[-1]
        return any(cue.search(sentence) for cue in (self._edition_not_before, self._cue["next_year"], self._cue["last_year"]))

    def by_editions(self, report: Report, known: Sequence[tuple[Report, int]]) -> list[YearClue]:
        """Years that follow from other reports of the same town, whose years are known, where an event is numbered year by year."""
        others = [({one.name: one.number for one in self.editions(other.text)}, year) for other, year in known]
        clues = []
        for here in self.editions(report.text) if known else ():
            pairs = {(there[here.name], year) for there, year in others if here.name in there}
            offsets = {year - number for number, year in pairs}
            if len(pairs) >= self._edition["known"] and len(offsets) == 1:
                years = frozenset({offsets.pop() + here.number}) & self.all_years
                clues.append(YearClue("year.edition", years, "inferred", (here.start, here.end), report.text[here.start : here.end]))
        return clues

    # --- the path -----------------------------------------------------------------------------------------------------------------

    def of_path(self, source: str, collection: bool) -> list[YearClue]:
        """Years in the file's name and in its folders; none for collections of model texts. A file of several reports says it softly."""
        if re.search(self._title["models"], source):
            return []
        folders, _, name = source.replace("!/", "/").rpartition("/")
        clues = []
        for part, strength in ((name, "soft" if collection else "stated"), (folders, "soft")):
            years = {self.year_of(found["year"]): found for found in self._compiled["path"].finditer(part)}
            known = sorted(year for year in years if year in self.all_years and year is not None)
            if known:
                span = range(known[0], known[-1] + 1)
                settled: Strength = "stated" if strength == "stated" and len(span) == 1 else "soft"
                clues.append(YearClue("year.path", frozenset(span), settled, None, years[known[0]].group()))
        return clues


HEADING = 40
ENDS = "。；，"
SENTENCE = 40
NUMBER_LENGTH = 8
BEFORE_YEAR, BEHIND_YEAR = 30, 44
"""How far around a written year the sentences are read."""
NTH_GAP = 4
DATED_EVENTS = 2


def _short_lines(text: str, start: int) -> Iterator[tuple[int, str]]:
    """Begin and content of every line that is short enough for a heading."""
    for line in text[start:].split("\n"):
        if len(line) <= HEADING:
            yield start, line
        start += len(line) + 1


def _head(text: str, most: int) -> Iterator[tuple[int, str]]:
    """Begin and content of the first lines, up to one of running text."""
    start = 0
    for line in islice(text.split("\n"), most):
        if len(line) > HEADING:
            return
        yield start, line.rstrip()
        start += len(line) + 1


def _tail(start: int, line: str) -> tuple[int, str]:
    """A line of the end, of a long one the bracket that closes it: …逐个上门。(王某 2014-07-09)."""
    opening = line.rfind("(")
    if len(line) > HEADING and line.endswith(")") and opening >= 0:
        return start + opening, line[opening:]
    return start, line


def _stripped(found: re.Match[str]) -> tuple[int, int]:
    """A match's span without the blanks at its ends."""
    whole = found.group()
    return found.start() + len(whole) - len(whole.lstrip()), found.end() - len(whole) + len(whole.rstrip())


def _inside(position: int, parts: Sequence[tuple[int, int]]) -> bool:
    return any(start <= position < end for start, end in parts)


def _grouped(words: Mapping[str, Any]) -> str:
    """One pattern for many words, grouped by first character, which the matcher goes through far faster."""
    groups: dict[str, list[str]] = {}
    for word in sorted(words, key=len, reverse=True):
        groups.setdefault(word[0], []).append(re.escape(word[1:]))
    return "|".join(f"{re.escape(first)}(?:{'|'.join(rest)})" for first, rest in groups.items())


class _CalendarRules:
    """Weekdays beside days, lunar days beside solar ones, and years of the cycle of sixty."""

    def __init__(self, table: Mapping[str, Any], compile_pattern: Any, years: frozenset[int], number: Any) -> None:
        self._table, self._years, self._number = table, years, number
        patterns = ("weekday", "festival_weekday", "lunar_day", "lunar_day_before", "festival_day", "day_festival", "cycle", "trigger")
        self._patterns = {key: compile_pattern(table[key]) for key in patterns}

    def find(self, text: str) -> Iterator[YearClue]:
        for found in self._patterns["cycle"].finditer(text):
            yield self._cycle(found)
        places = [found.start() for found in self._patterns["trigger"].finditer(text)]
        reach = int(self._table["reach"])
        seen: set[tuple[int, int]] = set()
        for place in places:
            for key in ("weekday", "festival_weekday", "lunar_day", "lunar_day_before", "festival_day", "day_festival"):
                match = self._patterns[key].search(text, max(0, place - reach), place + reach)
                if match and match.span() not in seen:
                    seen.add(match.span())
                    yield from self._read(key, match)

    def _read(self, key: str, found: re.Match[str]) -> Iterator[YearClue]:
        groups = found.groupdict()
        if key == "weekday":
            yield self._weekday(found, int(found["month"]), int(found["day"]))
        elif key == "festival_weekday":
            month, day = self._table["fixed"][re.sub("[·.]", "", found["festival"])]
            yield self._weekday(found, month, day)
        elif groups.get("festival"):
            yield self._lunar(found, self._table["lunar"].get(found["festival"].removesuffix(self._table["day_of_feast"])))
        else:
            lunar = self._lunar_number(found["lunar_month"]), self._lunar_number(found["lunar_day"])
            if lunar[0] and lunar[1]:
                yield self._lunar(found, (lunar[0], lunar[1]))

    def _weekday(self, found: re.Match[str], month: int, day: int) -> YearClue:
        written = found["weekday"].replace(self._table["sunday"], self._table["weekdays"][-1])
        wanted = self._table["weekdays"].index(written)
        years = frozenset(y for y in self._years if (when := _day(y, month, day)) is not None and when.weekday() == wanted)
        return YearClue("year.weekday", years or self._years, "calendar", found.span(), found.group())

    def _lunar_number(self, text: str) -> int | None:
        numerals: Mapping[str, int] = self._table["numerals"]
        text = text.removeprefix(self._table["first_days"])
        if text in numerals:
            return numerals[text]
        if text.startswith(self._table["twenties"]):
            return 20 + (self._number(text[1:]) or 0 if text[1:] else 0)
        number: int | None = self._number(text)
        return number

    def _lunar(self, found: re.Match[str], lunar: Sequence[int] | None) -> YearClue:
        """Years in which the lunar day (None: New Year's eve) falls on the solar day; all where none does, for then it was misread."""
        month, day = int(found["month"]), int(found["day"])
        years = frozenset(y for y in self._years if _day(y, month, day) in _lunar_days(y, *(lunar or (1, 1)), eve=lunar is None))
        return YearClue("year.lunar", years or self._years, "calendar", found.span(), found.group())

    def _cycle(self, found: re.Match[str]) -> YearClue:
        stem, branch = self._table["stems"].index(found["stem"]), self._table["branches"].index(found["branch"])
        start = self._table["cycle_start"]
        years = frozenset(y for y in self._years if (y - start) % 10 == stem and (y - start) % 12 == branch)
        return YearClue("year.cycle", years or self._years, "inferred", found.span(), found.group())


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


@lru_cache(maxsize=4096)
def _lunar_days(year: int, month: int, day: int, eve: bool = False) -> tuple[date, ...]:
    """The solar days of `year` on which a lunar day falls (two lunar years meet in a solar one); `eve`: the day before it."""
    found = []
    for lunar_year in (year - 1, year):
        when = lunar_day(lunar_year, month, day)
        if when is None:
            continue
        when = date.fromordinal(when.toordinal() - 1) if eve else when
        if when.year == year:
            found.append(when)
    return tuple(found)
