"""The arithmetic that the prose itself states: parts and totals, rates and bases, unit prices, old and new figures.

What adds up is told wherever it does; what does not add up only where the words claim that it should, so that no list that leaves
something out raises an alarm. A figure that was rounded when it was written (1317.31万元) stands for all that round to it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import pairwise
from typing import Any, Literal

import regex

from pipeline.interpret.figures import Figure, Written
from pipeline.model import QUANTITIES, Check, Fact, Report
from pipeline.rulebook import Rulebook

LEAST_TOLD = Decimal("0.9")
"""Parts that make up less of their total than this are no list of all of them,"""
LEAST_TOLD_OF_ONE_KIND = Decimal("0.75")
"""nor less than this, where all are of the total's own kind (村联合工会, 企业工会 of 工会组织)."""
NEAR = 12
"""Characters between a share and its rate, at most."""
SHARES = 3
"""Figures before a rate among which its share is looked for."""
LEAST_VERB = 2
MOST_BETWEEN = 12
"""Figures among which what belongs together is looked for."""
MOST_BASES = 40
LONGEST_LEAD = 200
AHEAD = 60
"""Characters before a price within which its amount may stand."""
Verdict = Literal["holds", "fails", "holds_within_bounds"]


class CheckFinder:
    """Finds the checks of a report."""

    def __init__(self, rulebook: Rulebook) -> None:
        self._words = _Words(rulebook.table("links")["checks"], rulebook)
        self._classes = {word: unit.unit_class for word, unit in rulebook.units.items()}
        self._written = Written(rulebook.table("numerals"))

    def read(self, report: Report, facts: Sequence[Fact], units: Sequence[str]) -> tuple[Check, ...]:
        """All arithmetic found, in the order of the stated figures."""
        search = _Search(self._words, report, facts, units, self._classes, self._written)
        found = [*search.parts(), *search.old_and_new(), *search.rates(), *search.prices(), *search.means()]
        return tuple(sorted(dict.fromkeys(found), key=lambda check: (check.total, check.kind, check.parts)))


class _Words:
    """The words of `links.toml` that speak of arithmetic."""

    def __init__(self, table: Mapping[str, Any], rulebook: Rulebook) -> None:
        self.among = _any_of(rulebook.table("links")["parts"]["among"])
        self.compared = tuple(table["compared"].split())
        self.of_date = table["of_date"]
        self.overlapping = _any_of(table["overlapping"])
        self.open_end = table["open_end"]
        self.rate_end = table["rate_end"]
        self.share_of = table["share_of"]
        self.amounts = regex.compile(rf"(?:{_any_of(table['amounts']).pattern})[^,。;\d]{{0,8}}$")
        self.each = table["each"]
        self.month = table["month"]
        self.until = rulebook.compile(table["until"], "rules/links.toml: checks.until")
        self.months: Mapping[str, int] = table["months"]
        self.net = table["net"]
        self.gains, self.losses = _any_of(table["gains"]), _any_of(table["losses"])


def _any_of(words: str) -> regex.Pattern[str]:
    return regex.compile("|".join(map(regex.escape, sorted(words.split(), key=len, reverse=True))))


class _Search:
    """The search through one report."""

    def __init__(
        self, words: _Words, report: Report, facts: Sequence[Fact], units: Sequence[str], classes: Mapping[str, str], written: Written
    ) -> None:
        self._words = words
        self._report = report
        self._text = report.text
        self._facts = facts
        self._classes = classes
        self._figures: dict[int, Figure] = {}
        self._by_sentence: dict[int, list[Figure]] = defaultdict(list)
        for index, fact in enumerate(facts):
            if fact.kind not in QUANTITIES or fact.status == "criterion":
                continue
            unit = units[index]
            figure = written.figure(index, fact, unit, _measure(fact.kind, unit, classes), self._text)
            if figure is not None:
                self._figures[index] = figure
                self._by_sentence[fact.sentence].append(figure)

    def _check(
        self, kind: Literal["parts_of_total", "rate_of_base", "per_unit", "old_plus_new"], total: Figure, parts: Sequence[Figure],
        computed: Decimal, verdict: Verdict,
    ) -> Check:  # fmt: skip
        sentence = self._facts[total.index].sentence
        return Check(kind, total.index, tuple(part.index for part in parts), total.value, computed, verdict, sentence)

    def _between(self, first: Figure, second: Figure) -> str:
        return self._text[first.end : second.start]

    # ---------------------------------------------------------------- parts of a total

    def parts(self) -> Iterator[Check]:
        """72件,其中县里转来45件,镇上接待27件. What a total sums up before it and what is told of it behind are two ways to part it."""
        groups: dict[tuple[int, bool], list[Figure]] = defaultdict(list)
        for index, fact in enumerate(self._facts):
            if fact.part_of is not None and index in self._figures and fact.part_of in self._figures:
                groups[fact.part_of, index < fact.part_of].append(self._figures[index])
        for (index, _), parts in groups.items():
            total = self._figures[index]
            computed = sum((part.value for part in parts), Decimal(0))
            if len(parts) < 2 or total.kind == "rate":
                continue
            if computed == total.value or total.allows(computed, parts):
                if computed == total.value or self._are_all(total, parts, computed):
                    yield self._check("parts_of_total", total, parts, computed, _held(total, parts))
            elif self._are_all(total, parts, computed):
                yield self._check("parts_of_total", total, parts, computed, "fails")

    def _are_all(self, total: Figure, parts: Sequence[Figure], computed: Decimal) -> bool:
        """Whether the words claim that the parts are all there is of the total."""
        least = LEAST_TOLD_OF_ONE_KIND if self._are_of_one_kind(total, parts) else LEAST_TOLD
        if computed < total.value * least or self._text.startswith(self._words.open_end, parts[-1].end):
            return False
        named = self._words.among.search(self._text, total.end, parts[0].start) if total.end < parts[0].start else None
        begin = total.end if named is None else [m.end() for m in self._words.among.finditer(self._text, total.end, parts[0].start)][-1]
        for part in sorted(parts, key=lambda part: part.start):
            if self._words.overlapping.search(self._text, begin, part.start):
                return False
            begin = part.end
        return True

    def _are_of_one_kind(self, total: Figure, parts: Sequence[Figure]) -> bool:
        """Whether all parts are of the total's kind, or of one kind among themselves (工伤纠纷, 劳资纠纷)."""
        whole = self._facts[total.index].object or ""
        names = [self._facts[part.index].object or "" for part in parts]
        ends = {name[-2:] for name in names}
        of_total = total.kind == "count" and all(end in whole for end in ends)
        return "" not in ends and (of_total or (len(ends) == 1 and len(set(names)) > 1))

    # ---------------------------------------------------------------- old and new

    def old_and_new(self) -> Iterator[Check]:
        """137件,比2011年的162件减少25件; 净增9个(新建12个,撤销3个)."""
        for figures in self._by_sentence.values():
            for place, figure in enumerate(figures):
                yield from self._net(figure, figures[place + 1 : place + 1 + MOST_BETWEEN])
            for now, old, change in zip(figures, figures[1:], figures[2:], strict=False):
                yield from self._changed(now, old, change)

    def _net(self, total: Figure, rest: Sequence[Figure]) -> Iterator[Check]:
        before = self._text[max(0, total.start - 4) : total.start]
        if not before.endswith(self._words.net):
            return
        same = [figure for figure in rest if figure.measure == total.measure][:2]
        if len(same) < 2 or self._text[same[0].start - 8 : same[0].start].find("(") < 0:
            return
        words = [self._between(a, b) for a, b in ((total, same[0]), (same[0], same[1]))]
        if self._words.gains.search(words[0]) and self._words.losses.search(words[1]):
            computed = same[0].value - same[1].value
            yield self._check("old_plus_new", total, same, computed, _verdict(total, same, computed))

    def _changed(self, a: Figure, b: Figure, c: Figure) -> Iterator[Check]:
        """Three figures in a row: now, before, and the change; or before, now, and the change (由4名增加到6名,增加2名)."""
        if c.change is None or a.measure != b.measure or b.measure != c.measure or a.kind == "rate" or self._is_mean(a, b):
            return
        old_first, old_second = self._is_old(a, None), self._is_old(b, a)
        if old_first == old_second:
            return
        now, old = (b, a) if old_first else (a, b)
        computed = old.value + c.value if c.change == "up" else old.value - c.value
        yield self._check("old_plus_new", now, (old, c), computed, _verdict(now, (old, c), computed))

    def _is_mean(self, *figures: Figure) -> bool:
        """户均4万元 is nothing that 任务300万元 could be compared with."""
        quantities = (self._facts[figure.index].quantity for figure in figures)
        return len({quantity.per for quantity in quantities if quantity is not None}) > 1

    def _is_old(self, figure: Figure, before: Figure | None) -> bool:
        """A figure of last year, or one that the figure before it is compared with: 比2011年的162件."""
        if self._facts[figure.index].scope == "last_year":
            return True
        clause = self._between(before, figure).rpartition(",")[2] if before else ""
        return clause.startswith(self._words.compared) and clause.endswith(self._words.of_date)

    # ---------------------------------------------------------------- rates

    def rates(self) -> Iterator[Check]:
        """受理46起,调解成功44起,成功率95.7%; 31个,占26.3%."""
        order = sorted(self._figures.values(), key=lambda figure: figure.start)
        for place, rate in enumerate(order):
            if place and rate.kind == "rate" and rate.change is None and rate.unit == "%":
                for at in range(place - 1, max(place - 1 - SHARES, -1), -1):
                    kind = self._share(order[at], rate, nearest=at == place - 1)
                    if kind is not None:
                        yield from self._rate(rate, order[at], order[max(0, at - MOST_BASES) : at], claimed=kind == "whole")
                        break

    def _share(self, share: Figure, rate: Figure, *, nearest: bool) -> Literal["whole", "end"] | None:
        """Whether the rate is that of the share: 占 right behind it, or the 率 of what was done to it, by its whole word or its end."""
        between = self._between(share, rate)
        if share.kind == "rate" or "。" in between or ";" in between:
            return None
        clause = between.rpartition(",")[2]
        if nearest and len(between) <= NEAR and self._words.share_of in clause:
            return "end"
        done, word, _ = clause.partition(self._words.rate_end)
        before, behind = self._text[max(0, share.start - NEAR) : share.start], between.partition(",")[0]
        if not word or len(done) < LEAST_VERB:
            return None
        if before.endswith(done) or behind.endswith(done):
            return "whole"
        ends = done[-LEAST_VERB:] in before or done[-LEAST_VERB:] in behind or before.endswith(done[:LEAST_VERB])
        return "end" if nearest and ends else None

    def _rate(self, rate: Figure, share: Figure, before: Sequence[Figure], *, claimed: bool) -> Iterator[Check]:
        bases = list(self._bases(share, before))
        for base in bases:
            computed = share.value / base.value * 100
            if rate.rounds_to(computed):
                yield self._check("rate_of_base", rate, (share, base), _short(computed), _held(rate, (share, base)))
                return
        told = [base for base in bases if self._facts[base.index].sentence == self._facts[share.index].sentence]
        if claimed and len(told) == 1 and share.bound == told[0].bound == rate.bound == "=":
            computed = share.value / told[0].value * 100
            yield self._check("rate_of_base", rate, (share, told[0]), _short(computed), "fails")

    def _bases(self, share: Figure, before: Sequence[Figure]) -> Iterator[Figure]:
        """What the share may be one of: the figures of its measure before it, not less than it, in this sentence or the one before."""
        sentence = self._facts[share.index].sentence
        for base in reversed(before):
            if sentence - self._facts[base.index].sentence > 1:
                return
            if base.measure == share.measure and base.change is None and base.per is None and base.value >= share.value > 0:
                yield base

    # ---------------------------------------------------------------- price by number

    def prices(self) -> Iterator[Check]:
        """慰问困难职工84户,每户800元,计6.72万元; 大学生15名,每人3000元,高中生8名,每人1500元,合计5.7万元."""
        for figures in self._by_sentence.values():
            pairs: list[tuple[Figure, Figure]] = []
            ahead: Figure | None = None
            for place, figure in enumerate(figures):
                if figure.kind != "money" or figure.change is not None:
                    continue
                before = figures[max(0, place - MOST_BETWEEN) : place]
                count = self._paid(figure, before) if figure.per else None
                if count is not None:
                    ahead = ahead if pairs else self._stated_ahead(count, before)
                    pairs = [*pairs[-MOST_BETWEEN:], (count, figure)]
                elif pairs and figure.per is None and self._is_amount(figure):
                    alone = before[-1] is pairs[-1][1] and ";" not in self._between(pairs[-1][1], figure)
                    yield from self._priced(figure, pairs, claimed=alone)
                    pairs = []
            if pairs and ahead is not None:
                yield from self._priced(ahead, pairs, claimed=False)

    @staticmethod
    def _stated_ahead(count: Figure, before: Sequence[Figure]) -> Figure | None:
        """计3.9万元(本科9人,每人3000元;专科6人,每人2000元): the amount before what is paid for."""
        amounts = [figure for figure in before if figure.kind == "money" and figure.per is None and figure.change is None]
        return amounts[-1] if amounts and amounts[-1].end > count.start - AHEAD else None

    def _paid(self, price: Figure, before: Sequence[Figure]) -> Figure | None:
        """What the price is paid for each of: the count right before it, or the one of the noun before 每 (本科每人3000元)."""
        counts = [count for count in before if self._pays_for(price, count) and not self._is_shut_in(count, price)]
        if not counts:
            return None
        noun = self._text[before[-1].end : price.start].strip(",、;:").partition(self._words.each)[0]
        named = (c for c in counts if noun and self._text.endswith(noun, 0, c.start))
        open_before = [count for count in before if not self._is_shut_in(count, price)]
        return next(named, counts[-1] if open_before[-1] is counts[-1] else None)

    def _pays_for(self, price: Figure, count: Figure) -> bool:
        """Whether the price is one for each of what the count counts; of 人/年 the first says who."""
        if count.kind != "count" or count.per or price.per is None:
            return False
        per = price.per.partition("/")[0]
        return count.unit == per or (count.measure == "people" and self._classes.get(per) == "people")

    def _is_shut_in(self, count: Figure, price: Figure) -> bool:
        """26人(其中大学生9人),每人2000元: the count in a bracket is not what the price behind it is paid for."""
        between = self._between(count, price)
        return between.count(")") > between.count("(")

    def _is_amount(self, figure: Figure) -> bool:
        return self._words.amounts.search(self._text[max(0, figure.start - 12) : figure.start]) is not None

    def _priced(self, amount: Figure, pairs: Sequence[tuple[Figure, Figure]], *, claimed: bool) -> Iterator[Check]:
        for some in (pairs, pairs[:1], pairs[-1:]):
            computed = sum((count.value * price.value for count, price in some), Decimal(0))
            terms = [figure for pair in some for figure in pair]
            if amount.rounds_to(computed) or amount.allows(computed, terms):
                yield self._check("per_unit", amount, terms, computed, _held(amount, terms))
                return
        if claimed and len(pairs) == 1:
            yield self._check("per_unit", amount, pairs[0], pairs[0][0].value * pairs[0][1].value, "fails")

    # ---------------------------------------------------------------- monthly means

    def means(self) -> Iterator[Check]:
        """至今年10月,收到经费1317.31万元,月均131.73万元."""
        for sentence, figures in self._by_sentence.items():
            for total, mean in pairwise(figures):
                if mean.per != self._words.month or total.per or total.kind != mean.kind or total.unit != mean.unit:
                    continue
                months = self._months(sentence, total)
                computed = mean.value * months
                if months and total.rounds_to(computed, slack=mean.step * months):
                    yield self._check("per_unit", total, (mean,), computed, _held(total, (mean,)))

    def _months(self, sentence: int, total: Figure) -> int:
        begin = max(self._report.sentences[sentence].start, total.start - LONGEST_LEAD)
        before = self._text[begin : total.start]
        match = self._words.until.search(before)
        if match:
            return int(match.group("month"))
        return next((number for word, number in self._words.months.items() if word in before), 0)


def _measure(kind: str, unit: str, classes: Mapping[str, str]) -> str:
    """What figures must have in common to be added: the class of their measure words, for things the word itself."""
    found = classes.get(unit, unit)
    return unit if kind != "count" or found in ("pieces", "places") else {"visits": "people"}.get(found, found)


def _short(value: Decimal) -> Decimal:
    return value.quantize(Decimal("0.01"))


def _held(total: Figure, parts: Sequence[Figure]) -> Verdict:
    return "holds" if total.bound == "=" and all(part.bound == "=" for part in parts) else "holds_within_bounds"


def _verdict(total: Figure, parts: Sequence[Figure], computed: Decimal) -> Verdict:
    if total.rounds_to(computed, slack=sum((part.step for part in parts), Decimal(0))) or total.allows(computed, parts):
        return _held(total, parts)
    return "fails"
