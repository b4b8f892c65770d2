"""Plots of the comparison, for notebooks: an indicator across towns and over years. Hedges are drawn as what they say, and what is
missing stands there with its reason, never as zero. Wants matplotlib, which a run does not.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import pandas as pd
import pyarrow.parquet as pq

from pipeline import rulebook
from pipeline.bounds import SIGNS, plain
from pipeline.labels import Labels, Language

if TYPE_CHECKING:
    from matplotlib.axes import Axes

STATES = ("not_mentioned", "plan_only", "masked", "value", "conflict")
"""Where reports share a row, the later of their states is its own."""
PROBE = "镇"
"""A font that has this glyph has the others."""
BAR, HEDGE, MISSING = "#4878a8", "#222222", "#777777"
ROW_HEIGHT = 0.34
"""Inches."""
REACH = 0.04
"""How far an open end reaches, in parts of the longest bar."""
_PLACE = ("province", "city", "county", "town", "label", "org", "period")


class PlotError(ValueError):
    """A plot that cannot be made; the message says why and what to do."""


def use_chinese() -> str:
    """Let matplotlib write Chinese: the name of the installed font that it now takes. Raises PlotError where there is none."""
    import matplotlib
    from matplotlib.font_manager import fontManager
    from matplotlib.ft2font import FT2Font

    for entry in sorted(fontManager.ttflist, key=lambda entry: ("CJK SC" not in entry.name, entry.weight != 400, entry.name)):
        if FT2Font(entry.fname).get_char_index(ord(PROBE)):
            matplotlib.rcParams["font.sans-serif"] = [entry.name, "DejaVu Sans"]
            matplotlib.rcParams["font.family"] = "sans-serif"
            matplotlib.rcParams["axes.unicode_minus"] = False
            return str(entry.name)
    raise PlotError("no installed font has Chinese glyphs; install one, such as fonts-noto-cjk, and remove matplotlib's font cache")


def figures(out: Path, indicator: str, language: Language = "zh") -> pd.DataFrame:
    """A row for each row of the comparison of the run in `out`: what names it, and `value`, `bound`, `low`, `high`, `state` and `shown`.

    Numbers are decimals in the indicator's unit, money in 元; `value` is None where `state` says why. `shown`: the figure with its sign
    and commas, or the reason in words. Raises PlotError where `out` holds no run with Parquet, or the run knows no such indicator.
    """
    try:
        rows = pq.read_table(out / "comparison.parquet").to_pylist()
        cells = pq.read_table(out / "cells.parquet", filters=[("indicator", "==", indicator)]).to_pylist()
    except OSError as error:
        raise PlotError(f"{out}: no tables there; give the folder of a run with --format parquet") from error
    if rows and indicator not in rows[0]:
        known = ", ".join(name for name in rows[0] if "." in name and not name.endswith("__bound"))
        raise PlotError(f"{indicator}: no column of the comparison; it has {known}")
    words = Labels(rulebook.load(), language).section("states")
    of_report = {cell["report_id"]: cell for cell in cells}
    return pd.DataFrame([_figure(row, indicator, [of_report[key] for key in row["report_ids"]], words) for row in rows])


def _figure(row: Mapping[str, Any], indicator: str, cells: Iterable[Mapping[str, Any]], words: Mapping[str, str]) -> dict[str, Any]:
    cell = max(cells, key=lambda one: STATES.index(one["state"]))
    value, bound = row[indicator], row.get(f"{indicator}__bound") or "="
    shown = words[cell["state"]] if value is None else SIGNS[bound] + plain(value, grouped=True)
    told = {"value": value, "bound": None if value is None else bound, "low": cell["low"], "high": cell["high"]}
    return {**{name: row[name] for name in (*_PLACE, "year")}, **told, "state": cell["state"], "shown": shown}


def across_towns(found: pd.DataFrame, title: str = "", axes: Axes | None = None) -> Axes:
    """A bar for each row of `figures` with its number beside it, the greatest on top; rows without a number stand below with the reason.

    An arrow says that a figure may be greater or less, a line with two ends that it is a range, ≈ that it is about so much.
    """
    given = found[found["value"].notna()].sort_values("value", kind="stable")
    rows = pd.concat([found[found["value"].isna()].iloc[::-1], given])
    axes = axes or _axes(8, 1 + ROW_HEIGHT * max(len(rows), 1))
    reach = REACH * max([float(value) for value in given["value"]], default=1.0)
    for at, row in enumerate(_records(rows)):
        end = 0.0 if row["value"] is None else float(row["value"])
        axes.barh(at, end, color=BAR, alpha=0.45 if row["bound"] in ("<", "<=") else 1)
        right = _hedge(axes, row, end, at, reach)
        axes.text(right + reach / 2, at, row["shown"], va="center", color=MISSING if row["value"] is None else HEDGE)
    axes.set_yticks(range(len(rows)), [_name(row) for row in _records(rows)])
    axes.set_ylim(-0.8, max(len(rows), 1) - 0.2)
    axes.set_xlim(0, axes.get_xlim()[1] * 1.12)
    axes.xaxis.set_major_formatter("{x:,.0f}")
    axes.spines[["top", "right"]].set_visible(False)
    axes.set_title(title)
    return axes


def over_years(found: pd.DataFrame, title: str = "", axes: Axes | None = None) -> Axes:
    """A line for each town, office and period of `figures` that tells two settled years or more; an open ring is a hedged figure.

    A dashed stretch passes over years without a figure.
    """
    axes = axes or _axes(8, 4)
    settled = found[found["value"].notna() & found["year"].fillna("").str.fullmatch(r"\d{4}")]
    drawn = []
    for _, series in settled.groupby(["county", "label", "org", "period"], dropna=False, sort=True):
        rows = _records(series.sort_values("year"))
        if len(rows) > 1:
            _line(axes, rows)
            drawn += [int(row["year"]) for row in rows]
    if drawn:
        axes.set_xticks(sorted(set(drawn)))
        axes.set_ylim(0, axes.get_ylim()[1] * 1.08)
        axes.yaxis.set_major_formatter("{x:,.0f}")
        axes.legend(frameon=False)
    axes.spines[["top", "right"]].set_visible(False)
    axes.set_title(title)
    return axes


def _axes(width: float, height: float) -> Axes:
    from matplotlib import pyplot

    return pyplot.subplots(figsize=(width, height), layout="constrained")[1]


def _records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    return cast(list[dict[str, Any]], frame.to_dict("records"))


def _name(row: Mapping[str, Any]) -> str:
    year = row["year"]
    return str(row["label"]) if not isinstance(year, str) else f"{row['label']} {year}"


def _hedge(axes: Axes, row: Mapping[str, Any], end: float, at: float, reach: float) -> float:
    """Draws what the bound says of a bar that ends at `end`; gives how far to the right the drawing reaches."""
    low, high = row["low"], row["high"]
    if row["value"] is None:
        return 0.0
    if low is not None and high is not None and low != high:
        axes.plot([float(low), float(high)], [at, at], color=HEDGE, marker="|", linewidth=1.2)
        return float(high)
    if row["bound"] in ("=", "~"):
        return end
    tip = end + reach if row["bound"].startswith(">") else end - reach
    axes.annotate("", xy=(tip, at), xytext=(end, at), arrowprops={"arrowstyle": "->", "color": HEDGE, "shrinkA": 0, "shrinkB": 0})
    return max(tip, end)


def _line(axes: Axes, rows: list[dict[str, Any]]) -> None:
    years, values = [int(row["year"]) for row in rows], [float(row["value"]) for row in rows]
    colour = axes.plot(years[:1], values[:1], label=_town(rows[0]))[0].get_color()
    for at in range(len(rows) - 1):
        gap = years[at + 1] - years[at] > 1
        axes.plot(years[at : at + 2], values[at : at + 2], color=colour, linestyle="--" if gap else "-")
    for year, value, row in zip(years, values, rows, strict=True):
        axes.plot(year, value, "o", color=colour, markerfacecolor=colour if row["bound"] == "=" else "white")
        axes.annotate(row["shown"], (year, value), xytext=(0, 7), textcoords="offset points", ha="center", fontsize=8)


def _town(row: Mapping[str, Any]) -> str:
    return " ".join(str(row[name]) for name in ("county", "label") if isinstance(row[name], str))
