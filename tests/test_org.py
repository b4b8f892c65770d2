"""What kind of body a report is by."""

from __future__ import annotations

import tomllib
from typing import Any

import pytest
from place_cases import RULES, cases, gold_report, gold_reports, report_of

from pipeline.interpret.org import OrgResolver

TABLE = tomllib.loads((RULES / "orgs.toml").read_text("utf-8"))


@pytest.fixture(scope="module")
def resolver() -> OrgResolver:
    return OrgResolver(RULES)


@pytest.mark.parametrize("case", cases("org"))
def test_cases(resolver: OrgResolver, case: dict[str, Any]) -> None:
    assert resolver.resolve(report_of(case["text"], case.get("source", "archive/report.txt"))) == case["want"]


@pytest.mark.parametrize("row", gold_reports())
def test_annotated_reports(resolver: OrgResolver, row: dict[str, Any]) -> None:
    assert resolver.resolve(gold_report(row)) == row["org"]


@pytest.mark.parametrize("row", TABLE["org"], ids=lambda row: row["code"])
def test_examples(resolver: OrgResolver, row: dict[str, Any]) -> None:
    assert {resolver.resolve(report_of(text)) for text in row["examples"]} == {row["code"]}


def test_nothing_tells_nothing(resolver: OrgResolver) -> None:
    assert resolver.resolve(report_of("今天天气很好。")) is None
    assert resolver.resolve(report_of("")) is None


def test_an_analysts_own_code() -> None:
    table = {**TABLE, "org": [*TABLE["org"], {"code": "forestry", "why": "own", "names": ["林场"], "topics": [], "examples": []}]}
    assert OrgResolver(RULES, table).resolve(report_of("××镇国有林场2012年工作总结\n全场造林300亩。")) == "forestry"


def test_every_code_of_the_guide_is_there() -> None:
    codes = "union womens_federation youth_league government civil_affairs safety health agriculture education association other"
    assert {row["code"] for row in TABLE["org"]} >= set(codes.split())
