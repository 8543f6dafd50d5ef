"""Public keys of merchants: added and removed."""

from __future__ import annotations

from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from mock_alipay.config.config import TEST_CLIENT_ID
from mock_alipay.signing import keys
from tests.live import Answer, Live
from tests.web.asking import problem

KEYS = [keys.shipped_gateway_key(), keys.shipped_merchant_key()]
PUBLIC = [keys.bare_public_key(key.public_key()) for key in KEYS]


def add(live: Live, client_id: str, key: str) -> Answer:
    """Add a merchant's public key."""
    return live.admin("POST", "/merchants", {"clientId": client_id, "publicKey": key})


def remove(live: Live, client_id: str) -> int:
    """Remove the keys that were added; how many there were."""
    return int(live.admin("DELETE", "/merchants", {"clientId": client_id}).body["keysRemoved"])


def verdict(live: Live, client_id: str, key: RSAPrivateKey) -> str:
    """The verdict on a call that is signed with a key."""
    return str(live.entry(live.create(client_id=client_id, key=key))["signature"]["verdict"])


def test_an_added_key_verifies_until_it_is_removed(own: Live) -> None:
    """It survives a reset, and does not affect other client ids."""
    assert "unverified" == verdict(own, "A", KEYS[0])
    assert {"clientId": "A", "keyVersion": 1} == add(own, "A", PUBLIC[0]).body
    add(own, "B", PUBLIC[0])
    own.admin("POST", "/reset", {"clientId": "A"})
    own.admin("POST", "/reset")
    assert ["valid", "invalid"] == [verdict(own, "A", key) for key in KEYS]
    assert [1, 0] == [remove(own, "A"), remove(own, "A")]
    assert ["unverified", "invalid"] == [verdict(own, name, KEYS[1]) for name in ("A", "B")]


def test_keys_of_the_settings_cannot_be_removed(own: Live) -> None:
    """A new key is the next version, a known one keeps its version, and only those that were added are removed."""
    assert [2, 1, 2] == [add(own, TEST_CLIENT_ID, text).body["keyVersion"] for text in (*PUBLIC, PUBLIC[0])]
    assert [1, 0] == [remove(own, TEST_CLIENT_ID), remove(own, TEST_CLIENT_ID)]
    assert ["SUCCESS", "INVALID_SIGNATURE"] == [own.create().code, own.create(key=KEYS[0]).code]


def test_keys_are_limited(own: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another client id is refused until keys are removed; known keys are not affected."""
    monkeypatch.setattr(own.components.storage.keys, "most", 2)
    assert [200, 200] == [add(own, name, PUBLIC[0]).status for name in "AB"]
    refused = problem(add(own, "C", PUBLIC[0]))
    assert (409, "Too many keys", 200) == (refused["status"], refused["title"], add(own, "A", PUBLIC[0]).status)
    assert (1, 200) == (remove(own, "B"), add(own, "C", PUBLIC[0]).status)


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"publicKey": PUBLIC[0][:-8]}, "publicKey: expected an RSA public key"),
        ({"publicKey": keys.bare_private_key(KEYS[0])}, "publicKey: expected the merchant's public key, found a priv"),
        ({"publicKey": None}, "publicKey: missing"),
        ({"publicKey": ""}, "publicKey: "),
        ({"publicKey": "x" * 10_001}, "publicKey: "),
        ({"clientId": None}, "clientId: missing"),
        ({"clientId": "A B"}, "clientId: expected a client id"),
    ],
    ids=["cut off", "private", "no key", "empty", "too long", "no client id", "invalid client id"],
)
def test_an_invalid_key_is_refused(gateway: Live, client_id: str, changes: dict[str, Any], word: str) -> None:
    """The problem does not repeat the key."""
    body = {"clientId": client_id, "publicKey": PUBLIC[0], **changes}
    found = problem(gateway.admin("POST", "/merchants", body))
    assert (400, True) == (found["status"], found["detail"].startswith(word))
    assert len(body["publicKey"] or "") < 40 or body["publicKey"][40:120] not in str(found)
    assert "unverified" == verdict(gateway, client_id, KEYS[0])


def test_client_ids_are_listed(own: Live) -> None:
    """Those with keys, calls or payments, whether they were accepted or not."""
    for client_id in ("B", "A"):
        own.create(b"", client_id=client_id)
    assert {"clientIds": ["A", "B", "SANDBOX_MOCK_MERCHANT"]} == own.admin("GET", "/clients").body
