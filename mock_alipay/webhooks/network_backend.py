"""Opens outgoing connections to addresses that the address policy has checked."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Any

import httpcore2

from mock_alipay.errors import DeliveryError
from mock_alipay.text.wording import short
from mock_alipay.webhooks.address_policy import AddressPolicy, Resolve, classify
from mock_alipay.webhooks.own_ports import OwnPorts

_HTTP = b"HTTP/"
"""First bytes of a response."""


class Network(httpcore2.AsyncNetworkBackend):
    """Opens connections for a pool that identifies hosts by name.

    A name is resolved once per connection, so that it cannot change between check and connection (DNS rebinding).
    All addresses of a host must be allowed; they are tried in order and share ``timeout`` seconds.
    """

    def __init__(self, policy: AddressPolicy, own_ports: OwnPorts, resolve: Resolve, timeout: float) -> None:
        self._policy = policy
        self._own_ports = own_ports
        self._resolve = resolve
        self._timeout = timeout
        self._sockets = httpcore2.AnyIOBackend()
        self._closing: set[asyncio.Task[None]] = set()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        *_args: Any,
        **_options: Any,
    ) -> httpcore2.AsyncNetworkStream:
        """Connect to the first address of the host that accepts."""
        addresses = await self._addresses(host, port)
        # The pool may have closed others to stay within its limit; wait until they are closed.
        await self.settle()
        share = self._timeout / len(addresses)
        for address in addresses[:-1]:
            try:
                return await self._connect(address, port, share)
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout):
                continue
        return await self._connect(addresses[-1], port, share)

    async def settle(self) -> None:
        """Wait until all closing connections are closed."""
        if self._closing:
            await asyncio.wait(self._closing)

    async def _addresses(self, host: str, port: int) -> Sequence[str]:
        self._policy.check_name(host)
        try:
            addresses = await self._resolve(host, port)
        except OSError as error:
            raise DeliveryError(f"the name {host} is unknown: {error.strerror or error}") from None
        if not addresses:
            raise DeliveryError(f"the name {host} has no address")
        self._policy.check(host, addresses)
        self._own_ports.check(host, addresses, port)
        return addresses

    async def _connect(self, address: str, port: int, timeout: float) -> _Stream:  # noqa: ASYNC109 - as httpcore2 has it
        near = classify(address)[0] == "near"
        stream = await self._sockets.connect_tcp(address, port, timeout=timeout)
        return _Stream(stream, lambda: self.unchecked if near else self._checked, self._closing)

    @cached_property
    def unchecked(self) -> ssl.SSLContext:
        """For loopback and private addresses, where test shops often use self-signed certificates."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        return context

    @cached_property
    def _checked(self) -> ssl.SSLContext:
        """For public addresses; trusts the system's authorities, or those in the file named by SSL_CERT_FILE."""
        context = ssl.create_default_context()
        context.set_alpn_protocols(["http/1.1"])
        return context


class NotHttp(httpcore2.RemoteProtocolError):
    """The server responds in another protocol."""

    def __init__(self, start: bytes) -> None:
        """``start``: the first bytes of the response."""
        if start[:2] in (b"\x15\x03", b"\x16\x03"):  # a TLS alert or handshake (RFC 8446, section 5.1)
            super().__init__("TLS, not HTTP: begin the notification URL with https://")
        else:
            shown = short(ascii(start.decode("latin-1")))
            super().__init__(f"{shown}, not HTTP: check host and port of the notification URL")


class ReusedConnectionEnded(Exception):
    """A connection that was used before has ended before the first byte of a response.

    The server closed it while it was idle, most likely, and has not read the request (RFC 9112, section 9.3.1).
    """


class _Stream(httpcore2.AsyncNetworkStream):
    """A connection with the TLS context for its address; ``read`` raises ReusedConnectionEnded."""

    def __init__(
        self,
        stream: httpcore2.AsyncNetworkStream,
        context: Callable[[], ssl.SSLContext],
        closing: set[asyncio.Task[None]],
    ) -> None:
        self._stream = stream
        self._context = context
        self._closing = closing
        self._response_started = False
        self._reused = False

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ASYNC109 - as above
        unanswered = self._reused and not self._response_started
        try:
            data = await self._stream.read(max_bytes, timeout)
        except httpcore2.ReadError:
            if unanswered:
                raise ReusedConnectionEnded from None
            raise
        if unanswered and not data:
            raise ReusedConnectionEnded
        if data and not self._response_started:
            if not data.startswith(_HTTP[: len(data)]):
                raise NotHttp(data)
            self._response_started = True
        return data

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ASYNC109 - as above
        self._reused |= self._response_started
        self._response_started = False
        await self._stream.write(buffer, timeout)

    async def aclose(self) -> None:
        """Start closing without waiting: the pool closes several in a row, and must not be interrupted in between."""
        task = asyncio.create_task(self._stream.aclose())
        self._closing.add(task)
        task.add_done_callback(self._closing.discard)

    async def start_tls(
        self,
        ssl_context: ssl.SSLContext,  # noqa: ARG002 - the pool has only one context
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ASYNC109 - as above
    ) -> httpcore2.AsyncNetworkStream:
        try:
            # Reading the system's authorities takes 20 ms.
            context = await asyncio.to_thread(self._context)
            stream = await self._stream.start_tls(context, server_hostname, timeout)
        except BaseException:
            # No caller has the connection yet, so a cancellation would leave it open.
            await self.aclose()
            raise
        return _Stream(stream, self._context, self._closing)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)
