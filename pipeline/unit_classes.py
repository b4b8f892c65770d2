"""Measure words → their classes (人 people, 户 households), also as traditional script writes them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from typing import TypeVar, overload

MOST_KEPT = 4096
"""So many measure words are kept with their classes."""

T = TypeVar("T")


class UnitClasses(Mapping[str, str]):
    """Look-up by a unit as it stands in the report; `simplified` turns 戶 into 户 and is asked only for words that `classes` lacks."""

    def __init__(self, classes: Mapping[str, str], simplified: Callable[[str], str]) -> None:
        self._classes = classes
        self._simplified = simplified
        self._class_of = lru_cache(MOST_KEPT)(self._look_up)

    def __getitem__(self, word: str) -> str:
        found = self._class_of(word)
        if found is None:
            raise KeyError(word)
        return found

    @overload
    def get(self, word: str, default: None = None, /) -> str | None: ...
    @overload
    def get(self, word: str, default: str | T, /) -> str | T: ...
    def get(self, word: str, default: str | T | None = None, /) -> str | T | None:
        """As of any mapping, without an exception for each word that is none of ours."""
        found = self._class_of(word)
        return default if found is None else found

    def _look_up(self, word: str) -> str | None:
        found = self._classes.get(word)
        return self._classes.get(self._simplified(word)) if found is None else found

    def __iter__(self) -> Iterator[str]:
        return iter(self._classes)

    def __len__(self) -> int:
        return len(self._classes)
