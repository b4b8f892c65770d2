"""Corrections → proposed examples: the sentence with everything marked as it is read now, and the corrected place as it should be."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pipeline.bounds import plain
from pipeline.clean import Cleaner
from pipeline.corrections.files import rows
from pipeline.corrections.values import Vocabulary
from pipeline.markup import DATE_KEYS, KEYS, LABELS, NUMBER_KEYS, Mark, parse, write
from pipeline.model import Fact, PartialDate, Quantity
from pipeline.rulebook import Rulebook
from pipeline.rules_check import make_reader

LEARNABLE = (*NUMBER_KEYS, "bound", "unit", "per", "change", *DATE_KEYS, "object", "status", "activity", "indicator")
"""Columns of `facts` that a mark can speak of; `kind` and `text` change the mark itself."""
NEW_RULE = "a new rule"
"""Stands for the rule where none reads the words now."""
NEEDED = ("text", "sentence", "column", "new")


@dataclass(frozen=True, slots=True)
class Proposal:
    """What a correction comes to: the rule that reads the numeral now, and the example that would hold it to the right reading."""

    rule: str
    example: str
    reason: str


@dataclass(frozen=True, slots=True)
class Skipped:
    """A correction that makes no example, and why."""

    correction: Mapping[str, str]
    why: str


def load(path: Path) -> list[dict[str, str]]:
    """The rows of a file of corrections as `taizhang run --corrections` takes it. Raises CorrectionsError."""
    return [dict(row.fields) for row in rows(path, NEEDED)]


class Learner:
    """Makes examples out of corrections by the rules of a rulebook."""

    def __init__(self, book: Rulebook) -> None:
        self._read = make_reader(book)
        self._vocabulary = Vocabulary(book)
        self._clean = Cleaner(book).clean

    def propose(self, corrections: Sequence[Mapping[str, str]]) -> Iterator[Proposal | Skipped]:
        """One proposal, or the reason why there is none, for each correction."""
        for correction in corrections:
            yield self._propose(correction)

    def _propose(self, correction: Mapping[str, str]) -> Proposal | Skipped:
        column = correction["column"]
        said = self._as_cleaned(correction["sentence"].strip(), correction["text"])
        if said is None:
            return Skipped(correction, "the words do not stand in the sentence")
        if column not in (*LEARNABLE, "kind", "text"):
            return Skipped(correction, f"{column} is no matter of a rule for numerals; towns and years are told with --manifest")
        sentence, start, end = said
        facts = list(self._read(sentence))
        fact = next((f for f in facts if f.start < end and start < f.end), None)
        marks = [mark_of(f, sentence) for f in facts if f is not fact]
        try:
            new = correction["new"].strip() if column == "text" else self._vocabulary.normal(column, correction["new"], correction["text"])
            marks.append(_corrected(fact, sentence, (start, end), column, new))
            example = write(sentence, sorted(marks, key=lambda mark: mark.start))
            parse(example)
        except ValueError as error:
            return Skipped(correction, str(error))
        return Proposal(fact.rule if fact else NEW_RULE, example, correction.get("reason", ""))

    def _as_cleaned(self, sentence: str, words: str) -> tuple[str, int, int] | None:
        """The sentence as rules see it, and the span of the words there; None where they do not stand in it."""
        at = sentence.find(words)
        clean = self._clean(sentence)
        inside = [i for i in range(len(clean.text)) if at <= clean.source_start(i) < at + len(words)]
        return (clean.text, inside[0], inside[-1] + 1) if at >= 0 and inside else None


def mark_of(fact: Fact, text: str) -> Mark:
    """A fact as the mark that would be read so."""
    quantity, date = fact.quantity or Quantity(None), fact.date or PartialDate(None)
    says = {key: plain(number) for key in NUMBER_KEYS if (number := getattr(quantity, key)) is not None}
    if quantity.bound != "=":
        says["bound"] = quantity.bound
    says |= {key: value for key in ("unit", "per", "change") if (value := getattr(quantity, key)) is not None}
    says |= {key: value for key in DATE_KEYS if (value := getattr(date, key)) is not None}
    return Mark(fact.kind, fact.start, fact.end, text[fact.start : fact.end], says)


def _corrected(fact: Fact | None, sentence: str, span: tuple[int, int], column: str, new: str) -> Mark:
    """The mark as the correction wants it. Raises ValueError where that is no mark."""
    known = mark_of(fact, sentence) if fact else Mark("name", *span, sentence[slice(*span)])
    if column == "text":
        at = sentence.find(new)
        if not new or at < 0:
            raise ValueError("the corrected words do not stand in the sentence")
        return Mark(known.kind, at, at + len(new), new, known.says)
    if column == "kind":
        says = {} if new in LABELS else {key: value for key, value in known.says.items() if key in KEYS[new]}
        return Mark(new, known.start, known.end, known.text, says)
    gone = {"value": ("low", "high"), "low": ("value",), "high": ("value",)}.get(column, ())
    says = {key: value for key, value in known.says.items() if key not in (column, *gone)}
    if new:
        says[column] = new
    in_order = {key: says[key] for key in KEYS[known.kind] if key in says} | says
    return Mark(known.kind, known.start, known.end, known.text, in_order)


def in_words(proposals: Sequence[Proposal | Skipped], files: Mapping[str, str]) -> Iterator[str]:
    """The proposals as lines for a rule file, each under the rule that it belongs to; `files`: file by rule."""
    for proposal in proposals:
        if isinstance(proposal, Skipped):
            said = f"«{proposal.correction['text']}» {proposal.correction['column']}"
            yield f"# no example from {said}: {proposal.why}"
            continue
        place = f"rules/{files[proposal.rule]}.toml, {proposal.rule}" if proposal.rule in files else proposal.rule
        yield f"# {place}" + (f": {proposal.reason}" if proposal.reason else "")
        yield f"examples = [{_literal(proposal.example)}]"


def _literal(text: str) -> str:
    """A TOML string, a literal one where that is possible."""
    return f"'{text}'" if "'" not in text and "\n" not in text else json.dumps(text, ensure_ascii=False)
