"""Bytes become a JSON object without nulls, or a refusal with a reason."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mock_alipay.contracts.validation import claimed_id, parse
from tests.contracts.checks import faults, texts
from tests.fields import BOOKS
from tests.live import sample

RAW = json.dumps(sample("x")).encode()


def with_field(value: str) -> bytes:
    """The sample body with an unknown field ``x``, written as given."""
    return RAW[:-1] + f', "x": {value}}}'.encode()


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b"", "an empty body"),
        (b" \r\n\t", "an empty body"),
        (b"[]", "an array"),
        (b"null", "null"),
        (b'{"a": NaN}', "NaN, which is not JSON"),
        (b'{"a": -Infinity}', "-Infinity, which is not JSON"),
        (b'{"a": "\xff"}', "not UTF-8, at byte 7"),
        (b"\xef\xbb\xbf{}", "byte order mark"),
        (b'{"a": "\\ud800"}', "not JSON"),
        (b'{"a": 1\n "b": 2}', "line 2, column 2"),
        (b'{"a": 1} x', "not JSON"),
        (b'{"a": 1e999}', "not JSON"),
        (b'{"a": 1' + b"0" * 5000 + b"}", "not JSON"),
    ],
)
def test_a_body_that_is_no_json_object_is_refused_with_the_reason(raw: bytes, reason: str) -> None:
    """The reason is in our own words, not those of Python's parser."""
    [fault] = faults(raw)
    assert ("body", "a JSON object") == (fault.path, fault.expected)
    assert reason in fault.found
    assert "sys." not in fault.found


@pytest.mark.parametrize("number", ["0.1e-5000", "1e300", "18446744073709551616", "-0"])
def test_numbers_of_any_size_are_accepted(number: str) -> None:
    """An unknown field may hold them."""
    assert [] == faults(with_field(number))


@pytest.mark.parametrize(("opening", "closing"), [("[", "]"), ('{"a":', "}")])
def test_a_body_may_be_nested_32_levels_deep(opening: str, closing: str) -> None:
    """The limit holds for unknown fields too; neighbours and brackets in strings are no levels."""
    body = {**sample("x", metadata="[{" * 100), "zzz": [{}] * 100}
    nested = [
        json.dumps(body)[:-1].encode() + f', "x": {opening * depth}1{closing * depth}}}'.encode() for depth in (31, 32)
    ]
    assert [] == faults(nested[0])
    assert "nested more than 32 levels deep" in texts(nested[1])[0]


@pytest.mark.parametrize(
    "raw",
    [b"[" * 100_000, b'{"a":' * 1_023 + b"x", b'{"a":' * 5_000 + b"1" + b"}" * 5_000],
    ids=["unclosed", "broken", "whole"],
)
def test_deep_nesting_never_meets_a_parsers_own_limit(raw: bytes) -> None:
    """The reply names our limit, whether or not the body is JSON."""
    assert "nested more than 32 levels deep" in texts(raw)[0]


def test_known_fields_are_checked_at_every_depth() -> None:
    """Goods can nest in goods (crossSell)."""
    goods: dict[str, Any] = {"referenceGoodsId": "1", "goodsName": "x"}
    for _ in range(28):
        goods = {"referenceGoodsId": "1", "goodsName": "x", "crossSell": goods}
    body = BOOKS["documented"].body(("order", "goods", 0), goods)
    assert [] == faults(body)
    goods["crossSell"]["crossSell"]["goodsName"] = 1
    assert ["order.goods[0].crossSell.crossSell.goodsName: expected a JSON string, got the number 1"] == texts(body)


def test_a_body_comes_back_as_it_was_sent() -> None:
    """Unknown fields, order and text are kept; of two equal keys the last one counts."""
    body = {"zzz": 1.5, **sample(), "aaa": [{"b": "ö😀"}]}
    assert list(body.items()) == list(parse(json.dumps(body, ensure_ascii=False).encode()).items())
    assert {"a": 2} == parse(b'{"a": 1, "a": 2}')


def test_null_fields_are_removed() -> None:
    """At any depth, but null array elements stay, and so does the text "null"."""
    body = {"zzz": None, "a": {"b": None, "c": [None, {"d": None, "e": "null"}]}}
    assert {"a": {"c": [None, {"e": "null"}]}} == parse(json.dumps(body).encode())
    assert ["order.goods[0]: expected a JSON object, got null"] == texts(
        BOOKS["documented"].body(("order", "goods"), [None])
    )


@settings(max_examples=30)
@given(st.binary(max_size=40), st.integers(0, len(RAW)), st.integers(0, 20))
def test_any_bytes_give_a_body_or_a_refusal(junk: bytes, start: int, removed: int) -> None:
    """Random bytes, and a valid body with random damage, never cause another error."""
    for raw in (junk, RAW[:start] + junk[:4] + RAW[start + removed :]):
        assert all(fault.path and fault.found and fault.expected != "a documented body" for fault in faults(raw))


@settings(max_examples=20)
@given(st.from_regex("[1-9][0-9]{5,18}", fullmatch=True), st.integers(0, 400))
def test_a_reason_never_quotes_a_card_number(number: str, end: int) -> None:
    """A body that is cut off anywhere is not quoted."""
    method = {"paymentMethodType": "CARD", "paymentMethodMetaData": {"cardNo": number, "cvv": number}}
    raw = json.dumps({"paymentMethod": method, **sample("x", paymentMethod=method)}).encode()[:end]
    assert all(number not in text for text in texts(raw))


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (b'{"paymentRequestId": "x", "productCode": 1}', "x"),
        (b'{"paymentRequestId": "%s"}' % (b"x" * 64), "x" * 64),
        (b'{"paymentRequestId": "%s"}' % (b"x" * 65), None),
        (b'{"paymentRequestId": 1}', None),
        (b"{}", None),
        (b"[]", None),
        (b"\xff", None),
        (b"[" * 5_000, None),
    ],
)
def test_the_claimed_id_is_read_from_any_bytes(raw: bytes, expected: str | None) -> None:
    """A string of at most 64 characters, or nothing."""
    assert expected == claimed_id(raw, "paymentRequestId")
