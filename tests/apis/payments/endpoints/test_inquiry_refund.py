"""inquiryRefund: the status of a refund."""

from __future__ import annotations

import pytest

from tests.driver import Driver, result_of


def test_a_refund_is_found_by_either_id() -> None:
    """One of several, with the fields of its own reply and a status; the refundId takes precedence."""
    driver = Driver()
    payment_id = driver.paid("order-1")
    replies = [driver.refund(payment_id, name, "0100") for name in "abc"]
    expected = {**replies[1], "refundStatus": "SUCCESS"}
    del expected["paymentId"]
    refund_id = expected["refundId"]
    for body in ({"refundRequestId": "b"}, {"refundId": refund_id}, {"refundId": refund_id, "refundRequestId": "a"}):
        assert expected == driver.call("inquiryRefund", body)


@pytest.mark.parametrize(("scenario", "status"), [("refund-in-process", "SUCCESS"), ("refund-fails-later", "FAIL")])
def test_the_status_is_that_of_the_refund(scenario: str, status: str) -> None:
    """The result of the call is always SUCCESS; only a successful refund has a time."""
    driver = Driver()
    driver.refund(driver.paid("order-1"), "r", 100, scenario=scenario)
    replies = [driver.call("inquiryRefund", {"refundRequestId": "r"})]
    driver.wait(minutes=1)
    replies.append(driver.call("inquiryRefund", {"refundRequestId": "r"}))
    assert [("SUCCESS", "PROCESSING", False), ("SUCCESS", status, status == "SUCCESS")] == [
        (result_of(reply), reply["refundStatus"], "refundTime" in reply) for reply in replies
    ]


def test_an_unknown_refund_is_refused() -> None:
    """Captures are no refunds, the two ids are different, and another client's refund is unknown."""
    driver = Driver()
    payment_id = driver.paid("order-1", manual=True)
    driver.capture(payment_id, "c", 500)
    refund_id = driver.refund(payment_id, "r", 1)["refundId"]
    bodies = [{"refundRequestId": "c"}, {"refundId": "r"}, {"refundId": "x", "refundRequestId": "r"}]
    assert ["ORDER_NOT_EXIST"] * 3 == [driver.code("inquiryRefund", body) for body in bodies]
    driver.client_id = "SANDBOX_OTHER"
    bodies = [{"refundId": refund_id}, {"refundRequestId": "r"}]
    assert ["ORDER_NOT_EXIST"] * 2 == [driver.code("inquiryRefund", body) for body in bodies]
