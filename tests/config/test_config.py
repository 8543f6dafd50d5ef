"""Settings, and what follows from them."""

from __future__ import annotations

import dataclasses

import pytest

from mock_alipay.config.config import Config, address_of, is_loopback

HOSTS = [
    # host, how this machine reaches it, whether it stands for all addresses, whether it is this machine's own alone
    ("127.0.0.1", "127.0.0.1", False, True),
    ("127.0.0.2", "127.0.0.2", False, True),
    ("localhost", "localhost", False, True),
    ("::1", "[::1]", False, True),
    ("0.0.0.0", "127.0.0.1", True, False),
    ("::", "[::1]", True, False),
    ("", "127.0.0.1", True, False),
    ("192.168.1.5", "192.168.1.5", False, False),
    ("fe80::1", "[fe80::1]", False, False),
    ("gateway.test", "gateway.test", False, False),
    ("localhost.test", "localhost.test", False, False),
]


@pytest.mark.parametrize(("host", "reached", "everywhere", "own"), HOSTS)
def test_urls_lead_from_this_machine_to_the_gateway(host: str, reached: str, everywhere: bool, own: bool) -> None:
    """Also when it listens on all addresses; IPv6 has its brackets."""
    config = Config(host=host, port=1, tls_port=2)
    assert (f"http://{reached}:1", f"https://{reached}:2") == (config.url, config.tls_url)
    assert reached.strip("[]") == config.reachable_host
    assert everywhere == config.listens_everywhere
    assert ([] if everywhere else [host]) == config.certificate_hosts


def test_the_certificate_names_what_the_machine_is_called() -> None:
    """Names under which the admin API may be called are in the certificate too, unless no certificate can hold them."""
    config = Config(host="0.0.0.0", admin_hosts=("mock-alipay", "mock_alipay", "10.0.0.7", "fd00::7", "gw.shop.test"))
    assert ["mock-alipay", "10.0.0.7", "fd00::7", "gw.shop.test"] == config.certificate_hosts
    assert ["mock_alipay"] == config.unnameable


@pytest.mark.parametrize(("tls_port", "expected"), [(443, "https://127.0.0.1"), (None, None)])
def test_the_url_of_https_is_as_short_as_can_be(tls_port: int | None, expected: str | None) -> None:
    """Without the port that is HTTPS's own, which SDKs cannot do with; and none when it is off."""
    assert expected == Config(tls_port=tls_port).tls_url


@pytest.mark.parametrize(("host", "reached", "everywhere", "own"), HOSTS)
def test_a_token_is_needed_where_others_can_reach_the_admin_api(
    host: str, reached: str, everywhere: bool, own: bool
) -> None:
    """Unless there is one, or it is said to be open; an empty one is none."""
    config = Config(host=host)
    assert (own, not own) == (is_loopback(host), config.needs_token)
    assert [False, False, not own] == [
        dataclasses.replace(config, **how).needs_token
        for how in ({"admin_token": "secret"}, {"admin_open": True}, {"admin_token": ""})
    ]


@pytest.mark.parametrize("text", ["", "localhost", "127.1", "1.2.3.4.5", "[::1]", "127.0.0.1:80", "gateway.test"])
def test_a_name_is_no_address(text: str) -> None:
    """Nor is half an address, or one with a port."""
    assert address_of(text) is None
