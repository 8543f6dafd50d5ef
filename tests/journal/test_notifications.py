"""Notifications as they are kept: in order, found by what they are about, and never too many."""

from __future__ import annotations

from typing import Any

import pytest

from mock_alipay.journal.notifications import FILTERS, Attempt, wanted
from tests.calls import NOW
from tests.webhooks.rounds import notification

ATTEMPT = Attempt(NOW, 500, b"busy", "the HTTP status was 500, expected 200", 0.1)


def test_filters() -> None:
    """Each is one field; of several all must fit."""
    one = notification("1", client_id="B", request_id="p", status="DROPPED", scenario="tale")
    values = {
        "clientId": "B",
        "family": "payments",
        "notification": "notifyPayment",
        "paymentRequestId": "p",
        "status": "DROPPED",
        "scenario": "tale",
    }
    assert {*FILTERS, one.id_field} == set(values)
    assert wanted({})(one)
    assert wanted(values)(one)
    for name, value in values.items():
        assert wanted({name: value})(one)
        assert not wanted({**values, name: "x"})(one)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({}, False),
        ({"attempts": (ATTEMPT,)}, True),
        ({"status": "DROPPED"}, True),
        ({"status": "REFUSED"}, True),
        ({"status": "ACCEPTED", "attempts": (ATTEMPT,)}, True),
    ],
)
def test_told(changes: dict[str, Any], told: bool) -> None:
    """The first attempt counts, whatever came of it; so does that there will be none."""
    assert told == notification(**changes).handled


def test_those_without_a_payment_are_alone() -> None:
    """A notification with a body of its own waits for no other; those of one payment are delivered in turn."""
    assert notification("1", request_id="p").key == notification("2", request_id="p").key
    assert notification("1", request_id=None).key != notification("2", request_id=None).key
    assert notification("1", client_id="A", request_id="p").key != notification("2", client_id="B").key
