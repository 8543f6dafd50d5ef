"""Calls that are answered from the connection, and calls that go through ASGI."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator, Sequence
from typing import Any

import pytest

from mock_alipay.config.config import Config
from mock_alipay.server.direct import DirectConnection, start
from mock_alipay.server.run import _server
from mock_alipay.web.app import routes
from mock_alipay.web.merchant import MerchantEndpoint
from tests.calls import parts_of
from tests.live import SANDBOX_PATH, Live, letters, live
from tests.raw import call, connect, encoded

LIMIT = 100_000


@pytest.fixture(scope="module")
def through_asgi() -> list[str]:
    """The targets of the calls that went through ASGI."""
    return []


@pytest.fixture(scope="module")
def gateway(through_asgi: list[str]) -> Iterator[Live]:
    """A gateway that accepts bodies of ``LIMIT`` bytes."""
    original = MerchantEndpoint.__call__

    async def counted(self: MerchantEndpoint, scope: Any, receive: Any, send: Any) -> None:
        through_asgi.append(scope["path"])
        await original(self, scope, receive, send)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(MerchantEndpoint, "__call__", counted)
        with live(Config(seed=1, max_body=LIMIT)) as running:
            yield running


def pieces(data: bytes, size: int) -> list[bytes]:
    return [data[start : start + size] for start in range(0, len(data), size)]


def chunked(body: bytes) -> tuple[bytes, bytes]:
    """The head and the body of a call in one chunk."""
    head = call(body, extra=["Transfer-Encoding: chunked"]).partition(b"\r\n\r\n")[0]
    lines = [line for line in head.split(b"\r\n") if not line.startswith(b"Content-Length")]
    return b"\r\n".join([*lines, b"", b""]), b"%x\r\n%b\r\n0\r\n\r\n" % (len(body), body)


CALL = call()
HEAD, _, BODY = CALL.partition(b"\r\n\r\n")
PADDED = encoded("padded").ljust(LIMIT)
ABSOLUTE = call(target=f"http://127.0.0.1{SANDBOX_PATH}")


@pytest.mark.parametrize(
    ("data", "ways"),
    [
        ([CALL], 0),
        ([HEAD + b"\r\n\r\n", BODY], 0),
        (pieces(CALL, 100), 0),
        ([CALL * 3], 0),
        ([b"".join(chunked(encoded()))], 0),
        (chunked(encoded()), 1),
        ([call(PADDED)], 0),
        ([HEAD.replace(b"HTTP/1.1", b"HTTP/1.0") + b"\r\n\r\n" + BODY], 1),
        ([ABSOLUTE], 1),
    ],
    ids=[
        *("at once", "head and body", "pieces", "pipelined", "one chunk", "chunk apart", "largest body", "HTTP/1.0"),
        "absolute form",
    ],
)
def test_both_ways_give_the_same_replies(
    gateway: Live, through_asgi: list[str], data: Sequence[bytes], ways: int
) -> None:
    """Signed and journaled, in the order of the calls."""
    through_asgi.clear()
    count = b"".join(data).count(b"POST ")
    with connect(gateway.config.port) as wire:
        for piece in data:
            wire.send(piece)
            if len(data) <= 2:
                wire.silent(0.02)
        replies = [wire.reply() for _ in range(count)]
    for reply in replies:
        reply.verify()
    numbers = [int(reply.header("mock-call-id") or 0) for reply in replies]
    assert (["SUCCESS"] * count, sorted(numbers)) == ([reply.code for reply in replies], numbers)
    assert ways == len(through_asgi)
    assert "SUCCESS" == gateway.admin("GET", f"/calls/{numbers[-1]}").body["resultCode"]


class Transport(asyncio.Transport):
    """Keeps the heads of what is written."""

    def __init__(self) -> None:
        super().__init__({"peername": ("127.0.0.1", 1), "sockname": ("127.0.0.1", 2)})
        self.written: list[bytes] = []

    def write(self, data: Any) -> None:
        self.written.append(bytes(data[:12]))

    def is_closing(self) -> bool:
        return False

    def pause_reading(self) -> None:
        pass

    def resume_reading(self) -> None:
        pass


async def test_other_clients_come_between_pipelined_calls() -> None:
    """Only the first of many calls in one piece of data is answered at once, the others one in each turn."""
    app, transport = routes(parts_of(signatures="off")), Transport()
    server = _server(app, app.direct_route)
    connection = DirectConnection(server.config, server.server_state, {})
    connection.direct_route = app.direct_route
    connection.connection_made(transport)
    connection.data_received(CALL * 4)
    assert 1 == len(transport.written)
    for _ in range(20):
        await asyncio.sleep(0)
    assert [b"HTTP/1.1 200"] * 4 == transport.written


def test_a_body_above_the_limit_goes_through_asgi(gateway: Live, through_asgi: list[str]) -> None:
    """There it is refused, whether it arrives with its head or is only announced."""
    through_asgi.clear()
    for data in (call(PADDED + b" "), call(PADDED + b" ")[:1_000]):
        with connect(gateway.config.port) as wire:
            assert 413 == wire.send(data).reply().status
    assert 2 == len(through_asgi)


def test_a_call_without_its_reply_ends_the_connection(
    gateway: Live, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """An internal error is logged, and the next connection works."""

    async def bug(*_: Any) -> None:
        raise ZeroDivisionError("a bug that only a test can have")

    with monkeypatch.context() as patch:
        patch.setattr("mock_alipay.web.merchant.deliver", bug)
        with connect(gateway.config.port) as wire, pytest.raises((EOFError, ConnectionResetError)):
            wire.send(CALL).reply()
    assert ["internal error: a call got no reply"] == caplog.messages
    assert logging.ERROR == caplog.records[0].levelno
    assert "SUCCESS" == gateway.create().code


def test_an_unfinished_call_leaves_nothing(gateway: Live) -> None:
    """When its client leaves in the middle of the body."""
    name = f"unfinished-{letters()}"
    with connect(gateway.config.port) as wire:
        wire.send(call(encoded(name))[:-1])
        assert wire.silent(0.02)
    assert "SUCCESS" == gateway.create().code
    assert 404 == gateway.admin("GET", f"/payments/{name}").status


async def test_a_coroutine_that_never_waits_needs_no_task() -> None:
    """One that waits becomes a task, which gets results, errors and cancellation like any other."""
    loop, seen = asyncio.get_running_loop(), list[str]()

    async def work(*waits: asyncio.Future[None]) -> None:
        seen.append("begun")
        for each in waits:
            try:
                await each
                seen.append("waited")
            except (ZeroDivisionError, asyncio.CancelledError) as error:
                seen.append(type(error).__name__)
        await asyncio.sleep(0)
        seen.append("ended")

    async def nothing() -> None:
        seen.append("nothing")

    assert start(nothing(), loop) is None
    good, bad, endless = loop.create_future(), loop.create_future(), loop.create_future()
    task = start(work(good, bad, endless), loop)
    assert task is not None
    assert ["nothing", "begun"] == seen
    good.set_result(None)
    bad.set_exception(ZeroDivisionError())
    await asyncio.sleep(0.01)
    task.cancel()
    await task
    assert ["waited", "ZeroDivisionError", "CancelledError", "ended"] == seen[2:]


async def test_an_error_after_a_wait_is_the_tasks_error() -> None:
    """The task raises what the coroutine raises."""

    async def failing() -> None:
        await asyncio.sleep(0)
        raise ZeroDivisionError

    task = start(failing(), asyncio.get_running_loop())
    assert task is not None
    with pytest.raises(ZeroDivisionError):
        await task
