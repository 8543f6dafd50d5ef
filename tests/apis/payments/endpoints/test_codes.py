"""Every result code: a rule gives it, or a scenario forces it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from mock_alipay.apis.payments.endpoints import ENDPOINTS
from tests.apis.payments.endpoints.limits import with_limits
from tests.driver import Body, Driver, amount, pay_body, result_of, session_body
from tests.fields import read

TABLE = read("conditions.json")
STATUS = {name: row["resultStatus"] for name, row in read("results.json")["results"].items()}

Provoke = Callable[[Driver], Body]

SESSION, CONSULT = session_body("a"), {"productCode": "CASHIER_PAYMENT", "paymentAmount": amount(1)}


def cancelled(driver: Driver) -> str:
    """The paymentId of a session that is cancelled."""
    return str(driver.call("cancel", {"paymentRequestId": driver.open("a")})["paymentId"])


def acted(driver: Driver, action: Any = "pending") -> str:
    """The paymentId after a buyer action."""
    return str(driver.act(driver.open("a"), action).payment_id)


def held(driver: Driver, *captures: int) -> str:
    """The paymentId of an authorization with captures."""
    payment_id = driver.paid("a", manual=True)
    for number, value in enumerate(captures):
        driver.capture(payment_id, f"c{number}", value)
    return payment_id


def after(driver: Driver, first: Any, **time: float) -> Any:
    """The first value, after some time has passed."""
    driver.wait(**time)
    return first


def pay_again(driver: Driver, action: Any) -> Body:
    """The reply to a repeat of pay, after a buyer action."""
    driver.call("pay", pay_body("a"))
    driver.act("a", action)
    return driver.call("pay", pay_body("a"))


PROVOKE: Mapping[str, Mapping[str, Provoke]] = {
    "createPaymentSession": {
        "SUCCESS": lambda t: t.call("createPaymentSession", SESSION),
        "PARAM_ILLEGAL": lambda t: t.call("createPaymentSession", {**SESSION, "order": 1}),
        "REPEAT_REQ_INCONSISTENT": lambda t: t.call("createPaymentSession", session_body(t.open("a"), 7)),
        "ORDER_IS_CANCELED": lambda t: t.call("createPaymentSession", SESSION) if cancelled(t) else {},
    },
    "pay": {
        "PAYMENT_IN_PROCESS": lambda t: t.call("pay", pay_body("a")),
        "SUCCESS": lambda t: pay_again(t, "pay"),
        "PARAM_ILLEGAL": lambda t: t.call("pay", pay_body("a", paymentExpiryTime="2020-01-01T00:00:00Z")),
        "REPEAT_REQ_INCONSISTENT": lambda t: t.call("pay", pay_body(t.open("a"))),
        "ORDER_IS_CANCELED": lambda t: t.call(
            "pay", t.call("pay", pay_body("a")) and t.call("cancel", {"paymentRequestId": "a"}) and pay_body("a")
        ),
        "ORDER_IS_CLOSED": lambda t: t.call("pay", after(t, t.call("pay", pay_body("a")) and pay_body("a"), hours=1)),
        "USER_BALANCE_NOT_ENOUGH": lambda t: pay_again(t, "decline"),
    },
    "consult": {
        "SUCCESS": lambda t: t.call("consult", {**CONSULT, "env": {"terminalType": "WEB"}}),
        "PARAM_ILLEGAL": lambda t: t.call("consult", CONSULT),
    },
    "inquiryPayment": {
        "SUCCESS": lambda t: t.call("inquiryPayment", {"paymentId": acted(t)}),
        "PARAM_ILLEGAL": lambda t: t.call("inquiryPayment", {}),
        "ORDER_NOT_EXIST": lambda t: t.inquiry(t.open("a")),
    },
    "cancel": {
        "SUCCESS": lambda t: t.call("cancel", {"paymentRequestId": t.open("a")}),
        "PARAM_ILLEGAL": lambda t: t.call("cancel", {}),
        "ORDER_NOT_EXIST": lambda t: t.call("cancel", {"paymentRequestId": "a"}),
        "CANCEL_WINDOW_EXCEED": lambda t: t.call("cancel", {"paymentId": after(t, t.paid(method="GCASH"), days=2)}),
        "ORDER_STATUS_INVALID": lambda t: t.call("cancel", {"paymentId": acted(t, "decline")}),
        "PROCESS_FAIL": lambda t: t.call(
            "cancel", {"paymentId": t.refund(t.paid(method="GCASH"), "r", 1)["paymentId"]}
        ),
    },
    "capture": {
        "SUCCESS": lambda t: t.capture(held(t), "x", 1),
        "PARAM_ILLEGAL": lambda t: t.capture(held(t), "x", 0),
        "AUTH_NOT_FOUND": lambda t: t.capture(t.paid(method="GCASH"), "x", 1),
        "AUTH_CANCELLED": lambda t: t.capture(t.call("cancel", {"paymentId": held(t)})["paymentId"], "x", 1),
        "AUTH_EXPIRED": lambda t: t.capture(after(t, held(t), days=7), "x", 1),
        "ORDER_IS_CANCELED": lambda t: t.capture(cancelled(t), "x", 1),
        "ORDER_STATUS_INVALID": lambda t: t.capture(held(t, 1000), "x", 1),
        "CURRENCY_NOT_SUPPORT": lambda t: t.capture(held(t), "x", 1, captureAmount=amount(1, "HKD")),
        "CAPTURE_AMOUNT_EXCEED_AUTH_LIMIT": lambda t: t.capture(held(t, 900), "x", 101),
        "PAYMENT_COUNT_EXCEED_LIMIT": lambda t: with_limits(t, most_captures=2).capture(held(t, 1, 1), "x", 1),
        "REPEAT_REQ_INCONSISTENT": lambda t: t.capture(held(t, 5), "c0", 6),
    },
    "refund": {
        "SUCCESS": lambda t: t.refund(t.paid(), "x", 1),
        "PARAM_ILLEGAL": lambda t: t.refund(t.paid(), "x", 1, captureId="unknown"),
        "ORDER_NOT_EXIST": lambda t: t.refund("unknown", "x", 1),
        "ORDER_STATUS_INVALID": lambda t: t.refund(held(t), "x", 1),
        "ORDER_IS_CANCELED": lambda t: t.refund(cancelled(t), "x", 1),
        "ORDER_IS_CLOSED": lambda t: t.refund(after(t, acted(t, "challenge"), hours=1), "x", 1),
        "REFUND_WINDOW_EXCEED": lambda t: t.refund(after(t, t.paid(), days=366), "x", 1),
        "REFUND_AMOUNT_EXCEED": lambda t: t.refund(t.paid(), "x", 1001),
        "CURRENCY_NOT_SUPPORT": lambda t: t.refund(t.paid(), "x", 1, refundAmount=amount(1, "HKD")),
        "MULTIPLE_REFUNDS_NOT_SUPPORTED": lambda t: with_limits(t, most_refunds=0).refund(t.paid(), "x", 1),
        "REPEAT_REQ_INCONSISTENT": lambda t: t.refund(t.refund(t.paid(), "x", 1)["paymentId"], "x", 2),
    },
    "inquiryRefund": {
        "SUCCESS": lambda t: t.call("inquiryRefund", {"refundId": t.refund(t.paid(), "r", 1)["refundId"]}),
        "PARAM_ILLEGAL": lambda t: t.call("inquiryRefund", {}),
        "ORDER_NOT_EXIST": lambda t: t.call("inquiryRefund", {"refundId": "unknown"}),
    },
}
"""How to get each code without a scenario that forces it."""


def test_everything_that_a_rule_yields_is_provoked() -> None:
    """The table above has the codes of conditions.json that have a condition; all codes have a result."""
    by_rule = {
        endpoint: {code for code, row in codes.items() if row["when"] is not None}
        for endpoint, codes in TABLE["endpoints"].items()
    }
    assert by_rule == {name: set(codes) for name, codes in PROVOKE.items()}
    documented = [TABLE["gateway"], TABLE["payment"], *TABLE["endpoints"].values(), *TABLE["notifications"].values()]
    assert set().union(*documented) <= set(STATUS)


@pytest.mark.parametrize(("endpoint", "expected"), [(name, row) for name, rows in PROVOKE.items() for row in rows])
def test_a_rule_gives_its_code(endpoint: str, expected: str) -> None:
    """With the status of the code."""
    reply = PROVOKE[endpoint][expected](Driver())
    assert (expected, STATUS[expected]) == (result_of(reply), reply["result"]["resultStatus"])


def prepared(driver: Driver, endpoint: str, name: str) -> Body:
    """The body of a call that would succeed."""
    match endpoint:
        case "createPaymentSession":
            return session_body(name)
        case "pay":
            return pay_body(name)
        case "consult":
            return {**CONSULT, "env": {"terminalType": "WEB"}}
        case "capture":
            payment_id = driver.paid(name, manual=True)
            return {"paymentId": payment_id, "captureRequestId": name, "captureAmount": amount(1)}
        case "refund":
            return {"paymentId": driver.paid(name), "refundRequestId": name, "refundAmount": amount(1)}
        case "inquiryRefund":
            driver.refund(driver.paid(name), name, 1)
            return {"refundRequestId": name}
        case _:
            driver.act(driver.open(name), "challenge")
            return {"paymentRequestId": name}


@pytest.mark.parametrize("endpoint", ENDPOINTS)
def test_a_scenario_can_force_a_code(endpoint: str) -> None:
    """The reply has only a result, and nothing changes, unless the endpoint implements the code itself."""
    driver, plays = Driver(), ENDPOINTS[endpoint].plays
    for expected in (*plays, "RISK_REJECT", "UNKNOWN_EXCEPTION"):
        body = prepared(driver, endpoint, expected)
        before = asyncio.run(driver.components.repository.store.browse())
        scenario = driver.load_scenario(f"{endpoint}: {{result: {expected}}}", expected)
        reply = driver.call(endpoint, body, scenario=scenario)
        assert (expected, STATUS[expected]) == (result_of(reply), reply["result"]["resultStatus"])
        if expected not in plays:
            assert {"result"} == set(reply)
            assert before == asyncio.run(driver.components.repository.store.browse())
