"""What capture and refund have in common."""

from __future__ import annotations

from typing import Any

import pytest

from mock_alipay.apis.payments.endpoints.transactions import check_currency, outcome_of, repeated
from mock_alipay.apis.payments.model import Payment
from mock_alipay.apis.payments.records import Money, Transaction, TransactionType
from mock_alipay.errors import Refusal
from tests.apis.payments.orders import opened
from tests.calls import NOW

USD = Money("USD", 400)


def made(kind: TransactionType, **changes: Any) -> Transaction:
    """A transaction of 400 that has succeeded."""
    return Transaction(kind, "x", f"{kind}-id", USD, NOW, done=NOW)._replace(**changes)


def with_both() -> Payment:
    """A payment with a capture and a refund of the same request id."""
    return opened()._replace(payment_id="p", transactions=(made("CAPTURE"), made("REFUND")))


@pytest.mark.parametrize("kind", ["CAPTURE", "REFUND"])
def test_a_repeat_is_known_by_kind_and_id(kind: TransactionType) -> None:
    """A capture and a refund may have the same id; another id is no repeat."""
    assert made(kind) == repeated(with_both(), kind, "x", USD)
    assert None is repeated(with_both(), kind, "y", USD)


@pytest.mark.parametrize("other", [Money("USD", 401), Money("HKD", 400)])
def test_another_amount_is_no_repeat(other: Money) -> None:
    """Nor is the same number in another currency."""
    with pytest.raises(Refusal) as caught:
        repeated(with_both(), "REFUND", "x", other)
    assert "REPEAT_REQ_INCONSISTENT" == caught.value.code
    assert f"refundRequestId x was already used for USD 400, got {other}" == caught.value.message


def test_the_currency_is_the_payments() -> None:
    """Whatever the amount."""
    check_currency(opened(), USD._replace(currency=opened().order.amount.currency))
    with pytest.raises(Refusal) as caught:
        check_currency(opened(), Money("XAU", 1))
    assert "CURRENCY_NOT_SUPPORT" == caught.value.code


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"status": "PROCESSING", "done": None}, "REFUND_IN_PROCESS"),
        ({"status": "FAIL", "done": None, "code": "RISK_REJECT"}, "RISK_REJECT"),
    ],
)
def test_only_success_has_fields(changes: dict[str, Any], code: str) -> None:
    """Before that, and where it never comes, there is the result alone."""
    outcome = outcome_of(with_both(), made("REFUND", **changes), {"acquirerReferenceNo": "1"})
    assert (code, {}) == (outcome.code, dict(outcome.fields))


def test_success_is_told_in_full() -> None:
    """In the field names of its kind, with what else belongs there."""
    fields = outcome_of(with_both(), made("CAPTURE"), {"acquirerReferenceNo": "1"}).fields
    expected = ["captureRequestId", "captureId", "paymentId", "captureAmount", "captureTime", "acquirerReferenceNo"]
    assert expected == list(fields)
    assert ("x", "CAPTURE-id", "p", USD.wire) == tuple(fields[name] for name in expected[:4])
