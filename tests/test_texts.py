"""Texts of reports kept on the disk until the review page is written."""

from __future__ import annotations

import hashlib

import pytest

from pipeline.write.texts import Texts


def test_texts_come_back_as_they_were() -> None:
    kept = {("a.txt", 0): "慰问75名\r\n", ("a.txt", 8): "𠮷\ud800\x00", ("b.txt", 0): ""}
    with Texts() as texts:
        for (source, start), text in kept.items():
            texts.add(source, start, text)
        for key, text in reversed(kept.items()):
            assert texts[key] == text
            assert texts.sha256(key) == hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def test_many_at_once_and_what_is_not_there() -> None:
    with Texts() as texts:
        texts.add_all(["a", "a"], [0, 3], ["甲乙丙", "丁"])
        assert texts["a", 3] == "丁"
        with pytest.raises(KeyError):
            texts["a", 1]
        with pytest.raises(ValueError, match="zip"):
            texts.add_all(["a"], [0, 1], ["甲"])
