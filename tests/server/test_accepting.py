"""Connections are accepted up to a limit."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import gc
import logging
import socket
import ssl
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest

from mock_alipay.server import accepting
from mock_alipay.server.accepting import Acceptor
from tests.live import live
from tests.raw import call, connect


class Protocol(asyncio.Protocol):
    """Counts itself while it is connected."""

    def __init__(self, connections: set[Protocol]) -> None:
        self.connections = connections

    def connection_made(self, transport: Any) -> None:
        self.transport = transport
        self.connections.add(self)

    def connection_lost(self, exc: Exception | None) -> None:
        self.connections.discard(self)


class Listening(socket.socket):
    """A listening socket whose first ``failures`` accepts fail; ``on_accept`` is called after the others."""

    failures = 0
    on_accept: Callable[[], object] = object

    def accept(self) -> tuple[socket.socket, Any]:
        if self.failures:
            self.failures -= 1
            raise OSError(errno.EMFILE, "the system's words")
        accepted = super().accept()
        self.on_accept()
        return accepted


@contextlib.asynccontextmanager
async def accepting_on() -> AsyncIterator[tuple[set[Protocol], Listening, Acceptor]]:
    """The connections of an acceptor, its socket, and the acceptor."""
    connections: set[Protocol] = set()
    with Listening() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        acceptor = Acceptor(lambda: Protocol(connections), connections, None)
        acceptor.start([listening])
        try:
            yield connections, listening, acceptor
        finally:
            acceptor.close()
            await acceptor.wait_closed()
            for each in list(connections):
                each.transport.abort()


async def until_open(connections: set[Protocol], number: int) -> None:
    """Wait until so many connections are open."""
    async with asyncio.timeout(60):
        while len(connections) != number:  # noqa: ASYNC110 - an Event would be the code's own
            await asyncio.sleep(0.001)


async def test_connections_above_the_limit_wait(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """They are accepted when others are closed; the log has one line."""
    monkeypatch.setattr(accepting, "MAX_OPEN", 3)
    monkeypatch.setattr(accepting, "_PAUSE", 0.005)
    with contextlib.ExitStack() as clients:
        async with accepting_on() as (connections, listening, _):
            for _ in range(7):
                clients.enter_context(socket.create_connection(listening.getsockname()))
            await until_open(connections, 3)
            await asyncio.sleep(0.02)
            assert 3 == len(connections)
            for each in list(connections):
                each.transport.close()
            await until_open(connections, 3)
            (warning,) = caplog.messages
            assert f"port {listening.getsockname()[1]} has 3 open connections" in warning


async def test_accepting_is_retried_without_file_descriptors(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The log has one line without a traceback for all attempts."""
    monkeypatch.setattr(accepting, "_PAUSE", 0)
    async with accepting_on() as (connections, listening, _):
        listening.failures = 100
        with socket.create_connection(listening.getsockname()):
            await until_open(connections, 1)
    (record,) = caplog.records
    assert ("cannot accept a connection, retrying: the system's words", None) == (record.message, record.exc_info)


@pytest.mark.parametrize("passes", range(4))
async def test_a_connection_accepted_while_the_server_stops_is_closed(
    caplog: pytest.LogCaptureFixture, passes: int
) -> None:
    """Its client does not wait in vain, whichever pass of the event loop after the accept stops the server."""
    stopped = asyncio.Event()

    def stop_after(more: int) -> None:
        if more:
            asyncio.get_running_loop().call_soon(stop_after, more - 1)
            return
        acceptor.close()
        listening.close()
        stopped.set()

    gc.disable()  # which would close it as well
    try:
        async with accepting_on() as (connections, listening, acceptor):
            listening.on_accept = lambda: stop_after(passes)
            with socket.create_connection(listening.getsockname()) as client:
                client.settimeout(60)
                async with asyncio.timeout(60):
                    await stopped.wait()
                await acceptor.wait_closed()
                for each in list(connections):
                    each.transport.close()
                assert b"" == await asyncio.to_thread(client.recv, 1)
    finally:
        gc.enable()
    assert [] == caplog.messages


def test_silent_tls_clients_block_nobody(
    tls_folder: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """At the limit handshakes time out sooner, so that HTTPS and HTTP clients are served; the log has one line."""
    monkeypatch.setattr(accepting, "MAX_OPEN", 5)
    monkeypatch.setattr(accepting, "HANDSHAKE", 600)
    monkeypatch.setattr(accepting, "HANDSHAKE_WHEN_FULL", 0.05)
    with live(tls_folder=tls_folder) as running, contextlib.ExitStack() as silent:
        assert running.certificate is not None
        for _ in range(12):
            silent.enter_context(connect(running.config.tls_port))
        assert "SUCCESS" == running.create().code
        context = ssl.create_default_context(cafile=str(running.certificate.authority))
        with connect(running.config.tls_port, context) as wire:
            assert "SUCCESS" == wire.send(call()).reply().code
        (warning,) = [record for record in caplog.records if record.levelno >= logging.WARNING]
        assert f"port {running.config.tls_port} has 5 open connections" in warning.getMessage()


def test_a_silent_tls_client_is_disconnected(tls_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A handshake has a timeout."""
    monkeypatch.setattr(accepting, "HANDSHAKE", 0.05)
    with live(tls_folder=tls_folder) as running, connect(running.config.tls_port) as silent:
        assert b"" == silent.rest()


def test_the_limit_follows_the_limit_of_open_files(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two ports leave 84 file descriptors for other purposes."""
    resource = pytest.importorskip("resource")
    for soft, expected in ((1024, 470), (256, 86), (64, 1), (resource.RLIM_INFINITY, 470)):
        monkeypatch.setattr(resource, "getrlimit", lambda _, soft=soft: (soft, soft))
        assert expected == accepting._files_for_clients()
