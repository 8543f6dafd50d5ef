"""The figures of a payment's life, as the file has them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from mock_alipay.contracts import load
from tests.fields import read

DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)
PAID = datetime(2026, 11, 22, 1, 7, 10, tzinfo=UTC)


def test_they_are_those_of_the_documentation() -> None:
    """Windows, and how often a notification is sent again."""
    found = load().limits
    assert (HOUR, 7 * DAY, 2 * DAY) == (
        found.session_lifetime,
        found.authorization_lifetime,
        found.longest_order_lifetime,
    )
    minutes = [interval / MINUTE for interval in found.resend_intervals]
    assert [0, 2, 10, 10, 60, 120, 360, 900] == minutes


def test_each_tells_its_source() -> None:
    """A page that the file names, or OURS."""
    rows = {name: row for name, row in read("figures.json").items() if name != "$comment"}
    assert all({"is", "$comment"} <= set(row) for row in rows.values())


@pytest.mark.parametrize(
    ("method", "expected"),
    [
        ("CARD", 14 * MINUTE),
        ("GCASH", 14 * MINUTE),
        ("", 14 * MINUTE),
        ("BANKTRANSFER", 2 * DAY),
        ("BANKTRANSFER_ID", 2 * DAY),
        ("banktransfer", 14 * MINUTE),
        ("ONLINEBANKING_FPX", 14 * MINUTE),
    ],
)
def test_an_order_waits_so_long_to_be_paid(method: str, expected: timedelta) -> None:
    """By its paymentMethodType, as it is written."""
    assert expected == load().limits.order_lifetime(method)


@pytest.mark.parametrize(
    ("method", "expected"),
    [
        ("CARD", PAID + 7 * DAY),
        ("MERCADOPAGO_MX", PAID + 7 * DAY),
        ("JKOPAY", None),
        ("GCASH", datetime(2026, 11, 22, 16, 15, tzinfo=UTC)),
    ],
)
def test_a_payment_may_be_cancelled_so_long(method: str, expected: datetime | None) -> None:
    """By its paymentMethodType: seven days, never, or until a quarter past midnight."""
    assert expected == load().limits.cancel_until(method, PAID)


@pytest.mark.parametrize(
    ("paid", "expected"),
    [
        ("2026-11-22T15:59:59+00:00", "2026-11-22T16:15:00+00:00"),
        ("2026-11-22T16:00:00+00:00", "2026-11-23T16:15:00+00:00"),
        ("2026-11-22T16:14:59+00:00", "2026-11-23T16:15:00+00:00"),
        ("2026-12-31T23:59:59+08:00", "2027-01-01T00:15:00+08:00"),
        ("2028-02-28T20:00:00-08:00", "2028-03-01T00:15:00+08:00"),
    ],
)
def test_the_day_is_that_of_the_gateway(paid: str, expected: str) -> None:
    """In UTC+8, wherever the payment was made; 15 minutes at least are left."""
    moment = datetime.fromisoformat(expected)
    assert moment == load().limits.cancel_until("GCASH", datetime.fromisoformat(paid))
