"""The documented figures and formats of requests, on both sides of each boundary."""

from __future__ import annotations

from typing import Any

import pytest

from mock_alipay.contracts.names import bare
from tests.contracts.checks import faults, paths, texts
from tests.fields import REQUESTS, Steps, book_of

HKD = {"currency": "HKD", "value": "10"}
PAY: dict[str, Any] = {
    "productCode": "CASHIER_PAYMENT",
    "paymentRequestId": "order-1",
    "order": {"referenceOrderId": "ORDER_1", "orderDescription": "Cappuccino", "orderAmount": HKD},
    "paymentAmount": HKD,
    "paymentMethod": {"paymentMethodType": "ALIPAY_HK"},
    "paymentRedirectUrl": "https://shop.example/return",
    "settlementStrategy": {"settlementCurrency": "HKD"},
    "env": {"terminalType": "WEB"},
}
"""The smallest body of pay."""

# fmt: off
LENGTHS = {
    **dict.fromkeys(("paymentRequestId", "captureRequestId", "refundRequestId", "paymentId", "refundId"), (1, 64)),
    "order.referenceOrderId": (1, 64), "order.orderDescription": (1, 256), "paymentMethod.paymentMethodType": (1, 64),
    "agreementInfo.authState": (0, 256), "agreementInfo.userLoginId": (0, 64), "locale": (0, 8), "appId": (0, 32),
    "merchantAccountId": (0, 32), "metadata": (0, 2048), "referenceRefundId": (0, 64), "captureId": (0, 64),
    "refundReason": (0, 256), "order.shipping.shippingAddress.address1": (0, 256),
}
"""The least and most characters of texts, in every request that has them."""

AMOUNT = ["", "1.00", "-1", "+1", " 1", "1\n", "1e3", "1,000", "\u0661\u0660\u0660", "\uff11", "0x1", "9" * 17, 1]
DIGITS, POSITIVE = "digits only|at most 16|string", "1 or more|at most 16|string"
TIME = [
    "", "2026-01-31", "2026-01-31T12:00:00", "2026-01-31 12:00:00Z", "2026-01-31T12:00Z", "2026-01-31T12:00:00z",
    "2026-13-01T12:00:00Z", "2026-01-32T12:00:00Z", "2026-01-31T24:00:00Z", "2026-01-31T12:00:60Z",
    "2026-01-31T12:00:00+08", "2026-01-31T12:00:00.Z", "2026-01-31T12:00:00.1234567890Z", "1769832000000",
]
OFFSET, CARD = "an ISO 8601 time with an offset", "paymentMethod.paymentMethodMetaData"
S = "createPaymentSession"
FORMATS: list[tuple[str, str, list[Any], list[Any], str]] = [
    # endpoint, field, valid values, invalid values, what the faults expect
    (S, "paymentAmount.value", ["0", "1", "007", "9" * 16], AMOUNT, DIGITS),
    ("capture", "captureAmount.value", ["1", "007", "9" * 16], [*AMOUNT, "0", "00"], POSITIVE),
    ("refund", "refundAmount.value", ["1", "007", "9" * 16], [*AMOUNT, "0", "00"], POSITIVE),
    (S, "paymentAmount.currency", ["USD", "JPY", "VED", "SLE", "ZWG", "XCG"],
     ["", "usd", "US", "USDX", "USD ", "ZZZ", "XXX", "XTS", "HRK", "DEM", "BGN", "SLL", "CUC", "ZWL"], "ISO 4217"),
    (S, "merchantRegion", ["SG", "AQ"], ["", "sg", "SGP", "XK", "EU", "UK", "ZZ", "GLOBAL"], "ISO 3166"),
    (S, f"{CARD}.paymentMethodRegion", ["BR", "GLOBAL"], ["global", "XK", ""], "GLOBAL"),
    (S, f"{CARD}.expiryMonth", ["01", "09", "10", "12"], ["00", "13", "1", "001"], "two digits from 01 to 12"),
    (S, f"{CARD}.expiryYear", ["00", "99"], ["2029", "9", "2A"], "last two digits"),
    (S, f"{CARD}.supportedBrands", ["VISA", ["VISA"], {"VISA": True}, 1], [], ""),
    (S, "allowedPaymentMethodRegions", [[], ["BR", "GLOBAL"], "BR"], [1, {}], "array"),
    ("consult", "allowedPaymentMethodRegions", [["GLOBAL", "BR"]], ["BR"], "a JSON array"),
    (S, "productCode", ["CASHIER_PAYMENT"], ["IN_STORE_PAYMENT", "cashier_payment", "", " CASHIER_PAYMENT"], "CASHIER"),
    ("pay", "productCode", ["CASHIER_PAYMENT"], ["AGREEMENT_PAYMENT"], "CASHIER_PAYMENT"),
    ("consult", "productCode", ["CASHIER_PAYMENT"], ["EASY_PAY"], "CASHIER_PAYMENT"),
    (S, "productScene", ["CHECKOUT_PAYMENT", "ELEMENT_PAYMENT"], ["CASHIER", "checkout_payment", ""],
     "one of CHECKOUT_PAYMENT, ELEMENT_PAYMENT, EASY_PAY"),
    (S, "paymentRedirectUrl",
     ["https://shop.example/return?a=1&b=2#c", "http://localhost:3000/x", "HTTPS://SHOP.EXAMPLE", "http://[::1]:8080/x",
      "https://例え.example/", "shop://return", "com.shop+pay-1.0://a", "https://shop.example/".ljust(2048, "a"),
      "shop://".ljust(2048, "é")],
     ["", "/", "www.shop.com", "localhost:3000/x", "//shop.example/x", "https://", "https:///x", "http://:80/x",
      "https://?a=1", "https://#a", "https://shop.example/a b", "https://shop.example/\n", " https://shop.example/",
      "javascript:alert(1)", "1shop://return", "shop://", "https://a/".ljust(2049, "a"), "shop://".ljust(2049, "a")],
     "a URL or an app scheme|at most 2048"),
    (S, "paymentNotifyUrl", ["https://shop.example/notify", "http://10.0.0.1:80", "https://a/".ljust(2048, "a")],
     ["shop://notify", "/", "https://", "ftp://shop.example/", "", "https://a/".ljust(2049, "a")],
     "an http or https URL|at most 2048"),
    ("refund", "refundNotifyUrl", ["https://a/".ljust(1024, "a")], ["/refunded", "https://a/".ljust(1025, "a")],
     "an http or https URL|at most 1024"),
    (S, "paymentSessionExpiryTime",
     ["2026-01-31T12:00:00Z", "2026-01-31T12:00:00+08:00", "2026-01-31T12:00:00+0000",
      "2026-01-31T23:59:59.123456789-03:30"], TIME, OFFSET),
    ("pay", "paymentExpiryTime", ["2026-01-31T12:00:00+08:00"], TIME[:3], OFFSET),
    ("capture", "captureType", ["FINAL", "NON_FINAL"], ["LAST", ""], "one of FINAL, NON_FINAL"),
    ("capture", "isLastCapture", ["true", False], [1, ""], "true or false"),
    ("refund", "splitDetails", [[{"splitTo": "SELLER", "splitAmount": HKD}] * 20], [[{}] * 21], "at most 20"),
    ("refund", "refundDetails.0.refundFrom", ["SELLER", "MARKETPLACE", "UNSETTLED_FUNDS"], ["seller"], "one of SELLER"),
]
# fmt: on


def body_with(endpoint: str, path: str, value: Any) -> dict[str, Any]:
    """The smallest body with a value at a path, in which ``0`` is an array index."""
    steps: Steps = tuple(0 if step == "0" else step for step in path.split("."))
    return book_of(f"payments/{endpoint}", "documented").body(steps, value)


@pytest.mark.parametrize("path", LENGTHS)
def test_a_text_has_its_documented_length(path: str) -> None:
    """Lengths count characters of any size; a required text is not empty."""
    least, most = LENGTHS[path]
    endpoints = [id_ for id_ in REQUESTS if any(field.path == path for field in book_of(id_, "documented").fields)]
    too_long = f"{path}: expected at most {most} characters, got {most + 1}"
    for id_ in endpoints:
        bodies = [body_with(bare(id_), path, "😀" * length) for length in (least, most, most + 1)]
        assert [[], [], [too_long]] == [texts(body, id_) for body in bodies]
        assert bool(least) == bool(faults(body_with(bare(id_), path, ""), id_))
    assert endpoints


@pytest.mark.parametrize(
    ("endpoint", "path", "valid", "invalid", "expected"), FORMATS, ids=[f"{row[0]}-{row[1]}" for row in FORMATS]
)
def test_a_field_has_its_documented_format(
    endpoint: str, path: str, valid: list[Any], invalid: list[Any], expected: str
) -> None:
    """An invalid value is one fault, which names the field and the expected format."""
    id_ = f"payments/{endpoint}"
    assert [] == [value for value in valid if faults(body_with(endpoint, path, value), id_)]
    for value in invalid:
        [fault] = faults(body_with(endpoint, path, value), id_)
        assert path.replace(".0", "[0]") == fault.path
        assert any(words in fault.expected for words in expected.split("|")), (value, fault.expected)


@pytest.mark.parametrize(
    ("endpoint", "expected"),
    [
        ("capture", ["captureRequestId", "paymentId", "captureAmount"]),
        ("refund", ["refundRequestId", "paymentId", "refundAmount"]),
        ("pay", list(PAY)),
        ("consult", ["productCode", "paymentAmount", "env"]),
    ],
)
def test_all_missing_fields_are_reported_at_once(endpoint: str, expected: list[str]) -> None:
    """In the order of the documentation."""
    assert expected == paths({}, f"payments/{endpoint}")


@pytest.mark.parametrize(
    ("endpoint", "first", "second"),
    [
        ("inquiryPayment", "paymentId", "paymentRequestId"),
        ("cancel", "paymentId", "paymentRequestId"),
        ("inquiryRefund", "refundId", "refundRequestId"),
    ],
)
def test_one_of_two_ids_is_required(endpoint: str, first: str, second: str) -> None:
    """Without both, the fault names the condition."""
    id_ = f"payments/{endpoint}"
    assert [f"{second}: missing, it is required when there is no {first}"] == texts({}, id_)
    bodies = [{first: "1"}, {second: "1"}, {first: "1", second: "2"}, {first: None, second: "1"}]
    assert [[]] * 4 == [faults(body, id_) for body in bodies]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, None),
        ({"paymentMethod": {"paymentMethodType": "CARD"}}, "paymentFactor: missing, it is required when paymentMethod"),
        ({"paymentMethod": {"paymentMethodType": "CARD"}, "paymentFactor": {}}, None),
        ({"env": {"terminalType": "MINI_APP"}}, "appId: missing, it is required when terminalType is MINI_APP"),
        ({"env": {"terminalType": "MINI_APP"}, "appId": "x"}, None),
        ({"env": {}}, "env.terminalType: missing, it is required"),
        ({"env": None}, "env: missing, it is required"),
        (
            {"env": None, "order": {**PAY["order"], "env": {"terminalType": "WEB"}}},
            "env: missing, it is required besid",
        ),
        ({"settlementStrategy": {}}, "settlementStrategy.settlementCurrency: missing"),
    ],
)
def test_pay_requires_some_fields_under_conditions(changes: dict[str, Any], expected: str | None) -> None:
    """The fault names the condition."""
    found = texts({**PAY, **changes}, "payments/pay")
    assert ([expected] if expected else []) == [text[: len(expected or "")] for text in found]
