"""Loads, validates and compiles `rules/` once. An analyst's own folder is laid over the shipped one: a rule of the same id replaces it.

Every error names the file, the line and the remedy. Patterns are those of the `regex` package in verbose mode; `{name}` stands for a brick
of `bricks.toml`, `{unit:A|B}` for the measure words of classes of `units.toml`, `{words:NAME}` for a list of `words.toml`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property, partial
from pathlib import Path
from typing import Any, Literal, NoReturn, get_args

import regex

from pipeline.model import QUANTITIES, Kind
from pipeline.patterns import compiled, lazy
from pipeline.repeats import bounded
from pipeline.rule_files import RuleError as RuleError
from pipeline.rule_files import laid_over, parse
from pipeline.rules_shape import check_file, line_of

EXTRACTION_FILES = ("markers", "references", "names", "ordinals", "dates", "quantities")
COUNT_CLASSES_LEFT_OUT = frozenset({"money", "foreign", "percent", "duration"})
_PLACE = regex.compile(r"rules/(?P<file>\w+)\.toml: (?P<rule>[\w.]+)")
_REFERENCE = regex.compile(r"\{([a-z_]\w*)(?::([\w|]+))?\}")


Combine = Literal["sum", "latest", "single"]
"""How the facts of a report become its cell."""


@dataclass(frozen=True, slots=True)
class ExtractionRule:
    """One rule that finds mentions. `reads` names the interpreter; labels have none. Higher `priority` wins over length."""

    id: str
    kind: Kind
    why: str
    pattern: regex.Pattern[str]
    reads: str = ""
    priority: int = 0
    examples: tuple[str, ...] = ()
    counter_examples: tuple[str, ...] = ()
    cut_left: tuple[str, ...] = ()
    in_words: Literal["never", "start", "always"] = "never"
    """Whether it may read a numeral of an ordinary word: `always` (四中 in 四中全会), or where both begin together (`start`: 五塘镇)."""
    order: int = 0


HEDGE_SIDES = ("before", "inside", "after", "within")
"""Where a hedge of `hedges.toml` stands; `within` is behind a length of time."""


@dataclass(frozen=True, slots=True)
class Unit:
    """A measure word: its class, and what 一 with it mostly is (`count` or `article`)."""

    word: str
    unit_class: str
    one: Literal["count", "article"]


@dataclass(frozen=True, slots=True)
class ActivityType:
    """One type of work, as `activities.toml` defines it."""

    code: str
    label: str
    label_en: str
    order: int


@dataclass(frozen=True, slots=True)
class Indicator:
    """One column of the comparison, as `indicators.toml` defines it; its rules stand in `table`."""

    code: str
    label: str
    label_en: str
    unit: str
    units: frozenset[str]
    combine: Combine
    order: int
    table: Mapping[str, Any] = field(default_factory=dict)
    bases: tuple[str, ...] = ()
    """Codes of the indicators that it is divided by in `per_head`."""
    most: int | None = None
    """No value is larger; None where nothing bounds it."""


def shipped_folder() -> Path:
    """The folder of the shipped rules: inside the package in a wheel, at the top of the project in a checkout."""
    inside = Path(__file__).parent / "rules"
    return inside if inside.is_dir() else Path(__file__).parent.parent / "rules"


def load(own: Path | None = None, *, eager: bool = False) -> Rulebook:
    """The shipped rules, with the folder `own` laid over them. Raises RuleError on a file that cannot be used.

    `eager`: each pattern is compiled as soon as a stage is made, so that one that does not compile is found at once. Patterns of own
    rules always are; those of the shipped ones, which the tests know to compile, wait until a text needs them.
    """
    folders = (shipped_folder(),) if own is None else (shipped_folder(), own)
    if own is not None:
        _check_folder(own)
    return Rulebook(folders, eager=eager or own is not None)


def _check_folder(own: Path) -> None:
    """An own folder holds files of the names of the shipped ones; any other would be read by nobody."""
    if not own.is_dir():
        raise RuleError(f"{own}: no such folder; give --rules a folder with rule files as in rules/")
    known = {path.name for path in shipped_folder().glob("*.toml")}
    if unknown := sorted(path.name for path in own.glob("*.toml") if path.name not in known):
        raise RuleError(f"{', '.join(unknown)}: no rule file of that name; the shipped ones are {', '.join(sorted(known))}")
    for path in sorted(own.glob("*.toml")):
        parse(path)
        check_file(path.read_text(encoding="utf-8"), parse(shipped_folder() / path.name), partial(_complain, path.name))


def _complain(name: str, line: int | None, what: str) -> NoReturn:
    raise RuleError(f"{name}: {what}" if line is None else f"{name}, line {line}: {what}")


def located(message: str, own: Path | None) -> str:
    """A message that begins with `rules/FILE.toml: ID` with the file's own path and the line of that rule, where it can be told."""
    named = _PLACE.match(message)
    for folder in (own, shipped_folder()) if named else ():
        path = folder / f"{named['file']}.toml" if folder is not None and named is not None else None
        if path is not None and named is not None and path.is_file():
            line = line_of(path.read_text(encoding="utf-8"), named["rule"])
            if line is not None:
                return f"{path}, line {line}: {message[named.start('rule') :]}"
    return message


@dataclass(frozen=True)
class Rulebook:
    """The rules of one run. Everything is read lazily and kept; the object never changes."""

    folders: tuple[Path, ...]
    eager: bool = False
    """Whether patterns are compiled at once, and not when a text first needs them."""

    @property
    def folder(self) -> Path:
        """The shipped rules."""
        return self.folders[0]

    @cached_property
    def hash(self) -> str:
        """SHA-256 over all rule files, names and contents, in order."""
        digest = hashlib.sha256()
        for folder in self.folders:
            for path in _rule_files(folder):
                digest.update(path.relative_to(folder).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
        return digest.hexdigest()

    def state(self) -> tuple[tuple[str, int, int], ...]:
        """Path, size and time of each rule file as it stands on the disk now: what tells a change without reading them."""
        stats = ((path, path.stat()) for folder in self.folders for path in _rule_files(folder))
        return tuple((str(path), stat.st_size, stat.st_mtime_ns) for path, stat in stats)

    def hash_of(self, files: Collection[str]) -> str:
        """SHA-256 over some rule files: names of files, or of folders with all that is in them."""
        digest = hashlib.sha256()
        for folder in self.folders:
            found = sorted(p for p in folder.rglob("*") if p.is_file() and p.relative_to(folder).parts[0] in files)
            for path in found:
                digest.update(path.relative_to(folder).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
            digest.update(b"\0" if found else b"")  # a folder without any of them says nothing
        return digest.hexdigest()

    @cached_property
    def _tables(self) -> dict[str, dict[str, Any]]:
        """The tables that were asked for, by name: several stages ask for some."""
        return {}

    def table(self, name: str) -> dict[str, Any]:
        """The merged content of `NAME.toml` of all folders; lists of tables with `id` or `code` are merged by it."""
        if name not in self._tables:
            self._tables[name] = self._merged(name)
        return self._tables[name]

    def _merged(self, name: str) -> dict[str, Any]:
        found = [path for folder in self.folders if (path := folder / f"{name}.toml").is_file()]
        if not found:
            raise RuleError(f"{self.folder / name}.toml: the file is missing; reinstall taizhang")
        return laid_over(found)

    @cached_property
    def units(self) -> Mapping[str, Unit]:
        """Measure words by word; where two classes have a word, the first class keeps it."""
        units: dict[str, Unit] = {}
        for row in self.table("units")["class"]:
            for word in row["words"].split():
                units.setdefault(word, Unit(word, row["id"], row.get("one", "count")))
        return units

    @cached_property
    def words(self) -> Mapping[str, tuple[str, ...]]:
        """The word lists of `words.toml`, and the hedges by the side on which they stand."""
        listed = {name: tuple(text.split()) for name, text in self.table("words")["lists"].items()}
        for side in HEDGE_SIDES:
            words = tuple(word for words in self.table("hedges")[side].values() for word in words.split())
            listed[f"hedge_{side}"] = words
            listed[f"hedge_{side}_long"] = tuple(word for word in words if len(word) > 1)
        return listed

    @cached_property
    def phrases(self) -> Mapping[str, str]:
        """Whole names with a numeral in them, and the rule that each belongs to."""
        return {word: f"name.{part}" for part, text in self.table("names").get("phrases", {}).items() for word in text.split()}

    @cached_property
    def ordinary_words(self) -> frozenset[str]:
        """Words with a numeral character that are no numbers."""
        table = self.table("lookalikes")
        listed = (self.folder / "words" / "ordinary.txt").read_text(encoding="utf-8").split()
        return (frozenset(listed) | frozenset(table["add"].split())) - frozenset(table["remove"].split())

    @cached_property
    def weak_words(self) -> frozenset[str]:
        """Ordinary words that give way to a count that begins in them: 周一 in 每周一次."""
        return frozenset(self.table("lookalikes")["weak"].split())

    @cached_property
    def extraction(self) -> tuple[ExtractionRule, ...]:
        """All rules that find mentions, in the order of their files."""
        rules: list[ExtractionRule] = []
        for name in EXTRACTION_FILES:
            rules += self._extraction_file(name, len(rules))
        return tuple(rules)

    @cached_property
    def activities(self) -> Mapping[str, ActivityType]:
        rows = self.table("activities")["activity"]
        return {r["code"]: ActivityType(r["code"], r["label"], r["label_en"], i) for i, r in enumerate(rows)}

    @cached_property
    def indicators(self) -> Mapping[str, Indicator]:
        rows = self.table("indicators")["indicator"]
        codes = {row["code"] for row in rows}
        classes = {unit.unit_class for unit in self.units.values()}
        for row in rows:
            where = f"rules/indicators.toml: {row['code']}"
            if unknown := set(row.get("bases", ())) - codes:
                raise RuleError(f"{where}: unknown base {', '.join(sorted(unknown))}; name codes of indicators")
            if row["combine"] not in get_args(Combine):
                raise RuleError(f"{where}: combine {row['combine']!r} is none of {', '.join(get_args(Combine))}")
            if row["kind"] not in QUANTITIES:
                raise RuleError(f"{where}: kind {row['kind']!r} is none of {', '.join(sorted(QUANTITIES))}")
            if row.get("most", 1) <= 0:
                raise RuleError(f"{where}: most {row['most']} leaves no value; give a number above 0, or leave it out")
            if unknown := {word for word in row["units"] if word.isascii()} - classes:
                raise RuleError(f"{where}: units {', '.join(sorted(unknown))} are no classes of measure words; rules/units.toml lists them")
        return {
            r["code"]: Indicator(
                r["code"],
                r["label"],
                r["label_en"],
                r["unit"],
                frozenset(r["units"]),
                r["combine"],
                i,
                r,
                tuple(r.get("bases", ())),
                r.get("most"),
            )
            for i, r in enumerate(rows)
        }

    def compile(self, pattern: str, where: str) -> regex.Pattern[str]:
        """A pattern with its bricks filled in. Raises RuleError, with `where`, on an unknown brick or a pattern that does not compile."""

        def failed(error: regex.error) -> RuleError:
            return RuleError(f"{where}: the pattern does not compile: {error}; see the bricks in rules/bricks.toml")

        lists: dict[str, Any] = {}
        filled = bounded(self._fill(pattern, lists, where))
        return compiled(filled, lists, failed) if self.eager else lazy(filled, lists, failed)

    def _fill(self, pattern: str, lists: dict[str, Any], where: str, depth: int = 0) -> str:
        if depth > 8:
            raise RuleError(f"{where}: bricks refer to each other in a circle; break it in rules/bricks.toml")

        def brick(match: regex.Match[str]) -> str:
            name, arguments = match.group(1), match.group(2)
            if arguments is None:
                if name not in self._bricks:
                    raise RuleError(f"{where}: there is no brick {{{name}}}; rules/bricks.toml lists them")
                return self._fill(self._bricks[name], lists, where, depth + 1)
            key = f"{name}_{arguments.replace('|', '_')}"
            lists[key] = self._listed(name, arguments, where)
            return rf"\L<{key}>"

        return _REFERENCE.sub(brick, pattern)

    def _listed(self, name: str, arguments: str, where: str) -> list[str]:
        if name == "words":
            return [word for part in arguments.split("|") for word in self._look_up(self.words, part, where)]
        if name == "unit":
            wanted = set(arguments.split("|"))
            classes = {unit.unit_class for unit in self.units.values()}
            if "count" in wanted:
                wanted |= classes - COUNT_CLASSES_LEFT_OUT
            if unknown := wanted - classes - {"count"}:
                raise RuleError(f"{where}: no class {sorted(unknown)} of measure words; rules/units.toml lists them")
            return [unit.word for unit in self.units.values() if unit.unit_class in wanted]
        raise RuleError(f"{where}: {{{name}:…}} is neither {{unit:…}} nor {{words:…}}")

    @staticmethod
    def _look_up(lists: Mapping[str, tuple[str, ...]], name: str, where: str) -> tuple[str, ...]:
        if name not in lists:
            raise RuleError(f"{where}: there is no word list {name}; rules/words.toml has {', '.join(lists)}")
        return lists[name]

    @cached_property
    def _bricks(self) -> Mapping[str, str]:
        goes_on = _alternatives(self.table("units")["goes_on"]["words"].split())
        return {**self.table("bricks")["bricks"], **self._festival_bricks(), "unit_goes_on": goes_on}

    def _festival_bricks(self) -> dict[str, str]:
        written = [word for words in self.table("dates")["festival_words"].values() for word in words.split()]
        written.sort(key=len, reverse=True)
        alone = [word for word in written if not regex.fullmatch(r"[三五六七八十][一四八]|\d[.·]\d|[三五六七八十][.·][一四八]", word)]
        return {"festival": _alternatives(written), "festival_long": _alternatives(alone)}

    def _extraction_file(self, name: str, order: int) -> Iterator[ExtractionRule]:
        table = self.table(name)
        for index, row in enumerate(table.get("rule", [])):
            where = f"rules/{name}.toml: {row.get('id', '(a rule without id)')}"
            _check_keys(row, where)
            if row.get("off"):
                continue
            kind = row.get("kind", table.get("kind"))
            if kind not in get_args(Kind):
                raise RuleError(f"{where}: kind {kind!r} is none of {', '.join(get_args(Kind))}")
            yield ExtractionRule(
                row["id"],
                kind,
                row["why"],
                self.compile(row["pattern"], where),
                row.get("reads", table.get("reads", "") if kind == table.get("kind") or table.get("reads") == "quantity" else ""),
                row.get("priority", table.get("priority", 0)),
                tuple(row.get("examples", ())),
                tuple(row.get("counter_examples", ())),
                tuple(row.get("cut_left", "").split()),
                row.get("in_words", table.get("in_words", "never")),
                order + index,
            )


_RULE_KEYS = {"id", "kind", "why", "pattern", "reads", "priority", "examples", "counter_examples", "cut_left", "in_words", "off"}


def _check_keys(row: Mapping[str, Any], where: str) -> None:
    if unknown := set(row) - _RULE_KEYS:
        raise RuleError(f"{where}: unknown key {', '.join(sorted(unknown))}; a rule has {', '.join(sorted(_RULE_KEYS))}")
    if missing := {"id", "why", "pattern"} - set(row):
        raise RuleError(f"{where}: {', '.join(sorted(missing))} is missing")


def _rule_files(folder: Path) -> list[Path]:
    """All files that rules are read from, in order."""
    return sorted(path for path in folder.rglob("*") if path.suffix in (".toml", ".txt", ".parquet", ".csv"))


def _alternatives(words: list[str]) -> str:
    return "(?:" + "|".join(regex.escape(word, literal_spaces=False) for word in words) + ")"
