"""The payment's data: amounts, ids, size, and what it still expects."""

from __future__ import annotations

import pytest

from mock_alipay.apis.aggregate import DomainEvent
from mock_alipay.apis.payments.model import Payment, State
from mock_alipay.apis.payments.records import Money, money
from tests.apis.payments.orders import capture, opened, order, payment_in, refund
from tests.calls import NOW


@pytest.mark.parametrize(
    ("written", "value", "wire"), [("000", 0, "0"), ("007", 7, "7"), ("9" * 16, 10**16 - 1, "9" * 16)]
)
def test_an_amount_is_a_number(written: str, value: int, wire: str) -> None:
    """Leading zeros are dropped; the currency is part of it."""
    amount = money({"currency": "USD", "value": written})
    assert (Money("USD", value), {"currency": "USD", "value": wire}) == (amount, amount.wire)
    assert (f"USD {wire}", False) == (str(amount), amount == amount._replace(currency="HKD"))


def test_a_payment_can_be_found_by_all_its_ids() -> None:
    """By the paymentId, and by the ids of its transactions; by none of them before a buyer action."""
    ids = ["paymentId:P1", "captureRequestId:c-request", "captureId:c-id", "refundRequestId:r-request", "refundId:r-id"]
    assert ((), tuple(ids)) == (opened().aliases, payment_in("SUCCESS", None, capture(1), refund(1)).aliases)
    assert ("A", "payments", "order-1") == opened().key


def test_its_size_grows_with_its_content() -> None:
    """The request and each transaction count."""
    sizes = [payment_in("SUCCESS", None, *[capture(1)] * n).size for n in range(3)]
    assert [600, 600] == [sizes[1] - sizes[0], sizes[2] - sizes[1]]
    assert 5000 == opened(request=b"x" * 5000).size


FAILED: tuple[State, ...] = ("FAIL", "EXPIRED", "CANCELLED")


@pytest.mark.parametrize(
    ("payment", "expected"),
    [
        *((payment_in(state), {"notifyCapture", "notifyRefund"}) for state in FAILED),
        (opened(), set()),
        (payment_in("SUCCESS", None, capture(1)), set()),
        (payment_in("SUCCESS"), {"notifyCapture"}),
        (opened(order(method="GCASH")), {"notifyCapture"}),
    ],
)
def test_it_knows_which_notifications_cannot_come(payment: Payment, expected: set[str]) -> None:
    """A wallet has no capture; a failed payment has neither captures nor refunds."""
    assert expected == set(payment.unexpected)


def test_a_refund_is_notified_at_its_own_url() -> None:
    """Other notifications go to the URL of the order."""
    made = (capture(1), refund(1, notify_url="http://b/"), refund(1, "s"))
    payment = payment_in("SUCCESS", order(url="http://a/"), *made)
    kinds = [("Payment", None), ("Capture", "c-id"), ("Refund", "r-id"), ("Refund", "s-id")]
    events = [DomainEvent(f"notify{kind}", NOW, "", id_) for kind, id_ in kinds]
    assert ["http://a/", "http://a/", "http://b/", None] == [payment.notify_url(event) for event in events]


def test_a_commit_makes_the_next_version_without_events() -> None:
    """Everything else stays."""
    payment = payment_in("SUCCESS", domain_events=(DomainEvent("notifyPayment", NOW, ""),))
    assert payment._replace(version=2, domain_events=()) == payment.committed()
