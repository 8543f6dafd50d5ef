"""The log: one line per call or notification, as text or JSON, written by a background thread.

A terminal or pipe that nobody reads never blocks the gateway: when too many lines are queued, new ones are dropped
and counted.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from datetime import UTC, datetime
from typing import Literal, TextIO

from mock_alipay.journal.calls import CallRecord
from mock_alipay.journal.events import Event, Events
from mock_alipay.journal.log_lines import in_json, json_line, notification_json, notification_text, one_line, text_line
from mock_alipay.text.masking import mask_text

LogFormat = Literal["text", "json"]

_MAX_QUEUED = 20_000
_PAUSE = 0.02
"""Seconds between batches: long enough to collect lines, too short to be noticed."""


class Log:
    """Writes events of the gateway and records of the standard logging to one stream."""

    def __init__(self, stream: TextIO, log_format: LogFormat, *, quiet: bool = False) -> None:
        """``quiet`` limits the log to warnings and errors."""
        self._quiet = quiet
        formatter = _Formatter(log_format)
        self._writer = _Writer(stream, formatter)
        self._call_line: Callable[[CallRecord], str] = json_line if log_format == "json" else text_line
        self._notification_line = notification_json if log_format == "json" else notification_text
        handler = _Handler(self._writer)
        handler.setFormatter(formatter)
        gateway_level = logging.WARNING if quiet else logging.INFO
        self._saved = []
        for name, level in (("mock_alipay", gateway_level), ("uvicorn.error", logging.WARNING)):
            logger = logging.getLogger(name)
            self._saved.append((logger, logger.handlers, logger.level, logger.propagate))
            logger.handlers, logger.propagate = [handler], False
            logger.setLevel(level)

    def listening_to(self, events: Events) -> AbstractContextManager[None]:
        """Write a line for each call and notification within the block; none when ``quiet``."""
        return nullcontext() if self._quiet else events.subscribed(self.hear)

    def hear(self, event: Event) -> None:
        """Write the line of a call or notification; ignores other events."""
        if event.kind == "call":
            self._writer.put(self._call_line(event.subject))
        elif event.kind == "notification":
            self._writer.put(self._notification_line(event.subject))

    def close(self) -> None:
        """Write queued lines for at most half a second, then restore the standard logging."""
        self._writer.close()
        for logger, handlers, level, propagate in self._saved:
            logger.handlers, logger.propagate = handlers, propagate
            logger.setLevel(level)


class _Writer:
    """Queues lines; a thread writes all queued lines at once."""

    def __init__(self, stream: TextIO, formatter: logging.Formatter) -> None:
        self._stream = stream
        self._formatter = formatter
        self._lock = threading.Lock()
        self._lines: list[str] = []
        self._dropped = 0
        self._wake = threading.Event()
        self._closing = False
        self._thread = threading.Thread(target=self._run, name="mock-alipay-log", daemon=True)
        self._thread.start()

    def put(self, line: str) -> None:
        with self._lock:
            queued = len(self._lines)
            if queued >= _MAX_QUEUED:
                self._dropped += 1
            else:
                self._lines.append(line)
        if not queued:
            self._wake.set()

    def close(self) -> None:
        self._closing = True
        self._wake.set()
        self._thread.join(timeout=0.5)

    def _run(self) -> None:
        closing = False
        while not closing:
            self._wake.wait()
            closing = self._closing
            self._wake.clear()
            lines = self._take_lines()
            try:
                self._stream.write("\n".join([*lines, ""]))
                self._stream.flush()
            except (OSError, ValueError):
                return
            if not closing:
                time.sleep(_PAUSE)

    def _take_lines(self) -> list[str]:
        with self._lock:
            lines, self._lines = self._lines, []
            dropped, self._dropped = self._dropped, 0
        if dropped:
            text = f"dropped {dropped} log lines: the reader is too slow"
            record = logging.LogRecord("mock_alipay", logging.WARNING, __file__, 0, text, None, None)
            lines.append(self._formatter.format(record))
        return lines


class _Handler(logging.Handler):
    def __init__(self, writer: _Writer) -> None:
        super().__init__()
        self._writer = writer

    def emit(self, record: logging.LogRecord) -> None:
        self._writer.put(self.format(record))


class _Formatter(logging.Formatter):
    def __init__(self, log_format: LogFormat) -> None:
        super().__init__()
        self._json = log_format == "json"

    def format(self, record: logging.LogRecord) -> str:
        text = record.getMessage()
        if record.exc_info:
            text += "\n" + self.formatException(record.exc_info)
        text = mask_text(text)
        if not self._json:
            return "\n".join(map(one_line, f"{record.levelname.lower()}: {text}".split("\n")))
        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        return in_json({"time": at, "level": record.levelname.lower(), "message": text})
