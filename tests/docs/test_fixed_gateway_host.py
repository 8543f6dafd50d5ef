"""What docs/fixed-gateway-host.md shows is what happens."""

from __future__ import annotations

import dataclasses
import os
import re
import socket
import ssl
import urllib.request
from pathlib import Path
from typing import Any

import pytest
import yaml

from mock_alipay.cli import commands
from mock_alipay.config.config import Config
from mock_alipay.errors import SetupError
from mock_alipay.server.certificate import GATEWAY_HOSTS
from mock_alipay.testing.background import running
from tests.conformance.sdk import client, session_request
from tests.docs.pages import DOCS, blocks
from tests.live import Live

PAGE = "fixed-gateway-host.md"


def told(command: str, words: list[str]) -> Config:
    """What the flags of a command of the page say."""
    params = commands.commands[command].make_context(command, words).params
    return Config(**{name: value for name, value in params.items() if name not in ("log_format", "quiet")})


def serving() -> Config:
    """The gateway of the page."""
    (line,) = (line for block in blocks(PAGE, "sh") for line in block.splitlines() if line.startswith("mock-alipay "))
    return told("serve", line.split()[1:])


def mapped() -> tuple[str, str]:
    """The address and the name in the page's line for the hosts file."""
    (line,) = blocks(PAGE, "text")
    address, name = line.split()
    return address, name


def test_the_hosts_of_the_certificate() -> None:
    """The page names every host of the real gateway that the certificate holds."""
    sentence = (DOCS / PAGE).read_text("utf-8").partition("names these hosts: ")[2].partition(". ")[0]
    assert sorted(GATEWAY_HOSTS) == sorted(re.findall(r"`([a-z.-]+)`", sentence))


def test_the_containers(monkeypatch: pytest.MonkeyPatch) -> None:
    """The service has the host as an alias, HTTPS on its port, and an admin API that answers under both names."""
    service = yaml.safe_load(blocks(PAGE, "yaml")[0])["services"]["mock-alipay"]
    for name, value in service["environment"].items():
        monkeypatch.setenv(name, value)
    config = told("serve", service["command"].split())
    (alias,) = service["networks"]["default"]["aliases"]
    assert (443, True, ("mock-alipay", alias)) == (config.tls_port, config.admin_open, config.admin_hosts)
    assert alias in GATEWAY_HOSTS


@pytest.mark.port443
def test_on_one_machine(tls_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The Python SDK opens a session at the host of the page, and the admin API answers there; nothing is patched
    but the look-up of names, as the hosts file would have it."""
    address, name = mapped()
    look_up = socket.getaddrinfo

    def as_the_hosts_file_says(host: Any, *more: Any, **how: Any) -> Any:
        return look_up(address if host == name else host, *more, **how)

    try:
        with running(dataclasses.replace(serving(), port=0), tls_folder=tls_folder) as gateway:
            assert gateway.certificate is not None
            monkeypatch.setattr(socket, "getaddrinfo", as_the_hosts_file_says)
            monkeypatch.setenv("SSL_CERT_FILE", str(gateway.certificate.authority))
            sdk = client(Live(gateway.config, gateway.components, gateway.certificate), f"https://{name}")
            created = sdk.execute(session_request())
            trust = ssl.create_default_context(cafile=str(gateway.certificate.authority))
            with urllib.request.urlopen(f"https://{name}/__admin/env", timeout=60, context=trust) as answer:
                status = answer.status
    except SetupError as error:
        reason = f"this machine does not let the tests listen on port 443: {error}"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    assert (True, 200) == ('"SUCCESS"' in str(created), status)
