"""Where the reports lie that corrections speak of; they are looked for before anything is read."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

from pipeline.corrections import archive as corrected_archive
from pipeline.engines.apart import ApartReader
from pipeline.engines.local import Pool
from pipeline.ingest import InputItem
from pipeline.machinery import Settings
from pipeline.portions import Portion
from pipeline.stages import Tools, reports_of


def make_sighting_function(settings: Settings, apart: ApartReader | None = None) -> Callable[[Portion], list[corrected_archive.Sighting]]:
    """The function that looks for the reports of corrections: inputs in, what is to be said of their reports out."""
    tools = Tools(settings, prepared=False, apart=apart)

    def sight(portion: Portion) -> list[corrected_archive.Sighting]:
        found = (corrected_archive.sight(report, settings.corrections) for report in reports_of(portion.items, tools))
        return [sighting for sighting in found if sighting is not None]

    return sight


def find_corrected(settings: Settings, cut: Sequence[Portion], workers: int, apart: ApartReader) -> Settings:
    """The settings with each correction sent to its report. Files that a correction names are looked at first, others only if need be."""
    corrections = settings.corrections
    if not corrections.entries:
        return settings
    named = {item.source for portion in cut for item in portion.items if corrected_archive.is_named(item.source, corrections)}
    sightings: list[corrected_archive.Sighting] = []
    make = make_sighting_function if workers else partial(make_sighting_function, apart=apart)
    with Pool(make, settings, workers) as pool:
        for found in pool.each(_with_items(cut, lambda item: item.source in named), Portion.instead):
            sightings += found
        if corrected_archive.missing(corrections, sightings):
            for found in pool.each(_with_items(cut, lambda item: item.source not in named), Portion.instead):
                sightings += found
    return replace(settings, corrections=corrected_archive.settle(corrections, sightings))


def _with_items(cut: Sequence[Portion], wanted: Callable[[InputItem], bool]) -> list[Portion]:
    """The portions with those of their inputs alone that are wanted, without names."""
    pairs = ([(item, digest) for item, digest in zip(p.items, p.digests, strict=True) if wanted(item)] for p in cut)
    return [Portion(tuple(item for item, _ in of), tuple(digest for _, digest in of)) for of in pairs if of]
