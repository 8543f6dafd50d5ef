"""``serve``: its start, its errors, and gateways in processes."""

from __future__ import annotations

import json
import os
import signal
import socket
import ssl
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from mock_alipay.config.config import TEST_CLIENT_ID, Config
from mock_alipay.signing import content, fits, keys, parse, raw_signature
from tests.cli.conftest import Command
from tests.cli.process import FREE, Running, environment, eventually, serving
from tests.live import PATH, SANDBOX_PATH, Answer, live, sample

SHOP, OWN = keys.shipped_forger_key(), keys.shipped_merchant_key()
LONGEST = sample("x" * 64)


def scenario_file(folder: Path, name: str, code: str) -> Path:
    """A folder with a scenario. The file appears whole: a watcher must not read half of it."""
    folder.mkdir(exist_ok=True)
    draft = folder / f"{name}.draft"
    draft.write_text(f"description: A scenario of ours.\ncreatePaymentSession:\n  result: {code}\n")
    draft.replace(folder / f"{name}.yaml")
    return folder


def is_signed_by(answer: Answer, key: RSAPublicKey) -> bool:
    """Whether the reply is signed with ``key``."""
    headers = answer.headers
    text = content("POST", SANDBOX_PATH, headers["client-id"], headers["response-time"], answer.raw)
    return fits(key, raw_signature(parse(headers["signature"]).value), text)


def state(home: Path) -> dict[str, Any]:
    """The content of the only state file."""
    (file,) = (home / "gateways").glob("*.json")
    content: dict[str, Any] = json.loads(file.read_text())
    return content


# --- start, in this process -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("words", [(), ("serve",)])
def test_serve_is_the_default_command(start: Command, command: Command, words: tuple[str, ...]) -> None:
    """``mock-alipay`` and ``mock-alipay serve`` are the same; the ports come from variables here."""
    ended = command(*words, env={"MOCK_ALIPAY_PORT": "0", "MOCK_ALIPAY_TLS_PORT": "none"})
    ended.expect(0, ("http://127.0.0.1:", "https      off", TEST_CLIENT_ID))


def test_a_random_seed_is_printed(start: Command) -> None:
    """Each start has another seed unless one is given."""
    seeds = [start(*flags).out.partition("; seed ")[2].split()[0] for flags in ((), (), ("--seed", "7"))]
    assert (3, "7") == (len(set(seeds)), seeds[2])


@pytest.mark.parametrize(
    ("flags", "variables", "generated"),
    [
        ("--host 0.0.0.0", {}, True),
        ("--host 0.0.0.0 --admin-open", {}, False),
        ("--host 0.0.0.0", {"MOCK_ALIPAY_ADMIN_OPEN": "1"}, False),
        ("--host 0.0.0.0", {"MOCK_ALIPAY_ADMIN_TOKEN": "a-token-of-ours"}, False),
        ("--admin-token a-token-of-ours", {}, False),
    ],
)
def test_a_generated_token_is_printed(start: Command, flags: str, variables: dict[str, str], generated: bool) -> None:
    """A token is generated, another at each start, only where other machines could reach the admin API."""
    first, second = (start(*flags.split(), env=variables) for _ in range(2))
    assert ("", generated, False) == (first.err, "\n  token " in first.out, "a-token-of-ours" in first.out)
    assert generated == (first.out.partition("\n  token")[2] != second.out.partition("\n  token")[2])


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
        ("--merchant SHOP=/dev/null", 1, ("--merchant SHOP=/dev/null: expected an RSA public key",)),
        ("--gateway-key nowhere.pem", 1, ("mock-alipay: --gateway-key nowhere.pem: cannot be read",)),
        ("--admin-open --admin-token 12345678", 2, ("--admin-open and --admin-token exclude each other",)),
        ("--host nowhere.invalid", 1, ("mock-alipay: --host nowhere.invalid: ",)),
        ("--host 192.0.2.1", 1, ("mock-alipay: --host 192.0.2.1: ",)),
        ("--port {taken}", 1, ("mock-alipay: --port {taken}: ",)),
        ("--port {taken} --scenario sucess", 2, ("did you mean success?",)),
        ("--log-format json --scenario no", 2, ('"level":"error"', "--scenario")),
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


def test_damaged_files(start: Command, tmp_path: Path) -> None:
    """A damaged certificate is replaced; a damaged authority is an error, clients would have to trust a new one."""
    home = {"MOCK_ALIPAY_HOME": str(tmp_path)}
    start("--tls-port", "0", env=home)
    (tmp_path / "tls" / "server.pem").write_text("damaged")
    assert 0 == start("--tls-port", "0", env=home).code
    (tmp_path / "tls" / "authority.pem").write_text("damaged")
    (tmp_path / "tls" / "server.json").unlink()
    start("--tls-port", "0", env=home).expect(1, err=f"{tmp_path / 'tls' / 'authority.pem'}: ")


def test_a_home_that_cannot_be_written(start: Command, tmp_path: Path) -> None:
    """Without a folder for the certificate the start fails and names two ways out; without HTTPS it is a warning."""
    (tmp_path / "file").write_text("")
    home = {"MOCK_ALIPAY_HOME": str(tmp_path / "file")}
    start("--tls-port", "0", env=home).expect(1, err=("MOCK_ALIPAY_HOME", "--tls-port none"))
    start(env=home).expect(0, "http://", "so other commands need the flags of this gateway")


def test_background_work_that_does_not_start(tmp_path: Path) -> None:
    """The start ends with exit code 1 and one line; no banner says that the gateway is ready."""
    script = (
        "from mock_alipay import __main__\nfrom mock_alipay.gateway.scheduler import Scheduler\n"
        "def run(self): raise RuntimeError('no scheduler')\nScheduler.run = run\n__main__.main()"
    )
    command = [sys.executable, "-c", script, *FREE, "--log-format", "json"]
    result = subprocess.run(command, env=environment(tmp_path), capture_output=True, timeout=60, check=False)
    assert (1, b"") == (result.returncode, result.stdout)
    assert "the gateway cannot start: RuntimeError: no scheduler" == json.loads(result.stderr)["message"]


# --- a gateway in a process -------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the gateway below."""
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="module")
def running(home: Path) -> Iterator[Running]:
    """A gateway with few default settings, by flags and variables."""
    (home / "shop.pem").write_bytes(SHOP.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    (home / "bare.txt").write_text(keys.bare_public_key(SHOP.public_key()) + "\n")
    (home / "gateway.pem").write_bytes(OWN.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    ours = scenario_file(home / "ours", "ours", "RISK_REJECT")
    flags = ["--merchant", f"PEM={home / 'shop.pem'}", "--merchant", f"BARE={home / 'bare.txt'}", "--watch"]
    flags += ["--gateway-key", str(home / "gateway.pem"), "--scenarios", str(ours), "--seed", "7"]
    flags += ["--host", "0.0.0.0", "--max-body", str(len(json.dumps(LONGEST)))]
    variables = {"MOCK_ALIPAY_SIGNATURES": "required", "MOCK_ALIPAY_ADMIN_HOSTS": "gateway:mock.example"}
    with serving(home, "--port", "0", "--tls-port", "0", *flags, env=variables) as found:
        yield found


def test_banner(running: Running, home: Path) -> None:
    """The banner has both URLs, the authority, client ids, scenario folders and the seed, in a few lines."""
    texts = [f"http://127.0.0.1:{running.port}/__admin/calls", f"https://127.0.0.1:{running.tls_port}", "0.0.0.0"]
    texts += [str(home / "tls" / "ca.pem"), f"{TEST_CLIENT_ID}, PEM, BARE", str(home / "ours"), "seed 7"]
    assert [] == [text for text in texts if text not in running.banner]
    assert len(running.banner.splitlines()) <= 8


def test_https(running: Running, home: Path) -> None:
    """Clients that trust the authority reach HTTPS as localhost."""
    trust = ssl.create_default_context(cafile=str(home / "tls" / "ca.pem"))
    with urlopen(f"https://localhost:{running.tls_port}/__admin/health", context=trust, timeout=60) as response:
        assert 200 == response.status


@pytest.mark.parametrize("client_id", ["PEM", "BARE"])
def test_keys_and_signatures(running: Running, client_id: str) -> None:
    """Keys in PEM or bare base64 verify calls, unknown client ids are refused, the configured key signs replies."""
    answer = running.create(sample(), client_id=client_id, key=SHOP)
    assert ("SUCCESS", True) == (answer.code, is_signed_by(answer, OWN.public_key()))
    assert "INVALID_SIGNATURE" == running.create(sample(), client_id=client_id, key=OWN).code
    assert "INVALID_CLIENT" == running.create(sample(), client_id="UNKNOWN").code


def test_body_limit(running: Running) -> None:
    """``--max-body`` accepts a body of exactly that size and no larger one."""
    assert ["SUCCESS", 413] == [
        running.create(LONGEST).code,
        running.create({**LONGEST, "paymentRequestId": "x" * 65}).status,
    ]


def test_seed(running: Running) -> None:
    """Gateways with the same seed generate the same ids, in another process too."""
    body = sample("the-same-everywhere")
    session_id = running.create(body).body["paymentSessionId"]
    with live(Config(seed=7)) as same, live(Config(seed=8)) as other:
        ids = [gateway.create(body).body["paymentSessionId"] for gateway in (same, other)]
    assert (True, False) == (session_id == ids[0], session_id == ids[1])


def test_admin_hosts_and_token(running: Running, home: Path) -> None:
    """The admin API accepts the configured names and the generated token only; the log does not have the token."""
    token = state(home)["adminToken"]
    statuses = {
        (name, sent): running.request(
            "GET", "/__admin/calls", headers={"host": f"{name}:{running.port}", "authorization": f"Bearer {sent}"}
        ).status
        for name, sent in (("gateway", token), ("mock.example", token), ("elsewhere.example", token), ("gateway", "x"))
    }
    assert [200, 200, 403, 401] == list(statuses.values())
    assert token not in running.log + running.banner


def test_watch(running: Running, home: Path) -> None:
    """``--watch`` loads changed files; a bad file keeps the loaded scenarios, and the log says why."""
    header = {"mock-scenario": "ours"}
    assert "RISK_REJECT" == running.create(sample(), extra=header).code

    def changed() -> bool | None:
        # Written repeatedly: the watcher may not have been ready the first time.
        scenario_file(home / "ours", "ours", "PROCESS_FAIL")
        return running.create(sample(), extra=header).code == "PROCESS_FAIL" or None

    def reported() -> bool | None:
        scenario_file(home / "ours", "ours", "NONSENSE")
        return f"{home / 'ours' / 'ours.yaml'}:3:" in running.log or None

    eventually(changed)
    eventually(reported)
    assert "PROCESS_FAIL" == running.create(sample(), extra=header).code


def test_text_log(running: Running) -> None:
    """By default each call is a line of text."""
    running.create(sample())
    eventually(lambda: "createPaymentSession  S SUCCESS  [success]" in running.log or None)


# --- its end ----------------------------------------------------------------------------------------------------------


def test_sigterm_with_calls_in_progress(tmp_path: Path) -> None:
    """SIGTERM ends it cleanly although a client is idle and calls hang; JSON log lines and state file are complete."""
    with serving(tmp_path, *FREE, "--log-format", "json", "--signatures", "off", "--types", "strict") as found:
        start = json.loads(found.banner)
        found.create(sample("logged", paymentFactor={"isAuthorization": True}))
        clients = [socket.create_connection(("127.0.0.1", found.port)) for _ in range(2)]
        body = json.dumps(sample(f"timeout--{os.getpid()}")).encode()
        clients[0].sendall(f"POST {PATH} HTTP/1.1\r\nhost: x\r\ncontent-length: {len(body)}\r\n\r\n".encode() + body)
        eventually(lambda: len(found.request("GET", "/__admin/calls").body["calls"]) == 2 or None)
        assert found.port == state(tmp_path)["port"]
        assert 0 == found.stop()
        for client in clients:
            client.close()
    refused, *_ = map(json.loads, found.log.splitlines())
    assert ("info", f"http://127.0.0.1:{found.port}") == (start["level"], start["url"])
    assert ("PARAM_ILLEGAL", "F", 200, "logged", True) == (
        *(refused[key] for key in ("resultCode", "resultStatus", "httpStatus", "paymentRequestId")),
        "paymentFactor.isAuthorization" in str(refused["why"]),
    )
    assert [] == list((tmp_path / "gateways").iterdir())


def test_a_killed_gateway(tmp_path: Path) -> None:
    """The next start reports it; ``--quiet`` logs warnings but no calls, and Ctrl-C ends cleanly."""
    with serving(tmp_path, *FREE) as killed:
        killed.stop(signal.SIGKILL)
    with serving(tmp_path, *FREE, "--quiet") as found:
        assert "SUCCESS" == found.create(sample()).code
        assert 0 == found.stop(signal.SIGINT)
    (line,) = found.log.splitlines()
    assert f"at http://127.0.0.1:{killed.port} did not shut down cleanly" in line
