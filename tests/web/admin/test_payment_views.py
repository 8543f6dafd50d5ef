"""Payments and notifications as they are shown: complete, and without card numbers."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

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
from tests.calls import NOW

CARD = "4111111111111111"
MASKED = "411111******1111"
HOUR = timedelta(hours=1)

OPEN = Payment(
    client_id="A",
    payment_request_id="p",
    version=1,
    request=b'{"paymentRequestId": "p", "paymentAmount": {"currency": "SGD", "value": "100"}}',
    created=NOW,
    order=Order(Money("SGD", 100), "CARD"),
    closes=NOW + HOUR,
    session=Session("s", "data", NOW, NOW + HOUR, "2026-11-22T02:07:10Z"),
    scenario="success",
)
PAID = OPEN._replace(
    state="SUCCESS", payment_id="2026", begun=NOW + HOUR, paid=NOW + 2 * HOUR, code="SUCCESS", details={"x": "y"}
)

WAITING = Notification(
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
REFUSED = Attempt(NOW, 500, b"out of tea", "the HTTP status was 500, expected 200", 0.0123456)


# --- payments ---------------------------------------------------------------------------------------------------------


def test_a_session() -> None:
    """A payment that nobody has paid shows its session and when that expires; what is to come is null or empty."""
    assert {
        "paymentRequestId": "p",
        "clientId": "A",
        "state": "OPEN",
        "scenario": "success",
        "created": "2026-11-22T09:07:10+08:00",
        "sessionStatus": "OPEN",
        "paymentSessionId": "s",
        "paymentSessionExpiryTime": "2026-11-22T02:07:10Z",
        "paymentAmount": {"currency": "SGD", "value": "100"},
        "paymentMethodType": "CARD",
        "paymentId": None,
        "paymentStatus": None,
        "paymentResultCode": None,
        "paymentCreateTime": None,
        "paymentTime": None,
        "cancelTime": None,
        "transactions": [],
        "buyer": [],
        "next": "2026-11-22T02:07:10.000+00:00",
        "request": {"paymentRequestId": "p", "paymentAmount": {"currency": "SGD", "value": "100"}},
    } == payment_view(OPEN)


def test_a_paid_one() -> None:
    """Times are those of replies, in the gateway's zone; nothing is to come any more."""
    found = payment_view(PAID)
    assert ("2026", "SUCCESS", "SUCCESS") == (found["paymentId"], found["paymentStatus"], found["paymentResultCode"])
    assert ["2026-11-22T10:07:10+08:00", "2026-11-22T11:07:10+08:00", None, None] == [
        found[name] for name in ("paymentCreateTime", "paymentTime", "cancelTime", "next")
    ]
    cancelled = payment_view(PAID._replace(state="CANCELLED", cancelled=NOW, code="ORDER_IS_CANCELED"))
    assert "2026-11-22T09:07:10+08:00" == cancelled["cancelTime"]


@pytest.mark.parametrize(
    ("state", "session", "status"),
    [
        ("EXPIRED", "EXPIRED", "FAIL"),
        ("PROCESSING", "CLOSED", "PROCESSING"),
        ("PENDING", "CLOSED", "PENDING"),
        ("AUTHORIZED", "CLOSED", "SUCCESS"),
        ("SUCCESS", "CLOSED", "SUCCESS"),
        ("FAIL", "CLOSED", "FAIL"),
        ("CANCELLED", "CLOSED", "CANCELLED"),
    ],
)
def test_states(state: State, session: str, status: str) -> None:
    """A session is closed once its buyer has acted; paymentStatus is in the words of inquiryPayment."""
    found = payment_view(PAID._replace(state=state))
    assert (state, session, status) == (found["state"], found["sessionStatus"], found["paymentStatus"])


def test_without_a_session() -> None:
    """A payment that the merchant began with pay has none."""
    found = payment_view(PAID._replace(session=None))
    assert [None, None, None] == [
        found[name] for name in ("sessionStatus", "paymentSessionId", "paymentSessionExpiryTime")
    ]


def test_transactions() -> None:
    """Captures and refunds in their order; one in process does not tell how it will end."""
    money = Money("SGD", 40)
    made = (
        Transaction("CAPTURE", "c", "c-id", money, NOW, done=NOW),
        Transaction("REFUND", "r1", "r1-id", money, NOW, "PROCESSING", settles=NOW + HOUR, code="PROCESS_FAIL"),
        Transaction("REFUND", "r2", "r2-id", money, NOW, "FAIL", code="MERCHANT_BALANCE_NOT_ENOUGH"),
    )
    found = payment_view(PAID._replace(transactions=made))
    amount = {"currency": "SGD", "value": "40"}
    assert [
        ("CAPTURE", "c", "c-id", amount, "SUCCESS", "SUCCESS", "2026-11-22T09:07:10+08:00"),
        ("REFUND", "r1", "r1-id", amount, "PROCESSING", None, None),
        ("REFUND", "r2", "r2-id", amount, "FAIL", "MERCHANT_BALANCE_NOT_ENOUGH", None),
    ] == [tuple(one.values()) for one in found["transactions"]]
    assert "2026-11-22T02:07:10.000+00:00" == found["next"]


def test_a_scripted_buyer() -> None:
    """What the buyer is still to do, and when that is."""
    buyer = (Act("challenge", timedelta(seconds=90)), Act("decline", HOUR, "DO_NOT_HONOR"))
    found = payment_view(OPEN._replace(buyer=buyer, acts=NOW + timedelta(seconds=90)))
    assert [("challenge", "PT1M30S"), ("decline", "PT1H")] == [(act["action"], act["after"]) for act in found["buyer"]]
    assert "2026-11-22T01:08:40.000+00:00" == found["next"]


@pytest.mark.parametrize(
    ("state", "count"),
    [("OPEN", 1), ("PROCESSING", 1), ("PENDING", 1), ("AUTHORIZED", 0), ("SUCCESS", 0), ("FAIL", 0), ("CANCELLED", 0)],
)
def test_a_scripted_buyer_who_comes_too_late(state: State, count: int) -> None:
    """What the buyer can no longer do is not to come."""
    found = payment_view(PAID._replace(state=state, buyer=(Act("pay", HOUR),), acts=NOW + HOUR))
    assert count == len(found["buyer"])


def test_cards_of_a_payment() -> None:
    """No card number is shown, in the request or in what is told of it."""
    request = {"paymentAmount": {"cardNo": CARD}, "paymentMethod": {"paymentMethodMetaData": {"cardNo": CARD}}}
    found = payment_view(OPEN._replace(request=json.dumps(request).encode()))
    assert CARD not in str(found)
    assert MASKED == found["request"]["paymentMethod"]["paymentMethodMetaData"]["cardNo"]
    assert {"currency": "SGD", "value": "100"} == found["paymentAmount"]


# --- notifications ----------------------------------------------------------------------------------------------------


def test_before_the_first_attempt() -> None:
    """A notification shows what will be sent, where to and when."""
    assert {
        "id": "7",
        "notification": "notifyPayment",
        "clientId": "A",
        "paymentRequestId": "p",
        "created": "2026-11-22T01:07:10.000+00:00",
        "url": "http://127.0.0.1:1/n",
        "status": "PENDING",
        "problem": None,
        "scenario": "success",
        "fault": None,
        "waitsFor": None,
        "nextAttempt": "2026-11-22T02:07:10.000+00:00",
        "attemptCount": 0,
        "attempts": [],
        "request": {"notifyType": "PAYMENT_RESULT"},
    } == notification_view(WAITING)


def test_attempts() -> None:
    """Each tells when it was, what was sent and answered, whether that acknowledged it and if not why not."""
    lost = Attempt(NOW + HOUR, None, b"", "nobody listens", 0.0, by_hand=True)
    done = Attempt(NOW + HOUR, 200, b'{"\xff', None, 1.0, headers=HEADERS)
    found = notification_view(WAITING._replace(attempts=(REFUSED, lost, done)))["attempts"]
    why = "the HTTP status was 500, expected 200"
    assert [
        ("2026-11-22T01:07:10.000+00:00", {}, 500, "out of tea", False, why, False, 12.346),
        ("2026-11-22T02:07:10.000+00:00", {}, None, "", False, "nobody listens", True, 0.0),
        ("2026-11-22T02:07:10.000+00:00", HEADERS, 200, '{"\ufffd', True, None, False, 1000.0),
    ] == [tuple(attempt.values()) for attempt in found]


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({}, None),
        ({"attempts": (REFUSED,)}, None),
        ({"url": None, "attempts": (REFUSED,)}, None),
        ({"attempts": (REFUSED, REFUSED._replace(headers=HEADERS))}, "POST /n\nA.2026-11-22T01:07:10Z.{body}"),
        (
            {"url": f"http://shop/a b?card={CARD}", "attempts": (REFUSED._replace(headers=HEADERS),)},
            f"POST /a%20b?card={MASKED}\nA.2026-11-22T01:07:10Z.{{body}}",
        ),
    ],
    ids=["not sent", "not made up", "nowhere to send it", "the latest", "secrets"],
)
def test_what_was_signed(change: dict[str, Any], expected: str | None) -> None:
    """One alone tells what the latest attempt's signature is made of; nothing where nothing went out."""
    one = WAITING._replace(**change)
    found = whole_notification_view(one)
    assert (expected and expected.replace("{body}", WAITING.body.decode())) == found.pop("signed")
    assert notification_view(one) == found


def test_what_was_signed_has_no_secrets() -> None:
    """Not even where a look at the text does not find them."""
    body = b'{"cvv":["737"],"c\\u0076v":"737","cardNo":"%s"}' % CARD.encode()
    sent = WAITING._replace(body=body, attempts=(REFUSED._replace(headers=HEADERS),))
    shown = whole_notification_view(sent)["signed"]
    assert (False, False, True) == ("737" in shown, CARD in shown, MASKED in shown)


def test_one_that_waits_for_another() -> None:
    """Has no time of its own; once it is let go, or dropped, it waits for nothing."""
    held = WAITING._replace(waits_for="notifyCapture")
    shown = [notification_view(one) for one in (held, held._replace(status="DROPPED", due=None), WAITING)]
    assert [("notifyCapture", None), (None, None), (None, "2026-11-22T02:07:10.000+00:00")] == [
        (one["waitsFor"], one["nextAttempt"]) for one in shown
    ]


@pytest.mark.parametrize(
    "change",
    [
        {"body": json.dumps({"cardNo": CARD, "deep": [{"text": f"a {CARD}"}]}).encode()},
        {"url": f"http://127.0.0.1:1/n?card={CARD}"},
        {"problem": f"there is nothing at {CARD}"},
        {"attempts": (REFUSED._replace(answer=CARD.encode()),)},
        {"attempts": (REFUSED._replace(complaint=f"resultCode was '{CARD}'"),)},
    ],
    ids=["body", "url", "problem", "answer", "why"],
)
def test_cards_of_a_notification(change: dict[str, Any]) -> None:
    """Wherever a card number may have got, it is masked."""
    found = str(notification_view(WAITING._replace(**change)))
    assert (False, True) == (CARD in found, MASKED in found)


def test_summaries() -> None:
    """A summary is what the view shows, without the body."""
    whole = payment_view(PAID)
    assert payment_summary(PAID) == {name: value for name, value in whole.items() if name != "request"}
    told = notification_view(WAITING)
    assert notification_summary(WAITING) == {name: value for name, value in told.items() if name != "request"}
