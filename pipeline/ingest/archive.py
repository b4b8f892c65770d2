"""Archives (.zip, .tar, .tar.gz and the like): the files in them, each within the limits. Nothing is ever written to the disk."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import re
import stat
import tarfile
import zipfile
from collections.abc import Callable, Iterator
from typing import IO, Any

from pipeline.ingest.encoding import decode
from pipeline.ingest.package import BROKEN
from pipeline.ingest.payload import Budget, Content, Member, Payload
from pipeline.ingest.reasons import UnreadError

UTF8_NAME = 0x800
ENCRYPTED = 0x1
DRIVE = re.compile(r"[A-Za-z]:")
MOST_EMPTY_READS = 8
UNPACKERS: tuple[tuple[bytes, Callable[[IO[bytes]], Any]], ...] = (
    (b"\x1f\x8b", lambda packed: gzip.GzipFile(fileobj=packed)),
    (b"BZh", bz2.BZ2File),
    (b"\xfd7zXZ\0", lzma.LZMAFile),
)


def read(payload: Payload) -> Content:
    """No text of its own, but members. Raises UnreadError where the archive's table of contents is damaged or breaks a limit."""
    members = _zip_members(payload) if payload.data.startswith(b"PK") else _tar_members(payload)
    return Content("", members=members, container=True)


def _zip_members(payload: Payload) -> Iterator[Member]:
    try:
        archive = zipfile.ZipFile(io.BytesIO(payload.data))
    except BROKEN:
        raise UnreadError("damaged_archive", 0) from None
    entries = [info for info in archive.infolist() if not info.filename.endswith("/")]  # is_dir fails on an empty name
    if len(entries) > payload.options.max_members:
        raise UnreadError("too_many_members", payload.options.max_members)
    _foresee(payload.budget, sum(info.file_size for info in entries))
    return iter(sorted((_zip_member(archive, info, payload) for info in entries), key=lambda member: member.name))


def _foresee(budget: Budget, size: int) -> None:
    """Refuse an archive as a whole by the sizes that it states; what it does not state is caught as it is read."""
    trial = Budget(budget.options, budget.packed)
    trial.unpacked = budget.unpacked
    trial.take(size)


def _zip_member(archive: zipfile.ZipFile, info: zipfile.ZipInfo, payload: Payload) -> Member:
    def load() -> bytes:
        _check_name(name)
        if stat.S_IFMT(info.external_attr >> 16) not in (0, stat.S_IFREG):
            raise UnreadError("not_a_member")
        if info.flag_bits & ENCRYPTED:
            raise UnreadError("password")
        if info.file_size > payload.options.max_bytes:
            raise UnreadError("too_large", info.file_size)
        payload.budget.take(info.file_size)  # zipfile never gives more than this size
        try:
            return archive.read(info)
        except (*BROKEN, lzma.LZMAError):
            raise UnreadError("damaged", "packed") from None

    name = _zip_name(info)
    return Member(name, load)


def _zip_name(info: zipfile.ZipInfo) -> str:
    """The member's name: UTF-8 where the archive says so, else by content, for Chinese Windows writes GBK and says nothing."""
    name = info.orig_filename
    if not info.flag_bits & UTF8_NAME:
        try:
            raw = name.encode("cp437")  # what zipfile has read it as
            name = raw.decode("ascii") if raw.isascii() else decode(raw).text
        except (UnicodeError, UnreadError):
            name = info.orig_filename
    return name.replace("\\", "/")


def _check_name(name: str) -> None:
    """Raises UnreadError for a name that would lead out of the archive. It is not used as a path here, but its sender meant harm."""
    if name.startswith("/") or DRIVE.match(name) or ".." in name.split("/") or "\0" in name:
        raise UnreadError("bad_name")


class _Counted(io.RawIOBase):
    """A stream whose every byte is drawn on the budget, those of skipped members too. Raises EOFError where it is asked on at its end."""

    def __init__(self, source: IO[bytes], budget: Budget) -> None:
        self.source = source
        self.budget = budget
        self.empty_reads = 0

    def read(self, size: int = -1) -> bytes:
        data = self.source.read(size)
        self.budget.take(len(data))
        if not data:
            self.empty_reads += 1
            if self.empty_reads > MOST_EMPTY_READS:  # a header may state 2⁶³ bytes, and tarfile would ask for all of them
                raise EOFError
        return data


def _tar_members(payload: Payload) -> Iterator[Member]:
    """Members in the archive's order: a packed stream is gone through once."""
    packed: Any = io.BytesIO(payload.data)
    for signature, unpacker in UNPACKERS:
        if payload.data.startswith(signature):
            packed = unpacker(packed)
            break
    count = 0
    try:
        with tarfile.open(fileobj=_Counted(packed, payload.budget), mode="r|", encoding="utf-8", errors="surrogateescape") as archive:
            for info in archive:
                if not info.isdir():
                    yield _tar_member(archive, info, payload)
                    count += 1
    except (tarfile.TarError, lzma.LZMAError, *BROKEN):
        raise UnreadError("damaged_archive", count) from None


def _tar_member(archive: tarfile.TarFile, info: tarfile.TarInfo, payload: Payload) -> Member:
    def load() -> bytes:
        _check_name(info.name)
        if not info.isreg():
            raise UnreadError("not_a_member")
        if info.size > payload.options.max_bytes:
            raise UnreadError("too_large", info.size)
        if info.size < 0:
            raise UnreadError("damaged", "packed")
        try:
            file = archive.extractfile(info)
            data = file.read() if file else b""
        except (tarfile.TarError, lzma.LZMAError, *BROKEN):
            data = b""
        if len(data) < info.size:
            raise UnreadError("damaged", "packed")
        return data

    return Member(info.name, load)
