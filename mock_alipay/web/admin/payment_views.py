"""Payments and notifications as JSON for the admin API."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, get_args
from urllib.parse import quote

import orjson

from mock_alipay.apis.aggregate import Aggregate
from mock_alipay.apis.context import CHECKOUT_PATH
from mock_alipay.apis.environment import Environment
from mock_alipay.apis.family import Families
from mock_alipay.apis.payments import buyer, timeline
from mock_alipay.apis.payments.endpoints.inquiry_payment import status_of
from mock_alipay.apis.payments.model import Payment
from mock_alipay.apis.payments.records import Transaction
from mock_alipay.clock import durations
from mock_alipay.clock.clocks import wire_time
from mock_alipay.contracts.names import BuyerAction
from mock_alipay.journal.notifications import Attempt, Notification
from mock_alipay.text.masking import mask_cards, mask_json, mask_text
from mock_alipay.web.admin.call_views import masked_headers, signed
from mock_alipay.webhooks import target_of

ATTEMPTS_SHOWN = 20
"""Attempts of a notification on one page; the retry schedule has eight."""


def payment_view(payment: Payment, environment: Environment) -> dict[str, Any]:
    """A payment with its request, what its buyer has done and can do now, and the address of its cashier page."""
    return {
        **payment_summary(payment),
        "request": mask_json(orjson.loads(payment.request)),
        "history": [
            {"action": act.action, "resultCode": act.code or None, "time": wire_time(act.time)}
            for act in payment.history
        ],
        "possible": [action for action in get_args(BuyerAction) if buyer.can(payment, action)],
        "checkoutUrl": f"{environment.public_url or ''}{CHECKOUT_PATH}{quote(payment.page_id, safe='')}",
    }


def aggregate_summary(aggregate: Aggregate, families: Families) -> dict[str, Any]:
    """What the aggregates of all families have in common."""
    return {
        families[aggregate.family].id_field: mask_cards(aggregate.request_id),
        "clientId": mask_cards(aggregate.client_id),
        "state": aggregate.state,
        "scenario": aggregate.scenario,
    }


def payment_summary(payment: Payment) -> dict[str, Any]:
    """A payment without its request, as in events."""
    session = payment.session
    return {
        "paymentRequestId": mask_cards(payment.payment_request_id),
        "clientId": mask_cards(payment.client_id),
        "state": payment.state,
        "scenario": payment.scenario,
        "created": wire_time(payment.created),
        "sessionStatus": None if session is None else _session_status(payment),
        "paymentSessionId": session and session.id,
        "paymentSessionExpiryTime": session and session.expiry_text,
        "paymentAmount": mask_json(payment.order.amount.wire),
        "paymentMethodType": payment.order.method and mask_cards(payment.order.method),
        "paymentId": payment.payment_id,
        "paymentStatus": None if payment.payment_id is None else status_of(payment),
        "paymentResultCode": payment.code or None,
        "paymentCreateTime": payment.begun and wire_time(payment.begun),
        "paymentTime": payment.paid and wire_time(payment.paid),
        "cancelTime": payment.cancelled and wire_time(payment.cancelled),
        "transactions": [_transaction(transaction) for transaction in payment.transactions],
        "buyer": [{"action": act.action, "after": durations.iso(act.after)} for act in timeline.pending_acts(payment)],
        "next": _time(payment.due()),
    }


def notification_view(notification: Notification) -> dict[str, Any]:
    """A notification with its body."""
    return {**notification_summary(notification), "request": mask_json(orjson.loads(notification.body))}


def whole_notification_view(notification: Notification, attempts_after: int | None = None) -> dict[str, Any]:
    """A notification with its body and the text that the latest attempt signed.

    ``attempts_after``: show the page of attempts after the first so many, in place of the latest attempts.
    """
    view = {**notification_view(notification), "signed": _signed(notification)}
    if attempts_after is not None:
        page = notification.attempts[attempts_after : attempts_after + ATTEMPTS_SHOWN]
        view["attempts"] = [_attempt(attempt) for attempt in page]
    return view


def notification_summary(notification: Notification) -> dict[str, Any]:
    """A notification without its body, as in events."""
    return {
        "id": notification.id,
        "notification": notification.name,
        "clientId": mask_cards(notification.client_id),
        notification.id_field: notification.request_id and mask_cards(notification.request_id),
        "created": notification.created.isoformat(timespec="milliseconds"),
        "url": notification.url and mask_text(notification.url),
        "status": notification.status,
        "problem": notification.problem and mask_text(notification.problem),
        "scenario": notification.scenario,
        "fault": notification.fault,
        "waitsFor": notification.waits_for if notification.held else None,
        "nextAttempt": None if notification.held else _time(notification.due),
        "attemptCount": len(notification.attempts),
        "attempts": [_attempt(attempt) for attempt in notification.attempts[-ATTEMPTS_SHOWN:]],
    }


def _session_status(payment: Payment) -> str:
    return payment.state if payment.state in ("OPEN", "EXPIRED") else "CLOSED"


def _transaction(transaction: Transaction) -> dict[str, Any]:
    return {
        "type": transaction.type,
        "requestId": mask_cards(transaction.request_id),
        "id": transaction.id,
        "amount": mask_json(transaction.amount.wire),
        "status": transaction.status,
        "resultCode": transaction.code if transaction.settles is None else None,
        "time": transaction.done and wire_time(transaction.done),
    }


def _signed(notification: Notification) -> str | None:
    sent = notification.attempts[-1].headers if notification.attempts else {}
    if notification.url is None or not sent:
        return None
    return signed("POST", target_of(notification.url), sent, "request-time", notification.body)


def _attempt(attempt: Attempt) -> dict[str, Any]:
    return {
        "time": attempt.time.isoformat(timespec="milliseconds"),
        "requestHeaders": masked_headers(attempt.headers),
        "httpStatus": attempt.http_status,
        "answer": mask_text(attempt.answer.decode("utf-8", "replace")),
        "accepted": attempt.complaint is None,
        "why": attempt.complaint and mask_text(attempt.complaint),
        "byHand": attempt.by_hand,
        "tookMs": round(attempt.took * 1000, 3),
    }


def _time(moment: datetime | None) -> str | None:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds") if moment else None
