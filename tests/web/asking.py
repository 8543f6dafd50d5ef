"""Helpers for tests of the admin API: problems, scenarios, a driver of payments, and a listener to events."""

from __future__ import annotations

import http.client
import json
import socket
import struct
import time
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import AbstractContextManager
from dataclasses import dataclass
from types import TracebackType
from typing import Any
from urllib.parse import quote

from mock_alipay.web.admin.api import CALLS, spoken
from tests.live import Answer, Live, sample
from tests.shop import Shop

PATIENCE = 60.0
"""Seconds after which a test fails that waits for something."""

ROWS = [(method, spoken(path)) for path, handlers in CALLS.items() for method in handlers]
"""Method and path of every admin call."""


def filled(path: str, value: str = "1") -> str:
    """A path with a value for its parameter."""
    return path.replace("{id}", value).replace("{paymentRequestId}", value)


def problem(answer: Answer) -> dict[str, Any]:
    """The problem JSON of a response."""
    body = answer.body
    assert (answer.headers["content-type"], answer.status) == ("application/problem+json", body["status"])
    assert {"type", "title", "status", "detail"} <= body.keys()
    return body


YAML = "application/yaml"
REFUSED = "description: No.\ncreatePaymentSession:\n  result: RISK_REJECT\n"


def post(live: Live, text: str | bytes, query: str = "", media: str = YAML) -> Answer:
    raw = text if isinstance(text, bytes) else text.encode()
    return live.request("POST", f"/__admin/scenarios{query}", raw, {"content-type": media} if media else {})


def load(live: Live, name: str, scenario: str, client_id: str | None = None) -> None:
    """Load a scenario until reset."""
    query = f"?name={name}" + (f"&clientId={client_id}" if client_id else "")
    answer = post(live, f"description: x\n{scenario}", query)
    assert 200 == answer.status, answer.raw


def until(condition: Callable[[], bool]) -> None:
    """Return as soon as ``condition`` holds; TimeoutError after ``PATIENCE``."""
    deadline = time.monotonic() + PATIENCE
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError("the condition does not hold")
        time.sleep(0.002)


Overtaken = Callable[[], AbstractContextManager[Future[Answer]]]
"""Makes a call that has arrived before the block begins, and whose reply comes when the block ends."""


class Listener:
    """A client of ``/__admin/events``; it is subscribed once it is constructed."""

    def __init__(self, live: Live, query: str = "", last: str | None = None) -> None:
        self._connection = connection_to(live)
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
        return [self.next() for _ in range(count)]

    def leave(self) -> None:
        self._response.close()
        self._connection.close()

    def __enter__(self) -> Listener:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.leave()


def connection_to(live: Live) -> http.client.HTTPConnection:
    """A connection that is reset when it is closed, which the gateway notices at once."""
    connection = http.client.HTTPConnection("127.0.0.1", live.config.port, timeout=PATIENCE)
    connection.connect()
    connection.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    return connection


WALLET = {"paymentMethodType": "ALIPAY_CN"}
"""A payment by this method causes one notification, because there is no capture."""
CARD = {"paymentMethodType": "CARD"}
HELD = {"isAuthorization": True, "captureMode": "MANUAL"}
"""The paymentFactor of a card payment with manual capture."""


@dataclass(frozen=True)
class Driver:
    """Payments of one client id, and the path of a shop that receives their notifications."""

    live: Live
    shop: Shop
    path: str
    client_id: str

    @property
    def url(self) -> str:
        return self.shop.url(self.path)

    def open(self, payment_request_id: str, **changes: Any) -> Answer:
        """Open a session; ``changes`` as ``sample`` takes them."""
        body = sample(payment_request_id, **{"paymentMethod": WALLET, "paymentNotifyUrl": self.url, **changes})
        answer = self.live.create(body, client_id=self.client_id)
        assert "SUCCESS" == answer.code, answer.message
        return answer

    def act(self, payment_request_id: str, action: str = "pay", **more: str) -> Answer:
        body = {"action": action, "clientId": self.client_id, **more}
        return self.live.admin("POST", f"/payments/{quote(payment_request_id, safe='')}/act", body)

    def paid(self, payment_request_id: str, **changes: Any) -> dict[str, Any]:
        """A payment that has been paid, after its notifications have been sent."""
        self.open(payment_request_id, **changes)
        answer = self.act(payment_request_id)
        assert 200 == answer.status, answer.raw
        self.notified(payment_request_id, 1 + len(answer.body["transactions"]))
        return answer.body

    def call(self, endpoint: str, **body: Any) -> Answer:
        path = f"/ams/api/v1/payments/{endpoint}"
        return self.live.create(body, path=path, client_id=self.client_id)

    def notified(self, payment_request_id: str, count: int = 1) -> list[dict[str, Any]]:
        """The notifications of a payment, newest first, once ``count`` of them have been sent, or never will be."""
        query = f"clientId={self.client_id}&paymentRequestId={quote(payment_request_id, safe='')}&count={count}"
        answer = self.live.admin("GET", f"/notifications/wait?{query}")
        assert 200 == answer.status, answer.raw
        newest: list[dict[str, Any]] = answer.body["notifications"]
        return newest

    def await_id(self, notification_id: str, query: str = "") -> Answer:
        return self.live.admin("GET", f"/notifications/{notification_id}/wait?{query.removeprefix('&')}")

    def notify(self, **body: Any) -> Answer:
        return self.live.admin("POST", "/notifications", {"clientId": self.client_id, **body})

    def listed(self, query: str = "") -> list[dict[str, Any]]:
        """The notifications of the client id, newest first."""
        answer = self.live.admin("GET", f"/notifications?clientId={self.client_id}{query}")
        newest: list[dict[str, Any]] = answer.body["notifications"]
        return newest

    def advance(self, by: str) -> None:
        assert 200 == self.live.admin("PUT", "/clock", {"clientId": self.client_id, "advance": by}).status
