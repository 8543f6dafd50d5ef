"""``Mock.webhooks``: a shop's side of webhooks."""

from __future__ import annotations

import asyncio
import http.client
import json
import threading
from collections.abc import Iterator
from contextlib import closing
from typing import Any
from urllib.parse import urlsplit

import pytest

from mock_alipay import serve
from mock_alipay.client import Mock, Webhooks
from mock_alipay.client.in_process import forward_to
from mock_alipay.errors import UsageError, WaitTimeout
from tests.client.conftest import Create

ACKNOWLEDGED = b'{"result":{"resultCode":"SUCCESS","resultStatus":"S","resultMessage":"success"}}'


@pytest.fixture
def receiving(mock: Mock) -> Iterator[Webhooks]:
    """The webhooks of the test's client id."""
    yield mock.webhooks
    mock.webhooks.close()


def test_webhooks_arrive_with_their_headers_and_body(mock: Mock, receiving: Webhooks, create: Create) -> None:
    """``wait`` returns the newest that matches; without a check the signature is not checked."""
    mock.payment(create(paymentNotifyUrl=receiving.url)).pay()
    webhook = receiving.wait(notify_type="PAYMENT_RESULT")
    assert ("p", "/notify", "not checked") == (webhook.payment_request_id, webhook.path, webhook.signature)
    assert mock.client_id == webhook.headers["client-id"]
    assert [webhook] == receiving()
    assert webhook == receiving.wait(payment_request_id="p")


def test_answers_are_used_in_their_order(mock: Mock, receiving: Webhooks, create: Create) -> None:
    """Refused twice, then accepted; a reset connection is no answer."""
    receiving.answer("refuse", "refuse")
    mock.payment(create(paymentNotifyUrl=receiving.url)).pay(wait=True)
    mock.clock.advance("2m")
    mock.clock.advance("10m")
    (notification,) = mock.notifications()
    assert ("ACCEPTED", [500, 500, 200]) == (notification.status, [each.http_status for each in notification.attempts])
    receiving.answer("reset")
    reset = mock.notifications.resend(notification.id)
    assert (None, 4) == (reset.attempts[-1].http_status, len(receiving()))


def test_a_slow_answer_comes_late(mock: Mock, receiving: Webhooks, create: Create) -> None:
    """After the given seconds."""
    receiving.answer("accept", after=0.2)
    mock.payment(create(paymentNotifyUrl=receiving.url)).pay(wait=True)
    assert mock.notifications()[0].attempts[0].took_ms >= 200


@pytest.mark.parametrize(
    ("answer", "after", "message"),
    [
        ("refused", 0, "answer: expected accept, refuse, reset, got 'refused'"),
        ("refuse", -1, "answer: after: expected seconds from 0 to 3600, got -1"),
        ("refuse", float("nan"), "got nan"),
        ("refuse", "2s", "got '2s'"),
    ],
)
def test_an_unknown_answer_is_refused(answer: Any, after: Any, message: str) -> None:
    """At once, not when a webhook arrives."""
    with pytest.raises(UsageError, match=message):
        Webhooks().answer("refuse", answer, after=after)


def test_a_wait_that_times_out_says_what_arrived(mock: Mock, receiving: Webhooks, create: Create) -> None:
    """With the filters, the number and the webhooks."""
    mock.payment(create(paymentNotifyUrl=receiving.url)).pay(wait=True)
    message = r"expected 2 webhooks \(notifyType=REFUND_RESULT\) within 0 s, got 0; arrived: PAYMENT_RESULT of p"
    with pytest.raises(WaitTimeout, match=message):
        receiving.wait(notify_type="REFUND_RESULT", count=2, timeout=0)
    receiving.receive("/notify", {}, b'{"notifyType": "CAPTURE_RESULT"}')
    receiving.receive("/notify", {}, b"garbage")
    with pytest.raises(WaitTimeout, match=r"of p, CAPTURE_RESULT, a body without notifyType$"):
        receiving.wait(notify_type="REFUND_RESULT", timeout=0)
    receiving.clear()
    with pytest.raises(WaitTimeout, match=r"\(any\) .* arrived: none"):
        receiving.wait(timeout=0)


def test_signatures_are_checked_by_serve() -> None:
    """Valid, damaged and missing ones are told apart; each Mock has a receiver of its own, closed with it."""
    with serve() as mock:
        shop, body = mock.for_client("SANDBOX_MOCK_MERCHANT"), {"notifyType": "PAYMENT_RESULT"}
        for fault in (None, "bad-signature", "no-signature"):
            shop.notifications.send("notifyPayment", body=body, url=shop.webhooks.url, fault=fault, wait=True)
        assert ["valid", "invalid", "none"] == [webhook.signature.partition(":")[0] for webhook in shop.webhooks()]
        shop.webhooks.close()
        assert mock.webhooks.url != shop.webhooks.url
        shop.webhooks.close()
    assert "mock-alipay-webhooks" not in {thread.name for thread in threading.enumerate() if thread.is_alive()}


@pytest.mark.parametrize(
    ("method", "headers", "status", "reason"),
    [
        ("GET", {}, 405, b"expected the POST of a notification\n"),
        ("POST", {"transfer-encoding": "chunked"}, 411, b"expected a content-length\n"),
        ("POST", {"content-length": "1e3"}, 411, b"expected a content-length\n"),
        ("POST", {"content-length": "9999999"}, 413, b"expected at most 1048576 bytes\n"),
    ],
    ids=["GET", "chunked", "no number", "large"],
)
def test_other_requests_are_refused(
    receiving: Webhooks, method: str, headers: dict[str, str], status: int, reason: bytes
) -> None:
    """With what was expected; they are no webhooks."""
    with connected(receiving) as connection:
        connection.putrequest(method, "/notify")
        for name, value in headers.items():
            connection.putheader(name, value)
        connection.endheaders()
        response = connection.getresponse()
        assert (status, reason, []) == (response.status, response.read(), receiving())


@pytest.mark.parametrize("body", [b"[" * 100_000, b'{"notifyType": ["4111111111111111"]}', b"[1", b""])
def test_bodies_that_are_no_notification_arrive(receiving: Webhooks, body: bytes) -> None:
    """They are acknowledged and kept as bytes; an error about them shows nothing of them."""
    with connected(receiving) as connection:
        connection.request("POST", "/notify", body)
        assert 200 == connection.getresponse().status
    (webhook,) = receiving()
    assert (body, None, None) == (webhook.raw, webhook.notify_type, webhook.payment_request_id)
    with pytest.raises(WaitTimeout, match=r"arrived: a body without notifyType$"):
        receiving.wait(notify_type="PAYMENT_RESULT", timeout=0)


def test_a_client_that_goes_away_sends_no_webhook(receiving: Webhooks, caplog: pytest.LogCaptureFixture) -> None:
    """In the middle of its body; the next one arrives."""
    with connected(receiving) as connection:
        connection.putrequest("POST", "/notify")
        connection.putheader("content-length", "100")
        connection.endheaders(b"{")
    with connected(receiving) as connection:
        connection.request("POST", "/notify", b"{}")
        assert 200 == connection.getresponse().status
    assert ([b"{}"], []) == ([webhook.raw for webhook in receiving()], caplog.messages)


def test_an_error_masks_card_numbers(receiving: Webhooks) -> None:
    """In ids of webhooks that arrived."""
    receiving.receive("/notify", {}, b'{"notifyType": "PAYMENT_RESULT", "paymentRequestId": "4111111111111111"}')
    with pytest.raises(WaitTimeout, match=r"arrived: PAYMENT_RESULT of 411111\*+1111$"):
        receiving.wait(count=2, timeout=0)


def connected(webhooks: Webhooks) -> closing[http.client.HTTPConnection]:
    """A connection to the receiver."""
    return closing(http.client.HTTPConnection(urlsplit(webhooks.url).netloc, timeout=60))


async def asgi_shop(scope: Any, receive: Any, send: Any) -> None:
    """Acknowledges webhooks to one path, in several messages."""
    message = await receive()
    ok = scope["path"] == "/antom/webhook" and json.loads(message["body"])["notifyType"] == "PAYMENT_RESULT"
    await send({"type": "http.response.start", "status": 200 if ok else 404, "headers": []})
    await send({"type": "http.response.body", "body": ACKNOWLEDGED[:10], "more_body": True})
    await send({"type": "http.response.body", "body": ACKNOWLEDGED[10:]})


class AsgiShop:
    """The same as an object, such as that of FastAPI."""

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        await asgi_shop(scope, receive, send)


def wsgi_shop(environ: dict[str, Any], start_response: Any) -> list[bytes]:
    """Acknowledges webhooks to one path."""
    body = json.loads(environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"])))
    ok = environ["PATH_INFO"] == "/antom/webhook" and body["notifyType"] == "PAYMENT_RESULT"
    assert environ["HTTP_SIGNATURE"]
    start_response("200 OK" if ok else "404 Not Found", [])
    return [ACKNOWLEDGED]


@pytest.mark.parametrize("app", [asgi_shop, AsgiShop(), wsgi_shop], ids=["function", "object", "WSGI"])
def test_webhooks_are_delivered_to_an_app_in_this_process(mock: Mock, create: Create, app: Any) -> None:
    """With its responses; after the block they are acknowledged again."""
    with mock.deliver_to(app) as url:
        for name, path in (("paid", "/antom/webhook"), ("lost", "/elsewhere")):
            mock.payment(create(name, paymentNotifyUrl=url.replace("/notify", path))).pay(wait=True)
    lost, paid = mock.notifications()
    assert (404, 200) == (lost.attempts[0].http_status, paid.attempts[0].http_status)
    assert "ACCEPTED" == mock.notifications.resend(lost.id).status
    assert ["/antom/webhook", "/elsewhere", "/elsewhere"] == [webhook.path for webhook in mock.webhooks()]
    mock.webhooks.close()


async def asgi_echo(scope: Any, receive: Any, send: Any) -> None:
    """Replies with the path and the query string."""
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": f"{scope['path']} {scope['query_string'].decode()}".encode()})


def wsgi_echo(environ: dict[str, Any], start_response: Any) -> list[bytes]:
    """Replies with the path and the query string."""
    start_response("200 OK", [])
    return [f"{environ['PATH_INFO']} {environ['QUERY_STRING']}".encode("latin-1")]


@pytest.mark.parametrize("app", [asgi_echo, wsgi_echo])
def test_an_app_gets_the_decoded_path(app: Any) -> None:
    """Percent-encoded characters of the path are decoded, those of the query string are not."""
    assert (200, "/käufer/a b x=%20".encode()) == forward_to(app)("/k%C3%A4ufer/a%20b?x=%20", {}, b"")


def test_an_app_that_listens_for_a_disconnect_is_not_disconnected() -> None:
    """The disconnect follows the response; Django and streaming responses listen for it while they work."""

    async def listening(scope: Any, receive: Any, send: Any) -> None:
        await receive()
        disconnect = asyncio.create_task(receive())
        await asyncio.sleep(0)
        assert not disconnect.done()
        await send({"type": "http.response.start", "status": 202, "headers": []})
        await send({"type": "http.response.body"})
        assert {"type": "http.disconnect"} == await disconnect

    assert (202, b"") == forward_to(listening)("/notify", {}, b"")


def test_an_asgi_app_without_a_response_is_an_error() -> None:
    """Instead of a status that the app has not sent."""

    async def silent(scope: Any, receive: Any, send: Any) -> None:
        await receive()

    with pytest.raises(RuntimeError, match="the ASGI app sent no response"):
        forward_to(silent)("/notify", {}, b"")


def test_an_app_that_fails_is_a_refusal(mock: Mock, create: Create, caplog: pytest.LogCaptureFixture) -> None:
    """Its error is logged."""

    def broken(environ: Any, start_response: Any) -> list[bytes]:
        raise ZeroDivisionError("a bug in the shop")

    with mock.deliver_to(broken) as url:
        mock.payment(create(paymentNotifyUrl=url)).pay(wait=True)
    assert 500 == mock.notifications()[0].attempts[0].http_status
    assert "a bug in the shop" in caplog.text
    mock.webhooks.close()


@pytest.mark.parametrize("app", [7, lambda: None, lambda a, b, c, d: None], ids=["number", "none", "four"])
def test_anything_else_is_no_app(mock: Mock, app: Any) -> None:
    """The error says what was expected."""
    with pytest.raises(TypeError, match="expected an ASGI"), mock.deliver_to(app):
        pass
