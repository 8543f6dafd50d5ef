"""The ids of one gateway in a comparison."""

from __future__ import annotations

from mock_alipay.comparison.ids import FixedIds, Ids
from mock_alipay.comparison.requests import Request


def test_request_ids_get_a_suffix_and_lose_it() -> None:
    """Whatever their length; a scenario's name in front stays."""
    ids = Ids("run")
    sent = ids.put_in(Request("x", "payments/pay", {"paymentRequestId": "slow--1", "refundRequestId": "r" * 64}))
    assert {"paymentRequestId": "slow--1-run", "refundRequestId": "r" * 60 + "-run"} == sent
    assert {"paymentRequestId": ["slow--1"], "n": 1} == ids.neutral({"paymentRequestId": ["slow--1-run"], "n": 1})


def test_samples_refer_to_the_latest_payment() -> None:
    """As soon as a reply had its id."""
    ids, capture = Ids("run"), Request("x", "payments/capture", {"paymentId": "sample", "captureAmount": {}})
    assert "sample" == ids.put_in(capture)["paymentId"]
    ids.learn(Request("x", "payments/pay", {}), {"paymentId": "4711", "paymentRequestId": "p"})
    assert "4711" == ids.put_in(capture)["paymentId"]


def test_calls_of_the_journal_refer_to_the_same_payment() -> None:
    """Not to the latest one; an unknown id stays as it is."""
    ids = Ids("run")
    for before, now in (("a", "1"), ("b", "2")):
        ids.learn(Request("#1", "payments/pay", {}, {"paymentId": before}), {"paymentId": now})
    sent = [
        ids.put_in(Request("#2", "payments/capture", {"paymentId": value}, linked=False))["paymentId"]
        for value in ("a", "b", "c")
    ]
    assert ["1", "2", "c"] == sent


def test_fixed_ids() -> None:
    """Requests are sent as they are."""
    body = {"paymentRequestId": "p", "paymentId": "1"}
    ids = FixedIds()
    ids.learn(Request("x", "payments/pay", {}), {"paymentId": "2"})
    assert body == ids.put_in(Request("x", "payments/pay", body)) == ids.neutral(body)
