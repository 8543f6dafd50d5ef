"""``Mock`` against a running gateway: for one client id and for all of them."""

from __future__ import annotations

import json
import pickle
import socket
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from com.alipay.ams.api.default_alipay_client import DefaultAlipayClient
from com.alipay.ams.api.request.pay.alipay_payment_session_request import AlipayPaymentSessionRequest

from mock_alipay import __version__
from mock_alipay.client import Mock, OwnScenario
from mock_alipay.config.config import TEST_CLIENT_ID, Config
from mock_alipay.errors import AdminError, Unreachable, UsageError, WaitTimeout
from mock_alipay.signing import keys
from tests.live import Answer, Live, live, sample
from tests.shop import open_shop

TOKEN = "a-token-of-ours"
OTHER = "SANDBOX_OTHER"

Pay = Callable[..., Answer]


@pytest.fixture(scope="module")
def own() -> Iterator[Live]:
    """A gateway of this module's own, so that tests may change the state of all client ids. It requires a token."""
    with live(Config(seed=1, admin_token=TOKEN)) as running:
        yield running


@pytest.fixture
def everyone(own: Live) -> Iterator[Mock]:
    """The gateway, for all client ids."""
    with Mock(own.config.url, admin_token=TOKEN) as everyone:
        yield everyone
        everyone.reset()


@pytest.fixture
def one(everyone: Mock, client_id: str) -> Mock:
    """The gateway, for one client id."""
    return everyone.for_client(client_id)


@pytest.fixture(params=["one", "everyone"])
def mock(request: pytest.FixtureRequest) -> Mock:
    """Both in turn."""
    mock: Mock = request.getfixturevalue(request.param)
    return mock


@pytest.fixture
def pay(own: Live, client_id: str) -> Pay:
    """Calls createPaymentSession as the test's own merchant, unless ``client_id`` names another."""

    def pay(payment_request_id: str | None = None, **call: Any) -> Answer:
        return own.create(sample(payment_request_id, paymentNotifyUrl=None), **{"client_id": client_id, **call})

    return pay


def id_of(reply: Answer) -> str:
    return reply.headers["mock-call-id"]


def test_a_mock_knows_its_gateway(everyone: Mock, one: Mock, own: Live) -> None:
    """Version, URL and what clients need; ``repr`` shows no token."""
    url = own.config.url
    assert (__version__, url, own.components.env) == (one.health(), one.url, one.env)
    assert (f"Mock({url!r})", f"Mock({url!r}, client_id={one.client_id!r})") == (repr(everyone), repr(one))


@pytest.mark.parametrize("token", [None, "another-token"])
def test_a_refused_request_is_an_admin_error(own: Live, token: str | None) -> None:
    """With the gateway's reason and status; without the right token only ``health`` works."""
    with Mock(own.config.url, admin_token=token) as mock:
        assert __version__ == mock.health()
        for request in (mock.calls, mock.events):
            with pytest.raises(AdminError, match="Authorization") as caught:
                request()
            assert 401 == caught.value.status == caught.value.problem["status"]


def test_scenarios_are_chosen_and_loaded(mock: Mock, pay: Pay) -> None:
    """For one client id or for all: until cleared, for the next ``times`` calls, or until reset."""
    mock.scenario("risk-reject")
    assert ("RISK_REJECT", "SUCCESS" if mock.client_id else "RISK_REJECT") == (pay().code, pay(client_id=OTHER).code)
    mock.clear_scenario()
    assert "SUCCESS" == pay().code
    mock.scenario("process-fail", times=1)
    assert ["PROCESS_FAIL", "SUCCESS"] == [pay().code for _ in range(2)]
    mock.load("ours", {"description": "Refuses. 🙅 \x7f", "createPaymentSession": {"result": "RISK_REJECT"}})
    mock.load("text", "description: Refuses. 🙅\nrefund: {result: RISK_REJECT}\n")
    listed = {record.name: record for record in mock.scenarios()}
    for name, endpoint in (("ours", "createPaymentSession"), ("text", "refund")):
        record = listed[name]
        assert (mock.client_id, None, [endpoint]) == (record.client_id, record.file, record.endpoints)
        assert record.description.startswith("Refuses. 🙅")
    assert str(listed["slow"].file).endswith("slow.yaml")
    mock.scenario(OwnScenario("ours"))
    mock.clock.advance(timedelta(days=1))
    assert "RISK_REJECT" == pay().code
    mock.reset()
    assert ("SUCCESS", timedelta()) == (pay().code, mock.clock.state.ahead)
    assert {"ours", "text"}.isdisjoint(record.name for record in mock.scenarios())


def test_calls_and_payments_are_listed_newest_first(mock: Mock, everyone: Mock, pay: Pay) -> None:
    """``limit`` and ``after`` select; those of other client ids are listed, and reset, only for all."""
    replies = [pay("a"), pay("b", client_id=OTHER), pay("c"), pay("d")]
    names = ["d", "c", "a"] if mock.client_id else ["d", "c", "b", "a"]
    assert (names, len(names)) == ([call.payment_request_id for call in mock.calls()], mock.count())
    assert names == [payment.payment_request_id for payment in mock.payments()]
    assert mock.calls()[:2] == mock.calls(limit=2) == mock.calls(after=id_of(replies[1]))
    assert (1, mock.payments()[:1]) == (mock.count(after=id_of(replies[2])), mock.payments(limit=1))
    assert mock.payments()[0] == mock.payment("d")
    assert "request" in mock.call(id_of(replies[0]))["signed"]
    mock.reset()
    left = ["b"] if mock.client_id else []
    assert left == [call.payment_request_id for call in everyone.calls()]
    assert left == [payment.payment_request_id for payment in everyone.payments()]


def test_filters_select_calls(everyone: Mock, own: Live, pay: Pay, client_id: str) -> None:
    """In lists, counts and waits, each alone and all together."""
    match = id_of(pay("the one", extra={"mock-scenario": "risk-reject"}))
    own.request("POST", "/ams/api/v1/payments/nothing", b"{}", {"client-id": OTHER})
    filters = {"endpoint": "createPaymentSession", "payment_request_id": "the one", "result_code": "RISK_REJECT"}
    filters |= {"scenario": "risk-reject", "client_id": client_id}
    for filter_ in [{name: value} for name, value in filters.items()] + [filters]:
        some: Any = filter_
        assert [match] == [call.id for call in everyone.calls(**some)]
        assert (1, match) == (everyone.count(**some), everyone.wait(**some, timeout=0).id)


def test_an_unknown_filter_is_a_type_error() -> None:
    """With a suggestion where a name is close, and all names; nothing is sent."""
    with Mock("http://127.0.0.1:1") as mock:
        methods: list[Any] = [mock.calls, mock.count, mock.wait]
        for method in methods:
            with pytest.raises(TypeError, match=r"clientId; did you mean client_id\? Filters are client_id, endpoint,"):
                method(clientId="x")


def test_wait_returns_the_newest_call(one: Mock, pay: Pay) -> None:
    """At once when enough calls have come, or as soon as they do."""
    pay()
    newest = id_of(pay())
    assert newest == one.wait(count=2, timeout=0).id
    with ThreadPoolExecutor(1) as threads:
        waiting = threads.submit(one.wait, after=newest, timeout=60.0)
        assert id_of(pay()) == waiting.result(60).id


def test_a_wait_times_out_with_the_nearest_call(one: Mock, pay: Pay) -> None:
    """Its text says how the nearest call differs; ``problem`` has it as data; both survive pickling."""
    nearest = id_of(pay("the-other"))
    with pytest.raises(TimeoutError, match=r"waited 0\.01 s for 1 call .*differs in resultCode \(SUCCESS\)") as caught:
        one.wait(payment_request_id="the-other", result_code="RISK_REJECT", timeout=0.01)
    error = pickle.loads(pickle.dumps(caught.value))
    assert (WaitTimeout, 408, str(caught.value)) == (type(error), error.status, str(error))
    assert nearest == error.problem["nearest"][0]["id"]


def test_an_added_key_is_required_until_it_is_removed(one: Mock, pay: Pay, client_id: str) -> None:
    """A reset keeps it; key versions count from 1."""
    key = keys.shipped_forger_key()
    assert 1 == one.add_merchant(client_id, keys.bare_public_key(key.public_key()))
    one.reset()
    assert ["SUCCESS", "INVALID_SIGNATURE"] == [pay(key=key).code for key in (key, keys.shipped_merchant_key())]
    for _ in range(2):
        one.remove_merchant(client_id)
    assert "SUCCESS" == pay().code


def test_credentials_configure_the_official_sdk(mock_alipay: Mock) -> None:
    """The gateway accepts its signatures, and it accepts the gateway's."""
    client, request = DefaultAlipayClient(mock_alipay.url, **mock_alipay.credentials), AlipayPaymentSessionRequest()
    request.to_ams_json = lambda: json.dumps(sample())
    assert "SUCCESS" == json.loads(client.execute(request))["result"]["resultCode"]
    call = mock_alipay.wait(timeout=0)
    assert (mock_alipay.client_id, "valid") == (call.client_id, call.signature["verdict"])


def test_credentials_need_a_known_private_key(everyone: Mock) -> None:
    """One that was passed in, or the test merchant's, which is the default."""
    with pytest.raises(UsageError, match="merchant_private_key"):
        _ = everyone.for_client(OTHER).credentials
    credentials = everyone.for_client(OTHER, merchant_private_key="theirs").credentials
    assert (OTHER, "theirs") == (credentials["client_id"], credentials["merchant_private_key"])
    default, env = everyone.credentials, everyone.env
    assert (TEST_CLIENT_ID, env["merchantPrivateKey"], env["gatewayPublicKey"]) == tuple(default.values())
    assert default == everyone.for_client(TEST_CLIENT_ID).credentials


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


def test_settle_waits_for_due_notifications(gateway: Live) -> None:
    """Of this client id; then nothing is under way, and the counts and client ids show what there was."""
    client_id = "SANDBOX_SETTLED"
    wallet = {"paymentMethod": {"paymentMethodType": "ALIPAY_CN"}}
    with open_shop() as shop, Mock(gateway.config.url, client_id=client_id) as mock:
        mock.settle()
        for number in range(5):
            body = sample(f"pays-at-once--{number}", **wallet, paymentNotifyUrl=shop.url("/settled"))
            gateway.create(body, client_id=client_id)
        mock.settle()
        assert (5, 5) == (len(shop.got("/settled")), len(mock.notifications(status="ACCEPTED")))
        assert {"calls": 5, "payments": 5, "notifications": 5} == mock.counts()
        assert client_id in mock.clients()


def test_settle_names_what_is_still_under_way(gateway: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    """A shop that does not respond ends the wait with an error."""
    monkeypatch.setattr("mock_alipay.web.admin.clock._DELIVERY_TIMEOUT", 0.05)
    client_id = "SANDBOX_UNSETTLED"
    with socket.create_server(("127.0.0.1", 0)) as silent, Mock(gateway.config.url, client_id=client_id) as mock:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/notify"
        wallet = {"paymentMethod": {"paymentMethodType": "ALIPAY_CN"}, "paymentNotifyUrl": url}
        gateway.create(sample("pays-at-once--1", **wallet), client_id=client_id)
        with pytest.raises(WaitTimeout, match="1 notifications are still being delivered"):
            mock.settle()
        mock.reset()
