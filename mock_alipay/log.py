"""One line a call, in words or in JSON, written by a thread of its own.

Lines are written in batches, so that a terminal or pipe whose reader has stopped never stops the gateway:
when too many wait, the newest are dropped and counted.
"""

from __future__ import annotations

import logging
import re
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, Literal, TextIO

import orjson

from mock_alipay.events import Event
from mock_alipay.journal import Entry
from mock_alipay.mask import mask_text

LogFormat = Literal["text", "json"]

_MOST_WAITING = 20_000
_PAUSE = 0.02
"""Seconds between batches: long enough to gather lines, too short to be seen."""

_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]")


class Log:
    """Where lines go: calls by ``exchange``, everything else by the standard logging."""

    def __init__(self, stream: TextIO, log_format: LogFormat) -> None:
        formatter = _Formatter(log_format)
        self._writer = _Writer(stream, formatter)
        self._line: Callable[[Entry], str] = json_line if log_format == "json" else text_line
        handler = _Handler(self._writer)
        handler.setFormatter(formatter)
        for name, level in (("mock_alipay", logging.INFO), ("uvicorn.error", logging.WARNING)):
            logger = logging.getLogger(name)
            logger.handlers = [handler]
            logger.setLevel(level)
            logger.propagate = False

    def hear(self, event: Event) -> None:
        """Write a call's line."""
        if event.kind == "call":
            self._writer.put(self._line(event.subject))

    def close(self) -> None:
        """Write what is left; gives up on a reader that does not read."""
        self._writer.close()


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
        if not self._json:
            return f"{record.levelname.lower()}: {text}"
        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        return orjson.dumps({"time": at, "level": record.levelname.lower(), "message": text}).decode()


def text_line(entry: Entry) -> str:
    """``03:41:07 #12  createPaymentSession  F PARAM_ILLEGAL  [-]  0.9 ms  order: missing, …``"""
    reply = entry.reply
    name = entry.endpoint or f"{entry.call.method} {mask_text(entry.call.target)[:80]}"
    code = f"{entry.result_status} {entry.result_code}" if entry.result_code else f"HTTP {reply.status}"
    story = f"{entry.scenario or '-'} +{reply.fault.kind}" if reply.fault else entry.scenario or "-"
    took = f"{entry.took * 1000:.1f} ms" + (f" +{reply.delay:.1f} s" if reply.delay else "")
    line = f"{_local(int(entry.call.received.timestamp()))} #{entry.id}  {name}  {code}  [{story}]  {took}"
    why = _why(entry)
    if why:
        line += f"  {mask_text(why)}"
    # One line a call, whatever a merchant writes: no line ends, and nothing that steers a terminal.
    return line if line.isprintable() else _CONTROL.sub(lambda found: repr(found[0])[1:-1], line)


def json_line(entry: Entry) -> str:
    """The same as one JSON object."""
    reply = entry.reply
    line: dict[str, Any] = {
        "time": entry.call.received.isoformat(timespec="milliseconds"),
        "level": "info",
        "call": entry.id,
        "endpoint": entry.endpoint,
        "clientId": entry.client_id,
        "paymentRequestId": entry.payment_request_id,
        "httpStatus": entry.http_status,
        "resultStatus": entry.result_status,
        "resultCode": entry.result_code,
        "scenario": entry.scenario,
        "fault": reply.fault.kind if reply.fault else None,
        "ms": round(entry.took * 1000, 1),
        "delayMs": round(reply.delay * 1000),
    }
    if why := _why(entry):
        line["why"] = mask_text(why)
    return orjson.dumps(line).decode()


def _why(entry: Entry) -> str:
    """What a reader needs beside the code: nothing when all went well."""
    if entry.explanation:
        return entry.explanation
    return "; ".join(fault.text for fault in entry.faults) or ("" if entry.result_status == "S" else entry.message)


@lru_cache(maxsize=16)
def _local(timestamp: int) -> str:
    return datetime.fromtimestamp(timestamp, UTC).astimezone().strftime("%H:%M:%S")
