"""The line that a call walks: what is asked first, what is kept, what is told."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from mock_alipay.apis.context import Context, Outcome
from mock_alipay.apis.family import Endpoint, Families
from mock_alipay.apis.payments import PAYMENTS
from mock_alipay.apis.payments.model import Payment
from mock_alipay.clock.clocks import LATEST, Clocks, wire_time
from mock_alipay.config.config import TEST_CLIENT_ID
from mock_alipay.errors import NoSuchPath, Refusal
from mock_alipay.gateway.assembly import Components
from mock_alipay.gateway.gateway import Gateway
from mock_alipay.journal.events import Event
from mock_alipay.journal.exchange import Call, Reply
from mock_alipay.journal.log_lines import json_line, text_line
from mock_alipay.signing import content, fits, keys, parse, raw_signature
from mock_alipay.storage import Aggregates, Key
from mock_alipay.web.admin.call_views import whole_call_view
from tests.calls import NOW, ask, code, header, latest, parts_of, plain_call, result, signed_call, with_scenario
from tests.live import PATH, SANDBOX_PATH, Live, sample
from tests.memory import done, kept

CARD = "4054695723100768"
"""A documented test card."""


def with_endpoint(gateway: Gateway, decide: Callable[[Mapping[str, Any], Context[Any]], Outcome[Any]]) -> Gateway:
    """A gateway with a createPaymentSession of its own."""
    executor = replace(
        gateway.executor, families=Families([PAYMENTS._replace(endpoints={"createPaymentSession": Endpoint(decide)})])
    )
    return replace(gateway, executor=executor)


def payments(components: Components) -> list[str]:
    """The paymentRequestIds that the gateway keeps."""
    return [payment.request_id for payment in asyncio.run(components.repository.store.browse())]


def is_signed(reply: Reply, key: Any = None, target: str = SANDBOX_PATH) -> bool:
    """Whether a reply carries the gateway's signature, or another key's."""
    raw = raw_signature(parse(str(header(reply, "signature"))).value)
    client_id, time = str(header(reply, "client-id")), str(header(reply, "response-time"))
    public_key = (key or keys.shipped_gateway_key()).public_key()
    return fits(public_key, raw, content("POST", target, client_id, time, reply.body))


def test_a_good_call_opens_a_session() -> None:
    """It is answered, signed, kept, and noted with everything that led to the reply."""
    components = parts_of()
    reply = ask(components, signed_call(sample("order-1")))
    assert result(reply) == {"resultCode": "SUCCESS", "resultMessage": "success.", "resultStatus": "S"}
    assert is_signed(reply)
    assert ["order-1"] == payments(components)
    entry = latest(components)
    assert (entry.id, entry.id) == (header(reply, "mock-call-id"), "1")
    assert ("createPaymentSession", TEST_CLIENT_ID, "order-1") == (
        entry.endpoint,
        entry.client_id,
        entry.request_id,
    )
    assert ("SUCCESS", "S", "success.") == (entry.result_code, entry.result_status, entry.message)
    assert ("valid", None, ()) == (entry.verdict, entry.explanation, entry.faults)
    assert ("success", "the default") == (entry.scenario, entry.reason)
    assert entry.reply is reply
    assert 0 < entry.took < 10


def test_the_same_seed_gives_the_same_reply() -> None:
    """Byte for byte, with the same clock; another seed gives another."""
    call = signed_call(sample("order-1"))
    one, again, other = (ask(parts_of(seed=seed), call).body for seed in (5, 5, 6))
    assert one == again
    assert one != other


LIST_OF_WRONGS: list[tuple[dict[str, Any], str, dict[str, Any]]] = [
    # what is wrong from here on, the code, what the journal knows
    (
        {"path": "/ams/api/v1/payments/nothing"},
        "NO_INTERFACE_DEF",
        {"endpoint": None, "verdict": "unchecked", "request_id": None, "scenario": None},
    ),
    (
        {"method": "GET"},
        "METHOD_NOT_SUPPORTED",
        {"endpoint": None, "verdict": "unchecked", "request_id": None, "scenario": None},
    ),
    (
        {"extra": {"content-type": "text/plain"}},
        "MEDIA_TYPE_NOT_ACCEPTABLE",
        {"endpoint": None, "verdict": "unchecked", "request_id": None, "scenario": None},
    ),
    (
        {"extra": {"request-time": "now"}},
        "PARAM_ILLEGAL",
        {"endpoint": "createPaymentSession", "verdict": "unchecked", "scenario": None},
    ),
    (
        {"key": keys.shipped_gateway_key()},
        "INVALID_SIGNATURE",
        {"endpoint": "createPaymentSession", "verdict": "invalid", "scenario": None},
    ),
    (
        {"body": b"{}"},
        "PARAM_ILLEGAL",
        {"endpoint": "createPaymentSession", "verdict": "valid", "request_id": None, "scenario": None},
    ),
    (
        {"extra": {"mock-scenario": "card-not-supported"}},
        "CARD_NOT_SUPPORTED",
        {"endpoint": "createPaymentSession", "verdict": "valid", "scenario": "card-not-supported"},
    ),
]


@pytest.mark.parametrize("first", range(len(LIST_OF_WRONGS)))
def test_the_first_thing_that_is_wrong_decides(first: int) -> None:
    """Path, method, media type, headers, signature, body, scenario: whatever comes after is not looked at."""
    how: dict[str, Any] = {"extra": {}}
    for wrong, _, _ in LIST_OF_WRONGS[first:]:
        extra = {**wrong.get("extra", {}), **how["extra"]}
        how = {**wrong, **how, "extra": extra}
    components = parts_of()
    reply = ask(components, signed_call(how.pop("body", None), **how))
    _, expected, known = LIST_OF_WRONGS[first]
    assert expected == code(reply)
    assert payments(components) == []
    entry = latest(components)
    assert known == {name: getattr(entry, name) for name in known}
    assert (TEST_CLIENT_ID, expected) == (entry.client_id, entry.result_code)


def test_a_refusal_is_signed_like_any_other_answer() -> None:
    """Also one for a path that there is not."""
    reply = ask(parts_of(), signed_call(path="/ams/api/v1/payments/nothing"))
    assert is_signed(reply, target="/ams/api/v1/payments/nothing")


@pytest.mark.parametrize("headers", [{}, {"client-id": "SANDBOX_X"}, {"client-id": "k\xe4se"}])
def test_a_caller_is_noted_by_what_it_said_it_was(headers: dict[str, str]) -> None:
    """Though nothing of it could be checked; the answer carries it back."""
    components = parts_of()
    reply = ask(components, plain_call(headers=headers))
    assert code(reply) == "PARAM_ILLEGAL"
    assert headers.get("client-id", "") == latest(components).client_id == header(reply, "client-id")


@pytest.mark.parametrize("path", ["/", "/favicon.ico", "/api/v1/payments/createPaymentSession"])
def test_a_path_that_is_none_is_a_plain_http_error(path: str) -> None:
    """Problem JSON, unsigned, and noted too."""
    components = parts_of()
    reply = ask(components, plain_call(target=path))
    assert (404, None) == (reply.status, header(reply, "signature"))
    entry = latest(components)
    assert (None, None, None) == (entry.endpoint, entry.result_code, entry.result_status)
    assert entry.message == json.loads(reply.body)["detail"]


def test_a_call_that_could_not_be_read_is_noted() -> None:
    """The edge turns it away, the journal knows of it."""
    components = parts_of()
    reply = done(components.gateway.reject(plain_call(headers={"client-id": "A"}), NoSuchPath("too much")))
    entry = latest(components)
    assert (404, "A", None, "too much") == (reply.status, entry.client_id, entry.result_code, entry.message)


def test_the_first_fault_is_told_and_the_others_counted() -> None:
    """All of them stand in the journal."""
    components = parts_of()
    body = sample(order=None, productCode="X", paymentRedirectUrl=None)
    message = result(ask(components, signed_call(body)))["resultMessage"]
    faults = latest(components).faults
    assert {"order", "productCode", "paymentRedirectUrl"} == {fault.path for fault in faults}
    assert f"{faults[0].text} (and 2 more)" == message
    body = sample(order=None)
    message = result(ask(components, signed_call(body)))["resultMessage"]
    assert "more" not in message
    assert message.startswith("order: ")


@pytest.mark.parametrize(("length", "expected"), [(255, 255), (256, 256)])
def test_a_message_may_have_256_characters(tmp_path: Path, length: int, expected: int) -> None:
    """It is left whole."""
    components = with_scenario(tmp_path, f"createPaymentSession: {{result: PROCESS_FAIL, message: {'ä' * length}}}")
    assert "ä" * expected == result(ask(components, signed_call()))["resultMessage"]


def test_a_longer_message_is_cut() -> None:
    """To 256 characters, the last of which says so."""

    def endpoint(body: Mapping[str, Any], context: Context[Any]) -> Outcome[Any]:
        raise Refusal("PROCESS_FAIL", "ä" * 257)

    gateway = with_endpoint(parts_of().gateway, endpoint)
    reply = asyncio.run(gateway.answer(signed_call()))
    assert result(reply)["resultMessage"] == "ä" * 255 + "…"


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        (signed_call(sample("order-1", order=None)), "order-1"),
        (signed_call(sample("order-1"))._replace(target=PATH), "order-1"),
        (signed_call(sample("order-1"))._replace(method="GET"), "order-1"),
        (signed_call(b'{"paymentRequestId": "order-1"'), None),
        (signed_call(b'{"paymentRequestId": 5}'), None),
        (signed_call(b"[]"), None),
    ],
)
def test_a_refused_call_is_noted_under_the_id_that_it_claims(call: Call, expected: str | None) -> None:
    """So that it is found where its merchant looks for it, if its body can be read."""
    components = parts_of()
    ask(components, call)
    assert expected == latest(components).request_id
    assert payments(components) == []


def test_an_invalid_signature_is_explained_to_the_merchant() -> None:
    """The message says which part does not fit, and so does the journal."""
    components = parts_of()
    call = signed_call(path=SANDBOX_PATH)._replace(target=PATH, reply_target=PATH)
    reply = ask(components, call)
    expected = "the path was signed with /sandbox, but sent without it"
    assert code(reply) == "INVALID_SIGNATURE"
    assert expected in result(reply)["resultMessage"]
    assert expected in str(latest(components).explanation)
    assert is_signed(reply, target=PATH)


def test_a_stranger_is_told_once_how_to_be_verified() -> None:
    """In the journal, whatever becomes of the call; the reply's header says each time that it is not."""
    components = parts_of()
    calls = [signed_call(sample(order=order), client_id="SANDBOX_MOCK_MERCHNT") for order in (None, sample()["order"])]
    replies = [ask(components, call) for call in calls]
    assert ["PARAM_ILLEGAL", "SUCCESS"] == [code(reply) for reply in replies]
    assert ["no", "no"] == [header(reply, "mock-verified") for reply in replies]
    first, again = (entry.explanation for entry in kept(components.journal))
    assert "did you mean SANDBOX_MOCK_MERCHANT?" in str(first)
    assert again is None
    assert header(ask(components, signed_call()), "mock-verified") is None


def test_a_refused_call_is_told_what_would_have_played() -> None:
    """The scenario that it names, though the contract goes first; none is noted as played, and none counts."""
    components = parts_of()
    for body, extra in ((sample("slow--1", order=None), {}), (sample(order=None), {"mock-scenario": "slow"})):
        reply = ask(components, signed_call(body, extra=extra))
        assert ("PARAM_ILLEGAL", 0.0) == (code(reply), reply.delay)
        entry = latest(components)
        assert (None, True) == (entry.scenario, "scenario slow would have played (" in str(entry.explanation))
    done(components.selector.prefer("slow", times=1))
    ask(components, signed_call(sample(order=None)))
    assert "scenario slow would have played (set for all client ids)" == latest(components).explanation
    assert [(None, "slow", 1)] == done(components.selector.preferences())
    ask(components, signed_call(sample()))
    assert [] == done(components.selector.preferences())


def test_a_choice_that_changes_no_such_call_is_told_in_the_journal() -> None:
    """The call plays as usual, and the choice is left for one that it changes."""
    components = parts_of()
    done(components.selector.prefer("refund-merchant-balance", times=1))
    reply = ask(
        components, signed_call({"paymentId": "1"}, path=SANDBOX_PATH.replace("createPaymentSession", "cancel"))
    )
    assert "ORDER_NOT_EXIST" == code(reply)
    entry = latest(components)
    assert "refund-merchant-balance" == entry.scenario
    assert "it has no step for cancel: this call does not count" in str(entry.reason)
    assert str(entry.reason) in str(entry.explanation)
    assert [(None, "refund-merchant-balance", 1)] == done(components.selector.preferences())


def test_double_slashes_are_told_in_the_journal() -> None:
    """The call is answered, and its merchant can find out about the URL."""
    components = parts_of()
    assert code(ask(components, signed_call(path="/" + PATH))) == "SUCCESS"
    assert "double slashes" in str(latest(components).explanation)
    ask(components, signed_call(path=PATH))
    assert latest(components).explanation is None


def test_signatures_may_be_required_or_off() -> None:
    """As configured, for callers without a key and without any header."""
    stranger = signed_call(client_id="SANDBOX_X")
    assert code(ask(parts_of(), stranger)) == "SUCCESS"
    assert code(ask(parts_of(signatures="required"), stranger)) == "INVALID_CLIENT"
    components = parts_of(signatures="off")
    reply = ask(components, plain_call(json.dumps(sample("order-1")).encode()))
    assert ("SUCCESS", None) == (code(reply), header(reply, "signature"))
    assert (TEST_CLIENT_ID, "unchecked") == (latest(components).client_id, latest(components).verdict)


@pytest.mark.parametrize("name", ["card-not-supportd", "", "Success"])
def test_an_unknown_name_in_the_header_is_http_400(name: str) -> None:
    """With the known names; nothing is created, and the journal tells it."""
    components = parts_of()
    reply = ask(components, signed_call(sample("order-1"), extra={"mock-scenario": name}))
    problem = json.loads(reply.body)
    assert (400, "application/problem+json") == (reply.status, header(reply, "content-type"))
    assert f"'{name}'" in problem["detail"]
    assert "card-not-supported" in problem["known"]
    assert payments(components) == []
    entry = latest(components)
    assert (None, "order-1", "valid") == (entry.result_code, entry.request_id, entry.verdict)


def test_the_name_of_the_scenario_comes_back() -> None:
    """In the reply's header, and in the journal with the reason."""
    components = parts_of()
    reply = ask(components, signed_call(extra={"mock-scenario": "no-pay-options"}))
    assert ("NO_PAY_OPTIONS", "no-pay-options") == (code(reply), header(reply, "mock-scenario"))
    assert ("no-pay-options", "named by the mock-scenario header") == (
        latest(components).scenario,
        latest(components).reason,
    )


def test_a_scripted_failure_creates_nothing(tmp_path: Path) -> None:
    """And the next try may succeed under the same id."""
    components = with_scenario(tmp_path, "createPaymentSession: [{result: PROCESS_FAIL, message: not today}, {}]")
    call = signed_call(sample("order-1"))
    reply = ask(components, call)
    assert result(reply) == {"resultCode": "PROCESS_FAIL", "resultMessage": "not today", "resultStatus": "F"}
    assert ["result"] == list(json.loads(reply.body))
    assert payments(components) == []
    assert code(ask(components, call)) == "SUCCESS"
    assert ["order-1"] == payments(components)


@pytest.mark.parametrize("written", ["very good", ""])
@pytest.mark.parametrize("outcome", ["SUCCESS", "PROCESS_FAIL"])
def test_a_message_of_the_scenario_replaces_the_codes_own(tmp_path: Path, outcome: str, written: str) -> None:
    """For successes and failures, also by an empty one."""
    components = with_scenario(tmp_path, f'createPaymentSession: {{result: {outcome}, message: "{written}"}}')
    reply = ask(components, signed_call())
    assert (outcome, written) == (code(reply), result(reply)["resultMessage"])


@pytest.mark.parametrize("outcome", ["SUCCESS", "PROCESS_FAIL"])
def test_a_message_may_have_placeholders(tmp_path: Path, outcome: str) -> None:
    """They are filled in as those of ``set`` are, and what comes of it is cut to length."""
    message = "${request.order.referenceOrderId}: ${request.order.orderDescription}"
    components = with_scenario(tmp_path, f'createPaymentSession: {{result: {outcome}, message: "{message}"}}')
    body = sample("order-1")
    body["order"] = {**body["order"], "referenceOrderId": "42", "orderDescription": "x" * 256}
    reply = ask(components, signed_call(body))
    assert (outcome, "42: " + "x" * 251 + "…") == (code(reply), result(reply)["resultMessage"])


def test_a_refusal_within_a_scenario_still_plays_its_delay(tmp_path: Path) -> None:
    """A repeat with another body is refused by the gateway's own rules, however slow the scenario is."""
    components = with_scenario(tmp_path, "createPaymentSession: {delay: 2s}")
    ask(components, signed_call(sample("order-1")))
    reply = ask(components, signed_call(sample("order-1", productScene="EASY_PAY")))
    assert ("REPEAT_REQ_INCONSISTENT", 2.0) == (code(reply), reply.delay)


def test_a_delay_is_drawn_from_the_seed(tmp_path: Path) -> None:
    """Within its range, another for each call and id, and the same again for the same seed."""
    scenario = "createPaymentSession: {delay: {min: 1s, max: 2s}}"

    def delays(seed: int) -> list[float]:
        components = with_scenario(tmp_path, scenario, seed=seed)
        return [ask(components, signed_call(sample(name))).delay for name in ("a", "a", "b", "c", "a")]

    drawn = delays(1)
    assert all(1 <= delay <= 2 for delay in drawn)
    assert len(set(drawn)) == 5
    assert drawn == delays(1)
    assert drawn != delays(2)


def test_a_fixed_delay_is_just_that(tmp_path: Path) -> None:
    """And no scenario, no delay."""
    assert ask(with_scenario(tmp_path, "createPaymentSession: {delay: 300ms}"), signed_call()).delay == 0.3
    assert ask(parts_of(), signed_call()).delay == 0.0


def test_reply_fields_are_set(tmp_path: Path) -> None:
    """Values and placeholders, nested and new ones; null takes a field out."""
    components = with_scenario(
        tmp_path,
        "createPaymentSession:\n"
        "  set:\n"
        "    normalUrl: https://shop.example/${request.paymentRequestId}?by=${clientId}\n"
        "    amount: ${request.paymentAmount}\n"
        "    echo.deep.session: ${reply.paymentSessionId}\n"
        "    echo.authorized: ${request.paymentFactor.isAuthorization}\n"
        "    echo.shop: ${header.X-Shop}\n"
        "    echo.missing: ${request.not.there}\n"
        "    echo.at: ${now}\n"
        "    echo.plain: $${now}\n"
        "    paymentSessionData: null\n"
        "    not.there: null\n"
        "    result.resultMessage: set by ${clientId}\n",
    )
    reply = ask(components, signed_call(sample("order-1"), extra={"x-shop": "berlin"}))
    body = json.loads(reply.body)
    session = body.pop("paymentSessionId")
    assert len(session) == 64
    assert body == {
        "paymentSessionExpiryTime": "2026-11-22T10:07:10+08:00",
        "normalUrl": f"https://shop.example/order-1?by={TEST_CLIENT_ID}",
        "amount": {"currency": "BRL", "value": "100"},
        "echo": {
            "deep": {"session": session},
            "authorized": True,
            "shop": "berlin",
            "at": "2026-11-22T09:07:10+08:00",
            "plain": "${now}",
        },
        "result": {
            "resultCode": "SUCCESS",
            "resultMessage": f"set by {TEST_CLIENT_ID}",
            "resultStatus": "S",
        },
    }
    assert is_signed(reply)


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("result.resultCode: NEW_CODE", ("NEW_CODE", "S", "success.")),
        ("result.resultCode: null", (None, "S", "success.")),
        ("result.resultStatus: null", ("SUCCESS", None, "success.")),
        ("result.resultMessage: null", ("SUCCESS", "S", "")),
        ("result.resultCode: 7", ("7", "S", "success.")),
        ("result.resultMessage: {a: 1}", ("SUCCESS", "S", "{'a': 1}")),
        ("result: null", (None, None, "")),
        ("result: spoilt", (None, None, "")),
    ],
)
def test_a_result_that_is_set_is_noted(tmp_path: Path, written: str, expected: tuple[str | None, ...]) -> None:
    """Whatever a scenario makes of it, the call is answered, noted, shown and logged."""
    components = with_scenario(tmp_path, f"createPaymentSession:\n  set:\n    {written}\n")
    reply = ask(components, signed_call())
    assert is_signed(reply)
    entry = latest(components)
    assert expected == (entry.result_code, entry.result_status, entry.message)
    assert whole_call_view(entry, components.contract)["reply"] == json.loads(reply.body)
    assert text_line(entry)
    assert json_line(entry)


@pytest.mark.parametrize("fault", ["bad-signature", "no-signature", "wrong-key", "stale-time"])
def test_signature_faults_spoil_the_reply(tmp_path: Path, fault: str) -> None:
    """Each in its own way, held against the real keys; the session is created all the same."""
    components = with_scenario(tmp_path, f"createPaymentSession: {{fault: {fault}}}")
    reply = ask(components, signed_call(sample("order-1")))
    assert ["order-1"] == payments(components)
    assert (fault == "no-signature") == (header(reply, "signature") is None)
    if fault != "no-signature":
        assert (fault == "stale-time") == is_signed(reply)
        assert (fault == "wrong-key") == is_signed(reply, keys.shipped_forger_key())
    yesterday = "2026-11-21T09:07:10+08:00"
    assert (fault == "stale-time") == (header(reply, "response-time") == yesterday)


@pytest.mark.parametrize("fault", ["reset", "empty", "truncate", "garbage", "hang", "{status: 502}"])
def test_wire_faults_are_handed_to_the_edge(tmp_path: Path, fault: str) -> None:
    """The session is created, the reply is whole, and says what is to become of it."""
    components = with_scenario(tmp_path, f"createPaymentSession: {{fault: {fault}}}")
    reply = ask(components, signed_call(sample("order-1")))
    assert ["order-1"] == payments(components)
    assert is_signed(reply)
    assert reply.fault
    assert (reply.fault.kind, reply.fault.status) == (("status", 502) if fault.startswith("{") else (fault, 0))


def test_a_repeat_gets_the_same_session_until_it_expires() -> None:
    """An hour later it is a new one."""
    components = parts_of()
    body = sample("order-1")
    replies = [ask(components, signed_call(body, received=NOW + timedelta(minutes=after))) for after in (0, 59, 61)]
    first, again, new = (json.loads(reply.body)["paymentSessionId"] for reply in replies)
    assert first == again
    assert first != new


class Contested(Aggregates[Any]):
    """A store in which somebody else is quicker, some times."""

    def __init__(self, times: int) -> None:
        super().__init__()
        self.times = times
        self.loads = 0

    async def load(self, key: Key) -> Any:
        self.loads += 1
        return await super().load(key)

    async def commit(self, changed: Any) -> bool:
        if self.times > 0:
            self.times -= 1
            return False
        return await super().commit(changed)


def with_store(components: Components, store: Aggregates[Any]) -> Gateway:
    """A gateway that keeps its payments elsewhere."""
    executor = components.gateway.executor
    repository = replace(executor.repository, store=store)
    return replace(components.gateway, executor=replace(executor, repository=repository))


@pytest.mark.parametrize("times", [1, 9])
def test_a_conflict_is_decided_anew(times: int) -> None:
    """The payment is loaded again, and the merchant notices nothing."""
    components, store = parts_of(), Contested(times)
    gateway = with_store(components, store)
    reply = asyncio.run(gateway.answer(signed_call(sample("order-1"))))
    assert (code(reply), store.loads) == ("SUCCESS", times + 1)
    assert len(asyncio.run(store.browse())) == 1


def test_two_equal_calls_at_once_get_one_session() -> None:
    """Whoever comes second is told of the first one's session."""

    class Slow(Aggregates[Any]):
        async def load(self, key: Key) -> Any:
            found = await super().load(key)
            await asyncio.sleep(0)
            return found

    gateway = with_store(parts_of(), Slow())
    call = signed_call(sample("order-1"))

    async def both() -> list[Reply]:
        return await asyncio.gather(*(gateway.answer(call) for _ in range(5)))

    replies = asyncio.run(both())
    assert {"SUCCESS"} == {code(reply) for reply in replies}
    assert len({json.loads(reply.body)["paymentSessionId"] for reply in replies}) == 1


def heard(caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch) -> pytest.LogCaptureFixture:
    """What the gateway logs, whatever another test did to its logger."""
    monkeypatch.setattr(logging.getLogger("mock_alipay"), "propagate", True)
    return caplog


def broken(gateway: Gateway) -> Gateway:
    """A gateway whose endpoint has a bug."""

    def endpoint(body: Mapping[str, Any], context: Context[Any]) -> Outcome[Any]:
        raise ZeroDivisionError("a bug")

    return with_endpoint(gateway, endpoint)


def test_placeholders_that_stand_for_too_much_are_an_error(tmp_path: Path) -> None:
    """The call gets a plain HTTP error that says what to do, the journal the same with the scenario."""
    fields = "\n".join(f"    f{n}: ${{request.more}}" for n in range(2_000))
    components = with_scenario(tmp_path, f"createPaymentSession:\n  set:\n{fields}")
    reply = ask(components, signed_call({**sample("order-1"), "more": "x" * 600}))
    told, entry = json.loads(reply.body), latest(components)
    assert (500, "Scenario failed", "tale") == (reply.status, told["title"], entry.scenario)
    assert told["detail"].startswith("scenario tale: set: the placeholders up to f1747 stand for more than 1048576 ")
    assert told["detail"] == entry.message


def test_a_bug_is_an_unknown_exception(caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch) -> None:
    """Signed and noted like any answer; the log has the traceback and the call's id."""
    told = heard(caplog, monkeypatch)
    components = parts_of()
    reply = asyncio.run(broken(components.gateway).answer(signed_call(sample("order-1"))))
    assert result(reply) == {
        "resultCode": "UNKNOWN_EXCEPTION",
        "resultMessage": "unknown exception",
        "resultStatus": "U",
    }
    assert is_signed(reply)
    entry = latest(components)
    assert (entry.result_code, entry.request_id) == ("UNKNOWN_EXCEPTION", "order-1")
    assert f"call {entry.id} met a bug" in told.text
    assert "ZeroDivisionError: a bug" in told.text
    assert payments(components) == []


def test_a_payment_that_never_comes_to_rest_is_a_bug(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The gateway gives up after ten conflicts instead of trying forever."""
    told = heard(caplog, monkeypatch)
    store = Contested(1000)
    reply = asyncio.run(with_store(parts_of(), store).answer(signed_call(sample("order-1"))))
    assert (code(reply), store.loads) == ("UNKNOWN_EXCEPTION", 10)
    assert "order-1 changed 10 times" in told.text


def test_fifty_clients_at_once_never_mix() -> None:
    """Each has its own choice of scenario, its own counter, payments and journal."""
    components = parts_of()
    scenarios = ["card-not-supported", "no-pay-options", "unknown-then-success", "process-fail", "success"]
    plays = {
        "card-not-supported": ["CARD_NOT_SUPPORTED"] * 3,
        "no-pay-options": ["NO_PAY_OPTIONS"] * 3,
        "unknown-then-success": ["UNKNOWN_EXCEPTION", "UNKNOWN_EXCEPTION", "SUCCESS"],
        "process-fail": ["PROCESS_FAIL"] * 3,
        "success": ["SUCCESS"] * 3,
    }
    clients = {f"SANDBOX_{n}": scenarios[n % 5] for n in range(50)}
    for client_id, scenario in clients.items():
        done(components.selector.prefer(scenario, client_id=client_id))

    async def shop(client_id: str) -> list[Reply]:
        return [await components.gateway.answer(signed_call(sample("order-1"), client_id=client_id)) for _ in range(3)]

    async def all_at_once() -> list[list[Reply]]:
        return await asyncio.gather(*map(shop, clients))

    for (client_id, scenario), replies in zip(clients.items(), asyncio.run(all_at_once()), strict=True):
        assert plays[scenario] == [code(reply) for reply in replies]
        assert {client_id} == {header(reply, "client-id") for reply in replies}
        noted = [entry for entry in kept(components.journal) if entry.client_id == client_id]
        assert plays[scenario] == [entry.result_code for entry in noted]
        created = asyncio.run(components.repository.store.browse(client_id))
        assert plays[scenario].count("SUCCESS") > 0 or created == []
        assert len(created) <= 1
    stored = asyncio.run(components.repository.store.browse())
    sessions = {one.session and one.session.id for one in stored if isinstance(one, Payment)}
    assert len(sessions) == 20


def card_call(card: str = CARD, cvv: str = "987") -> bytes:
    """A body with a card in it."""
    body = sample("order-1")
    body["paymentMethod"]["paymentMethodMetaData"].update(cardNo=card, cvv=cvv)
    return json.dumps(body).encode()


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        (signed_call(card_call()), "SUCCESS"),
        (signed_call(card_call()[:-1]), "PARAM_ILLEGAL"),
        (signed_call(card_call().replace(f'"{CARD}"'.encode(), CARD.encode())), "PARAM_ILLEGAL"),
        (signed_call(card_call().replace(f'"{CARD}"'.encode(), b'["' + CARD.encode() + b'"]')), "PARAM_ILLEGAL"),
        (signed_call(card_call().replace(b'"100"', f'"{CARD}"'.encode())), "SUCCESS"),
        (signed_call(f"card {CARD} as text".encode()), "PARAM_ILLEGAL"),
        (signed_call(b'{"cardNo": "' + CARD.encode()), "PARAM_ILLEGAL"),
        (signed_call(card_call())._replace(target=PATH), "INVALID_SIGNATURE"),
    ],
)
def test_card_numbers_are_masked_wherever_they_are_shown(call: Call, expected: str) -> None:
    """In the journal's views, the reply and both forms of the log; also when the JSON is broken."""
    components = parts_of()
    reply = ask(components, call)
    entry = latest(components)
    assert expected == code(reply)
    shown = json.dumps(whole_call_view(entry, components.contract)) + text_line(entry) + json_line(entry)
    assert "405469" in shown
    assert CARD not in shown
    assert '"987"' not in shown.replace("\\", "")
    assert CARD.encode() not in reply.body


@contextlib.contextmanager
def listening(components: Components) -> Iterator[list[Event]]:
    """The events of a gateway, as they come."""
    told: list[Event] = []
    with components.events.subscribed(told.append):
        yield told


def test_a_call_is_answered_whoever_listens() -> None:
    """A listener with a bug takes away neither the reply nor the entry, nor the payment."""
    components = parts_of()

    def fail(_: Event) -> None:
        raise ZeroDivisionError("oops")

    with components.events.subscribed(fail):
        replies = [ask(components, signed_call(sample("order-1"))) for _ in range(2)]
    assert ["SUCCESS"] * 2 == [code(reply) for reply in replies]
    assert (2, 1) == (
        len(kept(components.journal)),
        len({json.loads(reply.body)["paymentSessionId"] for reply in replies}),
    )


def test_every_exchange_is_announced_once_it_stands_in_the_journal() -> None:
    """Answers, refusals and plain HTTP errors, each with the room that it takes."""
    components = parts_of()
    told = []

    def hear(event: Event) -> None:
        if event.kind == "call":
            assert (event.client_id, event.size) == (event.subject.client_id, event.subject.size)
            told.append((event.subject.id, len(kept(components.journal))))

    with components.events.subscribed(hear):
        ask(components, signed_call())
        ask(components, plain_call())
        ask(components, plain_call(target="/"))
        done(components.gateway.reject(plain_call(), NoSuchPath("too much")))
    assert told == [("1", 1), ("2", 2), ("3", 3), ("4", 4)]


def test_a_new_session_is_announced_before_the_call_that_opened_it() -> None:
    """With its payment and the client's time; repeats and refusals change no payment."""
    components = parts_of()
    done(components.clocks.advance(timedelta(hours=3), TEST_CLIENT_ID))
    with listening(components) as told:
        for call in (
            signed_call(sample("order-1")),
            signed_call(sample("order-1")),
            signed_call(sample("order-1", productScene="EASY_PAY")),
            signed_call(sample("order-2", order=None)),
            signed_call(sample("order-3"), extra={"mock-scenario": "connection-reset"}),
        ):
            ask(components, call)
    assert ["payment", "call", "call", "call", "call", "payment", "call"] == [event.kind for event in told]
    assert list(range(1, 8)) == [event.number for event in told]
    first, third = told[0].subject, told[5].subject
    assert asyncio.run(components.repository.store.load((TEST_CLIENT_ID, "payments", "order-1"))) == first
    assert NOW + timedelta(hours=3) == first.created
    assert "order-3" == third.request_id
    assert {TEST_CLIENT_ID} == {event.client_id for event in told}
    assert len(first.request) == told[0].size
    assert 2 == done(components.scheduler.schedule.due_times.held())


def test_a_payment_that_somebody_else_changed_is_not_announced() -> None:
    """Only the version that was kept is."""
    components = parts_of()
    gateway = with_store(components, Contested(3))
    with listening(components) as told:
        asyncio.run(gateway.answer(signed_call(sample("order-1"))))
    assert ["payment", "call"] == [event.kind for event in told]


HOUR = timedelta(hours=1)


@pytest.mark.parametrize("whose", [None, TEST_CLIENT_ID])
@pytest.mark.parametrize(
    ("move", "expected"),
    [
        (lambda clocks, whose: done(clocks.advance(HOUR, whose)), NOW + HOUR),
        (lambda clocks, whose: done(clocks.freeze(NOW - HOUR, whose)), NOW - HOUR),
        (lambda clocks, whose: done(clocks.freeze(datetime(2099, 12, 31, 23, 59, tzinfo=UTC), whose)),
         datetime(2099, 12, 31, 23, 59, tzinfo=UTC)),
        (lambda clocks, whose: done(clocks.freeze(LATEST, whose)), LATEST),
    ],
)  # fmt: skip
def test_a_reply_is_dated_by_the_client_s_clock(
    tmp_path: Path, move: Callable[[Clocks, str | None], None], expected: datetime, whose: str | None
) -> None:
    """Head, expiry, placeholders and journal; ``received`` alone is the machine's time."""
    components = with_scenario(tmp_path, "createPaymentSession: {set: {at: '${now}'}}")
    move(components.clocks, whose)
    reply = ask(components, signed_call(sample("order-1")))
    body = json.loads(reply.body)
    assert is_signed(reply)
    assert [wire_time(expected)] * 2 == [header(reply, "response-time"), body["at"]]
    assert wire_time(expected + HOUR) == body["paymentSessionExpiryTime"]
    assert (expected, NOW) == (latest(components).time, latest(components).call.received)
    ask(components, signed_call(client_id="SANDBOX_OTHER"))
    assert (NOW if whose else expected) == latest(components).time


def test_a_reply_is_dated_by_when_its_call_came(tmp_path: Path) -> None:
    """However long it took; only a frozen clock does not go on meanwhile."""
    components = with_scenario(tmp_path, "createPaymentSession: {fault: stale-time}")
    done(components.clocks.advance(HOUR))
    done(components.clocks.freeze(client_id="SANDBOX_FROZEN"))
    later = NOW + timedelta(minutes=5)
    seen = {}
    for client_id in ("SANDBOX_RUNNING", "SANDBOX_FROZEN"):
        reply = ask(components, signed_call(client_id=client_id, received=later))
        seen[client_id] = (latest(components).time, header(reply, "response-time"))
    day = timedelta(days=1)
    assert {
        "SANDBOX_RUNNING": (later + HOUR, wire_time(later + HOUR - day)),
        "SANDBOX_FROZEN": (NOW + HOUR, wire_time(NOW + HOUR - day)),
    } == seen


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        (plain_call(headers={"client-id": "SANDBOX_X"}), HOUR),
        (plain_call(target="/", headers={"client-id": "SANDBOX_X"}), HOUR),
        (plain_call(), timedelta()),
        (plain_call(headers={"client-id": "k\xe4se"}), timedelta()),
    ],
)
def test_a_refused_call_is_dated_by_the_client_that_it_names(call: Call, expected: timedelta) -> None:
    """As it is noted under that client id, though nothing of it was proven."""
    components = parts_of()
    done(components.clocks.advance(HOUR, "SANDBOX_X"))
    ask(components, call)
    assert NOW + expected == latest(components).time
    done(components.gateway.reject(call, NoSuchPath("too much")))
    assert NOW + expected == latest(components).time


def test_a_caller_without_headers_is_dated_as_the_test_merchant() -> None:
    """With signatures off that is who it is."""
    components = parts_of(signatures="off")
    done(components.clocks.advance(HOUR, TEST_CLIENT_ID))
    reply = ask(components, plain_call(json.dumps(sample("order-1")).encode()))
    assert (NOW + HOUR, wire_time(NOW + HOUR)) == (latest(components).time, header(reply, "response-time"))


@pytest.mark.parametrize("whose", [None, TEST_CLIENT_ID])
def test_a_session_expires_by_the_client_s_clock(whose: str | None) -> None:
    """Whoever moves it by an hour gets a new one at once, and the old one is told to have expired just once."""
    components = parts_of()
    body = sample("order-1")

    def session() -> Any:
        return json.loads(ask(components, signed_call(body)).body)["paymentSessionId"]

    first = session()
    with listening(components) as told:
        for minutes in (59, 2):
            before = done(components.clocks.now(whose))
            done(components.clocks.advance(timedelta(minutes=minutes), whose))
            for _ in range(2):
                asyncio.run(components.scheduler.clock_moved(whose, before))
            if minutes == 59:
                assert ([], first) == ([event for event in told if event.kind == "payment"], session())
        assert ["call", "payment"] == [event.kind for event in told]
        payment = told[1].subject
        assert (first, "EXPIRED") == (payment.session.id, payment.state)
        assert first != session()
    assert ["payment", "call"] == [event.kind for event in told[2:]]


@pytest.mark.parametrize(
    ("ahead", "asked", "expected"),
    [
        (HOUR, HOUR + timedelta(minutes=30), "SUCCESS"),
        (HOUR, timedelta(minutes=30), "PARAM_ILLEGAL"),
        (-HOUR, timedelta(minutes=-30), "SUCCESS"),
        (-HOUR, timedelta(minutes=30), "PARAM_ILLEGAL"),
    ],
)
def test_an_expiry_that_is_asked_for_is_held_against_the_client_s_clock(
    ahead: timedelta, asked: timedelta, expected: str
) -> None:
    """Within the hour that begins now, whenever that is."""
    components = parts_of()
    done(components.clocks.freeze(NOW + ahead, TEST_CLIENT_ID))
    moment = wire_time(NOW + asked)
    reply = ask(components, signed_call(sample(paymentSessionExpiryTime=moment)))
    assert expected == code(reply)
    if expected == "SUCCESS":
        assert moment == json.loads(reply.body)["paymentSessionExpiryTime"]


@pytest.mark.parametrize("times", [1, 25, 60])
def test_a_choice_for_some_calls_serves_exactly_so_many_at_once(times: int) -> None:
    """However many come together, large bodies that are checked aside among them; other clients use up none."""
    components = parts_of()
    done(components.selector.prefer("process-fail", client_id=TEST_CLIENT_ID, times=times))

    def call(number: int) -> Call:
        extra = {"padding": "x" * 20_000} if number % 3 == 0 else {}
        client_id = "SANDBOX_OTHER" if number % 5 == 0 else TEST_CLIENT_ID
        return signed_call({**sample(f"order-{number}"), **extra}, client_id=client_id)

    async def all_at_once() -> list[Reply]:
        return await asyncio.gather(*(components.gateway.answer(call(number)) for number in range(100)))

    codes = [code(reply) for reply in asyncio.run(all_at_once())]
    assert {"SUCCESS": 100 - times, "PROCESS_FAIL": times} == Counter(codes)
    assert {"SUCCESS"} == set(codes[::5])
    assert [] == done(components.selector.preferences())


def test_a_choice_for_some_calls_serves_exactly_so_many_threads(gateway: Live) -> None:
    """Also over the wire, from merchants who all call at the same time."""
    client_id = "SANDBOX_THREADS"
    gateway.admin("PUT", "/scenario", {"clientId": client_id, "scenario": "process-fail", "times": 17})
    with ThreadPoolExecutor(8) as pool:
        codes = list(pool.map(lambda _: gateway.create(client_id=client_id).code, range(40)))
    assert {"PROCESS_FAIL": 17, "SUCCESS": 23} == Counter(codes)
