"""The requests of the Java, PHP, Go, .NET and older Python SDKs, and how these SDKs verify a reply.

Versions: Java 2.2.8, PHP 1.5.5, Go 1.3.5, .NET 2.2.5 and Python 1.5.5. Requests are reproduced byte for byte, with the
header spelling and the JSON of each SDK; the readers of reply headers follow the sources of the SDKs. The package under
test neither signs nor verifies here.
"""

from __future__ import annotations

import base64
import json
import re
import socket
from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple, cast
from urllib.parse import quote_plus, unquote_plus

from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_der_private_key, load_der_public_key

from tests.heads import DOTNET_HEAD, GO_HEAD, JAVA_HEAD, PHP_HEAD, PYTHON_HEAD
from tests.live import SANDBOX_PATH, Live, sample

TEXT = "Café \"5 < 6\" & 'tea' + 中文 https://shop.example/a"
"""The description of an order, with characters that the SDKs write in different ways."""


def java_json(body: dict[str, Any]) -> str:
    """fastjson: sorted keys, no spaces, no escapes."""
    return json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def php_json(body: dict[str, Any]) -> str:
    """json_encode: escapes slashes too."""
    return json.dumps(body, separators=(",", ":")).replace("/", "\\/")


def go_json(body: dict[str, Any]) -> str:
    """encoding/json: escapes characters that are special in HTML."""
    text = json.dumps(body, separators=(",", ":"), ensure_ascii=False)
    return re.sub("[&<>]", lambda found: f"\\u{ord(found[0]):04x}", text)


DOTNET_UNSET: dict[str, dict[str, Any]] = {
    "order": dict.fromkeys(["merchant", "goods", "shipping", "env", "extendInfo", "transit", "lodging", "gaming"]),
    "paymentMethod": {"paymentMethodId": None, "customerId": None, "extendInfo": None, "funding": "CREDIT"},
    "paymentFactor": {"isPaymentEvaluation": False, "inStorePaymentScenario": "PaymentCode"},
    "env": {"terminalType": "WEB", "osType": "IOS", "browserInfo": None, "deviceBrand": None},
}
"""The values that .NET sends for unset fields: null, false, or the first value of an enum."""

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
    """System.Text.Json: escapes nearly everything, in upper case, and sends unset fields too."""
    if "productCode" in body:
        whole = {**dict.fromkeys(DOTNET_UNSET_FIELDS.split()), "enableInstallmentCollection": False, **body}
        whole |= {name: {**unset, **body.get(name, {})} for name, unset in DOTNET_UNSET.items()}
    else:
        unset_fields = DOTNET_UNSET_REFUND if "refundRequestId" in body else DOTNET_UNSET_INQUIRY
        whole = {**dict.fromkeys(unset_fields.split()), **body}
    text = json.dumps(whole, separators=(",", ":")).replace('\\"', "\\u0022")
    text = re.sub(r"\\u[0-9a-f]{4}", lambda found: "\\u" + found[0][2:].upper(), text)
    return re.sub("[&'<>+]", lambda found: f"\\u{ord(found[0]):04X}", text)


def lower_quote(text: str) -> str:
    """HttpUtility.UrlEncode: lower-case hexadecimal digits."""
    return re.sub("%..", lambda found: found[0].lower(), quote_plus(text))


# Readers give the client id, time and signature with which an SDK verifies a reply; None if it would not verify.


class Received(NamedTuple):
    """The head of a reply, line by line as on the wire, and its body."""

    lines: list[str]
    body: bytes

    @property
    def fields(self) -> list[tuple[str, str]]:
        return [(name, value.strip()) for name, _, value in (line.partition(":") for line in self.lines[1:])]

    def field(self, name: str) -> str | None:
        return next((value for other, value in self.fields if other.lower() == name.lower()), None)

    @property
    def result(self) -> dict[str, str]:
        found: dict[str, str] = json.loads(self.body)["result"]
        return found


Seen = tuple[str, str, str]  # client id, response time, base64 signature


def java_reads(received: Received, sent_client_id: str) -> Seen | None:
    """DefaultHttpRPC.getResponseSignature."""
    components = (received.field("signature") or "").split(",")
    pieces = components[2].split("=") if len(components) >= 3 else []
    time = received.field("response-time")
    return (sent_client_id, time, unquote_plus(pieces[1])) if len(pieces) == 2 and time else None


def php_reads(received: Received, sent_client_id: str) -> Seen | None:
    """DefaultAlipayClient.sendRequest and SignatureTool: any line that contains the words, case-sensitive."""
    time = signature = ""
    for line in received.lines:
        if "response-time" in line:
            time = line[line.index(":") + 1 :].strip()
        elif "signature" in line:
            signature = line[line.rindex("=") + 1 :]
    signature = signature if re.search("[=+/]", signature) else unquote_plus(signature)
    return (sent_client_id, time, signature) if time and signature else None


def go_reads(received: Received, _: str) -> Seen | None:
    """httpDo and CheckSignature: the client id comes from the reply; every reply is verified."""
    client_id, time, header = (received.field(name) or "" for name in ("Client-id", "response-time", "Signature"))
    assert all((client_id, time, header)), "empty notify signature"
    return client_id, time, unquote_plus(header.split("signature=")[1])


def dotnet_reads(received: Received, sent_client_id: str) -> Seen | None:
    """AMSResponse.ParseResponse."""
    time, header = (received.field(name) or "" for name in ("response-time", "signature"))
    assert all((time, header)), "response-time or signature missing in the response header"
    return sent_client_id, time, unquote_plus(header.split("signature=")[1])


def python_reads(received: Received, _: str) -> Seen | None:
    """DefaultAlipayClient.__parse_header: lower-case names only."""
    fields = dict(received.fields)
    return fields["client-id"], fields["response-time"], unquote_plus(fields["signature"].split("signature=")[1])


class Sdk(NamedTuple):
    """How one SDK writes requests and reads replies."""

    name: str
    head: str
    time: str
    json: Callable[[dict[str, Any]], str]
    written: str
    """TEXT as this SDK writes it in JSON."""
    reads: Callable[[Received, str], Seen | None]
    quote: Callable[[str], str] = quote_plus


PYTHON_TEXT = r"""Caf\u00e9 \"5 < 6\" & 'tea' + \u4e2d\u6587 https://shop.example/a"""
PHP_TEXT = PYTHON_TEXT.replace("/", r"\/")
GO_TEXT = r"""Café \"5 \u003c 6\" \u0026 'tea' + 中文 https://shop.example/a"""
DOTNET_TEXT = r"Caf\u00E9 \u00225 \u003C 6\u0022 \u0026 \u0027tea\u0027 \u002B \u4E2D\u6587 https://shop.example/a"
SDKS = [
    Sdk("java", JAVA_HEAD, "1795310174668", java_json, TEXT.replace('"', '\\"'), java_reads),
    Sdk("php", PHP_HEAD, "2026-11-22T01:09:11+0000", php_json, PHP_TEXT, php_reads),
    Sdk("go", GO_HEAD, "1795310174668", go_json, GO_TEXT, go_reads),
    Sdk("dotnet", DOTNET_HEAD, "2026-11-22T01:07:10.1234567Z", dotnet_json, DOTNET_TEXT, dotnet_reads, lower_quote),
    Sdk("python", PYTHON_HEAD, "2026-11-22T01:07:10+00:00", partial(json.dumps, indent=3), PYTHON_TEXT, python_reads),
]
SDK = {sdk.name: sdk for sdk in SDKS}


class Merchant(NamedTuple):
    """A merchant, with both keys as the gateway's environment gives them."""

    client_id: str
    private_key: RSAPrivateKey
    gateway_key: RSAPublicKey


def merchant_of(gateway: Live) -> Merchant:
    """The test merchant of a gateway."""
    env = gateway.admin("GET", "/env").body
    private_key = load_der_private_key(base64.b64decode(env["merchantPrivateKey"]), None)
    gateway_key = load_der_public_key(base64.b64decode(env["gatewayPublicKey"]))
    return Merchant(env["clientId"], cast("RSAPrivateKey", private_key), cast("RSAPublicKey", gateway_key))


def order(payment_request_id: str | None = None) -> dict[str, Any]:
    """The documented sample, with TEXT as description."""
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
    """Send a body as this SDK does; ``tamper`` changes the body after it was signed."""
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
            return Received(lines, stream.read(int(Received(lines, b"").field("content-length") or 0)))


def check(sdk: Sdk, merchant: Merchant, received: Received, target: str = SANDBOX_PATH) -> None:
    """Verify a reply as this SDK does; InvalidSignature where it would raise."""
    assert "HTTP/1.1 200 OK" == received.lines[0]
    seen = sdk.reads(received, merchant.client_id)
    assert seen is not None, "this SDK would treat the reply as unsigned"
    client_id, time, signature = seen
    signed = f"POST {target}\n{client_id}.{time}.".encode() + received.body
    merchant.gateway_key.verify(base64.b64decode(signature), signed, PKCS1v15(), SHA256())


def entry(gateway: Live, received: Received) -> dict[str, Any]:
    """The journal's entry of the call with this reply."""
    return gateway.admin("GET", f"/calls/{received.field('mock-call-id')}").body
