"""Payments and notifications as JSON: complete, and without card numbers."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from mock_alipay.apis.payments import buyer
from mock_alipay.apis.payments.model import Payment, State
from mock_alipay.apis.payments.records import Money, Order, Session, Transaction
from mock_alipay.contracts.names import Act
from mock_alipay.journal.notifications import Attempt, Notification
from mock_alipay.web.admin.payment_views import (
    notification_summary,
    notification_view,
    payment_summary,
    payment_view,
    whole_notification_view,
)
from tests.apis.payments.orders import ENVIRONMENT
from tests.calls import NOW

CARD, MASKED = "4111111111111111", "411111******1111"
HOUR = timedelta(hours=1)

OPEN = Payment(
    client_id="A",
    payment_request_id="p",
    version=1,
    request=b'{"paymentRequestId": "p"}',
    created=NOW,
    order=Order(Money("SGD", 100), "CARD"),
    closes=NOW + HOUR,
    session=Session("s", "data", NOW, NOW + HOUR, "2026-11-22T02:07:10Z"),
    scenario="success",
)
PAID = OPEN._replace(state="SUCCESS", payment_id="2026", begun=NOW + HOUR, paid=NOW + 2 * HOUR, code="SUCCESS")
PENDING = Notification(
    id="7",
    client_id="A",
    family="payments",
    name="notifyPayment",
    id_field="paymentRequestId",
    request_id="p",
    created=NOW,
    url="http://127.0.0.1:1/n",
    body=b'{"notifyType": "PAYMENT_RESULT"}',
    due=NOW + HOUR,
    scenario="success",
)
HEADERS = {"client-id": "A", "request-time": "2026-11-22T01:07:10Z", "signature": "x"}
FAILED = Attempt(NOW, 500, b"out of tea", "the HTTP status was 500, expected 200", 0.0123456)


def pick(view: dict[str, Any], names: str) -> list[Any]:
    """Some values of a view."""
    return [view[name] for name in names.split()]


def test_an_open_session() -> None:
    """What has not happened yet is null or empty; the summary lacks the request."""
    view = payment_summary(OPEN)
    assert ["p", "A", "OPEN", "success"] == pick(view, "paymentRequestId clientId state scenario")
    assert ["OPEN", "s", "CARD"] == pick(view, "sessionStatus paymentSessionId paymentMethodType")
    times = ["2026-11-22T09:07:10+08:00", "2026-11-22T02:07:10Z", "2026-11-22T02:07:10.000+00:00"]
    assert times == pick(view, "created paymentSessionExpiryTime next")
    assert {"currency": "SGD", "value": "100"} == view["paymentAmount"]
    nothing = pick(view, "paymentId paymentStatus paymentResultCode paymentCreateTime paymentTime cancelTime")
    assert ([None] * 6, [], []) == (nothing, view["transactions"], view["buyer"])
    whole = payment_view(OPEN, ENVIRONMENT)
    assert {**view, "request": {"paymentRequestId": "p"}} == {name: whole[name] for name in (*view, "request")}


def test_what_the_buyer_did_and_can_do() -> None:
    """With the results and times of the acts, and the address of the page; it has the public URL if there is one."""
    changed = buyer.act(OPEN, Act("challenge"), NOW, ENVIRONMENT)
    view = payment_view(buyer.act(changed, Act("pending"), NOW + HOUR, ENVIRONMENT), ENVIRONMENT)
    assert [("challenge", None, "09"), ("pending", "PAYMENT_IN_PROCESS", "10")] == [
        (act["action"], act["resultCode"], act["time"][11:13]) for act in view["history"]
    ]
    assert (["pay", "decline", "leave"], "/checkout/s") == (view["possible"], view["checkoutUrl"])
    public = payment_view(OPEN, ENVIRONMENT._replace(public_url="https://pay.example"))
    assert "https://pay.example/checkout/s" == public["checkoutUrl"]


@pytest.mark.parametrize(
    ("state", "session", "status", "acts"),
    [
        ("EXPIRED", "EXPIRED", "FAIL", 0),
        ("PENDING", "CLOSED", "PENDING", 1),
        ("AUTHORIZED", "CLOSED", "SUCCESS", 0),
        ("CANCELLED", "CLOSED", "CANCELLED", 0),
    ],
)
def test_a_payment_by_state(state: State, session: str, status: str, acts: int) -> None:
    """paymentStatus is as in inquiryPayment; acts of the buyer that are no longer possible are left out."""
    changed = PAID._replace(state=state, buyer=(Act("pay", HOUR),), acts=NOW + HOUR, cancelled=NOW)
    view = payment_view(changed, ENVIRONMENT)
    assert (session, status, acts) == (view["sessionStatus"], view["paymentStatus"], len(view["buyer"]))
    times = ["2026-11-22T10:07:10+08:00", "2026-11-22T11:07:10+08:00", "2026-11-22T09:07:10+08:00"]
    assert times == pick(view, "paymentCreateTime paymentTime cancelTime")
    assert ["2026", "SUCCESS"] == pick(view, "paymentId paymentResultCode")
    without = payment_view(changed._replace(session=None), ENVIRONMENT)
    assert {None} == {without[name] for name in without if "ession" in name}


def test_transactions_are_in_order() -> None:
    """The result of one that is in progress is not shown."""
    money = Money("SGD", 40)
    made = (
        Transaction("CAPTURE", "c", "c-id", money, NOW, done=NOW),
        Transaction("REFUND", "r1", "r1-id", money, NOW, "PROCESSING", settles=NOW + HOUR, code="PROCESS_FAIL"),
        Transaction("REFUND", "r2", "r2-id", money, NOW, "FAIL", code="MERCHANT_BALANCE_NOT_ENOUGH"),
    )
    amount = {"currency": "SGD", "value": "40"}
    assert [
        ("CAPTURE", "c", "c-id", amount, "SUCCESS", "SUCCESS", "2026-11-22T09:07:10+08:00"),
        ("REFUND", "r1", "r1-id", amount, "PROCESSING", None, None),
        ("REFUND", "r2", "r2-id", amount, "FAIL", "MERCHANT_BALANCE_NOT_ENOUGH", None),
    ] == [tuple(each.values()) for each in payment_view(PAID._replace(transactions=made), ENVIRONMENT)["transactions"]]


def test_a_pending_notification() -> None:
    """Before the first attempt it shows what will be sent, where to and when; the summary lacks the body."""
    view = notification_summary(PENDING)
    assert ["7", "notifyPayment", "A", "p"] == pick(view, "id notification clientId paymentRequestId")
    assert ["http://127.0.0.1:1/n", "PENDING", "success"] == pick(view, "url status scenario")
    assert ["2026-11-22T01:07:10.000+00:00", "2026-11-22T02:07:10.000+00:00"] == pick(view, "created nextAttempt")
    assert [None, None, None, 0, []] == pick(view, "problem fault waitsFor attemptCount attempts")
    assert {**view, "request": {"notifyType": "PAYMENT_RESULT"}} == notification_view(PENDING)
    held = PENDING._replace(waits_for="notifyCapture")
    for changed, waits_for in ((held, "notifyCapture"), (held._replace(status="DROPPED", due=None), None)):
        assert [waits_for, None] == pick(notification_view(changed), "waitsFor nextAttempt")


def test_attempts_show_what_was_sent_and_received() -> None:
    """And why it did not count as acknowledged."""
    lost = Attempt(NOW + HOUR, None, b"", "nobody listens", 0.0, by_hand=True)
    done = Attempt(NOW + HOUR, 200, b'{"\xff', None, 1.0, headers=HEADERS)
    shown = notification_view(PENDING._replace(attempts=(FAILED, lost, done)))["attempts"]
    early, late = "2026-11-22T01:07:10.000+00:00", "2026-11-22T02:07:10.000+00:00"
    assert [
        (early, {}, 500, "out of tea", False, FAILED.complaint, False, 12.346),
        (late, {}, None, "", False, "nobody listens", True, 0.0),
        (late, HEADERS, 200, '{"\ufffd', True, None, False, 1000.0),
    ] == [tuple(each.values()) for each in shown]


def test_many_attempts_are_shown_in_pages_of_twenty() -> None:
    """Without a number, the latest twenty."""
    many = PENDING._replace(attempts=tuple(FAILED._replace(http_status=number) for number in range(41)))
    for after, expected in ((None, range(21, 41)), (0, range(20)), (20, range(20, 40)), (40, range(40, 41)), (41, [])):
        view = whole_notification_view(many, after)
        assert (41, list(expected)) == (view["attemptCount"], [attempt["httpStatus"] for attempt in view["attempts"]])


def test_the_signed_text_is_that_of_the_latest_attempt() -> None:
    """With secrets masked; null when nothing was sent."""
    sent = FAILED._replace(headers=HEADERS)
    secret = PENDING._replace(url=f"http://shop/a b?card={CARD}", body=b'{"c\\u0076v":"737"}', attempts=(sent,))
    for notification, expected in (
        (PENDING._replace(attempts=(FAILED,)), None),
        (PENDING._replace(url=None, attempts=(sent,)), None),
        (PENDING._replace(attempts=(FAILED, sent)), 'POST /n\nA.2026-11-22T01:07:10Z.{"notifyType": "PAYMENT_RESULT"}'),
        (secret, f'POST /a%20b?card={MASKED}\nA.2026-11-22T01:07:10Z.{{"cvv":"***"}}'),
    ):
        assert {**notification_view(notification), "signed": expected} == whole_notification_view(notification)


def test_card_numbers_are_masked() -> None:
    """Wherever they are in a notification, and in a payment's request."""
    card = json.dumps({"deep": [{"cardNo": CARD, "text": f"a {CARD}"}]}).encode()
    attempt = FAILED._replace(answer=CARD.encode(), complaint=f"resultCode was '{CARD}'")
    notification = PENDING._replace(
        body=card, url=f"http://shop/{CARD}", problem=f"nothing at {CARD}", attempts=(attempt,)
    )
    for view, count in (
        (notification_view(notification), 6),
        (payment_view(OPEN._replace(request=card), ENVIRONMENT), 2),
    ):
        assert (0, count) == (str(view).count(CARD), str(view).count(MASKED))
