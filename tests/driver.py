"""A client of a gateway without a network: calls, buyer actions and the clock. Every body must fit its schema."""

from __future__ import annotations

import asyncio
import itertools
import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from mock_alipay.apis.payments.model import Payment
from mock_alipay.clock.clocks import StoppedClock
from mock_alipay.contracts import load
from mock_alipay.contracts.names import Act, BuyerAction
from mock_alipay.gateway.buyer_actions import BuyerActions
from mock_alipay.journal.exchange import Call
from mock_alipay.journal.notifications import Notification
from mock_alipay.web.admin.payment_views import payment_view
from tests.calls import NOW, ask, parts_of
from tests.live import PATH, sample
from tests.memory import done, kept
from tests.scenarios.loading import scenario

SCHEMAS = load(types="strict").schemas
Body = dict[str, Any]

_HOME = PATH.removesuffix("createPaymentSession")


def amount(value: int | str, currency: str = "USD") -> dict[str, str]:
    """An amount of money."""
    return {"currency": currency, "value": str(value)}


def session_body(
    payment_request_id: str, value: int | str = 1000, *, method: str = "CARD", manual: bool = False, **changes: Any
) -> Body:
    """The body of createPaymentSession for a value; ``manual``: with captureMode MANUAL."""
    factor = {"isAuthorization": True, "captureMode": "MANUAL" if manual else "AUTOMATIC"} if method == "CARD" else None
    body = {
        "paymentAmount": amount(value),
        "paymentMethod": {"paymentMethodType": method},
        "paymentFactor": factor,
        "paymentNotifyUrl": "http://127.0.0.1:9/notify",
    }
    return sample(payment_request_id, **{**body, **changes})


def pay_body(payment_request_id: str, value: int | str = 1000, **changes: Any) -> Body:
    """The body of pay."""
    return session_body(payment_request_id, value, **{"env": {"terminalType": "WEB"}, **changes})


class Driver:
    """A gateway with a stopped clock, and one client of it."""

    client_id = "SANDBOX_TILL"

    def __init__(self, **settings: Any) -> None:
        self.clock = StoppedClock(NOW)
        self.components = parts_of(signatures="off", clock=self.clock, **settings)
        self.buyer_actions = BuyerActions(self.components.repository, self.components.clocks)
        self._numbers = itertools.count(1)

    def request(self, endpoint: str, body: Mapping[str, Any], *, scenario: str | None = None) -> Call:
        """A call."""
        headers = {"client-id": self.client_id} | ({"mock-scenario": scenario} if scenario else {})
        target, raw = _HOME + endpoint, json.dumps(body).encode()
        return Call(self.clock.now(), "POST", target, target, headers, raw)

    def call(self, endpoint: str, body: Mapping[str, Any], *, scenario: str | None = None) -> Body:
        """The body of the reply."""
        call = self.request(endpoint, body, scenario=scenario)
        return _checked(f"payments/{endpoint}.reply", ask(self.components, call).body)

    def code(self, endpoint: str, body: Mapping[str, Any], *, scenario: str | None = None) -> str:
        """The result code."""
        return str(self.call(endpoint, body, scenario=scenario)["result"]["resultCode"])

    def act(self, payment_request_id: str, action: BuyerAction, code: str = "") -> Payment:
        """The payment after its buyer has acted; NotPossibleNow if that is impossible."""
        key = (self.client_id, "payments", payment_request_id)
        payment = asyncio.run(self.buyer_actions.act(key, Act(action, code=code)))
        assert isinstance(payment, Payment)
        return payment

    def load_scenario(self, text: str, name: str = "tale") -> str:
        """Load a scenario; returns its name."""
        done(self.components.selector.load(scenario(text, name)))
        return name

    def open(
        self, payment_request_id: str | None = None, value: int | str = 1000, *, scenario: str | None = None, **how: Any
    ) -> str:
        """Create a session; returns its paymentRequestId."""
        name = payment_request_id or f"order-{next(self._numbers)}"
        assert "SUCCESS" == self.code("createPaymentSession", session_body(name, value, **how), scenario=scenario)
        return name

    def paid(self, payment_request_id: str | None = None, value: int | str = 1000, **how: Any) -> str:
        """Create a payment that is paid or authorized; returns its paymentId."""
        payment_id = self.act(self.open(payment_request_id, value, **how), "pay").payment_id
        assert payment_id is not None
        return payment_id

    def capture(
        self, payment_id: str, name: str, value: int | str, *, scenario: str | None = None, **more: Any
    ) -> Body:
        """The reply to a capture."""
        body = {"paymentId": payment_id, "captureRequestId": name, "captureAmount": amount(value), **more}
        return self.call("capture", body, scenario=scenario)

    def refund(self, payment_id: str, name: str, value: int | str, *, scenario: str | None = None, **more: Any) -> Body:
        """The reply to a refund."""
        body = {"paymentId": payment_id, "refundRequestId": name, "refundAmount": amount(value), **more}
        return self.call("refund", body, scenario=scenario)

    def inquiry(self, payment_request_id: str) -> Body:
        """The reply to inquiryPayment."""
        return self.call("inquiryPayment", {"paymentRequestId": payment_request_id})

    def wait(self, **how: float) -> None:
        """Advance the clock, and do what is due."""
        self.clock.moment += timedelta(**how)
        self.settle()

    def settle(self) -> None:
        """Do what is due."""
        asyncio.run(self.components.scheduler.settle())

    def payment(self, payment_request_id: str) -> Payment:
        """The stored payment."""
        payment = asyncio.run(self.components.repository.store.load((self.client_id, "payments", payment_request_id)))
        assert isinstance(payment, Payment)
        return payment

    def view(self, payment_request_id: str) -> Body:
        """The payment as the admin API shows it."""
        return payment_view(self.payment(payment_request_id), self.components.repository.environment)

    def notifications(self, payment_request_id: str | None = None, name: str | None = None) -> list[Notification]:
        """The notifications of a payment or of all, in the order of their creation."""
        sent = sorted(kept(self.components.dispatcher.journal), key=lambda notification: notification.number)
        own = [each for each in sent if each.client_id == self.client_id]
        return [each for each in own if payment_request_id in (None, each.request_id) and name in (None, each.name)]

    def notified(self, payment_request_id: str | None = None, name: str | None = None) -> list[Body]:
        """The bodies of these notifications."""
        return [_checked(f"payments/{each.name}", each.body) for each in self.notifications(payment_request_id, name)]


def _checked(schema: str, raw: bytes) -> Body:
    body: Body = json.loads(raw)
    assert SCHEMAS.accepts(schema, body), SCHEMAS.explain(schema, body)
    return body


def result_of(body: Body) -> str:
    """The result code."""
    return str(body["result"]["resultCode"])
