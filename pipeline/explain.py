"""Why a numeral is read as it is: the rule that found it, its value and meaning, the words that decided, and what it beat."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pipeline.bounds import SIGNS, plain
from pipeline.machinery import Machinery, machinery
from pipeline.model import Cue, Document, Fact, Loser, Quantity, Report
from pipeline.rulebook import Rulebook
from pipeline.rules_check import checked_rules

AROUND = 16
"""Characters shown on either side of a numeral."""
FROM_LISTS = {
    "ledger.unread": "no rule reads it; it stands in the ledger all the same",
    "activity": "a word of rules/activities.toml",
    "indicator": "a rule of rules/indicators.toml",
    "name": "a whole name listed in rules/names.toml",
}


@dataclass(frozen=True, slots=True)
class Beaten:
    """A match that gave way: its rule, its words, their span in the source, and the reason."""

    rule: str
    words: str
    start: int
    end: int
    reason: str


@dataclass(frozen=True, slots=True)
class Explained:
    """One numeral with everything that is known of it; spans count in the source."""

    source: str
    start: int
    end: int
    fact: Fact
    report: Report
    beaten: tuple[Beaten, ...]


@dataclass(frozen=True, slots=True)
class Explanation:
    """All numerals of one document, in order, and the matches that gave way to nothing: the numeral belongs to an ordinary word."""

    document: Document
    numerals: tuple[Explained, ...]
    passed_over: tuple[Beaten, ...]


def explain(document: Document, rules: Path | None = None) -> Explanation:
    """Read a document and keep what gave way. `rules`: a folder of own rules over the shipped ones. Raises RuleError."""
    stages: Machinery = machinery(rules)
    numerals: list[Explained] = []
    passed_over: list[Beaten] = []
    if document.status == "ok":
        for report in stages.splitter.split(document, stages.cleaner.clean(document.text)):
            mentions, losers = stages.extractor.extract_text(report.text)
            read = stages.interpreter.read(report, mentions, stages.segmenter.segment(report, mentions))
            numerals += [_explained(fact, report, losers) for fact in read.facts]
            passed_over += [_beaten(loser, report) for loser in losers if not any(_touch(loser, fact) for fact in read.facts)]
    return Explanation(document, tuple(numerals), tuple(passed_over))


def _explained(fact: Fact, report: Report, losers: Sequence[Loser]) -> Explained:
    start, end = report.raw_span(fact.start, fact.end)
    beaten = tuple(_beaten(loser, report) for loser in losers if _touch(loser, fact))
    return Explained(report.source, start, end, fact, report, beaten)


def _touch(loser: Loser, fact: Fact) -> bool:
    return loser.mention.start < fact.end and fact.start < loser.mention.end


def _beaten(loser: Loser, report: Report) -> Beaten:
    mention = loser.mention
    span = report.raw_span(mention.start, mention.end)
    winner, stands, _ = loser.reason.partition(" stands at ")  # there the offsets are those of the clean text
    reason = f"{winner} stands there" if stands else loser.reason
    return Beaten(mention.rule, report.raw_text(mention.start, mention.end), *span, reason)


def at(explanation: Explanation, offset: int | None) -> Explanation:
    """Only what stands at `offset` of the source's text; everything where it is None."""
    if offset is None:
        return explanation
    numerals = tuple(found for found in explanation.numerals if found.start <= offset < found.end)
    passed_over = tuple(found for found in explanation.passed_over if found.start <= offset < found.end)
    return Explanation(explanation.document, numerals, passed_over)


def reasons(book: Rulebook) -> dict[str, str]:
    """Why each rule is there, by its id."""
    return {rule.id: rule.why for rule in checked_rules(book)}


# --- in words


def lines(found: Explained, why: Mapping[str, str]) -> Iterator[str]:
    """One numeral in words."""
    fact = found.fact
    yield f"«{_words(found)}»  {fact.kind}  {found.source}:{found.start}-{found.end}"
    yield _row("context", _context(found))
    yield _row("rule", _rule(fact.rule, why))
    yield from (_row(name, said) for name, said in _said(fact) if said)
    for cue in fact.cues:
        yield _row("cue", _placed(cue, found.report) + _rule(cue.rule, why))
    for beaten in found.beaten:
        yield _row("beat", passed_over_line(beaten))


def passed_over_line(beaten: Beaten) -> str:
    """A match that gave way, in words."""
    return f"«{_one_line(beaten.words)}» at {beaten.start}-{beaten.end} by {beaten.rule}: {beaten.reason}"


def _row(name: str, said: str) -> str:
    return f"  {name:10} {said}"


def _placed(cue: Cue, report: Report) -> str:
    if cue.end <= cue.start:
        return ""
    start, end = report.raw_span(cue.start, cue.end)
    return f"«{_one_line(report.raw_text(cue.start, cue.end))}» at {start}-{end}: "


def _words(found: Explained) -> str:
    return _one_line(found.report.raw_text(found.fact.start, found.fact.end))


def _context(found: Explained) -> str:
    raw, first = found.report.raw, found.report.start
    start, end = found.start - first, found.end - first
    before, after = raw[max(0, start - AROUND) : start], raw[end : end + AROUND]
    return _one_line(f"…{before}[{raw[start:end]}]{after}…")


def _one_line(text: str) -> str:
    return text.replace("\r", "").replace("\n", "⏎")


def _rule(rule: str, why: Mapping[str, str]) -> str:
    reason = why.get(rule) or FROM_LISTS.get(rule) or FROM_LISTS.get(rule.partition(".")[0], "")
    return f"{rule} ({reason})" if reason else rule


def _said(fact: Fact) -> Iterator[tuple[str, str | None]]:
    if fact.quantity is not None:
        yield "value", _amount(fact.quantity)
    if fact.date is not None:
        date = fact.date
        yield "date", ", ".join(part for part in (date.edtf, date.anchor, date.part, date.festival) if part)
    yield "repaired", "yes" if fact.repaired else None
    yield "object", fact.object
    yield "status", f"{fact.status}, {fact.scope}" if fact.status and fact.scope else fact.status
    yield "activity", fact.activity
    yield "indicator", fact.indicator
    yield "when", " ".join(part for part in (fact.when, fact.when_anchor) if part)
    yield "note", fact.note


def _amount(quantity: Quantity) -> str:
    if quantity.value is None:
        ends = [plain(end) if end is not None else "?" for end in (quantity.low, quantity.high)]
        number = " to ".join(ends)
    else:
        number = plain(quantity.value)
    parts = [SIGNS.get(quantity.bound, "") + number, quantity.unit or ""]
    parts += [f"per {quantity.per}"] if quantity.per else []
    parts += [quantity.change] if quantity.change else []
    return " ".join(part for part in parts if part)
