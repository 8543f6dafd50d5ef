"""What a payment's records say of themselves."""

from __future__ import annotations

import pytest

from mock_alipay.apis.payments.records import Money, money
from tests.apis.payments.orders import capture, opened, refund, standing


@pytest.mark.parametrize(
    ("written", "value", "wire"),
    [("100", 100, "100"), ("0", 0, "0"), ("000", 0, "0"), ("007", 7, "7"), ("9999999999999999", 10**16 - 1, "9" * 16)],
)
def test_amounts_are_numbers(written: str, value: int, wire: str) -> None:
    """Whatever zeros they are written with; they are told without."""
    amount = money({"currency": "USD", "value": written})
    assert (Money("USD", value), {"currency": "USD", "value": wire}) == (amount, amount.wire)
    assert f"USD {wire}" == str(amount)


def test_amounts_of_two_currencies_are_not_the_same() -> None:
    """However equal their numbers."""
    assert money({"currency": "USD", "value": "1"}) != money({"currency": "HKD", "value": "1"})


def test_captures_and_refunds_keep_their_order() -> None:
    """Each among its own."""
    made = (capture(1, "a"), refund(2, "b"), capture(3, "c"), refund(4, "d"))
    payment = standing("SUCCESS", None, *made)
    assert ([made[0], made[2]], [made[1], made[3]]) == (payment.captures, payment.refunds)


def test_its_names_are_those_under_which_it_is_looked_for() -> None:
    """None before a buyer has acted."""
    assert () == opened().aliases
    assert (
        "paymentId:P1",
        "captureRequestId:c-request",
        "captureId:c-id",
        "refundRequestId:r-request",
        "refundId:r-id",
    ) == standing("SUCCESS", None, capture(1), refund(1)).aliases


def test_its_size_grows_with_what_it_holds() -> None:
    """The request and each transaction count."""
    sizes = [standing("SUCCESS", None, *[capture(1)] * n).size for n in range(3)]
    assert opened().size == len(opened().request)
    assert sizes[0] < sizes[1] < sizes[2]
    assert opened(request=b"x" * 5000).size == 5000
