"""Archives: names, limits, tricks."""

from __future__ import annotations

import io
import stat
import tarfile
import zipfile
from pathlib import Path

import pytest
from ingest_archive import TEXT, docx, mail, tarred, zipped

from pipeline.ingest import IngestOptions, ingest
from pipeline.model import Document

DATA = TEXT.encode()


def read(folder: Path, name: str, data: bytes, **limits: object) -> dict[str, Document]:
    (folder / name).write_bytes(data)
    return {document.source: document for document in ingest([folder / name], IngestOptions(**limits))}  # type: ignore[arg-type]


def codes(found: dict[str, Document]) -> dict[str, str]:
    return {source: (document.reason or document.status).split(":")[0] for source, document in found.items()}


def test_members_in_the_order_of_their_names(tmp_path: Path) -> None:
    found = read(tmp_path, "a.zip", zipped({"乙.txt": DATA, "b/c.txt": DATA, "a.txt": DATA}))
    assert list(found) == ["a.zip", "a.zip!/a.txt", "a.zip!/b/c.txt", "a.zip!/乙.txt"]


def test_archives_in_archives(tmp_path: Path) -> None:
    data = zipped({"b.tar": tarred({"c.eml": mail(attachments={"d.docx": docx()})}, "w")})
    found = read(tmp_path, "a.zip", data)
    assert list(found) == ["a.zip", "a.zip!/b.tar", "a.zip!/b.tar!/c.eml", "a.zip!/b.tar!/c.eml!/d.docx"]
    assert codes(read(tmp_path, "a.zip", data, max_depth=2)) == {
        "a.zip": "ok",
        "a.zip!/b.tar": "ok",
        "a.zip!/b.tar!/c.eml": "too_deep",
    }


@pytest.mark.parametrize("mode", ["w", "w:gz", "w:bz2", "w:xz"])
def test_packings(tmp_path: Path, mode: str) -> None:
    assert codes(read(tmp_path, "a.bin", tarred({"a.txt": DATA}, mode))) == {"a.bin": "ok", "a.bin!/a.txt": "ok"}


@pytest.mark.parametrize("make", [zipped, tarred])
def test_path_tricks(tmp_path: Path, make) -> None:  # type: ignore[no-untyped-def]
    names = ["../../etc/x.txt", "/etc/x.txt", "C:/x.txt", "a/../b.txt"]
    found = read(tmp_path, "a.zip", make(dict.fromkeys(names, DATA)))
    assert sorted(codes(found).values()) == ["bad_name"] * 4 + ["ok"]
    assert [path.name for path in tmp_path.iterdir()] == ["a.zip"]


def test_links_and_devices_in_archives(tmp_path: Path) -> None:
    target = io.BytesIO()
    with tarfile.open(fileobj=target, mode="w") as archive:
        for name, kind in (("link.txt", tarfile.SYMTYPE), ("pipe.txt", tarfile.FIFOTYPE), ("device.txt", tarfile.CHRTYPE)):
            info = tarfile.TarInfo(name)
            info.type, info.linkname = kind, "/etc/passwd"
            archive.addfile(info)
    assert set(codes(read(tmp_path, "a.tar", target.getvalue())).values()) == {"ok", "not_a_member"}
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as other:
        info = zipfile.ZipInfo("link.txt")
        info.external_attr = (stat.S_IFLNK | 0o777) << 16
        other.writestr(info, "/etc/passwd")
    assert codes(read(tmp_path, "a.zip", packed.getvalue()))["a.zip!/link.txt"] == "not_a_member"


def test_system_files_and_bad_files_cost_their_own_row(tmp_path: Path) -> None:
    found = read(tmp_path, "a.zip", zipped({"Thumbs.db": b"x", "a.txt": DATA, "b.docx": b"PK\x03\x04x", "c.txt": b"", ".x": b"x"}))
    assert codes(found) == {
        "a.zip": "ok",
        "a.zip!/.x": "hidden",
        "a.zip!/Thumbs.db": "system_file",
        "a.zip!/a.txt": "ok",
        "a.zip!/b.docx": "damaged",
        "a.zip!/c.txt": "empty",
    }


def test_bombs(tmp_path: Path) -> None:
    zeros = bytes(20_000_000)
    for name, data in (("a.zip", zipped({"z.txt": zeros, "y.txt": DATA})), ("a.tar.gz", tarred({"z.txt": zeros, "y.txt": DATA}))):
        assert codes(read(tmp_path, name, data))[name] == "ratio"
    assert codes(read(tmp_path, "b.zip", zipped({"a.zip": zipped({"z": zeros})})))["b.zip!/a.zip"] == "ratio"


def test_limits(tmp_path: Path) -> None:
    data = zipped({f"{number}.txt": DATA for number in range(9)})
    assert codes(read(tmp_path, "a.zip", data, max_members=8)) == {"a.zip": "too_many_members"}
    assert codes(read(tmp_path, "a.zip", data, max_unpacked=len(DATA) * 5)) == {"a.zip": "unpacks_too_large"}
    assert set(codes(read(tmp_path, "a.zip", zipped({"a.txt": DATA}), max_bytes=len(DATA) - 1)).values()) == {"ok", "too_large"}
    # a stream states no sizes ahead: what was read before the limit stays
    streamed = codes(read(tmp_path, "a.tar", tarred({f"{number}.txt": DATA for number in range(9)}, "w"), max_members=8))
    assert streamed["a.tar"] == "too_many_members"
    assert list(streamed.values()).count("ok") == 8


def test_a_zip_that_states_a_wrong_size(tmp_path: Path) -> None:
    data = zipped({"a.txt": bytes(1_000_000)})
    place = data.rindex(b"PK\x01\x02")
    lying = data[: place + 24] + (10).to_bytes(4, "little") + data[place + 28 :]
    assert codes(read(tmp_path, "a.zip", lying))["a.zip!/a.txt"] == "damaged"


def test_passwords(tmp_path: Path) -> None:
    data = bytearray(zipped({"a.txt": DATA}))
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(mark) + offset] |= 1
    assert codes(read(tmp_path, "a.zip", bytes(data)))["a.zip!/a.txt"] == "password"


def test_equal_names(tmp_path: Path) -> None:
    target = io.BytesIO()
    with pytest.warns(UserWarning, match="Duplicate"), zipfile.ZipFile(target, "w") as archive:
        archive.writestr("a.txt", DATA)
        archive.writestr("a.txt", DATA)
    assert list(read(tmp_path, "a.zip", target.getvalue())) == ["a.zip", "a.zip!/a.txt", "a.zip!/a.txt~2"]


def test_a_cut_archive_keeps_what_could_be_read(tmp_path: Path) -> None:
    import random

    noise = random.Random(1).randbytes(200_000).hex().encode()
    data = tarred({"a.txt": DATA, "b.txt": noise, "c.txt": DATA})
    found = codes(read(tmp_path, "a.tar.gz", data[: len(data) // 2]))
    assert found["a.tar.gz"] == "damaged_archive"
    assert found["a.tar.gz!/a.txt"] == "ok"
