"""Notifications in a test's hands."""

from __future__ import annotations

import dataclasses
from datetime import timedelta
from typing import Any

import pytest

from mock_alipay.client import Mock, NotificationRecord
from mock_alipay.errors import AdminError, WaitTimeout
from tests.client.conftest import Open
from tests.live import Live
from tests.shop import ACKNOWLEDGED, FAULTY, Shop


def test_a_merchant_is_told(mock: Mock, webhook: Shop, whom: str, opened: Open) -> None:
    """Who waits gets the newest that fits, typed, with what was sent and answered; one alone has what was signed."""
    paid = mock.payment(opened()).pay()
    told = mock.notifications.wait(notification="notifyPayment", payment_request_id="p")
    (received,) = webhook.got(f"/{whom}")
    assert (whom, "p", "ACCEPTED", "success") == (
        told.client_id,
        told.payment_request_id,
        told.status,
        told.scenario,
    )
    assert (received.body, paid.payment_id) == (told.request, told.request["paymentId"])
    (attempt,) = told.attempts
    assert (200, True, None, False) == (attempt.http_status, attempt.accepted, attempt.why, attempt.by_hand)
    assert timedelta(0) <= attempt.time - told.created < timedelta(minutes=1)
    assert received.headers.items() >= attempt.request_headers.items()
    alone = mock.notifications.get(told.id)
    assert told == dataclasses.replace(alone, signed=None)
    head = f"POST /{whom}\n{whom}.{received.headers['request-time']}."
    assert head + received.raw.decode() == alone.signed


def test_lists(mock: Mock, opened: Open) -> None:
    """Newest first, of those that fit."""
    for name in ("a", "b"):
        mock.payment(opened(name)).pay()
        mock.notifications.wait(payment_request_id=name)
    mock.payment(opened("c", paymentNotifyUrl=None)).pay()
    found = mock.notifications()
    assert ["c", "b", "a"] == [one.payment_request_id for one in found]
    assert found[:1] == mock.notifications(limit=1) == mock.notifications(status="REFUSED")
    assert found[:2] == mock.notifications(after=found[2].id)
    assert found[2:] == mock.notifications(payment_request_id="a", notification="notifyPayment")
    assert [] == mock.notifications(notification="notifyRefund")


def test_one_client_or_all(gateway: Live, mock: Mock, whom: str, opened: Open) -> None:
    """A Mock of one client id has that one's alone; one of all can ask for any."""
    mock.payment(opened()).pay()
    own = mock.notifications.wait()
    other = mock.for_client(f"{whom}_other")
    assert [] == other.notifications()
    with pytest.raises(WaitTimeout, match="no other one either"):
        other.notifications.wait(timeout=0)
    with Mock(gateway.config.url) as everyone:
        assert [own] == everyone.notifications(client_id=whom)
        assert own in everyone.notifications(limit=1000)


def test_waiting_in_vain(mock: Mock, webhook: Shop, whom: str, opened: Open) -> None:
    """It says how many came, and why the latest of them is not what was waited for."""
    webhook.says(f"/{whom}", FAULTY)
    mock.payment(opened()).pay()
    mock.notifications.wait()
    with pytest.raises(WaitTimeout) as caught:
        mock.notifications.wait(status="ACCEPTED", timeout=0.01)
    assert "waited 0.01 s for 1 notification" in str(caught.value)
    assert "notifyPayment of p is PENDING: the HTTP status was 500, expected 200" in str(caught.value)


def test_again_and_again(mock: Mock, webhook: Shop, whom: str, opened: Open) -> None:
    """What was not acknowledged is sent again as its time comes, and by hand whenever it is wanted."""
    webhook.says(f"/{whom}", FAULTY, FAULTY, ACKNOWLEDGED)
    mock.payment(opened()).pay()
    first = mock.notifications.wait()
    assert first.next_attempt is not None
    assert timedelta(minutes=2) == first.next_attempt - first.attempts[0].time
    mock.clock.advance("2m")
    third = mock.notifications.resend(first.id)
    assert ("PENDING", "ACCEPTED", None) == (first.status, third.status, third.next_attempt)
    assert [False, False, True] == [attempt.by_hand for attempt in third.attempts]
    assert first.next_attempt == third.attempts[1].time
    assert 3 == len(webhook.got(f"/{whom}"))


def test_send(mock: Mock, webhook: Shop, whom: str, opened: Open) -> None:
    """Of a payment as it stands, changed with the words of a scenario."""
    mock.payment(opened()).pay()
    mock.notifications.wait()
    sent = mock.notifications.send("notifyPayment", "p", set={"paymentAmount.value": "1"}, duplicate=2)
    received = webhook.wait(3, f"/{whom}")
    assert [NotificationRecord] * 2 == [type(one) for one in sent]
    assert ["100", "1", "1"] == [one.body["paymentAmount"]["value"] for one in received]
    (pending,) = mock.notifications.send("notifyPayment", "p", notify_type="PAYMENT_PENDING", delay="1h")
    assert ("PAYMENT_PENDING", None) == (pending.request["notifyType"], pending.scenario)
    mock.clock.advance("1h")
    assert 4 == len(webhook.got(f"/{whom}"))


def test_send_a_body_of_ones_own(mock: Mock, webhook: Shop, whom: str) -> None:
    """To any shop, about nothing at all."""
    body: dict[str, Any] = {"b": [1, None], "a": "ü"}
    (sent,) = mock.notifications.send("notifyRefund", body=body, url=webhook.url(f"/{whom}"))
    (received,) = webhook.wait(1, f"/{whom}")
    assert (body, whom, None) == (received.body, received.headers["client-id"], sent.payment_request_id)


def test_which_refund(mock: Mock, gateway: Live, webhook: Shop, whom: str, opened: Open) -> None:
    """One of several is named by its id."""
    paid = mock.payment(opened()).pay()
    path = "/ams/api/v1/payments/refund"
    for name in ("r1", "r2"):
        amount = {"currency": "BRL", "value": "10"}
        body = {"paymentId": paid.payment_id, "refundRequestId": name, "refundAmount": amount}
        gateway.create(body, path=path, client_id=whom)
    first = paid.refresh().transactions[0]
    (sent,) = mock.notifications.send("notifyRefund", "p", transaction_id=first["id"], url=webhook.url(f"/{whom}-r"))
    assert ("r1", "r1") == (sent.request["refundRequestId"], webhook.wait(1, f"/{whom}-r")[0].body["refundRequestId"])


def test_wishes_that_are_none(mock: Mock, opened: Open) -> None:
    """They are told in the gateway's own words."""
    mock.payment(opened()).pay()
    with pytest.raises(AdminError, match=r"duplicate: expected a whole number from 2 to 10, got"):
        mock.notifications.send("notifyPayment", "p", duplicate=1)
    with pytest.raises(AdminError, match="there is no field 'dely'; did you mean delay"):
        mock.notifications.send("notifyPayment", "p", dely="1m")
    with pytest.raises(AdminError, match="there is no notification '999999999'"):
        mock.notifications.resend("999999999")


@pytest.mark.parametrize("what", ["list", "wait"])
def test_unknown_filters(mock: Mock, what: str) -> None:
    """A misspelt filter is told with the one that was perhaps meant, before anybody is asked."""
    wrong: dict[str, Any] = {"notifcation": "notifyPayment"}
    with pytest.raises(TypeError, match=r"no filter notifcation; did you mean notification\? Filters are client_id"):
        mock.notifications(**wrong) if what == "list" else mock.notifications.wait(**wrong)


def test_reset(mock: Mock, webhook: Shop, whom: str, opened: Open) -> None:
    """What was still to be sent is not sent any more."""
    webhook.says(f"/{whom}", FAULTY)
    mock.payment(opened()).pay()
    mock.notifications.wait()
    mock.reset()
    mock.clock.advance("25h")
    assert ([], 1) == (mock.notifications(), len(webhook.got(f"/{whom}")))
