"""Clients that speak plain HTTP to the HTTPS port are told of in the log."""

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
from tests.raw import call, connect


@pytest.fixture
def secure(tls_folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Live]:
    """A gateway with HTTPS, which a busy machine does not make say the same twice."""
    monkeypatch.setattr(tls_hint, "_PAUSE", 3600.0)
    with live(tls_folder=tls_folder) as running:
        yield running


def hung_up(gateway: Live, data: bytes) -> None:
    """Send this to the HTTPS port, which ends the connection."""
    assert gateway.config.tls_port is not None
    with connect(gateway.config.tls_port) as wire, contextlib.suppress(ConnectionResetError):
        wire.send(data).rest()


def told(caplog: pytest.LogCaptureFixture, count: int) -> list[str]:
    """The warnings, as soon as there are so many."""
    deadline = time.monotonic() + 60
    while True:
        found = [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING]
        if len(found) >= count or time.monotonic() > deadline:
            return found
        time.sleep(0.01)


def test_plain_http_is_told_of_once_in_a_while(secure: Live, caplog: pytest.LogCaptureFixture) -> None:
    """One line names the port for plain HTTP, however often such a client comes; HTTPS goes on."""
    for data in (call(), b"GET /__admin/health HTTP/1.1\r\n\r\n", b"HEAD / HTTP/1.1\r\n\r\n"):
        hung_up(secure, data)
    assert secure.certificate is not None
    context = ssl.create_default_context(cafile=str(secure.certificate.authority))
    with connect(secure.config.tls_port or 0, context) as wire:
        assert "SUCCESS" == wire.send(call()).reply().code
    assert [
        f"a client was sent away, it speaks plain HTTP to the HTTPS port; plain HTTP is at port {secure.config.port}"
    ] == told(caplog, 1)


def test_it_is_told_again_later(
    secure: Live, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After a pause the next one is worth a line again."""
    monkeypatch.setattr(tls_hint, "_PAUSE", 0.0)
    hung_up(secure, call())
    hung_up(secure, call())
    assert 2 == len(told(caplog, 2))


@pytest.mark.parametrize("data", [b"\x16\x03\x01\x00\x05hello", b"SSH-2.0-x\r\n", b""])
def test_other_noise_is_not_told_of(secure: Live, caplog: pytest.LogCaptureFixture, data: bytes) -> None:
    """What a scanner sends, and who says nothing at all, leave the log quiet."""
    assert secure.config.tls_port is not None
    with connect(secure.config.tls_port) as wire:
        if data:
            wire.send(data)
    hung_up(secure, call())
    assert 1 == len(told(caplog, 1))
