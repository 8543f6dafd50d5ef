"""``serve``: its start, its errors, and gateways in processes."""

from __future__ import annotations

import json
import os
import socket
import ssl
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.request import urlopen

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from mock_alipay.config.config import TEST_CLIENT_ID
from mock_alipay.signing import content, fits, keys, parse, raw_signature
from tests.cli.conftest import Command
from tests.cli.process import FREE, Running, eventually, serving
from tests.live import PATH, SANDBOX_PATH, sample

SHOP, OWN = keys.shipped_forger_key(), keys.shipped_merchant_key()


def scenario_file(folder: Path, name: str, code: str) -> Path:
    """A folder with a scenario. The file appears whole: a watcher must not read half of it."""
    folder.mkdir(exist_ok=True)
    draft = folder / f"{name}.draft"
    draft.write_text(f"description: A scenario of ours.\ncreatePaymentSession:\n  result: {code}\n")
    draft.replace(folder / f"{name}.yaml")
    return folder


def test_serve_is_the_default_command(start: Command, command: Command) -> None:
    """``mock-alipay`` and ``mock-alipay serve`` are the same; the ports come from variables here."""
    for words in ((), ("serve",)):
        ended = command(*words, env={"MOCK_ALIPAY_PORT": "0", "MOCK_ALIPAY_TLS_PORT": "none"})
        ended.expect(0, ("http://127.0.0.1:", "https      off", TEST_CLIENT_ID, "; seed "))


def test_a_generated_token_is_printed(start: Command) -> None:
    """Only where other machines could reach the admin API is a token generated; a given one is not repeated."""
    start("--host", "0.0.0.0").expect(0, "\n  token ")
    for variable, value in (("ADMIN_OPEN", "1"), ("ADMIN_TOKEN", "a-token-of-ours")):
        ended = start("--host", "0.0.0.0", env={f"MOCK_ALIPAY_{variable}": value})
        assert (0, "", False) == (ended.code, ended.err, "\n  token " in ended.out or "a-token-of-ours" in ended.out)


def test_warnings_at_the_start(start: Command) -> None:
    """Unknown variables and names that no certificate can contain are logged; variables of other commands are not."""
    variables = {"MOCK_ALIPAY_ADMIN_HOST": "x", "MOCK_ALIPAY_URL": "http://127.0.0.1:2088"}
    unknown, name = start("--tls-port", "0", "--admin-host", "my_gateway", env=variables).err.splitlines()
    assert unknown.startswith("warning: MOCK_ALIPAY_ADMIN_HOST: unknown variable; did you mean MOCK_ALIPAY_ADMIN_HOSTS")
    assert name.startswith("warning: --admin-host my_gateway: ")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
def test_a_banner_that_cannot_be_written(start: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    """The gateway serves without its banner, and logs why."""
    with Path("/dev/full").open("w") as full:
        monkeypatch.setattr(sys, "stdout", full)
        start().expect(0, err="warning: cannot write the banner to standard output: ")


@pytest.mark.parametrize(
    ("flags", "code", "error"),
    [
        ("--scenario sucess", 2, ("mock-alipay: --scenario", "did you mean success?")),
        ("--merchant SHOP=nowhere.pem", 1, ("mock-alipay: --merchant SHOP=nowhere.pem: cannot be read",)),
        ("--gateway-key /dev/null", 1, ("mock-alipay: --gateway-key /dev/null: expected an RSA private key",)),
        ("--admin-open --admin-token 12345678", 2, ("--admin-open and --admin-token exclude each other",)),
        ("--host 192.0.2.1", 1, ("mock-alipay: --host 192.0.2.1: ",)),
        ("--port {taken}", 1, ("mock-alipay: --port {taken}: ",)),
        ("--port {taken} --scenario sucess", 2, ("did you mean success?",)),
        ("--log-format json --scenarios /no", 1, ('"level":"error"', "--scenarios /no: ")),
    ],
)
def test_settings_that_cannot_be_used(start: Command, flags: str, code: int, error: tuple[str, ...]) -> None:
    """One line names the flag; exit code 2 if the value is invalid on every machine, which is reported first."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        ended = start(*flags.format(taken=port).split())
    ended.expect(code, err=tuple(text.replace("{taken}", port) for text in error))
    assert 1 == len(ended.err.splitlines())


def test_every_bad_scenario_file_is_reported(start: Command, tmp_path: Path) -> None:
    """Every bad file of every folder in the variable has a line."""
    one, two = scenario_file(tmp_path / "one", "a", "NO"), scenario_file(tmp_path / "two", "b", "NEITHER")
    ended = start(env={"MOCK_ALIPAY_SCENARIOS": os.pathsep.join([str(one), str(two), "/no"])})
    ended.expect(1, err=(f"{one / 'a.yaml'}:3: ", f"{two / 'b.yaml'}:3: ", "--scenarios /no: "))
    assert 3 == len(ended.err.splitlines())


def test_a_home_that_cannot_be_written(start: Command, tmp_path: Path) -> None:
    """Without a folder for the certificate the start fails and names two ways out; without HTTPS it is a warning."""
    (tmp_path / "file").write_text("")
    home = {"MOCK_ALIPAY_HOME": str(tmp_path / "file")}
    start("--tls-port", "0", env=home).expect(1, err=("MOCK_ALIPAY_HOME", "--tls-port none"))
    start(env=home).expect(0, "http://", "so other commands need the flags of this gateway")


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A gateway with few default settings, by flags and variables."""
    home = tmp_path_factory.mktemp("home")
    (home / "bare.txt").write_text(keys.bare_public_key(SHOP.public_key()) + "\n")
    (home / "gateway.pem").write_bytes(OWN.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    ours = scenario_file(home / "ours", "ours", "RISK_REJECT")
    flags = ["--merchant", f"SHOP={home / 'bare.txt'}", "--gateway-key", str(home / "gateway.pem"), "--watch"]
    flags += ["--scenarios", str(ours), "--host", "0.0.0.0", "--port", "0", "--tls-port", "0"]
    variables = {"MOCK_ALIPAY_SIGNATURES": "required", "MOCK_ALIPAY_ADMIN_HOSTS": "gateway:mock.example"}
    with serving(home, *flags, env=variables) as found:
        yield found


def test_calls_follow_the_flags(running: Running) -> None:
    """A merchant's key verifies calls, unknown ids are refused, the configured key signs replies; calls are logged."""
    answer = running.create(sample(), client_id="SHOP", key=SHOP)
    head = answer.headers
    signed = content("POST", SANDBOX_PATH, head["client-id"], head["response-time"], answer.raw)
    genuine = fits(OWN.public_key(), raw_signature(parse(head["signature"]).value), signed)
    assert ("SUCCESS", True) == (answer.code, genuine)
    assert "INVALID_SIGNATURE" == running.create(sample(), client_id="SHOP", key=OWN).code
    assert "INVALID_CLIENT" == running.create(sample(), client_id="UNKNOWN").code
    eventually(lambda: "createPaymentSession  S SUCCESS  [success]" in running.log or None)


def test_https_and_the_admin_api_follow_the_flags(running: Running) -> None:
    """HTTPS fits the authority; admin calls need a configured host name and the generated token, never logged."""
    home = running.log_file.parent
    trust = ssl.create_default_context(cafile=str(home / "tls" / "ca.pem"))
    with urlopen(f"https://localhost:{running.tls_port}/__admin/health", context=trust, timeout=60) as response:
        assert 200 == response.status
    (state_file,) = (home / "gateways").glob("*.json")
    token = json.loads(state_file.read_text())["adminToken"]
    for name, word, status in (("mock.example", token, 200), ("other.example", token, 403), ("gateway", "x", 401)):
        headers = {"host": f"{name}:{running.port}", "authorization": f"Bearer {word}"}
        assert status == running.request("GET", "/__admin/calls", headers=headers).status
    assert token not in running.log


def test_watch(running: Running) -> None:
    """``--watch`` loads changed files; a bad file keeps the loaded scenarios, and the log says why."""

    home = running.log_file.parent

    def code() -> str:
        return running.create(sample(), client_id="SHOP", key=SHOP, extra={"mock-scenario": "ours"}).code

    def after(result: str, done: Callable[[], bool]) -> bool | None:
        # Written repeatedly: the watcher may not have been ready the first time.
        scenario_file(home / "ours", "ours", result)
        return done() or None

    assert "RISK_REJECT" == code()
    eventually(lambda: after("PROCESS_FAIL", lambda: code() == "PROCESS_FAIL"))
    eventually(lambda: after("NONSENSE", lambda: f"{home / 'ours' / 'ours.yaml'}:3:" in running.log))
    assert "PROCESS_FAIL" == code()


def test_sigterm_with_calls_in_progress(tmp_path: Path) -> None:
    """It ends cleanly although a client is idle and a call hangs; ``--quiet`` logs no calls; the state file is gone."""
    with serving(tmp_path, *FREE, "--log-format", "json", "--quiet", "--signatures", "off") as found:
        assert "SUCCESS" == found.create(sample()).code
        clients = [socket.create_connection(("127.0.0.1", found.port)) for _ in range(2)]
        body = json.dumps(sample(f"timeout--{os.getpid()}")).encode()
        clients[0].sendall(f"POST {PATH} HTTP/1.1\r\nhost: x\r\ncontent-length: {len(body)}\r\n\r\n".encode() + body)
        eventually(lambda: len(found.request("GET", "/__admin/calls").body["calls"]) == 2 or None)
        assert 0 == found.stop()
        for client in clients:
            client.close()
    start = json.loads(found.banner)
    assert ("info", f"http://127.0.0.1:{found.port}", "") == (start["level"], start["url"], found.log)
    assert [] == list((tmp_path / "gateways").iterdir())
