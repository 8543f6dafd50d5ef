"""A connection that is closed while its client is still sending."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, cast

import pytest

from mock_alipay.server.lingering_close import LINGER, LingeringTransport


class Transport:
    """A transport and an event loop that record their calls."""

    def __init__(self, *, can_write_eof: bool = True) -> None:
        self.calls: list[str] = []
        self.timers: list[tuple[float, Callable[[], None]]] = []
        self.can_write_eof = lambda: can_write_eof
        self.get_extra_info = str

    def write(self, _: bytes) -> None:
        self.calls.append("write")

    def close(self) -> None:
        self.calls.append("close")

    def is_closing(self) -> bool:
        return "close" in self.calls

    def write_eof(self) -> None:
        self.calls.append("write_eof")

    def resume_reading(self) -> None:
        self.calls.append("resume_reading")

    def call_later(self, seconds: float, callback: Callable[[], None]) -> None:
        self.timers.append((seconds, callback))


def lingering(transport: Transport, *, mid_request: bool) -> LingeringTransport:
    """The transport under test."""
    made = LingeringTransport(cast("asyncio.Transport", transport), cast("Any", transport))
    made.mid_request = mid_request
    return made


def test_between_requests_it_closes_at_once() -> None:
    """Nothing is scheduled."""
    transport = Transport()
    closing = lingering(transport, mid_request=False)
    assert not closing.is_closing()
    closing.close()
    assert (["close"], [], True) == (transport.calls, transport.timers, closing.is_closing())


@pytest.mark.parametrize(("can_write_eof", "eof"), [(True, ["write_eof"]), (False, [])])
def test_within_a_request_it_closes_later(can_write_eof: bool, eof: list[str]) -> None:
    """The last bytes are written, the end is signalled (not possible over TLS), and further input is read."""
    transport = Transport(can_write_eof=can_write_eof)
    closing = lingering(transport, mid_request=True)
    closing.write(b"HTTP/1.1 413 Content Too Large\r\n\r\n")
    closing.close()
    closing.close()
    assert (["write", *eof, "resume_reading"], True) == (transport.calls, closing.is_closing())
    ((seconds, close),) = transport.timers
    assert 2.0 == seconds == LINGER
    close()
    assert "close" == transport.calls[-1]


def test_a_closed_connection_does_not_linger() -> None:
    """No timer is started."""
    transport = Transport()
    transport.close()
    lingering(transport, mid_request=True).close()
    assert [] == transport.timers
