"""Texts with persons marked, for `--redact`: «…» must be masked, ‹…› may be, all else must stay."""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

DATA = Path(__file__).parent / "data"
MARK = re.compile("(«.+?»|‹.+?›)", re.DOTALL)
FULL_WIDTH = str.maketrans("０１２３４５６７８９Ｘ", "0123456789X")
SEED = 2026
"""Draws the third of the fresh texts that is kept aside."""
KINDS = ("name", "telephone", "identity", "other")

Span = tuple[int, int]


@dataclass(frozen=True)
class Marked:
    """A text without its marks. `wanted`: where «…» stood, `allowed`: ‹…›; half-open, in characters."""

    written: str
    bare: str
    wanted: tuple[Span, ...]
    allowed: tuple[Span, ...]

    @classmethod
    def read(cls, written: str) -> Marked:
        """A marked text."""
        bare, spans = "", {"«": list[Span](), "‹": list[Span]()}
        for piece in MARK.split(written):
            if MARK.fullmatch(piece):
                spans[piece[0]].append((len(bare), len(bare) + len(piece) - 2))
                piece = piece[1:-1]
            bare += piece
        return cls(written, bare, tuple(spans["«"]), tuple(spans["‹"]))


def sentences(name: str) -> list[Marked]:
    """The sentences of a file, one a line."""
    lines = (DATA / name).read_text(encoding="utf-8").splitlines()
    return [Marked.read(line) for line in lines if line and not line.startswith("#")]


def reports() -> list[Marked]:
    """The whole reports."""
    parts = re.split(r"^#.*\n", (DATA / "redaction_reports.txt").read_text(encoding="utf-8"), flags=re.MULTILINE)
    return [Marked.read(part.strip("\n")) for part in parts if part.strip()]


def halves(texts: list[Marked]) -> tuple[list[Marked], list[Marked]]:
    """The texts that rules may be made with, and the third kept aside."""
    drawn = list(range(len(texts)))
    random.Random(SEED).shuffle(drawn)
    aside = set(drawn[: round(len(texts) / 3)])
    return [text for place, text in enumerate(texts) if place not in aside], [texts[place] for place in sorted(aside)]


def blind() -> tuple[list[Marked], list[Marked]]:
    """The same of the blind sentences, of which every third is kept aside."""
    texts = sentences("redaction_blind.txt")
    return [text for place, text in enumerate(texts) if place % 3 != 2], texts[2::3]


def seen() -> list[Marked]:
    """All texts that rules may be made with."""
    fresh, whole = sentences("redaction_fresh.txt"), reports()
    return [*sentences("redaction.txt"), *blind()[0], *halves(fresh)[0], *halves(whole)[0]]


def kind_of(masked: str) -> str:
    """Of KINDS."""
    plain = masked.translate(FULL_WIDTH)
    if not re.search(r"[\d@]", plain) and not re.fullmatch("[A-Za-z_]+", plain):
        return "name"
    bare = re.sub(r"[\s-]", "", plain)
    if re.fullmatch(r"\d{17}[\dXx]|\d{15}|\d{6}\*+\d{4}", bare):
        return "identity"
    digits = len(re.sub(r"\D", "", plain))
    return "telephone" if re.fullmatch(r"[()（）\d\-—\s*转－]+", plain) and digits < 16 else "other"


@dataclass(frozen=True)
class Score:
    """Counts: spans wanted and masked whole, by kind; runs of masks, and those within the marks; the same of characters."""

    wanted: Counter[str]
    hit: Counter[str]
    runs: int
    right: int
    characters: tuple[int, int, int, int]
    """Wanted, of these masked, masked, of these rightly."""
    wrong: tuple[str, ...]

    @property
    def recall(self) -> float:
        return self.hit.total() / self.wanted.total()

    @property
    def precision(self) -> float:
        return self.right / self.runs if self.runs else 1.0

    def __str__(self) -> str:
        wanted, hit, masked, right = self.characters
        kinds = ", ".join(f"{kind} {self.hit[kind]}/{self.wanted[kind]}" for kind in KINDS)
        spans = f"spans: recall {self.recall:.3f}, precision {self.precision:.3f} ({self.right}/{self.runs})"
        return f"{spans}; characters: {hit / max(wanted, 1):.3f}, {right / max(masked, 1):.3f}; {kinds}"


def score(texts: Iterable[Marked], mask: Callable[[str], str], sign: str = "■") -> Score:
    """Masks all texts and counts. A span of which one character is left counts as missed."""
    wanted, hit, characters, runs, right, wrong = Counter[str](), Counter[str](), [0, 0, 0, 0], 0, 0, []
    for text in texts:
        masked = mask(text.bare)
        assert len(masked) == len(text.bare)
        covered = {place for place, (old, new) in enumerate(zip(text.bare, masked, strict=True)) if old != new}
        due = {place for span in text.wanted for place in range(*span)}
        free = due | {place for span in text.allowed for place in range(*span)}
        missed = [text.bare[slice(*span)] for span in text.wanted if not covered.issuperset(range(*span))]
        kinds = Counter(kind_of(text.bare[slice(*span)]) for span in text.wanted)
        wanted += kinds
        hit += kinds - Counter(map(kind_of, missed))
        found = [match.span() for match in re.finditer(f"{sign}+", masked)]
        false = [text.bare[slice(*span)] for span in found if not free.issuperset(range(*span))]
        runs, right = runs + len(found), right + len(found) - len(false)
        characters = [old + new for old, new in zip(characters, map(len, (due, due & covered, covered, covered & free)), strict=True)]
        if missed or false:
            wrong.append(f"missed {missed} false {false}: {text.bare[:120]!r}")
    return Score(wanted, hit, runs, right, (characters[0], characters[1], characters[2], characters[3]), tuple(wrong))
