"""The schemas of replies and notifications accept complete bodies, and refuse all others."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from mock_alipay.contracts.names import bare
from tests.fields import CONTRACTS, PLACES, REQUESTS, read

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
NULL: Any = object()
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
ALSO_VALID: list[tuple[str, dict[str, Any]]] = [
    (INQUIRY, {"transactions": [TRANSACTION, {**TRANSACTION, "transactionTime": TIME}]}),
    (INQUIRY, {"transactions": NULL}),
    (INQUIRY, {"paymentStatus": "PROCESSING", "paymentTime": None}),
    (INQUIRY, {"paymentResultInfo": {"cardNo": "405469******0768", "threeDSResult": {"eci": "05"}}}),
    (INQUIRY, {"settlementQuote": {"quoteCurrencyPair": "HKD/USD", "quotePrice": 0.12}}),
    ("inquiryRefund.reply", {"refundStatus": "FAIL", "refundTime": None}),
    ("pay.reply", {"result": IN_PROCESS, "normalUrl": "https://pay.example/1", "paymentTime": None}),
    ("pay.reply", {"result": IN_PROCESS, "schemeUrl": "wallet://pay", "paymentTime": None}),
    ("consult.reply", {"paymentOptions": []}),
    ("notifyPayment", {"notifyType": "PAYMENT_PENDING", "paymentTime": None}),
    ("notifyPayment", {"result": FAILED, "paymentTime": None}),
    ("notifyCapture", {"result": FAILED}),
    ("notifyRefund", {"result": FAILED, "refundStatus": "FAIL"}),
]
"""Changes after which a body is still valid; None removes a field."""

INVALID: list[tuple[str, dict[str, Any], str]] = [
    (INQUIRY, {"paymentStatus": "AUTHORIZED"}, "paymentStatus"),
    (INQUIRY, {"paymentCreateTime": "2026-01-31 12:00:00"}, "paymentCreateTime"),
    (INQUIRY, {"paymentResultInfo": {"cardNo": "4054692760170768"}}, "paymentResultInfo.cardNo"),
    (INQUIRY, {"paymentResultInfo": {"threeDSResult": {"challenged": "true"}}}, "paymentResultInfo.threeDSResult."),
    (INQUIRY, {"paymentResultInfo": {"creditPayPlan": {"installmentNum": "3"}}}, "paymentResultInfo.creditPayPlan."),
    (INQUIRY, {"settlementQuote": {"quoteCurrencyPair": "HKD/USD", "quotePrice": "0.12"}}, "settlementQuote.quotePri"),
    (INQUIRY, {"transactions": [{**TRANSACTION, "transactionType": "SALE"}]}, "transactions[0]."),
    ("inquiryRefund.reply", {"refundStatus": "FAILED"}, "refundStatus"),
    ("pay.reply", {"result": IN_PROCESS}, "body"),
    ("consult.reply", {"paymentOptions": [{"paymentMethodType": "CARD", "enabled": "true"}]}, "paymentOptions[0]."),
    ("notifyPayment", {"notifyType": "PAYMENT_PENDING", "result": FAILED}, "result.resultStatus"),
    ("notifyPayment", {"result": IN_PROCESS}, "result.resultStatus"),
    ("notifyPayment", {"notifyType": "CAPTURE_RESULT"}, "notifyType"),
    ("notifyCapture", {"result": IN_PROCESS}, "result.resultStatus"),
    ("notifyRefund", {"refundStatus": "PROCESSING"}, "refundStatus"),
    ("notifyRefund", {"paymentId": ID}, "paymentId"),
    ("capture.reply", {"captureAmount": {"currency": "HKD", "value": 10}}, "captureAmount.value"),
]
"""Changes that make a body invalid, and the beginning of the fault's path."""
# fmt: on


def changed(name: str, changes: dict[str, Any]) -> dict[str, Any]:
    """A complete body with other fields; None removes a field, NULL sends null."""
    body = {**copy.deepcopy(COMPLETE[name]), **changes}
    return {key: None if value is NULL else value for key, value in body.items() if value is not None}


def paths(name: str, body: dict[str, Any]) -> list[str]:
    """The paths of a body's faults; the deciding validator agrees."""
    found = [fault.path for fault in SCHEMAS.explain(f"payments/{name}", body)]
    assert (not found) == SCHEMAS.accepts(f"payments/{name}", body)
    return found


def test_every_reply_and_notification_is_looked_at() -> None:
    """Except createPaymentSession, whose replies other tests check against its schema."""
    expected = {*NOTIFICATIONS, *(f"{bare(name)}.reply" for name in REQUESTS)} - {"createPaymentSession.reply"}
    assert expected == set(COMPLETE)


@pytest.mark.parametrize("name", COMPLETE)
def test_a_complete_body_is_valid_and_every_field_required(name: str) -> None:
    """Clients rely on each field: .NET reads a missing status as SUCCESS. Unknown fields are refused."""
    assert [] == paths(name, COMPLETE[name])
    assert {field: [field] for field in COMPLETE[name]} == {
        field: paths(name, changed(name, {field: None})) for field in COMPLETE[name]
    }
    assert ["paymentState"] == paths(name, changed(name, {"paymentState": "PAID"}))


@pytest.mark.parametrize(
    ("name", "field"), [(name, field) for name, body in COMPLETE.items() for field in body if field.endswith("Id")]
)
def test_an_id_has_1_to_64_characters(name: str, field: str) -> None:
    """The merchant's ids and the gateway's."""
    values = ("", "x", "x" * 64, "x" * 65)
    assert [[field], [], [], [field]] == [paths(name, changed(name, {field: value})) for value in values]


@pytest.mark.parametrize("name", [*COMPLETE, "createPaymentSession.reply"])
def test_a_result_is_complete(name: str) -> None:
    """A failed reply needs nothing else; a notification, or a reply of a success, needs the other fields too."""
    assert (name in NOTIFICATIONS) == bool(paths(name, {"result": FAILED}))
    invalid: list[Any] = [None, DONE, {**FAILED, "resultStatus": "X"}, {**FAILED, "resultMessage": "x" * 257}]
    invalid += [{key: value for key, value in FAILED.items() if key != missing} for missing in FAILED]
    for result in invalid:
        assert [] != paths(name, {"result": result})
    assert [] != paths(name, {})


@pytest.mark.parametrize(("name", "changes"), ALSO_VALID)
def test_optional_fields_and_other_values_are_valid(name: str, changes: dict[str, Any]) -> None:
    """What a real gateway also sends."""
    assert [] == paths(name, changed(name, changes))


@pytest.mark.parametrize(("name", "changes", "where"), INVALID)
def test_a_wrong_value_is_invalid(name: str, changes: dict[str, Any], where: str) -> None:
    """One fault, at that place."""
    [path] = paths(name, changed(name, changes))
    assert path.startswith(where)


def test_replies_have_their_own_types_and_no_unused_shapes() -> None:
    """The type mode only concerns requests."""
    files = ("replies.json", *(f"payments/{name}.json" for name in COMPLETE))
    text = "".join(PLACES[file].read_text("utf-8") for file in files)
    assert "types.json" not in text
    assert [] == [name for name in read("replies.json")["$defs"] if f'#/$defs/{name}"' not in text]
