"""One line a call, in words or in JSON, written by a thread of its own.

Lines are written in batches, so that a terminal or pipe whose reader has stopped never stops the gateway:
when too many wait, the newest are dropped and counted.
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

_MOST_WAITING = 20_000
_PAUSE = 0.02
"""Seconds between batches: long enough to gather lines, too short to be seen."""


class Log:
    """Where lines go: calls by ``exchange``, everything else by the standard logging."""

    def __init__(self, stream: TextIO, log_format: LogFormat, *, quiet: bool = False) -> None:
        """``quiet``: warnings and errors only."""
        self._quiet = quiet
        formatter = _Formatter(log_format)
        self._writer = _Writer(stream, formatter)
        self._line: Callable[[CallRecord], str] = json_line if log_format == "json" else text_line
        self._told = notification_json if log_format == "json" else notification_text
        handler = _Handler(self._writer)
        handler.setFormatter(formatter)
        own = logging.WARNING if quiet else logging.INFO
        self._before = []
        for name, level in (("mock_alipay", own), ("uvicorn.error", logging.WARNING)):
            logger = logging.getLogger(name)
            self._before.append((logger, logger.handlers, logger.level, logger.propagate))
            logger.handlers, logger.propagate = [handler], False
            logger.setLevel(level)

    def listening_to(self, events: Events) -> AbstractContextManager[None]:
        """Write a line for each call and notification within the block, unless it is to be quiet."""
        return nullcontext() if self._quiet else events.subscribed(self.hear)

    def hear(self, event: Event) -> None:
        """Write a call's line."""
        if event.kind == "call":
            self._writer.put(self._line(event.subject))
        elif event.kind == "notification":
            self._writer.put(self._told(event.subject))

    def close(self) -> None:
        """Write what is left, and leave the standard logging as it was; gives up on a reader that does not read."""
        self._writer.close()
        for logger, handlers, level, propagate in self._before:
            logger.handlers, logger.propagate = handlers, propagate
            logger.setLevel(level)


class _Writer:
    """Gathers lines, and lets a thread write all that have come since it last did."""

    def __init__(self, stream: TextIO, formatter: logging.Formatter) -> None:
        self._stream = stream
        self._formatter = formatter
        self._lock = threading.Lock()
        self._lines: list[str] = []
        self._dropped = 0
        self._news = threading.Event()
        self._closing = False
        self._thread = threading.Thread(target=self._run, name="mock-alipay-log", daemon=True)
        self._thread.start()

    def put(self, line: str) -> None:
        with self._lock:
            waiting = len(self._lines)
            if waiting >= _MOST_WAITING:
                self._dropped += 1
            else:
                self._lines.append(line)
        if not waiting:
            self._news.set()

    def close(self) -> None:
        self._closing = True
        self._news.set()
        self._thread.join(timeout=0.5)

    def _run(self) -> None:
        closing = False
        while not closing:
            self._news.wait()
            closing = self._closing
            self._news.clear()
            lines = self._taken()
            try:
                self._stream.write("\n".join([*lines, ""]))
                self._stream.flush()
            except (OSError, ValueError):
                return
            if not closing:
                time.sleep(_PAUSE)

    def _taken(self) -> list[str]:
        with self._lock:
            lines, self._lines = self._lines, []
            dropped, self._dropped = self._dropped, 0
        if dropped:
            text = f"{dropped} log lines were dropped, their reader was too slow"
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
