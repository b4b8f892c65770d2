"""The case files, through the whole reading path: every numeral of a sentence found, valued and understood as marked, and nothing else.

`pytest -s tests/test_specs.py` prints the cases that fail. Those of `held_out/` are only counted: nobody looks at them while making rules.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from scoring import Tally, run_cases

SPECS = Path(__file__).parent / "specs"

RIGHT_AT_LEAST = {
    "activities": 54,
    "damaged_numbers": 44,
    "dates": 245,
    "indicators_aid": 42,
    "indicators_bargaining": 45,
    "indicators_culture": 25,
    "indicators_edumed": 61,
    "indicators_funds": 20,
    "indicators_honours": 14,
    "indicators_org": 106,
    "indicators_rights": 62,
    "indicators_train": 39,
    "labels": 164,
    "labels_more": 75,
    "meaning": 241,
    "quantities_forms": 176,
    "quantities_numbers": 149,
    "running_text": 20,
    "spans_more": 34,
    "standing": 35,
    "status_turns": 33,
    "topic_turns": 32,
    "topics": 30,
    "wordings": 235,
    "held_out/activities": 18,
    "held_out/damaged_numbers": 18,
    "held_out/dates": 106,
    "held_out/indicators_aid": 8,
    "held_out/indicators_bargaining": 11,
    "held_out/indicators_culture": 10,
    "held_out/indicators_edumed": 18,
    "held_out/indicators_funds": 11,
    "held_out/indicators_honours": 7,
    "held_out/indicators_org": 27,
    "held_out/indicators_rights": 17,
    "held_out/indicators_train": 16,
    "held_out/labels": 69,
    "held_out/labels_more": 33,
    "held_out/meaning": 89,
    "held_out/quantities_forms": 82,
    "held_out/quantities_numbers": 65,
    "held_out/running_text": 4,
    "held_out/standing": 13,
    "held_out/status_turns": 15,
    "held_out/topic_turns": 16,
    "held_out/topics": 12,
    "held_out/wordings": 96,
}
"""Cases that must be right in each file. A number here only ever grows."""


def test_every_file_has_a_floor() -> None:
    assert {path.relative_to(SPECS).with_suffix("").as_posix() for path in SPECS.rglob("*.toml")} == set(RIGHT_AT_LEAST)


@pytest.mark.parametrize("name", [name for name in RIGHT_AT_LEAST if "/" not in name])
def test_cases(name: str) -> None:
    tally = run_cases(SPECS / f"{name}.toml")
    report = _report(tally)
    print(report)
    assert tally.right >= RIGHT_AT_LEAST[name], f"{tally.right} of {tally.asked} right, {RIGHT_AT_LEAST[name]} wanted\n{report}"


@pytest.mark.parametrize("name", [name for name in RIGHT_AT_LEAST if "/" in name])
def test_held_out_cases(name: str) -> None:
    tally = run_cases(SPECS / f"{name}.toml")
    right, asked = tally.right, tally.asked
    del tally
    print(f"\n{name}: {right} of {asked} cases right")
    assert right >= RIGHT_AT_LEAST[name]


def _report(tally: Tally) -> str:
    lines = [f"\n{tally.name}: {tally.right} of {tally.asked} cases right"]
    for case, wrong in tally.failures:
        lines += [f"{case.id}: {case.text}", *(f"    {line}" for line in wrong)]
    return "\n".join(lines)
