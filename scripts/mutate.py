"""Mutation testing of what reads numbers and dates: `make mutation`. How many small changes of that code does a test notice?

Each mutant is one change of one function (or of one constant of a module). A child process puts the changed code into the loaded module
and runs the tests until one fails; the parent has the rules loaded already, so that a mutant costs a second and not ten. Texts of errors,
docstrings and annotations are left alone: no test should hold their wording. Equivalent mutants count as survivors.
"""

from __future__ import annotations

import argparse
import ast
import copy
import importlib
import os
import random
import signal
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
MODULES = ("pipeline.interpret.numerals", "pipeline.interpret.quantity", "pipeline.interpret.dates", "pipeline.days")
UNIT_TESTS = ("test_numerals.py", "test_quantity.py", "test_dates.py", "test_resolve_dates.py")
CASE_TESTS = (
    "test_specs.py::test_cases[dates]",
    "test_specs.py::test_cases[quantities_forms]",
    "test_specs.py::test_cases[quantities_numbers]",
    "test_rules.py::test_examples",
)
FLOOR = 0.85
SEED = 7
MADE_ONCE = frozenset({"__init__", "from_table", "_contexts", "_plain"})
"""Functions that work while the readers are made: their mutants want readers made anew."""

COMPARISONS: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
    ast.In: ast.NotIn, ast.NotIn: ast.In, ast.Is: ast.IsNot, ast.IsNot: ast.Is,
}  # fmt: skip
OPERATORS: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Add, ast.Div: ast.Mult, ast.FloorDiv: ast.Mult, ast.Mod: ast.FloorDiv,
    ast.BitOr: ast.BitAnd,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Mutant:
    """One change: `node` is the place of the changed node in `ast.walk` order of its module, `change` the number of the change there."""

    module: str
    owner: str
    line: int
    node: int
    change: int
    says: str

    def __str__(self) -> str:
        return f"{self.module}:{self.line} {self.owner}: {self.says}"


def changes(node: ast.AST) -> Iterator[tuple[str, ast.AST]]:
    """What a node may become, each with a few words."""
    for one in (_of_comparison, _of_arithmetic, _of_logic, _of_constant, _of_statement):
        yield from one(node)


def _of_comparison(node: ast.AST) -> Iterator[tuple[str, ast.AST]]:
    if isinstance(node, ast.Compare):
        for index, operator in enumerate(node.ops):
            changed = copy.deepcopy(node)
            changed.ops[index] = COMPARISONS[type(operator)]()
            yield f"{ast.unparse(node)} → {ast.unparse(changed)}", changed


def _of_arithmetic(node: ast.AST) -> Iterator[tuple[str, ast.AST]]:
    if isinstance(node, ast.BinOp | ast.AugAssign) and type(node.op) in OPERATORS:
        changed = copy.deepcopy(node)
        changed.op = OPERATORS[type(node.op)]()
        yield f"{ast.unparse(node)} → {ast.unparse(changed)}", changed


def _of_logic(node: ast.AST) -> Iterator[tuple[str, ast.AST]]:
    if isinstance(node, ast.BoolOp):
        changed = copy.deepcopy(node)
        changed.op = ast.And() if isinstance(node.op, ast.Or) else ast.Or()
        yield f"{ast.unparse(node)} → {ast.unparse(changed)}", changed
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        yield f"{ast.unparse(node)} → {ast.unparse(node.operand)}", node.operand
    elif isinstance(node, ast.IfExp):
        yield f"branches of {ast.unparse(node)} swapped", ast.IfExp(node.test, node.orelse, node.body)


def _of_constant(node: ast.AST) -> Iterator[tuple[str, ast.AST]]:
    if not isinstance(node, ast.Constant) or node.value is Ellipsis:
        return
    value: Any = node.value
    if value is None:
        changed: Any = ""
    elif isinstance(value, bool):
        changed = not value
    elif isinstance(value, int | float):
        changed = value + 1
    else:
        changed = value + "~" if value else "~"
    yield f"{value!r} → {changed!r}", ast.Constant(changed)


def _of_statement(node: ast.AST) -> Iterator[tuple[str, ast.AST]]:
    if isinstance(node, ast.If):
        negated = ast.If(ast.UnaryOp(ast.Not(), node.test), node.body, node.orelse)
        yield f"if {ast.unparse(node.test)} → if not", negated
    elif isinstance(node, ast.Return) and node.value is not None and not _is_none(node.value):
        yield f"{ast.unparse(node)} → return None", ast.Return(ast.Constant(None))
    elif isinstance(node, ast.Raise | ast.AugAssign | ast.Continue):
        yield f"{ast.unparse(node)} left out", ast.Pass()


def _is_none(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is None


def mutants(module: str) -> Iterator[Mutant]:
    """All mutants of a module, in the order of its text."""
    tree = _tree(module)
    spared = _spared(tree)
    owners = _owners(tree)
    for index, node in enumerate(ast.walk(tree)):
        if id(node) in spared or id(node) not in owners:
            continue
        for number, (says, _) in enumerate(changes(node)):
            yield Mutant(module, owners[id(node)], getattr(node, "lineno", 0), index, number, says)


def _path(module: str) -> Path:
    return ROOT / (module.replace(".", "/") + ".py")


def _tree(module: str) -> ast.Module:
    return ast.parse(_path(module).read_text(encoding="utf-8"))


def _spared(tree: ast.Module) -> set[int]:
    """Nodes that no mutant changes: annotations, docstrings and other bare strings, the words of errors, decorators."""
    spared: set[int] = set()
    for node in ast.walk(tree):
        roots: list[ast.AST | None] = []
        if isinstance(node, ast.arg | ast.AnnAssign):
            roots.append(node.annotation)
        if isinstance(node, ast.FunctionDef):
            roots += [node.returns, *node.decorator_list]
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            roots.append(node)
        if isinstance(node, ast.Raise):
            roots += [node.exc, node.cause]
        spared.update(id(inner) for root in roots if root is not None for inner in ast.walk(root))
    return spared


def _owners(tree: ast.Module) -> dict[int, str]:
    """Node → the function that holds it as `Class.function`, or the constant of the module that it makes; others have none."""
    owners: dict[int, str] = {}
    for scope, prefix in [(tree, ""), *((node, f"{node.name}.") for node in tree.body if isinstance(node, ast.ClassDef))]:
        for node in scope.body:
            name = node.name if isinstance(node, ast.FunctionDef) else _assigned(node) if scope is tree else None
            if name is not None:
                owners.update((id(inner), prefix + name) for inner in ast.walk(node))
    return owners


def _assigned(node: ast.stmt) -> str | None:
    """The name of a constant; an alias of a type is none."""
    if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name) and not isinstance(node.value, ast.Subscript):
        return node.targets[0].id
    return None


def install(mutant: Mutant) -> None:
    """Put the mutant into the loaded module: new code for its function, or a new value for its constant."""
    module = importlib.import_module(mutant.module)
    tree = _tree(mutant.module)
    old = next(node for index, node in enumerate(ast.walk(tree)) if index == mutant.node)
    _, new = list(changes(old))[mutant.change]
    changed = ast.fix_missing_locations(_Replace(old, new).visit(tree))
    compiled = compile(changed, str(_path(mutant.module)), "exec")
    function = _function(module, mutant.owner)
    if function is None:
        space: dict[str, Any] = {"__name__": mutant.module}
        exec(compiled, space)  # the whole module, for a constant may be made from others
        setattr(module, mutant.owner, space[mutant.owner])
    else:
        function.__code__ = _code(compiled, mutant.owner)


class _Replace(ast.NodeTransformer):
    def __init__(self, old: ast.AST, new: ast.AST) -> None:
        self._old, self._new = old, new

    def visit(self, node: ast.AST) -> Any:
        return ast.copy_location(self._new, node) if node is self._old else self.generic_visit(node)


def _function(module: ModuleType, owner: str) -> Any:
    """The function of that name below all wrappers; None where it is a constant."""
    found: Any = module
    for name in owner.split("."):
        found = vars(found)[name]
    while hasattr(found, "__wrapped__") or isinstance(found, staticmethod | classmethod):
        if hasattr(found, "cache_clear"):
            found.cache_clear()
        found = found.__wrapped__ if hasattr(found, "__wrapped__") else found.__func__
    return found if hasattr(found, "__code__") else None


def _code(compiled: CodeType, owner: str) -> CodeType:
    for name in owner.split("."):
        compiled = next(const for const in compiled.co_consts if isinstance(const, CodeType) and const.co_name == name)
    return compiled


def run_tests(names: tuple[str, ...]) -> bool:
    """Whether all tests pass, silently, in this process."""
    import pytest

    arguments = ["-x", "-q", "--no-header", "-p", "no:cacheprovider", "-p", "no:xdist", "-W", "ignore", "--tb=no"]
    return pytest.main([*arguments, *(str(ROOT / "tests" / name) for name in names)]) == 0


def judged(mutant: Mutant, seconds: int) -> str:
    """`killed`, `survived` or `timeout`, found out in a child process."""
    child = os.fork()
    if child == 0:
        _in_child(mutant)
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            return "survived" if os.waitstatus_to_exitcode(status) == 0 else "killed"
        time.sleep(0.02)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return "timeout"


def _in_child(mutant: Mutant) -> None:
    silent = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silent, 1)
    os.dup2(silent, 2)
    status = 1
    try:
        install(mutant)
        status = 0 if run_tests(UNIT_TESTS) and run_tests(CASE_TESTS) else 1
    finally:  # whatever the mutant raises kills it
        os._exit(status)


def work(chosen: list[Mutant], seconds: int, warm: bool, tell: Callable[[tuple[Mutant, str]], None]) -> None:
    """Judge mutants one after the other; `warm`: with readers that were made before."""
    os.chdir(ROOT)
    sys.path[:0] = [str(ROOT), str(ROOT / "tests")]
    silent = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silent, 1)
    for module in MODULES:
        importlib.import_module(module)
    if warm and not (run_tests(UNIT_TESTS) and run_tests(CASE_TESTS)):
        raise SystemExit("the tests fail without any mutant")
    for mutant in chosen:
        tell((mutant, judged(mutant, seconds)))


def judge_all(chosen: list[Mutant], workers: int, seconds: int) -> list[tuple[Mutant, str]]:
    context = get_context("fork")
    queue: Any = context.Queue()
    groups = [(warm, [m for m in chosen if (m.owner.rpartition(".")[2] not in MADE_ONCE) == warm]) for warm in (True, False)]
    jobs = [
        context.Process(target=work, args=(group[part::workers], seconds, warm, queue.put))
        for warm, group in groups
        for part in range(workers)
        if group[part::workers]
    ]
    found: list[tuple[Mutant, str]] = []
    running: list[Any] = []
    while len(found) < len(chosen):
        while jobs and len(running) < workers:
            running.append(jobs.pop(0))
            running[-1].start()
        while not queue.empty():
            found.append(queue.get())
            print(f"{len(found)}/{len(chosen)} {found[-1][1]:8} {found[-1][0]}", flush=True)
        if any(job.exitcode not in (None, 0) for job in running):
            raise SystemExit("a worker failed: do the tests pass?")
        running = [job for job in running if job.exitcode is None]
        time.sleep(0.1)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sample", type=int, help="judge so many mutants, drawn with a fixed seed; all when not given")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--seconds", type=int, default=180, help="a mutant that takes longer counts as killed")
    parser.add_argument("--only", default="", help="mutants whose description holds this")
    given = parser.parse_args()
    every = [mutant for module in MODULES for mutant in mutants(module) if given.only in str(mutant)]
    chosen = every if given.sample is None else random.Random(SEED).sample(every, min(given.sample, len(every)))
    found = judge_all(chosen, given.workers, given.seconds)
    survivors = sorted(str(mutant) for mutant, verdict in found if verdict == "survived")
    print("\nsurvivors:", *survivors, sep="\n  ")
    score = 1 - len(survivors) / len(found)
    print(f"\n{len(found)} of {len(every)} mutants judged, {len(found) - len(survivors)} killed: {score:.1%}")
    raise SystemExit(0 if score >= FLOOR else f"wanted: {FLOOR:.0%}")


if __name__ == "__main__":
    main()
