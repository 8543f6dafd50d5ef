"""The log: one line a call, written by a thread that never holds up a caller."""

from __future__ import annotations

import io
import json
import logging
import re
import sys
import threading

import pytest

from mock_alipay.errors import Fault
from mock_alipay.journal.calls import CallRecord
from mock_alipay.journal.events import Event, EventKind
from mock_alipay.journal.log import Log, LogFormat
from tests.journal.test_log_lines import DROPPED, ENTRY, REFUSED, SENT


class Pipe(io.StringIO):
    """A stream whose reader can stop reading."""

    def __init__(self) -> None:
        super().__init__()
        self.reading = threading.Event()
        self.touched = threading.Event()

    def write(self, text: str) -> int:
        self.touched.set()
        if not self.reading.wait(60):
            raise TimeoutError("nobody let the reader go on")
        return super().write(text)


def call(entry: CallRecord) -> Event:
    """The event of an exchange."""
    return Event(entry.number, "call", entry.client_id, entry, entry.size)


def finish(log: Log) -> None:
    """Close a log and wait for its last line, however slow the machine is."""
    log.close()
    log._writer._thread.join(60)


def lines_of(stream: io.StringIO) -> list[str]:
    """What was written; every line has its end."""
    *lines, rest = stream.getvalue().split("\n")
    assert rest == ""
    return lines


def written(log_format: LogFormat, *entries: CallRecord) -> list[str]:
    """The lines of some exchanges."""
    stream = io.StringIO()
    log = Log(stream, log_format)
    for entry in entries:
        log.hear(call(entry))
    finish(log)
    return lines_of(stream)


@pytest.mark.parametrize("text", ["a\nb", "a\r\nb", "a\x1b[31mb", "a\x00b", "a\x85b", "a\u2028b", "a\x9b31mb"])
def test_a_call_is_one_line_whatever_a_merchant_writes(text: str) -> None:
    """Line ends and what steers a terminal are shown as escapes, in both formats."""
    entry = REFUSED._replace(faults=(Fault("order", "x", text),))
    lines = written("text", entry) + written("json", entry)
    assert len(lines) == 2
    assert lines[0].isprintable()
    assert json.loads(lines[1])["why"].endswith(text)


@pytest.mark.parametrize("kind", ["payment", "clock", "reset"])
def test_only_calls_get_lines(kind: EventKind) -> None:
    """Whatever else happens is told by the admin API."""
    stream = io.StringIO()
    log = Log(stream, "text")
    log.hear(call(ENTRY)._replace(kind=kind))
    log.hear(call(ENTRY))
    finish(log)
    assert 1 == len(lines_of(stream))


def test_notifications_get_lines_too() -> None:
    """One for each attempt, and one for what is not sent at all."""
    stream = io.StringIO()
    log = Log(stream, "text")
    for notification in (SENT, DROPPED):
        log.hear(Event(1, "notification", "SANDBOX_A", notification, 0))
    finish(log)
    assert ["ACCEPTED", "DROPPED"] == [line.split("  ")[2] for line in lines_of(stream)]


def test_lines_come_in_order_and_all_of_them() -> None:
    """``close`` writes what is left."""
    entries = [ENTRY._replace(id=str(n)) for n in range(500)]
    assert [str(n) for n in range(500)] == [json.loads(line)["call"] for line in written("json", *entries)]


@pytest.mark.parametrize(("name", "news"), [("mock_alipay", ["info: good news"]), ("uvicorn.error", [])])
def test_warnings_of_the_gateway_and_its_server_are_written_too(name: str, news: list[str]) -> None:
    """With their level, in the same format, and with the traceback of a bug; good news are the gateway's alone."""
    stream = io.StringIO()
    log = Log(stream, "text")
    logging.getLogger(name).warning("the %s is bad", "file")
    logging.getLogger(name).info("good news")
    logging.getLogger(name).error("a bug", exc_info=ZeroDivisionError("oops"))
    finish(log)
    lines = lines_of(stream)
    assert lines[: 2 + len(news)] == ["warning: the file is bad", *news, "error: a bug"]
    assert lines[-1] == "ZeroDivisionError: oops"


def test_warnings_in_json_are_one_line_too() -> None:
    """Also with a traceback."""
    stream = io.StringIO()
    log = Log(stream, "json")
    logging.getLogger("mock_alipay").error("a bug", exc_info=ZeroDivisionError("oops"))
    finish(log)
    (line,) = lines_of(stream)
    told = json.loads(line)
    assert told["level"] == "error"
    assert told["message"] == "a bug\nZeroDivisionError: oops"
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+00:00", told["time"])


def test_it_leaves_the_logging_as_it_was() -> None:
    """Whoever runs a gateway within a program of its own gets its logging back."""
    found = [logging.getLogger(name) for name in ("mock_alipay", "uvicorn.error")]
    before = [(logger.handlers, logger.level, logger.propagate) for logger in found]
    Log(io.StringIO(), "text").close()
    assert before == [(logger.handlers, logger.level, logger.propagate) for logger in found]


def test_quiet() -> None:
    """Warnings and errors come through, what is for information does not."""
    stream = io.StringIO()
    log = Log(stream, "text", quiet=True)
    logger = logging.getLogger("mock_alipay")
    logger.info("scenarios reloaded")
    logger.warning("the scenarios stay as they were")
    finish(log)
    assert "warning: the scenarios stay as they were\n" == stream.getvalue()


@pytest.mark.parametrize("log_format", ["text", "json"])
def test_a_reader_that_stopped_holds_up_nobody_and_drops_are_told(
    monkeypatch: pytest.MonkeyPatch, log_format: LogFormat
) -> None:
    """While the stream blocks, callers go on; beyond the limit lines are dropped, counted, and told once."""
    monkeypatch.setattr(sys.modules[Log.__module__], "_MAX_QUEUED", 50)
    stream = Pipe()
    log = Log(stream, log_format)
    log.hear(call(ENTRY))
    assert stream.touched.wait(60)
    for number in range(80):
        log.hear(call(ENTRY._replace(id=str(100 + number))))
    stream.reading.set()
    finish(log)
    lines = lines_of(stream)
    for number, line in zip([12, *range(100, 150)], lines[:51], strict=True):
        assert f"#{number} " in line or f'"call":"{number}"' in line
    (told,) = lines[51:]
    assert "dropped 30 log lines" in told
    assert (log_format == "json") == told.startswith("{")


def test_closing_gives_up_on_a_reader_that_does_not_read() -> None:
    """The gateway must be able to stop."""
    stream = Pipe()
    log = Log(stream, "text")
    log.hear(call(ENTRY))
    assert stream.touched.wait(60)
    log.close()
    assert stream.getvalue() == ""
    stream.reading.set()


@pytest.mark.parametrize("error", [BrokenPipeError(), ValueError("I/O operation on closed file")])
def test_a_reader_that_is_gone_is_no_error(error: Exception) -> None:
    """Calls go on without a log."""
    tried = threading.Event()

    class Gone(io.StringIO):
        def write(self, text: str) -> int:
            tried.set()
            raise error

    log = Log(Gone(), "text")
    log.hear(call(ENTRY))
    assert tried.wait(60)
    log.hear(call(ENTRY))
    log.close()
