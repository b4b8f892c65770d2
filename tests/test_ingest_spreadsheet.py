"""What a library of Rust says when it panics stays inside; what others say comes out."""

from __future__ import annotations

import os

import pytest

from pipeline.ingest.spreadsheet import without_complaint


def test_nothing_is_written_while_a_workbook_is_read(capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(ValueError, match="in it"), without_complaint():
        os.write(2, b"thread panicked")
        raise ValueError("in it")
    os.write(2, b"said behind it")
    assert capfd.readouterr().err == "said behind it"
