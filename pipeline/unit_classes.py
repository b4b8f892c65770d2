"""Measure words → their classes (人 people, 户 households), also as traditional script writes them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping


class UnitClasses(Mapping[str, str]):
    """Look-up by a unit as it stands in the report; `simplified` turns 戶 into 户 and is asked only for words that `classes` lacks."""

    def __init__(self, classes: Mapping[str, str], simplified: Callable[[str], str]) -> None:
        self._classes = classes
        self._simplified = simplified

    def __getitem__(self, word: str) -> str:
        found = self._classes.get(word)
        return self._classes[self._simplified(word)] if found is None else found

    def __iter__(self) -> Iterator[str]:
        return iter(self._classes)

    def __len__(self) -> int:
        return len(self._classes)
