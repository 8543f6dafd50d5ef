"""A till without a network: calls, buyers and time for one client, every body held to its schema."""

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
CLIENT = "SANDBOX_TILL"

Body = dict[str, Any]

_HOME = PATH.removesuffix("createPaymentSession")


def amount(value: int | str, currency: str = "USD") -> dict[str, str]:
    """An Amount."""
    return {"currency": currency, "value": str(value)}


def session_body(
    payment_request_id: str, value: int | str = 1000, *, method: str = "CARD", manual: bool = False, **changes: Any
) -> Body:
    """createPaymentSession for so much money; ``manual``: which the merchant will capture."""
    factor = {"isAuthorization": True, "captureMode": "MANUAL" if manual else "AUTOMATIC"} if method == "CARD" else None
    body = {
        "paymentAmount": amount(value),
        "paymentMethod": {"paymentMethodType": method},
        "paymentFactor": factor,
        "paymentNotifyUrl": "http://127.0.0.1:9/notify",
    }
    return sample(payment_request_id, **{**body, **changes})


def pay_body(payment_request_id: str, value: int | str = 1000, **changes: Any) -> Body:
    """The same for pay."""
    return session_body(payment_request_id, value, **{"env": {"terminalType": "WEB"}, **changes})


class Driver:
    """A gateway with a clock that stands until it is moved, and one client of it."""

    def __init__(self, *, client_id: str = CLIENT, **settings: Any) -> None:
        self.clock = StoppedClock(NOW)
        self.components = parts_of(**{"signatures": "off", "clock": self.clock, **settings})
        self.client_id = client_id
        self.buyer_actions = BuyerActions(self.components.repository, self.components.clocks)
        self._numbers = itertools.count(1)

    def letter(self, endpoint: str, body: Mapping[str, Any], *, scenario: str | None = None) -> Call:
        """A call as it is sent."""
        headers = {"client-id": self.client_id} | ({"mock-scenario": scenario} if scenario else {})
        target, raw = _HOME + endpoint, json.dumps(body).encode()
        return Call(self.clock.now(), "POST", target, target, headers, raw)

    def call(self, endpoint: str, body: Mapping[str, Any], *, scenario: str | None = None) -> Body:
        """The reply's body, which its schema allows."""
        found: Body = json.loads(ask(self.components, self.letter(endpoint, body, scenario=scenario)).body)
        valid = SCHEMAS.accepts(f"payments/{endpoint}.reply", found)
        assert valid, SCHEMAS.explain(f"payments/{endpoint}.reply", found)
        return found

    def code(self, endpoint: str, body: Mapping[str, Any], *, scenario: str | None = None) -> str:
        """The result code."""
        return str(self.call(endpoint, body, scenario=scenario)["result"]["resultCode"])

    def act(self, payment_request_id: str, action: BuyerAction, code: str = "") -> Payment:
        """What the payment is when its buyer has acted; NotPossibleNow when they cannot."""
        found = asyncio.run(
            self.buyer_actions.act((self.client_id, "payments", payment_request_id), Act(action, code=code))
        )
        assert isinstance(found, Payment)
        return found

    def load_scenario(self, text: str, name: str = "tale") -> str:
        """A scenario that calls may ask for; its name."""
        done(self.components.selector.load(scenario(text, name)))
        return name

    def open(
        self,
        payment_request_id: str | None = None,
        value: int | str = 1000,
        *,
        scenario: str | None = None,
        **how: Any,
    ) -> str:
        """A session; its paymentRequestId."""
        name = payment_request_id or f"order-{next(self._numbers)}"
        assert "SUCCESS" == self.code("createPaymentSession", session_body(name, value, **how), scenario=scenario)
        return name

    def paid(self, payment_request_id: str | None = None, value: int | str = 1000, **how: Any) -> str:
        """A payment that the buyer has paid, or authorized; its paymentId."""
        payment_id = self.act(self.open(payment_request_id, value, **how), "pay").payment_id
        assert payment_id is not None
        return payment_id

    def capture(
        self, payment_id: str, name: str, value: int | str, *, scenario: str | None = None, **more: Any
    ) -> Body:
        """What a capture is told."""
        body = {"paymentId": payment_id, "captureRequestId": name, "captureAmount": amount(value), **more}
        return self.call("capture", body, scenario=scenario)

    def refund(self, payment_id: str, name: str, value: int | str, *, scenario: str | None = None, **more: Any) -> Body:
        """What a refund is told."""
        body = {"paymentId": payment_id, "refundRequestId": name, "refundAmount": amount(value), **more}
        return self.call("refund", body, scenario=scenario)

    def inquiry(self, payment_request_id: str) -> Body:
        """What inquiryPayment tells."""
        return self.call("inquiryPayment", {"paymentRequestId": payment_request_id})

    def wait(self, **how: float) -> None:
        """Let so much time pass, and what is due in it happen."""
        self.clock.moment += timedelta(**how)
        self.settle()

    def settle(self) -> None:
        """Let happen what is due."""
        asyncio.run(self.components.scheduler.settle())

    def payment(self, payment_request_id: str) -> Payment:
        """The payment as it is kept."""
        found = asyncio.run(self.components.repository.store.load((self.client_id, "payments", payment_request_id)))
        assert isinstance(found, Payment)
        return found

    def view(self, payment_request_id: str) -> Body:
        """The payment as the admin API shows it."""
        return payment_view(self.payment(payment_request_id))

    def posted(self, payment_request_id: str | None = None, name: str | None = None) -> list[Notification]:
        """The notifications, in the order in which they were posted."""
        found = [
            notification
            for notification in kept(self.components.dispatcher.journal)
            if notification.client_id == self.client_id
            and payment_request_id in (None, notification.request_id)
            and name in (None, notification.name)
        ]
        return sorted(found, key=lambda notification: notification.number)

    def notified(self, payment_request_id: str | None = None, name: str | None = None) -> list[Body]:
        """Their bodies, which their schemas allow."""
        bodies: list[Body] = []
        for notification in self.posted(payment_request_id, name):
            bodies.append(json.loads(notification.body))
            valid = SCHEMAS.accepts(f"payments/{notification.name}", bodies[-1])
            assert valid, SCHEMAS.explain(f"payments/{notification.name}", bodies[-1])
        return bodies


def result_of(body: Body) -> str:
    """The result code of a body."""
    return str(body["result"]["resultCode"])
