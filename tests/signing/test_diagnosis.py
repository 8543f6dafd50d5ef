"""The diagnosis of invalid signatures: its keys and limits, and no part is blamed wrongly."""

from __future__ import annotations

import hashlib
import re
from types import SimpleNamespace
from typing import Any, NamedTuple

import pytest
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.hashes import MD5, SHA1, SHA256, SHA384, SHA512, HashAlgorithm
from hypothesis import given, settings
from hypothesis import strategies as st

from mock_alipay.signing import Suspect, content, diagnose, diagnosis
from mock_alipay.signing.diagnosis import MOST_GUESSES
from mock_alipay.signing.guesses import batches
from mock_alipay.signing.parts import Parts

PATH = "/ams/sandbox/api/v1/payments/createPaymentSession"
PRODUCTION_PATH = "/ams/api/v1/payments/createPaymentSession"
BODY = b'{"url": "https://shop.example/x", "name": "caf\xc3\xa9", "list": [1, {"b": 1, "a": true}]}'

MINE, OTHER, GATEWAY, STRANGER = (generate_private_key(65537, 1024) for _ in range(4))
EXPECTED = Suspect("the key of A (version 1)", MINE.public_key())
OTHERS = [
    Suspect("the key of B (version 1)", OTHER.public_key()),
    Suspect("the gateway's own key", GATEWAY.public_key()),
]


class Message(NamedTuple):
    """The signed parts of a call."""

    method: str = "POST"
    target: str = PATH
    client_id: str = "SANDBOX_5Y"
    time: str = "2026-11-22T01:07:10+00:00"
    body: bytes = BODY

    def signed_by(self, key: RSAPrivateKey = MINE, algorithm: HashAlgorithm | None = None) -> bytes:
        """A signature of this message."""
        return key.sign(content(*self), PKCS1v15(), algorithm or SHA256())


SENT = Message()


def why(signature: bytes, sent: Message = SENT, **known: Any) -> str:
    """The diagnosis."""
    return diagnose(signature, **sent._asdict(), expected=EXPECTED, others=OTHERS, **known)


def test_three_mistakes_at_once_are_not_guessed() -> None:
    """The key is right, and the journal shows what should have been signed."""
    assert "no known mistake" in why(SENT._replace(method="post", target=PRODUCTION_PATH, body=b"").signed_by())


@pytest.mark.parametrize(("key", "owner"), [(OTHER, "the key of B (version 1)"), (GATEWAY, "the gateway's own key")])
def test_another_known_key_is_named(key: RSAPrivateKey, owner: str) -> None:
    """Alone, with a mistake in the text, and when the text cannot be guessed."""
    expected = f"it was made with {owner}, not with the key of A (version 1)"
    assert expected == why(SENT.signed_by(key)) == why(SENT._replace(body=b"other").signed_by(key))
    assert why(SENT._replace(target=PRODUCTION_PATH).signed_by(key)).startswith(
        f"{expected}; the path was signed without"
    )


def test_an_unknown_key_and_another_length_are_named() -> None:
    """No known key made it; it was made with a larger or smaller key, or cut off."""
    assert why(SENT.signed_by(STRANGER)).startswith("no known key made it")
    for length in (0, 127, 129):
        assert f"it has {length} bytes, expected 128" in why((SENT.signed_by() + b"x")[:length])


@pytest.mark.parametrize("algorithm", [SHA1(), MD5(), SHA384(), SHA512()], ids=lambda algorithm: algorithm.name)
def test_another_hash_is_named(algorithm: HashAlgorithm) -> None:
    """Older gateways used SHA1withRSA."""
    assert f"{algorithm.name.upper()}withRSA" in why(SENT.signed_by(MINE, algorithm))


@pytest.mark.parametrize(
    "odd",
    [
        *(
            {"body": body}
            for body in (b"", b"not JSON", b"\xff\xfe", b"null", b"[" * 5000, b'{"a": %b}' % (b"9" * 5000))
        ),
        *({"time": time} for time in ("", "9" * 13, "9" * 40, "99999-01-01", "\u00b2" * 13)),
    ],
    ids=lambda odd: str(odd)[:30],
)
def test_malformed_parts_do_not_hide_mistakes(odd: dict[str, Any]) -> None:
    """Bodies that are not JSON, too deep or too long, and times that do not exist; two mistakes are tried last."""
    sent = SENT._replace(**odd)
    diagnosed = why(sent._replace(target=PRODUCTION_PATH, body=sent.body + b"\n").signed_by(), sent)
    assert [True, True] == [mistake in diagnosed for mistake in ("without /sandbox", "a line end after it")]


@pytest.mark.parametrize(
    ("body", "guessed"),
    [
        (b'{"a": "' + b"x" * (64 * 1024 - 9) + b'"}', True),
        (b'{"a": "' + b"x" * (64 * 1024 - 8) + b'"}', False),
        (b'{"a": ' + b"[" * 63 + b"]" * 63 + b"}", True),
        (b'{"a": ' + b"[" * 64 + b"]" * 64 + b"}", False),
    ],
    ids=["64 KiB", "one byte more", "64 levels", "65 levels"],
)
def test_only_small_and_shallow_bodies_are_serialised_again(body: bytes, guessed: bool) -> None:
    """Others would take too long; simple mistakes are still found."""
    sent = SENT._replace(body=body)
    assert guessed == ("serialised again" in why(sent._replace(body=body.replace(b": ", b":")).signed_by(), sent))
    assert "a line end after it" in why(sent._replace(body=body + b"\n").signed_by(), sent)


@pytest.mark.parametrize("time", ["2026-11-22T09:07:10.1234567+08:00", "1795309630000"])
def test_all_guesses_are_within_the_limit(time: str) -> None:
    """With as many client ids as are tried, so no known mistake is cut off."""
    sent = Parts(**SENT._replace(time=time)._asdict(), host="127.0.0.1:2088", client_ids=[f"M{n}" for n in range(50)])
    assert 1000 < sum(len(batch.pieces) for batch in batches(sent)) < MOST_GUESSES


@pytest.mark.parametrize("length", [10_000, 1_000_000])
def test_hashing_is_limited(length: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """By bytes, so that long bodies get fewer guesses."""
    sent, hashed = SENT._replace(body=b'{"a": "' + b"x" * length + b'"}'), []

    def sha256(text: bytes) -> Any:
        hashed.append(len(text))
        return hashlib.sha256(text[:1])

    monkeypatch.setattr(diagnosis, "hashlib", SimpleNamespace(sha256=sha256))
    assert "no known mistake" in why(sent._replace(method="x", client_id="y").signed_by(), sent)
    assert 100 < len(hashed) <= diagnosis.MOST_GUESSES
    assert sum(hashed) <= diagnosis.MOST_HASHED


TEXTS = st.text(st.characters(max_codepoint=255), max_size=12)
LIKELY = st.builds(
    Message,
    method=st.sampled_from(["POST", "post"]),
    target=st.sampled_from([PATH, PRODUCTION_PATH, "/" + PATH, PATH + "?a=b"]),
    client_id=st.sampled_from(["SANDBOX_5Y", "5Y", "sandbox_5y"]),
    time=st.sampled_from(["1795309630000", "2026-11-22T01:07:10Z", "2026-11-22T09:07:10+08:00"]),
    body=st.sampled_from([BODY, BODY + b"\n", BODY.replace(b": ", b":"), b"[]"]),
)
ANY = st.builds(Message, method=TEXTS, target=TEXTS, client_id=TEXTS, time=TEXTS, body=st.binary(max_size=30))
PARTS = ["the method", "the path|the query", "the client id", "request time", "the body"]
"""Words about each part of a message."""


@settings(max_examples=20)
@given(LIKELY | ANY, LIKELY, st.binary(max_size=140))
def test_exactly_the_parts_that_differ_are_blamed(sent: Message, signed: Message, noise: bytes) -> None:
    """Whenever a mistake is named; nothing is wrong with a correct signature, and any other bytes are explained."""
    assert "" == why(sent.signed_by(), sent)
    assert why(noise, sent)
    diagnosed = why(signed.signed_by(), sent)
    if "no known mistake" not in diagnosed:
        blamed = [bool(re.search(words, diagnosed)) for words in PARTS]
        assert [one != other for one, other in zip(sent, signed, strict=True)] == blamed
