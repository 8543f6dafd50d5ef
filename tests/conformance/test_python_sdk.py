"""The official Python SDK, unmodified, against a running gateway over HTTPS.

The SDK always connects to port 443. Most tests hand it another port and leave the rest of it alone;
the one that is marked ``port443`` leaves everything alone.
"""

from __future__ import annotations

import http.client
import os
import shlex
import socket
import ssl
import subprocess
import sys
import uuid
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from com.alipay.ams.api.default_alipay_client import DefaultAlipayClient
from com.alipay.ams.api.exception.exception import AlipayApiException
from com.alipay.ams.api.model.amount import Amount
from com.alipay.ams.api.model.available_payment_method import AvailablePaymentMethod
from com.alipay.ams.api.model.payment_method import PaymentMethod
from com.alipay.ams.api.model.payment_method_type_item import PaymentMethodTypeItem
from com.alipay.ams.api.request.pay.alipay_create_session_request import AlipayCreateSessionRequest
from com.alipay.ams.api.request.pay.alipay_payment_session_request import AlipayPaymentSessionRequest
from com.alipay.ams.api.response.pay.alipay_create_session_response import AlipayCreateSessionResponse
from com.alipay.ams.api.response.pay.alipay_payment_session_response import AlipayPaymentSessionResponse
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from mock_alipay.errors import SetupError
from mock_alipay.signing import keys
from tests.conformance.sdk import PRODUCTION_ID, URL, client, session_request
from tests.live import PATH, SANDBOX_PATH, Live, live


def named(scenario: str) -> str:
    """A paymentRequestId that asks for a scenario."""
    return f"{scenario}--{uuid.uuid4()}"


def latest(gateway: Live) -> dict[str, Any]:
    """The latest call in the journal."""
    found: dict[str, Any] = gateway.admin("GET", "/calls?limit=1").body["calls"][0]
    return found


def execute(sdk: Any, request: Any) -> Any:
    """The reply, verified and parsed by the SDK."""
    return AlipayPaymentSessionResponse(sdk.execute(request))


def entry(gateway: Live, request: Any) -> dict[str, Any]:
    """The journal's entry of the only call with this request's id."""
    calls = gateway.admin("GET", f"/calls?paymentRequestId={request.payment_request_id}").body["calls"]
    assert 1 == len(calls)
    return gateway.admin("GET", f"/calls/{calls[0]['id']}").body


@pytest.mark.parametrize(
    ("request_kind", "response_kind"),
    [
        (AlipayPaymentSessionRequest, AlipayPaymentSessionResponse),
        (AlipayCreateSessionRequest, AlipayCreateSessionResponse),
    ],
    ids=["generated", "legacy"],
)
def test_creates_a_session(trusted: Live, request_kind: Any, response_kind: Any) -> None:
    """Both of the SDK's request classes get a session that their response class reads."""
    request = session_request(kind=request_kind)
    response = response_kind(client(trusted).execute(request))

    assert ("S", "SUCCESS") == (response.result.result_status.value, response.result.result_code)
    assert "success." == response.result.result_message
    assert 64 == len(response.payment_session_id)
    assert ["SG", "111"] == response.payment_session_data.split("&&")[1:3]
    lifetime = datetime.fromisoformat(response.payment_session_expiry_time) - datetime.now().astimezone()
    assert timedelta(minutes=59) < lifetime <= timedelta(hours=1)
    assert "valid" == entry(trusted, request)["signature"]["verdict"]


def test_creates_a_hosted_session(trusted: Live) -> None:
    """Without a payment method: the reply has the page, on the address that the SDK was given."""
    request = session_request()
    request.product_scene = "CHECKOUT_PAYMENT"
    request.payment_method = request.payment_factor = request.settlement_strategy = None
    sdk = client(trusted)
    response, again = execute(sdk, request), execute(sdk, request)

    assert ("SUCCESS", response.normal_url) == (response.result.result_code, again.normal_url)
    assert response.normal_url.startswith(f"{URL}/checkout/")


def test_creates_an_element_session(trusted: Live) -> None:
    """With a list of methods and one that is saved; nothing of it is unknown."""
    item, offered, saved = PaymentMethodTypeItem(), AvailablePaymentMethod(), PaymentMethod()
    item.payment_method_type, item.payment_method_order = "JKOPAY", 1
    offered.payment_method_type_list = [item]
    saved.payment_method_type, saved.payment_method_id = "CARD", "token-1"
    request = session_request()
    request.product_scene, request.locale = "ELEMENT_PAYMENT", "zh_HK"
    request.payment_method = request.payment_factor = None
    request.available_payment_method, request.saved_payment_methods = offered, [saved]
    response = execute(client(trusted), request)

    assert ("SUCCESS", None) == (response.result.result_code, response.normal_url)
    assert ([], []) == (entry(trusted, request)["unknownFields"], entry(trusted, request)["notes"])


@pytest.mark.parametrize(
    ("scenario", "code", "status"),
    [
        ("card-not-supported", "CARD_NOT_SUPPORTED", "F"),
        ("invalid-cvc", "PARAM_ILLEGAL", "F"),
        ("no-pay-options", "NO_PAY_OPTIONS", "F"),
        ("param-illegal", "PARAM_ILLEGAL", "F"),
        ("process-fail", "PROCESS_FAIL", "F"),
        ("risk-reject", "RISK_REJECT", "F"),
        ("traffic-limit", "REQUEST_TRAFFIC_EXCEED_LIMIT", "U"),
        ("unknown-exception", "UNKNOWN_EXCEPTION", "U"),
    ],
)
def test_refusals_by_request_id(trusted: Live, scenario: str, code: str, status: str) -> None:
    """A paymentRequestId that begins with a scenario's name brings its refusal through the SDK's checks."""
    response = execute(client(trusted), session_request(named(scenario)))

    assert (status, code) == (response.result.result_status.value, response.result.result_code)
    assert response.result.result_message
    assert response.payment_session_id is None
    assert response.payment_session_data is None


def test_scenario_by_header(trusted: Live) -> None:
    """The SDK's execute_with_headers passes the mock-scenario header on."""
    reply = client(trusted).execute_with_headers(session_request(), {"mock-scenario": "risk-reject"})

    assert "RISK_REJECT" == AlipayPaymentSessionResponse(reply).result.result_code


def test_retries_reach_success(trusted: Live) -> None:
    """Two unknown errors and then the session, for a merchant who repeats one request."""
    sdk, request = client(trusted), session_request(named("unknown-then-success"))
    codes = [execute(sdk, request).result.result_code for _ in range(3)]

    assert ["UNKNOWN_EXCEPTION", "UNKNOWN_EXCEPTION", "SUCCESS"] == codes


def test_repeats(trusted: Live) -> None:
    """The same request again is the same session; the same id with another amount is inconsistent."""
    sdk, request = client(trusted), session_request()
    first, second = execute(sdk, request), execute(sdk, request)
    request.payment_amount = Amount("BRL", "101")
    third = execute(sdk, request)

    assert first.payment_session_id == second.payment_session_id
    assert "REPEAT_REQ_INCONSISTENT" == third.result.result_code


def test_wrong_merchant_key(trusted: Live, merchant_pairs: tuple[RSAPrivateKey, RSAPrivateKey]) -> None:
    """Who signs with a key that is not theirs reads INVALID_SIGNATURE, and whose key it was."""
    request = session_request()
    sdk = client(trusted, merchant_private_key=keys.bare_private_key(merchant_pairs[0]))
    result = execute(sdk, request).result

    assert ("F", "INVALID_SIGNATURE") == (result.result_status.value, result.result_code)
    assert f"the key of {PRODUCTION_ID}" in result.result_message
    assert (
        "invalid"
        == trusted.admin("GET", "/calls?resultCode=INVALID_SIGNATURE&limit=1").body["calls"][0]["signature"]["verdict"]
    )


def test_wrong_gateway_key(trusted: Live, merchant_pairs: tuple[RSAPrivateKey, RSAPrivateKey]) -> None:
    """An SDK configured with another public key does not believe the gateway."""
    sdk = client(trusted, alipay_public_key=keys.bare_public_key(merchant_pairs[0].public_key()))

    with pytest.raises(AlipayApiException):
        sdk.execute(session_request())
    assert "SUCCESS" == latest(trusted)["resultCode"]


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
def test_replies_that_the_sdk_does_not_believe(trusted: Live, scenario: str, error: Any) -> None:
    """What scenarios do to a reply on its way reaches the SDK, which raises."""
    with pytest.raises(error):
        client(trusted).execute(session_request(named(scenario)))
    assert scenario == latest(trusted)["scenario"]


def test_sandbox_client(trusted: Live) -> None:
    """A SANDBOX_ client id is sent to the sandbox path, and its signature over that path is accepted."""
    request = session_request()
    response = execute(client(trusted), request)
    seen = entry(trusted, request)

    assert "SUCCESS" == response.result.result_code
    assert (SANDBOX_PATH, "valid") == (seen["target"], seen["signature"]["verdict"])


def test_unknown_production_client(trusted: Live) -> None:
    """A client id without a key passes on the production path, marked unverified, and its reply is signed."""
    request = session_request()
    response = execute(client(trusted, client_id="5X00000000000000"), request)
    seen = entry(trusted, request)

    assert "SUCCESS" == response.result.result_code
    assert (PATH, "unverified") == (seen["target"], seen["signature"]["verdict"])


@pytest.mark.parametrize(
    ("key_version", "signs_with", "code", "words"),
    [
        (None, 1, "SUCCESS", "success"),
        ("1", 1, "SUCCESS", "success"),
        ("2", 2, "SUCCESS", "success"),
        ("1", 2, "INVALID_SIGNATURE", "version 2"),
        ("3", 2, "KEY_NOT_FOUND", "keyVersion=3"),
    ],
)
def test_production_client_with_keys(
    trusted: Live,
    merchant_pairs: tuple[RSAPrivateKey, RSAPrivateKey],
    key_version: str | None,
    signs_with: int,
    code: str,
    words: str,
) -> None:
    """A merchant's own keys are told apart by the SDK's key_version."""
    request = session_request()
    request.key_version = key_version
    private_key = keys.bare_private_key(merchant_pairs[signs_with - 1])
    result = execute(client(trusted, client_id=PRODUCTION_ID, merchant_private_key=private_key), request).result

    assert code == result.result_code
    assert words in result.result_message


def test_number_as_amount(trusted: Live) -> None:
    """Amount takes a number without complaint; the gateway names the field that must be a string."""
    request = session_request()
    request.order.order_amount = Amount("BRL", 100)
    result = execute(client(trusted), request).result

    assert "PARAM_ILLEGAL" == result.result_code
    assert result.result_message.startswith("order.orderAmount.value: ")
    assert "the number 100" in result.result_message


@pytest.mark.parametrize("text", ["拿铁咖啡两杯", "two teas 🍵👩‍🚀", 'Café "A/B" <&> \u2028'])
def test_text_beyond_ascii(trusted: Live, text: str) -> None:
    r"""What the SDK writes as ``\u`` escapes, in pairs where needed, arrives as the text that was meant."""
    request = session_request()
    request.order.order_description = text
    response = execute(client(trusted), request)

    assert "SUCCESS" == response.result.result_code
    assert text == entry(trusted, request)["request"]["order"]["orderDescription"]


def test_falsy_values_of_the_legacy_class(trusted: Live) -> None:
    """The legacy class drops a false of its own, but not that of an object in it; both are accepted."""
    request = session_request(kind=AlipayCreateSessionRequest)
    request.enable_installment_collection = False
    request.payment_factor.is_authorization = False
    response = execute(client(trusted), request)
    seen = entry(trusted, request)["request"]

    assert "SUCCESS" == response.result.result_code
    assert "enableInstallmentCollection" not in seen
    assert {"isAuthorization": False} == seen["paymentFactor"]


def test_empty_object_dropped_by_the_legacy_class(trusted: Live) -> None:
    """A required object that the legacy class drops because it is empty is missed by name."""
    request = session_request(kind=AlipayCreateSessionRequest)
    request.payment_factor = {}
    result = execute(client(trusted), request).result

    assert "PARAM_ILLEGAL" == result.result_code
    assert "paymentFactor: missing" in result.result_message


def test_gateway_url_with_a_trailing_slash(trusted: Live) -> None:
    """The SDK signs another path than it sends then; it can read the refusal, which names the slash."""
    result = execute(client(trusted, f"{URL}/"), session_request()).result

    assert "INVALID_SIGNATURE" == result.result_code
    assert "slash" in result.result_message


def test_agent_token(trusted: Live) -> None:
    """An agent's token is taken along, and stands in the journal."""
    request = session_request()
    response = execute(client(trusted, agent_token="T" * 48), request)

    assert "SUCCESS" == response.result.result_code
    assert "T" * 48 == entry(trusted, request)["requestHeaders"]["agent-token"]


def test_keys_from_the_admin_api(trusted: Live) -> None:
    """What GET /__admin/env answers goes into the SDK's constructor as it is."""
    env = trusted.admin("GET", "/env").body
    sdk = DefaultAlipayClient(env["tlsUrl"], env["clientId"], env["merchantPrivateKey"], env["gatewayPublicKey"])

    assert "SUCCESS" == execute(sdk, session_request()).result.result_code


def test_keys_from_the_command_line(
    secure: Live, rerouted: None, monkeypatch: pytest.MonkeyPatch, tls_folder: Path
) -> None:
    """What ``mock-alipay env`` prints is all that a merchant has to set, the trusted certificate included."""
    command = [sys.executable, "-m", "mock_alipay", "env", "--tls-port", str(secure.config.tls_port)]
    home = {**os.environ, "MOCK_ALIPAY_HOME": str(tls_folder.parent)}
    printed = subprocess.run(command, env=home, capture_output=True, text=True, check=True).stdout
    env = dict(
        word.split("=", 1) for line in printed.splitlines() for word in shlex.split(line.removeprefix("export "))
    )
    monkeypatch.setenv("SSL_CERT_FILE", env["SSL_CERT_FILE"])
    sdk = DefaultAlipayClient(
        env["ALIPAY_GATEWAY_URL"],
        env["ALIPAY_CLIENT_ID"],
        env["ALIPAY_MERCHANT_PRIVATE_KEY"],
        env["ALIPAY_PUBLIC_KEY"],
    )

    assert "SUCCESS" == execute(sdk, session_request()).result.result_code


def test_certificate_of_an_unknown_authority(secure: Live, rerouted: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without SSL_CERT_FILE the SDK refuses to talk to the gateway."""
    monkeypatch.delenv("SSL_CERT_FILE", raising=False)

    with pytest.raises(AlipayApiException) as caught:
        client(secure).execute(session_request())
    assert isinstance(caught.value.__context__, ssl.SSLCertVerificationError)


@pytest.fixture
def everything_is_here(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every host name leads to this machine, as a hosts file would have it."""
    original = socket.getaddrinfo

    def getaddrinfo(host: Any, *rest: Any, **named_rest: Any) -> Any:
        return original("127.0.0.1", *rest, **named_rest)

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)


@pytest.mark.parametrize(
    "host", ["open-na-global.alipay.com", "open-sea-global.alipay.com", "open-de-global.alipay.com"]
)
def test_host_names_of_the_real_gateway(trusted: Live, everything_is_here: None, host: str) -> None:
    """The certificate is good for the real gateway's names, so an SDK's constants need no change."""
    assert "SUCCESS" == execute(client(trusted, f"https://{host}"), session_request()).result.result_code


def test_host_name_of_somebody_else(trusted: Live, everything_is_here: None) -> None:
    """The SDK does check the name: another one is refused."""
    with pytest.raises(AlipayApiException) as caught:
        client(trusted, "https://shop.example").execute(session_request())
    assert isinstance(caught.value.__context__, ssl.SSLCertVerificationError)


@pytest.mark.port443
def test_nothing_patched_on_port_443(tls_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The SDK as it was installed, against the port that it insists on: a session and a refusal."""
    try:
        with live(tls_folder=tls_folder, tls_port=443) as gateway:
            assert gateway.certificate is not None
            monkeypatch.setenv("SSL_CERT_FILE", str(gateway.certificate.authority))
            sdk = client(gateway)
            created = execute(sdk, session_request())
            refused = execute(sdk, session_request(named("card-not-supported")))
    except SetupError as error:
        reason = f"this machine does not let the tests listen on port 443: {error}"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)

    assert "SUCCESS" == created.result.result_code
    assert 64 == len(created.payment_session_id)
    assert "CARD_NOT_SUPPORTED" == refused.result.result_code
