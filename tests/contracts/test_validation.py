"""What the gateway accepts, on both sides of every edge."""

from __future__ import annotations

import copy
import json
import re
from typing import Any, ClassVar

import pycountry
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from mock_alipay.contracts import load
from mock_alipay.contracts import notes as module
from mock_alipay.contracts.names import TypeMode
from mock_alipay.contracts.validation import claimed_id, parse
from mock_alipay.errors import Fault, Refusal
from tests.fields import BOOKS, CONTRACTS, MODES, REQUESTS, Book, Field, Steps, book_of, needed
from tests.live import Live, sample

ENDPOINT = "payments/createPaymentSession"
BOOK = BOOKS["documented"]

GUIDE = """{
  "order": {
    "buyer": {"referenceBuyerId": "yourBuyerId"},
    "orderAmount": {"currency": "SGD", "value": "4200"},
    "orderDescription": "antom sdk test order",
    "referenceOrderId": "referenceOrderId01"
  },
  "paymentAmount": {"currency": "SGD", "value": "4200"},
  "paymentFactor": {"isAuthorization": true},
  "paymentMethod": {"paymentMethodType": "CARD"},
  "paymentNotifyUrl": "https://www.yourNotifyUrl",
  "paymentRedirectUrl": "https://www.yourMerchantWeb.com",
  "paymentRequestId": "paymentRequestId01",
  "productCode": "CASHIER_PAYMENT",
  "settlementStrategy": {"settlementCurrency": "SGD"}
}"""
"""The request of the web guide for cards."""

ACCEPTED: list[tuple[str, list[Any]]] = [
    ("productCode", ["CASHIER_PAYMENT"]),
    ("paymentRequestId", ["x", "x" * 64, "😀" * 64]),
    ("order.referenceOrderId", ["x", "x" * 64, "订" * 64]),
    ("order.orderDescription", ["x", "x" * 256, "é" * 256, "订" * 256, "😀" * 256, "e\u0301" * 128]),
    ("paymentMethod.paymentMethodType", ["x", "x" * 64, "card", "ALIPAY_CN"]),
    ("paymentAmount.currency", ["USD", "JPY", "CLP", "VED", "SLE", "ZWG", "XCG"]),
    ("paymentAmount.value", ["0", "1", "007", "9" * 16]),
    ("order.orderAmount.value", ["0", "1", "9" * 16]),
    ("settlementStrategy", [{}, {"settlementCurrency": "EUR"}]),
    ("merchantRegion", ["SG", "US", "NO", "AQ"]),
    ("paymentMethod.paymentMethodMetaData.paymentMethodRegion", ["BR", "GLOBAL"]),
    ("paymentMethod.paymentMethodMetaData.expiryMonth", ["01", "09", "10", "12"]),
    ("paymentMethod.paymentMethodMetaData.expiryYear", ["00", "99"]),
    ("paymentMethod.paymentMethodMetaData.supportedBrands", ["VISA", ["VISA"], {"VISA": True}, 1]),
    ("allowedPaymentMethodRegions", [[], ["BR", "GLOBAL"], "BR"]),
    ("productScene", ["CHECKOUT_PAYMENT", "ELEMENT_PAYMENT"]),
    (
        "paymentRedirectUrl",
        [
            "https://shop.example/return?a=1&b=2#c",
            "http://localhost:3000/x",
            "HTTPS://SHOP.EXAMPLE",
            "http://[::1]:8080/x",
            "https://例え.example/",
            "shop://return",
            "com.shop+pay-1.0://a",
            "https://shop.example/".ljust(2048, "a"),
            "shop://".ljust(2048, "é"),
        ],
    ),
    ("paymentNotifyUrl", ["https://shop.example/notify", "http://10.0.0.1:80", "https://a/".ljust(2048, "a")]),
    (
        "paymentSessionExpiryTime",
        [
            "2026-01-31T12:00:00Z",
            "2026-01-31T12:00:00+08:00",
            "2026-01-31T12:00:00+0000",
            "2026-01-31T23:59:59.123456789-03:30",
        ],
    ),
]

REFUSED: list[tuple[str, list[Any], str]] = [
    ("productCode", ["IN_STORE_PAYMENT", "cashier_payment", "", " CASHIER_PAYMENT"], "CASHIER_PAYMENT"),
    ("paymentRequestId", [""], "at least 1 character, got 0"),
    ("paymentRequestId", ["x" * 65, "😀" * 65], "at most 64 characters, got 65"),
    ("order.referenceOrderId", [""], "at least 1 character, got 0"),
    ("order.referenceOrderId", ["x" * 65, "订" * 65], "at most 64 characters, got 65"),
    ("order.orderDescription", [""], "at least 1 character, got 0"),
    ("order.orderDescription", ["x" * 257, "é" * 257, "😀" * 257], "at most 256 characters, got 257"),
    ("paymentMethod.paymentMethodType", [""], "at least 1 character, got 0"),
    ("paymentMethod.paymentMethodType", ["x" * 65], "at most 64 characters, got 65"),
    ("paymentAmount.currency", ["", "usd", "US", "USDX", "USD ", "ZZZ", "XXX", "XTS"], "ISO 4217"),
    ("paymentAmount.currency", ["HRK", "DEM", "BGN", "ANG", "SLL", "CUC", "ZWL"], "ISO 4217"),
    ("order.orderAmount.currency", ["usd", "HRK"], "ISO 4217"),
    ("settlementStrategy.settlementCurrency", ["eur", "DEM", ""], "ISO 4217"),
    (
        "paymentAmount.value",
        ["", "1.00", "-1", "+1", " 1", "1 ", "1\n", "1e3", "1,000", "\u0661\u0660\u0660", "\uff11", "0x1"],
        "digits only",
    ),
    ("paymentAmount.value", ["9" * 17], "at most 16 characters, got 17"),
    ("order.orderAmount.value", ["", "1.00", "-1", "1\n"], "digits only"),
    ("order.orderAmount.value", ["9" * 17], "at most 16 characters, got 17"),
    ("settlementStrategy", ["EUR", [], 1, True], "a JSON object"),
    ("merchantRegion", ["", "sg", "SGP", "XK", "EU", "UK", "ZZ"], "ISO 3166-1"),
    ("paymentMethod.paymentMethodMetaData.paymentMethodRegion", ["global", "XK", ""], "GLOBAL"),
    ("paymentMethod.paymentMethodMetaData.expiryMonth", ["00", "13", "1", "001"], "two digits from 01 to 12"),
    ("paymentMethod.paymentMethodMetaData.expiryYear", ["2029", "9", "2A"], "last two digits"),
    ("productScene", ["CASHIER", "checkout_payment", ""], "CHECKOUT_PAYMENT"),
    (
        "paymentRedirectUrl",
        [
            "",
            "/",
            "www.shop.com",
            "localhost:3000/x",
            "//shop.example/x",
            "https://",
            "https:///x",
            "http://:80/x",
            "https://?a=1",
            "https://#a",
            "https://shop.example/a b",
            "https://shop.example/\n",
            " https://shop.example/",
            "javascript:alert(1)",
            "1shop://return",
            "shop://",
        ],
        "a URL or an app scheme",
    ),
    ("paymentRedirectUrl", ["https://shop.example/".ljust(2049, "a")], "at most 2048 characters, got 2049"),
    ("paymentNotifyUrl", ["shop://notify", "/", "https://", "ftp://shop.example/", ""], "an http or https URL"),
    ("paymentNotifyUrl", ["https://a/".ljust(2049, "a")], "at most 2048 characters, got 2049"),
    (
        "paymentSessionExpiryTime",
        [
            "",
            "2026-01-31",
            "2026-01-31T12:00:00",
            "2026-01-31 12:00:00Z",
            "2026-01-31T12:00Z",
            "2026-01-31T12:00:00z",
            "2026-13-01T12:00:00Z",
            "2026-01-32T12:00:00Z",
            "2026-01-31T24:00:00Z",
            "2026-01-31T12:00:60Z",
            "2026-01-31T12:00:00+08",
            "2026-01-31T12:00:00.Z",
            "2026-01-31T12:00:00.1234567890Z",
            "1769832000000",
        ],
        "an ISO 8601 time with an offset",
    ),
]

KINDS: dict[str, tuple[list[Any], list[str], list[Any]]] = {
    "Boolean": ([True, False], ["true", "false"], ["True", "TRUE", "", "1", "yes", " true", 1, 0, 1.0]),
    "BooleanOrEmpty": ([True, False], ["true", "false", ""], ["True", " ", "1", 1, 0]),
    "Integer": (
        [0, 7, -7, 2**63 - 1, -(2**63)],
        ["0", "7", "-7", "9" * 30],
        ["", "07", "--7", "+7", "7.0", "7\n", "x", 7.5],
    ),
    "NonNegativeInteger": ([0, 1], ["0", "1"], [-1, "-1", "-0", "01", 0.5]),
    "PositiveInteger": ([1, 2], ["1", "10"], [0, -1, "0", "-1", "01", 1.5]),
    "InstallmentNum": ([2, 36], ["2", "9", "10", "36"], [1, 37, "1", "37", "02", "40", 2.5]),
    "FeePercentage": ([0, 100], ["0", "9", "10", "99", "100"], [-1, 101, "-1", "101", "00", "1.5", 1.5]),
    "TimeZoneOffset": (
        [-720, 0, 720],
        ["-720", "-1", "0", "720", "719", "699", "99"],
        [-721, 721, "-721", "721", "-0", "0120", "800"],
    ),
    "Number": ([0, 1, -2, 1.25], ["0", "1.25", "-2", "1e3"], ["", ".5", "5.", "1,5", "NaN", "x"]),
}
"""Per definition in types.json: JSON values of its own, the same as strings, and what is neither."""

BOUND = {
    (ENDPOINT, "productCode", "AGREEMENT_PAYMENT"),
    ("payments/pay", "env.terminalType", "MINI_APP"),
    *(
        (endpoint, path, word)
        for word in ("WAP", "APP")
        for endpoint, path in [
            ("payments/pay", "env.terminalType"),
            ("payments/pay", "order.env.terminalType"),
            ("payments/consult", "env.terminalType"),
            (ENDPOINT, "env.terminalType"),
            (ENDPOINT, "order.env.terminalType"),
        ]
    ),
}
"""Words that are right beside certain other fields only: TestProducts, TestEnv and TestPay show which."""


def faults(body: Any, mode: TypeMode = "documented", endpoint: str = ENDPOINT) -> list[Fault]:
    """What the contract finds wrong with a body; empty when it is accepted."""
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    refusal: Refusal | None = None
    try:
        CONTRACTS[mode].check(endpoint, raw)
    except Refusal as raised:
        refusal = raised
    if refusal is None:
        return []
    assert "PARAM_ILLEGAL" == refusal.code
    assert refusal.faults
    return list(refusal.faults)


def texts(body: Any, mode: TypeMode = "documented", endpoint: str = ENDPOINT) -> list[str]:
    """The same, each as the sentence that users read."""
    return [fault.text for fault in faults(body, mode, endpoint)]


def steps(path: str) -> Steps:
    """A dotted path taken apart; ``[]`` stands for an array's first element."""
    return tuple(0 if name == "[]" else name for name in path.replace("[]", ".[]").split("."))


def blamed(body: Any, field: Field, mode: TypeMode, endpoint: str) -> bool:
    """Whether a body is refused, and for this field alone."""
    return {field.path} == {fault.path for fault in faults(body, mode, endpoint)}


class TestSamples:
    def test_documented_samples_are_accepted(self) -> None:
        """The body printed on the API's page, and that in the web guide for cards."""
        assert [[], []] == [texts(sample()), texts(GUIDE.encode())]

    def test_strict_types_refuse_the_documented_sample(self) -> None:
        """It sends isAuthorization natively, against the page's own rule."""
        assert ["paymentFactor.isAuthorization: expected a JSON string, got true"] == texts(sample(), "strict")

    @pytest.mark.parametrize("mode", MODES)
    def test_the_parsed_body_comes_back(self, mode: TypeMode) -> None:
        """Unknown fields and the order of the known ones included."""
        body = {"zzz": 1.5, **sample(paymentFactor={"isAuthorization": "true"}), "aaa": [{"b": "ö😀"}]}
        checked = CONTRACTS[mode].check(ENDPOINT, json.dumps(body, ensure_ascii=False).encode())
        assert list(body.items()) == list(checked.items())


class TestDocumentedFigures:
    @pytest.mark.parametrize("mode", MODES)
    @pytest.mark.parametrize(("path", "values"), ACCEPTED)
    def test_values_within_the_edges_are_accepted(self, path: str, values: list[Any], mode: TypeMode) -> None:
        """The last value that is still right, in characters and not in bytes."""
        wrong = [value for value in values if faults(BOOK.body(steps(path), value), mode)]
        assert [] == wrong

    @pytest.mark.parametrize("mode", MODES)
    @pytest.mark.parametrize(("path", "values", "words"), REFUSED)
    def test_values_beyond_the_edges_are_refused(
        self, path: str, values: list[Any], words: str, mode: TypeMode
    ) -> None:
        """With one fault, which names the field and what it should be."""
        for value in values:
            [text] = texts(BOOK.body(steps(path), value), mode)
            assert text.startswith(f"{path}: expected ")
            assert words in text

    def test_raw_utf8_counts_as_characters_too(self) -> None:
        """Text sent as UTF-8 bytes is as long as the same text sent as escapes."""
        body = BOOK.body(steps("order.orderDescription"), "😀" * 256)
        assert [] == texts(json.dumps(body, ensure_ascii=False).encode())
        body["order"]["orderDescription"] += "😀"
        assert [] != texts(json.dumps(body, ensure_ascii=False).encode())

    def test_a_payment_factor_is_required_for_cards(self) -> None:
        """And only for them, as the fault says; whether it is left out or null."""
        when = "when paymentMethodType is CARD, unless productScene is CHECKOUT_PAYMENT or ELEMENT_PAYMENT"
        body = sample(paymentFactor=None)
        for factor in ({}, {"paymentFactor": None}):
            assert [f"paymentFactor: missing, it is required {when}"] == texts({**body, **factor})
        assert [] == texts({**body, "paymentMethod": {"paymentMethodType": "ALIPAY_CN"}})

    def test_order_amount_and_payment_amount_are_never_compared(self) -> None:
        """They may differ in value and in currency."""
        assert [] == texts(sample(paymentAmount={"currency": "USD", "value": "99999"}))

    def test_every_assigned_region_is_accepted(self) -> None:
        """One body for each code of ISO 3166-1."""
        codes = [country.alpha_2 for country in pycountry.countries]
        assert [] == [code for code in codes if faults(BOOK.body(("merchantRegion",), code))]

    @pytest.mark.parametrize("value", [True, False, "true", "false", ""])
    def test_installment_collection_may_be_native_text_or_empty(self, value: Any) -> None:
        """Empty means false; strict types leave the texts alone."""
        body = BOOK.body(("enableInstallmentCollection",), value)
        assert [] == texts(body)
        assert isinstance(value, bool) == bool(texts(body, "strict"))

    @pytest.mark.parametrize(
        ("path", "value", "missing"),
        [
            ("order.goods[]", {"goodsName": "x"}, "order.goods[0].referenceGoodsId"),
            ("order.goods[]", {"goodsName": "x", "referenceGoodsId": "x"}, None),
            ("order.goods[]", {"goodsName": "x", "priceId": "x"}, None),
            ("creditPayPlan", {"interval": "MONTH"}, "creditPayPlan.installmentNum"),
            ("creditPayPlan", {"installmentNum": "3"}, None),
            ("creditPayPlan", {"filteredInstallmentPeriods": ["3"]}, None),
        ],
    )
    def test_one_of_two_fields_is_enough(self, path: str, value: Any, missing: str | None) -> None:
        """A price id stands in for a goods id, filtered periods for a number of installments."""
        assert ([missing] if missing else []) == [fault.path for fault in faults(BOOK.body(steps(path), value))]

    def test_an_empty_object_is_told_everything_it_lacks(self) -> None:
        """Every required field at once, those that depend on the scene last."""
        expected = [
            "productCode",
            "paymentRequestId",
            "order",
            "paymentAmount",
            "paymentRedirectUrl",
            "paymentMethod",
            "settlementStrategy",
        ]
        assert expected == [fault.path for fault in faults({})]


class TestProducts:
    """createPaymentSession serves two products: Checkout Payment, and EasySafePay with rules of its own."""

    EASY: ClassVar[dict[str, Any]] = {"productCode": "AGREEMENT_PAYMENT", "productScene": "EASY_PAY"}

    def test_a_session_of_easysafepay_is_accepted(self) -> None:
        """With the product code and scene of that product, and of a first payment what asks for a token."""
        assert [] == texts(sample(**self.EASY))
        agreement = {"authState": "x" * 256, "userLoginId": "x" * 64}
        assert [] == texts(sample(**self.EASY, agreementInfo=agreement, paymentMethod={"paymentMethodType": "GCASH"}))

    def test_the_pair_of_an_official_demo_is_accepted(self) -> None:
        """The Java SDK's demo of EasySafePay sends its scene with the code of Checkout Payment."""
        assert [] == texts(sample(productScene="EASY_PAY"))

    @pytest.mark.parametrize(
        ("changes", "expected"),
        [
            (
                {"productCode": "AGREEMENT_PAYMENT"},
                "productScene: missing, it is required when productCode is AGREEMENT_PAYMENT",
            ),
            (
                {**EASY, "paymentNotifyUrl": None},
                "paymentNotifyUrl: missing, it is required when productCode is AGREEMENT_PAYMENT",
            ),
            (
                {**EASY, "productScene": "ELEMENT_PAYMENT"},
                (
                    "productScene: expected EASY_PAY, the scene of productCode AGREEMENT_PAYMENT, "
                    'got the string "ELEMENT_PAYMENT"'
                ),
            ),
            (
                {**EASY, "productCode": "AGREEMENT_PAY"},
                (
                    "productCode: expected CASHIER_PAYMENT, the product code of Checkout Payment, or "
                    "AGREEMENT_PAYMENT, that of EasySafePay (did you mean AGREEMENT_PAYMENT?), "
                    'got the string "AGREEMENT_PAY"'
                ),
            ),
            ({**EASY, "productScene": 1}, "productScene: expected a JSON string, got the number 1"),
            (
                {**EASY, "agreementInfo": {"authState": "x" * 257}},
                "agreementInfo.authState: expected at most 256 characters, got 257",
            ),
            (
                {**EASY, "agreementInfo": {"userLoginId": "x" * 65}},
                "agreementInfo.userLoginId: expected at most 64 characters, got 65",
            ),
        ],
    )
    def test_what_does_not_go_together_is_told_once(self, changes: dict[str, Any], expected: str) -> None:
        """In words that name the other half of the pair."""
        assert [expected] == texts(sample(**changes))

    @pytest.mark.parametrize(
        ("method", "code", "longest"),
        [
            ("PAYPAY", "AGREEMENT_PAYMENT", 255),
            ("GCASH", "AGREEMENT_PAYMENT", 2048),
            ("PAYPAY", "CASHIER_PAYMENT", 2048),
        ],
    )
    def test_paypay_takes_shorter_redirect_urls(self, method: str, code: str, longest: int) -> None:
        """In EasySafePay, whose page says so."""
        product = self.EASY if code == "AGREEMENT_PAYMENT" else {}
        bodies = [
            sample(**product, paymentMethod={"paymentMethodType": method}, paymentRedirectUrl=f"shop://{'x' * more}")
            for more in (longest - 7, longest - 6)
        ]
        assert [[], [f"paymentRedirectUrl: expected at most {longest} characters, got {longest + 1}"]] == [
            texts(body) for body in bodies
        ]


def without(body: dict[str, Any], *paths: str) -> dict[str, Any]:
    """The body with some fields taken out."""
    body = copy.deepcopy(body)
    for path in paths:
        *parents, name = path.split(".")
        inner = body
        for parent in parents:
            inner = inner[parent]
        del inner[name]
    return body


class TestScenes:
    """With productScene CHECKOUT_PAYMENT or ELEMENT_PAYMENT later documentation applies."""

    @pytest.mark.parametrize("scene", ["CHECKOUT_PAYMENT", "ELEMENT_PAYMENT"])
    @pytest.mark.parametrize("name", ["paymentMethod", "paymentFactor", "settlementStrategy"])
    def test_require_less_than_the_first_page(self, scene: str, name: str) -> None:
        """What is missed without the scene, in words that name it, may be absent with it."""
        body = without(sample(), name)
        [text] = texts(body)
        assert text.startswith(f"{name}: missing")
        assert "unless productScene is CHECKOUT_PAYMENT or ELEMENT_PAYMENT" in text
        assert [] == texts({**body, "productScene": scene})

    @pytest.mark.parametrize(
        "name", ["productCode", "paymentRequestId", "order", "paymentAmount", "paymentRedirectUrl"]
    )
    def test_require_the_rest(self, name: str) -> None:
        """As without a scene."""
        body = without(sample(productScene="CHECKOUT_PAYMENT"), name)
        assert [f"{name}: missing, it is required"] == texts(body)

    def test_that_are_unknown_are_refused_with_the_known_ones(self) -> None:
        """One plugin sends CASHIER."""
        expected = 'expected one of CHECKOUT_PAYMENT, ELEMENT_PAYMENT, EASY_PAY, got the string "CASHIER"'
        body = sample(productScene="CASHIER")
        assert [f"productScene: {expected}"] == texts(body) == texts(without(body, "paymentMethod"))


class TestObserved:
    """``--required observed`` lets be absent what official demos leave out."""

    CONTRACT = load(required="observed")

    @pytest.mark.parametrize("path", ["settlementStrategy", "order.orderAmount"])
    def test_lets_fields_be_absent(self, path: str) -> None:
        """Documentation requires them, and the refusal names the flag; the journal notes their absence."""
        body = without(sample(), path)
        [text] = texts(body)
        assert text.startswith(f"{path}: missing, it is required")
        assert text.endswith("; --required observed accepts its absence")
        assert body == self.CONTRACT.check(ENDPOINT, json.dumps(body).encode())
        assert [f"{path} is absent: documented as REQUIRED, live integrations omit it"] == self.CONTRACT.notes(
            ENDPOINT, body
        )

    @pytest.mark.parametrize("path", ["paymentMethod", "order.referenceOrderId", "paymentAmount.currency"])
    def test_requires_everything_else(self, path: str) -> None:
        """Without a word of the flag, which would not help."""
        body = without(sample(), path)
        with pytest.raises(Refusal) as refused:
            self.CONTRACT.check(ENDPOINT, json.dumps(body).encode())
        assert [path] == [fault.path for fault in refused.value.faults]
        assert "--required" not in texts(body)[0]


class TestNotes:
    @pytest.mark.parametrize(
        ("method", "words"),
        [
            ("alipay_cn", "alipay_cn is not a known paymentMethodType, did you mean ALIPAY_CN?"),
            ("FOO", "FOO is not a known paymentMethodType"),
            ("GCASH", None),
        ],
    )
    def test_name_methods_that_are_not_known(self, method: str, words: str | None) -> None:
        """They are accepted: the list is open."""
        item = {"paymentMethodType": method}
        body = sample(
            productScene="ELEMENT_PAYMENT", paymentMethod=item, availablePaymentMethod={"paymentMethodTypeList": [item]}
        )
        places = ["paymentMethod", "availablePaymentMethod.paymentMethodTypeList[0]"]
        assert [] == texts(body)
        assert [f"{place}.paymentMethodType: {words}" for place in places if words] == CONTRACTS["documented"].notes(
            ENDPOINT, body
        )

    def test_tell_of_a_field_that_a_scene_lets_be_absent(self) -> None:
        """Whether it is left out or null."""
        body = sample(productScene="CHECKOUT_PAYMENT", settlementStrategy=None)
        expected = ["settlementStrategy is absent: documented as REQUIRED, live integrations omit it"]
        assert [expected, expected] == [
            CONTRACTS["documented"].notes(ENDPOINT, told) for told in (body, without(sample(), "settlementStrategy"))
        ]


class TestEnv:
    @pytest.mark.parametrize(
        ("env", "missing"),
        [
            ({"terminalType": "WEB"}, False),
            ({"terminalType": "MINI_APP"}, False),
            ({"terminalType": "WAP"}, True),
            ({"terminalType": "APP"}, True),
            ({"terminalType": "APP", "osType": "IOS"}, False),
        ],
    )
    def test_phones_have_an_operating_system(self, env: dict[str, Any], missing: bool) -> None:
        """WAP and APP need osType."""
        expected = ["env.osType: missing, it is required when terminalType is WAP or APP"] if missing else []
        assert expected == texts(sample(env=env))

    def test_in_its_older_place_is_told(self) -> None:
        """pay requires it beside order; createPaymentSession does not, and notes it."""
        env = {"terminalType": "WEB"}
        order = {**sample()["order"], "env": env}
        pay = {**sample(order=order), "env": None}
        [text] = texts(pay, endpoint="payments/pay")
        assert "env: missing, it is required beside order; order.env is its older place" == text
        assert ["env: missing, it is required"] == texts({**pay, "order": sample()["order"]}, endpoint="payments/pay")
        assert ["order.env: the older place of env, which stands beside order now"] == CONTRACTS["documented"].notes(
            ENDPOINT, sample(order=order)
        )


class TestRupiah:
    @pytest.mark.parametrize(("value", "fine"), [("100000", True), ("0", True), ("100050", False), ("1", False)])
    def test_amounts_end_in_00(self, value: str, fine: bool) -> None:
        """In the smallest unit."""
        amount = {"currency": "IDR", "value": value}
        words = f'expected an amount of IDR that ends in 00, such as 100000, got the string "{value}"'
        assert ([] if fine else [f"paymentAmount.value: {words}"]) == texts(sample(paymentAmount=amount))

    def test_that_are_given_back_end_in_00_too(self) -> None:
        """And those that are captured."""
        amount = {"currency": "IDR", "value": "100050"}
        body = {"paymentId": "x", "refundRequestId": "x", "refundAmount": amount}
        [text] = texts(body, endpoint="payments/refund")
        assert text.startswith("refundAmount.value: expected an amount of IDR that ends in 00")

    @pytest.mark.parametrize("value", ["", "1.00", "x", "1\n"])
    def test_that_are_no_digits_are_refused_for_that_alone(self, value: str) -> None:
        """One fault for one mistake."""
        [text] = texts(sample(paymentAmount={"currency": "IDR", "value": value}))
        assert "digits only" in text

    def test_of_other_currencies_end_as_they_like(self) -> None:
        """The yen has no decimals, but no such rule."""
        assert [] == texts(sample(paymentAmount={"currency": "JPY", "value": "101"}))


def test_the_walk_meets_fields_of_every_sort() -> None:
    """Many of each, so that the tables below are no empty ones."""
    fields = BOOK.fields
    assert len(fields) > 500
    assert len([field for field in fields if field.types == ["string"]]) > 350
    assert len([field for field in fields if "maxLength" in field.rule]) > 150
    assert len([field for field in fields if "pattern" in field.rule]) > 50
    assert len([field for field in fields if "enum" in field.rule and field.kind is None]) > 50
    assert len([field for field in fields if "array" in field.types]) >= 10
    assert {"paymentMethod", "order.goods[0].goodsName"} <= {field.path for field in fields if field.required}
    assert {"order.goods", "order.transit.legs", "order.transit.passengers", "order.lodging.guestNames"} == {
        field.path for field in fields if "maxItems" in field.rule
    }
    assert set(KINDS) == {field.kind for field in fields if field.kind}


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("endpoint", REQUESTS)
class TestEveryField:
    """Tables made by walking the schemas, so that no field is left out."""

    def test_examples_are_accepted(self, endpoint: str, mode: TypeMode) -> None:
        """The smallest body that holds a field is valid: what the other tests change is the only thing wrong.

        No field of it is called unknown, but one beside it is.
        """
        book, contract = book_of(endpoint, mode), CONTRACTS[mode]
        for body in (book.body(field.steps, book.example(field.steps)) for field in book.fields):
            assert ([], []) == (faults(body, mode, endpoint), contract.unknown(endpoint, body)), body
            assert ["zzz: unknown field"] == contract.unknown(endpoint, {**body, "zzz": 1})

    def test_required_fields_are_missed_and_no_others(self, endpoint: str, mode: TypeMode) -> None:
        """By their path, when the object around them is there."""
        book = book_of(endpoint, mode)
        for field in book.fields:
            missed = {fault.path for fault in faults(book.without(field.steps), mode, endpoint)}
            assert ({field.path} if field.required else set()) == missed

    def test_null_is_the_same_as_absent(self, endpoint: str, mode: TypeMode) -> None:
        """At any depth: it is missed where the field is required, and nowhere else."""
        book = book_of(endpoint, mode)
        fields = [field for field in book.fields if field.steps[-1] != 0]
        assert [] == [
            field
            for field in fields
            if faults(book.body(field.steps, None), mode, endpoint) != faults(book.without(field.steps), mode, endpoint)
        ]

    def test_strings_refuse_native_values(self, endpoint: str, mode: TypeMode) -> None:
        """A field documented as String takes nothing else, in both modes."""
        book = book_of(endpoint, mode)
        fields = [field for field in book.fields if field.types == ["string"] and field.kind is None]
        for value, found in ((100, "the number 100"), (True, "true"), ([], "an array"), ({}, "an object")):
            for field in fields:
                [fault] = faults(book.body(field.steps, value), mode, endpoint)
                hidden = "a number" if isinstance(value, int) and field.path.endswith(("cardNo", "cvv")) else found
                expected = hidden if value is not True else "true"
                assert (field.path, "a JSON string", expected) == (fault.path, fault.expected, fault.found)

    @pytest.mark.parametrize(("kind", "others"), [("object", ["x", 1, True, []]), ("array", [1, True, {}])])
    def test_objects_and_arrays_refuse_everything_else(
        self, kind: str, others: list[Any], endpoint: str, mode: TypeMode
    ) -> None:
        """Among it the JSON text of an object, which some plugins send."""
        book = book_of(endpoint, mode)
        fields = [field for field in book.fields if kind in field.types]
        wrong = [
            (field, value)
            for field in fields
            for value in others
            if not blamed(book.body(field.steps, value), field, mode, endpoint)
        ]
        assert [] == wrong

    def test_texts_and_lists_end_where_the_schema_says(self, endpoint: str, mode: TypeMode) -> None:
        """The longest passes, in characters of four bytes where any are allowed; one more does not."""
        book = book_of(endpoint, mode)
        for field in book.fields:
            limit = field.rule.get("maxLength") or field.rule.get("maxItems")
            if limit is None or not (values := [sized(book, field, length) for length in (limit, limit + 1)])[0]:
                continue
            assert (field.path, []) == (field.path, faults(book.body(field.steps, values[0]), mode, endpoint))
            [fault] = faults(book.body(field.steps, values[1]), mode, endpoint)
            assert (field.path, str(limit + 1)) == (fault.path, fault.found)
            assert f"at most {limit} " in fault.expected

    def test_empty_strings_pass_where_nothing_forbids_them(self, endpoint: str, mode: TypeMode) -> None:
        """Many clients send an empty text for a field without a value."""
        book = book_of(endpoint, mode)
        for field in book.fields:
            rule = field.rule
            if field.types == ["string"] and not {"pattern", "enum", "const", "anyOf"} & set(rule):
                assert (field.path, rule.get("minLength", 0) > 0) == (
                    field.path,
                    blamed(book.body(field.steps, ""), field, mode, endpoint),
                )

    def test_patterns_are_applied(self, endpoint: str, mode: TypeMode) -> None:
        """A line end behind a good value, and a word, are refused where a pattern stands."""
        book = book_of(endpoint, mode)
        fields = [field for field in book.fields if "pattern" in field.rule]
        for field in fields:
            good = book.example(field.steps)
            for value in (f"{good}\n", f" {good}", "no such thing"):
                assert (field.path, True) == (field.path, blamed(book.body(field.steps, value), field, mode, endpoint))

    def test_words_of_closed_lists_are_accepted_as_written_and_no_others(self, endpoint: str, mode: TypeMode) -> None:
        """Every word, and neither its lower case nor one that is not listed."""
        book = book_of(endpoint, mode)
        fields = [field for field in book.fields if "enum" in field.rule and field.kind is None]
        for field in fields:
            words = field.rule["enum"]
            for word in words if len(words) < 20 else words[::50]:
                bound = (endpoint, field.path, word) in BOUND
                assert (field.path, word, bound) == (
                    field.path,
                    word,
                    bool(faults(book.body(field.steps, word), mode, endpoint)),
                )
            strangers = {word.swapcase() for word in words} - set(words)
            for stranger in ("NO_SUCH_WORD", *sorted(strangers)[:3]):
                assert (field.path, True) == (
                    field.path,
                    blamed(book.body(field.steps, stranger), field, mode, endpoint),
                )

    def test_booleans_and_numbers_are_typed_as_the_mode_says(self, endpoint: str, mode: TypeMode) -> None:
        """Native or string when documented, strings alone when strict; ranges bind both forms."""
        book = book_of(endpoint, mode)
        typed = [field for field in book.fields if field.kind]
        for field in typed:
            natives, strings, never = KINDS[str(field.kind)]
            good = [*strings, *(natives if mode == "documented" else [])]
            bad = [*never, [], {}, *([] if mode == "documented" else natives)]
            # To Python, true is 1; to the gateway it is not.
            bad += [] if str(field.kind).startswith("Boolean") else [True]
            assert [] == [(field, value) for value in good if faults(book.body(field.steps, value), mode, endpoint)]
            assert [] == [
                (field, value) for value in bad if not blamed(book.body(field.steps, value), field, mode, endpoint)
            ]


def sized(book: Book, field: Field, length: int) -> Any:
    """A value of this length that is right in all but perhaps its length; None when the field allows none."""
    if "maxItems" in field.rule:
        return [book.example((*field.steps, 0))] * length
    pattern = field.rule.get("pattern", "")
    for text in ("😀" * length, "7" * length, "https://shop.example/".ljust(length, "é")):
        if re.fullmatch(pattern, text) or not pattern:
            return text
    return None


class TestClaimedId:
    @pytest.mark.parametrize(
        ("raw", "expected"),
        [
            (b'{"paymentRequestId": "x", "productCode": 1}', "x"),
            (b'{"paymentRequestId": "%s"}' % (b"x" * 64), "x" * 64),
            (b'{"paymentRequestId": "%s"}' % (b"x" * 65), None),
            (b'{"paymentRequestId": 1}', None),
            (b'{"paymentRequestId": null}', None),
            (b"{}", None),
            (b"[]", None),
            (b"null", None),
            (b"1", None),
            (b'"paymentRequestId"', None),
            (b"", None),
            (b"\xff", None),
            (b"[" * 5_000, None),
        ],
    )
    def test_is_read_from_any_bytes(self, raw: bytes, expected: str | None) -> None:
        """Only what could be an id at all, for the journal's sake."""
        assert expected == claimed_id(raw, "paymentRequestId")


class TestNull:
    def test_nulls_go_from_unknown_and_free_fields_too(self) -> None:
        """Whatever the schema says of a place, null is nothing there."""
        body = {"zzz": None, "subscription": {"a": None, "b": [{"c": None, "d": 1}]}}
        assert {"subscription": {"b": [{"d": 1}]}} == parse(json.dumps(body).encode())

    def test_an_element_of_an_array_stays(self) -> None:
        """Taking it out would move its neighbours."""
        assert {"a": [1, None, {}]} == parse(b'{"a": [1, null, {"b": null}]}')
        assert ["order.goods[0]: expected a JSON object, got null"] == texts(BOOK.body(("order", "goods"), [None]))

    def test_the_word_alone_changes_nothing(self) -> None:
        """A text that says null is a text."""
        assert {"a": "null", "null": "x"} == parse(b'{"a": "null", "null": "x"}')


class TestParse:
    @pytest.mark.parametrize(
        ("raw", "words"),
        [
            (b"", "an empty body"),
            (b" \r\n\t", "an empty body"),
            (b"[]", "an array"),
            (b"null", "null"),
            (b"true", "true"),
            (b"12", "the number 12"),
            (b'"{}"', "the string"),
            (b'{"a": NaN}', "NaN, which is not JSON"),
            (b'{"a": Infinity}', "Infinity, which is not JSON"),
            (b'{"a": -Infinity}', "-Infinity, which is not JSON"),
            (b'{"a": "\xff"}', "not UTF-8, at byte 7"),
            ('{"a": "ü"}'.encode("latin-1"), "not UTF-8, at byte 7"),
            (b'{"a": "\xed\xa0\x80"}', "not UTF-8"),
            ("{}".encode("utf-16"), "not UTF-8"),
            (b"\xef\xbb\xbf{}", "byte order mark"),
            (b'{"a": "\\ud800"}', "not JSON"),
            (b'{"\\udc00": 1}', "not JSON"),
            (b'{"a": 1,}', "not JSON at line 1, column "),
            (b'{"a": 1\n "b": 2}', "line 2, column 2"),
            (b"{'a': 1}", "not JSON"),
            (b'{"a": 01}', "not JSON"),
            (b'{"a": .5}', "not JSON"),
            (b'{"a": "\n"}', "not JSON"),
            (b'{"a": 1} x', "not JSON"),
            (b'{"a": 1', "not JSON"),
            (b'{"a": \x00}', "not JSON"),
            (b"productCode=CASHIER_PAYMENT", "not JSON"),
            (b'{"a": 1e999}', "not JSON"),
            (b'{"a": -1e999}', "not JSON"),
            (b'{"a": 1' + b"0" * 5000 + b"}", "not JSON"),
        ],
    )
    def test_says_why_a_body_is_no_json_object(self, raw: bytes, words: str) -> None:
        """In words that help, and never in those of the parser's own machinery."""
        [fault] = faults(raw)
        assert ("body", "a JSON object") == (fault.path, fault.expected)
        assert words in fault.found
        assert "sys." not in fault.found

    @pytest.mark.parametrize("number", ["0.1e-5000", "1e300", "18446744073709551616", "-9223372036854775809", "-0"])
    def test_numbers_of_any_size_are_json(self, number: str) -> None:
        """A field that nobody knows may hold them."""
        assert [] == texts(json.dumps(sample())[:-1].encode() + f', "x": {number}}}'.encode())

    @pytest.mark.parametrize(("opening", "closing"), [("[", "]"), ('{"a":', "}")])
    def test_nesting_is_bounded(self, opening: str, closing: str) -> None:
        """32 levels pass and 33 do not, whether a schema knows the place or not."""

        def nested(levels: int) -> bytes:
            inner = opening * (levels - 1) + "1" + closing * (levels - 1)
            return json.dumps(sample())[:-1].encode() + f', "x": {inner}}}'.encode()

        assert [] == texts(nested(32))
        [text] = texts(nested(33))
        assert "nested more than 32 levels deep" in text

    @pytest.mark.parametrize(
        "raw",
        [
            b"[" * 100_000,
            b'{"a":' * 100_000,
            b'{"a":' * 1_023 + b"x",
            b"[" * 1_023 + b"x",
            b'{"a":' * 5_000 + b"1" + b"}" * 5_000,
            b"[" * 50_000 + b"]" * 50_000,
        ],
        ids=["arrays", "objects", "broken objects", "broken arrays", "whole objects", "whole arrays"],
    )
    def test_bottomless_bodies_are_refused_politely(self, raw: bytes) -> None:
        """Python's own recursion limit is never met, nor that of the parser."""
        [text] = texts(raw)
        assert "nested more than 32 levels deep" in text

    def test_known_fields_may_nest_to_the_bound(self) -> None:
        """Goods that cross-sell goods recur in the schema; each level is checked."""
        goods: dict[str, Any] = {"referenceGoodsId": "1", "goodsName": "x"}
        for _ in range(28):
            goods = {"referenceGoodsId": "1", "goodsName": "x", "crossSell": goods}
        body = BOOK.body(("order", "goods", 0), goods)
        assert [] == texts(body)
        goods["crossSell"]["crossSell"]["goodsName"] = 1
        assert ["order.goods[0].crossSell.crossSell.goodsName: expected a JSON string, got the number 1"] == texts(body)

    def test_brackets_in_text_are_not_nesting(self) -> None:
        """Nor are many objects side by side."""
        body = BOOK.body(("order", "orderDescription"), "[{" * 100)
        body["x"] = [{}] * 100
        assert [] == texts(body)

    def test_the_last_of_two_equal_keys_counts(self) -> None:
        """As in most JSON readers."""
        assert {"a": 2} == parse(b'{"a": 1, "a": 2}')

    @settings(max_examples=200, deadline=None)
    @given(
        st.binary()
        | st.recursive(
            st.none() | st.booleans() | st.floats() | st.text(),
            lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
        ).map(lambda value: json.dumps(value).encode())
    )
    @example(b"\x00")
    @example(b"{" * 33)
    @example(b'{"productCode": "\\u0000"}')
    def test_any_bytes_give_a_body_or_a_refusal(self, raw: bytes) -> None:
        """Never another error, and never a refusal without a reason."""
        assert all(fault.path and fault.expected and fault.found != "less" for fault in faults(raw))

    @settings(max_examples=200, deadline=None)
    @given(st.data())
    def test_damaged_bodies_give_a_body_or_a_refusal(self, data: st.DataObject) -> None:
        """A good body with bytes cut out or put in."""
        raw = json.dumps(sample("x")).encode()
        start = data.draw(st.integers(0, len(raw)))
        end = data.draw(st.integers(start, min(len(raw), start + 20)))
        damaged = raw[:start] + data.draw(st.binary(max_size=4)) + raw[end:]
        assert all(fault.path and fault.expected and fault.found != "less" for fault in faults(damaged))


class TestOverTheWire:
    def test_the_result_message_names_the_first_fault(self, gateway: Live) -> None:
        """And says how many more there are; a card number is not in it."""
        body = sample(merchantRegion="XX")
        body["order"]["orderAmount"]["value"] = 100
        body["paymentMethod"]["paymentMethodMetaData"]["cardNo"] = 4054692760174822
        answer = gateway.create(body)
        assert "PARAM_ILLEGAL" == answer.code
        assert "order.orderAmount.value: expected a JSON string, got the number 100 (and 2 more)" == answer.message

    def test_a_single_fault_is_the_whole_message(self, gateway: Live) -> None:
        """Word for word what the documentation of this tool shows."""
        order = {**sample()["order"], "orderAmount": {"currency": "BRL", "value": 100}}
        answer = gateway.create(sample(order=order))
        assert "order.orderAmount.value: expected a JSON string, got the number 100" == answer.message


class TestUnknownFields:
    def test_are_ignored(self) -> None:
        """At every level."""
        body = sample(zzz=[{"a": 1}])
        body["order"]["zzz"] = {"b": True}
        body["paymentAmount"]["zzz"] = 1
        assert [] == texts(body)

    @pytest.mark.parametrize(
        ("path", "expected"),
        [
            ("zzz", ["zzz: unknown field"]),
            ("merchantregion", ["merchantregion: unknown field, did you mean merchantRegion?"]),
            ("order.ordertype", ["order.ordertype: unknown field, did you mean orderType?"]),
            ("order.buyer.buyerPhone", ["order.buyer.buyerPhone: unknown field, did you mean buyerPhoneNo?"]),
            ("order.goods[].weight", ["order.goods[0].weight: unknown field"]),
            ("order.goods[].goodsUrls", ["order.goods[0].goodsUrls: unknown field, did you mean goodsUrl?"]),
            (
                "paymentMethod.paymentMethodMetaData.cardno",
                ["paymentMethod.paymentMethodMetaData.cardno: unknown field, did you mean cardNo?"],
            ),
            ("paymentMethod.paymentMethodMetaData.ourOwnKey", []),
            ("subscriptionPlan.anything", ["subscriptionPlan.anything: unknown field"]),
            ("riskData.buyer.age", ["riskData.buyer.age: unknown field"]),
            ("allowedPaymentMethodRegions[]", []),
        ],
    )
    def test_are_named_with_what_was_perhaps_meant(self, path: str, expected: list[str]) -> None:
        """Free maps may hold anything, so only a near miss is worth a word there."""
        body = BOOK.body(steps(path), "x")
        assert expected == CONTRACTS["documented"].unknown(ENDPOINT, body)

    def test_a_name_that_is_there_is_not_what_was_meant(self) -> None:
        """The misspelt twin of a field that is also sent is just unknown; a null field is as good as absent."""
        body = {"merchantRegion": "SG", "merchantRegio": "SG", "zzz": None}
        [text] = CONTRACTS["documented"].unknown(ENDPOINT, body)
        assert "did you mean merchantRegion?" not in text

    def test_are_not_named_by_the_thousand(self) -> None:
        """A large body of nonsense does not make the journal unreadable."""
        assert [99, 100, 100] == [
            len(CONTRACTS["documented"].unknown(ENDPOINT, {f"zzz{number}": 1 for number in range(count)}))
            for count in (99, 100, 5_000)
        ]

    def test_are_looked_for_only_where_a_body_may_nest(self) -> None:
        """A refused body is looked through too, and its goods may cross-sell goods a thousand times."""
        goods: dict[str, Any] = {"zzz": 1}
        for _ in range(1_000):
            goods = {"crossSell": goods}
        body = {"order": {"goods": [goods]}}
        assert ([], []) == (
            CONTRACTS["documented"].unknown(ENDPOINT, body),
            CONTRACTS["documented"].notes("payments/consult", body),
        )

    def test_so_many_of_one_object_are_looked_at(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Each is compared with all that are known, so a body of nothing else would keep others waiting.

        Those of other objects, and within known fields that stand behind them, are told all the same.
        """
        compared: list[str] = []
        monkeypatch.setattr(module, "close", lambda name, _: compared.append(name))
        free = {f"free{number}": 1 for number in range(50_000)}
        metadata = {**free, "billingAddress": {"zzz": 1}}
        body = {"paymentMethod": {"paymentMethodMetaData": metadata}, "order": {"zzz": 1}, "zzz": 1}
        told = CONTRACTS["documented"].unknown(ENDPOINT, body)
        inner = "paymentMethod.paymentMethodMetaData.billingAddress.zzz"
        assert [f"{name}: unknown field" for name in ("zzz", inner, "order.zzz")] == told
        assert 200 + 3 == len(compared)

    @pytest.mark.parametrize("order", [[], [1], 1, "x", {"orderAmount": 1, "goods": {"x": 1}}])
    def test_bodies_of_any_shape_can_be_looked_through(self, order: Any) -> None:
        """The journal shows refused calls as well, and takes notes on them."""
        contract = CONTRACTS["documented"]
        bodies: list[Any] = [None, [], 1, "x", {"order": order, "settlementStrategy": 1}]
        for body in bodies:
            assert ([], []) == (contract.unknown(ENDPOINT, body), contract.notes(ENDPOINT, body))


class TestSecrets:
    PLACES = (
        "paymentMethod.paymentMethodMetaData.{}",
        "savedPaymentMethods[].paymentMethodMetaData.{}",
        "availablePaymentMethod.paymentMethodMetaData.{}",
    )

    @pytest.mark.parametrize("place", PLACES)
    @pytest.mark.parametrize(
        ("name", "value", "secret"),
        [
            ("cardNo", 4054692760174822, "4054692760174822"),
            ("cardNo", 4054692760174822.5, "40546927601748"),
            ("cardNo", "40546927601748224054692760174822x", "4054692760174822"),
            ("cardNo", ["4054692760174822"], "4054692760174822"),
            ("cardNo", {"number": "4054692760174822"}, "4054692760174822"),
            ("cvv", 737, "737"),
            ("cvv", "73798", "73798"),
            ("cvv", ["737"], "737"),
        ],
    )
    def test_are_never_shown(self, place: str, name: str, value: Any, secret: str) -> None:
        """A fault says of what kind or how long a card number was, not which."""
        path = place.format(name)
        [fault] = faults(BOOK.body(steps(path), value))
        assert path.replace("[]", "[0]") == fault.path
        assert secret not in fault.text

    @settings(max_examples=100, deadline=None)
    @given(st.from_regex("[1-9][0-9]{5,18}", fullmatch=True), st.integers(0, 400))
    def test_are_not_in_the_words_on_broken_json(self, number: str, end: int) -> None:
        """A body cut off anywhere is not quoted."""
        body = sample("x")
        body["paymentMethod"]["paymentMethodMetaData"] = {"cardNo": number, "cvv": number}
        raw = json.dumps({"paymentMethod": body["paymentMethod"], **body}).encode()[:end]
        assert all(number not in text for text in texts(raw))


def test_the_smallest_body_is_small() -> None:
    """What the tables put their fields into holds the required fields and nothing else."""
    assert needed(BOOK.root) == list(BOOK.body(("productCode",), "CASHIER_PAYMENT"))
