"""Config, and the values that follow from its fields."""

from __future__ import annotations

import dataclasses

import pytest

from mock_alipay.config.config import Config, is_loopback

HOSTS = [
    # host, how this machine reaches it, whether it means all addresses, whether only this machine can reach it
    ("127.0.0.2", "127.0.0.2", False, True),
    ("localhost", "localhost", False, True),
    ("::1", "[::1]", False, True),
    ("0.0.0.0", "127.0.0.1", True, False),
    ("::", "[::1]", True, False),
    ("", "127.0.0.1", True, False),
    ("192.168.1.5", "192.168.1.5", False, False),
]


@pytest.mark.parametrize(("host", "reached", "everywhere", "own"), HOSTS)
def test_hosts(host: str, reached: str, everywhere: bool, own: bool) -> None:
    """URLs are those that work on this machine; a host that others can reach needs a token unless admin_open is set."""
    config = Config(host=host, port=1, tls_port=2)
    assert (f"http://{reached}:1", f"https://{reached}:2") == (config.url, config.tls_url)
    assert (reached.strip("[]"), everywhere) == (config.reachable_host, config.listens_everywhere)
    assert ([] if everywhere else [host]) == config.certificate_hosts
    assert (own, not own) == (is_loopback(host), config.needs_token)
    assert [False, False, not own] == [
        dataclasses.replace(config, **how).needs_token
        for how in ({"admin_token": "secret"}, {"admin_open": True}, {"admin_token": ""})
    ]


def test_names_in_the_certificate() -> None:
    """The certificate contains the admin hosts, except names that no certificate can contain."""
    config = Config(host="0.0.0.0", admin_hosts=("mock-alipay", "mock_alipay", "10.0.0.7", "fd00::7", "GW.shop.test."))
    assert ["mock-alipay", "10.0.0.7", "fd00::7", "gw.shop.test"] == config.certificate_hosts
    assert ["mock_alipay"] == config.unnameable


@pytest.mark.parametrize(("tls_port", "url", "ports"), [(443, "https://127.0.0.1", [2088, 443]), (None, None, [2088])])
def test_the_url_for_https(tls_port: int | None, url: str | None, ports: list[int]) -> None:
    """Port 443 is omitted, which the Python SDK needs; without HTTPS there is no URL."""
    config = Config(tls_port=tls_port)
    assert (url, ports) == (config.tls_url, config.ports)
