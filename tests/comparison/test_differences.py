"""The differences between two replies."""

from __future__ import annotations

from typing import Any

import pytest

from mock_alipay.comparison.differences import Difference, body_differences, header_differences, texts

RESULT = {"resultCode": "SUCCESS", "resultStatus": "S", "resultMessage": "success."}


def bodies(here: Any, there: Any, *sent: str) -> list[tuple[str, ...]]:
    """The differences of two bodies."""
    return [tuple(each) for each in body_differences(here, there, set(sent))]


@pytest.mark.parametrize(
    ("here", "there", "expected"),
    [
        ({"result": RESULT}, {"result": {**RESULT, "resultMessage": "ok"}}, []),
        (
            {"result": RESULT},
            {"result": {**RESULT, "resultCode": "PAYMENT_IN_PROCESS"}},
            [("result", "result.resultCode", "SUCCESS", "PAYMENT_IN_PROCESS")],
        ),
        ({"a": "1"}, {}, [("field", "a", "1", "absent")]),
        ({}, {"a": {"b": 1}}, [("field", "a", "absent", '{"b": 1}')]),
        ({"a": {"b": "1"}}, {"a": {"b": 1}}, [("type", "a.b", "string", "number")]),
        ({"a": True}, {"a": 1}, [("type", "a", "boolean", "number")]),
        ({"a": None}, {"a": "x"}, [("type", "a", "null", "string")]),
        ({"a": 1}, {"a": 1.5}, [("value", "a", "1", "1.5")]),
        ({"a": ["x"]}, {"a": ["y", "z"]}, [("value", "a.length", "1", "2"), ("value", "a.0", "x", "y")]),
        ({"paymentId": "1"}, {"paymentId": "2"}, []),
        ({"paymentId": "1"}, {"paymentId": 2}, [("type", "paymentId", "string", "number")]),
        ({"paymentTime": "2026-01-01T00:00:00+08:00"}, {"paymentTime": "2027-02-02T01:01:01-07:00"}, []),
        (
            {"paymentTime": "2026-01-01T00:00:00+08:00"},
            {"paymentTime": "2026-01-01T00:00:00Z"},
            [("format", "paymentTime", "2026-01-01T00:00:00+08:00", "2026-01-01T00:00:00Z")],
        ),
    ],
)
def test_bodies(here: Any, there: Any, expected: list[tuple[str, ...]]) -> None:
    """Result codes, fields, types and values; not words, and of ids and times only type and form."""
    assert expected == bodies(here, there)


def test_an_id_of_the_request_must_be_echoed() -> None:
    """Other ids differ from gateway to gateway."""
    here, there = {"paymentRequestId": "order-1"}, {"paymentRequestId": "another"}
    assert [("value", "paymentRequestId", "order-1", "another")] == bodies(here, there, "order-1")
    assert [] == bodies(here, there)


def test_card_numbers_are_masked() -> None:
    """In values of any field, and in fields that hold one."""
    shown = str(bodies({"note": "4054692760174822", "cvv": "123"}, {"note": "x"}))
    assert ("4054692760174822" in shown, "123" in shown, "405469******4822" in shown) == (False, False, True)


def test_headers() -> None:
    """Of a signature and a time the form is compared; headers of servers are not."""
    here = {
        "signature": "algorithm=RSA256,keyVersion=1,signature=abc",
        "response-time": "2026-01-01T00:00:00+08:00",
        "content-type": "application/json; charset=UTF-8",
        "mock-call-id": "1",
        "date": "today",
    }
    there = {
        "signature": "algorithm=RSA256,keyVersion=1,signature=def",
        "response-time": "2027-01-01T00:00:00+08:00",
        "content-type": "application/json;charset=utf-8",
        "server": "x",
    }
    assert [] == list(header_differences(here, there))
    there = {**there, "signature": "algorithm=RSA256,signature=def", "x-more": "1"}
    expected = [
        (
            "header",
            "headers.signature",
            "algorithm=RSA256,keyVersion=1,signature=…",
            "algorithm=RSA256,signature=…",
        ),
        ("header", "headers.x-more", "absent", "1"),
    ]
    assert [Difference(*each) for each in expected] == list(header_differences(here, there))  # type: ignore[arg-type]


def test_texts() -> None:
    """Those at any depth."""
    assert {"a", "b"} == texts({"x": ["a", {"y": "b"}], "z": 1})
