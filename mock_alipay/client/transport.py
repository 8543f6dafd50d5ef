"""Requests to a gateway's admin API that block until the reply; error replies become exceptions."""

from __future__ import annotations

import socket
from collections.abc import Coroutine, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Protocol, TypeVar

import httpx2

from mock_alipay.client.admin_api import AdminApi

Result = TypeVar("Result")

LEAST_SILENCE = 1.0
"""Seconds that a stream of events gets for its first bytes, however short the timeout of its events is."""

SILENCE = 60.0
"""Seconds without a byte, keep-alive comments included, after which a stream of events counts as broken."""


class Requests(Protocol):
    """Sends requests: a Transport, or an AsyncTransport."""

    api: AdminApi

    async def request(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, Any] | None = None,
        body: Any = None,
        text: str | None = None,
        server_time: float = 0.0,
    ) -> Any:
        """The parsed JSON of the reply. AdminError when the gateway refuses, Unreachable when no gateway replies.

        ``path`` follows ``/__admin``; values of ``query`` that are None are left out; ``text`` is YAML and replaces
        ``body`` (JSON); ``server_time``: seconds that the gateway may take on purpose, such as the timeout of a wait.
        """


def run(steps: Coroutine[Any, Any, Result]) -> Result:
    """The result of a coroutine that never waits, as none over a Transport does; no event loop is needed."""
    try:
        steps.send(None)
    except StopIteration as end:
        result: Result = end.value
        return result
    steps.close()
    raise RuntimeError("expected a coroutine over a Transport, got one that waits")


class Transport:
    """Requests to one gateway over kept connections. ``request`` blocks, so coroutines over it never wait: ``run``."""

    def __init__(self, url: str, admin_token: str | None, ca_certificate: str | Path | None = None) -> None:
        self.api = AdminApi(url, admin_token, ca_certificate)
        self._client = httpx2.Client(**self.api.connection)

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    async def request(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, Any] | None = None,
        body: Any = None,
        text: str | None = None,
        server_time: float = 0.0,
    ) -> Any:
        """See ``Requests.request``."""
        if self._client.is_closed:
            raise self.api.closed()
        arguments = self.api.request(query=query, body=body, text=text, server_time=server_time)
        try:
            response = self._client.request(method, path, **arguments)
        except httpx2.TransportError as error:
            raise self.api.failed(error) from None
        return self.api.result(response)

    @contextmanager
    def listen(
        self, query: Mapping[str, Any], after: str | None, silence: float | None
    ) -> Iterator[Iterator[tuple[str, str, Any]]]:
        """The gateway's events as (id, kind, JSON); the JSON is None where the gateway sends an id only.

        ``after``: the id of the event to continue from. TimeoutError after ``silence`` seconds without a byte.
        """
        read = SILENCE if silence is None else max(min(silence, SILENCE), LEAST_SILENCE)
        if self._client.is_closed:
            raise self.api.closed()
        try:
            with self._client.sse("/events", **self.api.stream(query, after, read)) as source:
                response = source.response
                if response.status_code != 200:
                    response.read()
                self.api.check_stream(response)
                try:
                    yield self._events(source, silence_is_failure=silence is None or silence > SILENCE)
                finally:
                    _end_reads(response)
        except httpx2.TransportError as error:
            raise self.api.failed(error) from None

    def _events(self, source: httpx2.EventSource, *, silence_is_failure: bool) -> Iterator[tuple[str, str, Any]]:
        try:
            for event in source:
                yield self.api.event(event)
        except httpx2.ReadTimeout as error:
            if silence_is_failure:
                raise self.api.failed(error) from None
            raise TimeoutError from error
        except httpx2.TransportError as error:
            raise self.api.failed(error) from None


def _end_reads(response: httpx2.Response) -> None:
    """End the read of another thread: closing a socket does not, and its number may name the next connection."""
    stream = response.extensions.get("network_stream")
    connection = stream.get_extra_info("socket") if stream else None
    if isinstance(connection, socket.socket):
        with suppress(OSError):
            # Of the TCP connection: over TLS, the socket's own method would take away what the other thread uses.
            socket.socket.shutdown(connection, socket.SHUT_RDWR)
