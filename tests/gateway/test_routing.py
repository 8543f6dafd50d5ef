"""Paths, methods and media types that the gateway accepts, and the refusals of others."""

from __future__ import annotations

import pytest

from mock_alipay.errors import NoSuchPath, Refusal
from mock_alipay.gateway.routing import Router
from tests.calls import plain_call
from tests.live import PATH, SANDBOX_PATH

ROUTER = Router(["payments/createPaymentSession", "payments/inquiryPayment"])
INQUIRY = "/ams/api/v1/payments/inquiryPayment"


def refused(target: str = PATH, method: str = "POST", **headers: str) -> tuple[str, str]:
    """Code and message of the refusal; underscores in header names stand for hyphens."""
    call = plain_call(target=target, method=method, headers={k.replace("_", "-"): v for k, v in headers.items()})
    with pytest.raises(Refusal) as caught:
        ROUTER.find(call)
    return caught.value.code, str(caught.value.message)


@pytest.mark.parametrize(
    ("target", "name", "slashes"),
    [
        (PATH, "createPaymentSession", False),
        (SANDBOX_PATH + "?a=b", "createPaymentSession", False),
        (INQUIRY + "?", "inquiryPayment", False),
        ("/ams/api/v1/payments/create%50aymentSession", "createPaymentSession", False),
        ("//" + SANDBOX_PATH, "createPaymentSession", True),
        (PATH.replace("/", "//"), "createPaymentSession", True),
    ],
)
def test_an_endpoint_is_found(target: str, name: str, slashes: bool) -> None:
    """In production and sandbox, with a query or escapes; double slashes get a hint."""
    found, hint = ROUTER.find(plain_call(target=target))
    assert (f"payments/{name}", slashes) == (found, "double slashes" in str(hint))


@pytest.mark.parametrize(
    ("target", "token"),
    [
        ("/ams/api/v1/payments/createPaymentSesion", f"did you mean {PATH}?"),
        ("/ams/api/v1/payments/CREATEPAYMENTSESSION", f"did you mean {PATH}?"),
        ("/ams/api/v1/createPaymentSession", f"did you mean {PATH}?"),
        ("/ams/sandbox/api/v2/payments/inquirePayment", "did you mean /ams/sandbox/api/v1/payments/inquiryPayment?"),
        (f"{SANDBOX_PATH}/", f"did you mean {SANDBOX_PATH}?"),
        (f"{PATH}%3Fa=b", f"did you mean {PATH}?"),
        ("/ams/api/v1/subscriptions/create", "does not implement subscriptions/create; it implements createPayment"),
        ("/ams/sandbox/api/v1/risk/payments/decide", "does not implement risk/payments/decide"),
        ("/ams/api//v1/payments/retrievePaymentSession", "does not implement payments/retrievePaymentSession"),
        ("/ams/api/v1/payments/retrievePaymentSesion", "does not implement payments/retrievePaymentSession"),
        ("/a/b" + SANDBOX_PATH, "must not have a path of its own"),
    ],
)
def test_an_unknown_api_is_refused_with_the_likely_mistake(target: str, token: str) -> None:
    """A misspelt name, an API that is not implemented, or a path in the gateway URL."""
    code, message = refused(target)
    assert ("NO_INTERFACE_DEF", True) == (code, token in message)


@pytest.mark.parametrize("target", ["/ams/api/v1/payments/zzz", "/ams/api/v1/payments/", "/ams/"])
def test_an_api_without_a_similar_name_gets_no_suggestion(target: str) -> None:
    """The refusal quotes the path only."""
    assert ("NO_INTERFACE_DEF", f"no API at {target}") == refused(target)


@pytest.mark.parametrize("target", ["/", "", "/amsx/api", "/AMS/api/v1/payments/pay", "*"])
def test_a_path_outside_the_api_is_not_found(target: str) -> None:
    """The error lists the endpoints."""
    with pytest.raises(NoSuchPath) as caught:
        ROUTER.find(plain_call(target=target))
    assert {"endpoints": ["payments/createPaymentSession", "payments/inquiryPayment"]} == caught.value.extra


@pytest.mark.parametrize("method", ["GET", "OPTIONS", "post"])
def test_other_methods_are_refused(method: str) -> None:
    """An unknown path comes first."""
    code, message = refused(method=method)
    assert ("METHOD_NOT_SUPPORTED", True) == (code, f"{method} is not supported" in message)
    assert "NO_INTERFACE_DEF" == refused("/ams/x", method)[0]


@pytest.mark.parametrize("origin", ["http://localhost:3000", "http://" + "x" * 300, ""])
def test_a_cors_preflight_is_refused(origin: str) -> None:
    """On any path; the message, cut to a limit, says that the call belongs in the backend."""
    for target in (SANDBOX_PATH, "/ams/api/v1/payments/nothing"):
        code, message = refused(target, "OPTIONS", origin=origin, access_control_request_method="POST")
        assert ("METHOD_NOT_SUPPORTED", True) == (code, "belongs in the shop's backend" in message)
        assert (True, True) == (origin[:59] in message, len(message) <= 256)


@pytest.mark.parametrize(
    "content_type",
    [
        "",
        "application/json",
        "Application/JSON; Charset=Utf-8",
        'application/json;charset="utf-8"',
        "application/json; charset=utf8",
        "application/json; charset=us-ascii; profile=x",
        "application/json; charset=UTF-8, application/json",
    ],
)
def test_json_in_utf_8_is_accepted(content_type: str) -> None:
    """In any spelling, twice as the Go SDK sends it, or without a Content-Type; identity is no encoding."""
    headers = {"content-type": content_type, "content-encoding": "Identity"}
    assert "payments/createPaymentSession" == ROUTER.find(plain_call(headers=headers))[0]


@pytest.mark.parametrize(
    ("headers", "token"),
    [
        ({"content_type": "text/plain"}, "expected application/json, got text/plain"),
        ({"content_type": "application/json5"}, "got application/json5"),
        ({"content_type": "application/json; charset=GBK"}, "expected charset UTF-8, got gbk"),
        ({"content_type": "application/json, text/plain"}, "got text/plain"),
        ({"content_type": "x" * 1000}, "…"),
        ({"content_encoding": "gzip"}, "Content-Encoding: expected none, got gzip"),
        ({"content_encoding": "gzip, identity"}, "got gzip, identity"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_other_media_types_are_refused(headers: dict[str, str], token: str) -> None:
    """The message quotes what was expected and found, shortened; the body is read as it was signed."""
    code, message = refused(**headers)
    assert ("MEDIA_TYPE_NOT_ACCEPTABLE", True, True) == (code, token in message, len(message) < 150)
    call = plain_call(headers={name.replace("_", "-"): value for name, value in headers.items()})
    assert Router(["payments/createPaymentSession"], any_media=True).find(call)
