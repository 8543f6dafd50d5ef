"""Every parser of untrusted input reads any bytes, or refuses them with an explanation."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from functools import partial
from typing import TypeVar

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mock_alipay import contracts
from mock_alipay.errors import DeliveryError, Refusal, SetupError
from mock_alipay.scenarios import shipped_folder
from mock_alipay.scenarios.upload import read_upload
from mock_alipay.signing import BadEncoding, keys, parse, raw_signature
from mock_alipay.signing.keys import parse_public_key
from mock_alipay.web.admin.access import AccessCheck
from mock_alipay.web.admin.parameters import SCHEMA
from mock_alipay.web.asgi.problems import HttpProblem
from mock_alipay.web.request_target import origin_form
from mock_alipay.webhooks import Answer, HttpClient
from mock_alipay.webhooks.acknowledgement import complaint
from tests.abuse.harness import size
from tests.live import SANDBOX_PATH, signed_headers
from tests.raw import encoded
from tests.scenarios.loading import VOCABULARY
from tests.shop import ACKNOWLEDGEMENT
from tests.webhooks.merchant import listening
from tests.webhooks.test_connection_pool import says

E = TypeVar("E", bound=Exception)

FIXED = settings(deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
SCENARIOS = [file.read_bytes() for file in sorted(shipped_folder().glob("*.yaml"))]
LOCAL = AccessCheck("127.0.0.1")
CONTRACT = contracts.load()
SIGNATURE = signed_headers(encoded("parsers"))["signature"].encode()
BODY = encoded("parsers")
RESPONSE = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n%b" % (
    len(ACKNOWLEDGEMENT),
    ACKNOWLEDGEMENT,
)
ODD = st.sampled_from(
    [
        *(b"\r\n", b"\n", b"\0", b":", b",", b"=", b"%", b"{", b"[", b'"', b"0x", b"1e999", b"9" * 400, b"chunked"),
        *(b"\xff", b"\xc3", b"\xed\xa0\x80", b"\xe2\x80\xae", b"\xef\xbb\xbf"),
        *(b"&a ", b"*a ", b"- ", b"? ", b"<<: ", b"!!", b"|\n"),
    ]
)
"""Tokens with a meaning to some parser."""


@st.composite
def damaged(draw: st.DrawFn, whole: bytes) -> bytes:
    """Valid bytes, with some removed, repeated or inserted."""
    raw = whole
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(raw)))
        end = draw(st.integers(start, min(len(raw), start + 60)))
        inserted = draw(ODD | st.binary(max_size=8) | st.just(raw[start:end] * 2) | st.just(b""))
        raw = raw[:start] + inserted + raw[end:]
    return raw


def refusal(kind: type[E], act: Callable[[], object]) -> E | None:
    """The error of this kind that a parser raises, or None; other errors fail the test."""
    try:
        act()
    except kind as error:
        return error
    return None


def targets(raw: bytes) -> None:
    """The signed target is a suffix of the sent one, and ends with the target that the client verifies over."""
    sent = raw.decode("latin-1")
    target, verified = origin_form(sent)
    assert sent.endswith(target)
    assert target.endswith(verified.lstrip("/"))


def signature_headers(raw: bytes) -> None:
    """Parsed, or refused with a short ValueError."""
    header = raw.decode("latin-1")
    error = refusal(ValueError, lambda: parse(header)) or refusal(
        BadEncoding, lambda: raw_signature(parse(header).value)
    )
    assert error is None or 0 < len(str(error)) < 400


def bodies(raw: bytes) -> None:
    """Valid, or refused with an explanation."""
    error = refusal(Refusal, lambda: CONTRACT.check("payments/createPaymentSession", raw))
    assert error is None or ("PARAM_ILLEGAL" == error.code and (error.message or error.faults))


def scenarios(raw: bytes) -> None:
    """Loaded, or refused with a description of every problem."""
    text, schema = raw.decode("utf-8", "replace"), f"{SCHEMA}#/$defs/LoadedScenario"
    for is_json in (False, True):
        upload = partial(read_upload, text, VOCABULARY, keys=schema, is_json=is_json)
        error = refusal(SetupError, lambda upload=upload: upload().scenarios("tale"))  # type: ignore[misc]
        assert error is None or (error.problems and all(error.problems))


def acknowledgements(raw: bytes) -> None:
    """Only a body with the two documented words is one, also to another JSON parser."""
    if complaint(200, raw) is None:
        result = json.loads(raw)["result"]
        assert ("SUCCESS", "S") == (result["resultCode"], result["resultStatus"])
    assert complaint(500, raw)


def hosts_and_origins(raw: bytes) -> None:
    """Accepted, or refused with the header's name; another origin is never accepted."""
    text = raw.decode("latin-1")
    for headers in ({"host": text}, {"host": "localhost:2088", "origin": text}):
        error = refusal(HttpProblem, lambda headers=headers: LOCAL.check(headers))  # type: ignore[misc]
        assert error is None or error.detail.startswith("header ")
    assert refusal(HttpProblem, lambda: LOCAL.check({"host": text, "origin": "http://elsewhere.example"}))


def public_keys(raw: bytes) -> None:
    """Read, or refused with an explanation."""
    error = refusal(SetupError, lambda: parse_public_key(raw, "publicKey"))
    assert error is None or (error.problems and all(error.problems))


def webhook_responses(raw: bytes) -> None:
    """Parsed, or a DeliveryError describes what is wrong."""

    async def deliver() -> Answer | str:
        async with listening(says(raw)) as shop:
            http_client = HttpClient()
            try:
                return await http_client.post(shop.url(), {}, b"{}")
            except DeliveryError as error:
                return str(error)
            finally:
                await http_client.close()

    outcome = asyncio.run(deliver())
    assert isinstance(outcome, Answer) or outcome


PARSERS: dict[Callable[[bytes], None], list[bytes]] = {
    targets: [SANDBOX_PATH.encode(), b"https://host:8943" + SANDBOX_PATH.encode()],
    signature_headers: [SIGNATURE],
    bodies: [BODY],
    scenarios: SCENARIOS,
    acknowledgements: [ACKNOWLEDGEMENT],
    hosts_and_origins: [b"localhost:2088", b"[::1]:2088", b"http://localhost:2088"],
    public_keys: [keys.bare_public_key(keys.shipped_merchant_key().public_key()).encode()],
    webhook_responses: [RESPONSE],
}
"""A check for each parser, and valid input."""


@pytest.mark.parametrize("check", PARSERS, ids=lambda check: check.__name__)
def test_a_parser_reads_or_refuses_any_bytes(check: Callable[[bytes], None]) -> None:
    """Damaged input and random bytes never cause another error."""
    inputs = st.sampled_from(PARSERS[check]).flatmap(damaged) | st.binary(max_size=200)
    examples = size(20, 2_000) if check is webhook_responses else size(30, 10_000)
    settings(FIXED, max_examples=examples)(given(raw=inputs)(check))()
