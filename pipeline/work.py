"""What a worker does: a portion of the inputs to its batch, by way of what is kept of earlier runs; and all portions in order."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from pipeline import batch
from pipeline.batch import Batch, BatchError
from pipeline.cache import Cache, write_whole
from pipeline.copies import digest_of
from pipeline.engines.apart import ApartReader
from pipeline.engines.local import Pool
from pipeline.indicate import indicate
from pipeline.ingest.reasons import is_passing
from pipeline.machinery import Settings
from pipeline.own_process import settle_in
from pipeline.portions import Portion, hashed
from pipeline.stages import Tools, batch_of, compare


@dataclass(frozen=True, slots=True)
class Place:
    """What a worker must know beside the settings: where its results go. `fresh`: what is kept there already does not count.

    `here`: the worker is the process that merges the results, and hands them over as they are.
    """

    settings: Settings
    parts: Path
    cache: Cache | None = None
    fresh: bool = False
    here: bool = False


def make_worker(place: Place, apart: ApartReader | None = None) -> Callable[[Portion], tuple[Portion, Path | Batch]]:
    """What a worker does with a portion of work: read the inputs, and give back their batch or the file with it."""
    if not place.here:
        settle_in()
    tools = Tools(place.settings, prepared=False, apart=apart)  # where results are kept it may need little of it

    def work(portion: Portion) -> tuple[Portion, Path | Batch]:
        return portion, _part(portion, place, tools)

    return work


def _part(portion: Portion, place: Place, tools: Tools) -> Path | Batch:
    """The batch of a portion or the file with it: from the cache as it is, or with other indicators, or read anew."""
    cache = place.cache
    made = None
    if cache is not None and portion.reading is not None and not place.fresh:
        made = _indicated_anew(cache, portion.reading, place, tools)
    if made is None:
        made = batch_of(portion.items, tools)
    content = None
    if (
        cache is not None
        and portion.key is not None
        and portion.reading is not None
        and may_be_kept(made, portion)
        and not _is_corrected(made, place)
    ):
        content = batch.packed(made)
        with suppress(OSError):  # a full disk there is no reason to end the run
            path = cache.put(portion.key, content)
            cache.link(portion.reading, path)
            return made if place.here else path
    if place.here:
        return made
    place.parts.mkdir(exist_ok=True)
    path = place.parts / f"{hashed(portion.items[0].source)}.batch"
    write_whole(path, batch.packed(made) if content is None else content)
    return path


def _indicated_anew(cache: Cache, reading: str, place: Place, tools: Tools) -> Batch | None:
    """What an earlier run read by the same rules but for those of indicators, with the indicators of these."""
    path = cache.find(reading)
    if path is None:
        return None
    try:
        kept = batch.read(path)
    except (OSError, BatchError):
        return None
    if _is_corrected(kept, place):
        return None
    told = indicate(kept.tables, kept.claims, tools.machinery.indicators)
    if told is None:
        return None
    tables, gaps = told
    return next(compare([replace(kept, tables=tables, gaps=gaps)], tools))


def _is_corrected(made: Batch, place: Place) -> bool:
    """Whether corrections go to one of its reports: what is kept is what the rules say, so such a portion is read anew each time."""
    keys = {target.key for target in place.settings.corrections.targets.values()}
    return bool(keys) and not keys.isdisjoint(map(digest_of, made.tables["reports"]["report_id"].to_pylist()))


def may_be_kept(made: Batch, portion: Portion) -> bool:
    """Whether what was read are the bytes that the portion is named by, and nothing came of the moment."""
    files = made.tables["files"].select(["source", "sha256", "reason"]).to_pylist()
    read = {row["source"]: row["sha256"] for row in files}
    same = all(digest is None or read.get(item.source) == digest for item, digest in zip(portion.items, portion.digests, strict=True))
    return same and not any(is_passing(row["reason"]) for row in files)


def batches(cut: Sequence[Portion], place: Place, pool: Pool[Any, Any], apart: ApartReader) -> Iterator[tuple[Portion, Batch]]:
    """The batches of all portions, in order, from the cache where they are there."""
    kept = {portion.key: path for portion in cut if (path := _kept(portion, place)) is not None}
    made = pool.each([portion for portion in cut if portion.key not in kept], Portion.instead)
    for portion in cut:
        if portion.key in kept:
            yield portion, _read_or_made(kept[portion.key], portion, place, apart)
            continue
        inputs = 0
        while inputs < len(portion.items):  # one portion can have come to be several
            part, result = next(made)
            yield part, result if isinstance(result, Batch) else batch.read(result)
            if isinstance(result, Path) and place.parts in result.parents:
                result.unlink()
            inputs += len(part.items)


def _kept(portion: Portion, place: Place) -> Path | None:
    if place.cache is None or place.fresh or portion.key is None:
        return None
    path = place.cache.find(portion.key)
    if path is None or not place.settings.corrections.targets:
        return path
    try:
        return None if _is_corrected(batch.read(path), place) else path
    except (OSError, BatchError):
        return None


def _read_or_made(path: Path, portion: Portion, place: Place, apart: ApartReader) -> Batch:
    """A batch of the cache; one that is damaged, or that another run has just removed, is made anew."""
    try:
        return batch.read(path)
    except (OSError, BatchError):
        path.unlink(missing_ok=True)
        again = _part(portion, replace(place, here=True), Tools(place.settings, apart=apart))
        assert isinstance(again, Batch)
        return again
