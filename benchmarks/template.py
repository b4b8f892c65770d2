"""Templates → reports with the facts that are true of them. The syntax of a slot is told at the head of `templates.toml`.

Where prose is wanted, sentences of `prose.toml` stand between those with figures. What is drawn for it comes from a source of its own:
the figures of a report are the same with and without."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from random import Random

from benchmarks.figures import chinese, count, duration, money, rate
from benchmarks.places import Place

TEMPLATES = Path(__file__).resolve().parent / "templates.toml"
PROSE = TEMPLATES.with_name("prose.toml")
INDENT = "\u3000\u3000"
DONE = "done"
FIGURES = ("count", "money", "rate")
PLANS = ((2005, "十五"), (2010, "十一五"), (2015, "十二五"), (2020, "十三五"))
"""Last year and name of the five-year plans."""
_SLOT = re.compile(r"\{([^{}]+)\}")


@dataclass(frozen=True, slots=True)
class Fact:
    """What is true of one numeral; `start` and `end` are code points of the report's text."""

    start: int
    end: int
    text: str
    kind: str
    value: Decimal | None = None
    bound: str | None = None
    unit: str | None = None
    per: str | None = None
    change: str | None = None
    edtf: str | None = None
    status: str | None = None
    indicator: str | None = None


@dataclass(frozen=True, slots=True)
class Written:
    text: str
    facts: tuple[Fact, ...]


@dataclass(frozen=True, slots=True)
class Section:
    """Sentences of which a report takes some; no heading for an opening."""

    headings: tuple[str, ...]
    offices: frozenset[str]
    status: str
    take: int
    sentences: tuple[str, ...]

    def suits(self, office: str) -> bool:
        return "*" in self.offices or office in self.offices


@dataclass(frozen=True, slots=True)
class Prose:
    """Sentences without a figure by kind of office, and how many of them follow a sentence at most."""

    most: int
    sentences: Mapping[str, Sequence[str]]

    def of(self, office: str) -> Sequence[str]:
        return (*self.sentences["*"], *self.sentences.get(office, ()))


@dataclass(slots=True)
class _Draft:
    """A report while it is written. `prose`: the sentences without a figure that are left for it."""

    random: Random
    place: Place
    year: int
    office: str
    text: str = ""
    facts: list[Fact] = field(default_factory=list)
    prose: list[str] = field(default_factory=list)
    prose_random: Random = field(default_factory=Random)

    def put(self, text: str) -> None:
        self.text += text

    def note(self, text: str, kind: str, **said: object) -> None:
        """Put the words of a fact, and keep what is true of them."""
        start = len(self.text)
        self.text += text
        self.facts.append(Fact(start, len(self.text), text, kind, **said))  # type: ignore[arg-type]


class Assembler:
    """Puts reports together. `offices` are the names of the offices that report."""

    def __init__(
        self, sections: Sequence[Section], words: Mapping[str, Sequence[str]], offices: Mapping[str, str], prose: Prose | None = None
    ) -> None:
        self._sections = sections
        self._prose = prose
        self._words = words
        self._kinds = offices
        self.offices = tuple(offices)

    def report(self, random: Random, place: Place, year: int, office: str) -> Written:
        """One report of an office of this town on this year."""
        draft = _Draft(random, place, year, office)
        if self._prose:
            draft.prose_random = Random(f"prose/{place.town}/{year}/{office}")
            draft.prose = list(self._prose.of(self._kinds[office]))
            draft.prose_random.shuffle(draft.prose)
        self._title(draft)
        number = 0
        for section in (section for section in self._sections if section.suits(self._kinds[office])):
            if section.headings:
                number += 1
                draft.put(INDENT)
                draft.note(f"{chinese(number)}、", "marker")
                draft.put(random.choice(section.headings) + "\n")
            self._paragraph(draft, section)
        self._close(draft)
        return Written(draft.text, tuple(draft.facts))

    def _title(self, draft: _Draft) -> None:
        place = draft.place
        draft.put(draft.random.choice((place.city + place.county, place.county, "")) + place.town + draft.office)
        self._year(draft, 0)
        draft.put("工作总结\n\n")

    def _close(self, draft: _Draft) -> None:
        draft.put(f"\n{draft.place.town}{draft.office}\n")
        day = draft.random.randint(5, 28)
        draft.note(f"{draft.year}年12月{day}日", "date", edtf=f"{draft.year}-12-{day:02}")
        draft.put("\n")

    def _paragraph(self, draft: _Draft, section: Section) -> None:
        draft.put(INDENT)
        for sentence in draft.random.sample(section.sentences, min(section.take, len(section.sentences))):
            self._sentence(draft, sentence, section.status)
            self._add_prose(draft)
        draft.put("\n")

    def _add_prose(self, draft: _Draft) -> None:
        """Up to `most` sentences without a figure, none twice in a report."""
        if self._prose:
            for _ in range(min(draft.prose_random.randint(0, self._prose.most), len(draft.prose))):
                for position, piece in enumerate(_SLOT.split(draft.prose.pop())):
                    draft.put(draft.prose_random.choice(self._words[piece]) if position % 2 else piece)

    def _sentence(self, draft: _Draft, sentence: str, status: str) -> None:
        for position, piece in enumerate(_SLOT.split(sentence)):
            if position % 2 == 0:
                draft.put(piece)
            else:
                self._slot(draft, piece.split(), status)

    def _slot(self, draft: _Draft, words: list[str], status: str) -> None:
        kind, *rest = words
        if kind in ("town", "body"):
            draft.put(draft.place.town + (draft.office if kind == "body" else ""))
        elif kind in self._words:
            draft.put(draft.random.choice(self._words[kind]))
        elif kind == "date":
            self._date(draft, rest)
        elif kind == "plan":
            draft.note(next(name for last, name in PLANS if draft.year <= last), "name")
        elif kind in ("name", "ordinal"):
            draft.note(rest[0], kind)
        else:
            self._figure(draft, kind, rest, status)

    def _date(self, draft: _Draft, rest: list[str]) -> None:
        what, random = rest[0], draft.random
        if "=" in what:
            words, edtf = what.split("=", 1)
            draft.note(words, "date", edtf=edtf)
        elif what.startswith("y"):
            self._year(draft, int(what[1:] or 0))
        elif what == "md":
            month, day = random.randint(1, 12), random.randint(1, 28)
            draft.note(f"{month}月{day}日", "date", edtf=f"XXXX-{month:02}-{day:02}")
        else:
            month = random.randint(1, 12)
            draft.note(f"{month}月{what[1:]}", "date", edtf=f"XXXX-{month:02}")

    def _year(self, draft: _Draft, difference: int) -> None:
        year = draft.year + difference
        draft.note(f"{year}年", "date", edtf=str(year))

    def _figure(self, draft: _Draft, kind: str, rest: list[str], status: str) -> None:
        bounds, unit, *options = rest
        said: dict[str, object] = dict(_said(option) for option in options if option not in ("exact", "plan"))
        write = {"count": count, "money": money, "rate": rate, "duration": duration}[kind]
        low, high = map(Decimal, bounds.split("-"))
        number = write(draft.random, low, high, unit, "exact" in options)
        meaning = {"status": "plan" if "plan" in options else status} if kind in FIGURES else {}
        draft.note(number.text, kind, value=number.value, bound=number.bound, unit=number.unit, **{**meaning, **said})


def _said(option: str) -> tuple[str, str]:
    """Column and value of an option of a figure: `per=人`, `up`, `aid.amount`."""
    if "=" in option:
        column, value = option.split("=", 1)
        return column, value
    return ("change" if option in ("up", "down") else "indicator"), option


def load(path: Path = TEMPLATES, prose: Path | None = None) -> Assembler:
    """The templates of a file, with the sentences of another between them. Raises ValueError for a slot of a kind that is not known."""
    content = tomllib.loads(path.read_text(encoding="utf-8"))
    sections = [
        Section(
            tuple(table.get("heading", ())),
            frozenset(table["offices"]),
            table.get("status", DONE),
            table["take"],
            tuple(table["sentences"]),
        )
        for table in content["section"]
    ]
    known = {"town", "body", "date", "name", "ordinal", "plan", "count", "money", "rate", "duration", *content["words"]}
    used = {slot.split()[0] for section in sections for sentence in section.sentences for slot in _SLOT.findall(sentence)}
    if unknown := used - known:
        raise ValueError(f"{path}: unknown slots {', '.join(sorted(unknown))}")
    return Assembler(sections, content["words"], content["offices"], _prose(prose, content["words"]) if prose else None)


def _prose(path: Path, words: Mapping[str, Sequence[str]]) -> Prose:
    content = tomllib.loads(path.read_text(encoding="utf-8"))
    used = {slot for told in content["sentences"].values() for sentence in told for slot in _SLOT.findall(sentence)}
    if unknown := used - words.keys():
        raise ValueError(f"{path}: unknown slots {', '.join(sorted(unknown))}")
    return Prose(content["most"], content["sentences"])
