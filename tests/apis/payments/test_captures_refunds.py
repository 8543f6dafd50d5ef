"""Captures and refunds, and the balance of a payment."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from mock_alipay.apis.context import ScenarioOverrides
from mock_alipay.apis.payments import captures_refunds
from mock_alipay.apis.payments.model import Payment
from mock_alipay.apis.payments.records import Transaction, TransactionType
from tests.apis.payments.orders import (
    DAY,
    FAILED,
    SECOND,
    capture,
    context,
    in_process,
    opened,
    order,
    payment_in,
    refund,
    usd,
)
from tests.calls import NOW

HELD = order(held=True)
LATER = in_process(5 * SECOND)
AUTHORIZED = payment_in("AUTHORIZED", HELD)


@pytest.mark.parametrize(
    ("payment", "held", "refundable"),
    [
        (opened(HELD), 0, 0),
        (payment_in("CANCELLED", HELD, paid=NOW), 0, 0),
        (payment_in("SUCCESS", order(method="GCASH")), 0, 1000),
        (payment_in("SUCCESS", None, capture(1000)), 0, 1000),
        (AUTHORIZED, 1000, 0),
        (payment_in("AUTHORIZED", HELD, capture(400, **LATER)), 600, 0),
        (payment_in("AUTHORIZED", HELD, capture(400, **FAILED)), 1000, 0),
        (payment_in("AUTHORIZED", HELD, capture(400), capture(1, "d", **LATER), refund(300)), 599, 100),
        (payment_in("SUCCESS", HELD, capture(400), refund(100), refund(50, "s", **LATER)), 0, 250),
        (payment_in("SUCCESS", HELD, capture(400), refund(400, **FAILED)), 0, 400),
        (payment_in("SUCCESS", order(0)), 0, 0),
    ],
)
def test_the_balance_counts_money_in_process_as_spent(payment: Payment, held: int, refundable: int) -> None:
    """It is not received yet; failed transactions do not count."""
    assert (held, refundable) == captures_refunds.balance(payment)


@pytest.mark.parametrize(
    ("kind", "after", "settles"),
    [
        ("CAPTURE", None, NOW + 4 * SECOND),
        ("REFUND", DAY, NOW + SECOND + DAY),
        ("REFUND", 0 * SECOND, NOW + SECOND),
    ],
)
def test_a_scenario_can_keep_it_in_process(kind: TransactionType, after: timedelta | None, settles: datetime) -> None:
    """Its final code and time are known, and so is the scenario of its call."""
    overrides = ScenarioOverrides(f"{kind}_IN_PROCESS", "PROCESS_FAIL", after, "other")
    call = context(AUTHORIZED, now=NOW + SECOND, overrides=overrides)
    made = captures_refunds.new_transaction(kind, "x", usd(7), payment=AUTHORIZED, context=call)
    found = (made.status, made.done, made.settles, made.code, made.scenario)
    assert ("PROCESSING", None, settles, "PROCESS_FAIL", "other") == found


def add(payment: Payment, transaction: Transaction) -> Payment:
    """The payment with one more transaction."""
    return captures_refunds.with_transaction(payment, transaction, NOW + SECOND)


def settle(payment: Payment, name: str) -> Payment:
    """The payment after a transaction in process has its result."""
    transaction = next(t for t in payment.transactions if t.id == f"{name}-id")
    return captures_refunds.settled(payment, transaction, NOW + DAY)


@pytest.mark.parametrize("code", ["SUCCESS", "PROCESS_FAIL"])
def test_a_payment_is_not_complete_while_a_capture_is_in_process(code: str) -> None:
    """Even after the last capture; then any result completes it."""
    payment = payment_in("AUTHORIZED", HELD, capture(400, **in_process(SECOND, code)))
    waiting = add(payment, capture(100, "d", last=True))
    assert ("AUTHORIZED", "SUCCESS") == (waiting.state, settle(waiting, "c").state)


def test_its_event_has_the_scenario_of_its_call() -> None:
    """At once and later."""
    payment, made = payment_in("SUCCESS", HELD, capture(1000)), refund(1, "x", scenario="other")
    later = settle(add(payment, made._replace(**LATER)), "x")
    assert ["other"] * 2 == [event.scenario for each in (add(payment, made), later) for event in each.domain_events]
