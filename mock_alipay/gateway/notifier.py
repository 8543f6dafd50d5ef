"""Composes the notifications of domain events, applies the scenario, and enqueues them."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import orjson

from mock_alipay.apis.aggregate import Aggregate, DomainEvent
from mock_alipay.apis.environment import Environment
from mock_alipay.apis.family import Families
from mock_alipay.errors import DomainError
from mock_alipay.journal.notifications import Notification
from mock_alipay.scenarios import Selector
from mock_alipay.scenarios.notification_step import NotificationStep
from mock_alipay.scenarios.parsing import fill_in
from mock_alipay.scenarios.placeholders import Scope
from mock_alipay.webhooks import Dispatcher

logger = logging.getLogger("mock_alipay")

_NO_URL = "there is no URL for it: the request names none, and --notify-url is not set"


@dataclass(frozen=True, slots=True, kw_only=True)
class Notifier:
    """Composes and enqueues notifications."""

    families: Families
    selector: Selector
    dispatcher: Dispatcher
    environment: Environment
    notify_url: str | None = None
    """The URL of notifications whose request names none."""

    async def notify(self, aggregate: Aggregate, domain_events: Sequence[DomainEvent], *, replying: bool) -> None:
        """Enqueue the notifications of these events; ``replying``: first deliver those that precede the reply."""
        before_reply: list[Notification] = []
        for event in domain_events:
            scenario = event.scenario or aggregate.scenario
            notification_step, nth = await self.selector.notification_step(
                scenario, f"{aggregate.family}/{event.name}", aggregate.client_id, aggregate.request_id
            )
            draft = self._draft(aggregate, event, notification_step, nth)._replace(scenario=scenario)
            draft = draft._replace(before_reply=notification_step.before_reply and replying)
            before_reply += (
                notification
                for notification in await self.enqueue(draft, notification_step)
                if notification.before_reply
            )
        await self.dispatcher.deliver_before_reply(before_reply)

    async def release(self, aggregate: Aggregate) -> None:
        """Release notifications that wait for one that this aggregate will never cause."""
        await self.dispatcher.release(aggregate.key, aggregate.unexpected)

    async def withdraw(self, aggregate: Aggregate, now: datetime) -> None:
        """Withdraw the pending notifications of events later than ``now``, after a clock was set back."""
        reason = "the clock was set back to before it happened"
        await self.dispatcher.withdraw(aggregate.key, now, reason)

    def draft(
        self,
        aggregate: Aggregate,
        event: DomainEvent,
        notification_step: NotificationStep,
        *,
        body: Mapping[str, Any] | None = None,
    ) -> Notification:
        """A manual notification of an aggregate, with the given body or a composed one."""
        return self._draft(aggregate, event, notification_step, 0, body)

    def delay(self, notification_step: NotificationStep, *purpose: str | int) -> timedelta:
        """The delay before a notification is sent: random as the step says, seeded by ``purpose``."""
        if notification_step.delay is None:
            return timedelta()
        return timedelta(seconds=notification_step.delay.at(self.environment.ids.share(*purpose)))

    async def enqueue(self, draft: Notification, notification_step: NotificationStep) -> list[Notification]:
        """Enqueue a notification once per copy; returns the copies with their ids."""
        if notification_step.drop:
            origin = f"the scenario {draft.scenario}" if draft.scenario else "its sender"
            draft = draft._replace(status="DROPPED", due=None, problem=f"dropped by {origin}")
        elif draft.url is None and draft.problem is None:
            draft = draft._replace(status="REFUSED", due=None, problem=_NO_URL)
        copies = [draft._replace(id=self.dispatcher.journal.next_id()) for _ in range(notification_step.copies)]
        for notification in copies:
            await self.dispatcher.enqueue(notification)
        return copies

    def _draft(
        self,
        aggregate: Aggregate,
        event: DomainEvent,
        notification_step: NotificationStep,
        nth: int,
        body: Mapping[str, Any] | None = None,
    ) -> Notification:
        purpose = (event.name, aggregate.client_id, aggregate.request_id, nth)
        draft = Notification(
            id="",
            client_id=aggregate.client_id,
            family=aggregate.family,
            name=event.name,
            id_field=self.families[aggregate.family].id_field,
            request_id=aggregate.request_id,
            created=event.time,
            url=aggregate.notify_url(event) or self.notify_url,
            body=b"null",
            due=event.time + self.delay(notification_step, *purpose),
            waits_for=None if notification_step.after in aggregate.unexpected else notification_step.after,
            fault=notification_step.fault,
        )
        try:
            composed = self._composed(aggregate, event, notification_step) if body is None else body
            return draft._replace(body=orjson.dumps(composed))
        except DomainError as error:
            return _undeliverable(draft, error.detail)
        except Exception as error:
            logger.exception("internal error in %s of %s; not sent", event.name, aggregate.request_id)
            return _undeliverable(draft, f"{type(error).__name__}: {error}")

    def _composed(
        self, aggregate: Aggregate, event: DomainEvent, notification_step: NotificationStep
    ) -> Mapping[str, Any]:
        """The body of a notification."""
        code, fields = self.families[aggregate.family].notifications[event.name](aggregate, event)
        result = self.environment.contract.results[notification_step.result or code]
        body = {**fields, "result": result.composed(notification_step.message)}
        if notification_step.set:
            scope = Scope(orjson.loads(aggregate.request), dict(body), {}, aggregate.client_id, event.time)
            fill_in(body, notification_step.set, scope, event.scenario or aggregate.scenario)
        return body


def _undeliverable(draft: Notification, reason: str) -> Notification:
    """A notification without a body: recorded but never sent, nor resent manually, as it has no URL."""
    return draft._replace(url=None, status="REFUSED", due=None, waits_for=None, problem=f"not composed: {reason}")
