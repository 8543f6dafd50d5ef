"""What official SDKs and common HTTP clients send, byte by byte, and what they demand of the replies."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from cryptography.exceptions import InvalidSignature

from tests.heads import DOTNET_HEAD, GO_HEAD, JAVA_HEAD, PHP_HEAD, PYTHON_HEAD
from tests.live import PATH, SANDBOX_PATH, TIME, Live, signed_headers
from tests.raw import RawReply, Wire, call, connect, encoded, request

SDKS = {
    "Python 1.7.1": (PYTHON_HEAD, "2026-11-22T01:07:10+00:00"),
    "Java 2.2.8": (JAVA_HEAD, "1795310174668"),
    "PHP 1.5.5": (PHP_HEAD, "2026-11-22T01:09:11+0000"),
    "Go 1.3.5": (GO_HEAD, "1795310174668"),
    ".NET 2.2.5": (DOTNET_HEAD, "2026-11-22T01:07:10.1234567Z"),
}
"""The official SDKs: the head that each writes, and its form of the request time."""


def entry(gateway: Live, reply: RawReply) -> dict[str, Any]:
    """The journal's entry of the call that got this reply."""
    return gateway.admin("GET", f"/calls/{reply.header('mock-call-id')}").body


def exchange(gateway: Live, data: bytes) -> RawReply:
    """One call on a connection of its own."""
    with connect(gateway.config.port) as wire:
        return wire.send(data).reply()


def lower_hex(signature: str) -> str:
    """The same signature, percent-encoded in lower case."""
    return signature.replace("%2B", "%2b").replace("%2F", "%2f").replace("%3D", "%3d")


@pytest.mark.parametrize("sdk", SDKS)
def test_every_official_sdk_is_understood(gateway: Live, sdk: str) -> None:
    """A call as each official SDK writes it is verified and answered, and its reply verifies over the signed path."""
    body, (template, time) = encoded(), SDKS[sdk]
    signature = signed_headers(body, time=time)["signature"]
    head = template.format(
        target=SANDBOX_PATH,
        host="127.0.0.1:8943",
        length=len(body),
        time=time,
        client_id="SANDBOX_MOCK_MERCHANT",
        signature=lower_hex(signature) if sdk.startswith(".NET") else signature,
        version="1.7.1",
    )
    reply = exchange(gateway, head.replace("\n", "\r\n").encode() + b"\r\n" + body)
    assert (200, "SUCCESS") == (reply.status, reply.code)
    reply.verify()
    seen = entry(gateway, reply)
    assert "valid" == seen["signature"]["verdict"]
    assert time == seen["requestHeaders"]["request-time"]
    assert SANDBOX_PATH == seen["target"]


# Request targets


@pytest.mark.parametrize(
    "origin", ["https://127.0.0.1", "https://localhost:8943", "http://gateway.example:80", "HTTPS://LOCALHOST"]
)
@pytest.mark.parametrize("path", [PATH, SANDBOX_PATH, SANDBOX_PATH + "?a=b"])
def test_an_absolute_target_is_signed_by_its_path_alone(gateway: Live, origin: str, path: str) -> None:
    """Of a whole URL in the request line, only path and query belong to what is signed, both ways."""
    reply = exchange(gateway, call(target=origin + path, path=path))
    assert "SUCCESS" == reply.code
    reply.verify(path)
    assert path == entry(gateway, reply)["target"]


def test_python_with_a_trailing_slash_is_told_so_in_a_reply_it_can_verify(gateway: Live) -> None:
    """The Python SDK sends two slashes in a whole URL, signs one, and checks the reply over one."""
    reply = exchange(gateway, call(target=f"https://127.0.0.1/{SANDBOX_PATH}", path=SANDBOX_PATH))
    assert "INVALID_SIGNATURE" == reply.code
    reply.verify(SANDBOX_PATH)
    with pytest.raises(InvalidSignature):
        reply.verify("/" + SANDBOX_PATH)
    seen = entry(gateway, reply)
    assert "/" + SANDBOX_PATH == seen["target"]
    assert "gateway URL ends with a slash" in seen["signature"]["explanation"]


def test_go_with_a_trailing_slash_is_told_so_in_a_reply_it_can_verify(gateway: Live) -> None:
    """The Go SDK sends two slashes as its path, signs one, and checks the reply over two."""
    reply = exchange(gateway, call(target="/" + SANDBOX_PATH, path=SANDBOX_PATH))
    assert "INVALID_SIGNATURE" == reply.code
    reply.verify("/" + SANDBOX_PATH)
    assert "gateway URL ends with a slash" in entry(gateway, reply)["explanation"]


def test_double_slashes_that_were_signed_are_served_with_a_hint(gateway: Live) -> None:
    """A client that signs what it sends is served under a path with double slashes, and the journal mentions them."""
    path = SANDBOX_PATH.replace("/v1/", "//v1/")
    reply = exchange(gateway, call(target=path, path=path))
    assert "SUCCESS" == reply.code
    reply.verify(path)
    assert "double slashes" in entry(gateway, reply)["explanation"]


def test_the_double_slash_of_the_sdks_own_path_is_kept(gateway: Live) -> None:
    """An SDK constant holds a double slash: the path is neither normalised in the journal nor in what is signed."""
    path = "/ams/api//v1/payments/retrievePaymentSession"
    reply = exchange(gateway, call(target=path, path=path))
    assert "NO_INTERFACE_DEF" == reply.code
    reply.verify(path)
    assert path == entry(gateway, reply)["target"]


@pytest.mark.parametrize(
    ("before", "verified"),
    [
        ("/gateway.do", "/gateway.do" + SANDBOX_PATH),
        ("/a/b", "/a/b" + SANDBOX_PATH),
        ("https://127.0.0.1/gateway.do", SANDBOX_PATH),
    ],
)
def test_a_gateway_url_with_a_path_is_refused_in_words(gateway: Live, before: str, verified: str) -> None:
    """A path before /ams is NO_INTERFACE_DEF, and the message, which every client can verify, says so."""
    reply = exchange(gateway, call(target=before + SANDBOX_PATH))
    assert "NO_INTERFACE_DEF" == reply.code
    assert "gateway URL must not have a path" in reply.message
    reply.verify(verified)


@pytest.mark.parametrize("query", ["?a=b", "?x=1&y=%2F", "?"])
def test_a_query_string_is_part_of_what_is_signed(gateway: Live, query: str) -> None:
    """A call whose query is signed passes, and its reply is signed over the query too."""
    reply = exchange(gateway, call(target=SANDBOX_PATH + query, path=SANDBOX_PATH + query))
    assert "SUCCESS" == reply.code
    reply.verify(SANDBOX_PATH + query)


def test_a_query_string_that_was_not_signed_is_found_out(gateway: Live) -> None:
    """A query that the client left out of its signature is named as the mistake."""
    reply = exchange(gateway, call(target=SANDBOX_PATH + "?a=b"))
    assert "INVALID_SIGNATURE" == reply.code
    assert "query string was not signed" in reply.message


# Headers


@pytest.mark.parametrize(
    "extra",
    [
        ["Agent-Token:"],
        ["Agent-Token: "],
        ["Agent-Token: 0123456789abcdef0123456789abcdef0123456789abcdef"],
        ["Content-Type: application/json"],
        ["Accept: text/plain,text/xml,text/javascript,text/html"],
        ["Accept: image/png"],
        ["Accept: */*", "Accept: text/html"],
        ["Accept-Encoding: gzip, deflate, br"],
        ["Key-Version: 1", "Sdk-Version: global-open-sdk-go"],
        ["Cookie: a=b", "Cookie: c=d"],
        ["X-Latin: caf\xe9"],
        ["TE: trailers", "Connection: TE"],
        ["Connection: keep-alive, Keep-Alive", "Keep-Alive: timeout=5"],
    ],
)
def test_headers_that_clients_add_do_no_harm(gateway: Live, extra: list[str]) -> None:
    """Whatever stands beside the three headers that count, the call succeeds."""
    reply = exchange(gateway, call(extra=extra))
    assert "SUCCESS" == reply.code
    reply.verify()


@pytest.mark.parametrize("change", [str.upper, str.lower, str.title, str.swapcase])
@pytest.mark.parametrize("colon", [":", ": ", ":\t", ":  "])
def test_header_names_in_any_case_and_colons_with_any_blank(
    gateway: Live, change: Callable[[str], str], colon: str
) -> None:
    """Header names are the same in any case, and the blank after the colon is optional."""
    body = encoded()
    lines = [f"{change(name)}{colon}{value}" for name, value in signed_headers(body).items()]
    reply = exchange(gateway, request("POST", SANDBOX_PATH, lines, body))
    assert "SUCCESS" == reply.code


@pytest.mark.parametrize(
    "media",
    [
        [],
        ["Content-Type:"],
        ["Content-Type: application/json"],
        ["content-type: APPLICATION/JSON; Charset=utf-8"],
        ["Content-Type: application/json", "Content-Type: application/json; charset=UTF-8"],
        ['Content-Type: application/json;charset="UTF-8"'],
    ],
)
def test_content_types_that_are_json(gateway: Live, media: list[str]) -> None:
    """JSON is JSON without a Content-Type, with an empty one, or said twice as the Go SDK does."""
    body = encoded()
    headers = {name: value for name, value in signed_headers(body).items() if name != "content-type"}
    lines = [*(f"{name}: {value}" for name, value in headers.items()), *media]
    assert "SUCCESS" == exchange(gateway, request("POST", SANDBOX_PATH, lines, body)).code


@pytest.mark.parametrize(
    "time",
    [
        "1795310174668",
        "2026-11-22T01:07:10+00:00",
        "2026-11-22T09:07:10+08:00",
        "2026-11-22T01:09:11+0000",
        "2026-11-22T01:07:10Z",
        "2026-11-22T01:07:10.1Z",
        "2026-11-22T01:07:10.123-05:30",
        "2026-11-22T01:07:10.1234567Z",
    ],
)
def test_request_times_are_taken_as_text(gateway: Live, time: str) -> None:
    """Epoch milliseconds and ISO 8601 in all its written forms pass, and are signed as they were sent."""
    answer = gateway.create(time=time)
    assert "SUCCESS" == answer.code
    assert "valid" == gateway.entry(answer)["signature"]["verdict"]


@pytest.mark.parametrize("time", ["1795310174", "179531017466", "2026-11-22T01:07:10", "2026-02-30T01:07:10Z", "now"])
def test_request_times_that_are_none(gateway: Live, time: str) -> None:
    """Seconds, a time without an offset and a day that does not exist are refused, and the header is named."""
    answer = gateway.create(time=time)
    assert "PARAM_ILLEGAL" == answer.code
    assert "header request-time" in answer.message
    assert time in answer.message


# The signature header


@pytest.mark.parametrize(
    "form",
    [
        "algorithm=RSA256,keyVersion=1,signature={}",
        "algorithm=RSA256, keyVersion=1, signature={}",
        "algorithm=RSA256 ,  keyVersion=1 ,signature={}",
        "algorithm=rsa256,keyVersion=1,signature={}",
        "ALGORITHM=RSA256,KEYVERSION=1,SIGNATURE={}",
        "keyVersion=1,signature={}",
        "algorithm=RSA256,signature={}",
        "signature={}",
        "signature={},keyVersion=1,algorithm=RSA256",
    ],
)
@pytest.mark.parametrize("quoted", [str, lower_hex])
def test_forms_of_the_signature_header(gateway: Live, form: str, quoted: Callable[[str], str]) -> None:
    """Blanks, order, case, a missing algorithm or key version, and lower-case hex change nothing."""
    body = encoded()
    headers = signed_headers(body)
    bare = headers["signature"].rpartition("signature=")[2]
    headers["signature"] = form.format(quoted(bare))
    answer = gateway.request("POST", SANDBOX_PATH, body, headers)
    assert "SUCCESS" == answer.code
    assert "valid" == gateway.entry(answer)["signature"]["verdict"]


@pytest.mark.parametrize("version", ["2", "0007", "999999999"])
def test_a_key_version_that_the_merchant_does_not_have(gateway: Live, version: str) -> None:
    """An unknown keyVersion is KEY_NOT_FOUND, and the message says which versions there are."""
    body = encoded()
    headers = signed_headers(body)
    headers["signature"] = headers["signature"].replace("keyVersion=1", f"keyVersion={version}")
    answer = gateway.request("POST", SANDBOX_PATH, body, headers)
    assert "KEY_NOT_FOUND" == answer.code
    assert f"keyVersion={int(version)}" in answer.message
    assert "version 1" in answer.message


# HTTP


def test_a_client_that_waits_for_100_continue_is_told_to_go_on(gateway: Live) -> None:
    """With ``Expect: 100-continue`` the interim reply comes before the body is sent, and the real one after it."""
    head, _, body = call(extra=["Expect: 100-continue"]).partition(b"\r\n\r\n")
    with connect(gateway.config.port) as wire:
        assert 100 == wire.send(head + b"\r\n\r\n").reply().status
        assert "SUCCESS" == wire.send(body).reply().code


@pytest.mark.parametrize("size", [1, 7, 64, 100_000])
def test_a_chunked_body_is_put_together(gateway: Live, size: int) -> None:
    """A body in chunks of any size, with an extension and a trailer, is verified as the bytes it stands for."""
    body = encoded()
    lines = [f"{name}: {value}" for name, value in signed_headers(body).items()]
    head = request("POST", SANDBOX_PATH, [*lines, "Transfer-Encoding: chunked"]).replace(b"Content-Length: 0\r\n", b"")
    pieces = [body[start : start + size] for start in range(0, len(body), size)]
    chunks = b"".join(b"%x;a=b\r\n%b\r\n" % (len(piece), piece) for piece in pieces)
    reply = exchange(gateway, head + chunks + b"0\r\nX-Trailer: 1\r\n\r\n")
    assert "SUCCESS" == reply.code


@pytest.mark.parametrize(("version", "extra"), [("1.0", []), ("1.1", ["Connection: close"])])
def test_a_connection_that_is_for_one_call_is_closed_after_it(gateway: Live, version: str, extra: list[str]) -> None:
    """HTTP/1.0 and ``Connection: close`` get their whole reply, then the end."""
    body = encoded()
    lines = [f"{name}: {value}" for name, value in signed_headers(body).items()]
    with connect(gateway.config.port) as wire:
        reply = wire.send(request("POST", SANDBOX_PATH, [*lines, *extra], body, version)).reply()
        assert "SUCCESS" == reply.code
        assert "close" == reply.header("connection")
        assert b"" == wire.rest()


def test_a_connection_serves_many_calls(gateway: Live) -> None:
    """Calls one after the other on one connection are all answered, good and bad ones, in HTTP/1.1's default way."""
    with connect(gateway.config.port) as wire:
        for _ in range(3):
            assert "SUCCESS" == wire.send(call()).reply().code
            assert "PARAM_ILLEGAL" == wire.send(call(b"{}")).reply().code
            assert 404 == wire.send(request("GET", "/", [])).reply().status


def test_pipelined_calls_are_answered_in_their_order(gateway: Live) -> None:
    """Several calls in one packet get their replies one by one, each signed over its own body."""
    wanted = [f"pipelined-{number}" for number in range(5)]
    with connect(gateway.config.port) as wire:
        wire.send(b"".join(call(encoded(name), target=SANDBOX_PATH) for name in wanted))
        replies = [wire.reply() for _ in wanted]
    for reply in replies:
        reply.verify()
    assert wanted == [entry(gateway, reply)["paymentRequestId"] for reply in replies]


OFFER = [
    "Connection: Upgrade, HTTP2-Settings",
    "HTTP2-Settings: AAEAAEAAAAIAAAABAAMAAABkAAQBAAAAAAUAAEAA",
    "Upgrade: h2c",
]
"""What Java's HttpClient sends with its first call over plain HTTP."""


@pytest.mark.parametrize("extra", [OFFER, ["Upgrade: websocket", "Connection: upgrade"], ["Connection: Upgrade"]])
def test_an_offer_to_upgrade_does_not_cost_the_body(gateway: Live, extra: list[str]) -> None:
    """A call that offers HTTP/2 or anything else is answered in HTTP/1.1, its body whole, and so is the next."""
    with connect(gateway.config.port) as wire:
        for _ in range(2):
            reply = wire.send(call(extra=extra)).reply()
            assert "SUCCESS" == reply.code
            reply.verify()
        assert "SUCCESS" == wire.send(call()).reply().code


def test_an_offer_to_upgrade_in_pieces(gateway: Live) -> None:
    """Head and body of such a call may arrive in any pieces, and in chunks."""
    whole = call(extra=OFFER)
    end = whole.index(b"\r\n\r\n") + 4
    with connect(gateway.config.port) as wire:
        for cut in (10, end - 3, end, end + 1, len(whole) - 1):
            wire.send(whole[:cut])
            assert wire.silent(0.02)
            assert "SUCCESS" == wire.send(whole[cut:]).reply().code


def test_offers_to_upgrade_that_are_pipelined(gateway: Live) -> None:
    """Several such calls in one packet, one of them chunked, are all answered."""
    body = encoded()
    lines = [f"{name}: {value}" for name, value in signed_headers(body, time=TIME).items()]
    head = request("POST", SANDBOX_PATH, [*lines, *OFFER, "Transfer-Encoding: chunked"])
    chunked = head.replace(b"Content-Length: 0\r\n", b"") + b"%x\r\n%b\r\n0\r\n\r\n" % (len(body), body)
    with connect(gateway.config.port) as wire:
        assert_success(wire.send(call(extra=OFFER) + chunked + call() + call(extra=OFFER)), times=4)


def assert_success(wire: Wire, times: int) -> None:
    for _ in range(times):
        assert "SUCCESS" == wire.reply().code
