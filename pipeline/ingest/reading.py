"""The file boundary: one input in, its rows out, whatever it holds. Nothing that a file does comes further than this."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path, PurePosixPath
from typing import Any

from pipeline import surrogates
from pipeline.ingest.clock import OutOfTimeError, at_most
from pipeline.ingest.encoding import Model
from pipeline.ingest.formats import PLAIN_FORMATS, TABLE_FORMATS, reader_of
from pipeline.ingest.html import site_of
from pipeline.ingest.layout import signs_of
from pipeline.ingest.listing import InputItem, list_inputs
from pipeline.ingest.names import printable, system_code
from pipeline.ingest.numerals import numerals_in
from pipeline.ingest.options import IngestOptions
from pipeline.ingest.payload import Budget, Content, Member, Payload
from pipeline.ingest.reasons import UnreadError
from pipeline.ingest.sniff import HEAD, sniff
from pipeline.ingest.sniff import is_plain as is_plain_head
from pipeline.model import Document

MEMBER_MARK = "!/"
"""Stands in `source` between an archive and the name of a file inside it."""
_FLAGS = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
STOPS = (KeyboardInterrupt, SystemExit, GeneratorExit, OutOfTimeError)


def ingest(inputs: Sequence[Path], options: IngestOptions | None = None) -> Iterator[Document]:
    """Documents of all inputs, in the order of `list_inputs`, an archive's own before those of its members."""
    options = options or IngestOptions()
    for item in list_inputs(inputs, options):
        yield from read_input(item, options)


def read_input(item: InputItem, options: IngestOptions | None = None) -> list[Document]:
    """The Documents of one item: one for a file, and for an archive or a mail one for itself and one for each file inside.

    Never raises for what the file holds; `status` and `reason` tell what became of it. Equal bytes give equal Documents.
    """
    options = options or IngestOptions()
    if item.code is not None:
        return [_unread(item.source, UnreadError(item.code, item.detail))]
    return _in_time(item.source, item.path.name, lambda: _bytes_of(item.path, options), options)


def check_rules(folder: Path) -> None:
    """Raises RuleError where the readers' files of an own folder cannot be used, before any file would tell of it."""
    Model.load(folder)
    signs_of(folder)
    site_of(folder)


def is_plain(item: InputItem) -> bool:
    """Whether no library of other hands has to do with the input. One that cannot be looked at is plain: none will read it."""
    if item.code is not None:
        return True
    try:
        handle = os.open(item.path, _FLAGS)
        try:
            return is_plain_head(os.read(handle, HEAD), item.path.suffix.lower())
        finally:
            os.close(handle)
    except OSError:
        return True


def read_bytes(source: str, data: bytes, options: IngestOptions | None = None) -> list[Document]:
    """As `read_input`, for a file that is in memory and would lie at `source`."""
    options = options or IngestOptions()

    def load() -> bytes:
        if len(data) > options.max_bytes:
            raise UnreadError("too_large", len(data))
        return data

    return _in_time(source, PurePosixPath(source).name, load, options)


def _in_time(source: str, name: str, load: Callable[[], bytes], options: IngestOptions) -> list[Document]:
    """The Documents, or where the last net caught the input one that says so: no part of it may depend on the clock."""
    try:
        with at_most(options.max_seconds):
            return _documents(source, name, load, options, None, 0)
    except OutOfTimeError:
        return [_unread(source, UnreadError("too_slow", options.max_seconds))]


def _documents(
    source: str, name: str, load: Callable[[], bytes], options: IngestOptions, budget: Budget | None, depth: int
) -> list[Document]:
    known: dict[str, Any] = {}
    inside: list[Document] = []
    try:
        if depth and (code := system_code(name)) is not None:
            raise UnreadError(code)
        data = load()
        known.update(sha256=hashlib.sha256(data).hexdigest(), bytes=len(data))
        if not data:
            raise UnreadError("empty")
        budget = budget or Budget(options, len(data))
        payload = Payload(source, data, PurePosixPath(name).suffix.lower(), options, budget, depth)
        known["format"] = form = sniff(data, payload.suffix)
        content = reader_of(form)(payload)
        known.update(encoding=content.encoding, encoding_basis=content.encoding_basis)
        known.update(plain=form in PLAIN_FORMATS, rows=form in TABLE_FORMATS)
        for member_source, member in _named(source, content.members, depth, options):
            inside += _documents(member_source, PurePosixPath(member.name).name, member.load, options, budget, depth + 1)
        text = _checked(content, options, bool(inside))
        known["reason"] = content.note
    except UnreadError as unread:
        return [_unread(source, unread, known), *inside]
    except BaseException as error:  # the one broad except; a panic of a Rust reader is no Exception
        if isinstance(error, STOPS):
            raise
        return [_unread(source, UnreadError("error", type(error).__name__), known), *inside]
    return [Document(source, text, **known), *inside]


def _named(source: str, members: Iterable[Member], depth: int, options: IngestOptions) -> Iterator[tuple[str, Member]]:
    """Each member with its source, which is a key. Raises UnreadError where there are too many of them or they lie too deep."""
    used: dict[str, int] = {}
    for count, member in enumerate(members, start=1):
        if count > options.max_members:
            raise UnreadError("too_many_members", options.max_members)
        if depth >= options.max_depth:
            raise UnreadError("too_deep", options.max_depth)
        below = source + MEMBER_MARK + "/".join(printable(part) for part in member.name.split("/"))
        used[below] = used.get(below, 0) + 1
        yield (below if used[below] == 1 else f"{below}~{used[below]}"), member


def _checked(content: Content, options: IngestOptions, full: bool) -> str:
    """The text, where there is one and it is within the limit; no lone surrogate in it, as UTF-7 can write."""
    if len(content.text) > options.max_chars:
        raise UnreadError("too_long", len(content.text))
    if len(content.text) > 2 * options.max_numbers and (numbers := numerals_in(content.text)) > options.max_numbers:
        raise UnreadError("too_many_numbers", numbers)
    if content.container:
        if not full:
            raise UnreadError("empty_archive")
    elif not content.text or content.text.isspace():
        raise UnreadError("no_text")
    return surrogates.replaced(content.text)


def _unread(source: str, unread: UnreadError, known: dict[str, Any] | None = None) -> Document:
    return Document(source, "", unread.status, unread.reason, **(known or {}))


def _bytes_of(path: Path, options: IngestOptions) -> bytes:
    """All bytes of a regular file. Raises UnreadError; never waits on a pipe, never takes in more than `max_bytes`."""
    try:
        for _ in range(2):
            data, steady = _read_once(path, options.max_bytes)
            if steady:
                return data
    except FileNotFoundError:
        raise UnreadError("vanished") from None
    except PermissionError:
        raise UnreadError("no_permission") from None
    except OSError as error:
        raise UnreadError("io_error", os.strerror(error.errno or 0)) from None
    raise UnreadError("changed")


def _read_once(path: Path, limit: int) -> tuple[bytes, bool]:
    """Bytes of the file, and whether it was the same before and after."""
    handle = os.open(path, _FLAGS)
    with os.fdopen(handle, "rb") as file:
        before = os.fstat(handle)
        if not stat.S_ISREG(before.st_mode):
            raise UnreadError("device", "device or pipe")
        if before.st_size > limit:
            raise UnreadError("too_large", before.st_size)
        data = file.read(limit + 1)
        after = os.fstat(handle)
    if len(data) > limit:
        raise UnreadError("too_large", f"over {limit}")
    return data, (before.st_mtime_ns, before.st_size) == (after.st_mtime_ns, len(data))
