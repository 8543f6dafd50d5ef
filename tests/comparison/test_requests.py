"""The requests of a comparison."""

from __future__ import annotations

from typing import Any

import pytest

from mock_alipay.comparison.requests import from_call, from_text, samples
from mock_alipay.contracts import load
from mock_alipay.errors import SetupError


def call(request: Any, **changes: Any) -> dict[str, Any]:
    """A call as the admin API shows it."""
    shown = {"id": "7", "family": "payments", "endpoint": "pay", "request": request, "reply": {"paymentId": "1"}}
    return {**shown, **changes}


def test_samples_begin_with_those_that_create_something() -> None:
    """There is one for each endpoint, and the inquiry is about the payment."""
    found = samples()
    assert sorted(load().endpoints) == sorted(each.endpoint for each in found)
    bodies = {each.name: each.body for each in found}
    assert ["createPaymentSession", "pay"] == list(bodies)[:2]
    assert bodies["pay"]["paymentRequestId"] == bodies["inquiryPayment"]["paymentRequestId"]


def test_a_call_of_the_journal() -> None:
    """With the reply of then, whose ids later calls refer to."""
    found = from_call(call({"a": 1}))
    assert ("#7", "payments/pay", {"a": 1}, {"paymentId": "1"}) == (found.name, found.endpoint, found.body, found.reply)


@pytest.mark.parametrize(
    ("shown", "message"),
    [
        (call({}, endpoint=None), "#7: expected a call of an endpoint, found one of an unknown path"),
        (call("text"), '#7: expected a call with a JSON object, found the string "text"'),
        (call({"a": [{"b": "405469******4822"}]}), "#7: the journal has masked a.0.b, so the call cannot be sent"),
        (call({"m": {"cvv": "***"}}), "#7: the journal has masked m.cvv, so"),
    ],
)
def test_calls_that_cannot_be_sent_again(shown: dict[str, Any], message: str) -> None:
    """The error says why."""
    with pytest.raises(SetupError, match=r"^#7") as error:
        from_call(shown)
    assert str(error.value).startswith(message)


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        (b"{", "pay.json: expected a JSON object, found text that is not JSON at line 1, column 2 ["),
        (b"\xff", "pay.json: expected a JSON object, found bytes that are not UTF-8, at byte 0"),
        (b"[" * 100_000, "pay.json: expected a JSON object, found JSON nested more than 32 levels deep"),
        (
            b'{"a":' * 70 + b"1" + b"}" * 70,
            "pay.json: expected a JSON object, found one nested more than 64 levels deep",
        ),
        (b'{"a": NaN}', "pay.json: expected a JSON object, found NaN, which is not JSON"),
        (b'{"a": "\\ud800"}', "pay.json: expected a JSON object, found text that is not JSON at line 1, column "),
        (b"[]", "pay.json: expected a JSON object, found an array"),
    ],
)
def test_bad_files(raw: bytes, message: str) -> None:
    """The error names the file and the place."""
    with pytest.raises(SetupError) as error:
        from_text(raw, "payments/pay", "pay.json")
    assert str(error.value).startswith(message)
