"""consult: which payment methods a buyer can be offered (OAS, consult)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mock_alipay.apis.context import Context, Outcome
from mock_alipay.apis.payments.model import Payment

_EVERYWHERE = "GLOBAL"


def consult(body: Mapping[str, Any], context: Context[Payment]) -> Outcome[Payment]:
    """The methods of ``paymentOptions.json`` that fit the regions asked for.

    Those that cannot take the currency are there, but not enabled; cards fit everywhere.
    """
    regions = set(body.get("allowedPaymentMethodRegions", ()))
    if "userRegion" in body:
        regions.add(body["userRegion"])
    found = [
        _option(method, body["paymentAmount"]["currency"])
        for method in context.environment.contract.payment_options
        if not regions or _EVERYWHERE in regions or regions.union({_EVERYWHERE}) & set(method["regions"])
    ]
    return Outcome("SUCCESS", fields={"paymentOptions": found})


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
