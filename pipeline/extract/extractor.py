"""Runs the extraction rules over a report and settles what stands; every numeral ends in one mention."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator

import regex

from pipeline.extract.resolve import resolve
from pipeline.lexicon import Lexicon
from pipeline.model import Loser, Mention, Report
from pipeline.rulebook import ExtractionRule, Rulebook
from pipeline.starts import Starts
from pipeline.text_tables import TableFinder

ORDINARY = "ordinary"
WEAK = "weak"
UNREAD = "ledger.unread"
PHRASE_PRIORITY = 3
LONGEST_RUN = 80
LONGEST_LIST = 400
"""Numerals from which no rule tries a run, side by side (Chinese ones with a mark between too) or in a list with nothing but marks
between: each would look from every one of them to the end of the run. It is a row all the same, with a note."""
ENDLESS = "a run of numerals too long to be one"
ENDLESS_PRIORITY = 100
TABLE_PRIORITY = 50
UNREADABLE = "\ufffd"
_ARABIC = regex.compile(r"\d+")


class Extractor:
    """Finds the mentions of a report by the rules of a rulebook. Built once; holds no state of a report."""

    def __init__(self, rulebook: Rulebook) -> None:
        self._rules = rulebook.extraction
        self._starts = Starts([rule.pattern for rule in self._rules])
        self._tables = TableFinder(rulebook)
        self._lexicon = Lexicon({**_tagged(rulebook.ordinary_words, ORDINARY), **_tagged(rulebook.weak_words, WEAK), **rulebook.phrases})
        numerals = rulebook.table("numerals")
        characters = "".join(c for part in ("digits", "small", "large", "tens") for c in numerals[part])
        self._chinese = regex.compile(f"[{characters}]+")
        self._spelled = frozenset(characters)
        self._dense = re.compile(rf"[\d{characters}、,.]{{{LONGEST_RUN}}}")
        """Stands wherever an endless run does, and is sooner looked for."""
        self._endless = _endless(characters)
        self._prefixes = frozenset(rulebook.table("lookalikes")["prefixes"].split())

    def extract(self, report: Report) -> list[Mention]:
        """Mentions by local offset; they do not overlap, and every digit lies in exactly one."""
        return self._settled(report.text)[0]

    def extract_text(self, text: str) -> tuple[list[Mention], list[Loser]]:
        """Mentions of a clean text, and the matches that gave way with the reason."""
        kept, beaten, in_words = self._settled(text)
        losers = [Loser(mention, f"the numeral belongs to the word {text[slice(*word)]}") for mention, word in in_words]
        losers += [Loser(mention, f"{winner.rule} stands at {winner.start}-{winner.end}") for mention, winner in beaten]
        return kept, losers

    def _settled(self, text: str) -> tuple[list[Mention], list[tuple[Mention, Mention]], list[tuple[Mention, tuple[int, int]]]]:
        """The mentions that stand, those that gave way with the ones they gave way to, and those that are a piece of a word."""
        ordinary, weak, phrases = self._listed(text)
        blocked = _Spans(ordinary)
        candidates = [(PHRASE_PRIORITY, -1, mention) for mention in phrases]
        in_words: list[tuple[Mention, tuple[int, int]]] = []
        candidates += [(TABLE_PRIORITY, -1, mention) for mention in self._tables.mentions(text)]
        readable = text
        if self._dense.search(text):
            runs = [run.span() for run in self._endless.finditer(text)]
            candidates += [(ENDLESS_PRIORITY, -1, Mention(*run, "name", UNREAD, "", note=ENDLESS)) for run in runs]
            readable = _overwritten(text, runs, UNREADABLE)
        for index, matches in self._starts.matches(readable):
            rule = self._rules[index]
            checked = rule.in_words != "always"
            for mention in _mentions(rule, readable, matches):
                word = self._inside_word(mention, rule, text, blocked) if checked else None
                if word is None:
                    candidates.append((rule.priority, rule.order, mention))
                else:
                    in_words.append((mention, word))
        kept, beaten = resolve(candidates, len(text))
        kept += self._left_over(text, kept, _Spans(ordinary + weak))
        kept.sort(key=lambda mention: mention.start)
        return kept, beaten, in_words

    def _listed(self, text: str) -> tuple[list[tuple[int, int]], list[tuple[int, int]], list[Mention]]:
        ordinary: list[tuple[int, int]] = []
        weak: list[tuple[int, int]] = []
        phrases: list[Mention] = []
        for start, end, tag in self._lexicon.find(text):
            if tag == ORDINARY:
                ordinary.append((start, end))
            elif tag == WEAK:
                weak.append((start, end))
            elif not self._cut_out_of_number(text, start, end):
                phrases.append(Mention(start, end, "name", tag, ""))
        return ordinary, weak, phrases

    def _cut_out_of_number(self, text: str, start: int, end: int) -> bool:
        """Whether a listed name is the middle of a longer numeral: 三会 in 十三会, 五一 in 二十五一."""
        before, after = text[start - 1 : start], text[end : end + 1]
        return (text[start] in self._spelled and (before.isdigit() or before in self._spelled or before == "第")) or (
            text[end - 1] in self._spelled and (after.isdigit() or after in self._spelled)
        )

    def _inside_word(self, mention: Mention, rule: ExtractionRule, text: str, blocked: _Spans) -> tuple[int, int] | None:
        """The ordinary word that holds the mention's first Chinese numeral whole and sticks out of the mention, if there is one."""
        if text[mention.start].isdecimal():
            return None
        numeral = self._chinese.search(text, mention.start, mention.end)
        if numeral is None or _ARABIC.search(text, mention.start, mention.end):
            return None
        word = blocked.around(numeral.start(), numeral.end(), mention.start, mention.end)
        if word and rule.in_words == "start" and word[0] >= mention.start:
            return None
        # A word that is the whole mention stops a number (十分), not a date (正月十五).
        return None if word == (mention.start, mention.end) and mention.kind == "date" else word

    def _left_over(self, text: str, kept: list[Mention], blocked: _Spans) -> list[Mention]:
        rest = _overwritten(text, [(mention.start, mention.end) for mention in kept], UNREADABLE)
        left = [Mention(*match.span(), "name", UNREAD, "", note="no rule reads this number") for match in _ARABIC.finditer(rest)]
        for match in self._chinese.finditer(rest):
            if not self._is_ordinary(text, *match.span(), blocked):
                left.append(Mention(*match.span(), "name", UNREAD, "", note="a numeral in a name or phrase that no rule knows"))
        return left

    def _is_ordinary(self, text: str, start: int, end: int, blocked: _Spans) -> bool:
        """A lone 一 that no rule reads is an adverb or a prefix (一改往日), and a single capital numeral a word's character (登陆)."""
        if end - start == 1 and text[start] in self._prefixes:
            return True
        return blocked.around(start, end, start, start) is not None


def _mentions(rule: ExtractionRule, text: str, matches: Iterable[regex.Match[str]]) -> Iterator[Mention]:
    names, kind, rule_id, reads, cut_left = rule.pattern.groupindex.items(), rule.kind, rule.id, rule.reads, rule.cut_left
    for match in matches:
        spans = match.regs
        start, end = spans[0]
        if start == end:
            continue
        if cut_left:
            start = _without_prefix(text, start, end, cut_left)
        if _cuts_digits(text, start) or (text[end - 1].isdecimal() and _cuts_digits(text, end)):
            continue
        groups = {}
        for name, number in names:
            span = spans[number]
            if span[0] < span[1]:
                groups[name] = span
        yield Mention(start, end, kind, rule_id, reads, groups)


def _overwritten(text: str, spans: Iterable[tuple[int, int]], character: str) -> str:
    """The text with this character in place of each in some spans, which are ascending and do not overlap."""
    pieces, at = [], 0
    for start, end in spans:
        pieces.append(text[at:start])
        pieces.append(character * (end - start))
        at = end
    return "".join(pieces) + text[at:]


def _endless(spelled: str) -> regex.Pattern[str]:
    """Runs that no rule tries; `spelled` are the characters of Chinese numerals."""
    side_by_side = rf"(?:[{spelled}][、,]?){{{LONGEST_RUN},}}+|\d{{{LONGEST_RUN},}}+"
    return regex.compile(rf"{side_by_side}|(?:[\d{spelled}][、,.]?){{{LONGEST_LIST},}}+")


def _cuts_digits(text: str, position: int) -> bool:
    """Whether `position` lies inside a run of digits, which no row may take apart."""
    return 0 < position < len(text) and text[position - 1].isdecimal() and text[position].isdecimal()


def _without_prefix(text: str, start: int, end: int, prefixes: tuple[str, ...]) -> int:
    """Move the start behind the last of `prefixes` in the match: 根据 in 根据慈总工〔2008〕12号 is not of the issuer's name."""
    cut = start
    for prefix in prefixes:
        at = text.rfind(prefix, start, end)
        if at >= 0:
            cut = max(cut, at + len(prefix))
    return cut


def _tagged(words: frozenset[str], tag: str) -> dict[str, str]:
    return dict.fromkeys(words, tag)


class _Spans:
    """Spans sorted by start, asked which of them lies around a place."""

    def __init__(self, spans: list[tuple[int, int]]) -> None:
        self._spans = sorted(spans)
        self._starts = [start for start, _ in self._spans]
        self._longest = max((end - start for start, end in self._spans), default=0)

    def around(self, start: int, end: int, inner_start: int, inner_end: int) -> tuple[int, int] | None:
        """A span that holds [start, end) and is not itself inside [inner_start, inner_end)."""
        index = bisect_right(self._starts, start) - 1
        while index >= 0 and self._starts[index] > start - self._longest:
            first, last = self._spans[index]
            # A word that is the whole mention counts (十分), one that is a part of it does not (一家 in 十一家).
            if last >= end and ((first, last) == (inner_start, inner_end) or not (first >= inner_start and last <= inner_end)):
                return first, last
            index -= 1
        return None
