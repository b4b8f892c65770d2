"""Which kind of body a report is by: union, women's federation, government, association and so on, by the rules of `rules/orgs.toml`."""

from __future__ import annotations

import re
import tomllib
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from pipeline.interpret.place import title_span
from pipeline.model import Report


@dataclass(frozen=True, slots=True)
class _Word:
    code: str
    rank: int
    """How much it says in a title: 2 the body's own name, 1 what its work is called, 0 a topic of its trade."""
    title_only: bool


KEYS = (("title_topics", 0), ("topics", 0), ("title_works", 1), ("works", 1), ("title_names", 2), ("names", 2))
"""The lists of a rule, with the rank of their words; of a word in several lists the last one counts."""


class OrgResolver:
    """Built once from the rules folder (or from `table`, the parsed orgs.toml with an analyst's changes). Immutable; safe to share."""

    def __init__(self, rules_dir: Path, table: Mapping[str, Any] | None = None) -> None:
        if table is None:
            table = tomllib.loads((rules_dir / "orgs.toml").read_text("utf-8"))
        self._weights: Mapping[str, Any] = table["weights"]
        self._words: dict[str, _Word] = {}
        self._mixed: str = table["weights"]["mixed"]
        self._order = [row["code"] for row in table["org"]]
        for row in table["org"]:
            for key, rank in KEYS:
                for word in row.get(key, ()):
                    self._words[word] = _Word(row["code"], rank, key.startswith("title_"))
        groups: dict[str, list[str]] = defaultdict(list)
        for word in sorted(self._words, key=len, reverse=True):
            groups[word[0]].append(re.escape(word[1:]))
        # grouped by first character, which the matcher goes through far faster than a plain list
        self._pattern = re.compile("|".join(f"{re.escape(first)}(?:{'|'.join(rest)})" for first, rest in groups.items()))
        self._of_path = lru_cache(maxsize=1024)(self._path)

    @property
    def codes(self) -> frozenset[str]:
        """The codes of all kinds of bodies."""
        return frozenset(self._order)

    def resolve(self, report: Report) -> str | None:
        """The code of the body; None where nothing tells it."""
        title = title_span(report)
        named = self._titled(report.text[title[0] : title[1]]) if title else None
        if named is not None:
            return named
        weights: dict[str, float] = defaultdict(float)
        self._weigh(report.text, title[1] if title else 0, weights)
        for code in self._of_path(report.source):
            weights[code] += self._weights["path"]
        most = self._weights["most"]
        best = max(self._order, key=lambda code: min(weights[code], most))
        if weights[best] < self._weights["least"]:
            return None
        return self._mixed if self._is_mixed(weights, weights[best]) else best

    def _is_mixed(self, weights: Mapping[str, float], best: float) -> bool:
        """Whether so many bodies have a say that the report is on the whole work of the town."""
        spoken = [weight for weight in weights.values() if weight >= self._weights["least"]]
        return len(spoken) >= self._weights["mixed_codes"] and bool(best < self._weights["mixed_share"] * sum(spoken))

    def _titled(self, title: str) -> str | None:
        """The last body that a title names, else the last work, else the last topic: 镇卫生院工会工作总结 is the union's."""
        found = [self._words[match.group()] for match in self._pattern.finditer(title)]
        surest = max((word.rank for word in found), default=0)
        return next((word.code for word in reversed(found) if word.rank == surest), None)

    def _weigh(self, text: str, start: int, weights: dict[str, float]) -> None:
        opening = start + self._weights["opening_length"]
        for match in self._pattern.finditer(text, start):
            word = self._words[match.group()]
            if word.title_only:
                continue
            weight = self._weights["name"] if word.rank else self._weights["topic"]
            weight *= self._beside(text[match.start() - 1 : match.start()])
            weights[word.code] += weight * (self._weights["opening"] if match.start() < opening else 1)

    def _beside(self, before: str) -> float:
        """Less for a body that is named as a partner or a superior."""
        if before and before in self._weights["partners"]:
            return float(self._weights["partner"])
        return float(self._weights["superior"]) if before and before in self._weights["superiors"] else 1.0

    def _path(self, source: str) -> tuple[str, ...]:
        return tuple(self._named(source))

    def _named(self, source: str) -> Iterator[str]:
        for part in source.replace("!/", "/").split("/"):
            code = self._titled(part)
            if code is not None:
                yield code
