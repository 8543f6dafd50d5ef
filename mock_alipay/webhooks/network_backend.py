"""Outgoing connections: a name is looked up once, its addresses are checked, and a checked address is connected to."""

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
"""What an answer begins with."""


class Network(httpcore2.AsyncNetworkBackend):
    """Makes connections for a pool that knows hosts by name.

    A name cannot lead elsewhere between check and connection (DNS rebinding): it is looked up once. Of several
    addresses all must be allowed; they are tried in order, and share ``patience`` seconds.
    """

    def __init__(self, policy: AddressPolicy, own_ports: OwnPorts, resolve: Resolve, patience: float) -> None:
        self._policy = policy
        self._own_ports = own_ports
        self._resolve = resolve
        self._patience = patience
        self._sockets = httpcore2.AnyIOBackend()
        self._closing: set[asyncio.Task[None]] = set()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        *_args: Any,
        **_options: Any,
    ) -> httpcore2.AsyncNetworkStream:
        """A connection to the first of the host's addresses that takes it."""
        addresses = await self._addresses(host, port)
        # The pool makes room by closing others; until they are closed they count.
        await self.settle()
        share = self._patience / len(addresses)
        for address in addresses[:-1]:
            try:
                return await self._connect(address, port, share)
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout):
                continue
        return await self._connect(addresses[-1], port, share)

    async def settle(self) -> None:
        """Return when the connections whose closing has begun are closed."""
        if self._closing:
            await asyncio.wait(self._closing)

    async def _addresses(self, host: str, port: int) -> Sequence[str]:
        self._policy.check_name(host)
        try:
            found = await self._resolve(host, port)
        except OSError as error:
            raise DeliveryError(f"the name {host} is unknown: {error.strerror or error}") from None
        if not found:
            raise DeliveryError(f"the name {host} has no address")
        self._policy.check(host, found)
        self._own_ports.check(host, found, port)
        return found

    async def _connect(self, address: str, port: int, patience: float) -> _Stream:
        near = classify(address)[0] == "near"
        stream = await self._sockets.connect_tcp(address, port, timeout=patience)
        return _Stream(stream, lambda: self.unchecked if near else self._checked, self._closing)

    @cached_property
    def unchecked(self) -> ssl.SSLContext:
        """For loopback and private addresses: test shops sign their certificates themselves."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        return context

    @cached_property
    def _checked(self) -> ssl.SSLContext:
        """For public addresses: the system's authorities, or those in the file that SSL_CERT_FILE names."""
        context = ssl.create_default_context()
        context.set_alpn_protocols(["http/1.1"])
        return context


class NotHttp(httpcore2.RemoteProtocolError):
    """A server answers in another protocol."""

    def __init__(self, start: bytes) -> None:
        if start[:2] in (b"\x15\x03", b"\x16\x03"):  # an alert or a handshake (RFC 8446, 5.1)
            super().__init__("TLS, not HTTP: begin the notification URL with https://")
        else:
            begins = short(ascii(start[:40].decode("latin-1")))
            super().__init__(f"not HTTP, it begins {begins}: check host and port of the notification URL")


class _Stream(httpcore2.AsyncNetworkStream):
    """A connection that knows which certificates to check: that depends on where it leads."""

    def __init__(
        self,
        stream: httpcore2.AsyncNetworkStream,
        context: Callable[[], ssl.SSLContext],
        closing: set[asyncio.Task[None]],
    ) -> None:
        self._stream = stream
        self._context = context
        self._closing = closing
        self._answered = False

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ASYNC109 - as above
        data = await self._stream.read(max_bytes, timeout)
        if data and not self._answered:
            if not data.startswith(_HTTP[: len(data)]):
                raise NotHttp(data)
            self._answered = True
        return data

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ASYNC109 - as above
        self._answered = False
        await self._stream.write(buffer, timeout)

    async def aclose(self) -> None:
        """Begin to close. The pool closes several in a row: without a wait in between nothing can interrupt it."""
        task = asyncio.create_task(self._stream.aclose())
        self._closing.add(task)
        task.add_done_callback(self._closing.discard)

    async def start_tls(
        self,
        ssl_context: ssl.SSLContext,  # noqa: ARG002 - the pool has one for all
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ASYNC109 - as above
    ) -> httpcore2.AsyncNetworkStream:
        try:
            # Reading the system's authorities takes 20 ms.
            context = await asyncio.to_thread(self._context)
            stream = await self._stream.start_tls(context, server_hostname, timeout)
        except BaseException:
            # Nobody else has it yet; whoever cancels would leave it open.
            await self.aclose()
            raise
        return _Stream(stream, self._context, self._closing)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)
