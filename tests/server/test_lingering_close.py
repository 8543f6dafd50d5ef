"""The transport that lets its last words arrive."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, cast

import pytest

from mock_alipay.server.lingering_close import LINGER, LingeringTransport


class Below:
    """A transport and a loop that remember what was asked of them."""

    def __init__(self, *, half_closes: bool = True) -> None:
        self.done: list[str] = []
        self.later: list[tuple[float, Callable[[], None]]] = []
        self._half_closes = half_closes

    def write(self, _: bytes) -> None:
        self.done.append("write")

    def close(self) -> None:
        self.done.append("close")

    def is_closing(self) -> bool:
        return "close" in self.done

    def can_write_eof(self) -> bool:
        return self._half_closes

    def write_eof(self) -> None:
        self.done.append("end")

    def resume_reading(self) -> None:
        self.done.append("read on")

    def get_extra_info(self, name: str) -> str:
        return name

    def call_later(self, seconds: float, callback: Callable[[], None]) -> None:
        self.later.append((seconds, callback))


def lingering(below: Below) -> LingeringTransport:
    return LingeringTransport(cast("asyncio.Transport", below), cast("Any", below))


def test_between_requests_it_closes_at_once() -> None:
    """A client that has sent all it wanted to send is let go without delay."""
    below = Below()
    transport = lingering(below)
    assert not transport.is_closing()
    transport.close()
    assert ["close"] == below.done
    assert [] == below.later
    assert transport.is_closing()


@pytest.mark.parametrize(("half_closes", "done"), [(True, ["end", "read on"]), (False, ["read on"])])
def test_in_the_middle_of_a_request_it_closes_later(half_closes: bool, done: list[str]) -> None:
    """The client is told that nothing more comes (TLS cannot say so), is read on, and is closed in a moment."""
    below = Below(half_closes=half_closes)
    transport = lingering(below)
    transport.mid_request = True
    transport.close()
    transport.close()
    assert done == below.done
    assert transport.is_closing()
    ((seconds, callback),) = below.later
    assert 0.5 <= seconds <= 5
    assert LINGER == seconds
    callback()
    assert [*done, "close"] == below.done


def test_a_head_that_is_held_leaves_before_the_end() -> None:
    """What waits for company is sent before the client is told that nothing more comes."""
    below = Below()
    transport = lingering(below)
    transport.mid_request = True
    transport.write(b"HTTP/1.1 413 Content Too Large\r\n\r\n")
    transport.close()
    assert ["write", "end", "read on"] == below.done


def test_a_connection_that_is_gone_does_not_linger() -> None:
    """Once the socket is closed there is nothing to wait for."""
    below = Below()
    below.close()
    transport = lingering(below)
    transport.mid_request = True
    transport.close()
    assert [] == below.later
