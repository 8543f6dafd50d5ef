"""Payments in every state, made by hand, for the tests of what may become of them."""

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

WORLD = Environment(IdGenerator(1), FakeBuyers(1), load(), "http://127.0.0.1:2088")
HOUR, MINUTE, SECOND, DAY = timedelta(hours=1), timedelta(minutes=1), timedelta(seconds=1), timedelta(days=1)
WEEK = 7 * DAY


def usd(value: int) -> Money:
    """An amount."""
    return Money("USD", value)


def order(
    value: int = 1000, *, method: str = "CARD", held: bool = False, expires: datetime | None = None, url: str = ""
) -> Order:
    """What a merchant asked for."""
    return Order(usd(value), method, url or None, held, expires)


def opened(what: Order | None = None, **changes: Any) -> Payment:
    """A session that no buyer has paid in."""
    session = Session("id", "data", NOW, NOW + HOUR, "")
    what = what or order()
    request = json.dumps({"paymentMethod": {"paymentMethodType": what.method}}).encode()
    payment = Payment("A", "order-1", 1, request, NOW, what, NOW + HOUR, session, "tale")
    return payment._replace(**changes)


def standing(state: State, what: Order | None = None, *made: Transaction, **changes: Any) -> Payment:
    """A payment in some state, with these captures and refunds."""
    paid = NOW if state in ("AUTHORIZED", "SUCCESS") else None
    payment = opened(what, state=state, transactions=made, paid=paid, closes=NOW + (WEEK if paid else HOUR))
    if state != "OPEN":
        payment = payment._replace(payment_id="P1", begun=NOW, code="SUCCESS" if paid else "")
    return payment._replace(**changes)


def capture(value: int, name: str = "c", **how: Any) -> Transaction:
    """A capture that has succeeded, or what ``how`` makes of it."""
    return Transaction("CAPTURE", f"{name}-request", f"{name}-id", usd(value), NOW, **{"done": NOW, **how})


def refund(value: int, name: str = "r", **how: Any) -> Transaction:
    """The same for a refund."""
    return capture(value, name, **how)._replace(type="REFUND")


def late(after: timedelta, code: str = "SUCCESS") -> dict[str, Any]:
    """What makes a capture or refund one in process."""
    return {"status": "PROCESSING", "done": None, "settles": NOW + after, "code": code}


FAILED: dict[str, Any] = {"status": "FAIL", "done": None, "code": "PROCESS_FAIL"}


def context(
    payment: Payment | None, *, now: datetime = NOW, overrides: ScenarioOverrides | None = None
) -> Context[Any]:
    """A call about a payment."""
    return Context(now, "A", payment, WORLD, b"{}", overrides or ScenarioOverrides())


def news_of(payment: Payment) -> Sequence[tuple[str, str, datetime]]:
    """What the merchant is to be told, and when."""
    return [(event.name, event.notify_type, event.time) for event in payment.domain_events]
