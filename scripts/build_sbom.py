"""Writes sbom.json (CycloneDX 1.6) and docs/licences.md from requirements.lock and what the installed packages say: `make sbom`.

`--check` says whether both name the packages of the lock file. Neither holds a date or a serial number: equal locks, equal bytes.
"""

from __future__ import annotations

import argparse
import json
import re
from importlib import metadata
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
SBOM, LICENCES = ROOT / "sbom.json", ROOT / "docs" / "licences.md"
_LOCKED = re.compile(r"^([A-Za-z0-9_.-]+)==([^\s;\\]+)(?:\s*;\s*([^\\\n]*))?[^\n]*\n((?:[ \t]+[^\n]*\n)*)", re.MULTILINE)
_HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")
_CLASSIFIER = "License :: OSI Approved :: "


def locked() -> list[tuple[str, str, list[str]]]:
    """Name, version and SHA-256 of all files of every package that a run needs."""
    text = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    return [(match[1].lower(), match[2], sorted(_HASH.findall(match[0]))) for match in _LOCKED.finditer(text)]


def licence(name: str) -> str | None:
    """What the package says of its licence, in one line; None where it is not installed on this system or says nothing."""
    try:
        said = metadata.metadata(name)
    except metadata.PackageNotFoundError:
        return None
    if said.get("License-Expression"):
        return str(said["License-Expression"])
    classified = [c.removeprefix(_CLASSIFIER) for c in said.get_all("Classifier", []) if c.startswith(_CLASSIFIER)]
    free = (said.get("License") or "").strip().splitlines()
    return ", ".join(classified) or (free[0] if free and len(free[0]) < 80 else None)


def sbom(packages: list[tuple[str, str, list[str]]]) -> dict[str, Any]:
    """The bill of materials."""
    components = []
    for name, version, hashes in packages:
        purl = f"pkg:pypi/{name}@{version}"
        component: dict[str, Any] = {"type": "library", "bom-ref": purl, "name": name, "version": version, "purl": purl}
        if said := licence(name):
            component["licenses"] = [{"license": {"name": said}}]
        components.append({**component, "hashes": [{"alg": "SHA-256", "content": content} for content in hashes]})
    root = {"type": "application", "bom-ref": "taizhang", "name": "taizhang", "licenses": [{"license": {"id": "MIT"}}]}
    return {"bomFormat": "CycloneDX", "specVersion": "1.6", "version": 1, "metadata": {"component": root}, "components": components}


def licences(packages: list[tuple[str, str, list[str]]]) -> str:
    """The page with the licence of each package."""
    rows = [f"| {name} | {version} | {licence(name) or 'see its project page'} |" for name, version, _ in packages]
    head = [
        "# Licences of the packages that a run needs",
        "",
        "Made by `make sbom` from requirements.lock; data that was taken over is in NOTICE.",
        "",
    ]
    return "\n".join([*head, "| package | version | licence as the package states it |", "| --- | --- | --- |", *rows, ""])


def stale() -> list[str]:
    """What the lock file and the two files do not agree on."""
    wanted = {f"{name}=={version}" for name, version, _ in locked()}
    listed = {f"{c['name']}=={c['version']}" for c in json.loads(SBOM.read_text(encoding="utf-8"))["components"]}
    rows = (line.split("|") for line in LICENCES.read_text(encoding="utf-8").splitlines() if line.startswith("| ") and "---" not in line)
    paged = {f"{row[1].strip()}=={row[2].strip()}" for row in rows} - {"package==version"}
    return sorted((wanted ^ listed) | (wanted ^ paged))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true")
    if parser.parse_args().check:
        raise SystemExit(f"run `make sbom`: {', '.join(wrong)}" if (wrong := stale()) else 0)
    packages = locked()
    SBOM.write_text(json.dumps(sbom(packages), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    LICENCES.write_text(licences(packages), encoding="utf-8")


if __name__ == "__main__":
    main()
