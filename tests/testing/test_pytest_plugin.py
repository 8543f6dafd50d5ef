"""The pytest plugin, in test runs as users start them: most in this process, some in one of their own."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator
from importlib.metadata import requires
from pathlib import Path

import pytest
from com.alipay.ams.api.net import default_http_rpc

from mock_alipay.client import Mock
from mock_alipay.config.config import Config
from mock_alipay.errors import Unreachable
from tests.live import SAMPLE_FILE, Live, live
from tests.suite import Suite

pytest_plugins = ["pytester"]

SHOP = f"""
import base64, http.client, json, pathlib, uuid
from cryptography.hazmat.primitives.serialization import load_der_private_key
from mock_alipay.signing import Signer, content

PATH, TIME = "/ams/sandbox/api/v1/payments/createPaymentSession", "2026-11-22T01:07:10+00:00"
SAMPLE = json.loads(pathlib.Path({str(SAMPLE_FILE)!r}).read_text())
del SAMPLE["paymentNotifyUrl"]

def pay(mock, payment_request_id=None, **changes):
    raw = json.dumps(SAMPLE | {{"paymentRequestId": payment_request_id or str(uuid.uuid4())}} | changes).encode()
    client_id, private_key, _ = mock.credentials.values()
    key = load_der_private_key(base64.b64decode(private_key), None, unsafe_skip_rsa_key_validation=True)  # fast
    signature = Signer(key).header(content("POST", PATH, client_id, TIME, raw)).decode()
    head = {{"content-type": "application/json", "client-id": client_id, "request-time": TIME, "signature": signature}}
    connection = http.client.HTTPConnection(mock.url.removeprefix("http://"), timeout=60)
    connection.request("POST", PATH, raw, head)
    reply = json.loads(connection.getresponse().read())
    connection.close()
    return reply["result"]["resultCode"]
"""
"""A merchant, in a file beside the tests."""

ISOLATED = """
import pytest
from datetime import timedelta
from shop import pay

@pytest.mark.parametrize("hours", range(4))
def test_alone(mock_alipay, hours):
    name, code = [("success", "SUCCESS"), ("risk-reject", "RISK_REJECT")][hours % 2]
    assert (0, [], timedelta(AHEAD)) == (mock_alipay.count(), mock_alipay.payments(), mock_alipay.clock.state.ahead)
    mock_alipay.scenario(name)
    mock_alipay.clock.advance(timedelta(hours=hours))
    assert [code] * 2 == [pay(mock_alipay, "the same everywhere") for _ in range(2)]
    assert [(name, "valid")] * 2 == [(call.scenario, call.signature["verdict"]) for call in mock_alipay.calls()]
"""
"""Tests that see what another one does."""

CONNECT = "__get_http_connection"
"""The SDK's function that the plugin replaces."""

Run = Callable[..., pytest.RunResult]


@pytest.fixture(scope="module", autouse=True)
def _loaded() -> None:
    """The HTTP client and its errors are imported before the first run, which would unload them again."""
    with Mock("http://127.0.0.1:1") as mock, pytest.raises(Unreachable):
        mock.health()


@pytest.fixture(scope="module")
def guarded() -> Iterator[Live]:
    """A running gateway that requires a token."""
    with live(Config(seed=1, admin_token="a-token-of-ours")) as running:
        yield running


@pytest.fixture(scope="module")
def env(guarded: Live) -> dict[str, str]:
    """The variables that name that gateway."""
    return {"MOCK_ALIPAY_URL": guarded.config.url, "MOCK_ALIPAY_ADMIN_TOKEN": str(guarded.config.admin_token)}


@pytest.fixture
def run(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs test code in this process, with these arguments, variables and conftest.py."""

    def run(test: str, *arguments: str, env: dict[str, str] | None = None, conftest: str = "") -> pytest.RunResult:
        pytester.makepyfile(shop=SHOP, test_it=test, conftest=f"import pytest\n{conftest}")
        for name in ("MOCK_ALIPAY_URL", "MOCK_ALIPAY_ADMIN_TOKEN"):
            monkeypatch.delenv(name, raising=False)
        for name, value in (env or {}).items():
            monkeypatch.setenv(name, value)
        return pytester.runpytest_inprocess("-p", "no:cacheprovider", *arguments)

    return run


def test_an_unused_plugin_imports_nothing(tmp_path: Path) -> None:
    """Only its own module, until the end of the run."""
    conftest = """
import sys
HEAVY = "mock_alipay httpx2 uvicorn starlette orjson cryptography yaml jsonschema click anyio com".split()

def pytest_unconfigure():
    print("SEEN", *sorted(name for name in sys.modules if name.partition(".")[0] in HEAVY))
"""
    test = "def test_it():\n    assert 1\n\ndef test_that_fails():\n    assert 0\n"
    outcome = Suite(tmp_path).write(conftest=conftest, test_it=test).run("-s")
    (seen,) = re.findall("^SEEN (.*)$", outcome.output, re.MULTILINE)
    assert "mock_alipay mock_alipay.testing mock_alipay.testing.pytest_plugin mock_alipay.version" == seen
    assert 1 == outcome.code


def test_tests_are_isolated(run: Run) -> None:
    """In one process, with warnings as errors, also when the variables are set to nothing."""
    empty = {"MOCK_ALIPAY_URL": "", "MOCK_ALIPAY_ADMIN_TOKEN": ""}
    run(ISOLATED.replace("AHEAD", ""), "-W", "error", env=empty).assert_outcomes(passed=4)


ASYNC = """
import asyncio
import pytest
from mock_alipay import AsyncMockAlipay, Mock
from shop import pay

async def declined(gateway: AsyncMockAlipay, mock: Mock):
    await gateway.scenario("risk-reject")
    await asyncio.to_thread(pay, mock)
    call = await gateway.wait(endpoint="createPaymentSession")
    assert ("RISK_REJECT", mock.client_id) == (call.result_code, gateway.client_id)
    assert gateway.webhooks.url != mock.webhooks.url

@pytest.mark.parametrize("number", range(2))
def test_in_a_loop(mock_alipay_async, mock_alipay, number):
    asyncio.run(declined(mock_alipay_async, mock_alipay))
"""
"""Tests with a coroutine, each in a loop of its own."""


def test_coroutines_have_a_fixture(run: Run) -> None:
    """For the client id of ``mock_alipay``; nothing stays open, with warnings as errors."""
    run(ASYNC, "-W", "error").assert_outcomes(passed=2)


def test_processes_share_a_gateway(tmp_path: Path, guarded: Live, env: dict[str, str]) -> None:
    """pytest-xdist workers are isolated from each other and from other users, and need the client's libraries only."""
    needs = "\n".join(name for name in requires("mock-alipay") or () if "extra ==" not in name)
    names = {name.replace("pyyaml", "yaml") for name in re.findall(r"^[\w-]+", needs, re.MULTILINE)}
    missing = sorted({name.replace("-", "_") for name in names} - {"httpx2", "httpcore2", "cryptography"})
    assert {"uvicorn", "starlette", "yaml"} < set(missing)
    conftest = f"import sys\nsys.modules.update(dict.fromkeys({missing}))\n"
    with Mock(guarded.config.url, admin_token=guarded.config.admin_token) as everyone:
        everyone.clock.advance("1h")
        guarded.create(client_id="SANDBOX_SOMEONE_ELSE")
        suite = Suite(tmp_path).write(shop=SHOP, conftest=conftest, test_it=ISOLATED.replace("AHEAD", "hours=1"))
        outcome = suite.run("-n", "2", env=env)
        assert {"passed": 4} == outcome.counts, outcome.output
        assert ["SANDBOX_SOMEONE_ELSE"] == [call.client_id for call in everyone.calls()]
        everyone.reset()


def test_the_option_wins_over_the_variable(run: Run, guarded: Live, env: dict[str, str]) -> None:
    """Every fixture uses that gateway, and it still runs afterwards."""
    test = f"""
def test_it(mock_alipay_server, mock_alipay):
    assert ({guarded.config.url!r}, None) == (mock_alipay.url, mock_alipay_server.client_id)
"""
    arguments = ("--mock-alipay-url", guarded.config.url)
    run(test, *arguments, env={**env, "MOCK_ALIPAY_URL": "http://127.0.0.1:1"}).assert_outcomes(passed=1)
    assert 200 == guarded.admin("GET", "/health").status


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("http://127.0.0.1:1", "Unreachable: no gateway answers at http://127.0.0.1:1"),
        (None, "AdminError: header Authorization*"),
    ],
    ids=["unreachable", "no-token"],
)
def test_an_unusable_gateway_is_an_error(run: Run, guarded: Live, url: str | None, words: str) -> None:
    """Of each test, with the reason."""
    result = run("def test_it(mock_alipay):\n    pass\n", env={"MOCK_ALIPAY_URL": url or guarded.config.url})
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(f"*{words}*")


def test_webhooks_of_a_running_gateway_are_verified(run: Run, guarded: Live, env: dict[str, str]) -> None:
    """By that gateway's key."""
    test = """
def test_it(mock_alipay):
    mock_alipay.notifications.send("notifyPayment", url=mock_alipay.webhooks.url, body={})
    assert "valid" == mock_alipay.webhooks.wait().signature
"""
    run(test, env=env).assert_outcomes(passed=1)


def test_settings_can_be_overridden(run: Run) -> None:
    """By a fixture in conftest.py."""
    settings = {"scenario": "risk-reject", "admin_token": "a-token-of-ours"}
    conftest = f"@pytest.fixture(scope='session')\ndef mock_alipay_settings():\n    return {settings}\n"
    test = "from shop import pay\n\ndef test_it(mock_alipay):\n    assert pay(mock_alipay) == 'RISK_REJECT'\n"
    run(test, conftest=conftest).assert_outcomes(passed=1)


def test_client_ids_are_valid_and_unique(run: Run) -> None:
    """They begin with the test's name, whatever its characters and length. The SDK is patched during a test only."""
    test = f"""
import pytest, re
from com.alipay.ams.api.net import default_http_rpc as sdk
from shop import pay
SEEN, ORIGINAL = set(), sdk.{CONNECT}

@pytest.mark.parametrize("odd", ["a b/c[d],ü", "x" * 500, "x" * 501, "\\x00\\n"])
def test_zahlungseröffnung(mock_alipay, odd):
    assert re.fullmatch(r"SANDBOX_test_zahlungser_ffnung[A-Za-z0-9_]{{0,60}}", mock_alipay.client_id)
    assert mock_alipay.client_id not in SEEN
    SEEN.add(mock_alipay.client_id)
    assert (pay(mock_alipay), mock_alipay.count(), sdk.{CONNECT} is ORIGINAL) == ("SUCCESS", 1, False)

def test_after():
    assert sdk.{CONNECT} is ORIGINAL
"""
    run(test).assert_outcomes(passed=5)


FAILING = """
import pytest
from shop import pay

@pytest.fixture
def order(mock_alipay):
    pay(mock_alipay, "in-setup")
    raise ValueError("not good")

def test_none(mock_alipay):
    assert False

def test_calls(mock_alipay):
    pay(mock_alipay, "wrong-1", productCode="X")
    pay(mock_alipay, "\\x1b[2J")
    mock_alipay.payment("\\x1b[2J").decline()
    assert False

def test_others(mock_alipay, mock_alipay_server):
    pay(mock_alipay_server.for_client(None))
    assert False

def test_passes(mock_alipay):
    pay(mock_alipay, "not shown")

def test_setup(order):
    pass

def test_second(mock_alipay):
    mock_alipay.add_merchant("SANDBOX_SECOND", mock_alipay.env["gatewayPublicKey"])
    key = mock_alipay.credentials["merchant_private_key"]
    pay(mock_alipay.for_client("SANDBOX_SECOND", merchant_private_key=key), "second-1")
    pay(mock_alipay, "first-1")
    assert False
"""


def test_a_failed_test_reports_its_calls(run: Run, guarded: Live, env: dict[str, str]) -> None:
    """And notifications, of every client id that it used; the keys that it added are removed."""
    before = set(guarded.components.keys.ring().client_ids)
    result = run(FAILING, env=env)
    result.assert_outcomes(passed=1, failed=4, errors=1)
    output = result.stdout.str()
    setup, none, calls, others, second = (part.split("\n___")[0] for part in output.split(" mock-alipay -")[1:])
    head, newest, wrong, fault, notification, problem = calls.splitlines()[1:7]
    assert re.fullmatch(r"client id SANDBOX_test_calls_\w+ at http://\S+, 2 calls, newest first", head)
    assert newest.endswith(r"createPaymentSession S SUCCESS  [success: the default]  \x1b[2J")
    assert "[success: the default]  in-setup" in setup
    assert re.search("0 calls.*no call came", none, re.DOTALL)
    assert ("F PARAM_ILLEGAL" in wrong, "    productCode: " in fault) == (True, True)
    assert ("notifyPayment REFUSED" in notification, problem[:4]) == (True, "    ")
    assert "calls came from SANDBOX_MOCK_MERCHANT only" in others
    assert ("first-1" in second, "F INVALID_SIGNATURE" in second) == (True, True)
    assert (False, False) == ("\x1b[2J" in output, "not shown" in output)
    assert before == set(guarded.components.keys.ring().client_ids)


def test_a_report_survives_the_end_of_the_gateway(run: Run) -> None:
    """The test's own failure is shown, and why there is no journal."""
    test = """
import contextlib, mock_alipay as package, pytest
GATEWAY = contextlib.ExitStack()

@pytest.fixture(scope="session")
def mock_alipay_server():
    return GATEWAY.enter_context(package.serve())

def test_it(mock_alipay):
    GATEWAY.close()
    assert 1 == 2
"""
    run(test).stdout.fnmatch_lines(["*assert 1 == 2", "the journal cannot be read: *"])


def test_another_fixture_of_the_same_name_is_left_alone(run: Run) -> None:
    """A suite may have its own ``mock_alipay``."""
    fixture = "@pytest.fixture\ndef mock_alipay():\n    return object()\n"
    result = run("def test_it(mock_alipay):\n    assert 1 == 2\n", conftest=fixture)
    result.assert_outcomes(failed=1)
    result.stdout.no_fnmatch_line("*journal*")


@pytest.mark.parametrize(
    ("url", "kind", "host", "port"),
    [
        ("http://[::1]:2088/x", "HTTPConnection", "::1", 2088),
        ("https://localhost:2089/x", "HTTPSConnection", "localhost", 2089),
        ("https://open-na-global.alipay.com/x", "HTTPSConnection", "open-na-global.alipay.com", 443),
    ],
)
def test_the_sdk_follows_its_url(mock_alipay: Mock, url: str, kind: str, host: str, port: int) -> None:
    """Scheme, host and port; the timeout stays the SDK's."""
    connection = getattr(default_http_rpc, CONNECT)(url, 7)
    assert (kind, host, port, 7) == (type(connection).__name__, connection.host, connection.port, connection.timeout)


@pytest.mark.parametrize("state", ["missing", "other version"])
def test_the_fixture_works_without_the_sdk(
    monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest, state: str
) -> None:
    """Where it is not installed, or has no such function."""
    if state == "missing":
        monkeypatch.setitem(sys.modules, "com.alipay.ams.api.net", None)
    else:
        monkeypatch.delattr(default_http_rpc, CONNECT)
    assert [] == request.getfixturevalue("mock_alipay").calls()


def test_the_gateway_of_a_command_has_isolated_tests(run: Run) -> None:
    """Tests of one process share the process of the command."""
    command = f"{sys.executable} -m mock_alipay"
    run(ISOLATED.replace("AHEAD", ""), "--mock-alipay-command", command).assert_outcomes(passed=4)


def test_port_and_timeout_of_the_sdk_are_settings(run: Run) -> None:
    """They replace the port of the URL and the SDK's own timeout."""
    test = """
import pytest
from com.alipay.ams.api.net import default_http_rpc

@pytest.fixture
def mock_alipay_sdk():
    return {"port": 8443, "timeout": 2.5}

@pytest.mark.parametrize("url", ["http://host:1/", "https://host/"])
def test_it(mock_alipay, url):
    connection = getattr(default_http_rpc, "__get_http_connection")(url, 15)
    assert (8443, 2.5) == (connection.port, connection.timeout)
"""
    run(test).assert_outcomes(passed=2)
