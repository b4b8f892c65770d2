"""What several test files share: the shipped rules, the stages, and how long hypothesis looks."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

if TYPE_CHECKING:
    from pipeline.rulebook import Rulebook
    from pipeline.stages import Tools

ROOT = Path(__file__).resolve().parent.parent

# `fast` gives the same examples on every run, so that a red test is red for everyone; HYPOTHESIS_PROFILE=long looks further.
settings.register_profile("fast", max_examples=60, deadline=None, derandomize=True, database=None)
settings.register_profile("long", max_examples=5000, deadline=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "fast"))


@pytest.fixture(scope="session", autouse=True)
def own_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """The command line keeps results in the user's cache; the tests have one of their own."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
        yield


@pytest.fixture(scope="session")
def book() -> Rulebook:
    """The shipped rules."""
    from pipeline import rulebook

    return rulebook.load()


@pytest.fixture(scope="session")
def tools() -> Tools:
    """The stages with the shipped rules; the same that `pipeline.extract` uses."""
    from pipeline.library import tools as library_tools

    return library_tools()


@pytest.fixture(scope="session")
def sample_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tables of the sample archive."""
    from pipeline.run import run

    out = tmp_path_factory.mktemp("sample")
    run([ROOT / "data" / "raw"], out, formats=("parquet",), workers=1)
    return out
