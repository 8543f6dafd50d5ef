"""Rules shared by capture and refund."""

from __future__ import annotations

from typing import Any

import pytest

from mock_alipay.apis.payments.endpoints.transactions import check_currency, outcome_of, repeated
from mock_alipay.apis.payments.records import Money, Transaction
from mock_alipay.errors import Refusal
from tests.apis.payments.orders import FAILED, SECOND, capture, in_process, opened, payment_in, refund, usd

CAPTURE, REFUND = (made._replace(request_id="x") for made in (capture(400), refund(400)))
PAYMENT = payment_in("SUCCESS", None, CAPTURE, REFUND)


@pytest.mark.parametrize("made", [CAPTURE, REFUND])
def test_a_repeat_has_the_same_kind_and_id(made: Transaction) -> None:
    """A capture and a refund can have the same request id."""
    assert (made, None) == (repeated(PAYMENT, made.type, "x", usd(400)), repeated(PAYMENT, made.type, "y", usd(400)))


@pytest.mark.parametrize("other", [usd(401), Money("HKD", 400)])
def test_a_repeat_with_another_amount_is_refused(other: Money) -> None:
    """The message has both amounts."""
    with pytest.raises(Refusal) as caught:
        repeated(PAYMENT, "REFUND", "x", other)
    assert "REPEAT_REQ_INCONSISTENT" == caught.value.code
    assert f"refundRequestId x was already used for USD 400, got {other}" == caught.value.message


def test_another_currency_is_refused() -> None:
    """Whatever the amount."""
    check_currency(opened(), usd(10**9))
    with pytest.raises(Refusal, match="CURRENCY_NOT_SUPPORT"):
        check_currency(opened(), Money("XAU", 1))


@pytest.mark.parametrize(
    ("changes", "code"), [(in_process(SECOND), "REFUND_IN_PROCESS"), ({**FAILED, "code": "RISK_REJECT"}, "RISK_REJECT")]
)
def test_only_a_successful_transaction_has_fields(changes: dict[str, Any], code: str) -> None:
    """Other replies have only a result."""
    assert (code, {}) == outcome_of(PAYMENT, REFUND._replace(**changes), {"acquirerReferenceNo": "1"})[::2]
    fields = outcome_of(PAYMENT, CAPTURE, {"acquirerReferenceNo": "1"}).fields
    expected = ["captureRequestId", "captureId", "paymentId", "captureAmount", "captureTime", "acquirerReferenceNo"]
    assert (expected, ["x", "c-id", "P1", usd(400).wire]) == (list(fields), [fields[name] for name in expected[:4]])
