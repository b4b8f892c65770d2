"""The commands about rules, `taizhang rules …` and `taizhang explain`: they parse, call and print."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

if TYPE_CHECKING:
    from pipeline.model import Document
    from pipeline.rulebook import Rulebook

WRONG_USAGE = 2

rules_app = typer.Typer(
    name="rules",
    help="Check, list, try and improve rules.\n\nExample: taizhang rules check my-rules/",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
OwnRules = Annotated[Path | None, typer.Option("--rules", help="Your own rule files, laid over the shipped ones.")]


def join(app: typer.Typer) -> None:
    """Add these commands to the program."""
    app.add_typer(rules_app)
    app.command()(explain)


def _fail(message: str) -> NoReturn:
    typer.echo(f"taizhang: {message}", err=True)
    raise typer.Exit(WRONG_USAGE)


def _load(own: Path | None) -> Rulebook:
    from pipeline import rulebook

    try:
        book = rulebook.load(own, eager=True)
        _ = book.extraction
        _ = book.indicators
    except rulebook.RuleError as error:
        _fail(rulebook.located(str(error), own))
    return book


@rules_app.command("check")
def check(
    folder: Annotated[Path | None, typer.Argument(help="Your own rule files, checked with the shipped ones.", show_default=False)] = None,
) -> None:
    """Run the examples and counter-examples of all rules.

    Example: taizhang rules check my-rules/
    """
    from pipeline import meaning_check, rules_check
    from pipeline.rulebook import RuleError, located

    book = _load(folder)
    try:
        exploding = _exploding(folder)  # before anything that the rules make is kept for later
        failures = rules_check.check(book)
        unmeant = [*meaning_check.check(book), *exploding]
    except RuleError as error:
        _fail(located(str(error), folder))
    for line in (*map(str, failures), *unmeant):
        typer.echo(located(line, folder))
    sides = [(rule.examples, rule.counter_examples) for rule in rules_check.checked_rules(book)]
    sides += [(rule.examples, rule.counter_examples) for rule in meaning_check.meaning_rules(book)]
    examples = sum(len(right) + len(wrong) for right, wrong in sides)
    wrong = len({(failure.rule.id, failure.example) for failure in failures}) + len(unmeant)
    typer.echo(f"{len(sides)} rules, {examples} examples: " + (f"{wrong} not as they say" if wrong else "all as they say"))
    if failures or unmeant:
        raise typer.Exit(1)


def _exploding(folder: Path | None) -> list[str]:
    """Own patterns whose work explodes; a test knows that no shipped one does."""
    from pipeline import pattern_cost, pattern_watch

    if folder is None:
        return []
    redacting = (folder / "redact.toml").is_file()
    known = {pattern.pattern for pattern in pattern_watch.patterns(redacting=redacting).values()}
    own = [pattern for pattern in pattern_watch.patterns(folder, redacting=redacting).values() if pattern.pattern not in known]
    placed = ((pattern_watch.place(pattern, folder), pattern) for pattern in own)
    found = pattern_cost.check((place, pattern) for place, pattern in placed if place is not None)
    return list({line.partition(": the pattern explodes")[0]: line for line in found}.values())  # a brick's stand in many patterns


@rules_app.command("list")
def list_rules(
    rules: OwnRules = None,
    file: Annotated[str, typer.Option("--file", help="Only those of this file, e.g. dates.")] = "",
) -> None:
    """List every rule with the file it stands in and why it is there.

    Example: taizhang rules list --file dates
    """
    for place, name, why in _listed(_load(rules)):
        if not file or place == file.removesuffix(".toml"):
            typer.echo(f"{place}\t{name}\t{why}")


def _listed(book: Rulebook) -> Iterator[tuple[str, str, str]]:
    """File, id and reason of every table with an id or a code."""
    names = sorted({path.stem for folder in book.folders for path in folder.glob("*.toml")})
    for name in names:
        for rows in book.table(name).values():
            if isinstance(rows, list):
                for row in rows:
                    if isinstance(row, dict) and ("id" in row or "code" in row):
                        yield name, str(row.get("id", row.get("code"))), str(row.get("why") or row.get("label") or row.get("counts") or "")


@rules_app.command("preview")
def preview(
    folder: Annotated[Path, typer.Argument(help="Your own rule files.", show_default=False)],
    on: Annotated[Path, typer.Option("--on", help="Folder with the tables of a run.")],
    inputs: Annotated[list[Path] | None, typer.Option("--input", help="What that run read, where it is not beside the tables.")] = None,
    show: Annotated[int, typer.Option("--show", min=0, help="How many changes to print.")] = 40,
    workers: Annotated[
        int | None, typer.Option("--workers", min=1, help="Processes; all cores when not given.", show_default=False)
    ] = None,
) -> None:
    """Show which cells your rules would change, without touching the tables.

    Example: taizhang rules preview my-rules/ --on tables/
    """
    from pipeline import preview as previewing
    from pipeline.diff import DiffError
    from pipeline.rulebook import RuleError, located

    try:
        found = previewing.preview(folder, on, inputs or (), workers)
    except (RuleError, DiffError, previewing.PreviewError) as error:
        _fail(located(str(error), folder))
    for line in previewing.in_words(found, show):
        typer.echo(line)


@rules_app.command("learn")
def learn(
    corrections: Annotated[Path, typer.Argument(help="CSV, JSON lines, or the workbook, as --corrections takes it.", show_default=False)],
    rules: OwnRules = None,
) -> None:
    """Propose an example for a rule out of each correction.

    Example: taizhang rules learn corrections.csv
    """
    from pipeline import learn as learning
    from pipeline.corrections import CorrectionsError
    from pipeline.rules_check import checked_rules

    book = _load(rules)
    try:
        rows = learning.load(corrections)
    except CorrectionsError as error:
        _fail(str(error))
    proposals = list(learning.Learner(book).propose(rows))
    for line in learning.in_words(proposals, {rule.id: rule.file for rule in checked_rules(book)}):
        typer.echo(line)


def explain(
    place: Annotated[str, typer.Argument(metavar="FILE[:OFFSET]", help="A file, and a place in its text.", show_default=False)] = "",
    text: Annotated[str, typer.Option("--text", help="Explain this text in place of a file.")] = "",
    rules: OwnRules = None,
    encoding: Annotated[str | None, typer.Option("--encoding", help="Decode the file so, e.g. gb18030.")] = None,
) -> None:
    """Say what was found, by which rule, and what it beat.

    Example: taizhang explain archive/report.txt:1204

    Example: taizhang explain --text "慰问困难职工75名"
    """
    from pipeline import explain as explaining

    if bool(place) == bool(text):
        _fail("explain wants a file or --text, one of them")
    book = _load(rules)
    documents, offset = _documents(place, text, encoding, rules)
    why = explaining.reasons(book)
    found = False
    for document in documents:
        if document.status != "ok":
            typer.echo(f"{document.source}: {document.status}: {document.reason}")
            continue
        explanation = explaining.at(explaining.explain(document, rules), offset)
        for numeral in explanation.numerals:
            found = True
            typer.echo("\n".join(explaining.lines(numeral, why)) + "\n")
        for beaten in explanation.passed_over:
            typer.echo(f"passed over {explaining.passed_over_line(beaten)}")
    if not found:
        typer.echo("no numeral there" if offset is not None else "no numeral found")


def _documents(place: str, text: str, encoding: str | None, rules: Path | None) -> tuple[list[Document], int | None]:
    """What is to be explained, and at which offset."""
    from pipeline.ingest import IngestOptions, list_inputs, read_input
    from pipeline.model import Document

    if text:
        return [Document("text", text)], None
    path, offset = Path(place), None
    head, colon, tail = place.rpartition(":")
    if not path.exists() and colon and tail.isdigit():
        path, offset = Path(head), int(tail)
    if not path.exists():
        _fail(f"{path}: no such file")
    try:
        settings = IngestOptions(encoding=encoding, rules=rules)
        return [document for item in list_inputs([path], settings) for document in read_input(item, settings)], offset
    except ValueError as error:
        _fail(f"--encoding: {error}")
