"""Which inputs there are: files and folders, walked in a stable order, without opening a file."""

from __future__ import annotations

import errno
import os
import stat
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from pipeline.ingest.names import distinct, printable, system_code
from pipeline.ingest.options import MEBI, IngestOptions

OWN_KEY = "taizhang"
"""The key of run.json by which a folder of tables is known."""
OWN_FILE = "run.json"

SPECIAL_FILES = (
    (stat.S_ISFIFO, "pipe"),
    (stat.S_ISSOCK, "socket"),
    (stat.S_ISCHR, "device"),
    (stat.S_ISBLK, "device"),
)


@dataclass(frozen=True, slots=True)
class InputItem:
    """One input to hand to `read_input`: where it lies, how large it is, or why it cannot be read (a code of `reasons.REASONS`)."""

    source: str
    path: Path
    size: int | None = None
    code: str | None = None
    detail: str = ""


@dataclass(frozen=True, slots=True)
class _Root:
    given: Path
    real: Path
    label: str


def list_inputs(inputs: Sequence[Path], options: IngestOptions) -> list[InputItem]:
    """Every input below `inputs`, sorted by `source`, each file once however often it is reached.

    A folder that cannot be listed, or is not walked into, is one item with a code and a `/` at the end of its source. The tables of
    earlier runs and `options.exclude` are no inputs and have no item. Never raises for what it finds on the disk.
    """
    roots = _roots(inputs)
    walk = _Walk(roots, options)
    found: dict[Path, InputItem] = {}
    for root in roots:
        for real, item in walk.root(root):
            kept = found.get(real)
            if kept is None or item.source < kept.source:
                found[real] = item
    ordered = sorted(found.items(), key=lambda pair: (pair[1].source, pair[0]))
    sources = distinct(item.source for _, item in ordered)
    return [replace(item, source=source) for source, (_, item) in zip(sources, ordered, strict=True)]


def is_own_output(folder: Path) -> bool:
    """Whether `folder` holds a `run.json` of ours."""
    import json

    try:
        path = folder / OWN_FILE
        if not path.is_file() or path.stat().st_size > 16 * MEBI:
            return False
        content = json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError):
        return False
    return isinstance(content, dict) and OWN_KEY in content


def _roots(inputs: Sequence[Path]) -> list[_Root]:
    """The inputs without repetitions, each labelled with its name, and with as many parents as tell it from the others of that name."""
    # not Path.resolve: where an input is a link, its own name is wanted
    given = {Path(os.path.realpath(path)): Path(os.path.abspath(path)) for path in sorted(map(Path, inputs), reverse=True)}  # noqa: PTH100
    length = dict.fromkeys(given, 1)
    while True:
        labels = {real: "/".join(path.parts[-length[real] :]) for real, path in given.items()}
        uses = Counter(labels.values())
        clashing = [real for real in given if uses[labels[real]] > 1 and length[real] < len(given[real].parts)]
        if not clashing:
            return [_Root(given[real], real, printable(labels[real].strip("/"))) for real in sorted(given)]
        for real in clashing:
            length[real] += 1


class _Walk:
    """One listing: what it has seen, so that no folder is walked twice by way of links."""

    def __init__(self, roots: Sequence[_Root], options: IngestOptions) -> None:
        self.real_roots = [root.real for root in roots]
        self.options = options
        self.excluded = {Path(os.path.realpath(path)) for path in options.exclude}
        self.seen: set[Path] = set()

    def root(self, root: _Root) -> Iterator[tuple[Path, InputItem]]:
        """Pairs of the real path (the identity) and the item, for one input and all below it."""
        try:
            status = root.given.stat()
        except OSError as error:
            code = "link_loop" if error.errno == errno.ELOOP else "missing" if isinstance(error, FileNotFoundError) else _code(error)
            yield root.real, InputItem(root.label, root.given, None, code, _detail(error))
            return
        if not stat.S_ISDIR(status.st_mode):
            yield root.real, _file_item(root.label, root.given, status)
        elif root.real in self.excluded or is_own_output(root.real):
            yield root.real, InputItem(root.label + "/", root.given, None, "own_output")
        else:
            self.seen.clear()  # a root inside another root is walked from both; `list_inputs` keeps one item of each file
            yield from self._folder(root.given, root.real, root.label, 0)

    def _folder(self, path: Path, real: Path, source: str, depth: int) -> Iterator[tuple[Path, InputItem]]:
        self.seen.add(real)
        if depth > self.options.max_folders:
            yield real, InputItem(source + "/", path, None, "too_deep", str(self.options.max_folders))
            return
        try:
            with os.scandir(path) as scan:
                entries = sorted(scan, key=lambda entry: entry.name)
        except OSError as error:
            code = "no_permission_folder" if isinstance(error, PermissionError) else _code(error)
            yield real, InputItem(source + "/", path, None, code, _detail(error))
            return
        for entry in entries:
            below = f"{source}/{printable(entry.name)}" if source else printable(entry.name)
            yield from self._entry(entry, Path(entry.path), real / entry.name, below, depth)

    def _entry(self, entry: os.DirEntry[str], path: Path, real: Path, source: str, depth: int) -> Iterator[tuple[Path, InputItem]]:
        if real in self.excluded:
            return
        folder = entry.is_dir(follow_symlinks=False)
        if (code := system_code(entry.name)) is not None:
            yield real, InputItem(source + "/" * folder, path, None, code)
        elif entry.is_symlink():
            yield from self._link(path, real, source, depth)
        elif not folder:
            yield real, _stat_item(source, path)
        elif not is_own_output(real):
            yield from self._folder(path, real, source, depth + 1)

    def _link(self, path: Path, real: Path, source: str, depth: int) -> Iterator[tuple[Path, InputItem]]:
        """A link is read only where it leads out of the inputs and the caller wants that; inside them its target is read in its place."""
        try:
            target = Path(os.path.realpath(path, strict=True))
        except OSError as error:
            yield real, InputItem(source, path, None, "link_loop" if error.errno == errno.ELOOP else "link_broken")
            return
        if target in self.excluded or is_own_output(target):
            return
        if real.is_relative_to(target):
            yield real, InputItem(source, path, None, "link_loop")
        elif any(target.is_relative_to(root) for root in self.real_roots) or target in self.seen:
            yield real, InputItem(source, path, None, "link_seen")
        elif not self.options.follow_links:
            yield real, InputItem(source, path, None, "link_outside")
        elif target.is_dir():
            yield from self._folder(path, target, source, depth + 1)
        else:
            yield target, _stat_item(source, path)


def _stat_item(source: str, path: Path) -> InputItem:
    try:
        return _file_item(source, path, path.stat())
    except OSError as error:
        return InputItem(source, path, None, _code(error), _detail(error))


def _file_item(source: str, path: Path, status: os.stat_result) -> InputItem:
    for test, name in SPECIAL_FILES:
        if test(status.st_mode):
            return InputItem(source, path, None, "device", name)
    return InputItem(source, path, status.st_size)


def _code(error: OSError) -> str:
    if isinstance(error, FileNotFoundError):
        return "vanished"
    return "no_permission" if isinstance(error, PermissionError) else "io_error"


def _detail(error: OSError) -> str:
    return os.strerror(error.errno) if error.errno else type(error).__name__
