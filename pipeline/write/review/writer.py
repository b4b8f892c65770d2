"""Writes review.html. Equal tables and texts give equal bytes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa

from pipeline.audit import doubts
from pipeline.labels import Language
from pipeline.rulebook import Rulebook
from pipeline.write.review.choice import chosen, weights
from pipeline.write.review.document import pieces
from pipeline.write.review.index import Index, definitions, words
from pipeline.write.review.packs import Facts, packed, portions, text_pack
from pipeline.write.texts import Texts


def write_review(
    tables: Mapping[str, pa.Table],
    texts: Texts,
    path: Path,
    language: Language,
    book: Rulebook,
    about: Mapping[str, str],
    *,
    redacted: Mapping[str, str] | None = None,
) -> None:
    """Write the page. Raises OSError.

    `about`: `version` and `rules`, shown at its foot; `language`: the one it opens in; `redacted`: where persons are masked, what the
    page says of that, by language.
    """
    found = doubts(tables)
    rows = chosen(tables["reports"], found["report_id"].to_pylist())
    held = tables["reports"].take(pa.array(rows, pa.int64()))
    ids = held["report_id"].to_pylist()
    keys = list(zip(held["source"].to_pylist(), held["start"].to_pylist(), strict=True))
    packs = list(portions(weights(held)))
    index = Index(tables, book, {report_id: number for number, report_id in enumerate(ids)})
    content = {
        "about": {**about, "reports": tables["reports"].num_rows, "held": len(rows)},
        "language": language,
        "words": words(book),
        **definitions(book),
        "packs": [pack.start for pack in packs],
        "reports": index.reports(rows, [texts.sha256(key) for key in keys]),
        "comparison": index.comparison(),
        "doubts": index.doubts(found),
        "corrections": index.corrections(),
        "redacted": redacted,
    }
    frame = content["words"][language]["page"]
    contents = _packs(packs, ids, keys, texts, Facts(tables["facts"], tables["checks"], ids))
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.writelines(pieces(language, frame, content, contents))


def _packs(
    packs: Sequence[range], ids: Sequence[str], keys: Sequence[tuple[str, int]], texts: Texts, facts: Facts
) -> Iterator[tuple[str, Any]]:
    for number, pack in enumerate(packs):
        of_pack = [keys[position] for position in pack]
        yield f"texts-{number}", text_pack(of_pack, texts)
        yield f"facts-{number}", packed([facts.of(ids[position], keys[position][1], texts[keys[position]]) for position in pack])
