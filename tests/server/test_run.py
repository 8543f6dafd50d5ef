"""Serving until told to stop."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import signal
import ssl
from importlib import import_module
from pathlib import Path

import pytest

from mock_alipay.config.config import Config
from mock_alipay.errors import SetupError
from mock_alipay.server.certificate import certificate
from mock_alipay.server.run import serve
from mock_alipay.server.sockets import bind
from mock_alipay.web.app import routes
from tests.calls import parts_of
from tests.live import live
from tests.raw import Wire, call, connect, encoded

RUN = import_module("mock_alipay.server.run")
LATE = "description: A test.\ncreatePaymentSession: {result: SUCCESS, delay: %s}\n"


def playing(scenario: str) -> bytes:
    """A call that selects a scenario."""
    return call(encoded(), extra=[f"mock-scenario: {scenario}"])


def test_stopping_does_not_wait_for_clients(
    caplog: pytest.LogCaptureFixture, tls_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Idle, silent, slow and waiting clients over HTTP and HTTPS are disconnected without a warning in the log."""
    monkeypatch.setattr(RUN, "_GRACE", 0.1)
    (tmp_path / "late.yaml").write_text(LATE % "5m")
    waiting: list[Wire] = []
    with contextlib.ExitStack() as clients:
        with live(Config(seed=1, scenarios=(tmp_path,)), tls_folder=tls_folder) as running:
            assert running.certificate is not None
            context = ssl.create_default_context(cafile=str(running.certificate.authority))
            for port, tls in ((running.config.port, None), (running.config.tls_port, context)):
                idle, _, half_head, half_body, hanging, late = (
                    clients.enter_context(connect(port, tls)) for _ in range(6)
                )
                assert "SUCCESS" == idle.send(call()).reply().code
                half_head.send(call()[:30])
                half_body.send(call()[:-1])
                waiting += [hanging.send(playing("timeout")), late.send(playing("late"))]
            assert 200 == running.admin("GET", "/calls/wait?count=6&timeout=60").status
        for client in waiting:
            with contextlib.suppress(ConnectionResetError, ssl.SSLError):
                assert b"" == client.rest()
    assert [] == [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING]


def test_a_pending_call_gets_its_reply_within_the_grace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """After that the port is free again."""
    for limit in ("_GRACE", "_FORCED_SHUTDOWN"):
        monkeypatch.setattr(RUN, limit, 60)
    (tmp_path / "late.yaml").write_text(LATE % "200ms")
    with contextlib.ExitStack() as clients:
        with live(Config(seed=1, scenarios=(tmp_path,))) as running:
            late = clients.enter_context(connect(running.config.port)).send(playing("late"))
            assert 200 == running.admin("GET", "/calls/wait?timeout=60").status
        assert "SUCCESS" == late.reply().code
    with pytest.raises(ConnectionRefusedError), connect(running.config.port):
        pass
    bind("127.0.0.1", running.config.port, None).close()


async def test_a_damaged_certificate_is_a_setup_error(tmp_path: Path) -> None:
    """It says what to do with the file."""
    file = tmp_path / "server.pem"
    file.write_text("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n")
    sockets = bind("127.0.0.1", 0, 0)
    try:
        with pytest.raises(SetupError, match=r"server\.pem: .*delete it"):
            await serve(routes(parts_of()), sockets, file, ready=lambda: None, stop=asyncio.Event())
    finally:
        sockets.close()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_stops_the_server(tls_folder: Path, number: signal.Signals) -> None:
    """``ready`` is called once; a second signal has its default action and ends the process at once."""
    saved = [(each, signal.getsignal(each)) for each in (signal.SIGTERM, signal.SIGINT)]
    sockets, calls = bind("127.0.0.1", 0, 0), list[str]()

    def ready() -> None:
        calls.append("ready")
        os.kill(os.getpid(), number)

    try:
        RUN.run(routes(parts_of()), sockets, certificate(tls_folder).server, ready=ready)
        assert (["ready"], signal.SIG_DFL) == (calls, signal.getsignal(number))
    finally:
        sockets.close()
        for each, handler in saved:
            signal.signal(each, handler)
