"""The official Python SDK, unmodified, against a running gateway over HTTPS.

The SDK always connects to port 443. Most tests only replace the port; the test marked ``port443`` replaces nothing.
"""

from __future__ import annotations

import http.client
import os
import shlex
import socket
import ssl
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from com.alipay.ams.api.default_alipay_client import DefaultAlipayClient
from com.alipay.ams.api.exception.exception import AlipayApiException
from com.alipay.ams.api.model.amount import Amount
from com.alipay.ams.api.response.pay.alipay_payment_session_response import AlipayPaymentSessionResponse

from mock_alipay.cli import main
from mock_alipay.errors import SetupError
from mock_alipay.signing import keys
from tests.conformance.sdk import PRODUCTION_ID, URL, Keys, client, model, outcome, sdk_class, session_request
from tests.live import PATH, SANDBOX_PATH, Live, letters, live


def execute(sdk: Any, request: Any) -> Any:
    """The reply, verified and parsed by the SDK."""
    return AlipayPaymentSessionResponse(sdk.execute(request))


def code(sdk: Any, request: Any) -> str:
    """The result code of the reply."""
    return str(execute(sdk, request).result.result_code)


def entry(gateway: Live, request: Any) -> dict[str, Any]:
    """The journal's entry of the only call with this request's id."""
    (call,) = gateway.admin("GET", f"/calls?paymentRequestId={request.payment_request_id}").body["calls"]
    return gateway.admin("GET", f"/calls/{call['id']}").body


@pytest.mark.parametrize("kind", ["PaymentSession", "CreateSession"])
def test_a_session_is_created(trusted: Live, kind: str) -> None:
    """The SDK's generated and legacy classes; text beyond ASCII arrives, and the sandbox path is signed."""
    request, text = session_request(kind=f"Alipay{kind}Request"), 'Café "A/B" <&> \u2028 拿铁 🍵👩‍🚀'
    request.order.order_description = text
    response = sdk_class("response.pay", f"Alipay{kind}Response")(client(trusted).execute(request))
    assert ("S", "success.") == (response.result.result_status.value, response.result.result_message)
    assert 64 == len(response.payment_session_id)
    assert ["SG", "111"] == response.payment_session_data.split("&&")[1:3]
    lifetime = datetime.fromisoformat(response.payment_session_expiry_time) - datetime.now().astimezone()
    assert timedelta(minutes=59) < lifetime <= timedelta(hours=1)
    seen = entry(trusted, request)
    assert (SANDBOX_PATH, "valid", []) == (seen["target"], seen["signature"]["verdict"], seen["unknownFields"])
    assert text == seen["request"]["order"]["orderDescription"]


def test_a_repeated_request_gets_the_same_hosted_session(trusted: Live) -> None:
    """With the page on the address that the SDK called; another amount is inconsistent."""
    request, sdk = session_request(), client(trusted)
    request.product_scene = "CHECKOUT_PAYMENT"
    request.payment_method = request.payment_factor = request.settlement_strategy = None
    response, again = execute(sdk, request), execute(sdk, request)
    ours = (response.payment_session_id, response.normal_url)
    assert (ours, True) == ((again.payment_session_id, again.normal_url), ours[1].startswith(f"{URL}/checkout/"))
    request.payment_amount = Amount("BRL", "101")
    assert "REPEAT_REQ_INCONSISTENT" == code(sdk, request)


def test_an_element_session_is_created(trusted: Live) -> None:
    """With a list of payment methods and a saved one; all fields are known."""
    item = model("PaymentMethodTypeItem", payment_method_type="JKOPAY", payment_method_order=1)
    offered = model("AvailablePaymentMethod", payment_method_type_list=[item])
    saved = model("PaymentMethod", payment_method_type="CARD", payment_method_id="token-1")
    request = session_request()
    request.product_scene, request.locale = "ELEMENT_PAYMENT", "zh_HK"
    request.payment_method = request.payment_factor = None
    request.available_payment_method, request.saved_payment_methods = offered, [saved]
    response = execute(client(trusted, agent_token="T" * 48), request)
    assert ("SUCCESS", None) == (response.result.result_code, response.normal_url)
    seen = entry(trusted, request)
    assert ([], [], "T" * 48) == (seen["unknownFields"], seen["notes"], seen["requestHeaders"]["agent-token"])


def test_a_scenario_is_named_by_request_id_or_header(trusted: Live) -> None:
    """The SDK verifies and reads its replies."""
    sdk = client(trusted)
    for scenario, result, status in (
        ("card-not-supported", "CARD_NOT_SUPPORTED", "F"),
        ("unknown-exception", "UNKNOWN_EXCEPTION", "U"),
    ):
        response = execute(sdk, session_request(f"{scenario}--{letters()}"))
        assert (status, result) == outcome(response)
        assert (None, None) == (response.payment_session_id, response.payment_session_data)
        reply = sdk.execute_with_headers(session_request(), {"mock-scenario": scenario})
        assert result == AlipayPaymentSessionResponse(reply).result.result_code


@pytest.mark.parametrize(
    ("scenario", "error"),
    [
        ("forged-reply", AlipayApiException),
        ("tampered-reply", AlipayApiException),
        ("unsigned-reply", AlipayApiException),
        ("bad-gateway", AlipayApiException),
        ("truncated-reply", http.client.IncompleteRead),
        ("garbage-reply", http.client.BadStatusLine),
        ("empty-reply", http.client.RemoteDisconnected),
        ("connection-reset", ConnectionResetError),
    ],
)
def test_the_sdk_raises_on_an_injected_fault(trusted: Live, scenario: str, error: Any) -> None:
    """Each fault of a reply reaches the SDK."""
    with pytest.raises(error):
        client(trusted).execute(session_request(f"{scenario}--{letters()}"))


def test_a_wrong_key_is_noticed_on_both_sides(trusted: Live, merchant_keys: Keys) -> None:
    """The gateway says whose key signed the request; the SDK does not accept another gateway's key."""
    request, key = session_request(), merchant_keys[0]
    result = execute(client(trusted, merchant_private_key=keys.bare_private_key(key)), request).result
    assert ("INVALID_SIGNATURE", True) == (result.result_code, f"the key of {PRODUCTION_ID}" in result.result_message)
    assert "invalid" == entry(trusted, request)["signature"]["verdict"]
    with pytest.raises(AlipayApiException):
        client(trusted, alipay_public_key=keys.bare_public_key(key.public_key())).execute(session_request())


def test_a_production_client(trusted: Live, merchant_keys: Keys) -> None:
    """It uses the production path, unverified without a key; version 1 is the default; another version's key fails."""
    request = session_request()
    assert "SUCCESS" == code(client(trusted, client_id="5X00000000000000"), request)
    seen = entry(trusted, request)
    assert (PATH, "unverified") == (seen["target"], seen["signature"]["verdict"])
    for key_version, signs_with, expected in (
        (None, 1, "SUCCESS"),
        ("2", 2, "SUCCESS"),
        ("1", 2, "INVALID_SIGNATURE"),
        ("3", 2, "KEY_NOT_FOUND"),
    ):
        request = session_request()
        request.key_version = key_version
        private_key = keys.bare_private_key(merchant_keys[signs_with - 1])
        assert expected == code(client(trusted, client_id=PRODUCTION_ID, merchant_private_key=private_key), request)


def test_a_number_as_amount_is_refused_with_its_field(trusted: Live) -> None:
    """The SDK's Amount accepts a number."""
    request = session_request()
    request.order.order_amount = Amount("BRL", 100)
    assert execute(client(trusted), request).result.result_message.startswith("order.orderAmount.value: ")


def test_the_legacy_class_drops_false_and_empty_values(trusted: Live) -> None:
    """A false of an object in the request is sent; a required empty object is reported as missing."""
    request = session_request(kind="AlipayCreateSessionRequest")
    request.enable_installment_collection = request.payment_factor.is_authorization = False
    assert "SUCCESS" == code(client(trusted), request)
    seen = entry(trusted, request)["request"]
    assert "enableInstallmentCollection" not in seen
    assert {"isAuthorization": False} == seen["paymentFactor"]
    request = session_request(kind="AlipayCreateSessionRequest")
    request.payment_factor = {}
    assert "paymentFactor: missing" in execute(client(trusted), request).result.result_message


def test_a_trailing_slash_of_the_url_breaks_the_signature(trusted: Live) -> None:
    """The SDK signs another path than it sends; the refusal, which it can read, names the slash."""
    result = execute(client(trusted, f"{URL}/"), session_request()).result
    assert ("INVALID_SIGNATURE", True) == (result.result_code, "slash" in result.result_message)


def test_keys_of_the_command_line_and_the_admin_api_fit_the_sdk(
    secure: Live, rerouted: None, monkeypatch: pytest.MonkeyPatch, tls_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A merchant needs nothing but what ``mock-alipay env`` or GET /__admin/env gives, the certificate included."""
    monkeypatch.setenv("MOCK_ALIPAY_HOME", str(tls_folder.parent))
    with pytest.raises(SystemExit):
        main(["env", "--tls-port", str(secure.config.tls_port)])
    words = (
        word for line in capsys.readouterr().out.splitlines() for word in shlex.split(line.removeprefix("export "))
    )
    printed = dict(word.split("=", 1) for word in words)
    monkeypatch.setenv("SSL_CERT_FILE", printed["SSL_CERT_FILE"])
    names = ("GATEWAY_URL", "CLIENT_ID", "MERCHANT_PRIVATE_KEY", "PUBLIC_KEY")
    env = secure.admin("GET", "/env").body
    fields = ("tlsUrl", "clientId", "merchantPrivateKey", "gatewayPublicKey")
    for values in ([printed[f"ALIPAY_{name}"] for name in names], [env[name] for name in fields]):
        assert "SUCCESS" == code(DefaultAlipayClient(*values), session_request())


def test_the_certificate_is_checked(secure: Live, rerouted: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """The names of the real gateway are valid; another name is not, and nor is an unknown authority."""
    assert secure.certificate is not None
    original = socket.getaddrinfo
    monkeypatch.setattr(socket, "getaddrinfo", lambda _, *rest, **named: original("127.0.0.1", *rest, **named))
    monkeypatch.setenv("SSL_CERT_FILE", str(secure.certificate.authority))
    for region in ("na", "sea", "de"):
        sdk = client(secure, f"https://open-{region}-global.alipay.com")
        assert "SUCCESS" == code(sdk, session_request())
    with pytest.raises(AlipayApiException) as wrong_name:
        client(secure, "https://shop.example").execute(session_request())
    monkeypatch.delenv("SSL_CERT_FILE")
    with pytest.raises(AlipayApiException) as unknown_authority:
        client(secure).execute(session_request())
    for caught in (wrong_name, unknown_authority):
        assert isinstance(caught.value.__context__, ssl.SSLCertVerificationError)


@pytest.mark.port443
def test_the_sdk_works_unpatched_on_port_443(tls_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It gets a session and a refusal."""
    try:
        with live(tls_folder=tls_folder, tls_port=443) as gateway:
            assert gateway.certificate is not None
            monkeypatch.setenv("SSL_CERT_FILE", str(gateway.certificate.authority))
            ids = [f"{name}--{letters()}" for name in ("success", "card-not-supported")]
            codes = [code(client(gateway), session_request(name)) for name in ids]
    except SetupError as error:
        reason = f"this machine does not let the tests listen on port 443: {error}"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    assert ["SUCCESS", "CARD_NOT_SUPPORTED"] == codes
