"""Masks persons in what a run writes (`--redact`): names, telephone and identity numbers, accounts, plates, by rules/redact.toml.

A text gives its secrets, strings that are masked wherever they stand in what comes of that text; one mask for a character, so that offsets
hold. It is no guarantee: docs/redaction.md says how many names are found, and the output says it too.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial
from itertools import pairwise
from typing import Any

import pyarrow as pa
import regex

from pipeline.labels import form
from pipeline.model import CORRECTED
from pipeline.rulebook import PATTERN_FLAGS, Rulebook

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
_FULL_WIDTH = str.maketrans("０１２３４５６７８９－＠", "0123456789-@")


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
        self.notice: dict[str, str] = {language: table["notes"][language] for language in ("zh", "en")}
        """What the output says of itself, by language."""
        names = table["names"]
        self._whys = [texts["en"] for texts in book.table("labels")["whys"].values()]
        self._surnames = frozenset("".join(names["surnames"].split()))
        self._compound = tuple(names["compound"].split())
        self._skipped: str = names["skipped"]
        self._not_behind = frozenset(names["not_behind"])
        parts = self._bricks(names)
        self._contexts = [(row, _compiled(_filled(row["pattern"], parts))) for row in table["name"]]
        self._numbers = [_compiled(row["pattern"]) for row in table["number"]]
        self._next = [_compiled(_filled(table["list"][name], parts)) for name in ("next", "next_of_three")]
        self._last = _compiled("(?r)" + _filled(table["list"]["last"], parts))
        self._behind_title = _compiled(_filled(table["list"]["behind_title"], parts))

    def _bricks(self, names: Mapping[str, str]) -> dict[str, str]:
        """Pieces of patterns: a candidate, the titles before it, the words behind it."""
        surnames = "".join(sorted(self._surnames))
        compound = "|".join(self._compound)
        return {
            "surname": surnames,
            "name": rf"(?:(?:{compound})\p{{Han}}{{1,2}}|[{surnames}]\p{{Han}}{{1,2}})",
            "compound_name": rf"(?:{compound})\p{{Han}}{{1,2}}",
            "joined": r"\p{Han}{2,7}[·•]\p{Han}{2,5}",
            "title": "|".join(sorted(names["titles"].split(), key=lambda word: (-len(word), word))),
            "behind": "(?:" + "|".join(sorted(names["behind"].split(), key=lambda word: (-len(word), word))) + ")",
        }

    def secrets(self, text: str) -> frozenset[str]:
        """What is to be masked wherever it stands in this text."""
        flat = text.translate(_FULL_WIDTH)
        found = {text[slice(*match.span())] for pattern in self._numbers for match in pattern.finditer(flat)}
        return frozenset(found | self._names(flat))

    def _names(self, text: str) -> set[str]:
        names = {*self._told(text), *self._tagged(text)}
        left = [name for name in names if BESIDE not in name]
        while left:
            new = set(self._beside(text, left.pop())) - names
            names |= new
            left += new
        return names

    def _beside(self, text: str, name: str) -> Iterator[str]:
        """The names before and behind a known one in a list."""
        for known in regex.finditer(regex.escape(name), text):
            found = [pattern.match(text, known.end()) for pattern in self._next]
            found.append(self._last.match(text, 0, known.start()))
            for match in found:
                if match is not None and self._plausible(match["name"], text[match.end("name") : match.end("name") + 2]):
                    yield match["name"]

    def _told(self, text: str) -> Iterator[str]:
        """Names that something beside them tells."""
        for row, pattern in self._contexts:
            for match in pattern.finditer(text, overlapped=True):
                name, behind = match["name"], text[match.end("name") : match.end("name") + 2]
                if row.get("apart"):
                    yield from self._apart(match)
                elif row.get("sure") or (self._plausible(name, behind) and not (row.get("whole") and self._is_cut(name, behind))):
                    yield name
        for match in self._behind_title.finditer(text):
            listed = [match["first"], *match.captures("more")]
            if all(self._plausible(name) for name in listed):
                yield from listed

    def _is_cut(self, name: str, behind: str) -> bool:
        """Whether a candidate that nothing ends has a word for its end, or begins one there: 毛竹收 in 毛竹收入."""
        return self._skipped in name or self._is_other_word(name[1:]) or self._is_other_word(name[-1:] + behind[:1])

    def _apart(self, match: regex.Match[str]) -> Iterator[str]:
        """A surname by itself, as a secret that holds where its words stand beside it."""
        known = match.groupdict()
        before, after = known.get("before") or "", known.get("after") or ""
        if not self._is_other_word(before + match["name"] + after):
            yield BESIDE.join((before, match["name"], after))

    def _plausible(self, name: str, behind: str = "") -> bool:
        """Whether no dictionary knows the candidate, or its beginning with what stands behind it, as a word of another kind."""
        if name[-1] in self._not_behind or (behind and behind[0] in self._not_behind):
            return False
        beginnings = {name} if name.startswith(self._compound) else {name[:2], name, name + behind[:1], (name + behind)[:4]}
        return not any(self._is_other_word(word) for word in beginnings if len(word) > 1)

    def _is_other_word(self, word: str) -> bool:
        tag = _tags().get(word)
        return tag is not None and not tag.startswith("nr")

    def _tagged(self, text: str) -> set[str]:
        """Words of three characters or more that jieba takes for a person, that begin with a surname and that no dictionary knows."""
        names = set()
        words = [(pair.word, pair.flag) for pair in _tagger().cut(text)] + [("", "")]
        for (word, tag), (behind, _) in pairwise(words):
            if tag == "nr" and self._is_whole(word) and self._plausible(word, behind[:2]):
                names.add(word)
        return names

    def _is_whole(self, word: str) -> bool:
        """Whether it has the form of a surname with two characters, or of a compound one with any."""
        return (len(word) == 3 and word[0] in self._surnames) or (len(word) in (3, 4) and word.startswith(self._compound))

    def mask(self, text: str, secrets: Iterable[str]) -> str:
        """The text with every secret masked; the longest first, so that none leaves its end behind."""
        for secret in sorted(secrets, key=lambda word: (-len(word), word)):
            before, found, after = secret.split(BESIDE) if BESIDE in secret else ("", secret, "")
            text = text.replace(before + found + after, before + self._mask * len(found) + after)
        return text

    def source(self, source: str) -> str:
        """The path of an input with the names in it masked; a name may fill a part of the path or stand among other words."""
        parts = regex.split(r"(?:[/!._\-\s()（）]|\d+\p{Han}?)+", source)
        whole = {part for part in parts if self._is_whole(part) and self._plausible(part)}
        return self.mask(source, self.secrets(source) | whole)

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

    def tables(self, tables: Tables, report_texts: Sequence[str], texts: Sequence[tuple[str, str]]) -> Masked:
        """All that a portion of inputs gave, masked: what is masked in one text of a source is masked in everything of that source."""
        reports = tables["reports"]
        sources, ids = reports["source"].to_pylist(), reports["report_id"].to_pylist()
        secrets = self._by_source(zip(sources, report_texts, strict=True), texts, reports)
        owner = dict(zip(ids, sources, strict=True))
        raws = {name: (start, raw) for name, start, raw in zip(ids, reports["start"].to_pylist(), report_texts, strict=True)}
        masked = {
            name: table if name == "corrections" else self._table(name, table, secrets, owner, raws) for name, table in tables.items()
        }
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
            if name == "facts" and (row["note"] or "").startswith(f"{CORRECTED}:"):
                row["note"] = CORRECTED  # what it was before, and the reason, are the analyst's words
            if name == "files" and row["reason"]:
                row["reason"] = self.source(row["reason"])
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


@cache
def _tags() -> Mapping[str, str]:
    """The words of jieba's dictionary with their tags."""
    tags: Mapping[str, str] = _tagger().word_tag_tab
    return tags


@cache
def _tagger() -> Any:
    """jieba's tagger with its own dictionary."""
    from jieba import posseg  # here, for few runs mask anything

    from pipeline.segment import tokenizer_of_dictionary

    return posseg.POSTokenizer(tokenizer_of_dictionary())


def _is_text(kind: pa.DataType) -> bool:
    return bool(pa.types.is_string(kind) or (pa.types.is_list(kind) and pa.types.is_string(kind.value_type)))


def _filled(pattern: str, parts: Mapping[str, str]) -> str:
    for name, piece in parts.items():
        pattern = pattern.replace("{" + name + "}", piece)
    return pattern


def _compiled(pattern: str) -> regex.Pattern[str]:
    return regex.compile(pattern, PATTERN_FLAGS | regex.MULTILINE)
