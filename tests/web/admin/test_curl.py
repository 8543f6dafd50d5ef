"""A call as a shell command."""

from __future__ import annotations

import itertools
import json
import shlex
import subprocess
import urllib.parse

import pytest

from mock_alipay.signing import keys
from tests.live import Answer, Live, sample

CARD = "4054695723100768"


def command(live: Live, answer: Answer) -> tuple[list[str], bool]:
    """The words of the command, and whether it is signed afresh."""
    curl = live.entry(answer)["curl"]
    return shlex.split(curl["command"]), curl["fresh"]


def repeated(live: Live, words: list[str]) -> Answer:
    """The reply to the request that the command describes."""
    assert ["curl", "-sS", "-X"] == words[:3]
    headers = dict(word.split(": ", 1) for flag, word in itertools.pairwise(words) if flag == "-H")
    path = urllib.parse.urlsplit(words[4])
    assert live.config.url == f"{path.scheme}://{path.netloc}"
    return live.request(words[3], path.path, words[-1].encode(), headers)


def test_a_call_of_the_test_merchant_is_signed_afresh(gateway: Live) -> None:
    """Quotes and dollar signs arrive as they are."""
    order = {**sample()["order"], "orderDescription": 'it\'s `$HOME` \\ "tea" 茶'}
    words, fresh = command(gateway, gateway.create(sample("curl-1", order=order)))
    assert fresh
    again = repeated(gateway, words)
    assert ("SUCCESS", "valid") == (again.code, gateway.entry(again)["signature"]["verdict"])


def test_the_signature_of_another_merchant_is_that_of_the_call(gateway: Live) -> None:
    """Only its owner can make a new one."""
    key = keys.bare_public_key(keys.shipped_forger_key().public_key())
    gateway.admin("POST", "/merchants", {"clientId": "CURL", "publicKey": key})
    made = gateway.create(sample("curl-2"), client_id="CURL", key=keys.shipped_forger_key())
    words, fresh = command(gateway, made)
    assert (False, "valid") == (fresh, gateway.entry(repeated(gateway, words))["signature"]["verdict"])


def test_secrets_stay_masked(gateway: Live) -> None:
    """The command has what the journal shows, signed as it is."""
    card = {"paymentMethodType": "CARD", "paymentMethodMetaData": {"cardNo": CARD, "cvv": "123"}}
    words, fresh = command(gateway, gateway.create(sample("curl-3", paymentMethod=card)))
    assert (True, False) == (fresh, CARD in " ".join(words))
    assert "405469******0768" == json.loads(words[-1])["paymentMethod"]["paymentMethodMetaData"]["cardNo"]


@pytest.mark.parametrize("body", [b"", b"no JSON", b"\xff\xfe", b'{"a": "\x00"}'])
def test_any_body_makes_a_command(gateway: Live, body: bytes) -> None:
    """What is no text is shown as text."""
    words, _ = command(gateway, gateway.create(body))
    assert words[-2] == "--data-raw"


def test_a_shell_reads_the_command_as_it_is_meant(gateway: Live) -> None:
    """Nothing in a body is executed."""
    order = {**sample()["order"], "orderDescription": "'; echo injected; $(echo injected) `echo injected` '"}
    made = gateway.create(sample("curl-4", order=order))
    text = gateway.entry(made)["curl"]["command"].replace("curl ", "printf '%s\\n' ", 1)
    printed = subprocess.run(["sh", "-c", text], capture_output=True, text=True, check=True, timeout=30).stdout
    assert order["orderDescription"] == json.loads(printed.splitlines()[-1])["order"]["orderDescription"]
