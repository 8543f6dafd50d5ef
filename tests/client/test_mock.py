"""``Mock`` against running gateways: for one client id and for all, with an admin token and without."""

from __future__ import annotations

import json
import pickle
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from com.alipay.ams.api.default_alipay_client import DefaultAlipayClient
from com.alipay.ams.api.request.pay.alipay_payment_session_request import AlipayPaymentSessionRequest

from mock_alipay import __version__
from mock_alipay.client import CallRecord, Mock, MockPayment
from mock_alipay.config.config import TEST_CLIENT_ID, Config
from mock_alipay.errors import AdminError, Unreachable, UsageError, WaitTimeout
from mock_alipay.signing import keys
from tests.live import Answer, Live, live, sample
from tests.memory import done

REFUSING = {"description": "Refuses. 🙅 \x7f", "createPaymentSession": {"result": "RISK_REJECT"}}
"""A scenario, with letters that YAML would not take as JSON writes them."""


@pytest.fixture(scope="module", params=[None, "a-token-of-ours"], ids=["open", "token"])
def own(request: pytest.FixtureRequest) -> Iterator[Live]:
    """A gateway for the tests here alone, so that they may steer all client ids."""
    with live(Config(seed=1, admin_token=request.param)) as running:
        yield running


@pytest.fixture(params=[True, False], ids=["one", "all"])
def mock(request: pytest.FixtureRequest, own: Live, whom: str) -> Iterator[Mock]:
    """The gateway in the hands of one client id, or for all of them."""
    with Mock(own.config.url, admin_token=own.config.admin_token) as everyone:
        yield everyone.for_client(whom if request.param else None)
        everyone.reset()


class Shop:
    """A merchant who calls ``own``."""

    def __init__(self, own: Live, client_id: str) -> None:
        self._own = own
        self.client_id = client_id

    def pay(self, payment_request_id: str | None = None, **how: Any) -> Answer:
        """A call; ``how`` goes to ``Live.create``."""
        return self._own.create(sample(payment_request_id, paymentNotifyUrl=None), client_id=self.client_id, **how)


@pytest.fixture
def shop(own: Live, whom: str) -> Shop:
    """The merchant whom a scoped ``mock`` is about."""
    return Shop(own, whom)


@pytest.fixture
def stranger(own: Live) -> Shop:
    """Another merchant of the same gateway."""
    return Shop(own, f"SANDBOX_{uuid.uuid4().hex}")


def numbers(calls: list[CallRecord]) -> list[int]:
    """The ids of calls, which count up."""
    return [int(call.id) for call in calls]


def number(answer: Answer) -> int:
    """The id of the call that got this answer."""
    return int(answer.headers["mock-call-id"])


# --- the gateway ------------------------------------------------------------------------------------------------------


def test_health(mock: Mock, own: Live) -> None:
    """It says which version answers, at the URL that merchants configure."""
    assert (__version__, own.config.url) == (mock.health(), mock.url)


def test_env(mock: Mock, own: Live) -> None:
    """``env`` is what the gateway says that clients must be set up with."""
    assert own.components.env == mock.env


def test_repr(whom: str) -> None:
    """It shows where it looks and for whom, and no token."""
    url = "http://127.0.0.1:2088"
    shown = [repr(Mock(url + "/", client_id=client, admin_token="secret-token")) for client in (None, whom)]
    assert [f"Mock('{url}')", f"Mock('{url}', client_id='{whom}')"] == shown


# --- scenarios --------------------------------------------------------------------------------------------------------


def test_scenario(mock: Mock, shop: Shop, stranger: Shop) -> None:
    """A scenario plays until it is taken back, for the client id alone or for all."""
    mock.scenario("risk-reject")
    during = shop.pay().code, stranger.pay().code
    mock.clear_scenario()
    assert (("RISK_REJECT", "SUCCESS" if mock.client_id else "RISK_REJECT"), "SUCCESS") == (during, shop.pay().code)


def test_scenario_for_some_calls(mock: Mock, shop: Shop) -> None:
    """With ``times`` it plays for so many calls."""
    mock.scenario("process-fail", times=2)
    assert ["PROCESS_FAIL", "PROCESS_FAIL", "SUCCESS"] == [shop.pay().code for _ in range(3)]


def test_unknown_scenario(mock: Mock) -> None:
    """A name that is none is refused with the one that was perhaps meant."""
    with pytest.raises(AdminError, match="there is no scenario 'sucess'; did you mean success") as caught:
        mock.scenario("sucess")
    assert caught.value.problem["status"] == caught.value.status == 400


@pytest.mark.parametrize("scenario", [REFUSING, json.dumps(REFUSING, ensure_ascii=False).replace("\x7f", "")])
def test_load(mock: Mock, shop: Shop, stranger: Shop, scenario: Any) -> None:
    """A scenario as a mapping or as text can be played at once, is listed, and is gone after a reset."""
    mock.load("ours", scenario)
    (listed,) = (found for found in mock.scenarios() if found.name == "ours")
    assert (mock.client_id, None, ["createPaymentSession"]) == (listed.client_id, listed.file, listed.endpoints)
    assert listed.description.startswith("Refuses. 🙅")
    asked = {"mock-scenario": "ours"}
    assert "RISK_REJECT" == shop.pay(extra=asked).code
    assert (400 if mock.client_id else 200) == stranger.pay(extra=asked).status
    mock.reset()
    assert "ours" not in [found.name for found in mock.scenarios()]


def test_load_a_bad_scenario(mock: Mock) -> None:
    """A scenario that cannot be played is refused with place and reason."""
    with pytest.raises(AdminError, match=r"createPaymentSession\.result.*did you mean SUCCESS\?"):
        mock.load("ours", {"description": "Ours.", "createPaymentSession": {"result": "SUCCES"}})


def test_scenarios(mock: Mock, own: Live) -> None:
    """Every shipped scenario is listed, with its file."""
    found = {scenario.name: scenario for scenario in mock.scenarios()}
    assert set(done(own.components.selector.registry.library())) == set(found)
    assert (["*"], ["*"], None) == (found["slow"].endpoints, found["slow"].calls, found["slow"].client_id)
    assert str(found["slow"].file).endswith("slow.yaml")


# --- looking back -----------------------------------------------------------------------------------------------------


def test_calls(mock: Mock, shop: Shop, stranger: Shop) -> None:
    """Calls come newest first, no more than asked for, those of others only without a client id."""
    answers = [shop.pay(), stranger.pay(), shop.pay(), shop.pay(extra={"mock-scenario": "risk-reject"})]
    seen = [number(answer) for answer in reversed(answers) if not mock.client_id or answer is not answers[1]]
    assert seen == numbers(mock.calls())
    assert seen[:2] == numbers(mock.calls(limit=2))
    assert seen[:2] == numbers(mock.calls(after=number(answers[1])))
    assert (len(seen), 1) == (mock.count(), mock.count(after=seen[1]))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("endpoint", "createPaymentSession"),
        ("payment_request_id", "the one"),
        ("result_code", "RISK_REJECT"),
        ("scenario", "risk-reject"),
    ],
)
def test_filters(mock: Mock, own: Live, shop: Shop, name: str, value: str) -> None:
    """Each filter finds the one call that fits, alone and beside another."""
    own.request("POST", "/ams/api/v1/payments/nothing", b"{}", {"client-id": shop.client_id})
    if name != "endpoint":
        shop.pay()
    wanted = number(shop.pay("the one", extra={"mock-scenario": "risk-reject"}))
    filters: Any = {name: value}
    assert [wanted] == numbers(mock.calls(**filters, client_id=shop.client_id))
    assert (1, str(wanted)) == (mock.count(**filters), mock.wait(**filters, timeout=0).id)


@pytest.mark.parametrize("method", ["calls", "count", "wait"])
@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("clientId", "there is no filter clientId; did you mean client_id? Filters are client_id, endpoint,"),
        ("result", "there is no filter result; did you mean result_code? Filters are"),
        ("colour", "there is no filter colour. Filters are"),
    ],
)
def test_unknown_filter(mock: Mock, method: str, name: str, words: str) -> None:
    """A filter that is none is told before anything is sent, with the one that was perhaps meant."""
    with pytest.raises(TypeError) as caught:
        getattr(mock, method)(**{name: "x"})
    assert str(caught.value).startswith(words)


def test_call(mock: Mock, shop: Shop, own: Live) -> None:
    """One call can be seen whole, with what was signed."""
    answer = shop.pay()
    found = mock.call(answer.headers["mock-call-id"])
    assert (shop.client_id, True) == (found["requestHeaders"]["client-id"], "request" in found["signed"])


def test_call_that_is_none(mock: Mock) -> None:
    """An id that no call has is told."""
    with pytest.raises(AdminError, match="no call '999999'"):
        mock.call("999999")


def test_wait_for_what_has_come(mock: Mock, shop: Shop) -> None:
    """A call that is there already is answered at once, the newest of those that fit."""
    shop.pay()
    newest = number(shop.pay())
    assert newest == int(mock.wait(count=2, timeout=0).id)


def test_wait_for_what_comes(mock: Mock, shop: Shop) -> None:
    """A call that comes later is answered as soon as it is there."""
    before = number(shop.pay())
    with ThreadPoolExecutor(1) as threads:
        waiting = threads.submit(mock.wait, after=before, timeout=20.0)
        came = shop.pay()
        assert number(came) == int(waiting.result(60).id)


def test_wait_in_vain(mock: Mock, shop: Shop) -> None:
    """What has not come is a TimeoutError that names what came instead, and where the nearest differs."""
    shop.pay("something-else")
    nearest = shop.pay("the-other")
    shop.pay("yet-another")
    with pytest.raises(TimeoutError) as caught:
        mock.wait(payment_request_id="the-other", result_code="RISK_REJECT", client_id=shop.client_id, timeout=0.01)
    error = caught.value
    assert isinstance(error, WaitTimeout)
    assert 408 == error.status
    assert "waited 0.01 s for 1 call" in str(error)
    assert "paymentRequestId=the-other and resultCode=RISK_REJECT" in str(error)
    assert f"the closest, #{number(nearest)}, differs in resultCode (SUCCESS)" in str(error)
    assert str(number(nearest)) == error.problem["nearest"][0]["id"]


@pytest.mark.parametrize("kind", [AdminError, WaitTimeout])
def test_what_is_refused_can_be_told_elsewhere(mock: Mock, kind: type[AdminError]) -> None:
    """An error is the same on the other side of a process pool, as pytest-xdist and others have them."""
    with pytest.raises(kind) as caught:
        mock.wait(payment_request_id="nothing-like-it", timeout=0, after=0 if kind is WaitTimeout else -1)
    found = pickle.loads(pickle.dumps(caught.value))
    assert (kind, str(caught.value), caught.value.problem) == (type(found), str(found), found.problem)


def test_payments(mock: Mock, shop: Shop, stranger: Shop) -> None:
    """Payments are those of the client id or of all; one can be asked for by any id that merchants make up."""
    shop.pay("a/b ?c=d&e#ü%2F")
    stranger.pay("theirs")
    expected = ["a/b ?c=d&e#ü%2F"] if mock.client_id else ["theirs", "a/b ?c=d&e#ü%2F"]
    assert expected == [payment.payment_request_id for payment in mock.payments()]
    assert expected[:1] == [payment.payment_request_id for payment in mock.payments(limit=1)]
    payment = mock.payment("a/b ?c=d&e#ü%2F")
    assert (MockPayment, shop.client_id, "OPEN") == (type(payment), payment.client_id, payment.session_status)
    assert "a/b ?c=d&e#ü%2F" == payment.request["paymentRequestId"]
    with pytest.raises(AdminError, match="no session or payment was created"):
        mock.payment("nothing")


def test_reset(mock: Mock, shop: Shop, stranger: Shop) -> None:
    """What happened and what was set is forgotten, of the client id alone or of all."""
    shop.pay("ours")
    stranger.pay("theirs")
    mock.scenario("risk-reject")
    mock.clock.advance(timedelta(days=1))
    mock.reset()
    everyone = mock.for_client(None)
    left = ["theirs"] if mock.client_id else []
    assert left == [call.payment_request_id for call in everyone.calls()]
    assert left == [payment.payment_request_id for payment in everyone.payments()]
    assert (timedelta(), "SUCCESS") == (mock.clock.state.ahead, shop.pay().code)


# --- merchants --------------------------------------------------------------------------------------------------------


def test_add_merchant(mock: Mock, shop: Shop) -> None:
    """A merchant's key is held to from then on; keys get versions in the order added."""
    first, second = keys.shipped_forger_key(), keys.shipped_gateway_key()
    versions = [
        mock.add_merchant(shop.client_id, keys.bare_public_key(key.public_key())) for key in (first, second, first)
    ]
    assert [1, 2, 1] == versions
    assert ["SUCCESS", "INVALID_SIGNATURE"] == [shop.pay(key=key).code for key in (first, keys.shipped_merchant_key())]


def test_add_a_bad_key(mock: Mock, shop: Shop) -> None:
    """What is no public key is refused with words."""
    with pytest.raises(AdminError, match="publicKey: expected an RSA public key"):
        mock.add_merchant(shop.client_id, "no key")


def test_remove_merchant(mock: Mock, shop: Shop) -> None:
    """Added keys outlive a reset; taken away, they are held to no longer, and versions count from one again."""
    key = keys.bare_public_key(keys.shipped_forger_key().public_key())
    assert 1 == mock.add_merchant(shop.client_id, key)
    mock.reset()
    assert "INVALID_SIGNATURE" == shop.pay().code
    mock.remove_merchant(shop.client_id)
    assert ("SUCCESS", 1) == (shop.pay().code, mock.add_merchant(shop.client_id, key))
    mock.remove_merchant(shop.client_id)
    mock.remove_merchant(shop.client_id)


def test_what_was_not_added_stays(mock: Mock, own: Live) -> None:
    """The shipped test merchant's key cannot be taken away; one that was added beside it can."""
    mock.add_merchant(TEST_CLIENT_ID, keys.bare_public_key(keys.shipped_forger_key().public_key()))
    mock.remove_merchant(TEST_CLIENT_ID)
    test_merchant = Shop(own, TEST_CLIENT_ID)
    answers = [test_merchant.pay(), test_merchant.pay(key=keys.shipped_forger_key())]
    assert ["SUCCESS", "INVALID_SIGNATURE"] == [answer.code for answer in answers]


def executed(mock: Mock) -> CallRecord:
    """What the gateway says of a call of the official SDK, set up with the mock's credentials."""
    client = DefaultAlipayClient(mock.url, **mock.credentials)
    request = AlipayPaymentSessionRequest()
    request.to_ams_json = lambda: json.dumps(sample())
    reply = json.loads(client.execute(request))
    assert "SUCCESS" == reply["result"]["resultCode"]
    return mock.wait(timeout=0)


def test_credentials(mock_alipay: Mock) -> None:
    """They set up the official SDK: its calls are verified, and it verifies the replies."""
    call = executed(mock_alipay)
    assert (mock_alipay.client_id, "valid") == (call.client_id, call.signature["verdict"])


@pytest.mark.parametrize("client_id", [None, TEST_CLIENT_ID])
def test_credentials_of_the_test_merchant(mock_alipay: Mock, client_id: str | None) -> None:
    """Without a client id of one's own they are those of the shipped test merchant."""
    call = executed(mock_alipay.for_client(client_id))
    assert (TEST_CLIENT_ID, "valid") == (call.client_id, call.signature["verdict"])


def test_credentials_that_are_not_known(mock: Mock) -> None:
    """A merchant whose private key nobody told has none."""
    with pytest.raises(UsageError, match="the private key of SANDBOX_SOMEONE is not known"):
        _ = mock.for_client("SANDBOX_SOMEONE").credentials
    other = mock.for_client("SANDBOX_SOMEONE", merchant_private_key="theirs")
    assert ("SANDBOX_SOMEONE", "theirs") == (other.credentials["client_id"], other.credentials["merchant_private_key"])


def test_an_empty_client_id(mock: Mock) -> None:
    """It is no client id, nor does it stand for all of them."""
    expected = "client_id: expected a client id, or None for all of them, got an empty string"
    with pytest.raises(UsageError, match=expected):
        Mock(mock.url, client_id="")
    with pytest.raises(UsageError, match=expected):
        mock.for_client("")


# --- connections ------------------------------------------------------------------------------------------------------


def test_for_client_shares_the_connection(own: Live, whom: str) -> None:
    """What ``for_client`` gives may be closed, which closes nothing; it ends with the one that it came from."""
    with Mock(own.config.url, admin_token=own.config.admin_token) as mock:
        with mock.for_client(whom) as other:
            assert (whom, None) == (other.client_id, mock.client_id)
        assert [__version__, __version__] == [mock.health(), other.health()]
    with pytest.raises(Unreachable, match="this Mock's block has ended"):
        other.health()


def test_what_it_introduced(own: Live) -> None:
    """The client ids that it was asked for, also by those that it gave out: what a fixture cleans up."""
    with Mock(own.config.url, admin_token=own.config.admin_token) as mock:
        key = str(mock.env["gatewayPublicKey"])
        mock.for_client("A").for_client("B").add_merchant("C", key)
        mock.for_client(None)
        assert mock.introduced == ["A", "B", "C"]


@pytest.mark.parametrize(("token", "found"), [(None, "none"), ("another-token", "another")])
def test_wrong_token(token: str | None, found: str) -> None:
    """Without the right token only health is told."""
    with live(Config(admin_token="a-token-of-ours")) as running, Mock(running.config.url, admin_token=token) as mock:
        assert __version__ == mock.health()
        with pytest.raises(AdminError, match=f"expected Bearer and the token.*got {found}") as caught:
            mock.calls()
        assert 401 == caught.value.status
        with pytest.raises(AdminError, match=f"got {found}"):
            mock.events()
