"""Numerals counted before any rule has looked at a text, and the limit on them."""

from __future__ import annotations

from pipeline.ingest import IngestOptions, read_bytes
from pipeline.ingest.numerals import numerals_in


def test_runs_are_counted_and_not_characters() -> None:
    assert numerals_in("2012年慰问一百二十户") == 2
    assert numerals_in("①1,234.5万") == 3
    assert numerals_in("7" * 100_000) == 1
    assert numerals_in("没有") == 0


def test_too_many_are_a_row_that_says_so() -> None:
    options = IngestOptions(max_numbers=100)
    [document] = read_bytes("a.txt", "5人,".encode() * 101, options)
    assert (document.status, document.text) == ("refused", "")
    assert (document.reason or "").startswith("too_many_numbers: A text with 101 numerals")
    [document] = read_bytes("a.txt", "5人,".encode() * 100, options)
    assert document.status == "ok"
    [document] = read_bytes("a.txt", b"5" * 300, options)
    assert document.status == "ok"
