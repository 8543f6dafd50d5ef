"""The payment methods and the card of a request."""

from __future__ import annotations

from typing import Any

import pytest

from mock_alipay.apis.payments.methods import card_of, is_held, method_of, methods_of


def offer(*methods: tuple[str, Any], saved: tuple[str, ...] = ()) -> dict[str, Any]:
    """A request with these methods and positions."""
    listed = [{"paymentMethodType": name, **({"paymentMethodOrder": at} if at else {})} for name, at in methods]
    return {
        "availablePaymentMethod": {"paymentMethodTypeList": listed},
        "savedPaymentMethods": [{"paymentMethodType": name} for name in saved],
    }


@pytest.mark.parametrize(
    ("body", "methods"),
    [
        ({}, ["CARD"]),
        ({"paymentMethod": {"paymentMethodType": "GCASH"}}, ["GCASH"]),
        (offer(("GCASH", None), ("CARD", "1")), ["CARD", "GCASH"]),
        (offer(("GCASH", "10"), ("CARD", 2), saved=("CARD", "DANA")), ["CARD", "GCASH", "DANA"]),
    ],
)
def test_the_buyer_chooses_between_methods(body: dict[str, Any], methods: list[str]) -> None:
    """In the order in which they are shown; the first is the default."""
    assert (methods, methods[0]) == (methods_of(body), method_of(body))


def test_only_a_card_is_held() -> None:
    """Where the merchant captures itself."""
    manual = {"paymentFactor": {"captureMode": "MANUAL"}}
    assert [True, False, False] == [is_held(manual, "CARD"), is_held(manual, "GCASH"), is_held({}, "CARD")]


def test_a_request_may_have_no_card() -> None:
    """Then it is empty."""
    assert [{}, {}] == [card_of({}), card_of({"paymentMethod": {"paymentMethodType": "CARD"}})]
