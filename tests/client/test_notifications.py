"""``Mock.notifications``: listing, waiting, resending and sending."""

from __future__ import annotations

import dataclasses
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from mock_alipay.client import Mock, notifications
from mock_alipay.client.transport import run
from mock_alipay.errors import AdminError, WaitTimeout
from tests.client.conftest import Create
from tests.live import Live
from tests.shop import ACKNOWLEDGED, FAULTY, Shop


def test_wait_returns_the_delivered_notification(mock: Mock, webhook: Shop, client_id: str, create: Create) -> None:
    """With its body and its attempt; ``get`` also has the signed text."""
    mock.payment(create()).pay()
    notification = mock.notifications.wait(notification="notifyPayment", payment_request_id="p")
    (received,) = webhook.got(f"/{client_id}")
    assert ("ACCEPTED", "success") == (notification.status, notification.scenario)
    assert received.body == notification.request
    (attempt,) = notification.attempts
    assert (200, True, None, False) == (attempt.http_status, attempt.accepted, attempt.why, attempt.by_hand)
    alone = mock.notifications.get(notification.id)
    assert notification == dataclasses.replace(alone, signed=None)
    head = f"POST /{client_id}\n{client_id}.{received.headers['request-time']}."
    assert head + received.raw.decode() == alone.signed


def test_the_list_is_filtered_and_newest_first(gateway: Live, mock: Mock, client_id: str, create: Create) -> None:
    """Filters, ``limit`` and ``after`` select; a Mock of all client ids can filter by client id."""
    for name in ("a", "b"):
        mock.payment(create(name)).pay(wait=True)
    mock.payment(create("c", paymentNotifyUrl=None)).pay()
    listed = mock.notifications()
    assert ["c", "b", "a"] == [notification.payment_request_id for notification in listed]
    assert listed[:1] == mock.notifications(limit=1) == mock.notifications(status="REFUSED")
    assert listed[:2] == mock.notifications(after=listed[2].id)
    assert listed[2:] == mock.notifications(payment_request_id="a", notification="notifyPayment")
    other = mock.for_client(f"{client_id}_OTHER")
    assert [] == other.notifications()
    with pytest.raises(WaitTimeout):
        other.notifications.wait(timeout=0)
    assert listed == mock.for_client(None).notifications(client_id=client_id)


def test_wait_by_id_returns_when_that_one_is_delivered(
    mock: Mock, webhook: Shop, client_id: str, create: Create
) -> None:
    """A timeout names status and last problem; ``problem`` has the notification as data."""
    webhook.says(f"/{client_id}", FAULTY)
    mock.payment(create()).pay(wait=True)
    (failed,) = mock.notifications()
    assert "PENDING" == mock.notifications.wait(id=failed.id).status
    for id_ in (None, failed.id):
        with pytest.raises(WaitTimeout, match=r"waited 0\.01 s .*notifyPayment of p is PENDING: .*500") as caught:
            mock.notifications.wait(status="ACCEPTED", timeout=0.01, id=id_)
        assert [failed.id] == [latest["id"] for latest in caught.value.problem["latest"]]
    (late,) = mock.notifications.send("notifyPayment", "p", delay="1m")
    with ThreadPoolExecutor(1) as threads:
        waiting = threads.submit(mock.notifications.wait, id=late.id, timeout=60.0)
        mock.clock.advance("1m")
        delivered = waiting.result(60)
    assert (mock.notifications.get(late.id), True) == (delivered, delivered.signed is not None)


def test_wrong_filters_are_a_type_error(mock: Mock) -> None:
    """Unknown ones, and those that a wait for one id does not take; nothing is sent."""
    wrong: dict[str, Any] = {"notifcation": "notifyPayment"}
    for method in (mock.notifications, mock.notifications.wait):
        with pytest.raises(TypeError, match="did you mean notification"):
            method(**wrong)
    for name in ("count", "after", "notification"):
        more: dict[str, Any] = {name: 2}
        with pytest.raises(TypeError, match=name):
            mock.notifications.wait(id="1", **more)


def test_a_notification_is_retried_and_resent(mock: Mock, webhook: Shop, client_id: str, create: Create) -> None:
    """By the retry schedule when the clock moves, and manually at any time."""
    webhook.says(f"/{client_id}", FAULTY, FAULTY, ACKNOWLEDGED)
    mock.payment(create()).pay()
    first = mock.notifications.wait()
    mock.clock.advance("2m")
    third = mock.notifications.resend(first.id)
    assert ("PENDING", "ACCEPTED", None) == (first.status, third.status, third.next_attempt)
    assert [False, False, True] == [attempt.by_hand for attempt in third.attempts]
    assert first.attempts[0].time + timedelta(minutes=2) == first.next_attempt == third.attempts[1].time
    assert third.attempts[1:] == mock.notifications.get(first.id, attempts_after=1).attempts


def test_send_waits_for_every_delivery(mock: Mock, webhook: Shop, client_id: str, create: Create) -> None:
    """``changes`` are the keys of a scenario; with ``wait`` the records are those after the attempts."""
    mock.payment(create(paymentNotifyUrl=None)).pay()
    webhook.says(f"/{client_id}", ACKNOWLEDGED, FAULTY, ACKNOWLEDGED)
    to: dict[str, Any] = {"url": webhook.url(f"/{client_id}")}
    sent = mock.notifications.send("notifyPayment", "p", **to, wait=True, set={"paymentAmount.value": "1"}, duplicate=2)
    assert ["1", "1"] == [received.body["paymentAmount"]["value"] for received in webhook.got(f"/{client_id}")]
    assert ({"ACCEPTED", "PENDING"}, [1, 1]) == ({each.status for each in sent}, [each.attempt_count for each in sent])
    to |= {"notify_type": "PAYMENT_PENDING", "delay": "1h"}
    (late,) = mock.notifications.send("notifyPayment", "p", **to)
    assert ("PAYMENT_PENDING", None, ()) == (late.request["notifyType"], late.scenario, late.attempts)
    with pytest.raises(WaitTimeout, match="PENDING"):
        mock.notifications.send("notifyPayment", "p", **to, wait=True, timeout=0.01)
    body: dict[str, Any] = {"b": [1, None], "a": "ü"}
    (own,) = mock.notifications.send("notifyRefund", body=body, url=webhook.url(f"/{client_id}"), wait=True)
    received = webhook.got(f"/{client_id}")[-1]
    assert (body, client_id, None) == (received.body, received.headers["client-id"], own.payment_request_id)


def test_invalid_arguments_are_refused(mock: Mock) -> None:
    """By the gateway, with the field's name, or with 404 for an unknown id."""
    with pytest.raises(AdminError, match="did you mean delay"):
        mock.notifications.send("notifyPayment", "p", dely="1m")
    for method in (mock.notifications.get, mock.notifications.resend, lambda id_: mock.notifications.wait(id=id_)):
        with pytest.raises(AdminError) as caught:
            method("999999999")
        assert 404 == caught.value.status


def test_the_timeout_is_for_all_deliveries(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each wait gets what the earlier ones have left."""
    moments, timeouts = iter((0.0, 1.0, 7.0)), []
    monkeypatch.setattr(notifications, "time", SimpleNamespace(monotonic=lambda: next(moments)))

    async def request(*_: Any, query: dict[str, Any], **__: Any) -> dict[str, Any]:
        timeouts.append(query["timeout"])
        return {"created": "2026-11-22T01:07:10Z", "nextAttempt": None, "attempts": []}

    transport: Any = SimpleNamespace(request=request)
    run(notifications.delivered(transport, ["1", "2"], 5.0))
    assert [4.0, 0.0] == timeouts


def test_a_notification_may_precede_the_reply_to_a_buyers_act(
    mock: Mock, webhook: Shop, client_id: str, create: Create
) -> None:
    """The page of a buyer who has paid so continues when the shop knows already."""
    mock.scenario("webhook-before-redirect")
    for number in range(3):
        mock.payment(create(f"p{number}")).pay()
        assert number + 1 == len(webhook.got(f"/{client_id}"))
