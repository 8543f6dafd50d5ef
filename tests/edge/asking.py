"""What tests of the admin API share: problems read, patience, and a listener to events."""

from __future__ import annotations

import http.client
import json
import time
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import AbstractContextManager
from types import TracebackType
from typing import Any

from mock_alipay.edge.admin import CALLS, spoken
from tests.live import Answer, Live

PATIENCE = 10.0
"""Seconds after which something that should happen at once is given up."""

ROWS = [(method, spoken(path)) for path, handlers in CALLS.items() for method in handlers]
"""Every admin call, as people write it."""


def filled(path: str, value: str = "1") -> str:
    """A path with something in the place of its parameter."""
    return path.replace("{id}", value).replace("{paymentRequestId}", value)


def problem(answer: Answer) -> dict[str, Any]:
    """The problem in an answer, whose form is checked on the way."""
    found = answer.body
    assert (answer.headers["content-type"], answer.status) == ("application/problem+json", found["status"])
    assert {"type", "title", "status", "detail"} <= found.keys()
    return found


def until(condition: Callable[[], bool]) -> None:
    """Return as soon as ``condition`` holds; TimeoutError when it does not come to that."""
    deadline = time.monotonic() + PATIENCE
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError("what should happen at once has not happened")
        time.sleep(0.002)


Overtaken = Callable[[], AbstractContextManager[Future[Answer]]]
"""Makes a call that has come before the block begins, and goes on when it ends: the answer is to come then."""


class Listener:
    """Someone who listens to ``/__admin/events``; once it is made, nothing that happens escapes it."""

    def __init__(self, live: Live, query: str = "", last: str | None = None) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", live.config.port, timeout=PATIENCE)
        self._connection.request(
            "GET", f"/__admin/events{query}", headers={} if last is None else {"Last-Event-ID": last}
        )
        self._response = self._connection.getresponse()
        self.status = self._response.status
        self.headers = dict(self._response.getheaders())
        self.last = last
        """The id of the latest event."""
        self.opening = self.block()

    def block(self) -> list[str]:
        """The lines up to the next blank one."""
        lines: list[str] = []
        while line := self._response.readline().decode().rstrip("\n"):
            lines.append(line)
        return lines

    def next(self) -> tuple[str, Any]:
        """The kind and data of the next event."""
        fields = dict(line.split(": ", 1) for line in self.block())
        self.last = fields.get("id", self.last)
        return fields["event"], json.loads(fields["data"])

    def take(self, count: int) -> list[tuple[str, Any]]:
        """The next so many events."""
        return [self.next() for _ in range(count)]

    def leave(self) -> None:
        """Go away."""
        self._response.close()
        self._connection.close()

    def __enter__(self) -> Listener:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.leave()
