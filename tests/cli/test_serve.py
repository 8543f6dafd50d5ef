"""``serve``, ``ready`` and ``env``."""

from __future__ import annotations

import base64
import http.client
import json
import os
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_der_private_key,
    load_der_public_key,
)

from mock_alipay.config.config import TEST_CLIENT_ID
from mock_alipay.signing import content, fits, keys, parse, raw_signature
from tests.cli.process import COMMAND, FREE, PATIENCE, Running, environment, eventually, run, serving
from tests.live import PATH, SANDBOX_PATH, Answer, sample

SCENARIO = "description: A scenario of ours.\ncreatePaymentSession:\n  result: {code}\n"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home of this module's own, so that nobody's certificate authority is touched."""
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="module")
def running(home: Path) -> Iterator[Running]:
    """A gateway with HTTP and HTTPS on free ports."""
    with serving(home, "--port", "0", "--tls-port", "0", "--seed", "7") as found:
        yield found


def scenarios(folder: Path, name: str, code: str) -> Path:
    """A folder with one scenario in it."""
    folder.mkdir(exist_ok=True)
    # Put in place whole: a watcher must not find it half written.
    draft = folder / f"{name}.draft"
    draft.write_text(SCENARIO.format(code=code))
    draft.replace(folder / f"{name}.yaml")
    return folder


def public_pem(key: RSAPrivateKey) -> str:
    """A public key as most tools write it."""
    return key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


def private_pem(key: RSAPrivateKey) -> str:
    """A private key as most tools write it."""
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def verifies(answer: Answer, key: RSAPublicKey) -> bool:
    """Whether the reply is signed with ``key``."""
    headers = answer.headers
    text = content("POST", SANDBOX_PATH, headers["client-id"], headers["response-time"], answer.raw)
    return fits(key, raw_signature(parse(headers["signature"]).value), text)


# --- serve: start -----------------------------------------------------------------------------------------------------


def test_banner(running: Running, home: Path) -> None:
    """The banner names the URLs, what HTTPS clients trust, client id, keys, scenarios, seed and journal."""
    banner = running.banner
    for words in (
        f"http://127.0.0.1:{running.port}",
        f"https://127.0.0.1:{running.tls_port}",
        str(home / "tls" / "ca.pem"),
        TEST_CLIENT_ID,
        "mock-alipay env",
        "(shipped)",
        "seed 7",
        f"http://127.0.0.1:{running.port}/__admin/calls",
    ):
        assert words in banner
    assert len(banner.splitlines()) <= 8


def test_port_0_is_a_free_one(running: Running) -> None:
    """The port in the banner is the one that answers."""
    assert running.request("GET", "/__admin/health").body["status"] == "ok"


def test_https_with_the_named_authority(running: Running, home: Path) -> None:
    """A client that trusts the authority's file reaches HTTPS under localhost."""
    trust = ssl.create_default_context(cafile=str(home / "tls" / "ca.pem"))
    connection = http.client.HTTPSConnection("localhost", running.tls_port, context=trust, timeout=60)
    try:
        connection.request("GET", "/__admin/health")
        assert connection.getresponse().status == 200
    finally:
        connection.close()


def test_banner_without_tls_and_with_more(tmp_path: Path) -> None:
    """The banner says that HTTPS is off, which folders were read, the default scenario, and whose keys are known."""
    folder = scenarios(tmp_path / "ours", "our-scenario", "RISK_REJECT")
    key = tmp_path / "shop.pem"
    key.write_text(public_pem(keys.shipped_forger_key()))
    flags = ("--scenarios", str(folder), "--scenario", "our-scenario", "--merchant", f"SHOP={key}")
    with serving(tmp_path, *FREE, *flags) as found:
        for words in ("https      off", str(folder), "our-scenario", f"{TEST_CLIENT_ID}, SHOP"):
            assert words in found.banner
        assert not (tmp_path / "tls").exists()
        assert found.create(sample()).code == "RISK_REJECT"


# --- serve: end -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_signal_stops_it_cleanly(tmp_path: Path, number: int) -> None:
    """SIGTERM and Ctrl-C end it though a client is there, with exit code 0 and nothing to complain about."""
    with serving(tmp_path, *FREE) as found:
        idle = socket.create_connection(("127.0.0.1", found.port))
        code = found.stop(number)
        idle.close()
    assert (0, "") == (code, found.log)


def test_stop_with_calls_under_way(tmp_path: Path) -> None:
    """Calls that wait for a scripted delay or hang do not hold the end up, and leave no traceback."""
    folder = tmp_path / "scenarios"
    folder.mkdir()
    (folder / "late.yaml").write_text("description: A test.\ncreatePaymentSession: {result: SUCCESS, delay: 5m}\n")
    with serving(tmp_path, *FREE, "--signatures", "off", "--scenarios", str(folder)) as found:
        clients = []
        for name in ("timeout", "late"):
            body = json.dumps(sample(f"{name}--{os.getpid()}")).encode()
            client = socket.create_connection(("127.0.0.1", found.port))
            head = f"POST {PATH} HTTP/1.1\r\nhost: localhost\r\ncontent-length: {len(body)}\r\n\r\n"
            client.sendall(head.encode() + body)
            clients.append(client)
        eventually(lambda: len(found.request("GET", "/__admin/calls").body["calls"]) == 2 or None)
        code = found.stop()
        for client in clients:
            client.close()
    assert code == 0
    assert "Traceback" not in found.log


# --- serve: what keeps it from starting -------------------------------------------------------------------------------


def test_taken_port(running: Running, home: Path) -> None:
    """A taken port ends the start with exit code 1 and one line that names flag, port and what to do."""
    result = run(home, "--port", str(running.port), "--tls-port", "none")
    assert (1, "") == (result.returncode, result.stdout)
    (line,) = result.stderr.splitlines()
    assert line.startswith(f"mock-alipay: --port {running.port}: another program listens there already")


def test_a_wrong_flag_is_told_before_a_taken_port(running: Running, home: Path) -> None:
    """The port may be free the next time; the flag would still be wrong."""
    result = run(home, "--port", str(running.port), "--tls-port", "none", "--scenario", "sucess")
    (line,) = result.stderr.splitlines()
    assert (2, True) == (result.returncode, "did you mean success?" in line)


FAILS = """
async def failing(scope, receive, send):
    await receive()
    await send({"type": "lifespan.startup.failed", "message": "RuntimeError: no scheduler"})

app.routes = lambda components: failing
"""
RAISES = """
def run(self):
    raise RuntimeError("no scheduler")

Scheduler.run = run
"""
BEGINNING = """
import sys
from mock_alipay import __main__
from mock_alipay.gateway.scheduler import Scheduler
from mock_alipay.web import app
"""


def run_without_a_start(home: Path, how: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """The command in a process in which the gateway's background work does not start."""
    script = f"{BEGINNING}{how}\n__main__.main()"
    return subprocess.run(
        [sys.executable, "-c", script, *arguments],
        env=environment(home),
        capture_output=True,
        encoding="utf-8",
        timeout=PATIENCE,
        check=False,
    )


@pytest.mark.parametrize("how", [FAILS, RAISES], ids=["failed", "raised"])
def test_background_work_that_does_not_start(home: Path, how: str) -> None:
    """The start ends with exit code 1 and one line that says why; nothing says that it is ready."""
    result = run_without_a_start(home, how, "--port", "0", "--tls-port", "0")
    assert (1, "") == (result.returncode, result.stdout)
    assert ["mock-alipay: the gateway cannot start: RuntimeError: no scheduler"] == result.stderr.splitlines()


def test_background_work_that_does_not_start_in_json(home: Path) -> None:
    """With ``--log-format json`` the line is a JSON object."""
    result = run_without_a_start(home, RAISES, *FREE, "--log-format", "json")
    assert (1, "") == (result.returncode, result.stdout)
    assert "the gateway cannot start: RuntimeError: no scheduler" == json.loads(result.stderr)["message"]


def test_bad_scenario_files_by_variable(tmp_path: Path) -> None:
    """Every bad file of every folder gets a line, folders named by the environment too."""
    one, two = scenarios(tmp_path / "one", "a", "NO"), scenarios(tmp_path / "two", "b", "NEITHER")
    env = {"MOCK_ALIPAY_SCENARIOS": os.pathsep.join([str(one), str(two), str(tmp_path / "none")])}
    result = run(tmp_path, *FREE, env=env)
    lines = result.stderr.splitlines()
    assert (1, 3) == (result.returncode, len(lines))
    assert f"{one / 'a.yaml'}:3: createPaymentSession.result: " in lines[0]
    assert f"{two / 'b.yaml'}:3:" in lines[1]
    assert f"mock-alipay: --scenarios {tmp_path / 'none'}: no such folder" == lines[2]


@pytest.mark.parametrize(
    ("flags", "code", "words"),
    [
        (["--scenario", "sucess"], 2, ["--scenario", "no scenario 'sucess'", "did you mean success?"]),
        (["--merchant", "SHOP=nowhere.pem"], 1, ["--merchant SHOP=nowhere.pem: cannot be read"]),
        (["--merchant", "SHOP=/dev/null"], 1, ["--merchant SHOP=/dev/null: expected an RSA public key"]),
        (["--gateway-key", "nowhere.pem"], 1, ["--gateway-key nowhere.pem: cannot be read"]),
        (["--admin-open", "--admin-token", "12345678"], 2, ["--admin-open and --admin-token exclude each other"]),
        (["--port", "4000", "--tls-port", "4000"], 2, ["--port and --tls-port are both 4000"]),
        (["--host", "nowhere.invalid"], 1, ["--host nowhere.invalid: no such address"]),
        (["--host", "192.0.2.1"], 1, ["--host 192.0.2.1: this machine has no address 192.0.2.1"]),
    ],
)
def test_cannot_start(home: Path, flags: list[str], code: int, words: list[str]) -> None:
    """What cannot be used is told in one line; exit code 2 when no machine could use it, else 1."""
    result = run(home, *FREE, *flags)
    (line,) = result.stderr.splitlines()
    assert (code, "") == (result.returncode, result.stdout)
    for word in words:
        assert word in line


def test_damaged_certificate(running: Running, home: Path, tmp_path: Path) -> None:
    """A damaged certificate is issued again, by the same authority."""
    shutil.copytree(home / "tls", tmp_path / "tls")
    (tmp_path / "tls" / "server.pem").write_text("nothing of use")
    with serving(tmp_path, "--port", "0", "--tls-port", "0") as found:
        trust = ssl.create_default_context(cafile=str(home / "tls" / "ca.pem"))
        connection = http.client.HTTPSConnection("localhost", found.tls_port, context=trust, timeout=60)
        connection.request("GET", "/__admin/health")
        assert connection.getresponse().status == 200
        connection.close()


def test_damaged_authority(running: Running, home: Path, tmp_path: Path) -> None:
    """A damaged authority is named, with the way out: clients would have to trust a new one."""
    shutil.copytree(home / "tls", tmp_path / "tls")
    (tmp_path / "tls" / "authority.pem").write_text("nothing of use")
    (tmp_path / "tls" / "server.json").unlink()
    result = run(tmp_path, "--port", "0", "--tls-port", "0")
    (line,) = result.stderr.splitlines()
    assert (1, True) == (result.returncode, f"{tmp_path / 'tls' / 'authority.pem'}: it is damaged; delete it" in line)


def test_home_that_cannot_be_written(tmp_path: Path) -> None:
    """When the certificate cannot be kept anywhere, the way out is told."""
    (tmp_path / "file").write_text("")
    result = run(tmp_path / "file", "--port", "0", "--tls-port", "0")
    (line,) = result.stderr.splitlines()
    assert (1, True, True) == (result.returncode, "MOCK_ALIPAY_HOME" in line, "--tls-port none" in line)


# --- serve: what the flags do -----------------------------------------------------------------------------------------


def test_same_seed_same_ids(running: Running, tmp_path: Path) -> None:
    """Two processes with one seed give a payment the same session id; with another seed it is another."""
    body = sample("the-same-everywhere")
    with serving(tmp_path, *FREE, "--seed", "7") as same, serving(tmp_path, *FREE, "--seed", "8") as other:
        first, second, third = (gateway.create(body).body["paymentSessionId"] for gateway in (running, same, other))
    assert (True, False) == (first == second, first == third)


def test_random_seed_is_printed(tmp_path: Path) -> None:
    """Without a seed one is drawn and printed, and giving it back repeats the ids."""
    body = sample("drawn")
    with serving(tmp_path, *FREE) as drawn:
        seed = drawn.banner.partition("; seed ")[2].split()[0]
        expected = drawn.create(body).body["paymentSessionId"]
    with serving(tmp_path, *FREE, "--seed", seed) as again:
        assert expected == again.create(body).body["paymentSessionId"]


def test_json_log(tmp_path: Path) -> None:
    """With ``--log-format json`` all that is printed is JSON: the start, and of each call code, scenario and why."""
    with serving(tmp_path, *FREE, "--log-format", "json") as running:
        good = running.create(sample("logged"))
        bad = running.create(sample(productCode="X"))
        assert 0 == running.stop()
        start = json.loads(running.banner)
        passed, refused = map(json.loads, running.log.splitlines())
    assert (f"http://127.0.0.1:{running.port}", "info") == (start["url"], start["level"])
    assert [good.headers["mock-call-id"], bad.headers["mock-call-id"]] == [passed["call"], refused["call"]]
    assert ("SUCCESS", "S", "success", "logged") == (
        passed["resultCode"],
        passed["resultStatus"],
        passed["scenario"],
        passed["paymentRequestId"],
    )
    assert ("PARAM_ILLEGAL", "F", 200) == (refused["resultCode"], refused["resultStatus"], refused["httpStatus"])
    assert ("why" in passed, "productCode" in str(refused["why"])) == (False, True)
    assert isinstance(passed["ms"], float)


def test_a_name_that_no_certificate_can_hold(tmp_path: Path) -> None:
    """It is told at the start; the admin API may be called under it all the same."""
    with serving(tmp_path, "--port", "0", "--tls-port", "0", "--admin-host", "my_gateway") as found:
        warning = eventually(lambda: found.log or None)
        assert 200 == found.request("GET", "/__admin/calls", headers={"Host": "my_gateway"}).status
    assert warning.startswith("warning: --admin-host my_gateway: no certificate can name it")


def test_ready_at_the_port_for_https(running: Running, home: Path) -> None:
    """Whoever asks the wrong of the two ports reads so."""
    result = run(home, "ready", "--port", str(running.tls_port))
    assert (1, True) == (result.returncode, "is this its port for HTTPS?" in result.stderr)


def test_json_from_the_first_line(tmp_path: Path) -> None:
    """What is wrong at the start is JSON too, as far as flags could be read; the exit code is the same."""
    strange = {"MOCK_ALIPAY_SCENARIOZ": "1"}
    for flags, code, words in (
        (("--scenario", "nope"), 2, "there is no scenario 'nope'"),
        (("--scenarios", str(tmp_path / "none")), 1, "no such folder"),
    ):
        result = run(tmp_path, *FREE, *flags, "--log-format", "json", env=strange)
        warning, error = map(json.loads, result.stderr.splitlines())
        assert (code, "", "warning", "error") == (result.returncode, result.stdout, warning["level"], error["level"])
        assert ("no such variable" in warning["message"], words in error["message"]) == (True, True)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
def test_a_start_that_nobody_reads(tmp_path: Path) -> None:
    """A gateway whose first lines cannot be printed serves, says so in its log and stops as usual."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with Path("/dev/full").open("w") as full, (tmp_path / "log").open("w") as log:
        command = [*COMMAND, "--port", str(port), "--tls-port", "none"]
        process = subprocess.Popen(command, env=environment(tmp_path), stdout=full, stderr=log)
    try:
        assert 0 == run(tmp_path, "ready", "--wait", "60", "--port", str(port)).returncode
        process.terminate()
        assert 0 == process.wait(60)
    finally:
        process.kill()
    (line,) = (tmp_path / "log").read_text().splitlines()
    assert line.startswith("warning: the lines at the start could not be printed: ")


def test_quiet(tmp_path: Path) -> None:
    """With ``--quiet`` no call and no notification has a line; the start is told, and warnings are."""
    with serving(
        tmp_path, *FREE, "--quiet", "--watch", "--scenarios", str(scenarios(tmp_path / "ours", "a", "SUCCESS"))
    ) as found:
        found.create(sample(paymentNotifyUrl="http://127.0.0.1:9/"), extra={"mock-scenario": "pays-at-once"})
        (tmp_path / "ours" / "b.yaml").write_text("description: [")
        eventually(lambda: found.log or None)
        assert 0 == found.stop()
        assert ("http://" in found.banner, 1) == (True, len(found.log.splitlines()))
    assert "b.yaml" in found.log


def test_text_log(tmp_path: Path) -> None:
    """By default each call is one line of text; a stop loses none."""
    with serving(tmp_path, *FREE) as found:
        found.create(sample())
        found.create(sample(productCode="X"))
        found.stop()
    good, bad = found.log.splitlines()
    assert ("createPaymentSession  S SUCCESS  [success]" in good, "productCode" in bad) == (True, True)


def test_strict_types_and_body_limit(tmp_path: Path) -> None:
    """``--types strict`` refuses native Booleans; ``--max-body`` lets a body of just that size through, no larger."""
    body = sample("strict", paymentFactor={"isAuthorization": True})
    limit = len(json.dumps(body))
    with serving(tmp_path, *FREE, "--types", "strict", "--max-body", str(limit)) as found:
        refused = found.create(body)
        larger = found.create({**body, "paymentRequestId": "strict+"})
    assert ("PARAM_ILLEGAL", True) == (refused.code, "paymentFactor.isAuthorization" in refused.message)
    assert (413, True) == (larger.status, str(limit) in larger.body["detail"])


def test_documented_types(running: Running) -> None:
    """By default a documented Boolean may be native."""
    assert running.create(sample(paymentFactor={"isAuthorization": True})).code == "SUCCESS"


def test_merchant_and_gateway_keys(tmp_path: Path) -> None:
    """Merchants' keys verify their calls, in PEM or bare base64; the configured gateway key signs the replies."""
    shop, own = keys.shipped_forger_key(), keys.shipped_merchant_key()
    (tmp_path / "shop.pem").write_text(public_pem(shop))
    (tmp_path / "bare.txt").write_text(keys.bare_public_key(shop.public_key()) + "\n")
    (tmp_path / "gateway.txt").write_text(keys.bare_private_key(own))
    flags = ["--merchant", f"PEM={tmp_path / 'shop.pem'}", "--merchant", f"BARE={tmp_path / 'bare.txt'}"]
    with serving(tmp_path, *FREE, *flags, "--gateway-key", str(tmp_path / "gateway.txt")) as found:
        for client_id in ("PEM", "BARE"):
            answer = found.create(sample(), client_id=client_id, key=shop)
            assert ("SUCCESS", True) == (answer.code, verifies(answer, own.public_key()))
            assert found.create(sample(), client_id=client_id, key=own).code == "INVALID_SIGNATURE"
        expected = keys.bare_public_key(own.public_key())
        assert expected == found.request("GET", "/__admin/env").body["gatewayPublicKey"]


def test_signatures_required_by_variable(tmp_path: Path) -> None:
    """``MOCK_ALIPAY_SIGNATURES=required`` turns away client ids that have no key."""
    with serving(tmp_path, *FREE, env={"MOCK_ALIPAY_SIGNATURES": "required"}) as found:
        codes = [found.create(sample(), client_id=name).code for name in (TEST_CLIENT_ID, "NOBODY")]
    assert codes == ["SUCCESS", "INVALID_CLIENT"]


def test_watch(tmp_path: Path) -> None:
    """``--watch`` takes over changed files; a bad one keeps the old scenarios and the log says why."""
    folder = scenarios(tmp_path / "ours", "ours", "SUCCESS")
    with serving(tmp_path, *FREE, "--watch", "--scenarios", str(folder)) as found:
        header = {"mock-scenario": "ours"}
        assert found.create(sample(), extra=header).code == "SUCCESS"

        def changed() -> bool | None:
            # Written again and again: the watcher may not have been ready for the first time.
            scenarios(folder, "ours", "RISK_REJECT")
            return found.create(sample(), extra=header).code == "RISK_REJECT" or None

        def complained() -> bool | None:
            scenarios(folder, "ours", "NONSENSE")
            return f"the scenarios stay as they were: {folder / 'ours.yaml'}:3:" in found.log or None

        eventually(changed)
        eventually(complained)
        assert found.create(sample(), extra=header).code == "RISK_REJECT"


# --- serve: who may use the admin API ---------------------------------------------------------------------------------


def test_token_that_was_made_up(home: Path) -> None:
    """On all addresses a token is made up and printed once, in the banner alone; admin calls must carry it."""
    with serving(home, *FREE, "--host", "0.0.0.0") as found:
        assert found.process.stdout is not None
        line = found.process.stdout.readline()
        token = line.split()[1]
        statuses = [
            found.request("GET", "/__admin/calls", headers=headers).status
            for headers in ({}, {"authorization": f"Bearer {token}"}, {"authorization": "Bearer another-token"})
        ]
        assert (True, [401, 200, 401]) == (line.startswith("  token  "), statuses)
        assert 0 == found.stop()
        assert (False, "") == (token in found.log, found.process.stdout.read())


def test_token_is_made_up_anew(home: Path) -> None:
    """Each start makes up another."""
    tokens = set()
    for _ in range(2):
        with serving(home, *FREE, "--host", "0.0.0.0") as found:
            assert found.process.stdout is not None
            tokens.add(found.process.stdout.readline().split()[1])
    assert 2 == len(tokens)


@pytest.mark.parametrize(
    ("flags", "env", "status"),
    [
        (["--host", "0.0.0.0", "--admin-open"], {}, 200),
        (["--host", "0.0.0.0"], {"MOCK_ALIPAY_ADMIN_OPEN": "1"}, 200),
        (["--host", "0.0.0.0", "--admin-token", "a-token-of-ours"], {}, 401),
        (["--host", "0.0.0.0"], {"MOCK_ALIPAY_ADMIN_TOKEN": "a-token-of-ours"}, 401),
        (["--admin-token", "a-token-of-ours"], {}, 401),
        (["--admin-open"], {}, 200),
        ([], {}, 200),
    ],
)
def test_no_token_is_made_up(home: Path, flags: list[str], env: dict[str, str], status: int) -> None:
    """No token is printed when one is given, when the API may be open, or when nobody else can reach it."""
    with serving(home, *FREE, *flags, env=env) as found:
        assert found.process.stdout is not None
        statuses = [found.request("GET", path).status for path in ("/__admin/health", "/__admin/calls")]
        assert [200, status] == statuses
        assert 0 == found.stop()
        text = found.banner + found.process.stdout.read() + found.log
    assert (False, False) == ("token" in text, "a-token-of-ours" in text)


@pytest.mark.parametrize("how", ["flag", "variable"])
def test_admin_hosts(home: Path, how: str) -> None:
    """The admin API may be called under the names that are told, and under no others."""
    flags = ["--admin-host", "gateway", "--admin-host", "mock.example"] if how == "flag" else []
    env = {} if flags else {"MOCK_ALIPAY_ADMIN_HOSTS": os.pathsep.join(["gateway", "mock.example"])}
    with serving(home, *FREE, *flags, env=env) as found:
        statuses = [
            found.request("GET", "/__admin/calls", headers={"host": f"{name}:{found.port}"}).status
            for name in ("gateway", "mock.example", "localhost", "elsewhere.example")
        ]
    assert [200, 200, 200, 403] == statuses


def test_variables_of_others(home: Path) -> None:
    """Variables for tests and for the certificate's folder are no strange ones; a misspelt one is told."""
    env = {"MOCK_ALIPAY_URL": "http://127.0.0.1:2088", "MOCK_ALIPAY_ADMIN_HOST": "gateway"}
    with serving(home, *FREE, env=env) as found:
        assert "MOCK_ALIPAY_ADMIN_HOST: no such variable, did you mean MOCK_ALIPAY_ADMIN_HOSTS?" in found.log
        assert (1, False) == (len(found.log.splitlines()), "MOCK_ALIPAY_URL" in found.log)


# --- ready ------------------------------------------------------------------------------------------------------------


def test_ready(running: Running, home: Path) -> None:
    """It exits 0 when the gateway answers, its port given by flag or variable."""
    port = str(running.port)
    results = [run(home, "ready", "--port", port), run(home, "ready", env={"MOCK_ALIPAY_PORT": port})]
    expected = (0, f"ready at http://127.0.0.1:{port}\n", "")
    assert [expected, expected] == [(result.returncode, result.stdout, result.stderr) for result in results]


def test_not_ready(home: Path) -> None:
    """It exits 1 with one line when nothing listens."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        result = run(home, "ready", "--port", str(bound.getsockname()[1]))
    assert (1, "", 1) == (result.returncode, result.stdout, len(result.stderr.splitlines()))
    assert "not ready at http://127.0.0.1:" in result.stderr


def test_ready_is_not_fooled(home: Path) -> None:
    """Something else that listens there is no gateway."""
    with socket.create_server(("127.0.0.1", 0)) as other:

        def answer() -> None:
            client, _ = other.accept()
            client.recv(4096)
            client.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\n[]")
            client.close()

        threading.Thread(target=answer, daemon=True).start()
        result = run(home, "ready", "--port", str(other.getsockname()[1]))
    assert (1, True) == (result.returncode, "not mock-alipay's answer" in result.stderr)


def test_ready_waits(home: Path) -> None:
    """With ``--wait`` it waits for a gateway that starts later."""
    with socket.socket() as bound:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind(("127.0.0.1", 0))
        port = str(bound.getsockname()[1])
        waiting = subprocess.Popen(
            [*COMMAND, "ready", "--wait", "20", "--port", port], env=environment(home), stdout=subprocess.PIPE
        )
        # It is still waiting after a while; that it has begun cannot be seen from outside.
        with pytest.raises(subprocess.TimeoutExpired):
            waiting.wait(0.4)
    with serving(home, "--port", port, "--tls-port", "none"):
        output, _ = waiting.communicate(timeout=60)
    assert (0, f"ready at http://127.0.0.1:{port}\n") == (waiting.returncode, output.decode())


def test_ready_gives_up(home: Path) -> None:
    """It gives up once the time is over, not before."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        began = time.monotonic()
        result = run(home, "ready", "--wait", "0.5", "--port", str(bound.getsockname()[1]))
        took = time.monotonic() - began
    assert result.returncode == 1
    assert 0.5 <= took


def test_ready_waits_for_a_port_that_is_not_chosen_yet(home: Path) -> None:
    """With port 0 it waits for the gateway's state file."""
    zero = {"MOCK_ALIPAY_PORT": "0", "MOCK_ALIPAY_TLS_PORT": "none"}
    own = home / "own"
    result = run(own, "ready", "--wait", "0.1", env=zero)
    assert (2, True) == (result.returncode, "which port the server chose is not known here" in result.stderr)
    waiting = subprocess.Popen(
        [*COMMAND, "ready", "--wait", "60"], env=environment(own, **zero), stdout=subprocess.PIPE, text=True
    )
    with serving(own, env=zero) as found:
        output, _ = waiting.communicate(timeout=PATIENCE)
        assert (0, f"ready at http://127.0.0.1:{found.port}\n") == (waiting.returncode, output)


# --- the state file ---------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, Running]]:
    """A gateway of which nothing is as usual, and its home."""
    home = tmp_path_factory.mktemp("guarded")
    (home / "key.pem").write_text(private_pem(keys.shipped_forger_key()))
    ours = scenarios(home / "ours", "ours", "SUCCESS")
    flags = ("--host", "0.0.0.0", "--gateway-key", str(home / "key.pem"), "--scenarios", str(ours))
    with serving(home, "--port", "0", "--tls-port", "0", *flags) as found:
        yield home, found


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("ready",), "ready at http://127.0.0.1:{found.port}\n"),
        (("ready", "--url", "https://localhost:{found.tls_port}"), "ready at https://localhost:{found.tls_port}\n"),
        (("call", "createPaymentSession"), "reply signature: valid\n"),
        (("reset",), "reset all client ids\n"),
        (("scenarios",), "ours  "),
        (("env",), "export ALIPAY_GATEWAY_TLS_URL=https://127.0.0.1:{found.tls_port}\n"),
    ],
)
def test_commands_find_it(guarded: tuple[Path, Running], arguments: tuple[str, ...], words: str) -> None:
    """Commands need none of its flags: not its ports, its certificate, its key, its scenarios or its token."""
    home, found = guarded
    result = run(home, *(argument.format(found=found) for argument in arguments))
    assert (0, "", True) == (result.returncode, result.stderr, words.format(found=found) in result.stdout)


def test_env_is_what_the_admin_api_says(guarded: tuple[Path, Running]) -> None:
    """The admin API says the same as JSON."""
    home, running = guarded
    found = evaluated(home)
    names = {
        "clientId": "ALIPAY_CLIENT_ID",
        "merchantPrivateKey": "ALIPAY_MERCHANT_PRIVATE_KEY",
        "gatewayPublicKey": "ALIPAY_PUBLIC_KEY",
        "url": "ALIPAY_GATEWAY_URL",
        "tlsUrl": "ALIPAY_GATEWAY_TLS_URL",
        "caCertificate": "SSL_CERT_FILE",
    }
    token = {"authorization": f"Bearer {state(home)['adminToken']}"}
    told = running.request("GET", "/__admin/env", headers=token).body
    assert {name: found[variable] for name, variable in names.items()} == told


def state(home: Path) -> dict[str, Any]:
    """What the one state file says."""
    (file,) = (home / "gateways").iterdir()
    found: dict[str, Any] = json.loads(file.read_text())
    return found


def test_it_goes_with_its_gateway(tmp_path: Path) -> None:
    """A gateway that stops takes it away; one that is killed misleads no command, and the next start says so."""
    with serving(tmp_path, *FREE) as found:
        assert found.port == state(tmp_path)["port"]
        found.stop()
        assert [] == list((tmp_path / "gateways").iterdir())
    with serving(tmp_path, *FREE) as found:
        found.stop(signal.SIGKILL)
        assert found.port == state(tmp_path)["port"]
        result = run(tmp_path, "env", "--tls-port", "none")
        assert (0, False) == (result.returncode, str(found.port) in result.stdout)
    with serving(tmp_path, *FREE) as after:
        assert 1 == after.log.count(f"at http://127.0.0.1:{found.port} did not shut down cleanly: its state is lost")


def test_a_home_that_takes_no_state_file(tmp_path: Path) -> None:
    """The gateway serves all the same, and a warning says what that means."""
    (tmp_path / "file").write_text("")
    with serving(tmp_path, *FREE, env={"MOCK_ALIPAY_HOME": str(tmp_path / "file")}) as found:
        assert 200 == found.request("GET", "/__admin/health").status
        assert found.log.startswith("warning: other commands need the flags of this gateway: ")


# --- env --------------------------------------------------------------------------------------------------------------


def evaluated(home: Path, *flags: str) -> dict[str, str]:
    """The variables in a shell that has evaluated the output of ``env``."""
    show = "import json, os; print(json.dumps(dict(os.environ)))"
    result = subprocess.run(
        ["sh", "-c", 'eval "$("$@")" && exec "$PYTHON" -c "$SHOW"', "sh", *COMMAND, "env", *flags],
        env=environment(home, PYTHON=sys.executable, SHOW=show),
        capture_output=True,
        timeout=60,
        check=True,
    )
    found: dict[str, str] = json.loads(result.stdout)
    return found


def test_env_in_a_shell(running: Running, home: Path) -> None:
    """Evaluated by a shell it sets all that a client needs; keys are one line of bare base64 that loads."""
    found = evaluated(home, "--port", str(running.port), "--tls-port", str(running.tls_port))
    assert (TEST_CLIENT_ID, f"http://127.0.0.1:{running.port}", str(home / "tls" / "ca.pem")) == (
        found["ALIPAY_CLIENT_ID"],
        found["ALIPAY_GATEWAY_URL"],
        found["SSL_CERT_FILE"],
    )
    private = load_der_private_key(base64.b64decode(found["ALIPAY_MERCHANT_PRIVATE_KEY"], validate=True), None)
    public = load_der_public_key(base64.b64decode(found["ALIPAY_PUBLIC_KEY"], validate=True))
    assert isinstance(private, RSAPrivateKey)
    assert isinstance(public, RSAPublicKey)
    assert b"BEGIN CERTIFICATE" in Path(found["SSL_CERT_FILE"]).read_bytes()
    answer = running.create(sample(), key=private)
    assert ("SUCCESS", True) == (answer.code, verifies(answer, public))


def test_env_help(home: Path) -> None:
    """Its flags are told to be those of the gateway, not of one that is about to listen."""
    text = " ".join(run(home, "env", "--help").stdout.split())
    for flag in ("--host", "--port", "--tls-port"):
        assert f"The {flag} that the gateway was started with" in text
    assert ("listen" in text, "picks" in text) == (False, False)


def test_env_without_tls(home: Path) -> None:
    """Without HTTPS there is nothing to trust, and nothing is said of it."""
    result = run(home, "env", "--tls-port", "none")
    assert (0, False) == (result.returncode, "SSL_CERT_FILE" in result.stdout)


@pytest.mark.parametrize(
    ("host", "url"),
    [("0.0.0.0", "http://127.0.0.1:2088"), ("::", "http://[::1]:2088"), ("::1", "http://[::1]:2088")],
)
def test_env_names_a_host_that_can_be_reached(home: Path, host: str, url: str) -> None:
    """An address that stands for all is told as one that clients can use; IPv6 stands in brackets."""
    result = run(home, "env", "--host", host, "--tls-port", "none")
    assert f"ALIPAY_GATEWAY_URL='{url}'" in result.stdout or f"ALIPAY_GATEWAY_URL={url}\n" in result.stdout


def test_env_with_another_gateway_key(tmp_path: Path) -> None:
    """The public key is that of the configured gateway key."""
    key = keys.shipped_forger_key()
    (tmp_path / "key.pem").write_text(private_pem(key))
    result = run(tmp_path, "env", "--tls-port", "none", "--gateway-key", str(tmp_path / "key.pem"))
    assert f"ALIPAY_PUBLIC_KEY={keys.bare_public_key(key.public_key())}\n" in result.stdout


def test_urls_can_be_parsed(running: Running) -> None:
    """The URLs of the admin API name the ports that answer."""
    told = running.request("GET", "/__admin/env").body
    assert (running.port, running.tls_port) == (urlsplit(told["url"]).port, urlsplit(told["tlsUrl"]).port)
