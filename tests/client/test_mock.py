"""``Mock`` against a running gateway: for one client id and for all of them."""

from __future__ import annotations

import json
import pickle
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from com.alipay.ams.api.default_alipay_client import DefaultAlipayClient
from com.alipay.ams.api.request.pay.alipay_payment_session_request import AlipayPaymentSessionRequest

from mock_alipay import __version__
from mock_alipay.client import Mock
from mock_alipay.config.config import TEST_CLIENT_ID, Config
from mock_alipay.errors import AdminError, Unreachable, UsageError, WaitTimeout
from mock_alipay.signing import keys
from tests.live import Answer, Live, live, sample

TOKEN = "a-token-of-ours"
OTHER = "SANDBOX_OTHER"
REFUSING = {"description": "Refuses. 🙅 \x7f", "createPaymentSession": {"result": "RISK_REJECT"}}
"""A scenario with characters that JSON and YAML write differently."""

Pay = Callable[..., Answer]


@pytest.fixture(scope="module")
def own() -> Iterator[Live]:
    """A gateway of this module's own, so that tests may change the state of all client ids. It requires a token."""
    with live(Config(seed=1, admin_token=TOKEN)) as running:
        yield running


@pytest.fixture(params=[True, False], ids=["one", "all"])
def mock(request: pytest.FixtureRequest, own: Live, client_id: str) -> Iterator[Mock]:
    """The gateway, for one client id and for all of them."""
    with Mock(own.config.url, admin_token=TOKEN) as everyone:
        yield everyone.for_client(client_id if request.param else None)
        everyone.reset()


@pytest.fixture
def pay(own: Live, client_id: str) -> Pay:
    """Calls createPaymentSession as the test's own merchant, unless ``client_id`` names another."""

    def pay(payment_request_id: str | None = None, **call: Any) -> Answer:
        return own.create(sample(payment_request_id, paymentNotifyUrl=None), **{"client_id": client_id, **call})

    return pay


def id_of(reply: Answer) -> str:
    """The id of the call with this reply."""
    return reply.headers["mock-call-id"]


def test_a_mock_knows_its_gateway(mock: Mock, own: Live) -> None:
    """Version, URL and what clients need; ``repr`` shows no token."""
    assert (__version__, own.config.url, own.components.env) == (mock.health(), mock.url, mock.env)
    scope = f", client_id={mock.client_id!r}" if mock.client_id else ""
    assert f"Mock({own.config.url!r}{scope})" == repr(mock)


@pytest.mark.parametrize("token", [None, "another-token"])
def test_only_health_works_without_the_token(own: Live, token: str | None) -> None:
    """Other requests and streams are refused with 401."""
    with Mock(own.config.url, admin_token=token) as mock:
        assert __version__ == mock.health()
        for request in (mock.calls, mock.events):
            with pytest.raises(AdminError, match=f"got {'none' if token is None else 'another'}") as caught:
                request()
            assert 401 == caught.value.status


@pytest.mark.parametrize(
    ("request_", "words"),
    [
        (lambda mock: mock.scenario("sucess"), "did you mean success"),
        (lambda mock: mock.load("ours", {"description": "", "pay": {"result": "SUCCES"}}), "did you mean SUCCESS"),
        (lambda mock: mock.add_merchant("SANDBOX_A", "no key"), "publicKey"),
        (lambda mock: mock.call("999999"), "999999"),
        (lambda mock: mock.payment("nothing"), "no session or payment"),
    ],
    ids=["scenario", "load", "add_merchant", "call", "payment"],
)
def test_a_refused_request_is_an_admin_error(own: Live, request_: Callable[[Mock], object], words: str) -> None:
    """With the gateway's reason and status."""
    with Mock(own.config.url, admin_token=TOKEN) as mock, pytest.raises(AdminError, match=words) as caught:
        request_(mock)
    assert caught.value.problem["status"] == caught.value.status in (400, 404)


def test_a_chosen_scenario_applies_until_it_is_cleared(mock: Mock, pay: Pay) -> None:
    """Or to the next ``times`` calls; to those of one client id, or of all."""
    mock.scenario("risk-reject")
    assert ("RISK_REJECT", "SUCCESS" if mock.client_id else "RISK_REJECT") == (pay().code, pay(client_id=OTHER).code)
    mock.clear_scenario()
    assert "SUCCESS" == pay().code
    mock.scenario("process-fail", times=2)
    assert ["PROCESS_FAIL", "PROCESS_FAIL", "SUCCESS"] == [pay().code for _ in range(3)]


@pytest.mark.parametrize("scenario", [REFUSING, json.dumps(REFUSING, ensure_ascii=False).replace("\x7f", "")])
def test_a_loaded_scenario_lasts_until_reset(mock: Mock, pay: Pay, scenario: Any) -> None:
    """As a mapping or as text, for one client id or for all; it is listed beside the shipped ones."""
    mock.load("ours", scenario)
    listed = {record.name: record for record in mock.scenarios()}
    ours = listed["ours"]
    assert (mock.client_id, None, ["createPaymentSession"]) == (ours.client_id, ours.file, ours.endpoints)
    assert (True, True) == (ours.description.startswith("Refuses. 🙅"), str(listed["slow"].file).endswith("slow.yaml"))
    header = {"mock-scenario": "ours"}
    assert "RISK_REJECT" == pay(extra=header).code
    assert (400 if mock.client_id else 200) == pay(client_id=OTHER, extra=header).status
    mock.reset()
    assert "ours" not in [record.name for record in mock.scenarios()]


def test_calls_and_payments_are_listed_newest_first(mock: Mock, pay: Pay) -> None:
    """``limit`` and ``after`` select; those of other client ids are listed only for all."""
    replies = [pay("a"), pay("b", client_id=OTHER), pay("c"), pay("d")]
    names = ["d", "c", "a"] if mock.client_id else ["d", "c", "b", "a"]
    assert (names, len(names)) == ([call.payment_request_id for call in mock.calls()], mock.count())
    assert names == [payment.payment_request_id for payment in mock.payments()]
    assert mock.calls()[:2] == mock.calls(limit=2) == mock.calls(after=id_of(replies[1]))
    assert (1, mock.payments()[:1]) == (mock.count(after=id_of(replies[2])), mock.payments(limit=1))
    assert mock.payments()[0] == mock.payment("d")


@pytest.mark.parametrize(
    "filter_",
    [
        {"endpoint": "createPaymentSession"},
        {"payment_request_id": "the one"},
        {"result_code": "RISK_REJECT"},
        {"scenario": "risk-reject"},
    ],
    ids=lambda filter_: next(iter(filter_)),
)
def test_filters_select_calls(mock: Mock, own: Live, pay: Pay, client_id: str, filter_: Any) -> None:
    """In lists, counts and waits, alone and together with others."""
    own.request("POST", "/ams/api/v1/payments/nothing", b"{}", {"client-id": client_id})
    if "endpoint" not in filter_:
        pay()
    match = id_of(pay("the one", extra={"mock-scenario": "risk-reject"}))
    (listed,) = mock.calls(**filter_, client_id=client_id)
    assert (match, 1, match) == (listed.id, mock.count(**filter_), mock.wait(**filter_, timeout=0).id)


@pytest.mark.parametrize("method", ["calls", "count", "wait"])
def test_an_unknown_filter_is_a_type_error(method: str) -> None:
    """With a suggestion where a name is close, and all names; nothing is sent."""
    with Mock("http://127.0.0.1:1") as mock:
        for name, words in (("clientId", "clientId; did you mean client_id?"), ("colour", "colour.")):
            with pytest.raises(TypeError) as caught:
                getattr(mock, method)(**{name: "x"})
            assert f"unknown filter {words} Filters are client_id, endpoint," in str(caught.value)


def test_wait_returns_the_newest_call(mock: Mock, pay: Pay) -> None:
    """At once when enough calls have come, or as soon as they do."""
    pay()
    newest = id_of(pay())
    assert newest == mock.wait(count=2, timeout=0).id
    with ThreadPoolExecutor(1) as threads:
        waiting = threads.submit(mock.wait, after=newest, timeout=60.0)
        assert id_of(pay()) == waiting.result(60).id


def test_a_wait_times_out_with_the_nearest_call(mock: Mock, pay: Pay, client_id: str) -> None:
    """Its text says how the nearest call differs; ``problem`` has it as data; both survive pickling."""
    nearest = id_of(pay("the-other"))
    pay("yet-another")
    with pytest.raises(TimeoutError) as caught:
        mock.wait(payment_request_id="the-other", result_code="RISK_REJECT", client_id=client_id, timeout=0.01)
    error = pickle.loads(pickle.dumps(caught.value))
    for words in ("waited 0.01 s for 1 call", "resultCode=RISK_REJECT", f"#{nearest}, differs in resultCode (SUCCESS)"):
        assert words in str(error) == str(caught.value)
    assert (WaitTimeout, 408, nearest) == (type(error), error.status, error.problem["nearest"][0]["id"])
    assert "request" in mock.call(nearest)["signed"]


def test_reset_deletes_and_resets_everything(mock: Mock, pay: Pay) -> None:
    """Of one client id, or of all."""
    pay("ours")
    pay("theirs", client_id=OTHER)
    mock.scenario("risk-reject")
    mock.clock.advance(timedelta(days=1))
    mock.reset()
    everyone, left = mock.for_client(None), ["theirs"] if mock.client_id else []
    assert left == [call.payment_request_id for call in everyone.calls()]
    assert left == [payment.payment_request_id for payment in everyone.payments()]
    assert (timedelta(), "SUCCESS") == (mock.clock.state.ahead, pay().code)


def test_an_added_key_is_required_until_it_is_removed(mock: Mock, pay: Pay, client_id: str) -> None:
    """A reset keeps it; key versions count from 1."""
    first, second = keys.shipped_forger_key(), keys.shipped_gateway_key()
    public_keys = [keys.bare_public_key(key.public_key()) for key in (first, second, first)]
    assert [1, 2, 1] == [mock.add_merchant(client_id, key) for key in public_keys]
    mock.reset()
    assert ["SUCCESS", "INVALID_SIGNATURE"] == [pay(key=key).code for key in (first, keys.shipped_merchant_key())]
    for _ in range(2):
        mock.remove_merchant(client_id)
    assert ("SUCCESS", 1) == (pay().code, mock.add_merchant(client_id, public_keys[1]))


@pytest.mark.parametrize("client_id", ["own", None, TEST_CLIENT_ID])
def test_credentials_configure_the_official_sdk(mock_alipay: Mock, client_id: str | None) -> None:
    """The gateway accepts its signatures, and it accepts the gateway's. Without a client id: the test merchant's."""
    mock = mock_alipay if client_id == "own" else mock_alipay.for_client(client_id)
    client, request = DefaultAlipayClient(mock.url, **mock.credentials), AlipayPaymentSessionRequest()
    request.to_ams_json = lambda: json.dumps(sample())
    assert "SUCCESS" == json.loads(client.execute(request))["result"]["resultCode"]
    call = mock.wait(timeout=0)
    assert (mock.client_id or TEST_CLIENT_ID, "valid") == (call.client_id, call.signature["verdict"])


def test_credentials_need_a_known_private_key(mock: Mock) -> None:
    """One that was passed in, or the test merchant's."""
    with pytest.raises(UsageError, match="merchant_private_key"):
        _ = mock.for_client("SANDBOX_SOMEONE").credentials
    credentials = mock.for_client("SANDBOX_SOMEONE", merchant_private_key="theirs").credentials
    assert ("SANDBOX_SOMEONE", "theirs") == (credentials["client_id"], credentials["merchant_private_key"])


def test_for_client_shares_the_connections(own: Live) -> None:
    """Closing the new Mock closes nothing; it ends with its origin, which knows the client ids that were used."""
    with Mock(own.config.url, admin_token=TOKEN) as mock:
        with mock.for_client("A") as other:
            other.for_client("B").add_merchant("C", str(mock.env["gatewayPublicKey"]))
            mock.for_client(None)
            assert ("A", None, ["A", "B", "C"]) == (other.client_id, mock.client_id, mock.introduced)
        assert [__version__, __version__] == [mock.health(), other.health()]
        mock.remove_merchant("C")
        for make in (mock.for_client, lambda client_id: Mock(mock.url, client_id=client_id)):
            with pytest.raises(UsageError, match="client_id"):
                make("")
    with pytest.raises(Unreachable, match="this Mock's block has ended"):
        other.health()
