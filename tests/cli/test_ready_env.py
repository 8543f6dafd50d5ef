"""``ready`` and ``env``, and how commands find a running gateway by its state file."""

from __future__ import annotations

import contextlib
import importlib
import shlex
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from types import SimpleNamespace

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from mock_alipay.config.config import Config
from mock_alipay.server.state_file import state_file
from mock_alipay.signing import keys
from tests.cli.conftest import Command
from tests.live import Live, live


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """A gateway with few default settings."""
    home = tmp_path_factory.mktemp("guarded")
    key = keys.shipped_forger_key().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (home / "key.pem").write_bytes(key)
    (home / "ours.yaml").write_text("description: x\n")
    settings = Config(gateway_key=home / "key.pem", scenarios=(home,), admin_token="a-token-of-ours")
    with live(settings, tls_folder=home / "tls") as running:
        yield running


@pytest.fixture
def running(guarded: Live, command: Command) -> Iterator[Live]:
    """The same with a state file where commands look for it."""
    assert guarded.certificate is not None
    with state_file(guarded.config, guarded.certificate.authority, {}):
        yield guarded


@pytest.mark.parametrize(
    ("arguments", "output"),
    [
        (("ready",), "ready at http://127.0.0.1:{port}\n"),
        (("call", "-v", "createPaymentSession"), "reply signature: valid\n"),
        (("reset", "--url", "https://localhost:{tls_port}"), "reset all client ids\n"),
        (("scenarios",), "\nours "),
    ],
)
def test_commands_need_no_flags(running: Live, command: Command, arguments: tuple[str, ...], output: str) -> None:
    """Commands take ports, certificate, key, scenarios and token from the state file."""
    ports = {"port": running.config.port, "tls_port": running.config.tls_port}
    ended = command(*(argument.format_map(ports) for argument in arguments))
    assert (0, "", True) == (ended.code, ended.err, output.format_map(ports) in ended.out)


def test_ready_waits_for_the_gateway(guarded: Live, command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    """``--wait`` waits until the gateway has written its state file, which alone has the port that it picked."""
    with contextlib.ExitStack() as stack:
        started = state_file(guarded.config, None, {})
        clock = SimpleNamespace(monotonic=time.monotonic, sleep=lambda _: stack.enter_context(started))
        monkeypatch.setattr(importlib.import_module("mock_alipay.cli.ready_env"), "time", clock)
        ended = command("ready", "--wait", "20", "--port", "0")
    assert (0, f"ready at http://127.0.0.1:{guarded.config.port}\n", "") == ended


def test_ready_gives_up(command: Command, closed_port: int) -> None:
    """It waits as long as ``--wait`` says, then exits with 1, or with 2 if the port is still unknown."""
    began = time.monotonic()
    ended = command("ready", "--wait", "0.2", "--port", str(closed_port))
    ended.expect(1, err=f"not ready at http://127.0.0.1:{closed_port} ")
    assert time.monotonic() - began >= 0.2
    assert 2 == command("ready", "--wait", "0.01", "--port", "0").code


@pytest.mark.parametrize("body", [b"[]", b"OK", b"[" * 60_000, b"[" + b"9" * 5000])
def test_another_server_is_not_ready(command: Command, body: bytes) -> None:
    """A server that is not mock-alipay is not taken for it, whether it answers in JSON or not."""

    class Other(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Other) as other:
        thread = threading.Thread(target=other.handle_request)
        thread.start()
        command("ready", "--port", str(other.server_port)).expect(1, err="the server is not mock-alipay")
        thread.join()


def test_env(running: Live, command: Command) -> None:
    """The variables are those of the admin API, in the words of a shell."""
    words = (line.removeprefix("export ").partition("=") for line in command("env").out.splitlines())
    printed = {name: shlex.split(value) for name, _, value in words}
    reply = running.request("GET", "/__admin/env", headers={"authorization": "Bearer a-token-of-ours"}).body
    assert printed == {
        "ALIPAY_CLIENT_ID": [reply["clientId"]],
        "ALIPAY_MERCHANT_PRIVATE_KEY": [reply["merchantPrivateKey"]],
        "ALIPAY_PUBLIC_KEY": [reply["gatewayPublicKey"]],
        "ALIPAY_GATEWAY_URL": [reply["url"]],
        "ALIPAY_GATEWAY_TLS_URL": [reply["tlsUrl"]],
        "SSL_CERT_FILE": [reply["caCertificate"]],
    }


@pytest.mark.parametrize(("host", "url"), [("0.0.0.0", "http://127.0.0.1:2088"), ("::", "'http://[::1]:2088'")])
def test_env_of_a_gateway_that_listens_everywhere(command: Command, host: str, url: str) -> None:
    """The URL is one that clients can use; without HTTPS there is no certificate."""
    ended = command("env", "--host", host, "--tls-port", "none")
    assert (0, True, False) == (ended.code, f"ALIPAY_GATEWAY_URL={url}\n" in ended.out, "SSL_CERT_FILE" in ended.out)


def test_env_issues_the_certificate(command: Command, tmp_path: Path) -> None:
    """Before the first start the certificate is issued, so that clients can be configured."""
    authority = tmp_path / "home" / "tls" / "ca.pem"
    command("env").expect(0, f"SSL_CERT_FILE={authority}\n")
    assert authority.is_file()
