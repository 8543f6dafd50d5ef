"""Placeholders are filled in at any depth; unknown ones are refused."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from mock_alipay.scenarios.placeholders import Scope, compile_value

SCOPE = Scope(
    request={
        "amount": {"value": "100", "currency": "BRL"},
        "native": {"yes": True, "number": 7},
        "goods": [{"name": "a"}, {"name": "b"}],
        "blank": "",
    },
    reply={"result": {"resultCode": "SUCCESS"}},
    headers={"x-shop": "berlin"},
    client_id="SANDBOX_A",
    now=datetime(2026, 11, 22, 1, 7, 10, tzinfo=UTC),
)


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("${request.amount.value}", "100"),
        ("${request.amount}", {"value": "100", "currency": "BRL"}),
        ("${request.native.yes}", True),
        ("${request.goods[1].name}", "b"),
        ("${request.goods[].name}", "a"),
        ("${reply.result.resultCode}", "SUCCESS"),
        ("${header.X-Shop}", "berlin"),
        *((name, None) for name in ("${request.missing.deeper}", "${reply.amount}", "${header.x-other}")),
        ("${clientId}", "SANDBOX_A"),
        ("${now}", "2026-11-22T09:07:10+08:00"),
        ("${request.amount.value} ${request.amount.currency}", "100 BRL"),
        ("${request.native.yes}${request.native.number}!", "true7!"),
        ("<${request.missing}${request.amount}${header.x-other}>", "<>"),
        ("$${", "${"),
        ("$${clientId} is ${clientId}", "${clientId} is SANDBOX_A"),
        ("$${unknown} costs $5 {a}", "${unknown} costs $5 {a}"),
        (["${clientId}", {"${clientId}": "for ${clientId}"}, 5], ["SANDBOX_A", {"${clientId}": "for SANDBOX_A"}, 5]),
    ],
)
def test_placeholders_are_filled_in(written: Any, expected: Any) -> None:
    """A string that is one placeholder becomes the value, of its type, or null; in a longer string it becomes text.

    Objects and missing values become empty text, ``$${`` is a literal ``${``, and names of fields stay as they are.
    """
    value = compile_value(written)(SCOPE)
    assert (expected, type(expected)) == (value, type(value))


UNKNOWN = ["${requst.x}", "${reply.}", "${header.}", "${now.year}", "${ clientId }", "${}"]


@pytest.mark.parametrize(
    ("written", "shown"), [*((f"a {name} b", name) for name in UNKNOWN), ("a ${clientId} ${", "${")]
)
def test_an_unknown_placeholder_is_refused(written: str, shown: str) -> None:
    """The message shows it and lists the known ones."""
    with pytest.raises(ValueError, match="unknown placeholder") as caught:
        compile_value({"deep": [written]})
    assert f"unknown placeholder {shown};" in str(caught.value)
    assert "${request.PATH}, ${reply.PATH}, ${header.NAME}, ${clientId}, ${now}" in str(caught.value)


def test_an_invalid_path_in_a_placeholder_is_refused() -> None:
    """Paths have the same form everywhere."""
    with pytest.raises(ValueError, match="is not a path"):
        compile_value("${request.a..b}")
