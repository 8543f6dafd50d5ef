"""createPaymentSession: opens a session in which the buyer pays (PAGE: session_cashier)."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, timezone
from functools import lru_cache
from typing import Any

import orjson

from mock_alipay.apis.context import Context, Outcome
from mock_alipay.apis.payments.endpoints.opening import new_payment
from mock_alipay.apis.payments.methods import method_of
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
"""By productScene: the scene and method category for the front-end SDK (npm @alipay/ams-checkout 1.47.2)."""

_HOSTED = "CHECKOUT_PAYMENT"
"""The scene whose reply has normalUrl, the page to which the merchant sends the buyer (DOC, OAS)."""

_ID = "ID"
"""Placeholder for the session's id. It comes after every text from the client, so its last occurrence is ours."""

_ID_LENGTH = 64

_URL_SAFE = str.maketrans("+/", "-_")


def create_payment_session(body: Mapping[str, Any], context: Context[Payment]) -> Outcome[Payment]:
    """Open a session; a repeat of the request gets the same session.

    Refusals: REPEAT_REQ_INCONSISTENT for a known paymentRequestId with another body; ORDER_IS_CANCELED for a cancelled
    payment; PARAM_ILLEGAL when paymentSessionExpiryTime is not within the next hour. Repeats of this API are not
    documented; they follow the idempotency page of the others.
    """
    known = context.aggregate
    # After an expired session a new one is possible, with a new paymentId.
    if known is not None and known.state != "EXPIRED":
        if known.session is None or (context.raw != known.request and parse(known.request) != body):
            raise Refusal(
                "REPEAT_REQ_INCONSISTENT",
                f"paymentRequestId {body['paymentRequestId']} was already used with another body",
            )
        if known.state == "CANCELLED":
            raise Refusal("ORDER_IS_CANCELED")
        return Outcome("SUCCESS", fields=_fields(known.session))
    session = _open(body, context)
    return Outcome("SUCCESS", fields=_fields(session), aggregate=new_payment(body, context, session))


def _open(body: Mapping[str, Any], context: Context[Payment]) -> Session:
    nth = context.aggregate.version + 1 if context.aggregate else 1
    secrets = context.environment.ids.session(context.client_id, body["paymentRequestId"], nth)
    lifetime = context.environment.limits.session_lifetime
    expires, expiry_text = _expiry(body.get("paymentSessionExpiryTime"), context.now, lifetime)
    scene = body.get("productScene", "")
    before, between, after = _front_end(context.client_id, method_of(body), scene, context.base_url)
    front_end = before + base64.b64encode(secrets.id.encode() + between).decode() + after
    return Session(
        id=secrets.id,
        data=f"{secrets.data}&&SG&&111&&{front_end}",
        created=context.now,
        expires=expires,
        expiry_text=expiry_text,
        normal_url=context.checkout_url(secrets.id.translate(_URL_SAFE)) if scene == _HOSTED else None,
    )


def _expiry(requested: str | None, now: datetime, lifetime: timedelta) -> tuple[datetime, str]:
    """When the session expires, and the text of it for the reply."""
    if requested is None:
        return now + lifetime, wire_time(now + lifetime, GATEWAY_ZONE)
    try:
        expires = datetime.fromisoformat(requested)
    except ValueError:
        raise _bad_expiry("a date that exists", requested) from None
    if not now <= expires <= now + lifetime:
        # A time in whole seconds is in the past as soon as its second has begun.
        earliest = wire_time(now + timedelta(seconds=1) if now.microsecond else now, UTC)
        latest = wire_time(now + lifetime, UTC)
        raise _bad_expiry(f"a time from now to one hour later ({earliest} to {latest})", requested)
    text = wire_time(expires, timezone(expires.utcoffset() or timedelta(0)))
    # Python does not distinguish Z and +00:00; the reply keeps the form of the request.
    return expires, text if requested.endswith("Z") else text.replace("Z", "+00:00")


def _bad_expiry(expected: str, requested: str) -> Refusal:
    return Refusal("PARAM_ILLEGAL", faults=[Fault("paymentSessionExpiryTime", expected, requested)])


def _fields(session: Session) -> dict[str, str]:
    fields = {
        "paymentSessionData": session.data,
        "paymentSessionExpiryTime": session.expiry_text,
        "paymentSessionId": session.id,
    }
    return fields if session.normal_url is None else {**fields, "normalUrl": session.normal_url}


@lru_cache(maxsize=1024)
def _front_end(client_id: str, method: str, product_scene: str, base_url: str) -> tuple[str, bytes, str]:
    """The fourth part of paymentSessionData, JSON in base64, before and after the session's id.

    Base64 encodes three bytes at a time: the second value is the text that must be encoded together with the id.
    The real front-end SDK shows nothing without it. The keys are those that @alipay/ams-checkout 1.47.2 reads;
    ``mock`` is OURS, and the SDK ignores it.
    """
    scene, category = _scene(product_scene, method)
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
    # Blanks between tokens of JSON, here before the opening quote of the id, mean nothing.
    before = before[:-1] + b" " * (-len(before) % 3) + before[-1:]
    encoded_with_id = -_ID_LENGTH % 3
    return (
        base64.b64encode(before).decode(),
        after[:encoded_with_id],
        base64.b64encode(after[encoded_with_id:]).decode(),
    )


def scene_of(body: Mapping[str, Any]) -> tuple[str, str | None]:
    """The scene and the method category of a session, as the front-end SDK names them."""
    return _scene(body.get("productScene", ""), method_of(body))


def _scene(product_scene: str, method: str) -> tuple[str, str | None]:
    return _SCENES.get(product_scene, ("CASHIER_PAYMENT", _category(method)))


def _category(payment_method_type: str) -> str:
    if payment_method_type == "CARD":
        return "CARD"
    return "BANK" if payment_method_type.startswith("ONLINEBANKING_") else "APM"
