"""Fake buyers are plausible, marked as test data, and the same for the same seed and payment."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from mock_alipay.apis.fake_buyers import FakeBuyers
from mock_alipay.text.masking import mask_text

BUYERS = FakeBuyers(1)
TEST_CARDS = {
    "9490220011669217": ("HYUNDAI", "KR", "KR"),
    "4294097400915107": ("VISA", "BR", "BR"),
    "4006055482525268": ("VISA", "MX", "MX"),
    "4600729331819383": ("VISA", "CL", "CL"),
    "4310377720003234": ("VISA", "PE", "PE"),
    "4054695723100768": ("VISA", "GLOBAL", "US"),
    "5162774114974622": ("MASTERCARD", "GLOBAL", "US"),
}
"""The sandbox's test cards: brand, region, issuing country."""

METADATA = st.fixed_dictionaries(
    {},
    optional={
        "cardNo": st.from_regex(r"\A[2-69][0-9 -]{0,24}\Z") | st.sampled_from(list(TEST_CARDS)) | st.none(),
        "cardholderName": st.fixed_dictionaries({"firstName": st.text(max_size=32), "lastName": st.text(max_size=32)}),
        "selectedCardBrand": st.sampled_from(["VISA", "CARTES_BANCAIRES"]) | st.none(),
        "mpiData": st.fixed_dictionaries({"eci": st.sampled_from(["00", "07"])}) | st.none(),
    },
)


def card_info(card: dict[str, Any], payment_request_id: str = "1") -> dict[str, Any]:
    """``paymentResultInfo`` of a payment by card."""
    info: dict[str, Any] = BUYERS.details(payment_request_id, method="CARD", card=card)["paymentResultInfo"]
    return info


def leaves(value: Any) -> list[Any]:
    """The scalar values of a body."""
    return [leaf for inner in value.values() for leaf in leaves(inner)] if isinstance(value, dict) else [value]


@pytest.mark.parametrize(("number", "expected"), TEST_CARDS.items())
def test_a_documented_test_card_is_known(number: str, expected: tuple[str, str, str]) -> None:
    """With its brand, region and issuer; the number is masked."""
    info = card_info({"cardNo": number})
    masked = (f"{number[:6]}******{number[-4:]}", number[:8], number[-4:])
    names = ("cardBrand", "paymentMethodRegion", "issuingCountry", "cardNo", "cardBin", "lastFour")
    assert (*expected, *masked) == tuple(info[name] for name in names)


def test_without_a_card_a_test_card_is_used() -> None:
    """Any of them, or one of the requested region."""
    masked = {number[:6] + "******" + number[-4:] for number in TEST_CARDS}
    assert masked == {card_info({}, str(n))["cardNo"] for n in range(60)}
    assert {"400605******5268"} == {card_info({"paymentMethodRegion": "MX"}, str(n))["cardNo"] for n in range(10)}


def test_the_requested_card_data_is_used() -> None:
    """Name, expiry, brand, region, and the merchant's own 3-D Secure data."""
    mpi = {"threeDSVersion": "2.1.0", "eci": "07", "cavv": "c", "dsTransactionId": "d"}
    card = {
        "cardNo": "3782-822463 10005",
        "cardholderName": {"firstName": "Ada", "lastName": "Lovelace"},
        "expiryMonth": "03",
        "expiryYear": "31",
        "paymentMethodRegion": "JP",
        "mpiData": mpi,
    }
    info = card_info(card)
    names = ("cardNo", "cardBrand", "cardBin", "lastFour", "issuingCountry", "cardholderName")
    expected = ("378282*****0005", "AMEX", "378282", "0005", "JP", "Ada Lovelace")
    assert expected == tuple(info[name] for name in names)
    assert all(card[name] == info[name] for name in ("expiryMonth", "expiryYear", "paymentMethodRegion"))
    assert mpi.items() < info["threeDSResult"].items()
    assert "CARTES_BANCAIRES" == card_info({**card, "selectedCardBrand": "CARTES_BANCAIRES"})["cardBrand"]
    assert "Countess" == card_info({"cardholderName": {"firstName": "A", "fullName": "Countess"}})["cardholderName"]


@pytest.mark.parametrize(
    ("number", "brand"),
    [
        ("4111111111111111", "VISA"),
        ("5555555555554444", "MASTERCARD"),
        ("2221000000000009", "MASTERCARD"),
        ("2720990000000007", "MASTERCARD"),
        ("6011111111111117", "DISCOVER"),
        ("3530111333300000", "JCB"),
        ("30569309025904", "DINERS"),
        ("6200000000000005", "CUP"),
        ("1000000000000008", None),
    ],
)
def test_the_first_digits_tell_the_brand(number: str, brand: str | None) -> None:
    """An unknown brand is left out; eci depends on it."""
    info = card_info({"cardNo": number})
    assert (brand, "02" if brand == "MASTERCARD" else "05") == (info.get("cardBrand"), info["threeDSResult"]["eci"])


@settings(max_examples=30)
@given(METADATA, st.text(max_size=8))
@example({"cardNo": "401288888888"}, "too short")
@example({"cardNo": "4" * 20}, "too long")
def test_a_card_number_is_never_shown_whole(card: dict[str, Any], payment_request_id: str) -> None:
    """At least three digits are hidden; all fields are texts of the documented length."""
    details = BUYERS.details(payment_request_id, method="CARD", card=card)
    info = details["paymentResultInfo"]
    digits = re.sub("[ -]", "", card.get("cardNo") or "")
    assert len(info["cardNo"]) - max(len(info["cardBin"]), 6) - 4 >= 3
    assert info["cardNo"][6:-4] == "*" * (len(info["cardNo"]) - 10)
    assert len(digits) < 13 or digits not in json.dumps({**details, "cardholderName": ""})
    most = {"cardNo": 19, "cardBin": 8, "lastFour": 4, "expiryMonth": 2, "expiryYear": 2, "rrn": 32}
    most |= {"cardholderName": 64, "cardToken": 128, "networkTransactionId": 100, "issuingCountry": 2}
    assert {} == {name: info[name] for name in most if not 0 < len(info[name]) <= most[name]}
    assert len(details["acquirerReferenceNo"]) <= 64
    assert {str} == {type(leaf) for leaf in leaves(details)}


def test_generated_data_is_marked_as_test_data() -> None:
    """Names and ids begin with TEST."""
    for n in range(20):
        details = BUYERS.details(str(n), method="CARD", card={})
        info = details["paymentResultInfo"] | {"reference": details["acquirerReferenceNo"]}
        assert re.fullmatch(r"TEST [A-Z' -]+ [A-Z' -]+", info["cardholderName"]), info
        ids = [info[name] for name in ("cardToken", "networkTransactionId", "rrn", "reference")]
        assert all(id_.startswith("TEST") for id_ in ids), ids


@pytest.mark.parametrize(
    ("method", "name"), [("ALIPAY_CN", "Alipay"), ("RABBIT_LINE_PAY", "Rabbit Line Pay"), ("X" * 70, "X" + "x" * 63)]
)
def test_a_wallet_has_a_customer_with_a_masked_address(method: str, name: str) -> None:
    """At a reserved domain (RFC 2606)."""
    details = BUYERS.details("1", method=method, card={})
    assert ["pspCustomerInfo"] == list(details)
    info = details["pspCustomerInfo"]
    assert name == info["pspName"]
    assert re.fullmatch(r"TEST2088[0-9]{12}", info["pspCustomerId"])
    assert re.fullmatch(r"[a-z]{1,3}\*\*\*@example\.(com|org)", info["displayCustomerId"])


def test_the_same_payment_has_the_same_buyer() -> None:
    """In any order, whether or not Faker was loaded first; another seed or payment has another buyer."""
    other = FakeBuyers(1)
    other.load()
    other.details("2", method="GCASH", card={})
    for method in ("CARD", "GCASH"):
        assert BUYERS.details("1", method=method, card={}) == other.details("1", method=method, card={})
    card = {"cardNo": "4054695723100768"}
    details = [
        each.details(id_, method="CARD", card=card) for each in (BUYERS, FakeBuyers(2)) for id_ in ("1", "12", "2")
    ]
    assert 6 == len(set(map(json.dumps, details)))


def test_generated_references_do_not_look_like_card_numbers() -> None:
    """The journal and recordings would mask them."""
    references = {BUYERS.details(f"order-{n}", method="CARD", card={})["acquirerReferenceNo"] for n in range(100)}
    assert references == {mask_text(reference) for reference in references}
