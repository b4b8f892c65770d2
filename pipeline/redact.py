"""Masks persons in what a run writes (`--redact`): names, telephone and identity numbers, accounts, plates, by rules/redact.toml.

A text gives its secrets, strings that are masked wherever they stand in what comes of that text; one mask for a character, so that offsets
hold. It is no guarantee: docs/redaction.md says how many names are found, and the output says it too.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from functools import partial
from typing import Any

import pyarrow as pa
import regex

from pipeline.labels import form
from pipeline.model import CORRECTED
from pipeline.patterns import PATTERN_FLAGS
from pipeline.persons import PersonFinder, alternatives, filled
from pipeline.rulebook import Rulebook

Tables = dict[str, pa.Table]

_KEPT = frozenset(
    "report_id fact_id activity_id fact_ids part_of total parts sha256 rule cues duplicate_of template_of".split()  # noqa: SIM905
)
"""Columns that hold no text of a report."""
_QUOTED = ("text", "sentence", "old", "new", "reason")
_QUOTED_IN_WHY = ("text", "said", "new")
"""What fills a sentence of [whys] in labels.toml with words of a report or of the analyst."""
_PLACES = ("province", "city", "county", "town")
_NUMBERS = ("value", "low", "high")
BESIDE = "\0"
"""In a secret, between what it is masked beside and what is masked: ␀谭␀镇长."""
_BESIDE = 2
"""So many characters tell a name that is a word as well: 监誓|成立."""
_CARRIED = regex.compile(r"(?!\p{Han}*某)\p{Han}{3,}(?:[·•]\p{Han}+)*")
_COMMON = 0.8
"""From this weight on, a surname with its address is a word (老板): names beside which the dictionary has one (小董) are rarer."""
_FULL_WIDTH = str.maketrans("０１２３４５６７８９－＠Ｘ＊", "0123456789-@X*")


@dataclass(frozen=True, slots=True)
class Masked:
    """Tables and texts after masking."""

    tables: Tables
    report_texts: tuple[str, ...]
    texts: tuple[tuple[str, str], ...]


class KnownNames:
    """Whole names that some report of an archive tells, for the reports that mention them without any sign."""

    def __init__(self) -> None:
        self._names: set[str] = set()
        self._lengths: set[int] = set()

    def add(self, secrets: Iterable[str]) -> None:
        """Names of three characters and more; shorter ones are too often a piece of other words."""
        names = {secret for secret in secrets if _CARRIED.fullmatch(secret)}
        self._names |= names
        self._lengths |= set(map(len, names))

    def among(self, text: str) -> set[str]:
        """Those that stand in a text."""
        pieces = (text[start : start + length] for length in sorted(self._lengths) for start in range(len(text) - length + 1))
        return self._names.intersection(pieces)


class Redactor:
    """Finds and masks what leads to a person. Making one reads jieba's dictionary."""

    def __init__(self, book: Rulebook) -> None:
        table = book.table("redact")
        self._mask: str = table["mask"]
        self._note: str = table["notes"]["fact"]
        self.notice: dict[str, str] = {language: table["notes"][language] for language in ("zh", "en")}
        """What the output says of itself, by language."""
        self._whys = [texts["en"] for texts in book.table("labels")["whys"].values()]
        self._finder = PersonFinder(table)
        parts = self._bricks(table["names"])
        self._contexts = [(row, _compiled(filled(row["pattern"], parts))) for row in table["name"]]
        self._numbers = [_compiled(filled(row["pattern"], parts)) for row in table["number"]]

    def _bricks(self, names: Mapping[str, Any]) -> dict[str, str]:
        """Pieces of patterns: surnames, a whole name, the words of each list."""
        compound = alternatives(self._finder.compound)
        surnames = "".join(sorted(self._finder.surnames))
        return {
            "surname": surnames,
            "compound": compound,
            "name": rf"(?:{compound}\p{{Han}}{{1,2}}|[{surnames}]\p{{Han}}{{1,2}})",
            "joined": r"\p{Han}{2,7}[·•]\p{Han}{2,5}?",
            **{name: alternatives(words.split()) for name, words in names["words"].items()},
        }

    def secrets(self, text: str) -> frozenset[str]:
        """What is to be masked wherever it stands in this text."""
        flat = text.translate(_FULL_WIDTH)
        spans = [
            match.span("number" if "number" in pattern.groupindex else 0) for pattern in self._numbers for match in pattern.finditer(flat)
        ]
        return frozenset({text[slice(*span)] for span in spans} | {*self._found(flat), *self._told(flat)})

    def _found(self, text: str) -> Iterator[str]:
        """Names that the evidence around them tells; one that is a word too, as a secret that holds where its sign stands beside it."""
        for name in self._finder.find(text):
            yield self._secret(text, name.start, name.end, name.sign)

    def _secret(self, text: str, start: int, end: int, sign: str) -> str:
        if not self._finder.lexicon.is_other_word(text[start:end]):
            return text[start:end]
        if sign == "behind":
            return BESIDE.join(("", text[start:end], _line(text[end : end + _BESIDE])))
        return BESIDE.join((_line(text[max(0, start - _BESIDE) : start], last=True), text[start:end], ""))

    def _told(self, text: str) -> Iterator[str]:
        """Names that one pattern tells."""
        for row, pattern in self._contexts:
            for match in pattern.finditer(text, overlapped=True):
                yield from self._apart(match) if row.get("apart") else (self._secret(text, *match.span("name"), "before"),)

    def _apart(self, match: regex.Match[str]) -> Iterator[str]:
        """A surname by itself, as a secret that holds where its words stand beside it."""
        known = match.groupdict()
        before, after = known.get("before") or "", known.get("after") or ""
        if self._finder.lexicon.weight(before + match["name"] + after) < _COMMON:
            yield BESIDE.join((before, match["name"], after))

    def mask(self, text: str, secrets: Iterable[str]) -> str:
        """The text with every secret masked; the longest first, so that none leaves its end behind."""
        for secret in sorted(secrets, key=lambda word: (-len(word), word)):
            before, found, after = secret.split(BESIDE) if BESIDE in secret else ("", secret, "")
            text = text.replace(before + found + after, before + self._mask * len(found) + after)
        return text

    def source(self, source: str) -> str:
        """The path of an input with the names in it masked; a name may fill a part of the path or stand among other words."""
        parts = regex.split(r"(?:[/!._\-\s()（）]|\d+\p{Han}?)+", source)
        whole = {part for part in parts if self._is_alone(part)}
        return self.mask(source, self.secrets(source) | whole)

    def _is_alone(self, part: str) -> bool:
        """Whether a part of a path is a name of three characters or more."""
        return len(part) > 2 and [name.text for name in self._finder.find(part)] == [part]

    def sources(self, sources: Iterable[str]) -> list[str]:
        """The paths of all inputs, masked; those that are one now are numbered in their order."""
        seen: Counter[str] = Counter()
        masked = []
        for path in map(self.source, sources):
            seen[path] += 1
            masked.append(path if seen[path] == 1 else f"{path}~{seen[path]}")
        return masked

    def corrections(self, table: pa.Table) -> pa.Table:
        """What became of the analyst's corrections: what they quote is masked whole, for a quotation shows little of its report."""
        rows = table.to_pylist()
        for row in rows:
            row["source"] = self.source(row["source"] or "") or None
            row.update({name: self._mask * len(row[name]) for name in _QUOTED if row.get(name)})
            row["why"] = row["why"] and self._why(row["why"])
        return pa.Table.from_pylist(rows, schema=table.schema)

    def _why(self, why: str) -> str:
        """Why a correction was applied as it was, without what it quotes."""
        for sentence in self._whys:
            why = form(sentence).sub(partial(self._unquoted, sentence), why)
        return why

    def _unquoted(self, sentence: str, found: re.Match[str]) -> str:
        told = {name: self._mask * len(words) if name in _QUOTED_IN_WHY else words for name, words in found.groupdict().items()}
        return sentence.format(**{**told, **({"source": self.source(told["source"])} if "source" in told else {})})

    def tables(
        self, tables: Tables, report_texts: Sequence[str], texts: Sequence[tuple[str, str]], secrets: Mapping[str, Set[str]] | None = None
    ) -> Masked:
        """All that a portion of inputs gave, masked: what is masked in one text of a source is masked in everything of that source.

        `report_texts`: in the order of the table `reports`; `texts`: (source, text) of the inputs; `secrets`: those of `by_source`, where
        they are known already.
        """
        reports = tables["reports"]
        sources, ids = reports["source"].to_pylist(), reports["report_id"].to_pylist()
        secrets = self.by_source(reports, report_texts, texts) if secrets is None else secrets
        owner = dict(zip(ids, sources, strict=True))
        raws = {name: (start, raw) for name, start, raw in zip(ids, reports["start"].to_pylist(), report_texts, strict=True)}
        masked = {
            name: table if name == "corrections" else self._table(name, table, secrets, owner, raws) for name, table in tables.items()
        }
        return Masked(
            masked,
            tuple(self.mask(raw, secrets.get(source, ())) for source, raw in zip(sources, report_texts, strict=True)),
            tuple((self._member(source), self.mask(text, secrets.get(source, ()))) for source, text in texts),
        )

    def by_source(
        self, reports: pa.Table, report_texts: Sequence[str], texts: Sequence[tuple[str, str]], known: KnownNames | None = None
    ) -> dict[str, set[str]]:
        """The secrets of each source; a word that is in the name of the report's own place is none. `known`: also sought for."""
        secrets: dict[str, set[str]] = defaultdict(set)
        whole = {source for source, _ in texts}
        raws = zip(reports["source"].to_pylist(), report_texts, strict=True)
        for source, text in (*texts, *((source, raw) for source, raw in raws if source not in whole)):
            secrets[source] |= self.secrets(text) if known is None else known.among(text)
        for row in reports.select(["source", *_PLACES]).to_pylist():
            places = [row[name] for name in _PLACES if row[name]]
            secrets[row["source"]] = {secret for secret in secrets[row["source"]] if not any(secret in place for place in places)}
        return dict(secrets)

    def _member(self, source: str) -> str:
        """Names inside an archive; the archive's own was masked when it was listed."""
        outer, joint, inner = source.partition("!/")
        return outer + joint + self.source(inner) if joint else source

    def _table(
        self,
        name: str,
        table: pa.Table,
        secrets: Mapping[str, Set[str]],
        owner: Mapping[str, str],
        raws: Mapping[str, tuple[int, str]],
    ) -> pa.Table:
        rows = table.to_pylist()
        columns = [field.name for field in table.schema if field.name not in _KEPT and _is_text(field.type)]
        for row in rows:
            own = secrets.get(row.get("source") or owner.get(row.get("report_id", ""), ""), frozenset[str]())
            whole = dict(row) if own and name == "facts" else None
            for column in columns:
                row[column] = self._member(row[column]) if column == "source" else self._value(row[column], own)
            if name == "facts" and (row["note"] or "").startswith(f"{CORRECTED}:"):
                row["note"] = CORRECTED  # what it was before, and the reason, are the analyst's words
            if name == "files" and row["reason"]:
                row["reason"] = self.source(row["reason"])
            if whole is not None:
                self._fact(row, whole, own, raws[row["report_id"]])
        return pa.Table.from_pylist(rows, schema=table.schema)

    def _value(self, value: Any, secrets: Set[str]) -> Any:
        if value is None or not secrets:
            return value
        return [self.mask(item, secrets) for item in value] if isinstance(value, list) else self.mask(value, secrets)

    def _fact(self, row: dict[str, Any], whole: Mapping[str, Any], secrets: Set[str], raw: tuple[int, str]) -> None:
        """The words of a fact by their place, for it may be a piece of what is masked; then its number would tell that piece."""
        begins, text = raw
        start, end = whole["start"] - begins, whole["end"] - begins
        row["text"] = self.mask(text, secrets)[start:end]
        if self._mask in row["text"] and self._mask not in whole["text"]:
            row.update(dict.fromkeys(_NUMBERS), note="; ".join(filter(None, (row["note"], self._note))))


def _is_text(kind: pa.DataType) -> bool:
    return bool(pa.types.is_string(kind) or (pa.types.is_list(kind) and pa.types.is_string(kind.value_type)))


def _line(text: str, *, last: bool = False) -> str:
    """The first line of a text, or its last."""
    return text.split("\n")[-1 if last else 0]


def _compiled(pattern: str) -> regex.Pattern[str]:
    return regex.compile(pattern, PATTERN_FLAGS | regex.MULTILINE)
