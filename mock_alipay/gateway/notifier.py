"""Tells merchants the news of their payments: composes notifications as their scenarios want them, and posts them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import orjson

from mock_alipay.apis.context import World
from mock_alipay.apis.payments.buyer import CARD
from mock_alipay.apis.payments.model import News, Payment
from mock_alipay.apis.payments.notifications import NOTIFICATIONS
from mock_alipay.contracts.names import NotificationName
from mock_alipay.contracts.result_codes import results
from mock_alipay.journal.notifications import Notification
from mock_alipay.scenarios import Chooser
from mock_alipay.scenarios.json_path import put
from mock_alipay.scenarios.notification_step import Notice
from mock_alipay.scenarios.placeholders import Scope
from mock_alipay.webhooks import Postman

_NO_URL = "there is no URL for it: the request names none, and --notify-url is not set"


@dataclass(frozen=True, slots=True, kw_only=True)
class Announcer:
    """Knows what a story does to a notification, and where it goes."""

    chooser: Chooser
    postman: Postman
    world: World
    notify_url: str | None = None
    """Where notifications go when a request does not say."""

    async def announce(self, payment: Payment, news: Sequence[News], *, replying: bool) -> None:
        """Post what there is to tell; when a merchant waits for a reply, what its story sends before that is sent."""
        whose = (payment.client_id, payment.payment_request_id)
        ahead: list[Notification] = []
        for one in news:
            scenario = one.scenario or payment.scenario
            notice, nth = self.chooser.notice(scenario, one.name, *whose)
            draft = self._draft(payment, one, notice, nth)._replace(scenario=scenario)
            draft = draft._replace(ahead=notice.before_reply and replying)
            ahead += (notification for notification in self.post(draft, notice) if notification.ahead)
        await self.postman.hurry(ahead)

    def release(self, payment: Payment) -> None:
        """Let go what waits for a notification that this payment will never cause."""
        self.postman.release((payment.client_id, payment.payment_request_id), _never(payment))

    def take_back(self, payment: Payment, now: datetime) -> None:
        """Send no more of what a clock that was set back to ``now`` has undone."""
        why = "the clock was set back to before it happened"
        self.postman.take_back((payment.client_id, payment.payment_request_id), now, why)

    def by_hand(
        self, payment: Payment, news: News, notice: Notice, *, body: Mapping[str, Any] | None = None
    ) -> Notification:
        """A notification that nothing has caused: as the payment stands and as ``notice`` wants it, or a given body."""
        return self._draft(payment, news, notice, 0, body)

    def post(self, draft: Notification, notice: Notice) -> list[Notification]:
        """Hand a notification to the postman, as many times as it is to be sent; with the ids that they got."""
        if notice.drop:
            whose = f"the scenario {draft.scenario}" if draft.scenario else "whoever sent it"
            draft = draft._replace(status="DROPPED", due=None, problem=f"dropped by {whose}")
        elif draft.url is None:
            draft = draft._replace(status="REFUSED", due=None, problem=_NO_URL)
        copies = [draft._replace(id=self.postman.outbox.next_id()) for _ in range(notice.copies)]
        for notification in copies:
            self.postman.post(notification)
        return copies

    def _draft(
        self, payment: Payment, news: News, notice: Notice, nth: int, body: Mapping[str, Any] | None = None
    ) -> Notification:
        wait = 0.0
        if notice.delay is not None:
            purpose = (news.name, payment.client_id, payment.payment_request_id, nth)
            wait = self.world.invent.between(*notice.delay, *purpose)
        return Notification(
            id="",
            client_id=payment.client_id,
            name=news.name,
            payment_request_id=payment.payment_request_id,
            created=news.time,
            url=self._url(payment, news),
            body=orjson.dumps(composed(payment, news, notice) if body is None else body),
            due=news.time + timedelta(seconds=wait),
            waits_for=None if notice.after in _never(payment) else notice.after,
            fault=notice.fault,
        )

    def _url(self, payment: Payment, news: News) -> str | None:
        """The request's own URL first (PAGE: it beats the one that is set for the merchant)."""
        if news.name != "notifyRefund":
            return payment.order.notify_url or self.notify_url
        refund = next((t for t in payment.refunds if t.id == news.transaction_id), None)
        return (refund and refund.notify_url) or self.notify_url


def _never(payment: Payment) -> frozenset[NotificationName]:
    """The notifications that a payment will not cause any more, if it has not by now."""
    if payment.state in ("EXPIRED", "FAIL", "CANCELLED"):
        return frozenset({"notifyCapture", "notifyRefund"})
    # What is paid without a capture is a wallet's, or nothing: a card that is only looked at.
    captured = payment.order.method == CARD and (payment.state != "SUCCESS" or bool(payment.captures))
    return frozenset() if captured else frozenset({"notifyCapture"})


def composed(payment: Payment, news: News, notice: Notice) -> Mapping[str, Any]:
    """A notification's body."""
    code, fields = NOTIFICATIONS[news.name](payment, news)
    body = {**fields, "result": results()[notice.result or code].composed(notice.message)}
    if notice.set:
        scope = Scope(orjson.loads(payment.request), dict(body), {}, payment.client_id, news.time)
        for path, fill in notice.set:
            put(body, path, fill(scope))
    return body
