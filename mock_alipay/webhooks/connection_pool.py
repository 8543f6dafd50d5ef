"""Pool of outgoing connections; turns errors of the HTTP library into DeliveryError."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from collections.abc import Mapping

import httpcore2

from mock_alipay.errors import DeliveryError
from mock_alipay.text.wording import short
from mock_alipay.webhooks.acknowledgement import Answer
from mock_alipay.webhooks.address_policy import AddressPolicy, Resolve
from mock_alipay.webhooks.dns import Resolver
from mock_alipay.webhooks.network_backend import Network, NotHttp, ReusedConnectionEnded
from mock_alipay.webhooks.own_ports import OwnPorts
from mock_alipay.webhooks.url import Url

_MAX_CONNECTIONS = 100

_MAX_BODY = 64 * 1024
"""Bytes of a response body that are read; the documented acknowledgement has 80."""

KEEPALIVE = 1.0
"""Seconds an idle connection is kept: servers close theirs after 2 (gunicorn), 5 (Node, uvicorn) or more."""

_FAILURES = (httpcore2.NetworkError, httpcore2.ProtocolError, ssl.SSLError)


class ConnectionPool:
    """At most 100 HTTP/1.1 connections with one request at a time on each, besides those of requests sent again.

    Uses httpcore2, the library below httpx2: only there can the address be chosen while connections are pooled by
    host name. It follows no redirects, ignores the environment and cookies, and decodes nothing.
    """

    def __init__(self, policy: AddressPolicy, own_ports: OwnPorts, timeout: float, resolve: Resolve | None) -> None:
        """``timeout``: seconds for one request and its response."""
        self._network = Network(policy, own_ports, resolve or Resolver(), timeout)
        self._pool = httpcore2.AsyncConnectionPool(
            ssl_context=self._network.unchecked,
            max_connections=_MAX_CONNECTIONS,
            keepalive_expiry=KEEPALIVE,
            network_backend=self._network,
        )
        self._timeout = timeout
        self._slots = asyncio.Semaphore(_MAX_CONNECTIONS)
        self._in_flight: set[asyncio.Timeout] = set()
        self._closed = False

    async def close(self) -> None:
        """Close the connections; requests in flight or waiting for a slot fail with DeliveryError."""
        self._closed = True
        for timeout in self._in_flight:
            if not timeout.expired():
                timeout.reschedule(0)
        # The pool does not close connections that are still being opened; with all slots acquired there are none.
        for _ in range(_MAX_CONNECTIONS):
            await self._slots.acquire()
        await self._pool.aclose()
        await self._network.settle()

    async def post(self, url: Url, headers: Mapping[str, str], body: bytes) -> Answer:
        """Send a request; DeliveryError without a complete response. The timeout starts when a slot is free."""
        async with self._slots:
            if self._closed:
                raise DeliveryError(f"nothing was sent to {url.host_and_port}: the gateway has stopped")
            try:
                async with asyncio.timeout(self._timeout) as timeout:
                    self._in_flight.add(timeout)
                    return await self._answered(_request(url, headers, body), url)
            except (TimeoutError, httpcore2.ConnectTimeout):
                limit = "before the gateway stopped" if self._closed else f"within {self._timeout:g} s"
                raise DeliveryError(f"{url.host_and_port} did not answer {limit}") from None
            finally:
                self._in_flight.discard(timeout)

    async def _answered(self, request: httpcore2.Request, url: Url) -> Answer:
        """Send a request, and once more on a new connection if a kept one turns out to have ended."""
        try:
            return await _exchange(self._pool, request, url)
        except ReusedConnectionEnded:
            # The pool might choose another kept connection.
            async with httpcore2.AsyncHTTPConnection(
                request.url.origin, ssl_context=self._network.unchecked, network_backend=self._network
            ) as new:
                return await _exchange(new, request, url)


async def _exchange(
    connections: httpcore2.AsyncConnectionPool | httpcore2.AsyncHTTPConnection, request: httpcore2.Request, url: Url
) -> Answer:
    try:
        response = await connections.handle_async_request(request)
    except _FAILURES as error:
        raise DeliveryError(_explained(error, url)) from None
    try:
        return await _answer(response)
    except _FAILURES as error:
        raise DeliveryError(f"{url.host_and_port} sent an incomplete response [{_reason(error)}]") from None


def _request(url: Url, headers: Mapping[str, str], body: bytes) -> httpcore2.Request:
    all_headers = {
        "host": url.authority,
        "user-agent": "mock-alipay",
        "accept-encoding": "identity",
        **headers,
        "content-length": str(len(body)),
    }
    return httpcore2.Request(
        b"POST",
        httpcore2.URL(scheme=url.scheme, host=url.host, port=url.port, target=url.target),
        headers=[(name.encode("latin-1"), value.encode("latin-1")) for name, value in all_headers.items()],
        content=body,
    )


async def _answer(response: httpcore2.Response) -> Answer:
    """Read a response up to the limit; a connection whose response is not read completely is closed."""
    body = bytearray()
    try:
        async with contextlib.aclosing(response.aiter_stream()) as chunks:
            async for chunk in chunks:
                body += chunk
                if len(body) > _MAX_BODY:
                    break
    finally:
        await response.aclose()
    encoding = next((value for name, value in response.headers if name.lower() == b"content-encoding"), b"")
    return Answer(response.status, bytes(body[:_MAX_BODY]), len(body) > _MAX_BODY, encoding.decode("latin-1"))


def _explained(error: Exception, url: Url) -> str:
    """Why there is no response, as a sentence."""
    cause, server = _cause(error), url.host_and_port
    match error, cause:
        case _, ssl.SSLCertVerificationError():
            hint = "SSL_CERT_FILE can name authorities to trust"
            return f"the certificate of {server} is not trusted; {hint} [{cause.verify_message}]"
        case _, ssl.SSLError():
            return f"{server} does not speak TLS, which https URLs need [{_reason(error)}]"
        case _, ConnectionRefusedError():
            return f"{server} refused the connection: nothing listens there"
        case httpcore2.LocalProtocolError(), _:
            return f"nothing was sent to {server}: the request is not valid HTTP [{_reason(error)}]"
        case NotHttp(), _:
            return f"{server} answered with {error}"
        case httpcore2.RemoteProtocolError(), _ if cause is not error:
            return f"{server} sent an invalid HTTP response [{_reason(error)}]"
        case httpcore2.ConnectError(), OSError():
            return f"{server} cannot be reached [{_reason(error)}]"
        case _:
            hint = ": if it expects TLS, begin the notification URL with https://" if url.scheme == "http" else ""
            return f"{server} closed the connection without a response{hint}"


def _cause(error: BaseException) -> BaseException:
    """The original error; the pool passes it on as an argument of its own errors."""
    if error.args and isinstance(error.args[0], BaseException):
        return _cause(error.args[0])
    return error if error.__cause__ is None else _cause(error.__cause__)


def _reason(error: BaseException) -> str:
    """The text of the system or library, which differs between versions; messages put it last, in brackets."""
    cause = _cause(error)
    text = (cause.strerror if isinstance(cause, OSError) else None) or str(cause) or type(cause).__name__
    return short(text, 120)
