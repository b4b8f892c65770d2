"""The last net: an input that takes too long is one row, and no part of it depends on the clock."""

from __future__ import annotations

import signal
import threading
import time

import pytest
from ingest_archive import tarred

from pipeline.ingest import IngestOptions, read_bytes, reading
from pipeline.ingest.clock import OutOfTimeError, at_most
from pipeline.ingest.payload import Content, Payload


def test_an_input_that_takes_too_long_is_one_row(monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where a reader swallows every Exception, and where some of its files were read before."""
    ordinary = reading.reader_of

    def endless(_: Payload) -> Content:
        while True:
            try:
                time.sleep(60)
            except Exception:  # noqa: BLE001  as libraries do
                continue

    monkeypatch.setattr(reading, "reader_of", lambda form: endless if form == "csv" else ordinary(form))
    (document,) = read_bytes("a.tar", tarred({"a.txt": b"12", "b.csv": b"12", "c.txt": b"34"}), IngestOptions(max_seconds=1))
    assert (document.status, document.text) == ("refused", "")
    assert document.reason == "too_slow: Reading it took more than 1 seconds (max_seconds). Split it, or raise the limit on a slow machine."


def test_the_alarm_is_put_back() -> None:
    before = signal.getsignal(signal.SIGALRM)
    with at_most(60):
        assert signal.getsignal(signal.SIGALRM) is not before
    assert signal.getsignal(signal.SIGALRM) is before
    assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)


def test_other_threads_have_no_alarm() -> None:
    """A notebook may run the reading in one; the counted limits stand there too."""
    seen = []

    def work() -> None:
        with at_most(1):
            seen.append(signal.getitimer(signal.ITIMER_REAL)[0])

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert seen == [0.0]
    assert not issubclass(OutOfTimeError, Exception)
