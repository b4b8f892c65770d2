"""Runs case files through the whole reading path and counts: for the tests, and for docs/quality.md."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path

from pipeline.evaluate import Figure, Score, Share
from pipeline.judge import judge
from pipeline.library import extract
from pipeline.markup import Case, load_cases


@dataclass
class Count:
    right: int = 0
    asked: int = 0

    def add(self, right: bool) -> None:
        self.asked += 1
        self.right += right


@dataclass
class Tally:
    """What came of one case file. A mark that is optional is not asked."""

    name: str
    cases: dict[str, Count] = field(default_factory=lambda: defaultdict(Count))
    """By form."""
    conditions: dict[str, Count] = field(default_factory=lambda: defaultdict(Count))
    marks: dict[str, Count] = field(default_factory=lambda: defaultdict(Count))
    """By kind."""
    unexpected: int = 0
    failures: list[tuple[Case, list[str]]] = field(default_factory=list)

    @property
    def right(self) -> int:
        return sum(count.right for count in self.cases.values())

    @property
    def asked(self) -> int:
        return sum(count.asked for count in self.cases.values())


def run_cases(path: Path) -> Tally:
    """Every case of a file, read as a text of its own."""
    tally = Tally(path.stem)
    for case in load_cases(path):
        verdict = judge(case.marks, extract(case.text), case.text)
        tally.cases[case.form].add(verdict.right)
        tally.conditions[case.condition].add(verdict.right)
        tally.unexpected += len(verdict.unexpected)
        for mark, _, wrong in verdict.marks:
            if not mark.optional:
                tally.marks[mark.kind].add(wrong is None)
        if not verdict.right:
            tally.failures.append((case, list(verdict.wrong)))
    return tally


DIGIT_RUN = "[0-9０-９]+"


def share_of(figure: Figure) -> float:
    """F1 of a score, the share of right answers, or the bare number."""
    if isinstance(figure, Score):
        return figure.f1
    return figure.share if isinstance(figure, Share) else float(figure)


def source_texts(folder: Path) -> dict[str, str]:
    """Decoded text by source of every plain text file in a folder, decoded here and not by the pipeline."""
    texts = {}
    for path in sorted(folder.rglob("*.txt")):
        texts[f"{folder.name}/{path.relative_to(folder).as_posix()}"] = decoded(path.read_bytes())
    return texts


def decoded(data: bytes) -> str:
    """The text of a sample file, decoded here and not by the pipeline. Raises ValueError for any other encoding."""
    for encoding in ("utf-8-sig", "gb18030", "utf-16"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise ValueError("neither UTF-8 nor GB18030 nor UTF-16")
