"""Fake buyers generated from a seed: the card and wallet data in replies and notifications, marked as test data."""

from __future__ import annotations

import base64
import re
import uuid
from collections.abc import Mapping
from functools import cached_property
from random import Random
from typing import TYPE_CHECKING, Any, NamedTuple

from mock_alipay.text.wording import beginning

if TYPE_CHECKING:
    from faker import Faker


class _Card(NamedTuple):
    number: str
    brand: str
    region: str
    """``paymentMethodRegion``: a country, or GLOBAL."""


_CARDS = (
    _Card("9490220011669217", "HYUNDAI", "KR"),
    _Card("4294097400915107", "VISA", "BR"),
    _Card("4006055482525268", "VISA", "MX"),
    _Card("4600729331819383", "VISA", "CL"),
    _Card("4310377720003234", "VISA", "PE"),
    _Card("4054695723100768", "VISA", "GLOBAL"),
    _Card("5162774114974622", "MASTERCARD", "GLOBAL"),
)
"""The sandbox's test cards whose payments succeed (docs.antom.com/ac/ref/card)."""

_BRANDS = {
    "VISA": r"4",
    "MASTERCARD": r"5[1-5]|222[1-9]|22[3-9]|2[3-6]|27[01]|2720",
    "AMEX": r"3[47]",
    "JCB": r"35",
    "DINERS": r"3[0689]",
    "CUP": r"62",
    "DISCOVER": r"6011|64[4-9]|65",
    "HYUNDAI": r"94",
}
"""The first digits of each card scheme (ISO/IEC 7812); brands are spelled as in ``selectedCardBrand``."""

_BRAND = re.compile("|".join(f"(?P<{brand}>{start})" for brand, start in _BRANDS.items()))

_GLOBAL_COUNTRY = "US"
"""The issuing country of a card whose region is GLOBAL."""

_EXPIRY_YEARS = (40, 49)
"""Expiry years of generated cards: late enough for tests that advance the clock."""

_WALLETS = {"ALIPAY_CN": "Alipay", "ALIPAY_HK": "AlipayHK", "GCASH": "GCash", "KAKAOPAY": "Kakao Pay", "TNG": "TNG"}
"""Names that cannot be derived from the paymentMethodType."""


class FakeBuyers:
    """Generates buyers: the same seed and paymentRequestId give the same buyer. Not thread-safe."""

    def __init__(self, seed: int) -> None:
        self._seed = seed

    def load(self) -> None:
        """Load Faker ahead of time, which takes more than 100 ms; otherwise the first buyer loads it."""
        self._faker.seed_instance(self._seed)

    @cached_property
    def _faker(self) -> Faker:
        from faker import Faker

        return Faker("en_US", use_weighting=False)

    def details(self, payment_request_id: str, *, method: str, card: Mapping[str, Any]) -> dict[str, Any]:
        """Fields for the bodies of inquiryPayment and notifyPayment.

        ``card`` is the request's ``paymentMethodMetaData``: its card data is used, with the number masked.
        """
        drawn = Random(repr((self._seed, payment_request_id)))  # noqa: S311 - reproducible, not secret
        self._faker.seed_instance(drawn.getrandbits(64))
        first, last = self._faker.first_name(), self._faker.last_name()
        if method != "CARD":
            return {"pspCustomerInfo": _wallet(method, first, drawn)}
        return {
            # 23 digits, as those of card networks: up to 19 may look like a card number, which the journal masks.
            "acquirerReferenceNo": f"TEST70000{_digits(drawn, 18)}",
            "paymentResultInfo": _card_result(card, f"TEST {first} {last}".upper(), drawn),
        }


def _wallet(method: str, first_name: str, drawn: Random) -> dict[str, Any]:
    name = _WALLETS.get(method) or method.replace("_", " ").title()
    return {
        "pspName": beginning(name, 64),
        "pspCustomerId": f"TEST2088{_digits(drawn, 12)}",
        "displayCustomerId": f"{first_name[:3].lower()}***@{drawn.choice(('example.com', 'example.org'))}",
    }


def _card_result(card: Mapping[str, Any], made_up: str, drawn: Random) -> dict[str, Any]:
    """``paymentResultInfo``. Maximum lengths (JSDK): cardholderName 64, cardBin 8, rrn 32."""
    region = _text(card, "paymentMethodRegion")
    # Drawn in any case, so that the later random values do not depend on the request's card.
    test_card = drawn.choice([known for known in _CARDS if known.region == region] or _CARDS)
    used = _requested_card(card, region) or test_card
    number, hidden = used.number, len(used.number) - 10
    shown = {
        "cardNo": f"{number[:6]}{'*' * hidden}{number[-4:]}",
        "cardBrand": used.brand,
        "cardToken": f"TEST{base64.b32encode(drawn.randbytes(35)).decode()}",
        "issuingCountry": used.region if len(used.region) == 2 else _GLOBAL_COUNTRY,
        "funding": drawn.choice(("CREDIT", "DEBIT")),
        "paymentMethodRegion": used.region,
        "threeDSResult": _three_ds(card, used.brand, drawn),
        "avsResultRaw": "Y",
        "cvvResultRaw": "M",
        "networkTransactionId": f"TEST{_digits(drawn, 11)}",
        "cardholderName": beginning(_name(card) or made_up, 64),
        # Six digits of a number under 16: eight and the last four would show nearly all of it.
        "cardBin": number[:8] if len(number) >= 16 else number[:6],
        "lastFour": number[-4:],
        "expiryMonth": _text(card, "expiryMonth") or f"{drawn.randint(1, 12):02}",
        "expiryYear": _text(card, "expiryYear") or str(drawn.randint(*_EXPIRY_YEARS)),
        "rrn": f"TEST{_digits(drawn, 8)}",
    }
    return {name: value for name, value in shown.items() if value}


def _requested_card(card: Mapping[str, Any], region: str) -> _Card | None:
    """The card of the request; None without a number of 13 to 19 digits (ISO/IEC 7812)."""
    number = re.sub("[ -]", "", _text(card, "cardNo"))
    if not re.fullmatch("[0-9]{13,19}", number):
        return None
    known = next((test_card for test_card in _CARDS if test_card.number == number), None)
    scheme = _BRAND.match(number)
    brand = _text(card, "selectedCardBrand") or (scheme.lastgroup if scheme else "")
    return _Card(number, brand or "", region or (known.region if known else "GLOBAL"))


def _three_ds(card: Mapping[str, Any], brand: str, drawn: Random) -> dict[str, Any]:
    """A passed 3-D Secure check: the merchant's own mpiData, else generated (EMV 3DS: 20 bytes, and a UUID)."""
    made_up = {
        "threeDSVersion": "2.2.0",
        "eci": "02" if brand == "MASTERCARD" else "05",
        "cavv": base64.b64encode(drawn.randbytes(20)).decode(),
        "dsTransactionId": str(uuid.UUID(bytes=drawn.randbytes(16), version=4)),
        "xid": base64.b64encode(drawn.randbytes(20)).decode(),
    }
    own = card.get("mpiData")
    return {name: _text(own, name) or value for name, value in made_up.items()} if own else made_up


def _name(card: Mapping[str, Any]) -> str:
    name = card.get("cardholderName") or {}
    return _text(name, "fullName") or f"{_text(name, 'firstName')} {_text(name, 'lastName')}".strip()


def _text(values: Any, name: str) -> str:
    """The string in a field; empty when the field is absent or no string."""
    value = values.get(name) if isinstance(values, Mapping) else None
    return value if isinstance(value, str) else ""


def _digits(drawn: Random, size: int) -> str:
    return f"{drawn.randrange(10**size):0{size}}"
