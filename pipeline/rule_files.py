"""Rule files as they lie on the disk: parsed, their rows told apart, and an analyst's laid over the shipped one."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, TypeGuard


class RuleError(ValueError):
    """A rule file that cannot be used; the message names file, line and remedy."""


def laid_over(paths: Sequence[Path]) -> dict[str, Any]:
    """The content of files of one name, each laid over those before it. Raises RuleError."""
    merged: dict[str, Any] = {}
    for path in paths:
        table = parse(path)
        _check_ids(table, path.name)
        _lay_over(merged, table)
    return merged


def parse(path: Path) -> dict[str, Any]:
    """The content of one file. Raises RuleError where it is no TOML."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except UnicodeDecodeError as error:
        line = path.read_bytes()[: error.start].count(b"\n") + 1
        raise RuleError(f"{path.name}, line {line}: this is not UTF-8; save the file as UTF-8") from error
    except tomllib.TOMLDecodeError as error:
        raise RuleError(f"{path.name}: {error}; check quotes and brackets on that line") from error


def _check_ids(table: Mapping[str, Any], name: str) -> None:
    """Refuse two rows of one list with the same `id` or `code`: the second would silently win."""
    for key, rows in table.items():
        if not _is_rows(rows):
            continue
        ids = [row.get("id", row.get("code")) for row in rows]
        if twice := sorted({str(one) for one in ids if one is not None and ids.count(one) > 1}):
            raise RuleError(f"rules/{name}: {', '.join(twice)} stands twice under [[{key}]]; give each an id of its own")


def _lay_over(base: dict[str, Any], over: Mapping[str, Any]) -> None:
    """Merge `over` into `base`: tables key by key, lists of tables by `id` or `code` (an empty one changes nothing), all else replaced."""
    for key, value in over.items():
        old = base.get(key)
        if isinstance(old, dict) and isinstance(value, Mapping):
            _lay_over(old, value)
        elif isinstance(value, list) and _is_rows(old):
            base[key] = _merge_rows(old, value)
        else:
            base[key] = value


def _is_rows(value: Any) -> TypeGuard[list[dict[str, Any]]]:
    return isinstance(value, list) and bool(value) and isinstance(value[0], dict)


def _merge_rows(old: list[dict[str, Any]], new: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Own rows take the place of those of their id or code; others, and those of lists whose rows have none, stand behind."""

    def name(row: Mapping[str, Any]) -> Any:
        return row.get("id", row.get("code"))

    replaced = {name(row): row for row in new if name(row) is not None}
    kept = [row if name(row) is None else replaced.pop(name(row), row) for row in old]
    nameless = [row for row in new if name(row) is None]
    return [row for row in [*kept, *replaced.values(), *nameless] if not row.get("remove")]
