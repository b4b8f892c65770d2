"""What a line of a file is by its words and its neighbours: title, addressee, signature, footer, opening."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.split.lines import Line, Patterns

_HEADLINE = 40
"""The upper line of a title has so many characters at most."""


class LineRoles:
    """The roles of one file's lines. Each method takes the index of a line."""

    def __init__(self, lines: Sequence[Line], patterns: Patterns) -> None:
        self._lines = lines
        self._patterns = patterns

    def is_title(self, index: int) -> bool:
        line = self._lines[index]
        if line.marker is not None or len(line.text) > self._patterns.boundary["title_length"] or self.is_footer(index):
            return False
        return self._patterns.is_title(line.text)

    def is_signature(self, index: int) -> bool:
        """Whether line `index` belongs to the block that ends a report: who signs, the date, who gets copies."""
        line = self._lines[index]
        if len(line.text) > self._patterns.boundary["title_length"]:
            return False
        return (self._patterns.is_signature(line.text) and not self.is_title(index)) or self.is_footer(index)

    def is_footer(self, index: int) -> bool:
        return self._patterns.is_footer(self._lines[index].text)

    def is_date(self, index: int) -> bool:
        return bool(self._patterns.signature_date.match(self._lines[index].text))

    def is_separator(self, index: int) -> bool:
        return bool(self._patterns.separator.match(self._lines[index].text))

    def is_header(self, index: int) -> bool:
        line = self._lines[index]
        return line.marker is None and not self.is_separator(index) and self._patterns.is_header(line.text)

    def is_ended(self, index: int) -> bool:
        """Whether the text before line `index` has come to an end: a full stop, a signature, or nothing before."""
        if index == 0:
            return True
        before = self._lines[index - 1]
        if self.is_separator(index - 1):
            return True
        return bool(self._patterns.ended.search(before.text)) or self.is_signature(index - 1)

    def is_signed(self, index: int) -> bool:
        """Whether who signs and the date stand right above line `index`, in one line or in two."""
        place = index - 1
        while place > 0 and self.is_footer(place):
            place -= 1
        if place < 0 or not self.is_signature(place):
            return False
        if not self.is_date(place):
            return bool(self._patterns.title["when"].search(self._lines[place].text))
        return place > 0 and self.is_signature(place - 1) and not self.is_date(place - 1)

    def has_new_name(self, index: int) -> bool:
        """Whether line `index` names in its first words a town that no line above knows."""
        match = self._patterns.named.search(self._lines[index].text[: self._patterns.boundary["name_head"]])
        if match is None or index == 0:
            return False
        above = self._lines[max(0, index - self._patterns.boundary["name_lines"]) : index]
        return not any(match.group() in line.text for line in above)

    def is_motto(self, index: int) -> bool:
        """Whether line `index` can be one of a title's upper lines: short, without marker and mark."""
        line = self._lines[index]
        if line.marker is not None or len(line.text) > _HEADLINE or self.is_signature(index):
            return False
        return not self._patterns.title["open"].search(line.text)

    def is_author(self, index: int) -> bool:
        """Whether line `index`, below a title, says who reports: the office, alone, or with the date."""
        return self.is_signature(index) and not self.is_footer(index)

    def is_headline(self, index: int) -> bool:
        """The upper line of a two-line title: short, no mark at its end, the title or its subtitle right below.

        A signature's date is none, nor is its name above a title that names its own office.
        """
        line = self._lines[index]
        if line.marker is not None or len(line.text) > _HEADLINE or self._patterns.title["open"].search(line.text):
            return False
        if index + 1 >= len(self._lines) or not self.is_title(index + 1) or self.is_date(index) or self.is_footer(index):
            return False
        below = self._lines[index + 1].text
        if self._patterns.title["subtitle"].match(below):
            return True
        signed = index > 0 and self.is_signature(index)
        return not (self._patterns.title["who"].search(below) if signed else self.names_both(index + 1))

    def names_both(self, index: int) -> bool:
        text = self._lines[index].text
        return bool(self._patterns.title["who"].search(text)) and bool(self._patterns.title["when"].search(text))

    def is_under_title(self, index: int) -> bool:
        """Whether a title stands above line `index`, with nothing between but its date, author and addressee."""
        place = index - 1
        while place > max(0, index - self._patterns.boundary["header_lines"]) and (self.is_header(place) or self.is_author(place)):
            place -= 1
        return place >= 0 and self.is_title(place)

    def is_heading(self, index: int) -> bool:
        """Whether line `index` is short and without any mark: words over a text."""
        text = self._lines[index].text
        return len(text) <= self._patterns.headings["plain"] and not self._patterns.title["marks"].search(text)

    def opens(self, index: int) -> bool:
        """Whether line `index` begins as openings do: with a time, with who speaks."""
        return self._patterns.opening.speak(self._lines[index].text)

    def belongs_above(self, index: int) -> bool:
        """Whether line `index` is part of the head of the opening below it: addressee, document number, profile."""
        if self.is_title(index) or (index > 0 and self.is_signature(index) and not self.is_date_above(index)):
            return False
        return self.is_header(index) or (self._lines[index].marker is None and self.leads_opening(index) and self.is_ended(index))

    def is_date_above(self, index: int) -> bool:
        """Whether line `index` is a date in brackets that stands above a text, and not below the name of one who signs."""
        bare = self._patterns.title["brackets"].sub("", self._lines[index].text)
        if bare == self._lines[index].text or not self._patterns.signature_date.match(bare):
            return False
        return not self.is_signature(index - 1) or self.is_date(index - 1) or self.is_signed(index)

    def leads_opening(self, index: int) -> bool:
        """Whether line `index` may stand above an opening: a profile of the town, what the year was."""
        text = self._lines[index].text
        return len(text) <= self._patterns.boundary["line_head"] and self._patterns.leading.speak(text)

    def leads(self, text: str) -> bool:
        """Whether the last sentence of `text` leads to a list."""
        sentence = max((match.end() for match in self._patterns.sentence_end.finditer(text) if match.end() < len(text)), default=0)
        return bool(self._patterns.leads.search(text, sentence))
