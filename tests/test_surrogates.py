"""Lone surrogates are replaced one for one."""

from __future__ import annotations

from pipeline.surrogates import replaced


def test_offsets_stay() -> None:
    text = "慰问\ud800\udc00职工\udfff75名𠀀"
    assert replaced(text) == "慰问\ufffd\ufffd职工\ufffd75名𠀀"
    assert len(replaced(text)) == len(text)


def test_a_text_without_any_is_the_same() -> None:
    assert replaced("慰问75名𠀀") == "慰问75名𠀀"
