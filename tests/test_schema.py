"""The tables as the contract names them."""

from __future__ import annotations

import pyarrow as pa
import pytest

from pipeline.schema import COMPARISON, DECIMAL, TABLES

CONTRACT = {
    "files": "source status reason format encoding encoding_basis sha256 bytes chars reports",
    "reports": "report_id source part start end boundary title org town town_kind county city province town_code "
    "town_code_nbs place_basis place_evidence place_candidates period year year_basis year_min year_max "
    "year_evidence duplicate_of similarity template_of numerals facts",
    "facts": "fact_id report_id source start end text kind value low high bound unit per change repaired edtf "
    "anchor part festival date_start date_end object status scope activity indicator when when_anchor "
    "part_of section sentence rule cues note",
    "activities": "activity_id report_id start end activity status when date_start date_end people people_bound "
    "households households_bound amount amount_bound organisations organisations_bound events "
    "events_bound fact_ids sentence rule cues",
    "cells": "report_id province city county town town_code year period indicator unit value bound low high state fact_ids how start end",
    "coverage": "",
    "per_head": "",
    "checks": "report_id kind total parts stated computed difference verdict sentence",
    "last_year": "",
    "corrections": "source report_sha256 text sentence start column old new reason outcome why",
    "copies": "a b kind jaccard containment shared_facts changed_facts",
}


def test_the_tables_of_the_contract() -> None:
    assert set(TABLES) == set(CONTRACT)


@pytest.mark.parametrize("name", [name for name, columns in CONTRACT.items() if columns])
def test_the_columns_of_the_contract_are_there(name: str) -> None:
    assert set(CONTRACT[name].split()) <= set(TABLES[name].names())


@pytest.mark.parametrize("table", [*TABLES.values(), COMPARISON], ids=lambda table: table.name)
def test_a_table_is_whole(table) -> None:  # type: ignore[no-untyped-def]
    names = table.names()
    assert len(set(names)) == len(names)
    assert set(table.key) <= set(names)
    assert set(table.sort) <= set(names)
    assert table.meaning
    assert all(column.meaning and column.label for column in table.columns)


def test_numbers_are_exact_and_same_names_have_same_types() -> None:
    types: dict[str, set[pa.DataType]] = {}
    for table in TABLES.values():
        for column in table.columns:
            types.setdefault(column.name, set()).add(column.type)
    numbers = {"value", "low", "high", "stated", "computed", "difference", "amount", "people", "similarity", "jaccard"}
    assert all(types[name] == {DECIMAL} for name in numbers)
    assert not any(pa.types.is_floating(kind) for kinds in types.values() for kind in kinds)
    shared = {"report_id", "source", "fact_ids", "unit", "bound", "cues", "rule", "sentence", "indicator", "activity", "town", "year"}
    assert [name for name in shared if len(types[name]) > 1] == []
