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
from tests.cli.conftest import Command
from tests.live import PATH, SAMPLE_FILE, SANDBOX_PATH, Live, sample


@pytest.fixture
def port(gateway: Live) -> str:
    """The port of the shared gateway."""
    return str(gateway.config.port)


def body_file(folder: Path) -> str:
    """A file with the sample under an id of its own."""
    file = folder / "body.json"
    file.write_text(json.dumps(sample()))
    return str(file)


def key_file(folder: Path) -> str:
    """A file with a private key that is not the test merchant's."""
    file = folder / "key.pem"
    key = keys.shipped_forger_key()
    file.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return str(file)


def test_shows_request_and_reply(command: Command, port: str, tmp_path: Path) -> None:
    """It shows the request with its signed headers, the reply with its own, and that its signature is valid."""
    file = body_file(tmp_path)
    ended = command("call", "--port", port, "createPaymentSession", file)
    assert (0, "") == (ended.code, ended.err)
    request, _, reply = ended.out.partition("HTTP 200 OK in ")
    for words in (
        f"POST http://127.0.0.1:{port}{SANDBOX_PATH}",
        f"client-id: {TEST_CLIENT_ID}",
        "request-time: ",
        "signature: ",
    ):
        assert words in request
    assert Path(file).read_text() in request
    for words in ("response-time: ", "mock-call-id: ", "mock-scenario: success", '"resultCode": "SUCCESS"'):
        assert words in reply
    assert reply.endswith("\nreply signature: valid\n")


@pytest.mark.parametrize("endpoint", ["createPaymentSession", "payments/createPaymentSession"])
def test_without_a_file(command: Command, gateway: Live, port: str, endpoint: str) -> None:
    """Without a file the documented sample is sent, whether the endpoint is named with its family or without."""
    ended = command("call", "--port", port, endpoint)
    assert (0, True) == (ended.code, SAMPLE_FILE.read_text().strip() in ended.out)
    call_id = ended.out.partition("mock-call-id: ")[2].split()[0]
    assert json.loads(SAMPLE_FILE.read_text()) == gateway.admin("GET", f"/calls/{call_id}").body["request"]


def test_from_standard_input(command: Command, port: str) -> None:
    """``-`` sends what comes on standard input."""
    ended = command("call", "--port", port, "createPaymentSession", "-", given=b'{"productCode": "X"}')
    assert (0, True) == (ended.code, '"resultCode": "PARAM_ILLEGAL"' in ended.out)


def test_a_refusal_is_a_good_reply(command: Command, port: str, tmp_path: Path) -> None:
    """A refused payment is a reply like any other: signed, and exit code 0."""
    file = body_file(tmp_path)
    ended = command("call", "--port", port, "--scenario", "card-not-supported", "createPaymentSession", file)
    assert (0, True) == (ended.code, '"resultCode": "CARD_NOT_SUPPORTED"' in ended.out)
    assert "mock-scenario: card-not-supported" in ended.out


@pytest.mark.parametrize(
    ("scenario", "words"),
    [
        ("unsigned-reply", "none, the reply is not signed"),
        ("tampered-reply", "INVALID, it does not fit"),
        ("forged-reply", "INVALID, it does not fit"),
        ("bad-gateway", "none, the reply is not signed"),
    ],
)
def test_a_reply_not_to_be_believed(command: Command, port: str, scenario: str, words: str) -> None:
    """A reply whose signature is missing or does not fit ends with exit code 1 and says so."""
    ended = command("call", "--port", port, "--scenario", scenario, "createPaymentSession")
    assert (1, True) == (ended.code, ended.out.splitlines()[-1].startswith(f"reply signature: {words}"))


@pytest.mark.parametrize("scenario", ["connection-reset", "empty-reply", "garbage-reply", "truncated-reply"])
def test_no_reply(command: Command, port: str, scenario: str) -> None:
    """When no whole reply comes, one line says why."""
    ended = command("call", "--port", port, "--scenario", scenario, "createPaymentSession")
    (line,) = ended.err.splitlines()
    assert (1, True) == (ended.code, line.startswith(f"mock-alipay: no reply from http://127.0.0.1:{port}: "))


def test_as_another_merchant(command: Command, port: str, tmp_path: Path) -> None:
    """Another client id calls the production path, signs with its own key, and gets its signed reply."""
    flags = ("--client-id", "SOMEBODY", "--private-key", key_file(tmp_path))
    ended = command("call", "--port", port, *flags, "createPaymentSession", body_file(tmp_path))
    assert (0, True, True) == (ended.code, f"{port}{PATH}\n" in ended.out, "client-id: SOMEBODY\n" in ended.out)


def test_with_the_wrong_key(command: Command, port: str, tmp_path: Path) -> None:
    """With a key that is not the merchant's the gateway's refusal is shown."""
    ended = command("call", "--port", port, "--private-key", key_file(tmp_path), "createPaymentSession")
    assert '"resultCode": "INVALID_SIGNATURE"' in ended.out


def test_unknown_endpoint(command: Command, port: str, tmp_path: Path) -> None:
    """An endpoint that does not exist is called all the same, if there is a body to send."""
    for endpoint, path in (("createPaymentSesion", "payments/createPaymentSesion"), ("toys/make", "toys/make")):
        ended = command("call", "--port", port, endpoint, body_file(tmp_path))
        assert (0, True) == (ended.code, '"resultCode": "NO_INTERFACE_DEF"' in ended.out)
        assert f"/ams/sandbox/api/v1/{path}\n" in ended.out


@pytest.mark.parametrize(
    ("endpoint", "hint"),
    [("createPaymentSesion", "did you mean createPaymentSession? "), ("zzz", "")],
)
def test_unknown_endpoint_without_a_file(command: Command, port: str, endpoint: str, hint: str) -> None:
    """Without a file there is no sample to send to it; which there are is told, and which was perhaps meant."""
    ended = command("call", "--port", port, endpoint)
    assert (1, "") == (ended.code, ended.out)
    assert ended.err.startswith(f"mock-alipay: there is no sample of {endpoint}; {hint}samples are ")
    assert ended.err.endswith("; for another endpoint name a FILE with the request body\n")
    samples = ended.err.partition("samples are ")[2].partition("; ")[0].split(", ")
    assert sorted(file.stem for file in SAMPLE_FILE.parent.glob("*.json")) == samples


@pytest.mark.parametrize("flag", ["--private-key", "--gateway-key"])
def test_keys_that_are_none(command: Command, port: str, tmp_path: Path, flag: str) -> None:
    """The flag is named with its file, and what was expected there."""
    file = tmp_path / "no.pem"
    file.write_text("no key")
    ended = command("call", "--port", port, flag, str(file), "createPaymentSession")
    assert 1 == ended.code
    assert ended.err.startswith(f"mock-alipay: {flag} {file}: expected an RSA private key, PEM or bare base64")


def test_timeout(command: Command) -> None:
    """When nothing comes for ``--timeout`` seconds it gives up and says so."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        began = time.monotonic()
        ended = command("call", "--port", str(port), "--timeout", "0.2", "createPaymentSession")
        took = time.monotonic() - began
    assert (1, True) == (ended.code, f"no reply from http://127.0.0.1:{port}: it did not answer in time" in ended.err)
    assert 0.2 <= took


@pytest.mark.parametrize("host", ["a b", "x" * 300])
def test_a_host_that_cannot_be(command: Command, host: str) -> None:
    """A host that no name can be is told in one line."""
    ended = command("call", "--host", host, "createPaymentSession")
    assert (1, 1) == (ended.code, len(ended.err.splitlines()))
    assert ended.err.startswith(f"mock-alipay: no reply from http://{host}:2088: ")


def test_nothing_listens(command: Command) -> None:
    """When nothing listens, one line says how to start the gateway."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        port = bound.getsockname()[1]
        ended = command("call", "--port", str(port), "createPaymentSession")
    expected = f"mock-alipay: nothing listens at http://127.0.0.1:{port}; start the gateway with: mock-alipay\n"
    assert (1, expected) == (ended.code, ended.err)


def test_another_gateway_key(command: Command, port: str, tmp_path: Path) -> None:
    """The reply is checked against the configured gateway key: with another one than the server's it is invalid."""
    ended = command("call", "--port", port, "--gateway-key", key_file(tmp_path), "createPaymentSession")
    assert (1, True) == (ended.code, "reply signature: INVALID" in ended.out)
