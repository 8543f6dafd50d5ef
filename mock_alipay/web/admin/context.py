"""What admin calls work with, and the form in which they arrive."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar

from starlette.requests import Request

from mock_alipay.clock.clocks import Clocks
from mock_alipay.contracts.schemas import Schemas
from mock_alipay.contracts.validation import Contract
from mock_alipay.errors import Misuse
from mock_alipay.gateway.buyer_actions import Cashier
from mock_alipay.gateway.repository import Ledger
from mock_alipay.gateway.scheduler import Timekeeper
from mock_alipay.journal.calls import Journal
from mock_alipay.journal.events import Events
from mock_alipay.journal.metrics import Tally
from mock_alipay.scenarios import Chooser
from mock_alipay.signing.keys import KeyRing
from mock_alipay.webhooks import Postman

Found = TypeVar("Found")

MOST_STREAMS = 100
MOST_WAITS = 300
"""Connections are bounded too: what is left must do for merchants' calls."""


class Room:
    """A place for so many at a time."""

    def __init__(self, most: int, what: str) -> None:
        self._most = most
        self._what = what
        self._taken = 0

    @contextmanager
    def entered(self) -> Iterator[None]:
        """Be one of them within the block; Misuse (503) when there are too many already."""
        if self._taken >= self._most:
            raise Misuse(503, f"Too many {self._what}", f"{self._most} are open already; close some of them")
        self._taken += 1
        try:
            yield
        finally:
            self._taken -= 1


class Clerk:
    """Does what takes long, such as showing a thousand large bodies, in a thread: no merchant's call waits for it."""

    def __init__(self) -> None:
        self._thread: ThreadPoolExecutor | None = None

    async def do(self, work: Callable[[], Found]) -> Found:
        """What ``work`` returns, after the work that was there before it."""
        if self._thread is None:
            self._thread = ThreadPoolExecutor(1, thread_name_prefix="mock-alipay-admin")
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)

    def close(self) -> None:
        """Let the thread go; the next work gets another."""
        if self._thread is not None:
            self._thread.shutdown(wait=False, cancel_futures=True)
            self._thread = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """What the admin API can see and move."""

    journal: Journal
    tally: Tally
    chooser: Chooser
    ledger: Ledger
    postman: Postman
    cashier: Cashier
    contract: Contract
    schemas: Schemas
    clocks: Clocks
    timekeeper: Timekeeper
    events: Events
    keys: KeyRing
    endpoints: tuple[str, ...]
    result_codes: tuple[str, ...]
    env: Mapping[str, str | None]
    streams: Room = field(default_factory=lambda: Room(MOST_STREAMS, "listeners"))
    waits: Room = field(default_factory=lambda: Room(MOST_WAITS, "waits"))
    clerk: Clerk = field(default_factory=Clerk)


@dataclass(frozen=True, slots=True)
class Ask:
    """An admin call, checked against ``admin.json``."""

    request: Request
    query: Mapping[str, Any]
    body: Mapping[str, Any]
    media: str
    raw: bytes

    @property
    def client_id(self) -> str | None:
        """Whom the call is about; None for all client ids."""
        in_query: str | None = self.query.get("clientId")
        in_body: str | None = self.body.get("clientId", in_query)
        if in_query is not None and in_query != in_body:
            raise Misuse(400, "Two client ids", f"clientId is {in_query} in the query and {in_body} in the body")
        return in_body
