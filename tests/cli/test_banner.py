"""The banner of ``serve``."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from mock_alipay.cli.banner import json_banner, text_banner
from mock_alipay.config.config import TEST_CLIENT_ID, Config

CONFIG = Config(
    seed=7, merchants=(("SHOP", Path("shop.pem")),), scenarios=(Path("ours"),), notify_url="http://shop:8000/notify"
)
HERE = ["127.0.0.1"]


def test_text() -> None:
    """Each thing that a client must be configured with has a line."""
    lines = text_banner(CONFIG, 92, Path("ca.pem"), generated_token=False, addresses=HERE).splitlines()
    assert [
        "http       http://127.0.0.1:2088",
        "https      https://127.0.0.1:2089  (clients trust ca.pem)",
        f"client id  {TEST_CLIENT_ID}, SHOP; keys to configure: mock-alipay env, or http://127.0.0.1:2088/__admin/env",
        "scenarios  92 (shipped, ours); default success; seed 7",
        "dashboard  http://127.0.0.1:2088/",
        "notify     http://shop:8000/notify unless a request names a URL",
    ] == [line.strip() for line in lines[1:]]


def test_an_upstream() -> None:
    """Where calls are forwarded to and replies recorded, without the key."""
    key = ("SHOP", Path("private.pem"))
    config = Config(seed=7, upstream="https://sandbox.example", upstream_key=key, record=Path("recorded"))
    text, line = (
        banner(config, 92, None, generated_token=False, addresses=HERE) for banner in (text_banner, json_banner)
    )
    assert "  upstream   calls are forwarded to https://sandbox.example; replies are recorded in recorded" in text
    assert {"upstream": "https://sandbox.example", "record": "recorded"}.items() <= json.loads(line).items()
    assert "private.pem" not in text + line


def test_json() -> None:
    """The JSON banner has the same in one line."""
    text = json_banner(CONFIG, 92, Path("ca.pem"), generated_token=False, addresses=HERE)
    banner = json.loads(text)
    assert 1 == len(text.splitlines())
    assert {
        "level": "info",
        "url": "http://127.0.0.1:2088",
        "tlsUrl": "https://127.0.0.1:2089",
        "addresses": ["127.0.0.1"],
        "caCertificate": "ca.pem",
        "clientIds": [TEST_CLIENT_ID, "SHOP"],
        "scenarios": 92,
        "folders": ["ours"],
        "scenario": "success",
        "seed": 7,
        "journal": "http://127.0.0.1:2088/__admin/calls",
        "dashboard": "http://127.0.0.1:2088/",
        "notifyUrl": "http://shop:8000/notify",
    } == {name: value for name, value in banner.items() if name not in ("time", "message", "version")}


def test_a_generated_token_and_another_port() -> None:
    """Both banners have a generated token; the command for keys has the port if it is not the default."""
    config = Config(seed=7, host="0.0.0.0", port=3600, tls_port=None, admin_token="generated-token")
    text = text_banner(config, 92, None, generated_token=True, addresses=HERE)
    assert ("generated-token" in text, "mock-alipay env --port 3600, or" in text) == (True, True)
    banner = json.loads(json_banner(config, 92, None, generated_token=True, addresses=HERE))
    linked = "http://127.0.0.1:3600/#token=generated-token"
    assert (linked, True) == (banner["dashboard"], linked in text)
    given = text_banner(config, 92, None, generated_token=False, addresses=HERE)
    assert ("generated-token" in given, "http://127.0.0.1:3600/  (asks for the token)" in given) == (False, True)
    assert ("generated-token", None, None) == (banner["adminToken"], banner["tlsUrl"], banner["caCertificate"])


@pytest.mark.parametrize("url", ["http://169.254.169.254/n", "https://127.0.0.1:2089/n"])
def test_a_notify_url_that_is_not_allowed(url: str) -> None:
    """Both banners say why notifications will not be sent there."""
    config = Config(seed=7, notify_url=url)
    banner = json.loads(json_banner(config, 92, None, generated_token=False, addresses=HERE))
    assert ("warning", True) == (banner["level"], f"notifications will not be sent to {url}: " in banner["why"])
    text = text_banner(config, 92, None, generated_token=False, addresses=HERE)
    assert "(notifications will not be sent there: " in text


@pytest.mark.parametrize(("host", "addresses"), [("localhost", ["127.0.0.1", "::1"]), ("0.0.0.0", ["0.0.0.0"])])
def test_addresses(host: str, addresses: list[str]) -> None:
    """The addresses are listed when the URL has another one."""
    text = text_banner(Config(host=host, seed=7), 92, None, generated_token=False, addresses=addresses)
    assert f"listens on {', '.join(addresses)}\n" in text
