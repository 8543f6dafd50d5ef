"""Connections accepted while there is room for them."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import logging
import socket
import ssl
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from mock_alipay.server import accepting
from mock_alipay.server.accepting import Acceptor
from mock_alipay.server.sockets import bind
from tests.live import live
from tests.raw import call, connect


class Open(asyncio.Protocol):
    """A connection that is counted while it is open."""

    def __init__(self, connections: set[Open]) -> None:
        self.connections = connections

    def connection_made(self, transport: Any) -> None:
        self.transport = transport
        self.connections.add(self)

    def connection_lost(self, exc: Exception | None) -> None:
        self.connections.discard(self)


@contextlib.asynccontextmanager
async def accepted(listening: socket.socket) -> AsyncIterator[set[Open]]:
    """The open connections of an acceptor."""
    connections: set[Open] = set()
    acceptor = Acceptor(lambda: Open(connections), connections, None)
    acceptor.start([listening])
    try:
        yield connections
    finally:
        acceptor.close()
        await acceptor.wait_closed()
        for each in list(connections):
            each.transport.abort()


async def becomes(connections: set[Open], number: int) -> None:
    """Return when so many are open."""
    async with asyncio.timeout(60):
        while len(connections) != number:  # noqa: ASYNC110 - an Event would be the code's own
            await asyncio.sleep(0.001)


async def test_it_pauses_while_there_is_no_room(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """What comes then waits, is accepted when others have gone, and the log has one line of it."""
    monkeypatch.setattr(accepting, "MAX_OPEN", 3)
    sockets = bind("127.0.0.1", 0, None)
    port = sockets.port
    with contextlib.ExitStack() as stack:
        stack.callback(sockets.close)
        async with accepted(sockets.plain[0]) as connections:
            clients = [stack.enter_context(socket.create_connection(("127.0.0.1", port))) for _ in range(7)]
            await becomes(connections, 3)
            await asyncio.sleep(3 * accepting._PAUSE)
            assert 3 == len(connections)
            for each in list(connections):
                each.transport.close()
            await becomes(connections, 3)
            assert 7 == len(clients)
    assert 1 == len(caplog.messages)
    assert f"port {port} has 3 open connections" in caplog.messages[0]


async def test_when_there_is_no_file_left(caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch) -> None:
    """It tries again until there is one, and the log has one line of all attempts, without a traceback."""
    monkeypatch.setattr(accepting, "_PAUSE", 0)
    tried: list[int] = []

    class NoFile(socket.socket):
        def accept(self) -> tuple[socket.socket, Any]:
            tried.append(1)
            if len(tried) < 100:
                raise OSError(errno.EMFILE, "the system's words")
            return super().accept()

    with NoFile() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        async with accepted(listening) as connections:
            with socket.create_connection(listening.getsockname()):
                await becomes(connections, 1)
    assert ["cannot accept a connection, retrying: the system's words"] == caplog.messages
    assert caplog.records[0].exc_info is None


def test_silent_handshakes_keep_nobody_out(
    tls_folder: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """While far more clients than there is room for say nothing about TLS, others are served over HTTPS and HTTP."""
    monkeypatch.setattr(accepting, "MAX_OPEN", 10)
    monkeypatch.setattr(accepting, "HANDSHAKE", 600)
    monkeypatch.setattr(accepting, "HANDSHAKE_WHEN_FULL", 0.05)
    with live(tls_folder=tls_folder) as running, contextlib.ExitStack() as silent:
        assert running.certificate is not None
        for _ in range(50):
            silent.enter_context(connect(running.config.tls_port))
        assert "SUCCESS" == running.create().code
        context = ssl.create_default_context(cafile=str(running.certificate.authority))
        with connect(running.config.tls_port, context) as wire:
            assert "SUCCESS" == wire.send(call()).reply().code
    warnings = [record for record in caplog.records if record.levelno >= logging.WARNING]
    assert [None] == [record.exc_info for record in warnings]
    assert f"port {running.config.tls_port} has 10 open connections" in warnings[0].getMessage()


def test_few_files(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a process may open few files, both ports together leave some for other things than clients."""
    resource = pytest.importorskip("resource")
    for soft, expected in ((1024, 470), (256, 86), (64, 1), (resource.RLIM_INFINITY, 470)):
        monkeypatch.setattr(resource, "getrlimit", lambda _, soft=soft: (soft, soft))
        assert expected == accepting._files_for_clients()
