"""What the endpoints of a payment's life accept: documented figures, on both sides of every edge.

Those of createPaymentSession stand in ``test_contract``, and there a walk over the schemas of all.
"""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest

from mock_alipay.contracts.names import TypeMode, bare
from mock_alipay.errors import Refusal
from tests.fields import CONTRACTS, MODES, REQUESTS, read

HKD = {"currency": "HKD", "value": "10"}
ORDER = {"referenceOrderId": "ORDER_1", "orderDescription": "Cappuccino", "orderAmount": HKD}
BODIES: dict[str, dict[str, Any]] = {
    "inquiryPayment": {"paymentRequestId": "order-1"},
    "cancel": {"paymentRequestId": "order-1"},
    "capture": {"captureRequestId": "capture-1", "paymentId": "2022", "captureAmount": HKD},
    "refund": {"refundRequestId": "refund-1", "paymentId": "2022", "refundAmount": HKD},
    "inquiryRefund": {"refundRequestId": "refund-1"},
    "pay": {
        "productCode": "CASHIER_PAYMENT",
        "paymentRequestId": "order-1",
        "order": ORDER,
        "paymentAmount": HKD,
        "paymentMethod": {"paymentMethodType": "ALIPAY_HK"},
        "paymentRedirectUrl": "https://shop.example/return",
        "settlementStrategy": {"settlementCurrency": "HKD"},
        "env": {"terminalType": "WEB"},
    },
    "consult": {"productCode": "CASHIER_PAYMENT", "paymentAmount": HKD, "env": {"terminalType": "WEB"}},
}
"""The smallest bodies."""

PAIRS = [
    ("inquiryPayment", "paymentId", "paymentRequestId"),
    ("cancel", "paymentId", "paymentRequestId"),
    ("inquiryRefund", "refundId", "refundRequestId"),
]

LENGTHS = [
    *(
        (endpoint, field, 1, 64)
        for endpoint, fields in {
            "inquiryPayment": ("paymentRequestId", "paymentId"),
            "cancel": ("paymentRequestId", "paymentId"),
            "capture": ("captureRequestId", "paymentId"),
            "refund": ("refundRequestId", "paymentId"),
            "inquiryRefund": ("refundRequestId", "refundId"),
            "pay": ("paymentRequestId",),
        }.items()
        for field in fields
    ),
    *((endpoint, "merchantAccountId", 0, 32) for endpoint in ("inquiryPayment", "cancel", "inquiryRefund", "pay")),
    ("consult", "merchantAccountId", 0, 32),
    ("refund", "referenceRefundId", 0, 64),
    ("refund", "captureId", 0, 64),
    ("refund", "refundReason", 0, 256),
    ("refund", "metadata", 0, 2048),
    ("pay", "metadata", 0, 2048),
    ("pay", "appId", 0, 32),
    ("pay", "locale", 0, 8),
]
"""Endpoint, field, and how many characters it has at least and at most."""

ACCEPTED: list[tuple[str, dict[str, Any]]] = [
    *(("capture", {"captureAmount": {"currency": "JPY", "value": value}}) for value in ("1", "007", "9" * 16)),
    *(("refund", {"refundAmount": {"currency": "JPY", "value": value}}) for value in ("1", "007", "9" * 16)),
    *(("capture", {"captureType": word, "isLastCapture": "true"}) for word in ("FINAL", "NON_FINAL")),
    ("refund", {"refundRequestId": "Erstattung #1 / Größe_é.2"}),
    ("refund", {"refundNotifyUrl": "https://shop.example/".ljust(1024, "a")}),
    ("refund", {"splitDetails": [{"splitTo": "SELLER", "splitAmount": HKD}] * 20}),
    ("refund", {"refundDetails": [{"refundAmount": HKD, "refundFrom": "UNSETTLED_FUNDS"}]}),
    ("pay", {"paymentAmount": {"currency": "HKD", "value": "0"}}),
    ("pay", {"paymentMethod": {"paymentMethodType": "CARD"}, "paymentFactor": {}}),
    ("pay", {"env": {"terminalType": "MINI_APP"}, "appId": "x"}),
    ("pay", {"paymentRedirectUrl": "shop://".ljust(2048, "a"), "paymentExpiryTime": "2026-01-31T12:00:00+08:00"}),
    ("consult", {"allowedPaymentMethodRegions": ["GLOBAL", "BR"], "userRegion": "BR"}),
    ("consult", {"paymentFactor": {"presentmentMode": "BUNDLE"}, "settlementStrategy": {}}),
    ("inquiryPayment", {"paymentId": "2022"}),
]

CODE = "CASHIER_PAYMENT, the product code of Checkout Payment"
DIGITS = "expected digits only, 1 or more, in the smallest currency unit, such as 100, got the string"
REFUSED: list[tuple[str, dict[str, Any], str]] = [
    *(("capture", {"captureAmount": {**HKD, "value": v}}, f'captureAmount.value: {DIGITS} "{v}"') for v in ("0", "00")),
    *(("refund", {"refundAmount": {**HKD, "value": v}}, f'refundAmount.value: {DIGITS} "{v}"') for v in ("", "-1")),
    ("refund", {"refundAmount": {**HKD, "value": 10}}, "refundAmount.value: expected a JSON string, got the number 10"),
    (
        "capture",
        {"captureAmount": {**HKD, "value": "9" * 17}},
        "captureAmount.value: expected at most 16 characters, got 17",
    ),
    (
        "capture",
        {"captureAmount": {"currency": "hkd", "value": "1"}},
        (
            "captureAmount.currency: expected an active ISO 4217 currency code such as USD (did you mean HKD?), "
            'got the string "hkd"'
        ),
    ),
    (
        "capture",
        {"captureType": "LAST"},
        'captureType: expected one of FINAL, NON_FINAL, got the string "LAST"',
    ),
    (
        "capture",
        {"isLastCapture": 1},
        "isLastCapture: expected true or false, as a JSON boolean or as a string, got the number 1",
    ),
    (
        "refund",
        {"refundNotifyUrl": "https://shop.example/".ljust(1025, "a")},
        "refundNotifyUrl: expected at most 1024 characters, got 1025",
    ),
    (
        "refund",
        {"refundNotifyUrl": "/refunded"},
        (
            "refundNotifyUrl: expected an http or https URL such as https://shop.example/notify, "
            'got the string "/refunded"'
        ),
    ),
    ("refund", {"splitDetails": [{}] * 21}, "splitDetails: expected at most 20 elements, got 21"),
    (
        "refund",
        {"refundDetails": [{"refundFrom": "seller"}]},
        (
            "refundDetails[0].refundFrom: expected one of SELLER, MARKETPLACE, UNSETTLED_FUNDS (did you mean SELLER?), "
            'got the string "seller"'
        ),
    ),
    (
        "pay",
        {"paymentMethod": {"paymentMethodType": "CARD"}},
        "paymentFactor: missing, it is required when paymentMethodType is CARD",
    ),
    ("pay", {"env": {"terminalType": "MINI_APP"}}, "appId: missing, it is required when terminalType is MINI_APP"),
    ("pay", {"env": {}}, "env.terminalType: missing, it is required"),
    ("pay", {"settlementStrategy": {}}, "settlementStrategy.settlementCurrency: missing, it is required"),
    ("pay", {"productCode": "AGREEMENT_PAYMENT"}, f'productCode: expected {CODE}, got the string "AGREEMENT_PAYMENT"'),
    (
        "pay",
        {"paymentRedirectUrl": "shop://".ljust(2049, "a")},
        "paymentRedirectUrl: expected at most 2048 characters, got 2049",
    ),
    ("consult", {"productCode": "EASY_PAY"}, f'productCode: expected {CODE}, got the string "EASY_PAY"'),
    ("consult", {"env": {"osType": "IOS"}}, "env.terminalType: missing, it is required"),
    (
        "consult",
        {"allowedPaymentMethodRegions": "BR"},
        'allowedPaymentMethodRegions: expected a JSON array, got the string "BR"',
    ),
]
"""What is changed in the smallest body, and the one fault that comes of it."""


def told(endpoint: str, body: Any, mode: TypeMode = "documented") -> list[str]:
    """The faults of a body, as sentences; empty when it is accepted."""
    refusal: Refusal | None = None
    try:
        CONTRACTS[mode].check(f"payments/{endpoint}", json.dumps(body).encode())
    except Refusal as raised:
        refusal = raised
    if refusal is None:
        return []
    assert ("PARAM_ILLEGAL", True) == (refusal.code, bool(refusal.faults))
    return [fault.text for fault in refusal.faults]


def test_there_is_a_body_for_every_endpoint() -> None:
    """And the smallest body is accepted, whatever the types."""
    assert {*map(bare, REQUESTS)} - {"createPaymentSession"} == set(BODIES)
    assert [] == [(name, mode) for name, body in BODIES.items() for mode in MODES if told(name, body, mode)]


class TestFigures:
    @pytest.mark.parametrize(("endpoint", "field", "least", "most"), LENGTHS)
    def test_lengths_end_where_they_are_documented_to(self, endpoint: str, field: str, least: int, most: int) -> None:
        """In characters of any size; an id of no characters is none."""
        bodies = [{**BODIES[endpoint], field: "😀" * length} for length in (least, most, most + 1)]
        too_long = f"{field}: expected at most {most} characters, got {most + 1}"
        assert [[], [], [too_long]] == [told(endpoint, body) for body in bodies]
        if least:
            expected = f"{field}: expected at least 1 character, got 0"
            assert [expected] == told(endpoint, {**BODIES[endpoint], field: ""})

    @pytest.mark.parametrize(("endpoint", "changes"), ACCEPTED)
    def test_values_within_the_edges_are_accepted(self, endpoint: str, changes: dict[str, Any]) -> None:
        """The last value that is still right."""
        assert [] == told(endpoint, {**BODIES[endpoint], **changes})

    @pytest.mark.parametrize(("endpoint", "changes", "expected"), REFUSED)
    def test_values_beyond_the_edges_are_told(self, endpoint: str, changes: dict[str, Any], expected: str) -> None:
        """In one sentence with the field's whole path, and once."""
        assert [expected] == told(endpoint, {**BODIES[endpoint], **changes})


class TestRequired:
    @pytest.mark.parametrize("endpoint", ["capture", "refund", "pay", "consult"])
    def test_fields_are_missed_all_at_once(self, endpoint: str) -> None:
        """In the order of the documentation."""
        assert [f"{name}: missing, it is required" for name in BODIES[endpoint]] == told(endpoint, {})

    @pytest.mark.parametrize(("endpoint", "one", "other"), PAIRS)
    def test_one_of_two_ids_is_enough(self, endpoint: str, one: str, other: str) -> None:
        """Without either, one is missed, with the reason why it is not always."""
        assert [f"{other}: missing, it is required when there is no {one}"] == told(endpoint, {})
        assert [[], [], []] == [told(endpoint, body) for body in ({one: "1"}, {other: "1"}, {one: "1", other: "2"})]
        assert [] == told(endpoint, {one: None, other: "1"})
        assert [f"{one}: expected a JSON string, got the number 1"] == told(endpoint, {one: 1})


class TestDotNet:
    @pytest.mark.parametrize("endpoint", BODIES)
    def test_unset_fields_are_sent_as_null(self, endpoint: str) -> None:
        """At the top level all that the request class has."""
        nulls: dict[str, None] = dict.fromkeys(read(f"payments/{endpoint}.json")["properties"])
        assert len(nulls) >= len(BODIES[endpoint])
        body = json.dumps({**nulls, **BODIES[endpoint]}).encode()
        assert BODIES[endpoint] == CONTRACTS["documented"].check(f"payments/{endpoint}", body)

    @pytest.mark.parametrize("endpoint", ["pay", "consult"])
    def test_unset_enums_are_sent_as_their_first_word(self, endpoint: str) -> None:
        """Where the class cannot say that there is no value."""
        body = copy.deepcopy(BODIES[endpoint])
        body["env"]["osType"] = "IOS"
        body.setdefault("paymentMethod", {"paymentMethodType": "CARD"})["funding"] = "CREDIT"
        body["paymentFactor"] = {"inStorePaymentScenario": "PaymentCode", "presentmentMode": "BUNDLE"}
        assert [] == told(endpoint, body)
