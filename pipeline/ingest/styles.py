"""Which paragraph styles of a Word document are numbered: a heading's 一、 often comes from its style and stands nowhere in the text."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from pipeline.ingest.package import Element, Event, attribute, local

MAX_CHAIN = 32
"""Styles based on styles; bounds a chain that leads back to itself."""


@dataclass(slots=True)
class Numbered:
    """A paragraph's list and level as written at one place; None is what that place leaves open."""

    list_id: str | None = None
    level: int | None = None


@dataclass(slots=True)
class Styles:
    """Numbers of the paragraph styles, and the style of paragraphs that name none."""

    numbers: dict[str, Numbered] = field(default_factory=dict)
    based_on: dict[str, str] = field(default_factory=dict)
    default: str | None = None

    def numbered(self, style: str | None) -> tuple[str | None, int | None, str | None]:
        """List, level, and the style that they come from, looked for along the chain of styles."""
        for _ in range(MAX_CHAIN):
            if style is None:
                break
            found = self.numbers.get(style)
            if found is not None and found.list_id is not None:
                return found.list_id, found.level, style
            style = self.based_on.get(style)
        return None, None, None


def read_styles(events: Iterable[Event]) -> Styles:
    """The paragraph styles of word/styles.xml."""
    styles = Styles()
    for event, element in events:
        if event == "end" and local(element) == "style" and attribute(element, "type") == "paragraph":
            _style(styles, element)
    return styles


def _style(styles: Styles, element: Element) -> None:
    name = attribute(element, "styleId") or ""
    if attribute(element, "default") in ("1", "true", "on"):
        styles.default = name
    numbered = Numbered()
    for child in element.iter():
        value = attribute(child, "val")
        if local(child) == "basedOn" and value:
            styles.based_on[name] = value
        elif local(child) == "numId":
            numbered.list_id = value
        elif local(child) == "ilvl" and value and value.isdigit():
            numbered.level = int(value)
    styles.numbers[name] = numbered
