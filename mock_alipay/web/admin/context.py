"""What the handlers of admin calls get: the gateway's components, limits, and the checked request."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, TypeVar

from starlette.requests import Request

from mock_alipay.gateway.assembly import Components
from mock_alipay.text.masking import mask_cards
from mock_alipay.web.asgi.concurrency_limit import ConcurrencyLimit
from mock_alipay.web.asgi.problems import HttpProblem
from mock_alipay.web.asgi.scripted_waits import ScriptedWaits

Result = TypeVar("Result")

MOST_STREAMS = 100
MOST_WAITS = 300
MOST_LISTS = 100
MOST_PAGES = 50
MOST_STATES = 1
"""Concurrency limits. The number of connections is limited too, and merchants' calls need the rest of them."""


class BackgroundWorker:
    """Runs slow work, such as rendering a thousand large bodies, in a thread, so that merchants' calls don't wait."""

    def __init__(self) -> None:
        self._thread: ThreadPoolExecutor | None = None

    async def do(self, work: Callable[[], Result]) -> Result:
        """What ``work`` returns; one piece of work runs at a time, in order."""
        if self._thread is None:
            self._thread = ThreadPoolExecutor(1, thread_name_prefix="mock-alipay-admin")
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)

    def close(self) -> None:
        """Stop the thread; the next work starts a new one."""
        if self._thread is not None:
            self._thread.shutdown(wait=False, cancel_futures=True)
            self._thread = None


@dataclass(frozen=True, kw_only=True)
class AdminContext(Components):
    """The gateway's components and the admin API's limits."""

    streams: ConcurrencyLimit = field(default_factory=lambda: ConcurrencyLimit(MOST_STREAMS, "listeners"))
    waits: ConcurrencyLimit = field(default_factory=lambda: ConcurrencyLimit(MOST_WAITS, "waits"))
    lists: ConcurrencyLimit = field(default_factory=lambda: ConcurrencyLimit(MOST_LISTS, "lists"))
    pages: ConcurrencyLimit = field(default_factory=lambda: ConcurrencyLimit(MOST_PAGES, "cashier pages"))
    states: ConcurrencyLimit = field(default_factory=lambda: ConcurrencyLimit(MOST_STATES, "transfers of a state"))
    scripted_waits: ScriptedWaits = field(default_factory=ScriptedWaits)
    worker: BackgroundWorker = field(default_factory=BackgroundWorker)


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
        """The client id that the call is about; None for all client ids.

        HttpProblem (400) when query and body name different ones.
        """
        in_query: str | None = self.query.get("clientId")
        in_body: str | None = self.body.get("clientId", in_query)
        if in_query is not None and in_query != in_body:
            raise HttpProblem(
                400, "Two client ids", f"clientId: expected the same in query and body, got {in_query} and {in_body}"
            )
        return in_body


def spoken_client(client_id: str | None) -> str:
    """One client id or all of them, as log lines name them."""
    return "all client ids" if client_id is None else mask_cards(client_id)
