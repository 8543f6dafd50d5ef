"""Hints for clients that use the wrong scheme for a port."""

from __future__ import annotations

import contextlib
import logging
import ssl
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from mock_alipay.server import tls_hint
from tests.live import Live, live
from tests.raw import Wire, call, connect

CLIENT_HELLO = b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"


@pytest.fixture
def gateway(tls_folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Live]:
    """A gateway with HTTPS that logs each hint once, even on a slow machine."""
    monkeypatch.setattr(tls_hint, "_INTERVAL", 3600.0)
    with live(tls_folder=tls_folder) as running:
        yield running


def closed_after(port: int | None, data: bytes) -> None:
    """Send data to a port, and wait until the gateway closes the connection."""
    with connect(port) as wire, contextlib.suppress(ConnectionResetError):
        wire.send(data).rest()


def warnings(caplog: pytest.LogCaptureFixture, count: int) -> list[str]:
    """The logged warnings, as soon as there are ``count``."""
    deadline = time.monotonic() + 60
    while True:
        logged = [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING]
        if len(logged) >= count or time.monotonic() > deadline:
            return logged
        time.sleep(0.01)


def test_plain_http_on_the_https_port_is_logged_once(gateway: Live, caplog: pytest.LogCaptureFixture) -> None:
    """One line names the URL for plain HTTP, scanners and silent clients get none, and HTTPS still works."""
    config = gateway.config
    for data in (b"\x16\x03\x01\x00\x05hello", b"SSH-2.0-x\r\n", b""):
        with connect(config.tls_port) as scanner:
            scanner.send(data)
    for data in (call(), b"GET /__admin/health HTTP/1.1\r\n\r\n", b"HEAD / HTTP/1.1\r\n\r\n"):
        closed_after(config.tls_port, data)
    assert gateway.certificate is not None
    context = ssl.create_default_context(cafile=str(gateway.certificate.authority))
    with connect(config.tls_port, context) as wire:
        assert "SUCCESS" == wire.send(call()).reply().code
    line = f"closed connection: plain HTTP on the HTTPS port {config.tls_port}; use http://127.0.0.1:{config.port}"
    assert [line] == warnings(caplog, 1)


def test_tls_on_the_plain_http_port_is_logged_once(gateway: Live, caplog: pytest.LogCaptureFixture) -> None:
    """TLS clients fail at once, one line and the HTTP 400 reply name the HTTPS URL, and plain HTTP still works."""
    for _ in range(2):
        with pytest.raises(ssl.SSLError), connect(gateway.config.port, ssl.create_default_context()):
            pass
    hint = f"TLS on the plain HTTP port {gateway.config.port}; use https://127.0.0.1:{gateway.config.tls_port}"
    with connect(gateway.config.port) as wire:
        assert f"mock-alipay: {hint}\n" == rejected(wire)
    assert "SUCCESS" == gateway.create().code
    assert [f"closed connection: {hint}"] == warnings(caplog, 1)


def rejected(wire: Wire) -> str:
    """The body of the reply to a TLS handshake in plain HTTP."""
    reply = wire.send(CLIENT_HELLO).reply()
    assert (400, "close") == (reply.status, reply.header("connection"))
    return reply.body.decode()


def test_without_https_the_hint_names_the_http_url() -> None:
    """A client that speaks TLS to a gateway without HTTPS is told to use http."""
    with live() as running, connect(running.config.port) as wire:
        assert f"use http://127.0.0.1:{running.config.port}, HTTPS is off\n" in rejected(wire)


def test_hints_are_logged_again_after_the_interval(
    tls_folder: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both hints are repeated when the last one is older than the interval."""
    monkeypatch.setattr(tls_hint, "_INTERVAL", 0.0)
    with live(tls_folder=tls_folder) as running:
        for _ in range(2):
            closed_after(running.config.tls_port, call())
            closed_after(running.config.port, CLIENT_HELLO)
    assert 4 == len(warnings(caplog, 4))
