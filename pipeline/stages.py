"""The stages, from inputs to the tables of a batch. Here, and only here, they meet."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any, cast

from pipeline.batch import Batch, Text
from pipeline.corrections import facts as corrected_facts
from pipeline.corrections import reports as corrected_reports
from pipeline.corrections.entries import Due
from pipeline.engines.apart import ApartReader
from pipeline.indicate import claims_of
from pipeline.ingest import InputItem, is_plain, read_input
from pipeline.machinery import Settings, machinery
from pipeline.model import CleanText, Document, Mention, ReadReport, Report, Tokens
from pipeline.tabulate import Tabulator

Extracted = tuple[Document, list[tuple[Report, Sequence[Mention]]]]


Segmented = tuple[Document, list[tuple[Report, Sequence[Mention], Tokens]]]


class Tools:
    """What a stage may use: the machinery, and the settings of the run.

    `apart`: reads what is no plain text, where this process is to outlive the libraries that do; it does so itself where None.
    """

    def __init__(self, settings: Settings, *, prepared: bool = True, apart: ApartReader | None = None) -> None:
        self.settings = settings
        self._apart = apart
        self.machinery = machinery(settings.rules, settings.segmenter)
        if prepared:
            self.machinery.prepare()

    def documents(self, item: InputItem) -> Sequence[Document]:
        """What an input holds, as `read_input` tells."""
        if self._apart is None or is_plain(item):
            return read_input(item, self.settings.ingest)
        return self._apart.read(item)

    def read(self, document: Document) -> list[ReadReport]:
        """All reports of one document, read."""
        return [read for _, reads in _through(READING, [document], self) for read in reads]


def ingest(items: Iterable[InputItem], tools: Tools) -> Iterator[Document]:
    """Inputs → documents."""
    for item in items:
        yield from tools.documents(item)


def clean(documents: Iterable[Document], tools: Tools) -> Iterator[tuple[Document, CleanText]]:
    """Documents → their repaired copies."""
    for document in documents:
        yield document, tools.machinery.cleaner.clean(document.text)


def split(cleaned: Iterable[tuple[Document, CleanText]], tools: Tools) -> Iterator[tuple[Document, list[Report]]]:
    """Repaired copies → reports."""
    for document, text in cleaned:
        yield document, tools.machinery.splitter.split(document, text) if document.status == "ok" else []


def extract(split_up: Iterable[tuple[Document, list[Report]]], tools: Tools) -> Iterator[Extracted]:
    """Reports → where their mentions are."""
    for document, reports in split_up:
        yield document, [(report, tools.machinery.extractor.extract(report)) for report in reports]


def segment(extracted: Iterable[Extracted], tools: Tools) -> Iterator[Segmented]:
    """What lies between the mentions → words."""
    for document, found in extracted:
        yield document, [(report, mentions, tools.machinery.segmenter.segment(report, mentions)) for report, mentions in found]


def interpret(segmented: Iterable[Segmented], tools: Tools) -> Iterator[tuple[Document, list[ReadReport]]]:
    """Mentions and words → facts; then what reports of one source tell of each other, and what manifest and corrections know better."""
    for document, found in segmented:
        due = [tools.settings.corrections.due(report) for report, *_ in found]
        reads = [_concluded(*of_report, due_there, tools) for of_report, due_there in zip(found, due, strict=True)]
        together = tools.machinery.interpreter.together(reads)
        yield document, [_informed(read, due_there, tools) for read, due_there in zip(together, due, strict=True)]


def _concluded(report: Report, mentions: Sequence[Mention], tokens: Tokens, due: Sequence[Due], tools: Tools) -> ReadReport:
    """A report read by itself; all that is concluded from its facts is concluded from the corrected ones."""
    interpreter = tools.machinery.interpreter
    told = interpreter.tell(report, mentions, tokens)
    if not due:
        return interpreter.conclude(told)
    facts, amendments = corrected_facts.amended(report, told.facts, due)
    # what was put right by hand is no claim that other rules could be asked about
    return replace(interpreter.conclude(told.with_facts(facts)), amendments=amendments, claims=None)


def _informed(read: ReadReport, due: Sequence[Due], tools: Tools) -> ReadReport:
    """The report with what the analyst says of it, in the manifest and then in corrections, and what follows from that."""
    said = tools.settings.manifest.apply(read)
    if not due:
        return tools.machinery.interpreter.informed(read, said)
    return corrected_reports.emptied(tools.machinery.interpreter.informed(read, corrected_reports.amended(said, due)))


def unmask(interpreted: Iterable[tuple[Document, list[ReadReport]]], tools: Tools) -> Iterator[tuple[Document, list[ReadReport]]]:
    """Facts → facts and what masked figures would have been; reports without any pass as they are."""
    for document, reads in interpreted:
        yield document, [tools.machinery.masks.with_gaps(read, tools.machinery.read_report) for read in reads]


def tabulate(interpreted: Iterable[tuple[Document, list[ReadReport]]], tools: Tools) -> Iterator[Batch]:
    """Facts → tables."""
    tabulator = Tabulator(tools.machinery.calendar, tools.machinery.unit_classes)
    texts: list[Text] = []
    found: list[ReadReport] = []
    for document, reads in interpreted:
        tabulator.add(document, reads)
        found += reads
        if document.text:
            texts.append(Text(document.source, document.text, document.plain))
    tables = tabulator.tables()
    sketch, masks = tools.machinery.sketcher.sketch, tools.machinery.masks
    sketches = [sketch(report_id, read) for report_id, read in zip(tables["reports"]["report_id"].to_pylist(), found, strict=True)]
    claims = [claims_of(read, masks.find(read.report.text)) for read in found]
    yield Batch(tables, tuple(texts), tuple(tabulator.gaps), tuple(sketches), tuple(claims))


def compare(batches: Iterable[Batch], tools: Tools) -> Iterator[Batch]:
    """Tables → cells of each report by itself; reports are set against each other at the end of the run."""
    for made in batches:
        cells = tools.machinery.comparer.report_cells(made.tables["reports"], made.tables["facts"], made.gaps)
        yield replace(made, tables={**made.tables, "cells": cells}, gaps=())


Stage = Callable[[Any, Tools], Iterator[Any]]

READING: tuple[Stage, ...] = (clean, split, extract, segment, interpret, unmask)
"""From a document to its facts."""
STAGES: tuple[Stage, ...] = (ingest, *READING, tabulate, compare)
"""The order of the work, from inputs to the tables of a batch. What needs all batches at once follows in `finish`."""
SPLITTING: tuple[Stage, ...] = (ingest, clean, split)
"""As far as it must go to see which reports there are."""


def _through(stages: Sequence[Stage], things: Iterable[Any], tools: Tools) -> Iterator[Any]:
    stream: Iterator[Any] = iter(things)
    for stage in stages:
        stream = stage(stream, tools)
    return stream


def batch_of(items: Iterable[InputItem], tools: Tools) -> Batch:
    """The tables of some inputs."""
    return cast(Batch, next(_through(STAGES, items, tools)))


def reports_of(items: Iterable[InputItem], tools: Tools) -> Iterator[Report]:
    """The reports of some inputs, split and not read."""
    return (report for _, reports in _through(SPLITTING, items, tools) for report in reports)


def make_batch_function(settings: Settings) -> Callable[[Sequence[InputItem]], Batch]:
    """The function that every engine runs: inputs in, their tables out. One per process, for it loads the rules."""
    tools = Tools(settings)

    def batch(items: Sequence[InputItem]) -> Batch:
        return batch_of(items, tools)

    return batch
