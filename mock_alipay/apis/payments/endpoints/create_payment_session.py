"""createPaymentSession: opens a session that the front end pays in (PAGE: session_cashier)."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, timezone
from functools import lru_cache
from typing import Any

import orjson

from mock_alipay.apis.context import Context, Outcome
from mock_alipay.apis.payments.endpoints.opening import begun, method_of
from mock_alipay.apis.payments.model import Payment
from mock_alipay.apis.payments.records import Session
from mock_alipay.clock.clocks import GATEWAY_ZONE, wire_time
from mock_alipay.contracts.validation import parse
from mock_alipay.errors import Fault, Refusal

_SCENES = {
    "CHECKOUT_PAYMENT": ("CHECKOUT_PAYMENT", None),
    "ELEMENT_PAYMENT": ("ELEMENT_PAYMENT", "ALL"),
    "EASY_PAY": ("EASY_PAY", "WALLET"),
}
"""What the front-end SDK (npm @alipay/ams-checkout 1.47.2) is told to show, by productScene."""


_HOSTED = "CHECKOUT_PAYMENT"
"""The scene whose reply has normalUrl, the page to which the merchant sends the buyer (DOC, OAS)."""

_ID = "ID"
"""Stands for the id of the session, behind all that a client writes."""

_URL_SAFE = str.maketrans("+/", "-_")


def create_payment_session(body: Mapping[str, Any], context: Context[Payment]) -> Outcome[Payment]:
    """A new session, or the one that the same request has already opened.

    REPEAT_REQ_INCONSISTENT when the same paymentRequestId comes with another body; ORDER_IS_CANCELED when its payment
    was cancelled; PARAM_ILLEGAL when paymentSessionExpiryTime is not within the coming hour. The documentation is
    silent on repeats of this API: this is what its idempotency page says of the others.
    """
    known = context.aggregate
    # Where a session expired before a buyer came there may be another, with a payment of its own.
    if known is not None and known.state != "EXPIRED":
        if known.session is None or (context.raw != known.request and parse(known.request) != body):
            raise Refusal(
                "REPEAT_REQ_INCONSISTENT",
                f"paymentRequestId {body['paymentRequestId']} was used before with another body",
            )
        if known.state == "CANCELLED":
            raise Refusal("ORDER_IS_CANCELED")
        return Outcome("SUCCESS", fields=_fields(known.session))
    session = _open(body, context)
    return Outcome("SUCCESS", fields=_fields(session), aggregate=begun(body, context, session))


def _open(body: Mapping[str, Any], context: Context[Payment]) -> Session:
    nth = context.aggregate.version + 1 if context.aggregate else 1
    secrets = context.environment.ids.session(context.client_id, body["paymentRequestId"], nth)
    lifetime = context.environment.limits.session_lifetime
    expires, expiry_text = _expiry(body.get("paymentSessionExpiryTime"), context.now, lifetime)
    scene = body.get("productScene", "")
    before, after = _front_end(context.client_id, method_of(body), scene, context.base_url)
    front_end = base64.b64encode(before + secrets.id.encode() + after).decode()
    return Session(
        id=secrets.id,
        data=f"{secrets.data}&&SG&&111&&{front_end}",
        created=context.now,
        expires=expires,
        expiry_text=expiry_text,
        normal_url=context.checkout_url(secrets.id.translate(_URL_SAFE)) if scene == _HOSTED else None,
    )


def _expiry(asked: str | None, now: datetime, lifetime: timedelta) -> tuple[datetime, str]:
    if asked is None:
        return now + lifetime, wire_time(now + lifetime, GATEWAY_ZONE)
    try:
        moment = datetime.fromisoformat(asked)
    except ValueError:
        raise _bad_expiry("a moment that exists", asked) from None
    if not now <= moment <= now + lifetime:
        # A time to the second is past as soon as its second has begun.
        earliest = wire_time(now + timedelta(seconds=1) if now.microsecond else now, UTC)
        latest = wire_time(now + lifetime, UTC)
        raise _bad_expiry(f"a time from now to one hour later ({earliest} to {latest})", asked)
    text = wire_time(moment, timezone(moment.utcoffset() or timedelta(0)))
    # Z and +00:00 are one zone to Python: each client gets the form that it sent.
    return moment, text if asked.endswith("Z") else text.replace("Z", "+00:00")


def _bad_expiry(expected: str, asked: str) -> Refusal:
    return Refusal("PARAM_ILLEGAL", faults=[Fault("paymentSessionExpiryTime", expected, asked)])


def _fields(session: Session) -> dict[str, str]:
    fields = {
        "paymentSessionData": session.data,
        "paymentSessionExpiryTime": session.expiry_text,
        "paymentSessionId": session.id,
    }
    return fields if session.normal_url is None else {**fields, "normalUrl": session.normal_url}


@lru_cache(maxsize=1024)
def _front_end(client_id: str, method: str, product_scene: str, base_url: str) -> tuple[bytes, bytes]:
    """The fourth part of paymentSessionData, around the id of the session: JSON.

    Without it the real front-end SDK shows nothing. Its keys are those that @alipay/ams-checkout 1.47.2 reads; ``mock``
    is ours, and ignored by it.
    """
    scene, category = _SCENES.get(product_scene, ("CASHIER_PAYMENT", _category(method)))
    config = {"productScene": scene, "productSceneVersion": "1.0"}
    if category:
        config["paymentMethodCategoryType"] = category
    content = {
        "action": {},
        "clientId": client_id,
        "connectFactor": {"enableConnect": False},
        "extendInfo": "{}",
        "paymentMethodInfoView": {"paymentMethodType": method},
        "paymentSessionConfig": config,
        "mock": {"base": base_url, "id": _ID, "v": 1},
    }
    before, _, after = orjson.dumps(content).rpartition(_ID.encode())
    return before, after


def _category(payment_method_type: str) -> str:
    if payment_method_type == "CARD":
        return "CARD"
    return "BANK" if payment_method_type.startswith("ONLINEBANKING_") else "APM"
