"""Every package is pinned with hashes, listed with its licence, and nothing reaches for the network."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
BLOCKED = """
import os, socket, sys
def hook(event, arguments):
    if event.startswith("socket.") and event not in ("socket.__new__", "socket.bind"):
        os.write(2, b"a socket: " + event.encode())
        os._exit(86)
sys.addaudithook(hook)
"""
"""Ends the process at a connection, a message or the look-up of a name, so that nobody can catch it.

A socket that is made or bound and goes nowhere is let be: urllib3, which spaCy loads, asks with one whether this system has IPv6.
"""


def _run(code: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    done = subprocess.run([sys.executable, "-c", BLOCKED + code, *arguments], capture_output=True, text=True, check=False, cwd=ROOT)
    assert "a socket" not in done.stderr, done.stderr
    return done


@pytest.mark.parametrize(
    "call",
    [
        "socket.create_connection(('127.0.0.1', 9))",
        "socket.getaddrinfo('localhost', 9)",
        "socket.socket(type=socket.SOCK_DGRAM).sendto(b'', ('127.0.0.1', 9))",
    ],
)
def test_the_block_blocks(call: str) -> None:
    done = subprocess.run([sys.executable, "-c", BLOCKED + call], capture_output=True, text=True, check=False)
    assert done.returncode == 86


def test_import_reaches_for_nothing_and_prints_nothing() -> None:
    done = _run("import pipeline, pipeline.cli, pipeline.run, pipeline.component")
    assert (done.returncode, done.stdout) == (0, ""), done.stderr


def test_a_run_reaches_for_nothing(tmp_path: Path) -> None:
    archive = tmp_path / "in"
    archive.mkdir()
    text = "石桥镇总工会2012年工作总结\n走访慰问困难职工75名,发放慰问金3.5万元。\n"
    (archive / "a.txt").write_text(text, encoding="utf-8")
    (archive / "b.html").write_text(
        f'<html><head><link rel="stylesheet" href="http://192.0.2.1/a.css"></head><body><p>{text}</p><img src="http://192.0.2.1/x.png"></body></html>',
        encoding="utf-8",
    )
    (archive / "c.eml").write_bytes(b"Content-Type: text/plain; charset=utf-8\nSubject: a\n\n" + text.encode())
    (archive / "d.csv").write_text(f"序号,内容\n1,{text.strip()}\n", encoding="utf-8")
    with zipfile.ZipFile(archive / "e.zip", "w") as inner:
        inner.writestr("f.txt", text)
    code = "from pipeline.cli import main\nsys.argv[1:] = ['run', *sys.argv[1:], '--workers', '1']\nmain()"
    done = _run(code, str(archive), "--out", str(tmp_path / "out"))
    assert done.returncode == 0, done.stderr
    content = json.loads((tmp_path / "out" / "run.json").read_text(encoding="utf-8"))
    assert content["counts"]["reports"] >= 4
    assert {path.suffix for path in (tmp_path / "out").iterdir()} >= {".csv", ".parquet", ".xlsx", ".html"}


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-dev.lock", "requirements-build.lock"])
def test_every_pinned_package_has_hashes(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    entries = re.split(r"^(?=[A-Za-z0-9])", text, flags=re.MULTILINE)[1:]
    assert entries
    assert [entry.split()[0] for entry in entries if "==" not in entry or "--hash=sha256:" not in entry] == []


def test_bill_of_materials_and_licences_are_those_of_the_lock() -> None:
    done = subprocess.run([sys.executable, ROOT / "scripts" / "build_sbom.py", "--check"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_every_package_states_a_licence() -> None:
    parts = json.loads((ROOT / "sbom.json").read_text(encoding="utf-8"))["components"]
    unstated = [part["name"] for part in parts if "licenses" not in part]
    assert len(unstated) <= 3, unstated
