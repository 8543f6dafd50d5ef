"""inquiryRefund: how a refund stands."""

from __future__ import annotations

import pytest

from tests.driver import Driver, result_of


@pytest.mark.parametrize("by", ["refundId", "refundRequestId"])
def test_a_refund_is_told_by_either_id(by: str) -> None:
    """What the refund's own reply said, with a status; the id of one among several."""
    driver = Driver()
    payment_id = driver.paid("order-1")
    replies = [driver.refund(payment_id, name, "0100") for name in "abc"]
    expected = {**replies[1], "refundStatus": "SUCCESS"}
    del expected["paymentId"]
    found = driver.call("inquiryRefund", {by: replies[1][by]})
    assert expected == {name: found[name] for name in expected}


@pytest.mark.parametrize(("scenario", "status"), [("refund-in-process", "SUCCESS"), ("refund-fails-later", "FAIL")])
def test_its_status_follows_it(scenario: str, status: str) -> None:
    """The result of the call is SUCCESS all the while; there is a time once it has succeeded."""
    driver = Driver()
    driver.refund(driver.paid("order-1"), "r", 100, scenario=scenario)
    found = [driver.call("inquiryRefund", {"refundRequestId": "r"})]
    driver.clock.moment += driver.components.repository.environment.limits.settling * 2
    found.append(driver.call("inquiryRefund", {"refundRequestId": "r"}))
    assert ["SUCCESS", "SUCCESS"] == [result_of(one) for one in found]
    assert [("PROCESSING", False), (status, status == "SUCCESS")] == [
        (one["refundStatus"], "refundTime" in one) for one in found
    ]


def test_the_refund_id_wins() -> None:
    """Also when it is nobody's."""
    driver = Driver()
    payment_id = driver.paid("order-1")
    ids = [driver.refund(payment_id, name, 1)["refundId"] for name in "ab"]
    found = driver.call("inquiryRefund", {"refundId": ids[0], "refundRequestId": "b"})
    assert "a" == found["refundRequestId"]
    assert "ORDER_NOT_EXIST" == driver.code("inquiryRefund", {"refundId": "nobody's", "refundRequestId": "b"})


@pytest.mark.parametrize(
    "body",
    [
        {"refundRequestId": "x"},
        {"refundId": "x"},
        {"refundRequestId": "c"},
        {"refundId": "r"},
    ],
)
def test_there_must_be_a_refund(body: dict[str, str]) -> None:
    """A capture is none, and one id is not the other."""
    driver = Driver()
    payment_id = driver.paid("order-1", manual=True)
    driver.capture(payment_id, "c", 500)
    driver.refund(payment_id, "r", 1)
    assert "ORDER_NOT_EXIST" == driver.code("inquiryRefund", body)


def test_nobody_sees_another_clients_refund() -> None:
    """By neither id."""
    driver = Driver()
    refund_id = driver.refund(driver.paid("order-1"), "r", 1)["refundId"]
    driver.client_id = "SANDBOX_OTHER"
    assert ["ORDER_NOT_EXIST"] * 2 == [
        driver.code("inquiryRefund", body) for body in ({"refundId": refund_id}, {"refundRequestId": "r"})
    ]
