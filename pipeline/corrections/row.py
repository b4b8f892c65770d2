"""One row of a file of corrections, whatever the file's form."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

OPTION = "--corrections"


class CorrectionsError(ValueError):
    """A file of corrections that cannot be used; the message names file, line and remedy."""


@dataclass(frozen=True, slots=True)
class Row:
    """One correction as it stands in its file, and where: `corrections.csv, line 3`."""

    where: str
    fields: Mapping[str, str]
