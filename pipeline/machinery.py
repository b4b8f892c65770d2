"""What the stages work with, made from the rules once for a process; and what a worker has to know to make it."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from pipeline import rulebook
from pipeline.clean import Cleaner
from pipeline.compare import Comparer
from pipeline.copies import Sketcher
from pipeline.corrections import Corrections
from pipeline.days import Calendar
from pipeline.extract import Extractor
from pipeline.ingest import IngestOptions
from pipeline.interpret import IndicatorReader, Interpreter
from pipeline.manifest import Manifest
from pipeline.masks import MaskReader
from pipeline.model import ReadReport, Report
from pipeline.rulebook import Rulebook
from pipeline.segment import Segmenter, SegmenterName
from pipeline.split import Splitter
from pipeline.unit_classes import UnitClasses


@dataclass(frozen=True, slots=True)
class Settings:
    """What a worker needs to know. Picklable."""

    rules: Path | None = None
    ingest: IngestOptions = field(default_factory=IngestOptions)
    manifest: Manifest = field(default_factory=Manifest)
    segmenter: SegmenterName = "jieba"
    corrections: Corrections = field(default_factory=Corrections)


class Machinery:
    """What the stages work with, made from the rules when it is first wanted; it holds no state of a document."""

    def __init__(self, book: Rulebook, segmenter: SegmenterName = "jieba") -> None:
        self.rulebook = book
        self._segmenter = segmenter

    def prepare(self) -> None:
        """Make all of it now. Raises RuleError on rules that cannot be used."""
        for name, made in vars(type(self)).items():
            if isinstance(made, cached_property):
                getattr(self, name)

    @cached_property
    def cleaner(self) -> Cleaner:
        return Cleaner(self.rulebook)

    @cached_property
    def splitter(self) -> Splitter:
        return Splitter(self.rulebook)

    @cached_property
    def extractor(self) -> Extractor:
        return Extractor(self.rulebook)

    @cached_property
    def segmenter(self) -> Segmenter:
        return Segmenter(self.rulebook, self._segmenter)

    @cached_property
    def interpreter(self) -> Interpreter:
        return Interpreter(self.rulebook, self.indicators)

    @cached_property
    def indicators(self) -> IndicatorReader:
        return IndicatorReader(self.rulebook)

    @cached_property
    def masks(self) -> MaskReader:
        return MaskReader(self.rulebook)

    @cached_property
    def calendar(self) -> Calendar:
        return Calendar(self.rulebook.table("calendar"))

    @cached_property
    def unit_classes(self) -> UnitClasses:
        return UnitClasses({word: unit.unit_class for word, unit in self.rulebook.units.items()}, self.cleaner.simplified)

    @cached_property
    def comparer(self) -> Comparer:
        return Comparer(self.rulebook.indicators, self.unit_classes)

    @cached_property
    def sketcher(self) -> Sketcher:
        return Sketcher(self.rulebook)

    def read_report(self, report: Report) -> ReadReport:
        """One report, read by itself."""
        mentions = self.extractor.extract(report)
        return self.interpreter.read(report, mentions, self.segmenter.segment(report, mentions))


_machinery: dict[tuple[Any, SegmenterName], Machinery] = {}
"""That of the rules used last, by the state of their files, and the one before: making it takes seconds, and a notebook runs many times by
the same rules, or compares its own with the shipped ones."""
KEPT = 2


def machinery(rules: Path | None, segmenter: SegmenterName = "jieba") -> Machinery:
    """The machinery for the rules as they stand on the disk now. Raises RuleError."""
    return machinery_of(rulebook.load(rules), segmenter)


def machinery_of(book: Rulebook, segmenter: SegmenterName = "jieba", made: Machinery | None = None) -> Machinery:
    """That of a book; `made` is kept as such where there is none."""
    key = book.state(), segmenter
    if key not in _machinery:
        while len(_machinery) >= KEPT:
            del _machinery[next(iter(_machinery))]
        _machinery[key] = made or Machinery(book, segmenter)
    _machinery[key] = _machinery.pop(key)  # the one used last stands last
    return _machinery[key]
