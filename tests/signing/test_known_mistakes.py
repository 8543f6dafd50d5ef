"""Each known mistake is named, alone and with another one."""

from __future__ import annotations

import json
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256

from mock_alipay.signing.known_mistakes import MISTAKES
from tests.signing.test_diagnosis import BODY, MINE, PATH, PRODUCTION_PATH, SENT, why

PARSED = json.loads(BODY)

CHANGED_PARTS: list[tuple[dict[str, Any], dict[str, Any], str]] = [
    # sent, signed, the end of the message or a part of it
    ({}, {"target": PRODUCTION_PATH}, "signed without /sandbox"),
    ({"target": PRODUCTION_PATH}, {"target": PATH}, "signed with /sandbox"),
    ({"target": "/" + PATH}, {"target": PATH}, "gateway URL ends with a slash"),
    ({"target": PATH.replace("/v1/", "//v1/")}, {"target": PATH}, "single slashes"),
    ({"target": PATH + "?a=b&c=d"}, {"target": PATH}, "query string was not signed"),
    ({"target": "/proxy" + PATH}, {"target": PATH}, "without the part before /ams"),
    ({}, {"target": "createPaymentSession"}, "only the endpoint's name"),
    ({}, {"target": "/v1/payments/createPaymentSession"}, "without /ams/api"),
    ({}, {"target": PATH[1:]}, "without its first slash"),
    ({}, {"target": ""}, "the path is left out"),
    ({}, {"target": "http://127.0.0.1:2088" + PATH}, "the whole URL was signed"),
    ({}, {"target": "https://127.0.0.1" + PATH}, "the whole URL was signed"),
    ({}, {"method": "post"}, "method was signed in lower case"),
    ({}, {"method": "GET"}, "method was signed as GET"),
    ({}, {"method": ""}, "method is left out"),
    ({}, {"client_id": "5Y"}, "without SANDBOX_"),
    ({"client_id": "5Y"}, {"client_id": "SANDBOX_5Y"}, "with SANDBOX_"),
    ({}, {"client_id": "sandbox_5y"}, "client id was signed in lower case"),
    ({"client_id": " 5Y "}, {"client_id": "5Y"}, "without its blanks"),
    ({}, {"client_id": ""}, "client id is left out"),
    ({}, {"client_id": "SHOP_B"}, "signed as SHOP_B"),
    ({}, {"time": ""}, "request time is left out"),
    ({}, {"body": b""}, "body is left out"),
    ({"body": BODY + b"\r\n "}, {"body": BODY}, "without the white space"),
    ({}, {"body": BODY + b"\n"}, "with a line end after it"),
    ({"body": b'{\n"a": 1\n}'}, {"body": b'{\r\n"a": 1\r\n}'}, "other line ends"),
    ({"body": b'{\r\n"a": 1\r\n}'}, {"body": b'{\n"a": 1\n}'}, "other line ends"),
    ({"body": b"\xef\xbb\xbf" + BODY}, {"body": BODY}, "without its byte order mark"),
    ({"body": b'"a"'}, {"body": b"a"}, "sent as a JSON string"),
    ({}, {"body": json.dumps(BODY.decode()).encode()}, "signed as a JSON string"),
    ({}, {"body": json.dumps(BODY.decode(), ensure_ascii=False).encode()}, "signed as a JSON string"),
    ({}, {"body": json.dumps(BODY.decode()).replace("/", "\\/").encode()}, "signed as a JSON string"),
]


@pytest.mark.parametrize(("sent", "signed", "message"), CHANGED_PARTS, ids=[row[2] for row in CHANGED_PARTS])
def test_a_single_mistake_is_named_alone(sent: dict[str, Any], signed: dict[str, Any], message: str) -> None:
    """One part was signed differently from how it was sent."""
    call = SENT._replace(**sent)
    diagnosed = why(call._replace(**signed).signed_by(), call, host="127.0.0.1:2088", client_ids=["SHOP_B"])
    assert (True, False) == (message in diagnosed, ";" in diagnosed)


@pytest.mark.parametrize(
    ("sent", "signed"),
    [
        # another notation of the same moment
        ("2026-11-22T01:07:10+00:00", "2026-11-22T01:07:10Z"),
        ("2026-11-22T01:07:10+00:00", "2026-11-22T09:07:10+08:00"),
        ("2026-11-22T01:07:10+00:00", "1795309630"),
        ("2026-11-22T09:07:10+0800", "2026-11-22T01:07:10Z"),
        ("1795309630123", "2026-11-22T01:07:10.123Z"),
        ("1795309630", "1795309630000"),
        # the clock was read twice
        ("2026-11-22T01:07:10+00:00", "2026-11-22T01:07:08+00:00"),
        ("2026-11-22T01:07:10+00:00", "2026-11-22T01:08:10+00:00"),
        ("1685599933871", "1685599933870"),
        ("1685599933871", "1685599935871"),
    ],
)
def test_another_request_time_is_named(sent: str, signed: str) -> None:
    """In another notation, or up to a minute (ISO 8601) or two seconds (milliseconds) away."""
    call = SENT._replace(time=sent)
    expected = f"another request time was signed than was sent ({signed})"
    assert expected == why(call._replace(time=signed).signed_by(), call)


@pytest.mark.parametrize("time", ["2026-11-22T01:08:11+00:00", "2026-11-22T01:07:10.5+00:00"])
def test_a_request_time_further_away_is_not_guessed(time: str) -> None:
    """Only the key is known to be right."""
    assert "no known mistake" in why(SENT._replace(time=time).signed_by())


REST = b"SANDBOX_5Y.2026-11-22T01:07:10+00:00." + BODY
SANDBOX, PRODUCTION = PATH.encode(), PRODUCTION_PATH.encode()
FRAMES = {
    b"POST %b\r\n%b" % (SANDBOX, REST): ["the line after the path ends in CRLF"],
    b"POST %b\\n%b" % (SANDBOX, REST): ["a backslash and an n were signed after the path"],
    b"POST %b%b" % (SANDBOX, REST): ["the line end after the path is missing"],
    b"POST%b\n%b" % (SANDBOX, REST): ["the space between method and path is missing"],
    b"%b\n%b" % (SANDBOX, REST): ["the method is left out"],
    REST: ["the request line is missing"],
    b"POST open-na.alipay.com%b\n%b" % (SANDBOX, REST): ["the production host open-na.alipay.com was signed"],
    b"POST https://open-sea-global.alipay.com%b\n%b" % (PRODUCTION, REST): ["the production host", "the path was"],
    b"POST %b\r\n%b" % (PRODUCTION, REST): ["the path was signed without /sandbox", "the line after the path"],
    REST.replace(b"SANDBOX_", b""): ["the request line is missing", "the client id was signed without SANDBOX_"],
    b"POST %b\n5Y.1795309630000.%b" % (SANDBOX, BODY): ["the client id was", "another request time"],
    b"post \n%b" % REST: ["the method was signed in lower case", "the path is left out"],
    b"POST %b\n%b" % (SANDBOX, REST.replace(BODY, json.dumps(json.dumps(PARSED, separators=(",", ":"))).encode())): [
        *("the body was signed as a JSON string", "the body was serialised again")
    ],
}


@pytest.mark.parametrize("text", FRAMES, ids=lambda text: " and ".join(FRAMES[text]))
def test_mistakes_in_the_composition_and_two_at_once_are_named(text: bytes) -> None:
    """Two mistakes are separated by a semicolon."""
    diagnosed = why(MINE.sign(text, PKCS1v15(), SHA256())).split("; ")
    assert FRAMES[text] == [part[: len(start)] for part, start in zip(diagnosed, FRAMES[text], strict=True)]


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"ensure_ascii": False, "separators": (",", ":")},
        {"indent": 2},
        {"indent": 3, "sort_keys": True},
        {"indent": 4, "ensure_ascii": False},
    ],
    ids=str,
)
def test_a_body_that_was_serialised_again_is_named(options: dict[str, Any]) -> None:
    """Compact, spaced, sorted, indented, with escaped slashes as PHP writes them."""
    sent = SENT._replace(body=BODY.replace(b'{"b"', b'{  "b"'))
    for slash in ("/", "\\/"):
        signed = sent._replace(body=json.dumps(PARSED, **options).replace("/", slash).encode())
        assert "the body was serialised again between signing and sending" == why(signed.signed_by(), sent)


def test_messages_fit_into_a_result_message() -> None:
    """Two of them in 256 characters, separated by a semicolon."""
    assert [] == [words for words in MISTAKES if ";" in words or not words.isprintable() or len(words) >= 112]
