"""What is printed at the start."""

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


def test_in_words() -> None:
    """A line for each thing that a client must be set up with."""
    assert [
        "http       http://127.0.0.1:2088",
        "https      https://127.0.0.1:2089  (clients trust ca.pem)",
        f"client id  {TEST_CLIENT_ID}, SHOP; keys to configure: mock-alipay env, or http://127.0.0.1:2088/__admin/env",
        "scenarios  92 (shipped, ours); success unless a call asks for another; seed 7",
        "journal    http://127.0.0.1:2088/__admin/calls",
        "notify     http://shop:8000/notify unless a request names a URL",
    ] == [
        line.strip() for line in text_banner(CONFIG, 92, Path("ca.pem"), made_up=False, addresses=HERE).splitlines()[1:]
    ]


def test_the_command_for_keys() -> None:
    """It names the port unless that is the usual one: what it prints is of this gateway, whichever others run."""
    told = text_banner(Config(port=3600, tls_port=None, seed=7), 92, None, made_up=False, addresses=HERE)
    assert "keys to configure: mock-alipay env --port 3600, or" in told


def test_as_json() -> None:
    """The same in one line for programs; the token only when nobody knows it yet."""
    shown = json_banner(CONFIG, 92, Path("ca.pem"), made_up=False, addresses=HERE)
    banner = json.loads(shown)
    assert 1 == len(shown.splitlines())
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
        "notifyUrl": "http://shop:8000/notify",
    } == {name: value for name, value in banner.items() if name not in ("time", "message", "version")}


def test_a_token_that_was_made_up() -> None:
    """Nobody else tells it."""
    config = Config(seed=7, host="0.0.0.0", tls_port=None, admin_token="made-up-token")
    assert "made-up-token" in text_banner(config, 92, None, made_up=True, addresses=HERE)
    banner = json.loads(json_banner(config, 92, None, made_up=True, addresses=HERE))
    assert ("made-up-token", None, None) == (banner["adminToken"], banner["tlsUrl"], banner["caCertificate"])


@pytest.mark.parametrize(
    "url", ["http://169.254.169.254/notify", "http://192.0.2.1/notify", "https://127.0.0.1:2089/notify"]
)
def test_a_url_that_nothing_will_be_sent_to(url: str) -> None:
    """Both say at the start why notifications would not go out."""
    config = Config(seed=7, notify_url=url)
    banner = json.loads(json_banner(config, 92, None, made_up=False, addresses=HERE))
    assert ("warning", True) == (banner["level"], f"nothing will be sent to {url}: " in banner["why"])
    assert "(nothing will be sent there: " in text_banner(config, 92, None, made_up=False, addresses=HERE)


@pytest.mark.parametrize(
    ("host", "addresses", "shown"),
    [
        ("127.0.0.1", ["127.0.0.1"], []),
        ("::1", ["::1"], []),
        ("localhost", ["127.0.0.1", "::1"], ["127.0.0.1, ::1"]),
        ("localhost", ["127.0.0.1"], ["127.0.0.1"]),
        ("0.0.0.0", ["0.0.0.0"], ["0.0.0.0"]),
    ],
)
def test_the_addresses_that_are_listened_on(host: str, addresses: list[str], shown: list[str]) -> None:
    """They have a line where the URL does not say all of them."""
    text = text_banner(Config(host=host, seed=7), 92, None, made_up=False, addresses=addresses)
    told = [line.partition("listens on")[2].strip() for line in text.splitlines() if "listens on" in line]
    assert shown == told
