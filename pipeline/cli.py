"""The command line: parses, calls, prints. Heavy modules are imported inside the commands, so that --help is quick."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from io import TextIOWrapper
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer

from pipeline.memory import share_memory

WRONG_USAGE = 2
LIMITS = "ingest"
"""The table of a configuration that holds the limits of the readers."""

app = typer.Typer(
    name="taizhang",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


@app.callback()
def _root() -> None:
    """台账: reads Chinese town work reports and writes normalized tables that compare towns.

    Example: taizhang run archive/ --out tables/
    """


def main() -> None:
    """Entry point of the program `taizhang`."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")  # a console that cannot show a character shows another, and the run goes on
    share_memory()
    app()


def fail(message: str) -> NoReturn:
    """Say on stderr what is wrong and what to do, and leave with the status of wrong usage."""
    typer.echo(f"taizhang: {message}", err=True)
    raise typer.Exit(WRONG_USAGE)


def _configured(context: typer.Context, path: Path | None) -> Path | None:
    """Values of a TOML file as defaults of the options; flags win, unknown keys are refused."""
    if path is None:
        return None
    import tomllib

    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        fail(f"{path}: {error}; give --config a TOML file")
    options = {flag.lstrip("-"): parameter for parameter in context.command.params for flag in parameter.opts}
    known = {key: parameter for key, parameter in options.items() if parameter.name not in ("config", "inputs", "help")}
    defaults: dict[str, Any] = {}
    context.meta[LIMITS] = _limits(path, content.pop(LIMITS, {}))
    for key, value in content.items():
        if key.replace("_", "-") not in known:
            fail(f"{path}: unknown key {key}; known are {', '.join(sorted(known))}")
        parameter = known[key.replace("_", "-")]
        single = ",".join(map(str, value)) if isinstance(value, list) else value
        defaults[str(parameter.name)] = [single] if getattr(parameter, "multiple", False) else single
    context.default_map = {**(context.default_map or {}), **defaults}
    return path


def _limits(path: Path, table: Any) -> dict[str, int]:
    """The table [ingest] of a configuration: limits of the readers by name."""
    from pipeline.ingest.options import limit_names

    known = limit_names()
    if not isinstance(table, dict):
        fail(f"{path}: {LIMITS} is a table; write [{LIMITS}] and limits below it")
    for name, value in table.items():
        if name not in known:
            fail(f"{path}: unknown limit {name}; [{LIMITS}] knows {', '.join(known)}")
        if type(value) is not int or value < 1:
            fail(f"{path}: {name} must be a whole number from 1 on")
    return table


def _formats(written: Iterable[str]) -> list[Any]:
    """Those named, in one option or several; none where none is: the engine then writes all it can."""
    from pipeline.run import FORMATS

    formats = [word.strip() for words in written for word in words.split(",") if word.strip()]
    if unknown := set(formats) - set(FORMATS):
        fail(f"--format: unknown {', '.join(sorted(unknown))}; known are {', '.join(FORMATS)}")
    return formats


def _cache(given: Path | None, engine: str) -> Path | None:
    """The folder for kept results: the one given, none where that is `off`, else the user's; none for an engine that keeps nothing."""
    from pipeline.cache import default_folder

    if given is None:
        return default_folder() if engine == "local" else None
    return None if given == Path("off") else given


def _settle_in(engine: str) -> None:
    """Make this process quick where it is the one that reads; Spark has processes of its own, and a use for pandas."""
    from pipeline.own_process import settle_in

    if engine == "local":
        settle_in()


@app.command()
def run(
    context: typer.Context,
    inputs: Annotated[list[Path], typer.Argument(help="Files and folders with reports.", show_default=False)],
    out: Annotated[Path, typer.Option("--out", help="Folder for the tables; those of an earlier run are replaced.")],
    formats: Annotated[
        list[str] | None,
        typer.Option("--format", help="csv, parquet, xlsx, html, separated by commas; all when not given.", show_default=False),
    ] = None,
    workers: Annotated[
        int | None, typer.Option("--workers", min=1, help="Processes; all cores when not given.", show_default=False)
    ] = None,
    rules: Annotated[Path | None, typer.Option("--rules", help="Your own rule files, laid over the shipped ones.")] = None,
    encoding: Annotated[str | None, typer.Option("--encoding", help="Decode every text file so, e.g. gb18030.")] = None,
    text_column: Annotated[str | None, typer.Option("--text-column", help="Column of a spreadsheet that holds the reports.")] = None,
    manifest: Annotated[
        Path | None, typer.Option("--manifest", help="CSV with what you know of each report; see `taizhang manifest`.")
    ] = None,
    corrections: Annotated[
        Path | None,
        typer.Option("--corrections", help="What you put right: CSV, JSON lines, or taizhang.xlsx with its columns for corrections."),
    ] = None,
    labels: Annotated[str, typer.Option("--labels", help="Language of workbook and messages: zh or en.")] = "zh",
    segmenter: Annotated[
        str, typer.Option("--segmenter", help="jieba or rjieba, which is faster and reads a few objects otherwise.")
    ] = "jieba",
    money: Annotated[
        str, typer.Option("--money", help="Unit of money in the workbook: yuan or wan (10,000 yuan); tables stay in yuan.")
    ] = "yuan",
    redact: Annotated[
        bool, typer.Option("--redact", help="Mask persons' names, telephone and identity numbers in all outputs; no guarantee.")
    ] = False,
    engine: Annotated[str, typer.Option("--engine", help="local, or spark: Apache Spark, on this machine or a cluster.")] = "local",
    spark_master: Annotated[
        str | None, typer.Option("--spark-master", help="The cluster, e.g. spark://host:7077 or yarn; this machine when not given.")
    ] = None,
    cache: Annotated[
        Path | None,
        typer.Option("--cache", help="Folder for results kept for later runs, `off` for none; the user's cache folder when not given."),
    ] = None,
    fresh: Annotated[bool, typer.Option("--fresh", help="Forget what is kept of these inputs and read them anew.")] = False,
    config: Annotated[  # noqa: ARG001  read by its callback
        Path | None, typer.Option("--config", is_eager=True, callback=_configured, help="TOML file with values for these options.")
    ] = None,
    quiet: Annotated[bool, typer.Option("--quiet", help="Print nothing but errors.")] = False,
    verbose: Annotated[bool, typer.Option("--verbose", help="Name every file that was not read.")] = False,
) -> None:
    """Read reports and write the tables.

    Example: taizhang run archive/ --out tables/
    """
    from pipeline import console, rulebook
    from pipeline.corrections import CorrectionsError
    from pipeline.labels import LANGUAGES
    from pipeline.manifest import ManifestError
    from pipeline.rulebook import RuleError, located
    from pipeline.run import ENGINES
    from pipeline.run import run as read_and_write
    from pipeline.segment import SEGMENTERS
    from pipeline.write.folder import FolderBusyError

    if segmenter not in SEGMENTERS:
        fail(f"--segmenter: {segmenter} is none of {', '.join(SEGMENTERS)}")
    if labels not in LANGUAGES:
        fail(f"--labels: {labels} is none of {', '.join(LANGUAGES)}")
    if engine not in ENGINES:
        fail(f"--engine: {engine} is none of {', '.join(ENGINES)}")
    if spark_master and engine != "spark":
        fail("--spark-master is for --engine spark")
    if any(path.resolve() == out.resolve() for path in inputs):
        fail(f"--out: {out} is one of the inputs; give the tables a folder of their own")
    _settle_in(engine)
    try:
        with console.progress(labels, quiet) as progress:
            result = read_and_write(
                inputs,
                out,
                formats=_formats(formats or ()) or None,
                workers=workers,
                rules=rules,
                encoding=encoding,
                text_column=text_column,
                manifest=manifest,
                corrections=corrections,
                labels=labels,
                segmenter=segmenter,
                money=money,
                limits=context.meta.get(LIMITS),
                redact=redact,
                engine=engine,
                spark_master=spark_master,
                cache=_cache(cache, engine),
                fresh=fresh,
                progress=progress,
            )
    except (RuleError, ManifestError, CorrectionsError, ValueError) as error:
        fail(located(str(error), rules))
    except FolderBusyError as error:
        fail(str(error))
    except OSError as error:
        fail(f"{out}: {error.strerror or error}; the tables that were there are untouched")
    console.report(result, inputs, rules, labels, quiet=quiet, verbose=verbose)
    if redact and not quiet:
        typer.echo(rulebook.load(rules).table("redact")["notes"][labels])
    raise typer.Exit(result.exit_status)


@app.command()
def manifest(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Folder of a run.")],
    to: Annotated[Path | None, typer.Option("--to", help="File to write; DIR/manifest.csv when not given.")] = None,
) -> None:
    """Write a CSV with a row per report: what was inferred of its town and year, and why. Correct it and give it back with --manifest.

    A manifest that is there already is kept, and the new one gets a number. Where the output is not a terminal, the CSV is printed too.

    Example: taizhang manifest tables/
    """
    from pipeline import manifest as manifests
    from pipeline.write.flat import write_csv

    try:
        table = manifests.of_run(folder)
        path = _free(to or folder / "manifest.csv")
        write_csv(table, path)
    except manifests.ManifestError as error:
        fail(str(error))
    except OSError as error:
        fail(f"{to or folder}: {error.strerror or error}")
    typer.echo(f"{path}: {table.num_rows} reports; correct it, then: taizhang run … --manifest {path}", err=True)
    if not sys.stdout.isatty():
        sys.stdout.buffer.write(path.read_bytes())


def _free(path: Path) -> Path:
    """`path`, or where a file is there already, the same with the first free number."""
    free, number = path, 1
    while free.exists():
        number += 1
        free = path.with_name(f"{path.stem}-{number}{path.suffix}")
    return free


@app.command()
def evaluate(
    out: Annotated[Path, typer.Argument(help="Folder of a run over the annotated reports.")],
    gold: Annotated[Path, typer.Option("--gold", help="Folder with annotations (*.jsonl).")],
    show: Annotated[int, typer.Option("--show", min=0, help="Print so many misses.")] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="Print the figures as JSON.")] = False,
) -> None:
    """Measure a run against annotations: spans, values, meanings, cells, places and years.

    Example: taizhang evaluate data/out --gold data/gold --show 20
    """
    import json

    from pipeline import evaluate as evaluation

    try:
        found = evaluation.evaluate(out, gold)
    except evaluation.EvaluationError as error:
        fail(str(error))
    if as_json:
        typer.echo(json.dumps(evaluation.as_json(found), ensure_ascii=False))
    else:
        for line in evaluation.lines(found):
            typer.echo(line)
    for miss in found.misses[:show]:
        typer.echo(f"- {miss}")


@app.command()
def diff(
    a: Annotated[Path, typer.Argument(metavar="OUT_A", help="Folder of one run.")],
    b: Annotated[Path, typer.Argument(metavar="OUT_B", help="Folder of another.")],
    show: Annotated[int | None, typer.Option("--show", min=0, help="Print so many; all when not given.", show_default=False)] = None,
) -> None:
    """Show which reports, facts and cells differ between two runs.

    Example: taizhang diff before/ after/
    """
    from collections import Counter

    from pipeline import diff as comparing

    counts: Counter[str] = Counter()
    try:
        for number, difference in enumerate(comparing.differences(a, b)):
            counts[difference.table] += 1
            if show is None or number < show:
                typer.echo(comparing.line(difference))
    except comparing.DiffError as error:
        fail(str(error))
    said = ", ".join(f"{count} {table}" for table, count in counts.items())
    typer.echo(f"differences: {said}" if said else "no differences", err=True)


@app.command()
def doctor() -> None:
    """Show versions, readers, fonts and rules, and read a sentence as a test.

    Example: taizhang doctor
    """
    from pipeline.doctor import examine

    marks = {True: "ok  ", False: "BAD ", None: "note"}
    findings = list(examine())
    for finding in findings:
        typer.echo(f"{marks[finding.fine]} {finding.name}: {finding.found}")
    if any(finding.fine is False for finding in findings):
        raise typer.Exit(1)


def _join_others() -> None:
    """Commands that live in rooms of their own."""
    from importlib import import_module
    from importlib.util import find_spec

    if find_spec("pipeline.rules_cli") is not None:
        import_module("pipeline.rules_cli").join(app)


_join_others()

if __name__ == "__main__":
    main()
