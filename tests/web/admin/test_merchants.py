"""Admin calls about merchants: public keys that are added and removed."""

from __future__ import annotations

import base64
import itertools
import json

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from mock_alipay.config.config import TEST_CLIENT_ID
from mock_alipay.signing import keys
from tests.live import SANDBOX_PATH, Answer, Live, sample, signed_headers
from tests.web.asking import problem


def add(live: Live, client_id: str, key: str) -> Answer:
    """Add a merchant's public key."""
    return live.admin("POST", "/merchants", {"clientId": client_id, "publicKey": key})


def bare(key: RSAPrivateKey) -> str:
    """Its public half as bare base64."""
    return keys.bare_public_key(key.public_key())


def test_a_key_is_believed_at_once(gateway: Live, client_id: str) -> None:
    """Without one a client id is unverified; from then on only what was signed with it is let in."""
    right, wrong = KEYS[:2]
    verdicts = [gateway.entry(gateway.create(client_id=client_id))["signature"]["verdict"]]
    assert {"clientId": client_id, "keyVersion": 1} == add(gateway, client_id, bare(right)).body
    answers = [gateway.create(client_id=client_id, key=key) for key in (right, wrong)]
    assert ["SUCCESS", "INVALID_SIGNATURE"] == [answer.code for answer in answers]
    verdicts += [gateway.entry(answer)["signature"]["verdict"] for answer in answers]
    assert ["unverified", "valid", "invalid"] == verdicts


def test_key_versions(gateway: Live, client_id: str) -> None:
    """Each new key is the next version, in whatever form; one that is there already keeps its own; all are good."""
    pem = KEYS[1].public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
    given = [bare(KEYS[0]), pem, bare(KEYS[1]), bare(KEYS[0])]
    assert [1, 2, 2, 1] == [add(gateway, client_id, key).body["keyVersion"] for key in given]
    for version, key in enumerate(KEYS[:2], 1):
        body = json.dumps(sample()).encode()
        headers = signed_headers(body, client_id=client_id, key=key)
        headers["signature"] = headers["signature"].replace("keyVersion=1", f"keyVersion={version}")
        assert "SUCCESS" == gateway.request("POST", SANDBOX_PATH, body, headers).code


def test_keys_outlive_a_reset(own: Live) -> None:
    """A merchant is set up once: a reset forgets what happened, not who may come."""
    add(own, "A", bare(KEYS[0]))
    own.admin("POST", "/reset", {"clientId": "A"})
    own.admin("POST", "/reset")
    assert "INVALID_SIGNATURE" == own.create(client_id="A", key=KEYS[1]).code


def remove(live: Live, client_id: str) -> Answer:
    """Take the keys that were added for a client id away."""
    return live.admin("DELETE", "/merchants", {"clientId": client_id})


def test_keys_are_taken_away(gateway: Live, client_id: str) -> None:
    """From then on the client id is unverified again, and its next key is its first; nobody else's is touched."""
    other = f"{client_id}-other"
    for name, key in ((client_id, KEYS[0]), (client_id, KEYS[1]), (other, KEYS[0])):
        add(gateway, name, bare(key))
    assert {"clientId": client_id, "keysRemoved": 2} == remove(gateway, client_id).body
    verdicts = [
        gateway.entry(gateway.create(client_id=name, key=KEYS[1]))["signature"]["verdict"]
        for name in (client_id, other)
    ]
    assert ["unverified", "invalid"] == verdicts
    assert {"clientId": client_id, "keysRemoved": 0} == remove(gateway, client_id).body
    assert 1 == add(gateway, client_id, bare(KEYS[1])).body["keyVersion"]


def test_keys_that_were_there_from_the_start_stay(own: Live) -> None:
    """Only what was added at run time is taken away."""
    assert 2 == add(own, TEST_CLIENT_ID, bare(KEYS[0])).body["keyVersion"]
    assert 1 == remove(own, TEST_CLIENT_ID).body["keysRemoved"]
    assert ["SUCCESS", "INVALID_SIGNATURE"] == [own.create().code, own.create(key=KEYS[0]).code]
    assert 0 == remove(own, TEST_CLIENT_ID).body["keysRemoved"]


def test_too_many_merchants(own: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    """There is an end to it: one key more is a conflict until some are taken away; one that is there stays good."""
    monkeypatch.setattr(own.components.storage.keys, "most", 2)
    assert [200, 200, 409] == [add(own, name, bare(KEYS[0])).status for name in ("A", "B", "C")]
    found = problem(add(own, "C", bare(KEYS[0])))
    assert ("Too many keys", True) == (found["title"], "take some away" in found["detail"])
    assert "unverified" == own.entry(own.create(client_id="C"))["signature"]["verdict"]
    assert [200, 409] == [add(own, "A", bare(key)).status for key in KEYS]
    remove(own, "B")
    assert 200 == add(own, "C", bare(KEYS[0])).status


KEYS = [keys.new_private_key() for _ in range(2)]


ELLIPTIC = base64.b64encode(
    ec.generate_private_key(ec.SECP256R1()).public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
).decode()


PRIVATE_PEM = KEYS[0].private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


NO_KEY = "publicKey: expected an RSA public key"


PRIVATE = "publicKey: this is a private key; the gateway wants the merchant's public key"


@pytest.mark.parametrize(
    ("key", "words"),
    [
        *((key, NO_KEY) for key in ("garbage!", "AAAA", "ü", ELLIPTIC, bare(KEYS[0])[:-8], "-----BEGIN")),
        *((key, PRIVATE) for key in (PRIVATE_PEM, keys.bare_private_key(KEYS[0]))),
    ],
    ids=itertools.count(),
)
def test_what_is_no_public_key(gateway: Live, client_id: str, key: str, words: str) -> None:
    """A private key, another kind of key or no key at all is refused, and not repeated; the client stays unverified."""
    found = problem(add(gateway, client_id, key))
    assert (400, True) == (found["status"], found["detail"].startswith(words))
    assert key[40:120] not in str(found) or len(key) < 40
    assert "unverified" == gateway.entry(gateway.create(client_id=client_id))["signature"]["verdict"]


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"clientId": "A"}, "publicKey: missing, it is required"),
        ({"publicKey": "x"}, "clientId: missing, it is required"),
        ({"clientId": "A B", "publicKey": "x"}, "clientId: expected a client id"),
        ({"clientId": "A", "publicKey": ""}, "publicKey: "),
        ({"clientId": "A", "publicKey": "x" * 10_001}, "publicKey: "),
        ({"clientId": "A", "key": "x"}, "there is no field 'key'"),
    ],
)
def test_merchants_that_are_none(gateway: Live, body: dict[str, str], words: str) -> None:
    """Both fields are needed."""
    found = problem(gateway.admin("POST", "/merchants", body))
    assert (400, True) == (found["status"], words in found["detail"])
