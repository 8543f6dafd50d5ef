"""Placeholders: a closed set of names, filled in at any depth."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from mock_alipay.scenarios.placeholders import Scope, compile_value

SCOPE = Scope(
    request={
        "paymentAmount": {"value": "100", "currency": "BRL"},
        "native": {"yes": True, "number": 7, "decimal": 1.5},
        "order": {"goods": [{"name": "a"}, {"name": "b"}]},
        "blank": "",
    },
    reply={"result": {"resultCode": "SUCCESS"}, "paymentSessionId": "S1"},
    headers={"x-shop": "berlin"},
    client_id="SANDBOX_A",
    now=datetime(2026, 11, 22, 1, 7, 10, tzinfo=UTC),
)


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("${request.paymentAmount.value}", "100"),
        ("${request.paymentAmount}", {"value": "100", "currency": "BRL"}),
        ("${request.native.yes}", True),
        ("${request.native.number}", 7),
        ("${request.native.decimal}", 1.5),
        ("${request.order.goods}", [{"name": "a"}, {"name": "b"}]),
        ("${request.order.goods[1].name}", "b"),
        ("${request.order.goods[].name}", "a"),
        ("${request.blank}", ""),
        ("${request.missing.deeper}", None),
        ("${request.order.goods[9].name}", None),
        ("${reply.paymentSessionId}", "S1"),
        ("${reply.result.resultCode}", "SUCCESS"),
        ("${reply.missing}", None),
        ("${header.X-Shop}", "berlin"),
        ("${header.x-shop}", "berlin"),
        ("${header.x-other}", None),
        ("${clientId}", "SANDBOX_A"),
        ("${now}", "2026-11-22T09:07:10+08:00"),
    ],
)
def test_a_whole_placeholder_takes_the_value_and_its_type(written: str, expected: Any) -> None:
    """A string that is one placeholder becomes what it names, or null when the call has none."""
    value = compile_value(written)(SCOPE)
    assert (expected, type(expected)) == (value, type(value))


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("is ${request.paymentAmount.value}", "is 100"),
        ("${request.paymentAmount.value} ${request.paymentAmount.currency}", "100 BRL"),
        ("${clientId}${clientId}", "SANDBOX_ASANDBOX_A"),
        ("${request.native.yes}!", "true!"),
        ("${request.native.number}!", "7!"),
        ("<${request.missing}>", "<>"),
        ("<${request.paymentAmount}>", "<>"),
        ("<${header.x-other}>", "<>"),
        (" ${clientId}", " SANDBOX_A"),
        ("$${clientId}", "${clientId}"),
        ("$${", "${"),
        ("$${clientId} is ${clientId}", "${clientId} is SANDBOX_A"),
        ("$${unknown} is left alone", "${unknown} is left alone"),
        ("costs $5 {a}", "costs $5 {a}"),
        ("$", "$"),
        ("", ""),
    ],
)
def test_inside_a_longer_string_it_is_text(written: str, expected: str) -> None:
    """Text is joined, what is missing is empty, and a doubled dollar sign escapes."""
    assert expected == compile_value(written)(SCOPE)


@pytest.mark.parametrize("value", [None, True, 0, 1.5, "plain", [], {}])
def test_other_values_are_themselves(value: Any) -> None:
    """Only strings hold placeholders."""
    assert value == compile_value(value)(SCOPE)


def test_objects_and_arrays_are_filled_in_at_any_depth() -> None:
    """Names of fields are left as they are."""
    written = {"a": ["${clientId}", {"${clientId}": "for ${clientId}"}, 5], "b": None}
    expected = {"a": ["SANDBOX_A", {"${clientId}": "for SANDBOX_A"}, 5], "b": None}
    assert expected == compile_value(written)(SCOPE)


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("${unknown}", "${unknown}"),
        ("a ${requst.x} b", "${requst.x}"),
        ("${request}", "${request}"),
        ("${request.}", "${request.}"),
        ("${reply}", "${reply}"),
        ("${header}", "${header}"),
        ("${header.}", "${header.}"),
        ("${now.year}", "${now.year}"),
        ("${clientid}", "${clientid}"),
        ("${}", "${}"),
        ("${clientId", "${clientId"),
        ("a ${clientId} ${", "${"),
        ("${ clientId }", "${ clientId }"),
    ],
)
def test_an_unknown_placeholder_is_refused(written: str, shown: str) -> None:
    """The error shows it and lists those that exist."""
    with pytest.raises(ValueError, match="unknown placeholder") as caught:
        compile_value({"deep": [written]})
    assert f"unknown placeholder {shown};" in str(caught.value)
    assert "${request.PATH}, ${reply.PATH}, ${header.NAME}, ${clientId}, ${now}" in str(caught.value)


@pytest.mark.parametrize("written", ["${request.a..b}", "${reply.a[}", "${request.[0]}"])
def test_a_bad_path_in_a_placeholder_is_refused(written: str) -> None:
    """As anywhere else where a path is written."""
    with pytest.raises(ValueError, match="is not a path"):
        compile_value(written)
