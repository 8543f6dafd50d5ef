"""Composes the notifications of a payment's domain events, as its scenario changes them, and enqueues them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import orjson

from mock_alipay.apis.context import Environment
from mock_alipay.apis.payments.buyer import CARD
from mock_alipay.apis.payments.model import DomainEvent, Payment
from mock_alipay.apis.payments.notifications import NOTIFICATIONS
from mock_alipay.contracts.names import NotificationName
from mock_alipay.contracts.result_codes import results
from mock_alipay.journal.notifications import Notification
from mock_alipay.scenarios import Selector
from mock_alipay.scenarios.json_path import put
from mock_alipay.scenarios.notification_step import NotificationStep
from mock_alipay.scenarios.placeholders import Scope
from mock_alipay.webhooks import Dispatcher

_NO_URL = "there is no URL for it: the request names none, and --notify-url is not set"


@dataclass(frozen=True, slots=True, kw_only=True)
class Notifier:
    """Knows what a scenario does to a notification, and where it goes."""

    selector: Selector
    dispatcher: Dispatcher
    environment: Environment
    notify_url: str | None = None
    """Where notifications go when a request does not say."""

    async def notify(self, payment: Payment, domain_events: Sequence[DomainEvent], *, replying: bool) -> None:
        """Enqueue the notifications of these events; ``replying``: deliver those that are sent before the reply."""
        whose = (payment.client_id, payment.payment_request_id)
        before_reply: list[Notification] = []
        for event in domain_events:
            scenario = event.scenario or payment.scenario
            notification_step, nth = self.selector.notification_step(scenario, event.name, *whose)
            draft = self._draft(payment, event, notification_step, nth)._replace(scenario=scenario)
            draft = draft._replace(before_reply=notification_step.before_reply and replying)
            before_reply += (
                notification for notification in self.enqueue(draft, notification_step) if notification.before_reply
            )
        await self.dispatcher.deliver_before_reply(before_reply)

    def release(self, payment: Payment) -> None:
        """Let go what waits for a notification that this payment will never cause."""
        self.dispatcher.release((payment.client_id, payment.payment_request_id), _never(payment))

    def withdraw(self, payment: Payment, now: datetime) -> None:
        """Send no more of what a clock that was set back to ``now`` has undone."""
        why = "the clock was set back to before it happened"
        self.dispatcher.withdraw((payment.client_id, payment.payment_request_id), now, why)

    def draft(
        self,
        payment: Payment,
        event: DomainEvent,
        notification_step: NotificationStep,
        *,
        body: Mapping[str, Any] | None = None,
    ) -> Notification:
        """A notification that nothing has caused: from the payment and ``notification_step``, or with a given body."""
        return self._draft(payment, event, notification_step, 0, body)

    def enqueue(self, draft: Notification, notification_step: NotificationStep) -> list[Notification]:
        """Hand a notification to the dispatcher, once for each copy to send; returns them with their ids."""
        if notification_step.drop:
            whose = f"the scenario {draft.scenario}" if draft.scenario else "whoever sent it"
            draft = draft._replace(status="DROPPED", due=None, problem=f"dropped by {whose}")
        elif draft.url is None:
            draft = draft._replace(status="REFUSED", due=None, problem=_NO_URL)
        copies = [draft._replace(id=self.dispatcher.journal.next_id()) for _ in range(notification_step.copies)]
        for notification in copies:
            self.dispatcher.enqueue(notification)
        return copies

    def _draft(
        self,
        payment: Payment,
        event: DomainEvent,
        notification_step: NotificationStep,
        nth: int,
        body: Mapping[str, Any] | None = None,
    ) -> Notification:
        wait = 0.0
        if notification_step.delay is not None:
            purpose = (event.name, payment.client_id, payment.payment_request_id, nth)
            wait = self.environment.ids.between(*notification_step.delay, *purpose)
        return Notification(
            id="",
            client_id=payment.client_id,
            name=event.name,
            payment_request_id=payment.payment_request_id,
            created=event.time,
            url=self._url(payment, event),
            body=orjson.dumps(composed(payment, event, notification_step) if body is None else body),
            due=event.time + timedelta(seconds=wait),
            waits_for=None if notification_step.after in _never(payment) else notification_step.after,
            fault=notification_step.fault,
        )

    def _url(self, payment: Payment, event: DomainEvent) -> str | None:
        """The request's own URL first (PAGE: it beats the one that is set for the merchant)."""
        if event.name != "notifyRefund":
            return payment.order.notify_url or self.notify_url
        refund = next((t for t in payment.refunds if t.id == event.transaction_id), None)
        return (refund and refund.notify_url) or self.notify_url


def _never(payment: Payment) -> frozenset[NotificationName]:
    """The notifications that a payment will not cause any more, if it has not by now."""
    if payment.state in ("EXPIRED", "FAIL", "CANCELLED"):
        return frozenset({"notifyCapture", "notifyRefund"})
    # What is paid without a capture is a wallet's, or nothing: a card that is only looked at.
    captured = payment.order.method == CARD and (payment.state != "SUCCESS" or bool(payment.captures))
    return frozenset() if captured else frozenset({"notifyCapture"})


def composed(payment: Payment, event: DomainEvent, notification_step: NotificationStep) -> Mapping[str, Any]:
    """A notification's body."""
    code, fields = NOTIFICATIONS[event.name](payment, event)
    body = {**fields, "result": results()[notification_step.result or code].composed(notification_step.message)}
    if notification_step.set:
        scope = Scope(orjson.loads(payment.request), dict(body), {}, payment.client_id, event.time)
        for path, fill in notification_step.set:
            put(body, path, fill(scope))
    return body
