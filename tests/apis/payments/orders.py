"""Payments in any state, for tests of the rules."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from mock_alipay.apis.context import Context, ScenarioOverrides
from mock_alipay.apis.environment import Environment
from mock_alipay.apis.fake_buyers import FakeBuyers
from mock_alipay.apis.ids import IdGenerator
from mock_alipay.apis.payments.model import Payment, State
from mock_alipay.apis.payments.records import Money, Order, Session, Transaction
from mock_alipay.contracts import load
from tests.calls import NOW

ENVIRONMENT = Environment(IdGenerator(1), FakeBuyers(1), load(), "http://127.0.0.1:2088")
HOUR, MINUTE, SECOND, DAY = timedelta(hours=1), timedelta(minutes=1), timedelta(seconds=1), timedelta(days=1)
WEEK = 7 * DAY


def usd(value: int) -> Money:
    """An amount."""
    return Money("USD", value)


def order(
    value: int = 1000, *, method: str = "CARD", held: bool = False, expires: datetime | None = None, url: str = ""
) -> Order:
    """A merchant's order."""
    return Order(usd(value), method, url or None, held, expires)


def opened(what: Order | None = None, **changes: Any) -> Payment:
    """A session before any buyer action."""
    session = Session("id", "data", NOW, NOW + HOUR, "")
    what = what or order()
    request = json.dumps({"paymentMethod": {"paymentMethodType": what.method}}).encode()
    payment = Payment("A", "order-1", 1, request, NOW, what, NOW + HOUR, session, "tale")
    return payment._replace(**changes)


def payment_in(state: State, what: Order | None = None, *transactions: Transaction, **changes: Any) -> Payment:
    """A payment in a state, with these captures and refunds."""
    paid = NOW if state in ("AUTHORIZED", "SUCCESS") else None
    payment = opened(what, state=state, transactions=transactions, paid=paid, closes=NOW + (WEEK if paid else HOUR))
    if state != "OPEN":
        payment = payment._replace(payment_id="P1", begun=NOW, code="SUCCESS" if paid else "")
    return payment._replace(**changes)


def capture(value: int, name: str = "c", **changes: Any) -> Transaction:
    """A successful capture, with changes."""
    return Transaction("CAPTURE", f"{name}-request", f"{name}-id", usd(value), NOW, **{"done": NOW, **changes})


def refund(value: int, name: str = "r", **changes: Any) -> Transaction:
    """A successful refund, with changes."""
    return capture(value, name, **changes)._replace(type="REFUND")


def in_process(after: timedelta, code: str = "SUCCESS") -> dict[str, Any]:
    """The changes of a capture or refund in process, with its final code."""
    return {"status": "PROCESSING", "done": None, "settles": NOW + after, "code": code}


FAILED: dict[str, Any] = {"status": "FAIL", "done": None, "code": "PROCESS_FAIL"}
"""The changes of a failed capture or refund."""


def context(
    payment: Payment | None, *, now: datetime = NOW, overrides: ScenarioOverrides | None = None
) -> Context[Any]:
    """The context of a call about a payment."""
    return Context(now, "A", payment, ENVIRONMENT, b"{}", overrides or ScenarioOverrides())


def events_of(payment: Payment) -> Sequence[tuple[str, str, datetime]]:
    """The domain events: notification, type and time."""
    return [(event.name, event.notify_type, event.time) for event in payment.domain_events]
