"""Paths, methods and media types that the gateway reads, and what it says of others."""

from __future__ import annotations

import pytest

from mock_alipay.errors import NoSuchPath, Refusal
from mock_alipay.gateway.routing import Router
from tests.calls import plain_call

PATH = "/ams/api/v1/payments/createPaymentSession"
SANDBOX_PATH = "/ams/sandbox/api/v1/payments/createPaymentSession"
FINDER = Router(["payments/createPaymentSession", "payments/inquiryPayment"])


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        (PATH, "payments/createPaymentSession"),
        (SANDBOX_PATH, "payments/createPaymentSession"),
        (PATH + "?a=b", "payments/createPaymentSession"),
        (PATH + "?", "payments/createPaymentSession"),
        ("/ams/api/v1/payments/inquiryPayment", "payments/inquiryPayment"),
        ("/ams/api/v1/payments/create%50aymentSession", "payments/createPaymentSession"),
    ],
)
def test_an_endpoint_is_found(target: str, expected: str) -> None:
    """In production and in sandbox, with a query or without; nothing is odd about it."""
    assert (expected, None) == FINDER.find(plain_call(target=target))


@pytest.mark.parametrize(
    "target", ["/" + PATH, "//" + SANDBOX_PATH, PATH.replace("/v1/", "/v1//"), PATH.replace("/", "//")]
)
def test_double_slashes_are_borne_and_told(target: str) -> None:
    """A gateway URL that ends with a slash makes them."""
    name, hint = FINDER.find(plain_call(target=target))
    assert name == "payments/createPaymentSession"
    assert "double slashes" in str(hint)


def refused(target: str = PATH, method: str = "POST", **headers: str) -> tuple[str, str]:
    """Code and message of the refusal; the headers' underlines become dashes."""
    call = plain_call(target=target, method=method, headers={k.replace("_", "-"): v for k, v in headers.items()})
    with pytest.raises(Refusal) as caught:
        FINDER.find(call)
    return caught.value.code, str(caught.value.message)


@pytest.mark.parametrize(
    ("target", "meant"),
    [
        ("/ams/api/v1/payments/createPaymentSesion", "createPaymentSession"),
        ("/ams/api/v1/payments/CREATEPAYMENTSESSION", "createPaymentSession"),
        ("/ams/api/v1/payments/createPaymentSession/", "createPaymentSession"),
        ("/ams/api/v1/createPaymentSession", "createPaymentSession"),
        ("/ams/sandbox/api/v2/payments/inquirePayment", "sandbox/inquiryPayment"),
        ("/ams/sandbox/api/v1/payments/createPaymentSession/", "sandbox/createPaymentSession"),
        ("/ams/api/v1/payments/createPaymentSession%3Fa=b", "createPaymentSession"),
        ("/ams/api/v1/payments/zzz", None),
        ("/ams/api/v1/payments/", None),
        ("/ams/", None),
    ],
)
def test_an_unknown_api_is_refused_with_the_one_that_was_meant(target: str, meant: str | None) -> None:
    """NO_INTERFACE_DEF, and the whole path to use when a name is near: in the sandbox if the call was."""
    code, message = refused(target)
    assert code == "NO_INTERFACE_DEF"
    if meant:
        sandbox, _, name = meant.rpartition("/")
        assert f"did you mean /ams/{sandbox and 'sandbox/'}api/v1/payments/{name}?" in message
    else:
        assert "did you mean" not in message


@pytest.mark.parametrize(
    ("target", "api"),
    [
        ("/ams/api/v1/subscriptions/create", "subscriptions/create"),
        ("/ams/sandbox/api/v1/risk/payments/decide", "risk/payments/decide"),
        ("/ams/api//v1/payments/retrievePaymentSession", "payments/retrievePaymentSession"),
        ("/ams/api/v1/payments/retrievePaymentSesion", "payments/retrievePaymentSession"),
    ],
)
def test_an_api_that_is_not_implemented_is_refused_as_such(target: str, api: str) -> None:
    """NO_INTERFACE_DEF names the API and the implemented ones, and suggests no other."""
    expected = f"mock-alipay does not implement {api}; it implements createPaymentSession, inquiryPayment"
    assert ("NO_INTERFACE_DEF", expected) == refused(target)


@pytest.mark.parametrize("target", ["/mock" + PATH, "/a/b" + SANDBOX_PATH])
def test_a_path_before_the_apis_own_is_named_as_the_mistake(target: str) -> None:
    """The gateway URL must not have one."""
    code, message = refused(target)
    assert code == "NO_INTERFACE_DEF"
    assert "the gateway URL must not have a path of its own" in message


@pytest.mark.parametrize("target", ["/", "", "/favicon.ico", "/amsx/api", "/AMS/api/v1/payments/pay", "*"])
def test_a_path_that_is_no_ams_path_is_misuse(target: str) -> None:
    """Plain HTTP 404 that says what there is."""
    with pytest.raises(NoSuchPath) as caught:
        FINDER.find(plain_call(target=target))
    assert "/ams/api/v1/payments/createPaymentSession" in caught.value.detail
    assert {"endpoints": ["payments/createPaymentSession", "payments/inquiryPayment"]} == caught.value.extra


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "HEAD", "OPTIONS", "post"])
def test_other_methods_are_refused(method: str) -> None:
    """Every API is a POST; an unknown path comes first."""
    code, message = refused(method=method)
    assert code == "METHOD_NOT_SUPPORTED"
    assert f"{method} is not supported" in message
    assert refused("/ams/x", method)[0] == "NO_INTERFACE_DEF"


@pytest.mark.parametrize("target", [PATH, SANDBOX_PATH, "/ams/api/v1/payments/nothing"])
def test_a_cors_preflight_is_told_that_browsers_cannot_call(target: str) -> None:
    """Where the call belongs instead, whatever the page and the path."""
    origins = ("http://localhost:3000", "http://" + "x" * 300, "")
    for origin in origins:
        code, message = refused(target, "OPTIONS", origin=origin, access_control_request_method="POST")
        assert code == "METHOD_NOT_SUPPORTED"
        assert "browsers cannot call the gateway API" in message
        assert "the call belongs in the shop's backend" in message
        assert (origin[:59] in message, len(message) <= 256) == (True, True)


@pytest.mark.parametrize(
    "content_type",
    [
        "",
        "application/json",
        "application/json; charset=UTF-8",
        "application/json;charset=utf-8",
        "Application/JSON; Charset=Utf-8",
        'application/json; charset="utf-8"',
        "application/json; charset=utf8",
        "application/json; charset=us-ascii",
        "application/json; charset=utf-8; profile=x",
        "application/json; profile=x",
        "application/json; charset=UTF-8, application/json",
    ],
)
def test_json_in_utf_8_is_read(content_type: str) -> None:
    """In all spellings, also said twice as the Go SDK does, or not said."""
    headers = {"content-type": content_type} if content_type else {}
    assert ("payments/createPaymentSession", None) == FINDER.find(plain_call(headers=headers, target=PATH))


@pytest.mark.parametrize(
    ("content_type", "words"),
    [
        ("text/plain", "expected application/json, got text/plain"),
        ("application/x-www-form-urlencoded", "got application/x-www-form-urlencoded"),
        ("application/json5", "got application/json5"),
        ("application/json; charset=GBK", "expected charset UTF-8, got gbk"),
        ("application/json; charset=iso-8859-1", "got iso-8859-1"),
        ("application/json, text/plain", "got text/plain"),
        ("x" * 1000, "…"),
    ],
)
def test_other_media_types_are_refused(content_type: str, words: str) -> None:
    """With what was expected and found, cut short."""
    code, message = refused(content_type=content_type)
    assert code == "MEDIA_TYPE_NOT_ACCEPTABLE"
    assert words in message
    assert len(message) < 150


@pytest.mark.parametrize("encoding", ["identity", "Identity", ""])
def test_a_plain_body_may_say_so(encoding: str) -> None:
    """``identity`` is no encoding."""
    assert FINDER.find(plain_call(headers={"content-encoding": encoding}))[0] == "payments/createPaymentSession"


@pytest.mark.parametrize("encoding", ["gzip", "br", "gzip, identity"])
def test_an_encoded_body_is_refused(encoding: str) -> None:
    """The gateway reads bytes as they were signed."""
    code, message = refused(content_encoding=encoding)
    assert code == "MEDIA_TYPE_NOT_ACCEPTABLE"
    assert f"Content-Encoding: expected none, got {encoding}" in message
