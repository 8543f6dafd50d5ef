"""``Mock.webhooks``: a shop's side of webhooks, on a free port of this machine."""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Literal, get_args

from mock_alipay.client.in_process import Forward, forward_to
from mock_alipay.client.webhook_server import ACKNOWLEDGEMENT, WebhookHandler, WebhookServer
from mock_alipay.errors import UsageError, WaitTimeout
from mock_alipay.text.json_text import parse_json
from mock_alipay.text.masking import mask_cards
from mock_alipay.text.wording import short

logger = logging.getLogger("mock_alipay")

WebhookAnswer = Literal["accept", "refuse", "reset"]
"""``accept``: acknowledged; ``refuse``: HTTP 500; ``reset``: the connection is reset."""

Verify = Callable[[str, Mapping[str, str], bytes], str]
"""Checks the signature over a path, headers and a body: ``valid``, or why it is not."""

_MOST = 10_000
"""Webhooks that are kept; of more, the oldest are forgotten."""


@dataclass(frozen=True, slots=True)
class Webhook:
    """A webhook that arrived.

    headers: names in lower case
    body: parsed JSON; None if it is none, or if it is nested more than 200 levels deep
    signature: ``valid``, why it is not, or ``not checked``
    """

    path: str
    headers: Mapping[str, str]
    raw: bytes
    body: Any
    signature: str

    @property
    def notify_type(self) -> str | None:
        """The notifyType, such as PAYMENT_RESULT."""
        return self._text("notifyType")

    @property
    def payment_request_id(self) -> str | None:
        """The paymentRequestId."""
        return self._text("paymentRequestId")

    def _text(self, name: str) -> str | None:
        value = self.body.get(name) if isinstance(self.body, dict) else None
        return value if isinstance(value, str) else None


class Webhooks:
    """Receives webhooks. Call it for a list, the oldest first. It listens from the first use of ``url``."""

    def __init__(self, verify: Verify | None = None) -> None:
        self.verify = verify
        """Checks signatures; without it they are not checked."""
        self._forward: Forward | None = None
        """Gives the responses in place of the acknowledgement."""
        self._received: deque[Webhook] = deque(maxlen=_MOST)
        self._answers: list[tuple[WebhookAnswer, float]] = []
        self._arrived = threading.Condition()
        self._listeners: list[Callable[[], object]] = []
        """Called, with the lock of ``_arrived``, when a webhook has arrived."""
        self._server: WebhookServer | None = None

    @property
    def url(self) -> str:
        """The URL for ``paymentNotifyUrl``; other paths of this address work too."""
        if self._server is None:
            self._server = WebhookServer(_handler(self))
        return f"http://127.0.0.1:{self._server.server_port}/notify"

    def __call__(self) -> list[Webhook]:
        """The webhooks that arrived."""
        with self._arrived:
            return list(self._received)

    def answer(self, *answers: WebhookAnswer, after: float = 0.0) -> None:
        """Answer the next webhooks like this, each ``after`` seconds; later ones are accepted at once.

        ``answer("refuse", "refuse")`` refuses two webhooks and accepts the third. UsageError for an unknown answer, and
        for an ``after`` that is not from 0 to 3600.
        """
        for answer in answers:
            if answer not in get_args(WebhookAnswer):
                raise UsageError(f"answer: expected {', '.join(get_args(WebhookAnswer))}, got {short(repr(answer))}")
        if not (isinstance(after, int | float) and 0 <= after <= 3600):
            raise UsageError(f"answer: after: expected seconds from 0 to 3600, got {short(repr(after))}")
        with self._arrived:
            self._answers += [(answer, after) for answer in answers]

    def wait(
        self,
        *,
        notify_type: str | None = None,
        payment_request_id: str | None = None,
        count: int = 1,
        timeout: float = 5.0,
    ) -> Webhook:
        """The newest webhook that matches, as soon as ``count`` of them have arrived.

        An app of ``deliver_to`` may still be working on it; ``Mock.notifications.wait`` waits for the response.
        WaitTimeout after ``timeout`` seconds of real time; its text says which webhooks arrived instead.
        """
        wanted = {"notifyType": notify_type, "paymentRequestId": payment_request_id}
        deadline = time.monotonic() + timeout
        with self._arrived:
            while len(found := self._matching(wanted)) < count:
                if not self._arrived.wait(deadline - time.monotonic()):
                    raise self._timeout(wanted, count, timeout)
        return found[-1]

    @contextmanager
    def forwarding_to(self, app: Any, loop: asyncio.AbstractEventLoop | None = None) -> Iterator[str]:
        """Let an ASGI or WSGI app give the responses within the block, which gets ``url``; ``loop``: ``forward_to``."""
        self._forward = forward_to(app, loop)
        try:
            yield self.url
        finally:
            self._forward = None

    def respond(self, answer: WebhookAnswer, path: str, headers: Mapping[str, str], raw: bytes) -> tuple[int, bytes]:
        """The status and the body of the response."""
        if answer != "accept":
            return 500, b"refused by the test"
        forward = self._forward  # The block of ``forwarding_to`` may end at any time.
        if forward is None:
            return 200, ACKNOWLEDGEMENT
        try:
            return forward(path, headers, raw)
        except Exception as error:
            logger.exception("the app failed to handle a webhook")
            return 500, f"{type(error).__name__}: {error}".encode()

    def clear(self) -> None:
        """Forget the webhooks that arrived, and the answers that were set."""
        with self._arrived:
            self._received.clear()
            self._answers.clear()

    def close(self) -> None:
        """Stop listening; what arrived stays."""
        server, self._server = self._server, None
        if server is not None:
            server.close()

    def receive(self, path: str, headers: Mapping[str, str], raw: bytes) -> tuple[WebhookAnswer, float]:
        """Record a webhook; returns the answer to it, and the seconds until then."""
        signature = "not checked" if self.verify is None else self.verify(path, headers, raw)
        try:
            body = parse_json(raw)
        except ValueError:
            body = None
        with self._arrived:
            self._received.append(Webhook(path, headers, raw, body, signature))
            self._arrived.notify_all()
            for notify in self._listeners:
                notify()
            return self._answers.pop(0) if self._answers else ("accept", 0.0)

    def _matching(self, wanted: Mapping[str, str | None]) -> list[Webhook]:
        return [each for each in self() if _matches(each, wanted)]

    def _timeout(self, wanted: Mapping[str, str | None], count: int, timeout: float) -> WaitTimeout:
        filters = ", ".join(f"{name}={value}" for name, value in wanted.items() if value is not None) or "any"
        others = mask_cards(", ".join(_name(each) for each in self()[-5:]) or "none")
        expected = f"expected {count} webhooks ({filters}) within {timeout:g} s, got {len(self._matching(wanted))}"
        detail = f"{expected}; arrived: {short(others, 300)}"
        return WaitTimeout({"title": "No such webhook", "status": 408, "detail": detail})


def _matches(webhook: Webhook, wanted: Mapping[str, str | None]) -> bool:
    sent = {"notifyType": webhook.notify_type, "paymentRequestId": webhook.payment_request_id}
    return all(value is None or sent[name] == value for name, value in wanted.items())


def _name(webhook: Webhook) -> str:
    kind, of = webhook.notify_type or "a body without notifyType", webhook.payment_request_id
    return kind if of is None else f"{kind} of {of}"


def _handler(webhooks: Webhooks) -> type[WebhookHandler]:
    class Handler(WebhookHandler):
        """Answers as ``webhooks`` says."""

        def receive(self, headers: dict[str, str], body: bytes) -> None:
            answer, after = webhooks.receive(self.path, headers, body)
            time.sleep(after)
            if answer == "reset":
                self.reset()
            else:
                self.respond(*webhooks.respond(answer, self.path, headers, body))

    return Handler
