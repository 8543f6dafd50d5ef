"""What capture and refund have in common: repeats, request ids, and amounts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from mock_alipay.apis.payments import captures_refunds
from mock_alipay.clock.clocks import wire_time
from tests.calls import NOW
from tests.driver import Body, Driver, amount, result_of

KINDS = pytest.mark.parametrize("kind", ["capture", "refund"])
EXCEEDS = {"capture": "CAPTURE_AMOUNT_EXCEED_AUTH_LIMIT", "refund": "REFUND_AMOUNT_EXCEED"}


def paid(driver: Driver, kind: str, name: str = "order-1") -> tuple[str, Callable[..., Body]]:
    """The paymentId of 1000 to capture or refund, and the call."""
    payment_id = driver.paid(name, manual=kind == "capture")
    return payment_id, driver.capture if kind == "capture" else driver.refund


@KINDS
def test_a_repeat_gets_all_fields_again(kind: str) -> None:
    """It moves no more money, also when nothing is left or it is too late; another amount is refused."""
    driver = Driver()
    payment_id, call = paid(driver, kind)
    assert EXCEEDS[kind] == result_of(call(payment_id, "a", 1001))  # which leaves the id free
    reply, payment = call(payment_id, "a", 400), driver.payment("order-1")
    expected: dict[str, Any] = {
        "result": {"resultCode": "SUCCESS", "resultStatus": "S", "resultMessage": "success."},
        f"{kind}RequestId": "a",
        f"{kind}Id": payment.transactions[-1].id,
        "paymentId": payment_id,
        f"{kind}Amount": amount(400),
        f"{kind}Time": wire_time(NOW),
    }
    if kind == "capture":
        expected["acquirerReferenceNo"] = payment.details["acquirerReferenceNo"]
    assert (expected, "AUTHORIZED" if kind == "capture" else "SUCCESS") == (reply, payment.state)
    driver.wait(minutes=1)
    for other in (amount(401), amount(400, "HKD")):
        assert "REPEAT_REQ_INCONSISTENT" == result_of(call(payment_id, "a", 400, **{f"{kind}Amount": other}))
    call(payment_id, "b", 600)
    driver.wait(days=400)
    assert reply == call(payment_id, "a", 400) == call(payment_id, "a", "0400")
    made = [t.amount.value for t in driver.payment("order-1").transactions if t.type == kind.upper()]
    assert [400, 600] == made
    assert 2 == len(driver.notified("order-1", f"notify{kind.capitalize()}"))


@KINDS
@pytest.mark.parametrize(
    ("parts", "accepted", "left"),
    [([1000, 1], [True, False], 0), ([1001], [False], 1000), ([400, 601, 600, 1], [True, False, True, False], 0)],
)
def test_the_parts_never_exceed_the_whole(kind: str, parts: list[int], accepted: list[bool], left: int) -> None:
    """Not by the smallest unit; the full amount completes a captured payment."""
    driver = Driver()
    payment_id, call = paid(driver, kind)
    codes = [result_of(call(payment_id, f"x{number}", value)) for number, value in enumerate(parts)]
    assert accepted == [code == "SUCCESS" for code in codes]
    refused = {EXCEEDS[kind], "ORDER_STATUS_INVALID" if kind == "capture" and not left else EXCEEDS[kind]}
    assert set(codes) <= {"SUCCESS", *refused}
    payment = driver.payment("order-1")
    state = "AUTHORIZED" if kind == "capture" and left else "SUCCESS"
    assert (left, state) == (captures_refunds.balance(payment)[kind == "refund"], payment.state)


@KINDS
def test_a_request_id_belongs_to_one_payment_of_a_client(kind: str) -> None:
    """Another client can use it, and so can the other kind."""
    driver = Driver()
    (one, call), (two, _) = paid(driver, kind), paid(driver, kind, "order-2")
    codes = [result_of(call(payment_id, "x", 400)) for payment_id in (one, two, "unknown")]
    assert ["SUCCESS", *["REPEAT_REQ_INCONSISTENT"] * 2] == codes
    other = (
        driver.refund(one, "x", 400) if kind == "capture" else driver.capture(paid(driver, "capture", "z")[0], "x", 1)
    )
    driver.client_id = "SANDBOX_OTHER"
    again = call(paid(driver, kind)[0], "x", 400)
    assert ("SUCCESS", "SUCCESS") == (result_of(other), result_of(again))


@KINDS
def test_a_repeat_of_one_in_process_gets_its_result(kind: str) -> None:
    """Once there is one; until then the money is spent."""
    driver = Driver()
    payment_id, call = paid(driver, kind)
    codes = [result_of(call(payment_id, name, 400, scenario=f"{kind}-fails-later")) for name in "aa"]
    codes.append(result_of(call(payment_id, "b", 400, scenario=f"{kind}-in-process")))
    codes.append(result_of(call(payment_id, "c", 201)))
    driver.wait(seconds=5)
    notified = driver.notified("order-1", f"notify{kind.capitalize()}")
    assert ["PROCESS_FAIL", "SUCCESS"] == [result_of(body) for body in notified]
    codes += [result_of(call(payment_id, name, 400)) for name in "ab"]
    codes.append(result_of(call(payment_id, "c", 600)))
    in_process = [f"{kind.upper()}_IN_PROCESS"] * 3
    assert [*in_process, EXCEEDS[kind], "PROCESS_FAIL", "SUCCESS", "SUCCESS"] == codes
