"""The pytest plugin, in runs of pytest as users start them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib.metadata import requires
from pathlib import Path

import pytest
from com.alipay.ams.api.net import default_http_rpc
from hypothesis import given
from hypothesis import strategies as st

from mock_alipay.client import Mock
from mock_alipay.config.config import Config
from mock_alipay.testing.pytest_plugin import _client_id
from tests.live import SAMPLE_FILE, Live, live
from tests.memory import done
from tests.suite import Suite

SHOP = f"""
import base64, functools, http.client, json, pathlib, uuid
from cryptography.hazmat.primitives.serialization import load_der_private_key
from mock_alipay.signing import Signer, content

PATH, TIME = "/ams/sandbox/api/v1/payments/createPaymentSession", "2026-11-22T01:07:10+00:00"
SAMPLE = json.loads(pathlib.Path({str(SAMPLE_FILE)!r}).read_text())

@functools.cache
def signer(key):
    # Checking the key would take longer than all else here.
    return Signer(load_der_private_key(base64.b64decode(key), None, unsafe_skip_rsa_key_validation=True))

def pay(mock, **changes):
    raw = json.dumps(SAMPLE | {{"paymentRequestId": str(uuid.uuid4())}} | changes).encode()
    found = mock.credentials
    signed = content("POST", PATH, found["client_id"], TIME, raw)
    signature = signer(found["merchant_private_key"]).header(signed).decode()
    connection = http.client.HTTPConnection(mock.url.removeprefix("http://"), timeout=60)
    connection.request("POST", PATH, raw, {{
        "content-type": "application/json", "client-id": found["client_id"],
        "request-time": TIME, "signature": signature,
    }})
    reply = json.loads(connection.getresponse().read())
    connection.close()
    return reply["result"]["resultCode"]
"""
"""A merchant without the SDK, in a file beside the tests."""

SCENARIO_FLAGS = ["success", "risk-reject", "process-fail", "card-not-supported"]
CODES = ["SUCCESS", "RISK_REJECT", "PROCESS_FAIL", "CARD_NOT_SUPPORTED"]

ISOLATED = f"""
import pytest
from datetime import timedelta
from shop import pay

@pytest.mark.parametrize("number", range(20))
def test_alone(mock_alipay, number):
    name, code = list(zip({SCENARIO_FLAGS!r}, {CODES!r}))[number % 4]
    assert (0, [], timedelta()) == (mock_alipay.count(), mock_alipay.payments(), mock_alipay.clock.state.ahead)
    mock_alipay.scenario(name)
    mock_alipay.clock.advance(timedelta(hours=number))
    for _ in range(3):
        assert pay(mock_alipay, paymentRequestId="the same everywhere") == code
    calls = mock_alipay.calls()
    assert [(name, "valid", mock_alipay.client_id)] * 3 == [
        (call.scenario, call.signature["verdict"], call.client_id) for call in calls
    ]
"""
"""Twenty tests, each of which would see at once what another does."""


@pytest.fixture
def suite(tmp_path: Path) -> Suite:
    """A folder with a merchant in it."""
    return Suite(tmp_path).write(shop=SHOP)


@pytest.fixture(scope="module")
def guarded() -> Iterator[Live]:
    """A gateway that runs already, with a token."""
    with live(Config(seed=1, admin_token="a-token-of-ours")) as running:
        yield running


def pointing_at(running: Live) -> dict[str, str]:
    """The variables that lead there."""
    return {"MOCK_ALIPAY_URL": running.config.url, "MOCK_ALIPAY_ADMIN_TOKEN": str(running.config.admin_token)}


# --- what it costs ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("ends", [False, True])
def test_nothing_is_loaded_before_it_is_asked_for(suite: Suite, ends: bool) -> None:
    """A pytest whose tests do not use the gateway imports three small modules of the package, to its very end."""
    suite.write(
        conftest=f"""
import sys

def seen():
    heavy = ("httpx2", "uvicorn", "starlette", "orjson", "cryptography", "yaml", "jsonschema", "click", "anyio", "com")
    print("SEEN", *sorted(name for name in sys.modules if name.partition(".")[0] in ("mock_alipay", *heavy)))

if {ends}:
    def pytest_unconfigure():
        seen()
else:
    seen()
""",
        test_it="def test_it():\n    assert 1\n\ndef test_that_fails():\n    assert 0\n",
    )
    outcome = suite.run("-s")
    (line,) = re.findall("^SEEN (.*)$", outcome.output, re.MULTILINE)
    assert "mock_alipay mock_alipay.testing mock_alipay.testing.pytest_plugin mock_alipay.version" == line
    assert 1 == outcome.code


def test_help(suite: Suite) -> None:
    """The option stands in pytest's help, with its variables."""
    text = " ".join(suite.run("--help").output.split())
    assert "--mock-alipay-url=URL" in text
    assert "(MOCK_ALIPAY_URL; its token: MOCK_ALIPAY_ADMIN_TOKEN)" in text


def test_fixtures_are_documented(suite: Suite) -> None:
    """``pytest --fixtures`` lists the three fixtures, each with a sentence, and hides the rest."""
    text = suite.run("--fixtures").output
    listed = re.findall(r"^(_?mock_alipay\w*)(?: \[session scope\])? -- .*\n    (\S.*)", text, re.MULTILINE)
    assert {"mock_alipay", "mock_alipay_settings", "mock_alipay_server"} == {name for name, _ in listed}


# --- whose gateway ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("flags", [(), ("-n", "2"), ("-W", "error")])
def test_isolation(suite: Suite, flags: tuple[str, ...]) -> None:
    """Twenty tests that each choose another scenario and time feel nothing of each other, in one process or two."""
    outcome = suite.write(test_it=ISOLATED).run(*flags)
    assert {"passed": 20} == outcome.counts, outcome.output


@pytest.mark.parametrize("flags", [(), ("-n", "2")])
def test_isolation_at_one_gateway(suite: Suite, guarded: Live, flags: tuple[str, ...]) -> None:
    """The same when all processes share one gateway, which others use meanwhile."""
    with Mock(guarded.config.url, admin_token=guarded.config.admin_token) as everyone:
        everyone.clock.advance("1h")
        suite.write(test_it=ISOLATED.replace("timedelta())", "timedelta(hours=1))"))
        guarded.create(client_id="SANDBOX_SOMEONE_ELSE")
        outcome = suite.run(*flags, env=pointing_at(guarded))
        assert {"passed": 20} == outcome.counts, outcome.output
        assert ["SANDBOX_SOMEONE_ELSE"] == [call.client_id for call in everyone.calls()]
        everyone.reset()


def test_url_by_option(suite: Suite, guarded: Live) -> None:
    """The option wins over the variable, and names the gateway that every fixture uses; it still runs afterwards."""
    url = guarded.config.url
    suite.write(
        test_it=f"""
def test_it(mock_alipay_server, mock_alipay):
    assert ({url!r}, {url!r}, None) == (mock_alipay.url, mock_alipay_server.url, mock_alipay_server.client_id)
"""
    )
    env = {**pointing_at(guarded), "MOCK_ALIPAY_URL": "http://127.0.0.1:1"}
    outcome = suite.run("--mock-alipay-url", url, env=env)
    assert {"passed": 1} == outcome.counts, outcome.output
    assert 200 == guarded.admin("GET", "/health").status


def test_url_without_what_a_gateway_needs(suite: Suite, guarded: Live) -> None:
    """With a URL, httpx2 and cryptography are all that is needed; none of the package's other dependencies."""
    needs = [one for one in requires("mock-alipay") or () if "extra ==" not in one]
    names = {name.replace("pyyaml", "yaml").replace("-", "_") for one in needs for name in re.findall(r"^[\w-]+", one)}
    missing = names - {"httpx2", "httpcore2", "cryptography"}
    assert {"uvicorn", "starlette", "yaml"} < missing
    suite.write(
        conftest=f"import sys\nsys.modules.update(dict.fromkeys({sorted(missing)}))\n",
        test_it="def test_it(mock_alipay):\n    assert [] == mock_alipay.calls()\n",
    )
    outcome = suite.run(env=pointing_at(guarded))
    assert {"passed": 1} == outcome.counts, outcome.output


@pytest.mark.parametrize(
    ("url", "token", "words"),
    [
        ("http://127.0.0.1:1", "", "Unreachable: no gateway answers at http://127.0.0.1:1"),
        (
            "127.0.0.1:2088",
            "",
            "UsageError: expected a gateway's URL such as http://127.0.0.1:2088, got 127.0.0.1:2088",
        ),
        (None, "", "AdminError: header Authorization: expected Bearer and the token"),
        (None, "another-token", "AdminError: header Authorization: expected Bearer and the token"),
        (None, "line\n", "UsageError: the admin token: expected visible ASCII characters"),
    ],
)
def test_gateway_that_cannot_be_used(suite: Suite, guarded: Live, url: str | None, token: str, words: str) -> None:
    """A gateway that is not there, or wants another token, is an error of the test with the reason."""
    suite.write(test_it="def test_it(mock_alipay):\n    pass\n")
    env = {"MOCK_ALIPAY_URL": url or guarded.config.url, "MOCK_ALIPAY_ADMIN_TOKEN": token}
    outcome = suite.run(env=env)
    assert ({"error": 1}, True) == (outcome.counts, words in outcome.output), outcome.output


def test_empty_variables(suite: Suite) -> None:
    """Variables that are set to nothing, as compose files do, count as not set."""
    suite.write(test_it="def test_it(mock_alipay):\n    assert mock_alipay.health()\n")
    assert {"passed": 1} == suite.run(env={"MOCK_ALIPAY_URL": "", "MOCK_ALIPAY_ADMIN_TOKEN": ""}).counts


def test_settings_of_ones_own(suite: Suite) -> None:
    """A suite's own ``mock_alipay_settings`` are what the gateway runs with, a token included; the rest is as ever."""
    suite.write(
        conftest="""
import pytest

@pytest.fixture(scope="session")
def mock_alipay_settings():
    return {"scenario": "risk-reject", "admin_token": "a-token-of-ours"}
""",
        test_it="""
from shop import pay

def test_it(mock_alipay):
    assert pay(mock_alipay) == "RISK_REJECT"
    assert mock_alipay.env["tlsUrl"] is None
    assert not mock_alipay.url.endswith(":2088")
""",
    )
    outcome = suite.run()
    assert {"passed": 1} == outcome.counts, outcome.output


def test_a_setting_that_is_none(suite: Suite) -> None:
    """A setting that does not exist is an error of the test, with those that do."""
    suite.write(
        conftest="""
import pytest

@pytest.fixture(scope="session")
def mock_alipay_settings():
    return {"colour": "red"}
""",
        test_it="def test_it(mock_alipay):\n    pass\n",
    )
    outcome = suite.run()
    words = "UsageError: there is no setting colour; settings are host, port, tls_port, "
    assert ({"error": 1}, True) == (outcome.counts, words in outcome.output), outcome.output


# --- client ids -------------------------------------------------------------------------------------------------------


def test_client_ids(suite: Suite) -> None:
    """Each test has a client id that begins with its name, also where names are long, foreign or odd."""
    suite.write(
        test_it=f"""
import pytest, re
from shop import pay
SEEN = set()

@pytest.mark.parametrize("odd", ["", "a,b", "ü", "😀", "a b/c[d]", "x" * 500, "\\x00\\n", "___", "a", "{"支付" * 100}"])
def test_zahlungseröffnung(mock_alipay, odd):
    assert re.fullmatch(r"SANDBOX_test_zahlungser_ffnung[A-Za-z0-9_]{{0,60}}", mock_alipay.client_id)
    assert len(mock_alipay.client_id) <= 128
    assert mock_alipay.client_id not in SEEN
    SEEN.add(mock_alipay.client_id)
    assert pay(mock_alipay) == "SUCCESS"
    assert mock_alipay.count() == 1

def test_{"x" * 300}(mock_alipay):
    assert pay(mock_alipay) == "SUCCESS"

class TestShop:
    def test_it(self, mock_alipay):
        assert mock_alipay.client_id.startswith("SANDBOX_test_it_")
"""
    )
    outcome = suite.run()
    assert {"passed": 12} == outcome.counts, outcome.output


@given(st.text(max_size=200))
def test_client_id_of_any_name(name: str) -> None:
    """Whatever a test is called, its client id is one, and no other test's."""
    ids = {_client_id(name), _client_id(name)}
    assert 2 == len(ids)
    assert all(re.fullmatch("SANDBOX_[A-Za-z0-9_]{1,92}", found) for found in ids)


def test_keys_are_gone_after_the_test(suite: Suite, guarded: Live) -> None:
    """However a test ends, its client id has a key while it runs and none afterwards: a long run fills no key ring."""
    suite.write(
        test_it="""
import pytest
from shop import pay

@pytest.mark.parametrize("ending", ["well", "badly"])
def test_it(mock_alipay, ending):
    assert pay(mock_alipay) == "SUCCESS"
    assert mock_alipay.calls()[0].signature["verdict"] == "valid"
    assert ending == "well"

@pytest.fixture
def order(mock_alipay):
    raise ValueError("not good")

def test_whose_setup_fails(order):
    pass
"""
    )
    before = set(done(guarded.components.keys.ring()).client_ids)
    outcome = suite.run(env=pointing_at(guarded))
    assert {"passed": 1, "failed": 1, "error": 1} == outcome.counts, outcome.output
    assert before == set(done(guarded.components.keys.ring()).client_ids)


# --- reports ----------------------------------------------------------------------------------------------------------


def test_report_of_a_failed_test(suite: Suite) -> None:
    """A failed test's report tells its calls, newest first: scenario and why, faults, what was done to the reply."""
    suite.write(
        test_it="""
import pytest
from shop import pay

@pytest.fixture
def shop(mock_alipay):
    mock_alipay.scenario("risk-reject", times=1)
    return lambda **changes: pay(mock_alipay, **changes)

def test_it(shop):
    shop(paymentRequestId="refused-1")
    shop(paymentRequestId="wrong-1", productCode="X")
    shop(paymentRequestId="\\x1b[2J")
    assert False

def test_that_passes(shop):
    shop(paymentRequestId="not told")
"""
    )
    output = suite.run().output
    _, _, section = output.partition(" mock-alipay ")
    head, newest, wrong, fault, refused, message = section.splitlines()[1:7]
    assert re.fullmatch(r"client id SANDBOX_test_it_\w+ at http://\S+, 3 calls, newest first", head)
    assert newest.endswith(r"createPaymentSession S SUCCESS  [success: the default]  \x1b[2J")
    assert ("F PARAM_ILLEGAL" in wrong, "wrong-1" in wrong) == (True, True)
    assert fault.startswith("    productCode: ")
    assert "F RISK_REJECT  [risk-reject: " in refused
    assert "    Risk control refused the request." == message
    assert (False, False) == ("\x1b" in output, "not told" in output)


def test_report_of_notifications(suite: Suite) -> None:
    """Below its calls stands what was sent to the test's merchant, and what keeps it from being accepted."""
    suite.write(
        test_it="""
from shop import pay

def test_it(mock_alipay):
    pay(mock_alipay, paymentRequestId="p", paymentNotifyUrl=None)
    mock_alipay.payment("p").decline()
    assert False

def test_others(mock_alipay):
    assert False
"""
    )
    _, section, other = suite.run().output.split(" mock-alipay ")
    _, call, notification, why = section.splitlines()[1:5]
    assert "createPaymentSession S SUCCESS" in call
    assert notification.endswith(" notifyPayment REFUSED  [success]  p")
    assert why.startswith("    there is no URL for it: ")
    assert "notifyPayment" not in other


def test_report_without_calls(suite: Suite) -> None:
    """When no call came under the test's client id, the report says from whom some came, if any."""
    suite.write(
        test_it="""
from shop import pay

def test_none(mock_alipay):
    assert False

def test_others(mock_alipay, mock_alipay_server):
    pay(mock_alipay_server)
    assert False
"""
    )
    _, none, others = suite.run().output.split(" mock-alipay ")
    assert ("no call came at all" in none, "calls came from SANDBOX_MOCK_MERCHANT only" in others) == (True, True)


def test_report_does_not_tell_of_what_was_before(suite: Suite) -> None:
    """Calls of other tests, from whomever, are no hint at what went wrong in this one."""
    suite.write(
        test_it="""
from shop import pay

def test_before(mock_alipay_server):
    pay(mock_alipay_server)

def test_it(mock_alipay):
    assert False
"""
    )
    _, section = suite.run().output.split(" mock-alipay ")
    assert ("0 calls" in section, "no call came at all" in section) == (True, True)


def test_a_second_merchant(suite: Suite, guarded: Live) -> None:
    """Calls of a merchant that the test introduced stand in its report, and its key is gone afterwards."""
    suite.write(
        test_it="""
from shop import pay

def test_it(mock_alipay):
    mock_alipay.add_merchant("SANDBOX_SECOND", mock_alipay.env["gatewayPublicKey"])
    key = mock_alipay.credentials["merchant_private_key"]
    second = mock_alipay.for_client("SANDBOX_SECOND", merchant_private_key=key)
    assert pay(second, paymentRequestId="second-1") == "INVALID_SIGNATURE"
    pay(mock_alipay, paymentRequestId="first-1")
    assert False
"""
    )
    outcome = suite.run(env=pointing_at(guarded))
    _, section = outcome.output.split(" mock-alipay ")
    assert ("first-1" in section, "F INVALID_SIGNATURE" in section) == (True, True)
    assert "SANDBOX_SECOND" not in done(guarded.components.keys.ring()).client_ids


def test_report_of_a_failed_setup(suite: Suite) -> None:
    """A fixture that fails after the gateway was met gets the same section."""
    suite.write(
        test_it="""
import pytest
from shop import pay

@pytest.fixture
def order(mock_alipay):
    pay(mock_alipay, paymentRequestId="in-setup")
    raise ValueError("not good")

def test_it(order):
    pass
"""
    )
    outcome = suite.run()
    assert ({"error": 1}, True) == (outcome.counts, "[success: the default]  in-setup" in outcome.output)


def test_report_when_the_gateway_has_gone(suite: Suite) -> None:
    """A gateway that went away during the test does not hide the test's own failure."""
    suite.write(
        test_it="""
import pytest
import mock_alipay

@pytest.fixture(scope="session")
def mock_alipay_server():
    with mock_alipay.serve() as server:
        yield server

def test_it(mock_alipay, mock_alipay_server):
    mock_alipay._transport._client.base_url = "http://127.0.0.1:1"
    assert 1 == 2
"""
    )
    output = suite.run().output
    assert "assert 1 == 2" in output
    assert "the journal cannot be read: no gateway answers" in output


def test_a_fixture_of_the_same_name(suite: Suite) -> None:
    """A suite may have a ``mock_alipay`` of its own: its failures are told as ever."""
    suite.write(
        conftest="import pytest\n\n@pytest.fixture\ndef mock_alipay():\n    return object()\n",
        test_it="def test_it(mock_alipay):\n    assert 1 == 2\n",
    )
    outcome = suite.run()
    assert ({"failed": 1}, False) == (outcome.counts, "INTERNALERROR" in outcome.output or "journal" in outcome.output)


# --- the official SDK -------------------------------------------------------------------------------------------------


def test_the_sdk_is_let_in_during_a_test_only(suite: Suite) -> None:
    """During a test the SDK follows its gateway URL; before and after it is as it was."""
    suite.write(
        test_it="""
from com.alipay.ams.api.net import default_http_rpc
ORIGINAL = getattr(default_http_rpc, "__get_http_connection")

def test_before():
    assert getattr(default_http_rpc, "__get_http_connection") is ORIGINAL

def test_during(mock_alipay):
    assert getattr(default_http_rpc, "__get_http_connection") is not ORIGINAL

def test_after():
    assert getattr(default_http_rpc, "__get_http_connection") is ORIGINAL
"""
    )
    outcome = suite.run()
    assert {"passed": 3} == outcome.counts, outcome.output


@pytest.mark.parametrize(
    ("url", "kind", "host", "port"),
    [
        ("http://127.0.0.1:2088/x", "HTTPConnection", "127.0.0.1", 2088),
        ("http://[::1]:2088/x", "HTTPConnection", "::1", 2088),
        ("http://gateway/x", "HTTPConnection", "gateway", 80),
        ("https://localhost:2089/x", "HTTPSConnection", "localhost", 2089),
        ("https://open-na-global.alipay.com/x", "HTTPSConnection", "open-na-global.alipay.com", 443),
    ],
)
def test_where_the_sdk_connects_to(mock_alipay: Mock, url: str, kind: str, host: str, port: int) -> None:
    """Scheme, host and port are the URL's, the time to wait is the SDK's own."""
    connection = getattr(default_http_rpc, "__get_http_connection")(url, 7)
    assert (kind, host, port, 7) == (type(connection).__name__, connection.host, connection.port, connection.timeout)


@pytest.mark.parametrize("missing", ["com", "com.alipay.ams.api.net.default_http_rpc"])
def test_without_the_sdk(suite: Suite, missing: str) -> None:
    """Where the SDK is not installed, or is another version, the fixture works without it."""
    suite.write(
        conftest=f"import sys\nsys.modules[{missing!r}] = None\n",
        test_it="from shop import pay\n\ndef test_it(mock_alipay):\n    assert pay(mock_alipay) == 'SUCCESS'\n",
    )
    outcome = suite.run()
    assert {"passed": 1} == outcome.counts, outcome.output


def test_with_an_sdk_that_is_otherwise(suite: Suite) -> None:
    """An SDK that has no such function is left alone."""
    suite.write(
        conftest="""
from com.alipay.ams.api.net import default_http_rpc
delattr(default_http_rpc, "__get_http_connection")
""",
        test_it="def test_it(mock_alipay):\n    assert mock_alipay.health()\n",
    )
    outcome = suite.run()
    assert {"passed": 1} == outcome.counts, outcome.output
