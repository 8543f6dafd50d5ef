"""Admin API: send a notification by hand, composed from a payment or with a given body."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson

from mock_alipay.apis.aggregate import DomainEvent
from mock_alipay.apis.payments import PAYMENTS
from mock_alipay.apis.payments.model import Payment
from mock_alipay.apis.payments.records import TransactionType
from mock_alipay.contracts.names import NotificationName
from mock_alipay.errors import SetupError
from mock_alipay.journal.notifications import Notification
from mock_alipay.scenarios.document import Document
from mock_alipay.scenarios.notification_step import NotificationStep
from mock_alipay.scenarios.scenario_file import parse_scenario
from mock_alipay.web.admin import payment_views
from mock_alipay.web.admin.context import AdminContext, AdminRequest
from mock_alipay.web.admin.payments import payment_of
from mock_alipay.web.asgi.problems import HttpProblem

_OWN = frozenset({"notification", "clientId", "paymentRequestId", "notifyType", "transactionId", "url", "body"})
"""The fields of the call that are not keys of a scenario's notification."""

_COMPOSED = ("notifyType", "transactionId", "result", "message", "set")
"""Fields that change a composed body, and so cannot be combined with a given one."""

_TYPES: Mapping[NotificationName, str] = {
    "notifyPayment": "PAYMENT_RESULT",
    "notifyCapture": "CAPTURE_RESULT",
    "notifyRefund": "REFUND_RESULT",
}

_KINDS: Mapping[NotificationName, TransactionType] = {"notifyCapture": "CAPTURE", "notifyRefund": "REFUND"}

_PENDING = ("PROCESSING", "PENDING")
"""States of a payment that has no result yet."""


async def notify(context: AdminContext, request: AdminRequest) -> Any:
    """Enqueue the notification and its copies; the reply lists them."""
    step_keys = {key: value for key, value in request.body.items() if key not in _OWN}
    notification_step = _notification_step(context, request.body["notification"], step_keys)
    draft = (
        await _given(context, request, notification_step)
        if "body" in request.body
        else await _composed(context, request, notification_step)
    )
    if draft.status == "PENDING":
        draft = draft._replace(url=request.body.get("url", draft.url))
    copies = await context.repository.notifier.enqueue(draft, notification_step)
    return {"notifications": await context.worker.do(lambda: [*map(payment_views.notification_view, copies)])}


def _notification_step(context: AdminContext, name: NotificationName, keys: Mapping[str, Any]) -> NotificationStep:
    """The keys of a scenario's notification, validated as those of a scenario file."""
    document = Document("body", {"description": "by hand", name: dict(keys)})
    try:
        return parse_scenario(document, "by-hand", context.vocabulary).notification_steps[f"{PAYMENTS.name}/{name}"][0]
    except SetupError as error:
        problems = [problem.removeprefix("body: ").replace(f"{name}.", "") for problem in error.problems]
        raise HttpProblem(400, "Bad field", "; ".join(problems), faults=problems) from None


async def _given(context: AdminContext, request: AdminRequest, notification_step: NotificationStep) -> Notification:
    """A notification with the body of the request."""
    body = request.body
    conflicting = [name for name in _COMPOSED if name in body]
    if conflicting:
        raise HttpProblem(
            400, "Bad field", f"{conflicting[0]}: not allowed together with body, which is sent unchanged"
        )
    if "paymentRequestId" in body:
        payment = await payment_of(context, body["paymentRequestId"], request.client_id)
        event = DomainEvent(
            body["notification"],
            context.clocks.now(payment.client_id),
            "",
            _latest(payment, body["notification"]),
        )
        return context.repository.notifier.draft(payment, event, notification_step, body=body["body"])
    return _without_payment(context, request, notification_step)


def _without_payment(context: AdminContext, request: AdminRequest, notification_step: NotificationStep) -> Notification:
    """A notification about no payment: the request names the client id and the URL."""
    body = request.body
    for name in ("clientId", "url"):
        if name not in body:
            detail = f"{name}: missing, it is required without paymentRequestId"
            raise HttpProblem(400, "Bad field", detail)
    if notification_step.after:
        raise HttpProblem(400, "Bad field", "after: not allowed without paymentRequestId, there is nothing to wait for")
    now = context.clocks.now(request.client_id)
    delay = context.repository.notifier.delay(notification_step, "by hand", body["notification"])
    return Notification(
        id="",
        client_id=body["clientId"],
        family=PAYMENTS.name,
        name=body["notification"],
        id_field=PAYMENTS.id_field,
        request_id=None,
        created=now,
        url=body["url"],
        body=orjson.dumps(body["body"]),
        due=now + delay,
        fault=notification_step.fault,
    )


async def _composed(context: AdminContext, request: AdminRequest, notification_step: NotificationStep) -> Notification:
    """A notification about the current state of a payment."""
    body = request.body
    if "paymentRequestId" not in body:
        raise HttpProblem(400, "Bad field", "paymentRequestId: missing, it is required without body")
    payment = await payment_of(context, body["paymentRequestId"], request.client_id)
    if payment.payment_id is None:
        detail = "the payment has no paymentId yet: let the buyer act first, or send a body"
        raise HttpProblem(409, "No payment yet", detail)
    return context.repository.notifier.draft(payment, _event(context, payment, body), notification_step)


def _event(context: AdminContext, payment: Payment, body: Mapping[str, Any]) -> DomainEvent:
    """The event to notify; HttpProblem (409) when the payment has no such capture or refund."""
    name: NotificationName = body["notification"]
    default_type = "PAYMENT_PENDING" if name == "notifyPayment" and payment.state in _PENDING else _TYPES[name]
    event = DomainEvent(name, context.clocks.now(payment.client_id), body.get("notifyType", default_type))
    if name == "notifyPayment":
        return event
    ids = _transaction_ids(payment, name)
    transaction_id = body.get("transactionId", _latest(payment, name))
    if transaction_id not in ids:
        kind = _KINDS[name].lower()
        detail = (
            f"the payment has no {kind} {transaction_id}; it has {', '.join(ids[-10:])}" if ids else f"no {kind} yet"
        )
        raise HttpProblem(409, f"Unknown {kind}", detail)
    return event._replace(transaction_id=transaction_id)


def _transaction_ids(payment: Payment, name: NotificationName) -> list[str]:
    """The ids of the captures or refunds that a notification can be about, the oldest first."""
    return [t.id for t in payment.transactions if t.type == _KINDS.get(name)]


def _latest(payment: Payment, name: NotificationName) -> str | None:
    ids = _transaction_ids(payment, name)
    return ids[-1] if ids else None
