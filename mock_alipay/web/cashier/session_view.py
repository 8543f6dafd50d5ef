"""A payment as its page sees it: nothing of other sessions, no key, no card number."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

import orjson

from mock_alipay.apis.payments.checkout import needs_card, page_state
from mock_alipay.apis.payments.currencies import major_units
from mock_alipay.apis.payments.endpoints.create_payment_session import scene_of
from mock_alipay.apis.payments.methods import methods_of
from mock_alipay.apis.payments.model import Payment
from mock_alipay.gateway.assembly import Components
from mock_alipay.journal.notifications import Notification
from mock_alipay.text.masking import mask_cards, mask_text

REASONS = (
    "USER_BALANCE_NOT_ENOUGH",
    "RISK_REJECT",
    "DO_NOT_HONOR",
    "ISSUER_REJECTS_TRANSACTION",
    "CARD_EXPIRED",
    "INVALID_CVV",
    "INVALID_CARD_NUMBER",
    "CARD_NOT_SUPPORTED",
    "SUSPECTED_CARD",
    "PAYMENT_IN_PROCESS",
    "ORDER_IS_CLOSED",
    "ORDER_IS_CANCELLED",
    "PROCESS_FAIL",
    "UNKNOWN_EXCEPTION",
    "USER_PAYMENT_VERIFICATION_FAILED",
    "ACCESS_DENIED",
    "SYSTEM_ERROR",
)
"""The result codes that a page offers for a decline; a public plug-in distinguishes them."""


async def session_view(payment: Payment, components: Components, played: int) -> dict[str, Any]:
    """The JSON for a page; ``played``: the number of the buyer's last act that a page has played."""
    request = orjson.loads(payment.request)
    amount = payment.order.amount
    return {
        "id": payment.page_id,
        "sessionId": payment.session_id,
        "paymentRequestId": mask_cards(payment.payment_request_id),
        "paymentId": payment.payment_id,
        "merchant": mask_text(_merchant(request) or payment.client_id),
        "description": mask_text(request.get("order", {}).get("orderDescription", "")),
        "amount": {**amount.wire, "text": major_units(amount.currency, amount.value)},
        "methods": methods_of(request),
        "method": payment.order.method,
        "needsCard": needs_card(payment),
        "scene": scene_of(request)[0] if payment.session else "",
        "state": page_state(payment),
        "result": _result(payment, components),
        "acts": _acts(payment, components),
        "played": played,
        "redirectUrl": request.get("paymentRedirectUrl"),
        "wallet": f"/wallet/{quote(payment.page_id, safe='')}",
        "notification": _notification(await components.dispatcher.journal.together(payment.key)),
        "reasons": [{"code": code, "message": components.contract.results[code].message} for code in REASONS],
    }


def result_of(code: str, components: Components) -> dict[str, str]:
    """The ``result`` object of a code."""
    return components.contract.results[code].composed()


def _merchant(request: Mapping[str, Any]) -> str:
    merchant = request.get("order", {}).get("merchant", {})
    return str(merchant.get("merchantName") or merchant.get("merchantDisplayName") or "")


def _result(payment: Payment, components: Components) -> dict[str, str] | None:
    match page_state(payment):
        case "open" | "challenge":
            return None
        case "expired":
            cancelled = payment.state == "CANCELLED"
            return result_of("ORDER_IS_CANCELLED" if cancelled else "INQUIRY_PAYMENT_SESSION_FAILED", components)
        case _:
            return result_of(payment.code, components)


def _acts(payment: Payment, components: Components) -> list[dict[str, Any]]:
    first = payment.acted - len(payment.history) + 1
    return [
        {"number": number, "action": act.action, "result": result_of(act.code, components) if act.code else None}
        for number, act in enumerate(payment.history, first)
    ]


def _notification(notifications: list[Notification]) -> dict[str, Any] | None:
    about = [notification for notification in notifications if notification.name == "notifyPayment"]
    if not about:
        return None
    latest = about[-1]
    last = latest.attempts[-1] if latest.attempts else None
    return {
        "status": latest.status,
        "httpStatus": last and last.http_status,
        "accepted": latest.status == "ACCEPTED",
    }
