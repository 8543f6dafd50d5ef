"""Rules of createPaymentSession that concern several fields: products, scenes, optional requirements."""

from __future__ import annotations

import json
from typing import Any

import pytest

from mock_alipay.contracts import load
from tests.contracts.checks import SESSION, faults, paths, texts, without
from tests.fields import BOOKS
from tests.live import Live, sample

EASY = {"productCode": "AGREEMENT_PAYMENT", "productScene": "EASY_PAY"}
PAYPAY = {"paymentMethod": {"paymentMethodType": "PAYPAY"}}
SCENES = "unless productScene is CHECKOUT_PAYMENT or ELEMENT_PAYMENT"

GUIDE = {
    "order": {
        "buyer": {"referenceBuyerId": "yourBuyerId"},
        "orderAmount": {"currency": "SGD", "value": "4200"},
        "orderDescription": "antom sdk test order",
        "referenceOrderId": "referenceOrderId01",
    },
    "paymentAmount": {"currency": "SGD", "value": "4200"},
    "paymentFactor": {"isAuthorization": True},
    "paymentMethod": {"paymentMethodType": "CARD"},
    "paymentNotifyUrl": "https://www.yourNotifyUrl",
    "paymentRedirectUrl": "https://www.yourMerchantWeb.com",
    "paymentRequestId": "paymentRequestId01",
    "productCode": "CASHIER_PAYMENT",
    "settlementStrategy": {"settlementCurrency": "SGD"},
}
"""The request of the web guide for cards."""


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(sample(), id="page"),
        pytest.param(GUIDE, id="guide"),
        pytest.param(sample(**EASY), id="easysafepay"),
        pytest.param(sample(**EASY, agreementInfo={"authState": "x", "userLoginId": "x"}), id="first-easysafepay"),
        pytest.param(sample(productScene="EASY_PAY"), id="java-demo"),
        pytest.param(sample(paymentAmount={"currency": "USD", "value": "99999"}), id="two-different-amounts"),
        pytest.param(sample(zzz=[{"a": 1}], order={**sample()["order"], "zzz": {}}), id="unknown-fields"),
        pytest.param(sample(paymentFactor=None, paymentMethod={"paymentMethodType": "GCASH"}), id="no-card"),
    ],
)
def test_a_documented_body_is_accepted(body: dict[str, Any]) -> None:
    """Samples of the documentation and of official demos."""
    assert [] == texts(body)


def test_the_documented_sample_is_refused_with_strict_types() -> None:
    """It sends isAuthorization natively, although the documentation says strings."""
    assert ["paymentFactor.isAuthorization: expected a JSON string, got true"] == texts(sample(), mode="strict")


@pytest.mark.parametrize(
    ("changes", "path", "expected"),
    [
        ({"productCode": "AGREEMENT_PAYMENT"}, "productScene", "when productCode is AGREEMENT_PAYMENT"),
        ({**EASY, "paymentNotifyUrl": None}, "paymentNotifyUrl", "when productCode is AGREEMENT_PAYMENT"),
        (
            {**EASY, "productScene": "ELEMENT_PAYMENT"},
            "productScene",
            "EASY_PAY, the scene of productCode AGREEMENT_PAY",
        ),
        ({**EASY, "productCode": "AGREEMENT_PAY"}, "productCode", "(did you mean AGREEMENT_PAYMENT?)"),
        ({**EASY, "productScene": 1}, "productScene", "a JSON string"),
        ({"paymentFactor": None}, "paymentFactor", f"when paymentMethodType is CARD, {SCENES}"),
        ({**EASY, **PAYPAY, "paymentRedirectUrl": f"shop://{'x' * 249}"}, "paymentRedirectUrl", "at most 255"),
        ({**PAYPAY, "paymentRedirectUrl": f"shop://{'x' * 2042}"}, "paymentRedirectUrl", "at most 2048"),
        ({"env": {"terminalType": "WAP"}}, "env.osType", "when terminalType is WAP or APP"),
        ({"env": {"terminalType": "APP"}}, "env.osType", "when terminalType is WAP or APP"),
        ({"creditPayPlan": {"interval": "MONTH"}}, "creditPayPlan.installmentNum", "a value"),
    ],
)
def test_fields_that_do_not_fit_together_are_refused(changes: dict[str, Any], path: str, expected: str) -> None:
    """One fault, which names the condition."""
    [fault] = faults(sample(**changes))
    assert path == fault.path
    assert expected in fault.expected


@pytest.mark.parametrize(
    "changes",
    [
        {**EASY, **PAYPAY, "paymentRedirectUrl": f"shop://{'x' * 248}"},
        {**EASY, "paymentMethod": {"paymentMethodType": "GCASH"}, "paymentRedirectUrl": f"shop://{'x' * 2041}"},
        {**PAYPAY, "paymentRedirectUrl": f"shop://{'x' * 2041}"},
        {"env": {"terminalType": "WEB"}},
        {"env": {"terminalType": "MINI_APP"}},
        {"env": {"terminalType": "APP", "osType": "IOS"}},
        {"creditPayPlan": {"installmentNum": "3"}},
        {"creditPayPlan": {"filteredInstallmentPeriods": ["3"]}},
    ],
)
def test_fields_that_fit_together_are_accepted(changes: dict[str, Any]) -> None:
    """The other side of the rules above."""
    assert [] == texts(sample(**changes))


@pytest.mark.parametrize(
    ("goods", "expected"),
    [
        ({}, ["order.goods[0].referenceGoodsId"]),
        ({"referenceGoodsId": "x"}, []),
        ({"priceId": "x"}, []),
    ],
)
def test_goods_have_a_goods_id_or_a_price_id(goods: dict[str, str], expected: list[str]) -> None:
    """One of the two is enough."""
    assert expected == paths(BOOKS["documented"].body(("order", "goods", 0), {"goodsName": "x", **goods}))


@pytest.mark.parametrize("scene", ["CHECKOUT_PAYMENT", "ELEMENT_PAYMENT"])
@pytest.mark.parametrize("name", ["paymentMethod", "paymentFactor", "settlementStrategy"])
def test_two_scenes_require_less(scene: str, name: str) -> None:
    """What is required without a scene is optional with it."""
    body = without(sample(), name)
    [fault] = faults(body)
    assert (name, True) == (fault.path, SCENES in fault.expected)
    assert [] == texts({**body, "productScene": scene})


def test_missing_fields_are_reported_in_order() -> None:
    """Fields that depend on the scene come last; with a scene they are not reported."""
    always = ["productCode", "paymentRequestId", "order", "paymentAmount", "paymentRedirectUrl"]
    assert [*always, "paymentMethod", "settlementStrategy"] == paths({})
    assert always == paths({"productScene": "CHECKOUT_PAYMENT"})
    assert ["productScene"] == paths(without(sample(productScene="CASHIER"), "paymentMethod"))


@pytest.mark.parametrize("path", ["settlementStrategy", "order.orderAmount"])
def test_required_observed_accepts_what_official_demos_omit(path: str) -> None:
    """The refusal names the flag, and the journal notes the absence."""
    body, observed = without(sample(), path), load(required="observed")
    [text] = texts(body)
    assert text.endswith("; --required observed accepts its absence")
    assert body == observed.check(SESSION, json.dumps(body).encode())
    assert [True] == [note.startswith(f"{path} is absent: ") for note in observed.notes(SESSION, body)]


@pytest.mark.parametrize("path", ["paymentMethod", "order.referenceOrderId", "paymentAmount.currency"])
def test_required_observed_requires_all_other_fields(path: str) -> None:
    """The message does not name the flag, which would not help."""
    body = without(sample(), path)
    assert [path] == paths(body, contract=load(required="observed"))
    assert "--required" not in texts(body)[0]


@pytest.mark.parametrize(
    ("endpoint", "field"),
    [("createPaymentSession", "paymentAmount"), ("refund", "refundAmount"), ("capture", "captureAmount")],
)
def test_an_amount_of_rupiah_ends_in_00(endpoint: str, field: str) -> None:
    """IDR has two decimals on the wire, which must be 00; other currencies have no such rule."""

    def expectations(currency: str, value: str) -> list[str]:
        body = BOOKS["documented"].body((field,), None) if endpoint == "createPaymentSession" else {}
        ids = {"paymentId": "x", f"{endpoint}RequestId": "x"}
        body = {**body, **ids, field: {"currency": currency, "value": value}}
        return [fault.expected for fault in faults(body, f"payments/{endpoint}") if fault.path == f"{field}.value"]

    assert [[], []] == [expectations("IDR", "100000"), expectations("JPY", "101")]
    for value in ("100050", "1"):
        assert ["an amount of IDR that ends in 00, such as 100000"] == expectations("IDR", value)
    for value in ("", "1.00", "1\n"):
        assert [True] == ["digits only" in text for text in expectations("IDR", value)]


def test_the_result_message_has_the_first_fault(gateway: Live) -> None:
    """And the number of others; a single fault is the whole message."""
    order = {**sample()["order"], "orderAmount": {"currency": "BRL", "value": 100}}
    message = "order.orderAmount.value: expected a JSON string, got the number 100"
    assert message == gateway.create(sample(order=order)).message
    assert f"{message} (and 1 more)" == gateway.create(sample(order=order, merchantRegion="XX")).message
