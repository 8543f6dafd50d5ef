"""Notifications that are sent by hand."""

from __future__ import annotations

from typing import Any

import pytest

from mock_alipay.config.config import Config
from tests.live import live
from tests.shop import FAULTY, Shop
from tests.web.asking import CARD, HELD, Driver, problem

PAYMENT = {"notification": "notifyPayment", "paymentRequestId": "p"}


# --- of a payment -----------------------------------------------------------------------------------------------------


def test_as_the_payment_stands(driver: Driver) -> None:
    """It is what the gateway sent by itself, under an id of its own; the answer shows it on its way."""
    driver.paid("p")
    (sent,) = driver.notify(**PAYMENT).body["notifications"]
    first, second = driver.shop.wait(2, driver.path)
    assert first.body == second.body
    assert (sent["id"], sent["request"]) == (second.headers["mock-notification-id"], second.body)
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
def test_it_says_how_the_payment_stands(driver: Driver, action: str, expected: tuple[str, str, str]) -> None:
    """Paid, failed, or still to come; a result that is neither S nor F has not been told since 2022 (REL)."""
    driver.open("p")
    driver.act("p", action)
    body = driver.notify(**PAYMENT).body["notifications"][0]["request"]
    assert expected == (body["notifyType"], body["result"]["resultCode"], body["result"]["resultStatus"])


def test_altered(driver: Driver) -> None:
    """The keys of a scenario change what it says; ``notifyType`` what it is."""
    driver.paid("p")
    change = {
        "set": {"paymentAmount.value": "1", "own": "${request.paymentRequestId}"},
        "notifyType": "PAYMENT_PENDING",
    }
    driver.notify(**PAYMENT, result="RISK_REJECT", message="No.", **change)
    body = driver.shop.wait(2, driver.path)[1].body
    assert {"resultCode": "RISK_REJECT", "resultStatus": "F", "resultMessage": "No."} == body["result"]
    assert ("1", "p", "PAYMENT_PENDING") == (body["paymentAmount"]["value"], body["own"], body["notifyType"])


@pytest.mark.parametrize("fault", ["bad-signature", "no-signature", "wrong-key", "stale-time", "truncate"])
def test_spoilt(driver: Driver, fault: str) -> None:
    """Its way can go wrong as in a scenario; what went wrong stands in it."""
    driver.paid("p")
    (sent,) = driver.notify(**PAYMENT, fault=fault).body["notifications"]
    right, wrong = driver.shop.wait(2, driver.path)
    public = str(driver.live.components.env["gatewayPublicKey"])
    genuine = "signature" in wrong.headers and wrong.genuine(public)
    assert ((fault == "stale-time"), fault) == (genuine, sent["fault"])
    assert (fault == "no-signature") == ("signature" not in wrong.headers)
    assert (fault == "truncate") == (wrong.raw != right.raw)
    assert (fault == "stale-time") == (wrong.headers["request-time"] < right.headers["request-time"])


def test_several_times(driver: Driver) -> None:
    """Each copy is a notification of its own, with an id of its own."""
    driver.paid("p")
    sent = driver.notify(**PAYMENT, duplicate=3).body["notifications"]
    received = driver.shop.wait(4, driver.path)
    assert 3 == len({one["id"] for one in sent})
    assert [one["id"] for one in sent] == [one.headers["mock-notification-id"] for one in received[1:]]
    assert 1 == len({one.raw for one in received})


def test_later(driver: Driver) -> None:
    """A delay is by the client's clock."""
    driver.paid("p")
    (sent,) = driver.notify(**PAYMENT, delay="10m").body["notifications"]
    driver.advance("9m")
    assert 1 == len(driver.shop.got(driver.path))
    driver.advance("2m")
    assert 2 == len(driver.shop.got(driver.path))
    (attempt,) = driver.listed("&limit=1")[0]["attempts"]
    assert (sent["nextAttempt"], "PENDING") == (attempt["time"], sent["status"])


def test_after_another(driver: Driver) -> None:
    """It can wait for another notification of the payment; not for one that has been sent already."""
    driver.paid("p")
    (held,) = driver.notify(**PAYMENT, after="notifyRefund").body["notifications"]
    assert ("notifyRefund", None, "PENDING") == (held["waitsFor"], held["nextAttempt"], held["status"])
    driver.notify(
        notification="notifyRefund", paymentRequestId="p", body={"own": 1}, url=driver.url, after="notifyPayment"
    )
    received = driver.shop.wait(3, driver.path)
    assert ["PAYMENT_RESULT", None, "PAYMENT_RESULT"] == [one.body.get("notifyType") for one in received]
    latest = driver.notified("p", 3)
    assert [None, None, None] == [one["waitsFor"] for one in latest]


@pytest.mark.parametrize("body", [{}, {"body": {"own": 1}}])
def test_after_what_will_never_come(driver: Driver, body: dict[str, Any]) -> None:
    """A wallet's payment is never captured, and of what was declined nothing is refunded: nothing waits for that."""
    driver.paid("p")
    driver.open("q")
    driver.act("q", "decline")
    for name, after in (("p", "notifyCapture"), ("q", "notifyRefund")):
        overrides = {"notification": "notifyPayment", "paymentRequestId": name, "after": after, **body}
        (sent,) = driver.notify(**overrides).body["notifications"]
        assert (None, "PENDING", True) == (sent["waitsFor"], sent["status"], sent["nextAttempt"] is not None)
    assert 4 == len(driver.shop.wait(4, driver.path))


def test_it_is_sent_again_as_any_other(driver: Driver) -> None:
    """Until the shop acknowledges it."""
    driver.paid("p")
    driver.shop.says(driver.path, FAULTY)
    (sent,) = driver.notify(**PAYMENT).body["notifications"]
    driver.advance("25h")
    found = driver.live.admin("GET", f"/notifications/{sent['id']}").body
    assert ("GIVEN_UP", 8) == (found["status"], len(found["attempts"]))


def test_somewhere_else(driver: Driver) -> None:
    """Another URL takes the place of the payment's own."""
    driver.paid("p")
    driver.notify(**PAYMENT, url=driver.shop.url(f"{driver.path}&else"))
    assert "p" == driver.shop.wait(1, f"{driver.path}&else")[0].body["paymentRequestId"]
    assert 1 == len(driver.shop.got(driver.path))


def test_of_captures_and_refunds(driver: Driver) -> None:
    """The latest one, or the one whose id is given."""
    payment = driver.paid("p", paymentMethod=CARD, paymentFactor=HELD)
    made = {}
    for number, what in enumerate(("capture", "capture", "refund", "refund")):
        amount = {f"{what}Amount": {"currency": "BRL", "value": "10"}}
        answer = driver.call(what, paymentId=payment["paymentId"], **{f"{what}RequestId": f"r{number}"}, **amount)
        made[f"r{number}"] = answer.body[f"{what}Id"]
    driver.notified("p", 5)
    for what, asked, expected in (
        ("Capture", None, "r1"),
        ("Capture", "r0", "r0"),
        ("Refund", None, "r3"),
        ("Refund", "r2", "r2"),
    ):
        which = {} if asked is None else {"transactionId": made[asked]}
        (sent,) = driver.notify(notification=f"notify{what}", paymentRequestId="p", **which).body["notifications"]
        kind = what.lower()
        assert (expected, made[expected]) == (sent["request"][f"{kind}RequestId"], sent["request"][f"{kind}Id"])
    found = problem(driver.notify(notification="notifyRefund", paymentRequestId="p", transactionId=made["r0"]))
    assert (409, "No such refund") == (found["status"], found["title"])
    assert f"it has {made['r2']}, {made['r3']}" in found["detail"]


def test_a_refunds_own_url(driver: Driver) -> None:
    """What concerns a refund goes where the refund said, by hand too."""
    payment = driver.paid("p")
    url, amount = driver.shop.url(f"{driver.path}&refund"), {"currency": "BRL", "value": "10"}
    driver.call("refund", paymentId=payment["paymentId"], refundRequestId="r", refundAmount=amount, refundNotifyUrl=url)
    driver.notify(notification="notifyRefund", paymentRequestId="p")
    received = driver.shop.wait(2, f"{driver.path}&refund")
    assert ["REFUND_RESULT"] * 2 == [one.type for one in received]


def test_the_gateways_own_url(shop: Shop, path: str) -> None:
    """Where a request names no URL the one that is set counts, for what is sent by itself and by hand."""
    with live(Config(seed=1, notify_url=shop.url(f"{path}&set"))) as running:
        driver = Driver(running, shop, path, "A")
        driver.paid("p", paymentNotifyUrl=None)
        driver.notify(**PAYMENT)
        driver.notify(**PAYMENT, body={"own": "body"})
        assert [None, None, "body"] == [one.body.get("own") for one in shop.wait(3, f"{path}&set")]
        driver.paid("q")
        assert ["q"] == [one.body["paymentRequestId"] for one in shop.got(path)]


# --- with a body of one's own -----------------------------------------------------------------------------------------

OWN: dict[str, Any] = {"b": [1, {"a": None}], "a": "ü", "notifyType": "MINE"}


def test_a_body_of_ones_own(driver: Driver) -> None:
    """Is sent as it is, for a client id and to a URL, about no payment at all, and signed."""
    (sent,) = driver.notify(notification="notifyRefund", body=OWN, url=driver.url).body["notifications"]
    (received,) = driver.shop.wait(1, driver.path)
    assert (OWN, ["b", "a", "notifyType"]) == (received.body, list(received.body))
    assert received.genuine(str(driver.live.components.env["gatewayPublicKey"]))
    assert (driver.client_id, None, "notifyRefund", OWN) == (
        received.headers["client-id"],
        sent["paymentRequestId"],
        sent["notification"],
        sent["request"],
    )


def test_a_body_of_ones_own_spoilt(driver: Driver) -> None:
    """What goes wrong on the way of others can go wrong with it."""
    (sent,) = driver.notify(notification="notifyRefund", body=OWN, url=driver.url, fault="no-signature").body[
        "notifications"
    ]
    assert "signature" not in driver.shop.wait(1, driver.path)[0].headers
    assert "no-signature" == sent["fault"]


def test_a_body_of_ones_own_for_a_payment(driver: Driver) -> None:
    """Goes where the payment's notifications go, though the buyer may not have acted; nobody need say whose it is."""
    driver.open(f"p-{driver.client_id}")
    overrides = {"notification": "notifyPayment", "paymentRequestId": f"p-{driver.client_id}", "body": OWN}
    (sent,) = driver.live.admin("POST", "/notifications", overrides).body["notifications"]
    assert OWN == driver.shop.wait(1, driver.path)[0].body
    assert (driver.client_id, driver.url) == (sent["clientId"], sent["url"])


def test_a_body_of_ones_own_for_a_refund(driver: Driver) -> None:
    """Goes where the gateway's own would go: to the refundNotifyUrl of the latest refund, and nowhere without one."""
    payment = driver.paid("p")
    overrides = {"notification": "notifyRefund", "paymentRequestId": "p", "body": OWN}
    (nowhere,) = driver.notify(**overrides).body["notifications"]
    assert ("REFUSED", None) == (nowhere["status"], nowhere["url"])
    amount = {"currency": "BRL", "value": "10"}
    for name in ("r1", "r2"):
        url = driver.shop.url(f"{driver.path}&{name}")
        refund = {"refundRequestId": name, "refundAmount": amount, "refundNotifyUrl": url}
        driver.call("refund", paymentId=payment["paymentId"], **refund)
    driver.notify(**overrides)
    assert ["REFUND_RESULT", "MINE"] == [one.type for one in driver.shop.wait(2, f"{driver.path}&r2")]
    assert 1 == len(driver.shop.got(f"{driver.path}&r1"))


def test_cards_are_masked_where_it_is_shown(driver: Driver) -> None:
    """The shop gets what was written; whoever looks at it does not."""
    number = "4111111111111111"
    sent = driver.notify(notification="notifyPayment", body={"cardNo": number, "cvv": "737"}, url=driver.url)
    assert {"cardNo": number, "cvv": "737"} == driver.shop.wait(1, driver.path)[0].body
    assert (False, False) == (number.encode() in sent.raw, '"737"' in str(driver.listed()))


# --- refused ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({}, "notification: missing, it is required"),
        (
            {"notification": "notifyDispute"},
            "notification: expected one of notifyPayment, notifyCapture, notifyRefund, got",
        ),
        ({"notification": "notifyPayment"}, "paymentRequestId: missing; it is required where there is no body"),
        ({**PAYMENT, "dely": "1m"}, "did you mean delay?"),
        ({**PAYMENT, "before": "reply"}, "there is no field 'before'"),
        ({**PAYMENT, "delay": "soon"}, "delay: expected a duration"),
        ({**PAYMENT, "duplicate": 1}, "duplicate: expected a whole number from 2 to 10"),
        ({**PAYMENT, "duplicate": 11}, "duplicate: expected a whole number from 2 to 10"),
        ({**PAYMENT, "drop": False}, "drop: expected true"),
        ({**PAYMENT, "fault": "reset"}, "fault: expected one of bad-signature, no-signature"),
        ({**PAYMENT, "result": "NOPE"}, "result: "),
        ({**PAYMENT, "set": {"a..b": "1"}}, "set.a..b: 'a..b' is no path"),
        ({**PAYMENT, "set": {"a": "${nothing}"}}, "nothing"),
        ({**PAYMENT, "after": "notifyPayment"}, "notifyPayment cannot wait for itself"),
        (
            {**PAYMENT, "url": "not a url"},
            "url: expected an http or https URL such as http://127.0.0.1:8000/notify, got the string",
        ),
        ({**PAYMENT, "url": "ftp://127.0.0.1/"}, "url: expected an http or https URL such as http://127"),
        ({"notification": "notifyPayment", "body": {}, "clientId": "A", "url": "127.0.0.1"}, "url: expected an http"),
        ({**PAYMENT, "body": []}, "body: expected a JSON object"),
        ({**PAYMENT, "body": {}, "result": "SUCCESS"}, "result: a body of one's own is sent as it is"),
        ({**PAYMENT, "body": {}, "notifyType": "X"}, "notifyType: a body of one's own is sent as it is"),
        ({"notification": "notifyPayment", "body": {}, "url": "http://127.0.0.1/"}, "clientId: missing"),
        ({"notification": "notifyPayment", "body": {}, "clientId": "A"}, "url: missing"),
        (
            {
                "notification": "notifyPayment",
                "body": {},
                "clientId": "A",
                "url": "http://127.0.0.1/",
                "after": "notifyRefund",
            },
            "after: there is nothing to wait for where no paymentRequestId names a payment",
        ),
    ],
)
def test_wrong_wishes(driver: Driver, body: dict[str, Any], words: str) -> None:
    """What is wrong is told in words, and nothing is sent."""
    driver.paid("p")
    whose = {"clientId": driver.client_id} if body.get("paymentRequestId") else {}
    found = problem(driver.live.admin("POST", "/notifications", {**whose, **body}))
    assert 400 == found["status"]
    assert words in found["detail"], found["detail"]
    assert not found["detail"].startswith("body: ") or "body" in body
    assert 1 == len(driver.listed())


def test_nothing_to_tell_yet(driver: Driver) -> None:
    """A session that nobody has paid in has no paymentId, a payment without refunds none to tell of."""
    driver.open("p")
    found = problem(driver.notify(**PAYMENT))
    assert (409, True) == (found["status"], "let the buyer act first" in found["detail"])
    driver.act("p")
    found = problem(driver.notify(notification="notifyRefund", paymentRequestId="p"))
    assert (409, True) == (found["status"], "no refund yet" == found["detail"])
    assert 404 == driver.notify(notification="notifyPayment", paymentRequestId="none").status
