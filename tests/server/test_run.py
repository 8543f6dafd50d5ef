"""Serving until told to stop."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import re
import signal
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest

from mock_alipay.config.config import Config
from mock_alipay.errors import SetupError
from mock_alipay.server.run import serve
from mock_alipay.server.sockets import bind
from mock_alipay.web.app import routes
from tests.calls import parts_of
from tests.live import live
from tests.raw import Wire, call, connect, encoded, request

RUN = import_module("mock_alipay.server.run")
PATIENT = """
from importlib import import_module
run = import_module("mock_alipay.server.run")
run._GRACE = run._FORCED_SHUTDOWN = 600
import_module("mock_alipay.__main__").main()
"""


def playing(scenario: str) -> bytes:
    return call(encoded(), extra=[f"mock-scenario: {scenario}"])


def test_it_stops_whatever_its_clients_do(caplog: pytest.LogCaptureFixture, tls_folder: Path, tmp_path: Path) -> None:
    """With idle, silent, slow and waiting clients, over HTTP and HTTPS, it ends before they do, with a quiet log."""
    (tmp_path / "late.yaml").write_text("description: A test.\ncreatePaymentSession: {result: SUCCESS, delay: 5m}\n")
    config = Config(seed=1, scenarios=(tmp_path,))
    waiting: list[Wire] = []
    with contextlib.ExitStack() as clients:
        with live(config, tls_folder=tls_folder) as running:
            assert running.certificate is not None
            context = ssl.create_default_context(cafile=str(running.certificate.authority))
            for door in ((running.config.port, None), (running.config.tls_port, context)):
                idle, _, half_head, half_body, hanging, late = (clients.enter_context(connect(*door)) for _ in range(6))
                assert "SUCCESS" == idle.send(call()).reply().code
                half_head.send(call()[:30])
                half_body.send(call()[:-1])
                hanging.send(playing("timeout"))
                late.send(playing("late"))
                waiting += [hanging, late]
            assert 200 == running.admin("GET", "/calls/wait?count=6&timeout=60").status
        for client in waiting:
            with contextlib.suppress(ConnectionResetError, ssl.SSLError):
                assert b"" == client.rest()
    assert [] == [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING]


def test_a_call_under_way_gets_its_reply(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A reply that is due within the grace still comes when the gateway is told to stop."""
    for limit in ("_GRACE", "_FORCED_SHUTDOWN"):
        monkeypatch.setattr(RUN, limit, 60)
    (tmp_path / "late.yaml").write_text("description: A test.\ncreatePaymentSession: {result: SUCCESS, delay: 300ms}\n")
    with contextlib.ExitStack() as clients:
        with live(Config(seed=1, scenarios=(tmp_path,))) as running:
            late = clients.enter_context(connect(running.config.port)).send(playing("late"))
            assert 200 == running.admin("GET", "/calls/wait?timeout=60").status
        assert "SUCCESS" == late.reply().code


def test_after_the_stop_the_ports_are_free() -> None:
    """Nobody answers any more, and the port can be had again."""
    with live() as running:
        port = running.config.port
    with pytest.raises(ConnectionRefusedError), connect(port):
        pass
    again = bind("127.0.0.1", port, None)
    again.close()


def test_ready_is_called_once_when_both_doors_are_open(tls_folder: Path) -> None:
    """``ready`` comes once, and from then on HTTP and HTTPS answer."""
    opened: list[str] = []

    async def main() -> None:
        sockets, stop = bind("127.0.0.1", 0, 0), asyncio.Event()
        app = routes(parts_of(port=sockets.port, tls_port=sockets.tls_port))

        def ready() -> None:
            opened.append("ready")
            stop.set()

        from mock_alipay.server.certificate import certificate

        await serve(app, sockets, certificate(folder=tls_folder).server, ready=ready, stop=stop)

    asyncio.run(main())
    assert ["ready"] == opened


def test_a_damaged_certificate_is_named(tmp_path: Path) -> None:
    """A certificate file that is none ends in an error that says what to do with it."""
    file = tmp_path / "server.pem"
    file.write_text("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n")

    async def main() -> None:
        sockets = bind("127.0.0.1", 0, 0)
        try:
            await serve(routes(parts_of()), sockets, file, ready=lambda: None, stop=asyncio.Event())
        finally:
            sockets.close()

    with pytest.raises(SetupError, match=r"server\.pem: .*delete it"):
        asyncio.run(main())


@contextlib.contextmanager
def process(tmp_path: Path, *program: str) -> Iterator[tuple[subprocess.Popen[str], int]]:
    """``mock-alipay`` in a process of its own, and its port."""
    command = [sys.executable, *program, "--port", "0", "--tls-port", "none"]
    environment = {**os.environ, "MOCK_ALIPAY_HOME": str(tmp_path)}
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment
    ) as running:
        watchdog = threading.Timer(60, running.kill)
        watchdog.start()
        try:
            assert running.stdout is not None
            port = next(int(found[1]) for line in running.stdout if (found := re.search(r"127\.0\.0\.1:(\d+)", line)))
            yield running, port
        finally:
            watchdog.cancel()
            running.kill()


def await_calls(port: int, count: int) -> None:
    """Return once so many calls have come."""
    with connect(port) as wire:
        waited = wire.send(request("GET", f"/__admin/calls/wait?count={count}&timeout=60", [])).reply()
        assert 200 == waited.status


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_stops_it_cleanly(tmp_path: Path, number: signal.Signals) -> None:
    """SIGTERM and Ctrl-C end it with exit code 0 and a log of nothing but calls, though a client waits."""
    with process(tmp_path, "-m", "mock_alipay") as (running, port), connect(port) as wire:
        assert "SUCCESS" == wire.send(call()).reply().code
        wire.send(playing("timeout"))
        await_calls(port, 2)
        running.send_signal(number)
        _, log = running.communicate()
    assert 0 == running.returncode
    assert 2 == len(log.splitlines()), log
    assert "Traceback" not in log


def test_a_second_signal_ends_it_at_once(tmp_path: Path) -> None:
    """Whoever presses Ctrl-C twice does not wait for clients, however much grace they have."""
    with process(tmp_path, "-c", PATIENT) as (running, port), connect(port) as wire:
        wire.send(playing("timeout"))
        await_calls(port, 1)
        running.send_signal(signal.SIGTERM)
        deadline = time.monotonic() + 60
        while running.poll() is None and time.monotonic() < deadline:
            running.send_signal(signal.SIGTERM)
            time.sleep(0.02)
        assert -signal.SIGTERM == running.returncode
