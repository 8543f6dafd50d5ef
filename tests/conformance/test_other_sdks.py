"""The Java, PHP, Go, .NET and older Python SDKs: what they put on the wire, and how they check a reply.

Versions Java 2.2.8, PHP 1.5.5, Go 1.3.5, .NET 2.2.5 and Python 1.5.5. Their requests are written out here byte by
byte, with their header spelling and their kind of JSON; their way of reading a reply's headers is rebuilt from their
sources. Nothing of the package under test signs or verifies here.
"""

from __future__ import annotations

import base64
import json
import re
import socket
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote_plus, unquote_plus

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_der_private_key, load_der_public_key

from mock_alipay.config.config import Config
from tests.heads import DOTNET_HEAD, GO_HEAD, JAVA_HEAD, PHP_HEAD, PYTHON_HEAD
from tests.live import PATH, SANDBOX_PATH, Live, live, sample

TEXT = "Café \"5 < 6\" & 'tea' + 中文 https://shop.example/a"
"""An order's description with everything that the SDKs write in different ways."""


# Requests: the head as a template, the JSON as a function.


def java_json(body: dict[str, Any]) -> str:
    """fastjson: keys sorted, no blanks, no escapes."""
    return json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def php_json(body: dict[str, Any]) -> str:
    """json_encode: slashes escaped too."""
    return json.dumps(body, separators=(",", ":")).replace("/", "\\/")


def go_json(body: dict[str, Any]) -> str:
    """encoding/json: what HTML gives a meaning to is escaped."""
    text = json.dumps(body, separators=(",", ":"), ensure_ascii=False)
    return re.sub("[&<>]", lambda found: f"\\u{ord(found[0]):04x}", text)


DOTNET_UNSET: dict[str, dict[str, Any]] = {
    "order": dict.fromkeys(["merchant", "goods", "shipping", "env", "extendInfo", "transit", "lodging", "gaming"]),
    "paymentMethod": {"paymentMethodId": None, "customerId": None, "extendInfo": None, "funding": "CREDIT"},
    "paymentFactor": {"isPaymentEvaluation": False, "inStorePaymentScenario": "PaymentCode"},
    "env": {"terminalType": "WEB", "osType": "IOS", "browserInfo": None, "deviceBrand": None},
}
"""What .NET sends of fields that nobody set: null, false, or an enum's first value."""

DOTNET_UNSET_FIELDS = """
    paymentSessionExpiryTime creditPayPlan merchantRegion agreementInfo riskData productScene savedPaymentMethods
    locale availablePaymentMethod allowedPaymentMethodRegions subscriptionInfo metadata customizedInfo scopes
"""

DOTNET_UNSET_INQUIRY = "paymentRequestId paymentId merchantAccountId"
DOTNET_UNSET_REFUND = """
    referenceRefundId refundReason refundNotifyUrl isAsyncRefund extendInfo refundDetails refundSourceAccountNo
    actualRefundAmount captureId refundToBankInfo metadata customizedInfo
"""


def dotnet_json(body: dict[str, Any]) -> str:
    """System.Text.Json: nearly everything is escaped, in capitals, and what is not set is there too."""
    if "productCode" in body:
        whole = {**dict.fromkeys(DOTNET_UNSET_FIELDS.split()), "enableInstallmentCollection": False, **body}
        whole |= {name: {**unset, **body.get(name, {})} for name, unset in DOTNET_UNSET.items()}
    else:
        unset_fields = DOTNET_UNSET_REFUND if "refundRequestId" in body else DOTNET_UNSET_INQUIRY
        whole = {**dict.fromkeys(unset_fields.split()), **body}
    text = json.dumps(whole, separators=(",", ":")).replace('\\"', "\\u0022")
    text = re.sub(r"\\u[0-9a-f]{4}", lambda found: "\\u" + found[0][2:].upper(), text)
    return re.sub("[&'<>+]", lambda found: f"\\u{ord(found[0]):04X}", text)


def python_json(body: dict[str, Any]) -> str:
    """The json module, indented."""
    return json.dumps(body, indent=3)


def lower_quote(text: str) -> str:
    """HttpUtility.UrlEncode: lower-case hexadecimal digits."""
    return re.sub("%..", lambda found: found[0].lower(), quote_plus(text))


# Replies: each reader gives client id, time and signature that its SDK verifies with, or None where it would skip.


@dataclass(frozen=True)
class Received:
    """A reply's head, line by line as it stood on the wire, and its body."""

    lines: list[str]
    body: bytes

    @property
    def fields(self) -> list[tuple[str, str]]:
        """Header names as spelt, and values."""
        return [(name, value.strip()) for name, _, value in (line.partition(":") for line in self.lines[1:])]

    def field(self, name: str) -> str | None:
        """A header as HTTP libraries look it up: the first, in any spelling."""
        return next((value for other, value in self.fields if other.lower() == name.lower()), None)

    @property
    def result(self) -> dict[str, str]:
        """The result object."""
        found: dict[str, str] = json.loads(self.body)["result"]
        return found


Seen = tuple[str, str, str]
"""Client id, response time, base64 signature."""


def java_reads(received: Received, sent_client_id: str) -> Seen | None:
    """DefaultHttpRPC.getResponseSignature."""
    components = (received.field("signature") or "").split(",")
    pieces = components[2].split("=") if len(components) >= 3 else []
    time = received.field("response-time")
    if len(pieces) != 2 or not time:
        return None
    return sent_client_id, time, unquote_plus(pieces[1])


def php_reads(received: Received, sent_client_id: str) -> Seen | None:
    """DefaultAlipayClient.sendRequest and SignatureTool: any line that holds the words counts, case and all."""
    time = signature = ""
    for line in received.lines:
        if "response-time" in line:
            time = line[line.index(":") + 1 :].strip()
        elif "signature" in line:
            signature = line[line.rindex("=") + 1 :]
    if not time or not signature:
        return None
    return sent_client_id, time, signature if re.search("[=+/]", signature) else unquote_plus(signature)


def go_reads(received: Received, _: str) -> Seen | None:
    """httpDo and CheckSignature: the client id comes from the reply; nothing is ever skipped."""
    client_id, time, header = (received.field(name) for name in ("Client-id", "response-time", "Signature"))
    assert client_id
    assert time
    assert header, "empty notify signature"
    return client_id, time, unquote_plus(header.split("signature=")[1])


def dotnet_reads(received: Received, sent_client_id: str) -> Seen | None:
    """AMSResponse.ParseResponse."""
    time, header = received.field("response-time"), received.field("signature")
    assert time, "response-time missing in the response header"
    assert header, "signature missing in the response header"
    return sent_client_id, time, unquote_plus(header.split("signature=")[1])


def python_reads(received: Received, _: str) -> Seen | None:
    """DefaultAlipayClient.__parse_header: lower-case names or nothing."""
    fields = dict(received.fields)
    return fields["client-id"], fields["response-time"], unquote_plus(fields["signature"].split("signature=")[1])


@dataclass(frozen=True)
class Sdk:
    """One SDK's habits."""

    name: str
    head: str
    time: str
    json: Callable[[dict[str, Any]], str]
    written: str
    """TEXT as it stands in this SDK's body."""
    reads: Callable[[Received, str], Seen | None]
    quote: Callable[[str], str] = quote_plus


SDKS = [
    Sdk("java", JAVA_HEAD, "1795310174668", java_json, TEXT.replace('"', '\\"'), java_reads),
    Sdk(
        "php",
        PHP_HEAD,
        "2026-11-22T01:09:11+0000",
        php_json,
        r"""Caf\u00e9 \"5 < 6\" & 'tea' + \u4e2d\u6587 https:\/\/shop.example\/a""",
        php_reads,
    ),
    Sdk(
        "go",
        GO_HEAD,
        "1795310174668",
        go_json,
        r"""Café \"5 \u003c 6\" \u0026 'tea' + 中文 https://shop.example/a""",
        go_reads,
    ),
    Sdk(
        "dotnet",
        DOTNET_HEAD,
        "2026-11-22T01:07:10.1234567Z",
        dotnet_json,
        r"Caf\u00E9 \u00225 \u003C 6\u0022 \u0026 \u0027tea\u0027 \u002B \u4E2D\u6587 https://shop.example/a",
        dotnet_reads,
        lower_quote,
    ),
    Sdk(
        "python",
        PYTHON_HEAD,
        "2026-11-22T01:07:10+00:00",
        python_json,
        r"""Caf\u00e9 \"5 < 6\" & 'tea' + \u4e2d\u6587 https://shop.example/a""",
        python_reads,
    ),
]
SDK = {sdk.name: sdk for sdk in SDKS}
every_sdk = pytest.mark.parametrize("sdk", SDKS, ids=lambda sdk: sdk.name)


@dataclass(frozen=True)
class Merchant:
    """Who calls, with both keys as the gateway's environment hands them out."""

    client_id: str
    private_key: RSAPrivateKey
    gateway_key: RSAPublicKey


@pytest.fixture
def merchant(gateway: Live) -> Merchant:
    """The shipped test merchant."""
    return merchant_of(gateway)


def merchant_of(gateway: Live) -> Merchant:
    """The test merchant of any gateway."""
    env = gateway.admin("GET", "/env").body
    private_key = load_der_private_key(base64.b64decode(env["merchantPrivateKey"]), None)
    gateway_key = load_der_public_key(base64.b64decode(env["gatewayPublicKey"]))
    assert isinstance(private_key, RSAPrivateKey)
    assert isinstance(gateway_key, RSAPublicKey)
    return Merchant(env["clientId"], private_key, gateway_key)


def order(payment_request_id: str | None = None) -> dict[str, Any]:
    """The documented sample, described in TEXT."""
    body = sample(payment_request_id)
    body["order"]["orderDescription"] = TEXT
    return body


def send(
    gateway: Live,
    sdk: Sdk,
    merchant: Merchant,
    body: dict[str, Any],
    *,
    target: str = SANDBOX_PATH,
    signed_target: str | None = None,
    time: str | None = None,
    tamper: Callable[[bytes], bytes] = bytes,
) -> Received:
    """What this SDK's transport would send and receive; ``tamper`` changes the body after it was signed."""
    raw = sdk.json(body).encode()
    moment = time or sdk.time
    signed = f"POST {signed_target or target}\n{merchant.client_id}.{moment}.".encode() + raw
    signature = base64.b64encode(merchant.private_key.sign(signed, PKCS1v15(), SHA256())).decode()
    raw = tamper(raw)
    head = sdk.head.format(
        target=target,
        host=f"127.0.0.1:{gateway.config.port}",
        client_id=merchant.client_id,
        time=moment,
        signature=f"algorithm=RSA256,keyVersion=1,signature={sdk.quote(signature)}",
        length=len(raw),
        version="1.5.5",
    )
    with socket.create_connection(("127.0.0.1", gateway.config.port), timeout=60) as connection:
        connection.sendall(head.replace("\n", "\r\n").encode() + b"\r\n" + raw)
        with connection.makefile("rb") as stream:
            lines = []
            while line := stream.readline().rstrip(b"\r\n"):
                lines.append(line.decode("ascii"))
            received = Received(lines, b"")
            return Received(lines, stream.read(int(received.field("content-length") or 0)))


def check(sdk: Sdk, merchant: Merchant, received: Received, target: str = SANDBOX_PATH) -> None:
    """What this SDK does before it believes a reply; InvalidSignature where it would raise."""
    assert "HTTP/1.1 200 OK" == received.lines[0]
    seen = sdk.reads(received, merchant.client_id)
    assert seen is not None, "this SDK would take the reply for an unsigned one"
    client_id, time, signature = seen
    signed = f"POST {target}\n{client_id}.{time}.".encode() + received.body
    merchant.gateway_key.verify(base64.b64decode(signature), signed, PKCS1v15(), SHA256())


def entry(gateway: Live, received: Received) -> dict[str, Any]:
    """The journal's entry of the call that got this reply."""
    return gateway.admin("GET", f"/calls/{received.field('mock-call-id')}").body


@every_sdk
def test_creates_a_session(gateway: Live, merchant: Merchant, sdk: Sdk) -> None:
    """Every SDK's bytes are understood, its signature fits, and it can check the reply."""
    body = order()
    received = send(gateway, sdk, merchant, body)
    seen = entry(gateway, received)

    check(sdk, merchant, received)
    assert "SUCCESS" == received.result["resultCode"]
    assert "valid" == seen["signature"]["verdict"]
    assert TEXT == seen["request"]["order"]["orderDescription"]
    assert [] == seen["unknownFields"]


@every_sdk
def test_bytes_are_this_sdks_own(sdk: Sdk) -> None:
    """The bodies sent here hold the text in each SDK's own writing."""
    assert f'"orderDescription":{" " if sdk.name == "python" else ""}"{sdk.written}"' in sdk.json(order())


@every_sdk
@pytest.mark.parametrize(
    ("scenario", "status", "code"),
    [
        ("card-not-supported", "F", "CARD_NOT_SUPPORTED"),
        ("unknown-exception", "U", "UNKNOWN_EXCEPTION"),
    ],
)
def test_scripted_refusals(gateway: Live, merchant: Merchant, sdk: Sdk, scenario: str, status: str, code: str) -> None:
    """Every SDK can check a refusal and an unknown result."""
    received = send(gateway, sdk, merchant, order(f"{scenario}--{uuid.uuid4()}"))

    check(sdk, merchant, received)
    assert (status, code) == (received.result["resultStatus"], received.result["resultCode"])


@every_sdk
def test_inquires_and_refunds(gateway: Live, merchant: Merchant, sdk: Sdk) -> None:
    """Every SDK's bytes of two more endpoints are understood, and it can check the replies."""
    body = order(f"pays-at-once--{sdk.name}-{uuid.uuid4().hex[:12]}") | {"paymentNotifyUrl": "http://127.0.0.1:9/"}
    send(gateway, sdk, merchant, body)
    gateway.admin("POST", "/payments/" + body["paymentRequestId"] + "/act", {"action": "pay"})
    asked, refunded = (SANDBOX_PATH.replace("createPaymentSession", name) for name in ("inquiryPayment", "refund"))

    found = send(gateway, sdk, merchant, {"paymentRequestId": body["paymentRequestId"]}, target=asked)
    payment = json.loads(found.body)
    check(sdk, merchant, found, target=asked)
    assert ("S", "SUCCESS", "SUCCESS") == (
        payment["result"]["resultStatus"],
        payment["paymentStatus"],
        payment["paymentResultCode"],
    )

    refund = {
        "refundRequestId": f"r-{body['paymentRequestId']}",
        "paymentId": payment["paymentId"],
        "refundAmount": {"currency": "BRL", "value": "40"},
    }
    for wanted, code in ((refund, "SUCCESS"), ({**refund, "paymentId": "unknown"}, "REPEAT_REQ_INCONSISTENT")):
        given = send(gateway, sdk, merchant, {**wanted, "refundReason": TEXT}, target=refunded)
        seen = entry(gateway, given)
        check(sdk, merchant, given, target=refunded)
        assert (code, "valid", []) == (given.result["resultCode"], seen["signature"]["verdict"], seen["unknownFields"])
        assert TEXT == seen["request"]["refundReason"]


@every_sdk
def test_illegal_body(gateway: Live, merchant: Merchant, sdk: Sdk) -> None:
    """Every SDK can check and read what is wrong with a body."""
    received = send(gateway, sdk, merchant, {**order(), "paymentRedirectUrl": "/"})

    check(sdk, merchant, received)
    assert "PARAM_ILLEGAL" == received.result["resultCode"]
    assert received.result["resultMessage"].startswith("paymentRedirectUrl: ")


@every_sdk
def test_body_changed_on_its_way(gateway: Live, merchant: Merchant, sdk: Sdk) -> None:
    """The signature covers the body as sent: one more blank at its end breaks it, and the refusal can be checked."""
    received = send(gateway, sdk, merchant, order(), tamper=lambda raw: raw + b" ")

    check(sdk, merchant, received)
    assert "INVALID_SIGNATURE" == received.result["resultCode"]
    assert "invalid" == entry(gateway, received)["signature"]["verdict"]


@every_sdk
def test_production_path(gateway: Live, merchant: Merchant, sdk: Sdk) -> None:
    """A client id without the sandbox prefix calls, signs and verifies over the production path."""
    production = Merchant("5X00000000000000", merchant.private_key, merchant.gateway_key)
    received = send(gateway, sdk, production, order(), target=PATH)

    check(sdk, production, received, target=PATH)
    assert "SUCCESS" == received.result["resultCode"]


@pytest.mark.parametrize(
    ("name", "verified_target"), [("go", f"/{SANDBOX_PATH}"), ("python", SANDBOX_PATH)], ids=["go", "python"]
)
def test_gateway_url_with_a_trailing_slash(gateway: Live, merchant: Merchant, name: str, verified_target: str) -> None:
    """These SDKs sign one slash, send two, and verify over two or one: each can check its refusal."""
    sdk = SDK[name]
    received = send(gateway, sdk, merchant, order(), target=f"/{SANDBOX_PATH}", signed_target=SANDBOX_PATH)

    check(sdk, merchant, received, target=verified_target)
    assert "INVALID_SIGNATURE" == received.result["resultCode"]
    assert "slash" in received.result["resultMessage"]


def test_empty_objects_of_the_go_sdk(gateway: Live, merchant: Merchant) -> None:
    """Go drops every false, which may leave an object empty: that is accepted."""
    received = send(gateway, SDK["go"], merchant, {**order(), "paymentFactor": {}})

    assert "SUCCESS" == received.result["resultCode"]


@every_sdk
@pytest.mark.parametrize("scenario", ["forged-reply", "tampered-reply"])
def test_false_replies(gateway: Live, merchant: Merchant, sdk: Sdk, scenario: str) -> None:
    """No SDK believes a reply that another key signed, or whose signature is of another body."""
    received = send(gateway, sdk, merchant, order(f"{scenario}--{uuid.uuid4()}"))

    with pytest.raises(InvalidSignature):
        check(sdk, merchant, received)


@every_sdk
def test_reply_headers(gateway: Live, merchant: Merchant, sdk: Sdk) -> None:
    """Lower-case names, once each; the body neither compressed nor chunked, whatever the SDK offers to take."""
    received = send(gateway, sdk, merchant, order())
    names = [name for name, _ in received.fields]
    signature = received.field("signature") or ""

    assert [] == [
        name for name in ("client-id", "response-time", "signature", "content-type") if names.count(name) != 1
    ]
    assert {"content-encoding", "transfer-encoding"}.isdisjoint(names)
    assert "application/json; charset=UTF-8" == received.field("content-type")
    assert merchant.client_id == received.field("client-id")
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d", received.field("response-time") or "")
    assert re.fullmatch(r"algorithm=RSA256,keyVersion=1,signature=(?:[A-Za-z0-9]|%2B|%2F|%3D)+", signature)


def test_scenario_named_like_a_header(tmp_path: Path) -> None:
    """PHP takes any header line that holds the word for the signature; no scenario's name gets in its way."""
    (tmp_path / "my-signature-scenario.yaml").write_text(
        "description: A name.\ncreatePaymentSession: {result: SUCCESS}\n"
    )
    sdk = SDK["php"]
    with live(Config(seed=1, scenarios=(tmp_path,))) as gateway:
        merchant = merchant_of(gateway)
        received = send(gateway, sdk, merchant, order("my-signature-scenario--1"))

        check(sdk, merchant, received)
        assert "my-signature-scenario" == entry(gateway, received)["scenario"]


@pytest.mark.parametrize(
    ("time", "code"),
    [
        ("1795310174668", "SUCCESS"),
        ("1795310174668123456", "SUCCESS"),  # nanoseconds: older Go SDKs
        ("1795310174", "PARAM_ILLEGAL"),
        ("1795310174668123", "PARAM_ILLEGAL"),
        ("17953101746681234567", "PARAM_ILLEGAL"),
    ],
)
def test_request_times_of_the_go_sdk(gateway: Live, merchant: Merchant, time: str, code: str) -> None:
    """Epoch time in milliseconds or, as older versions have it, nanoseconds; not in seconds, nor in between."""
    sdk = SDK["go"]
    received = send(gateway, sdk, merchant, order(), time=time)

    check(sdk, merchant, received)
    assert code == received.result["resultCode"]


ANTOM_TEST_SERVER = {
    "productCode": "CASHIER_PAYMENT",
    "order": {
        "referenceOrderId": "order-1",
        "orderDescription": "a cup of tea",
        "orderAmount": {"currency": "USD", "value": 100},
        "goods": {"goodsName": "tea", "goodsQuantity": 2, "goodsUnitAmount": {"currency": "USD", "value": 50}},
        "buyer": {"referenceBuyerId": "buyer-1"},
    },
    "paymentAmount": {"currency": "USD", "value": 100},
    "paymentMethod": {"paymentMethodType": "ALIPAY_CN"},
    "paymentNotifyUrl": "https://shop.example/notify",
    "paymentRedirectUrl": "https://shop.example/return",
    "settlementStrategy": "USD",
    "locale": "en_US",
}
"""What the MCP server ``antom-test-server`` 2.1.5 makes of its tool's arguments."""

ANT_INTL_ANTOM_MCP = {
    "productCode": "CASHIER_PAYMENT",
    "order": {
        "orderDescription": "a cup of tea",
        "orderAmount": {"currency": "USD", "value": "100"},
        "buyer": {"referenceBuyerId": "1795310174"},
    },
    "paymentAmount": {"currency": "USD", "value": "100"},
    "paymentMethod": {"paymentMethodType": "ALIPAY_CN"},
    "paymentNotifyUrl": "http://localhost:8080/notify",
    "paymentRedirectUrl": "/",
}
"""What the MCP server ``ant-intl-antom-mcp`` 1.0.1 makes of them."""


@pytest.mark.parametrize(
    ("body", "paths"),
    [
        (
            ANTOM_TEST_SERVER,
            {"order.orderAmount.value", "order.goods", "paymentAmount.value", "settlementStrategy"},
        ),
        (ANT_INTL_ANTOM_MCP, {"order.referenceOrderId", "paymentRedirectUrl", "settlementStrategy"}),
    ],
    ids=["antom-test-server", "ant-intl-antom-mcp"],
)
def test_what_mcp_servers_get_wrong(gateway: Live, merchant: Merchant, body: dict[str, Any], paths: set[str]) -> None:
    """Bodies of public MCP servers are refused with every field at fault named."""
    sdk = SDK["python"]
    received = send(gateway, sdk, merchant, {**body, "paymentRequestId": f"mcp-{uuid.uuid4()}"})
    message = received.result["resultMessage"]

    check(sdk, merchant, received)
    assert "PARAM_ILLEGAL" == received.result["resultCode"]
    assert message.partition(":")[0] in paths
    assert f"{len(paths) - 1} more" in message
    assert paths == {fault["path"] for fault in entry(gateway, received)["faults"]}
