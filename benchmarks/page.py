"""Figures → lines for the terminal, and docs/performance.md."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

Found = Mapping[str, Any]
MEGA = 1_000_000
GOALS = (
    "`import pipeline` under 0.3 s, `taizhang --help` under 0.4 s, one small report under 3 s",
    "one worker at 0.6 of bare jieba and more, 1.5 with the faster segmenter; ahead of JioNLP, 50 times Recognizers-Text",
    "two workers at least 1.8 times one, under 1,200 MiB, time per report growing by no more than 1.15",
    "a rerun without a change at most 5 % of the first run, after a change of one indicator rule at most 25 %",
    "Spark and the local engine give the same rows",
)
NAMES = {"jieba": "bare `jieba.lcut`", "rjieba": "bare `rjieba.cut`", "jionlp": "JioNLP 1.5.29, times and amounts",
         "recognizers": "Recognizers-Text 1.0.2a2, numbers, amounts, dates"}  # fmt: skip


def lines(found: Found) -> Iterator[str]:
    """The figures as plain tables."""
    for title, rows in _sections(found):
        yield ""
        yield title
        widths = [max(len(str(row[i])) for row in rows) for i in range(len(rows[0]))]
        for row in rows:
            yield "  " + "  ".join(str(cell).ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()


def page(found: Found) -> str:
    """docs/performance.md."""
    machine = found["machine"]
    parts = [
        "# Performance",
        "Made by `make bench BENCH=full` from `benchmarks/results/full.json`; do not edit. All archives are generated "
        "(`benchmarks/archive.py`), in GB18030, UTF-8 and .docx. A megabyte is 10^6 bytes of the text in UTF-8. Runs write Parquet only, "
        "no workbook and no page.",
        f"Measured on {machine['date']}: {machine['processor']}, {machine['cores']} cores, {machine['memory_gib']} GiB, "
        f"{machine['system']}, Python {machine['python']}; " + ", ".join(f"{name} {number}" for name, number in found["versions"].items()),
        _busy(machine),
        "What is asked of the program:\n\n" + "\n".join(f"- {goal}" for goal in GOALS),
    ]
    for title, rows in _sections(found):
        parts.append(f"## {title}")
        if title in _NOTES:
            parts.append(_NOTES[title])
        parts.append(_markdown(rows))
    return "\n\n".join(part for part in parts if part) + "\n"


def _busy(machine: Found) -> str:
    load, cores = machine["load_before"], machine["cores"]
    if load <= cores * 0.5:
        return ""
    return (
        f"The machine was busy with other work (load {load} on {cores} cores), so wall times are longer than they need be; compare "
        "processor times, and figures of one turn with each other."
    )


_NOTES = {
    "Throughput of one core": "By turns with the other programs, so that a slow minute hits all; the slow ones read a part of the text. "
    "Seconds hold the start of the program and everything from the bytes of the files to the tables on the disk. The second archive "
    "has sentences without figures between the others: the annotated reports that the rules were made with have a numeral every 35 to 46 "
    "characters.",
    "Where the time goes": "One process; each stage is charged with its own work only. Memory is that of the whole process "
    "while the stage works.",
    "Correctness at scale": "The tables of the throughput run against what is true of the archive by construction.",
    "Two workers": "Net of start: less the time for one report. The best of the turns. Memory is the sum of the proportional set sizes.",
}


def _sections(found: Found) -> Iterator[tuple[str, list[Sequence[Any]]]]:
    for name, make in _MAKERS.items():
        if name not in found:
            continue
        content = found[name]
        title, rows = make(content)
        yield title, [("not measured", f"the installed program has no {content['missing']}")] if "missing" in content else rows


def _startup(found: Found) -> tuple[str, list[Sequence[Any]]]:
    rows: list[Sequence[Any]] = [("", "least, s", "median, s", "processor, s")]
    rows += [(name, f"{told['least']:.3f}", f"{told['median']:.3f}", f"{told['cpu']:.2f}") for name, told in found.items()]
    return "Start", rows


def _throughput(found: Found) -> tuple[str, list[Sequence[Any]]]:
    rows: list[Sequence[Any]] = [("", "MB", "MB/s", "best", "MB per processor second", "of bare jieba", "by processor time")]
    for told in (found, found["prose"]):
        apart = told["archive"]["characters"] / told["archive"]["facts"]
        rows.append((f"**a numeral every {apart:.0f} characters**", *[""] * 6))
        rows += _throughput_rows(told)
    return "Throughput of one core", rows


def _throughput_rows(found: Found) -> Iterator[Sequence[Any]]:
    bare = found["others"]["jieba"]["megabytes_per_second"]["median"]
    bare_cpu = found["others"]["jieba"]["megabytes_per_cpu_second"]["median"]
    for name, told in found["taizhang"].items():
        yield f"taizhang, {name}, one worker", f"{found['archive']['bytes'] / MEGA:.1f}", *_rates(told, bare, bare_cpu)
    for name, told in found["others"].items():
        yield NAMES[name], f"{told['bytes'] / MEGA:.2f}", *_rates(told, bare, bare_cpu)


def _rates(told: Found, bare: float, bare_cpu: float) -> tuple[str, ...]:
    wall, cpu = told["megabytes_per_second"], told["megabytes_per_cpu_second"]
    return (
        f"{wall['median']:.3f}",
        f"{wall['best']:.3f}",
        f"{cpu['median']:.3f}",
        f"{wall['median'] / bare:.2f}",
        f"{cpu['median'] / bare_cpu:.2f}",
    )


def _stages(found: Found) -> tuple[str, list[Sequence[Any]]]:
    total = sum(told["seconds"] for told in found.values())
    rows: list[Sequence[Any]] = [("", "s", "share", "peak, MiB")]
    rows += [(name, f"{told['seconds']:.2f}", f"{told['seconds'] / total:.1%}", f"{told['peak']:.0f}") for name, told in found.items()]
    return "Where the time goes", rows


def _truth(found: Found) -> tuple[str, list[Sequence[Any]]]:
    told = {
        f"of {found['numerals']:,} numerals, found at their very place": found["found"],
        "… and with the right kind, value, bound, unit and date": found["read_right"],
        "of the numerals in `facts`, true ones": found["true"],
        **{f"`{name}` right, of those found": share for name, share in found["right"].items()},
        "indicators, precision": found["indicators"]["precision"],
        "indicators, recall": found["indicators"]["recall"],
        "reports with the right town and all above it": found["reports"]["town"],
        "reports with the right year": found["reports"]["year"],
        "planted copies found": found["reports"]["copies_found"],
    }
    rows: list[Sequence[Any]] = [("", "share")]
    rows += [(name, "none" if share is None else f"{share:.2%}") for name, share in told.items()]
    return "Correctness at scale", rows


def _workers(found: Found) -> tuple[str, list[Sequence[Any]]]:
    rows: list[Sequence[Any]] = [("workers", "s", "net of start, s", "MB/s net", "processor, s", "peak, MiB")]
    for count, told in found["runs"].items():
        net = told["least"] - found["start"][count]
        rate = found["archive"]["bytes"] / MEGA / net
        rows.append((count, f"{told['least']:.1f}", f"{net:.1f}", f"{rate:.3f}", f"{told['cpu']:.1f}", f"{told['peak']:.0f}"))
    rows.append(("two against one", f"{found['times_faster']:.2f} times", "", "", "", ""))
    return "Two workers", rows


def _incremental(found: Found) -> tuple[str, list[Sequence[Any]]]:
    rows: list[Sequence[Any]] = [("run", "s", "of the first", "processor, s", "peak, MiB")]
    for name, told in found.get("runs", {}).items():
        share = found["share_of_first"][name]
        rows.append((name, f"{told['seconds']:.1f}", f"{share:.1%}", f"{told['cpu']:.1f}", f"{told['peak']:.0f}"))
    return "Rerun", rows


def _scaling(found: Found) -> tuple[str, list[Sequence[Any]]]:
    rows: list[Sequence[Any]] = [("reports", "s", "ms per report, net of start", "processor ms per report", "peak, MiB")]
    for count, told in found["runs"].items():
        cpu = told["cpu"] / int(count) * 1000
        rows.append(
            (f"{int(count):,}", f"{told['seconds']:.1f}", f"{told['milliseconds_per_report']:.2f}", f"{cpu:.2f}", f"{told['peak']:.0f}")
        )
    return "Growth, two workers", rows


def _spark(found: Found) -> tuple[str, list[Sequence[Any]]]:
    rows: list[Sequence[Any]] = [("", "s", "processor, s", "peak, MiB")]
    names = {"local": "the local engine, two workers", "spark": "Spark, two cores", "start": "Spark, one report"}
    for name, words in names.items():
        if name in found:
            told = found[name]
            rows.append((words, f"{told['seconds']:.1f}", f"{told['cpu']:.1f}", f"{told['peak']:.0f}"))
    if "differing" in found:
        same = "the same rows in all tables" if not found["differing"] else "different: " + ", ".join(found["differing"])
        rows.append((f"{found['archive']['reports']:,} reports", same, "", ""))
    return "Spark in local mode", rows


REPORTS = 10_000_000
CORES = 256
CORE_HOUR = 0.05
"""Dollars: about what a core with 4 GiB costs for an hour in a public cloud, without discounts."""
MARKS = ("<!-- made by benchmarks: ten million -->", "<!-- end -->")


def cluster(found: Found) -> list[Sequence[Any]]:
    """What ten million reports take on a cluster, from what one report took in local mode."""
    spark = found["spark"]
    reports = spark["archive"]["reports"]
    second = (spark["spark"]["cpu"] - spark["start"]["cpu"]) / reports
    hours = second * REPORTS / 3600
    return [
        ("", "one report, measured", "ten million"),
        (
            "text (UTF-8)",
            f"{spark['archive']['bytes'] / reports / 1000:.1f} kB",
            f"{spark['archive']['bytes'] / reports * REPORTS / 1e9:.0f} GB",
        ),
        ("tables (Parquet)", f"{spark['table_bytes'] / reports / 1000:.1f} kB", f"{spark['table_bytes'] / reports * REPORTS / 1e9:.0f} GB"),
        ("processor time", f"{second * 1000:.0f} ms", f"{hours:,.0f} core hours"),
        (f"on {CORES} cores, all busy", "", f"{hours / CORES:.1f} hours"),
        (f"at {CORE_HOUR} dollars a core hour", "", f"{hours * CORE_HOUR:,.0f} dollars"),
    ]


def with_cluster(text: str, found: Found) -> str:
    """docs/spark.md with its block of figures made anew."""
    before, mark, rest = text.partition(MARKS[0])
    _, end, after = rest.partition(MARKS[1])
    return f"{before}{mark}\n\n{_markdown(cluster(found))}\n\n{end}{after}"


_MAKERS = {
    "startup": _startup,
    "throughput": _throughput,
    "stages": _stages,
    "truth": _truth,
    "workers": _workers,
    "incremental": _incremental,
    "scaling": _scaling,
    "spark": _spark,
}


def _markdown(rows: Sequence[Sequence[Any]]) -> str:
    first, *rest = ["| " + " | ".join(map(str, row)) + " |" for row in rows]
    return "\n".join([first, "|" + " --- |" * len(rows[0]), *rest])
