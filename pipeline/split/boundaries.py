"""Where reports begin in a file: lines that number its texts, titles, openings, and numbering that begins again."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import msgspec
import regex

from pipeline.split.lines import Line, Marker, Patterns

_SHOWN = 16
"""So many characters of an opening are quoted as evidence."""
_HEADLINE = 40
"""The upper line of a title has so many characters at most."""
_MOTTO = 3
"""Above a subtitle stand so many lines of a title at most."""
_COPY = 20
"""So many characters of an opening make another one its copy."""
_FAR = 2000
"""A list is followed over so many lines at most."""
_TOP_LEVELS = frozenset({2, 3, 4})
"""Levels of markers whose first number can begin a report without an opening, or go on across a supposed boundary."""


class Start(msgspec.Struct, frozen=True, gc=False):
    """Where a report begins: clean offset, what told so, and the clean span of its title (None where there is none)."""

    position: int
    evidence: str
    title: tuple[int, int] | None


class _Candidate(msgspec.Struct, frozen=True, gc=False):
    """A line that may begin a report: `first` is the first line of its head (title and so on), `text` the line below the head."""

    first: int
    text: int
    score: float
    evidence: str
    title: tuple[int, int] | None
    sure: bool = False


class Boundaries:
    """Finds the lines where reports begin."""

    def __init__(self, patterns: Patterns) -> None:
        self._patterns = patterns

    def find(self, lines: Sequence[Line]) -> list[Start]:
        """The beginnings of the reports, ascending, the first at 0. `lines` are those of the text that are not blank."""
        reading = _Reading(lines, self._patterns)
        chosen = reading.chosen()
        if chosen and chosen[0].first == 0:
            first = Start(0, chosen[0].evidence if len(chosen) > 1 else "file", chosen[0].title)
        else:
            first = Start(0, "file", reading.head(0).title)
        return [first, *(Start(lines[c.first].begin, c.evidence, c.title) for c in chosen if c.first > 0)]

    def rows(self, lines: Sequence[Line], positions: Sequence[int]) -> list[Start]:
        """A report for each row of a table that is not blank, wherever it seems to begin. `positions`: where rows begin."""
        firsts = [bisect_left(lines, position, key=_begin) for position in positions] + [len(lines)]
        filled = [lines[first:stop] for first, stop in pairwise(firsts) if stop > first]
        evidence = "row" if len(filled) > 1 else "file"
        titles = [_Reading(of_row, self._patterns).head(0).title for of_row in filled]
        return [Start(of_row[0].begin if at else 0, evidence, title) for at, (of_row, title) in enumerate(zip(filled, titles, strict=True))]


def _begin(line: Line) -> int:
    return line.begin


@dataclass(frozen=True, slots=True)
class _Head:
    """The lines above a report's text: title, subtitle, addressee, date. `text` is the first line below them."""

    first: int
    text: int
    title: tuple[int, int] | None
    title_line: int | None


class _Reading:
    """One file's lines, with what is asked of them more than once."""

    def __init__(self, lines: Sequence[Line], patterns: Patterns) -> None:
        self._lines = lines
        self._patterns = patterns
        self._line_scores: dict[int, float] = {}
        self._next_numbers = _numbers_below(lines)
        self._all_above = self._numbers_above = _numbers_above(lines, ())

    # ---------------------------------------------------------------- what lines are

    def _is_title(self, index: int) -> bool:
        line = self._lines[index]
        if line.marker is not None or len(line.text) > self._patterns.boundary["title_length"] or self._is_footer(index):
            return False
        return any(self._patterns.title[name].match(line.text) for name in ("pattern", "speech"))

    def _is_signature(self, index: int) -> bool:
        """Whether line `index` belongs to the block that ends a report: who signs, the date, who gets copies."""
        line = self._lines[index]
        if len(line.text) > self._patterns.boundary["title_length"]:
            return False
        return (bool(self._patterns.signature.match(line.text)) and not self._is_title(index)) or self._is_footer(index)

    def _is_footer(self, index: int) -> bool:
        return bool(self._patterns.footer.match(self._lines[index].text))

    def _is_date(self, index: int) -> bool:
        return bool(self._patterns.signature_date.match(self._lines[index].text))

    def _is_separator(self, index: int) -> bool:
        return bool(self._patterns.separator.match(self._lines[index].text))

    def _is_header(self, index: int) -> bool:
        line, title = self._lines[index], self._patterns.title
        if line.marker is not None or self._is_separator(index):
            return False
        return any(title[name].match(line.text) for name in ("header", "subtitle", "above"))

    def _is_ended(self, index: int) -> bool:
        """Whether the text before line `index` has come to an end: a full stop, a signature, or nothing before."""
        if index == 0:
            return True
        before = self._lines[index - 1]
        if self._is_separator(index - 1):
            return True
        return bool(self._patterns.ended.search(before.text)) or self._is_signature(index - 1)

    def _is_signed(self, index: int) -> bool:
        """Whether who signs and the date stand right above line `index`, in one line or in two."""
        place = index - 1
        while place > 0 and self._is_footer(place):
            place -= 1
        if place < 0 or not self._is_signature(place):
            return False
        if not self._is_date(place):
            return bool(self._patterns.title["when"].search(self._lines[place].text))
        return place > 0 and self._is_signature(place - 1) and not self._is_date(place - 1)

    def _has_new_name(self, index: int) -> bool:
        """Whether line `index` names in its first words a town that no line above knows."""
        match = self._patterns.named.search(self._lines[index].text[: self._patterns.boundary["name_head"]])
        if match is None or index == 0:
            return False
        above = self._lines[max(0, index - self._patterns.boundary["name_lines"]) : index]
        return not any(match.group() in line.text for line in above)

    # ---------------------------------------------------------------- heads

    def head(self, first: int) -> _Head:
        """The head that begins at line `first`."""
        limit = min(len(self._lines), first + self._patterns.boundary["header_lines"])
        index, title_line, top = first, None, first
        while index < limit:
            if title_line is None and self._is_title(index):
                title_line = index
            elif not (self._is_header(index) or (self._is_headline(index) if title_line is None else self._is_author(index))):
                break
            index += 1
        if title_line is None:
            return _Head(first, first if first == 0 or index == first else index, None, None)
        return _Head(top, index, self._title_span(first, title_line, index), title_line)

    def _top_of_title(self, index: int) -> int:
        """The first line of the title that line `index` ends: a headline above it, or a motto's lines above a subtitle."""
        most = _MOTTO if self._patterns.title["subtitle"].match(self._lines[index].text) else 1
        for top in range(index - 1, max(-1, index - 1 - most), -1):
            if not (self._is_headline(top) if top == index - 1 else self._is_motto(top)):
                break
            if top == 0 or self._is_ended(top):
                return top
        return index

    def _is_motto(self, index: int) -> bool:
        """Whether line `index` can be one of a title's upper lines: short, without marker and mark."""
        line = self._lines[index]
        if line.marker is not None or len(line.text) > _HEADLINE or self._is_signature(index):
            return False
        return not self._patterns.title["open"].search(line.text)

    def _is_author(self, index: int) -> bool:
        """Whether line `index`, below a title, says who reports: the office, alone, or with the date."""
        return self._is_signature(index) and not self._is_footer(index)

    def _is_headline(self, index: int) -> bool:
        """The upper line of a two-line title: short, no mark at its end, the title or its subtitle right below.

        A signature's date is none, nor is its name above a title that names its own office.
        """
        line = self._lines[index]
        if line.marker is not None or len(line.text) > _HEADLINE or self._patterns.title["open"].search(line.text):
            return False
        if index + 1 >= len(self._lines) or not self._is_title(index + 1) or self._is_date(index) or self._is_footer(index):
            return False
        below = self._lines[index + 1].text
        if self._patterns.title["subtitle"].match(below):
            return True
        signed = index > 0 and self._is_signature(index)
        return not (self._patterns.title["who"].search(below) if signed else self._names_both(index + 1))

    def _title_span(self, first: int, title: int, stop: int) -> tuple[int, int]:
        """From the headline above the title to the subtitle below it."""
        top = title
        if top > first and self._is_headline(top - 1):
            top -= 1
        end = title
        while end + 1 < stop and self._patterns.title["subtitle"].match(self._lines[end + 1].text):
            end += 1
        return self._trimmed(self._lines[top].start, self._lines[end].end, self._lines[top].text if top == end else None)

    def _trimmed(self, start: int, end: int, text: str | None) -> tuple[int, int]:
        if text is not None:
            for match in self._patterns.title["trim"].finditer(text):
                if match.start() == 0:
                    start += match.end()
                else:
                    end -= match.end() - match.start()
        return start, end

    # ---------------------------------------------------------------- scores

    def _names_both(self, index: int) -> bool:
        text = self._lines[index].text
        return bool(self._patterns.title["who"].search(text)) and bool(self._patterns.title["when"].search(text))

    def _title_score(self, index: int, whole: str) -> float:
        """What the title at line `index` says; `whole` are all of its lines."""
        weights, text = self._patterns.weights, self._lines[index].text
        if self._patterns.title["plan"].match(text):
            return weights["title_plan"]
        if self._patterns.title["speech"].match(text):
            return weights["title_speech"]
        who, when = self._patterns.title["who"].search(whole), self._patterns.title["when"].search(whole)
        loose = weights["title_loose"] if self._patterns.title["loose"].search(text) else 0.0
        if who and when:
            return weights["title_full"] + loose
        part = who or self._patterns.title["formal"].match(text)
        return (weights["title_part"] if part else weights["title_bare"]) + loose

    def _is_next_of_series(self, index: int) -> bool:
        """Whether the title at line `index` is that of the title line before it, but for the time: 三月份工作小结, 四月份工作小结."""
        when, farthest = self._patterns.title["when"], max(-1, index - self._patterns.boundary["name_lines"])
        above = next((place for place in range(index - 1, farthest, -1) if self._is_title(place)), None)
        if above is None:
            return False
        this, last = self._lines[index].text, self._lines[above].text
        return this != last and bool(when.search(this)) and when.sub("", this) == when.sub("", last)

    def _whole_title(self, index: int, head: _Head) -> str:
        """The words of the title at line `index`: what stands above it in the head, and its subtitle."""
        last = index
        while last + 1 < head.text and self._patterns.title["subtitle"].match(self._lines[last + 1].text):
            last += 1
        return " ".join(line.text for line in self._lines[max(head.first, index - 1) : last + 1])

    def _line_score(self, index: int) -> float:
        """What the words of line `index` say for an opening."""
        if index not in self._line_scores:
            text, limits = self._lines[index].text, self._patterns.boundary
            if len(text) > limits["whole_line"]:
                text = text[: limits["line_head"]]
            self._line_scores[index] = sum(cue.weight for cue in self._patterns.cues if not cue.before and cue.pattern.search(text))
        return self._line_scores[index]

    def _surroundings(self, first: int, text: int) -> float:
        """What stands before line `first` and below line `text`."""
        weights = self._patterns.weights
        score = 0.0
        if first > 0:
            before = self._lines[first - 1]
            score += sum(cue.weight for cue in self._patterns.cues if cue.before and cue.pattern.search(before.text))
            if self._is_signature(first - 1):
                score += weights["signature_before"] + self._is_signed(first) * weights["signed_before"]
            if self._is_separator(first - 1):
                score += weights["separator_before"]
            if not self._is_ended(first):
                loose = self._lines[first].blank_before and before.marker is None and before.text[-1] != ":"
                score += weights["loose_before" if loose else "unfinished_before"]
        if self._lines[first].blank_before:
            score += weights["blank_before"]
        if self._goes_on(first):
            score += weights["continues"]
        below = self._first_below(text)
        if below is not None and below.number == 1:
            score += weights["list_below"]
            if max(_reached(above[first], below.level) for above in (self._numbers_above, self._all_above)) >= 2:
                score += weights["restart"]
        return score

    def _first_below(self, index: int) -> Marker | None:
        """The first marker not far below line `index`."""
        limits = self._patterns.boundary
        for place, line in enumerate(self._lines[index : index + limits["most_lines"]]):
            if line.marker is not None:
                return line.marker
            if place >= limits["lines_to_list"] and line.end - self._lines[index].start > limits["chars_to_list"]:
                break
        return None

    def _goes_on(self, index: int) -> bool:
        """Whether a numbering above line `index` is taken up again below it."""
        above, below = self._numbers_above[index], self._next_numbers[index]
        return any(above.get(level, 0) > 0 and below.get(level) == above[level] + 1 for level in (1, 2, 3))

    # ---------------------------------------------------------------- candidates

    def chosen(self) -> list[_Candidate]:
        """The candidates that hold, by place. Reports told apart number each for itself, so they are looked for again."""
        found = self._held(self._candidates())
        if any(candidate.first > 0 for candidate in found):
            self._numbers_above = _numbers_above(self._lines, [candidate.text for candidate in found])
            found = self._held(self._candidates())
        return found

    def _held(self, candidates: Sequence[_Candidate]) -> list[_Candidate]:
        """Those of the candidates that hold: the best first, none where a piece would be no report."""
        threshold = self._patterns.boundary["threshold"]
        ranked = sorted((c for c in candidates if c.sure or c.score >= threshold), key=lambda c: (not c.sure, -c.score, c.first))
        taken: list[_Candidate] = []
        for candidate in ranked:
            place = bisect_left(taken, candidate.first, key=lambda c: c.first)
            above, below = taken[place - 1] if place else None, taken[place] if place < len(taken) else None
            if self._are_apart(above, candidate) and self._are_apart(candidate, below):
                taken.insert(place, candidate)
        return taken

    def _are_apart(self, upper: _Candidate | None, lower: _Candidate | None) -> bool:
        """Whether a report lies between the two; None is the file's beginning or its end."""
        if lower is None:
            return upper is None or upper.sure or upper.first == 0 or self._is_report(upper.text, len(self._lines))
        if upper is None:
            return lower.first == 0 or lower.sure or self._is_report(self.head(0).text, lower.first)
        return upper.first < lower.first and ((upper.sure and lower.sure) or self._is_report(upper.text, lower.first))

    def _is_report(self, first: int, stop: int) -> bool:
        """Whether the lines from `first` to `stop` can be a report of their own."""
        limits: Mapping[str, int] = self._patterns.boundary
        if stop - first >= limits["most_lines"]:
            return True
        body = self._lines[first:stop]
        length = sum(len(line.text) for line in body)
        if len(body) < limits["least_lines"]:
            return length >= limits["least_chars"]
        return length >= limits["least_body"] or any(line.marker is not None for line in body)

    def _candidates(self) -> list[_Candidate]:
        found = list(self._labelled())
        head = self.head(0).text
        seen = {self._lines[head].text[:_COPY]: head} if head < len(self._lines) else {}
        for index, line in enumerate(self._lines):
            if self._is_title(index):
                found.append(self._titled(index))
            elif line.marker is None and not self._is_signature(index):
                if (opened := self._opened(index, seen)) is not None:
                    found.append(opened)
            elif line.marker is not None and line.marker.number == 1 and (again := self._restarted(index)) is not None:
                found.append(again)
        return found

    def _titled(self, index: int) -> _Candidate:
        first = self._top_of_title(index)
        while first > 0 and self._patterns.title["above"].match(self._lines[first - 1].text):
            first -= 1
        head = self.head(first)
        text = min(head.text, len(self._lines) - 1)
        score = self._title_score(index, self._whole_title(index, head)) + self._surroundings(first, text)
        if self._is_next_of_series(index):
            score += self._patterns.weights["title_series"]
        if first < index and self._patterns.title["subtitle"].match(self._lines[index].text):
            score += self._patterns.weights["title_motto"]
        if text - index > 1:
            score += self._patterns.weights["head_below"]
        if text > index:
            score += max(0.0, min(self._line_score(text), self._patterns.weights["opening_below"]))
        title = head.title or (self._lines[index].start, self._lines[index].end)
        return _Candidate(first, text, score, f"title: {self._lines[index].text}", title)

    def _opened(self, index: int, seen: dict[str, int]) -> _Candidate | None:
        """Line `index` as the opening of a report; `seen` holds the beginnings of those before it."""
        first = index
        while first > 0 and index - first < self._patterns.boundary["header_lines"] and self._belongs_above(first - 1):
            first -= 1
        if self._goes_on(first) or self._is_under_title(first):
            return None  # inside a list, or under a title, which speaks for both
        text, weights = self._lines[index].text, self._patterns.weights
        copied = len(text) >= _COPY and text[:_COPY] in seen
        signed = self._is_signed(first) and self._patterns.ended.search(text) and not self._patterns.attached.search(text)
        between = self._stands_between_lists(index)
        if not (copied or signed or between or (self._opens(index) and not self._is_heading(index))):
            return None
        score = self._line_score(index)
        if score < (0 if between else 1) and not (copied or signed):
            return None
        score += between * weights["restart_text"]
        score += self._surroundings(first, index)
        if self._has_new_name(index):
            score += weights["new_name"]
        if first < index and self._is_header(index - 1):
            score += weights["head_above"]
        if score >= self._patterns.boundary["threshold"]:
            seen.setdefault(text[:_COPY], index)
        return _Candidate(first, index, score + copied * weights["copy"], f"opening: {text[:_SHOWN]}", None)

    def _stands_between_lists(self, index: int) -> bool:
        """Whether line `index` is a paragraph between the end of one list and 一、 of another, and does not lead to that one."""
        line, below = self._lines[index], index + 1
        if index == 0 or below == len(self._lines) or len(line.text) < self._patterns.boundary["least_paragraph"]:
            return False
        marker = self._lines[below].marker
        if marker is None or marker.number != 1 or marker.level not in _TOP_LEVELS or not self._patterns.ended.search(line.text):
            return False
        return _reached(self._numbers_above[index], marker.level) >= 2 and self._is_ended(index) and not self._leads(line.text)

    def _is_under_title(self, index: int) -> bool:
        """Whether a title stands above line `index`, with nothing between but its date, author and addressee."""
        place = index - 1
        while place > max(0, index - self._patterns.boundary["header_lines"]) and (self._is_header(place) or self._is_author(place)):
            place -= 1
        return place >= 0 and self._is_title(place)

    def _is_heading(self, index: int) -> bool:
        """Whether line `index` is short and without any mark: words over a text."""
        text = self._lines[index].text
        return len(text) <= self._patterns.headings["plain"] and not self._patterns.title["marks"].search(text)

    def _opens(self, index: int) -> bool:
        """Whether line `index` begins as openings do: with a time, with who speaks."""
        return any(cue.opens and cue.pattern.search(self._lines[index].text) for cue in self._patterns.cues)

    def _belongs_above(self, index: int) -> bool:
        """Whether line `index` is part of the head of the opening below it: addressee, document number, profile."""
        if self._is_title(index) or (index > 0 and self._is_signature(index) and not self._is_date_above(index)):
            return False
        return self._is_header(index) or (self._lines[index].marker is None and self._leads_opening(index) and self._is_ended(index))

    def _is_date_above(self, index: int) -> bool:
        """Whether line `index` is a date in brackets that stands above a text, and not below the name of one who signs."""
        bare = self._patterns.title["brackets"].sub("", self._lines[index].text)
        if bare == self._lines[index].text or not self._patterns.signature_date.match(bare):
            return False
        return not self._is_signature(index - 1) or self._is_date(index - 1) or self._is_signed(index)

    def _leads_opening(self, index: int) -> bool:
        """Whether line `index` may stand above an opening: a profile of the town, what the year was."""
        text = self._lines[index].text
        if len(text) > self._patterns.boundary["line_head"]:
            return False
        return any(cue.leads and cue.pattern.search(text) for cue in self._patterns.cues)

    def _leads(self, text: str) -> bool:
        """Whether the last sentence of `text` leads to a list."""
        sentence = max((match.end() for match in self._patterns.sentence_end.finditer(text) if match.end() < len(text)), default=0)
        return bool(self._patterns.leads.search(text, sentence))

    def _restarted(self, index: int) -> _Candidate | None:
        """A list that begins again with 一、 behind a line that ends a text, without any words that lead to it."""
        marker = self._lines[index].marker
        if marker is None or marker.level not in _TOP_LEVELS or index == 0:
            return None
        first = index
        while first > 1 and self._is_header(first - 1) and not self._is_signature(first - 1):
            first -= 1
        above, weights = self._numbers_above[index], self._patterns.weights
        reached = _reached(above, marker.level)
        if not self._is_ended(first) or reached < 2 or marker.level > min(above, default=0) or self._last_number(index) < 2:
            return None
        before = self._lines[first - 1]
        signed = self._is_signature(first - 1)
        if before.marker is None and not signed and (self._line_score(first - 1) >= 1 or self._leads(before.text)):
            return None  # the line before is an opening itself, or leads to the list
        score = weights["restart_alone"]
        score += sum(cue.weight for cue in self._patterns.cues if cue.before and cue.pattern.search(before.text))
        score += weights["signature_before"] if signed else weights["restart_item"] if before.marker else 0
        score += weights["separator_before"] if self._is_separator(first - 1) else 0
        score += weights["head_above"] if first < index else 0
        if reached >= 3 and self._last_number(index) >= 3:
            score += weights["restart_long"]
        return _Candidate(first, index, score, f"numbering begins again: {self._lines[index].text[:_SHOWN]}", None)

    def _last_number(self, index: int) -> int:
        """How far the list that begins at line `index` comes."""
        level, number = 0, 0
        for place in range(index, min(index + _FAR, len(self._lines))):
            marker = self._lines[place].marker
            if marker is None:
                continue
            level = level or marker.level
            if marker.level < level or (marker.level == level and marker.number != number + 1):
                break
            number += marker.level == level
        return number

    # ---------------------------------------------------------------- numbered collections

    def _labelled(self) -> Iterator[_Candidate]:
        """The lines of each series 篇一, 篇二 … of one form, counted from one on, at least two of them."""
        found = [
            (index, label.id + (match.group("form") or ""), match)
            for index, line in enumerate(self._lines)
            if len(line.text) <= self._patterns.boundary["title_length"] + 10
            for label in self._patterns.labels
            if (match := label.pattern.match(line.text))
        ]
        for series in self._series(found):
            for place, (index, match) in enumerate(series):
                first = self._preface(index) if place == 0 else index
                evidence = f"numbered: {self._lines[index].text}"
                yield _Candidate(first, index + 1, 99.0, evidence, self._label_title(index, match), sure=True)

    def _series(self, found: Iterable[tuple[int, str, regex.Match[str]]]) -> Iterator[list[tuple[int, regex.Match[str]]]]:
        """Runs 1, 2, 3 … of labels of one form, of two members at least."""
        runs: dict[str, list[tuple[int, regex.Match[str]]]] = {}
        for index, form, match in found:
            number = self._patterns.number(match.group("number"))
            run = runs.setdefault(form, [])
            if number == 1:
                if len(run) > 1:
                    yield run
                runs[form] = [(index, match)]
            elif run and number == len(run) + 1:
                run.append((index, match))
        yield from (run for run in runs.values() if len(run) > 1)

    def _preface(self, index: int) -> int:
        """The first line of the collection's own title and introduction above its first text; `index` where there are none."""
        limit = self._patterns.boundary
        first = index
        while first > 0 and index - first < limit["preface_lines"] and self._lines[first - 1].marker is None:
            if index - first > 0 and self._patterns.title["collection"].search(self._lines[first].text):
                break
            first -= 1
        if first > 0 and not self._patterns.title["collection"].search(self._lines[first].text):
            return index
        if self._lines[index].start - self._lines[first].start > limit["preface_chars"]:
            return index
        return first

    def _label_title(self, index: int, match: regex.Match[str]) -> tuple[int, int] | None:
        start, end = match.span("title")
        if start < end:
            return self._lines[index].start + start, self._lines[index].start + end
        below = index + 1
        if below < len(self._lines) and self._is_title(below):
            return self._lines[below].start, self._lines[below].end
        return None


def _numbers_above(lines: Sequence[Line], texts: Sequence[int]) -> list[dict[int, int]]:
    """For each line, the last number of each level above it. Below `texts`, where reports begin, the numbers above are forgotten."""
    numbers: dict[int, int] = {}
    above: list[dict[int, int]] = []
    forgotten = frozenset(texts)
    for index, line in enumerate(lines):
        above.append(numbers)
        if index in forgotten:
            numbers = {}
        if line.marker is not None:
            numbers = {level: n for level, n in numbers.items() if level < line.marker.level}
            numbers[line.marker.level] = line.marker.number
    return above


def _reached(above: Mapping[int, int], level: int) -> int:
    """How far a list had come: the last number of `level` among those above, or of the outermost level where that one was not used."""
    return above[level] if level in above else above.get(min(above, default=0), 0)


def _numbers_below(lines: Sequence[Line]) -> list[dict[int, int]]:
    """For each line, the next number of each level from it on; one more entry for the end of the text."""
    numbers: dict[int, int] = {}
    below: list[dict[int, int]] = [numbers]
    for line in reversed(lines):
        if line.marker is not None:
            numbers = {**numbers, line.marker.level: line.marker.number}
        below.append(numbers)
    below.reverse()
    return below
