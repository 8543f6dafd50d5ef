"""Buyers made up: plausible, marked as test data, and the same for the same seed and payment."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mock_alipay.apis.fake_buyers import FakeBuyers

PEOPLE = FakeBuyers(1)

DOCUMENTED = {
    "9490220011669217": ("HYUNDAI", "KR", "KR"),
    "4294097400915107": ("VISA", "BR", "BR"),
    "4006055482525268": ("VISA", "MX", "MX"),
    "4600729331819383": ("VISA", "CL", "CL"),
    "4310377720003234": ("VISA", "PE", "PE"),
    "4054695723100768": ("VISA", "GLOBAL", "US"),
    "5162774114974622": ("MASTERCARD", "GLOBAL", "US"),
}
"""The sandbox's test cards that pay: brand, region, and the country that these issue from here."""

DETAILS = st.fixed_dictionaries(
    {},
    optional={
        "cardNo": st.from_regex(r"\A[2-69][0-9 -]{0,24}\Z") | st.sampled_from(list(DOCUMENTED)) | st.none(),
        "cvv": st.from_regex(r"\A[0-9]{3}\Z"),
        "cardholderName": st.fixed_dictionaries({"firstName": st.text(max_size=32), "lastName": st.text(max_size=32)}),
        "expiryMonth": st.sampled_from(["01", "12"]),
        "paymentMethodRegion": st.sampled_from(["GLOBAL", "BR", "KR", "JP"]),
        "selectedCardBrand": st.sampled_from(["VISA", "CARTES_BANCAIRES"]) | st.none(),
        "mpiData": st.fixed_dictionaries({"eci": st.sampled_from(["00", "07"])}) | st.none(),
    },
)


def paid(card: dict[str, Any], payment_request_id: str = "1", fake_buyers: FakeBuyers = PEOPLE) -> dict[str, Any]:
    """``paymentResultInfo`` of a payment by card."""
    result: dict[str, Any] = fake_buyers.details(payment_request_id, method="CARD", card=card)["paymentResultInfo"]
    return result


def wallet(method: str, payment_request_id: str = "1") -> dict[str, str]:
    """``pspCustomerInfo`` of a payment by another method."""
    details = PEOPLE.details(payment_request_id, method=method, card={})
    assert ["pspCustomerInfo"] == list(details)
    found: dict[str, str] = details["pspCustomerInfo"]
    return found


def scalars(value: Any) -> list[Any]:
    """All that stands at the ends of a body."""
    return [leaf for inner in value.values() for leaf in scalars(inner)] if isinstance(value, dict) else [value]


@pytest.mark.parametrize(("number", "expected"), DOCUMENTED.items())
def test_a_documented_card_is_known(number: str, expected: tuple[str, str, str]) -> None:
    """By brand, region and issuer; only its ends are shown."""
    info = paid({"cardNo": number})
    assert expected == (info["cardBrand"], info["paymentMethodRegion"], info["issuingCountry"])
    assert (f"{number[:6]}******{number[-4:]}", number[:8], number[-4:]) == (
        info["cardNo"],
        info["cardBin"],
        info["lastFour"],
    )


def test_without_a_card_a_documented_one_is_drawn() -> None:
    """Each of them sometimes, and of a region that has one that one."""
    masked = {number[:6] + "******" + number[-4:] for number in DOCUMENTED}
    assert masked == {paid({}, str(n))["cardNo"] for n in range(200)}
    assert {"400605******5268"} == {paid({"paymentMethodRegion": "MX"}, str(n))["cardNo"] for n in range(20)}


def test_what_the_request_says_of_a_card_is_shown() -> None:
    """Name, expiry, brand, region, and the outcome of the merchant's own 3-D Secure."""
    said = {
        "cardNo": "3782-822463 10005",
        "cardholderName": {"firstName": "Ada", "lastName": "Lovelace"},
        "expiryMonth": "03",
        "expiryYear": "31",
        "paymentMethodRegion": "JP",
        "mpiData": {"threeDSVersion": "2.1.0", "eci": "07", "cavv": "c", "dsTransactionId": "d"},
    }
    info = paid(said)
    shown = {
        "cardNo": "378282*****0005",
        "cardBrand": "AMEX",
        "cardBin": "378282",
        "lastFour": "0005",
        "cardholderName": "Ada Lovelace",
        "expiryMonth": "03",
        "expiryYear": "31",
        "paymentMethodRegion": "JP",
        "issuingCountry": "JP",
    }
    assert shown == {name: info[name] for name in shown}
    assert said["mpiData"] == {name: value for name, value in info["threeDSResult"].items() if name != "xid"}
    assert "CARTES_BANCAIRES" == paid({**said, "selectedCardBrand": "CARTES_BANCAIRES"})["cardBrand"]
    assert (
        "Countess"
        == paid({"cardholderName": {"firstName": "A", "lastName": "L", "fullName": "Countess"}})["cardholderName"]
    )


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
def test_a_brand_is_told_by_a_numbers_first_digits(number: str, brand: str | None) -> None:
    """And left out where nothing is known."""
    assert brand == paid({"cardNo": number}).get("cardBrand")


@settings(deadline=None)
@given(DETAILS, st.text(max_size=8))
def test_a_card_is_never_shown_whole(card: dict[str, Any], payment_request_id: str) -> None:
    """At least three digits of any number are hidden, in all fields together; all else keeps the documented lengths."""
    details = PEOPLE.details(payment_request_id, method="CARD", card=card)
    info = details["paymentResultInfo"]
    digits = re.sub("[ -]", "", card.get("cardNo") or "")
    hidden = len(info["cardNo"]) - max(len(info["cardBin"]), 6) - 4
    assert hidden >= 3
    assert info["cardNo"][6:-4] == "*" * (len(info["cardNo"]) - 10)
    assert len(digits) < 13 or digits not in json.dumps({**details, "cardholderName": ""})
    most = {"cardNo": 19, "cardBin": 8, "lastFour": 4, "expiryMonth": 2, "expiryYear": 2, "rrn": 32}
    most |= {"cardholderName": 64, "cardToken": 128, "networkTransactionId": 100, "issuingCountry": 2}
    assert {} == {name: info[name] for name in most if not 0 < len(info[name]) <= most[name]}
    assert len(details["acquirerReferenceNo"]) <= 64


@settings(deadline=None)
@given(DETAILS, st.sampled_from(["CARD", "ALIPAY_CN", "GCASH"]))
def test_all_values_are_texts(card: dict[str, Any], method: str) -> None:
    """The SDKs of Go and .NET refuse anything else."""
    assert {str} == {type(leaf) for leaf in scalars(PEOPLE.details("1", method=method, card=card))}


def test_made_up_data_says_that_it_is() -> None:
    """Names and ids begin with TEST."""
    for n in range(50):
        details = PEOPLE.details(str(n), method="CARD", card={})
        info = details["paymentResultInfo"]
        assert re.fullmatch(r"TEST [A-Z' -]+ [A-Z' -]+", info["cardholderName"]), info
        ids = [info[name] for name in ("cardToken", "networkTransactionId", "rrn")] + [details["acquirerReferenceNo"]]
        assert all(one.startswith("TEST") for one in ids), ids


@pytest.mark.parametrize(
    ("method", "name"),
    [("ALIPAY_CN", "Alipay"), ("GCASH", "GCash"), ("RABBIT_LINE_PAY", "Rabbit Line Pay"), ("P24", "P24")],
)
def test_a_wallets_buyer_has_an_id_and_a_masked_mail_address(method: str, name: str) -> None:
    """At a domain that nobody owns (RFC 2606)."""
    found = wallet(method)
    assert name == found["pspName"]
    assert re.fullmatch(r"TEST2088[0-9]{12}", found["pspCustomerId"])
    assert re.fullmatch(r"[a-z]{1,3}\*\*\*@example\.(com|org)", found["displayCustomerId"])
    assert 64 == len(wallet("X" * 70)["pspName"])


def test_the_same_payment_has_the_same_buyer() -> None:
    """Whatever was asked before, and whether or not Faker was loaded beforehand."""
    other = FakeBuyers(1)
    other.load()
    other.details("2", method="GCASH", card={})
    for method in ("CARD", "GCASH"):
        expected = PEOPLE.details("1", method=method, card={})
        assert expected == other.details("1", method=method, card={})


def test_another_payment_has_another_buyer() -> None:
    """By seed and paymentRequestId."""
    found = [
        json.dumps(fake_buyers.details(payment_request_id, method="CARD", card={"cardNo": "4054695723100768"}))
        for fake_buyers in (PEOPLE, FakeBuyers(2))
        for payment_request_id in ("1", "2", "12")
    ]
    assert 6 == len(set(found))
    assert 40 < len({paid({}, str(n))["cardholderName"] for n in range(50)})


def test_faker_is_loaded_when_it_is_needed() -> None:
    """Not by importing, and not by making FakeBuyers."""
    code = (
        "import sys, mock_alipay.apis.fake_buyers as p\n"
        "one = p.FakeBuyers(1)\n"
        "before = 'faker' in sys.modules\n"
        "one.load()\n"
        "print(before, 'faker' in sys.modules)"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert "False True" == ran.stdout.strip()
