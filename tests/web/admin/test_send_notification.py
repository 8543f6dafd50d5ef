"""Notifications that are sent by hand."""

from __future__ import annotations

from typing import Any

import pytest

from mock_alipay.config.config import Config
from tests.live import live
from tests.shop import FAULTY, Shop
from tests.web.asking import CARD, HELD, Till, problem

PAYMENT = {"notification": "notifyPayment", "paymentRequestId": "p"}


# --- of a payment -----------------------------------------------------------------------------------------------------


def test_as_the_payment_stands(till: Till) -> None:
    """It is what the gateway sent by itself, under an id of its own; the answer shows it on its way."""
    till.paid("p")
    (sent,) = till.notify(**PAYMENT).body["notifications"]
    first, second = till.shop.wait(2, till.path)
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
def test_it_says_how_the_payment_stands(till: Till, action: str, expected: tuple[str, str, str]) -> None:
    """Paid, failed, or still to come; a result that is neither S nor F has not been told since 2022 (REL)."""
    till.open("p")
    till.act("p", action)
    body = till.notify(**PAYMENT).body["notifications"][0]["request"]
    assert expected == (body["notifyType"], body["result"]["resultCode"], body["result"]["resultStatus"])


def test_altered(till: Till) -> None:
    """The keys of a scenario change what it says; ``notifyType`` what it is."""
    till.paid("p")
    change = {
        "set": {"paymentAmount.value": "1", "own": "${request.paymentRequestId}"},
        "notifyType": "PAYMENT_PENDING",
    }
    till.notify(**PAYMENT, result="RISK_REJECT", message="No.", **change)
    body = till.shop.wait(2, till.path)[1].body
    assert {"resultCode": "RISK_REJECT", "resultStatus": "F", "resultMessage": "No."} == body["result"]
    assert ("1", "p", "PAYMENT_PENDING") == (body["paymentAmount"]["value"], body["own"], body["notifyType"])


@pytest.mark.parametrize("fault", ["bad-signature", "no-signature", "wrong-key", "stale-time", "truncate"])
def test_spoilt(till: Till, fault: str) -> None:
    """Its way can go wrong as in a scenario; what went wrong stands in it."""
    till.paid("p")
    (sent,) = till.notify(**PAYMENT, fault=fault).body["notifications"]
    right, wrong = till.shop.wait(2, till.path)
    public = str(till.live.parts.env["gatewayPublicKey"])
    genuine = "signature" in wrong.headers and wrong.genuine(public)
    assert ((fault == "stale-time"), fault) == (genuine, sent["fault"])
    assert (fault == "no-signature") == ("signature" not in wrong.headers)
    assert (fault == "truncate") == (wrong.raw != right.raw)
    assert (fault == "stale-time") == (wrong.headers["request-time"] < right.headers["request-time"])


def test_several_times(till: Till) -> None:
    """Each copy is a notification of its own, with an id of its own."""
    till.paid("p")
    sent = till.notify(**PAYMENT, duplicate=3).body["notifications"]
    received = till.shop.wait(4, till.path)
    assert 3 == len({one["id"] for one in sent})
    assert [one["id"] for one in sent] == [one.headers["mock-notification-id"] for one in received[1:]]
    assert 1 == len({one.raw for one in received})


def test_later(till: Till) -> None:
    """A delay is by the client's clock."""
    till.paid("p")
    (sent,) = till.notify(**PAYMENT, delay="10m").body["notifications"]
    till.advance("9m")
    assert 1 == len(till.shop.got(till.path))
    till.advance("2m")
    assert 2 == len(till.shop.got(till.path))
    (attempt,) = till.listed("&limit=1")[0]["attempts"]
    assert (sent["nextAttempt"], "PENDING") == (attempt["time"], sent["status"])


def test_after_another(till: Till) -> None:
    """It can wait for another notification of the payment; not for one that has been sent already."""
    till.paid("p")
    (held,) = till.notify(**PAYMENT, after="notifyRefund").body["notifications"]
    assert ("notifyRefund", None, "PENDING") == (held["waitsFor"], held["nextAttempt"], held["status"])
    till.notify(notification="notifyRefund", paymentRequestId="p", body={"own": 1}, url=till.url, after="notifyPayment")
    received = till.shop.wait(3, till.path)
    assert ["PAYMENT_RESULT", None, "PAYMENT_RESULT"] == [one.body.get("notifyType") for one in received]
    latest = till.told("p", 3)
    assert [None, None, None] == [one["waitsFor"] for one in latest]


@pytest.mark.parametrize("body", [{}, {"body": {"own": 1}}])
def test_after_what_will_never_come(till: Till, body: dict[str, Any]) -> None:
    """A wallet's payment is never captured, and of what was declined nothing is refunded: nothing waits for that."""
    till.paid("p")
    till.open("q")
    till.act("q", "decline")
    for name, after in (("p", "notifyCapture"), ("q", "notifyRefund")):
        wish = {"notification": "notifyPayment", "paymentRequestId": name, "after": after, **body}
        (sent,) = till.notify(**wish).body["notifications"]
        assert (None, "PENDING", True) == (sent["waitsFor"], sent["status"], sent["nextAttempt"] is not None)
    assert 4 == len(till.shop.wait(4, till.path))


def test_it_is_sent_again_as_any_other(till: Till) -> None:
    """Until the shop acknowledges it."""
    till.paid("p")
    till.shop.says(till.path, FAULTY)
    (sent,) = till.notify(**PAYMENT).body["notifications"]
    till.advance("25h")
    found = till.live.admin("GET", f"/notifications/{sent['id']}").body
    assert ("GIVEN_UP", 8) == (found["status"], len(found["attempts"]))


def test_somewhere_else(till: Till) -> None:
    """Another URL takes the place of the payment's own."""
    till.paid("p")
    till.notify(**PAYMENT, url=till.shop.url(f"{till.path}&else"))
    assert "p" == till.shop.wait(1, f"{till.path}&else")[0].body["paymentRequestId"]
    assert 1 == len(till.shop.got(till.path))


def test_of_captures_and_refunds(till: Till) -> None:
    """The latest one, or the one whose id is given."""
    payment = till.paid("p", paymentMethod=CARD, paymentFactor=HELD)
    made = {}
    for number, what in enumerate(("capture", "capture", "refund", "refund")):
        amount = {f"{what}Amount": {"currency": "BRL", "value": "10"}}
        answer = till.call(what, paymentId=payment["paymentId"], **{f"{what}RequestId": f"r{number}"}, **amount)
        made[f"r{number}"] = answer.body[f"{what}Id"]
    till.told("p", 5)
    for what, asked, expected in (
        ("Capture", None, "r1"),
        ("Capture", "r0", "r0"),
        ("Refund", None, "r3"),
        ("Refund", "r2", "r2"),
    ):
        which = {} if asked is None else {"transactionId": made[asked]}
        (sent,) = till.notify(notification=f"notify{what}", paymentRequestId="p", **which).body["notifications"]
        kind = what.lower()
        assert (expected, made[expected]) == (sent["request"][f"{kind}RequestId"], sent["request"][f"{kind}Id"])
    found = problem(till.notify(notification="notifyRefund", paymentRequestId="p", transactionId=made["r0"]))
    assert (409, "No such refund") == (found["status"], found["title"])
    assert f"it has {made['r2']}, {made['r3']}" in found["detail"]


def test_a_refunds_own_url(till: Till) -> None:
    """What concerns a refund goes where the refund said, by hand too."""
    payment = till.paid("p")
    url, amount = till.shop.url(f"{till.path}&refund"), {"currency": "BRL", "value": "10"}
    till.call("refund", paymentId=payment["paymentId"], refundRequestId="r", refundAmount=amount, refundNotifyUrl=url)
    till.notify(notification="notifyRefund", paymentRequestId="p")
    received = till.shop.wait(2, f"{till.path}&refund")
    assert ["REFUND_RESULT"] * 2 == [one.type for one in received]


def test_the_gateways_own_url(shop: Shop, path: str) -> None:
    """Where a request names no URL the one that is set counts, for what is sent by itself and by hand."""
    with live(Config(seed=1, notify_url=shop.url(f"{path}&set"))) as running:
        till = Till(running, shop, path, "A")
        till.paid("p", paymentNotifyUrl=None)
        till.notify(**PAYMENT)
        till.notify(**PAYMENT, body={"own": "body"})
        assert [None, None, "body"] == [one.body.get("own") for one in shop.wait(3, f"{path}&set")]
        till.paid("q")
        assert ["q"] == [one.body["paymentRequestId"] for one in shop.got(path)]


# --- with a body of one's own -----------------------------------------------------------------------------------------

OWN: dict[str, Any] = {"b": [1, {"a": None}], "a": "ü", "notifyType": "MINE"}


def test_a_body_of_ones_own(till: Till) -> None:
    """Is sent as it is, for a client id and to a URL, about no payment at all, and signed."""
    (sent,) = till.notify(notification="notifyRefund", body=OWN, url=till.url).body["notifications"]
    (received,) = till.shop.wait(1, till.path)
    assert (OWN, ["b", "a", "notifyType"]) == (received.body, list(received.body))
    assert received.genuine(str(till.live.parts.env["gatewayPublicKey"]))
    assert (till.client_id, None, "notifyRefund", OWN) == (
        received.headers["client-id"],
        sent["paymentRequestId"],
        sent["notification"],
        sent["request"],
    )


def test_a_body_of_ones_own_spoilt(till: Till) -> None:
    """What goes wrong on the way of others can go wrong with it."""
    (sent,) = till.notify(notification="notifyRefund", body=OWN, url=till.url, fault="no-signature").body[
        "notifications"
    ]
    assert "signature" not in till.shop.wait(1, till.path)[0].headers
    assert "no-signature" == sent["fault"]


def test_a_body_of_ones_own_for_a_payment(till: Till) -> None:
    """Goes where the payment's notifications go, though the buyer may not have acted; nobody need say whose it is."""
    till.open(f"p-{till.client_id}")
    wish = {"notification": "notifyPayment", "paymentRequestId": f"p-{till.client_id}", "body": OWN}
    (sent,) = till.live.admin("POST", "/notifications", wish).body["notifications"]
    assert OWN == till.shop.wait(1, till.path)[0].body
    assert (till.client_id, till.url) == (sent["clientId"], sent["url"])


def test_a_body_of_ones_own_for_a_refund(till: Till) -> None:
    """Goes where the gateway's own would go: to the refundNotifyUrl of the latest refund, and nowhere without one."""
    payment = till.paid("p")
    wish = {"notification": "notifyRefund", "paymentRequestId": "p", "body": OWN}
    (nowhere,) = till.notify(**wish).body["notifications"]
    assert ("REFUSED", None) == (nowhere["status"], nowhere["url"])
    amount = {"currency": "BRL", "value": "10"}
    for name in ("r1", "r2"):
        url = till.shop.url(f"{till.path}&{name}")
        refund = {"refundRequestId": name, "refundAmount": amount, "refundNotifyUrl": url}
        till.call("refund", paymentId=payment["paymentId"], **refund)
    till.notify(**wish)
    assert ["REFUND_RESULT", "MINE"] == [one.type for one in till.shop.wait(2, f"{till.path}&r2")]
    assert 1 == len(till.shop.got(f"{till.path}&r1"))


def test_cards_are_masked_where_it_is_shown(till: Till) -> None:
    """The shop gets what was written; whoever looks at it does not."""
    number = "4111111111111111"
    sent = till.notify(notification="notifyPayment", body={"cardNo": number, "cvv": "737"}, url=till.url)
    assert {"cardNo": number, "cvv": "737"} == till.shop.wait(1, till.path)[0].body
    assert (False, False) == (number.encode() in sent.raw, '"737"' in str(till.listed()))


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
def test_wrong_wishes(till: Till, body: dict[str, Any], words: str) -> None:
    """What is wrong is told in words, and nothing is sent."""
    till.paid("p")
    whose = {"clientId": till.client_id} if body.get("paymentRequestId") else {}
    found = problem(till.live.admin("POST", "/notifications", {**whose, **body}))
    assert 400 == found["status"]
    assert words in found["detail"], found["detail"]
    assert not found["detail"].startswith("body: ") or "body" in body
    assert 1 == len(till.listed())


def test_nothing_to_tell_yet(till: Till) -> None:
    """A session that nobody has paid in has no paymentId, a payment without refunds none to tell of."""
    till.open("p")
    found = problem(till.notify(**PAYMENT))
    assert (409, True) == (found["status"], "let the buyer act first" in found["detail"])
    till.act("p")
    found = problem(till.notify(notification="notifyRefund", paymentRequestId="p"))
    assert (409, True) == (found["status"], "no refund yet" == found["detail"])
    assert 404 == till.notify(notification="notifyPayment", paymentRequestId="none").status
