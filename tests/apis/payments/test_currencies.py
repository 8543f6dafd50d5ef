"""Amounts in major units."""

from __future__ import annotations

import pytest

from mock_alipay.apis.payments.currencies import major_units


@pytest.mark.parametrize(
    ("currency", "value", "text"),
    [("USD", 1000, "10.00"), ("USD", 5, "0.05"), ("JPY", 100, "100"), ("KWD", 1234, "1.234"), ("CLF", 1, "0.0001")],
)
def test_an_amount_has_the_digits_of_its_currency(currency: str, value: int, text: str) -> None:
    """By ISO 4217."""
    assert text == major_units(currency, value)
