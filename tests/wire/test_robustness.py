"""Whatever is sent, the gateway answers like a gateway or turns it away in words, and lives."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tests.live import PATH, SANDBOX_PATH, Live, live, signed_headers
from tests.raw import RawReply, Wire, call, connect, encoded

BODY = encoded("robustness")
HEADERS = signed_headers(BODY)
FIXED = settings(
    deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], derandomize=True
)

VALUES = st.text(st.characters(codec="latin-1", exclude_characters="\r\n\0"), max_size=60)
"""What could stand behind the colon of a header line."""

PRINTABLE = st.text(st.characters(min_codepoint=33, max_codepoint=126), max_size=40)
ESCAPES = st.integers(0, 255).map(lambda byte: f"%{byte:02X}")
PATHS = st.lists(PRINTABLE | ESCAPES | st.sampled_from(["/", "//", "..", "?", "&", "createPaymentSession"]), max_size=5)
TARGETS = st.one_of(
    st.just(SANDBOX_PATH),
    st.builds(
        lambda start, components: start + "".join(components), st.sampled_from(["/", PATH, "/ams/", "http://h/"]), PATHS
    ),
    PRINTABLE,
)
METHODS = (
    st.just("POST")
    | st.sampled_from(["GET", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "CONNECT", "SEARCH"])
    | st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ-", max_size=10)
)
MORE = st.sampled_from(
    [
        "accept",
        "accept-encoding",
        "agent-token",
        "connection",
        "content-encoding",
        "content-type",
        "cookie",
        "expect",
        "host",
        "mock-scenario",
        "transfer-encoding",
        "upgrade",
        "x-forwarded-for",
    ]
)


class Caller:
    """Keeps one connection open as long as the server does."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._open: Iterator[Wire] | None = None

    def ask(self, data: bytes, *, head_only: bool = False) -> RawReply:
        """The reply to these bytes, over the connection at hand or a new one."""
        if self._open is None:
            self._open = self._connection()
        wire = next(self._open)
        reply = wire.send(data).reply(head_only=head_only)
        while 100 <= reply.status < 200:
            reply = wire.reply(head_only=head_only)
        if reply.header("connection") == "close":
            self.close()
        return reply

    def close(self) -> None:
        """Let the connection go."""
        if self._open is not None:
            self._open.close()  # type: ignore[attr-defined]
            self._open = None

    def _connection(self) -> Iterator[Wire]:
        with connect(self._port) as wire:
            while True:
                yield wire


@pytest.fixture(scope="module")
def caller() -> Iterator[Caller]:
    """A caller of a gateway of its own."""
    with live() as running:
        found = Caller(running.config.port)
        yield found
        found.close()


def compose(method: str, target: str, headers: list[tuple[str, str]], body: bytes) -> bytes:
    lines = [f"{method} {target} HTTP/1.1", *(f"{name}: {value}" for name, value in headers)]
    return "\r\n".join([*lines, f"Content-Length: {len(body)}", "", ""]).encode("latin-1") + body


def assert_clean(reply: RawReply, target: str, method: str = "POST") -> None:
    """HTTP 200 with a signed envelope, or a 4xx in few words, though it may name all scenarios twice."""
    assert b"Traceback" not in reply.body
    if reply.status == 200:
        result = json.loads(reply.body)["result"]
        assert {"resultCode", "resultMessage", "resultStatus"} == set(result)
        assert len(result["resultMessage"]) <= 256
        reply.verify(checked_over(target), method)
        return
    assert 400 <= reply.status < 500
    assert len(reply.body) < 6_000
    media = reply.header("content-type") or ""
    assert media.startswith(("text/plain", "application/problem+json"))
    if media == "application/problem+json":
        assert reply.status == json.loads(reply.body)["status"]


def checked_over(target: str) -> str:
    """What a client verifies the reply over that sent this target."""
    if target.startswith("/") or "://" not in target:
        return target
    return "/" + target.partition("://")[2].partition("/")[2].lstrip("/")


@settings(FIXED, max_examples=80)
@given(
    body=st.one_of(
        st.binary(max_size=300),
        st.text(max_size=100).map(str.encode),
        st.integers(0, len(BODY)).map(lambda n: BODY[:n]),
    )
)
@example(body=b"")
@example(body=BODY + b"\0")
@example(body=b"\xef\xbb\xbf" + BODY)
@example(body=b'{"paymentRequestId": "\\ud800"}')
@example(body=b'{"\\ud800": 1}')
@example(body=b"[" * 100_000)
def test_any_body_gets_a_signed_answer(caller: Caller, body: bytes) -> None:
    """Whatever bytes a verified client sends as its body, the answer is a signed envelope."""
    reply = caller.ask(compose("POST", SANDBOX_PATH, list(signed_headers(body).items()), body))
    assert 200 == reply.status
    assert_clean(reply, SANDBOX_PATH)


@settings(FIXED, max_examples=150)
@given(
    kept=st.sets(st.sampled_from(sorted(HEADERS))),
    changed=st.lists(st.tuples(st.sampled_from(sorted(HEADERS)) | MORE, VALUES), max_size=4),
    body=st.just(BODY) | st.binary(max_size=50),
)
@example(kept={"client-id"}, changed=[("client-id", "\xff\t\x80")], body=BODY)
@example(kept=set(HEADERS), changed=[("mock-scenario", "\xe9" * 50)], body=BODY)
@example(kept=set(HEADERS), changed=[("connection", "upgrade"), ("upgrade", "h2c")], body=BODY)
@example(kept=set(HEADERS), changed=[("expect", "100-continue"), ("connection", "close")], body=BODY)
@example(kept=set(HEADERS), changed=[("transfer-encoding", "chunked")], body=BODY)
@example(
    kept=set(), changed=[("signature", "%%%=,==,signature=%"), ("client-id", "x"), ("request-time", "1" * 13)], body=b""
)
def test_any_headers_get_a_clean_answer(
    caller: Caller, kept: set[str], changed: list[tuple[str, str]], body: bytes
) -> None:
    """Whatever stands in which headers, the answer is signed, or a 4xx in words."""
    headers = [(name, HEADERS[name]) for name in kept] + changed
    assert_clean(caller.ask(compose("POST", SANDBOX_PATH, headers, body)), SANDBOX_PATH)


@settings(FIXED, max_examples=150)
@given(method=METHODS, target=TARGETS.filter(lambda target: not target.startswith("/__admin")))
@example(method="POST", target="/ams/%")
@example(method="POST", target="/ams/%FF%00%0D%0A")
@example(method="POST", target=PATH + "#fragment")
@example(method="POST", target=PATH + "??")
@example(method="POST", target="http://h/ams/?://x/")
@example(method="OPTIONS", target="*")
@example(method="HEAD", target=PATH)
@example(method="CONNECT", target="localhost:443")
def test_any_method_and_path_get_a_clean_answer(caller: Caller, method: str, target: str) -> None:
    """Whatever stands in the request line, the answer is signed over the target as sent, or a 4xx in words."""
    reply = caller.ask(compose(method, target, list(HEADERS.items()), BODY), head_only=method == "HEAD")
    if method == "HEAD":
        assert reply.status == 200 or 400 <= reply.status < 500
    else:
        assert_clean(reply, target, method)


PIECES = st.sampled_from(
    [
        b"POST ",
        b"GET ",
        SANDBOX_PATH.encode(),
        b" HTTP/1.1\r\n",
        b"\r\n",
        b"\n",
        b":",
        b"\0",
        b"0\r\n\r\n",
        b"Content-Length: 5\r\n",
        b"Transfer-Encoding: chunked\r\n",
        b"Upgrade: h2c\r\nConnection: upgrade\r\n",
        b"Expect: 100-continue\r\n",
    ]
)
"""What requests are made of, to be put together wrongly."""


@settings(FIXED, max_examples=150)
@given(data=st.binary(max_size=400) | st.lists(PIECES | st.binary(max_size=20), max_size=12).map(b"".join))
@example(data=b"\x16\x03\x01\x02\x00")
@example(data=b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")
@example(data=b"CONNECT / HTTP/1.1\r\n\r\n" + b"\xff" * 300)
@example(data=b"GET / HTTP/1.1\r\nUpgrade: h2c\r\nConnection: upgrade\r\n\r\n" * 30)
def test_any_bytes_do_no_harm(gateway: Live, data: bytes) -> None:
    """Arbitrary bytes are answered in HTTP or not at all, the connection ends, and others are served."""
    with connect(gateway.config.port) as wire:
        wire.send(data).socket.shutdown(1)
        said = wire.rest()
        assert not said or said.startswith(b"HTTP/1.1 ")
        assert b"HTTP/1.1 5" not in said
    with connect(gateway.config.port) as wire:
        assert "SUCCESS" == wire.send(call(BODY)).reply().code
