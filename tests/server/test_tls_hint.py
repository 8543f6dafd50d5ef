"""Hints for clients that use the wrong scheme for a port."""

from __future__ import annotations

import contextlib
import ssl
import time
from pathlib import Path
from types import SimpleNamespace

import pytest

from mock_alipay.server import limited_warning, tls_hint
from mock_alipay.server.limited_warning import LimitedWarning
from tests.live import Live, live
from tests.raw import call, connect

CLIENT_HELLO = b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"


def warnings(caplog: pytest.LogCaptureFixture, count: int) -> list[str]:
    """The logged warnings, as soon as there are ``count``."""
    deadline = time.monotonic() + 60
    while len(caplog.messages) < count and time.monotonic() < deadline:
        time.sleep(0.01)
    return caplog.messages


def test_the_wrong_scheme_is_logged_once_per_port(
    tls_folder: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """The line names the right URL, as does the HTTP 400 reply to TLS; scanners get none, and others are served."""
    monkeypatch.setattr(tls_hint, "_INTERVAL", 3600.0)
    with live(tls_folder=tls_folder) as running:
        assert running.certificate is not None
        context = ssl.create_default_context(cafile=str(running.certificate.authority))
        port, tls_port = running.config.port, running.config.tls_port
        scans, requests = [b"\x16\x03\x01\x00\x05hello", b"SSH-2.0-x\r\n"], [call(), b"HEAD / HTTP/1.1\r\n\r\n"]
        for data in scans + requests:
            assert [] == caplog.messages or data == requests[-1]
            with connect(tls_port) as wire, contextlib.suppress(ConnectionResetError):
                wire.send(data).rest()
        first = f"closed connection: plain HTTP on the HTTPS port {tls_port}; use http://127.0.0.1:{port}"
        assert [first] == warnings(caplog, 1)
        with pytest.raises(ssl.SSLError), connect(port, ssl.create_default_context()):
            pass
        hint = f"TLS on the plain HTTP port {port}; use https://127.0.0.1:{tls_port}"
        with connect(port) as wire:
            reply = wire.send(CLIENT_HELLO).reply()
            assert (400, "close") == (reply.status, reply.header("connection"))
            assert f"mock-alipay: {hint}\n" == reply.body.decode()
        assert [first, f"closed connection: {hint}"] == warnings(caplog, 2)
        for right, tls in ((port, None), (tls_port, context)):
            with connect(right, tls) as wire:
                assert "SUCCESS" == wire.send(call()).reply().code


def test_without_https_the_hint_names_the_http_url(gateway: Live) -> None:
    """A client that speaks TLS to a gateway without HTTPS is told to use http."""
    with connect(gateway.config.port) as wire:
        said = wire.send(CLIENT_HELLO).reply().body.decode()
    assert said.endswith(f"use http://127.0.0.1:{gateway.config.port}, HTTPS is off\n")


def test_a_limited_warning_is_logged_again_after_its_interval(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From the last one that was logged."""
    warning, times = LimitedWarning(10), (0.0, 9.9, 10.0, 19.9, 20.0)
    monkeypatch.setattr(limited_warning, "time", SimpleNamespace(monotonic=iter(times).__next__))
    for moment in times:
        warning.log("at %s", moment)
    assert ["at 0.0", "at 10.0", "at 20.0"] == caplog.messages
