"""The schemas of replies and notifications: they tell a whole body from one that lacks, adds or mistypes something."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from mock_alipay.contracts.names import bare
from tests.fields import CONTRACTS, PLACES, REQUESTS, read

SCHEMAS = CONTRACTS["strict"].schemas
"""What is sent has the SDKs' types, whichever a merchant may send."""

NOTIFICATIONS = [bare(name) for name in CONTRACTS["strict"].notifications]
HKD = {"currency": "HKD", "value": "10"}
TIME = "2026-01-31T12:00:00+08:00"
DONE = {"resultCode": "SUCCESS", "resultMessage": "success.", "resultStatus": "S"}
IN_PROCESS = {"resultCode": "PAYMENT_IN_PROCESS", "resultMessage": "wait", "resultStatus": "U"}
FAILED = {"resultCode": "RISK_REJECT", "resultMessage": "no", "resultStatus": "F"}
ID = "20220919194010890100111740275820195"

TRANSACTION = {
    "transactionType": "CAPTURE",
    "transactionStatus": "SUCCESS",
    "transactionId": ID,
    "transactionRequestId": "capture-1",
    "transactionAmount": HKD,
    "transactionResult": DONE,
}
PAYMENT = {"paymentRequestId": "order-1", "paymentId": ID, "paymentAmount": HKD, "paymentCreateTime": TIME}
WHOLE: dict[str, dict[str, Any]] = {
    "inquiryPayment.reply": {
        "result": DONE,
        "paymentStatus": "SUCCESS",
        "paymentResultCode": "SUCCESS",
        "paymentResultMessage": "success.",
        **PAYMENT,
        "paymentTime": TIME,
    },
    "cancel.reply": {"result": DONE, "paymentId": ID, "paymentRequestId": "order-1", "cancelTime": TIME},
    "capture.reply": {
        "result": DONE,
        "captureRequestId": "capture-1",
        "captureId": ID,
        "paymentId": ID,
        "captureAmount": HKD,
        "captureTime": TIME,
    },
    "refund.reply": {
        "result": DONE,
        "refundRequestId": "refund-1",
        "refundId": ID,
        "paymentId": ID,
        "refundAmount": HKD,
        "refundTime": TIME,
    },
    "inquiryRefund.reply": {
        "result": DONE,
        "refundId": ID,
        "refundRequestId": "refund-1",
        "refundAmount": HKD,
        "refundStatus": "SUCCESS",
        "refundTime": TIME,
    },
    "pay.reply": {"result": DONE, **PAYMENT, "paymentTime": TIME},
    "consult.reply": {"result": DONE, "paymentOptions": [{"paymentMethodType": "CARD", "enabled": True}]},
    "notifyPayment": {"notifyType": "PAYMENT_RESULT", "result": DONE, **PAYMENT, "paymentTime": TIME},
    "notifyCapture": {
        "notifyType": "CAPTURE_RESULT",
        "result": DONE,
        "captureRequestId": "capture-1",
        "paymentId": ID,
        "captureId": ID,
        "captureAmount": HKD,
    },
    "notifyRefund": {
        "notifyType": "REFUND_RESULT",
        "result": DONE,
        "refundStatus": "SUCCESS",
        "refundRequestId": "refund-1",
        "refundId": ID,
        "refundAmount": HKD,
    },
}
"""Bodies of which nothing may be left out."""

OTHERS: list[tuple[str, dict[str, Any]]] = [
    ("inquiryPayment.reply", {"transactions": None}),
    ("inquiryPayment.reply", {"transactions": [TRANSACTION, {**TRANSACTION, "transactionTime": TIME}]}),
    ("inquiryPayment.reply", {"paymentStatus": "PROCESSING", "paymentTime": None}),
    ("inquiryPayment.reply", {"paymentResultInfo": {"cardNo": "405469******0768", "threeDSResult": {"eci": "05"}}}),
    ("inquiryPayment.reply", {"settlementQuote": {"quoteCurrencyPair": "HKD/USD", "quotePrice": 0.12}}),
    ("inquiryRefund.reply", {"refundStatus": "FAIL", "refundTime": None}),
    ("pay.reply", {"result": IN_PROCESS, "normalUrl": "https://pay.example/1", "paymentTime": None}),
    ("pay.reply", {"result": IN_PROCESS, "schemeUrl": "wallet://pay", "paymentTime": None}),
    ("consult.reply", {"paymentOptions": []}),
    ("notifyPayment", {"notifyType": "PAYMENT_PENDING", "paymentTime": None}),
    ("notifyPayment", {"result": FAILED, "paymentTime": None}),
    ("notifyCapture", {"result": FAILED}),
    ("notifyRefund", {"result": FAILED, "refundStatus": "FAIL"}),
]
"""What else is right; None takes a field out, but for transactions."""

WRONG: list[tuple[str, dict[str, Any], str]] = [
    ("inquiryPayment.reply", {"paymentStatus": "AUTHORIZED"}, "paymentStatus"),
    ("inquiryPayment.reply", {"paymentCreateTime": "2026-01-31 12:00:00"}, "paymentCreateTime"),
    ("inquiryPayment.reply", {"paymentResultInfo": {"cardNo": "4054692760170768"}}, "paymentResultInfo.cardNo"),
    (
        "inquiryPayment.reply",
        {"paymentResultInfo": {"threeDSResult": {"challenged": "true"}}},
        "paymentResultInfo.threeDSResult.challenged",
    ),
    (
        "inquiryPayment.reply",
        {"paymentResultInfo": {"creditPayPlan": {"installmentNum": "3"}}},
        "paymentResultInfo.creditPayPlan.installmentNum",
    ),
    (
        "inquiryPayment.reply",
        {"settlementQuote": {"quoteCurrencyPair": "HKD/USD", "quotePrice": "0.12"}},
        "settlementQuote.quotePrice",
    ),
    ("inquiryPayment.reply", {"transactions": [{**TRANSACTION, "transactionType": "SALE"}]}, "transactions[0]."),
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
"""What is changed in a whole body, and where the faults of it stand."""


def changed(name: str, changes: dict[str, Any]) -> dict[str, Any]:
    """A whole body with other fields; None takes one out, but for transactions."""
    body = {**copy.deepcopy(WHOLE[name]), **changes}
    return {key: value for key, value in body.items() if value is not None or key == "transactions"}


def paths(name: str, body: dict[str, Any]) -> list[str]:
    """Where the faults of a body stand; the validator that only decides must agree that there are any."""
    found = [fault.path for fault in SCHEMAS.explain(f"payments/{name}", body)]
    assert (not found) == SCHEMAS.accepts(f"payments/{name}", body)
    return found


def test_every_reply_and_notification_is_looked_at() -> None:
    """But for createPaymentSession, whose replies other tests hold against its schema."""
    expected = {*NOTIFICATIONS, *(f"{bare(name)}.reply" for name in REQUESTS)} - {"createPaymentSession.reply"}
    assert expected == set(WHOLE)


@pytest.mark.parametrize("name", WHOLE)
class TestWholeBodies:
    def test_are_accepted(self, name: str) -> None:
        """As they are."""
        assert [] == paths(name, WHOLE[name])

    def test_can_lack_nothing(self, name: str) -> None:
        """Each of their fields is one that clients count on: .NET reads a missing status as SUCCESS."""
        lacking = {field: paths(name, changed(name, {field: None})) for field in WHOLE[name]}
        assert {field: [field] for field in WHOLE[name]} == lacking

    def test_can_have_no_field_that_nobody_knows(self, name: str) -> None:
        """An invented one is told, wherever it came from."""
        assert ["paymentState"] == paths(name, changed(name, {"paymentState": "PAID"}))

    def test_have_ids_of_64_characters_at_most(self, name: str) -> None:
        """The merchant's own and ours."""
        ids = [field for field in WHOLE[name] if field.endswith("Id")]
        for field in ids:
            assert [[], [field], [field]] == [
                paths(name, changed(name, {field: value})) for value in ("x" * 64, "x" * 65, "")
            ]
        assert ids or name == "consult.reply"

    def test_need_no_more_than_a_result_when_they_say_no(self, name: str) -> None:
        """A reply does; a notification must still say what it is about."""
        assert (name in NOTIFICATIONS) == bool(paths(name, {"result": FAILED}))


@pytest.mark.parametrize(("name", "changes"), OTHERS)
def test_other_bodies_are_accepted_too(name: str, changes: dict[str, Any]) -> None:
    """What is not always there is there or not, and what has several values has any of them."""
    assert [] == paths(name, changed(name, changes))


@pytest.mark.parametrize(("name", "changes", "where"), WRONG)
def test_wrong_bodies_are_told(name: str, changes: dict[str, Any], where: str) -> None:
    """With the place, and once."""
    [path] = paths(name, changed(name, changes))
    assert path.startswith(where)


@pytest.mark.parametrize("file", ["replies.json", *(f"payments/{name}.json" for name in WHOLE)])
def test_types_do_not_depend_on_the_mode(file: str) -> None:
    """Merchants may send booleans as text, the gateway never does."""
    assert "types.json" not in PLACES[file].read_text("utf-8")


def test_every_shared_shape_is_used() -> None:
    """By a reply or a notification, or by another shape."""
    text = "".join(
        PLACES[file].read_text("utf-8") for file in ("replies.json", *(f"payments/{name}.json" for name in WHOLE))
    )
    shapes = read("replies.json")["$defs"]
    assert set() == {name for name in shapes if f'#/$defs/{name}"' not in text}
