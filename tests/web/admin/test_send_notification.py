"""Notifications that are sent by hand."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from mock_alipay.config.config import Config
from tests.live import Live, live
from tests.shop import Shop
from tests.web.asking import CARD, HELD, Driver, problem

PAYMENT = {"notification": "notifyPayment", "paymentRequestId": "p"}
REFUND = {"notification": "notifyRefund", "paymentRequestId": "p"}
TEN = {"currency": "BRL", "value": "10"}


def test_the_body_is_the_one_that_the_gateway_sent(driver: Driver) -> None:
    """``duplicate`` copies have ids of their own; the reply shows them as pending."""
    driver.paid("p")
    sent = driver.notify(**PAYMENT, duplicate=2).body["notifications"]
    received = driver.shop.wait(3, driver.path)
    assert [received[0].raw] * 2 == [each.raw for each in received[1:]]
    ids = [each.headers["mock-notification-id"] for each in received]
    assert (ids[1:], 3) == ([each["id"] for each in sent], len(set(ids)))
    for each in sent:
        assert (received[0].body, None, "PENDING") == (each["request"], each["scenario"], each["status"])


def test_the_type_and_result_follow_the_payments_state(driver: Driver) -> None:
    """A payment without a result is PAYMENT_PENDING with SUCCESS, as documented since 2022 (REL)."""
    for action, *expected in (
        ("decline", "PAYMENT_RESULT", "USER_BALANCE_NOT_ENOUGH", "F"),
        ("pending", "PAYMENT_PENDING", "SUCCESS", "S"),
        ("challenge", "PAYMENT_PENDING", "SUCCESS", "S"),
    ):
        driver.open(action)
        driver.act(action, action)
        (sent,) = driver.notify(notification="notifyPayment", paymentRequestId=action).body["notifications"]
        result = sent["request"]["result"]
        assert expected == [sent["request"]["notifyType"], result["resultCode"], result["resultStatus"]]


def test_the_keys_of_a_scenario_change_the_notification(driver: Driver) -> None:
    """``set``, ``result``, ``message`` and ``delay``; ``notifyType`` and ``url`` replace those of the payment."""
    driver.paid("p")
    (sent,) = driver.notify(
        **PAYMENT,
        result="RISK_REJECT",
        message="No.",
        set={"paymentAmount.value": "1", "own": "${request.paymentRequestId}"},
        delay="10m",
        notifyType="PAYMENT_PENDING",
        url="http://127.0.0.1:1/else",
    ).body["notifications"]
    body = sent["request"]
    assert {"resultCode": "RISK_REJECT", "resultStatus": "F", "resultMessage": "No."} == body["result"]
    assert ("1", "p", "PAYMENT_PENDING") == (body["paymentAmount"]["value"], body["own"], body["notifyType"])
    created, due = (datetime.fromisoformat(sent[name]) for name in ("created", "nextAttempt"))
    assert ("http://127.0.0.1:1/else", timedelta(minutes=10)) == (sent["url"], due - created)


def test_it_can_wait_for_another_notification(driver: Driver) -> None:
    """But not for one that will never be: a wallet's payment has no capture; before the buyer acts it is refused."""
    driver.open("p")
    assert [409, 404] == [driver.notify(**{**PAYMENT, "paymentRequestId": name}).status for name in ("p", "none")]
    driver.act("p")
    (held,) = driver.notify(**PAYMENT, after="notifyRefund").body["notifications"]
    assert ("notifyRefund", None, "PENDING") == (held["waitsFor"], held["nextAttempt"], held["status"])
    driver.notify(**REFUND, url=driver.url, body={"own": 1})
    received = driver.shop.wait(3, driver.path)
    assert ["PAYMENT_RESULT", None, "PAYMENT_RESULT"] == [each.body.get("notifyType") for each in received]
    for body in ({}, {"body": {"own": 1}}):
        (sent,) = driver.notify(**PAYMENT, after="notifyCapture", **body).body["notifications"]
        assert (None, True) == (sent["waitsFor"], sent["nextAttempt"] is not None)


def test_a_capture_or_refund_is_the_latest_or_the_named_one(driver: Driver) -> None:
    """Another id than those of the payment is refused; a refund's own URL is used."""
    payment = driver.paid("p", paymentMethod=CARD, paymentFactor=HELD)
    assert 409 == driver.notify(**REFUND).status
    url = driver.shop.url(f"{driver.path}&refund")
    made = {}
    for name, kind in (("r0", "capture"), ("r1", "capture"), ("r2", "refund"), ("r3", "refund")):
        fields = {f"{kind}RequestId": name, f"{kind}Amount": TEN, **({"refundNotifyUrl": url} if name > "r1" else {})}
        made[name] = driver.call(kind, paymentId=payment["paymentId"], **fields).body[f"{kind}Id"]
    cases = (("Capture", None, "r1"), ("Capture", "r0", "r0"), ("Refund", None, "r3"), ("Refund", "r2", "r2"))
    for kind, named, expected in cases:
        which = {} if named is None else {"transactionId": made[named]}
        answer = driver.notify(notification=f"notify{kind}", paymentRequestId="p", **which)
        body = answer.body["notifications"][0]["request"]
        assert (expected, made[expected]) == (body[f"{kind.lower()}RequestId"], body[f"{kind.lower()}Id"])
    assert 4 == len(driver.shop.wait(4, f"{driver.path}&refund"))
    found = problem(driver.notify(**REFUND, transactionId=made["r0"]))
    assert (409, True) == (found["status"], f"it has {made['r2']}, {made['r3']}" in found["detail"])


def test_the_notify_url_of_the_settings_is_the_default(shop: Shop, path: str) -> None:
    """For composed and for given bodies."""
    with live(Config(seed=1, notify_url=shop.url(path))) as running:
        driver = Driver(running, shop, path, "A")
        driver.paid("p", paymentNotifyUrl=None)
        driver.notify(**PAYMENT)
        driver.notify(**PAYMENT, body={"own": "body"})
        assert [None, None, "body"] == [each.body.get("own") for each in shop.wait(3, path)]


OWN: dict[str, Any] = {"b": [1, {"a": None}], "a": "ü", "cardNo": "4111111111111111"}


def test_a_given_body_is_sent_unchanged(driver: Driver) -> None:
    """About no payment, signed, to the URL of the request; only the admin API masks it."""
    answer = driver.notify(notification="notifyRefund", body=OWN, url=driver.url)
    (sent,) = answer.body["notifications"]
    (received,) = driver.shop.wait(1, driver.path)
    assert (OWN, list(OWN)) == (received.body, list(received.body))
    assert received.genuine(str(driver.live.components.env["gatewayPublicKey"]))
    assert driver.client_id == received.headers["client-id"]
    assert (None, "notifyRefund", False) == (sent["paymentRequestId"], sent["notification"], OWN["cardNo"] in str(sent))
    faulty = driver.notify(notification="notifyRefund", body=OWN, url=driver.url, fault="no-signature")
    assert "signature" not in driver.shop.wait(2, driver.path)[1].headers
    assert "no-signature" == faulty.body["notifications"][0]["fault"]


def test_a_given_body_for_a_payment_goes_to_the_url_of_its_event(driver: Driver) -> None:
    """Before the buyer has acted, too; that of a refund to the latest refund's URL, and without a refund to none."""
    name = f"p-{driver.client_id}"
    driver.open(name)
    fields = {"notification": "notifyPayment", "paymentRequestId": name, "body": OWN}
    (sent,) = driver.live.admin("POST", "/notifications", fields).body["notifications"]
    assert OWN == driver.shop.wait(1, driver.path)[0].body
    assert (driver.client_id, driver.url) == (sent["clientId"], sent["url"])
    paid = driver.act(name).body["paymentId"]
    for refund, status in (("", "REFUSED"), ("r1", "PENDING"), ("r2", "PENDING")):
        url = f"{driver.url}&{refund}" if refund else None
        if refund:
            driver.call("refund", paymentId=paid, refundRequestId=refund, refundAmount=TEN, refundNotifyUrl=url)
        answer = driver.notify(**{**fields, "notification": "notifyRefund"})
        assert [(status, url)] == [(each["status"], each["url"]) for each in answer.body["notifications"]]


GIVEN = {"notification": "notifyPayment", "body": {}, "clientId": "A", "url": "http://127.0.0.1/"}


@pytest.mark.parametrize(
    ("body", "word"),
    [
        ({"notification": "notifyDispute"}, "notification: expected one of notifyPayment, notifyCapture, notifyRefund"),
        ({"notification": "notifyPayment"}, "paymentRequestId: missing"),
        ({**PAYMENT, "dely": "1m"}, "did you mean delay?"),
        ({**PAYMENT, "delay": "soon"}, "delay: expected a duration"),
        ({**PAYMENT, "fault": "reset"}, "fault: expected one of bad-signature, no-signature"),
        ({**PAYMENT, "set": {"a..b": "1"}}, "set.a..b: "),
        ({**PAYMENT, "after": "notifyPayment"}, "notifyPayment cannot wait for itself"),
        ({**PAYMENT, "url": "ftp://127.0.0.1/"}, "url: expected an http or https URL such as http://127"),
        ({**PAYMENT, "body": []}, "body: expected a JSON object"),
        *(({**PAYMENT, "body": {}, name: "X"}, f"{name}: ") for name in ("notifyType", "transactionId", "message")),
        ({**PAYMENT, "body": {}, "result": "SUCCESS"}, "result: "),
        ({**PAYMENT, "body": {}, "set": {"a": "1"}}, "set: "),
        ({**GIVEN, "clientId": None}, "clientId: missing"),
        ({**GIVEN, "url": None}, "url: missing"),
        ({**GIVEN, "after": "notifyRefund"}, "after: "),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_an_invalid_request_is_refused(gateway: Live, body: dict[str, Any], word: str) -> None:
    """The problem names the field and what was expected."""
    found = problem(gateway.admin("POST", "/notifications", body))
    assert (400, True) == (found["status"], word in found["detail"]), found["detail"]
    assert not found["detail"].startswith("body: ") or "body" in body
