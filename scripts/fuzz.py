"""Fuzzing on a time budget: every reader, and the extractor, with files that are nearly right. `make fuzz` or

    python scripts/fuzz.py --seconds 600 docx pdf extract

Where atheris is installed (requirements-fuzz.lock; Linux), new code that a file reaches leads to more files like it; elsewhere the same
mutations run without that guide. A file that breaks a promise of tests/promises.py is written to the folder of `--found`, once per place
in the code, and the run goes on; a crash of the whole process too. Exit status 1 where there is any. What is found becomes a test in
tests/test_fuzz.py, made by code, before it is mended.
"""

from __future__ import annotations

import argparse
import hashlib
import logging
import os
import random
import signal
import subprocess
import sys
import time
import traceback
import warnings
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]
MEMORY = 2 * 1024**3
"""What the readers may take beside what the process has set aside once all is loaded: libraries reserve gigabytes that nobody touches."""
SLOW = 20
"""Seconds of the processor from which one small file is a finding; those of the clock say more of the machine."""
LONGEST = 400_000
GUIDED = ["pipeline", "striprtf", "olefile", "doc2docx", "email", "zipfile", "tarfile", "csv"]


class TooSlowError(BaseException):
    """The alarm's; no reader may take it for damage of the file."""


def main() -> int:
    arguments = _arguments()
    if arguments.child:
        return _child(arguments.targets[0], arguments.seconds, arguments.seed, arguments.found)
    from mutations import TARGETS

    arguments.found.mkdir(parents=True, exist_ok=True)
    for name in arguments.targets or TARGETS:
        _run(name, arguments.seconds, arguments.seed, arguments.found)
    found = sorted(path.name for path in arguments.found.iterdir() if path.suffix != ".log")
    print(f"findings: {len(found)} {' '.join(found)}", flush=True)
    return bool(found)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("targets", nargs="*", help="readers by format, or extract; all when not given")
    parser.add_argument("--seconds", type=int, default=60, help="for each target")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--found", type=Path, default=ROOT / "build" / "fuzz", help="folder for what is found")
    parser.add_argument("--child", action="store_true", help=argparse.SUPPRESS)
    return parser.parse_args()


def _run(name: str, seconds: int, seed: int, found: Path) -> None:
    """Fuzz one target in processes of its own, a new one after each that died."""
    end = time.monotonic() + seconds
    files = starts = 0
    while (left := int(end - time.monotonic())) > 0:
        log = found / f"{name}.log"
        with log.open("wb") as stream:
            command = [
                sys.executable,
                __file__,
                "--child",
                "--seconds",
                str(left),
                "--seed",
                str(seed + starts),
                "--found",
                str(found),
                name,
            ]
            try:
                subprocess.run(command, stdout=stream, stderr=subprocess.STDOUT, check=False, timeout=left + 120)
            except subprocess.TimeoutExpired:
                (found / f"{name}-hung").write_text(f"The process of {name} did not end; {log} says how far it came.\n")
        starts += 1
        files += _counted(log)
    print(f"{name}: {files} files in {seconds} s, {starts - 1} new starts", flush=True)


def _counted(log: Path) -> int:
    """How many files a child has tried: its own last word, or libFuzzer's last."""
    numbers = [word[1:] for line in log.read_text(errors="replace").splitlines() for word in line.split()[:1] if word.startswith("#")]
    return max((int(number) for number in numbers if number.isdecimal()), default=0)


def _child(name: str, seconds: int, seed: int, found: Path) -> int:
    warnings.simplefilter("ignore")
    logging.disable()
    signal.signal(signal.SIGPROF, _alarm)
    try:
        import atheris
    except ImportError:
        return _unguided(name, seconds, seed, found)
    with atheris.instrument_imports(include=GUIDED):
        import mutations
        import promises  # noqa: F401  here, for the readers come with it

        from pipeline.ingest.formats import READERS, reader_of

        for form in READERS:
            reader_of(form)
    corpus = found.parent / "corpus" / name
    corpus.mkdir(parents=True, exist_ok=True)
    for data in mutations.seeds(name):
        (corpus / hashlib.sha256(data).hexdigest()[:16]).write_bytes(data)

    def mutate(data: bytes, longest: int, number: int) -> bytes:
        chance = random.Random(number)
        try:
            return mutations.TARGETS[name].mutate(data, chance)[:longest] if chance.random() < 0.9 else atheris.Mutate(data, longest)
        except MemoryError:  # the fuzzer's own, which has to live within the limit of the readers
            return data[:longest]

    _load()
    flags = [f"-max_total_time={seconds}", f"-seed={seed}", f"-max_len={LONGEST}", f"-artifact_prefix={found}/{name}-",
             "-rss_limit_mb=3000", "-timeout=120", "-print_final_stats=1", "-verbosity=1", "-len_control=0"]  # fmt: skip
    atheris.Setup([sys.argv[0], *flags, str(corpus)], lambda data: _try(name, data, found), custom_mutator=mutate)
    atheris.Fuzz()
    return 0


def _unguided(name: str, seconds: int, seed: int, found: Path) -> int:
    import mutations

    _load()
    end, number = time.monotonic() + seconds, seed * 1_000_000_000
    while time.monotonic() < end:
        _try(name, mutations.example(name, number)[:LONGEST], found)
        number += 1
    print(f"#{number - seed * 1_000_000_000} done", flush=True)
    return 0


def _load() -> None:
    """The rules, before an alarm is set and memory is bounded."""
    import resource

    import promises

    promises.extract("走访困难职工75名")
    pages = int(Path("/proc/self/statm").read_text().split()[0]) if sys.platform == "linux" else 0
    most = pages * resource.getpagesize() + MEMORY
    resource.setrlimit(resource.RLIMIT_AS, (most, most))


def _set_alarm(seconds: int) -> None:
    """Of a timer of its own: the one of the clock is the readers'."""
    signal.setitimer(signal.ITIMER_PROF, seconds)


def _alarm(*_: object) -> None:
    raise TooSlowError


def _try(name: str, data: bytes, found: Path) -> None:
    """One file; what it breaks is written down."""
    import mutations
    import promises

    _set_alarm(SLOW)
    try:
        if name == "extract":
            promises.keep_of_extraction(data.decode("utf-8", "replace"))
        else:
            promises.keep_of_reading(mutations.TARGETS[name].name, data)
    except BaseException as error:
        _set_alarm(0)
        if isinstance(error, KeyboardInterrupt | SystemExit):
            raise
        _note(name, data, error, found)
    finally:
        _set_alarm(0)


def _note(name: str, data: bytes, error: BaseException, found: Path) -> None:
    """Write down a finding, once for each place in the code that it comes from."""
    told = traceback.format_exception(error)
    if name != "extract" and "error:" in str(error):
        told += _cause(name, data)
    place = [line for line in "".join(told).splitlines() if line.lstrip().startswith("File ")][-1:]
    key = hashlib.sha256("".join([type(error).__name__, *place]).encode()).hexdigest()[:10]
    path = found / f"{name}-{type(error).__name__}-{key}"
    if not path.exists():
        path.write_bytes(data)
        path.with_name(path.name + ".log").write_text("".join(told), errors="backslashreplace")
        print(f"found {path.name}", flush=True)


def _cause(name: str, data: bytes) -> list[str]:
    """The exception that the file boundary has turned into a row."""
    import mutations
    import promises

    from pipeline.ingest.formats import reader_of
    from pipeline.ingest.payload import Budget, Payload
    from pipeline.ingest.sniff import sniff

    target = mutations.TARGETS[name]
    try:
        reader_of(sniff(data, target.suffix))(Payload(target.name, data, target.suffix, promises.SMALL, Budget(promises.SMALL, len(data))))
    except BaseException as error:  # noqa: BLE001  to write it down
        return traceback.format_exception(error)
    return ["(in a file inside it)"]


if __name__ == "__main__":
    os.environ.setdefault("PYTHONHASHSEED", "0")
    sys.exit(main())
