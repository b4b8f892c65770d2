"""Bytes → text: every input becomes Documents, one row each, and nothing that a file holds stops the run."""

from pipeline.ingest.listing import InputItem, list_inputs
from pipeline.ingest.options import IngestOptions
from pipeline.ingest.reading import check_rules, ingest, is_plain, read_bytes, read_input

__all__ = ["IngestOptions", "InputItem", "check_rules", "ingest", "is_plain", "list_inputs", "read_bytes", "read_input"]
