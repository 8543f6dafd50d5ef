"""The journal's records: calls, replies and notifications."""

from __future__ import annotations

from typing import Any

import pytest

from mock_alipay.journal import calls, notifications
from mock_alipay.journal.exchange import Call, Reply
from mock_alipay.journal.faults import WireFault
from tests.calls import NOW, plain_call
from tests.journal.test_log_lines import ENTRY
from tests.webhooks.deliveries import notification


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("127.0.0.1:2088", "https://127.0.0.1:2088"),
        ("[::1]:2089", "https://[::1]:2089"),
        ("evil/path", ""),
        ("user@host", ""),
        ("a, b", ""),
        (None, ""),
    ],
)
def test_the_origin_is_the_host_that_the_client_used(host: str | None, expected: str) -> None:
    """It is empty without a valid Host header."""
    headers = {} if host is None else {"host": host}
    assert expected == Call(NOW, "POST", "/", "/", headers, b"", "https").origin


def test_headers_of_a_reply() -> None:
    """Header lines are split at the first colon; the client id is empty without its header."""
    reply = Reply(200, b"client-id: A\r\nx: a: b\r\n", b"")
    assert [(b"client-id", b"A"), (b"x", b"a: b")] == reply.headers
    assert ("A", "") == (reply.client_id, Reply(200, b"", b"").client_id)


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        (None, 413),
        (WireFault("truncate"), 413),
        (WireFault("bad-signature"), 413),
        *((WireFault(kind), None) for kind in ("reset", "empty", "garbage", "hang")),
        (WireFault("status", 502), 502),
    ],
)
def test_the_http_status_is_what_the_client_received(fault: WireFault | None, expected: int | None) -> None:
    """It is the reply's, the injected fault's, or None if the fault suppresses the reply."""
    assert expected == ENTRY._replace(reply=Reply(413, b"", b"{}", fault=fault)).http_status


def test_the_size_includes_all_texts() -> None:
    """Target, headers and bodies count, so that the journal's memory limit holds."""
    sizes = [
        ENTRY._replace(call=call, reply=Reply(200, b"", reply)).size
        for call, reply in (
            (plain_call(b"", target=""), b""),
            (plain_call(b"x" * 1000, {"x-long": "y" * 2000}, target="/" + "z" * 4000), b"x" * 500),
        )
    ]
    assert 0 < sizes[0] < 10_000
    assert 1000 + 500 + 2000 + 4000 <= sizes[1] - sizes[0] <= 1000 + 500 + 2 * (2000 + 4000) + 100


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({}, "12345"),
        ({"clientId": "SANDBOX_A"}, "1345"),
        ({"family": "payments", "endpoint": "createPaymentSession"}, "1234"),
        ({"paymentRequestId": "order-1"}, "1245"),
        ({"resultCode": "SUCCESS"}, "123"),
        ({"scenario": "success"}, "1234"),
        ({"clientId": "SANDBOX_A", "paymentRequestId": "order-1", "resultCode": "SUCCESS"}, "1"),
        ({"scenario": ""}, ""),
        ({"refundRequestId": "order-1"}, ""),
    ],
)
def test_calls_are_filtered(filters: dict[str, str], expected: str) -> None:
    """A call must match all filters; a missing value matches nothing."""
    changes: list[dict[str, Any]] = [{}, {"client_id": "B"}, {"request_id": "2"}, {"result_code": "NONE"}]
    changes.append({"family": None, "endpoint": None, "result_code": None, "scenario": None})
    records = [ENTRY._replace(**each) for each in changes]
    matches = calls.wanted(filters)
    assert expected == "".join(str(number) for number, each in enumerate(records, 1) if matches(each))


FAILED = notifications.Attempt(NOW, 500, b"busy", "the HTTP status was 500, expected 200", 0.1)


def test_notifications_are_filtered_by_every_field() -> None:
    """A notification must match all filters."""
    one = notification("1", client_id="B", request_id="p", status="DROPPED", scenario="tale")
    values = {"clientId": "B", "family": "payments", "notification": "notifyPayment", "paymentRequestId": "p"}
    values |= {"status": "DROPPED", "scenario": "tale"}
    assert {*notifications.FILTERS, one.id_field} == set(values)
    assert notifications.wanted(values)(one)
    assert [] == [name for name in values if notifications.wanted({**values, name: "x"})(one)]


@pytest.mark.parametrize(
    ("changes", "handled"),
    [({}, False), ({"attempts": (FAILED,)}, True), ({"status": "DROPPED"}, True), ({"status": "REFUSED"}, True)],
)
def test_a_notification_is_handled_after_its_first_attempt(changes: dict[str, Any], handled: bool) -> None:
    """The outcome does not matter; without any attempt to come it is handled as well."""
    assert handled == notification(**changes).handled


def test_only_notifications_of_one_payment_share_a_key() -> None:
    """Without a payment, or with another client id, a notification has its own key."""
    assert notification("1", request_id="p").key == notification("2", request_id="p").key
    assert notification("1", request_id=None).key != notification("2", request_id=None).key
    assert notification("1", client_id="A", request_id="p").key != notification("2", client_id="B", request_id="p").key


def test_the_size_of_a_notification_includes_body_url_and_responses() -> None:
    """Texts count, so that the memory limit of the journal holds."""
    small = notification(body=b"", url="", attempts=())
    large = small._replace(body=b"x" * 1000, url="u" * 200, attempts=(FAILED._replace(answer=b"y" * 4000),))
    assert 5200 <= large.size - small.size <= 7000
