"""``ready`` and ``env``, and how commands find a running gateway by its state file."""

from __future__ import annotations

import base64
import contextlib
import json
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_der_private_key,
    load_der_public_key,
)

from mock_alipay.config.config import TEST_CLIENT_ID, Config
from mock_alipay.server.state_file import state_file
from mock_alipay.signing import keys
from tests.cli.conftest import Command
from tests.cli.process import COMMAND, environment
from tests.live import Live, live, sample


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """A gateway with few default settings."""
    home = tmp_path_factory.mktemp("guarded")
    key = keys.shipped_forger_key().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (home / "key.pem").write_bytes(key)
    (home / "ours").mkdir()
    (home / "ours" / "ours.yaml").write_text("description: x\n")
    settings = Config(gateway_key=home / "key.pem", scenarios=(home / "ours",), admin_token="a-token-of-ours")
    with live(settings, tls_folder=home / "tls") as running:
        yield running


@pytest.fixture
def running(guarded: Live, command: Command) -> Iterator[Live]:
    """The same with a state file where commands look for it."""
    assert guarded.certificate is not None
    with state_file(guarded.config, guarded.certificate.authority, {}):
        yield guarded


# --- the state file ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "output"),
    [
        (("ready",), "ready at http://127.0.0.1:{port}\n"),
        (("ready", "--url", "https://localhost:{tls_port}"), "ready at https://localhost:{tls_port}\n"),
        (("call", "createPaymentSession"), "reply signature: valid\n"),
        (("reset",), "reset all client ids\n"),
        (("reset", "--url", "https://localhost:{tls_port}"), "reset all client ids\n"),
        (("scenarios",), "\nours "),
        (("env",), "export ALIPAY_GATEWAY_TLS_URL=https://127.0.0.1:{tls_port}\n"),
    ],
)
def test_commands_need_no_flags(running: Live, command: Command, arguments: tuple[str, ...], output: str) -> None:
    """Commands take ports, certificate, key, scenarios and token from the state file."""
    ports = {"port": running.config.port, "tls_port": running.config.tls_port}
    ended = command(*(argument.format_map(ports) for argument in arguments))
    assert (0, "", True) == (ended.code, ended.err, output.format_map(ports) in ended.out)


# --- ready ------------------------------------------------------------------------------------------------------------


def test_ready_waits_for_the_gateway(guarded: Live, command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    """``--wait`` waits until the gateway has written its state file, which alone has the port that it picked."""
    with contextlib.ExitStack() as stack:
        sleep = time.sleep

        def start(_: float) -> None:
            monkeypatch.setattr(time, "sleep", sleep)
            stack.enter_context(state_file(guarded.config, None, {}))

        monkeypatch.setattr(time, "sleep", start)
        ended = command("ready", "--wait", "20", "--port", "0")
    assert (0, f"ready at http://127.0.0.1:{guarded.config.port}\n", "") == ended


def test_ready_gives_up(command: Command, closed_port: int) -> None:
    """It waits as long as ``--wait`` says, then exits with 1; without ``--wait`` it does not wait."""
    began = time.monotonic()
    ended = command("ready", "--wait", "0.2", "--port", str(closed_port))
    assert (1, "", True) == (ended.code, ended.out, f"not ready at http://127.0.0.1:{closed_port} " in ended.err)
    assert time.monotonic() - began >= 0.2
    assert 2 == command("ready", "--wait", "0.01", "--port", "0").code


@pytest.mark.parametrize(
    ("body", "message"),
    [(b"[]", "the server is not mock-alipay: HTTP 200"), (b"OK", "the server is not mock-alipay\n")],
)
def test_another_server_is_not_ready(command: Command, body: bytes, message: str) -> None:
    """A server that is not mock-alipay is not taken for it."""
    with socket.create_server(("127.0.0.1", 0)) as other:

        def answer() -> None:
            client, _ = other.accept()
            client.recv(4096)
            client.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\n" + body)
            client.close()

        thread = threading.Thread(target=answer)
        thread.start()
        ended = command("ready", "--port", str(other.getsockname()[1]))
        thread.join()
    assert (1, True) == (ended.code, message in ended.err), ended.err


# --- env --------------------------------------------------------------------------------------------------------------


def test_env_in_a_shell(guarded: Live, tmp_path: Path) -> None:
    """The variables of ``eval "$(mock-alipay env)"`` are those of the admin API; the keys are bare base64."""
    assert guarded.certificate is not None
    show = "import json, os; print(json.dumps(dict(os.environ)))"
    with pytest.MonkeyPatch.context() as context:
        context.setenv("MOCK_ALIPAY_HOME", str(tmp_path))
        with state_file(guarded.config, guarded.certificate.authority, {}):
            result = subprocess.run(
                ["sh", "-c", 'eval "$("$@")" && exec "$PYTHON" -c "$SHOW"', "sh", *COMMAND, "env"],
                env=environment(tmp_path, PYTHON=sys.executable, SHOW=show),
                capture_output=True,
                timeout=60,
                check=True,
            )
    variables = json.loads(result.stdout)
    names = ("CLIENT_ID", "MERCHANT_PRIVATE_KEY", "PUBLIC_KEY", "GATEWAY_URL", "GATEWAY_TLS_URL")
    values = [*(variables[f"ALIPAY_{name}"] for name in names), variables["SSL_CERT_FILE"]]
    reply = guarded.request("GET", "/__admin/env", headers={"authorization": "Bearer a-token-of-ours"}).body
    fields = ("clientId", "merchantPrivateKey", "gatewayPublicKey", "url", "tlsUrl", "caCertificate")
    assert [reply[key] for key in fields] == values
    private = load_der_private_key(base64.b64decode(values[1], validate=True), None)
    assert isinstance(private, RSAPrivateKey)
    assert isinstance(load_der_public_key(base64.b64decode(values[2], validate=True)), RSAPublicKey)
    assert b"BEGIN CERTIFICATE" in Path(variables["SSL_CERT_FILE"]).read_bytes()
    assert "SUCCESS" == guarded.create(sample(), client_id=TEST_CLIENT_ID, key=private).code


@pytest.mark.parametrize(("host", "url"), [("0.0.0.0", "http://127.0.0.1:2088"), ("::", "'http://[::1]:2088'")])
def test_env_of_a_gateway_that_listens_everywhere(command: Command, host: str, url: str) -> None:
    """The URL is one that clients can use; without HTTPS there is no certificate."""
    ended = command("env", "--host", host, "--tls-port", "none")
    assert (0, True, False) == (ended.code, f"ALIPAY_GATEWAY_URL={url}\n" in ended.out, "SSL_CERT_FILE" in ended.out)


def test_env_issues_the_certificate(command: Command, tmp_path: Path) -> None:
    """Before the first start the certificate is issued, so that clients can be configured."""
    ended = command("env")
    assert (0, True) == (ended.code, f"SSL_CERT_FILE={tmp_path / 'home' / 'tls' / 'ca.pem'}\n" in ended.out)
    assert (tmp_path / "home" / "tls" / "ca.pem").is_file()
