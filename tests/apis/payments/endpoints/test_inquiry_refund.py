"""inquiryRefund: how a refund stands."""

from __future__ import annotations

import pytest

from tests.till import Till, result_of


@pytest.mark.parametrize("by", ["refundId", "refundRequestId"])
def test_a_refund_is_told_by_either_id(by: str) -> None:
    """What the refund's own reply said, with a status; the id of one among several."""
    till = Till()
    payment_id = till.paid("order-1")
    replies = [till.refund(payment_id, name, "0100") for name in "abc"]
    expected = {**replies[1], "refundStatus": "SUCCESS"}
    del expected["paymentId"]
    found = till.call("inquiryRefund", {by: replies[1][by]})
    assert expected == {name: found[name] for name in expected}


@pytest.mark.parametrize(("scenario", "status"), [("refund-in-process", "SUCCESS"), ("refund-fails-later", "FAIL")])
def test_its_status_follows_it(scenario: str, status: str) -> None:
    """The result of the call is SUCCESS all the while; there is a time once it has succeeded."""
    till = Till()
    till.refund(till.paid("order-1"), "r", 100, scenario=scenario)
    found = [till.call("inquiryRefund", {"refundRequestId": "r"})]
    till.clock.moment += till.parts.ledger.world.figures.settling * 2
    found.append(till.call("inquiryRefund", {"refundRequestId": "r"}))
    assert ["SUCCESS", "SUCCESS"] == [result_of(one) for one in found]
    assert [("PROCESSING", False), (status, status == "SUCCESS")] == [
        (one["refundStatus"], "refundTime" in one) for one in found
    ]


def test_the_refund_id_wins() -> None:
    """Also when it is nobody's."""
    till = Till()
    payment_id = till.paid("order-1")
    ids = [till.refund(payment_id, name, 1)["refundId"] for name in "ab"]
    found = till.call("inquiryRefund", {"refundId": ids[0], "refundRequestId": "b"})
    assert "a" == found["refundRequestId"]
    assert "ORDER_NOT_EXIST" == till.code("inquiryRefund", {"refundId": "nobody's", "refundRequestId": "b"})


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
    till = Till()
    payment_id = till.paid("order-1", manual=True)
    till.capture(payment_id, "c", 500)
    till.refund(payment_id, "r", 1)
    assert "ORDER_NOT_EXIST" == till.code("inquiryRefund", body)


def test_nobody_sees_another_clients_refund() -> None:
    """By neither id."""
    till = Till()
    refund_id = till.refund(till.paid("order-1"), "r", 1)["refundId"]
    till.client_id = "SANDBOX_OTHER"
    assert ["ORDER_NOT_EXIST"] * 2 == [
        till.code("inquiryRefund", body) for body in ({"refundId": refund_id}, {"refundRequestId": "r"})
    ]
