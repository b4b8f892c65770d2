"""Parts of a total: which figures of a report are counted in another one already."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import islice, pairwise, takewhile
from typing import Any

import msgspec
import regex

from pipeline.model import QUANTITIES, Fact
from pipeline.rulebook import Rulebook

MOST_PARTS = 12
LEAST_PARTS = 2
MOST_NUMBERS = 40
"""Numbers of a sentence among which total and parts are looked for, on either side of 其中."""
LONGEST_LIST = 600
LONGEST_OPENING = 60
"""Characters before a figure among which the beginning of its clause, or of its sentence, is looked for."""
LEAST_BARE_TOTAL = 10
"""Below this a sum without 其中 is as likely a coincidence."""
NOUN_BEFORE_BRACKET = 8
BEYOND = Decimal("1.3")
"""Parts that make up so much more than their total are no parts of it, but for the same kind of thing."""
LABEL = 2
MOST_SENTENCES = 8
"""Sentences before a total among which its parts are looked for."""
_STATEMENT_ENDS = "。;!?"
_CLAUSE_ENDS = _STATEMENT_ENDS + ",:、()\n"
_MARKS_BETWEEN = ",、 "


class TotalReader:
    """Finds `part_of`. Everything is told from the words and the arithmetic of one report."""

    def __init__(self, rulebook: Rulebook) -> None:
        self._rules = _PartRules(rulebook, {word: unit.unit_class for word, unit in rulebook.units.items()})

    def read(self, facts: Sequence[Fact], units: Sequence[str], blocks: Sequence[int], text: str) -> list[int | None]:
        """For each fact the index of the total that it is a part of.

        `units`: the measure words in simplified script; `blocks`: of each sentence.
        """
        return _PartSearch(self._rules, facts, units, blocks, text).run()


class _PartRules:
    """The words and measures of `links.toml` that tell parts."""

    def __init__(self, rulebook: Rulebook, unit_classes: Mapping[str, str]) -> None:
        table: Mapping[str, Any] = rulebook.table("links")["parts"]
        self.sum_opens, self.all_of_them, self.these, self.breaks_down = (
            rulebook.compile(table[key], f"rules/links.toml: parts.{key}") for key in ("sum_opens", "all_of_them", "these", "breaks_down")
        )
        self.among = _any_of(table["among"])
        self.ends = _any_of(table["ends"])
        self.between = _MARKS_BETWEEN + table["between"]
        self.sums = tuple(table["sums"].split())
        self.over_all = _any_of(table["over_all"])
        self.becomes = tuple(table["becomes"].split())
        self.other_times = tuple(table["other_times"].split())
        family = {name: family for family, names in table["families"].items() for name in names.split()}
        self._families = {unit: family.get(unit) or family.get(name, name) for unit, name in unit_classes.items()}

    def measure(self, fact: Fact, unit: str) -> tuple[str, str, str | None] | None:
        """What must be the same of a part and its total; None for a fact that is neither."""
        quantity = fact.quantity
        if fact.kind not in QUANTITIES or quantity is None or quantity.change or fact.status == "criterion":
            return None
        family = self._families.get(unit, unit)
        return fact.kind, unit if family in ("pieces", "places", "") else family, quantity.per


def _any_of(words: str) -> regex.Pattern[str]:
    return regex.compile("|".join(map(regex.escape, sorted(words.split(), key=len, reverse=True))))


class _Number(msgspec.Struct, frozen=True, gc=False):
    """A fact that may be a part or a total."""

    index: int
    start: int
    end: int
    value: Decimal
    exact: bool
    measure: tuple[str, str, str | None]


class _PartSearch:
    """The search for parts in one report."""

    def __init__(self, rules: _PartRules, facts: Sequence[Fact], units: Sequence[str], blocks: Sequence[int], text: str) -> None:
        self._rules = rules
        self._facts = facts
        self._blocks = blocks
        self._text = text
        self._totals: list[int | None] = [None] * len(facts)
        self._by_sentence: dict[int, list[_Number]] = {}
        for index, fact in enumerate(facts):
            measure = rules.measure(fact, units[index])
            quantity = fact.quantity
            value = None if quantity is None else quantity.value if quantity.value is not None else quantity.low
            if measure is not None and quantity is not None and value is not None:
                number = _Number(index, fact.start, fact.end, value, quantity.bound == "=" and quantity.value is not None, measure)
                self._by_sentence.setdefault(fact.sentence, []).append(number)

    def run(self) -> list[int | None]:
        for numbers in self._by_sentence.values():
            if len(numbers) > 1:
                self._named(numbers)
                self._bracketed(numbers)
                self._bare_sums(numbers)
                self._sums_behind(numbers)
                self._kinds_of(numbers)
        self._broken_down()
        self._sums_of_sentences()
        return self._totals

    def _set(self, parts: Sequence[_Number], total: _Number) -> None:
        for part in parts:
            self._totals[part.index] = total.index

    # ---------------------------------------------------------------- 其中

    def _named(self, numbers: Sequence[_Number]) -> None:
        first, last = numbers[0].end, numbers[-1].start
        for match in self._rules.among.finditer(self._text, first, last):
            end = self._list_end(match.end(), numbers)
            place = bisect_left(numbers, match.end(), key=_start)
            inside = [n for n in numbers[place : place + MOST_NUMBERS] if n.start < end]
            before = numbers[max(0, place - MOST_NUMBERS) : place]
            for measure in dict.fromkeys(n.measure for n in inside):
                total = next((n for n in reversed(before) if n.end <= match.start() and n.measure == measure), None)
                if total is not None and not self._is_elsewhere(total, match.start()):
                    self._set(self._within(total, [n for n in inside if n.measure == measure]), total)

    def _list_end(self, start: int, numbers: Sequence[_Number]) -> int:
        """Where the list that begins with 其中 ends: with its statement, or before a word such as 此外."""
        last = min(numbers[-1].end, start + LONGEST_LIST)
        stop = self._rules.ends.search(self._text, start + 1, last)
        end = self._bracket_end(start, stop.start() if stop else last)
        return min([end, *(at for mark in _STATEMENT_ENDS if (at := self._text.find(mark, start, end)) >= 0)])

    def _bracket_end(self, start: int, end: int) -> int:
        """Where the bracket is closed in which 其中 stands: 新会员873人(其中八大群体216人),…"""
        depth = 0
        for at in range(start, end):
            depth += {"(": 1, ")": -1}.get(self._text[at], 0)
            if depth < 0:
                return at
        return end

    def _is_elsewhere(self, total: _Number, among: int) -> bool:
        """A total in a bracket that is closed before 其中 is none, nor one of a statement before that in which 其中 stands."""
        between = self._text[total.end : among]
        return between.count(")") > between.count("(") or ";" in between[:-1]

    def _within(self, total: _Number, parts: Sequence[_Number]) -> list[_Number]:
        """The parts up to where they add up to the total. What goes far beyond it is one only where it is of the same kind."""
        kept: list[_Number] = []
        running = Decimal(0)
        for part in parts[:MOST_PARTS]:
            if running == total.value and not self._goes_on(part, kept, total):
                break
            beyond = running + part.value > total.value * BEYOND or part.value > total.value
            if beyond and total.exact and not self._is_kind_of(part, total) and not self._is_alike(part, parts):
                if kept:
                    break
                continue
            kept.append(part)
            running += part.value
        return kept

    def _is_kind_of(self, part: _Number, total: _Number) -> bool:
        """女会员 are 会员, 企业工会 are 工会组织; a part without a noun of its own has the total's."""
        mine, theirs = self._facts[part.index].object, self._facts[total.index].object
        if not mine or not theirs:
            return False
        return mine[-1] == theirs[-1] or mine[-2:] in theirs

    def _goes_on(self, part: _Number, kept: Sequence[_Number], total: _Number) -> bool:
        """Whether the list goes on though its sum is reached: a bare noun of the total's kind and its number."""
        noun = self._text[kept[-1].end : part.start].strip(self._rules.between) if kept else ""
        return noun != "" and noun == self._facts[part.index].object and self._is_kind_of(part, total)

    def _is_alike(self, part: _Number, parts: Sequence[_Number]) -> bool:
        """工伤案15件,涉及59.8万元,欠薪案33件,涉及6.5万元: the same label stands before another part."""
        label = self._text[part.start - LABEL : part.start]
        return any(self._text[other.start - LABEL : other.start] == label for other in parts if other is not part)

    # ---------------------------------------------------------------- brackets

    def _bracketed(self, numbers: Sequence[_Number]) -> None:
        for place, total in enumerate(numbers):
            opening = self._text.find("(", total.end, total.end + NOUN_BEFORE_BRACKET)
            if opening < 0 or any(mark in self._text[total.end : opening] for mark in ",。;:、"):
                continue
            closing = self._text.find(")", opening, opening + LONGEST_LIST)
            inside = [n for n in numbers[place + 1 : place + 1 + MOST_PARTS] if opening < n.start < closing and n.measure == total.measure]
            if any(n.value > total.value for n in inside) or self._is_of_another_time(opening, inside):
                continue
            self._set([n for n in inside if self._totals[n.index] is None], total)

    def _is_of_another_time(self, opening: int, inside: Sequence[_Number]) -> bool:
        return any(word in self._text[opening : n.start] for n in inside[:1] for word in self._rules.other_times)

    # ---------------------------------------------------------------- sums without 其中

    def _bare_sums(self, numbers: Sequence[_Number]) -> None:
        """An enumeration right behind a figure is its parts where it adds up to it exactly."""
        for place, total in enumerate(numbers):
            if total.value < LEAST_BARE_TOTAL or not total.exact or total.measure[0] == "rate" or self._totals[total.index] is not None:
                continue
            run = list(self._run_behind(total, numbers[place + 1 : place + 1 + MOST_PARTS]))
            parts = _adding_up(total.value, run)
            if parts:
                self._set(parts, total)

    def _run_behind(self, total: _Number, rest: Sequence[_Number]) -> Iterator[_Number]:
        """The figures of the same measure that follow, each with a noun of its own, without another figure between.

        Behind a colon each item may tell more: 资助学生23人:高校新生9人,每人6000元;在读本科生12人,每人4000元;…
        """
        end = total.end
        opens = self._text.find(":", end, end + NOUN_BEFORE_BRACKET) >= 0
        for number in rest:
            if opens and number.measure != total.measure:
                end = number.end
                continue
            between = self._text[end : number.start]
            alone = not between.strip(self._rules.between + ":(") or between.endswith(self._rules.becomes)
            if alone or number.measure != total.measure or self._totals[number.index] is not None:
                return
            yield number
            end = number.end

    def _sums_behind(self, numbers: Sequence[_Number]) -> None:
        """电工21人、焊工34人、行车工13人,共计68人: the total behind its parts; 上半年30户,下半年28户,全年共慰问58户 where it is exact."""
        for place, total in enumerate(numbers):
            if place < LEAST_PARTS or total.measure[0] == "rate" or self._totals[total.index] is not None:
                continue
            before = [n for n in reversed(numbers[max(0, place - MOST_PARTS) : place]) if n.measure == total.measure]
            if len(before) < LEAST_PARTS:
                continue
            run = [n for n in before if self._totals[n.index] is None and not self._is_bracketed_off(n, total)]
            parts = self._summed_up(total, run) or self._all_of_them(total, run) or self._in_bracket_before(total, before)
            if parts:
                self._set(parts, total)

    def _is_bracketed_off(self, number: _Number, total: _Number) -> bool:
        """Whether it stands in a bracket that is closed before the total: 联合会2家(带进企业68家),合计5家."""
        between = self._text[number.end : total.start]
        return between.count(")") > between.count("(")

    def _summed_up(self, total: _Number, run: Sequence[_Number]) -> list[_Number]:
        """Those of the figures before a total, the nearest first, that it sums up."""
        if self._text[max(0, total.start - 4) : total.start].endswith(self._rules.sums):
            return _adding_up(total.value, run) or self._listed(total, run)
        if len(run) < LEAST_PARTS or not total.exact:
            return []
        if not self._opens_as_sum(total):
            between = self._text[run[0].end : total.start]
            if total.value < LEAST_BARE_TOTAL or not any(word in between for word in self._rules.sums):
                return []
        return _exactly(_adding_up(total.value, run))

    def _opens_as_sum(self, total: _Number) -> bool:
        """Whether the words from the last mark up to a figure say that it is a sum: 合9场, 两笔合起来1.26万元, 合计新增5家."""
        start = self._clause_start(total)
        return self._rules.sum_opens.match(self._text, start, total.start) is not None

    def _clause_start(self, number: _Number) -> int:
        earliest = max(0, number.start - LONGEST_OPENING)
        return max(earliest, *(self._text.rfind(mark, earliest, number.start) + 1 for mark in _CLAUSE_ENDS))

    def _all_of_them(self, total: _Number, run: Sequence[_Number]) -> list[_Number]:
        """来电9件,来函2件,11件全部答复: no word says that it is a sum, but it is of all before, and they are spoken of as all."""
        if not total.exact or not self._rules.all_of_them.match(self._text, total.end, total.end + NOUN_BEFORE_BRACKET):
            return []
        if not self._rules.these.fullmatch(self._text, self._clause_start(total), total.start):
            return []
        parts = _exactly(_adding_up(total.value, run))
        return parts if len(parts) == len(run) else []

    def _in_bracket_before(self, total: _Number, before: Sequence[_Number]) -> list[_Number]:
        """挂历、折页(800张、500本)共发1300份: what stands in the bracket right before a total and adds up to it."""
        closing = self._text.rfind(")", max(0, total.start - NOUN_BEFORE_BRACKET), total.start)
        if closing < 0 or not total.exact or not self._rules.sum_opens.match(self._text, closing + 1, total.start):
            return []
        opening = self._text.rfind("(", before[-1].start - NOUN_BEFORE_BRACKET, closing)
        inside = [n for n in before if opening < n.start < closing]
        parts = _exactly(_adding_up(total.value, inside))
        return parts if len(parts) == len(inside) else []

    def _listed(self, total: _Number, run: Sequence[_Number]) -> list[_Number]:
        """The items right before the total that 、 parts, though they do not add up to it."""
        kept: list[_Number] = []
        following = total.start
        for number in run:
            between = self._text[number.end : following]
            if between[:1] not in ("," if not kept else "、") or any(mark in between[1:] for mark in ",。;"):
                break
            kept.append(number)
            following = number.start
        added = sum((number.value for number in kept), Decimal(0))
        return kept if len(kept) > 1 and total.value / BEYOND <= added <= total.value * BEYOND else []

    def _broken_down(self) -> None:
        """下乡演出30场。细分下来:戏曲12场,歌舞10场,曲艺8场: a list that is announced, and adds up to a figure before it in its item."""
        for place, numbers in self._by_sentence.items():
            if len(numbers) < LEAST_PARTS:
                continue
            earlier: list[_Number] | None = None
            for match in self._rules.breaks_down.finditer(self._text, self._opening(numbers[0]), numbers[-1].start):
                first = bisect_left(numbers, match.end(), key=_start)
                inside = [n for n in numbers[first : first + MOST_NUMBERS] if n.measure[0] != "rate"]
                if not inside or self._totals[inside[0].index] is not None:
                    continue
                if earlier is None:
                    earlier = list(islice(self._told_before(place), MOST_NUMBERS))
                before = [n for n in reversed(numbers[max(0, first - MOST_NUMBERS) : first]) if n.end <= match.start()] + earlier
                for measure in dict.fromkeys(n.measure for n in inside):
                    self._set_list([n for n in inside if n.measure == measure], before)

    def _opening(self, number: _Number) -> int:
        """Where the words begin that stand before a figure in its statement, or the last of them where they are many."""
        earliest = max(0, number.start - LONGEST_OPENING)
        return max(earliest, *(self._text.rfind(mark, earliest, number.start) + 1 for mark in _STATEMENT_ENDS + "\n"))

    def _set_list(self, parts: Sequence[_Number], before: Sequence[_Number]) -> None:
        """Make the list a part of the nearest figure before that it adds up to from its beginning, if there is one."""
        free = list(takewhile(lambda part: part.exact and self._totals[part.index] is None, parts))
        for total in before:
            same = total.measure == parts[0].measure and self._facts[total.index].status == self._facts[parts[0].index].status
            if same and total.exact and (listed := _adding_up(total.value, free)):
                self._set(listed, total)
                return

    def _sums_of_sentences(self) -> None:
        """上半年慰问30户。下半年慰问28户。全年共慰问58户: the exact sum of figures of the sentences before it in its item."""
        for place, numbers in self._by_sentence.items():
            if self._rules.over_all.search(self._text, self._opening(numbers[0]), numbers[-1].start):
                whole = set(self._totals)
                before = list(self._told_before(place))
                for total in numbers:
                    if before and total.index not in whole and self._sums_up(total):
                        self._set(_adding_up(total.value, [n for n in before if self._may_be_part(n, total)]), total)

    def _sums_up(self, number: _Number) -> bool:
        """Whether it may be a sum, no part yet, and words of its statement say that it sums up what was told."""
        if not number.exact or number.value < LEAST_BARE_TOTAL or number.measure[0] == "rate" or self._totals[number.index] is not None:
            return False
        return self._rules.over_all.search(self._text, self._opening(number), number.start) is not None

    def _told_before(self, sentence: int) -> Iterator[_Number]:
        """The figures of the sentences before one in its item, the nearest first."""
        earlier = range(sentence - 1, max(-1, sentence - 1 - MOST_SENTENCES), -1)
        within = takewhile(lambda place: self._blocks[place] == self._blocks[sentence], earlier)
        return (number for place in within for number in reversed(self._by_sentence.get(place, ())))

    def _may_be_part(self, number: _Number, total: _Number) -> bool:
        same = number.measure == total.measure and self._facts[number.index].status == self._facts[total.index].status
        return same and number.exact and self._totals[number.index] is None

    # ---------------------------------------------------------------- 会员4020人,女会员1785人

    def _kinds_of(self, numbers: Sequence[_Number]) -> None:
        """A figure right behind another, of a kind of the same people: no verb stands between, only the noun."""
        for total, part in pairwise(numbers):
            mine, theirs = self._facts[part.index].object, self._facts[total.index].object
            if self._totals[part.index] is not None or not mine or not theirs or mine == theirs or not mine.endswith(theirs):
                continue
            noun = self._text[total.end : part.start].strip(self._rules.between)
            if part.measure == total.measure and part.value <= total.value and noun == mine and total.measure[1] == "people":
                self._set([part], self._root(total, numbers))

    def _root(self, number: _Number, numbers: Sequence[_Number]) -> _Number:
        above = self._totals[number.index]
        at = bisect_left(numbers, self._facts[above].start, key=_start) if above is not None else len(numbers)
        return numbers[at] if at < len(numbers) and numbers[at].index == above else number


def _start(number: _Number) -> int:
    return number.start


def _exactly(parts: list[_Number]) -> list[_Number]:
    """The parts where all of them are exact."""
    return parts if all(part.exact for part in parts) else []


def _adding_up(total: Decimal, rest: Sequence[_Number]) -> list[_Number]:
    """The first two or more of `rest` that add up to the total, none where no run from the beginning does."""
    running = Decimal(0)
    for taken, number in enumerate(rest, 1):
        running += number.value
        if running == total and taken > 1:
            return list(rest[:taken])
        if running > total:
            break
    return []
