"""Pooled outgoing connections, and their errors in words."""

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
from mock_alipay.webhooks.network_backend import Network, NotHttp
from mock_alipay.webhooks.own_ports import OwnPorts
from mock_alipay.webhooks.url import Url

_MOST_CONNECTIONS = 100

_MOST_READ = 64 * 1024
"""Bytes of an answer that are read; the documented one has 80."""

_KEPT = 1.0
"""Seconds that an idle connection is kept: servers close theirs after two (gunicorn), five (Node, uvicorn) or more."""

_FAILURES = (httpcore2.NetworkError, httpcore2.ProtocolError, ssl.SSLError)


class ConnectionPool:
    """One HTTP/1.1 request at a time over each of at most 100 connections.

    The library below httpx2: it alone lets the address be chosen while the host's name stays what connections are
    shared by. It follows no redirects, reads neither the environment nor cookies, and decodes nothing.
    """

    def __init__(self, policy: AddressPolicy, own_ports: OwnPorts, patience: float, resolve: Resolve | None) -> None:
        self._network = Network(policy, own_ports, resolve or Resolver(), patience)
        self._pool = httpcore2.AsyncConnectionPool(
            ssl_context=self._network.unchecked,
            max_connections=_MOST_CONNECTIONS,
            keepalive_expiry=_KEPT,
            network_backend=self._network,
        )
        self._patience = patience
        self._turn = asyncio.Semaphore(_MOST_CONNECTIONS)
        self._under_way: set[asyncio.Timeout] = set()
        self._closed = False

    async def close(self) -> None:
        """Close the connections; whoever waits for an answer, or for a turn, is told."""
        self._closed = True
        for limit in self._under_way:
            if not limit.expired():
                limit.reschedule(0)
        # The pool would forget connections that are being made; when all turns are here there are none.
        for _ in range(_MOST_CONNECTIONS):
            await self._turn.acquire()
        await self._pool.aclose()
        await self._network.settle()

    async def post(self, url: Url, headers: Mapping[str, str], body: bytes) -> Answer:
        """DeliveryError when no whole answer comes; patience begins when it is this request's turn."""
        async with self._turn:
            if self._closed:
                raise DeliveryError(f"nothing was sent to {url.place}: the gateway has stopped")
            try:
                async with asyncio.timeout(self._patience) as limit:
                    self._under_way.add(limit)
                    return await self._exchange(_request(url, headers, body), url)
            except (TimeoutError, httpcore2.ConnectTimeout):
                limits = "before the gateway stopped" if self._closed else f"within {self._patience:g} s"
                raise DeliveryError(f"{url.place} did not answer {limits}") from None
            finally:
                self._under_way.discard(limit)

    async def _exchange(self, request: httpcore2.Request, url: Url) -> Answer:
        try:
            response = await self._pool.handle_async_request(request)
        except _FAILURES as error:
            raise DeliveryError(_unanswered(error, url)) from None
        try:
            return await _answer(response)
        except _FAILURES as error:
            raise DeliveryError(f"{url.place} broke off its answer [{_reason(error)}]") from None


def _request(url: Url, headers: Mapping[str, str], body: bytes) -> httpcore2.Request:
    sent = {
        "host": url.authority,
        "user-agent": "mock-alipay",
        "accept-encoding": "identity",
        **headers,
        "content-length": str(len(body)),
    }
    return httpcore2.Request(
        b"POST",
        httpcore2.URL(scheme=url.scheme, host=url.host, port=url.port, target=url.target),
        headers=[(name.encode("latin-1"), value.encode("latin-1")) for name, value in sent.items()],
        content=body,
    )


async def _answer(response: httpcore2.Response) -> Answer:
    """What stands in an answer, and no byte more than needed: the connection closes when it is not read whole."""
    read = bytearray()
    try:
        async with contextlib.aclosing(response.aiter_stream()) as chunks:
            async for chunk in chunks:
                read += chunk
                if len(read) > _MOST_READ:
                    break
    finally:
        await response.aclose()
    encoding = next((value for name, value in response.headers if name.lower() == b"content-encoding"), b"")
    return Answer(response.status, bytes(read[:_MOST_READ]), len(read) > _MOST_READ, encoding.decode("latin-1"))


def _unanswered(error: Exception, url: Url) -> str:
    cause = _cause(error)
    match error, cause:
        case _, ssl.SSLCertVerificationError():
            hint = "SSL_CERT_FILE can name authorities to trust"
            return f"the certificate of {url.place} is not trusted; {hint} [{cause.verify_message}]"
        case _, ssl.SSLError():
            return f"{url.place} does not speak TLS, which https URLs need [{_reason(error)}]"
        case _, ConnectionRefusedError():
            return f"{url.place} refused the connection: nothing listens there"
        case httpcore2.LocalProtocolError(), _:
            return f"nothing was sent to {url.place}: no HTTP request can hold it [{_reason(error)}]"
        case NotHttp(), _:
            return f"what {url.place} answers is {error}"
        case httpcore2.RemoteProtocolError(), _ if cause is not error:
            return f"what {url.place} answers is not HTTP [{_reason(error)}]"
        case httpcore2.ConnectError(), OSError():
            return f"{url.place} cannot be reached [{_reason(error)}]"
        case _:
            hint = ": if it expects TLS, begin the notification URL with https://" if url.scheme == "http" else ""
            return f"{url.place} closed the connection without an answer{hint}"


def _cause(error: BaseException) -> BaseException:
    """What the system or the protocol said; the pool hands on errors as arguments of its own."""
    if error.args and isinstance(error.args[0], BaseException):
        return _cause(error.args[0])
    return error if error.__cause__ is None else _cause(error.__cause__)


def _reason(error: BaseException) -> str:
    """In the words of the system or of a library: what says the same in each version stands before it."""
    cause = _cause(error)
    text = (cause.strerror if isinstance(cause, OSError) else None) or str(cause) or type(cause).__name__
    return short(text, 120)
