"""The merchant's door: refusals that every endpoint shares, limits, and what happens when we are at fault."""

from __future__ import annotations

import json
import logging
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key

from mock_alipay.apis import FAMILIES
from mock_alipay.config.config import Config
from mock_alipay.contracts.contract import Contract
from mock_alipay.scenarios import Selector
from mock_alipay.web import merchant
from tests.live import PATH, SANDBOX_PATH, Answer, Live, live, sample, signed_headers
from tests.raw import RawReply, call, connect, encoded, request

LIMIT = 4096


@pytest.fixture(scope="module")
def required() -> Iterator[Live]:
    """A gateway that serves known client ids only."""
    with live(Config(seed=1, signatures="required")) as running:
        yield running


@pytest.fixture(scope="module")
def unsigned() -> Iterator[Live]:
    """A gateway with signatures off."""
    with live(Config(seed=1, signatures="off")) as running:
        yield running


@pytest.fixture(scope="module")
def narrow() -> Iterator[Live]:
    """A gateway that takes bodies of ``LIMIT`` bytes and no more."""
    with live(Config(seed=1, max_body=LIMIT)) as running:
        yield running


def exchange(gateway: Live, data: bytes) -> RawReply:
    with connect(gateway.config.port) as wire:
        return wire.send(data).reply()


def verified(answer: Answer, target: str = SANDBOX_PATH, method: str = "POST") -> Answer:
    """The same answer, once its signature has been checked."""
    lines = tuple(f"{name}: {value}".encode("latin-1") for name, value in answer.headers.items())
    RawReply(answer.status, lines, answer.raw).verify(target, method)
    assert 200 == answer.status
    return answer


# Signed refusals


def test_a_signature_by_another_key(gateway: Live) -> None:
    """INVALID_SIGNATURE is signed, and the journal has the verdict."""
    answer = verified(gateway.create(key=generate_private_key(65537, 2048)))
    assert "INVALID_SIGNATURE" == answer.code
    assert "invalid" == gateway.entry(answer)["signature"]["verdict"]


@pytest.mark.parametrize(("mode", "code"), [("known", "SUCCESS"), ("required", "INVALID_CLIENT")])
def test_an_unknown_client_id(gateway: Live, required: Live, mode: str, code: str) -> None:
    """A client id without a key is served while signatures are ``known``, and refused when they are ``required``."""
    running = {"known": gateway, "required": required}[mode]
    answer = verified(running.create(client_id="SANDBOX_NOBODY"))
    assert code == answer.code
    assert "SANDBOX_NOBODY" == answer.headers["client-id"]
    if code != "SUCCESS":
        assert "--merchant SANDBOX_NOBODY=FILE" in answer.message


def test_a_known_client_id_is_served_when_signatures_are_required(required: Live) -> None:
    """The test merchant's own call passes in the strictest mode."""
    assert "SUCCESS" == verified(required.create()).code


@pytest.mark.parametrize(
    ("how", "code", "words"),
    [
        ({"path": PATH[:-1]}, "NO_INTERFACE_DEF", f"did you mean {PATH}?"),
        ({"path": "/ams/api/v2/payments/void"}, "NO_INTERFACE_DEF", "no API at /ams/api/v2/payments/void"),
        ({"path": "/ams/"}, "NO_INTERFACE_DEF", "no API at /ams/"),
        (
            {"extra": {"content-type": "text/xml"}},
            "MEDIA_TYPE_NOT_ACCEPTABLE",
            "expected application/json, got text/xml",
        ),
        ({"extra": {"content-encoding": "gzip"}}, "MEDIA_TYPE_NOT_ACCEPTABLE", "Content-Encoding: expected none"),
        ({"extra": {"client-id": ""}}, "PARAM_ILLEGAL", "header client-id: missing"),
        ({"extra": {"request-time": ""}}, "PARAM_ILLEGAL", "header request-time: missing"),
        ({"extra": {"signature": ""}}, "PARAM_ILLEGAL", "header signature: missing"),
        ({"extra": {"client-id": "caf\xe9"}}, "PARAM_ILLEGAL", "header client-id: expected"),
        ({"extra": {"request-time": "yesterday"}}, "PARAM_ILLEGAL", "header request-time: expected"),
        ({"extra": {"signature": "bare"}}, "PARAM_ILLEGAL", "header signature: expected"),
    ],
)
def test_refusals_are_signed(gateway: Live, how: dict[str, Any], code: str, words: str) -> None:
    """Over the path as sent, whatever was wrong; the message says what, and the journal which header."""
    answer = verified(gateway.create(**how), how.get("path", SANDBOX_PATH))
    assert (code, True) == (answer.code, words in answer.message)
    if words.startswith("header"):
        assert [words.partition(":")[0]] == [fault["path"] for fault in gateway.entry(answer)["faults"]]


@pytest.mark.parametrize("path", ["/", "/favicon.ico", "/v1/payments/createPaymentSession", "/ams", "/a%20b?c"])
def test_a_path_outside_the_gateway(gateway: Live, path: str) -> None:
    """What is no AMS path at all gets a plain 404 that says where the gateway is, and stands in the journal."""
    answer = gateway.request("POST", path, b"{}")
    assert 404 == answer.status
    assert "application/problem+json" == answer.headers["content-type"]
    assert "/ams/api/v1/payments/" in answer.body["detail"]
    assert path == gateway.entry(answer)["target"]


def test_a_very_long_path_is_not_sent_back_whole(gateway: Live) -> None:
    """The problem stays short whatever the path."""
    answer = gateway.request("GET", "/" + "x" * 60_000)
    assert 404 == answer.status
    assert len(answer.raw) < 1_000


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "PROPFIND"])
def test_a_method_other_than_post(gateway: Live, method: str) -> None:
    """METHOD_NOT_SUPPORTED is signed with the method that came, and names it."""
    answer = verified(gateway.request(method, PATH), PATH, method)
    assert "METHOD_NOT_SUPPORTED" == answer.code
    assert f"{method} is not supported" in answer.message


def test_head_gets_the_same_head(gateway: Live) -> None:
    """HEAD is answered like GET, without the body, and in the journal as what it is."""
    answer = gateway.request("HEAD", PATH)
    assert (200, b"") == (answer.status, answer.raw)
    assert "METHOD_NOT_SUPPORTED" == gateway.entry(answer)["resultCode"]


def test_connect_is_refused_and_its_connection_ends(gateway: Live) -> None:
    """A CONNECT gets its refusal; what would follow it is no HTTP, so the connection is closed."""
    with connect(gateway.config.port) as wire:
        assert "METHOD_NOT_SUPPORTED" == wire.send(request("CONNECT", PATH, [])).reply().code
        assert b"" == wire.rest()


@pytest.mark.parametrize("name", ["client-id", "request-time", "signature"])
def test_a_header_that_is_sent_twice(gateway: Live, name: str) -> None:
    """Which of two values would count is anybody's guess: the call is refused, and the header named."""
    body = encoded()
    headers = signed_headers(body)
    lines = [f"{key}: {value}" for key, value in headers.items()]
    reply = exchange(gateway, request("POST", SANDBOX_PATH, [*lines, f"{name}: 2026-11-22T01:07:11+00:00"], body))
    assert "PARAM_ILLEGAL" == reply.code
    assert f"header {name}" in reply.message


def test_an_unknown_scenario_is_plain_and_short(gateway: Live) -> None:
    """A mock-scenario header that names no scenario is HTTP 400 with the known names, however long it is."""
    answer = gateway.create(extra={"mock-scenario": "x" * 30_000})
    assert 400 == answer.status
    assert "application/problem+json" == answer.headers["content-type"]
    assert "card-not-supported" in answer.body["known"]
    assert len(answer.raw) < 4_000


# Signatures off


@pytest.mark.parametrize("headers", [{}, {"client-id": "SANDBOX_ME"}, {"client-id": "ME", "signature": "nonsense"}])
def test_with_signatures_off_no_header_is_needed(unsigned: Live, headers: dict[str, str]) -> None:
    """A bare POST succeeds, nothing is verified, and the reply carries no signature."""
    answer = unsigned.request("POST", PATH, encoded(), headers)
    assert (200, "SUCCESS") == (answer.status, answer.code)
    assert "signature" not in answer.headers
    assert headers.get("client-id", "SANDBOX_MOCK_MERCHANT") == answer.headers["client-id"]
    assert "unchecked" == unsigned.entry(answer)["signature"]["verdict"]


def test_with_signatures_off_refusals_are_unsigned_too(unsigned: Live) -> None:
    """Everything else is refused as ever, without a signature."""
    answer = unsigned.request("POST", PATH, b"[]")
    assert "PARAM_ILLEGAL" == answer.code
    assert "signature" not in answer.headers


# Headers


class Counted(bytes):
    """Bytes that count how often they are decoded."""

    decoded = 0

    def decode(self, encoding: str = "utf-8", errors: str = "strict") -> str:
        Counted.decoded += 1
        return super().decode(encoding, errors)


@pytest.mark.parametrize("repeated", [2, 2_000])
def test_headers_are_joined_in_one_pass(repeated: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """However many headers are distinct and however many are repeated, the work grows with their number alone."""
    monkeypatch.setattr(Counted, "decoded", 0)
    distinct = [(Counted(b"h%d" % number + b"-" * 70), Counted(b"x" * 70)) for number in range(2_000)]
    raw = [*distinct, *((Counted(b"a"), Counted(b"%d" % number)) for number in range(repeated))]
    joined = merchant._headers([*raw])
    assert (2_001, ", ".join(map(str, range(repeated)))) == (len(joined), joined["a"])
    assert Counted.decoded <= 4 * len(raw)


# Limits


def padded(size: int, payment_request_id: str | None = None) -> bytes:
    """A good body of just so many bytes."""
    body = json.dumps(sample(payment_request_id, productCode="CASHIER_PAYMENT")).encode()
    return body + b" " * (size - len(body))


def assert_too_large(gateway: Live, reply: RawReply) -> None:
    assert 413 == reply.status
    assert "application/problem+json" == reply.header("content-type")
    assert "close" == reply.header("connection")
    problem = json.loads(reply.body)
    assert 413 == problem["status"]
    assert f"at most {LIMIT} bytes (--max-body)" in problem["detail"]
    (entry,) = (e for e in gateway.admin("GET", "/calls").body["calls"] if e["id"] == reply.header("mock-call-id"))
    assert (413, None) == (entry["httpStatus"], entry["resultCode"])
    assert "SUCCESS" == gateway.create().code


def test_a_body_of_just_the_limit(narrow: Live) -> None:
    """A body as long as the limit passes, by Content-Length and in chunks."""
    assert "SUCCESS" == exchange(narrow, call(padded(LIMIT))).code
    assert "SUCCESS" == exchange(narrow, chunked(padded(LIMIT))).code


def chunked(body: bytes, size: int = 65_536) -> bytes:
    """The call in chunks of so many bytes."""
    lines = [f"{name}: {value}" for name, value in signed_headers(body).items()]
    head = request("POST", SANDBOX_PATH, [*lines, "Transfer-Encoding: chunked"]).replace(b"Content-Length: 0\r\n", b"")
    pieces = [body[start : start + size] for start in range(0, len(body), size)]
    return head + b"".join(b"%x\r\n%b\r\n" % (len(piece), piece) for piece in pieces) + b"0\r\n\r\n"


@pytest.mark.parametrize("size", [LIMIT + 1, 1_000_000, 8_000_000])
@pytest.mark.parametrize("sent", [call, chunked])
def test_a_body_over_the_limit(narrow: Live, size: int, sent: Callable[[bytes], bytes]) -> None:
    """One byte too many is 413 in problem JSON, which the client can read even when it sends everything first."""
    name = f"too-large-{uuid.uuid4()}"
    with connect(narrow.config.port) as wire:
        reply = wire.send(sent(padded(size, name))).reply()
        assert b"" == wire.rest()
    assert_too_large(narrow, reply)
    assert 404 == narrow.admin("GET", f"/payments/{name}").status


def test_a_body_that_is_announced_too_large_is_refused_before_it_comes(narrow: Live) -> None:
    """Content-Length alone is enough: the client need not send what would not be read, nor is it told to go on."""
    lines = [*(f"{name}: {value}" for name, value in signed_headers(b"").items()), "Expect: 100-continue"]
    head = request("POST", SANDBOX_PATH, lines).replace(b"Content-Length: 0", b"Content-Length: 9000000000")
    assert_too_large(narrow, exchange(narrow, head))


@pytest.mark.parametrize("digits", ["0" * 5_000 + "2", "0" * 20 + "2"])
@pytest.mark.parametrize(("method", "target"), [("POST", SANDBOX_PATH), ("POST", "/__admin/reset"), ("PUT", "/no")])
def test_a_content_length_of_too_many_digits(narrow: Live, digits: str, method: str, target: str) -> None:
    """It is 400, which names the header and the limit, though the number that it stands for is small."""
    head = request(method, target, []).replace(b"Content-Length: 0", f"Content-Length: {digits}".encode())
    reply = exchange(narrow, head + b"{}")
    assert (400, "application/problem+json") == (reply.status, reply.header("content-type"))
    expected = f"header Content-Length: expected at most 20 digits, got {len(digits)}"
    assert expected == json.loads(reply.body)["detail"]


def test_a_content_length_with_a_few_zeros_before_it(narrow: Live) -> None:
    """It is the number that it stands for."""
    assert "SUCCESS" == exchange(narrow, call().replace(b"Content-Length: ", b"Content-Length: 00")).code


@pytest.mark.parametrize(
    "body",
    [
        b'{"a":"' + b"x" * 900_000 + b'"}',
        b"[" * 900_000,
        b'{"a":' * 180_000,
        b"\xff" * 900_000,
        b'{"order":[' + b"{}," * 290_000 + b"{}]}",
        b" " * 900_000,
    ],
    ids=["long string", "open lists", "open objects", "no text", "many objects", "blanks"],
)
def test_a_large_body_is_refused_like_a_small_one(gateway: Live, body: bytes) -> None:
    """900 KiB of anything below the default limit is PARAM_ILLEGAL with a message of the usual length."""
    answer = verified(gateway.create(body))
    assert "PARAM_ILLEGAL" == answer.code
    assert len(answer.message) <= 256


def test_a_client_that_leaves_in_the_middle_of_its_body(gateway: Live, caplog: pytest.LogCaptureFixture) -> None:
    """Half a body and then nothing: no payment, no entry in the journal, nothing in the log."""
    name = f"half-{uuid.uuid4()}"
    with connect(gateway.config.port) as wire:
        wire.send(call(encoded(name))[:-10])
        assert wire.silent(0.02)
    assert "SUCCESS" == gateway.create().code
    assert [] == gateway.admin("GET", f"/calls?paymentRequestId={name}").body["calls"]
    assert 404 == gateway.admin("GET", f"/payments/{name}").status
    assert [] == [record for record in caplog.records if record.levelno >= logging.WARNING]


# A bug of ours


def bug(*_: Any, **__: Any) -> Any:
    raise ZeroDivisionError("a bug that only a test can have")


BROKEN = FAMILIES.endpoints["payments/createPaymentSession"]._replace(decide=bug)


@pytest.fixture(params=["endpoint", "contract", "chooser"])
def broken(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """One part of the gateway that raises what it never should."""
    match request.param:
        case "endpoint":
            monkeypatch.setitem(FAMILIES.endpoints, "payments/createPaymentSession", BROKEN)
        case "contract":
            monkeypatch.setattr(Contract, "check", bug)
        case _:
            monkeypatch.setattr(Selector, "choose", bug)
    return str(request.param)


@pytest.fixture
def records() -> Iterator[list[logging.LogRecord]]:
    """What the product's logger is told, whoever else listens."""
    found: list[logging.LogRecord] = []

    class Handler(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            found.append(record)

    handler, logger = Handler(), logging.getLogger("mock_alipay")
    logger.addHandler(handler)
    yield found
    logger.removeHandler(handler)


def test_a_bug_of_ours_is_an_unknown_exception(gateway: Live, broken: str, records: list[logging.LogRecord]) -> None:
    """The merchant gets a signed UNKNOWN_EXCEPTION without a word of the bug; the log gets the traceback."""
    answer = verified(gateway.create())
    assert "UNKNOWN_EXCEPTION" == answer.code
    assert b"bug" not in answer.raw
    assert b"Traceback" not in answer.raw
    entry = gateway.entry(answer)
    assert ("UNKNOWN_EXCEPTION", None) == (entry["resultCode"], entry["scenario"])
    (record,) = records
    assert record.exc_info is not None
    assert ZeroDivisionError is record.exc_info[0]
    assert f"call {answer.headers['mock-call-id']} met a bug" in record.getMessage()


def test_after_a_bug_all_is_well(gateway: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    """A call that met a bug left nothing behind: repeated, it succeeds."""
    name = f"bug-{uuid.uuid4()}"
    with monkeypatch.context() as patch:
        patch.setitem(FAMILIES.endpoints, "payments/createPaymentSession", BROKEN)
        assert "UNKNOWN_EXCEPTION" == gateway.create(sample(name)).code
    assert "SUCCESS" == gateway.create(sample(name)).code
