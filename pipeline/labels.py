"""The words that people read, out of rules/labels.toml, in the language asked for."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache, partial
from typing import Any, Literal

from pipeline.rulebook import Rulebook, RuleError

Language = Literal["zh", "en"]
LANGUAGES: tuple[Language, ...] = ("zh", "en")


_SLOT = re.compile(r"\\{(\w+)\\}")


@cache
def form(sentence: str) -> re.Pattern[str]:
    """What finds a sentence with its {…} filled in, up to a semicolon or the end; a {…} that begins it leaves a code before it alone."""
    pattern = _SLOT.sub(r"(?P<\1>.+?)", re.escape(sentence))
    return re.compile(r"(?<![^ ])" + re.sub(r"^(\(\?P<\w+>)\.", r"\1[^:;]", pattern) + r"(?=;|$)")


def _filled(sentence: str, found: re.Match[str]) -> str:
    return sentence.format(**found.groupdict())


class Labels:
    """Texts of one language. Raises RuleError for a text that the file does not have."""

    def __init__(self, book: Rulebook, language: Language = "zh") -> None:
        self.language = language
        self._book = book
        self._table: Mapping[str, Any] = book.table("labels")

    def __call__(self, section: str, key: str, **filled: object) -> str:
        """The text `key` of `section`, its `{…}` filled in."""
        try:
            text: str = self._table[section][key][self.language]
        except KeyError:
            raise RuleError(f"labels.toml: [{section}] has no {key} in {self.language}; take it from the shipped file") from None
        return text.format(**filled) if filled else text

    def section(self, section: str) -> dict[str, str]:
        """All texts of a section."""
        return {key: texts[self.language] for key, texts in self._table[section].items()}

    def sections(self, group: str) -> dict[str, dict[str, str]]:
        """All sections below `group`, each with its texts."""
        return {name: {key: texts[self.language] for key, texts in table.items()} for name, table in self._table[group].items()}

    def meaning(self, table: str, column: str, english: str) -> str:
        """What a column means; `english` where the file has no other words for it."""
        if self.language == "en":
            return english
        meanings = self._table["meanings"]
        return str(meanings.get(f"{table}.{column}", meanings.get(column, english)))

    def types(self) -> dict[str, str]:
        """The names of the tables' Arrow types, where people read other ones."""
        return dict(self._table["types"]) if self.language == "zh" else {}

    def in_words(self, section: str, text: str) -> str:
        """An English text of the tables with the phrases of `section` in the words of this language."""
        for words in self._table[section].values():
            text = text.replace(words["en"], words[self.language])
        return text

    def told(self, section: str, text: str) -> str:
        """An English text of the tables in which every sentence of `section`, whatever fills its {…}, is told in this language."""
        if self.language == "en":
            return text
        for texts in self._table[section].values():
            text = form(texts["en"]).sub(partial(_filled, texts[self.language]), text)
        return text

    def code(self, section: str, written: str, option: str) -> str:
        """The key of `section` that was written, as itself or in the words of any language. Raises ValueError, which names `option`."""
        for key, texts in self._table[section].items():
            if written in (key, *texts.values()):
                return str(key)
        raise ValueError(f"{option}: {written} is none of {', '.join(self._table[section])}")

    def indicator(self, code: str) -> str:
        """The name of an indicator, its code where the rules do not have it."""
        indicator = self._book.indicators.get(code)
        if indicator is None:
            return code
        return indicator.label if self.language == "zh" else indicator.label_en

    def activity(self, code: str) -> str:
        """The name of an activity type, its code where the rules do not have it."""
        activity = self._book.activities.get(code)
        if activity is None:
            return code
        return activity.label if self.language == "zh" else activity.label_en
