"""The log: its lines, and a writer that never blocks a caller."""

from __future__ import annotations

import io
import json
import logging
import re
import threading

import pytest

from mock_alipay.journal import log as module
from mock_alipay.journal.events import Event, Events
from mock_alipay.journal.log import Log, LogFormat
from tests.journal.test_log_lines import DROPPED, ENTRY, SENT


class Pipe(io.StringIO):
    """A stream that blocks until ``reading`` is set, then raises ``error`` if there is one."""

    def __init__(self, error: Exception | None = None) -> None:
        super().__init__()
        self.error = error
        self.reading, self.blocked = threading.Event(), threading.Event()

    def write(self, text: str) -> int:
        self.blocked.set()
        assert self.reading.wait(60)
        if self.error is not None:
            raise self.error
        return super().write(text)


def hear(log: Log, *numbers: int) -> None:
    """Log calls with these ids."""
    for entry in (ENTRY._replace(id=str(number)) for number in numbers):
        log.hear(Event(entry.number, "call", "A", entry, entry.size))


def lines_after_close(log: Log, stream: io.StringIO) -> list[str]:
    """The lines written, once the log is closed and its thread has ended."""
    log.close()
    for thread in threading.enumerate():
        if thread.name == "mock-alipay-log":
            thread.join(60)
    *lines, rest = stream.getvalue().split("\n")
    assert rest == ""
    return lines


@pytest.mark.parametrize("log_format", ["text", "json"])
def test_calls_and_notifications_are_logged_in_order(log_format: LogFormat) -> None:
    """Each event is one line, other events have none, and closing writes the queued lines."""
    stream, events = io.StringIO(), Events("run")
    log = Log(stream, log_format)
    with log.listening_to(events):
        for number in range(50):
            events.publish("call", "A", ENTRY._replace(id=str(number)))
        for kind in ("payment", "clock", "reset"):
            events.publish(kind, "A", {})
        for notification in (SENT, DROPPED):
            events.publish("notification", "A", notification)
    events.publish("call", "A", ENTRY)
    *calls, sent, dropped = lines_after_close(log, stream)
    numbers = [re.search('(?:#|"call":")([0-9]+)', line) for line in calls]
    assert [str(number) for number in range(50)] == [match and match[1] for match in numbers]
    assert (True, True) == ("ACCEPTED" in sent, "DROPPED" in dropped)


@pytest.mark.parametrize(("name", "info"), [("mock_alipay", ["info: started"]), ("uvicorn.error", [])])
@pytest.mark.parametrize("quiet", [False, True])
def test_standard_logging_is_written_too(name: str, info: list[str], quiet: bool) -> None:
    """With level and traceback; info comes from the gateway only, a quiet log has warnings only, closing restores."""
    logger = logging.getLogger(name)
    before = (logger.handlers, logger.level, logger.propagate)
    stream, events = io.StringIO(), Events("run")
    log = Log(stream, "text", quiet=quiet)
    with log.listening_to(events):
        events.publish("clock" if not quiet else "call", "A", ENTRY)
    logger.warning("the %s is bad", "file")
    logger.info("started")
    logger.error("failed", exc_info=ZeroDivisionError("oops"))
    expected = ["warning: the file is bad", *(info * (not quiet)), "error: failed", "ZeroDivisionError: oops"]
    assert expected == lines_after_close(log, stream)
    assert before == (logger.handlers, logger.level, logger.propagate)


def test_a_json_record_is_one_line_with_its_traceback() -> None:
    """Time, level and message are keys of one object."""
    stream = io.StringIO()
    log = Log(stream, "json")
    logging.getLogger("mock_alipay").error("failed", exc_info=ZeroDivisionError("oops"))
    (line,) = map(json.loads, lines_after_close(log, stream))
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+00:00", line.pop("time"))
    assert {"level": "error", "message": "failed\nZeroDivisionError: oops"} == line


@pytest.mark.parametrize("log_format", ["text", "json"])
def test_a_blocked_reader_blocks_no_caller(monkeypatch: pytest.MonkeyPatch, log_format: LogFormat) -> None:
    """Beyond the limit of queued lines, new lines are dropped, counted, and reported once."""
    monkeypatch.setattr(module, "_MAX_QUEUED", 50)
    stream = Pipe()
    log = Log(stream, log_format)
    hear(log, 12)
    assert stream.blocked.wait(60)
    hear(log, *range(100, 180))
    stream.reading.set()
    lines = lines_after_close(log, stream)
    assert 52 == len(lines)
    assert "149" in lines[50]
    assert "dropped 30 log lines" in lines[51]
    assert (log_format == "json") == lines[51].startswith("{")


@pytest.mark.parametrize("error", [None, BrokenPipeError(), ValueError("I/O operation on closed file")])
def test_the_gateway_stops_with_a_log_that_nobody_reads(error: Exception | None) -> None:
    """Closing does not wait for a blocked reader, and a stream that is closed meanwhile is no error."""
    stream = Pipe(error)
    log = Log(stream, "text")
    hear(log, 1)
    assert stream.blocked.wait(60)
    if error is None:
        log.close()
        assert "" == stream.getvalue()
    stream.reading.set()
    hear(log, 2)
    log.close()
