"""The program as a library."""

from __future__ import annotations

import doctest
from decimal import Decimal
from importlib import import_module

import pandas as pd
import pytest

import pipeline
from pipeline.schema import FACTS

TEXT = "今年3月慰问困难职工75名,\n发放慰问金8000余元。共30人,其中女职工10人。"


def test_extract_gives_facts_that_stand_in_the_text() -> None:
    facts = pipeline.extract(TEXT)
    assert [TEXT[fact.start : fact.end] for fact in facts] == ["今年3月", "75名", "8000余元", "30人", "10人"]
    assert facts[1].quantity is not None
    assert facts[1].quantity.value == Decimal(75)
    assert facts[4].part_of == 3
    assert facts[1].object_span is not None
    assert TEXT[slice(*facts[1].object_span)] == facts[1].object


def test_extract_of_nothing() -> None:
    assert pipeline.extract("") == []
    assert pipeline.extract("没有数字。") == []


def test_extract_frame_keeps_the_index() -> None:
    frame = pd.DataFrame({"正文": [TEXT, None, "共5人。"], "n": [1, 2, 3]}, index=pd.MultiIndex.from_tuples([("a", 1), ("a", 2), ("b", 1)]))
    found = pipeline.extract_frame(frame, text="正文")
    assert list(found.columns) == FACTS.names()
    assert list(found.index.unique()) == [("a", 1), ("b", 1)]
    assert found.xs(("b", 1))["text"] == "5人"
    assert frame.join(found[["text"]]).shape[0] == 7
    assert pipeline.extract_frame(frame.iloc[:0], text="正文").empty


def test_functions_and_modules_of_the_same_name_live_together() -> None:
    import pipeline.extract as module
    from pipeline.extract import Extractor
    from pipeline.stages import STAGES

    assert module.Extractor is Extractor
    assert callable(pipeline.run)
    assert callable(pipeline.extract)
    assert STAGES


def test_the_spacy_component_puts_the_facts_on_the_doc() -> None:
    import spacy

    nlp = spacy.blank("zh")
    nlp.add_pipe("taizhang")
    doc = nlp(TEXT)
    assert [(span.text, span.label_) for span in doc.spans["taizhang"]][1:3] == [("75名", "count"), ("8000余元", "money")]
    assert [fact.kind for fact in doc._.facts] == ["date", "count", "money", "count", "count"]
    assert doc.spans["taizhang"][1]._.fact.quantity.value == 75


@pytest.mark.parametrize("name", ["pipeline.library", "pipeline.component"])
def test_the_examples_of_the_documentation(name: str) -> None:
    result = doctest.testmod(import_module(name), optionflags=doctest.NORMALIZE_WHITESPACE)
    assert result.attempted
    assert not result.failed
