"""consult: the payment methods to offer to a buyer (OAS, consult)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mock_alipay.apis.context import Context, Outcome
from mock_alipay.apis.payments.model import Payment

_EVERYWHERE = "GLOBAL"


def consult(body: Mapping[str, Any], context: Context[Payment]) -> Outcome[Payment]:
    """List the methods of ``paymentOptions.json`` that are available in the requested regions.

    Methods without the currency are listed as not enabled; cards are available everywhere.
    """
    regions = set(body.get("allowedPaymentMethodRegions", ()))
    if "userRegion" in body:
        regions.add(body["userRegion"])
    options = [
        _option(method, body["paymentAmount"]["currency"])
        for method in context.environment.contract.payment_options
        if not regions or _EVERYWHERE in regions or regions.union({_EVERYWHERE}) & set(method["regions"])
    ]
    return Outcome("SUCCESS", fields={"paymentOptions": options})


def _option(method: Mapping[str, Any], currency: str) -> dict[str, Any]:
    option: dict[str, Any] = {
        "paymentMethodType": method["type"],
        "paymentMethodCategory": method["category"],
        "paymentMethodRegion": method["regions"],
        "enabled": not method["currencies"] or currency in method["currencies"],
    }
    if not option["enabled"]:
        option["disableReason"] = "CHANNEL_NOT_SUPPORT_CURRENCY"
    if "detail" in method:
        option["paymentOptionDetail"] = method["detail"]
    return option
