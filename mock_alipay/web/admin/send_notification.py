"""Sending a notification by hand: of a payment as it stands, or with a body of one's own."""

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
"""What the call takes beside the keys that a scenario has for a notification."""

_COMPOSED = ("notifyType", "transactionId", "result", "message", "set")
"""What concerns the body that the gateway composes."""

_TYPES: Mapping[NotificationName, str] = {
    "notifyPayment": "PAYMENT_RESULT",
    "notifyCapture": "CAPTURE_RESULT",
    "notifyRefund": "REFUND_RESULT",
}

_KINDS: Mapping[NotificationName, TransactionType] = {"notifyCapture": "CAPTURE", "notifyRefund": "REFUND"}

_PENDING = ("PROCESSING", "PENDING")
"""States of a payment that has no result to tell of yet."""


async def notify(context: AdminContext, request: AdminRequest) -> Any:
    """Send it, as often and as late as it is wanted; answers with what is on its way."""
    written = {key: value for key, value in request.body.items() if key not in _OWN}
    notification_step = _notification_step(context, request.body["notification"], written)
    draft = (
        await _own(context, request, notification_step)
        if "body" in request.body
        else await _composed(context, request, notification_step)
    )
    if draft.status == "PENDING":
        draft = draft._replace(url=request.body.get("url", draft.url))
    sent = await context.repository.notifier.enqueue(draft, notification_step)
    return {"notifications": await context.worker.do(lambda: [payment_views.notification_view(one) for one in sent])}


def _notification_step(context: AdminContext, name: NotificationName, written: Mapping[str, Any]) -> NotificationStep:
    """How it is to be sent: in the words of a scenario, and checked as one."""
    document = Document("body", {"description": "by hand", name: dict(written)})
    try:
        return parse_scenario(document, "by-hand", context.vocabulary).notification_steps[f"{PAYMENTS.name}/{name}"][0]
    except SetupError as error:
        problems = [problem.removeprefix("body: ").replace(f"{name}.", "") for problem in error.problems]
        raise HttpProblem(400, "Bad field", "; ".join(problems), faults=problems) from None


async def _own(context: AdminContext, request: AdminRequest, notification_step: NotificationStep) -> Notification:
    """With a body that is sent as it is."""
    body = request.body
    unfit = [name for name in _COMPOSED if name in body]
    if unfit:
        raise HttpProblem(
            400, "Bad field", f"{unfit[0]}: a body of one's own is sent as it is; leave one of the two out"
        )
    if "paymentRequestId" in body:
        payment = await payment_of(context, body["paymentRequestId"], request.client_id)
        event = DomainEvent(
            body["notification"],
            await context.clocks.now(payment.client_id),
            "",
            _latest(payment, body["notification"]),
        )
        return context.repository.notifier.draft(payment, event, notification_step, body=body["body"])
    return await _without_payment(context, request, notification_step)


async def _without_payment(
    context: AdminContext, request: AdminRequest, notification_step: NotificationStep
) -> Notification:
    """Of nothing that the gateway knows: the request says to whom and where it is sent."""
    body = request.body
    for name in ("clientId", "url"):
        if name not in body:
            detail = f"{name}: missing; it is required where no paymentRequestId names a payment"
            raise HttpProblem(400, "Bad field", detail)
    if notification_step.after:
        raise HttpProblem(
            400, "Bad field", "after: there is nothing to wait for where no paymentRequestId names a payment"
        )
    now = await context.clocks.now(request.client_id)
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
    """As the payment stands."""
    body = request.body
    if "paymentRequestId" not in body:
        raise HttpProblem(400, "Bad field", "paymentRequestId: missing; it is required where there is no body to send")
    payment = await payment_of(context, body["paymentRequestId"], request.client_id)
    if payment.payment_id is None:
        detail = "the payment has no paymentId yet: let the buyer act first, or give a body of your own"
        raise HttpProblem(409, "No payment yet", detail)
    return context.repository.notifier.draft(payment, await _news(context, payment, body), notification_step)


async def _news(context: AdminContext, payment: Payment, body: Mapping[str, Any]) -> DomainEvent:
    name: NotificationName = body["notification"]
    usual = "PAYMENT_PENDING" if name == "notifyPayment" and payment.state in _PENDING else _TYPES[name]
    event = DomainEvent(name, await context.clocks.now(payment.client_id), body.get("notifyType", usual))
    if name == "notifyPayment":
        return event
    made = _made(payment, name)
    wanted = body.get("transactionId", _latest(payment, name))
    if wanted not in made:
        kind = _KINDS[name].lower()
        found = f"the payment has no {kind} {wanted}; it has {', '.join(made[-10:])}" if made else f"no {kind} yet"
        raise HttpProblem(409, f"No such {kind}", found)
    return event._replace(transaction_id=wanted)


def _made(payment: Payment, name: NotificationName) -> list[str]:
    """The ids of what a notification could tell of."""
    return [t.id for t in payment.transactions if t.type == _KINDS.get(name)]


def _latest(payment: Payment, name: NotificationName) -> str | None:
    made = _made(payment, name)
    return made[-1] if made else None
