"""A gateway with HTTPS, and the official Python SDK connected to its port."""

from __future__ import annotations

import contextlib
import functools
import http.client
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from com.alipay.ams.api.net import default_http_rpc
from com.alipay.ams.api.tools import signature_tool
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key

from mock_alipay.config.config import Config
from mock_alipay.signing import keys
from tests.conformance.sdk import PRODUCTION_ID, Keys
from tests.live import Live, live

_read_key = functools.cache(serialization.load_pem_private_key)


@pytest.fixture(scope="session")
def merchant_keys() -> Keys:
    """A merchant's keys of versions 1 and 2."""
    return generate_private_key(65537, 2048), generate_private_key(65537, 2048)


@pytest.fixture(scope="session")
def secure(tls_folder: Path, tmp_path_factory: pytest.TempPathFactory, merchant_keys: Keys) -> Iterator[Live]:
    """A gateway with HTTPS that knows a production merchant with two key versions."""
    folder = tmp_path_factory.mktemp("merchant")
    merchants = []
    for version, key in enumerate(merchant_keys, start=1):
        file = folder / f"{version}.txt"
        file.write_text(keys.bare_public_key(key.public_key()))
        merchants.append((PRODUCTION_ID, file))
    with live(Config(seed=1, merchants=tuple(merchants)), tls_folder=tls_folder) as running:
        yield running


@pytest.fixture
def rerouted(secure: Live, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The SDK's connections, with its certificate check, but to the gateway's port instead of 443."""
    with rerouting(secure, monkeypatch):
        yield


@contextlib.contextmanager
def rerouting(gateway: Live, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The same for any gateway.

    The SDK reads the merchant's key once, not for each call: OpenSSL's check of a key takes longer than all else.
    """
    monkeypatch.setattr(signature_tool, "serialization", SimpleNamespace(load_pem_private_key=_read_key))
    original = getattr(default_http_rpc, "__get_http_connection")
    opened: list[http.client.HTTPSConnection] = []

    def get_http_connection(*arguments: Any) -> http.client.HTTPSConnection:
        connection: http.client.HTTPSConnection = original(*arguments)
        connection.port = gateway.config.tls_port or 0
        opened.append(connection)
        return connection

    with monkeypatch.context() as context:
        context.setattr(default_http_rpc, "__get_http_connection", get_http_connection)
        yield
    for connection in opened:  # the SDK leaves connections open after an invalid reply
        connection.close()


@pytest.fixture
def trusted(secure: Live, rerouted: None, monkeypatch: pytest.MonkeyPatch) -> Live:
    """The gateway, with its certificate authority trusted as users do it."""
    assert secure.certificate is not None
    monkeypatch.setenv("SSL_CERT_FILE", str(secure.certificate.authority))
    return secure
