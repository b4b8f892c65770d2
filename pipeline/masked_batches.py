"""Masks the batches of a run (`--redact`). A name that one report tells is masked in all others too, so they wait until all are read.

They wait on the disk, each with the secrets of its texts, so that memory holds the archive's names and not the archive.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

import msgspec

from pipeline import batch
from pipeline.batch import Batch
from pipeline.redact import KnownNames, Redactor

Secrets = dict[str, set[str]]
Label = TypeVar("Label")


@dataclass(frozen=True, slots=True)
class MaskedBatch:
    """A batch with persons masked. `digests`: SHA-256 of its reports' real texts, which corrections know them by."""

    batch: Batch
    digests: list[str]


def masked(made: Iterable[tuple[Label, Batch]], redactor: Redactor, waiting: Path) -> Iterator[tuple[Label, MaskedBatch]]:
    """The batches masked, in their order. `waiting`: a folder that is not there yet, for batches in clear text until they are given."""
    waiting.mkdir()
    known, labels = KnownNames(), list[Label]()
    for number, (label, one) in enumerate(made):
        secrets = redactor.by_source(one.tables["reports"], texts_of(one), _sources(one))
        for of_source in secrets.values():
            known.add(of_source)
        (waiting / f"{number}.batch").write_bytes(batch.packed(one))
        (waiting / f"{number}.secrets").write_bytes(msgspec.msgpack.encode({source: sorted(found) for source, found in secrets.items()}))
        labels.append(label)
    for number, label in enumerate(labels):
        path = waiting / f"{number}.batch"
        one = batch.read(path)
        secrets = msgspec.msgpack.decode(path.with_suffix(".secrets").read_bytes(), type=Secrets)
        path.unlink()
        path.with_suffix(".secrets").unlink()
        yield label, _masked(one, redactor, secrets, known)
    waiting.rmdir()


def _masked(one: Batch, redactor: Redactor, secrets: Secrets, known: KnownNames) -> MaskedBatch:
    raws, texts = texts_of(one), _sources(one)
    told = redactor.by_source(one.tables["reports"], raws, texts, known)
    together = {source: secrets.get(source, set()) | told.get(source, set()) for source in {*secrets, *told}}
    found = redactor.tables(one.tables, raws, texts, together)
    hidden = tuple(replace(text, source=source, text=mask) for text, (source, mask) in zip(one.texts, found.texts, strict=True))
    digests = [hashlib.sha256(raw.encode("utf-8", "surrogatepass")).hexdigest() for raw in raws]
    return MaskedBatch(replace(one, tables=found.tables, texts=hidden), digests)


def texts_of(made: Batch) -> list[str]:
    """The texts of a batch's reports, in the order of their table."""
    texts = {text.source: text.text for text in made.texts}
    rows = made.tables["reports"].select(["source", "start", "end"]).to_pylist()
    return [texts[row["source"]][row["start"] : row["end"]] for row in rows]


def _sources(made: Batch) -> list[tuple[str, str]]:
    return [(text.source, text.text) for text in made.texts]
