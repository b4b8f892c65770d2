"""Writes the lock files anew from pyproject.toml: `make lock`. All versions agree, every file has its hashes, no index is named.

What the benchmarks compare with has a lock of its own, for it lives in an environment of its own and need not agree.
"""

from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
# Packages without a wheel are built with setuptools; `editables` is what hatchling asks for in an editable install.
BUILD = ("setuptools", "wheel", "editables")


def main() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    build = [*project["build-system"]["requires"], *BUILD]
    _compile("requirements-dev.lock", ["pyproject.toml", "-", "--extra", "dev"], build)
    agree = ["-c", "requirements-dev.lock"]
    _compile("requirements.lock", ["pyproject.toml", *agree], [])
    _compile("requirements-docs.lock", ["pyproject.toml", "--extra", "docs", *agree], [])
    _compile("requirements-fuzz.lock", ["-", *agree], project["project"]["optional-dependencies"]["fuzz"])
    _compile("requirements-build.lock", ["-", *agree], build)
    _compile("requirements-spark.lock", ["-", *agree], project["project"]["optional-dependencies"]["spark"])
    _compile("requirements-bench.lock", ["benchmarks/requirements.in"], [])


def _compile(name: str, arguments: list[str], requirements: list[str]) -> None:
    command = [
        str(Path(sys.executable).parent / "uv"), "pip", "compile", *arguments, "--output-file", name, "--quiet", "--upgrade",
        "--universal", "--python-version", "3.11", "--generate-hashes", "--custom-compile-command", "make lock",
    ]  # fmt: skip
    subprocess.run(command, cwd=ROOT, check=True, input="\n".join(requirements), text=True)


if __name__ == "__main__":
    main()
