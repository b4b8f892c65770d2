"""The frame: locks, docs and words that hold together."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
PINNED = re.compile(r"^([A-Za-z0-9._-]+)==(\S+)", re.MULTILINE)
WRITTEN = [
    *ROOT.glob("*.md"),
    *(path for folder in ("docs", "pipeline", "rules", "scripts", "notebooks", "tests") for path in (ROOT / folder).rglob("*")),
]
TEXTS = [path for path in WRITTEN if path.suffix in (".md", ".py", ".toml", ".sh", ".ipynb", ".txt")]


def _name(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _pinned(lock: str) -> dict[str, set[str]]:
    versions: dict[str, set[str]] = {}
    for name, version in PINNED.findall((ROOT / lock).read_text(encoding="utf-8")):
        versions.setdefault(_name(name), set()).add(version)
    return versions


@pytest.mark.parametrize(
    ("lock", "wanted"),
    [
        ("requirements.lock", PROJECT["project"]["dependencies"]),
        ("requirements-dev.lock", PROJECT["project"]["dependencies"] + PROJECT["project"]["optional-dependencies"]["dev"]),
        ("requirements-docs.lock", PROJECT["project"]["optional-dependencies"]["docs"]),
        ("requirements-fuzz.lock", PROJECT["project"]["optional-dependencies"]["fuzz"]),
        ("requirements-build.lock", PROJECT["build-system"]["requires"]),
        ("requirements-spark.lock", PROJECT["project"]["optional-dependencies"]["spark"]),
    ],
)
def test_the_lock_holds_what_the_project_asks_for(lock: str, wanted: list[str]) -> None:
    pinned = _pinned(lock)
    lacking = [
        text
        for text in wanted
        for asked in [Requirement(text)]
        if not all(asked.specifier.contains(version) for version in pinned.get(_name(asked.name), {"0"}))
    ]
    assert not lacking, f"{lock} lacks {lacking}; run make lock"


def test_every_import_is_declared() -> None:
    """A package that only lies in someone's environment is missing on a fresh machine."""
    extras = [text for name, wanted in PROJECT["project"]["optional-dependencies"].items() if name != "dev" for text in wanted]
    declared = {_name(Requirement(text).name) for text in [*PROJECT["project"]["dependencies"], *extras]}
    homes = packages_distributions()
    undeclared = {}
    for path in (ROOT / "pipeline").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module] if isinstance(node, ast.ImportFrom) and node.module and not node.level else []
            for top in {name.partition(".")[0] for name in names} - sys.stdlib_module_names - {"pipeline"}:
                if not declared & {_name(home) for home in homes.get(top, (top,))}:
                    undeclared[top] = path.relative_to(ROOT).as_posix()
    assert undeclared == {}, "add them to the dependencies in pyproject.toml, then make lock"


@pytest.mark.parametrize(
    "lock",
    [
        "requirements.lock",
        "requirements-dev.lock",
        "requirements-fuzz.lock",
        "requirements-build.lock",
        "requirements-spark.lock",
        "requirements-bench.lock",
    ],
)
def test_everything_in_a_lock_has_its_hashes_and_no_index(lock: str) -> None:
    text = (ROOT / lock).read_text(encoding="utf-8")
    assert "://" not in text
    assert "index" not in text
    entries = re.split(r"^(?=[A-Za-z0-9._-]+==)", text, flags=re.MULTILINE)[1:]
    assert entries
    assert [entry.splitlines()[0] for entry in entries if "--hash=sha256:" not in entry] == []


def test_the_locks_agree() -> None:
    versions = [_pinned(lock) for lock in ("requirements-dev.lock", "requirements.lock", "requirements-build.lock")]
    for lock in versions[1:]:
        assert {name: pins for name, pins in lock.items() if not pins <= versions[0].get(name, set())} == {}


def test_the_readme_begins_with_the_two_commands() -> None:
    for name in ("README.md", "README.zh.md"):
        text = (ROOT / name).read_text(encoding="utf-8")
        assert re.search(r"```sh\n(.*?)```", text, re.DOTALL).group(1).split()[:2] == ["make", "run"]  # type: ignore[union-attr]
        assert text.index("make run") < text.index("make test") < text.index("## ")


def test_links_between_pages_lead_somewhere() -> None:
    broken = []
    for page in [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]:
        for target in re.findall(r"\]\((?!https?://|#|mailto:)([^)#]+)", page.read_text(encoding="utf-8")):
            if not (page.parent / target).exists():
                broken.append(f"{page.relative_to(ROOT)}: {target}")
    assert broken == []


def test_every_decision_is_listed() -> None:
    folder = ROOT / "docs" / "decisions"
    index = (folder / "README.md").read_text(encoding="utf-8")
    assert [path.name for path in folder.glob("*.md") if path.name != "README.md" and f"({path.name})" not in index] == []


def test_no_path_of_a_machine_in_the_project() -> None:
    own = Path(__file__).name
    places = re.compile(r"/(?:home|root|Users|work)/[a-z]|[A-Z]:\\Users")
    assert [str(path.relative_to(ROOT)) for path in TEXTS if path.name != own and places.search(path.read_text(encoding="utf-8"))] == []


def test_version_and_changelog() -> None:
    version = PROJECT["project"]["version"]
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert "## [Unreleased]" in text or f"## [{version}]" in text


@pytest.mark.slow
def test_the_quality_page_is_fresh() -> None:
    done = subprocess.run([sys.executable, ROOT / "scripts" / "build_quality.py", "--check"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.slow
def test_the_wheel_carries_the_rules(tmp_path: Path) -> None:
    """Built, unpacked and run away from the checkout."""
    build = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation", "--wheel-dir", str(tmp_path), str(ROOT)]
    subprocess.run(build, check=True, capture_output=True)
    (wheel,) = tmp_path.glob("taizhang-*.whl")
    install = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", str(tmp_path / "site"), str(wheel)]
    subprocess.run(install, check=True, capture_output=True)
    code = "import pipeline, sys; f = pipeline.extract('慰问困难职工75名')[0]; sys.stdout.write(f'{pipeline.__file__} {f.quantity.value}')"
    done = subprocess.run(
        [sys.executable, "-c", code], env={"PYTHONPATH": str(tmp_path / "site")}, cwd=tmp_path, capture_output=True, text=True
    )
    assert done.stdout == f"{tmp_path / 'site' / 'pipeline' / '__init__.py'} 75", done.stderr
    assert (tmp_path / "site" / "pipeline" / "rules" / "quantities.toml").is_file()
    assert (tmp_path / "site" / "pipeline" / "write" / "review" / "page" / "main.js").is_file()


def test_the_readme_says_the_limits_as_they_are() -> None:
    from pipeline.ingest import IngestOptions
    from pipeline.ingest.options import limit_names

    block = re.search(r"```toml\n(\[ingest\]\n.*?)```", (ROOT / "README.md").read_text(encoding="utf-8"), re.DOTALL)
    assert block is not None
    assert tomllib.loads(block[1])["ingest"] == {name: getattr(IngestOptions(), name) for name in limit_names()}
