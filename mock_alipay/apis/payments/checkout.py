"""What a click on the cashier page leads to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import orjson

from mock_alipay.apis.payments.buyer import can
from mock_alipay.apis.payments.methods import CARD, card_of
from mock_alipay.apis.payments.model import Payment
from mock_alipay.contracts.names import Act

PageState = Literal["open", "challenge", "success", "fail", "processing", "expired"]
"""What a cashier page shows."""

ONE_TIME_CODE = "123456"
"""The code that passes the 3-D Secure check (OURS)."""

UNKNOWN_RESULT = "UNKNOWN_EXCEPTION"
"""The result code of a pending payment that a page shows as failed: the front-end SDK reports SDK_PAYMENT_ERROR."""

_EXEMPT = "4035501000000008"
"""The card that is exempt from 3-D Secure (CARD page)."""

_CHALLENGED = "4000000000003220"
"""A card that asks for 3-D Secure (OURS)."""

_DECLINED: Mapping[str, str] = {
    # Documented to fail, without a code (CARD page).
    "4054692760174822": "CARD_NOT_SUPPORTED",
    "5162770472561357": "CARD_NOT_SUPPORTED",
    # OURS.
    "4000000000000002": "DO_NOT_HONOR",
    "4000000000009995": "USER_BALANCE_NOT_ENOUGH",
}

_STATES: Mapping[str, PageState] = {
    "OPEN": "open",
    "PROCESSING": "open",
    "PENDING": "processing",
    "AUTHORIZED": "success",
    "SUCCESS": "success",
    "FAIL": "fail",
    "EXPIRED": "expired",
    "CANCELLED": "expired",
}


def page_state(payment: Payment) -> PageState:
    """What a page shows of the payment."""
    if payment.challenged and payment.state == "PROCESSING":
        return "challenge"
    if payment.state == "PENDING" and payment.code == UNKNOWN_RESULT:
        return "fail"
    return _STATES[payment.state]


def needs_card(payment: Payment) -> bool:
    """Whether the buyer enters a card: the request has none."""
    return not card_of(orjson.loads(payment.request)).get("cardNo")


def submitted(payment: Payment, card: str, method: str) -> Act:
    """The buyer action after a click on Pay; ``card``: the number that the buyer entered, if any."""
    if method != CARD:
        return Act("pay", method=method)
    known = card_of(orjson.loads(payment.request))
    card = card or known.get("cardNo", "")
    asked = known.get("is3DSAuthentication") in (True, "true") and card != _EXEMPT
    if (asked or card == _CHALLENGED) and can(payment, "challenge"):
        return Act("challenge", method=method)
    return _paid_by(card, method)


def verified(payment: Payment, card: str, code: str) -> Act:
    """The buyer action after a one-time code of the 3-D Secure check."""
    if code != ONE_TIME_CODE:
        return Act("decline", code="USER_PAYMENT_VERIFICATION_FAILED")
    return _paid_by(card or card_of(orjson.loads(payment.request)).get("cardNo", ""))


def _paid_by(card: str, method: str = "") -> Act:
    code = _DECLINED.get(card)
    return Act("decline", code=code, method=method) if code else Act("pay", method=method)
