"""台账: reads Chinese town work reports into normalized tables.

    import pipeline
    pipeline.extract(text)                       # list of Fact
    pipeline.extract_frame(frame, text="正文")    # DataFrame, a row per fact
    pipeline.run(["archive"], "tables")          # the main job

Importing does nothing but this: the machinery is loaded by the first call.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pipeline.library import extract, extract_frame
    from pipeline.run import run

__all__ = ["extract", "extract_frame", "run"]


class _CallableModule(ModuleType):
    """`pipeline.run` and `pipeline.extract` are functions to those who call them, and modules to those who import from them."""

    _function: Callable[..., Any]

    def __call__(self, *arguments: Any, **named: Any) -> Any:
        return self._function(*arguments, **named)


def _callable(name: str, home: str) -> ModuleType:
    """The submodule `name`, which when called is the function of that name in the submodule `home`."""
    module = import_module(f"{__name__}.{name}")
    if not isinstance(module, _CallableModule):
        module.__class__ = _CallableModule
        vars(module)["_function"] = getattr(import_module(f"{__name__}.{home}"), name)
    return module


class _Package(ModuleType):
    """Gives the functions by name whatever was imported before: the import system's own binding of a submodule is not heeded."""

    @property
    def run(self) -> ModuleType:
        return _callable("run", "run")

    @run.setter
    def run(self, module: ModuleType) -> None:
        pass

    @property
    def extract(self) -> ModuleType:
        return _callable("extract", "library")

    @extract.setter
    def extract(self, module: ModuleType) -> None:
        pass

    @property
    def extract_frame(self) -> Any:
        return import_module(f"{__name__}.library").extract_frame


sys.modules[__name__].__class__ = _Package
