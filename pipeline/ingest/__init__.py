"""Bytes → text: every input becomes Documents, one row each, and nothing that a file holds stops the run."""

from pipeline.ingest.listing import InputItem, list_inputs
from pipeline.ingest.options import IngestOptions
from pipeline.ingest.reading import ingest, read_bytes, read_input

__all__ = ["IngestOptions", "InputItem", "ingest", "list_inputs", "read_bytes", "read_input"]
