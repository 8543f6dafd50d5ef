"""Notifications as they are kept: in order, found by what they are about, and never too many."""

from __future__ import annotations

import logging
from typing import Any

import pytest

from mock_alipay.journal.notifications import FILTERS, Attempt, NotificationJournal, wanted
from tests.calls import NOW
from tests.webhooks.rounds import notification

ATTEMPT = Attempt(NOW, 500, b"busy", "the HTTP status was 500, expected 200", 0.1)


def filled(count: int, **settings: Any) -> NotificationJournal:
    """An outbox with so many notifications, of client ids A and B in turn."""
    outbox = NotificationJournal(**settings)
    for number in range(count):
        outbox.keep(notification(outbox.next_id(), client_id="AB"[number % 2]))
    return outbox


def ids(outbox: NotificationJournal, **settings: Any) -> list[str]:
    """Those that it would show, newest first."""
    return [one.id for one in outbox.newest_first(lambda _: True, **settings)]


def test_newest_first() -> None:
    """Ids count up from 1; those after an id are greater as numbers, not as texts."""
    outbox = filled(12)
    assert [str(number) for number in range(12, 0, -1)] == ids(outbox)
    assert ["12", "11", "10"] == ids(outbox, after=9)
    assert [] == ids(outbox, after=12)


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


def test_the_oldest_make_room_for_the_newest(caplog: pytest.LogCaptureFixture) -> None:
    """Delivered or not; that some were not is said once."""
    outbox = filled(3, max_notifications=3)
    outbox.keep(notification("1", status="ACCEPTED"))
    outbox.keep(notification("4"))
    assert ["4", "3", "2"] == ids(outbox)
    assert [] == caplog.messages
    for number in ("5", "6"):
        assert [str(int(number) - 3)] == [gone.id for gone in outbox.keep(notification(number))]
    assert (["6", "5", "4"], None) == (ids(outbox), outbox.get("2"))
    assert ["more than 3 notifications, or 64 MiB of them: the oldest are forgotten, delivered or not"] == [
        record.message for record in caplog.records if record.levelno == logging.WARNING
    ]
