"""Patterns that are compiled when they are first used: of the shipped rules' some 1,600 patterns a report needs two hundred.

The `regex` package compiles in Python, at half a millisecond a pattern, and most patterns wait for a word that a report does not hold.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, cast

import regex

PATTERN_FLAGS = regex.VERBOSE | regex.VERSION1
_OF_COMPILED = ("search", "match", "fullmatch", "finditer", "findall", "sub", "subn", "split", "groupindex", "groups", "flags")
"""What a pattern is asked for that has to be compiled for it."""

Failed = Callable[[regex.error], Exception]
"""Makes the error to raise of a pattern that does not compile."""


def lazy(pattern: str, lists: Mapping[str, Iterable[str]], failed: Failed) -> regex.Pattern[str]:
    """A verbose pattern that is compiled at its first use; `lists` are its named lists. It does all that a compiled one is asked for."""
    return cast("regex.Pattern[str]", _Uncompiled(pattern, lists, failed))


def compiled(pattern: str, lists: Mapping[str, Iterable[str]], failed: Failed) -> regex.Pattern[str]:
    """The same, compiled. Raises what `failed` makes of an error."""
    try:
        return regex.compile(pattern, PATTERN_FLAGS, cache_pattern=False, **cast(dict[str, Any], lists))
    except regex.error as error:
        raise failed(error) from error


class _Compiled:
    """What an uncompiled pattern becomes: the methods of the compiled one are attributes of it, so that calls of them take no longer."""


class _Uncompiled:
    """Its text and its lists can be asked for without compiling it."""

    def __init__(self, pattern: str, lists: Mapping[str, Iterable[str]], failed: Failed) -> None:
        self.pattern = pattern
        self.named_lists = lists
        self._failed = failed

    def __getattr__(self, name: str) -> Any:
        if name not in _OF_COMPILED:
            raise AttributeError(name)
        made = compiled(self.pattern, self.named_lists, self._failed)
        vars(self).update({method: getattr(made, method) for method in _OF_COMPILED})
        self.__class__ = _Compiled  # type: ignore[assignment]  # without a way of its own to look for attributes, which is slow
        return getattr(made, name)
