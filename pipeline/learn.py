"""Corrections → proposed examples: the sentence with everything marked as it is read now, and the corrected place as it should be."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from pipeline.bounds import plain
from pipeline.markup import DATE_KEYS, KEYS, KINDS, LABELS, NUMBER_KEYS, Mark, parse, write
from pipeline.model import Fact, PartialDate, Quantity
from pipeline.rules_check import Reader

LEARNABLE = (*NUMBER_KEYS, "bound", "unit", "per", "change", *DATE_KEYS, "object", "status", "activity", "indicator")
"""Columns of `facts` that a mark can speak of; `kind` and `text` change the mark itself."""
NEEDED = ("text", "sentence", "column", "new")


class CorrectionsError(ValueError):
    """A file of corrections that cannot be read; the message names the row and what is wanted."""


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
    """The rows of a CSV or JSON-lines file of corrections. Raises CorrectionsError."""
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise CorrectionsError(f"{path}: cannot be read as UTF-8; save the corrections as CSV UTF-8 or JSON lines") from error
    rows = _json_rows(text, path) if text.lstrip().startswith("{") else list(csv.DictReader(io.StringIO(text, newline="")))
    for number, row in enumerate(rows, start=1):
        if missing := [name for name in NEEDED if row.get(name) is None]:
            raise CorrectionsError(f"{path.name}, row {number}: {', '.join(missing)} is missing; a correction has {', '.join(NEEDED)}")
    return [{key: str(value) for key, value in row.items() if value is not None} for row in rows]


def _json_rows(text: str, path: Path) -> list[dict[str, str]]:
    rows = []
    for number, line in enumerate(text.splitlines(), start=1):
        if line.strip():
            try:
                rows.append(dict(json.loads(line)))
            except (ValueError, TypeError) as error:
                raise CorrectionsError(f"{path.name}, line {number}: no JSON object ({error})") from error
    return rows


def propose(corrections: Sequence[Mapping[str, str]], read: Reader) -> Iterator[Proposal | Skipped]:
    """One proposal, or the reason why there is none, for each correction. `read` gives the facts of a bare text."""
    for correction in corrections:
        yield _propose(correction, read)


def _propose(correction: Mapping[str, str], read: Reader) -> Proposal | Skipped:
    sentence, words, column = correction["sentence"].strip(), correction["text"], correction["column"]
    start = sentence.find(words)
    if start < 0:
        return Skipped(correction, "the words do not stand in the sentence")
    if column not in (*LEARNABLE, "kind", "text"):
        return Skipped(correction, f"{column} is no matter of a rule for numerals; towns and years are told with --manifest")
    facts = list(read(sentence))
    fact = next((f for f in facts if f.start < start + len(words) and start < f.end), None)
    marks = [mark_of(f, sentence) for f in facts if f is not fact]
    try:
        marks.append(_corrected(fact, sentence, start, correction))
        example = write(sentence, sorted(marks, key=lambda mark: mark.start))
        parse(example)
    except ValueError as error:
        return Skipped(correction, str(error))
    return Proposal(fact.rule if fact else "a new rule", example, correction.get("reason", ""))


def mark_of(fact: Fact, text: str) -> Mark:
    """A fact as the mark that would be read so."""
    quantity, date = fact.quantity or Quantity(None), fact.date or PartialDate(None)
    says = {key: plain(number) for key in NUMBER_KEYS if (number := getattr(quantity, key)) is not None}
    if quantity.bound != "=":
        says["bound"] = quantity.bound
    says |= {key: value for key in ("unit", "per", "change") if (value := getattr(quantity, key)) is not None}
    says |= {key: value for key in DATE_KEYS if (value := getattr(date, key)) is not None}
    return Mark(fact.kind, fact.start, fact.end, text[fact.start : fact.end], says)


def _corrected(fact: Fact | None, sentence: str, start: int, correction: Mapping[str, str]) -> Mark:
    """The mark as the correction wants it. Raises ValueError where that is no mark."""
    column, new = correction["column"], correction["new"].strip()
    end = start + len(correction["text"])
    known = mark_of(fact, sentence) if fact else Mark("name", start, end, correction["text"])
    if column == "text":
        at = sentence.find(new)
        if not new or at < 0:
            raise ValueError("the corrected words do not stand in the sentence")
        return Mark(known.kind, at, at + len(new), new, known.says)
    if column == "kind":
        if new not in KINDS:
            raise ValueError(f"{new} is no kind; kinds are {', '.join(KINDS)}")
        says = {} if new in LABELS else {key: value for key, value in known.says.items() if key in KEYS[new]}
        return Mark(new, known.start, known.end, known.text, says)
    says = {key: value for key, value in known.says.items() if key != column}
    if new:
        says[column] = plain(Decimal(new)) if column in NUMBER_KEYS and _is_number(new) else new
    in_order = {key: says[key] for key in KEYS[known.kind] if key in says} | says
    return Mark(known.kind, known.start, known.end, known.text, in_order)


def _is_number(text: str) -> bool:
    try:
        return Decimal(text).is_finite()
    except ArithmeticError:
        return False


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
