"""Masks persons in what a run writes (`--redact`): names, telephone and identity numbers, accounts, plates, addresses, by rules/redact.toml.

A text gives its secrets, strings that are masked wherever they stand in what comes of that text; one mask for a character, so that offsets
hold. It is no guarantee: docs/redaction.md says how many names are found, and the output says it too.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import regex

from pipeline.rulebook import PATTERN_FLAGS, Rulebook

Tables = dict[str, pa.Table]

_KEPT = frozenset(
    {"report_id", "fact_id", "activity_id", "fact_ids", "part_of", "total", "parts", "sha256", "rule", "cues", "duplicate_of", "template_of"}
)
"""Columns that hold no text of a report."""
_PLACES = ("province", "city", "county", "town")
_NUMBERS = ("value", "low", "high")
_FULL_WIDTH = str.maketrans("０１２３４５６７８９－＠", "0123456789-@")
_LIST = "、"


@dataclass(frozen=True, slots=True)
class Masked:
    """Tables and texts after masking."""

    tables: Tables
    report_texts: tuple[str, ...]
    texts: tuple[tuple[str, str], ...]


class Redactor:
    """Finds and masks what leads to a person. Making one loads jieba's tags."""

    def __init__(self, book: Rulebook) -> None:
        table = book.table("redact")
        self._mask: str = table["mask"]
        self._note: str = table["notes"]["fact"]
        names = table["names"]
        self._surnames = frozenset("".join(names["surnames"].split()))
        self._compound = tuple(names["compound"].split())
        self._not_behind = frozenset(names["not_behind"])
        parts = self._bricks(names)
        self._contexts = [(row["id"], _compiled(_filled(row["pattern"], parts))) for row in table["name"]]
        self._numbers = [_compiled(row["pattern"]) for row in table["number"]]
        self._listed = _compiled(rf"(?<!\p{{Han}}) {parts['name']} (?: {_LIST} {parts['name']} )+ (?= \P{{Han}} | $ | {parts['behind']} )")
        self._behind_list = _compiled(rf"(?: {parts['title']} ) (?P<first>{parts['name']}) (?: {_LIST} (?P<more>{parts['name']}) )+ (?= \P{{Han}} | $ | {parts['behind']} | [的和与及] )")

    def _bricks(self, names: Mapping[str, str]) -> dict[str, str]:
        """Pieces of patterns: a candidate, the titles before it, the words behind it."""
        surnames = "".join(sorted(self._surnames))
        compound = "|".join(self._compound)
        return {
            "surname": surnames,
            "name": rf"(?:(?:{compound})\p{{Han}}{{1,2}}|[{surnames}]\p{{Han}}{{1,2}})",
            "title": "|".join(sorted(names["titles"].split(), key=lambda word: (-len(word), word))),
            "behind": "(?:" + "|".join(sorted(names["behind"].split(), key=lambda word: (-len(word), word))) + ")",
        }

    def secrets(self, text: str) -> frozenset[str]:
        """What is to be masked wherever it stands in this text."""
        flat = text.translate(_FULL_WIDTH)
        found = {text[slice(*match.span())] for pattern in self._numbers for match in pattern.finditer(flat)}
        return frozenset(found | self._names(flat))

    def _names(self, text: str) -> set[str]:
        names = set(self._told(text))
        names |= self._tagged(text)
        for match in self._listed.finditer(text):
            listed = match.group().split(_LIST)
            if any(name in names for name in listed):
                names.update(name for name in listed if self._plausible(name))
        return names

    def _told(self, text: str) -> Iterator[str]:
        """Names that something beside them tells."""
        for rule, pattern in self._contexts:
            for match in pattern.finditer(text, overlapped=True):
                name = match["name"]
                if rule == "name.masked_already" or self._plausible(name, text[match.end("name") : match.end("name") + 2]):
                    yield name
        for match in self._behind_list.finditer(text):
            listed = [match["first"], *match.captures("more")]
            if all(self._plausible(name) for name in listed):
                yield from listed

    def _plausible(self, name: str, behind: str = "") -> bool:
        """Whether no dictionary knows the candidate, or its beginning with what stands behind it, as a word of another kind."""
        if name[-1] in self._not_behind or behind[:1] in self._not_behind and behind[:1] != "":
            return False
        beginnings = {name[:2], name, name + behind[:1], (name + behind)[:4]} if name[:2] not in self._compound else {name}
        return not any(self._is_other_word(word) for word in beginnings if len(word) > 1)

    def _is_other_word(self, word: str) -> bool:
        tag = self._tags().get(word)
        return tag is not None and not tag.startswith("nr")

    @staticmethod
    def _tags() -> Mapping[str, str]:
        from jieba import posseg  # here, for few runs mask anything

        posseg.dt.initialize()
        tags: Mapping[str, str] = posseg.dt.word_tag_tab
        return tags

    def _tagged(self, text: str) -> set[str]:
        """Words of three characters or more that jieba takes for a person, that begin with a surname and that no dictionary knows."""
        from jieba import posseg

        names = set()
        words = [(pair.word, pair.flag) for pair in posseg.cut(text)] + [("", "")]
        for (word, tag), (behind, _) in zip(words, words[1:], strict=False):
            long = len(word) == 3 and word[0] in self._surnames or len(word) in (3, 4) and word.startswith(self._compound)
            if tag == "nr" and long and self._plausible(word, behind[:2]):
                names.add(word)
        return names

    def mask(self, text: str, secrets: Iterable[str]) -> str:
        """The text with every secret masked; the longest first, so that none leaves its end behind."""
        for secret in sorted(secrets, key=lambda word: (-len(word), word)):
            text = text.replace(secret, self._mask * len(secret))
        return text

    def source(self, source: str) -> str:
        """The path of an input with the names in it masked; a name may fill a part of the path or stand among other words."""
        secrets = set(self.secrets(source))
        for part in regex.split(r"[/!._\-\s()（）\d]+", source):
            if 2 < len(part) <= 4 and part.startswith((*self._surnames, *self._compound)) and len(part) <= 3 + part.startswith(self._compound):
                secrets |= {part} if self._plausible(part) else set()
        return self.mask(source, secrets)

    def tables(self, tables: Tables, report_texts: Sequence[str], texts: Sequence[tuple[str, str]]) -> Masked:
        """All that a portion of inputs gave, masked: what is masked in one text of a source is masked in everything of that source."""
        reports = tables["reports"]
        sources, ids = reports["source"].to_pylist(), reports["report_id"].to_pylist()
        secrets = self._by_source(zip(sources, report_texts, strict=True), texts, reports)
        owner = dict(zip(ids, sources, strict=True))
        raws = {name: (start, raw) for name, start, raw in zip(ids, reports["start"].to_pylist(), report_texts, strict=True)}
        masked = {name: self._table(name, table, secrets, owner, raws) for name, table in tables.items()}
        return Masked(
            masked,
            tuple(self.mask(raw, secrets[source]) for source, raw in zip(sources, report_texts, strict=True)),
            tuple((self._member(source), self.mask(text, secrets[source])) for source, text in texts),
        )

    def _by_source(self, raws: Iterable[tuple[str, str]], texts: Iterable[tuple[str, str]], reports: pa.Table) -> dict[str, set[str]]:
        """The secrets of each source; a word that is in the name of the report's own place is none."""
        secrets: dict[str, set[str]] = defaultdict(set)
        for source, text in (*raws, *texts):
            secrets[source] |= self.secrets(text)
        for row in reports.select(["source", *_PLACES]).to_pylist():
            places = [row[name] for name in _PLACES if row[name]]
            secrets[row["source"]] = {secret for secret in secrets[row["source"]] if not any(secret in place for place in places)}
        return secrets

    def _member(self, source: str) -> str:
        """Names inside an archive; the archive's own was masked when it was listed."""
        outer, joint, inner = source.partition("!/")
        return outer + joint + self.source(inner) if joint else source

    def _table(
        self,
        name: str,
        table: pa.Table,
        secrets: Mapping[str, set[str]],
        owner: Mapping[str, str],
        raws: Mapping[str, tuple[int, str]],
    ) -> pa.Table:
        rows = table.to_pylist()
        columns = [field.name for field in table.schema if field.name not in _KEPT and _is_text(field.type)]
        for row in rows:
            own = secrets.get(row.get("source") or owner.get(row.get("report_id", ""), ""), set())
            whole = dict(row) if own and name == "facts" else None
            for column in columns:
                row[column] = self._member(row[column]) if column == "source" else self._value(row[column], own)
            if whole is not None:
                self._fact(row, whole, own, raws[row["report_id"]])
        return pa.Table.from_pylist(rows, schema=table.schema)

    def _value(self, value: Any, secrets: set[str]) -> Any:
        if value is None or not secrets:
            return value
        return [self.mask(item, secrets) for item in value] if isinstance(value, list) else self.mask(value, secrets)

    def _fact(self, row: dict[str, Any], whole: Mapping[str, Any], secrets: set[str], raw: tuple[int, str]) -> None:
        """The words of a fact by their place, for it may be a piece of what is masked; then its number would tell that piece."""
        begins, text = raw
        start, end = whole["start"] - begins, whole["end"] - begins
        row["text"] = self.mask(text, secrets)[start:end]
        if self._mask in row["text"] and self._mask not in whole["text"]:
            row.update(dict.fromkeys(_NUMBERS), note="; ".join(filter(None, (row["note"], self._note))))


def _is_text(kind: pa.DataType) -> bool:
    return pa.types.is_string(kind) or (pa.types.is_list(kind) and pa.types.is_string(kind.value_type))


def _filled(pattern: str, parts: Mapping[str, str]) -> str:
    for name, piece in parts.items():
        pattern = pattern.replace("{" + name + "}", piece)
    return pattern


def _compiled(pattern: str) -> regex.Pattern[str]:
    return regex.compile(pattern, PATTERN_FLAGS | regex.MULTILINE)
