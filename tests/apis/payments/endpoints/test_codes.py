"""Every result code: what a rule yields is provoked, and everything can be had by a scenario."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import pytest

from mock_alipay.apis.payments.endpoints import ENDPOINTS
from tests.calls import ask, code, parts_of, plain_call, signed_call
from tests.driver import Body, Driver, amount, pay_body, result_of, session_body
from tests.fields import read
from tests.gateway.test_gateway import broken
from tests.live import SANDBOX_PATH, sample, signed_headers

TABLE = read("conditions.json")
STATUS = {name: row["resultStatus"] for name, row in read("results.json")["results"].items()}

Provoke = Callable[[Driver], Body]

SESSION, CONSULT = session_body("a"), {"productCode": "CASHIER_PAYMENT", "paymentAmount": amount(1)}


def cancelled(driver: Driver, **how: Any) -> str:
    """A payment that was cancelled before the buyer came; its paymentId."""
    return str(driver.call("cancel", {"paymentRequestId": driver.open("a", **how)})["paymentId"])


def acted(driver: Driver, action: Any = "pending", name: str = "a", **how: Any) -> str:
    """A payment whose buyer has acted; its paymentId."""
    return str(driver.act(driver.open(name, **how), action).payment_id)


def held(driver: Driver, *captures: int, name: str = "a") -> str:
    """An authorization with captures; its paymentId."""
    payment_id = driver.paid(name, manual=True)
    for number, value in enumerate(captures):
        driver.capture(payment_id, f"c{number}", value)
    return payment_id


def after(driver: Driver, first: Any, **time: float) -> Any:
    """What came first, when so much time has passed since."""
    driver.wait(**time)
    return first


def few(driver: Driver, **figure: Any) -> Driver:
    """With other figures."""
    repository, contract = driver.components.repository, driver.components.contract
    changed = replace(contract, limits=contract.limits._replace(**figure))
    object.__setattr__(repository, "environment", repository.environment._replace(contract=changed))
    return driver


def repeat(driver: Driver, call: Callable[[], Any], then: Callable[[], Body]) -> Body:
    """The second of two calls."""
    call()
    return then()


PROVOKE: Mapping[str, Mapping[str, Provoke]] = {
    "createPaymentSession": {
        "SUCCESS": lambda t: t.call("createPaymentSession", SESSION),
        "PARAM_ILLEGAL": lambda t: t.call("createPaymentSession", {**SESSION, "order": 1}),
        "REPEAT_REQ_INCONSISTENT": lambda t: t.call("createPaymentSession", session_body(t.open("a"), 7)),
        "ORDER_IS_CANCELED": lambda t: t.call("createPaymentSession", SESSION) if cancelled(t) else {},
    },
    "pay": {
        "PAYMENT_IN_PROCESS": lambda t: t.call("pay", pay_body("a")),
        "SUCCESS": lambda t: repeat(t, lambda: paying(t, "pay"), lambda: t.call("pay", pay_body("a"))),
        "PARAM_ILLEGAL": lambda t: t.call("pay", pay_body("a", paymentExpiryTime="2020-01-01T00:00:00Z")),
        "REPEAT_REQ_INCONSISTENT": lambda t: t.call("pay", pay_body(t.open("a"))),
        "ORDER_IS_CANCELED": lambda t: repeat(
            t,
            lambda: (t.call("pay", pay_body("a")), t.call("cancel", {"paymentRequestId": "a"})),
            lambda: t.call("pay", pay_body("a")),
        ),
        "ORDER_IS_CLOSED": lambda t: t.call("pay", after(t, t.call("pay", pay_body("a")) and pay_body("a"), hours=1)),
        "USER_BALANCE_NOT_ENOUGH": lambda t: repeat(
            t, lambda: paying(t, "decline"), lambda: t.call("pay", pay_body("a"))
        ),
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
        "PAYMENT_COUNT_EXCEED_LIMIT": lambda t: few(t, most_captures=2).capture(held(t, 1, 1), "x", 1),
        "REPEAT_REQ_INCONSISTENT": lambda t: t.capture(held(t, 5), "c0", 6),
    },
    "refund": {
        "SUCCESS": lambda t: t.refund(t.paid(), "x", 1),
        "PARAM_ILLEGAL": lambda t: t.refund(t.paid(), "x", 1, captureId="nobody's"),
        "ORDER_NOT_EXIST": lambda t: t.refund("nobody's", "x", 1),
        "ORDER_STATUS_INVALID": lambda t: t.refund(held(t), "x", 1),
        "ORDER_IS_CANCELED": lambda t: t.refund(cancelled(t), "x", 1),
        "ORDER_IS_CLOSED": lambda t: t.refund(after(t, acted(t, "challenge"), hours=1), "x", 1),
        "REFUND_WINDOW_EXCEED": lambda t: t.refund(after(t, t.paid(), days=366), "x", 1),
        "REFUND_AMOUNT_EXCEED": lambda t: t.refund(t.paid(), "x", 1001),
        "CURRENCY_NOT_SUPPORT": lambda t: t.refund(t.paid(), "x", 1, refundAmount=amount(1, "HKD")),
        "MULTIPLE_REFUNDS_NOT_SUPPORTED": lambda t: few(t, most_refunds=0).refund(t.paid(), "x", 1),
        "REPEAT_REQ_INCONSISTENT": lambda t: t.refund(t.refund(t.paid(), "x", 1)["paymentId"], "x", 2),
    },
    "inquiryRefund": {
        "SUCCESS": lambda t: t.call("inquiryRefund", {"refundId": t.refund(t.paid(), "r", 1)["refundId"]}),
        "PARAM_ILLEGAL": lambda t: t.call("inquiryRefund", {}),
        "ORDER_NOT_EXIST": lambda t: t.call("inquiryRefund", {"refundId": "nobody's"}),
    },
}
"""How a merchant gets to see each code without a scenario that forces it."""

ENDS: Mapping[str, Callable[[Driver], Any]] = {
    "SUCCESS": lambda t: acted(t, "pay"),
    "PAYMENT_IN_PROCESS": lambda t: acted(t, "pending"),
    "USER_BALANCE_NOT_ENOUGH": lambda t: acted(t, "decline"),
    "ORDER_IS_CLOSED": lambda t: after(t, acted(t, "challenge"), hours=1),
    "ORDER_IS_CANCELED": cancelled,
    "AUTH_EXPIRED": lambda t: after(t, held(t), days=7),
}
"""How a payment comes to each result."""

RAW = b'{"paymentRequestId": "a"}'
CALLS: Mapping[str, Callable[[], str]] = {
    "PARAM_ILLEGAL": lambda: code(ask(parts_of(), signed_call(RAW, extra={"request-time": "noon"}))),
    "INVALID_SIGNATURE": lambda: code(ask(parts_of(), signed_call()._replace(body=RAW))),
    "KEY_NOT_FOUND": lambda: code(ask(parts_of(), signed_call(extra={"signature": _of_version(9)}))),
    "INVALID_CLIENT": lambda: code(ask(parts_of(signatures="required"), signed_call(client_id="SANDBOX_X"))),
    "NO_INTERFACE_DEF": lambda: code(ask(parts_of(), signed_call(path="/ams/api/v1/payments/nothing"))),
    "METHOD_NOT_SUPPORTED": lambda: code(ask(parts_of(), signed_call(method="PUT"))),
    "MEDIA_TYPE_NOT_ACCEPTABLE": lambda: code(
        ask(parts_of(), plain_call(RAW, {**signed_headers(RAW), "content-type": "text/plain"}, target=SANDBOX_PATH))
    ),
    "UNKNOWN_EXCEPTION": lambda: code(asyncio.run(broken(parts_of().gateway).answer(signed_call(sample("a"))))),
}
"""How any call is answered with a code that has nothing to do with its endpoint."""


def paying(driver: Driver, action: Any) -> None:
    """A payment by pay, and what its buyer does."""
    driver.call("pay", pay_body("a"))
    driver.act("a", action)


def _of_version(version: int) -> str:
    return signed_headers(RAW)["signature"].replace("keyVersion=1", f"keyVersion={version}")


def by_rule(codes: Mapping[str, Any]) -> set[str]:
    """The codes that a rule yields."""
    return {name for name, row in codes.items() if row["when"] is not None}


def test_everything_that_a_rule_yields_is_provoked() -> None:
    """By one of the tables above, which hold nothing else."""
    assert {name: by_rule(codes) for name, codes in TABLE["endpoints"].items()} == {
        name: set(codes) for name, codes in PROVOKE.items()
    }
    assert by_rule(TABLE["payment"]) == set(ENDS)
    assert by_rule(TABLE["gateway"]) == set(CALLS)


@pytest.mark.parametrize(("endpoint", "expected"), [(name, one) for name, codes in PROVOKE.items() for one in codes])
def test_a_rule_yields_its_code(endpoint: str, expected: str) -> None:
    """With the status that the code has."""
    found = PROVOKE[endpoint][expected](Driver())
    assert (expected, STATUS[expected]) == (result_of(found), found["result"]["resultStatus"])


@pytest.mark.parametrize("expected", ENDS)
def test_a_payment_comes_to_its_result(expected: str) -> None:
    """As inquiryPayment tells it."""
    driver = Driver()
    ENDS[expected](driver)
    names = [payment.request_id for payment in asyncio.run(driver.components.repository.store.browse())]
    assert [expected] == [driver.inquiry(name)["paymentResultCode"] for name in names]


@pytest.mark.parametrize("expected", CALLS)
def test_a_call_may_get_it_whatever_it_asks_for(expected: str) -> None:
    """The same for every endpoint."""
    assert expected == CALLS[expected]()


@pytest.fixture(scope="module")
def driver() -> Driver:
    """One for all that is forced: each with ids of its own."""
    return Driver()


def prepared(driver: Driver, endpoint: str, name: str) -> Body:
    """A call that would succeed."""
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
            driver.open(name)
            driver.act(name, "challenge")
            return {"paymentRequestId": name}


ALL = [(name, one) for name in ENDPOINTS for one in {**TABLE["gateway"], **TABLE["endpoints"][name]}]


@pytest.mark.parametrize(("endpoint", "expected"), ALL)
def test_a_scenario_can_force_every_code(endpoint: str, expected: str, driver: Driver) -> None:
    """Of the endpoint and of all calls; what the function does not play itself changes nothing."""
    name = f"{endpoint}-{expected}"
    body = prepared(driver, endpoint, name)
    before = asyncio.run(driver.components.repository.store.browse())
    found = driver.call(endpoint, body, scenario=driver.load_scenario(f"{endpoint}: {{result: {expected}}}", name))
    assert (expected, STATUS[expected]) == (result_of(found), found["result"]["resultStatus"])
    if expected not in ENDPOINTS[endpoint].plays:
        assert {"result"} == set(found)
        assert before == asyncio.run(driver.components.repository.store.browse())


DECLINES = [one for one in TABLE["payment"] if STATUS[one] == "F"]


@pytest.mark.parametrize("expected", DECLINES)
def test_a_buyer_may_decline_for_every_reason(expected: str, driver: Driver) -> None:
    """The merchant is told of it by notifyPayment, and asks for it with inquiryPayment."""
    scenario = driver.load_scenario(f"buyer: {{action: decline, code: {expected}}}", f"declines-{expected}")
    driver.open(f"d-{expected}", scenario=scenario)
    driver.settle()
    found = driver.inquiry(f"d-{expected}")
    assert ("FAIL", expected) == (found["paymentStatus"], found["paymentResultCode"])
    assert [expected] == [result_of(body) for body in driver.notified(f"d-{expected}")]


TRANSACTIONS = [("notifyCapture", one) for one in TABLE["notifications"]["notifyCapture"]] + [
    ("notifyRefund", one)
    for one in {**TABLE["notifications"]["notifyRefund"], **TABLE["endpoints"]["refund"]}
    if STATUS[one] != "U"
]


@pytest.mark.parametrize(("name", "expected"), TRANSACTIONS)
def test_a_notification_may_tell_every_code(name: str, expected: str, driver: Driver) -> None:
    """Of a capture or refund that is in process first; a repeat of the call is told the same."""
    endpoint = name.removeprefix("notify").lower()
    key = f"{name}-{expected}"
    body = prepared(driver, endpoint, key)
    in_process = f"{endpoint.upper()}_IN_PROCESS"
    scenario = driver.load_scenario(
        f"{endpoint}: {{result: {in_process}, then: {{result: {expected}, after: 0s}}}}", key
    )
    assert in_process == driver.code(endpoint, body, scenario=scenario)
    assert expected == driver.code(endpoint, body)
    assert [expected] == [result_of(told) for told in driver.notified(key, name)[-1:]]
