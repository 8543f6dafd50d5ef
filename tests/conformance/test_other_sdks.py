"""The requests of the Java, PHP, Go, .NET and older Python SDKs are understood, and the SDKs can verify the replies."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidSignature

from mock_alipay.config.config import Config
from tests.conformance.other_sdks import SDK, SDKS, TEXT, Merchant, Sdk, check, entry, merchant_of, order, send
from tests.live import PATH, SANDBOX_PATH, Live, letters, live

every_sdk = pytest.mark.parametrize("sdk", SDKS, ids=lambda sdk: sdk.name)


@pytest.fixture(scope="module")
def merchant(gateway: Live) -> Merchant:
    """The shipped test merchant."""
    return merchant_of(gateway)


@every_sdk
def test_a_session_is_created(gateway: Live, merchant: Merchant, sdk: Sdk) -> None:
    """Its signature fits the bytes of each SDK at both paths, and the reply has the headers that each SDK needs."""
    assert f'"{sdk.written}"' in sdk.json(order())
    received = send(gateway, sdk, merchant, order())
    check(sdk, merchant, received)
    assert "SUCCESS" == received.result["resultCode"]
    seen = entry(gateway, received)
    assert ("valid", []) == (seen["signature"]["verdict"], seen["unknownFields"])
    assert TEXT == seen["request"]["order"]["orderDescription"]
    names = [name for name, _ in received.fields]
    assert [1] * 4 == [names.count(name) for name in ("client-id", "response-time", "signature", "content-type")]
    assert {"content-encoding", "transfer-encoding"}.isdisjoint(names)
    head = (received.field("content-type"), received.field("client-id"))
    assert ("application/json; charset=UTF-8", merchant.client_id) == head
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d", received.field("response-time") or "")
    signature = r"algorithm=RSA256,keyVersion=1,signature=(?:[A-Za-z0-9]|%2B|%2F|%3D)+"
    assert re.fullmatch(signature, received.field("signature") or "")
    production = Merchant("5X00000000000000", merchant.private_key, merchant.gateway_key)
    check(sdk, production, send(gateway, sdk, production, order(), target=PATH), target=PATH)


@every_sdk
def test_every_kind_of_refusal_is_signed(gateway: Live, merchant: Merchant, sdk: Sdk) -> None:
    """Of a scenario, an illegal body, and a body changed after it was signed; replies of another key or body fail."""
    scripted = send(gateway, sdk, merchant, order(f"unknown-exception--{letters()}"))
    illegal = send(gateway, sdk, merchant, {**order(), "paymentRedirectUrl": "/"})
    changed = send(gateway, sdk, merchant, order(), tamper=lambda raw: raw + b" ")
    for received, code in ((scripted, "UNKNOWN_EXCEPTION"), (illegal, "PARAM_ILLEGAL"), (changed, "INVALID_SIGNATURE")):
        check(sdk, merchant, received)
        assert code == received.result["resultCode"]
    assert illegal.result["resultMessage"].startswith("paymentRedirectUrl: ")
    assert "invalid" == entry(gateway, changed)["signature"]["verdict"]
    for scenario in ("forged-reply", "tampered-reply"):
        false = send(gateway, sdk, merchant, order(f"{scenario}--{letters()}"))
        with pytest.raises(InvalidSignature):
            check(sdk, merchant, false)


@every_sdk
def test_a_payment_is_inquired_and_refunded(gateway: Live, merchant: Merchant, sdk: Sdk) -> None:
    """The bytes of two more endpoints are understood."""
    body = order(f"pays-at-once--{sdk.name}-{letters()}") | {"paymentNotifyUrl": "http://127.0.0.1:9/"}
    send(gateway, sdk, merchant, body)
    gateway.admin("POST", "/payments/" + body["paymentRequestId"] + "/act", {"action": "pay"})
    inquiry, refund = (SANDBOX_PATH.replace("createPaymentSession", name) for name in ("inquiryPayment", "refund"))
    found = send(gateway, sdk, merchant, {"paymentRequestId": body["paymentRequestId"]}, target=inquiry)
    check(sdk, merchant, found, target=inquiry)
    payment = json.loads(found.body)
    assert ("S", "SUCCESS") == (payment["result"]["resultStatus"], payment["paymentStatus"])
    amount = {"currency": "BRL", "value": "40"}
    ids = {"refundRequestId": f"r-{body['paymentRequestId']}", "paymentId": payment["paymentId"]}
    given = send(gateway, sdk, merchant, {**ids, "refundAmount": amount, "refundReason": TEXT}, target=refund)
    check(sdk, merchant, given, target=refund)
    seen = entry(gateway, given)
    assert ("SUCCESS", "valid", []) == (given.result["resultCode"], seen["signature"]["verdict"], seen["unknownFields"])
    assert TEXT == seen["request"]["refundReason"]


@pytest.mark.parametrize(("name", "verified_target"), [("go", f"/{SANDBOX_PATH}"), ("python", SANDBOX_PATH)])
def test_a_url_with_a_trailing_slash_is_refused(
    gateway: Live, merchant: Merchant, name: str, verified_target: str
) -> None:
    """These SDKs sign one slash, send two, and verify two or one; both can verify the refusal."""
    sdk = SDK[name]
    received = send(gateway, sdk, merchant, order(), target=f"/{SANDBOX_PATH}", signed_target=SANDBOX_PATH)
    check(sdk, merchant, received, target=verified_target)
    assert "INVALID_SIGNATURE" == received.result["resultCode"]
    assert "slash" in received.result["resultMessage"]


def test_empty_objects_of_the_go_sdk_are_accepted(gateway: Live, merchant: Merchant) -> None:
    """Go omits every false, which may leave an object empty."""
    received = send(gateway, SDK["go"], merchant, {**order(), "paymentFactor": {}})
    assert "SUCCESS" == received.result["resultCode"]


def test_a_scenario_s_name_does_not_disturb_the_php_sdk(tmp_path: Path) -> None:
    """PHP reads any header line that contains the word signature."""
    text = "description: A name.\ncreatePaymentSession: {result: SUCCESS}\n"
    (tmp_path / "my-signature-scenario.yaml").write_text(text)
    with live(Config(seed=1, scenarios=(tmp_path,))) as gateway:
        merchant = merchant_of(gateway)
        received = send(gateway, SDK["php"], merchant, order("my-signature-scenario--1"))
        check(SDK["php"], merchant, received)
        assert "my-signature-scenario" == entry(gateway, received)["scenario"]


@pytest.mark.parametrize(
    ("time", "code"),
    [
        ("1795310174668", "SUCCESS"),
        ("1795310174668123456", "SUCCESS"),  # nanoseconds: older Go SDKs
        ("1795310174668123", "PARAM_ILLEGAL"),
        ("17953101746681234567", "PARAM_ILLEGAL"),
    ],
)
def test_the_go_sdk_sends_milliseconds_or_nanoseconds(gateway: Live, merchant: Merchant, time: str, code: str) -> None:
    """Seconds and microseconds are refused."""
    received = send(gateway, SDK["go"], merchant, order(), time=time)
    check(SDK["go"], merchant, received)
    assert code == received.result["resultCode"]
