"""The schemas of replies and notifications accept complete bodies, and refuse all others."""

from __future__ import annotations

from typing import Any

import pytest

from mock_alipay.contracts.names import bare
from tests.fields import CONTRACTS, REQUESTS

SCHEMAS = CONTRACTS["strict"].schemas
"""The gateway always sends the types of the SDKs."""

NOTIFICATIONS = [bare(name) for name in CONTRACTS["strict"].notifications]
HKD = {"currency": "HKD", "value": "10"}
TIME = "2026-01-31T12:00:00+08:00"
DONE = {"resultCode": "SUCCESS", "resultMessage": "success.", "resultStatus": "S"}
IN_PROCESS = {"resultCode": "PAYMENT_IN_PROCESS", "resultMessage": "wait", "resultStatus": "U"}
FAILED = {"resultCode": "RISK_REJECT", "resultMessage": "no", "resultStatus": "F"}
ID = "20220919194010890100111740275820195"

# fmt: off
TRANSACTION = {
    "transactionType": "CAPTURE", "transactionStatus": "SUCCESS", "transactionId": ID,
    "transactionRequestId": "capture-1", "transactionAmount": HKD, "transactionResult": DONE,
}
PAYMENT = {"paymentRequestId": "order-1", "paymentId": ID, "paymentAmount": HKD, "paymentCreateTime": TIME}
CAPTURE = {"captureRequestId": "capture-1", "captureId": ID, "paymentId": ID, "captureAmount": HKD}
REFUND = {"refundRequestId": "refund-1", "refundId": ID, "refundAmount": HKD}
COMPLETE: dict[str, dict[str, Any]] = {
    "inquiryPayment.reply": {
        "result": DONE, "paymentStatus": "SUCCESS", "paymentResultCode": "SUCCESS", "paymentResultMessage": "success.",
        **PAYMENT, "paymentTime": TIME,
    },
    "cancel.reply": {"result": DONE, "paymentId": ID, "paymentRequestId": "order-1", "cancelTime": TIME},
    "capture.reply": {"result": DONE, **CAPTURE, "captureTime": TIME},
    "refund.reply": {"result": DONE, **REFUND, "paymentId": ID, "refundTime": TIME},
    "inquiryRefund.reply": {"result": DONE, **REFUND, "refundStatus": "SUCCESS", "refundTime": TIME},
    "pay.reply": {"result": DONE, **PAYMENT, "paymentTime": TIME},
    "consult.reply": {"result": DONE, "paymentOptions": [{"paymentMethodType": "CARD", "enabled": True}]},
    "notifyPayment": {"notifyType": "PAYMENT_RESULT", "result": DONE, **PAYMENT, "paymentTime": TIME},
    "notifyCapture": {"notifyType": "CAPTURE_RESULT", "result": DONE, **CAPTURE},
    "notifyRefund": {"notifyType": "REFUND_RESULT", "result": DONE, "refundStatus": "SUCCESS", **REFUND},
}
"""Bodies in which every field is required."""

INQUIRY = "inquiryPayment.reply"
WRONG: list[tuple[str, dict[str, Any], str]] = [
    (INQUIRY, {"transactions": [{**TRANSACTION, "transactionType": "SALE"}]}, "transactions[0]."),
    (INQUIRY, {"paymentStatus": "AUTHORIZED"}, "paymentStatus"),
    (INQUIRY, {"paymentCreateTime": "2026-01-31 12:00:00"}, "paymentCreateTime"),
    (INQUIRY, {"paymentResultInfo": {"cardNo": "4054692760170768"}}, "paymentResultInfo.cardNo"),
    ("inquiryRefund.reply", {"refundStatus": "FAILED"}, "refundStatus"),
    ("pay.reply", {"result": IN_PROCESS}, "body"),
    ("notifyPayment", {"notifyType": "PAYMENT_PENDING", "result": FAILED}, "result.resultStatus"),
    ("notifyPayment", {"result": IN_PROCESS}, "result.resultStatus"),
    ("notifyCapture", {"result": IN_PROCESS}, "result.resultStatus"),
    ("notifyRefund", {"refundStatus": "PROCESSING"}, "refundStatus"),
    ("notifyRefund", {"paymentId": ID}, "paymentId"),
    ("capture.reply", {"captureAmount": {"currency": "HKD", "value": 10}}, "captureAmount.value"),
]
"""Changes of a body, and the beginning of the path of its only fault."""
# fmt: on


def changed(name: str, changes: dict[str, Any]) -> dict[str, Any]:
    """A complete body with other fields; None removes a field."""
    return {key: value for key, value in {**COMPLETE[name], **changes}.items() if value is not None}


def paths(name: str, body: dict[str, Any]) -> list[str]:
    """The paths of a body's faults; the deciding validator agrees."""
    found = [fault.path for fault in SCHEMAS.explain(f"payments/{name}", body)]
    assert (not found) == SCHEMAS.accepts(f"payments/{name}", body)
    return found


@pytest.mark.parametrize("name", COMPLETE)
def test_a_complete_body_is_valid_and_every_field_required(name: str) -> None:
    """Clients rely on each field: .NET reads a missing status as SUCCESS. Unknown fields are refused."""
    everything = {*NOTIFICATIONS, *(f"{bare(endpoint)}.reply" for endpoint in REQUESTS)}
    assert everything - {"createPaymentSession.reply"} == set(COMPLETE)
    assert [] == paths(name, COMPLETE[name])
    assert {field: [field] for field in COMPLETE[name]} == {
        field: paths(name, changed(name, {field: None})) for field in COMPLETE[name]
    }
    assert ["paymentState"] == paths(name, changed(name, {"paymentState": "PAID"}))


@pytest.mark.parametrize("name", COMPLETE)
def test_an_id_has_1_to_64_characters(name: str) -> None:
    """The merchant's ids and the gateway's."""
    for field in (field for field in COMPLETE[name] if field.endswith("Id")):
        found = [paths(name, changed(name, {field: value})) for value in ("", "x", "x" * 64, "x" * 65)]
        assert [[field], [], [], [field]] == found


@pytest.mark.parametrize("name", [*COMPLETE, "createPaymentSession.reply"])
def test_a_result_is_complete(name: str) -> None:
    """A failed reply needs nothing else; a notification, or a reply of a success, needs the other fields too."""
    assert (name in NOTIFICATIONS) == bool(paths(name, {"result": FAILED}))
    invalid: list[Any] = [None, DONE, {**FAILED, "resultStatus": "X"}, {**FAILED, "resultMessage": "x" * 257}]
    invalid += [{key: value for key, value in FAILED.items() if key != missing} for missing in FAILED]
    for result in invalid:
        assert [] != paths(name, {"result": result})
    assert [] != paths(name, {})


@pytest.mark.parametrize(("name", "changes", "where"), WRONG)
def test_a_wrong_value_is_invalid(name: str, changes: dict[str, Any], where: str) -> None:
    """One fault, at that place; that our own bodies are valid is part of all other tests."""
    [path] = paths(name, changed(name, changes))
    assert path.startswith(where)
