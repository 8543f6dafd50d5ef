"""Notifications in the journal."""

from __future__ import annotations

from typing import Any

import pytest

from mock_alipay.journal.notifications import FILTERS, Attempt, wanted
from tests.calls import NOW
from tests.webhooks.deliveries import notification

FAILED = Attempt(NOW, 500, b"busy", "the HTTP status was 500, expected 200", 0.1)


def test_notifications_are_filtered_by_every_field() -> None:
    """A notification must match all filters."""
    one = notification("1", client_id="B", request_id="p", status="DROPPED", scenario="tale")
    values = {"clientId": "B", "family": "payments", "notification": "notifyPayment", "paymentRequestId": "p"}
    values |= {"status": "DROPPED", "scenario": "tale"}
    assert {*FILTERS, one.id_field} == set(values)
    assert wanted(values)(one)
    assert [] == [name for name in values if wanted({**values, name: "x"})(one)]


@pytest.mark.parametrize(
    ("changes", "handled"),
    [({}, False), ({"attempts": (FAILED,)}, True), ({"status": "DROPPED"}, True), ({"status": "REFUSED"}, True)],
)
def test_a_notification_is_handled_after_its_first_attempt(changes: dict[str, Any], handled: bool) -> None:
    """The outcome does not matter; without any attempt to come it is handled as well."""
    assert handled == notification(**changes).handled


def test_only_notifications_of_one_payment_share_a_key() -> None:
    """Without a payment, or with another client id, a notification has its own key."""
    assert notification("1", request_id="p").key == notification("2", request_id="p").key
    assert notification("1", request_id=None).key != notification("2", request_id=None).key
    assert notification("1", client_id="A", request_id="p").key != notification("2", client_id="B", request_id="p").key


def test_the_size_includes_body_url_and_responses() -> None:
    """Texts count, so that the memory limit of the journal holds."""
    small = notification(body=b"", url="", attempts=())
    large = small._replace(body=b"x" * 1000, url="u" * 200, attempts=(FAILED._replace(answer=b"y" * 4000),))
    assert 5200 <= large.size - small.size <= 7000
