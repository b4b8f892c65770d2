"""Plots of the comparison: hedges and gaps drawn as what they say, Chinese written with a font that has it."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import matplotlib
import pandas as pd
import pytest
from matplotlib import font_manager, pyplot
from matplotlib.patches import Rectangle
from matplotlib.text import Annotation

from pipeline import plots
from pipeline.run import run

TEXTS = {
    "a": "安海镇民政办2013年工作总结\n慰问困难职工75名,发放慰问金8000余元。举办培训班3期。\n",
    "b": "安海镇民政办2012年工作总结\n全年慰问困难职工60名,发放慰问金约1.2万元。\n",
    "c": "安海镇民政办2010年工作总结\n全年慰问困难职工xx名,发放慰问金3000元。\n",
    "d": "安海镇民政办2009年工作总结\n召开会议两次。明年计划慰问困难职工30名。\n",
}


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("plots")
    for name, text in TEXTS.items():
        path = folder / "in" / "福建省" / "泉州市" / "晋江市" / f"{name}.txt"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    run([folder / "in"], folder / "out", formats=["parquet"], workers=1)
    return folder / "out"


@pytest.fixture(autouse=True)
def quiet_backend() -> Iterator[None]:
    with matplotlib.rc_context():
        matplotlib.use("Agg")
        yield
        pyplot.close("all")


def texts(axes: Any) -> list[str]:
    return [text.get_text() for text in axes.texts if text.get_text()]


def test_figures_say_value_hedge_and_why_there_is_none(out: Path) -> None:
    people = plots.figures(out, "aid.people").set_index("year")
    assert people["shown"].to_dict() == {"2013": "75", "2012": "60", "2010": "被遮盖", "2009": "仅有计划"}
    assert people["state"].to_dict() == {"2013": "value", "2012": "value", "2010": "masked", "2009": "plan_only"}
    money = plots.figures(out, "aid.amount", "en").set_index("year")
    assert money["shown"].to_dict() == {"2013": ">8,000", "2012": "≈12,000", "2010": "3,000", "2009": "not mentioned"}
    assert money.loc["2013", ["value", "bound", "low", "high"]].to_list() == [Decimal(8000), ">", Decimal(8000), None]


def test_towns_are_ranked_and_those_without_a_figure_stand_below_with_the_reason(out: Path) -> None:
    axes = plots.across_towns(plots.figures(out, "aid.amount"), "慰问金")
    assert [label.get_text() for label in axes.get_yticklabels()] == ["安海镇 2009", "安海镇 2010", "安海镇 2013", "安海镇 2012"]
    assert texts(axes) == ["未提及", "3,000", ">8,000", "≈12,000"]
    assert [bar.get_width() for bar in axes.patches if isinstance(bar, Rectangle)] == [0, 3000, 8000, 12000]


@pytest.mark.parametrize(
    ("bound", "low", "high", "arrow", "whisker"),
    [("=", "9", "9", 0, 0), ("~", None, None, 0, 0), (">", "9", None, 1, 0), ("<=", None, "9", -1, 0), (">=", "9", "20", 0, 1)],
)
def test_hedges_are_drawn_as_what_they_say(bound: str, low: str | None, high: str | None, arrow: int, whisker: int) -> None:
    row = {"label": "甲镇", "year": "2013", "value": Decimal(9), "bound": bound, "state": "value", "shown": "9"}
    ends = {"low": low and Decimal(low), "high": high and Decimal(high)}
    axes = plots.across_towns(pd.DataFrame([row | ends]))
    arrows = [text for text in axes.texts if isinstance(text, Annotation)]
    assert [(text.xy[0] > text.xyann[0]) - (text.xy[0] < text.xyann[0]) for text in arrows] == ([arrow] if arrow else [])
    assert [list(line.get_xdata()) for line in axes.lines] == [[9.0, 20.0]] * whisker


def test_years_are_lines_with_dashes_over_gaps_and_rings_on_hedges(out: Path) -> None:
    axes = plots.over_years(plots.figures(out, "aid.amount"))
    stretches = [line for line in axes.lines if len(line.get_xdata()) == 2]
    assert [(list(line.get_xdata()), line.get_linestyle()) for line in stretches] == [([2010, 2012], "--"), ([2012, 2013], "-")]
    rings = {line.get_xdata()[0]: line.get_markerfacecolor() == "white" for line in axes.lines if line.get_marker() == "o"}
    assert rings == {2010: False, 2012: True, 2013: True}


def test_nothing_to_draw_is_an_empty_plot(out: Path) -> None:
    none = plots.figures(out, "aid.amount").iloc[:0]
    assert len(plots.across_towns(none).patches) == len(plots.over_years(none).lines) == 0
    assert len(plots.over_years(plots.figures(out, "training.sessions")).lines) == 0, "one year is no line"


@pytest.mark.parametrize(
    ("indicator", "said"), [("aid.cats", "aid.cats: no column of the comparison; it has .*aid.amount"), (None, "no tables")]
)
def test_what_cannot_be_drawn_says_why(out: Path, tmp_path: Path, indicator: str | None, said: str) -> None:
    with pytest.raises(plots.PlotError, match=said):
        plots.figures(out if indicator else tmp_path, indicator or "aid.amount")


@pytest.mark.debian
def test_chinese_is_written_with_a_font_that_has_it() -> None:
    assert plots.use_chinese() in {entry.name for entry in font_manager.fontManager.ttflist}
    axes = pyplot.subplots()[1]
    axes.set_title("帮扶慰问人数（人）−5")
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # matplotlib warns of every glyph that is missing
        axes.figure.canvas.draw()


def test_without_such_a_font_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    latin = [entry for entry in font_manager.fontManager.ttflist if entry.name == "DejaVu Sans"]
    monkeypatch.setattr(font_manager.fontManager, "ttflist", latin)
    with pytest.raises(plots.PlotError, match="fonts-noto-cjk"):
        plots.use_chinese()
