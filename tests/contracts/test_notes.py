"""Unknown fields of a body, and notes on what is accepted but unusual."""

from __future__ import annotations

from typing import Any

import pytest

from mock_alipay.contracts import notes as module
from tests.contracts.checks import SESSION, texts, without
from tests.fields import BOOKS, CONTRACTS, Steps
from tests.live import sample

CONTRACT = CONTRACTS["documented"]
METADATA = "paymentMethod.paymentMethodMetaData"


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("zzz", ["zzz: unknown field"]),
        ("merchantregion", ["merchantregion: unknown field, did you mean merchantRegion?"]),
        ("order.buyer.buyerPhone", ["order.buyer.buyerPhone: unknown field, did you mean buyerPhoneNo?"]),
        ("order.goods.0.weight", ["order.goods[0].weight: unknown field"]),
        (f"{METADATA}.cardno", [f"{METADATA}.cardno: unknown field, did you mean cardNo?"]),
        (f"{METADATA}.ourOwnKey", []),  # a free map
        ("subscriptionPlan.anything", ["subscriptionPlan.anything: unknown field"]),
        ("allowedPaymentMethodRegions.0", []),
    ],
)
def test_an_unknown_field_is_reported_with_a_suggestion(path: str, expected: list[str]) -> None:
    """In free maps only likely misspellings are reported."""
    steps: Steps = tuple(0 if step == "0" else step for step in path.split("."))
    assert expected == CONTRACT.unknown(SESSION, BOOKS["documented"].body(steps, "x"))


def test_a_field_that_is_also_present_is_not_suggested() -> None:
    """And an unknown field that is null counts as absent."""
    [text] = CONTRACT.unknown(SESSION, {"merchantRegion": "SG", "merchantRegio": "SG", "zzz": None})
    assert "did you mean merchantRegion?" not in text


def test_the_number_of_unknown_fields_is_limited(monkeypatch: pytest.MonkeyPatch) -> None:
    """200 names of an object are compared, 100 are reported; other objects are still examined."""
    compared: list[str] = []
    monkeypatch.setattr(module, "close", lambda name, _: compared.append(name))
    metadata = {**{f"free{n}": 1 for n in range(50_000)}, "billingAddress": {"zzz": 1}}
    body = {"paymentMethod": {"paymentMethodMetaData": metadata}, "order": {"zzz": 1}, "zzz": 1}
    expected = ["zzz", f"{METADATA}.billingAddress.zzz", "order.zzz"]
    assert expected == [text.partition(":")[0] for text in CONTRACT.unknown(SESSION, body)]
    assert 200 + 3 == len(compared)
    assert [99, 100, 100] == [len(CONTRACT.unknown(SESSION, {f"z{n}": 1 for n in range(m)})) for m in (99, 100, 5_000)]


def test_bodies_of_any_shape_can_be_examined() -> None:
    """Refused calls are in the journal too, with any types and any nesting."""
    goods: dict[str, Any] = {"zzz": 1}
    for _ in range(1_000):
        goods = {"crossSell": goods}
    orders: list[Any] = [[], [1], 1, "x", {"orderAmount": 1, "goods": {"x": 1}}, {"goods": [goods]}]
    bodies: list[Any] = [None, [], 1, "x", *({"order": order, "settlementStrategy": 1} for order in orders)]
    for body in bodies:
        assert ([], []) == (CONTRACT.unknown(SESSION, body), CONTRACT.notes("payments/consult", body))


@pytest.mark.parametrize(
    ("method", "note"),
    [
        ("alipay_cn", "alipay_cn is not a known paymentMethodType, did you mean ALIPAY_CN?"),
        ("FOO", "FOO is not a known paymentMethodType"),
        ("GCASH", None),
    ],
)
def test_an_unknown_payment_method_is_noted(method: str, note: str | None) -> None:
    """It is accepted, since the list is open."""
    item = {"paymentMethodType": method}
    listed = {"paymentMethodTypeList": [item]}
    body = sample(productScene="ELEMENT_PAYMENT", paymentMethod=item, availablePaymentMethod=listed)
    places = ["paymentMethod", "availablePaymentMethod.paymentMethodTypeList[0]"]
    assert [] == texts(body)
    assert [f"{place}.paymentMethodType: {note}" for place in places if note] == CONTRACT.notes(SESSION, body)


def test_unusual_fields_are_noted() -> None:
    """One that is usually required is left out or null; env stands at its older place."""
    body = {**sample(productScene="CHECKOUT_PAYMENT"), "settlementStrategy": None}
    expected = ["settlementStrategy is absent: documented as REQUIRED, live integrations omit it"]
    for variant in (body, without(sample(), "settlementStrategy")):
        assert expected == CONTRACT.notes(SESSION, variant)
    body = sample(order={**sample()["order"], "env": {"terminalType": "WEB"}})
    assert ["order.env: the older place of env, which stands beside order now"] == CONTRACT.notes(SESSION, body)
