"""Rules of createPaymentSession that concern several fields: products, scenes, optional requirements."""

from __future__ import annotations

from typing import Any

import pytest

from mock_alipay.contracts import load
from tests.contracts.checks import SESSION, faults, paths, texts, without
from tests.fields import BOOKS
from tests.live import sample

EASY = {"productCode": "AGREEMENT_PAYMENT", "productScene": "EASY_PAY"}
PAYPAY = {"paymentMethod": {"paymentMethodType": "PAYPAY"}}
SCENES = "unless productScene is CHECKOUT_PAYMENT or ELEMENT_PAYMENT"

# fmt: off
FITS: list[tuple[dict[str, Any], str | None, str]] = [
    # samples of the documentation and of official demos
    ({}, None, ""),
    (EASY, None, ""),
    ({**EASY, "agreementInfo": {"authState": "x", "userLoginId": "x"}}, None, ""),
    ({"productScene": "EASY_PAY"}, None, ""),
    ({"paymentAmount": {"currency": "USD", "value": "99999"}}, None, ""),  # another than the amount of the order
    ({"zzz": [{"a": 1}], "order": {**sample()["order"], "zzz": {}}}, None, ""),
    ({"paymentFactor": None, "paymentMethod": {"paymentMethodType": "GCASH"}}, None, ""),
    ({"paymentFactor": None}, "paymentFactor", f"when paymentMethodType is CARD, {SCENES}"),
    # agreements
    ({"productCode": "AGREEMENT_PAYMENT"}, "productScene", "when productCode is AGREEMENT_PAYMENT"),
    ({**EASY, "paymentNotifyUrl": None}, "paymentNotifyUrl", "when productCode is AGREEMENT_PAYMENT"),
    ({**EASY, "productScene": "ELEMENT_PAYMENT"}, "productScene", "EASY_PAY, the scene of productCode AGREEMENT_P"),
    ({**EASY, "productCode": "AGREEMENT_PAY"}, "productCode", "(did you mean AGREEMENT_PAYMENT?)"),
    ({**EASY, "productScene": 1}, "productScene", "a JSON string"),
    # the length of an app scheme
    ({**EASY, **PAYPAY, "paymentRedirectUrl": f"shop://{'x' * 248}"}, None, ""),
    ({**EASY, **PAYPAY, "paymentRedirectUrl": f"shop://{'x' * 249}"}, "paymentRedirectUrl", "at most 255"),
    ({**PAYPAY, "paymentRedirectUrl": f"shop://{'x' * 2041}"}, None, ""),
    ({**PAYPAY, "paymentRedirectUrl": f"shop://{'x' * 2042}"}, "paymentRedirectUrl", "at most 2048"),
    ({**EASY, "paymentMethod": {"paymentMethodType": "GCASH"}, "paymentRedirectUrl": f"shop://{'x' * 2041}"},
     None, ""),
    # terminals, instalments, goods
    ({"env": {"terminalType": "WEB"}}, None, ""),
    ({"env": {"terminalType": "MINI_APP"}}, None, ""),
    ({"env": {"terminalType": "APP", "osType": "IOS"}}, None, ""),
    ({"env": {"terminalType": "WAP"}}, "env.osType", "when terminalType is WAP or APP"),
    ({"env": {"terminalType": "APP"}}, "env.osType", "when terminalType is WAP or APP"),
    ({"creditPayPlan": {"installmentNum": "3"}}, None, ""),
    ({"creditPayPlan": {"filteredInstallmentPeriods": ["3"]}}, None, ""),
    ({"creditPayPlan": {"interval": "MONTH"}}, "creditPayPlan.installmentNum", "a value"),
    ({"order": {**sample()["order"], "goods": [{"goodsName": "x"}]}}, "order.goods[0].referenceGoodsId", ""),
    ({"order": {**sample()["order"], "goods": [{"goodsName": "x", "referenceGoodsId": "x"}]}}, None, ""),
    ({"order": {**sample()["order"], "goods": [{"goodsName": "x", "priceId": "x"}]}}, None, ""),
]
"""Changes of the sample, and the path and condition of the fault; None when they are accepted."""
# fmt: on


@pytest.mark.parametrize(("changes", "path", "expected"), FITS)
def test_fields_fit_together(changes: dict[str, Any], path: str | None, expected: str) -> None:
    """Otherwise there is one fault, which names the condition."""
    found = faults(sample(**changes))
    assert ([] if path is None else [path]) == [fault.path for fault in found]
    assert all(expected in fault.expected for fault in found)


def test_the_documented_sample_is_refused_with_strict_types() -> None:
    """It sends isAuthorization natively, although the documentation says strings."""
    assert ["paymentFactor.isAuthorization: expected a JSON string, got true"] == texts(sample(), mode="strict")


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


@pytest.mark.parametrize(
    ("path", "optional"),
    [
        ("settlementStrategy", True),
        ("order.orderAmount", True),
        ("paymentMethod", False),
        ("order.referenceOrderId", False),
        ("paymentAmount.currency", False),
    ],
)
def test_required_observed_accepts_what_official_demos_omit(path: str, optional: bool) -> None:
    """The refusal names the flag if it helps, and the journal notes the absence."""
    body, observed = without(sample(), path), load(required="observed")
    [text] = texts(body)
    assert text.endswith("; --required observed accepts its absence") == optional
    assert ([] if optional else [path]) == paths(body, contract=observed)
    noted = [note.startswith(f"{path} is absent: ") for note in observed.notes(SESSION, body)]
    assert not optional or [True] == noted


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
