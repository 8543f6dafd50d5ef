"""consult: which payment methods a buyer is offered."""

from __future__ import annotations

from typing import Any

import pytest

from tests.driver import Driver, amount, result_of
from tests.fields import read

BODY = {"productCode": "CASHIER_PAYMENT", "paymentAmount": amount(100), "env": {"terminalType": "WEB"}}
METHODS = {method["type"]: method for method in read("paymentOptions.json")["methods"]}


def options(**changes: Any) -> dict[str, dict[str, Any]]:
    """What is offered, by paymentMethodType."""
    told = Driver().call("consult", {**BODY, **changes})
    assert "SUCCESS" == result_of(told)
    return {option["paymentMethodType"]: option for option in told["paymentOptions"]}


@pytest.mark.parametrize(
    "regions", [{}, {"allowedPaymentMethodRegions": []}, {"allowedPaymentMethodRegions": ["GLOBAL"]}]
)
def test_everything_is_offered_where_no_region_is_named(regions: dict[str, Any]) -> None:
    """In the order of the file, with what it says of each."""
    found = options(**regions)
    assert list(METHODS) == list(found)
    for name, method in METHODS.items():
        assert (method["category"], method["regions"], method.get("detail")) == (
            found[name]["paymentMethodCategory"],
            found[name]["paymentMethodRegion"],
            found[name].get("paymentOptionDetail"),
        )


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({"userRegion": "PH"}, ["CARD", "GCASH"]),
        ({"allowedPaymentMethodRegions": ["SG"]}, ["CARD", "GRABPAY_SG"]),
        ({"userRegion": "PH", "allowedPaymentMethodRegions": ["SG"]}, ["CARD", "GCASH", "GRABPAY_SG"]),
        ({"userRegion": "PH", "allowedPaymentMethodRegions": ["GLOBAL"]}, list(METHODS)),
        ({"userRegion": "AQ"}, ["CARD"]),
        ({"merchantRegion": "SG"}, list(METHODS)),
    ],
)
def test_others_are_those_of_the_regions(asked: dict[str, Any], expected: list[str]) -> None:
    """Of the buyer's and of those that the merchant allows; a card is at home everywhere."""
    assert expected == list(options(**asked))


@pytest.mark.parametrize("currency", ["USD", "PHP", "HKD", "BRL"])
def test_what_cannot_take_the_currency_is_not_enabled(currency: str) -> None:
    """It is there all the same, with the reason."""
    for name, option in options(paymentAmount=amount(100, currency)).items():
        taken = METHODS[name]["currencies"]
        assert (not taken or currency in taken) == option["enabled"]
        assert (None if option["enabled"] else "CHANNEL_NOT_SUPPORT_CURRENCY") == option.get("disableReason")


def test_a_consult_leaves_nothing_behind() -> None:
    """No payment, nothing to tell."""
    driver = Driver()
    first = driver.call("consult", BODY)
    assert (first, []) == (driver.call("consult", BODY), driver.posted())
    assert "PARAM_ILLEGAL" == driver.code("consult", {**BODY, "env": {}})
