"""A scenario can force a result code of any endpoint."""

from __future__ import annotations

import asyncio

import pytest

from mock_alipay.apis.payments.endpoints import ENDPOINTS
from tests.driver import Body, Driver, amount, pay_body, result_of, session_body
from tests.fields import read

TABLE = read("conditions.json")
STATUS = {name: row["resultStatus"] for name, row in read("results.json")["results"].items()}


def test_every_documented_code_has_a_result() -> None:
    """Those of conditions.json."""
    documented = [TABLE["gateway"], TABLE["payment"], *TABLE["endpoints"].values(), *TABLE["notifications"].values()]
    assert set().union(*documented) <= set(STATUS)


def prepared(driver: Driver, endpoint: str, name: str) -> Body:
    """The body of a call that would succeed."""
    match endpoint:
        case "createPaymentSession":
            return session_body(name)
        case "pay":
            return pay_body(name)
        case "consult":
            return {"productCode": "CASHIER_PAYMENT", "paymentAmount": amount(1), "env": {"terminalType": "WEB"}}
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
