"""Notifications that are sent by hand."""

from __future__ import annotations

from typing import Any

import pytest

from mock_alipay.config.config import Config
from tests.live import live
from tests.shop import FAULTY, Shop
from tests.web.asking import CARD, HELD, Driver, problem

PAYMENT = {"notification": "notifyPayment", "paymentRequestId": "p"}

# --- composed from a payment ------------------------------------------------------------------------------------------


def test_the_body_is_the_one_that_the_gateway_sent(driver: Driver) -> None:
    """Under an id of its own; the reply shows the notification as pending."""
    driver.paid("p")
    (sent,) = driver.notify(**PAYMENT).body["notifications"]
    first, second = driver.shop.wait(2, driver.path)
    assert (first.body, sent["request"], sent["id"]) == (
        second.body,
        second.body,
        second.headers["mock-notification-id"],
    )
    assert (None, "PENDING", []) == (sent["scenario"], sent["status"], sent["attempts"])
    assert int(first.headers["mock-notification-id"]) < int(sent["id"])


@pytest.mark.parametrize(
    ("action", "expected"),
    [
        ("pay", ("PAYMENT_RESULT", "SUCCESS", "S")),
        ("decline", ("PAYMENT_RESULT", "USER_BALANCE_NOT_ENOUGH", "F")),
        ("pending", ("PAYMENT_PENDING", "SUCCESS", "S")),
        ("challenge", ("PAYMENT_PENDING", "SUCCESS", "S")),
    ],
)
def test_the_type_and_result_follow_the_payments_state(
    driver: Driver, action: str, expected: tuple[str, str, str]
) -> None:
    """A payment without a result is PAYMENT_PENDING with SUCCESS, as documented since 2022 (REL)."""
    driver.open("p")
    driver.act("p", action)
    body = driver.notify(**PAYMENT).body["notifications"][0]["request"]
    assert expected == (body["notifyType"], body["result"]["resultCode"], body["result"]["resultStatus"])


def test_the_keys_of_a_scenario_change_the_body(driver: Driver) -> None:
    """``set``, ``result`` and ``message``; ``notifyType`` and ``url`` replace those of the payment."""
    driver.paid("p")
    change = {
        "set": {"paymentAmount.value": "1", "own": "${request.paymentRequestId}"},
        "notifyType": "PAYMENT_PENDING",
        "url": driver.shop.url(f"{driver.path}&else"),
    }
    driver.notify(**PAYMENT, result="RISK_REJECT", message="No.", **change)
    body = driver.shop.wait(1, f"{driver.path}&else")[0].body
    assert {"resultCode": "RISK_REJECT", "resultStatus": "F", "resultMessage": "No."} == body["result"]
    assert ("1", "p", "PAYMENT_PENDING") == (body["paymentAmount"]["value"], body["own"], body["notifyType"])
    assert 1 == len(driver.shop.got(driver.path))


def test_copies_have_ids_of_their_own(driver: Driver) -> None:
    """``duplicate`` is the number of copies; one that is not acknowledged is retried on the usual schedule."""
    driver.paid("p")
    driver.shop.says(driver.path, FAULTY)
    sent = driver.notify(**PAYMENT, duplicate=3).body["notifications"]
    received = driver.shop.wait(4, driver.path)
    assert 3 == len({each["id"] for each in sent})
    assert [each["id"] for each in sent] == [each.headers["mock-notification-id"] for each in received[1:]]
    assert 1 == len({each.raw for each in received})
    driver.advance("25h")
    assert [("GIVEN_UP", 8)] * 3 == [(each["status"], each["attemptCount"]) for each in driver.listed("&limit=3")]


def test_a_delay_is_by_the_clients_clock(driver: Driver) -> None:
    """The attempt is made at the time that the reply announced."""
    driver.paid("p")
    (sent,) = driver.notify(**PAYMENT, delay="10m").body["notifications"]
    driver.advance("9m")
    assert 1 == len(driver.shop.got(driver.path))
    driver.advance("2m")
    (attempt,) = driver.listed("&limit=1")[0]["attempts"]
    assert (sent["nextAttempt"], 2) == (attempt["time"], len(driver.shop.got(driver.path)))


def test_it_can_wait_for_another_notification(driver: Driver) -> None:
    """But not for one that has been sent, or that will never be: a wallet's payment has no capture."""
    driver.paid("p")
    (held,) = driver.notify(**PAYMENT, after="notifyRefund").body["notifications"]
    assert ("notifyRefund", None, "PENDING") == (held["waitsFor"], held["nextAttempt"], held["status"])
    refund = {"notification": "notifyRefund", "paymentRequestId": "p", "url": driver.url, "body": {"own": 1}}
    driver.notify(**refund, after="notifyPayment")
    received = driver.shop.wait(3, driver.path)
    assert ["PAYMENT_RESULT", None, "PAYMENT_RESULT"] == [each.body.get("notifyType") for each in received]
    assert [None] * 3 == [each["waitsFor"] for each in driver.notified("p", 3)]
    for body in ({}, {"body": {"own": 1}}):
        (sent,) = driver.notify(**PAYMENT, after="notifyCapture", **body).body["notifications"]
        assert (None, True) == (sent["waitsFor"], sent["nextAttempt"] is not None)


def test_a_capture_or_refund_is_the_latest_or_the_named_one(driver: Driver) -> None:
    """Another id than those of the payment is refused; a refund's own URL is used."""
    payment = driver.paid("p", paymentMethod=CARD, paymentFactor=HELD)
    assert 409 == driver.notify(notification="notifyRefund", paymentRequestId="p").status
    made = {}
    for number, kind in enumerate(("capture", "capture", "refund", "refund")):
        fields = {f"{kind}RequestId": f"r{number}", f"{kind}Amount": {"currency": "BRL", "value": "10"}}
        url = {"refundNotifyUrl": driver.shop.url(f"{driver.path}&refund")} if kind == "refund" else {}
        made[f"r{number}"] = driver.call(kind, paymentId=payment["paymentId"], **fields, **url).body[f"{kind}Id"]
    driver.notified("p", 5)
    for kind, named, expected in (
        ("Capture", None, "r1"),
        ("Capture", "r0", "r0"),
        ("Refund", None, "r3"),
        ("Refund", "r2", "r2"),
    ):
        which = {} if named is None else {"transactionId": made[named]}
        (sent,) = driver.notify(notification=f"notify{kind}", paymentRequestId="p", **which).body["notifications"]
        assert (expected, made[expected]) == tuple(
            sent["request"][f"{kind.lower()}{name}"] for name in ("RequestId", "Id")
        )
    assert 4 == len(driver.shop.wait(4, f"{driver.path}&refund"))
    found = problem(driver.notify(notification="notifyRefund", paymentRequestId="p", transactionId=made["r0"]))
    assert (409, True) == (found["status"], f"it has {made['r2']}, {made['r3']}" in found["detail"])


def test_the_notify_url_of_the_settings_is_the_default(shop: Shop, path: str) -> None:
    """For composed and for given bodies; a URL of the request goes first."""
    with live(Config(seed=1, notify_url=shop.url(f"{path}&set"))) as running:
        driver = Driver(running, shop, path, "A")
        driver.paid("p", paymentNotifyUrl=None)
        driver.notify(**PAYMENT)
        driver.notify(**PAYMENT, body={"own": "body"})
        assert [None, None, "body"] == [each.body.get("own") for each in shop.wait(3, f"{path}&set")]
        driver.paid("q")
        assert ["q"] == [each.body["paymentRequestId"] for each in shop.got(path)]


# --- with a given body ------------------------------------------------------------------------------------------------

OWN: dict[str, Any] = {"b": [1, {"a": None}], "a": "ü", "cardNo": "4111111111111111"}


def test_a_given_body_is_sent_unchanged(driver: Driver) -> None:
    """About no payment, signed, to the URL of the request; only the admin API masks it."""
    answer = driver.notify(notification="notifyRefund", body=OWN, url=driver.url)
    (sent,) = answer.body["notifications"]
    (received,) = driver.shop.wait(1, driver.path)
    assert (OWN, list(OWN)) == (received.body, list(received.body))
    assert received.genuine(str(driver.live.components.env["gatewayPublicKey"]))
    assert (driver.client_id, None, "notifyRefund") == (
        received.headers["client-id"],
        sent["paymentRequestId"],
        sent["notification"],
    )
    assert b"4111111111111111" not in answer.raw
    faulty = driver.notify(notification="notifyRefund", body=OWN, url=driver.url, fault="no-signature")
    assert "signature" not in driver.shop.wait(2, driver.path)[1].headers
    assert "no-signature" == faulty.body["notifications"][0]["fault"]


def test_a_given_body_for_a_payment_goes_to_its_url(driver: Driver) -> None:
    """Before the buyer has acted, too; the client id of the payment need not be named."""
    name = f"p-{driver.client_id}"
    driver.open(name)
    fields = {"notification": "notifyPayment", "paymentRequestId": name, "body": OWN}
    (sent,) = driver.live.admin("POST", "/notifications", fields).body["notifications"]
    assert OWN == driver.shop.wait(1, driver.path)[0].body
    assert (driver.client_id, driver.url) == (sent["clientId"], sent["url"])


def test_a_given_body_for_a_refund_goes_to_the_latest_refunds_url(driver: Driver) -> None:
    """Without a refund there is no URL."""
    payment = driver.paid("p")
    fields = {"notification": "notifyRefund", "paymentRequestId": "p", "body": {"own": 1}}
    (refused,) = driver.notify(**fields).body["notifications"]
    assert ("REFUSED", None) == (refused["status"], refused["url"])
    for name in ("r1", "r2"):
        url = driver.shop.url(f"{driver.path}&{name}")
        amount = {"currency": "BRL", "value": "10"}
        refund = {"refundRequestId": name, "refundAmount": amount, "refundNotifyUrl": url}
        driver.call("refund", paymentId=payment["paymentId"], **refund)
    driver.notify(**fields)
    assert [None, 1] == [each.body.get("own") for each in driver.shop.wait(2, f"{driver.path}&r2")]
    assert 1 == len(driver.shop.got(f"{driver.path}&r1"))


# --- refused ----------------------------------------------------------------------------------------------------------

GIVEN = {"notification": "notifyPayment", "body": {}, "clientId": "A", "url": "http://127.0.0.1/"}


@pytest.mark.parametrize(
    ("body", "word"),
    [
        ({}, "notification: missing"),
        ({"notification": "notifyDispute"}, "notification: expected one of notifyPayment, notifyCapture, notifyRefund"),
        ({"notification": "notifyPayment"}, "paymentRequestId: missing"),
        ({**PAYMENT, "dely": "1m"}, "did you mean delay?"),
        ({**PAYMENT, "before": "reply"}, "'before'"),
        ({**PAYMENT, "delay": "soon"}, "delay: expected a duration"),
        ({**PAYMENT, "duplicate": 1}, "duplicate: "),
        ({**PAYMENT, "fault": "reset"}, "fault: expected one of bad-signature, no-signature"),
        ({**PAYMENT, "set": {"a..b": "1"}}, "set.a..b: "),
        ({**PAYMENT, "after": "notifyPayment"}, "notifyPayment cannot wait for itself"),
        ({**PAYMENT, "url": "ftp://127.0.0.1/"}, "url: expected an http or https URL such as http://127"),
        ({**GIVEN, "url": "127.0.0.1"}, "url: expected an http"),
        ({**PAYMENT, "body": []}, "body: expected a JSON object"),
        ({**PAYMENT, "body": {}, "result": "SUCCESS"}, "result: "),
        ({**PAYMENT, "body": {}, "notifyType": "X"}, "notifyType: "),
        ({**GIVEN, "clientId": None}, "clientId: missing"),
        ({**GIVEN, "url": None}, "url: missing"),
        ({**GIVEN, "after": "notifyRefund"}, "after: "),
    ],
)
def test_an_invalid_request_sends_nothing(driver: Driver, body: dict[str, Any], word: str) -> None:
    """The problem names the field and what was expected."""
    driver.open("p", paymentNotifyUrl=None)
    owner = {"clientId": driver.client_id} if body.get("paymentRequestId") else {}
    found = problem(driver.live.admin("POST", "/notifications", {**owner, **body}))
    assert (400, True) == (found["status"], word in found["detail"]), found["detail"]
    assert not found["detail"].startswith("body: ") or "body" in body
    assert [] == driver.listed()


def test_a_payment_that_has_not_begun_cannot_be_notified(driver: Driver) -> None:
    """Nor can an unknown one."""
    driver.open("p")
    assert [409, 404] == [driver.notify(**{**PAYMENT, "paymentRequestId": name}).status for name in ("p", "none")]
