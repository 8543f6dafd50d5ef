"""Public keys of merchants: added and removed."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from mock_alipay.config.config import TEST_CLIENT_ID
from mock_alipay.signing import keys
from tests.live import SANDBOX_PATH, Answer, Live, sample, signed_headers
from tests.web.asking import problem

KEYS = [keys.new_private_key() for _ in range(2)]
ELLIPTIC = ec.generate_private_key(ec.SECP256R1()).public_key()
ELLIPTIC_TEXT = base64.b64encode(ELLIPTIC.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).decode()
PRIVATE_PEM = KEYS[0].private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def add(live: Live, client_id: str, key: str) -> Answer:
    """Add a merchant's public key."""
    return live.admin("POST", "/merchants", {"clientId": client_id, "publicKey": key})


def remove(live: Live, client_id: str) -> int:
    """Remove the keys that were added; how many there were."""
    return int(live.admin("DELETE", "/merchants", {"clientId": client_id}).body["keysRemoved"])


def bare(key: RSAPrivateKey) -> str:
    """The public half as bare base64."""
    return keys.bare_public_key(key.public_key())


def verdict(live: Live, client_id: str, key: RSAPrivateKey) -> str:
    """The verdict on a call that is signed with a key."""
    return str(live.entry(live.create(client_id=client_id, key=key))["signature"]["verdict"])


def test_an_added_key_verifies_until_it_is_removed(own: Live) -> None:
    """It survives a reset, and does not affect other client ids."""
    assert "unverified" == verdict(own, "A", KEYS[0])
    assert {"clientId": "A", "keyVersion": 1} == add(own, "A", bare(KEYS[0])).body
    add(own, "B", bare(KEYS[0]))
    own.admin("POST", "/reset", {"clientId": "A"})
    own.admin("POST", "/reset")
    assert ["valid", "invalid"] == [verdict(own, "A", key) for key in KEYS]
    assert [1, 0] == [remove(own, "A"), remove(own, "A")]
    assert ["unverified", "invalid"] == [verdict(own, name, KEYS[1]) for name in ("A", "B")]
    assert 1 == add(own, "A", bare(KEYS[1])).body["keyVersion"]


def test_each_new_key_is_the_next_version(gateway: Live, client_id: str) -> None:
    """As PEM or as bare base64; a key that was added before keeps its version, and all versions verify."""
    pem = KEYS[1].public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
    texts = [bare(KEYS[0]), pem, bare(KEYS[1]), bare(KEYS[0])]
    assert [1, 2, 2, 1] == [add(gateway, client_id, text).body["keyVersion"] for text in texts]
    for version, key in enumerate(KEYS, 1):
        body = json.dumps(sample()).encode()
        headers = signed_headers(body, client_id=client_id, key=key)
        headers["signature"] = headers["signature"].replace("keyVersion=1", f"keyVersion={version}")
        assert "SUCCESS" == gateway.request("POST", SANDBOX_PATH, body, headers).code


def test_keys_of_the_settings_cannot_be_removed(own: Live) -> None:
    """Only those that were added at run time."""
    assert 2 == add(own, TEST_CLIENT_ID, bare(KEYS[0])).body["keyVersion"]
    assert [1, 0] == [remove(own, TEST_CLIENT_ID), remove(own, TEST_CLIENT_ID)]
    assert ["SUCCESS", "INVALID_SIGNATURE"] == [own.create().code, own.create(key=KEYS[0]).code]


def test_keys_are_limited(own: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another client id is refused until keys are removed; known keys are not affected."""
    monkeypatch.setattr(own.components.storage.keys, "most", 2)
    assert [200, 200, 409] == [add(own, name, bare(KEYS[0])).status for name in "ABC"]
    assert "Too many keys" == problem(add(own, "C", bare(KEYS[0])))["title"]
    assert "unverified" == verdict(own, "C", KEYS[0])
    assert [200, 409] == [add(own, "A", bare(key)).status for key in KEYS]
    assert (1, 200) == (remove(own, "B"), add(own, "C", bare(KEYS[0])).status)


NO_KEY = "publicKey: expected an RSA public key"


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        *(({"publicKey": key}, NO_KEY) for key in ("AAAA", "ü", ELLIPTIC_TEXT, bare(KEYS[0])[:-8], "-----BEGIN")),
        ({"publicKey": PRIVATE_PEM}, "publicKey: expected the merchant's public key, found a private key"),
        (
            {"publicKey": keys.bare_private_key(KEYS[0])},
            "publicKey: expected the merchant's public key, found a private key",
        ),
        ({"publicKey": None}, "publicKey: missing"),
        ({"publicKey": ""}, "publicKey: "),
        ({"publicKey": "x" * 10_001}, "publicKey: "),
        ({"clientId": None}, "clientId: missing"),
        ({"clientId": "A B"}, "clientId: expected a client id"),
    ],
    ids=lambda value: None if isinstance(value, dict) else value[:30],
)
def test_an_invalid_key_is_refused(gateway: Live, client_id: str, changes: dict[str, Any], word: str) -> None:
    """The problem does not repeat the key."""
    body = {"clientId": client_id, "publicKey": bare(KEYS[0]), **changes}
    found = problem(gateway.admin("POST", "/merchants", body))
    assert (400, True) == (found["status"], found["detail"].startswith(word))
    key = body["publicKey"] or ""
    assert len(key) < 40 or key[40:120] not in str(found)
    assert "unverified" == verdict(gateway, client_id, KEYS[0])
