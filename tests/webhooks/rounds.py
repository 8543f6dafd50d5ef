"""What tests of the post share: a postman with merchants that stand in for those on the network."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Any, NamedTuple

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


class Letter(NamedTuple):
    """What a merchant got."""

    url: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def number(self) -> str:
        """The notification's id."""
        return self.headers["mock-notification-id"]

    @property
    def after(self) -> timedelta:
        """How long after NOW it was made, by its request-time."""
        return datetime.fromisoformat(self.headers["request-time"]) - NOW


class Merchants(HttpClient):
    """All the merchants there are: each URL has its answers, the last for good; an Exception is raised."""

    def __init__(self) -> None:
        super().__init__()
        self.letters: list[Letter] = []
        self.answers: dict[str, list[Answer | Exception]] = {}
        self.open = asyncio.Event()
        """Nobody answers while it is not set."""
        self.open.set()
        self._news = asyncio.Event()
        self.under_way: list[str] = []
        """Ids of the notifications that wait for an answer."""
        self.most = 0
        self.closed = 0

    def says(self, *answers: Answer | Exception, url: str = URL) -> None:
        """What a URL answers from now on."""
        self.answers[url] = list(answers)

    async def post(self, url: str, headers: Mapping[str, str], body: bytes) -> Answer:
        """The next answer."""
        letter = Letter(url, headers, body)
        self.letters.append(letter)
        self.under_way.append(letter.number)
        self.most = max(self.most, len(self.under_way))
        self._news.set()
        try:
            await asyncio.sleep(0)
            await self.open.wait()
        finally:
            self.under_way.remove(letter.number)
        answers = self.answers.get(url, [ACK])
        answer = answers.pop(0) if len(answers) > 1 else answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer

    async def busy(self, condition: Callable[[], bool]) -> None:
        """Return when ``condition`` holds; TimeoutError when it does not come to that."""
        async with asyncio.timeout(60):
            while not condition():
                self._news.clear()
                await self._news.wait()

    async def close(self) -> None:
        """Count it."""
        self.closed += 1

    @property
    def numbers(self) -> list[str]:
        """Ids of the notifications that came, attempt by attempt."""
        return [letter.number for letter in self.letters]


@dataclass
class Round:
    """A postman, his surroundings, and what he has told."""

    clock: Clock = field(default_factory=lambda: StoppedClock(NOW))
    intervals: Sequence[timedelta] = field(default_factory=lambda: load().limits.resend_intervals)
    merchants: Merchants = field(default_factory=Merchants)
    journal: Journal[Notification] = field(default_factory=lambda: MemoryStorage().notifications)
    told: list[tuple[str, str]] = field(default_factory=list)
    """Id and status of each event's notification."""
    signing: bool = False
    real_time: bool = False

    def __post_init__(self) -> None:
        self.clocks = clocks_of(self.clock)
        self.events = Events("run")
        signer, forger = Signer(keys.shipped_gateway_key()), partial(Signer, keys.shipped_forger_key())
        request_signer = RequestSigner(SigningPool(signer, forger, enabled=self.signing))
        self.dispatcher = Dispatcher(
            journal=self.journal,
            schedule=schedule_by(self.clocks),
            clocks=self.clocks,
            events=self.events,
            delivery=Delivery(request_signer, self.merchants, self.intervals),
            real_time=self.real_time,
        )

    def post(self, **changes: Any) -> str:
        """Hand a notification over, due now; its id."""
        number = done(self.journal.next_id())
        due = done(self.clocks.now(changes.get("client_id", "A")))
        done(self.dispatcher.enqueue(notification(number, **{"due": due, **changes})))
        return number

    def look(self, number: str) -> Notification:
        """How a notification stands."""
        found = done(self.journal.get(number))
        assert found is not None
        return found

    async def wound(self, by: timedelta, client_id: str | None = None) -> None:
        """Wind the clock on, and deliver what falls due."""
        done(self.clocks.advance(by, client_id))
        await self.dispatcher.settle(client_id)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """While the postman does his rounds by himself."""
        task = asyncio.create_task(self.dispatcher.run())
        try:
            yield
        finally:
            task.cancel()
            await asyncio.wait([task])
            await self.dispatcher.close()

    def hear(self, event: Event) -> None:
        """Note what is told of a notification."""
        assert ("notification", event.subject.client_id) == (event.kind, event.client_id)
        self.told.append((event.subject.id, event.subject.status))


_numbers = itertools.count(1)


def notification(number: str | None = None, **changes: Any) -> Notification:
    """A notification of a payment of its own of client id A, unless ``changes`` say otherwise."""
    number = number or str(next(_numbers))
    usual: dict[str, Any] = {
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
    return Notification(id=number, **{**usual, **changes})
