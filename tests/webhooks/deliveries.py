"""A dispatcher with merchants that respond in process, for the tests of deliveries."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from mock_alipay.clock.clocks import Clock, StoppedClock
from mock_alipay.contracts import load
from mock_alipay.journal.events import Event, Events
from mock_alipay.journal.notifications import Notification
from mock_alipay.signing import Signer, keys
from mock_alipay.signing.pool import SigningPool
from mock_alipay.storage import Journal, MemoryStorage
from mock_alipay.webhooks import Answer, Dispatcher, HttpClient
from mock_alipay.webhooks.delivery import Delivery
from mock_alipay.webhooks.signed_request import RequestSigner
from tests.calls import NOW
from tests.memory import clocks_of, done, schedule_by
from tests.shop import ACKNOWLEDGEMENT

URL = "http://shop.example/notify"
ACK = Answer(200, ACKNOWLEDGEMENT, truncated=False)
BUSY = Answer(503, b"busy", truncated=False)


class Merchants(HttpClient):
    """All merchants. Each URL has a list of responses, of which the last repeats; an Exception is raised."""

    def __init__(self) -> None:
        super().__init__()
        self.requests: list[Mapping[str, str]] = []
        """Headers of the requests."""
        self.responses: dict[str, list[Answer | Exception]] = {}
        self.responding = asyncio.Event()
        """Requests wait for a response while this is not set."""
        self.responding.set()
        self.in_flight: list[str] = []
        """Ids of the notifications that wait for a response."""
        self.most = 0
        """Largest number of requests in flight."""
        self.closed = 0
        self._new_request = asyncio.Event()

    def respond(self, *responses: Answer | Exception, url: str = URL) -> None:
        self.responses[url] = list(responses)

    async def post(self, url: str, headers: Mapping[str, str], body: bytes) -> Answer:
        number = headers["mock-notification-id"]
        self.requests.append(headers)
        self.in_flight.append(number)
        self.most = max(self.most, len(self.in_flight))
        self._new_request.set()
        try:
            await asyncio.sleep(0)
            await self.responding.wait()
        finally:
            self.in_flight.remove(number)
        responses = self.responses.get(url, [ACK])
        response = responses.pop(0) if len(responses) > 1 else responses[0]
        if isinstance(response, Exception):
            raise response
        return response

    async def until(self, condition: Callable[[], bool]) -> None:
        """Wait until ``condition`` holds; TimeoutError if it does not."""
        async with asyncio.timeout(60):
            while not condition():
                self._new_request.clear()
                await self._new_request.wait()

    async def close(self) -> None:
        self.closed += 1

    @property
    def numbers(self) -> list[str]:
        """Ids of the notifications received, one per attempt."""
        return [headers["mock-notification-id"] for headers in self.requests]

    @property
    def times(self) -> list[timedelta]:
        """Time from NOW to each request-time."""
        return [datetime.fromisoformat(headers["request-time"]) - NOW for headers in self.requests]


def request_signer(*, enabled: bool) -> RequestSigner:
    """Signs with the shipped keys, if enabled."""
    forger = partial(Signer, keys.shipped_forger_key())
    return RequestSigner(SigningPool(Signer(keys.shipped_gateway_key()), forger, enabled=enabled))


class Deliveries:
    """A dispatcher with a stopped clock, unless another is given."""

    def __init__(
        self,
        clock: Clock | None = None,
        *,
        intervals: Sequence[timedelta] | None = None,
        most: int = 10_000,
        signing: bool = False,
        real_time: bool = False,
    ) -> None:
        self.merchants = Merchants()
        self.published: list[tuple[str, str]] = []
        """Id and status of the notification of each event."""
        self.clocks = clocks_of(clock or StoppedClock(NOW))
        self.events = Events("run", always=(self._on_event,))
        self.journal: Journal[Notification] = MemoryStorage(most=most).notifications
        self.dispatcher = Dispatcher(
            journal=self.journal,
            schedule=schedule_by(self.clocks),
            clocks=self.clocks,
            events=self.events,
            delivery=Delivery(
                request_signer(enabled=signing), self.merchants, intervals or load().limits.resend_intervals
            ),
            real_time=real_time,
        )

    def enqueue(self, **changes: Any) -> str:
        """Enqueue a notification that is due now; its id."""
        number = self.journal.next_id()
        due = self.clocks.now(changes.get("client_id", "A"))
        done(self.dispatcher.enqueue(notification(number, **{"due": due, **changes})))
        return number

    def get(self, number: str) -> Notification:
        """The notification as it is in the journal."""
        current = done(self.journal.get(number))
        assert current is not None
        return current

    async def advance(self, by: timedelta, client_id: str | None = None) -> None:
        """Advance the clock and deliver what is due."""
        done(self.clocks.advance(by, client_id))
        await self.dispatcher.settle(client_id)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Run the dispatcher in the background within the block."""
        task = asyncio.create_task(self.dispatcher.run())
        try:
            yield
        finally:
            task.cancel()
            await asyncio.wait([task])
            await self.dispatcher.close()

    def _on_event(self, event: Event) -> None:
        assert ("notification", event.subject.client_id) == (event.kind, event.client_id)
        self.published.append((event.subject.id, event.subject.status))


_numbers = itertools.count(1)


def notification(number: str | None = None, **changes: Any) -> Notification:
    """A pending notification of client id A about its own payment."""
    number = number or str(next(_numbers))
    defaults: dict[str, Any] = {
        "client_id": "A",
        "family": "payments",
        "name": "notifyPayment",
        "id_field": "paymentRequestId",
        "request_id": f"payment-{number}",
        "created": NOW,
        "url": URL,
        "body": b'{"notifyType":"PAYMENT_RESULT"}',
        "due": NOW,
    }
    return Notification(id=number, **{**defaults, **changes})
