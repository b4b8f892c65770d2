"""Tables and texts → review.html: one self-contained offline page to look at every figure where it stands, and to correct it."""

from pipeline.write.review.writer import write_review

__all__ = ["write_review"]
