"""Word's automatic paragraph numbers, counted as Word counts them: its lists, their levels, and where they begin anew."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from pipeline.ingest.counting import Signs, spell
from pipeline.ingest.package import Element, Event, attribute, local

LEVELS = 9
PLACE = re.compile(r"%([1-9])")
PRIVATE = re.compile(r"[\ue000-\uf8ff]")
OFF = {"0", "false", "off"}


@dataclass(frozen=True, slots=True)
class Level:
    """One level of a list: where it begins, how it counts, and its text with %1 … %9 for the numbers of the levels."""

    start: int = 1
    form: str = "decimal"
    text: str = ""
    suffix: str = "tab"
    restarts: bool = True
    legal: bool = False
    style: str | None = None


@dataclass(slots=True)
class Lists:
    """Lists of a document. Mutable: `label` counts on."""

    signs: Signs
    levels: dict[str, dict[int, Level]] = field(default_factory=dict)
    """Abstract list → its levels."""
    lists: dict[str, str] = field(default_factory=dict)
    """List → the abstract list whose numbers it shares."""
    own_levels: dict[str, dict[int, Level]] = field(default_factory=dict)
    starts: dict[str, dict[int, int]] = field(default_factory=dict)
    _counts: dict[str, list[int | None]] = field(default_factory=dict)
    _begun: set[tuple[str, int]] = field(default_factory=set)

    def level_of_style(self, list_id: str, style: str | None) -> int:
        """Level of the list that the paragraph style is tied to, 0 where none is."""
        levels = self.levels.get(self.lists.get(list_id, ""), {})
        return next((index for index, level in levels.items() if style is not None and level.style == style), 0)

    def label(self, list_id: str, index: int) -> str:
        """Count one paragraph of the list at level `index`; its number with what separates it from the text, empty for no such list."""
        abstract = self.lists.get(list_id)
        if abstract is None or not 0 <= index < LEVELS:
            return ""
        levels = {**self.levels.get(abstract, {}), **self.own_levels.get(list_id, {})}
        level = levels.get(index)
        if level is None:
            return ""
        counts = self._counts.setdefault(abstract, [None] * LEVELS)
        self._count(list_id, index, levels, counts)
        return self._written(level, levels, counts)

    def _count(self, list_id: str, index: int, levels: Mapping[int, Level], counts: list[int | None]) -> None:
        start = self.starts.get(list_id, {}).get(index)
        if start is not None and (list_id, index) not in self._begun:
            counts[index] = start - 1
        self._begun.add((list_id, index))
        before = counts[index]
        counts[index] = levels[index].start if before is None else before + 1
        for upper in range(index):
            if counts[upper] is None:
                counts[upper] = levels.get(upper, Level()).start
        for lower in range(index + 1, LEVELS):
            if levels.get(lower, Level()).restarts:
                counts[lower] = None

    def _written(self, level: Level, levels: Mapping[int, Level], counts: list[int | None]) -> str:
        def number(match: re.Match[str]) -> str:
            place = int(match[1]) - 1
            form = "decimal" if level.legal else levels.get(place, Level()).form
            return spell(counts[place] or 0, form, self.signs)

        text = PLACE.sub(number, level.text)
        if level.form == "bullet":
            text = PRIVATE.sub(self.signs["bullet"], text)
        if not text or level.suffix == "nothing" or text[-1] in self.signs["closed_by"]:
            return text
        return text + " "


def read_lists(events: Iterable[Event], signs: Signs) -> Lists:
    """The lists of a numbering part (word/numbering.xml)."""
    lists = Lists(signs)
    defined: dict[str, dict[int, Level]] = {}
    borrowed: dict[str, str] = {}
    for event, element in events:
        if event == "end" and local(element) == "abstractNum":
            _abstract(lists, element, defined, borrowed)
        elif event == "end" and local(element) == "num":
            _list(lists, element)
    for abstract, style in borrowed.items():
        lists.levels[abstract] = defined.get(style, {})
    return lists


def _abstract(lists: Lists, element: Element, defined: dict[str, dict[int, Level]], borrowed: dict[str, str]) -> None:
    """One abstract list; a list style has its levels at one place (styleLink) and is used at others (numStyleLink)."""
    name = attribute(element, "abstractNumId") or ""
    lists.levels[name] = _levels(element)
    for child in element:
        if local(child) == "styleLink":
            defined[attribute(child, "val") or ""] = lists.levels[name]
        elif local(child) == "numStyleLink":
            borrowed[name] = attribute(child, "val") or ""


def _list(lists: Lists, element: Element) -> None:
    list_id = attribute(element, "numId") or ""
    for child in element:
        if local(child) == "abstractNumId":
            lists.lists[list_id] = attribute(child, "val") or ""
        elif local(child) == "lvlOverride":
            index = _number(attribute(child, "ilvl"), 0)
            lists.own_levels.setdefault(list_id, {}).update(_levels(child))
            for inner in child:
                if local(inner) == "startOverride":
                    lists.starts.setdefault(list_id, {})[index] = _number(attribute(inner, "val"), 1)


def _levels(element: Element) -> dict[int, Level]:
    return {_number(attribute(child, "ilvl"), 0): _level(child) for child in element if local(child) == "lvl"}


def _level(element: Element) -> Level:
    level = Level()
    for child in element.iter():
        value = attribute(child, "val")
        match local(child):
            case "start":
                level = replace(level, start=_number(value, 1))
            case "numFmt":
                level = replace(level, form=value or "decimal")
            case "lvlText":
                level = replace(level, text=value or "")
            case "suff":
                level = replace(level, suffix=value or "tab")
            case "lvlRestart":
                level = replace(level, restarts=value != "0")
            case "isLgl":
                level = replace(level, legal=value not in OFF)
            case "pStyle":
                level = replace(level, style=value)
    return level


def _number(text: str | None, default: int) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 8 else default
