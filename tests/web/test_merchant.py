"""The merchant API over HTTP: refusals, limits and internal errors."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from mock_alipay.apis import FAMILIES
from mock_alipay.config.config import Config
from mock_alipay.web.merchant import MerchantEndpoint
from tests.calls import parts_of
from tests.live import PATH, SANDBOX_PATH, Answer, Live, letters, live, sample, signed_headers
from tests.memory import kept
from tests.raw import RawReply, call, connect, encoded, request

LIMIT = 4096


@pytest.fixture(scope="module")
def unsigned() -> Iterator[Live]:
    """A gateway with signatures off and a body limit of ``LIMIT`` bytes."""
    with live(Config(seed=1, signatures="off", max_body=LIMIT)) as running:
        yield running


def exchange(gateway: Live, data: bytes) -> RawReply:
    with connect(gateway.config.port) as wire:
        return wire.send(data).reply()


def verified(answer: Answer, target: str = SANDBOX_PATH, method: str = "POST") -> Answer:
    """A reply after its signature has been verified."""
    lines = tuple(f"{name}: {value}".encode("latin-1") for name, value in answer.headers.items())
    RawReply(answer.status, lines, answer.raw).verify(target, method)
    assert 200 == answer.status
    return answer


@pytest.mark.parametrize(
    ("how", "code", "word"),
    [
        ({"path": PATH[:-1]}, "NO_INTERFACE_DEF", f"did you mean {PATH}?"),
        ({"extra": {"content-type": "text/xml"}}, "MEDIA_TYPE_NOT_ACCEPTABLE", "got text/xml"),
        ({"extra": {"client-id": "caf\xe9"}}, "PARAM_ILLEGAL", "header client-id: expected"),
        ({"extra": {"signature": "bare"}}, "PARAM_ILLEGAL", "header signature: expected"),
    ],
)
def test_a_refusal_is_signed(gateway: Live, how: dict[str, Any], code: str, word: str) -> None:
    """Over the path as sent; the message names the header."""
    answer = verified(gateway.create(**how), how.get("path", SANDBOX_PATH))
    assert (code, True) == (answer.code, word in answer.message)


@pytest.mark.parametrize("path", ["/", "/ams", "/a%20b?c", "/" + "x" * 60_000], ids=["root", "ams", "query", "long"])
def test_a_path_outside_the_gateway_is_not_found(gateway: Live, path: str) -> None:
    """The problem is short, names the gateway's path, and is journaled."""
    answer = gateway.request("POST", path, b"{}")
    assert (404, path) == (answer.status, gateway.entry(answer)["target"])
    assert ("/ams/api/v1/payments/" in answer.body["detail"], len(answer.raw) < 1_000) == (True, True)


def test_head_and_connect_are_refused(gateway: Live) -> None:
    """HEAD without a body; CONNECT closes the connection, because other data than HTTP would follow."""
    answer = gateway.request("HEAD", PATH)
    assert (200, b"", "METHOD_NOT_SUPPORTED") == (answer.status, answer.raw, gateway.entry(answer)["resultCode"])
    with connect(gateway.config.port) as wire:
        assert "METHOD_NOT_SUPPORTED" == wire.send(request("CONNECT", PATH, [])).reply().code
        assert b"" == wire.rest()


@pytest.mark.parametrize("name", ["client-id", "request-time", "signature"])
def test_a_repeated_header_is_refused(gateway: Live, name: str) -> None:
    """Either value could count."""
    reply = exchange(gateway, call(encoded(), extra=[f"{name}: 2026-11-22T01:07:11+00:00"]))
    assert ("PARAM_ILLEGAL", True) == (reply.code, f"header {name}" in reply.message)


def test_without_signatures_no_header_is_required(unsigned: Live) -> None:
    """Nothing is verified, and neither replies nor refusals are signed."""
    for headers in ({}, {"client-id": "ME", "signature": "nonsense"}):
        for body, code in ((encoded(), "SUCCESS"), (b"[]", "PARAM_ILLEGAL")):
            answer = unsigned.request("POST", PATH, body, headers)
            assert (code, None) == (answer.code, answer.headers.get("signature"))
            assert headers.get("client-id", "SANDBOX_MOCK_MERCHANT") == answer.headers["client-id"]
            assert "unchecked" == unsigned.entry(answer)["signature"]["verdict"]


class Counted(bytes):
    """Bytes that count how often they are decoded."""

    decoded = 0

    def decode(self, encoding: str = "utf-8", errors: str = "strict") -> str:
        Counted.decoded += 1
        return super().decode(encoding, errors)


async def test_repeated_headers_are_joined_in_linear_time() -> None:
    """Each header is decoded a constant number of times."""
    parts = parts_of()
    raw = [(Counted(b"h%d" % number), Counted(b"x")) for number in range(100)]
    raw += [(Counted(b"a"), Counted(b"%d" % number)) for number in range(100)]

    async def receive() -> dict[str, Any]:
        return {"type": "http.request"}

    async def send(_: Any) -> None:
        pass

    endpoint = MerchantEndpoint(parts.gateway, parts.clocks.real, LIMIT, None)  # type: ignore[arg-type]
    await endpoint({"type": "http", "method": "POST", "path": "/x", "headers": raw}, receive, send)
    (entry,) = kept(parts.journal)
    assert (101, ", ".join(map(str, range(100)))) == (len(entry.call.headers), entry.call.headers["a"])
    assert Counted.decoded <= 4 * len(raw)


def chunked(body: bytes) -> bytes:
    """A call whose body is sent in chunks."""
    lines = [f"{name}: {value}" for name, value in signed_headers(body).items()]
    head = request("POST", SANDBOX_PATH, [*lines, "Transfer-Encoding: chunked"]).replace(b"Content-Length: 0\r\n", b"")
    pieces = [body[start : start + 65_536] for start in range(0, len(body), 65_536)]
    return head + b"".join(b"%x\r\n%b\r\n" % (len(piece), piece) for piece in pieces) + b"0\r\n\r\n"


@pytest.mark.parametrize("form", [call, chunked])
def test_the_body_limit(unsigned: Live, form: Callable[[bytes], bytes]) -> None:
    """A body of the limit is accepted; a larger one is 413, which the client can read after it has sent everything."""
    assert "SUCCESS" == exchange(unsigned, form(encoded().ljust(LIMIT))).code
    for size in (LIMIT + 1, 8_000_000):
        name = f"too-large-{letters()}"
        with connect(unsigned.config.port) as wire:
            assert_too_large(unsigned, wire.send(form(encoded(name).ljust(size))).reply())
            assert b"" == wire.rest()
        assert 404 == unsigned.admin("GET", f"/payments/{name}").status


def assert_too_large(gateway: Live, reply: RawReply) -> None:
    assert (413, "close") == (reply.status, reply.header("connection"))
    assert f"at most {LIMIT} bytes (--max-body)" in json.loads(reply.body)["detail"]
    assert 413 == gateway.admin("GET", f"/calls/{reply.header('mock-call-id')}").body["httpStatus"]


def test_an_announced_length_over_the_limit_is_refused_at_once(unsigned: Live) -> None:
    """Before the body is sent, also when the client expects 100 Continue."""
    head = request("POST", SANDBOX_PATH, ["Expect: 100-continue"])
    assert_too_large(unsigned, exchange(unsigned, head.replace(b"Content-Length: 0", b"Content-Length: 9000000000")))


@pytest.mark.parametrize(
    "body",
    [b'{"a":"' + b"x" * 900_000 + b'"}', b"[" * 100_000, b"\xff" * 900_000, b'{"order":[' + b"{}," * 50_000 + b"{}]}"],
    ids=["long string", "open lists", "not text", "many objects"],
)
def test_a_large_invalid_body_has_a_short_message(gateway: Live, body: bytes) -> None:
    """At most 256 characters."""
    answer = verified(gateway.create(body))
    assert ("PARAM_ILLEGAL", True) == (answer.code, len(answer.message) <= 256)


def test_an_incomplete_body_is_no_call(gateway: Live, caplog: pytest.LogCaptureFixture) -> None:
    """When its client disconnects, nothing is journaled or logged."""
    name = f"half-{letters()}"
    with connect(gateway.config.port) as wire:
        wire.send(call(encoded(name))[:-10])
        assert wire.silent(0.02)
    assert "SUCCESS" == gateway.create().code
    assert [] == gateway.admin("GET", f"/calls?paymentRequestId={name}").body["calls"]
    assert [] == [record for record in caplog.records if record.levelno >= logging.WARNING]


def test_an_internal_error_is_unknown_exception(
    gateway: Live, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Signed and without details; the log has the traceback, and the repeated call succeeds."""

    def bug(*_: Any, **__: Any) -> Any:
        raise ZeroDivisionError("a bug that only a test can have")

    name, endpoint = f"bug-{letters()}", "payments/createPaymentSession"
    with monkeypatch.context() as patch:
        patch.setitem(FAMILIES.endpoints, endpoint, FAMILIES.endpoints[endpoint]._replace(decide=bug))
        answer = verified(gateway.create(sample(name)))
    assert ("UNKNOWN_EXCEPTION", False, False) == (answer.code, b"bug that" in answer.raw, b"Traceback" in answer.raw)
    assert "UNKNOWN_EXCEPTION" == gateway.entry(answer)["resultCode"]
    (record,) = caplog.records
    assert (True, True) == ("ZeroDivisionError" in caplog.text, answer.headers["mock-call-id"] in record.getMessage())
    assert "SUCCESS" == gateway.create(sample(name)).code
