"""docs/fixed-gateway-host.md, with the real port 443."""

from __future__ import annotations

import os
import re
import socket
import ssl
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from mock_alipay.cli import commands
from mock_alipay.config.config import Config
from mock_alipay.errors import SetupError
from mock_alipay.testing.background import running
from tests.conformance.sdk import client, session_request
from tests.live import Live
from tests.markdown import block, read

PAGE = "docs/fixed-gateway-host.md"


@pytest.mark.port443
def test_on_one_machine(tls_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The Python SDK creates a session at the host of the page, and the admin API answers there. Only name resolution
    is patched, as the line in the hosts file would do it."""
    address, name = block(PAGE, "text").split()
    resolve = socket.getaddrinfo

    def with_hosts_file(host: Any, *arguments: Any, **options: Any) -> Any:
        return resolve(address if host == name else host, *arguments, **options)

    (flags,) = re.findall(r"^ *mock-alipay (--.*)$", read(PAGE), re.MULTILINE)
    params = commands.commands["serve"].make_context("serve", flags.split()).params
    config = Config(port=0, **{field: params[field] for field in ("tls_port", "admin_hosts")})
    try:
        with running(config, tls_folder=tls_folder) as gateway:
            assert gateway.certificate is not None
            authority = str(gateway.certificate.authority)
            monkeypatch.setattr(socket, "getaddrinfo", with_hosts_file)
            monkeypatch.setenv("SSL_CERT_FILE", authority)
            sdk = client(Live(gateway.config, gateway.components, gateway.certificate), f"https://{name}")
            assert '"SUCCESS"' in str(sdk.execute(session_request()))
            trust = ssl.create_default_context(cafile=authority)
            with urllib.request.urlopen(f"https://{name}/__admin/env", timeout=60, context=trust) as reply:
                assert 200 == reply.status
    except SetupError as error:
        if os.environ.get("CI"):
            raise
        pytest.skip(f"the tests may not listen on port 443: {error}")
