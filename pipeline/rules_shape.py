"""Whether an analyst's rule file has the shape of the shipped one of its name: the same keys, with values of the same kind.

The shipped file is the pattern, so that there is no second description to keep.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NoReturn

Table = Mapping[str, Any]
Complain = Callable[[int | None, str], NoReturn]
"""Called with the line, where it can be told, and what is wrong there."""

SWITCHES = {"off": True, "remove": True}
"""What any row may say of itself beside what the shipped rows say, with a value of the kind that it takes."""
ROWS: Mapping[str, Table] = {
    "rule": {
        "id": "", "kind": "", "why": "", "pattern": "", "reads": "", "priority": 0, "cut_left": "", "in_words": "", "examples": [""],
        "counter_examples": [""],
    },
}  # fmt: skip
"""Lists whose rows can have more than any one shipped file shows."""
OPTIONAL = frozenset(
    {
        "examples", "counter_examples", "why", "activity.words", "activity.hints", "class.one", "class.counts", "frame.weight",
        "indicator.meaning", "indicator.rule",
    }
)  # fmt: skip
"""Keys that the program can do without, though every shipped row of a list has them."""
NEEDED: Mapping[str, frozenset[str]] = {
    "rule": frozenset({"id", "why", "pattern"}),
    "theme": frozenset({"name", "why", "words"}),
    "indicator.rule": frozenset({"why", "examples"}),
}
"""What the rows of these lists must say; those of other lists what all shipped ones do, but for OPTIONAL."""
FREE_KEYS = 3
"""A table with so many values, all of one kind, is a list of words by name: any name will do."""
_KINDS = ((bool, "true or false"), (int, "a whole number"), (float, "a number"), (str, "text in quotes"), (list, "a list in brackets"))


def check_file(text: str, pattern: Table, complain: Complain) -> None:
    """Compare the file's `text` with the shipped table. Calls `complain(line, what)` for the first thing that is wrong; it must raise."""
    for key, value in tomllib.loads(text).items():
        place = _Place(text, key, complain)
        if key not in pattern:
            place.complain(f"unknown {key}; the shipped file has {', '.join(pattern)}")
        _compare(value, pattern[key], place)


class _Place:
    """Where in the file a value stands: the names on the way to it; the line is looked up when there is something to say."""

    def __init__(self, text: str, path: str, complain: Complain, row: str | None = None) -> None:
        self._text, self.path, self._complain, self._row = text, path, complain, row

    def below(self, key: str) -> _Place:
        return _Place(self._text, f"{self.path}.{key}", self._complain, self._row)

    def in_row(self, row: Table) -> _Place:
        name = row.get("id", row.get("code"))
        return _Place(self._text, self.path, self._complain, self._row if name is None else str(name))

    @property
    def list_name(self) -> str:
        return self.path.rpartition(".")[2]

    def complain(self, what: str) -> NoReturn:
        about = self.path if self._row is None else self._row
        named = f"{self.list_name} {what}" if self._row is not None and what.startswith("must") else what
        self._complain(line_of(self._text, self._row, self.list_name), f"{about}: {named}")


def line_of(text: str, row: str | None, key: str | None = None) -> int | None:
    """The line, from 1, of a `key` in the row whose id or code is `row`; of the row where it has no such key; None where neither is."""
    lines = text.splitlines()
    named = re.compile(rf"""\s*(?:id|code)\s*=\s*["']{re.escape(row)}["']""") if row is not None else None
    start = next((number for number, line in enumerate(lines) if named is not None and named.match(line)), None)
    if named is not None and start is None:
        return None
    wanted = re.compile(rf"\s*(?:\[+[\w.]*{re.escape(key)}\]+|[\"']?{re.escape(key)}[\"']?\s*=)") if key else None
    for number in range(start or 0, len(lines)):
        if wanted is not None and wanted.match(lines[number]):
            return number + 1
        if start is not None and number > start and lines[number].startswith("[["):
            break
    return None if start is None else start + 1


def _compare(value: Any, sample: Any, place: _Place) -> None:
    if isinstance(sample, Mapping):
        if not isinstance(value, Mapping):
            place.complain("must be a table, as in the shipped file")
        _compare_table(value, sample, place)
    elif isinstance(sample, list) and sample and isinstance(sample[0], Mapping):
        if not (isinstance(value, list) and all(isinstance(row, Mapping) for row in value)):
            place.complain(f"must be a list of tables, each begun with [[{place.list_name}]]")
        _compare_rows(value, sample, place)
    else:
        _compare_value(value, sample, place)


def _compare_table(value: Table, sample: Table, place: _Place) -> None:
    free = len(sample) >= FREE_KEYS and len({type(one) for one in sample.values()}) == 1
    for key, below in value.items():
        if key in sample:
            _compare(below, sample[key], place.below(key))
        elif free:
            _compare(below, next(iter(sample.values())), place.below(key))
        else:
            place.below(key).complain(f"unknown key {key}; known are {', '.join(sample)}")


def _compare_rows(rows: Sequence[Table], samples: Sequence[Table], place: _Place) -> None:
    known = {**ROWS.get(place.path, {}), **SWITCHES, **_merged(samples)}
    needed = _needed(samples, place.path)
    for row in rows:
        here = place.in_row(row)
        for key, value in row.items():
            if key not in known:
                here.below(key).complain(f"unknown key {key}; a {place.list_name} has {', '.join(known)}")
            _compare(value, known[key], here.below(key))
        switched = any(row.get(key) for key in SWITCHES)
        if not switched and (missing := [key for key in needed if key not in row]):
            here.complain(f"{', '.join(missing)} is missing; the shipped rows of [[{place.list_name}]] show what to say")


def _needed(samples: Sequence[Table], path: str) -> Sequence[str]:
    """Keys of every row, in the order of the shipped ones."""
    said_by_all = frozenset.intersection(*map(frozenset, samples))
    needed = NEEDED.get(path, {key for key in said_by_all if OPTIONAL.isdisjoint({key, f"{path}.{key}"})})
    return [key for key in _merged(samples) if key in needed]


def _merged(rows: Sequence[Table]) -> dict[str, Any]:
    """Every key of the rows with the value that the first row has; of lists of rows, the rows of all."""
    merged: dict[str, Any] = {}
    for row in rows:
        for key, value in row.items():
            if merged.setdefault(key, value) is not value and isinstance(value, list) and value and isinstance(value[0], Mapping):
                merged[key] = [*merged[key], *value]
    return merged


def _compare_value(value: Any, sample: Any, place: _Place) -> None:
    for kind, words in _KINDS:
        if isinstance(sample, kind):
            fits = isinstance(value, kind) if kind is not float else isinstance(value, int | float)
            if not fits or (kind is int and isinstance(value, bool)):
                place.complain(f"must be {words}, as in the shipped file")
            break
    if isinstance(sample, list) and sample:
        for one in value:
            if type(one) is not type(sample[0]):
                place.complain(f"must be a list of values such as {sample[0]!r}")
