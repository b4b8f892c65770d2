"""What a small file expands to takes a bounded memory: each is read in a process of its own, whose peak is measured."""

from __future__ import annotations

import gzip
import json
import random
import subprocess
import sys
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from hostile import LIMITS, pdf_of, shared_strings, tar_of, zip_of
from ingest_archive import docx, paragraph, zipped

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="wants /proc: what getrusage tells begins with the peak of the process that forked"),
]
MEBI = 1024 * 1024
LIMIT = {**LIMITS, "max_bytes": 32 * MEBI, "max_chars": 2_000_000, "max_unpacked": 128 * MEBI, "max_elements": 200_000}
PEAK = 400 * MEBI
"""Of the whole process, the libraries of all formats among it (some 100 MB): a few times `max_bytes`, whatever a file would come to."""
CHILD = """
import json, sys
from pathlib import Path
from pipeline.ingest import IngestOptions, read_bytes
path, limits = Path(sys.argv[1]), json.loads(sys.argv[2])
found = read_bytes(path.name, path.read_bytes(), IngestOptions(**limits))
[peak] = [line.split()[1] for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM:")]
print(json.dumps([int(peak) * 1024, [(one.reason or one.status).split(":")[0] for one in found]]))
"""


def _packable(size: int) -> bytes:
    """A text that packs to a hundredth: no more than the limit on the ratio lets through."""
    chance = random.Random(size)
    line = chance.randbytes(120).hex().encode() + b"\n"
    return b"".join(chance.randbytes(12).hex().encode() + line * 20 for _ in range(size // 4_820))[:size]


def _noised(piece: str, times: int) -> str:
    """XML that packs as little."""
    return "".join(piece * 50 + f"<!--{random.Random(number).random()}-->" for number in range(times // 50))


def _mail(body: bytes) -> bytes:
    return b"From: a\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n" + body


def _nested() -> bytes:
    data = zip_of(("0.txt", _packable(12 * MEBI)))
    return zip_of(*((f"{number}.zip", data) for number in range(12)), method=0)


FILES: dict[str, tuple[str, Callable[[], bytes]]] = {
    "texts.zip": ("too_long", lambda: zip_of(*((f"{number}.txt", _packable(12 * MEBI + number)) for number in range(8)))),
    "nested.zip": ("ratio unpacks_too_large too_long", _nested),
    "zeros.tar.gz": ("ratio", lambda: gzip.compress(tar_of(("0.txt", bytes(31 * MEBI), {}), ("1.txt", bytes(31 * MEBI), {})))),
    "texts.tar.gz": ("too_long", lambda: gzip.compress(tar_of(*((f"{number}.txt", _packable(12 * MEBI), {}) for number in range(8))))),
    "noise.txt": ("too_long", lambda: random.Random(1).randbytes(31 * MEBI)),
    "paragraphs.docx": ("too_many_elements", lambda: docx(_noised("<w:p/>", 4_000_000))),
    "text.docx": ("too_long", lambda: docx("".join(paragraph(f"{random.Random(number).random()}" * 30) for number in range(20_000)))),
    "styles.docx": ("too_many_elements", lambda: docx(styles=f"<w:styles>{_noised('<w:x/>', 4_000_000)}</w:styles>")),
    "part.docx": ("too_large ratio", lambda: docx(paragraph(_packable(60 * MEBI).decode()))),
    "shared.xlsx": ("too_long", lambda: shared_strings(20_000, 30_000)),
    "named.xlsx": ("too_long", lambda: shared_strings(500, 30_000, 200)),
    "lines.eml": ("too_many_elements", lambda: b"From: a\r\n" + b"X-A: b\r\n" * 3_000_000),
    "parts.eml": ("too_many_members too_many_elements", lambda: _mail(b"--b\n\n1\n" * 60_000)),
    "stream.pdf": ("too_large", lambda: pdf_of(zlib.compress(bytes(800 * MEBI), 1), b"/Filter/FlateDecode")),
    "twice.pdf": ("too_large", lambda: pdf_of(zlib.compress(zlib.compress(bytes(800 * MEBI), 1)), b"/Filter[/FlateDecode/FlateDecode]")),
    "commas.csv": ("too_long", lambda: "正文,甲\n".encode() + b"," * 30_000_000),
}


@pytest.mark.parametrize("name", FILES)
def test_what_a_file_expands_to_takes_a_bounded_memory(tmp_path: Path, name: str) -> None:
    code, make = FILES[name]
    (tmp_path / name).write_bytes(make())
    command = [sys.executable, "-c", CHILD, str(tmp_path / name), json.dumps(LIMIT)]
    peak, found = json.loads(subprocess.run(command, capture_output=True, check=True, text=True).stdout)
    assert set(found) & set(code.split()), found
    assert not {"error", "too_slow"} & set(found)
    assert peak < PEAK, f"{peak / MEBI:.0f} MiB"


def test_the_measure_sees_what_is_taken(tmp_path: Path) -> None:
    """A text within the limits, of which the process holds some copies."""
    (tmp_path / "a.txt").write_bytes("走访慰问困难职工，".encode() * 200_000)
    small = zipped({"a.txt": b"12"})
    (tmp_path / "b.zip").write_bytes(small)
    peaks = [
        json.loads(
            subprocess.run(
                [sys.executable, "-c", CHILD, str(tmp_path / name), json.dumps(LIMIT)], capture_output=True, check=True, text=True
            ).stdout
        )[0]
        for name in ("b.zip", "a.txt")
    ]
    assert peaks[1] - peaks[0] > 4 * MEBI
