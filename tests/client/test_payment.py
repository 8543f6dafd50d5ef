"""``Mock.payment``: a payment, and the actions of its buyer."""

from __future__ import annotations

import copy
import dataclasses
import itertools
import pickle
from collections.abc import Callable

import pytest

from mock_alipay.client import Mock, MockPayment, PaymentRecord
from mock_alipay.errors import AdminError, UsageError, WaitTimeout
from tests.client.conftest import Create
from tests.live import Live
from tests.shop import FAULTY, Received, Shop


@pytest.mark.parametrize(
    ("act", "state", "code"),
    [
        (MockPayment.pay, "SUCCESS", "SUCCESS"),
        (MockPayment.decline, "FAIL", "USER_BALANCE_NOT_ENOUGH"),
        (lambda payment: payment.decline("DO_NOT_HONOR"), "FAIL", "DO_NOT_HONOR"),
        (MockPayment.pending, "PENDING", "PAYMENT_IN_PROCESS"),
        (MockPayment.challenge, "PROCESSING", "PAYMENT_IN_PROCESS"),
        (MockPayment.leave, "OPEN", None),
    ],
    ids=["pay", "decline", "decline-code", "pending", "challenge", "leave"],
)
def test_an_action_returns_the_payment_after_it(
    mock: Mock, create: Create, act: Callable[[MockPayment], MockPayment], state: str, code: str | None
) -> None:
    """The record that it was called on does not change."""
    before = mock.payment(create())
    after = act(before)
    assert ("OPEN", state, code) == (before.state, after.state, after.payment_result_code)
    assert after == mock.payment("p") == before.refresh()


def test_an_action_that_the_state_does_not_allow_is_an_error(mock: Mock, create: Create) -> None:
    """Actions can be chained up to it; AdminError lists what the state allows."""
    paid = mock.payment(create(paymentMethod={"paymentMethodType": "CARD"})).challenge().pending().pay()
    with pytest.raises(AdminError) as caught:
        paid.pay()
    assert (409, []) == (caught.value.status, caught.value.problem["allowed"])


def test_wait_returns_after_the_deliveries(
    mock: Mock, gateway: Live, webhook: Shop, client_id: str, create: Create
) -> None:
    """The payment has what the merchant did when it got the notification."""

    def cancel(received: Received) -> None:
        body = {"paymentRequestId": received.body["paymentRequestId"]}
        gateway.create(body, path="/ams/api/v1/payments/cancel", client_id=client_id)

    webhook.does(f"/{client_id}", cancel)
    assert "CANCELLED" == mock.payment(create()).pay(wait=True).state
    assert ["ACCEPTED"] == [notification.status for notification in mock.notifications()]


def test_every_action_can_wait(mock: Mock, webhook: Shop, client_id: str, create: Create) -> None:
    """A failed attempt ends the wait too, as do a notification that is never sent, and none at all."""
    webhook.says(f"/{client_id}", FAULTY)
    acts = (MockPayment.pay, MockPayment.decline, MockPayment.pending, MockPayment.challenge)
    for act, url in itertools.product(acts, (webhook.url(f"/{client_id}"), None)):
        payment = mock.payment(create(f"{act.__name__} {bool(url)}", paymentNotifyUrl=url))
        assert act(payment, wait=True) == payment.refresh()
        attempts = {each.attempt_count for each in mock.notifications(payment_request_id=payment.payment_request_id)}
        assert {1 if url else 0} >= attempts


def test_a_late_delivery_is_a_timeout(mock: Mock, create: Create) -> None:
    """The error names the notification and its status; the action has happened."""
    mock.scenario(mock.load("late", {"description": "Late.", "notifyPayment": {"delay": "1h"}}))
    payment = mock.payment(create())
    with pytest.raises(WaitTimeout, match=r"notifyPayment of p is PENDING"):
        payment.pay(wait=True, timeout=0.01)
    assert "SUCCESS" == payment.refresh().state


def test_a_payment_keeps_its_client_id(gateway: Live, webhook: Shop, client_id: str, create: Create) -> None:
    """A Mock of all client ids acts on the right one of two payments with the same paymentRequestId."""
    create("same")
    with Mock(gateway.config.url) as everyone:
        (payment,) = [payment for payment in everyone.payments(limit=1000) if payment.client_id == client_id]
        other_id = f"{client_id}_OTHER"
        gateway.create({**payment.request, "paymentNotifyUrl": webhook.url(f"/{other_id}")}, client_id=other_id)
        assert ("SUCCESS", "OPEN") == (payment.pay().state, everyone.for_client(other_id).payment("same").state)


@pytest.mark.parametrize(
    ("client_id", "name"),
    [("SANDBOX_4054692760174822", "4054692760174822"), ("SANDBOX_A", "a/b ?c=d&e#ü%2F"), ("SANDBOX_A", "a/../b")],
)
def test_any_payment_request_id_names_a_payment(mock: Mock, create: Create, name: str) -> None:
    """Paths encode it; ids that look like card numbers are masked in records only. UsageError where no path can do."""
    paid = mock.payment(create(name)).challenge().pay()
    assert ("SUCCESS", paid) == (paid.state, paid.refresh())
    mock.reset()
    for unusable in ("", ".", ".."):
        with pytest.raises(UsageError, match="paymentRequestId"):
            mock.payment(unusable)


def test_copies_are_records_without_a_connection(mock: Mock, create: Create) -> None:
    """They are equal to the payment and have its fields only; actions on them are a TypeError."""
    payment = mock.payment(create())
    for other in (copy.deepcopy(payment), pickle.loads(pickle.dumps(payment))):
        assert (payment, repr(payment)) == (other, repr(other))
        with pytest.raises(TypeError, match=r"Mock\.payment"):
            other.pay()
    assert [field.name for field in dataclasses.fields(PaymentRecord)] == list(dataclasses.asdict(payment))
