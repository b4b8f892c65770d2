"""What people put right by hand: read from a file, found again in the archive, applied to the facts, and each accounted for."""

from pipeline.corrections.entries import Corrections
from pipeline.corrections.row import CorrectionsError

__all__ = ["Corrections", "CorrectionsError"]
