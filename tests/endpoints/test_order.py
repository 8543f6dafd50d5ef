"""What of a request a payment's life depends on."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from mock_alipay.endpoints.order import moment, order_of
from mock_alipay.payment import Money
from tests.live import sample

MANUAL = {"captureMode": "MANUAL"}


def test_it_is_the_money_the_method_and_where_to_tell_of_it() -> None:
    """The paymentAmount counts, not the order's own."""
    body = sample("x", paymentAmount={"currency": "JPY", "value": "0042"}, paymentNotifyUrl=None)
    assert (Money("JPY", 42), "CARD", None, False, None) == order_of(body)
    assert "http://127.0.0.1/x" == order_of({**body, "paymentNotifyUrl": "http://127.0.0.1/x"}).notify_url


@pytest.mark.parametrize(
    ("method", "factor", "expected"),
    [
        ("CARD", MANUAL, True),
        ("CARD", {"captureMode": "AUTOMATIC"}, False),
        ("CARD", {"isAuthorization": True}, False),
        ("CARD", None, False),
        ("GCASH", MANUAL, False),
        ("card", MANUAL, False),
    ],
)
def test_only_a_cards_money_is_held(method: str, factor: Any, expected: bool) -> None:
    """When the merchant wants to capture it."""
    body = sample("x", paymentMethod={"paymentMethodType": method}, paymentFactor=factor)
    assert expected == order_of(body).held


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("2026-01-31T12:00:00Z", datetime(2026, 1, 31, 12, tzinfo=UTC)),
        ("2026-01-31T20:00:00+08:00", datetime(2026, 1, 31, 12, tzinfo=UTC)),
        ("2026-02-30T12:00:00Z", None),
    ],
)
def test_when_it_closes_is_a_moment(written: str, expected: datetime | None) -> None:
    """Unless no calendar has it."""
    assert expected == moment(written) == order_of(sample("x", paymentExpiryTime=written)).expires
