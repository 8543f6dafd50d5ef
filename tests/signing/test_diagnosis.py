"""Each likely mistake with a signature is named, and nothing is named that is not there."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.hashes import MD5, SHA1, SHA256, SHA384, SHA512, HashAlgorithm
from hypothesis import given, settings
from hypothesis import strategies as st

from mock_alipay.signing import Suspect, content, diagnose, diagnosis, fits, keys
from mock_alipay.signing.diagnosis import MOST_GUESSES
from mock_alipay.signing.guesses import batches
from mock_alipay.signing.known_mistakes import MISTAKES
from mock_alipay.signing.parts import Parts

PATH = "/ams/sandbox/api/v1/payments/createPaymentSession"
PRODUCTION_PATH = "/ams/api/v1/payments/createPaymentSession"
BODY = b'{"url": "https://shop.example/x", "name": "caf\xc3\xa9", "list": [1, {"a": true}]}'

MINE, OTHER, GATEWAY, STRANGER = (generate_private_key(65537, 1024) for _ in range(4))
EXPECTED = Suspect("the key of SANDBOX_5Y (version 1)", MINE.public_key())
OTHERS = [
    Suspect("the key of SANDBOX_6Z (version 1)", OTHER.public_key()),
    Suspect("the gateway's own key", GATEWAY.public_key()),
]


@dataclass(frozen=True)
class Message:
    """What a signature covers, or is thought to cover."""

    method: str = "POST"
    target: str = PATH
    client_id: str = "SANDBOX_5Y"
    time: str = "2026-11-22T01:07:10+00:00"
    body: bytes = BODY

    def but(self, **changes: Any) -> Message:
        """The same with some parts changed."""
        return dataclasses.replace(self, **changes)

    def signed_by(self, key: RSAPrivateKey = MINE, algorithm: HashAlgorithm | None = None) -> bytes:
        """A signature over this message."""
        text = content(self.method, self.target, self.client_id, self.time, self.body)
        return key.sign(text, PKCS1v15(), algorithm or SHA256())


SENT = Message()


def why(signature: bytes, sent: Message = SENT) -> str:
    """What the diagnosis says of a signature."""
    return diagnose(signature, **dataclasses.asdict(sent), expected=EXPECTED, others=OTHERS)


@pytest.mark.parametrize(
    ("sent", "signed", "expected"),
    [
        ({}, {"target": PRODUCTION_PATH}, "the path was signed without /sandbox, but sent with it"),
        ({"target": PRODUCTION_PATH}, {"target": PATH}, "the path was signed with /sandbox, but sent without it"),
        ({"target": "/" + PATH}, {"target": PATH}, "the gateway URL ends with a slash, so the path was sent with two"),
        (
            {"target": PATH.replace("/v1/", "//v1/")},
            {"target": PATH},
            "the path was signed with single slashes, but sent with double ones",
        ),
        ({"target": PATH + "?a=b&c=d"}, {"target": PATH}, "the query string was not signed"),
        ({"target": "/proxy" + PATH}, {"target": PATH}, "the path was signed without what stands before /ams"),
        ({}, {"target": "createPaymentSession"}, "only the endpoint's name was signed as path"),
        ({}, {"target": "/v1/payments/createPaymentSession"}, "the path was signed without /ams/api"),
        ({}, {"target": PATH[1:]}, "the path was signed without its first slash"),
        ({}, {"target": ""}, "the path is left out"),
        ({}, {"method": "post"}, "the method was signed in lower case"),
        ({}, {"method": ""}, "the method is left out"),
        ({}, {"client_id": "5Y"}, "the client id was signed without SANDBOX_"),
        ({"client_id": "5Y"}, {"client_id": "SANDBOX_5Y"}, "the client id was signed with SANDBOX_"),
        ({}, {"client_id": "sandbox_5y"}, "the client id was signed in lower case"),
        ({"client_id": " 5Y "}, {"client_id": "5Y"}, "the client id was signed without its blanks"),
        ({}, {"client_id": ""}, "the client id is left out"),
        ({}, {"time": ""}, "the request time is left out"),
        ({}, {"time": "2026-11-22T01:07:10Z"}, "another request time was signed than was sent (2026-11-22T01:07:10Z)"),
        ({}, {"time": "2026-11-22T01:07:10+0000"}, "(2026-11-22T01:07:10+0000)"),
        ({}, {"time": "2026-11-22T01:07:11+00:00"}, "another request time was signed than was sent"),
        ({}, {"time": "2026-11-22T01:07:08+00:00"}, "another request time was signed than was sent"),
        ({}, {"time": "1795309630000"}, "another request time was signed than was sent (1795309630000)"),
        ({}, {"time": "1795309630"}, "another request time was signed than was sent (1795309630)"),
        ({"time": "1795309630000"}, {"time": "2026-11-22T01:07:10Z"}, "(2026-11-22T01:07:10Z)"),
        ({"time": "1795309630"}, {"time": "1795309630000"}, "(1795309630000)"),
        ({"time": "2026-11-22T09:07:10+08:00"}, {"time": "2026-11-22T01:07:10Z"}, "(2026-11-22T01:07:10Z)"),
        ({"time": "2026-11-22T01:07:10.5Z"}, {"time": "2026-11-22T01:07:10Z"}, "(2026-11-22T01:07:10Z)"),
        ({}, {"body": b""}, "the body is left out"),
        ({"body": BODY + b"\r\n "}, {"body": BODY}, "the body was signed without the white space around it"),
        ({}, {"body": BODY + b"\n"}, "the body was signed with a line end after it"),
        ({"body": b'{\n"a": 1\n}'}, {"body": b'{\r\n"a": 1\r\n}'}, "the body was signed with other line ends"),
        ({"body": b'{\r\n"a": 1\r\n}'}, {"body": b'{\n"a": 1\n}'}, "the body was signed with other line ends"),
        ({"body": b"\xef\xbb\xbf" + BODY}, {"body": BODY}, "the body was signed without its byte order mark"),
        ({"body": b'"a"'}, {"body": b"a"}, "the body was sent as a JSON string (stringified twice)"),
    ],
)
def test_a_mistake_is_named(sent: dict[str, Any], signed: dict[str, Any], expected: str) -> None:
    """One part was signed otherwise than it was sent: nothing else is blamed."""
    told = why(SENT.but(**sent).but(**signed).signed_by(), SENT.but(**sent))
    assert expected in told
    assert ";" not in told


REST = b"SANDBOX_5Y.2026-11-22T01:07:10+00:00." + BODY
PRODUCTION_URL = b"https://open-sea-global.alipay.com" + PRODUCTION_PATH.encode()
FRAMES = {
    b"POST %b\r\n%b" % (PATH.encode(), REST): ["the line after the path ends in CRLF"],
    b"POST %b\\n%b" % (PATH.encode(), REST): ["a backslash and an n were signed after the path"],
    b"POST %b%b" % (PATH.encode(), REST): ["the line end after the path is missing"],
    b"POST%b\n%b" % (PATH.encode(), REST): ["the space between method and path is missing"],
    b"%b\n%b" % (PATH.encode(), REST): ["the method is left out"],
    REST: ["the request line is missing"],
    b"POST open-na.alipay.com%b\n%b" % (PATH.encode(), REST): ["the production host open-na.alipay.com was signed"],
    b"POST %b\n%b" % (PRODUCTION_URL, REST): [
        "the production host open-sea-global.alipay.com was signed",
        "the path was signed without /sandbox, but sent with it",
    ],
    b"POST%b\\n%b" % (PATH.encode(), REST): [
        "the space between method and path is missing",
        "a backslash and an n were signed after the path",
    ],
    b"POST %b\r\n%b" % (PRODUCTION_PATH.encode(), REST): [
        "the path was signed without /sandbox, but sent with it",
        "the line after the path ends in CRLF",
    ],
    REST.replace(b"SANDBOX_", b""): ["the request line is missing", "the client id was signed without SANDBOX_"],
    b"POST %b\\n%b\n" % (PATH.encode(), REST): ["a backslash and an n", "the body was signed with a line end after it"],
}


@pytest.mark.parametrize("text", FRAMES)
def test_a_text_that_was_put_together_wrongly_is_named(text: bytes) -> None:
    """Alone or with another mistake, and with what to sign instead."""
    told = why(MINE.sign(text, PKCS1v15(), SHA256())).split("; ")
    assert [True] * len(told) == [part.startswith(words) for part, words in zip(told, FRAMES[text], strict=True)]


@pytest.mark.parametrize(
    "stringify",
    [
        json.dumps,
        lambda body: json.dumps(body, ensure_ascii=False),
        lambda body: json.dumps(body).replace("/", "\\/"),
    ],
    ids=["Python", "JavaScript", "PHP"],
)
@pytest.mark.parametrize("serialised", [{}, {"separators": (",", ":")}], ids=["as sent", "serialised again"])
def test_a_body_that_was_stringified_twice_is_named(
    stringify: Callable[[str], str], serialised: dict[str, Any]
) -> None:
    """Even when it was serialised in another way first."""
    body = json.dumps(json.loads(BODY), ensure_ascii=False, **serialised)
    told = why(SENT.but(body=stringify(body).encode()).signed_by()).split("; ")
    expected = ["the body was signed as a JSON string", *["the body was serialised again"][: len(serialised)]]
    assert [True] * len(expected) == [part.startswith(words) for part, words in zip(told, expected, strict=True)]


@pytest.mark.parametrize(
    "serialise",
    [
        json.dumps,
        lambda value: json.dumps(value, ensure_ascii=False),
        lambda value: json.dumps(value, separators=(",", ":")),
        lambda value: json.dumps(value, separators=(",", ":"), ensure_ascii=False),
        lambda value: json.dumps(value, sort_keys=True),
        lambda value: json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False),
        lambda value: json.dumps(value, indent=2),
        lambda value: json.dumps(value, indent=4, ensure_ascii=False),
        lambda value: json.dumps(value, indent=3),
        lambda value: json.dumps(value, separators=(",", ":")).replace("/", "\\/"),
    ],
)
def test_a_body_that_was_serialised_again_is_named(serialise: Callable[[Any], str]) -> None:
    """Whatever the shape it had when it was signed: compact, spaced, sorted, indented, escaped as PHP does."""
    body = b'{  "url": "https://shop.example/x", "name": "caf\xc3\xa9", "list": [1, {"b": 1, "a": true}] }'
    signed = SENT.but(body=serialise(json.loads(body)).encode())
    expected = "the body was serialised again between signing and sending"
    assert expected == why(signed.signed_by(), SENT.but(body=body))


@pytest.mark.parametrize(
    ("sent", "signed"),
    [
        ("1685599933871", "1685599933870"),
        ("1685599933871", "1685599933911"),
        ("1685599933871", "1685599935871"),
        ("2026-11-22T01:07:10+00:00", "2026-11-22T01:07:50+00:00"),
        ("2026-11-22T01:07:10+00:00", "2026-11-22T09:07:10+08:00"),
        ("2026-11-22T09:07:10+0800", "2026-11-22T01:07:10Z"),
        ("2026-11-22T01:07:10.123Z", "2026-11-22T01:07:10Z"),
        ("1795309630123", "2026-11-22T01:07:10.123Z"),
    ],
)
def test_a_clock_that_was_read_twice_is_named(sent: str, signed: str) -> None:
    """Once to sign and once to send, to the millisecond; or one moment in two forms."""
    message = dataclasses.replace(SENT, time=sent)
    expected = f"another request time was signed than was sent ({signed})"
    assert expected == why(dataclasses.replace(message, time=signed).signed_by(), message)


@pytest.mark.parametrize("url", ["http://127.0.0.1:2088", "https://127.0.0.1"])
def test_a_whole_url_that_was_signed_is_named(url: str) -> None:
    """Scheme and host do not belong to what is signed."""
    raw = dataclasses.replace(SENT, target=url + SENT.target).signed_by()
    told = diagnose(raw, **dataclasses.asdict(SENT), expected=EXPECTED, others=OTHERS, host="127.0.0.1:2088")
    assert told == "the whole URL was signed, not its path alone"


def test_another_client_id_that_was_signed_is_named() -> None:
    """Two shops on one machine mix up their settings."""
    raw = dataclasses.replace(SENT, client_id="SHOP_B").signed_by()
    told = diagnose(raw, **dataclasses.asdict(SENT), expected=EXPECTED, others=OTHERS, client_ids=["SHOP_B"])
    assert told == "the client id was signed as SHOP_B"


@pytest.mark.parametrize(
    ("signed", "expected"),
    [
        ({"target": PRODUCTION_PATH, "body": BODY + b"\n"}, ["without /sandbox", "a line end after it"]),
        ({"client_id": "5Y", "time": "1795309630000"}, ["without SANDBOX_", "1795309630000"]),
        ({"method": "post", "target": ""}, ["lower case", "the path is left out"]),
        (
            {"target": PRODUCTION_PATH, "body": json.dumps(json.loads(BODY), indent=2).encode()},
            ["without /sandbox", "serialised again"],
        ),
    ],
)
def test_two_mistakes_at_once_are_both_named(signed: dict[str, Any], expected: list[str]) -> None:
    """In one sentence, with a semicolon between them."""
    components = why(SENT.but(**signed).signed_by()).split("; ")
    assert len(expected) == len(components)
    for words, part in zip(expected, components, strict=True):
        assert words in part


def test_three_mistakes_at_once_are_not_guessed() -> None:
    """The key is known to be right, and the journal shows what should have been signed."""
    told = why(SENT.but(method="post", target=PRODUCTION_PATH, body=b"").signed_by())
    assert told.startswith("the key is right, but none of the usual mistakes")
    assert "journal" in told


@pytest.mark.parametrize(
    ("key", "owner"), [(OTHER, "the key of SANDBOX_6Z (version 1)"), (GATEWAY, "the gateway's own key")]
)
def test_a_known_key_that_is_the_wrong_one_is_named(key: RSAPrivateKey, owner: str) -> None:
    """Alone, with another mistake, and when the text is beyond guessing."""
    expected = f"it is made with {owner}, not with the key of SANDBOX_5Y (version 1)"
    assert expected == why(SENT.signed_by(key))
    told = why(SENT.but(target=PRODUCTION_PATH).signed_by(key))
    assert f"{expected}; the path was signed without /sandbox, but sent with it" == told
    assert expected == why(SENT.but(body=b"quite another").signed_by(key))


def test_a_key_that_nobody_knows_is_told_as_such() -> None:
    """The private key belongs to no public key here."""
    assert why(SENT.signed_by(STRANGER)) == (
        "no known key made it: the private key is not the other half of the key of SANDBOX_5Y (version 1)"
    )


def test_a_key_of_another_size_is_told_by_the_length() -> None:
    """Both lengths are named."""
    told = why(SENT.signed_by(keys.shipped_merchant_key()))
    assert "it has 256 bytes, the key of SANDBOX_5Y (version 1) makes 128" in told


@pytest.mark.parametrize("length", [0, 1, 64, 127, 129])
def test_a_signature_that_is_cut_off_is_told_by_its_length(length: int) -> None:
    """Truncated or padded, down to nothing."""
    told = why((SENT.signed_by() + b"x")[:length])
    assert f"it has {length} bytes" in told
    assert "makes 128: another key, or cut off" in told


@pytest.mark.parametrize(
    ("algorithm", "name"), [(SHA1(), "SHA1"), (MD5(), "MD5"), (SHA384(), "SHA384"), (SHA512(), "SHA512")]
)
def test_another_hash_is_named(algorithm: HashAlgorithm, name: str) -> None:
    """SHA1withRSA is what older gateways took."""
    expected = f"it is made with {name}withRSA; RSA256 means SHA256withRSA"
    assert expected == why(SENT.signed_by(MINE, algorithm))


@pytest.mark.parametrize(
    "body", [b"", b"not JSON", b"\xff\xfe", b"null", b"[" * 5000, b'{"a":' * 900 + b"1" + b"}" * 900]
)
def test_odd_bodies_are_diagnosed_too(body: bytes) -> None:
    """Broken, deep or empty ones: the other mistakes are still found."""
    sent = SENT.but(body=body)
    assert "without /sandbox" in why(sent.but(target=PRODUCTION_PATH).signed_by(), sent)


def test_large_bodies_are_not_serialised_again() -> None:
    """That would take long; the simple mistakes are still tried."""
    sent = SENT.but(body=json.dumps({"a": "x" * 100_000}).encode())
    assert "none of the usual mistakes" in why(sent.but(body=sent.body.replace(b": ", b":")).signed_by(), sent)
    assert "a line end after it" in why(sent.but(body=sent.body + b"\n").signed_by(), sent)


def test_a_long_run_of_numbers_is_no_obstacle() -> None:
    """Python refuses to read integers of thousands of digits; the diagnosis goes on without."""
    sent = SENT.but(body=b'{"a": ' + b"9" * 5000 + b"}")
    assert "the method was signed in lower case" == why(sent.but(method="post").signed_by(), sent)


@pytest.mark.parametrize("time", ["", "never", "9" * 13, "9" * 40, "99999-01-01", "²" * 13])
def test_odd_times_are_diagnosed_too(time: str) -> None:
    """A time that is none has no other forms, and breaks nothing."""
    sent = SENT.but(time=time)
    assert "without /sandbox" in why(sent.but(target=PRODUCTION_PATH).signed_by(), sent)


@pytest.mark.parametrize("time", [SENT.time, "2026-11-22T09:07:10.1234567+08:00", "1795309630000"])
def test_all_guesses_are_within_the_limit(time: str) -> None:
    """With as many client ids as are compared; so no known mistake is missed for want of turns."""
    clients = [f"M{number}" for number in range(50)]
    sent = Parts(**dataclasses.asdict(SENT.but(time=time)), host="127.0.0.1:2088", client_ids=clients)
    assert 1000 < sum(len(batch.pieces) for batch in batches(sent)) < MOST_GUESSES


@pytest.mark.parametrize("length", [10_000, 100_000, 1_000_000])
def test_a_long_body_is_hashed_so_many_times_only(length: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """A limit of bytes: single mistakes are found, and what is beyond it is not tried."""
    sent, hashed = SENT.but(body=b'{"a": "' + b"x" * length + b'"}'), []

    def sha256(text: bytes) -> Any:
        hashed.append(len(text))
        return hashlib.sha256(text[:1])

    monkeypatch.setattr(diagnosis, "hashlib", SimpleNamespace(sha256=sha256))
    assert "none of the usual mistakes" in why(sent.but(method="x", client_id="y").signed_by(), sent)
    assert 100 < len(hashed) <= diagnosis.MOST_GUESSES
    assert sum(hashed) <= diagnosis.MOST_HASHED


@pytest.mark.parametrize("words", MISTAKES)
def test_the_words_for_a_mistake_fit_into_a_message(words: str) -> None:
    """Two mistakes are separated by a semicolon, and a result message has 256 characters."""
    assert (";" in words, words.isprintable(), len(words) < 112) == (False, True, True)


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


@settings(max_examples=80, deadline=None)
@given(LIKELY | ANY)
def test_a_correct_signature_is_never_blamed(sent: Message) -> None:
    """Were a good signature ever diagnosed, nothing would be found wrong with it."""
    signature = sent.signed_by()
    text = content(sent.method, sent.target, sent.client_id, sent.time, sent.body)
    assert fits(EXPECTED.key, signature, text)
    assert why(signature, sent) == ""


PARTS = {
    "method": ["the method"],
    "target": ["the path", "the query string"],
    "client_id": ["the client id"],
    "time": ["request time"],
    "body": ["the body"],
}


@settings(max_examples=80, deadline=None)
@given(LIKELY, LIKELY)
def test_whatever_is_named_is_true(sent: Message, signed: Message) -> None:
    """The parts that are blamed are those that were not signed as they were sent, and no others."""
    told = why(signed.signed_by(), sent)
    if "none of the usual mistakes" not in told:
        blamed = [part for part, words in PARTS.items() if any(word in told for word in words)]
        assert [part for part in PARTS if getattr(sent, part) != getattr(signed, part)] == blamed


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=140))
def test_noise_is_no_error(noise: bytes) -> None:
    """Any bytes get an answer in words."""
    assert why(noise)
