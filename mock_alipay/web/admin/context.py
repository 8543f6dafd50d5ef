"""What admin calls work with, and the form in which they arrive."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar

from starlette.requests import Request

from mock_alipay.gateway.assembly import Components
from mock_alipay.gateway.buyer_actions import BuyerActions
from mock_alipay.web.asgi.problems import HttpProblem
from mock_alipay.web.asgi.scripted_waits import ScriptedWaits

Found = TypeVar("Found")

MOST_STREAMS = 100
MOST_WAITS = 300
MOST_LISTS = 100
"""Connections are bounded too: what is left must do for merchants' calls."""


class ConcurrencyLimit:
    """A place for so many at a time."""

    def __init__(self, most: int, what: str) -> None:
        self.most = most
        self._what = what
        self.taken = 0

    @contextmanager
    def held(self) -> Iterator[None]:
        """Be one of them within the block; HttpProblem (503) when there are too many already."""
        if self.taken >= self.most:
            raise HttpProblem(503, f"Too many {self._what}", f"{self.most} are open already; close some of them")
        self.taken += 1
        try:
            yield
        finally:
            self.taken -= 1


class BackgroundWorker:
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


@dataclass(frozen=True, kw_only=True)
class AdminContext(Components):
    """What the admin API can see and move: the whole gateway."""

    streams: ConcurrencyLimit = field(default_factory=lambda: ConcurrencyLimit(MOST_STREAMS, "listeners"))
    waits: ConcurrencyLimit = field(default_factory=lambda: ConcurrencyLimit(MOST_WAITS, "waits"))
    lists: ConcurrencyLimit = field(default_factory=lambda: ConcurrencyLimit(MOST_LISTS, "lists"))
    scripted_waits: ScriptedWaits = field(default_factory=ScriptedWaits)
    worker: BackgroundWorker = field(default_factory=BackgroundWorker)

    @property
    def buyer_actions(self) -> BuyerActions:
        """What buyers can do."""
        return BuyerActions(self.repository, self.clocks)


@dataclass(frozen=True, slots=True)
class AdminRequest:
    """An admin call, checked against ``admin.json``."""

    http: Request
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
            raise HttpProblem(400, "Two client ids", f"clientId is {in_query} in the query and {in_body} in the body")
        return in_body
