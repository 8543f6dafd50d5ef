"""Every parser of untrusted input reads any bytes, or refuses them with an explanation."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import Callable
from typing import TypeVar

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
from tests.abuse.harness import LimitedGateway, Record, size
from tests.live import SANDBOX_PATH, signed_headers
from tests.raw import call, encoded
from tests.scenarios.loading import VOCABULARY
from tests.shop import ACKNOWLEDGEMENT
from tests.webhooks.merchant import listening
from tests.webhooks.test_connection_pool import says

E = TypeVar("E", bound=Exception)

MANY = settings(
    max_examples=size(60, 10_000),
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)
FEW = settings(MANY, max_examples=size(25, 2_000))
"""For examples with a connection each."""

SCENARIOS = [file.read_bytes() for file in sorted(shipped_folder().glob("*.yaml"))]
LOCAL = AccessCheck("127.0.0.1")
CONTRACT = contracts.load()
CALL = call(encoded("parsers"))
SIGNATURE = signed_headers(encoded("parsers"))["signature"].encode()
BODY = encoded("parsers")
ANSWER = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n%b" % (
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


@FEW
@given(data=damaged(CALL))
def send(gateway: LimitedGateway, data: bytes) -> None:
    """Send a damaged call, and read the reply, if any."""
    with gateway.wire() as wire, contextlib.suppress(ConnectionError):
        wire.send(data).socket.shutdown(1)
        replied = wire.rest()
        assert not replied or replied.startswith(b"HTTP/1.1 ")
        assert b"HTTP/1.1 5" not in replied


def test_calls(limited: LimitedGateway, record_property: Record) -> None:
    """A damaged call gets a reply other than 5xx, or none, and the gateway goes on."""
    send(limited)
    record_property("damaged calls sent", FEW.max_examples)


@MANY
@given(raw=damaged(SANDBOX_PATH.encode()) | damaged(b"https://host:8943" + SANDBOX_PATH.encode()) | st.binary())
def test_targets(raw: bytes) -> None:
    """The signed target is a suffix of the sent one, and the target that the client verifies over its suffix."""
    sent = raw.decode("latin-1")
    target, verified = origin_form(sent)
    assert sent.endswith(target)
    assert target.endswith(verified.lstrip("/"))


@MANY
@given(raw=damaged(SIGNATURE) | st.binary())
def test_signature_headers(raw: bytes) -> None:
    """A signature header is parsed, or refused with a short ValueError."""
    header = raw.decode("latin-1")
    error = refusal(ValueError, lambda: parse(header)) or refusal(
        BadEncoding, lambda: raw_signature(parse(header).value)
    )
    assert error is None or 0 < len(str(error)) < 400


@MANY
@given(raw=damaged(BODY))
def test_bodies(raw: bytes) -> None:
    """A body is valid, or the refusal explains why not."""
    error = refusal(Refusal, lambda: CONTRACT.check("payments/createPaymentSession", raw))
    assert error is None or ("PARAM_ILLEGAL" == error.code and (error.message or error.faults))


@MANY
@given(raw=st.sampled_from(SCENARIOS).flatmap(damaged) | st.binary(), is_json=st.booleans())
def test_scenarios(raw: bytes, is_json: bool) -> None:
    """A scenario is loaded, or every problem is described."""
    text, keys = raw.decode("utf-8", "replace"), f"{SCHEMA}#/$defs/LoadedScenario"
    error = refusal(SetupError, lambda: read_upload(text, VOCABULARY, keys=keys, is_json=is_json).scenarios("tale"))
    assert error is None or (error.problems and all(error.problems))


@MANY
@given(raw=damaged(ACKNOWLEDGEMENT))
def test_acknowledgements(raw: bytes) -> None:
    """Only a body with the two documented words is an acknowledgement, also to another JSON parser."""
    if complaint(200, raw) is None:
        result = json.loads(raw)["result"]
        assert ("SUCCESS", "S") == (result["resultCode"], result["resultStatus"])
    assert complaint(500, raw)


@FEW
@given(reply=damaged(ANSWER) | st.binary())
def test_webhook_answers(reply: bytes) -> None:
    """A shop's response is parsed, or a DeliveryError describes what is wrong."""

    async def deliver() -> Answer | str:
        async with listening(says(reply)) as shop:
            http_client = HttpClient()
            try:
                return await http_client.post(shop.url(), {}, b"{}")
            except DeliveryError as error:
                return str(error)
            finally:
                await http_client.close()

    outcome = asyncio.run(deliver())
    assert isinstance(outcome, Answer) or outcome


@MANY
@given(host=damaged(b"localhost:2088") | damaged(b"[::1]:2088"), origin=damaged(b"http://localhost:2088"))
def test_hosts_and_origins(host: bytes, origin: bytes) -> None:
    """An admin call is accepted, or refused with the header's name; another origin is never accepted."""
    headers = {"host": host.decode("latin-1"), "origin": origin.decode("latin-1")}
    error = refusal(HttpProblem, lambda: LOCAL.check(headers))
    assert error is None or error.detail.startswith("header ")
    assert refusal(HttpProblem, lambda: LOCAL.check({**headers, "origin": "http://elsewhere.example"}))


@MANY
@given(raw=damaged(keys.bare_public_key(keys.shipped_merchant_key().public_key()).encode()) | st.binary())
def test_public_keys(raw: bytes) -> None:
    """A merchant's key is read, or refused with an explanation."""
    error = refusal(SetupError, lambda: parse_public_key(raw, "publicKey"))
    assert error is None or (error.problems and all(error.problems))
