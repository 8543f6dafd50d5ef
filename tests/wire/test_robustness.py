"""Any input gets a signed result or a 4xx that explains, and the gateway goes on."""

from __future__ import annotations

import json

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tests.live import PATH, SANDBOX_PATH, Live, signed_headers
from tests.raw import RawReply, connect, encoded

BODY = encoded("robustness")
HEADERS = signed_headers(BODY)
FIXED = settings(
    max_examples=15,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    derandomize=True,
)

VALUES = st.text(st.characters(codec="latin-1", exclude_characters="\r\n\0"), max_size=60)
"""Values of header lines."""

PRINTABLE = st.text(st.characters(min_codepoint=33, max_codepoint=126), max_size=40)
ESCAPES = st.integers(0, 255).map(lambda byte: f"%{byte:02X}")
PATHS = st.lists(PRINTABLE | ESCAPES | st.sampled_from(["/", "//", "..", "?", "&", "createPaymentSession"]), max_size=5)
STARTS = st.sampled_from(["/", PATH, "/ams/", "http://h/"])
TARGETS = st.builds(lambda start, parts: start + "".join(parts), STARTS, PATHS) | PRINTABLE
METHODS = st.sampled_from(["POST", "POST", "GET", "DELETE", "OPTIONS", "TRACE", "CONNECT"]) | st.text(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZ-", max_size=10
)
OTHERS = "accept-encoding connection content-encoding cookie expect host mock-scenario transfer-encoding upgrade"
NAMES = st.sampled_from([*HEADERS, *OTHERS.split()])


def exchange(
    gateway: Live, method: str, target: str, headers: list[tuple[str, str]], body: bytes, *, head_only: bool = False
) -> RawReply:
    """The final reply to a call."""
    lines = [f"{method} {target} HTTP/1.1", *(f"{name}: {value}" for name, value in headers)]
    data = "\r\n".join([*lines, f"Content-Length: {len(body)}", "", ""]).encode("latin-1") + body
    with connect(gateway.config.port) as wire:
        reply = wire.send(data).reply(head_only=head_only)
        while reply.status < 200:
            reply = wire.reply(head_only=head_only)
        return reply


def assert_clean(reply: RawReply, target: str = SANDBOX_PATH, method: str = "POST") -> None:
    """A signed result, or a 4xx with a short explanation, though it may list all scenarios twice."""
    assert b"Traceback" not in reply.body
    if reply.status == 200:
        result = json.loads(reply.body)["result"]
        assert {"resultCode", "resultMessage", "resultStatus"} == set(result)
        assert len(result["resultMessage"]) <= 256
        reply.verify(verified_target(target), method)
        return
    assert 400 <= reply.status < 500
    assert len(reply.body) < 6_000
    media = reply.header("content-type") or ""
    assert media.startswith(("text/plain", "application/problem+json"))
    assert media != "application/problem+json" or reply.status == json.loads(reply.body)["status"]


def verified_target(sent: str) -> str:
    """The target over which a client verifies the reply."""
    if sent.startswith("/") or "://" not in sent:
        return sent
    return "/" + sent.partition("://")[2].partition("/")[2].lstrip("/")


@settings(FIXED)
@given(
    body=st.binary(max_size=300)
    | st.text(max_size=100).map(str.encode)
    | st.integers(0, len(BODY)).map(lambda length: BODY[:length])
)
@example(body=BODY + b"\0")
@example(body=b"\xef\xbb\xbf" + BODY)
@example(body=b'{"paymentRequestId": "\\ud800"}')
@example(body=b'{"\\ud800": 1}')
@example(body=b"[" * 100_000)
def test_any_body_gets_a_signed_result(gateway: Live, body: bytes) -> None:
    """When the call itself is signed."""
    reply = exchange(gateway, "POST", SANDBOX_PATH, list(signed_headers(body).items()), body)
    assert 200 == reply.status
    assert_clean(reply)


@settings(FIXED)
@given(
    kept=st.sets(st.sampled_from(sorted(HEADERS))),
    changed=st.lists(st.tuples(NAMES, VALUES), max_size=4),
    body=st.just(BODY) | st.binary(max_size=50),
)
@example(kept={"client-id"}, changed=[("client-id", "\xff\t\x80")], body=BODY)
@example(kept=set(HEADERS), changed=[("mock-scenario", "\xe9" * 50)], body=BODY)
@example(kept=set(HEADERS), changed=[("connection", "upgrade"), ("upgrade", "h2c")], body=BODY)
@example(kept=set(HEADERS), changed=[("transfer-encoding", "chunked")], body=BODY)
@example(
    kept=set(), changed=[("signature", "%%%=,==,signature=%"), ("client-id", "x"), ("request-time", "1" * 13)], body=b""
)
def test_any_headers_get_a_clean_reply(
    gateway: Live, kept: set[str], changed: list[tuple[str, str]], body: bytes
) -> None:
    """A signed result, or a 4xx that explains."""
    headers = [(name, HEADERS[name]) for name in kept] + changed
    assert_clean(exchange(gateway, "POST", SANDBOX_PATH, headers, body))


@settings(FIXED)
@given(method=METHODS, target=TARGETS.filter(lambda target: not target.startswith("/__admin")))
@example(method="POST", target="/ams/%")
@example(method="POST", target="/ams/%FF%00%0D%0A")
@example(method="POST", target=PATH + "#fragment")
@example(method="POST", target="http://h/ams/?://x/")
@example(method="OPTIONS", target="*")
@example(method="HEAD", target=PATH)
@example(method="CONNECT", target="localhost:443")
def test_any_request_line_gets_a_clean_reply(gateway: Live, method: str, target: str) -> None:
    """Signed over the target as it was sent, or a 4xx that explains."""
    reply = exchange(gateway, method, target, list(HEADERS.items()), BODY, head_only=method == "HEAD")
    if method == "HEAD":
        assert reply.status < 500
    else:
        assert_clean(reply, target, method)
