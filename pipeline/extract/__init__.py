"""Text → mentions: where the numerals and date words of a report are, and which rule found each. No values here."""

from pipeline.extract.extractor import Extractor

__all__ = ["Extractor"]
