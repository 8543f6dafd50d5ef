"""consult: which payment methods a buyer is offered."""

from __future__ import annotations

from typing import Any

import pytest

from tests.driver import Driver, amount, result_of
from tests.fields import read

BODY = {"productCode": "CASHIER_PAYMENT", "paymentAmount": amount(100), "env": {"terminalType": "WEB"}}
METHODS = {method["type"]: method for method in read("paymentOptions.json")["methods"]}


def options(**changes: Any) -> dict[str, dict[str, Any]]:
    """The options of the reply, by paymentMethodType."""
    reply = Driver().call("consult", {**BODY, **changes})
    assert "SUCCESS" == result_of(reply)
    return {option["paymentMethodType"]: option for option in reply["paymentOptions"]}


def test_all_methods_are_offered_without_a_region() -> None:
    """In the order of the file, with its data; nothing is stored."""
    driver = Driver()
    first = driver.call("consult", BODY)
    assert (first, []) == (driver.call("consult", BODY), driver.notifications())
    names = ("paymentMethodType", "paymentMethodCategory", "paymentMethodRegion", "paymentOptionDetail")
    assert [(name, row["category"], row["regions"], row.get("detail")) for name, row in METHODS.items()] == [
        tuple(option.get(name) for name in names) for option in first["paymentOptions"]
    ]


@pytest.mark.parametrize(
    ("requested", "expected"),
    [
        ({"allowedPaymentMethodRegions": []}, list(METHODS)),
        ({"userRegion": "PH"}, ["CARD", "GCASH"]),
        ({"userRegion": "PH", "allowedPaymentMethodRegions": ["SG"]}, ["CARD", "GCASH", "GRABPAY_SG"]),
        ({"userRegion": "PH", "allowedPaymentMethodRegions": ["GLOBAL"]}, list(METHODS)),
        ({"userRegion": "AQ"}, ["CARD"]),
    ],
)
def test_regions_limit_the_methods(requested: dict[str, Any], expected: list[str]) -> None:
    """The buyer's region and the allowed ones; cards are available everywhere."""
    assert expected == list(options(**requested))


@pytest.mark.parametrize("currency", ["PHP", "HKD"])
def test_a_method_without_the_currency_is_not_enabled(currency: str) -> None:
    """It is listed with the reason."""
    for name, option in options(paymentAmount=amount(100, currency)).items():
        currencies = METHODS[name]["currencies"]
        assert (not currencies or currency in currencies) == option["enabled"]
        assert (None if option["enabled"] else "CHANNEL_NOT_SUPPORT_CURRENCY") == option.get("disableReason")
