"""``call``: one signed call and its reply."""

from __future__ import annotations

import json
import socket
import time
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from mock_alipay.config.config import TEST_CLIENT_ID
from mock_alipay.signing import keys
from tests.cli.conftest import Command, Ended
from tests.live import PATH, SAMPLE_FILE, SANDBOX_PATH, Live, sample


@pytest.fixture
def call(command: Command, gateway: Live) -> Command:
    """Runs ``call`` at the shared gateway."""
    return lambda *arguments, **how: command("call", "--port", str(gateway.config.port), *arguments, **how)


def body_file(folder: Path) -> str:
    """A file with the sample under an id of its own."""
    file = folder / "body.json"
    file.write_text(json.dumps(sample()))
    return str(file)


def key_file(folder: Path) -> str:
    """A file with a private key other than the test merchant's."""
    file = folder / "key.pem"
    file.write_bytes(keys.shipped_forger_key().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return str(file)


def test_request_and_reply_are_shown(call: Command, gateway: Live, tmp_path: Path) -> None:
    """The output has the signed request, the reply with its headers, and the result of the verification."""
    file = body_file(tmp_path)
    ended = call("createPaymentSession", file)
    assert (0, "") == (ended.code, ended.err)
    request, _, reply = ended.out.partition("HTTP 200 OK in ")
    first = f"POST http://127.0.0.1:{gateway.config.port}{SANDBOX_PATH}"
    for text in (first, f"client-id: {TEST_CLIENT_ID}", "request-time: ", "signature: ", Path(file).read_text()):
        assert text in request
    for text in ("response-time: ", "mock-call-id: ", "mock-scenario: success", '"resultCode": "SUCCESS"'):
        assert text in reply
    assert reply.endswith("\nreply signature: valid\n")


@pytest.mark.parametrize("endpoint", ["createPaymentSession", "payments/createPaymentSession"])
def test_the_sample_is_sent_without_a_file(call: Command, gateway: Live, endpoint: str) -> None:
    """Without a file the documented sample is sent, whether the endpoint has its family or not."""
    ended = call(endpoint)
    assert (0, True) == (ended.code, SAMPLE_FILE.read_text().strip() in ended.out)
    call_id = ended.out.partition("mock-call-id: ")[2].split()[0]
    assert json.loads(SAMPLE_FILE.read_text()) == gateway.admin("GET", f"/calls/{call_id}").body["request"]


def test_the_body_may_come_from_standard_input(call: Command) -> None:
    """``-`` sends standard input."""
    ended = call("createPaymentSession", "-", given=b'{"productCode": "X"}')
    assert (0, True) == (ended.code, '"resultCode": "PARAM_ILLEGAL"' in ended.out)


def test_a_refusal_is_a_valid_reply(call: Command, tmp_path: Path) -> None:
    """``--scenario`` selects the scenario; a signed refusal ends with exit code 0."""
    ended = call("--scenario", "card-not-supported", "createPaymentSession", body_file(tmp_path))
    assert (0, True) == (ended.code, '"resultCode": "CARD_NOT_SUPPORTED"' in ended.out)
    assert "mock-scenario: card-not-supported" in ended.out


@pytest.mark.parametrize(
    ("scenario", "verdict"),
    [
        ("unsigned-reply", "none, the reply is not signed (does the gateway run with --signatures off?)\n"),
        ("tampered-reply", "INVALID, it does not match"),
        ("forged-reply", "INVALID, it does not match"),
        ("bad-gateway", "none, the reply is not signed\n"),
    ],
)
def test_an_invalid_signature_exits_with_1(call: Command, scenario: str, verdict: str) -> None:
    """A missing or wrong signature is reported and ends with exit code 1."""
    ended = call("--scenario", scenario, "createPaymentSession")
    assert (1, True) == (ended.code, f"\nreply signature: {verdict}" in ended.out)


def test_another_gateway_key(call: Command, tmp_path: Path) -> None:
    """The reply is verified with the key of ``--gateway-key``."""
    ended = call("--gateway-key", key_file(tmp_path), "createPaymentSession")
    assert (1, True) == (ended.code, "reply signature: INVALID" in ended.out)


@pytest.mark.parametrize("scenario", ["connection-reset", "empty-reply", "garbage-reply", "truncated-reply"])
def test_no_reply(call: Command, gateway: Live, scenario: str) -> None:
    """One line says why no complete reply arrived, and that a scenario may be the reason."""
    ended = call("--scenario", scenario, "createPaymentSession")
    (line,) = ended.err.splitlines()
    url = f"http://127.0.0.1:{gateway.config.port}"
    assert (1, True) == (ended.code, line.startswith(f"mock-alipay: no reply at {url} (from --port): "))
    assert line.endswith("(a scenario's fault? see the journal)")


@pytest.mark.parametrize("flag", ["--client-id", "--client"])
def test_another_merchant(call: Command, tmp_path: Path, flag: str) -> None:
    """Another client id calls the production path and signs with its own key; ``--client`` is an alias."""
    ended = call(flag, "SOMEBODY", "--private-key", key_file(tmp_path), "createPaymentSession", body_file(tmp_path))
    assert (0, True, True) == (ended.code, f"{PATH}\n" in ended.out, "client-id: SOMEBODY\n" in ended.out)


def test_a_wrong_private_key(call: Command, tmp_path: Path) -> None:
    """A call that is signed with another key is refused by the gateway."""
    ended = call("--private-key", key_file(tmp_path), "createPaymentSession")
    assert '"resultCode": "INVALID_SIGNATURE"' in ended.out


@pytest.mark.parametrize("flag", ["--private-key", "--gateway-key"])
def test_a_file_that_is_not_a_key(call: Command, tmp_path: Path, flag: str) -> None:
    """The error names the flag, the file and what was expected in it."""
    (tmp_path / "no.pem").write_text("no key")
    ended = call(flag, str(tmp_path / "no.pem"), "createPaymentSession")
    assert 1 == ended.code
    assert ended.err.startswith(f"mock-alipay: {flag} {tmp_path / 'no.pem'}: expected an RSA private key, PEM or bare")


@pytest.mark.parametrize(
    ("endpoint", "path"),
    [
        ("createPaymentSesion", "payments/createPaymentSesion"),
        ("toys/make", "toys/make"),
        ("createVaultingSession", "vaults/createVaultingSession"),
    ],
)
def test_an_unknown_endpoint_with_a_body(call: Command, tmp_path: Path, endpoint: str, path: str) -> None:
    """An endpoint that the gateway does not have is called all the same, below its family or ``payments/``."""
    ended = call(endpoint, body_file(tmp_path))
    assert (0, True) == (ended.code, '"resultCode": "NO_INTERFACE_DEF"' in ended.out)
    assert f"/ams/sandbox/api/v1/{path}\n" in ended.out


@pytest.mark.parametrize(
    ("endpoint", "code", "message"),
    [
        (
            "createPaymentSesion",
            1,
            "no sample for createPaymentSesion; did you mean createPaymentSession? samples are ",
        ),
        ("zzz", 1, "no sample for zzz; samples are "),
        ("subscriptions/create", 2, "ENDPOINT: mock-alipay does not implement subscriptions/create; it implements "),
        ("createVaultingSession", 2, "ENDPOINT: mock-alipay does not implement vaults/createVaultingSession; "),
    ],
)
def test_an_unknown_endpoint_without_a_body(call: Command, endpoint: str, code: int, message: str) -> None:
    """Without a body the error names similar samples, or says that the API is not implemented."""
    ended = call(endpoint)
    assert (code, "", True) == (ended.code, ended.out, ended.err.startswith(f"mock-alipay: {message}")), ended.err


def test_timeout(command: Command) -> None:
    """The call fails when nothing arrives for ``--timeout`` seconds."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        began = time.monotonic()
        port = str(silent.getsockname()[1])
        ended: Ended = command("call", "--port", port, "--timeout", "0.1", "createPaymentSession")
    assert (1, True, True) == (ended.code, "it did not answer in time" in ended.err, time.monotonic() - began >= 0.1)
