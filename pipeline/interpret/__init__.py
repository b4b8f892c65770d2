"""Mentions → facts: what each number means. One room per question: value, object, status, activity, indicator, links, place, year."""

from pipeline.interpret.claims import Claims
from pipeline.interpret.indicator import IndicatorReader
from pipeline.interpret.reader import Interpreter

__all__ = ["Claims", "IndicatorReader", "Interpreter"]
